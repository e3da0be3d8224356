"""Plans made step by step: cash that is left is spent lot by lot, and a plan that is not proven is settled.

The model: a step changes one asset to its next larger or smaller number of lots. ``fill`` takes steps that spend, each
time the one that is worth most for a dollar, and those that the rules demand: what was sold and can be kept. So it
always ends with a legal plan. ``settled`` takes one step, or two in opposite directions, as long as that lowers J + R,
so that asking again after the trades seldom gives a further trade.

Worked number: 90 dollars are left and shares cost 30 and 40. The asset that is furthest below its target gets a share,
then whichever is furthest below then, until less than 30 is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush, nsmallest
from math import floor, gcd

from .bound import tie
from .effort import LOOK, Effort
from .stage import Stage

SAME = 1e-12
"""Plans whose ``(J + R) / B`` differ by less than this fraction are equally good."""

_FEW = 16


def fill(stage: Stage, start: Sequence[int], effort: Effort) -> list[int]:
    """A legal plan: the idle cash of ``start`` spent lot by lot, always on the lot that is worth most for a dollar.

    Args:
        stage: The problem.
        start: Lots that may be traded and keep to the budget.
        effort: What is used up; a plan is found in any case.
    """
    plan = list(start)
    left = stage.budget - stage.spend(plan)
    heap = []
    for i, k in enumerate(plan):
        following = stage.above(i, k)
        if following is not None and stage.cost(i, following) - stage.cost(i, k) <= left:
            level = tie(stage, i, k, following)
            if level < stage.cap:
                heap.append((level, i))
    heapify(heap)
    effort.charge(LOOK * len(plan))
    while heap:
        _level, i = heappop(heap)
        effort.charge(LOOK)
        k = plan[i]
        following = stage.above(i, k)
        if following is None or (cost := stage.cost(i, following) - stage.cost(i, k)) > left:
            continue
        left -= cost
        more = _further(stage, (i, following), heap[0][0] if heap else stage.cap, left, len(heap))
        left -= more * stage.prices[i]
        plan[i] = k = following + more
        following = stage.above(i, k)
        if following is not None and (level := tie(stage, i, k, following)) < stage.cap:
            heappush(heap, (level, i))
    return _kept(stage, plan, left, effort)


def _further(stage: Stage, step: tuple[int, int], level: float, left: int, others: int) -> int:
    """How many lots more than k are taken at once: up to the level of the next asset, or a part of what is left."""
    i, k = step
    run = stage.run(i, k)
    end = run.last if run is not None else stage.high[i] if k > 0 else -stage.sell_least[i]
    size = 1 if run is None else run.step
    fits = left // (size * stage.prices[i])
    if k == 0 or k >= end or not fits:
        return 0
    ideal = min(level, stage.cap) * stage.level[i] - stage.held[i]
    last = floor(stage.cap * stage.level[i] - stage.held[i] + size / 2)
    several = max((floor(ideal) - k) // size, fits // (2 * others + 2) if fits > _FEW else 0)
    return size * max(0, min(several, (end - k) // size, (last - k) // size, fits))


def _kept(stage: Stage, plan: list[int], left: int, effort: Effort) -> list[int]:
    """The plan without sales, and lots of sales, that can be kept; those first that lower J + R most for a dollar."""
    if min(plan) >= 0:
        return plan
    while True:
        effort.charge(LOOK * len(plan))
        able = [i for i, k in enumerate(plan) if k < 0 and stage.keep(i, k) <= left]
        if not able:
            return plan
        able.sort(key=lambda i: tie(stage, i, plan[i], stage.kept(i, plan[i])))
        for i in able:
            while plan[i] < 0 and stage.keep(i, plan[i]) <= left:
                k, after = plan[i], stage.kept(i, plan[i])
                run = stage.run(i, k)
                if after != (0 if run is None else run.base):  # down to the smallest sale
                    after = stage.eased(i, k, left)
                left -= stage.cost(i, after) - stage.cost(i, k)
                plan[i] = after


def settled(stage: Stage, plan: list[int], effort: Effort) -> list[int]:
    """A plan that no step of one asset, or of two in opposite directions, makes better; of the likeliest steps.

    Args:
        stage: The problem.
        plan: A legal plan.
        effort: What is used up; with too little left the plan is only better.
    """
    plan, left = list(plan), stage.budget - stage.spend(plan)
    while effort.take(2 * LOOK * len(plan)):
        ups, downs = _steps(stage, plan, stage.above), _steps(stage, plan, stage.below)
        singles = [((i, lots),) for i, lots in ups + downs]
        pairs = [pair for up in ups for down in downs if up[0] != down[0] for pair in _balanced(stage, up, down)]
        if not effort.take(LOOK * len(singles + pairs)):
            break
        best: tuple[float, Moves, int] | None = None
        keeps = sorted((stage.keep(i, k), i) for i, k in enumerate(plan) if k < 0)
        for moves in singles + pairs:
            gain, spent = _worth(stage, plan, moves)
            if (best is None or gain < best[0]) and _fits(stage, plan, moves, left - spent, keeps):
                best = gain, moves, spent
        if best is None or best[0] >= -SAME * stage.value(plan):
            break
        gain, moves, spent = best
        # The same again and again: J along the moves is a parabola, and what the first adds is known.
        bend = sum(stage.curve[i] * lots * lots for i, lots in moves)
        times = max(1, int((1 - gain / bend) / 2))
        if spent:
            times = min(times, left // spent if spent > 0 else times)
        if times > 1 and (
            _begins(stage, plan, moves, times)
            or not _fits(stage, plan, _repeated(moves, times), left - times * spent, keeps)
        ):
            times = 1
        for i, lots in moves:
            plan[i] += times * lots
        left = stage.budget - stage.spend(plan)
    return plan


Moves = tuple[tuple[int, int], ...]
"""Assets, and the lots by which each changes."""


def _repeated(moves: Moves, times: int) -> Moves:
    return tuple((i, times * lots) for i, lots in moves)


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
    """What moves add to ``(J + R) / B``, and the units that they take."""
    gain, spent = 0.0, 0
    for i, lots in moves:
        k = plan[i]
        gain += stage.part(i, k + lots) - stage.part(i, k)
        spent += stage.cost(i, k + lots) - stage.cost(i, k)
    return gain - spent / stage.total, spent


def _fits(stage: Stage, plan: list[int], moves: Moves, left: int, keeps: list[tuple[int, int]]) -> bool:
    """Whether a plan is legal after moves that leave ``left`` units; ``keeps`` are those of its sales, ascending."""
    if left < 0:
        return False
    moved = [i for i, _ in moves]
    for i, lots in moves:
        then = plan[i] + lots
        if not stage.allows(i, then) or (then < 0 and left >= stage.keep(i, then)):
            return False
    other = next((keep for keep, i in keeps if i not in moved), left + 1)
    return left < other


def _begins(stage: Stage, plan: list[int], moves: Moves, times: int) -> bool:
    """Whether a trade begins, ends or turns when moves are made several times: then a fee is not paid each time."""
    return any(
        not plan[i]
        or not plan[i] + times * lots
        or (plan[i] > 0) != (plan[i] + times * lots > 0)
        or stage.trades_of(i, plan[i]) != stage.trades_of(i, plan[i] + times * lots)
        for i, lots in moves
    )
