"""Carrying a proposal out, and ending a run after anything.

The model: :meth:`Execution.start` writes the confirmed proposal into the journal, and then

1. sends the sales one at a time (:mod:`~pbal_core.brokers.sending`) and watches them until they are final; what has not
   traded after ``Limits.wait`` seconds is cancelled,
2. cuts the purchases to the money there is (``pricing.spendable``), sends and watches them likewise.

Whatever stops it, no more orders are sent, and those that were sent are watched to their end; so the run ends too. It
stays open only when the program was killed, the session ended, an order cannot be cancelled, or nobody knows whether
the broker has an order. :meth:`Execution.settle` ends such a run: it cancels the orders it knows, finds the others by
their reference and cancels them too, and drops what was never sent. It continues nothing: the natural next step is a
new plan from the account.

Worked example: killed after IBKR took order 4 of 10 and before the answer; ``settle`` finds order 4 by its reference,
cancels what of it has not traded, and drops 5 to 10. A new plan from the account's positions trades the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..errors import BrokerError, Remedy, RequestError
from .clock import Clock
from .guards import Limits
from .journal import Journal
from .pricing import fit_buys, spendable
from .proposal import Proposal
from .protocol import Broker, OrderSide, SessionOverError
from .recheck import Recheck, Stopped
from .reconcile import LOOK_GAP, Reconciler, Tell, happened
from .records import FINISHED, OrderRecord, Run
from .sending import AskUser, Sender

POLL = 3.0
"""Seconds between two looks at working orders."""
CANCEL_WAIT = 60.0
"""Seconds in which a cancelled order must be final."""
LOOKS = 3
"""How often the account's cash is asked for again while it seems too little."""
STOPPED = "stopped: "
"""How the history marks the reason of a stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run has done.

    Args:
        run: The run.
        orders: Its orders.
        stopped: Why not all of it was sent, empty when all was.
    """

    run: Run
    orders: tuple[OrderRecord, ...]
    stopped: str = ""

    @property
    def left(self) -> tuple[OrderRecord, ...]:
        """Orders that did not trade all the planned shares, as far as that is known."""
        return tuple(order for order in self.orders if order.filled < order.planned and not order.unknown)

    @property
    def unknown(self) -> tuple[OrderRecord, ...]:
        """Orders that were sent and never found: they may still trade, so they are not left of the plan."""
        return tuple(order for order in self.orders if order.unknown)

    @property
    def sent(self) -> bool:
        """Whether any order of the run may have reached the broker."""
        return any(order.sent for order in self.orders)

    @property
    def spent(self) -> Decimal:
        """Dollars paid for purchases less dollars from sales, without commission."""
        return sum((order.paid if order.side == "BUY" else -order.paid for order in self.orders), Decimal(0))

    @property
    def cash_left(self) -> Decimal:
        """The plan's cash with what its sales brought, less its purchases and commission: what a new plan has."""
        fees = sum((order.fee for order in self.orders if order.filled), Decimal(0))
        return self.run.cash - self.spent - fees


