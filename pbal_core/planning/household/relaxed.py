"""The household without lots: where every cent can be traded. It bounds what any plan can reach.

The model: account a moves ``z_ai`` units of asset i within bounds, and leaves ``r_a``, from 0 to the most that any plan
leaves; together they are its money ``F_a``. Least is ``f(Y) + sum_a r_a`` with ``f = sum_i (Y_i - T_i)**2 / T_i`` and
``Y_i`` the units of asset i in all accounts. No plan takes Y_i past its ceiling ``C_i``, since nothing is bought past
its target, so a steep price on what is past it, ``steep * (Y_i - C_i)**2 / T_i``, costs no plan anything and is part of
f. Accounts take turns: each fills its assets to one water level l, ``Y_i = T_i * l`` up to the ceiling and hardly more
beyond, but above 3/2, where a purchase adds to f what it takes from r, only as far as it must. f is convex, so at any
point, the best or not,

    f(Y') + r' >= f(Y) + sum_i g_i * (Y'_i - Y_i) + r'         g_i = df / dY_i

and the least of the right side over all z' is a bound that holds for every plan: for each account by itself its money
goes to where g is least.

Worked number: two accounts of 100 dollars cash each, one of which may buy A alone and one B alone, at 50/50: both are
filled to the level 1, the gradient is 0 everywhere, and the bound is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

CAP = 1.5
"""The water level above which a unit is better left idle."""
STEEP = (2.0, 20.0, 300.0)
"""How many times as much a unit past its ceiling counts as one past its target; gently first, so accounts share."""
FLOOD = 1e6
"""A water level above all that matter."""
_TURNS = 12
_STEPS = 60
_CLOSE = 1e-13
_STILL = 1e-10
"""Turns end when no account moves more than this part of the household's total."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What one account may move.

    Args:
        money: ``F_a`` in units, to spend (+) or to raise (-).
        low: Asset -> least units, <= 0.
        high: Asset -> most units, >= 0. The assets are those of ``low``.
        idle: Units that it may leave at most.
        fees: Units that its fees may be at most.
    """

    money: float
    low: dict[int, float]
    high: dict[int, float]
    idle: float
    fees: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """The best found without lots, and the bound that it gives.

    Args:
        moved: For each account: asset -> units, signed.
        bound: No plan has an ``f + r`` below this, in units.
    """

    moved: list[dict[int, float]]
    bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One asset in all accounts.

    Args:
        value: Units before the trades.
        goal: ``T_i`` in units, > 0.
        ceiling: ``C_i`` in units.
        steep: How many times as much a unit past it counts as one past the target.
    """

    value: float
    goal: float
    ceiling: float
    steep: float = STEEP[-1]

    def wished(self, level: float) -> float:
        """Units at a water level."""
        units = self.goal * level
        return units if units <= self.ceiling else self.ceiling + (units - self.ceiling) / (1 + self.steep)

    def level(self, units: float) -> float:
        """The water level at which it has so many units."""
        past = max(0.0, units - self.ceiling)
        return (units + self.steep * past) / self.goal

    def cost(self, units: float) -> float:
        """What the asset adds to f."""
        past = max(0.0, units - self.ceiling)
        return ((units - self.goal) ** 2 + self.steep * past * past) / self.goal

    def slope(self, units: float) -> float:
        """``g_i``: what one unit more adds to f."""
        return 2 * (units - self.goal + self.steep * max(0.0, units - self.ceiling)) / self.goal


def relax(purses: Sequence[Purse], assets: Sequence[Asset]) -> Relaxed:
    """Fills all accounts in turns.

    Args:
        purses: What each account may move.
        assets: What is traded.
    """
    after = [asset.value for asset in assets]
    moved: list[dict[int, float]] = [dict.fromkeys(purse.low, 0.0) for purse in purses]
    still = _STILL * sum(asset.goal for asset in assets)
    for steep in STEEP:
        gentle = [asset if asset.steep == steep else replace(asset, steep=steep) for asset in assets]
        most = inf
        for _turn in range(_TURNS):
            if (most := _filled(purses, moved, after, gentle)) <= still:
                break
        if most <= still and all(units <= asset.ceiling for units, asset in zip(after, assets, strict=True)):
            break  # nothing is steeper for what is not past its ceiling
    return Relaxed(moved=moved, bound=_bound(purses, moved, assets))


