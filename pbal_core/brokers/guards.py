"""What must be true before any order is sent. Pure: facts in, every problem out at once.

Worked example: the plan's file says 40 VTI, the account holds 44: 4 / 44 = 9.1 % apart, over the 1 % allowed, refused
with both numbers, because a plan made for other holdings is a wrong plan.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..errors import Issue, Place, Remedy
from ..money import format_money, format_percent, format_shares
from ..planning.plan import Plan
from ..portfolio import Position
from .protocol import Account, Holding, Hours, OrderState, Quote, Side

QUESTIONS = {
    "o163": "the limit is more than 3 % from the last price",
    "o354": "there is no market data for the order",
    "o382": "the limit has more decimals than the market's tick",
    "o383": "the order is larger than your size limit",
    "o403": "the order will probably trade at once",
    "o451": "the order's value is above your limit",
    "o2165": "the order trades outside regular hours",
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

    def to_text(self) -> str:
        """What a run keeps of it: not ``live``, which must be said anew, nor the total, which is checked once."""
        facts = {"slip": str(self.slip), "max_move": str(self.max_move), "delayed": self.delayed}
        return json.dumps(facts | {"allow": sorted(self.allow), "wait": self.wait})

    @classmethod
    def from_text(cls, text: str) -> Limits:
        """What a run was started with, from ``to_text``."""
        facts = json.loads(text)
        return cls(
            slip=Decimal(facts["slip"]),
            max_move=Decimal(facts["max_move"]),
            delayed=facts["delayed"],
            allow=frozenset(facts["allow"]),
            wait=facts["wait"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the broker says now; mappings by symbol."""

    account: Account
    cash: Decimal
    holdings: Sequence[Holding]
    orders: Sequence[OrderState]
    conids: Mapping[str, int]
    quotes: Mapping[str, Quote]
    hours: Mapping[str, Hours]
    now: float


def check(plan: Plan, facts: Facts, limits: Limits) -> list[Issue]:
    """Everything that forbids carrying the plan out now; empty when it may go ahead."""
    if plan.portfolio.currency != "USD":  # nothing else can be judged: prices and limits are dollars
        message = f"the plan is in {plan.portfolio.currency}; only plans in dollars can be traded."
        return [_error("currency", message)]
    return [
        *_account(facts, limits),
        *_shapes(plan),
        *_positions(plan, facts, limits),
        *_standing_orders(plan, facts),
        *_prices(plan, facts, limits),
        *_market(plan, facts),
        *_money(plan, facts, limits),
    ]


def _error(code: str, message: str, symbol: str | None = None, remedy: str = "") -> Issue:
    place = None if symbol is None else Place(symbol=symbol)
    return Issue("error", code, message, place, Remedy(remedy) if remedy else None)


def _account(facts: Facts, limits: Limits) -> Iterator[Issue]:
    if not facts.account.paper and not limits.live:
        message = f"the account {facts.account.masked} is not a paper account; confirm that real money is meant."
        yield _error("live_account", message, remedy="trade_real_money")
    if facts.account.currency not in {"", "USD"}:
        message = f"the account's currency is {facts.account.currency}; only dollar accounts can be traded."
        yield _error("currency", message)


def _shapes(plan: Plan) -> Iterator[Issue]:
    if not plan.trades:
        yield _error("nothing_to_trade", "the plan has no trades.")
    for trade in plan.trades:
        if trade.shares != int(trade.shares):
            message = f"{format_shares(trade.quantity)} shares are planned; only whole shares are sent."
            yield _error("fraction", message, trade.symbol)


def _positions(plan: Plan, facts: Facts, limits: Limits) -> Iterator[Issue]:
    by_conid = {holding.conid: holding for holding in facts.holdings}
    seen: dict[int, str] = {}
    for position in plan.portfolio:
        conid = facts.conids.get(position.symbol)
        if conid is None:
            yield _error("unknown_symbol", "the broker does not hold it and knows no such stock.", position.symbol)
            continue
        if seen.setdefault(conid, position.symbol) != position.symbol:
            message = f"it is the same stock as {seen[conid]} at the broker; keep one of the two in the file."
            yield _error("same_stock", message, position.symbol)
            continue
        holding = by_conid.get(conid)
        if holding is not None and holding.currency not in {"", "USD"}:
            yield _error("currency", f"it is held in {holding.currency}; only dollars can be traded.", position.symbol)
            continue
        planned, held = shares_of(position), Fraction(holding.shares) if holding else Fraction(0)
        if abs(planned - held) > Fraction(limits.max_difference) * max(abs(planned), abs(held)):
            message = (
                f"the plan counts on {float(planned):,.4g} shares and the account holds {float(held):,.4g}; "
                "make the plan from a new positions file."
            )
            yield _error("positions_differ", message, position.symbol)
    for trade in plan.trades:
        conid = facts.conids.get(trade.symbol)
        holding = by_conid.get(conid) if conid is not None else None
        if trade.shares < 0 and (holding is None or holding.shares < -trade.shares):
            held_text = format_shares(holding.shares) if holding else "none"
            message = f"{format_shares(trade.quantity)} are to be sold and {held_text} are held."
            yield _error("oversold", message, trade.symbol)


def shares_of(position: Position) -> Fraction:
    """Shares that a position of the plan's file stands for."""
    if position.quantity is not None:
        return Fraction(position.quantity)
    return Fraction(position.value) / Fraction(position.price)


def _standing_orders(plan: Plan, facts: Facts) -> Iterator[Issue]:
    standing = {order.conid for order in facts.orders if order.progress == "working"}
    for trade in plan.trades:
        if facts.conids.get(trade.symbol) in standing:
            message = "the account has a working order for it already; let it end or cancel it first."
            yield _error("standing_order", message, trade.symbol)


def _prices(plan: Plan, facts: Facts, limits: Limits) -> Iterator[Issue]:
    for trade in plan.trades:
        quote = facts.quotes.get(trade.symbol)
        side: Side = "BUY" if trade.shares > 0 else "SELL"
        yield from price_issues(trade.symbol, trade.price, quote, side, limits)


def price_issues(symbol: str, price: Decimal, quote: Quote | None, side: Side, limits: Limits) -> Iterator[Issue]:
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


def _market(plan: Plan, facts: Facts) -> Iterator[Issue]:
    closed = [t.symbol for t in plan.trades if t.symbol in facts.hours and not facts.hours[t.symbol].is_open(facts.now)]
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


def _money(plan: Plan, facts: Facts, limits: Limits) -> Iterator[Issue]:
    total = sum((abs(trade.value) for trade in plan.trades), Decimal(0))
    if total > limits.max_total:
        message = (
            f"the trades are worth {format_money(total)}, more than the {format_money(limits.max_total)} that are "
            "allowed; raise what is allowed if you mean it."
        )
        yield _error("total_exceeded", message, remedy="raise_the_total")
    if plan.cash > 0 and plan.cash > facts.cash:
        message = f"the plan invests {format_money(plan.cash)} and the account has {format_money(facts.cash)} in cash."
        yield _error("cash_short", message)
