"""Many portfolios at once: whole lots with a certified gap, as array operations.

The model: a :class:`Block` holds accounts of about the same size as arrays of shape (n, a): n assets by a accounts.
Rows of an account are in canonical order (by symbol); shorter accounts are padded with assets that cannot trade. Money
is int64 units; only what is minimised is a float. The definition is that of the exact method (``planning/exact``):
least ``J + R``, never overspend, sell nothing that could be kept, buy nothing past its target.

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

from .columns import Bools, Indices, Ints
from .levels import Floats, summed

_TRIES = 3
"""Levels that are tried for the picks and the bound."""
_MOST_STEPS = 64
"""Lots that are filled one by one; what is not settled then goes to the exact method."""
_MOST_SWAPS = 24
TOLERANCE, TINY = 1e-9, 1e-12
"""Gaps below this part of ``J + R``, or of the account, are none: floats do not resolve them. See ``exact/optimum``."""
CAP = 1.5
"""The water level above which a dollar is better left idle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """a accounts of at most n assets; arrays of shape (n, a) unless said otherwise.

    Args:
        values: Market values in units, >= 0; 0 in padding.
        prices: Units of one lot, > 0; 1 in padding.
        parts: Target weights as integers of the denominator ``whole``; 0: no target, and in padding.
        whole: Sum of each account's parts, shape (a,), > 0.
        low: Least lots of a trade, <= 0: what may be sold.
        high: Most lots of a trade, >= 0: what may be bought.
        cash: Units to spend (+) or to raise (-), shape (a,).
        total: Units that the targets share out, shape (a,), > 0.
    """

    values: Ints
    prices: Ints
    parts: Ints
    whole: Ints
    low: Ints
    high: Ints
    cash: Ints
    total: Ints

    def take(self, accounts: Indices | Bools) -> Block:
        """Some of the accounts."""
        return replace(self, **{each.name: getattr(self, each.name)[..., accounts] for each in fields(self)})


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

    lots: Ints
    distance: Floats
    left: Ints
    bound: Floats
    settled: Bools

    def take(self, accounts: Indices) -> Whole:
        """The plans of some accounts."""
        return replace(self, **{each.name: getattr(self, each.name)[..., accounts] for each in fields(self)})

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


