"""From a stage to its best plan: bound, first plan, search, and what is known about the answer.

The model: the picks that keep to the budget are filled up lot by lot with the cash that is left; that is the first
plan. The search then looks for a better one, or proves that there is none; where trades jump and one level leaves too
much open, it does so for every number of trades. Idle cash is bounded; where no plan within that bound is found, the
bound is relaxed and the answer says so.

Worked number: two assets of 100 dollars in shares of 30 and 90 dollars: the picks 2 and 1 spend the cash exactly, the
bound equals their J, and nothing has to be searched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

from .bound import Bound, find_bound
from .count import Counts
from .effort import Effort
from .fill import SAME, fill, settled
from .search import search
from .stage import Stage

TOLERANCE = 1e-9
"""A plan counts as proven when no plan can be better by more than this fraction of its J ..."""
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
    other = _with_cheapest(stage)
    if other is not None and stage.budget - stage.spend(other) < stage.idle:
        return _improve(stage, bound, other, stage.idle - 1, effort)
    # Rounding and filling left too much idle cash: any plan within the bound will do, found by searching everything.
    share = Effort(effort.left // (2 if stage.plain else 16))
    plan, _total = search(stage, bound, _everything(stage, bound), stage.idle - 1, share)
    effort.take(share.used)
    if plan is not None:
        return Optimum(lots=plan, distance=stage.distance(plan), gap=0.0)
    complete = bool(share.left)
    if not complete and not stage.plain:
        share = Effort(effort.left // 2)
        plan = _some_plan(stage, bound, stage.idle - 1, share)
        effort.take(share.used)
        if plan is not None:
            return _improve(stage, bound, plan, stage.idle - 1, effort)
        complete = bool(share.left)
    return _relaxed(stage, bound, first, effort, complete=complete)


def _with_cheapest(stage: Stage) -> list[int] | None:
    """A plan that buys of the cheapest asset, which then takes the cash that is left lot by lot; None: it cannot.

    A minimum trade or a fee may keep rounding and filling from beginning to buy it.
    """
    buyable = [i for i, most in enumerate(stage.high) if most >= stage.least[i]]
    if not buyable:
        return None
    i = min(buyable, key=stage.prices.__getitem__)
    begun, alone = stage.least[i], [int(j == i) for j in range(len(stage.prices))]
    rest = replace(
        stage,
        budget=stage.budget - stage.cost(i, begun),
        held=[h + begun * one for h, one in zip(stage.held, alone, strict=True)],
        low=[low * (1 - one) for low, one in zip(stage.low, alone, strict=True)],
        high=[high - begun * one for high, one in zip(stage.high, alone, strict=True)],
        least=[1 if one else least for least, one in zip(stage.least, alone, strict=True)],
    )
    if rest.spend(rest.most_raised()) > rest.budget:
        return None
    bound = find_bound(rest)
    plan = [k + begun * one for k, one in zip(fill(rest, bound), alone, strict=True)]
    return fill(stage, replace(bound, plan=plan))


def _some_plan(stage: Stage, bound: Bound, most_idle: int, effort: Effort) -> list[int] | None:
    """A plan within the bound on idle cash, found by the numbers of trades; None: none, or the work is used up."""
    counts = Counts(stage, most_idle)
    floors = counts.floors(bound.level)
    for _floor, count in sorted((floors[m], m) for m in counts.possible()):
        counted = counts.bounded(count, bound.level, inf, effort)
        if counted is None:
            return None
        most = _everything(stage, counted.bound)
        plan, _total = search(counted.stage, counted.bound, most, most_idle, effort)
        if plan is not None or not effort.left:
            return plan
    return None


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
    return nothing if allowed and stage.distance(nothing) * (1 - SAME) <= stage.distance(plan) else plan


def _improve(stage: Stage, bound: Bound, first: list[int], most_idle: int, effort: Effort) -> Optimum:
    """The first plan, or a better one where the search finds it."""
    best, distance = first, stage.distance(first)
    polish = Effort(effort.left // _POLISH)
    effort.left -= polish.left
    floor = distance - max(0.0, bound.excess(stage, first, most_idle))
    for turn, part in _PLAIN_TURNS if stage.plain else _TURNS:
        if min(distance - floor, distance) <= tolerance(distance):  # J is never below 0: nothing beats a plan on target
            break
        share = Effort(int(effort.left * part))
        best, gap = turn(stage, bound, best, most_idle, share)
        effort.take(share.used)
        distance = stage.distance(best)
        floor = max(floor, distance - gap)
    else:
        if distance - floor > tolerance(distance):
            best = settled(stage, best, most_idle, polish)
    effort.left, effort.used = effort.left + polish.left, effort.used + polish.used
    return _known(stage, best, stage.distance(best) - floor)


def _known(stage: Stage, plan: list[int], gap: float) -> Optimum:
    """A plan, and how much better another may be at most."""
    distance = stage.distance(plan)
    gap = min(gap, distance)
    certain = gap <= tolerance(distance)
    return Optimum(lots=plan, distance=distance, gap=0.0 if certain else gap, searched=certain)


def _by_level(stage: Stage, bound: Bound, best: list[int], most_idle: int, effort: Effort) -> tuple[list[int], float]:
    """The best plan, and how much better another may be at most, as far as one water level tells."""
    excess = max(0.0, bound.excess(stage, best, most_idle))
    plan, total = search(stage, bound, excess, most_idle, effort)
    if plan is None:
        return best, excess - total
    return plan if stage.distance(plan) < stage.distance(best) * (1 - SAME) else best, 0.0


def _by_count(stage: Stage, bound: Bound, best: list[int], most_idle: int, effort: Effort) -> tuple[list[int], float]:
    """The same as far as the numbers of trades tell, each by itself; those first that may come closest.

    It ends where a number of trades leaves about as much open as one level does.
    """
    excess = bound.excess(stage, best, most_idle)
    counts = Counts(stage, most_idle)
    floors = [max(pair) for pair in zip(counts.floors(stage.goal), counts.floors(bound.level), strict=True)]
    least = inf  # no plan falls below it whose number of trades remains open
    order = sorted((floors[m], m) for m in counts.possible())
    for (known, count), (following, _) in zip(order, [*order[1:], (inf, 0)], strict=True):
        distance = stage.distance(best)
        enough = distance - tolerance(distance)
        if known >= enough:
            break
        counted = counts.bounded(count, bound.level, enough, effort)
        if counted is None:
            least = min(least, known)
            break
        floor = max(known, counted.floor)
        if floor >= enough:
            continue
        if distance - floor > _HELPS * excess:
            least = min(least, floor, following)
            break
        share = Effort(7 * effort.left // 8)  # the other numbers of trades want to be bounded, too
        plan, above = search(counted.stage, counted.bound, distance - floor, most_idle, share)
        effort.take(share.used)
        if plan is not None:
            best = plan if stage.distance(plan) < distance * (1 - SAME) else best
        elif above < distance - floor:
            least = min(least, floor + above)
    return best, max(0.0, stage.distance(best) - least)


def _by_steps(stage: Stage, bound: Bound, best: list[int], most_idle: int, effort: Effort) -> tuple[list[int], float]:
    """A plan that no single step brings closer, which tells nothing of others, but leaves less to search for."""
    del bound
    plan = settled(stage, best, most_idle, effort)
    return plan, stage.distance(plan)


_HELPS = 0.5
_POLISH = 16
_PLAIN_TURNS = ((_by_level, 1.0),)
_TURNS = ((_by_level, 1 / 64), (_by_level, 1 / 4), (_by_steps, 1 / 8), (_by_count, 7 / 8), (_by_level, 1.0))
"""What is tried in which part of the work that is left. Where trades jump, one level or the counts may tell more."""


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
    share more than the least idle cash; an investment may leave what pays no purchase of its own, and else any.
    """
    if stage.idle is None or max(stage.high) > 0:
        result = best_plan(replace(stage, idle=stage.wider, wider=None), effort)
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
