"""Many portfolios at once: whole lots with a certified gap, as array operations.

The model: a ``Block`` holds accounts of about the same size as arrays of shape (n, a): n assets by a accounts.
Rows of an account are in canonical order (by symbol); shorter accounts are padded with assets that cannot trade. Money
and lots are whole numbers, in floats that hold them exactly; only what is minimised is rounded. The definition is that
of the exact method (``planning/exact``): least ``J + R``, never overspend, sell nothing that could be kept, buy nothing
past its target.

The picks of a water level are the nearest lots; lots are then taken away or added one by one where that brings the
account closest. Every level l tried gives a lower bound by Lagrange duality, with ``3 - 2 l`` as the price of cash:

    J + R >= sum_i min_k [phi_i(k) + (2 - 2 l) p_i k] - (2 - 2 l) c        for every l <= 3/2

where phi_i(k) is what asset i adds to J with k lots of price p_i, and c is the cash. The minima are the level's own
picks. ``exchanged`` then swaps lots of two assets while that lowers ``J + R``.

Worked number: two assets of 100 dollars each in shares of 30, equal targets, 90 dollars of cash: at ``l = 1`` the picks
are 2 and 2, 30 dollars too much; without one of them the cash is spent.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from .columns import Bools, Indices
from .levels import Floats, Level, products
from .steps import fill, swap
from .terms import Terms

_TRIES = 3
"""Levels that are tried for the picks and the bound."""
_MOST_SWAPS = 24
TOLERANCE, TINY = 1e-9, 1e-12
"""Gaps below this part of ``J + R``, or of the account, are none: floats do not resolve them. See ``exact/optimum``."""
CAP = 1.5
"""The water level above which a dollar is better left idle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Whole lots for the accounts of a block.

    Args:
        lots: Lots to buy (+) or to sell (-), shape (n, a).
        distance: J of each account in units, shape (a,).
        left: Units of cash left, shape (a,), >= 0 where settled.
        bound: No plan of the account has a smaller ``J + R`` than this, in units, shape (a,).
        settled: The plan keeps every rule; the others need the exact method.
    """

    lots: Floats
    distance: Floats
    left: Floats
    bound: Floats
    settled: Bools

    def take(self, accounts: Indices) -> Whole:
        """The plans of some accounts."""
        return replace(self, **{each.name: getattr(self, each.name).take(accounts, axis=-1) for each in fields(self)})

    def merged(self, accounts: Indices, other: Whole) -> Whole:
        """These plans, those of some accounts replaced by others."""
        columns = {each.name: getattr(self, each.name).copy() for each in fields(self)}
        for name, column in columns.items():
            column[..., accounts] = getattr(other, name)
        return Whole(**columns)

    @property
    def value(self) -> Floats:
        """``J + R``, which is minimised."""
        return self.distance + self.left

    @property
    def gap(self) -> Floats:
        """How far ``J + R`` is above the bound, in units, shape (a,)."""
        return self.value - self.bound


def whole_lots(terms: Terms, level: Level) -> Whole:
    """Rounded and filled whole lots, and how far from the best plan they may be.

    Args:
        terms: The accounts.
        level: Where to begin: the continuous solution, in units for a weight of 1.
    """
    slope, tried = level.surface * terms.total, level.height / terms.total
    bound = np.full(tried.shape, -np.inf)
    best, nearest = np.zeros_like(terms.prices), np.full(tried.shape, np.inf)
    before, missing_before = tried, np.zeros_like(tried)
    for again in range(_TRIES):
        picks = terms.picks(tried)
        missing = terms.cash - products(picks, terms.prices)
        _raise_bound(terms, bound, tried, picks, missing)
        nearer = np.abs(missing) < np.abs(nearest)
        best, nearest = np.where(nearer, picks, best), np.where(nearer, missing, nearest)
        crossed = (missing < 0) != (missing_before < 0) if again else np.zeros(tried.shape, dtype=bool)
        between = np.divide(missing, missing - missing_before, out=np.zeros_like(missing), where=crossed)
        step = np.where(crossed, (before - tried) * between, missing / slope)
        before, missing_before = tried, missing
        tried = np.minimum(tried + step, CAP)
    fill(terms, best, nearest, adding=False)
    settled = fill(terms, best, nearest, adding=True) & (nearest >= 0)
    return _known(terms, best, nearest, bound, settled)


def _raise_bound(terms: Terms, bound: Floats, level: Floats, picks: Floats, missing: Floats) -> None:
    """Raises the lower bound to that of a level with its picks, in place; above the cap, to that of the cap."""
    lower = terms.distance(picks) - (2.0 - 2.0 * level) * missing
    high = np.flatnonzero(level > CAP)
    if high.size:
        few = terms.take(high)
        capped = few.picks(np.full(high.size, CAP))
        lower[high] = few.distance(capped) + (few.cash - products(capped, few.prices))
    np.maximum(bound, lower, out=bound)


def _known(terms: Terms, lots: Floats, left: Floats, bound: Floats, settled: Bools) -> Whole:
    """A plan with its bound, which is the plan's own value where floats cannot tell the two apart."""
    distance = terms.distance(lots)
    value = distance + left
    same = value - bound <= TOLERANCE * value + TINY * terms.total
    return Whole(
        lots=lots,
        distance=distance,
        left=left,
        bound=np.where(same, value, np.maximum(bound - TINY * terms.total, 0.0)),
        settled=settled,
    )


def exchanged(terms: Terms, plan: Whole) -> Whole:
    """A plan that no exchange of a lot of one asset for a lot of another makes better, or at least a better one."""
    lots, left = plan.lots.copy(), plan.left.copy()
    open_ = np.flatnonzero(plan.settled & (plan.gap > 0))
    for _swap in range(_MOST_SWAPS):
        if not open_.size:
            break
        few, k, rest = terms.take(open_), lots.take(open_, axis=1), left[open_]
        done = swap(few, k, rest, TOLERANCE * few.total)
        lots[:, open_], left[open_] = k, rest
        open_ = open_[done]
    settled = fill(terms, lots, left, adding=True) & plan.settled
    better = _known(terms, lots, left, plan.bound, settled)
    keep = settled & (better.value < plan.value)
    return Whole(
        lots=np.where(keep, lots, plan.lots),
        distance=np.where(keep, better.distance, plan.distance),
        left=np.where(keep, left, plan.left),
        bound=np.where(keep, better.bound, plan.bound),
        settled=plan.settled,
    )
