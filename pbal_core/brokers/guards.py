"""What must be true before any order is sent. Pure: facts in, every problem out at once.

Worked example: the plan's file says 40 VTI, the account holds 44: 4 / 44 = 9.1 % apart, over the 1 % allowed, refused
with both numbers, because a plan made for other holdings is a wrong plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..errors import Issue, Place, Remedy
from ..money import format_money, format_percent, format_shares
from ..planning.plan import Plan, Trade
from ..portfolio import Position, symbol_key
from .protocol import BrokerAccount, BrokerPosition, Hours, OrderSide, OrderState, Quote

QUESTIONS = {
    "o163": "the limit is more than 3 % from the last price",
    "o354": "there is no market data for the order",
    "o382": "the limit has more decimals than the market's tick",
    "o383": "the order is larger than your size limit",
    "o403": "the order will probably trade at once",
    "o451": "the order's value is above your limit",
    "o2165": "it is for a fraction of a share, which trades in regular hours only",
    "o10151": "it is a market order",
    "o10153": "IBKR caps the price of the order",
    "o10164": "it is an order by amount of cash",
    "o10223": "it is an order by amount of cash",
    "o10331": "it is a stop order",
}
"""IBKR's questions by their stable number, in few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the user allows.

    Args:
        live: Trade a real account.
        slip: Limit price at most this fraction beyond the quote.
        max_move: Refuse when a price moved more than this fraction since the plan.
        max_total: Refuse when buys and sells together are worth more dollars.
        max_difference: Refuse when shares held differ more than this fraction from the plan's file.
        delayed: Accept prices that are not real-time.
        allow: Questions of the broker that are answered with yes, by their number.
        wait: Seconds to wait for fills before the rest is cancelled.
    """

    live: bool = False
    slip: Decimal = Decimal("0.002")
    max_move: Decimal = Decimal("0.05")
    max_total: Decimal = Decimal(50_000)
    max_difference: Decimal = Decimal("0.01")
    delayed: bool = False
    allow: frozenset[str] = frozenset({"o403"})
    wait: float = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the broker says now; mappings by symbol, of what is to be traded."""

    account: BrokerAccount
    cash: Decimal
    positions: Sequence[BrokerPosition]
    orders: Sequence[OrderState]
    conids: Mapping[str, int]
    quotes: Mapping[str, Quote]
    hours: Mapping[str, Hours]
    now: float


def check(plan: Plan, trades: Sequence[Trade], facts: Facts, limits: Limits) -> list[Issue]:
    """Everything that forbids sending these trades of the plan now; empty when they may go ahead."""
    if plan.portfolio.currency != "USD":  # nothing else can be judged: prices and limits are dollars
        message = f"the plan is in {plan.portfolio.currency}; only plans in dollars can be traded."
        return [_error("currency", message)]
    return [
        *_account(facts, limits),
        *_nothing(plan, trades),
        *_positions(plan, facts, limits),
        *_sales(trades, facts),
        *_working_orders(trades, facts),
        *_prices(trades, facts, limits),
        *_market(trades, facts),
        *_total(trades, limits),
    ]


def _error(code: str, message: str, symbol: str | None = None, remedy: str = "") -> Issue:
    place = None if symbol is None else Place(symbol=symbol)
    return Issue("error", code, message, place, Remedy(remedy) if remedy else None)


def _account(facts: Facts, limits: Limits) -> Iterator[Issue]:
    if not facts.account.paper and not limits.live:
        message = f"the account {facts.account.masked} is not a paper account; confirm that real money is meant."
        yield _error("live_account", message, remedy="trade_real_money")


def _nothing(plan: Plan, trades: Sequence[Trade]) -> Iterator[Issue]:
    if not plan.trades:
        yield _error("nothing_to_trade", "the plan has no trades.")
    elif not trades:
        yield _error("nothing_to_trade", "none of the plan's trades can be placed here.")


def _positions(plan: Plan, facts: Facts, limits: Limits) -> Iterator[Issue]:
    seen: dict[int, str] = {}
    for position in plan.portfolio:
        conid = facts.conids.get(position.symbol)
        if conid is not None and seen.setdefault(conid, position.symbol) != position.symbol:
            message = f"it is the same stock as {seen[conid]} at the broker; keep one of the two in the file."
            yield _error("same_stock", message, position.symbol)
            continue
        planned, held = shares_of(position), Fraction(shares_held(position.symbol, conid, facts.positions))
        if abs(planned - held) > Fraction(limits.max_difference) * max(abs(planned), abs(held)):
            message = (
                f"the plan counts on {float(planned):,.4g} shares and the account holds {float(held):,.4g}; "
                "make the plan from a new positions file."
            )
            yield _error("positions_differ", message, position.symbol)


