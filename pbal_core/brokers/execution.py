"""Carrying a proposal out: sells, their fills, then buys with the cash really freed; and resuming after anything.

The model: the journal is the only memory. Starting, going on and resuming are one function,
:meth:`Execution.carry_out`, that looks at the journal and does what is next; so a program that was killed anywhere goes
on from there:

1. Orders that may exist at the broker (``sending``) are looked for by their reference, in its orders and its trades.
   One that is not there after half a minute and two looks is sent again *under the same reference*, which the broker
   takes only once; that happens only in :meth:`Execution.resume`.
2. What is still to be sent is compared with the account once more (:mod:`~pbal_core.brokers.recheck`): the plan may
   have been carried out from another window, or by hand.
3. Planned sells are sent one at a time, then watched until they are final; after ``Limits.wait`` seconds the rest is
   cancelled.
4. Buys are cut to the money: the plan's cash plus what the sales brought, and never more than the account's cash.
5. Buys are sent and watched likewise.

Anything unforeseen stops (:class:`Stopped`) with the run left open. Worked example: killed after IBKR took order 4 of
10 and before the answer, ``resume`` finds order 4 by its reference, then sends 5 to 10.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..errors import BrokerError, RequestError
from . import recheck
from .clock import Clock
from .guards import Limits
from .journal import Journal
from .pricing import fit_buys, limit_price
from .proposal import Proposal, foreign
from .protocol import Accepted, Account, Broker, Question, Rejected, Side, Ticket, Unclear
from .reconcile import LOOK_GAP, Reconciler, Stopped, Tell, within, words
from .records import FINISHED, Entry, Run

POLL = 3.0
"""Seconds between two looks at working orders."""
CANCEL_WAIT = 60.0
LOOKS = 3
SETTLE = 30.0
"""Seconds after which an order that the broker has taken is surely in its lists."""
FRESH = 60.0
"""Seconds for which a limit price is not renewed."""
RESUME_WINDOW = 6 * 3600.0
"""Seconds after which nothing of a run is sent any more: its prices and its plan are of another day."""
MAX_QUESTIONS = 10
STOPPED = "stopped: "
"""How the history marks the reason of a stop."""

Ask = Callable[[Ticket, Question], bool]
"""Shows the user a question that is not on the allowlist; True answers yes."""


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
        """Orders that did not trade all the planned shares."""
        return tuple(entry for entry in self.entries if entry.filled < entry.planned)

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
        self._ask = ask
        self._tell = tell
        self._clock = clock or Clock()
        self._books = Reconciler(broker, journal, tell, self._clock)
        self._compared = float("-inf")

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
            quoted=proposal.made,
            settings=proposal.limits.to_text(),
            drafts=[line.draft for line in proposal.lines],
        )
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
        self._retire(run)
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
        self._watch(run, wait=0)

    def _open_run(self, run: str) -> None:
        record = self._journal.run(run)
        self._open_account(record.account, paper=record.paper)

    def _open_account(self, number: str, *, paper: bool) -> Account:
        """Makes sure that the run's account is logged in now, and allowed; ``paper`` is what it was before."""
        account = next((a for a in self._broker.accounts() if a.id == number), None)
        if account is None:
            raise RequestError(f"the run belongs to an account ***{number[-4:]} that is not logged in.")
        if not (account.paper and paper) and not self._limits.live:
            raise RequestError(f"the run trades the live account {account.masked}; add --live.")
        self._broker.select(account.id)
        return account

    def _phase(self, run: str, side: Side) -> None:
        """Sends the planned orders of one side and watches them to their end."""
        planned = self._in(run, "planned", side)
        if planned:
            self._compare(run)
            self._renew(run, planned)
            if side == "BUY":
                self._fit(run, self._in(run, "planned", side))
            for entry in self._in(run, "planned", side):
                self._send(run, entry)
        self._watch(run, wait=self._limits.wait)

    def _retire(self, run: str) -> None:
        """Drops what was never sent of a run of another day."""
        if not self._young(run):
            for entry in self._in(run, "planned"):
                reason = "the plan was too old to go on; make a new one"
                self._journal.move(entry.client_id, "dropped", reason=reason)

    def _young(self, run: str) -> bool:
        """Whether orders of the run may still be sent; a clock that was set back says nothing about that."""
        return abs(self._clock.now() - self._journal.run(run).created) <= RESUME_WINDOW

    def _compare(self, run: str) -> None:
        """Stops when the account is not as it was when the plan was checked; looks anew after a minute."""
        if self._clock.monotonic() - self._compared > FRESH:
            recheck.unchanged(self._broker, self._journal.run(run).account, self._in(run, "planned"))
            self._compared = self._clock.monotonic()

    def _renew(self, run: str, planned: Sequence[Entry]) -> None:
        """New limits from new prices, unless they are fresh; stops when a guard says no."""
        if 0 <= self._clock.now() - self._journal.run(run).quoted <= FRESH:
            return
        recheck.is_open(self._broker, self._clock, planned)
        found = recheck.references(self._broker, planned, self._limits)
        for entry, reference in zip(planned, found, strict=True):
            limit = limit_price(reference, entry.side, self._limits.slip)
            self._journal.revise(entry.client_id, shares=entry.shares, limit=limit)
        self._journal.quoted(run)

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
        """Dollars for purchases: the plan's cash and the sales' money, less what is spent; at most the cash there."""
        record, entries = self._journal.run(run), self._journal.entries(run)
        own, bound = record.cash, self._bound(run, "sending", "working")
        for entry in entries:
            if not entry.sent:
                continue
            own += entry.paid if entry.side == "SELL" else -entry.paid
            if entry.filled or entry.state not in FINISHED:
                own -= entry.fee
        cash = self._broker.cash(record.account)
        for _look in range(LOOKS):
            if cash - bound >= min(need, own - bound):
                break
            self._clock.sleep(LOOK_GAP)  # the ledger lags some seconds behind the fills
            cash = self._broker.cash(record.account)
        return min(own, cash) - bound

    def _bound(self, run: str, *states: str) -> Decimal:
        """Dollars that purchases in these states may still cost, without commission."""
        buys = [entry for state in states for entry in self._in(run, state, "BUY")]
        return sum(((entry.shares - entry.filled) * entry.limit for entry in buys), Decimal(0))

    def _send(self, run: str, entry: Entry, *, again: bool = False) -> None:
        """Writes, then sends, one order, and answers questions that are allowed."""
        account = self._journal.run(run).account
        ticket = entry.ticket(account)
        if entry.side == "BUY" and not again:
            preview = self._broker.preview(ticket)
            refused = preview.error or (foreign(preview) if preview.currency != "USD" else "")
            if refused:
                self._journal.move(entry.client_id, "dropped", reason=f"refused in the preview: {refused}")
                self._tell(f"{entry.symbol}: not sent, after its preview: {refused}")
                return
        self._journal.sending(entry.client_id)
        answer = self._broker.send(ticket)
        for _round in range(MAX_QUESTIONS):
            if not isinstance(answer, Question):
                break
            numbers, texts = ", ".join(answer.message_ids), " ".join(answer.texts)
            allowed = bool(answer.message_ids) and set(answer.message_ids) <= self._limits.allow
            if not allowed and not self._ask(ticket, answer):
                self._decline(run, entry, answer)
                return
            # The reply must be the very next request; the history is written on this side only.
            self._journal.note(run, f"{entry.client_id}: answered yes to {numbers}: {texts}")
            answer = self._broker.answer(answer, yes=True)
        match answer:
            case Accepted():
                self._journal.move(entry.client_id, "working", order_id=answer.order_id)
                self._tell(words(entry, f"sent ({answer.status})"))
            case Rejected():
                self._journal.move(entry.client_id, "rejected", reason=answer.reason)
                self._tell(words(entry, f"refused: {answer.reason}"))
            case _:
                self._unclear(run, entry, answer)

    def _decline(self, run: str, entry: Entry, question: Question) -> None:
        """Says no to a question, writes it down, and stops."""
        reason = f"the broker asked ({', '.join(question.message_ids) or 'no number'}): {' '.join(question.texts)}"
        self._journal.note(run, f"{entry.client_id}: declined: {reason}")
        answer = self._broker.answer(question, yes=False)
        if isinstance(answer, Rejected):
            self._journal.move(entry.client_id, "rejected", reason=reason)
            raise Stopped(
                f"{entry.symbol} was not bought or sold, because {reason} A question is answered with yes when all its "
                "numbers are given with --allow. Go on with the other orders: pbal trade --resume."
            )
        self._unclear(run, entry, answer)

    def _unclear(self, run: str, entry: Entry, answer: Accepted | Question | Rejected | Unclear) -> None:
        """Looks for an order after an answer that says nothing; stops unless the broker has it."""
        reason = answer.reason if isinstance(answer, Unclear) else "unexpected answer"
        self._journal.note(run, f"{entry.client_id}: unclear: {reason}")
        self._tell(words(entry, f"no clear answer ({reason}); looking for it at the broker ..."))
        self._books.look(run, wait=SETTLE)
        if any(e.client_id == entry.client_id and e.state == "sending" for e in self._journal.entries(run)):
            raise Stopped(
                f"{entry.symbol}: it is not known whether the broker has the order ({reason}), and it is in none of "
                "the broker's lists. Nothing was sent twice. Look at your orders there, then pbal trade --resume."
            )

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
        lost = self._in(run, "sending")
        if not self._young(run):
            for entry in lost:
                self._journal.move(entry.client_id, "dropped", reason="not found at the broker")
            return
        account = self._journal.run(run).account
        if lost:
            recheck.unchanged(self._broker, account, lost)
            recheck.is_open(self._broker, self._clock, lost)
            recheck.references(self._broker, lost, self._limits)
            recheck.affordable(self._broker, account, lost, self._bound(run, "working"))
        for entry in lost:
            self._journal.note(run, f"{entry.client_id}: not at the broker, sent again under the same reference")
            self._send(run, entry, again=True)

    def _watch(self, run: str, *, wait: float) -> None:
        """Follows working orders to their end; cancels what is left after ``wait`` seconds."""
        account = self._journal.run(run).account
        deadline, cancelled = self._clock.monotonic() + wait, False
        while working := self._in(run, "working"):
            self._broker.keep_alive()
            self._books.refresh(run, working)
            if not self._in(run, "working"):
                break
            if self._clock.monotonic() >= deadline:
                if cancelled:
                    raise Stopped("orders are still open although they were cancelled; go on with pbal trade --resume.")
                for entry in self._in(run, "working"):
                    said = self._broker.cancel(account, entry.order_id)
                    self._journal.note(run, f"{entry.client_id}: cancelling: {said}")
                    self._tell(words(entry, "cancelling what is left"))
                cancelled, deadline = True, self._clock.monotonic() + CANCEL_WAIT
            self._clock.sleep(POLL)
        self._books.settle(run, account)

    def _in(self, run: str, state: str, side: str | None = None) -> list[Entry]:
        return within(self._journal, run, state, side)

    def _report(self, run: str, stopped: str = "") -> Report:
        """Where the run stands; it is closed when nothing of it can change any more."""
        if stopped:
            self._journal.note(run, f"{STOPPED}{stopped}")
        if all(entry.state in FINISHED for entry in self._journal.entries(run)):
            self._journal.finish(run)
        return Report(run=self._journal.run(run), entries=self._journal.entries(run), stopped=stopped)
