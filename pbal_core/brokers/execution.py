"""Carrying a proposal out: sells, their fills, then buys with the cash really freed; and resuming after anything.

The model: the journal is the only memory. Starting, going on and resuming are one function,
:meth:`Execution.carry_out`, that looks at the journal and does what is next; so a program that was killed anywhere goes
on from there:

1. Orders that may exist at the broker (``sending``) are looked for by their reference, in its orders and its trades.
   One that is not there after half a minute and two looks is sent again *under the same reference*, which the broker
   takes only once; that happens only in :meth:`Execution.resume`.
2. Planned sells are sent one at a time (:mod:`~pbal_core.brokers.sending`), then watched until they are final; after
   ``Limits.wait`` seconds the rest is cancelled.
3. Buys are cut to the money: the plan's cash plus what the sales brought, and never more than the account's cash.
4. Buys are sent and watched likewise.

Before each order everything it rests on that is older than a minute is looked at again
(:mod:`~pbal_core.brokers.recheck`): the account, the prices, the market's hours, the age of the plan.

Anything unforeseen stops (:class:`Stopped`) with the run left open. Worked example: killed after IBKR took order 4 of
10 and before the answer, ``resume`` finds order 4 by its reference, then sends 5 to 10.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..errors import BrokerError, Remedy, RequestError
from .clock import Clock
from .guards import Limits
from .journal import Journal
from .pricing import fit_buys
from .proposal import Proposal
from .protocol import Account, Broker, SessionOverError, Side
from .recheck import Recheck
from .reconcile import LOOK_GAP, Reconciler, Stopped, Tell, within, words
from .records import FINISHED, Entry, Run
from .sending import SETTLE, Ask, Sender

POLL = 3.0
"""Seconds between two looks at working orders."""
CANCEL_WAIT = 60.0
LOOKS = 3
STOPPED = "stopped: "
"""How the history marks the reason of a stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Where a run stands.

    Args:
        run: The run.
        entries: Its orders.
        stopped: Why it did not go on, empty when it did.
    """

    run: Run
    entries: tuple[Entry, ...]
    stopped: str = ""

    @property
    def left(self) -> tuple[Entry, ...]:
        """Orders that did not trade all the planned shares, as far as that is known."""
        return tuple(entry for entry in self.entries if entry.filled < entry.planned and not entry.unknown)

    @property
    def unknown(self) -> tuple[Entry, ...]:
        """Orders that were sent, never found and given up: they may trade, so they are not left of the plan."""
        return tuple(entry for entry in self.entries if entry.unknown)

    @property
    def sent(self) -> bool:
        """Whether any order of the run may have reached the broker."""
        return any(entry.sent for entry in self.entries)

    @property
    def spent(self) -> Decimal:
        """Dollars paid for purchases less dollars from sales, without commission."""
        return sum((e.paid if e.side == "BUY" else -e.paid for e in self.entries), Decimal(0))


class Execution:
    """Carries runs out.

    Args:
        broker: Connected.
        journal: Open, and held alone (``Journal.alone``).
        limits: What the user allows now.
        ask: Asked for questions that are not on the allowlist.
        tell: Told what happens, one line at a time.
        clock: What waiting is measured with.
    """

    def __init__(
        self,
        broker: Broker,
        journal: Journal,
        limits: Limits,
        *,
        ask: Ask = lambda _ticket, _question: False,
        tell: Tell = lambda _text: None,
        clock: Clock | None = None,
    ) -> None:
        self._broker = broker
        self._journal = journal
        self._limits = limits
        self._tell = tell
        self._clock = clock = clock or Clock()
        self._books = books = Reconciler(broker, journal, tell, clock)
        self._recheck = recheck = Recheck(broker, journal, limits, clock)
        self._trouble = ""  # what the last look failed with, so that it is told once
        self._sender = Sender(broker, journal, limits, books=books, recheck=recheck, ask=ask, tell=tell, clock=clock)

    # -- the three ways in

    def start(self, proposal: Proposal) -> Report:
        """Writes a confirmed proposal into the journal and carries it out.

        Raises:
            RequestError: The proposal has problems, or a run is open already.
            BrokerError: The broker failed; the run stays open.
        """
        if proposal.problems or not proposal.lines:
            raise RequestError("a proposal with problems cannot be carried out.")
        account = self._open_account(proposal.account.id, paper=proposal.account.paper)
        if account.paper != proposal.account.paper:
            raise RequestError(
                "the account was a paper account in the preview and is a live one now; preview it again."
            )
        run = self._journal.begin(
            account=proposal.account.id,
            paper=proposal.account.paper,
            cash=proposal.cash,
            quoted=proposal.made.wall,
            settings=proposal.limits.to_text(),
            drafts=[line.draft for line in proposal.lines],
        )
        self._recheck.quoted(proposal.made)
        return self.carry_out(run)

    def resume(self, run: str) -> Report:
        """Finds out what became of an interrupted run, and goes on with it.

        Raises:
            RequestError: The run is of a live account and that is not allowed.
            BrokerError: The broker failed; the run stays open.
        """
        self._open_run(run)
        return self._guarded(run, self._resend_lost, self._go_on)

    def carry_out(self, run: str) -> Report:
        """Does what the journal says is next, until nothing is left or something stops it."""
        return self._guarded(run, self._go_on)

    def cancel(self, run: str) -> Report:
        """Cancels what works, drops what was never sent, and closes the run when nothing is open any more."""
        self._open_run(run)
        return self._guarded(run, self._give_up)

    # -- steps

    def _guarded(self, run: str, *steps: Callable[[str], None]) -> Report:
        """Takes the steps; writes down why it ended, whether it stops by itself or the broker fails."""
        try:
            for step in steps:
                step(run)
        except Stopped as stop:
            return self._report(run, str(stop))
        except BrokerError as error:
            self._journal.note(run, f"{STOPPED}{error}")
            raise
        return self._report(run)

    def _go_on(self, run: str) -> None:
        self._books.look(run)
        self._recheck.retire(run)
        self._phase(run, "SELL")
        self._phase(run, "BUY")

    def _give_up(self, run: str) -> None:
        for entry in self._in(run, "planned"):
            self._journal.move(entry.client_id, "dropped", reason="cancelled before it was sent")
        lost = self._in(run, "sending")
        if lost:
            self._books.look(run, wait=self._unsettled(lost), giving_up=True)
        for entry in self._in(run, "sending"):
            self._journal.move(entry.client_id, "dropped", reason="not found at the broker; look there yourself")
        self._watch(run, wait=0, ending=True)

    def _open_run(self, run: str) -> None:
        record = self._journal.run(run)
        self._open_account(record.account, paper=record.paper)

    def _open_account(self, number: str, *, paper: bool) -> Account:
        """Makes sure that the run's account is logged in now, and allowed; ``paper`` is what it was before."""
        account = next((a for a in self._broker.accounts() if a.id == number), None)
        if account is None:
            raise RequestError(f"the run belongs to an account ***{number[-4:]} that is not logged in.")
        if not (account.paper and paper) and not self._limits.live:
            message = f"the run trades the live account {account.masked}; confirm that real money is meant."
            raise RequestError(message, remedy=Remedy("trade_real_money"))
        self._broker.select(account.id)
        return account

    def _phase(self, run: str, side: Side) -> None:
        """Sends the planned orders of one side, each after a look at what it rests on; watches them to their end."""
        fitted = side == "SELL"
        while self._in(run, "planned", side):
            renewed = self._recheck.planned(run)
            if side == "BUY" and (renewed or not fitted):
                self._fit(run, self._in(run, "planned", side))
                fitted = True
            if left := self._in(run, "planned", side):
                self._sender.send(run, left[0])
        self._watch(run, wait=self._limits.wait)

    def _fit(self, run: str, planned: Sequence[Entry]) -> None:
        """Cuts the planned buys to the cash really there."""
        if not planned:
            return
        need = sum((e.shares * e.limit + e.fee for e in planned), Decimal(0))
        budget = self._budget(run, need)
        fees = sum((entry.fee for entry in planned), Decimal(0))
        counts = fit_buys([e.shares for e in planned], [e.limit for e in planned], budget - fees)
        for entry, count in zip(planned, counts, strict=True):
            if count == 0:
                self._journal.move(entry.client_id, "dropped", reason="there was no cash left for it")
                self._tell(f"{entry.symbol}: no cash left for it, not bought.")
            elif count < entry.shares:
                self._journal.revise(entry.client_id, shares=count, limit=entry.limit)
                self._tell(f"{entry.symbol}: {count} instead of {entry.shares}, for the cash there is.")

    def _budget(self, run: str, need: Decimal) -> Decimal:
        """Dollars for purchases: the plan's cash and the sales' money, less what is spent; at most the cash there.

        The ledger lags some seconds behind the fills, and the journal behind the ledger, so both are looked at a few
        times while the money does not seem to do.
        """
        record = self._journal.run(run)
        for look in range(LOOKS + 1):
            if look:
                self._clock.sleep(LOOK_GAP)
            self._books.refresh(run, self._in(run, "working", "BUY"))
            own, bound = self._own(run), self._bound(run, "sending", "working")
            cash = self._broker.cash(record.account)
            if cash - bound >= min(need, own - bound):
                break
        return min(own, cash) - bound

    def _own(self, run: str) -> Decimal:
        """Dollars of the plan's cash and of its sales that are not spent."""
        own = self._journal.run(run).cash
        for entry in self._journal.entries(run):
            if not entry.sent:
                continue
            own += entry.paid if entry.side == "SELL" else -entry.paid
            if entry.filled or entry.state not in FINISHED:
                own -= entry.fee
        return own

    def _bound(self, run: str, *states: str) -> Decimal:
        """Dollars that purchases in these states may still cost, without commission."""
        buys = [entry for state in states for entry in self._in(run, state, "BUY")]
        return sum(((entry.shares - entry.filled) * entry.limit for entry in buys), Decimal(0))

    def _unsettled(self, lost: Sequence[Entry]) -> float:
        """Seconds until everything that was sent is surely in the broker's lists."""
        since = self._clock.now() - max(entry.sent for entry in lost)
        return min(SETTLE, max(0.0, SETTLE - since))  # at most that, should the computer's clock have been set back

    def _resend_lost(self, run: str) -> None:
        """Sends orders that never arrived once more, under the same reference; the broker takes each only once."""
        self._books.look(run)
        lost = self._in(run, "sending")
        if not lost:
            return
        self._clock.sleep(self._unsettled(lost))
        self._books.look(run)
        while lost := self._in(run, "sending"):
            if not self._recheck.young(run):
                self._journal.move(lost[0].client_id, "dropped", reason="not found at the broker")
                continue
            limit = self._recheck.lost(run, lost, self._bound(run, "working"))
            self._sender.send_again(run, lost[0], limit)

    def _watch(self, run: str, *, wait: float, ending: bool = False) -> None:
        """Follows working orders to their end; cancels what is left after ``wait`` seconds.

        Args:
            run: The run.
            wait: Seconds before orders are cancelled.
            ending: Give up orders that the broker neither works nor cancels.
        """
        deadline = self._clock.monotonic() + wait
        said: dict[str, str | BrokerError] = {}
        while working := self._in(run, "working"):
            late = self._clock.monotonic() >= deadline
            trouble = self._look(run, working)
            if late and said:
                if trouble is not None:
                    raise trouble
                self._still_open(run, said, ending=ending)
            elif late:
                deadline = self._clock.monotonic() + CANCEL_WAIT
            if late or said:
                self._call_off(run, said)
            if self._in(run, "working"):
                self._clock.sleep(POLL)
        self._books.settle(run, self._journal.run(run).account)

    def _look(self, run: str, working: Sequence[Entry]) -> BrokerError | None:
        """Brings working orders up to date. A look that fails is no reason to watch no longer, nor not to cancel."""
        try:
            self._broker.keep_alive()
            self._books.refresh(run, working)
        except SessionOverError:
            raise
        except BrokerError as error:
            if str(error) != self._trouble:
                self._tell(f"looking at the orders failed, and is tried again: {error}")
            self._trouble = str(error)
            return error
        self._trouble = ""
        return None

    def _call_off(self, run: str, said: dict[str, str | BrokerError]) -> None:
        """Asks to cancel every working order that the broker has not answered for; one that fails stops no other.

        Args:
            run: The run.
            said: By reference what came of asking: empty when the broker took the request, its words when it refuses,
                the failure when nobody knows. Is brought up to date.
        """
        account = self._journal.run(run).account
        for entry in self._in(run, "working"):
            before = said.get(entry.client_id)
            if isinstance(before, str):
                continue
            try:
                answer: str | BrokerError = self._broker.cancel(account, entry.order_id)
            except BrokerError as error:
                answer = error
            said[entry.client_id] = answer
            if before is None or str(before) != str(answer):
                self._journal.note(run, f"{entry.client_id}: cancelling: {answer}")
                failed = f", which failed: {answer}" if isinstance(answer, BrokerError) else ""
                self._tell(words(entry, f"cancelling what is left{failed}"))

    def _still_open(self, run: str, said: dict[str, str | BrokerError], *, ending: bool) -> None:
        """Stops with the orders that are open a minute after they were cancelled; ``ending`` gives up dead ones."""
        if ending:
            refused = {reference: why for reference, why in said.items() if isinstance(why, str) and why}
            self._books.bury(run, refused)
        if left := self._in(run, "working"):
            reasons = "; ".join(f"{e.symbol}: {said[e.client_id] or 'no reason given'}" for e in left)
            raise Stopped(
                f"orders are still open although they were cancelled ({reasons}). Look at them at the broker; pbal "
                "trade --resume goes on, pbal trade --cancel tries again."
            )

    def _in(self, run: str, state: str, side: str | None = None) -> list[Entry]:
        return within(self._journal, run, state, side)

    def _report(self, run: str, stopped: str = "") -> Report:
        """Where the run stands; it is closed when nothing of it can change any more."""
        if stopped:
            self._journal.note(run, f"{STOPPED}{stopped}")
        if all(entry.state in FINISHED for entry in self._journal.entries(run)):
            self._journal.finish(run)
        return Report(run=self._journal.run(run), entries=self._journal.entries(run), stopped=stopped)
