"""What must still be true just before an order is sent, hours or seconds after the plan was checked.

Between the preview and an order the user may have traded elsewhere, sent the same plan from another window, waited
overnight, or thought about a question of the broker for an hour. So before *each* order :class:`Recheck` looks how old
everything is that the order rests on, and asks the broker anew what is older than a minute; whatever differs stops the
run. Worked example: the account held 100 BND when the plan was checked and holds 110 now, so the planned 10 have been
bought already, by whom ever; they are not bought again.

Reads from the broker, and writes new limits into the journal; sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from ..money import format_money, format_shares
from .clock import Clock, Moment
from .guards import Limits, closed_message, price_issues
from .journal import Journal
from .pricing import limit_price
from .protocol import Broker, Hours
from .reconcile import Stopped, within
from .records import Entry

FRESH = 60.0
"""Seconds for which a limit price, or a comparison with the account, is not renewed."""
RESUME_WINDOW = 6 * 3600.0
"""Seconds after which nothing of a run is sent any more: its prices and its plan are of another day."""
_NEW_PLAN = "end this run with pbal trade --cancel and make a new plan."


class Recheck:
    """Looks again at what orders rest on, when it is not fresh.

    Args:
        broker: Connected.
        journal: Open, and held alone.
        limits: What the user allows now.
        clock: What age is measured with.
    """

    def __init__(self, broker: Broker, journal: Journal, limits: Limits, clock: Clock) -> None:
        self._broker = broker
        self._journal = journal
        self._limits = limits
        self._clock = clock
        self._begun = clock.moment()
        self._compared: Moment | None = None
        self._quoted: Moment | None = None
        self._hours: dict[int, Hours] = {}

    def quoted(self, asked: Moment) -> None:
        """Takes over when the prices of the planned limits were asked in this process."""
        self._quoted = asked

    def young(self, run: str) -> bool:
        """Whether orders of the run may still be sent; a clock that was set back says nothing about that."""
        age = abs(self._clock.now() - self._journal.run(run).created)
        return max(age, self._clock.monotonic() - self._begun.steady) <= RESUME_WINDOW

    def retire(self, run: str) -> None:
        """Drops what was never sent of a run of another day."""
        if not self.young(run):
            for entry in within(self._journal, run, "planned"):
                reason = "the plan was too old to go on; make a new one"
                self._journal.move(entry.client_id, "dropped", reason=reason)

    def planned(self, run: str) -> bool:
        """Makes sure that the next planned order of the run may go out; cheap as long as everything is fresh.

        Drops all planned orders when the run is too old. All planned orders are compared and renewed together, those
        of the other side too, so that one mark in the journal says how fresh they are.

        Returns:
            Whether limits were renewed.

        Raises:
            Stopped: The account is another than when the plan was checked, or a guard says no.
        """
        self.retire(run)
        entries = within(self._journal, run, "planned")
        if not entries:
            return False
        if not self._clock.within(self._compared, FRESH):
            asked = self._clock.moment()
            unchanged(self._broker, self._journal.run(run).account, entries)
            self._compared = asked
        if self._is_fresh(run):
            return False
        self._renew(run, entries)
        return True

    def _is_fresh(self, run: str) -> bool:
        """Whether the limits are: by the journal, and when this process asked the prices by both its clocks as well."""
        by_journal = 0 <= self._clock.now() - self._journal.run(run).quoted <= FRESH
        return by_journal and (self._quoted is None or self._clock.within(self._quoted, FRESH))

    def _renew(self, run: str, entries: Sequence[Entry]) -> None:
        """New limits from new prices."""
        asked = self._clock.moment()
        self._hours.clear()
        for entry in entries:
            self.market_open(entry)
        for entry, reference in zip(entries, references(self._broker, entries, self._limits), strict=True):
            limit = limit_price(reference, entry.side, self._limits.slip)
            self._journal.revise(entry.client_id, shares=entry.shares, limit=limit)
        self._journal.quoted(run, asked.wall)
        self.quoted(asked)

    def market_open(self, entry: Entry) -> None:
        """Stops when the order's market is closed: an order for the day would wait for another day.

        The hours are asked for once and then known, so this can stand directly before every order.
        """
        if entry.conid not in self._hours:
            self._hours[entry.conid] = self._broker.hours(entry.conid)
        hours, now = self._hours[entry.conid], self._clock.now()
        if not hours.is_open(now):
            raise Stopped(closed_message(hours, now))

    def lost(self, run: str, entries: Sequence[Entry], bound: Decimal) -> Decimal:
        """Makes sure that the first of these lost orders may be sent again.

        Args:
            run: The run.
            entries: The lost orders.
            bound: Dollars that other purchases may still cost.

        Returns:
            The limit to send it with: its own, or the one from the price now where that is closer. So it never goes
            further beyond the quote than the user allows, nor further than the journal reckons with.

        Raises:
            Stopped: Something speaks against it.
        """
        first, account = entries[0], self._journal.run(run).account
        unchanged(self._broker, account, entries)
        self._hours.clear()
        self.market_open(first)
        (reference, *_others) = references(self._broker, entries, self._limits)
        affordable(self._broker, account, entries, bound)
        limit = limit_price(reference, first.side, self._limits.slip)
        return min(limit, first.limit) if first.side == "BUY" else max(limit, first.limit)


def unchanged(broker: Broker, account: str, entries: Sequence[Entry]) -> None:
    """Stops when the account's shares or orders of the same stocks are others than when the plan was checked."""
    held = {holding.conid: holding.shares for holding in broker.holdings(account)}
    working = {order.conid for order in broker.orders(account) if order.progress == "working"}
    for entry in entries:
        now = held.get(entry.conid, Decimal(0))
        if entry.conid in working:
            raise Stopped(f"{entry.symbol}: the account has a working order for it; let it end or cancel it first.")
        if entry.held is not None and now != entry.held:
            raise Stopped(
                f"{entry.symbol}: the account held {format_shares(entry.held)} when the plan was checked and holds "
                f"{format_shares(now)} now; {_NEW_PLAN}"
            )
        if entry.side == "SELL" and now < entry.shares:
            raise Stopped(f"{entry.symbol}: {entry.shares} are to be sold and fewer are held; {_NEW_PLAN}")


def references(broker: Broker, entries: Sequence[Entry], limits: Limits) -> list[Decimal]:
    """The ask (BUY) or bid (SELL) of each order now, in dollars; stops when a price is missing, old or has moved."""
    quotes = broker.quotes([entry.conid for entry in entries])
    found = []
    for entry in entries:
        quote = quotes.get(entry.conid)
        issues = list(price_issues(entry.symbol, entry.price, quote, entry.side, limits))
        reference = quote.reference(entry.side) if quote is not None else None
        if issues or reference is None:
            raise Stopped("; ".join(map(str, issues)))
        found.append(reference)
    return found


def affordable(broker: Broker, account: str, entries: Iterable[Entry], bound: Decimal) -> None:
    """Stops when the account's cash, less ``bound`` dollars for orders that work, does not do for purchases."""
    cash, need = broker.cash(account), bound
    for entry in entries:
        if entry.side == "BUY":
            need += entry.shares * entry.limit + entry.fee
            if need > cash:
                raise Stopped(
                    f"{entry.symbol}: it needs {format_money(need)} and the account has {format_money(cash)} in cash; "
                    "go on when the money is there, or end this run with pbal trade --cancel."
                )
