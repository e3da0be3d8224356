"""Everything about a portfolio that exact plans need and that no question changes, and the stages of one question.

The model: assets stand in canonical order (unrealised P&L, then symbol), so the order of a file's rows cannot matter.
Assets without a target are sold first and never bought, before J is asked: a hard rebalance sells them whole, a
withdrawal sells nothing else while they suffice. What remains is one :class:`~pbal_core.planning.exact.stage.Stage`.

Worked number: values 100 and 300, targets 100 % and 0 %, 50 dollars to withdraw: only the second is sold.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import gcd
from typing import Literal

from ..proof import Proof
from .effort import Effort
from .fill import SAME
from .optimum import Optimum, best_plan
from .stage import Stage

Direction = Literal["buy", "sell", "both"]

_FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """The best plan of one question.

    Args:
        lots: Lots to buy (+) or sell (-), in canonical order.
        objective: J in units.
        gap: No plan for this question has a J below ``objective - gap``, in units; 0 where that is proven.
        proven: The plan is optimal.
        relaxed: The bound on idle cash could not be kept.
        work: Combinations that were looked at.
        short: Units by which the sales that are possible miss what must be raised; above 0 there is no plan.
        searched: The search was not cut short.
    """

    lots: list[int]
    objective: float = 0.0
    gap: float = 0.0
    proven: bool = True
    relaxed: bool = False
    work: int = 0
    short: int = 0
    searched: bool = True

    def proof(self, dollar: int) -> Proof:
        """What is known about the plan, in dollars of so many units."""
        return Proof(
            lower_bound=max(0.0, (self.objective - self.gap) / dollar),
            objective=self.objective / dollar,
            gap=self.gap / dollar,
            proven=self.proven,
            work=self.work,
        )


@dataclass(frozen=True, kw_only=True)
class Market:
    """Managed assets in canonical order, n entries each.

    Args:
        values: Market values in units.
        prices: Units of one lot, > 0.
        held: The most lots that may be sold.
        shares: Units of one whole share, which is what idle cash must not pay; >= ``prices``.
        parts: Target weights as integers of any common denominator; 0: no target. Their sum is above 0.
        buyable: Whether the asset may be bought.
        sellable: Whether it may be sold.
        fee: Units that each trade costs.
    """

    values: Sequence[int]
    prices: Sequence[int]
    held: Sequence[int]
    shares: Sequence[int]
    parts: Sequence[int]
    buyable: Sequence[bool]
    sellable: Sequence[bool]
    fee: int = 0

    def allocate(self, budget: int, direction: Direction, min_trade: int, effort: Effort) -> Allocation:
        """The best plan of one question.

        Args:
            budget: Units to spend (+) or to raise (-), fees included.
            direction: What is traded: ``buy`` (budget >= 0) or ``sell`` (budget < 0) alone, or both.
            min_trade: Fewest units that a trade may move; 0 for none.
            effort: Work that may be done.
        """
        total = sum(self.values) + budget
        least = [max(1, -(-min_trade // price)) for price in self.prices]
        lots = [0] * len(self.prices)
        goal = self._targets if total > 0 else []
        away = [i for i in range(len(lots)) if (total <= 0 or not self.parts[i]) and self._sells(i, least[i])]
        result: Optimum | None = None
        if direction != "buy" and away:
            raised = sum(self.held[i] * self.prices[i] - self.fee for i in away)
            if direction == "sell" and raised >= -budget:
                result = self._solve(self._leaving(away, budget, least), away, lots, effort)
                goal = []
            else:
                for i in away:
                    lots[i] = -self.held[i]
            budget += raised
        stage = self._stage(goal, budget, total, direction, least) if goal else None
        if result is None and stage is not None:
            short = stage.spend(stage.most_raised()) - budget
            if short > 0:
                return Allocation(lots=[0] * len(lots), proven=False, short=short)
            if any(stage.low) or any(stage.high):
                result = self._solve(stage, goal, lots, effort)
                self._settle_ties(stage, lots)
        if result is None and budget < 0:
            return Allocation(lots=[0] * len(lots), proven=False, short=-budget)
        self._settle_twins(lots)
        whole = stage
        if whole is None and total > 0:
            whole = self._stage(self._targets, budget, total, direction, least)
        return Allocation(
            lots=lots,
            objective=whole.distance([lots[i] for i in self._targets]) * total if whole else 0.0,
            gap=result.gap * total if result else 0.0,
            proven=result.proven if result else True,
            relaxed=result.relaxed if result else False,
            searched=result.searched if result else True,
            work=effort.used,
        )

    @staticmethod
    def _solve(stage: Stage, members: Sequence[int], lots: list[int], effort: Effort) -> Optimum:
        result = best_plan(stage, effort)
        for i, count in zip(members, result.lots, strict=True):
            lots[i] = count
        return result

    def _sells(self, i: int, least: int) -> bool:
        """Everything of the asset may be sold, in a trade that is large enough and brings more than its fee."""
        held = self.held[i]
        return self.sellable[i] and held >= least and held * self.prices[i] > self.fee

    def _leaving(self, members: Sequence[int], budget: int, least: Sequence[int]) -> Stage:
        """The stage of a withdrawal that assets without a target can pay: the largest are sold first."""
        prices = [self.prices[i] for i in members]
        total = max(1, sum(self.values[i] for i in members), sum(self.held[i] * self.prices[i] for i in members))
        lots = [total / price for price in prices]
        level = [share / len(prices) for share in lots]
        return Stage(
            prices=prices,
            low=[-self.held[i] for i in members],
            high=[0] * len(prices),
            least=[least[i] for i in members],
            fee=self.fee,
            budget=budget,
            idle=min(prices),
            total=total,
            level=level,
            held=[self.values[i] / self.prices[i] for i in members],
            curve=[1 / (d * share) for d, share in zip(level, lots, strict=True)],
            start=0.5,
            goal=0.0,
        )

    @cached_property
    def _targets(self) -> list[int]:
        return [i for i, part in enumerate(self.parts) if part]

    @cached_property
    def _weights(self) -> list[float]:
        whole = sum(self.parts)
        return [self.parts[i] / whole for i in self._targets]

    @cached_property
    def _holdings(self) -> list[float]:
        return [self.values[i] / self.prices[i] for i in self._targets]

    def _stage(
        self, members: Sequence[int], budget: int, total: int, direction: Direction, least: Sequence[int]
    ) -> Stage:
        """The stage of the assets that have a target."""
        prices = [self.prices[i] for i in members]
        lots = [total / price for price in prices]
        level = [w * share for w, share in zip(self._weights, lots, strict=True)]
        fewest = [least[i] for i in members]
        low = [0] * len(prices)
        high = low
        if direction != "buy":
            low = [-self.held[i] if self.sellable[i] and self.held[i] >= least[i] else 0 for i in members]
        if direction != "sell":
            purse = budget - sum(k * price for k, price in zip(low, prices, strict=True)) - self.fee
            high = [
                # One more than can be paid, so that the budget is what stops a purchase, not the bound.
                (most + 1 if (most := purse // self.prices[i]) >= least[i] else 0) if self.buyable[i] else 0
                for i in members
            ]
        return Stage(
            prices=prices,
            low=low,
            high=high,
            least=fewest,
            fee=self.fee,
            budget=budget,
            idle=self._idle(members, low, high, direction),
            wider=self._wider(members, high, fewest),
            total=total,
            level=level,
            held=self._holdings,
            curve=[1 / (d * share) for d, share in zip(level, lots, strict=True)],
            start=self._start(budget, total, direction),
        )

    def _idle(self, members: Sequence[int], low: list[int], high: list[int], direction: Direction) -> int | None:
        """Idle cash must not pay the cheapest share; a withdrawal must not raise the cheapest lot too much."""
        if direction == "sell":
            return min((self.prices[i] for i, k in zip(members, low, strict=True) if k), default=None)
        return min((self.shares[i] for i, k in zip(members, high, strict=True) if k), default=None)

    def _wider(self, members: Sequence[int], high: list[int], least: list[int]) -> int | None:
        """What idle cash must not pay where it cannot stay below a share: a purchase of its own, with its fee."""
        rows = zip(members, high, least, strict=True)
        cheapest = min((max(self.shares[i], self.prices[i] * fewest) for i, k, fewest in rows if k), default=None)
        return None if cheapest is None else cheapest + self.fee

    def _start(self, budget: int, total: int, direction: Direction) -> float:
        """The water level of fractional shares: where the search for the level of whole shares begins."""
        if direction == "both":
            return 1.0
        sign = 1 if direction == "buy" else -1
        costs, sums = self._filling if direction == "buy" else self._draining
        value, part = sums[bisect_left(costs, sign * budget)]
        return (value + budget) * sum(self.parts) / (part * total) if part else 1.0

    @cached_property
    def _filling(self) -> tuple[list[float], list[tuple[int, int]]]:
        """For the lowest 1, 2, ... assets: the cash that raises them to the next, and their values and parts."""
        return self._levels([i for i in self._targets if self.buyable[i]], sign=1)

    @cached_property
    def _draining(self) -> tuple[list[float], list[tuple[int, int]]]:
        return self._levels([i for i in self._targets if self.sellable[i]], sign=-1)

    def _levels(self, members: list[int], *, sign: int) -> tuple[list[float], list[tuple[int, int]]]:
        ratios = sorted((sign * self.values[i] / self.parts[i], i) for i in members)
        values = list(accumulate(self.values[i] for _, i in ratios))
        parts = list(accumulate(self.parts[i] for _, i in ratios))
        nexts = [ratio for ratio, _ in ratios[1:]]
        costs = [ratio * part - sign * value for ratio, part, value in zip(nexts, parts, values, strict=False)]
        return costs, list(zip(values, parts, strict=True)) or [(0, 0)]

    @cached_property
    def _twins(self) -> list[list[int]]:
        """Groups of assets that no question can tell apart."""
        groups: dict[tuple[object, ...], list[int]] = {}
        rows = zip(self.values, self.prices, self.held, self.parts, self.buyable, self.sellable, strict=True)
        for i, row in enumerate(rows):
            groups.setdefault(row, []).append(i)
        return [group for group in groups.values() if len(group) > 1]

    @cached_property
    def _alike(self) -> list[list[tuple[int, int]]]:
        """Few lots of assets with a target that cost the same: groups of their places among them, and lots."""
        groups: dict[int, list[tuple[int, int]]] = {}
        for lots in range(1, _FEW + 1):
            for place, i in enumerate(self._targets):
                groups.setdefault(lots * self.prices[i], []).append((place, lots))
        several = (group for group in groups.values() if len(group) > 1)
        return [group for group in several if gcd(*(lots for _, lots in group)) == 1]

    def _settle_ties(self, stage: Stage, lots: list[int]) -> None:
        """Of plans as close that differ in two assets: the least turnover, then more of the first in canonical order.

        Which of them the search finds is a matter of the last digits of floats.
        """
        if not self._alike:
            return
        plan = [lots[i] for i in self._targets]
        same = SAME * stage.distance(plan)
        for _round in range(_FEW):
            swapped = [_swapped(stage, plan, group, same) for group in self._alike]
            if not any(swapped):
                break
        for i, count in zip(self._targets, plan, strict=True):
            lots[i] = count

    def _settle_twins(self, lots: list[int]) -> None:
        """Among assets that are alike the first in canonical order trades most: the lowest P&L, then the symbol."""
        for group in self._twins:
            counts = sorted((lots[i] for i in group), reverse=sum(lots[i] for i in group) > 0)
            for i, count in zip(group, counts, strict=True):
                lots[i] = count


def _swapped(stage: Stage, plan: list[int], group: list[tuple[int, int]], same: float) -> bool:
    """Swaps lots of two assets of a group in a plan where that is a tie to be settled; whether any were."""
    more = [(stage.part(i, plan[i] + lots) - stage.part(i, plan[i]), i, lots) for i, lots in group]
    less = sorted((stage.part(i, plan[i]) - stage.part(i, plan[i] - lots), i, lots) for i, lots in group)
    changed = False
    for gain, i, lots in more:
        # What i adds must be what another asset saves.
        for _, j, others in less[bisect_left(less, (gain - same,)) : bisect_right(less, (gain + same, len(plan)))]:
            old, new = (plan[i], plan[j]), (plan[i] + lots, plan[j] - others)
            if i != j and stage.may_swap((i, j), old, new, same):
                plan[i], plan[j] = new
                changed = True
    return changed
