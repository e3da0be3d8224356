"""From a stage to its best plan: bound, first plan, search, and what is known about the answer.

The model: the picks that keep to the budget are filled up lot by lot with the cash that is left; that is the first
plan. The search then looks for a better one, or proves that there is none. Idle cash is bounded; where no plan within
that bound is found, the bound is relaxed and the answer says so.

Worked number: two assets of 100 dollars in shares of 30 and 90 dollars: the picks 2 and 1 spend the cash exactly, the
bound equals their J, and nothing has to be searched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .bound import Bound, find_bound, tie
from .search import Effort, search
from .stage import Stage

TOLERANCE = 1e-9
"""A plan counts as proven when no plan can be better by more than this fraction of its J ..."""
_FEW = 16
_SAME = 1e-12
_FILL_ROUNDS = 200
TINY = 1e-12
"""... or by this fraction of the managed total, which is below what floats resolve for plans almost on target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """The best plan that was found for a stage.

    Args:
        lots: The plan.
        distance: Its ``J / B``.
        gap: No allowed plan has a ``J / B`` below ``distance - gap``; zero where that is proven within TOLERANCE.
        relaxed: No plan within the bound on idle cash was found, so that bound was relaxed.
        searched: The search was not cut short by the budget of work.
    """

    lots: list[int]
    distance: float
    gap: float
    relaxed: bool = False
    searched: bool = True

    @property
    def proven(self) -> bool:
        """The plan is optimal within TOLERANCE."""
        return self.gap <= 0.0 and self.searched