def shares_of(position: Position) -> Fraction:
    """Shares that a position of the plan's file means."""
    if position.quantity is not None:
        return Fraction(position.quantity)
    return Fraction(position.value) / Fraction(position.price)


def shares_held(symbol: str, conid: int | None, positions: Sequence[BrokerPosition]) -> Decimal:
    """Shares that the account holds of an instrument; of what is not traded, by its name."""
    if conid is not None:
        return sum((p.shares for p in positions if p.conid == conid), Decimal(0))
    named = [p for p in positions if symbol_key(p.symbol) == symbol_key(symbol)]
    dollars = [p for p in named if p.currency in {"USD", ""}]
    return sum((p.shares for p in dollars or named), Decimal(0))


def _sales(trades: Sequence[Trade], facts: Facts) -> Iterator[Issue]:
    for trade in trades:
        held = shares_held(trade.symbol, facts.conids[trade.symbol], facts.positions)
        if trade.shares < 0 and held < -trade.shares:
            held_text = format_shares(held) if held else "none"
            message = f"{format_shares(trade.quantity)} are to be sold and {held_text} are held."
            yield _error("oversold", message, trade.symbol)


def _working_orders(trades: Sequence[Trade], facts: Facts) -> Iterator[Issue]:
    working = {order.conid for order in facts.orders if order.progress == "working"}
    for trade in trades:
        if facts.conids[trade.symbol] in working:
            message = "the account has a working order for it already; let it end or cancel it first."
            yield _error("working_order", message, trade.symbol)


def _prices(trades: Sequence[Trade], facts: Facts, limits: Limits) -> Iterator[Issue]:
    for trade in trades:
        quote = facts.quotes.get(trade.symbol)
        side: OrderSide = "BUY" if trade.shares > 0 else "SELL"
        yield from price_issues(trade.symbol, trade.price, quote, side, limits)


def price_issues(symbol: str, price: Decimal, quote: Quote | None, side: OrderSide, limits: Limits) -> Iterator[Issue]:
    """What is wrong with a quote: none, halted, old, or too far from the plan's price (dollars)."""
    now = quote.reference(side) if quote is not None else None
    if quote is None or now is None:
        yield _error("no_quote", "the broker has no price for it now.", symbol)
        return
    if quote.halted:
        yield _error("halted", "trading in it is halted.", symbol)
    if (not quote.live or (quote.closed and now == quote.last)) and not limits.delayed:
        message = "its price is not known to be real-time; subscribe to its market data, or accept delayed prices."
        yield _error("old_quote", message, symbol, "accept_delayed_prices")
    moved = abs(Fraction(now) - Fraction(price)) / Fraction(price)
    if moved > Fraction(limits.max_move):
        message = (
            f"its price was {format_money(price)} in the plan and is {format_money(now)} now, a move of "
            f"{format_percent(float(moved))}; {format_percent(float(limits.max_move))} is allowed. Make a new plan."
        )
        yield _error("price_moved", message, symbol)


def _market(trades: Sequence[Trade], facts: Facts) -> Iterator[Issue]:
    closed = [t.symbol for t in trades if t.symbol in facts.hours and not facts.hours[t.symbol].is_open(facts.now)]
    if closed:
        yield _error("market_closed", closed_message(facts.hours[closed[0]], facts.now))


def closed_message(hours: Hours, now: float) -> str:
    """That the market is closed, and when it opens, in the exchange's own time."""
    opening = hours.next_opening(now)
    if opening is None:
        return "the market is closed, and the broker does not say when it opens."
    try:
        zone = ZoneInfo(hours.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return f"the market is closed; it opens {datetime.fromtimestamp(opening, UTC):%A %d %B at %H:%M} UTC."
    return (
        f"the market is closed; it opens {datetime.fromtimestamp(opening, zone):%A %d %B at %H:%M} {hours.zone} time."
    )


def _total(trades: Sequence[Trade], limits: Limits) -> Iterator[Issue]:
    total = sum((abs(trade.value) for trade in trades), Decimal(0))
    if total > limits.max_total:
        message = (
            f"the trades are worth {format_money(total)} together, more than the {format_money(limits.max_total)} "
            "that are allowed; raise what is allowed if you mean it."
        )
        yield _error("total_exceeded", message, remedy="raise_the_total")
