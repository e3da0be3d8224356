"""Finding out at the broker what became of orders, and writing it into the journal. Reads only, sends nothing.

The model: an order that was written as ``sending`` exists at the broker, or does not, or does not yet show. It is
looked for by our reference in the broker's list of orders and in its list of trades; what is found moves the journal
on, and what is not found stays ``sending``. Worked example: the answer to order 4 was lost; the list shows its
reference with 3 of 10 shares traded, so it becomes ``working`` with 3 filled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from ..money import format_money, format_shares
from .clock import Clock
from .journal import Journal
from .protocol import Broker, Execution, OrderState
from .records import FINISHED, Entry, State

LOOK_GAP = 5.0
"""Seconds between two looks at the broker's lists."""

DAY = 12 * 3600.0
"""Seconds after which an order for the day can no longer be working."""

Tell = Callable[[str], None]


class Stopped(Exception):  # noqa: N818 - not an error: the run waits for the user
    """The run cannot go on by itself; the text says why and what to do."""


class Reconciler:
    """Compares the journal with the broker's own lists.

    Args:
        broker: Connected.
        journal: Open, and held alone.
        tell: Told what is found, one line at a time.
        clock: What waiting is measured with.
    """

    def __init__(self, broker: Broker, journal: Journal, tell: Tell, clock: Clock) -> None:
        self._broker = broker
        self._journal = journal
        self._tell = tell
        self._clock = clock

    def look(self, run: str, *, wait: float = 0, giving_up: bool = False) -> None:
        """Finds orders that may exist, by their reference. After it, those still ``sending`` are not in the lists."""
        deadline = self._clock.monotonic() + wait
        account = self._journal.run(run).account
        while within(self._journal, run, "sending"):
            orders, fills = self._broker.orders(account), self._broker.executions(account)
            for entry in within(self._journal, run, "sending"):
                self._adopt(run, entry, orders, fills)
            still = within(self._journal, run, "sending")
            if not giving_up:
                self._strangers(run, still, orders)
            if not still or self._clock.monotonic() >= deadline:
                return
            self._clock.sleep(LOOK_GAP)

    def _adopt(self, run: str, entry: Entry, orders: Iterable[OrderState], fills: Iterable[Execution]) -> None:
        """Moves an order on when the broker's lists have it."""
        order = next((o for o in orders if same(entry, o.client_id, o.order_id) and _ours(entry, o)), None)
        if order is not None:
            self._advance(entry, order)
            return
        found = [fill for fill in fills if same(entry, fill.client_id, fill.order_id)]
        shares = sum((fill.shares for fill in found), Decimal(0))
        over = self._clock.now() - self._journal.run(run).created > DAY
        if shares >= entry.shares:
            state: State = "filled"
        elif over and (found or entry.state == "working"):
            state = "cancelled"
        elif found:
            state = "working"  # a list of orders can be empty for a moment; the trades say that it is there
        else:
            return
        self._journal.move(
            entry.client_id,
            state,
            order_id=found[0].order_id if found else None,
            filled=max(shares, entry.filled),
            paid=_value(found) if shares >= entry.filled else entry.paid,
            reason="the day it was for is over" if state == "cancelled" else None,
        )
        self._tell(words(entry, f"in the broker's trades, {format_shares(shares)} of {entry.shares}"))

    def _advance(self, entry: Entry, order: OrderState) -> None:
        """Writes what the broker says of an order, when it is news; shares that traded are never taken back."""
        said = order.filled
        if order.progress == "filled" and not said:  # all of it, whatever number is missing
            said = order.shares or Decimal(entry.shares)
        filled = max(said, entry.filled)
        # Without a price the limit is on the safe side: no purchase costs more, and no sale brings less.
        more = (filled - entry.filled) * entry.limit
        paid = filled * order.price if order.price is not None else entry.paid + more
        news = (order.progress, filled, paid, order.order_id)
        if news == (entry.state, entry.filled, entry.paid, entry.order_id):
            return
        reason = "" if order.progress in {"working", "filled"} else f"the broker says {order.status}"
        self._journal.move(
            entry.client_id,
            order.progress,
            order_id=order.order_id,
            filled=filled,
            paid=paid,
            reason=reason,
        )
        done = f"{format_shares(filled)} of {entry.shares}" if filled else ""
        self._tell(words(entry, f"{order.status} {done}".strip()))

    def _strangers(self, run: str, still: Sequence[Entry], orders: Iterable[OrderState]) -> None:
        """Stops when an order without any reference could be one that is looked for."""
        known = {entry.order_id for entry in self._journal.entries(run)}
        for order in orders:
            for entry in still:
                if not order.client_id and order.order_id not in known and _alike(entry, order):
                    raise Stopped(
                        f"{entry.symbol}: the broker has an order ({order.order_id}, {order.status}) that may be "
                        "ours but carries no reference. Nothing more is sent. Cancel it at the broker or let it fill, "
                        "then give this run up with pbal trade --cancel."
                    )

    def refresh(self, run: str, working: Sequence[Entry]) -> None:
        """Asks for each working order; those that the broker has forgotten are looked up in its lists."""
        forgotten = []
        for entry in working:
            order = self._broker.order(entry.order_id)
            if order is None or not _ours(entry, order):
                forgotten.append(entry)
            else:
                self._advance(entry, order)
        if forgotten:
            account = self._journal.run(run).account
            orders, fills = self._broker.orders(account), self._broker.executions(account)
            for entry in forgotten:
                self._adopt(run, entry, orders, fills)

    def bury(self, run: str, refused: Mapping[str, str]) -> None:
        """Ends working orders that the broker refuses to cancel, when its list confirms that it does not work them.

        Args:
            run: The run.
            refused: By our reference the broker's words, such as "OrderID 47 doesn't exist".
        """
        dead = [entry for entry in within(self._journal, run, "working") if entry.client_id in refused]
        if not dead:
            return
        orders = self._broker.orders(self._journal.run(run).account)
        for entry in dead:
            order = next((o for o in orders if same(entry, o.client_id, o.order_id) and _ours(entry, o)), None)
            if order is None or order.idle:
                state = "not in the broker's list" if order is None else f"{order.status} in the broker's list"
                reason = f"{state}, and it refuses to cancel it: {refused[entry.client_id]}"
                self._journal.move(entry.client_id, "cancelled", reason=reason)
                self._tell(words(entry, reason))

    def settle(self, run: str, account: str) -> None:
        """Writes what was really paid and charged, where the broker's list of trades is complete."""
        ended = [e for e in self._journal.entries(run) if e.sent and e.state in FINISHED]
        if not ended:
            return
        fills = self._broker.executions(account)
        for entry in ended:
            found = [fill for fill in fills if same(entry, fill.client_id, fill.order_id)]
            shares = sum((fill.shares for fill in found), Decimal(0))
            if not found or shares < entry.filled:
                continue
            paid = _value(found)
            charged = [fill.commission for fill in found if fill.commission is not None]
            fee = sum(charged, Decimal(0)) if len(charged) == len(found) else entry.fee
            if (shares, paid, fee) != (entry.filled, entry.paid, entry.fee):
                self._journal.settle(entry.client_id, filled=shares, paid=paid, fee=fee)
            if shares > entry.filled:  # one that raced the cancellation, or an order that was believed to be none
                self._tell(words(entry, f"in the broker's trades, {format_shares(shares)} of {entry.shares}"))


