"""Finding out at the broker what became of orders, and writing it into the journal. Reads only, sends nothing.

The model: an order that was written as ``sending`` exists at the broker, or does not, or does not yet show. It is
looked for by our reference in the broker's list of orders and in its list of trades; what is found moves the journal
on, and what is not found stays ``sending``. Worked example: the answer to order 4 was lost; the list shows its
reference with 3 of 10 shares traded, so it becomes ``working`` with 3 filled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from ..money import format_money, format_shares
from .clock import Clock
from .journal import Journal
from .protocol import Broker, Execution, OrderState
from .records import Entry, State

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
        order = next((o for o in orders if _same(entry, o.client_id, o.order_id)), None)
        if order is not None:
            self._advance(entry, order)
            return
        found = [fill for fill in fills if _same(entry, fill.client_id, fill.order_id)]
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
            filled=shares,
            paid=sum((fill.shares * fill.price for fill in found), Decimal(0)),
            reason="the day it was for is over" if state == "cancelled" else None,
        )
        self._tell(words(entry, f"in the broker's trades, {format_shares(shares)} of {entry.shares}"))

    def _advance(self, entry: Entry, order: OrderState) -> None:
        """Writes what the broker says of an order, when it is news."""
        paid = order.filled * order.price if order.price is not None else entry.paid
        news = (order.progress, order.filled, paid, order.order_id)
        if news == (entry.state, entry.filled, entry.paid, entry.order_id):
            return
        reason = "" if order.progress in {"working", "filled"} else f"the broker says {order.status}"
        self._journal.move(
            entry.client_id,
            order.progress,
            order_id=order.order_id,
            filled=order.filled,
            paid=paid,
            reason=reason,
        )
        done = f"{format_shares(order.filled)} of {entry.shares}" if order.filled else ""
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
            if order is None:
                forgotten.append(entry)
            else:
                self._advance(entry, order)
        if forgotten:
            account = self._journal.run(run).account
            orders, fills = self._broker.orders(account), self._broker.executions(account)
            for entry in forgotten:
                self._adopt(run, entry, orders, fills)

    def settle(self, run: str, account: str) -> None:
        """Writes what was really paid and charged, where the broker's list of trades is complete."""
        ended = [e for e in self._journal.entries(run) if e.filled and e.state in {"filled", "cancelled"}]
        if not ended:
            return
        fills = self._broker.executions(account)
        for entry in ended:
            found = [fill for fill in fills if _same(entry, fill.client_id, fill.order_id)]
            if sum((fill.shares for fill in found), Decimal(0)) != entry.filled:
                continue
            paid = sum((fill.shares * fill.price for fill in found), Decimal(0))
            charged = [fill.commission for fill in found if fill.commission is not None]
            fee = sum(charged, Decimal(0)) if len(charged) == len(found) else entry.fee
            if (paid, fee) != (entry.paid, entry.fee):
                self._journal.settle(entry.client_id, paid=paid, fee=fee)


def within(journal: Journal, run: str, state: str, side: str | None = None) -> list[Entry]:
    """The run's orders in one state, of one side or of both."""
    return [e for e in journal.entries(run) if e.state == state and side in {None, e.side}]


def _same(entry: Entry, client_id: str, order_id: str) -> bool:
    """Whether something at the broker is this order: by our reference, or by the broker's number once it is known."""
    return client_id == entry.client_id or (bool(entry.order_id) and order_id == entry.order_id)


def _alike(entry: Entry, order: OrderState) -> bool:
    return order.conid == entry.conid and order.side == entry.side and order.shares in {None, Decimal(entry.shares)}


def words(entry: Entry, happened: str) -> str:
    """What happened to an order, as a line for the user."""
    verb = "Buy" if entry.side == "BUY" else "Sell"
    return f"{verb} {entry.shares} {entry.symbol} at {format_money(entry.limit)}: {happened}"
