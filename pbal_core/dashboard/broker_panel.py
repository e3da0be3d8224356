"""Trading at Interactive Brokers from the page: preview, confirm, watch; the same steps as ``pbal trade``.

The section exists only where the page runs on the user's own machine, bound to its loopback address, and a gateway with
its certificate is configured. On a shared deployment there is neither, and nothing here can reach a gateway.

The model: a *proposal* of the desk is kept in the session until the plan changes; it is sent only after the last four
digits of the account were typed. What happens is in the desk's journal before it happens, so closing the page in the
middle loses nothing: the next visit offers to go on or to cancel.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from ..errors import BrokerError, PbalError
from ..planning.plan import Plan
from .messages import page_words

if TYPE_CHECKING:
    from ..brokers.connection import GatewaySettings, TradingDesk
    from ..brokers.execution import Report
    from ..brokers.guards import Limits
    from ..brokers.proposal import Proposal
    from ..brokers.protocol import Question, Ticket


def gateway() -> GatewaySettings | None:
    """The configured gateway, where this visitor may trade through it; None everywhere else."""
    if importlib.util.find_spec("httpx") is None:
        return None
    from ..brokers.connection import LOOPBACK, GatewaySettings, may_trade_here
    from ..brokers.ibkr.secrets import Vault

    address = st.get_option("server.address")
    if address not in LOOPBACK:
        return None  # nothing is looked up for strangers
    settings = GatewaySettings.stored(Vault.of_process())
    return settings if may_trade_here(address, visitor(), headers(), settings) else None


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
        except PbalError as error:  # of a preview; a run tells of its own failures
            _failed("The broker could not be used." if isinstance(error, BrokerError) else "Nothing was sent.", error)
        _last_report()


def _offer(settings: GatewaySettings, plan: Plan) -> None:
    """Preview, then the confirmation."""
    state = st.session_state
    from ..brokers.guards import Limits

    real = st.checkbox("Real money (without this only a paper account is traded)", key="broker_live")
    limits = Limits(live=real, allow=_allowed(Limits().allow))
    question = (plan.cash, plan.orders, limits)
    if st.button("Preview at the broker", disabled=not plan.trades):
        with st.spinner("Asking for prices, margin and commission"), _desk(settings, limits) as desk:
            state["broker_proposal"] = (question, desk.propose(plan))
            state["broker_report"] = None
    asked, proposal = state.get("broker_proposal", (None, None))
    if proposal is None or asked != question:
        st.text("Nothing is sent by a preview.")
        return
    _draw(proposal)
    if proposal.problems or not proposal.lines:
        return
    # A key of its own for every preview: what was typed for one does not confirm another.
    key = f"broker_typed_{proposal.made.wall}"
    st.text_input(f"Type the last four digits of the account to send {len(proposal.lines)} orders", key=key)
    if st.button(f"Send {len(proposal.lines)} orders", type="primary"):
        state["broker_proposal"] = (None, None)
        _carry_out(settings, limits, lambda desk, **ways: desk.place(proposal, state[key], **ways))


def _draw(proposal: Proposal) -> None:
    from ..brokers import views

    rows = views.proposal_rows(proposal)
    if rows:
        st.dataframe([dict(zip(views.PROPOSAL_HEADER, row, strict=True)) for row in rows], hide_index=True)
        for line in views.proposal_lines(proposal):
            st.text(line)
    if proposal.problems:
        st.error("This plan cannot be sent.")
        for issue in proposal.problems:
            st.text(page_words(issue))


def _unfinished(settings: GatewaySettings, report: Report) -> None:
    """A run that was interrupted: go on, or cancel what works."""
    from ..brokers.guards import Limits

    st.warning("A run was interrupted. Nothing new can be sent before it has ended.")
    _draw_report(report)
    begun = Limits.from_text(report.run.settings)
    real = st.checkbox("Real money (the run's account is a live one)", key="broker_live")
    limits = replace(begun, live=real, allow=_allowed(begun.allow))
    st.text_input("Type the last four digits of the account to go on", key="broker_typed_again")
    with st.container(horizontal=True):
        if st.button("Go on", type="primary"):
            typed = st.session_state["broker_typed_again"]
            _carry_out(settings, limits, lambda desk, **ways: desk.resume(report.run, typed, **ways))
        if st.button("Cancel what works and end the run"):
            _carry_out(settings, limits, lambda desk, tell, **_ways: desk.cancel(report.run, tell=tell))


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


def _carry_out(settings: GatewaySettings, limits: Limits, step: Callable[..., Report]) -> None:
    """Runs a step of the desk under a log of what it says, and keeps its report."""
    with st.status("Working with the broker", expanded=True) as status:
        try:
            with _desk(settings, limits) as desk:
                report = step(desk, ask=_stop, tell=st.text)
        except PbalError as error:
            status.update(label="Stopped", state="error")
            _broken_off(error)
            return
        except Exception as error:  # the edge: a bug is told by the page; that orders may be out is told first
            status.update(label="Stopped", state="error")
            _broken_off(error)
            raise
        status.update(label="Done", state="complete")
    st.session_state["broker_report"] = report
    st.rerun()


def _stop(_ticket: Ticket, question: Question) -> bool:
    """A question that is not on the allowlist stops the run; the report says which, and the run can be resumed."""
    for text in question.texts:
        st.text(text)
    return False


def _last_report() -> None:
    report: Report | None = st.session_state.get("broker_report")
    if report is not None and report.run.state != "open":
        _draw_report(report)


def _draw_report(report: Report) -> None:
    from ..brokers import views

    rows: list[dict[str, Any]] = [
        dict(zip(views.REPORT_HEADER, row, strict=True)) for row in views.report_rows(report.entries)
    ]
    st.dataframe(rows, hide_index=True)
    for line in views.report_lines(report):
        st.text(line)


def _broken_off(error: Exception) -> None:
    """Tells a failure under the headline that is true: whether orders are out is in the journal, not in the failure."""
    from ..brokers.connection import open_report

    try:
        report = open_report()
    except PbalError:
        _failed("Orders may have been sent, and the journal cannot be read.", error)
        st.text("Look at your orders at the broker.")
        return
    if report is None:
        _failed("Nothing was sent.", error)
    elif report.sent:
        _failed("The run is not finished.", error)
        st.text("Orders that were sent may still trade. Reload the page to go on or to end the run.")
    else:
        _failed("Nothing was sent, and the run is open.", error)
        st.text("Reload the page to go on or to end the run.")


def _failed(headline: str, error: Exception) -> None:
    st.error(headline)
    st.text(
        page_words(error)
        if isinstance(error, PbalError)
        else f"a bug in pbal ({type(error).__name__}); please report it."
    )


def _desk(settings: GatewaySettings, limits: Limits) -> TradingDesk:
    from ..brokers import connection as desk

    return desk.TradingDesk(settings, limits)
