"""One question to a market: its stages, their answers, and the plan that they make together.

The model: what has no target is sold first. In a withdrawal it is the whole answer while it suffices; beyond that all
of it is sold, then of the rest what serves J + R best, and what then can be kept of it is kept. A hard rebalance sells
it whole; where trades are limited, as many of the largest as leave least: J + R and the dollars that stay in them.

Worked number: OLD 300 without a target and A 100 in shares of 10, 50 dollars to withdraw: five shares of OLD.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..proof import Proof
from ..strategy import Direction
from .effort import LOOK, Effort
from .least import least_idle
from .limit import limited_plan
from .market import Market
from .optimum import Optimum, best_plan
from .stage import Stage
from .ties import settle_ties


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """The best plan of one question.

    Args:
        lots: Lots to buy (+) or sell (-), in canonical order.
        distance: J in units.
        idle: R in units: what the plan leaves of the budget.
        gap: No plan for this question has a J + R below ``distance + idle - gap``, in units; 0 where that is proven.
        work: Work that was done, in combinations looked at.
        most: The most units that can be raised, where that is less than must be raised: there is no plan then.
    """

    lots: list[int]
    distance: float = 0.0
    idle: int = 0
    gap: float = 0.0
    work: int = 0
    most: int | None = None

    def proof(self, dollar: int) -> Proof:
        """What is known about the plan, in dollars of so many units."""
        return Proof(objective=self.distance / dollar, idle=self.idle / dollar, gap=self.gap / dollar, work=self.work)


def allocate(
    market: Market, budget: int, direction: Direction, min_trade: int, effort: Effort, *, elsewhere: int = 0
) -> Allocation:
    """The best plan of one question.

    Args:
        market: What can be traded.
        budget: Units to spend (+) or to raise (-), fees included.
        direction: What is traded: ``buy`` (budget >= 0) or ``sell`` (budget < 0) alone, or both.
        min_trade: Fewest units that a trade may move; 0 for none.
        effort: Work that may be done.
        elsewhere: Units that the targets share out too, and that no trade here can move: the cash of other accounts.
    """
    return _Question((market, elsewhere), budget, direction, min_trade, effort).answer()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Lots of all assets that answer a question, or a part of it, and what is known of them.

    Args:
        lots: Lots of all assets.
        value: What is minimised, in units: J + R, and in a hard rebalance of few trades the dollars that should go.
        gap: No other plan has a value below ``value - gap``.
    """

    lots: list[int]
    value: float
    gap: float


