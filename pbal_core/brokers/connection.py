"""One place to trade from, for the command line and the page: settings, connection, confirmation, journal.

The model: a :class:`TradingDesk` is opened, used for a few calls, and closed; between them nothing is remembered but
the journal. Whoever drives it shows a :class:`~pbal_core.brokers.proposal.Proposal` and passes back what the user
typed. Worked example: for the account DU1234567 only the text ``4567`` confirms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Self
from urllib.parse import urlsplit

from ..errors import Issue, RequestError
from ..planning.plan import Plan
from ..portfolio import Portfolio
from .clock import Clock
from .execution import STOPPED, Execution, Report
from .guards import Limits
from .ibkr.client_portal import DEFAULT_GATEWAY, ClientPortal, connect
from .ibkr.secrets import Vault
from .journal import Journal, default_path
from .proposal import Choose, Proposal, pick_account, portfolio_of, propose
from .reconcile import Tell
from .records import Run
from .sending import Ask

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PROXY_MARKS = frozenset(
    {"forwarded", "via", "x-real-ip", "x-client-ip", "x-original-host", "true-client-ip", "cf-connecting-ip", "cf-ray"}
)
"""Headers, besides ``x-forwarded-...``, that only something between the visitor and the server adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Where the gateway is, and how it is recognised.

    Args:
        base: ``https://localhost:5000``.
        certificate: PEM file of its certificate; or
        fingerprint: the SHA-256 of it.
        account: Number or last four digits, None when there is only one.
    """

    base: str = DEFAULT_GATEWAY
    certificate: Path | None = None
    fingerprint: str | None = None
    account: str | None = None

    @classmethod
    def stored(
        cls,
        vault: Vault,
        *,
        base: str | None = None,
        certificate: str | None = None,
        fingerprint: str | None = None,
        account: str | None = None,
    ) -> Self | None:
        """The settings that are given, else stored under ``[ibkr]``; None when no certificate is known."""
        vault = replace(vault, keyring=False)  # these are no secrets; a locked keyring need not be opened for them
        if certificate is None and fingerprint is None:
            certificate, fingerprint = vault.find("ibkr", "certificate"), vault.find("ibkr", "fingerprint")
        if certificate is None and fingerprint is None:
            return None
        return cls(
            base=base or vault.find("ibkr", "gateway") or DEFAULT_GATEWAY,
            certificate=Path(certificate) if certificate is not None else None,
            fingerprint=fingerprint,
            account=account or vault.find("ibkr", "account"),
        )


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


class TradingDesk:
    """A connection to the broker with the journal beside it. A context manager; connects when entered.

    Args:
        settings: Where the gateway is.
        limits: What the user allows.
        take_over: End a brokerage session that runs elsewhere.
        journal: The journal's file.
        clock: What waiting is measured with.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        limits: Limits,
        *,
        take_over: bool = False,
        journal: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._clock = clock or Clock()
        self._path = journal or default_path()
        self._broker: ClientPortal = connect(
            settings.base,
            certificate=settings.certificate,
            fingerprint=settings.fingerprint,
            clock=self._clock,
            take_over=take_over,
        )

    def __enter__(self) -> Self:
        try:
            self._broker.connect()
        except BaseException:
            self._broker.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._broker.close()

    def positions(self) -> tuple[Portfolio, tuple[Issue, ...]]:
        """The account's positions as a portfolio, and what was left out of it.

        Raises:
            RequestError: Several accounts and none chosen.
            DataError: Nothing in the account can be planned with.
            BrokerError: The broker failed.
        """
        account = pick_account(self._broker.accounts(), self._settings.account)
        return portfolio_of(self._broker.holdings(account.id))

    def propose(
        self,
        plan: Plan,
        choose: Choose = lambda _symbol, _contracts: None,
        named: Mapping[str, int] = MappingProxyType({}),
    ) -> Proposal:
        """What would be sent for a plan; see ``proposal.propose``."""
        return propose(
            self._broker,
            plan,
            self._limits,
            account=self._settings.account,
            choose=choose,
            named=named,
            clock=self._clock,
        )

    def place(self, proposal: Proposal, typed: str, *, ask: Ask, tell: Tell) -> Report:
        """Carries a proposal out.

        Raises:
            RequestError: The confirmation is wrong, the proposal has problems, or a run is open.
            BrokerError: The broker failed; the run stays open.
        """
        confirm(proposal.account.id, typed)
        return self._work(lambda work: work.start(proposal), ask, tell)

    def resume(self, run: Run, typed: str, *, ask: Ask, tell: Tell) -> Report:
        """Goes on with an open run.

        Raises:
            RequestError: The confirmation is wrong, or the run's account is not there or not allowed.
            BrokerError: The broker failed; the run stays open.
        """
        confirm(run.account, typed)
        return self._work(lambda work: work.resume(run.id), ask, tell)

    def cancel(self, run: Run, *, tell: Tell) -> Report:
        """Cancels what works of an open run and gives up the rest; needs no confirmation.

        Raises:
            RequestError: The run's account is not there or not allowed.
            BrokerError: The broker failed; the run stays open.
        """
        return self._work(lambda work: work.cancel(run.id), lambda _ticket, _question: False, tell)

    def _work(self, step: Callable[[Execution], Report], ask: Ask, tell: Tell) -> Report:
        with Journal(self._path, self._clock) as journal, journal.alone():
            return step(Execution(self._broker, journal, self._limits, ask=ask, tell=tell, clock=self._clock))


def open_report(path: Path | None = None) -> Report | None:
    """The unfinished run as the journal has it, with why it stopped last; asks no broker. None when there is none."""
    where = path or default_path()
    if not where.exists():
        return None
    with Journal(where) as journal:
        run = journal.open_run()
        if run is None:
            return None
        reasons = [text.removeprefix(STOPPED) for _at, text in journal.notes(run.id) if text.startswith(STOPPED)]
        return Report(run=run, entries=journal.entries(run.id), stopped=reasons[-1] if reasons else "")


def confirm(account: str, typed: str) -> None:
    """Checks the typed confirmation.

    Raises:
        RequestError: It is not the last four digits of the account's number.
    """
    if typed.strip() != account[-4:]:
        raise RequestError("that is not the end of the account's number; nothing was sent.")