def _filled(
    purses: Sequence[Purse], moved: Sequence[dict[int, float]], after: list[float], assets: Sequence[Asset]
) -> float:
    """Gives each account a turn; the most units that one moved of an asset."""
    most = 0.0
    for purse, mine in zip(purses, moved, strict=True):
        level = _level(purse, mine, after, assets)
        for i, amount in mine.items():
            wished = min(max(assets[i].wished(level) - after[i] + amount, purse.low[i]), purse.high[i])
            most = max(most, abs(wished - amount))
            after[i] += wished - amount
            mine[i] = wished
    return most


def _level(purse: Purse, mine: dict[int, float], after: Sequence[float], assets: Sequence[Asset]) -> float:
    """The water level that spends the money of an account; at most CAP. Newton, which ends: the sum has few bends."""
    rows = []
    for i, amount in mine.items():
        asset = assets[i]
        rows.append((asset.goal, asset.ceiling, 1 + asset.steep, after[i] - amount, purse.low[i], purse.high[i]))
    level = _crossing(rows, purse.money, 1.0, CAP)
    must = purse.money - purse.idle
    if (level < CAP * (1 - _CLOSE) and _spent(rows, level)[0] >= must) or _spent(rows, CAP)[0] >= must:
        return level
    if any(row[-1] == inf for row in rows):
        return _crossing(rows, must, CAP, FLOOD)
    levels = (assets[i].level(row[3] + row[5]) for i, row in zip(mine, rows, strict=True))
    return _crossing(rows, must, CAP, max(CAP, max(levels, default=CAP)))


Row = tuple[float, float, float, float, float, float]
"""Of an asset its goal, its ceiling, by how much slower it fills beyond that, the units that others have of it, and the
least and the most that an account may move."""


def _spent(rows: Sequence[Row], level: float) -> tuple[float, float]:
    """Units that are moved at a level, and how many more for one level more."""
    spent, slope = 0.0, 0.0
    for goal, ceiling, slower, others, least, most in rows:
        units = goal * level
        below = units <= ceiling
        wished = (units if below else ceiling + (units - ceiling) / slower) - others
        if wished <= least:
            spent += least
        elif wished >= most:
            spent += most
        else:
            spent += wished
            slope += goal if below else goal / slower
    return spent, slope


def _crossing(rows: Sequence[Row], money: float, level: float, highest: float) -> float:
    """The level at which so much is moved, at most the highest."""
    low, high = 0.0, highest
    for _step in range(_STEPS):
        spent, slope = _spent(rows, level)
        missing = money - spent
        if missing >= 0:
            low = level
        else:
            high = level
        if not missing or high - low <= _CLOSE * high:
            break
        guess = level + missing / slope if slope else inf
        level = guess if low < guess < high else (low + high) / 2
    return level


def _bound(purses: Sequence[Purse], moved: Sequence[dict[int, float]], assets: Sequence[Asset]) -> float:
    """The least of the linear function that touches f at what was moved."""
    after = [asset.value for asset in assets]
    for mine in moved:
        for i, amount in mine.items():
            after[i] += amount
    slopes = [asset.slope(units) for asset, units in zip(assets, after, strict=True)]
    value = sum(asset.cost(units) for asset, units in zip(assets, after, strict=True))
    value -= sum(g * (units - asset.value) for g, units, asset in zip(slopes, after, assets, strict=True))
    for purse in purses:
        rest = purse.money - sum(purse.low.values())
        value += sum(slopes[i] * least for i, least in purse.low.items())
        for i in sorted(purse.low, key=slopes.__getitem__):
            open_ = rest if slopes[i] < 1 else rest - purse.idle
            if open_ <= 0:
                break
            part = min(open_, purse.high[i] - purse.low[i])
            value += slopes[i] * part
            rest -= part
        # What fees take is neither invested nor idle.
        value += max(0.0, rest) - purse.fees
    return max(0.0, value)
