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
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from operator import mul
from typing import Any

from ..lots import fewest_sold
from ..strategy import Direction
from .grid import Grid
from .stage import Stage
from .ties import Group, alike

_GRIDS = 1_000
"""Grids that a market keeps at most."""

Fund = tuple[int, int]
"""Of an asset that is several funds to the broker: the lots that one lot of a fund is worth, and how many are held."""


_OF_ALL_VALUES = ("targets", "whole", "lot_prices", "most_sold", "weights", "alike", "_lookalikes", "_grids")
"""What a market knows of its assets whatever they are worth."""


_IDLE_FIRST = 1e6
"""How many dollars of what should go count as one that is idle: which of it is sold first moves no distance."""


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
        sales: For an asset that is several funds to the broker those that may be sold, in the order in which they are;
            None for an asset that is one fund. Its lot is then an amount of which every fund's lot is a multiple, and
            ``held`` the lots of all these funds. Empty where all assets are one fund.
        steps: The lots that are bought at once, 0 where nothing is bought; empty where they are all 1.
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
    sales: Sequence[tuple[Fund, ...] | None] = ()
    steps: Sequence[int] = ()

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
        return alike(self.lot_prices, [self._sizes(i) for i in self.targets])

    def _sizes(self, i: int) -> list[int]:
        """The lots of an asset that are traded at once."""
        sales = self.sales[i] if self.sales else None
        return [1] if sales is None else sorted({self.steps[i], *(step for step, _ in sales)} - {0})

    @cached_property
    def twins(self) -> list[list[int]]:
        """Groups of assets that no question can tell apart."""
        return [twins for group in self._lookalikes for twins in _same(group, self.values)]

    @cached_property
    def _lookalikes(self) -> list[list[int]]:
        """Groups of assets that nothing but their values can tell apart."""
        rows = zip(self.prices, self.held, self.parts, self.buyable, self.sellable, strict=True)
        several = zip(self.sales, self.steps, strict=True) if self.sales else [()] * len(self.prices)
        return _same(range(len(self.prices)), [(*row, *more) for row, more in zip(rows, several, strict=True)])

    def with_values(self, values: Sequence[int]) -> Market:
        """The same market where assets are worth something else; what does not depend on that is worked out once."""
        other = replace(self, values=values)
        vars(other).update(self._of_all_values)
        return other

    @cached_property
    def _of_all_values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _OF_ALL_VALUES}

    def buy_least(self, i: int, min_trade: int) -> int:
        """The fewest lots of a purchase."""
        return max(1, -(-max(min_trade, self.fee_trade) // self.prices[i]))

    def sell_least(self, i: int, min_trade: int, need: int, direction: Direction) -> int:
        """The fewest lots of a sale, where ``need`` units may be spent (+) or must be raised (-)."""
        return self._least_sale(self.prices[i], self.held[i], (min_trade, need, direction))

    def _least_sale(self, price: int, held: int, terms: tuple[int, int, Direction]) -> int:
        min_trade, need, direction = terms
        if not min_trade and not self.fee_trade:
            return 1
        return fewest_sold(price, held, (min_trade, self.fee_trade, need, direction))

    def funds(self, i: int, min_trade: int, need: int, direction: Direction) -> list[tuple[int, int, int, int]]:
        """The funds of an asset that may be sold, in their order: see ``Grid.of``.

        One that is too small to be a trade, or to bring more than its fee, cannot be sold: the next comes in its place.
        """
        found = []
        for fund, (step, held) in enumerate(self.sales[i] or ()):
            price = step * self.prices[i]
            least = self._least_sale(price, held, (min_trade, need, direction))
            if self.sellable[i] and held >= least and held * price > self.fee:
                found.append((step, held, least, fund))
        return found

    def parted(self, i: int, k: int, question: tuple[int, int, Direction]) -> list[tuple[int, int]]:
        """A sale of k lots of an asset as sales of its funds: which, and how many of its own lots.

        Args:
            i: An asset that is several funds.
            k: Lots, < 0.
            question: The smallest trade, the units to spend (+) or to raise (-), and what may be traded.
        """
        found, left = [], -k
        for step, held, _least, fund in self.funds(i, *question):
            count = min(held, left // step)
            if count:
                found.append((fund, count))
                left -= count * step
        return found

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
        lot *= self.steps[i] if self.steps else 1
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
        if self.sales:
            return self._several(budget, total, direction, min_trade, need)
        prices = self.lot_prices
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
            most = self._most_bought
            high = [
                0 if not self.buyable[i] or (paid := purse // price) < least else most(i, total, least, paid)
                for i, price, least in rows
            ]
        return self._staged((low, high, buy_least, sell_least), budget, total, direction)

    def _staged(
        self,
        columns: tuple[Sequence[int], Sequence[int], Sequence[int], Sequence[int]],
        budget: int,
        total: int,
        direction: Direction,
        grids: Sequence[Grid | None] = (),
    ) -> Stage:
        """The stage of the assets that have a target: ``low``, ``high``, ``buy_least`` and ``sell_least`` of each."""
        low, high, buy_least, sell_least = columns
        lots = [total / price for price in self.lot_prices]
        level = [w * share for w, share in zip(self.weights, lots, strict=True)]
        return Stage(
            prices=self.lot_prices,
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
            grids=grids,
        )

    def _several(self, budget: int, total: int, direction: Direction, min_trade: int, need: int) -> Stage:
        """The same where assets are several funds to the broker, which matters only where something may be sold."""
        grids: list[Grid | None] = []
        columns = []
        sold = [self._sold(i, (min_trade, need, direction)) for i in self.targets]
        purse = (
            budget
            - self.fee
            + sum(
                most * step * self.prices[i]
                for i, funds in zip(self.targets, sold, strict=True)
                for step, most, *_ in funds
            )
        )
        for i, funds in zip(self.targets, sold, strict=True):
            step, least, most = self._bought(i, total, min_trade, purse) if direction != "sell" else (1, 1, 0)
            if len(funds) > 1 or step != 1 or (funds and funds[0][0] != 1):
                grid = self._grid(funds, (step, least, most))
                runs = [run for run in grid.runs if run.trades]
                grids.append(grid)
                columns.append(
                    (
                        grid.low,
                        grid.high,
                        min((run.first for run in runs if run.first > 0), default=1),
                        min((-run.last for run in runs if run.last < 0), default=1),
                    )
                )
            else:
                grids.append(None)
                columns.append(
                    (-funds[0][1] if funds else 0, most if most >= least else 0, least, funds[0][2] if funds else 1)
                )
        low, high, buy_least, sell_least = (list(column) for column in zip(*columns, strict=True))
        several = grids if any(grid is not None for grid in grids) else ()
        return self._staged((low, high, buy_least, sell_least), budget, total, direction, several)

    def _grid(self, funds: Sequence[tuple[int, int, int, int]], bought: tuple[int, int, int]) -> Grid:
        """The numbers of lots that an asset may trade; the positions of a slider ask for the same ones."""
        asked = *funds, bought
        known = self._grids.get(asked)
        if known is None:
            if len(self._grids) >= _GRIDS:
                self._grids.clear()
            known = self._grids[asked] = Grid.of(funds, bought)
        return known

    @cached_property
    def _grids(self) -> dict[tuple[tuple[int, ...], ...], Grid]:
        return {}

    def _sold(self, i: int, terms: tuple[int, int, Direction]) -> list[tuple[int, int, int, int]]:
        """What may be sold of an asset: its funds, or itself as the only one."""
        if self.sales[i] is not None:
            return self.funds(i, *terms)
        least = self._least_sale(self.prices[i], self.held[i], terms)
        return [(1, self.held[i], least, 0)] if self.sellable[i] and self.held[i] >= least else []

    def _bought(self, i: int, total: int, min_trade: int, purse: int) -> tuple[int, int, int]:
        """What may be bought of an asset: the lots at once, and the fewest and the most times."""
        step = self.steps[i]
        price = step * self.prices[i]
        least = max(1, -(-max(min_trade, self.fee_trade) // price))
        paid = purse // price
        most = self._most_bought(i, total, least, paid) if self.buyable[i] and paid >= least else 0
        return step, least, most

    def leaving(self, members: Sequence[int], budget: int, min_trade: int, need: int, *, idle_first: bool) -> Stage:
        """The stage of a withdrawal that some assets can pay: of them the largest are sold first.

        With ``idle_first`` that only decides between plans with equal idle cash, which takes longer.
        """
        weight = _IDLE_FIRST if idle_first else 1.0
        prices = [self.prices[i] for i in members]
        total = max(1, sum(self.values[i] for i in members), sum(self.held[i] * self.prices[i] for i in members))
        lots = [total / price for price in prices]
        level = [weight * share / len(prices) for share in lots]
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
            start=0.5 / weight,
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


def _same(members: Iterable[int], what: Sequence[Hashable]) -> list[list[int]]:
    """Groups of two or more members of which the same is said; in order."""
    groups: dict[Hashable, list[int]] = {}
    for i in members:
        groups.setdefault(what[i], []).append(i)
    return [group for group in groups.values() if len(group) > 1]
