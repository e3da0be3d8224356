"""From a stage to its best plan: bound, first plan, search, and what is known about the answer.

The model: the picks that keep to the budget are filled up lot by lot with the cash that is left; that is the first
plan. The search then looks for a better one, or proves that there is none; where trades jump and one level leaves too
much open, it does so for every number of trades.

Worked number: two assets of 100 dollars in shares of 30 and 90 dollars: the picks 2 and 1 spend the cash exactly, the
bound equals their J + R, and nothing has to be searched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import TypeVar

from .bound import Bound, find_bound
from .count import Counts
from .effort import LOOK, Effort
from .fill import SAME, fill, settled
from .search import search
from .stage import Stage

T = TypeVar("T")

TOLERANCE = 1e-9
"""A plan counts as proven when no plan can be better by more than this fraction of its J + R ..."""
TINY = 1e-12
"""... or by this fraction of the managed total, which is below what floats resolve for plans almost on target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """The best plan that was found for a stage.

    Args:
        lots: The plan.
        value: Its ``(J + R) / B``.
        gap: No legal plan has a ``(J + R) / B`` below ``value - gap``; zero where that is proven within TOLERANCE.
    """

    lots: list[int]
    value: float
    gap: float


def best_plan(stage: Stage, effort: Effort, enough: float = inf) -> Optimum:
    """The best plan of a stage within a budget of work.

    The caller has made sure that ``stage.most_raised()`` keeps to the budget.

    Args:
        stage: The problem.
        effort: What is used up.
        enough: A plan whose ``(J + R) / B`` is not below this is of no use, so it need not be the best.
    """
    return _best_within(stage, stage.idle_range(), effort, enough)


def _best_within(stage: Stage, idle: tuple[int, int], effort: Effort, enough: float) -> Optimum:
    """The best plan that leaves idle cash within bounds; one that leaves more may be found, but is not sought.

    Above the cap of the level the bound rests on the most idle cash. The sale that costs least to keep limits it for
    all plans that make this sale; where not all do, those that do not are a problem of their own.
    """
    effort.charge(LOOK * len(stage.prices))
    bound = find_bound(stage, idle, effort)
    first = _or_nothing(stage, fill(stage, bound.plan, effort))
    value = stage.value(first)
    while effort.left and (least := _least_kept(stage, bound)) is not None:
        i, most = least
        if most >= bound.idle[1]:
            break
        floor = value - bound.excess(stage, first)
        if floor >= min(enough, value - tolerance(value)):
            break
        other, otherwise = _without(stage, i, bound), floor + _not_sold(stage, bound, i)
        bound = find_bound(replace(stage, start=bound.level), (bound.idle[0], most), effort)
        if other is not None and otherwise < value + tolerance(value):
            found = _improve(stage, bound, first, effort, enough)
            useful = min(enough, found.value - tolerance(found.value))
            if otherwise >= useful:
                return known(stage, found.lots, min(found.value - found.gap, otherwise))
            rest = _best_within(other, other.idle_range(), effort, useful)
            best = min(found, rest, key=_value)
            return known(stage, best.lots, min(found.value - found.gap, rest.value - rest.gap))
    return _improve(stage, bound, first, effort, enough)


def _value(optimum: Optimum) -> float:
    return optimum.value


