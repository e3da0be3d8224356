"""Finding out at the broker what became of orders, and writing it into the journal. Reads only, sends nothing.

The model: an order that is ``sending`` in the journal is at the broker, or is not, or does not show yet. It is looked
for by our reference, in the broker's list of orders and in its list of trades; what is found moves the journal on.
Worked example: the answer to order 4 was lost; the list shows its reference with 3 of 10 shares traded, so it becomes
``working`` with 3 filled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from ..errors import BrokerError
from ..money import format_money, format_shares
from .clock import Clock
from .journal import Journal
from .protocol import Broker, Fill, OrderState, SessionOverError
from .records import FINISHED, OrderRecord, Stage

LOOK_GAP = 5.0
"""Seconds between two looks at the broker's lists."""
SETTLE = 30.0
"""Seconds after which an order that the broker has taken is in its lists."""
DAY = 12 * 3600.0
"""Seconds after which an order for the day can no longer be working."""

Tell = Callable[[str], None]


class Reconciler:
    """Compares the journal with the broker's own lists.

    Args:
        broker: Connected.
        journal: Open, and held alone.
        tell: Says what is found, one line at a time.
        clock: What waiting is measured with.
    """

    def __init__(self, broker: Broker, journal: Journal, tell: Tell, clock: Clock) -> None:
        self._broker = broker
        self._journal = journal
        self._tell = tell
        self._clock = clock

    def look(self, run: str) -> str:
        """Looks for orders that may exist, at least twice and until ``SETTLE`` seconds after the last was sent.

        Returns:
            Why the broker's lists could not be read in the end; empty when they could, and then those orders that are
            still ``sending`` are in none of them.
        """
        lost = self._journal.orders(run, "sending")
        since = self._clock.now() - max((order.sent for order in lost), default=0)
        # At most SETTLE, should the computer's clock have been set back.
        deadline = self._clock.monotonic() + max(LOOK_GAP, min(SETTLE, SETTLE - since))
        trouble = ""
        while lost:
            trouble = self._adopt_all(run, lost)
            lost = self._journal.orders(run, "sending")
            if self._clock.monotonic() >= deadline:
                break
            if lost:
                self._clock.sleep(LOOK_GAP)
        return trouble if lost else ""

    def refresh(self, run: str, working: Sequence[OrderRecord]) -> None:
        """Asks for each working order; those that the broker has forgotten are looked up in its lists."""
        forgotten = []
        for order in working:
            state = self._broker.order(order.order_id)
            if state is None or not _ours(order, state):
                forgotten.append(order)
            else:
                self._advance(order, state)
        if forgotten and (trouble := self._adopt_all(run, forgotten)):
            raise BrokerError(trouble)

    def _adopt_all(self, run: str, orders: Sequence[OrderRecord]) -> str:
        """Moves on what either list has; one list that fails does not hide the other. Returns the failure's words."""
        account, trouble = self._journal.run(run).account, ""
        states: tuple[OrderState, ...] = ()
        fills: tuple[Fill, ...] = ()
        try:
            states = self._broker.orders(account)
        except SessionOverError:
            raise
        except BrokerError as error:
            trouble = str(error)
        missing = [order for order in orders if not self._adopt(order, states)]
        if not missing:
            return ""
        try:
            fills = self._broker.fills(account)
        except SessionOverError:
            raise
        except BrokerError as error:
            trouble = str(error)
        for order in missing:
            self._adopt_fills(run, order, fills)
        return trouble

    def _adopt(self, order: OrderRecord, states: Iterable[OrderState]) -> bool:
        """Moves an order on when the list of orders has it."""
        state = find(order, states)
        if state is not None:
            self._advance(order, state)
        return state is not None

    def _adopt_fills(self, run: str, order: OrderRecord, fills: Iterable[Fill]) -> None:
        """Moves an order on that only the list of trades has."""
        found = [fill for fill in fills if same(order, fill.client_id, fill.order_id)]
        shares = sum((fill.shares for fill in found), Decimal(0))
        over = self._clock.now() - self._journal.run(run).created > DAY
        if shares >= order.shares:
            stage: Stage = "filled"
        elif over and (found or order.stage == "working"):
            stage = "cancelled"
        elif found:
            stage = "working"  # a list of orders can be empty for a moment; the trades say that the order is there
        else:
            return
        self._journal.move(
            order.client_id,
            stage,
            order_id=found[0].order_id if found else None,
            filled=max(shares, order.filled),
            paid=_value(found) if shares >= order.filled else order.paid,
            reason="the day it was for is over" if stage == "cancelled" else None,
        )
        self._tell(happened(order, f"in the broker's trades, {format_shares(shares)} of {order.shares}"))

    def _advance(self, order: OrderRecord, state: OrderState) -> None:
        """Writes what the broker says of an order, when it is news. Shares that traded are never taken back."""
        said = state.filled
        if state.progress == "filled" and not said:  # all of it, whatever number is missing
            said = state.shares or Decimal(order.shares)
        filled = max(said, order.filled)
        # Without a price the limit is on the safe side: no purchase costs more, and no sale brings less.
        more = (filled - order.filled) * order.limit
        paid = filled * state.price if state.price is not None else order.paid + more
        if (state.progress, filled, paid, state.order_id) == (order.stage, order.filled, order.paid, order.order_id):
            return
        ended = state.progress in {"cancelled", "rejected"}
        reason = state.reason or f"the broker says {state.status}" if ended else ""
        self._journal.move(
            order.client_id, state.progress, order_id=state.order_id, filled=filled, paid=paid, reason=reason
        )
        done = f"{format_shares(filled)} of {order.shares}" if filled else ""
        self._tell(happened(order, f"{state.status} {done}".strip() + (f": {state.reason}" if reason else "")))

    def give_up(self, run: str, answers: Mapping[str, str]) -> None:
        """Ends working orders that the broker's list calls inactive, or no longer has and refuses to cancel.

        Args:
            run: The run.
            answers: By our reference the broker's answer to the cancellation: empty when it took the request, else its
                words, such as "OrderID 47 doesn't exist".
        """
        dead = [order for order in self._journal.orders(run, "working") if order.client_id in answers]
        states = self._broker.orders(self._journal.run(run).account) if dead else ()
        for order in dead:
            state, words = find(order, states), answers[order.client_id]
            if state is not None and state.idle:
                reason = f"{state.status} in the broker's list after it was cancelled"
            elif state is None and words:
                reason = "not in the broker's list"
            else:
                continue
            reason += f", and the broker refuses to cancel it: {words}" if words else ""
            self._journal.move(order.client_id, "cancelled", reason=f"given up: {reason}")
            self._tell(happened(order, f"given up: {reason}"))

    def correct(self, run: str) -> None:
        """Writes what was really paid and charged, where the broker's list of trades is complete."""
        ended = [order for order in self._journal.orders(run) if order.sent and order.stage in FINISHED]
        if not ended:
            return
        fills = self._broker.fills(self._journal.run(run).account)
        for order in ended:
            found = [fill for fill in fills if same(order, fill.client_id, fill.order_id)]
            shares = sum((fill.shares for fill in found), Decimal(0))
            if not found or shares < order.filled:
                continue
            charged = [fill.commission for fill in found if fill.commission is not None]
            fee = sum(charged, Decimal(0)) if len(charged) == len(found) else order.fee
            paid = _value(found)
            if (shares, paid, fee) != (order.filled, order.paid, order.fee):
                self._journal.correct(order.client_id, filled=shares, paid=paid, fee=fee)
            if shares > order.filled:  # a fill that raced the cancellation, or an order that was believed refused
                self._tell(happened(order, f"in the broker's trades, {format_shares(shares)} of {order.shares}"))


def find(order: OrderRecord, states: Iterable[OrderState]) -> OrderState | None:
    """The order in the broker's list, None when it is not there."""
    return next((s for s in states if same(order, s.client_id, s.order_id) and _ours(order, s)), None)


def same(order: OrderRecord, client_id: str, order_id: str) -> bool:
    """Whether something at the broker is this order: by our reference; where there is none, by the broker's number."""
    if client_id:
        return client_id == order.client_id
    return bool(order.order_id) and order_id == order.order_id


def _ours(order: OrderRecord, state: OrderState) -> bool:
    """Whether it can be this order: the broker may use a number again for another one."""
    if state.client_id:
        return state.client_id == order.client_id
    return state.conid in {0, order.conid} and state.side in {"", order.side}


def _value(fills: Iterable[Fill]) -> Decimal:
    """Dollars that fills cost or brought."""
    return sum((fill.shares * fill.price for fill in fills), Decimal(0))


def happened(order: OrderRecord, what: str) -> str:
    """What happened to an order, as a line for the user."""
    verb = "Buy" if order.side == "BUY" else "Sell"
    return f"{verb} {order.shares} {order.symbol} at {format_money(order.limit)}: {what}"
