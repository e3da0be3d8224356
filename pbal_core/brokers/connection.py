"""Trading through one broker, for the command line and the page: connection, confirmation, journal.

The model: a :class:`Connection` is opened, used for a few calls, and closed; between them only the journal remembers.
Whoever drives it shows a :class:`~pbal_core.brokers.proposal.Proposal` and passes on what the user typed. Worked
example: for the account DU1234567 only the text ``4567`` confirms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

from ..errors import Issue, RequestError
from ..planning.plan import Plan
from ..portfolio import Portfolio
from .clock import Clock
from .execution import STOPPED, Execution, RunReport
from .guards import Limits
from .instruments import Choose, pick_account, portfolio_of, renewed
from .journal import Journal, default_path
from .proposal import Proposal, propose
from .protocol import Broker
from .reconcile import Tell
from .records import Run
from .sending import AskUser


class Connection:
    """A broker with the journal beside it. A context manager; connects when entered.

    Args:
        broker: Not yet connected; it is closed at the end.
        limits: What the user allows.
        account: Number or last four digits, None when there is only one.
        journal: The journal's file.
        clock: What waiting is measured with.
    """

    def __init__(
        self,
        broker: Broker,
        limits: Limits,
        *,
        account: str | None = None,
        journal: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._broker = broker
        self._limits = limits
        self._account = account
        self._path = journal or default_path()
        self._clock = clock or Clock()

    def __enter__(self) -> Self:
        try:
            self._broker.connect()
        except BaseException:
            self._broker.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._broker.close()

    def portfolio(self, based_on: Portfolio | None = None) -> tuple[Portfolio, tuple[Issue, ...]]:
        """The account's positions as a portfolio, and what was left out of it.

        Args:
            based_on: Take these symbols, with the shares that the account holds now, instead of all its positions.

        Raises:
            RequestError: Several accounts and none chosen.
            DataError: Nothing in the account can be planned with.
            BrokerError: The broker failed.
        """
        account = pick_account(self._broker.accounts(), self._account)
        positions = self._broker.positions(account.id)
        return portfolio_of(positions) if based_on is None else (renewed(based_on, positions), ())

    def propose(
        self,
        plan: Plan,
        choose: Choose = lambda _symbol, _contracts: None,
        named: Mapping[str, int] = MappingProxyType({}),
    ) -> Proposal:
        """What would be sent for a plan; see ``proposal.propose``."""
        return propose(
            self._broker, plan, self._limits, account=self._account, choose=choose, named=named, clock=self._clock
        )

    def place(self, proposal: Proposal, typed: str, *, ask: AskUser, tell: Tell, request: str = "") -> RunReport:
        """Carries a proposal out.

        Args:
            proposal: What the user has seen.
            typed: What the user typed to confirm it.
            ask: Shows questions of the broker.
            tell: Says what happens.
            request: How the plan was asked for; the journal keeps it.

        Raises:
            RequestError: The confirmation is wrong, the proposal has problems, or a run is open.
            BrokerError: The broker failed; the run stays open.
        """
        if typed.strip() != proposal.account.id[-4:]:
            raise RequestError("that is not the end of the account's number; nothing was sent.")
        return self._work(lambda work: work.start(proposal, request), ask, tell)

    def settle(self, run: Run, *, tell: Tell) -> RunReport:
        """Ends an open run: cancels what works, finds what was lost. Needs no confirmation.

        Raises:
            RequestError: The run's account is not logged in.
            BrokerError: The broker failed; the run stays open.
        """
        return self._work(lambda work: work.settle(run.id), lambda _ticket, _question: False, tell)

    def _work(self, step: Callable[[Execution], RunReport], ask: AskUser, tell: Tell) -> RunReport:
        with Journal(self._path, self._clock) as journal, journal.alone():
            return step(Execution(self._broker, journal, self._limits, ask=ask, tell=tell, clock=self._clock))


def open_report(path: Path | None = None) -> RunReport | None:
    """The unfinished run as the journal has it, with why it stopped last; asks no broker. None when there is none."""
    where = path or default_path()
    try:
        where.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise RequestError(f"the journal {where} cannot be opened: {error.strerror}.") from None
    with Journal(where) as journal:
        run = journal.open_run()
        if run is None:
            return None
        reasons = [text.removeprefix(STOPPED) for text in journal.notes(run.id) if text.startswith(STOPPED)]
        return RunReport(run=run, orders=tuple(journal.orders(run.id)), stopped=reasons[-1] if reasons else "")
