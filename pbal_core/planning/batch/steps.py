"""Lots added or taken away one by one, and exchanged, for many accounts at once.

The model: as the water of an account rises, an asset gets its next lot at an edge, the level at which its target is
halfway to one lot more: ``(lots + held + 1/2) / depth``. Of the lots that may be added the one with the lowest edge
comes first; of those that may be taken away the one with the highest. Accounts that are settled are left out once they
are many.

Worked number: two assets of 100 dollars in shares of 30 and 20, aimed at 150 each, have their next edges at
(100 + 15) / 150 and (100 + 10) / 150: the second is bought first.
"""

from __future__ import annotations

import numpy as np

from .columns import Bools, Indices
from .levels import Floats
from .terms import Terms

_MOST_STEPS = 64
"""Times that lots are added; what is not settled then goes to the exact method."""
_NEVER = 2.0**660
"""The edge of a lot that may not be added or taken away; its low bits are 0."""


def fill(terms: Terms, lots: Floats, left: Floats, *, adding: bool) -> Bools:
    """Adds lots while the cash pays for one, or takes lots away while it does not suffice, in place.

    Args:
        terms: The accounts.
        lots: Lots of each asset, shape (n, a).
        left: Units of cash left, shape (a,).
        adding: Whether lots are added.

    Returns:
        Where nothing is left to do, shape (a,).
    """
    filling = _Filling(terms, lots, left, adding=adding)
    for _step in range(_MOST_STEPS):
        if not filling.step():
            return np.ones(left.size, dtype=bool)
    settled = np.ones(left.size, dtype=bool)
    settled[filling.open] = False
    return settled


class _Filling:
    """The accounts that are open; arrays of shape (n, a) unless said otherwise.

    ``edges`` are where the next lot comes, negative where lots are taken away; ``width`` is how much further the lot
    after it comes; ``room`` is how many lots there may be. The low bits of an edge are the place of its asset, so the
    least edge says whose it is.
    """

    def __init__(self, terms: Terms, lots: Floats, left: Floats, *, adding: bool) -> None:
        self.adding, self.sign = adding, 1.0 if adding else -1.0
        self.lots, self.left = lots, left
        self.open = np.arange(left.size) if adding else np.flatnonzero(left < 0)
        limit, held = terms.high if adding else terms.low, terms.held
        self.prices, self.width = terms.prices, terms.width
        if not adding:
            lots, limit, held, self.prices, self.width = (
                each.take(self.open, axis=1) for each in (lots, limit, held, self.prices, self.width)
            )
        self.room = np.ascontiguousarray(limit - lots)
        edges = lots + held
        if not adding:
            self.room *= self.sign
            edges *= self.sign
        edges += 0.5
        edges *= self.width
        places = np.arange(len(lots))[:, None]
        self.bits = (1 << len(lots).bit_length()) - 1
        self.edges = np.ascontiguousarray(np.where(self.room > 0, _placed(edges, places, self.bits), _NEVER))

    def keep(self, accounts: Indices) -> None:
        """Leaves out the other accounts."""
        self.open = self.open[accounts]
        for name in ("prices", "width", "room", "edges"):
            setattr(self, name, getattr(self, name).take(accounts, axis=1))

    def step(self) -> bool:
        """Adds lots of one asset to each account, or takes them away, in place; whether there was a lot to be found."""
        count, left = self.open.size, self.left[self.open]
        if self.adding:
            edges = np.multiply(self.prices > left, _NEVER, order="C")
            np.maximum(edges, self.edges, out=edges)
        else:
            edges = self.edges.copy()
        least = edges.min(axis=0)
        pick = least.view(np.int64) & self.bits
        at = pick * count + np.arange(count)
        go = least < _NEVER
        if not self.adding:
            go &= left < 0
        stay = np.flatnonzero(go)
        if not stay.size:
            return False
        edges.ravel()[at] = _NEVER
        following = edges.min(axis=0)
        if stay.size < count:
            pick, left, following = pick[stay], left[stay], following[stay]
            at = at[stay]
            if 3 * stay.size < 2 * count:
                self.keep(stay)
                stay = np.arange(stay.size)
                at = pick * stay.size + stay
        self._move(pick, at, self.open[stay], left, following)
        return True

    def _move(self, pick: Indices, at: Indices, accounts: Indices, left: Floats, following: Floats) -> None:
        """As many lots as come before the edge of another asset, as there is room for, and as cash is there for."""
        edges = self.edges.ravel()
        first, price, width, room = (each.ravel()[at] for each in (edges, self.prices, self.width, self.room))
        count = np.floor((following - first) / width)
        count += 1.0
        np.minimum(count, room, out=count)
        np.minimum(count, np.floor(left / price) if self.adding else np.ceil(-left / price), out=count)
        room -= count
        self.room.ravel()[at] = room
        edges[at] = np.where(room > 0, _placed(first + count * width, pick, self.bits), _NEVER)
        count *= self.sign
        self.left[accounts] = left - count * price
        self.lots[pick, accounts] += count


def _placed(edges: Floats, places: Indices, bits: int) -> Floats:
    """Edges whose low bits are places."""
    words = edges.view(np.int64)
    words &= ~bits
    words |= places
    return edges


def swap(terms: Terms, lots: Floats, left: Floats, least: Floats) -> Bools:
    """Exchanges a lot of one asset for a lot of another where that lowers ``J + R`` most, in place.

    Args:
        terms: The accounts.
        lots: Lots of each asset, shape (n, a).
        left: Units of cash left, shape (a,).
        least: Units that an exchange has to gain, shape (a,).

    Returns:
        Where an exchange was made, shape (a,).
    """
    prices, columns = terms.prices, np.arange(left.size)
    curve = prices * prices * terms.bend
    slope = 2 * (lots * prices + terms.off) * terms.bend * prices
    up = np.where(lots < terms.high, slope + curve - prices, np.inf)
    down = np.where(lots > terms.low, curve - slope + prices, np.inf)
    best, one, other = np.zeros(left.size), np.zeros(left.size, dtype=np.intp), np.zeros(left.size, dtype=np.intp)
    for j in range(lots.shape[0]):
        gain = np.where(prices - prices[j] > left, np.inf, up + down[j])
        i = gain.argmin(axis=0)
        found = gain[i, columns]
        better = found < best
        best, one, other = np.where(better, found, best), np.where(better, i, one), np.where(better, j, other)
    made: Bools = best < -least
    at = columns[made]
    lots[one[made], at] += 1
    lots[other[made], at] -= 1
    left[at] -= prices[one[made], at] - prices[other[made], at]
    return made
