"""A certified lower bound: one water level for all assets, and what each choice costs against it.

The model: give the budget one multiplier, a water level l. Each asset then picks its best number of lots by itself: the
whole lots nearest to ``xh_i = l * D_i - h_i`` (with a smallest trade or a fee: that, or nothing). For *every* plan x

    (J + R) / B = bound + sum_i rho_i(x_i) + rho(R)          all terms >= 0

where ``rho_i(k) = g_i * (k - k_i) * (k + k_i - 2 * xh_i)`` (plus the fee's share) is what asset i loses by not picking
its best k_i, and idle cash R costs ``2 * (goal + 1/2 - l) / B`` for each unit above the least that can stay: at the
level ``goal + 1/2`` a purchase adds as much to J as it takes from R. For l above that it is the cash *below* the most
that can stay that costs. So ``bound`` is a lower bound for all plans whatever l is, and it is best where the assets'
own picks spend just the budget: there l is searched by secants and then walked, lot by lot, in exact money.

Worked number: two assets of 100 dollars each in shares of 30, equal targets, 90 dollars of cash: at ``l = 1`` both are
1.5 shares short. Their second shares tie there, so ``l = 1``, the picks are 2 and 2, and 30 dollars too much is spent;
the plan before the crossing is 2 and 1, which spends the cash exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from math import inf, sqrt

from .effort import LOOK, Effort
from .grid import best_of, nearest_of
from .stage import Stage

_MAX_ROUNDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A water level, each asset's own pick at it, and a plan that keeps to the budget.

    Args:
        level: The water level l.
        picks: Each asset's own best lots at l.
        ideal: ``xh_i``, the lots that would reach the level exactly.
        idle: The least and the most idle cash that a plan may leave, in units.
        idle_price: ``2 * (goal + 1/2 - l) / B``: what a unit of idle cash costs, as a fraction of B.
        trade_price: What one more trade costs beside its lots, as a fraction of B: the share of its fee, or the
            multiplier of the number of trades (see ``count.py``).
        plan: Lots that keep to the budget: the picks just before it was crossed.
    """

    level: float
    picks: list[int]
    ideal: list[float]
    idle: tuple[int, int]
    idle_price: float
    trade_price: float
    plan: list[int]

    def excess(self, stage: Stage, lots: list[int]) -> float:
        """``(J + R) / B`` of a plan above the bound: the costs of all deviations and of the idle cash, >= 0.

        Args:
            stage: What the bound was found for.
            lots: A legal plan.
        """
        rows = zip(lots, self.picks, self.ideal, stage.curve, strict=True)
        rho = sum(g * (k - k0) * (k + k0 - 2 * xh) for k, k0, xh, g in rows if k != k0)
        if self.trade_price:
            rho += self.trade_price * (stage.trades(lots) - stage.trades(self.picks))
        return max(0.0, rho + self.idle_cost(stage.budget - stage.spend(lots)))

    def idle_cost(self, idle: int) -> float:
        """What idle cash costs at the level, as a fraction of B."""
        return self.idle_price * (idle - self.idle[self.idle_price < 0])


def find_bound(stage: Stage, idle: tuple[int, int], effort: Effort) -> Bound:
    """The water level at which the assets' own picks cross the budget, or leave the most that may stay.

    The caller has made sure that ``stage.most_raised()`` keeps to the budget, so that a plan exists.
    """
    pick = _plain_pick(stage) if stage.plain else _jumping_pick(stage)
    below, above = _bracket(stage, pick, 0, (min(stage.start, stage.cap), stage.cap), effort)
    if above is None:
        left = stage.budget - stage.spend(below[1])
        if left <= idle[1]:
            return _at(stage, idle, below[0], below[1], below[1])
        below, above = _bracket(stage, pick, idle[1], (max(stage.start, below[0]), inf), effort, below=below)
        if above is None:
            return _at(stage, idle, below[0], below[1], below[1])
        level, plan = _walk(stage, below[1], above, idle[1])
    else:
        level, plan = _walk(stage, below[1], above, 0)
    return _at(stage, idle, level, pick(level), plan)


