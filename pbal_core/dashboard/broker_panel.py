"""Trading at Interactive Brokers from the page: preview, confirm, watch; the same steps as ``pbal trade``.

The section exists only where the page runs on the user's own machine, bound to its loopback address, and a gateway with
its certificate is configured. On a shared deployment there is neither, and nothing here can reach a gateway.

The model: a *proposal* is kept in the session until the plan changes; it is sent only after the last four digits of the
account were typed. Whatever is sent is in the journal first, so closing the page in the middle loses nothing: the next
visit offers to end the run.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import streamlit as st

from ..errors import BrokerError, PbalError
from ..planning.plan import Plan
from .messages import page_words

if TYPE_CHECKING:
    from ..brokers.connection import Connection
    from ..brokers.execution import RunReport
    from ..brokers.guards import Limits
    from ..brokers.ibkr.settings import GatewaySettings
    from ..brokers.proposal import Proposal
    from ..brokers.protocol import Question, Ticket

NEXT = "Reload the page to end the run."
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PROXY_MARKS = frozenset(
    {"forwarded", "via", "x-real-ip", "x-client-ip", "x-original-host", "true-client-ip", "cf-connecting-ip", "cf-ray"}
)
"""Headers, besides ``x-forwarded-...``, that only something between the visitor and the server adds."""


def gateway() -> GatewaySettings | None:
    """The configured gateway, where this visitor may trade through it; None everywhere else."""
    if importlib.util.find_spec("httpx") is None:
        return None
    from ..brokers.ibkr.secrets import SecretStore
    from ..brokers.ibkr.settings import GatewaySettings

    address = st.get_option("server.address")
    if address not in LOOPBACK:
        return None  # nothing is looked up for strangers
    settings = GatewaySettings.stored(SecretStore.of_process())
    return settings if may_trade_here(address, visitor(), headers(), settings) else None


def may_trade_here(
    server_address: str | None, visitor: str | None, headers: Mapping[str, str], settings: GatewaySettings | None
) -> bool:
    """Whether a page may show trading: it runs on the user's own machine, for that user, and a gateway is set up.

    Args:
        server_address: The address the page's server is bound to; None or empty means every network.
        visitor: The visitor's address as the server sees it, None when it is this machine.
        headers: Of the visitor's request. A proxy on this machine makes every visitor look local; so the name that was
            asked for must be this machine's, the page that asks too, and nothing may have passed the request on.
        settings: See ``GatewaySettings.stored``.
    """
    return (
        settings is not None
        and server_address in LOOPBACK
        and visitor in {None, *LOOPBACK}
        and _asked_here({name.lower(): value for name, value in headers.items()})
    )


def _asked_here(headers: Mapping[str, str]) -> bool:
    passed_on = any(name in _PROXY_MARKS or name.startswith("x-forwarded") for name in headers)
    asked = [f"http://{headers.get('host', '')}", headers.get("origin", "http://localhost")]
    return not passed_on and all(_host(address) in LOOPBACK for address in asked)


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def visitor() -> str | None:
    """The visitor's address as the server sees it, None when it is this machine."""
    return st.context.ip_address


def headers() -> Mapping[str, str]:
    """The headers of the visitor's request."""
    return st.context.headers


def show(plan: Plan) -> None:
    """Draws the section, where there may be one.

    Args:
        plan: The committed plan.
    """
    try:
        settings = gateway()
    except PbalError as error:
        st.text(f"Trading at Interactive Brokers: {error}")
        return
    if settings is None:
        return
    with st.expander("Trade at Interactive Brokers", key="broker_panel"):
        from ..brokers.connection import open_report

        try:
            report = open_report()
        except PbalError as error:
            _failed("The journal of orders cannot be used.", error)
            return
        try:
            if report is not None:
                _unfinished(settings, report)
            else:
                _offer(settings, plan)
        except PbalError as error:  # of a preview; a run reports its own failures
            _failed("The broker could not be used." if isinstance(error, BrokerError) else "No preview.", error)
        _last_report()


def _offer(settings: GatewaySettings, plan: Plan) -> None:
    """Preview, then the confirmation."""
    state = st.session_state
    from ..brokers.guards import Limits

    real = st.checkbox("Real money (without this only a paper account is traded)", key="broker_live")
    limits = Limits(live=real, allow=_allowed(Limits().allow))
    question = (plan.cash, plan.orders, limits)
    if st.button("Preview at the broker", disabled=not plan.trades):
        with st.spinner("Asking for prices, margin and commission"), _connection(settings, limits) as connection:
            state["broker_proposal"] = (question, connection.propose(plan))
            state["broker_report"] = None
    asked, proposal = state.get("broker_proposal", (None, None))
    if proposal is None or asked != question:
        st.text("Nothing is sent by a preview.")
        return
    _draw(proposal)
    if proposal.problems:
        return
    # A key of its own for every preview: what was typed for one does not confirm another.
    key = f"broker_typed_{proposal.made.wall}"
    st.text_input(f"Type the last four digits of the account to send {len(proposal.orders):,} orders", key=key)
    if st.button(f"Send {len(proposal.orders):,} orders", type="primary"):
        state["broker_proposal"] = (None, None)
        _carry_out(settings, limits, lambda broker, **ways: broker.place(proposal, state[key], **ways))


