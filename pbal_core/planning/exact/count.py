"""The number of trades, with a multiplier of its own: for trades that one water level cannot settle, and for limits.

The model: a smallest trade makes an asset jump from nothing to a whole trade. When many assets are alike they all jump
at one water level, and between "nobody" and "everybody" that level says nothing. So every number of trades m is
bounded by itself. At a level l let ``v_i`` be what the best trade of asset i costs against no trade. The m assets with
the least ``v_i`` trade, and a threshold t between the m-th and the next is the multiplier: for every plan x with m
trades

    (J + R) / B = bound + sum_i rho_i(x_i) + rho(R)          all terms >= 0

where ``rho_i`` is that of ``bound.py`` minus t for a trade. So the search works as it does for one level. It learns
in money that a plan has exactly m trades: each trade takes a toll larger than all the money there is from the budget,
which has m of them more.

Worked number: ten assets of 10,000 dollars, 9,999 dollars to invest, trades of 3,000 or more. One level has all ten
jump together and leaves a gap of percents; three trades of about 3,000 have their bound as J, two come less close, four
cannot be paid.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate

from .bound import Bound, best_trade
from .effort import LOOK, Effort
from .stage import Stage

_ROUNDS = 60
_STEP = 1e-3
_SAME = 1e-11
"""A bound that can rise by no more than this part of it is the best."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What is known of the plans with a certain number of trades.

    Args:
        stage: The problem, in which no other number of trades keeps to the budget and to the most idle cash.
        bound: Its bound, with the multiplier of the number of trades.
        floor: ``(J + R) / B`` that none of these plans is below.
    """

    stage: Stage
    bound: Bound
    floor: float


@dataclass(frozen=True, slots=True)
class _Line:
    """A bound at one level, and how it changes with the level at most."""

    level: float
    floor: float
    slope: float

    def at(self, level: float) -> float:
        return self.floor + self.slope * (level - self.level)

    def meets(self, other: _Line) -> float:
        """The level at which two lines of different slopes cross."""
        rise = other.floor - self.floor + self.slope * self.level - other.slope * other.level
        return rise / (self.slope - other.slope)

    def inside(self, level: float, other: _Line) -> bool:
        """Whether a level lies between those of two lines."""
        return min(self.level, other.level) < level < max(self.level, other.level)


class Counts:
    """All numbers of trades that a plan may have.

    Args:
        stage: The problem.
        idle: The least and the most idle cash that a plan may leave, in units.
    """

    def __init__(self, stage: Stage, idle: tuple[int, int]) -> None:
        self.stage = stage
        self.idle = idle
        rows = zip(stage.prices, stage.low, stage.high, stage.buy_least, stage.sell_least, strict=True)
        ends = [_ends(stage.fee, row) for row in rows]
        self._cheapest = list(accumulate(sorted(least for least, _ in filter(None, ends)), initial=0))
        self._dearest = list(accumulate(sorted((most for _, most in filter(None, ends)), reverse=True), initial=0))

    def possible(self) -> list[int]:
        """The numbers of trades that can keep to the budget and to the most idle cash; others have no plan."""
        least, most = self.stage.budget - self.idle[1], self.stage.budget
        pairs = zip(self._cheapest, self._dearest, strict=True)
        return [m for m, (cheapest, dearest) in enumerate(pairs) if cheapest <= most and dearest >= least]

    def floors(self, level: float) -> list[float]:
        """For every number of trades, possible or not, a ``(J + R) / B`` that no plan with as many is below."""
        stage = self.stage
        goal = [stage.goal * d - h for d, h in zip(stage.level, stage.held, strict=True)]
        nothing = sum(g * off * off for g, off in zip(stage.curve, goal, strict=True))
        trades = self._trades(level)
        farther = (stage.curve[i] * k * (k - 2 * goal[i]) for _, i, k in trades)
        spent = (k * stage.prices[i] + stage.fee for _, i, k in trades)
        pairs = zip(accumulate(farther, initial=nothing), accumulate(spent, initial=0), strict=True)
        return [self._floor(level, distance, stage.budget - cost) for distance, cost in pairs]

    def likeliest(self, level: float) -> list[int]:
        """The assets that can trade, those first whose best trade at a level is worth most."""
        return [i for _, i, _ in self._trades(level)]

    def bounded(self, count: int, level: float, enough: float, effort: Effort) -> Counted | None:
        """The best bound for ``count`` trades, which must be possible; None: there was not enough work left for it.

        Args:
            count: Number of trades.
            level: A water level that is not far.
            enough: A ``(J + R) / B`` that the bound need not exceed.
            effort: What is used up.
        """
        work = 2 * LOOK * len(self.stage.prices)
        if not effort.take(work):
            return None
        stage, (least, most) = self._only(count), self.idle
        best = found = self._at(stage.cap, count, stage)
        # Above the most idle cash the level has to rise, beyond the budget it has to fall.
        left = stage.budget - stage.spend(found.bound.picks)
        sign = 1 if left > most else -1 if left < least else 0
        line = self._line(found, stage, sign)
        near, far = line, None
        step = max(abs(level - stage.cap), _STEP)
        for _round in range(_ROUNDS):
            if not sign or best.floor >= enough or not effort.take(work):
                break
            here = near.level + sign * step if far is None else near.meets(far)
            if far is not None and (not near.inside(here, far) or near.at(here) - best.floor <= _SAME * best.floor):
                break
            found = self._at(here, count, stage)
            best = max(best, found, key=_floor)
            line = self._line(found, stage, sign)
            if sign * line.slope > 0:
                near, step = line, 2 * step
            else:
                far = line
        return best

    def _line(self, found: Counted, stage: Stage, sign: int) -> _Line:
        """The bound along the levels on one side of the cap: a tangent, which the best bound is nowhere above."""
        left = stage.budget - stage.spend(found.bound.picks) - self.idle[sign > 0]
        return _Line(level=found.bound.level, floor=found.floor, slope=2 * left / stage.total)

    def _at(self, level: float, count: int, stage: Stage) -> Counted:
        trades = self._trades(level)
        picks = [0] * len(stage.prices)
        for _, i, k in trades[:count]:
            picks[i] = k
        around = [v for v, _, _ in trades[max(0, count - 1) : count + 1]]
        bound = Bound(
            level=level,
            picks=picks,
            ideal=[level * d - h for d, h in zip(stage.level, stage.held, strict=True)],
            idle=self.idle,
            idle_price=2 * (stage.cap - level) / stage.total,
            trade_price=self._fee(level) - sum(around) / len(around) if around else 0.0,
            plan=picks,
        )
        floor = self._floor(level, stage.distance(picks), stage.budget - stage.spend(picks))
        return Counted(stage=stage, bound=bound, floor=floor)

    def _only(self, count: int) -> Stage:
        """The stage that allows this number of trades alone."""
        stage = self.stage
        rows = zip(stage.prices, stage.low, stage.high, strict=True)
        money = abs(stage.budget) + abs(self.idle[1]) + sum(price * (high - low) for price, low, high in rows)
        unit = stage.unit
        toll = unit * (2 * (money + stage.fee * len(stage.prices)) // unit + 1)
        return replace(stage, toll=toll, budget=stage.budget + toll * count)

    def _floor(self, level: float, distance: float, left: int) -> float:
        """The bound at a level, for picks that are so far from the targets and leave so much of the budget.

        Money that the picks spend too much or too little costs the multiplier of the level, and idle cash its price:
        the least that can stay where that is a cost, the most where it is none.
        """
        price = 2 * (self.stage.cap - level) / self.stage.total
        return distance + price * self.idle[price < 0] - 2 * (self.stage.goal - level) / self.stage.total * left

    def _fee(self, level: float) -> float:
        return 2 * (self.stage.goal - level) / self.stage.total * self.stage.fee

    def _trades(self, level: float) -> list[tuple[float, int, int]]:
        """The best trade of each asset that can trade, with its cost against no trade, cheapest first."""
        stage = self.stage
        fee = self._fee(level)
        columns = (stage.level, stage.held, stage.curve, stage.low, stage.high, stage.buy_least, stage.sell_least)
        trades = []
        for i, (d, h, g, low, high, buy_least, sell_least) in enumerate(zip(*columns, strict=True)):
            k, loss = best_trade(level * d - h, low, high, buy_least, sell_least)
            if k:
                trades.append((g * loss + fee, i, k))
        trades.sort()
        return trades


def _floor(counted: Counted) -> float:
    return counted.floor


def _ends(fee: int, row: tuple[int, int, int, int, int]) -> tuple[int, int] | None:
    """The least and the most units that a trade of an asset takes (+) or raises (-), its fee included."""
    price, low, high, buy_least, sell_least = row
    lots = [low, -sell_least] if low <= -sell_least else []
    lots += [buy_least, high] if high >= buy_least else []
    return (min(lots) * price + fee, max(lots) * price + fee) if lots else None