def _at(stage: Stage, idle: tuple[int, int], level: float, picks: list[int], plan: list[int]) -> Bound:
    return Bound(
        level=level,
        picks=picks,
        ideal=[level * d - h for d, h in zip(stage.level, stage.held, strict=True)],
        idle=idle,
        idle_price=2 * (stage.cap - level) / stage.total,
        trade_price=2 * (stage.goal - level) / stage.total * stage.fee,
        plan=plan,
    )


Picks = Callable[[float], list[int]]
Side = tuple[float, list[int]]


def _plain_pick(stage: Stage) -> Picks:
    rows = list(zip(stage.level, stage.held, stage.low, stage.high, strict=True))

    def pick(level: float) -> list[int]:
        return [low if (k := round(level * d - h)) < low else min(k, high) for d, h, low, high in rows]

    return pick


def _jumping_pick(stage: Stage) -> Picks:
    columns = (stage.level, stage.held, stage.curve, stage.low, stage.high, stage.buy_least, stage.sell_least)
    rows = list(enumerate(zip(*columns, strict=True)))
    singles = [(i, *row) for i, row in rows if stage.grid(i) is None]
    grids = [(i, *row[:3], grid.spans) for i, row in rows if (grid := stage.grid(i)) is not None]

    def pick(level: float) -> list[int]:
        fee = 2 * (stage.goal - level) / stage.total * stage.fee
        picks = [0] * len(rows)
        for i, d, h, g, *bounds in singles:
            trade, loss = best_trade(level * d - h, *bounds)
            if loss * g + fee < 0:
                picks[i] = trade
        for i, d, h, g, spans in grids:
            ideal = level * d - h
            picks[i] = best_of(spans, ideal, g, fee) if fee else nearest_of(spans, ideal)
        return picks

    return pick


def best_trade(ideal: float, low: int, high: int, buy_least: int, sell_least: int) -> tuple[int, float]:
    """The best purchase or sale that is large enough, and its ``k * (k - 2 * ideal)``; 0 and infinity if none."""
    nearest = round(ideal)
    best, loss = 0, inf
    buy = min(max(nearest, buy_least), high)
    if buy >= buy_least:
        best, loss = buy, buy * (buy - 2 * ideal)
    sale = max(min(nearest, -sell_least), low)
    if sale <= -sell_least and (other := sale * (sale - 2 * ideal)) < loss:
        best, loss = sale, other
    return best, loss


def _bracket(
    stage: Stage,
    pick: Picks,
    leave: int,
    levels: tuple[float, float],
    effort: Effort,
    *,
    below: Side | None = None,
) -> tuple[Side, Side | None]:
    """Two levels between which the picks leave just ``leave`` units, few steps apart.

    Args:
        stage: The problem.
        pick: The picks at a level.
        leave: Units of the budget that are to be left.
        levels: The level to begin with, and the highest to look at.
        effort: What is used up.
        below: A side that leaves as much or more, where one is known already.

    Returns:
        The side that leaves as much or more, and the side that leaves less: None if the highest level does not.
    """
    above: Side | None = None
    (level, highest), step = levels, 0.0
    each = LOOK * len(stage.prices) // (4 if stage.plain else 1)
    for _round in range(_MAX_ROUNDS):
        effort.charge(each)
        picks = pick(level)
        missing = stage.budget - leave - stage.spend(picks)
        if missing >= 0:
            below = level, picks
        else:
            above = level, picks
        if below and above and _close(stage, below, above):
            break
        slope = _slope(stage, level, picks)
        if below and above:
            level = _inside(below[0], above[0], level + missing / slope if slope else None)
        elif below and level >= highest:
            break
        elif below and picks == list(stage.high):  # and so at every higher level
            below = level if highest == inf else highest, picks
            break
        else:
            step = max(1.05 * abs(missing) / slope if slope else 0.0, 2 * step, 1e-9)
            level = min(highest, level + step) if below else level - step
    if below is None:
        below = level, stage.most_raised()
    return below, above


