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
    level = np.empty(values.shape[1])
    open_ = np.arange(values.shape[1])
    active = weights > 0
    v, w = np.where(active, values, 0.0), weights
    sums, shares = v.sum(axis=0) + cash, w.sum(axis=0)
    while open_.size:
        found = sums / np.where(shares > 0, shares, 1.0)
        level[open_] = found
        above = active & (v > found * w)
        # Rounding may put the last asset a hair above its own level; it is at the level then.
        above &= active.sum(axis=0) > 1
        again = above.any(axis=0)
        if not again.any():
            break
        open_, active, above, v, w = open_[again], active[:, again], above[:, again], v[:, again], w[:, again]
        active &= ~above
        sums = np.where(active, v, 0.0).sum(axis=0) + cash[again]
        shares, cash = np.where(active, w, 0.0).sum(axis=0), cash[again]
    return level