def best_plan(stage: Stage, effort: Effort) -> Optimum:
    """The best plan of a stage within a budget of work.

    The caller has made sure that ``stage.most_raised()`` keeps to the budget.
    """
    stage = stage.without_rest()
    bound = find_bound(stage)
    first = _or_nothing(stage, fill(stage, bound))
    if stage.idle is None:
        return _improve(stage, bound, first, stage.budget - stage.spend(stage.most_raised()), effort)
    if stage.budget - stage.spend(first) < stage.idle:
        return _improve(stage, bound, first, stage.idle - 1, effort)
    if _raises_too_much(stage):
        return _relaxed(stage, bound, first, effort, complete=True)
    # Rounding and filling left too much idle cash: any plan within the bound will do, found by searching everything.
    share = Effort(effort.left // 2)
    plan, _total = search(stage, bound, _everything(stage, bound), stage.idle - 1, share)
    effort.take(share.used)
    if plan is not None:
        return Optimum(lots=plan, distance=stage.distance(plan), gap=0.0)
    return _relaxed(stage, bound, first, effort, complete=bool(share.left))


def _raises_too_much(stage: Stage) -> bool:
    """A sale is needed, and the smallest that may be made already leaves more idle cash than is allowed."""
    if stage.budget >= 0 or stage.idle is None or max(stage.high) > 0:
        return False
    rows = zip(stage.low, stage.least, stage.prices, strict=True)
    smallest = min((fewest * price - stage.fee for low, fewest, price in rows if low), default=0)
    return smallest + stage.budget >= stage.idle


def _or_nothing(stage: Stage, plan: list[int]) -> list[int]:
    """The plan, or no trade at all where that is allowed and just as close: nobody trades for nothing."""
    nothing = [0] * len(plan)
    allowed = stage.budget >= 0 and (stage.idle is None or stage.budget < stage.idle)
    return nothing if allowed and stage.distance(nothing) * (1 - _SAME) <= stage.distance(plan) else plan


def _improve(stage: Stage, bound: Bound, first: list[int], most_idle: int, effort: Effort) -> Optimum:
    """The first plan, or a better one where the search finds it."""
    distance = stage.distance(first)
    excess = max(0.0, bound.excess(stage, first, most_idle))
    if min(excess, distance) <= tolerance(distance):  # J is never below 0, so nothing beats a plan on target
        return Optimum(lots=first, distance=distance, gap=0.0)
    plan, total = search(stage, bound, excess, most_idle, effort)
    if plan is None:
        gap = min(excess - total, distance)
        certain = gap <= tolerance(distance)
        return Optimum(lots=first, distance=distance, gap=0.0 if certain else gap, searched=certain)
    better = stage.distance(plan)
    if better >= distance * (1 - _SAME):
        return Optimum(lots=first, distance=distance, gap=0.0)
    return Optimum(lots=plan, distance=better, gap=0.0)


def tolerance(distance: float) -> float:
    """The difference in ``J / B`` that no longer counts."""
    return TOLERANCE * distance + TINY


def _everything(stage: Stage, bound: Bound) -> float:
    """A cost that no plan exceeds: every asset at its worst, and all cash idle or none."""
    total = abs(bound.idle_price) * (abs(stage.budget) + sum(stage.prices) + stage.fee * len(stage.prices))
    rows = zip(stage.low, stage.high, bound.ideal, stage.curve, stage.prices, strict=True)
    for low, high, ideal, curve, price in rows:
        total += curve * max(low - ideal, high - ideal, ideal - low, ideal - high) ** 2
        total += abs(bound.idle_price) * max(-low, high) * price
    return total


def _relaxed(stage: Stage, bound: Bound, first: list[int], effort: Effort, *, complete: bool) -> Optimum:
    """The best plan when idle cash cannot stay below its bound, or no such plan was found.

    A withdrawal must not sell more than it needs although J would like that, so it may leave less than one cheapest
    share more than the least idle cash; an investment may leave any.
    """
    if stage.idle is None or max(stage.high) > 0:
        result = best_plan(replace(stage, idle=None), effort)
    else:
        least, certain = _least_idle(stage, first)
        complete = complete and certain
        idle = stage.budget - stage.spend(least) + stage.idle
        result = _improve(replace(stage, idle=idle), bound, least, idle - 1, effort)
    return replace(result, relaxed=True, searched=complete and result.searched)


def _least_idle(stage: Stage, first: list[int]) -> tuple[list[int], bool]:
    """Of the first plan and the sales of a single asset the plan that leaves the least idle cash.

    Returns:
        The plan, and whether no other can leave less: two sales together raise too much even if they are the smallest.
    """
    best, least = first, stage.budget - stage.spend(first)
    smallest = []
    for i, price in enumerate(stage.prices):
        if not stage.low[i]:
            continue
        smallest.append(stage.least[i] * price - stage.fee)
        lots = max(stage.least[i], -((stage.budget - stage.fee) // price))
        idle = lots * price - stage.fee + stage.budget
        if lots <= -stage.low[i] and 0 <= idle < least:
            best, least = [-lots if j == i else 0 for j in range(len(stage.prices))], idle
    pair = sorted(smallest)[:2]
    return best, len(pair) < 2 or (pair[0] >= 0 and sum(pair) + stage.budget >= least)


def fill(stage: Stage, bound: Bound) -> list[int]:
    """The bound's plan, with the idle cash spent lot by lot: always on the lot that is worth most for a dollar.

    It ends when nothing fits any more, or when idle cash is within its bound and nothing that fits comes closer.
    """
    plan = list(bound.plan)
    left = stage.budget - stage.spend(plan)
    finest = min(stage.prices)
    for _round in range(_FILL_ROUNDS + 3 * len(plan)):
        allowed = stage.idle is None or left < stage.idle
        if left < finest and allowed:
            break
        best: tuple[float, int, int, int] | None = None
        for i, k in enumerate(plan):
            following = stage.above(i, k)
            if following is None or (cost := stage.cost(i, following) - stage.cost(i, k)) > left:
                continue
            level = tie(stage, i, k, following)
            if best is None or level < best[0]:
                best = level, i, following, cost
        if best is None or (allowed and best[0] >= stage.goal):
            break
        _level, i, following, cost = best
        # Of lots much finer than the cash that is left many are taken at once: half of what fits, but no further than
        # to the smallest sale, because between that and no trade nothing is allowed.
        end = stage.high[i] if following > 0 else -stage.least[i]
        more = min(left // cost // 2, end - following) if cost * _FEW < left and following != 0 else 0
        plan[i] = following + more
        left -= stage.cost(i, plan[i]) - stage.cost(i, following) + cost
    return plan
