"""Everything about a portfolio that exact plans need and that no question changes.

The model: assets are in canonical order (unrealised P&L, then symbol), so the order of a file's rows cannot matter. The
smallest trades, and the most of an asset that may be bought, follow from a question and are worked out here.

A trade is nothing or large enough: the smallest trade that was asked for, and as much as its fee is worth
(``fee_trade``). So that money can always be raised, the fee asks of a sale in a withdrawal no more than the amount to
raise and than the position, and of the sale of a whole position without a target only that it brings more than its fee.

Worked number: a fee of $10 and a position of $400, trades of $1,000 at least: in a withdrawal of $300 the position may
be sold in trades from $300 on, in one of $2,000 only whole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import mul

from ..strategy import Direction
from .stage import Stage
from .ties import Group, alike


@dataclass(frozen=True, kw_only=True)
class Market:
    """Managed assets in canonical order, n entries each.

    Args:
        values: Market values in units.
        prices: Units of one lot, > 0.
        held: The most lots that may be sold.
        parts: Target weights as integers of any common denominator; 0: no target. Their sum is above 0.
        buyable: Whether the asset may be bought.
        sellable: Whether it may be sold.
        fee: Units that each trade costs.
        fee_trade: Units of the smallest trade that is worth its fee.
        max_trades: Most trades that a plan may have; None for any number.
        past_target: Cash that is left may be invested past the targets.
    """

    values: Sequence[int]
    prices: Sequence[int]
    held: Sequence[int]
    parts: Sequence[int]
    buyable: Sequence[bool]
    sellable: Sequence[bool]
    fee: int = 0
    fee_trade: int = 0
    max_trades: int | None = None
    past_target: bool = False

    @cached_property
    def targets(self) -> list[int]:
        """The assets that have a target."""
        return [i for i, part in enumerate(self.parts) if part]

    @cached_property
    def whole(self) -> int:
        """The sum of the parts."""
        return sum(self.parts)

    @cached_property
    def lot_prices(self) -> list[int]:
        """The prices of the assets that have a target."""
        return [self.prices[i] for i in self.targets]

    @cached_property
    def most_sold(self) -> list[int]:
        """The most lots of them that may be sold."""
        return [self.held[i] if self.sellable[i] else 0 for i in self.targets]

    @cached_property
    def weights(self) -> list[float]:
        """The target weights of the assets that have one."""
        return [self.parts[i] / self.whole for i in self.targets]

    @cached_property
    def holdings(self) -> list[float]:
        """The lots that their market values are worth."""
        return [self.values[i] / self.prices[i] for i in self.targets]

    @cached_property
    def alike(self) -> list[Group]:
        """Few lots of assets with a target that cost the same, by their places among them."""
        return alike(self.lot_prices)

    @cached_property
    def twins(self) -> list[list[int]]:
        """Groups of assets that no question can tell apart."""
        groups: dict[tuple[object, ...], list[int]] = {}
        rows = zip(self.values, self.prices, self.held, self.parts, self.buyable, self.sellable, strict=True)
        for i, row in enumerate(rows):
            groups.setdefault(row, []).append(i)
        return [group for group in groups.values() if len(group) > 1]

    def buy_least(self, i: int, min_trade: int) -> int:
        """The fewest lots of a purchase."""
        return max(1, -(-max(min_trade, self.fee_trade) // self.prices[i]))

    def sell_least(self, i: int, min_trade: int, need: int, direction: Direction) -> int:
        """The fewest lots of a sale, where ``need`` units may be spent (+) or must be raised (-)."""
        worth = self.fee_trade
        if need < 0:
            worth = min(worth, self.held[i] * self.prices[i])
            if direction == "sell":
                worth = min(worth, -need)
        return max(1, -(-max(min_trade, worth) // self.prices[i]))

    def goes(self, i: int, min_trade: int) -> bool:
        """Whether all of an asset may be sold: a trade that is large enough and brings more than its fee."""
        brings = self.held[i] * self.prices[i]
        return self.sellable[i] and brings > self.fee and brings >= min_trade

    def _most_bought(self, i: int, total: int, least: int, paid: int) -> int:
        """The most lots of an asset that may be bought, in trades of ``least`` or more, of a managed total.

        No lot may take it further from its target than one lot less did, or the smallest purchase than none. One more
        than ``paid``, the lots that can be paid, so that the budget is what stops a purchase, not the bound.
        """
        if self.past_target:
            return paid + 1
        missing, lot = self.parts[i] * total - self.whole * self.values[i], self.whole * self.prices[i]
        reach = (2 * missing + lot) // (2 * lot)
        if reach >= least:
            return min(paid + 1, reach)
        return least if least * lot <= 2 * missing else 0

    def stage(self, budget: int, total: int, direction: Direction, min_trade: int, need: int) -> Stage:
        """The stage of the assets that have a target.

        Args:
            budget: Units to spend (+) or to raise (-), after what the assets without a target raised.
            total: The managed total in units, > 0.
            direction: What is traded.
            min_trade: Fewest units that a trade may move.
            need: Units to spend (+) or to raise (-) by all trades.
        """
        prices = self.lot_prices
        lots = [total / price for price in prices]
        level = [w * share for w, share in zip(self.weights, lots, strict=True)]
        small = not min_trade and not self.fee_trade
        none, ones = [0] * len(prices), [1] * len(prices)
        low, high, buy_least, sell_least = none, none, ones, ones
        purse = budget - self.fee
        if direction != "buy":
            if not small:
                sell_least = [self.sell_least(i, min_trade, need, direction) for i in self.targets]
            low = [-most if most >= least else 0 for most, least in zip(self.most_sold, sell_least, strict=True)]
            purse -= sum(map(mul, low, prices))
        if direction != "sell":
            if not small:
                buy_least = [self.buy_least(i, min_trade) for i in self.targets]
            rows = zip(self.targets, prices, buy_least, strict=True)
            high = [
                0
                if not self.buyable[i] or (paid := purse // price) < least
                else self._most_bought(i, total, least, paid)
                for i, price, least in rows
            ]
        return Stage(
            prices=prices,
            low=low,
            high=high,
            buy_least=buy_least,
            sell_least=sell_least,
            fee=self.fee,
            budget=budget,
            total=total,
            level=level,
            held=self.holdings,
            curve=[1 / (d * share) for d, share in zip(level, lots, strict=True)],
            start=self.start(budget, total, direction),
        )

    def leaving(self, members: Sequence[int], budget: int, min_trade: int, need: int) -> Stage:
        """The stage of a withdrawal that some assets alone can pay: of them the largest are sold first."""
        prices = [self.prices[i] for i in members]
        total = max(1, sum(self.values[i] for i in members), sum(self.held[i] * self.prices[i] for i in members))
        lots = [total / price for price in prices]
        level = [share / len(prices) for share in lots]
        return Stage(
            prices=prices,
            low=[-self.held[i] for i in members],
            high=[0] * len(prices),
            buy_least=[1] * len(prices),
            sell_least=[self.sell_least(i, min_trade, need, "sell") for i in members],
            fee=self.fee,
            budget=budget,
            total=total,
            level=level,
            held=[self.values[i] / self.prices[i] for i in members],
            curve=[1 / (d * share) for d, share in zip(level, lots, strict=True)],
            start=0.5,
            goal=0.0,
        )

    def start(self, budget: int, total: int, direction: Direction) -> float:
        """The water level of fractional shares: where the search for the level of whole shares begins."""
        if direction == "both":
            return 1.0
        costs, sums = self._filling if direction == "buy" else self._draining
        value, part = sums[bisect_left(costs, abs(budget))]
        return (value + budget) * self.whole / (part * total) if part else 1.0

    @cached_property
    def _filling(self) -> tuple[list[float], list[tuple[int, int]]]:
        """For the lowest 1, 2, ... assets: the cash that raises them to the next, and their values and parts."""
        return self._levels([i for i in self.targets if self.buyable[i]], sign=1)

    @cached_property
    def _draining(self) -> tuple[list[float], list[tuple[int, int]]]:
        return self._levels([i for i in self.targets if self.sellable[i]], sign=-1)

    def _levels(self, members: list[int], *, sign: int) -> tuple[list[float], list[tuple[int, int]]]:
        ratios = sorted((sign * self.values[i] / self.parts[i], i) for i in members)
        values = list(accumulate(self.values[i] for _, i in ratios))
        parts = list(accumulate(self.parts[i] for _, i in ratios))
        nexts = [ratio for ratio, _ in ratios[1:]]
        costs = [ratio * part - sign * value for ratio, part, value in zip(nexts, parts, values, strict=False)]
        return costs, list(zip(values, parts, strict=True)) or [(0, 0)]