def reach(block: Block) -> Ints:
    """The most lots of each asset that may be bought: no lot takes it further from its target than one lot less.

    Exact: the caller has checked that ``2 * whole`` times the total, the values or a price fits into 62 bits.
    """
    lot = block.whole * block.prices
    missing = block.parts * block.total - block.whole * block.values
    most: Ints = np.maximum((2 * missing + lot) // (2 * lot), 0)
    return np.where(block.parts > 0, most, 0)


class Terms:
    """What the kernels need of a block as floats, worked out once."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.total = block.total.astype(np.float64)
        self.prices = block.prices.astype(np.float64)
        self.weights = block.parts / block.whole
        self.aimed = block.parts > 0
        self.target = np.where(self.aimed, self.weights * self.total, 1.0)
        self.values = block.values.astype(np.float64)
        self.depth = self.target / self.prices
        self.held = self.values / self.prices
        self.curve = self.prices * self.prices / self.target

    def distance(self, lots: Ints) -> Floats:
        """J in units, shape (a,)."""
        off = self.values + lots * self.prices - self.target
        return summed(np.where(self.aimed, off * off / self.target, 0.0))

    def whole_lots(self, level: Floats) -> Whole:
        """Rounded and filled whole lots, and how far from the best plan they may be.

        Args:
            level: Where to begin, in units for a weight of 1, shape (a,): the continuous solution.
        """
        block = self.block
        least = np.where((block.low < block.high) & self.aimed, self.weights, 1.0).min(axis=0)
        tried = level / self.total
        bound = np.full(tried.shape, -np.inf)
        best, nearest = self._picks(tried), np.full(tried.shape, np.iinfo(np.int64).max)
        for again in range(_TRIES):
            picks = self._picks(tried) if again else best
            missing = block.cash - (picks * block.prices).sum(axis=0)
            self._raise_bound(bound, tried, picks, missing)
            nearer = np.abs(missing) < nearest
            nearest = np.where(nearer, np.abs(missing), nearest)
            if again:
                np.copyto(best, picks, where=nearer)
            moves = summed(np.where((picks > block.low) & (picks < block.high), self.weights, 0.0))
            tried = np.minimum(tried + missing / (np.maximum(moves, least) * self.total), CAP)
        return self._filled(best, bound)

    def _picks(self, level: Floats) -> Ints:
        """The nearest lots at a level, within what may be traded."""
        wanted = np.rint(level * self.depth - self.held)
        lots: Ints = np.clip(wanted, self.block.low, self.block.high).astype(np.int64)
        return lots

    def _raise_bound(self, bound: Floats, level: Floats, picks: Ints, missing: Ints) -> None:
        """Raises the lower bound to that of a level with its picks, in place; above the cap, to that of the cap."""
        high = np.flatnonzero(level > CAP)
        lower = self.distance(picks) - (2.0 - 2.0 * level) * missing
        if high.size:
            few = Terms(self.block.take(high))
            capped = few._picks(np.full(high.size, CAP))
            lower[high] = few.distance(capped) + (few.block.cash - (capped * few.block.prices).sum(axis=0))
        np.maximum(bound, lower, out=bound)

    def _filled(self, lots: Ints, bound: Floats) -> Whole:
        """Takes lots away until the cash suffices, then adds what was sold and can be kept, and what may be bought."""
        block = self.block
        left = block.cash - (lots * block.prices).sum(axis=0)
        self._step(lots, left, adding=False)
        settled = self._step(lots, left, adding=True) & (left >= 0)
        return self._known(lots, left, bound, settled)

    def _known(self, lots: Ints, left: Ints, bound: Floats, settled: Bools) -> Whole:
        """A plan with its bound, which is the plan's own value where floats cannot tell the two apart."""
        distance = self.distance(lots)
        value = distance + left
        same = value - bound <= TOLERANCE * value + TINY * self.total
        return Whole(
            lots=lots,
            distance=distance,
            left=left,
            bound=np.where(same, value, np.maximum(bound - TINY * self.total, 0.0)),
            settled=settled,
        )

    def exchanged(self, plan: Whole) -> Whole:
        """A plan that no exchange of a lot of one asset for a lot of another makes better, or at least a better one."""
        block = self.block
        lots, left = plan.lots.copy(), plan.left.copy()
        open_ = np.flatnonzero(plan.settled & (plan.gap > 0))
        few = self
        for _swap in range(_MOST_SWAPS):
            if not open_.size:
                break
            few = Terms(block.take(open_))
            k, rest = lots[:, open_], left[open_]
            done = few._swap(k, rest)
            lots[:, open_], left[open_] = k, rest
            open_ = open_[done]
        settled = self._step(lots, left, adding=True) & plan.settled
        better = self._known(lots, left, plan.bound, settled)
        keep = settled & (better.value < plan.value)
        return Whole(
            lots=np.where(keep, lots, plan.lots),
            distance=np.where(keep, better.distance, plan.distance),
            left=np.where(keep, left, plan.left),
            bound=np.where(keep, better.bound, plan.bound),
            settled=plan.settled,
        )

    def _swap(self, lots: Ints, left: Ints) -> Bools:
        """Makes the exchange that lowers ``J + R`` most, in place; where one was made, shape (a,)."""
        block, columns = self.block, np.arange(left.size)
        slope = 2 * self.curve * (lots - self.depth + self.held)
        up = np.where(lots < block.high, slope + self.curve - self.prices, np.inf)
        down = np.where(lots > block.low, self.curve - slope + self.prices, np.inf)
        best, one, other = np.zeros(left.size), np.zeros(left.size, dtype=np.intp), np.zeros(left.size, dtype=np.intp)
        for j in range(lots.shape[0]):
            gain = up + down[j]
            gain[block.prices - block.prices[j] > left] = np.inf
            i = gain.argmin(axis=0)
            found = gain[i, columns]
            better = found < best
            best, one, other = np.where(better, found, best), np.where(better, i, one), np.where(better, j, other)
        made = best < -TOLERANCE * self.total
        at = columns[made]
        lots[one[made], at] += 1
        lots[other[made], at] -= 1
        left[at] -= block.prices[one[made], at] - block.prices[other[made], at]
        return made

    def _step(self, lots: Ints, left: Ints, *, adding: bool) -> Bools:
        """Lot by lot, those first that cost least for their price, in place; true where nothing is left to do.

        Args:
            lots: Lots of each asset, shape (n, a).
            left: Units of cash left, shape (a,).
            adding: Add lots while the cash pays for one, or take lots away while it does not suffice.
        """
        sign = 1 if adding else -1
        open_: Indices
        settled: Bools
        first: Bools = left < 0
        if adding:
            first = np.any((lots < self.block.high) & (self.block.prices <= left), axis=0)
        settled, open_ = ~first, np.flatnonzero(first)
        if not open_.size:
            return settled
        terms = self if open_.size == left.size else Terms(self.block.take(open_))
        bounds, prices = terms.block.high if adding else terms.block.low, terms.block.prices
        k, rest = lots[:, open_], left[open_]
        # What a lot more, or less, adds to J + R for a unit of its price, and by how much that grows with each.
        bend = 2 * terms.curve / terms.prices
        cost = sign * (bend * (k - terms.depth + terms.held) - 1.0) + bend / 2
        for _lot in range(_MOST_STEPS):
            may = (k < bounds) & (prices <= rest) if adding else (k > bounds) & (rest < 0)
            score = np.where(may, cost, np.inf)
            pick, columns = score.argmin(axis=0), np.arange(open_.size)
            go = score[pick, columns] < np.inf
            stay = np.flatnonzero(go)
            if 4 * stay.size < 3 * open_.size:
                lots[:, open_], left[open_], settled[open_[~go]] = k, rest, True
                open_, k, rest, bounds, pick = open_[stay], k[:, stay], rest[stay], bounds[:, stay], pick[stay]
                prices, cost, bend = prices[:, stay], cost[:, stay], bend[:, stay]
                go, stay = go[stay], np.arange(stay.size)
                if not stay.size:
                    return settled
            at = pick[stay], stay
            k[at] += sign
            cost[at] += bend[at]
            rest[stay] -= sign * prices[at]
        lots[:, open_], left[open_], settled[open_] = k, rest, ~go
        return settled