def _close(stage: Stage, below: Side, above: Side) -> bool:
    """Few enough steps lie between the levels to walk them, or no float does."""
    apart = sum(above[1]) - sum(below[1])
    few = 2 * len(below[1]) + 8
    if apart > few and not stage.plain:
        rows = zip(below[1], above[1], stage.buy_least, stage.sell_least, strict=True)
        for i, (k, end, buy, sale) in enumerate(rows):
            if k == end:
                continue
            if (grid := stage.grid(i)) is not None:
                apart -= end - k - (grid.steps(end) - grid.steps(k))
            else:
                apart -= (buy - 1 if k <= 0 < end else 0) + (sale - 1 if k < 0 <= end else 0)
    return apart <= few or above[0] - below[0] <= 4e-16 * abs(above[0])


def _slope(stage: Stage, level: float, picks: list[int]) -> float:
    """Units of spending for one more water level, over the assets that can still move."""
    rows = zip(stage.prices, stage.level, stage.held, picks, strict=True)
    if not stage.grids:
        return sum([p * d for p, d, h, k in rows if -0.5 <= level * d - h - k <= 0.5])
    reach = [0.5 if grid is None else grid.widest / 2 for grid in stage.grids]
    return sum(p * d for (p, d, h, k), half in zip(rows, reach, strict=True) if -half <= level * d - h - k <= half)


def _inside(low: float, high: float, guess: float | None) -> float:
    """The guess if it lies well inside the bracket, else the middle."""
    margin = (high - low) / 64
    return guess if guess is not None and low + margin < guess < high - margin else (low + high) / 2


def _walk(stage: Stage, low: list[int], above: Side, leave: int) -> tuple[float, list[int]]:
    """From the picks below, lot by lot in the order of their levels, to the last that leaves enough.

    Returns:
        The level of the first step that leaves less than ``leave``, and the lots before it.
    """
    steps: list[tuple[float, int, int, int]] = []
    for i, (start, end) in enumerate(zip(low, above[1], strict=True)):
        k, reached = start, float("-inf")
        while k < end:
            following = _following(stage, i, k, end)
            reached = max(reached, tie(stage, i, k, following))
            steps.append((reached, i, following, stage.cost(i, following) - stage.cost(i, k)))
            k = following
    steps.sort()
    plan, left = list(low), stage.budget - leave - stage.spend(low)
    spent = accumulate(cost for *_, cost in steps)
    first = next((n for n, all_of_them in enumerate(spent) if all_of_them > left), len(steps))
    for _level, i, following, _cost in steps[:first]:
        plan[i] = following
    return steps[first][0] if first < len(steps) else above[0], plan


def _following(stage: Stage, i: int, k: int, end: int) -> int:
    """The number of lots that asset i picks next after k when the level rises, at most ``end``.

    With a fee the first lots of a trade come together: as many as make the level of indifference to no trade lowest
    (highest for the last lots of a sale), which is the root of a quadratic.
    """
    grid = stage.grid(i)
    if grid is not None and stage.fee and k < end:
        bend, fee = stage.goal * stage.level[i] - stage.held[i] - k, stage.fee / stage.total
        turns = grid.turns(k, end, bend, fee / (stage.curve[i] * stage.level[i]))
        return min(turns, key=lambda then: (tie(stage, i, k, then), then), default=end)
    if grid is not None or not stage.fee or k > 0 or (k == 0 == end):
        following = stage.above(i, k)
        return end if following is None else min(following, end)
    g, d, h = stage.curve[i], stage.level[i], stage.held[i]
    fee = stage.fee / stage.total
    bend = fee * fee + 2 * g * d * fee * (stage.goal * d - h)
    root = sqrt(bend) if bend > 0 else 0.0
    if k == 0:
        return min(max(stage.buy_least[i], round((root - fee) / (g * d))), end)
    last = -max(stage.sell_least[i], round((root + fee) / (g * d)) if bend > 0 else 0)
    return min(k + 1, end) if k < last else min(0, end)


def tie(stage: Stage, i: int, a: int, b: int) -> float:
    """The water level at which asset i is indifferent between a and b lots (a < b)."""
    g, d, h = stage.curve[i], stage.level[i], stage.held[i]
    if not stage.fee:
        return ((a + b) / 2 + h) / d
    fee = stage.fee / stage.total * (stage.trades_of(i, b) - stage.trades_of(i, a))
    slope = 2 * (g * (b - a) * d + fee)
    return (g * (b - a) * (a + b + 2 * h) + 2 * stage.goal * fee) / slope if slope > 0 else stage.goal
