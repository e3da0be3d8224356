"""The nouns of the answer: Trade and Plan. Frozen.

The model: a plan answers one question about one portfolio with one :class:`Trade` for each position, in the same order;
a trade of nothing is kept, so that rows line up everywhere. What follows from the trades (cost, cash left, weights,
drift) is computed once, in integers, by :class:`~pbal_core.planning.outcome.Outcome`; a plan shows it as decimals.

Worked example: VCR, 6,798.48 dollars at 279.68 a share. Buying 10 costs 2,796.80, so 5,000 of cash leave 2,203.20.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from ..errors import Issue
from ..money import decimals, format_shares, from_units, to_units
from ..portfolio import Portfolio
from ..portfolio.shown import document_of, html_table, json_text, text_table
from .gains import gain_parts
from .outcome import Basis, Outcome
from .proof import Proof
from .strategy import Method, Strategy

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


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The answer: one trade for each position, what it costs, and what it does to the weights.

    Args:
        portfolio: What was asked about; with targets that are not held yet, those too, at value 0.
        weights: Target weight of each position as a fraction, in file order; they sum to 1. The weight of a set of
            substitutes is that of the position that is bought. Frozen positions keep what they have, the others share
            out the rest, and a set's is shared out as its values are: see ``targets_before``, ``targets_after``.
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
    why_nothing: str = ""
    """Why nothing is traded, as the end of a sentence; empty where something is."""
    frozen: frozenset[str] = frozenset()
    """Symbols that were not to trade; they are not part of what the weights share out."""
    past_target: bool = False
    """Cash that was left was to be invested past the targets (exact method)."""
    sets: tuple[tuple[int, ...], ...] = ()
    """Places in file order of positions that have one target together, the one that is bought first."""

    def __str__(self) -> str:
        """The trades as a table, and what they leave of the cash."""
        return f"{text_table(self._shown())}\n{self._summary()}" if self.trades else self._summary()

    def _repr_html_(self) -> str:
        """The same for a notebook."""
        return html_table(self._shown(), self._summary())

    def _summary(self) -> str:
        money = self.portfolio.money
        count = f"{len(self.trades):,} trade{'' if len(self.trades) == 1 else 's'}" if self.trades else "No trades"
        return f"{count}, {money(self.cash_left)} of {money(self.cash)} left"

    def _shown(self) -> list[tuple[str, ...]]:
        money = self.portfolio.money
        rows: list[tuple[str, ...]] = [("Symbol", "Trade", "Shares", "Price", "Value")]
        rows += [
            (t.symbol, t.side, format_shares(t.quantity), money(t.price), money(t.value, signed=True))
            for t in self.trades
        ]
        return rows

    @cached_property
    def outcome(self) -> Outcome:
        """The plan in integers: everything below that is computed from the trades is one of its numbers."""
        moved = tuple(order.value for order in self.orders)
        amounts = (self.cash, self.min_trade, self.fees, *moved)
        scale = max(self.portfolio.scale, *map(decimals, amounts))
        return Outcome(
            basis=Basis(
                symbols=self.portfolio.symbols,
                scale=scale,
                values=tuple(to_units(position.value, scale) for position in self.portfolio),
                targets=self.weights,
                frozen=tuple(symbol in self.frozen for symbol in self.portfolio.symbols),
                strategy=self.strategy,
                method=self.method,
                currency=self.portfolio.currency,
                gains=tuple(map(gain_parts, self.portfolio)),
                sets=self.sets,
            ),
            cash=to_units(self.cash, scale),
            min_trade=to_units(self.min_trade, scale),
            fees=to_units(self.fees, scale),
            shares=tuple(order.shares for order in self.orders),
            moved=tuple(to_units(amount, scale) for amount in moved),
            why_nothing=self.why_nothing,
            proof=self.proof,
        )

    def _dollars(self, units: int) -> Decimal:
        return from_units(units, self.scale)

    @property
    def scale(self) -> int:
        """Decimals that hold every amount of this plan exactly."""
        return self.outcome.basis.scale

    @cached_property
    def trades(self) -> tuple[Trade, ...]:
        """The trades that do something, in file order."""
        return tuple(order for order in self.orders if order.shares)

    @cached_property
    def cost(self) -> Decimal:
        """Net dollars the trades take (+) or raise (-), without fees."""
        return self._dollars(self.outcome.cost)

    @cached_property
    def cash_left(self) -> Decimal:
        """``cash - cost - fees``, signed. Negative: the plan spends more, or raises less, than was asked for."""
        return self._dollars(self.outcome.cash_left)

    @cached_property
    def values_after(self) -> tuple[Decimal, ...]:
        """Market value of each position after the trades, in file order, in dollars, >= 0."""
        return tuple(map(self._dollars, self.outcome.values_after))

    @property
    def weights_before(self) -> tuple[float, ...]:
        """Share of each position in the portfolio's value, as fractions; zeros for an empty portfolio."""
        return self.outcome.basis.weights

    @property
    def weights_after(self) -> tuple[float, ...]:
        """Share of each position after the trades; idle cash is not part of the total."""
        return self.outcome.weights_after

    @property
    def targets_before(self) -> tuple[float, ...]:
        """What ``weights_before`` is measured against: ``weights``, where nothing is frozen."""
        return self.outcome.basis.targets_before

    @property
    def targets_after(self) -> tuple[float, ...]:
        """What ``weights_after`` is measured against: ``weights``, where nothing is frozen."""
        return self.outcome.targets_after

    @property
    def drift_before(self) -> float:
        """Largest distance of a position's weight from its target before the trades, as a fraction of the total."""
        return self.outcome.basis.drift

    @property
    def drift_after(self) -> float:
        """Largest distance of a position's weight from its target after the trades, as a fraction of the total."""
        return self.outcome.drift_after

    @property
    def turnover(self) -> float:
        """Dollars bought plus sold, as a fraction of the portfolio's value before (a first investment: 1)."""
        return self.outcome.turnover

    def to_dict(self) -> dict[str, Any]:
        """The plan in plain values, exact amounts as text: the document ``pbal-plan`` that ``pbal -f json`` writes."""
        return document_of(self)

    def to_json(self) -> str:
        """``to_dict`` as text."""
        return json_text(self.to_dict())

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
