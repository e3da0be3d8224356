"""What must still be true just before orders are sent, hours or seconds after the plan was checked. Reads only.

Between the preview and the order the user may have traded elsewhere, sent the same plan from another window, or waited
overnight. So the account is compared with what the plan was checked against, and whatever differs stops the run.
Worked example: the account held 100 BND when the plan was checked and holds 110 now, so the planned 10 have been bought
already, by whom ever; they are not bought again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from ..money import format_money, format_shares
from .clock import Clock
from .guards import Limits, closed_message, price_issues
from .protocol import Broker
from .reconcile import Stopped
from .records import Entry

_NEW_PLAN = "end this run with pbal trade --cancel and make a new plan."


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


def is_open(broker: Broker, clock: Clock, entries: Iterable[Entry]) -> None:
    """Stops when the market of an order is closed: an order for the day would wait for another day."""
    for entry in entries:
        hours, now = broker.hours(entry.conid), clock.now()
        if not hours.is_open(now):
            raise Stopped(closed_message(hours, now))


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
