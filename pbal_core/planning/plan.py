"""The nouns of the answer: Trade, Proof and Plan. Frozen.

The model: a plan answers one question about one portfolio with one :class:`Trade` for each position, in the same order;
a trade of nothing is kept, so that rows line up everywhere. What follows from the trades (cost, cash left, weights,
drift) is computed from them, exactly where it is money.

Worked example: VCR, 6,798.48 dollars at 279.68 a share. Buying 10 costs 2,796.80, so 5,000 of cash leave 2,203.20.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from ..errors import Issue
from ..money import decimals, from_units, to_units
from ..portfolio import Method, Portfolio, Strategy

if TYPE_CHECKING:
    import pandas


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
    if not any(frozen):
        return weights
    total = sum(values)
    free = sum(weight for weight, stays in zip(weights, frozen, strict=True) if not stays)
    if not total or not free:
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
        import pandas  # only needed by those who want a frame

        return pandas.DataFrame(
            {
                "Symbol": self.portfolio.symbols,
                "InitialValue": [float(p.value) for p in self.portfolio],
                "MarkPrice": [float(p.price) for p in self.portfolio],
                "BuyVal": [float(order.amount) for order in self.orders],
                "BuyShares": [
                    order.shares if isinstance(order.shares, int) else float(order.shares) for order in self.orders
                ],
                "TradeValue": [float(order.value) for order in self.orders],
                "FinalValue": [float(value) for value in self.values_after],
                "TargetWeight": self.targets_after,
                "WeightBefore": self.weights_before,
                "WeightAfter": self.weights_after,
                "Reason": [order.reason for order in self.orders],
            }
        )
