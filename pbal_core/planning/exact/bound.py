"""A certified lower bound: one water level for all assets, and what each choice costs against it.

The model: give the budget one multiplier, a water level l. Each asset then picks its best number of lots by itself: the
whole lots nearest to ``xh_i = l * D_i - h_i`` (with a minimum trade or a fee: that, or nothing). For *every* plan x

    J(x) / B = bound + sum_i rho_i(x_i) + rho(idle cash)          all terms >= 0

where ``rho_i(k) = g_i * (k - k_i) * (k + k_i - 2 * xh_i)`` (plus the fee's share) is what asset i loses by not picking
its best k_i, and idle cash R costs ``2 * (goal - l) * R / B``; for l above the goal it is the cash *below* the most
idle cash allowed that costs. So ``bound`` is a lower bound for all plans whatever l is, and it is best where the
assets' own picks spend just the budget: there l is searched by secants and then walked, lot by lot, in exact money.

Worked number: two assets of 100 dollars each in shares of 30, equal targets, 90 dollars of cash: at ``l = 1`` both are
1.5 shares short. Their second shares tie there, so ``l = 1``, the picks are 2 and 2, and 30 dollars too much is spent;
the plan before the crossing is 2 and 1, which spends the cash exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, sqrt

from .stage import Stage

_MAX_ROUNDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A water level, each asset's own pick at it, and a plan that keeps to the budget.

    Args:
        level: The water level l.
        picks: Each asset's own best lots at l.
        ideal: ``xh_i``, the lots that would reach the level exactly.
        idle_price: ``2 * (goal - l) / B``: what a unit of cash costs that is not spent, as a fraction of B.
        trade_price: What one more trade costs beside its lots, as a fraction of B: its fee's share of ``idle_price``,
            or the multiplier of the number of trades (see ``count.py``).
        plan: Lots that keep to the budget: the picks just before it was crossed.
    """

    level: float
    picks: list[int]
    ideal: list[float]
    idle_price: float
    trade_price: float
    plan: list[int]

    def excess(self, stage: Stage, lots: list[int], most_idle: int) -> float:
        """``J / B`` of a plan above the bound: the costs of all deviations and of the idle cash, >= 0.

        Args:
            stage: What the bound was found for.
            lots: A plan within the budget.
            most_idle: The most idle cash that a plan may leave; counts only where cash wants to stay idle.
        """
        rows = zip(lots, self.picks, self.ideal, stage.curve, strict=True)
        rho = sum(g * (k - k0) * (k + k0 - 2 * xh) for k, k0, xh, g in rows if k != k0)
        if self.trade_price:
            rho += self.trade_price * (sum(map(bool, lots)) - sum(map(bool, self.picks)))
        idle = stage.budget - stage.spend(lots)
        return rho + self.idle_price * (idle if self.idle_price > 0 else idle - most_idle)


def find_bound(stage: Stage) -> Bound:
    """The water level at which the assets' own picks cross the budget.

    The caller has made sure that ``stage.most_raised()`` keeps to the budget, so that a plan exists.
    """
    pick = _plain_pick(stage) if stage.plain else _jumping_pick(stage)
    if stage.idle is None and stage.spend(free := pick(stage.goal)) <= stage.budget:
        return _at(stage, stage.goal, free, free)
    below, above = _bracket(stage, pick)
    if above is None:
        return _at(stage, below[0], below[1], below[1])
    level, plan = _walk(stage, below[1], above[1], above[0])
    return _at(stage, level, pick(level), plan)


def _at(stage: Stage, level: float, picks: list[int], plan: list[int]) -> Bound:
    ideal = [level * d - h for d, h in zip(stage.level, stage.held, strict=True)]
    price = 2 * (stage.goal - level) / stage.total
    return Bound(level=level, picks=picks, ideal=ideal, idle_price=price, trade_price=price * stage.fee, plan=plan)


Picks = Callable[[float], list[int]]
Side = tuple[float, list[int]]


def _plain_pick(stage: Stage) -> Picks:
    rows = list(zip(stage.level, stage.held, stage.low, stage.high, strict=True))

    def pick(level: float) -> list[int]:
        return [low if (k := round(level * d - h)) < low else min(k, high) for d, h, low, high in rows]

    return pick


def _jumping_pick(stage: Stage) -> Picks:
    rows = list(zip(stage.level, stage.held, stage.curve, stage.low, stage.high, stage.least, strict=True))

    def pick(level: float) -> list[int]:
        fee = 2 * (stage.goal - level) / stage.total * stage.fee
        return [_jump(level * d - h, low, high, least, fee / g) for d, h, g, low, high, least in rows]

    return pick


def _jump(ideal: float, low: int, high: int, least: int, fee: float) -> int:
    """The best of nothing, a purchase and a sale, each of at least ``least`` lots: least ``(k - ideal)**2 + fee``."""
    trade, loss = best_trade(ideal, low, high, least)
    return trade if loss + fee < 0 else 0