def within(journal: Journal, run: str, state: str, side: str | None = None) -> list[Entry]:
    """The run's orders in one state, of one side or of both."""
    return [e for e in journal.entries(run) if e.state == state and side in {None, e.side}]


def same(entry: Entry, client_id: str, order_id: str) -> bool:
    """Whether something at the broker is this order: by our reference; where there is none by the broker's number."""
    if client_id:
        return client_id == entry.client_id
    return bool(entry.order_id) and order_id == entry.order_id


def _ours(entry: Entry, order: OrderState) -> bool:
    """Whether nothing speaks against it: a number can be used again for another order."""
    if order.client_id:
        return order.client_id == entry.client_id
    return order.conid in {0, entry.conid} and order.side in {"", entry.side}


def _value(fills: Iterable[Execution]) -> Decimal:
    """Dollars that fills cost or brought."""
    return sum((fill.shares * fill.price for fill in fills), Decimal(0))


def _alike(entry: Entry, order: OrderState) -> bool:
    return order.conid == entry.conid and order.side == entry.side and order.shares in {None, Decimal(entry.shares)}


def words(entry: Entry, happened: str) -> str:
    """What happened to an order, as a line for the user."""
    verb = "Buy" if entry.side == "BUY" else "Sell"
    return f"{verb} {entry.shares} {entry.symbol} at {format_money(entry.limit)}: {happened}"