def _draw(proposal: Proposal) -> None:
    from ..brokers import messages

    rows = messages.proposal_rows(proposal)
    if rows:
        st.dataframe([dict(zip(messages.PROPOSAL_HEADER, row, strict=True)) for row in rows], hide_index=True)
        for line in messages.proposal_lines(proposal):
            st.text(line)
    if proposal.problems:
        st.error("This plan cannot be sent.")
        for issue in proposal.problems if rows else (*proposal.problems, *proposal.left_out):
            st.text(page_words(issue))


def _unfinished(settings: GatewaySettings, report: RunReport) -> None:
    """A run that was interrupted: end it, and then plan anew."""
    from ..brokers.guards import Limits

    st.warning("A run was interrupted. Nothing new can be sent before it has ended.")
    _draw_report(report)
    st.text("Ending it cancels its orders that still work. Then load new positions and make a new plan for the rest.")
    if st.button("Cancel what works and end the run", type="primary"):
        _carry_out(settings, Limits(), lambda broker, tell, **_ways: broker.settle(report.run, tell=tell))


def _allowed(default: frozenset[str]) -> frozenset[str]:
    """The questions of the broker that are answered with yes; any other stops the run, which can then go on."""
    from ..brokers.guards import QUESTIONS

    options = sorted({*QUESTIONS, *default})
    chosen = st.multiselect(
        "Questions of the broker to answer with yes",
        options,
        default=sorted(default),
        format_func=lambda number: f"{number}: {QUESTIONS.get(number, 'unknown')}",
        key="broker_allow",
    )
    return frozenset(chosen)


def _carry_out(settings: GatewaySettings, limits: Limits, step: Callable[..., RunReport]) -> None:
    """Runs a step of trading under a log of what it says, and keeps its report."""
    with st.status("Working with the broker", expanded=True) as status:
        try:
            with _connection(settings, limits) as connection:
                report = step(connection, ask=_stop, tell=st.text)
        except PbalError as error:
            status.update(label="Stopped", state="error")
            _broken_off(error)
            return
        except Exception as error:  # the edge: the page reports a bug; that orders may be out comes first
            status.update(label="Stopped", state="error")
            _broken_off(error)
            raise
        status.update(label="Done", state="complete")
    st.session_state["broker_report"] = report
    st.rerun()


def _stop(_ticket: Ticket, question: Question) -> bool:
    """A question that is not on the list stops the run; the report says which."""
    for text in question.texts:
        st.text(text)
    return False


def _last_report() -> None:
    report: RunReport | None = st.session_state.get("broker_report")
    if report is not None and report.run.state != "open":
        _draw_report(report)


def _draw_report(report: RunReport) -> None:
    from ..brokers import messages

    rows: list[dict[str, Any]] = [
        dict(zip(messages.REPORT_HEADER, row, strict=True)) for row in messages.report_rows(report)
    ]
    st.dataframe(rows, hide_index=True)
    for line in messages.report_lines(report):
        st.text(line)


def _broken_off(error: Exception) -> None:
    """Reports a failure under a true headline: the journal knows whether orders are out, the failure does not."""
    from ..brokers.connection import open_report

    try:
        report = open_report()
    except PbalError:
        _failed("Orders may have been sent, and the journal cannot be read.", error)
        st.text("Look at your orders at the broker.")
        return
    if report is None:
        _failed("This did not work.", error)
    elif report.sent:
        _failed("The run is not finished.", error)
        st.text(f"Orders that were sent may still trade. {NEXT}")
    else:
        _failed("Nothing was sent, and the run is open.", error)
        st.text(NEXT)


def _failed(headline: str, error: Exception) -> None:
    st.error(headline)
    bug = f"a bug in pbal ({type(error).__name__}); please report it."
    st.text(page_words(error if isinstance(error, PbalError) else bug))


def _connection(settings: GatewaySettings, limits: Limits) -> Connection:
    from ..brokers import connection
    from ..brokers.ibkr import client_portal

    return connection.Connection(client_portal.connect(settings), limits, account=settings.account)
