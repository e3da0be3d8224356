"""Carrying a proposal out: sells, their fills, then buys with the cash really freed; and resuming after anything.

The model: the journal is the only memory. Starting, going on and resuming are one function,
:meth:`Execution.carry_out`, that looks at the journal and does what is next; so a program that was killed anywhere goes
on from there:

1. Orders that may exist at the broker (``sending``) are looked for by their reference, in its orders and its trades.
   One that is not there after half a minute and two looks is sent again *under the same reference*, which the broker
   takes only once; that happens only in :meth:`Execution.resume`.
2. Planned sells are sent one at a time, then watched until they are final; after ``Limits.wait`` seconds the rest is
   cancelled.
3. Buys are cut to the money: the plan's cash plus what the sales brought, and never more than the account's cash.
4. Buys are sent and watched likewise.

Anything unforeseen stops (:class:`Stopped`) with the run left open. Worked example: killed after IBKR took order 4 of
10 and before the answer, ``resume`` finds order 4 by its reference, then sends 5 to 10.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..errors import RequestError
from .clock import Clock
from .guards import Limits, closed_message, price_issues
from .journal import FINISHED, Entry, Journal, Run
from .pricing import fit_buys, limit_price
from .proposal import Proposal
from .protocol import Accepted, Broker, Question, Rejected, Side, Ticket, Unclear
from .reconcile import LOOK_GAP, Reconciler, Stopped, Tell, within, words

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

    # -- the three ways in

    def start(self, proposal: Proposal) -> Report:
        """Writes a confirmed proposal into the journal and carries it out.

        Raises:
            RequestError: The proposal has problems, or a run is open already.
            BrokerError: The broker failed; the run stays open.
        """
        if proposal.problems or not proposal.lines:
            raise RequestError("a proposal with problems cannot be carried out.")
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
        self._open_account(run)
        try:
            self._resend_lost(run)
        except Stopped as stop:
            return self._report(run, str(stop))
        return self.carry_out(run)

    def carry_out(self, run: str) -> Report:
        """Does what the journal says is next, until nothing is left or something stops it."""
        try:
            self._books.look(run)
            self._phase(run, "SELL")
            self._phase(run, "BUY")
        except Stopped as stop:
            return self._report(run, str(stop))
        return self._report(run)

    def cancel(self, run: str) -> Report:
        """Cancels what works, drops what was never sent, and closes the run when nothing is open any more."""
        self._open_account(run)
        for entry in self._in(run, "planned"):
            self._journal.move(entry.client_id, "dropped", reason="cancelled before it was sent")
        try:
            lost = self._in(run, "sending")
            if lost:
                self._books.look(run, wait=self._unsettled(lost), giving_up=True)
            for entry in self._in(run, "sending"):
                self._journal.move(entry.client_id, "dropped", reason="not found at the broker")
            self._watch(run, wait=0)
        except Stopped as stop:
            return self._report(run, str(stop))
        return self._report(run)

    # -- steps

    def _open_account(self, run: str) -> None:
        """Makes sure that the run's account is there, and allowed."""
        record = self._journal.run(run)
        account = next((a for a in self._broker.accounts() if a.id == record.account), None)
        if account is None:
            raise RequestError(f"the run belongs to an account ***{record.account[-4:]} that is not logged in.")
        if not (account.paper and record.paper) and not self._limits.live:
            raise RequestError(f"the run trades the live account {account.masked}; add --live.")
        self._broker.select(account.id)

    def _phase(self, run: str, side: Side) -> None:
        """Sends the planned orders of one side and watches them to their end."""
        planned = self._in(run, "planned", side)
        if planned:
            self._renew(run, planned)
            if side == "BUY":
                self._fit(run, self._in(run, "planned", side))
            for entry in self._in(run, "planned", side):
                self._send(run, entry)
        self._watch(run, wait=self._limits.wait)

    def _renew(self, run: str, planned: Sequence[Entry]) -> None:
        """New limits from new prices, unless they are fresh; stops when a guard says no."""
        record, now = self._journal.run(run), self._clock.now()
        if now - record.created > RESUME_WINDOW:
            for entry in planned:
                self._journal.move(entry.client_id, "dropped", reason="the plan was too old to go on; make a new one")
            return
        if now - record.quoted <= FRESH:
            return
        self._unchanged(record.account, planned)
        self._must_be_open(planned[0])
        quotes = self._broker.quotes([entry.conid for entry in planned])
        for entry in planned:
            quote = quotes.get(entry.conid)
            issues = list(price_issues(entry.symbol, entry.price, quote, entry.side, self._limits))
            reference = quote.reference(entry.side) if quote is not None else None
            if issues or reference is None:
                raise Stopped("; ".join(map(str, issues)))
            limit = limit_price(reference, entry.side, self._limits.slip)
            self._journal.revise(entry.client_id, shares=entry.shares, limit=limit)
        self._journal.quoted(run)

    def _unchanged(self, account: str, planned: Sequence[Entry]) -> None:
        """Stops when somebody else trades the same stocks, or sold what is to be sold."""
        held = {holding.conid: holding.shares for holding in self._broker.holdings(account)}
        working = {o.conid for o in self._broker.orders(account) if o.progress == "working"}
        for entry in planned:
            if entry.conid in working:
                raise Stopped(f"{entry.symbol}: the account has a working order for it; let it end or cancel it first.")
            if entry.side == "SELL" and held.get(entry.conid, Decimal(0)) < entry.shares:
                raise Stopped(f"{entry.symbol}: {entry.shares} are to be sold and fewer are held; make a new plan.")

    def _must_be_open(self, entry: Entry) -> None:
        """Stops when the market is closed: an order for the day would wait for another day."""
        hours, now = self._broker.hours(entry.conid), self._clock.now()
        if not hours.is_open(now):
            raise Stopped(closed_message(hours, now))

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
        own = record.cash
        bound = Decimal(0)
        for entry in entries:
            if entry.state in {"planned", "dropped"}:
                continue
            own += entry.paid if entry.side == "SELL" else -entry.paid
            if entry.filled or entry.state not in FINISHED:
                own -= entry.fee
            if entry.side == "BUY" and entry.state in {"sending", "working"}:
                bound += (entry.shares - entry.filled) * entry.limit
        cash = self._broker.cash(record.account)
        for _look in range(LOOKS):
            if cash - bound >= min(need, own - bound):
                break
            self._clock.sleep(LOOK_GAP)  # the ledger lags some seconds behind the fills
            cash = self._broker.cash(record.account)
        return min(own, cash) - bound

    def _send(self, run: str, entry: Entry, *, again: bool = False) -> None:
        """Writes, then sends, one order, and answers questions that are allowed."""
        account = self._journal.run(run).account
        ticket = entry.ticket(account)
        if entry.side == "BUY" and not again:
            preview = self._broker.preview(ticket)
            if preview.error:
                self._journal.move(entry.client_id, "dropped", reason=f"refused in the preview: {preview.error}")
                self._tell(f"{entry.symbol}: not sent, the broker would refuse it: {preview.error}")
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
        for entry in self._in(run, "sending"):
            if self._clock.now() - self._journal.run(run).created > RESUME_WINDOW:
                self._journal.move(entry.client_id, "dropped", reason="not found at the broker")
                continue
            self._must_be_open(entry)
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