def _least_kept(stage: Stage, bound: Bound) -> tuple[int, int] | None:
    """Of the sales that are picked above the cap the one that costs least to keep, and the most idle cash beside it."""
    if bound.idle_price >= 0:
        return None
    found = None
    for i, k in enumerate(bound.picks):
        if k < 0:
            most = stage.most_keep(i, k) - 1
            if found is None or most < found[1]:
                found = i, most
    if found is None:
        return None
    unit, rest = stage.unit, bound.idle[0]
    return found[0], max(rest, rest + (found[1] - rest) // unit * unit)


def _without(stage: Stage, i: int, bound: Bound) -> Stage | None:
    """The stage in which an asset whose pick is a sale is not sold, or, of several funds, not as many of them.

    None where the others cannot raise enough.
    """
    k, low, grids = bound.picks[i], list(stage.low), list(stage.grids)
    if (grid := stage.grid(i)) is not None:
        grids[i] = grid.without(k)
        low[i] = grid.without(k).low
    else:
        low[i] = 0
    other = replace(stage, low=low, grids=grids, start=bound.level)
    return other if other.spend(other.most_raised()) <= other.budget else None


def _not_sold(stage: Stage, bound: Bound, i: int) -> float:
    """What it costs at least that an asset whose pick is a sale makes another choice that ``_without`` leaves."""
    k, ideal = bound.picks[i], bound.ideal[i]
    grid, trades = stage.grid(i), stage.trades_of(i, k)
    if grid is None:
        buy = min(stage.high[i], max(stage.buy_least[i], round(ideal)))
        others = [(0, 0), (buy, int(buy > 0))]
    else:
        others = [(run.nearest(ideal), run.trades) for run in grid.without(k).runs]
    price = bound.trade_price
    return min(stage.curve[i] * (o - k) * (o + k - 2 * ideal) + price * (more - trades) for o, more in others)


def known(stage: Stage, plan: list[int], floor: float) -> Optimum:
    """A plan, and how much better another may be at most if none has a ``(J + R) / B`` below ``floor``."""
    value = stage.value(plan)
    gap = min(value - floor, value)
    return Optimum(lots=plan, value=value, gap=0.0 if gap <= tolerance(value) else gap)


def tolerance(value: float) -> float:
    """The difference in ``(J + R) / B`` that no longer counts."""
    return TOLERANCE * value + TINY


def _or_nothing(stage: Stage, plan: list[int]) -> list[int]:
    """The plan, or no trade at all where that is allowed and just as good: nobody trades for nothing."""
    nothing = [0] * len(plan)
    return nothing if stage.budget >= 0 and stage.value(nothing) * (1 - SAME) <= stage.value(plan) else plan


def _improve(stage: Stage, bound: Bound, first: list[int], effort: Effort, enough: float) -> Optimum:
    """The first plan, or a better one where the search finds it."""
    best, value = first, stage.value(first)
    polish = effort.share(1 / _POLISH)
    effort.left -= polish.left
    floor = value - bound.excess(stage, first)
    for turn, part in _PLAIN_TURNS if stage.plain else _TURNS:
        if floor >= min(value - tolerance(value), enough):
            break
        share = effort.share(part)
        best, gap = turn(stage, bound, best, share)
        effort.charge(share.used)
        value = stage.value(best)
        floor = max(floor, value - gap)
    else:
        if floor < min(value - tolerance(value), enough):
            best = settled(stage, best, polish)
    effort.left, effort.used = effort.left + polish.left, effort.used + polish.used
    return known(stage, best, floor)


def _by_level(stage: Stage, bound: Bound, best: list[int], effort: Effort) -> tuple[list[int], float]:
    """The best plan, and how much better another may be at most, as far as one water level tells."""
    excess = bound.excess(stage, best)
    plan, total = search(stage, bound, excess, effort)
    if plan is None:
        return best, excess - total
    return plan if stage.value(plan) < stage.value(best) * (1 - SAME) else best, 0.0


def _by_count(stage: Stage, bound: Bound, best: list[int], effort: Effort) -> tuple[list[int], float]:
    """The same as far as the numbers of trades tell, each by itself."""
    if stage.grids:  # the numbers of trades know of one trade an asset
        excess = bound.excess(stage, best)
        return best, excess
    return by_counts(stage, bound, best, effort, helps=_HELPS * bound.excess(stage, best))


def by_counts(
    stage: Stage, bound: Bound, best: list[int], effort: Effort, *, most: int | None = None, helps: float = inf
) -> tuple[list[int], float]:
    """The best plan, and how much better another may be, as far as the numbers of trades tell; likely ones first.

    Args:
        stage: The problem.
        bound: Its bound.
        best: A legal plan.
        effort: What is used up.
        most: Most trades that a plan may have.
        helps: What may be left open by a number of trades for its search to be worth most of the work.
    """
    counts = Counts(stage, bound.idle)
    effort.charge(4 * LOOK * len(best))
    floors = [max(pair) for pair in zip(counts.floors(stage.goal), counts.floors(bound.level), strict=True)]
    least = inf  # no plan falls below it whose number of trades remains open
    order = sorted((floors[m], m) for m in counts.possible() if most is None or m <= most)
    for certain, count in order:
        value = stage.value(best)
        enough = value - tolerance(value)
        if certain >= enough:
            break
        counted = counts.bounded(count, bound.level, enough, effort)
        if counted is None:
            least = min(least, certain)
            break
        floor = max(certain, counted.floor)
        if floor >= enough:
            continue
        # The other numbers of trades want to be bounded, too.
        share = effort.share(7 / 8 if value - floor <= helps else 1 / 8)
        plan, above = search(counted.stage, counted.bound, value - floor, share)
        effort.charge(share.used)
        if plan is not None:
            best = plan if stage.value(plan) < value * (1 - SAME) else best
        elif above < value - floor:
            least = min(least, floor + above)
    return best, max(0.0, stage.value(best) - least)


def _by_steps(stage: Stage, bound: Bound, best: list[int], effort: Effort) -> tuple[list[int], float]:
    """A plan that no single step makes better, which tells nothing of others, but leaves less to search for."""
    del bound
    plan = settled(stage, best, effort)
    return plan, stage.value(plan)


_HELPS = 0.5
_POLISH = 16
_PLAIN_TURNS = ((_by_level, 1.0),)
_TURNS = ((_by_level, 1 / 64), (_by_level, 1 / 4), (_by_steps, 1 / 8), (_by_count, 7 / 8), (_by_level, 1.0))
"""What is tried in which part of the work that is left. Where trades jump, one level or the counts may tell more."""


def restricted(stage: Stage, members: list[int]) -> Stage:
    """The stage of some of the assets, where the others do not trade; ``value`` is then without what those add."""

    def some(column: Sequence[T]) -> list[T]:
        return [column[i] for i in members]

    return replace(
        stage,
        prices=some(stage.prices),
        low=some(stage.low),
        high=some(stage.high),
        buy_least=some(stage.buy_least),
        sell_least=some(stage.sell_least),
        level=some(stage.level),
        held=some(stage.held),
        curve=some(stage.curve),
        grids=some(stage.grids) if stage.grids else (),
    )