class Execution:
    """Carries proposals out and settles runs.

    Args:
        broker: Connected.
        journal: Open, and held alone (``Journal.alone``).
        limits: What the user allows.
        ask: Shows questions that are not on the list.
        tell: Says what happens, one line at a time.
        clock: What waiting is measured with.
    """

    def __init__(
        self,
        broker: Broker,
        journal: Journal,
        limits: Limits,
        *,
        ask: AskUser = lambda _ticket, _question: False,
        tell: Tell = lambda _text: None,
        clock: Clock | None = None,
    ) -> None:
        self._broker = broker
        self._journal = journal
        self._limits = limits
        self._ask = ask
        self._tell = tell
        self._clock = clock or Clock()
        self._reconciler = Reconciler(broker, journal, tell, self._clock)
        self._trouble = ""  # what the last look failed with, so that it is said once

    def start(self, proposal: Proposal, request: str = "") -> RunReport:
        """Writes a confirmed proposal into the journal and carries it out.

        Args:
            proposal: Without problems.
            request: How the plan was asked for; the journal keeps it.

        Raises:
            RequestError: The proposal has problems, or a run is open already.
            BrokerError: The session ended; the run stays open.
        """
        if proposal.problems or not proposal.orders:
            raise RequestError("a proposal with problems cannot be carried out.")
        now = next((a for a in self._broker.accounts() if a.id == proposal.account.id), None)
        if now is None or now.paper != proposal.account.paper:
            raise RequestError("another account is logged in than in the preview; preview the plan again.")
        if not now.paper and not self._limits.live:
            message = f"the account {now.masked} is not a paper account; confirm that real money is meant."
            raise RequestError(message, remedy=Remedy("trade_real_money"))
        self._broker.select(now.id)
        run = self._journal.begin(
            account=now.id,
            paper=now.paper,
            cash=proposal.cash,
            checked=proposal.made.wall,
            orders=[(order.ticket, order.fee) for order in proposal.orders],
            request=request,
        )
        return self._report(run, self._noted(run, lambda: self._trade(run, proposal)))

    def settle(self, run: str) -> RunReport:
        """Ends a run: cancels what works, at once; finds and cancels lost orders; drops what was never sent.

        Raises:
            RequestError: The run's account is not logged in.
            BrokerError: The session ended; the run stays open.
        """
        self._broker.select(self._journal.run(run).account)
        return self._report(run, self._noted(run, lambda: self._settle(run)))

    # -- steps

    def _noted(self, run: str, step: Callable[[], str]) -> str:
        """What the step says; a failure is written into the history before it goes on."""
        try:
            return step()
        except BrokerError as error:
            self._journal.note(run, f"{STOPPED}{error}")
            raise

    def _trade(self, run: str, proposal: Proposal) -> str:
        """Sends and watches sales, then purchases. Returns why it stopped, empty when all was sent."""
        recheck = Recheck(self._broker, proposal, self._limits, self._clock)
        sender = Sender(
            self._broker,
            self._journal,
            run,
            self._limits,
            recheck=recheck,
            reconciler=self._reconciler,
            ask=self._ask,
            tell=self._tell,
            clock=self._clock,
        )
        sides: tuple[OrderSide, ...] = ("SELL", "BUY")
        for side in sides:
            stopped = self._send(run, side, recheck, sender)
            still_open = self._watch(run, wait=self._limits.wait)
            if stopped or still_open:
                self._drop_planned(run, "the run stopped before it was sent")
                return " ".join(filter(None, (stopped, still_open)))
        return ""

    def _send(self, run: str, side: OrderSide, recheck: Recheck, sender: Sender) -> str:
        """Sends the planned orders of one side, each after a look at what it rests on. Returns why it stopped."""
        fitted = side == "SELL"
        try:
            while self._journal.orders(run, "planned", side):
                planned = self._journal.orders(run, "planned")
                limits = recheck.renew(planned)
                for order in planned:
                    if order.client_id in limits:
                        self._journal.revise(order.client_id, shares=order.shares, limit=limits[order.client_id])
                if side == "BUY" and (limits or not fitted):
                    self._fit(run, self._journal.orders(run, "planned", side))
                    fitted = True
                if left := self._journal.orders(run, "planned", side):
                    sender.send(left[0])
        except SessionOverError:
            raise
        except (Stopped, BrokerError) as reason:
            return str(reason)
        return ""

    def _settle(self, run: str) -> str:
        """See :meth:`settle`. The orders that are known are cancelled before anything else is asked."""
        self._cancel(run, {})
        self._drop_planned(run, "cancelled before it was sent")
        trouble = self._reconciler.look(run)
        still_open = self._watch(run, wait=0)
        if not trouble:
            for order in self._journal.orders(run, "sending"):
                self._journal.move(order.client_id, "dropped", reason="not found at the broker; look there yourself")
        return " ".join(filter(None, (trouble, still_open)))

    def _drop_planned(self, run: str, reason: str) -> None:
        for order in self._journal.orders(run, "planned"):
            self._journal.move(order.client_id, "dropped", reason=reason)

    # -- money

    def _fit(self, run: str, planned: Sequence[OrderRecord]) -> None:
        """Cuts the planned purchases to the money there is."""
        fees = sum((order.fee for order in planned), Decimal(0))
        need = sum((order.shares * order.limit for order in planned), fees)
        budget = self._budget(run, need)
        counts = fit_buys([o.shares for o in planned], [o.limit for o in planned], budget - fees)
        for order, count in zip(planned, counts, strict=True):
            if count == 0:
                self._journal.move(order.client_id, "dropped", reason="there was no cash left for it")
                self._tell(f"{order.symbol}: no cash left for it, not bought.")
            elif count < order.shares:
                self._journal.revise(order.client_id, shares=count, limit=order.limit)
                self._tell(f"{order.symbol}: {count} instead of {order.shares}, for the cash there is.")

    def _budget(self, run: str, need: Decimal) -> Decimal:
        """Dollars that the planned purchases may cost; see ``pricing.spendable``.

        The ledger lags some seconds behind the fills, and the journal behind the ledger, so both are looked at a few
        times while the money seems too little.
        """
        account = self._journal.run(run).account
        for look in range(LOOKS + 1):
            if look:
                self._clock.sleep(LOOK_GAP)
            working = self._journal.orders(run, "working", "BUY")
            self._reconciler.refresh(run, working)
            bound = sum(
                ((o.shares - o.filled) * o.limit for o in self._journal.orders(run, "working", "BUY")), Decimal(0)
            )
            own, cash = self._own(run) - bound, self._broker.cash(account) - bound
            if cash >= min(need, own):
                break
        return spendable(own, cash)

    def _own(self, run: str) -> Decimal:
        """Dollars of the plan's cash and of its sales that are not spent."""
        own = self._journal.run(run).cash
        for order in self._journal.orders(run):
            own += order.paid if order.side == "SELL" else -order.paid
            if order.sent and (order.filled or order.stage not in FINISHED):
                own -= order.fee
        return own

    # -- watching

    def _watch(self, run: str, *, wait: float) -> str:
        """Follows working orders to their end; after ``wait`` seconds asks to cancel what is left.

        Returns:
            Why orders are still open ``CANCEL_WAIT`` seconds after that, empty when none is.
        """
        late = self._clock.monotonic() + wait
        answers: dict[str, str | BrokerError] = {}
        while working := self._journal.orders(run, "working"):
            now = self._clock.monotonic()
            if now >= late:
                self._cancel(run, answers)
            trouble = self._look(run, working)
            if now >= late + CANCEL_WAIT:
                if trouble is not None:
                    raise trouble
                self._reconciler.give_up(run, {name: a for name, a in answers.items() if isinstance(a, str)})
                if still_open := self._still_open(run, answers):
                    return still_open
            if self._journal.orders(run, "working"):
                self._clock.sleep(POLL)
        try:
            self._reconciler.correct(run)
        except BrokerError as error:  # all orders are final: what they cost exactly keeps no run open
            self._tell(f"what was paid and charged is not confirmed: {error}")
        return ""

    def _look(self, run: str, working: Sequence[OrderRecord]) -> BrokerError | None:
        """Brings working orders up to date. A look that fails ends no watch and prevents no cancellation."""
        try:
            self._broker.keep_alive()
            self._reconciler.refresh(run, working)
        except SessionOverError:
            raise
        except BrokerError as error:
            if str(error) != self._trouble:
                self._tell(f"looking at the orders failed, and is tried again: {error}")
            self._trouble = str(error)
            return error
        self._trouble = ""
        return None

    def _cancel(self, run: str, answers: dict[str, str | BrokerError]) -> None:
        """Asks to cancel every working order that the broker has not answered for; one that fails stops no other.

        Args:
            run: The run.
            answers: By reference what came of it: empty when the broker took the request, its words when it refused,
                the failure when nobody knows. Is brought up to date.
        """
        account = self._journal.run(run).account
        for order in self._journal.orders(run, "working"):
            before = answers.get(order.client_id)
            if isinstance(before, str):
                continue
            try:
                answer: str | BrokerError = self._broker.cancel(account, order.order_id)
            except SessionOverError:
                raise
            except BrokerError as error:
                answer = error
            answers[order.client_id] = answer
            if before is None or str(before) != str(answer):
                self._journal.note(run, f"{order.client_id}: cancelling: {answer}")
                failed = f", which failed: {answer}" if isinstance(answer, BrokerError) else ""
                self._tell(happened(order, f"cancelling what is left{failed}"))

    def _still_open(self, run: str, answers: dict[str, str | BrokerError]) -> str:
        left = self._journal.orders(run, "working")
        if not left:
            return ""
        reasons = "; ".join(f"{order.symbol}: {answers.get(order.client_id) or 'no reason given'}" for order in left)
        return f"orders are still open although they were cancelled ({reasons}). Look at them at the broker."

    def _report(self, run: str, stopped: str) -> RunReport:
        """What the run has done; it is closed when nothing of it can change any more."""
        if stopped:
            self._journal.note(run, f"{STOPPED}{stopped}")
        orders = tuple(self._journal.orders(run))
        if all(order.stage in FINISHED for order in orders):
            self._journal.finish(run)
        return RunReport(run=self._journal.run(run), orders=orders, stopped=stopped)
