"""Plans made step by step: cash that is left is spent lot by lot, and a plan that is not proven is settled.

The model: a step changes one asset to its next larger or smaller number of lots. ``fill`` takes steps that spend, each
time the one that is worth most for a dollar. ``settled`` takes one step, or two in opposite directions, as long as that
brings the weights closer, so that asking again after the trades seldom gives a further trade.

Worked number: 90 dollars are left and shares cost 30 and 40. The asset that is furthest below its target gets a share,
then whichever is furthest below then, until less than 30 is left.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import nsmallest
from math import gcd

from .bound import Bound, tie
from .effort import LOOK, Effort
from .stage import Stage

SAME = 1e-12
"""Plans whose ``J / B`` differ by less than this fraction are equally good."""

_FEW = 16
_ROUNDS = 200


def fill(stage: Stage, bound: Bound) -> list[int]:
    """The bound's plan, with the idle cash spent lot by lot: always on the lot that is worth most for a dollar.

    It ends when nothing fits any more, or when idle cash is within its bound and nothing that fits comes closer.
    """
    plan = list(bound.plan)
    left = stage.budget - stage.spend(plan)
    finest = min(stage.prices)
    for _round in range(_ROUNDS + 3 * len(plan)):
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


def settled(stage: Stage, plan: list[int], most_idle: int, effort: Effort) -> list[int]:
    """A plan that no step of one asset, or of two in opposite directions, brings closer; of the likeliest steps.

    Args:
        stage: The problem.
        plan: A plan that keeps to the budget and to the most idle cash.
        most_idle: The most idle cash that a plan may leave, in units.
        effort: What is used up; with too little left the plan is only closer.
    """
    plan, left = list(plan), stage.budget - stage.spend(plan)
    while True:
        ups, downs = _steps(stage, plan, stage.above), _steps(stage, plan, stage.below)
        singles = [((i, lots),) for i, lots in ups + downs]
        pairs = [pair for up in ups for down in downs if up[0] != down[0] for pair in _balanced(stage, up, down)]
        if not effort.take(LOOK * len(singles + pairs)):
            break
        best: tuple[float, Moves, int] | None = None
        for moves in singles + pairs:
            gain, spent = _worth(stage, plan, moves)
            if 0 <= left - spent <= most_idle and (best is None or gain < best[0]) and _fits(stage, plan, moves, 1):
                best = gain, moves, spent
        if best is None or best[0] >= -SAME * stage.distance(plan):
            break
        gain, moves, spent = best
        # The same again and again: J along the moves is a parabola, and what the first adds is known.
        bend = sum(stage.curve[i] * lots * lots for i, lots in moves)
        times = max(1, int((1 - gain / bend) / 2))
        if spent:
            times = min(times, left // spent if spent > 0 else (most_idle - left) // -spent)
        if not _fits(stage, plan, moves, times):
            times = 1
        for i, lots in moves:
            plan[i] += times * lots
        left = stage.budget - stage.spend(plan)
    return plan


Moves = tuple[tuple[int, int], ...]
"""Assets, and the lots by which each changes."""


def _steps(stage: Stage, plan: list[int], following: Callable[[int, int], int | None]) -> list[tuple[int, int]]:
    """Of the next steps of all assets in one direction those that bring most: the asset, and its change in lots."""
    steps = []
    for i, k in enumerate(plan):
        if (then := following(i, k)) is not None:
            steps.append((stage.part(i, then) - stage.part(i, k), i, then - k))
    return [(i, lots) for _, i, lots in nsmallest(_FEW, steps)]


def _balanced(stage: Stage, up: tuple[int, int], down: tuple[int, int]) -> list[Moves]:
    """Two opposite steps, as many of the cheaper one as the dearer one pays for, and few of both that cost nothing."""
    (i, more), (j, less) = up, down
    taken, given = more * stage.prices[i], -less * stage.prices[j]
    times, others = max(1, given // taken), max(1, taken // given)
    both: list[Moves] = [(up, down)]
    if times > 1 or others > 1:
        both.append(((i, times * more), (j, others * less)))
    if taken != given and (common := gcd(taken, given)) * _FEW >= max(taken, given):
        both.append(((i, given // common * more), (j, taken // common * less)))
    return both


def _worth(stage: Stage, plan: list[int], moves: Moves) -> tuple[float, int]:
    """What moves add to ``J / B``, and the units that they take."""
    gain, spent = 0.0, 0
    for i, lots in moves:
        k = plan[i]
        gain += stage.part(i, k + lots) - stage.part(i, k)
        spent += stage.cost(i, k + lots) - stage.cost(i, k)
    return gain, spent


def _fits(stage: Stage, plan: list[int], moves: Moves, times: int) -> bool:
    """Whether every asset may trade what it would trade then, and no fee is paid or saved in between."""
    for i, lots in moves:
        k, then = plan[i], plan[i] + times * lots
        if not stage.low[i] <= then <= stage.high[i] or (then and abs(then) < stage.least[i]):
            return False
        if times > 1 and (not k or not then or (k > 0) != (then > 0)):
            return False
    return True
