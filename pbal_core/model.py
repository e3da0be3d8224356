"""The nouns: Position, Portfolio, Trade, Proof, Plan. Frozen, and validated in the constructor.

The model: a portfolio is a tuple of positions in file order. A plan answers one question about one portfolio with one
:class:`Trade` for each position, in the same order; a trade of nothing is kept, so that rows line up everywhere.
Money is exact: ``Decimal`` at the border, integer units of ``10**-scale`` dollars inside (see ``money``).

Worked example: VCR, 6,798.48 dollars at 279.68 a share. Buying 10 costs 2,796.80, so 5,000 of cash leave 2,203.20.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from .errors import DataError, Issue, Place
from .money import CURRENCY, decimals, format_money, from_units, to_units

if TYPE_CHECKING:
    import pandas

Strategy = Literal["try_avoid_sell", "hard_rebalance"]
STRATEGIES: tuple[Strategy, ...] = ("try_avoid_sell", "hard_rebalance")
Method = Literal["classic", "exact"]
METHODS: tuple[Method, ...] = ("classic", "exact")

MAX_POSITIONS = 10_000
SYMBOL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/-]{0,30}[A-Za-z0-9])?", re.ASCII)
"""What a tradable symbol looks like. Strict on purpose: symbols are shown on a page, so nothing that a browser, a
spreadsheet or Markdown would act on may be one."""

COLUMNS = ("Symbol", "PositionValue", "MarkPrice", "FifoPnlUnrealized")


_SPELLINGS = str.maketrans(" /-_", "....")


def symbol_key(symbol: str) -> str:
    """What one symbol has in common in all its spellings: ``BRK/B``, ``BRK.B``, ``BRK-B`` and ``BRK B`` are one."""
    return symbol.translate(_SPELLINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One asset that is held, or that may be bought.

    Args:
        symbol: The broker's text; see SYMBOL.
        value: Market value in dollars, >= 0. Zero is an asset to start buying.
        price: Mark price of one share in dollars, > 0.
        pnl: Unrealised profit (+) or loss (-) in dollars, None when unknown. It only breaks ties.
        quantity: Shares held, >= 0, None when the file does not say (then ``value / price`` counts).

    Raises:
        DataError: With every argument that is out of bounds.
    """

    symbol: str
    value: Decimal
    price: Decimal
    pnl: Decimal | None = None
    quantity: Decimal | None = None

    def __post_init__(self) -> None:
        found = list(position_problems(self.symbol, self.value, self.price, self.pnl, self.quantity))
        if found:
            where = Place(symbol=str(self.symbol)[:40])
            raise DataError(Issue("error", code, message, where) for _field, code, message in found)

    @property
    def whole_shares(self) -> int:
        """The most whole shares that may be sold: the quantity where known, else ``value / price``, rounded down."""
        if self.quantity is not None:
            return int(self.quantity)
        value_over, value_under = self.value.as_integer_ratio()
        price_over, price_under = self.price.as_integer_ratio()
        return (value_over * price_under) // (value_under * price_over)


def bad_symbol_message(symbol: str) -> str:
    """Why a text is refused as a symbol. Shows it escaped, so that nothing in it acts on a terminal or a page."""
    shown = ascii(symbol if len(symbol) <= 40 else symbol[:40] + "...")
    return (
        f"{shown} cannot be a symbol; up to 32 letters, digits, spaces and . / - _ are accepted, beginning and "
        "ending with a letter or a digit."
    )


def short_position_message(amount: Decimal) -> str:
    """Why a negative holding is refused."""
    why = "the plan can only hold or sell what is owned, so close it or remove the row."
    return f"{amount:f} is a short position; {why}"


def price_message(price: Decimal) -> str:
    """Why a price of zero or less is refused."""
    return f"the price is {price:f}; a price above 0 is needed to turn money into shares."


