"""The water level of many accounts at once: contributions fill from the bottom, withdrawals drain from the top.

The model: arrays of shape (n, a), n assets by a accounts, so that one operation serves all accounts. The contribution
raises the lowest ``v_i / w_i`` together. No sort is needed: with all assets the level is ``(c + sum v) / sum w``; those
above it are left out, which lowers it, until none is above (two to three passes at n = 10).

Worked number: values of 100 and 300, equal weights, 200 of cash: the level is 600 per weight, so all 200 go to the
first, and both are worth 300.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def summed(rows: Floats) -> Floats:
    """The sum over the assets, one after the other: an account's sum does not depend on the accounts beside it.

    ``rows.sum(axis=0)`` adds in another order where there is one account, so the last bit would depend on the batch.
    """
    total: Floats = rows[0].copy()
    for row in rows[1:]:
        total += row
    return total


def water_level(values: Floats, weights: Floats, cash: Floats) -> Floats:
    """The level that a contribution reaches, in units for a weight of 1; shape (a,).

    Args:
        values: Market values, shape (n, a).
        weights: Target weights as fractions, shape (n, a); each account has one above 0.
        cash: Units to invest, >= 0, shape (a,).
    """
    return _settled(values, weights, cash)


def drain_level(values: Floats, weights: Floats, amount: Floats) -> Floats:
    """The level down to which a withdrawal takes everything above it; the mirror image of ``water_level``.

    Args:
        values: Market values, shape (n, a); their sum is at least ``amount``.
        weights: Target weights as fractions, shape (n, a), above 0 where there is value.
        amount: Units to raise, >= 0, shape (a,).
    """
    return -_settled(-values, weights, amount)


def _settled(values: Floats, weights: Floats, cash: Floats) -> Floats:
    """The level of values that only ever rise; those of a drain are negative."""
    v, w = np.where(weights > 0, values, 0.0), weights
    shares = summed(w)
    level: Floats = np.divide(summed(v) + cash, shares, out=np.zeros_like(shares), where=shares > 0)
    open_, found, active = np.arange(level.size), level, np.ones_like(v)
    while True:
        active *= v <= found * w
        shares = summed(w * active)
        sums = summed(v * active) + cash
        # Rounding may put the last asset a hair above its own level, which leaves none; it is at the level then.
        lower = np.divide(sums, shares, out=found.copy(), where=shares > 0)
        again = np.flatnonzero(lower < found)
        if not again.size:
            return level
        level[open_[again]] = lower[again]
        if 2 * again.size > open_.size:
            found = np.minimum(lower, found)
        else:
            open_, found, cash = open_[again], lower[again], cash[again]
            active, v, w = active[:, again], v[:, again], w[:, again]