def best_trade(ideal: float, low: int, high: int, least: int) -> tuple[int, float]:
    """The best purchase or sale of at least ``least`` lots, and its ``k * (k - 2 * ideal)``; 0 and infinity if none."""
    nearest = round(ideal)
    best, loss = 0, inf
    buy = min(max(nearest, least), high)
    if buy >= least:
        best, loss = buy, buy * (buy - 2 * ideal)
    sale = max(min(nearest, -least), low)
    if sale <= -least and (other := sale * (sale - 2 * ideal)) < loss:
        best, loss = sale, other
    return best, loss


def _bracket(stage: Stage, pick: Picks) -> tuple[Side, Side | None]:
    """Two levels between which the budget is crossed, few lots apart; above is None if it is never crossed."""
    below: Side | None = None
    above: Side | None = None
    level, step = stage.start, 0.0
    for _round in range(_MAX_ROUNDS):
        picks = pick(level)
        missing = stage.budget - stage.spend(picks)
        if missing >= 0:
            below = level, picks
        else:
            above = level, picks
        if below and above and _close(below, above):
            break
        slope = _slope(stage, level, picks)
        if below and above:
            level = _inside(below[0], above[0], level + missing / slope if slope else None)
        elif below and picks == list(stage.high):
            break
        else:
            step = max(1.05 * abs(missing) / slope if slope else 0.0, 2 * step, 1e-9)
            level += step if below else -step
    if below is None:
        below = level, stage.most_raised()
    return below, above


def _close(below: Side, above: Side) -> bool:
    """Few enough lots lie between the levels to walk them, or no float does."""
    apart = sum(above[1]) - sum(below[1])
    return apart <= 2 * len(below[1]) + 8 or above[0] - below[0] <= 4e-16 * abs(above[0])


def _slope(stage: Stage, level: float, picks: list[int]) -> float:
    """Units of spending for one more water level, over the assets that can still move."""
    rows = zip(stage.prices, stage.level, stage.held, picks, strict=True)
    return sum(p * d for p, d, h, k in rows if -0.5 <= level * d - h - k <= 0.5)


def _inside(low: float, high: float, guess: float | None) -> float:
    """The guess if it lies well inside the bracket, else the middle."""
    margin = (high - low) / 64
    return guess if guess is not None and low + margin < guess < high - margin else (low + high) / 2


def _walk(stage: Stage, low: list[int], high: list[int], upper: float) -> tuple[float, list[int]]:
    """From the picks below, lot by lot in the order of their levels, to the last that keeps to the budget.

    Returns:
        The level of the first step that does not fit, and the lots before it.
    """
    steps: list[tuple[float, int, int]] = []
    for i, (start, end) in enumerate(zip(low, high, strict=True)):
        k, reached = start, float("-inf")
        while k < end:
            following = _following(stage, i, k, end)
            reached = max(reached, tie(stage, i, k, following))
            steps.append((reached, i, following))
            k = following
    steps.sort()
    plan = list(low)
    left = stage.budget - stage.spend(plan)
    for level, i, following in steps:
        left -= stage.cost(i, following) - stage.cost(i, plan[i])
        if left < 0:
            return level, plan
        plan[i] = following
    return upper, plan


def _following(stage: Stage, i: int, k: int, end: int) -> int:
    """The number of lots that asset i picks next after k when the level rises, at most ``end``.

    With a fee the first lots of a trade come together: as many as make the level of indifference to no trade lowest
    (highest for the last lots of a sale), which is the root of a quadratic.
    """
    least = stage.least[i]
    if not stage.fee or k > 0 or (k == 0 == end):
        following = stage.above(i, k)
        return end if following is None else min(following, end)
    g, d, h = stage.curve[i], stage.level[i], stage.held[i]
    fee = stage.fee / stage.total
    bend = fee * fee + 2 * g * d * fee * (stage.goal * d - h)
    root = sqrt(bend) if bend > 0 else 0.0
    if k == 0:
        return min(max(least, round((root - fee) / (g * d))), end)
    last = -max(least, round((root + fee) / (g * d)) if bend > 0 else 0)
    return min(k + 1, end) if k < last else min(0, end)


def tie(stage: Stage, i: int, a: int, b: int) -> float:
    """The water level at which asset i is indifferent between a and b lots (a < b)."""
    g, d, h = stage.curve[i], stage.level[i], stage.held[i]
    if not stage.fee:
        return ((a + b) / 2 + h) / d
    fee = stage.fee / stage.total * (bool(b) - bool(a))
    slope = 2 * (g * (b - a) * d + fee)
    return (g * (b - a) * (a + b + 2 * h) + 2 * stage.goal * fee) / slope if slope > 0 else stage.goal