def position_problems(
    symbol: str,
    value: Decimal | None,
    price: Decimal | None,
    pnl: Decimal | None = None,
    quantity: Decimal | None = None,
) -> Iterator[tuple[str, str, str]]:
    """Why facts cannot be a position: triples of the field's name, an issue code and a message for a person.

    None stands for what is unknown or was refused already; it is not judged here.
    """
    if not isinstance(symbol, str):
        yield "symbol", "bad_symbol", f"the symbol is of type {type(symbol).__name__}; a text is needed."
    elif not symbol:
        yield "symbol", "empty_symbol", "the symbol is empty; each position needs one."
    elif not SYMBOL.fullmatch(symbol):
        yield "symbol", "bad_symbol", bad_symbol_message(symbol)
    for name, amount in (("value", value), ("price", price), ("pnl", pnl), ("quantity", quantity)):
        if amount is None:
            continue
        if not isinstance(amount, Decimal):
            yield name, "not_decimal", f"the {name} is of type {type(amount).__name__}; a Decimal is needed."
        elif not amount.is_finite():
            yield name, "not_finite", f"the {name} is {amount}; a finite number is needed."
        elif name == "price" and amount <= 0:
            yield name, "price_not_positive", price_message(amount)
        elif name in {"value", "quantity"} and amount < 0:
            yield name, "short_position", short_position_message(amount)


