"""Plans of at most so many trades.

The model: where the best plan of all has no more trades, it is the answer. Otherwise every set of as many assets is a
problem of its own, in which the others do not trade, with a bound of its own: most sets are ruled out by it. Where
there are too many sets, the numbers of trades tell what they can (``count.py``), which settles purchases and sales; in
a hard rebalance of many assets a gap may stay, and is reported.

Worked number: three funds of 100, 200 and 300 dollars in shares of 10 and 300 dollars to invest. Without a limit the
first gets 200 and the second 100; with one trade it is the first fund's alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice
from math import comb, inf

from .bound import find_bound
from .count import Counts
from .effort import LOOK, Effort
from .optimum import Optimum, best_plan, by_counts, known, restricted, tolerance
from .stage import Stage

_BOUND = 6
"""Looks at each asset that the bound of a set takes, about."""


def limited_plan(stage: Stage, most: int, effort: Effort) -> Optimum:
    """The best plan of at most ``most`` trades within a budget of work.

    The caller has made sure that ``most`` of the sales of ``stage.most_raised()`` keep to the budget.
    """
    able = [i for i in range(len(stage.prices)) if stage.above(i, 0) is not None or stage.below(i, 0) is not None]
    trades = [stage.most_trades[i] for i in able]
    if most >= sum(trades):
        return best_plan(stage, effort)
    share = effort.share(1 / 4)
    free = best_plan(stage, share)
    effort.charge(share.used)
    few_enough = stage.trades(free.lots) <= most
    if few_enough and not free.gap:
        return free
    best = free.lots if few_enough else _first(stage, most, free, effort)
    floor = free.value - free.gap
    few = effort.left // 2 // (LOOK * (_BOUND * most + 8))
    if stage.grids:
        several = list(islice(_shared(able, trades, most), few + 1))
        best, certain = _by_sets(stage, best, several, effort) if len(several) <= few else (best, -inf)
    elif comb(len(able), most) <= few:
        best, certain = _by_sets(stage, best, combinations(able, most), effort)
    else:
        bound = find_bound(stage, stage.idle_range(), effort)
        best, gap = by_counts(stage, bound, best, effort, most=most)
        certain = stage.value(best) - gap
    return known(stage, best, max(floor, certain))


def _shared(able: list[int], trades: list[int], most: int) -> Iterator[tuple[int, ...]]:
    """All ways to share ``most`` trades out; an asset is named once for each of its trades, as many as it can have."""
    if not most or not able:
        yield ()
        return
    later = sum(trades[1:])
    for count in range(max(0, min(most, sum(trades)) - later), min(most, trades[0]) + 1):
        for rest in _shared(able[1:], trades[1:], most - count):
            yield (able[0],) * count + rest


def _first(stage: Stage, most: int, free: Optimum, effort: Effort) -> list[int]:
    """A legal plan of few trades: the best of some sets of assets that are likely to have a good one."""
    best = [0] * len(stage.prices)
    value = stage.value(best) if stage.budget >= 0 else inf
    raised = [stage.cost(i, k) if k else 0 for i, k in enumerate(stage.most_raised())]
    moved = [-abs(k) * price for k, price in zip(free.lots, stage.prices, strict=True)]
    counts = Counts(stage, stage.idle_range())
    effort.charge(4 * LOOK * len(best))
    orders = [sorted(range(len(raised)), key=key.__getitem__) for key in (raised, moved)]
    orders += [counts.likeliest(level) for level in {stage.goal, stage.start}]
    sets = {tuple(sorted(order[:most])) for order in orders}
    if stage.grids:
        sets.add(tuple(i for i, count in enumerate(stage.raised_by(most)[1]) for _ in range(count)))
    for members in sets:
        part = _restricted(stage, members)
        if part is None:
            continue
        share = effort.share(1 / 16)
        plan = _whole(stage, members, best_plan(part, share).lots)
        effort.charge(share.used)
        if stage.value(plan) < value:
            best, value = plan, stage.value(plan)
    return best


def _restricted(stage: Stage, members: Sequence[int]) -> Stage | None:
    """The stage of some assets alone, each named for every trade it may have; None if they cannot raise enough."""
    alone = list(dict.fromkeys(members))
    part = restricted(stage, alone)
    if part.grids:
        grids = [
            None if grid is None else grid.within(members.count(i)) for i, grid in zip(alone, part.grids, strict=True)
        ]
        ends = [
            (low, high) if grid is None else (grid.low, grid.high)
            for grid, low, high in zip(grids, part.low, part.high, strict=True)
        ]
        part = replace(part, grids=grids, low=[low for low, _ in ends], high=[high for _, high in ends])
    return part if part.prices and part.spend(part.most_raised()) <= part.budget else None


def _whole(stage: Stage, members: Sequence[int], lots: Iterable[int]) -> list[int]:
    plan = [0] * len(stage.prices)
    for i, k in zip(dict.fromkeys(members), lots, strict=True):
        plan[i] = k
    return plan


def _by_sets(stage: Stage, best: list[int], sets: Iterable[tuple[int, ...]], effort: Effort) -> tuple[list[int], float]:
    """The best plan, and a ``(J + R) / B`` that no plan of one of the sets is below."""
    nothing = [stage.part(i, 0) for i in range(len(stage.prices))]
    everything, value, least = sum(nothing), stage.value(best), inf
    for members in sets:
        effort.charge(LOOK)
        part = _restricted(stage, members)
        if part is None:
            continue
        others = everything - sum(nothing[i] for i in set(members))
        found = best_plan(part, effort, value - tolerance(value) - others)
        if found.value + others < value - tolerance(value) / 8:
            best = _whole(stage, members, found.lots)
            value = stage.value(best)
        least = min(least, found.value - found.gap + others)
    return best, least