class _Question:
    def __init__(
        self, where: tuple[Market, int], need: int, direction: Direction, min_trade: int, effort: Effort
    ) -> None:
        market, elsewhere = where
        self.market = market
        self.need = need
        self.direction = direction
        self.min_trade = min_trade
        self.effort = effort
        self.count = len(market.prices)
        self.total = sum(market.values) + need + elsewhere
        self.stage: Stage | None = None
        most = market.max_trades
        trades = sum(len(sales or (i,)) for i, sales in enumerate(market.sales)) if market.sales else self.count
        self.most = trades if most is None else min(most, trades)
        self.unlimited = self.most == trades

    def answer(self) -> Allocation:
        """The best plan, or the most that can be raised where there is none."""
        away = self._away()
        part = self._sold(away) if self.direction == "sell" else self._rebalanced(away)
        if part is None:
            return Allocation(lots=[0] * self.count, gap=0.0, work=self.effort.used, most=self._most_raised())
        lots = self._twins_settled(part.lots)
        return Allocation(
            lots=lots,
            distance=self._distance([lots[i] for i in self.market.targets]),
            idle=self.need - self._spent(lots),
            gap=part.gap,
            work=self.effort.used,
        )

    def _distance(self, lots: Sequence[int]) -> float:
        """J in units of lots of the assets with a target; it does not depend on the budget of a stage."""
        if self.total <= 0:
            return 0.0
        return (self.stage or self._stage(self.need)).distance(lots) * self.total

    def _spent(self, lots: Sequence[int]) -> int:
        spent = sum(k * price for k, price in zip(lots, self.market.prices, strict=True))
        fee = self.market.fee
        return spent + fee * self._trades(lots) if fee else spent

    def _trades(self, lots: Sequence[int]) -> int:
        """How many trades lots of all assets are."""
        if not self.market.sales:
            return sum(map(bool, lots))
        question = self.min_trade, self.need, self.direction
        return sum(
            len(self.market.parted(i, k, question)) if k < 0 and self.market.sales[i] is not None else bool(k)
            for i, k in enumerate(lots)
        )

    def _away(self) -> list[int]:
        """What should go and may be sold, the largest first: assets without a target, or all if nothing is to stay."""
        market = self.market
        gone = [
            i for i in range(self.count) if (self.total <= 0 or not market.parts[i]) and market.goes(i, self.min_trade)
        ]
        return sorted(gone, key=lambda i: (-market.held[i] * market.prices[i], i))

    def _raised(self, members: Sequence[int]) -> int:
        """Units that selling assets whole brings."""
        return sum(self.market.held[i] * self.market.prices[i] - self.market.fee for i in members)

    def _most_raised(self) -> int:
        """The most units that any plan raises."""
        brought = sorted((self._raised([i]) for i in self._away()), reverse=True)
        if self.total <= 0:
            return sum(brought[: self.most])
        stage = self._stage(self.need)
        if not stage.grids:
            brought += [-stage.cost(i, k) for i, k in enumerate(stage.most_raised()) if k]
            return sum(sorted(brought, reverse=True)[: self.most])
        counts = range(min(self.most, len(brought)) + 1)
        return max(sum(brought[:m]) + stage.raised_by(self.most - m)[0] for m in counts)

    def _sold(self, away: list[int]) -> _Part | None:
        """A withdrawal."""
        if self._raised(away[: self.most]) >= -self.need:
            return self._left(away, self.need, self.most)
        for count in range(min(self.most, len(away)), -1, -1):
            sold = away[:count]
            part = self._with_targets(sold, self.most - count)
            if part is None:
                continue
            idle = self.need - self._spent(part.lots)
            if sold and idle:  # what of them can be kept without the rest raising too little
                kept = self._left(sold, idle - self._raised(sold), count)
                lots = [kept.lots[i] if i in sold else k for i, k in enumerate(part.lots)]
                part = replace(part, lots=lots)
            return part
        return None

    def _left(self, members: list[int], budget: int, most: int) -> _Part:
        """The sales of some assets that raise what is needed: the largest first, near them what leaves least idle.

        The least idle cash is what is proven. Where not all sales could be looked at, no less than none is certain.
        """
        members = sorted(members)
        few = most < len(members)
        stage = self.market.leaving(members, budget, self.min_trade, self.need, idle_first=few)
        if few:
            found = limited_plan(stage, most, self.effort)
            lots, floor = found.lots, budget - stage.spend(found.lots) - found.gap * stage.total
        else:
            share = self.effort.share(3 / 4)
            first = best_plan(stage, share)
            self.effort.charge(share.used)
            lots, floor = least_idle(stage, first.lots, self.effort)
        idle = budget - stage.spend(lots)
        return _Part(lots=self._whole(members, lots), value=float(idle), gap=float(min(idle, idle - floor)))

    def _rebalanced(self, away: list[int]) -> _Part | None:
        """An investment, or a hard rebalance."""
        if self.direction == "buy":
            return self._with_targets([], self.most)
        counts = [len(away)] if self.unlimited else range(min(self.most, len(away)) + 1)
        best: _Part | None = None
        floor = 0.0
        for count in counts:
            part = self._with_targets(away[:count], self.most - count)
            if part is None:
                continue
            stays = sum(self.market.held[i] * self.market.prices[i] for i in away[count:])
            part = replace(part, value=part.value + stays)
            floor = part.value - part.gap if best is None else min(floor, part.value - part.gap)
            if best is None or part.value < best.value:
                best = part
        return best and replace(best, gap=max(0.0, best.value - floor) if len(counts) > 1 else best.gap)

    def _with_targets(self, sold: list[int], most: int) -> _Part | None:
        """The best plan in which some assets are sold whole, and at most so many with a target trade."""
        budget = self.need + self._raised(sold)
        lots = [-self.market.held[i] if i in sold else 0 for i in range(self.count)]
        if self.total <= 0:
            return _Part(lots=lots, value=float(budget), gap=0.0) if budget >= 0 else None
        stage = self._stage(budget)
        if -stage.raised_by(most)[0] > budget:
            return None
        if not most or not (any(stage.low) or any(stage.high)):
            nothing = stage.value([0] * len(stage.prices)) * self.total
            return _Part(lots=lots, value=nothing, gap=0.0)
        found = self._solved(stage, most)
        plan = settle_ties(stage, found.lots, self.market.alike, most, self.effort) if self.market.alike else found.lots
        for i, k in zip(self.market.targets, plan, strict=True):
            lots[i] = k
        return _Part(lots=lots, value=found.value * self.total, gap=found.gap * self.total)

    def _solved(self, stage: Stage, most: int) -> Optimum:
        if most < sum(stage.most_trades):
            return limited_plan(stage, most, self.effort)
        return best_plan(stage, self.effort)

    def _whole(self, members: Sequence[int], lots: Sequence[int]) -> list[int]:
        whole = [0] * self.count
        for i, k in zip(members, lots, strict=True):
            whole[i] = k
        return whole

    def _stage(self, budget: int) -> Stage:
        self.effort.charge(LOOK * self.count)
        self.stage = self.market.stage(budget, self.total, self.direction, self.min_trade, self.need)
        return self.stage

    def _twins_settled(self, lots: list[int]) -> list[int]:
        """Among assets that are alike the first in canonical order trades most: the lowest P&L, then the symbol."""
        lots = list(lots)
        for group in self.market.twins:
            counts = sorted((lots[i] for i in group), reverse=sum(lots[i] for i in group) > 0)
            for i, count in zip(group, counts, strict=True):
                lots[i] = count
        return lots