@dataclass(frozen=True)
class Portfolio:
    """Positions in file order, each symbol once.

    Args:
        positions: What is held.
        currency: ISO code of the currency that every amount is in. Where this package says "dollars", it is this one.

    Raises:
        DataError: No position, more than MAX_POSITIONS, a symbol twice, or a currency that is no ISO code.
    """

    positions: tuple[Position, ...]
    currency: str = "USD"

    def __init__(self, positions: Iterable[Position], *, currency: str = "USD") -> None:
        object.__setattr__(self, "positions", tuple(positions))
        object.__setattr__(self, "currency", currency)
        issues: list[Issue] = []
        if not isinstance(currency, str) or not CURRENCY.fullmatch(currency):
            message = f"the currency is {str(currency)[:40]!a}; a code of three capital letters is needed, such as USD."
            issues.append(Issue("error", "bad_currency", message))
        if not self.positions:
            issues.append(Issue("error", "no_positions", "there is no position; at least one is needed."))
        if len(self.positions) > MAX_POSITIONS:
            issues.append(
                Issue(
                    "error",
                    "too_many_rows",
                    f"there are {len(self.positions):,} positions; at most {MAX_POSITIONS:,} are read.",
                )
            )
        seen: set[str] = set()
        for position in self.positions:
            key = symbol_key(position.symbol)
            if key in seen:
                message = f"{position.symbol} occurs more than once; each symbol may stand in one row."
                issues.append(Issue("error", "duplicate_symbol", message, Place(symbol=position.symbol)))
            seen.add(key)
        if issues:
            raise DataError(issues)

    def __len__(self) -> int:
        return len(self.positions)

    def __iter__(self) -> Iterator[Position]:
        return iter(self.positions)

    def __getitem__(self, symbol: str) -> Position:
        return self._by_symbol[symbol]

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._by_symbol

    @cached_property
    def _by_symbol(self) -> dict[str, Position]:
        return {position.symbol: position for position in self.positions}

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """Symbols in file order."""
        return tuple(position.symbol for position in self.positions)

    @cached_property
    def scale(self) -> int:
        """Decimals that hold every value, price and P&L exactly; at least 2."""
        amounts = [p.value for p in self.positions] + [p.price for p in self.positions]
        amounts += [p.pnl for p in self.positions if p.pnl is not None]
        return max(2, *map(decimals, amounts))

    @cached_property
    def value(self) -> Decimal:
        """Market value of all positions together, exact, in dollars."""
        return from_units(sum(to_units(p.value, self.scale) for p in self.positions), self.scale)

    def money(self, amount: Decimal, *, signed: bool = False) -> str:
        """An amount of ``currency`` as a person reads it; see ``format_money``."""
        return format_money(amount, signed=signed, currency=self.currency)

    @classmethod
    def from_frame(cls, frame: pandas.DataFrame, *, currency: str = "USD") -> Portfolio:
        """Builds a portfolio from a data frame with the columns COLUMNS; others are ignored.

        Args:
            frame: One row a position. Numbers may be text, Decimal, int or float (a float counts as the shortest
                decimal that names it, to twelve decimals). A missing FifoPnlUnrealized (None, NaN, empty text) is
                unknown.
            currency: ISO code of the currency that every amount is in.

        Raises:
            RequestError: ``frame`` is no data frame.
            DataError: Every missing column and every bad cell at once; ``where.line`` is the 1-based row.
        """
        from .frames import portfolio_from_frame  # pandas is only needed by those who have a frame

        return portfolio_from_frame(frame, currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What to do with one position.

    Args:
        symbol: The position's symbol.
        shares: Shares to buy (+) or sell (-): an int, or a Decimal where the broker takes fractions. 0: no trade.
        price: Mark price of one share in dollars.
        amount: Dollars the strategy wanted to move before rounding to shares, signed. With the exact method, ``value``.
        reason: Why, in words a person reads; empty for no trade.
    """

    symbol: str
    shares: int | Decimal
    price: Decimal
    amount: Decimal
    reason: str = ""

    @property
    def value(self) -> Decimal:
        """Dollars that the trade costs (+) or raises (-): shares times price, exact."""
        places = decimals(self.price)
        units = to_units(self.price, places)
        if isinstance(self.shares, int):
            return from_units(units * self.shares, places)
        finer = decimals(self.shares)
        return from_units(units * to_units(self.shares, finer), places + finer)

    @property
    def quantity(self) -> int | Decimal:
        """Shares to buy or to sell, without sign."""
        return -self.shares if self.shares < 0 else self.shares

    @property
    def side(self) -> Literal["Buy", "Sell", ""]:
        """``Buy``, ``Sell``, or empty for no trade."""
        return "Buy" if self.shares > 0 else "Sell" if self.shares < 0 else ""


def shared_out(weights: tuple[float, ...], frozen: Sequence[bool], values: Sequence[int]) -> tuple[float, ...]:
    """Targets as weights of the whole: frozen positions keep their own, the others share out the rest.

    Args:
        weights: n target weights, as fractions that sum to 1.
        frozen: n times whether the position does not trade.
        values: n market values, in units.

    Returns:
        n fractions; ``weights`` themselves where nothing is frozen, or nothing is held.
    """
    total = sum(values)
    free = sum(weight for weight, stays in zip(weights, frozen, strict=True) if not stays)
    if not any(frozen) or not total or not free:
        return weights
    rest = sum(value for value, stays in zip(values, frozen, strict=True) if not stays) / total
    rows = zip(weights, frozen, values, strict=True)
    return tuple(value / total if stays else weight / free * rest for weight, stays, value in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is known about how good an exact plan is.

    Args:
        lower_bound: No plan for this request has a smaller objective than this.
        objective: The plan's objective J: sum of squared dollar distances to target, each over its target.
        gap: ``objective - lower_bound``, in the objective's unit (dollars), >= 0.
        proven: The plan is optimal: no whole-share plan for this request has a smaller objective.
        work: Combinations that the search looked at, a measure that does not depend on the machine.
    """

    lower_bound: float
    objective: float
    gap: float
    proven: bool
    work: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The answer: one trade for each position, what it costs, and what it does to the weights.

    Args:
        portfolio: What was asked about; with targets that are not held yet, those too, at value 0.
        weights: Target weight of each position as a fraction, in file order; they sum to 1. Frozen positions keep what
            they have, and the others share out the rest by their weights: see ``targets_before``, ``targets_after``.
        cash: Dollars to invest (+) or to withdraw (-).
        strategy: See ``rebalance``.
        method: ``classic`` or ``exact``.
        min_trade: Step (classic) or smallest trade (exact) in dollars.
        orders: One trade for each position in file order, those of zero shares too.
        fees: Dollars of fees for all trades, >= 0.
        issues: Remarks on the plan: an overspend, a shortfall, what was relaxed.
        proof: How good the plan is (exact method only).
    """

    portfolio: Portfolio
    weights: tuple[float, ...]
    cash: Decimal
    strategy: Strategy
    method: Method
    min_trade: Decimal
    orders: tuple[Trade, ...]
    fees: Decimal = Decimal(0)
    issues: tuple[Issue, ...] = ()
    proof: Proof | None = None
    limits: tuple[str, ...] = field(default=())
    """What limited the plan, in words: the cash, the minimum trade, frozen symbols."""
    frozen: frozenset[str] = frozenset()
    """Symbols that were not to trade; they are not part of what the weights share out."""

    @cached_property
    def scale(self) -> int:
        """Decimals that hold every amount of this plan exactly."""
        amounts = [self.cash, self.min_trade, self.fees, *self._moved]
        return max(self.portfolio.scale, *map(decimals, amounts))

    @cached_property
    def _moved(self) -> tuple[Decimal, ...]:
        return tuple(order.value for order in self.orders)

    def _units(self, amount: Decimal) -> int:
        return to_units(amount, self.scale)

    @cached_property
    def trades(self) -> tuple[Trade, ...]:
        """The trades that do something, in file order."""
        return tuple(order for order in self.orders if order.shares)

    @cached_property
    def cost(self) -> Decimal:
        """Net dollars the trades take (+) or raise (-), without fees."""
        return from_units(sum(map(self._units, self._moved)), self.scale)

    @cached_property
    def cash_left(self) -> Decimal:
        """``cash - cost - fees``, signed. Negative: the plan spends more, or raises less, than was said."""
        left = self._units(self.cash) - self._units(self.cost) - self._units(self.fees)
        return from_units(left, self.scale)

    @cached_property
    def values_after(self) -> tuple[Decimal, ...]:
        """Market value of each position after the trades, in file order, in dollars, >= 0.

        A file may round a value down to the cent; selling all the shares it names leaves nothing, not less.
        """
        pairs = zip(self.portfolio, self._moved, strict=True)
        return tuple(from_units(max(0, self._units(p.value) + self._units(moved)), self.scale) for p, moved in pairs)

    @property
    def weights_before(self) -> tuple[float, ...]:
        """Share of each position in the portfolio's value, as fractions; zeros for an empty portfolio."""
        return self._shares_of_total(tuple(p.value for p in self.portfolio))

    @property
    def weights_after(self) -> tuple[float, ...]:
        """Share of each position after the trades; idle cash is not part of the total."""
        return self._shares_of_total(self.values_after)

    def _shares_of_total(self, values: tuple[Decimal, ...]) -> tuple[float, ...]:
        units = [self._units(value) for value in values]
        total = sum(units)
        return tuple(unit / total if total else 0.0 for unit in units)

    @cached_property
    def targets_before(self) -> tuple[float, ...]:
        """What ``weights_before`` is measured against: ``weights``, where nothing is frozen."""
        return self._targets(tuple(p.value for p in self.portfolio))

    @cached_property
    def targets_after(self) -> tuple[float, ...]:
        """What ``weights_after`` is measured against: ``weights``, where nothing is frozen."""
        return self._targets(self.values_after)

    def _targets(self, values: tuple[Decimal, ...]) -> tuple[float, ...]:
        frozen = [symbol in self.frozen for symbol in self.portfolio.symbols]
        return shared_out(self.weights, frozen, [self._units(value) for value in values])

    @cached_property
    def drift_before(self) -> float:
        """Largest distance of a position's weight from its target before the trades, as a fraction of the total."""
        return max(abs(now - goal) for now, goal in zip(self.weights_before, self.targets_before, strict=True))

    @cached_property
    def drift_after(self) -> float:
        """Largest distance of a position's weight from its target after the trades, as a fraction of the total."""
        return max(abs(now - goal) for now, goal in zip(self.weights_after, self.targets_after, strict=True))

    @cached_property
    def turnover(self) -> float:
        """Dollars bought plus sold, as a fraction of the portfolio's value before (a first investment: 1)."""
        traded = sum(abs(self._units(trade.value)) for trade in self.trades)
        base = self._units(self.portfolio.value) or traded
        return traded / base if base else 0.0

    def to_frame(self) -> pandas.DataFrame:
        """The plan as a data frame, one row a position in file order.

        Returns:
            Columns Symbol, InitialValue, MarkPrice, BuyVal, BuyShares (floats and ints as spreadsheets expect; exact
            amounts are in ``orders``), then TradeValue, FinalValue, TargetWeight, WeightBefore, WeightAfter, Reason.
        """
        from .frames import plan_to_frame  # pandas is only needed by those who want a frame

        return plan_to_frame(self)
