"""The search: every combination of deviations that could beat a plan, met in the middle.

The model: ``bound.py`` writes J of every plan as a lower bound plus what each asset's deviation from its own pick costs
plus what the idle cash costs. So a plan better than ``bound + G`` deviates only where that costs at most G, and all
deviations together cost at most G: few. The assets that have such a deviation are split in two halves; for each half
all combinations are listed, and the halves are joined where the idle cash is allowed. If the best is within G it is
optimal, and that is proven; otherwise G grows. When the budget of work is used up, the last G that was searched
completely still certifies a bound.

Worked number: with G = 0 the only combination is nobody deviating, which is optimal when it spends the budget exactly.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from math import ceil, floor, sqrt
from typing import Any

from .bound import Bound
from .effort import Effort
from .stage import Stage

Combination = tuple[int, float, Any]
"""Units that a combination of deviations spends, what it costs, and the chain (asset, lots, rest of the chain)."""

GROWTH = 1.5
FIRST_FLIPS = 7
FIRST_PART = 16
"""Where the cheapest deviations cost nothing, because assets tie, the next G is this part of what a lot costs."""
_MERGE_FROM = 64


def search(stage: Stage, bound: Bound, excess: float, most_idle: int, effort: Effort) -> tuple[list[int] | None, float]:
    """Looks for the best plan that costs less than ``excess`` above the bound.

    Args:
        stage: The problem.
        bound: Its bound.
        excess: ``J / B`` above the bound of the best plan known; only better ones are looked for.
        most_idle: The most idle cash that a plan may leave, in units.
        effort: What is used up.

    Returns:
        The best plan and its excess. When none is better: None, and the excess that no plan falls below, which is the
        ``excess`` given where the search could be completed.
    """
    deviations = _Deviations(stage, bound, most_idle)
    certified = 0.0
    flips = deviations.cheapest()
    g = min(excess, flips[min(FIRST_FLIPS, len(flips) - 1)][0]) if flips else excess
    while True:
        halves = deviations.halves(flips, g, effort)
        if halves is None:
            return None, certified
        total, plan = deviations.join(*halves, g)
        if plan is not None:
            return plan, total
        if g >= excess:
            return None, excess
        certified = g
        g = min(GROWTH * g or min(stage.curve) / FIRST_PART, excess)


class _Deviations:
    """What it costs when assets do not take their own picks."""

    def __init__(self, stage: Stage, bound: Bound, most_idle: int) -> None:
        self.stage = stage
        self.bound = bound
        self.most_idle = most_idle
        self.rest = stage.budget - stage.spend(bound.picks)

    def rho(self, i: int, k: int) -> float:
        """What k lots of asset i cost more than its own pick, as a fraction of B."""
        k0, ideal = self.bound.picks[i], self.bound.ideal[i]
        return self.stage.curve[i] * (k - k0) * (k + k0 - 2 * ideal) + self.bound.trade_price * (bool(k) - bool(k0))

    def cheapest(self) -> list[tuple[float, int]]:
        """The cost of the cheapest deviation of each asset that has one, with the asset, cheapest first."""
        if not self.stage.plain:
            return sorted(
                (max(0.0, min(costs)), i) for i in range(len(self.bound.picks)) if (costs := list(self._neighbours(i)))
            )
        flips = []
        stage, bound = self.stage, self.bound
        rows = zip(bound.picks, bound.ideal, stage.curve, stage.low, stage.high, strict=True)
        for i, (k, ideal, g, low, high) in enumerate(rows):
            if low != high:
                # A lot towards the ideal costs 1 - 2 |off|, a lot away from it 1 + 2 |off|.
                off = k - ideal if k > low and (k >= ideal or k == high) else ideal - k
                flips.append((max(0.0, g * (1 - 2 * off)), i))
        flips.sort()
        return flips

    def _neighbours(self, i: int) -> Iterator[float]:
        """What other choices of an asset cost, the cheapest among them: up, down, none, the best purchase and sale."""
        stage, k0 = self.stage, self.bound.picks[i]
        nearest, least, low, high = round(self.bound.ideal[i]), stage.least[i], stage.low[i], stage.high[i]
        for k in {k0 - 1, k0 + 1, 0, min(max(nearest, least), high), max(min(nearest, -least), low)} - {k0}:
            if low <= k <= high and (k == 0 or abs(k) >= least):
                yield self.rho(i, k)

    def halves(
        self, flips: list[tuple[float, int]], g: float, effort: Effort
    ) -> tuple[list[Combination], list[Combination]] | None:
        """All combinations of deviations that cost at most g, of two halves of the assets; None: too much work."""
        choices = []
        for cheapest, i in flips:
            if cheapest > g:
                break
            options = self._options(i, g, effort)
            if options is None:
                return None
            choices.append((i, options))
        # What one combination spends all others together must be able to balance.
        low = (
            self.rest - self.most_idle - sum(max(0, *(ds for ds, _, _ in options)) for _, options in choices if options)
        )
        high = self.rest - sum(min(0, *(ds for ds, _, _ in options)) for _, options in choices if options)
        small: list[Combination] = [(0, 0.0, None)]
        large: list[Combination] = [(0, 0.0, None)]
        merge_from = _MERGE_FROM
        for i, options in choices:
            if len(small) > len(large):
                small, large = large, small
            if not effort.take(len(small) * len(options)):
                return None
            small += [
                (spent + ds, cost + dc, (i, k, chain))
                for ds, dc, k in options
                for spent, cost, chain in small
                if cost + dc <= g
            ]
            if len(small) > merge_from:
                small = _worth_keeping(small, low, high)
                merge_from = max(_MERGE_FROM, 2 * len(small))
        return (small, large) if effort.take(len(small) + len(large)) else None

    def _options(self, i: int, g: float, effort: Effort) -> list[tuple[int, float, int]] | None:
        """The deviations of one asset that cost at most g: units spent, cost, lots."""
        stage, k0, ideal = self.stage, self.bound.picks[i], self.bound.ideal[i]
        radius = sqrt((g + abs(self.bound.trade_price)) / stage.curve[i] + (k0 - ideal) ** 2)
        first, last = max(ceil(ideal - radius), stage.low[i]), min(floor(ideal + radius), stage.high[i])
        if not effort.take(max(0, last - first)):
            return None
        base = stage.cost(i, k0)
        return [
            (stage.cost(i, k) - base, max(0.0, rho), k)
            for k in stage.allowed(i, first, last)
            if k != k0 and (rho := self.rho(i, k)) <= g
        ]

    def join(self, first: list[Combination], second: list[Combination], g: float) -> tuple[float, list[int] | None]:
        """The cheapest pair of combinations within g that leaves an allowed idle cash, and the plan it makes.

        The idle cash is ``rest - a - b`` for the spends a and b of the two halves. Walking a upwards moves the window
        of allowed b downwards, and a queue of falling costs keeps the cheapest of the window at its head.
        """
        price, most = self.bound.idle_price, self.most_idle
        rest = self.rest
        base = price * (rest if price > 0 else rest - most)
        if price > 0 and g / price < most:
            most = floor(g / price)
        first.sort(key=_spent)
        second.sort(key=_spent, reverse=True)
        best, chains = g, None
        window: deque[tuple[float, int, Any]] = deque()
        following = 0
        for a, cost_a, chain_a in first:
            upper = rest - a
            while following < len(second) and second[following][0] >= upper - most:
                b, cost_b, chain_b = second[following]
                cost = cost_b - price * b
                while window and window[-1][0] > cost:
                    window.pop()
                window.append((cost, b, chain_b))
                following += 1
            while window and window[0][1] > upper:
                window.popleft()
            if (
                window
                and (total := cost_a - price * a + window[0][0] + base) <= best
                and (chains is None or total < best)
            ):
                best, chains = total, (chain_a, window[0][2])
        return max(0.0, best), None if chains is None else self._plan(chains)

    def _plan(self, chains: tuple[Any, Any]) -> list[int]:
        plan = list(self.bound.picks)
        for chain in chains:
            link = chain
            while link is not None:
                i, k, link = link
                plan[i] = k
        return plan


def _spent(combination: Combination) -> int:
    return combination[0]


def _worth_keeping(combinations: list[Combination], low: int, high: int) -> list[Combination]:
    """The cheapest of the combinations that spend the same; none that spends below ``low`` or above ``high``."""
    best: dict[int, Combination] = {}
    for combination in combinations:
        spent, cost, _chain = combination
        if low <= spent <= high:
            known = best.get(spent)
            if known is None or cost < known[1]:
                best[spent] = combination
    return list(best.values()) if len(best) < len(combinations) else combinations
