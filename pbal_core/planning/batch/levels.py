"""The water level of many accounts at once: contributions fill from the bottom, withdrawals drain from the top.

The model: arrays of shape (n, a), n assets by a accounts, so that one operation serves all accounts. The contribution
raises the lowest ``v_i / w_i`` together. No sort is needed: with all assets the level is ``(c + sum v) / sum w``; those
above it are left out, which lowers it, until none is above (two to three passes at n = 10).

Worked number: values of 100 and 300, equal weights, 200 of cash: the level is 600 per weight, so all 200 go to the
first, and both are worth 300.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Level(NamedTuple):
    """How high the water of each account is.

    Args:
        height: Units for a weight of 1, shape (a,).
        surface: The weights of the assets that a unit more, or less, would go to, shape (a,).
    """

    height: Floats
    surface: Floats


def summed(rows: Floats) -> Floats:
    """The sum over the assets, one after the other: an account's sum does not depend on the accounts beside it.

    NumPy adds row to row where there are several accounts, but in another order where there is one.
    """
    total: Floats
    if rows.shape[1] > 1:
        total = np.add.reduce(rows, axis=0)
        return total
    total = rows[0].copy()
    for row in rows[1:]:
        total += row
    return total


def products(one: Floats, other: Floats) -> Floats:
    """The sum over the assets of products of whole numbers, which no order of adding changes; shape (a,)."""
    total: Floats = np.einsum("ij,ij->j", one, other)
    return total


def water_level(values: Floats, weights: Floats, cash: Floats) -> Level:
    """The level that a contribution reaches.

    Args:
        values: Market values, shape (n, a); whole numbers, as are the weights, so that their sums are exact.
        weights: Target weights, shape (n, a); each account has one above 0.
        cash: Units to invest, >= 0, shape (a,).
    """
    return _settled(values, weights, cash)


def drain_level(values: Floats, weights: Floats, amount: Floats) -> Level:
    """The level down to which a withdrawal takes everything above it; the mirror image of ``water_level``.

    Args:
        values: Market values, shape (n, a); their sum is at least ``amount``.
        weights: Target weights, shape (n, a), above 0 where there is value.
        amount: Units to raise, >= 0, shape (a,).
    """
    level = _settled(-values, weights, amount)
    return Level(-level.height, level.surface)


def _settled(values: Floats, weights: Floats, cash: Floats) -> Level:
    """The level of values that only ever rise; those of a drain are negative."""
    v, w = values, weights
    aimed = w > 0
    if not aimed.all():
        v = np.where(aimed, v, 0.0)
    surface = summed(w)
    height: Floats = np.divide(summed(v) + cash, surface, out=np.zeros_like(surface), where=surface > 0)
    found, below, below_it = height.copy(), np.empty_like(v), np.empty_like(v)
    open_ = np.arange(height.size)
    while True:
        np.multiply(found, w, out=below_it)
        np.less_equal(v, below_it, out=below)
        shares = products(w, below)
        # Rounding may put the last asset a hair above its own level, which leaves none; it is at the level then.
        lower = np.divide(products(v, below) + cash, shares, out=found.copy(), where=shares > 0)
        again = np.flatnonzero(lower < found)
        if not again.size:
            return Level(height, surface)
        at = open_[again]
        height[at], surface[at] = lower[again], shares[again]
        if 2 * again.size > open_.size:
            np.minimum(lower, found, out=found)
        else:
            open_, found, cash = at, lower[again], cash[again]
            v, w = v.take(again, axis=1), w.take(again, axis=1)
            below, below_it = np.empty_like(v), np.empty_like(v)
