"""The search: every combination of deviations that could beat a plan, met in the middle.

The model: ``bound.py`` writes J + R of every plan as a lower bound plus what each asset's deviation from its own pick
costs plus what the idle cash costs. So a plan better than ``bound + G`` deviates only where that costs at most G, and
all deviations together cost at most G: few. The assets that have such a deviation are split in two halves; for each
half all combinations are listed, and the halves are joined where the idle cash is allowed: not below nothing, and below
what it costs to keep each of the sales, which a combination carries along as its least. If the best is within G it is
optimal, and that is proven; otherwise G grows. When the budget of work is used up, the last G that was searched
completely still certifies a bound.

Worked number: with G = 0 the only combination is nobody deviating, which is optimal when it spends the budget exactly.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain
from math import ceil, floor, sqrt
from operator import itemgetter
from typing import Any

from .bound import Bound
from .effort import LOOK, Effort
from .stage import Stage

Combination = tuple[int, float, int, Any]
"""Units that a combination of deviations spends, what it costs, the least that keeping one of its sales costs, and the
chain (asset, lots, rest of the chain)."""

LIKELY, POWER, GROWTH = 2.0, 0.3, (1.4, 4.0)
"""The next G is meant to have so many pairs of combinations that leave an allowed idle cash. Their number grows with
about the third power of G, so G grows by the ``POWER`` of what is missing, within these bounds."""
FIRST_FLIPS = 7
FIRST_PART = 16
"""Where the cheapest deviations cost nothing, because assets tie, the next G is this part of what a lot costs."""
_MERGE_FROM = 64
_spent, _keeping = itemgetter(0), itemgetter(3)
_JOIN = 2
"""Work of sorting and joining one combination, in combinations listed."""


def search(stage: Stage, bound: Bound, excess: float, effort: Effort) -> tuple[list[int] | None, float]:
    """Looks for the best plan that costs less than ``excess`` above the bound.

    Args:
        stage: The problem.
        bound: Its bound.
        excess: ``(J + R) / B`` above the bound of the best plan known; only better ones are looked for.
        effort: What is used up.

    Returns:
        The best plan and its excess. When none is better: None, and the excess that no plan falls below, which is the
        ``excess`` given where the search could be completed.
    """
    if not effort.take(LOOK * len(stage.prices)):
        return None, 0.0
    deviations = _Deviations(stage, bound)
    certified = 0.0
    flips = deviations.cheapest()
    g = min(excess, flips[min(FIRST_FLIPS, len(flips) - 1)][0]) if flips else excess
    while True:
        halves = deviations.halves(flips, g, effort)
        if halves is None:
            return None, certified
        found = deviations.join(*halves, g, effort)
        if found is None:
            return None, certified
        total, plan = found
        if plan is not None:
            return plan, total
        if g >= excess:
            return None, excess
        certified = g
        g = min(_growth(*halves, deviations.idle_range(g)) * g or stage.finest / FIRST_PART, excess)


def _growth(first: list[Combination], second: list[Combination], idle: tuple[int, int]) -> float:
    """By how much the next G is larger: by little where pairs of sorted halves are likely to leave an idle cash."""
    span = first[-1][0] - first[0][0] + second[0][0] - second[-1][0] + 1
    likely = len(first) * len(second) * (idle[1] - idle[0] + 1) / span
    wanted: float = (LIKELY / likely) ** POWER
    return min(GROWTH[1], max(GROWTH[0], wanted))


class _Deviations:
    """What it costs when assets do not take their own picks."""

    def __init__(self, stage: Stage, bound: Bound) -> None:
        self.stage = stage
        self.bound = bound
        self.rest = stage.budget - stage.spend(bound.picks)
        self.plain = stage.plain
        self.sells = any(stage.low)

    def rho(self, i: int, k: int) -> float:
        """What k lots of asset i cost more than its own pick, as a fraction of B."""
        k0, ideal = self.bound.picks[i], self.bound.ideal[i]
        rho = self.stage.curve[i] * (k - k0) * (k + k0 - 2 * ideal)
        if self.bound.trade_price:
            rho += self.bound.trade_price * (self.stage.trades_of(i, k) - self.stage.trades_of(i, k0))
        return rho

    def cheapest(self) -> list[tuple[float, int]]:
        """The cost of the cheapest deviation of each asset that has one, with the asset, cheapest first."""
        if not self.plain:
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
        if (grid := stage.grid(i)) is not None:
            near = {grid.below(k0), grid.above(k0)}
            if self.bound.trade_price:
                near |= {run.nearest(self.bound.ideal[i]) for run in grid.runs}
            yield from (self.rho(i, k) for k in near - {k0, None} if k is not None)
            return
        nearest, low, high = round(self.bound.ideal[i]), stage.low[i], stage.high[i]
        buy, sale = min(max(nearest, stage.buy_least[i]), high), max(min(nearest, -stage.sell_least[i]), low)
        for k in {k0 - 1, k0 + 1, 0, buy, sale} - {k0}:
            if stage.allows(i, k):
                yield self.rho(i, k)

    def idle_range(self, g: float) -> tuple[int, int]:
        """The least and the most idle cash of plans that cost at most g above the bound."""
        least, most = self.bound.idle
        price = self.bound.idle_price
        if price > 0 and g / price < most - least:
            most = least + floor(g / price)
        elif price < 0 and g / -price < most - least:
            least = most - floor(g / -price)
        return least, most

    def halves(
        self, flips: list[tuple[float, int]], g: float, effort: Effort
    ) -> tuple[list[Combination], list[Combination]] | None:
        """All combinations of deviations that cost at most g, of two halves of the assets; None: too much work."""
        least, most = self.idle_range(g)
        free = most + 1  # what costs more to keep is no limit
        choices = []
        low, high = self.rest - most, self.rest - least
        for cheapest, i in flips:
            if cheapest > g:
                break
            options = self._options(i, g, free, effort)
            if options is None:
                return None
            if options:
                # What one combination spends all others together must be able to balance.
                spends = [option[0] for option in options]
                low -= max(0, *spends)
                high -= min(0, *spends)
                choices.append((i, options))
        fixed = self._fixed({i for i, _ in choices}, free)
        small: list[Combination] = [(0, 0.0, fixed, None)]
        large: list[Combination] = [(0, 0.0, fixed, None)]
        merge_from = _MERGE_FROM
        # The dearest first: most combinations are too dear for them, and while the lists are short few are looked at.
        for i, options in reversed(choices):
            if len(small) > len(large):
                small, large = large, small
            if not effort.take(len(small) * (len(options) + 1)):
                return None
            small = _combined(small, (i, options), (self._keep(i, self.bound.picks[i], free), free), g)
            if len(small) > merge_from:
                small = _worth_keeping(small, low, high, free)
                merge_from = max(_MERGE_FROM, 2 * len(small))
        return small, large

    def _fixed(self, moving: set[int], free: int) -> int:
        """The least that it costs to keep a sale of the assets that do not deviate."""
        if not self.sells:
            return free
        picks = self.bound.picks
        return min((self._keep(i, k, free) for i, k in enumerate(picks) if k < 0 and i not in moving), default=free)

    def _keep(self, i: int, k: int, free: int) -> int:
        return min(free, self.stage.keep(i, k)) if k < 0 else free

    def _options(self, i: int, g: float, free: int, effort: Effort) -> list[tuple[int, float, int, int]] | None:
        """The deviations of one asset that cost at most g: units spent, cost, lots, and what keeping costs."""
        stage, k0, ideal = self.stage, self.bound.picks[i], self.bound.ideal[i]
        curve, price = stage.curve[i], stage.prices[i]
        grid = stage.grid(i)
        most = 1 if grid is None else grid.trades
        radius = sqrt((g + most * abs(self.bound.trade_price)) / curve + (k0 - ideal) ** 2)
        first, last = max(ceil(ideal - radius), stage.low[i]), min(floor(ideal + radius), stage.high[i])
        if not effort.take(LOOK + max(0, last - first if grid is None else grid.steps(last + 1) - grid.steps(first))):
            return None
        if self.plain and (first >= 0 or price >= free):
            both = k0 - 2 * ideal
            return [
                ((k - k0) * price, cost if (cost := curve * (k - k0) * (k + both)) > 0 else 0.0, k, free)
                for k in range(first, last + 1)
                if k != k0
            ]
        base = stage.cost(i, k0)
        return [
            (stage.cost(i, k) - base, max(0.0, rho), k, self._keep(i, k, free))
            for k in stage.allowed(i, first, last)
            if k != k0 and (rho := self.rho(i, k)) <= g
        ]

    def join(
        self, first: list[Combination], second: list[Combination], g: float, effort: Effort
    ) -> tuple[float, list[int] | None] | None:
        """The cheapest pair of combinations within g that leaves an allowed idle cash, and the plan it makes.

        The idle cash must stay below the least that keeping a sale costs. Mostly the cheapest pair of all does that;
        where it does not, the pairs are gone through once for each such limit, with those combinations that allow as
        much. None: too much work.
        """
        least, most = self.idle_range(g)
        work = _JOIN * (len(first) + len(second))
        if not effort.take(work):
            return None
        first.sort(key=_spent)
        second.sort(key=_spent, reverse=True)
        best, chains = self._joined(first, second, (least, most), g, None)
        if chains is None:
            return g, None
        plan = self._plan(chains)
        if not self.sells or self.stage.keeps_to_rules(plan, self.stage.budget - self.stage.spend(plan)):
            return max(0.0, best), plan
        limits = {combination[2] for combination in chain(first, second)}
        if not effort.take(work * (len(limits) - 1)):
            return None
        best, chains = g, None
        for limit in sorted(limits):
            if limit > least:
                some, others = ([c for c in half if c[2] >= limit] for half in (first, second))
                best, chains = self._joined(some, others, (least, min(most, limit - 1)), best, chains)
        return max(0.0, best), None if chains is None else self._plan(chains)

    def _joined(
        self, first: list[Combination], second: list[Combination], idle: tuple[int, int], best: float, chains: Any
    ) -> tuple[float, Any]:
        """The cheapest pair that leaves idle cash within bounds, if it is cheaper than ``best``.

        The idle cash is ``rest - a - b`` for the spends a and b of the two halves. Walking a upwards moves the window
        of allowed b downwards, and a queue of falling costs keeps the cheapest of the window at its head.
        """
        price, (least, most) = self.bound.idle_price, idle
        base = self.bound.idle_cost(self.rest)
        window: deque[tuple[float, int, Any]] = deque()
        following, count = 0, len(second)
        highest, wide = self.rest - least, most - least
        for a, cost_a, _, chain_a in first:
            upper = highest - a
            lower = upper - wide
            while following < count and (entry := second[following])[0] >= lower:
                following += 1
                if (b := entry[0]) > upper:
                    continue  # too much for this a, and so for all that follow
                cost = entry[1] - price * b
                while window and window[-1][0] > cost:
                    window.pop()
                window.append((cost, b, entry[3]))
            while window and window[0][1] > upper:
                window.popleft()
            if (
                window
                and (total := cost_a - price * a + window[0][0] + base) <= best
                and (chains is None or total < best)
            ):
                best, chains = total, (chain_a, window[0][2])
        return best, chains

    def _plan(self, chains: tuple[Any, Any]) -> list[int]:
        plan = list(self.bound.picks)
        for links in chains:
            link = links
            while link is not None:
                i, k, link = link
                plan[i] = k
        return plan


def _combined(
    known: list[Combination], asset: tuple[int, list[tuple[int, float, int, int]]], keeps: tuple[int, int], g: float
) -> list[Combination]:
    """The combinations with each choice of one more asset.

    Args:
        known: Combinations of others.
        asset: The asset and its options.
        keeps: What it costs to keep the sale that is its own pick, and what is no limit.
        g: What a combination may cost.
    """
    (i, options), (stays, free) = asset, keeps
    found = list(known)
    if stays < free:
        found = [(spent, cost, min(stays, keep), links) for spent, cost, keep, links in known]
    if min(map(_keeping, options)) >= free:
        found += [
            (spent + ds, cost + dc, least, (i, k, links))
            for ds, dc, k, _keep in options
            for room in (g - dc,)
            for spent, cost, least, links in known
            if cost <= room
        ]
        return found
    for ds, dc, k, keep in options:
        room = g - dc
        if keep < free:
            found += [
                (spent + ds, cost + dc, min(keep, least), (i, k, links))
                for spent, cost, least, links in known
                if cost <= room
            ]
        else:
            found += [
                (spent + ds, cost + dc, least, (i, k, links)) for spent, cost, least, links in known if cost <= room
            ]
    return found


def _worth_keeping(combinations: list[Combination], low: int, high: int, free: int) -> list[Combination]:
    """The cheapest of the combinations that spend the same and allow as much; none beyond ``low`` or ``high``."""
    best: dict[int | tuple[int, int], Combination] = {}
    for combination in combinations:
        spent, cost, keep, _links = combination
        if low <= spent <= high:
            key = spent if keep == free else (spent, keep)
            known = best.get(key)
            if known is None or cost < known[1]:
                best[key] = combination
    return list(best.values()) if len(best) < len(combinations) else combinations
