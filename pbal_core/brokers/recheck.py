"""What must still be true just before an order is sent, hours or seconds after the plan was checked.

Between the preview and an order the user may have traded elsewhere, sent the same plan from another window, waited
overnight, or thought about a question of the broker for an hour. So before *each* order :class:`Recheck` asks the
broker anew for what is older than a minute, and stops the run when something differs. Worked example: the account held
100 BND when the plan was checked and holds 110 now; so somebody has bought the planned 10 already, and they are not
bought again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ..errors import Issue
from ..money import format_shares
from .clock import Clock, Moment
from .guards import Limits, closed_message, price_issues
from .pricing import limit_price
from .proposal import Proposal
from .protocol import Broker, Hours
from .records import OrderRecord

FRESH = 60.0
"""Seconds for which a price, or a comparison with the account, is not asked for again."""
MAX_AGE = 6 * 3600.0
"""Seconds after which nothing of a plan is sent any more."""
NEW_PLAN = "make a new plan."


class Stopped(Exception):  # noqa: N818 - not an error: the rest of the plan is not sent
    """No more orders are sent; the text says why."""


class Recheck:
    """Looks again at what the orders of a proposal rest on, when it is not fresh.

    Args:
        broker: Connected.
        proposal: What was checked.
        limits: What the user allows.
        clock: What age is measured with.
    """

    def __init__(self, broker: Broker, proposal: Proposal, limits: Limits, clock: Clock) -> None:
        self._broker = broker
        self._account = proposal.account.id
        self._limits = limits
        self._clock = clock
        self._checked = self._quoted = proposal.made
        self._compared: Moment | None = None
        self._held = {order.ticket.conid: order.held for order in proposal.orders}
        self._prices = {order.ticket.conid: order.price for order in proposal.orders}
        self._hours: dict[int, Hours] = {}

    def renew(self, planned: Sequence[OrderRecord]) -> Mapping[str, Decimal]:
        """Makes sure that the next planned order may go out; costs nothing as long as everything is fresh.

        All planned orders are compared and priced together, those of the other side too.

        Returns:
            New limits in dollars by reference; empty when the prices are fresh.

        Raises:
            Stopped: The plan is old, the account has changed since it was checked, or a guard says no.
        """
        if not self._clock.within(self._checked, MAX_AGE):
            raise Stopped(f"the plan is more than {MAX_AGE / 3600:.0f} hours old; {NEW_PLAN}")
        if not self._clock.within(self._compared, FRESH):
            asked = self._clock.moment()
            self._compare(planned)
            self._compared = asked
        if self._clock.within(self._quoted, FRESH):
            return {}
        asked = self._clock.moment()
        self._hours.clear()
        for order in planned:
            self.market_open(order)
        limits = self._limits_now(planned)
        self._quoted = asked
        return limits

    def market_open(self, order: OrderRecord) -> None:
        """Stops when the order's market is closed: an order for the day would wait for another day.

        The hours are asked for once and then known, so this costs nothing directly before an order.
        """
        if order.conid not in self._hours:
            self._hours[order.conid] = self._broker.hours(order.conid)
        hours, now = self._hours[order.conid], self._clock.now()
        if not hours.is_open(now):
            raise Stopped(closed_message(hours, now))

    def _compare(self, planned: Sequence[OrderRecord]) -> None:
        """Stops when the account's shares or orders of the same stocks have changed since the plan was checked."""
        held = {position.conid: position.shares for position in self._broker.positions(self._account)}
        working = {state.conid for state in self._broker.orders(self._account) if state.progress == "working"}
        for order in planned:
            before, now = self._held[order.conid], held.get(order.conid, Decimal(0))
            if order.conid in working:
                raise Stopped(f"{order.symbol}: the account has a working order for it; let it end or cancel it first.")
            if now != before:
                raise Stopped(
                    f"{order.symbol}: the account held {format_shares(before)} when the plan was checked and holds "
                    f"{format_shares(now)} now; {NEW_PLAN}"
                )

    def _limits_now(self, planned: Sequence[OrderRecord]) -> dict[str, Decimal]:
        """Limits from new prices; stops when a price is missing, old, or has moved."""
        quotes = self._broker.quotes([order.conid for order in planned])
        limits: dict[str, Decimal] = {}
        problems: list[Issue] = []
        for order in planned:
            quote = quotes.get(order.conid)
            problems += price_issues(order.symbol, self._prices[order.conid], quote, order.side, self._limits)
            if quote is not None and (reference := quote.reference(order.side)) is not None:
                limits[order.client_id] = limit_price(reference, order.side, self._limits.slip)
        if problems:
            raise Stopped(" ".join(map(str, problems)))
        return limits
