"""The arrays that the kernels of whole lots work on, and what follows from them.

The model: arrays of shape (n, a), n assets by a accounts of about the same size. Money and lots are whole numbers, in
floats that hold them exactly.

Worked number: 100 dollars in shares of 30 with a target of 150 are 3.33 lots of 5; the nearest lots at the level 1 are
2, and no more than 2 may be bought, since a third would take the asset further from its target.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from .columns import Bools, Indices
from .levels import Floats, summed


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """a accounts of at most n assets: whole numbers; arrays of shape (n, a) unless said otherwise.

    Args:
        values: Market values in units, >= 0; 0 in padding.
        prices: Units of one lot, > 0; 1 in padding.
        parts: Target weights as whole numbers of the denominator ``whole``; 0: no target, and in padding.
        whole: Sum of each account's parts, shape (a,), > 0.
        low: Least lots of a trade, <= 0: what may be sold.
        buys: Whether anything may be bought, shape (a,).
        cash: Units to spend (+) or to raise (-), shape (a,).
        total: Units that the targets share out, shape (a,), > 0.
    """

    values: Floats
    prices: Floats
    parts: Floats
    whole: Floats
    low: Floats
    buys: Bools
    cash: Floats
    total: Floats

    def take(self, accounts: Indices) -> Block:
        """Some of the accounts."""
        return replace(self, **{each.name: getattr(self, each.name).take(accounts, axis=-1) for each in fields(self)})

    def targets(self) -> Floats:
        """What each asset should be worth in units, rounded half to even.

        Exact: the caller has checked that ``2 * whole`` times the total fits into 62 bits.
        """
        shares = self.parts * self.total
        if not (self.total * self.whole >= 2.0**51).any():  # then the quotient of floats has no half that is none
            shares /= self.whole
            return np.rint(shares, out=shares)
        parts, total, whole = (each.astype(np.int64) for each in (self.parts, self.total, self.whole))
        down, rest = np.divmod(parts * total, whole)
        rest *= 2
        down += (rest > whole) | ((rest == whole) & (down % 2 == 1))
        return down.astype(np.float64)

    def distance(self, worth: Floats) -> Floats:
        """J in units where each asset is worth so much, shape (a,)."""
        target = self.parts / self.whole
        target *= self.total
        off = worth - target
        off *= off
        aimless = self.parts == 0
        if aimless.any():
            target[aimless], off[aimless] = 1.0, 0.0
        off /= target
        return summed(off)

    def reach(self, depth: Floats, held: Floats) -> Floats:
        """The most lots of each asset that may be bought: no lot takes it further from its target than one lot less.

        Exact: the caller has checked that ``2 * whole`` times the total, the values or a price fits into 62 bits.

        Args:
            depth: Lots that the target is, shape (n, a).
            held: Lots that the value is, shape (n, a).
        """
        lots = depth - held
        lots += 0.5
        doubt = np.rint(lots)
        doubt -= lots
        np.abs(doubt, out=doubt)
        doubt -= 2.0**-49 * (depth + held + 1.0)
        np.floor(lots, out=lots)
        near = doubt <= 0
        if near.any():
            account = np.nonzero(near)[1]
            values, prices, parts = (each[near].astype(np.int64) for each in (self.values, self.prices, self.parts))
            whole, total = self.whole[account].astype(np.int64), self.total[account].astype(np.int64)
            lot = whole * prices
            lots[near] = (2 * (parts * total - whole * values) + lot) // (2 * lot)
        np.maximum(lots, 0.0, out=lots)
        lots *= self.buys
        if not self.parts.all():
            lots *= self.parts > 0
        return lots


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the kernels need of a block as floats, worked out once; arrays of shape (n, a) unless said otherwise.

    The caller has checked that what an account is worth and a lot of each asset have at most 52 bits together, so that
    floats hold lots, prices and cash exactly.

    Args:
        total: Units that the targets share out, shape (a,).
        cash: Units to spend (+) or to raise (-), shape (a,).
        prices: Units of one lot.
        low: Least lots of a trade.
        high: Most lots of a trade.
        off: Units that an asset is above its target before any trade.
        bend: 1 / target, and 0 where there is none.
        depth: Lots that the target is.
        width: 1 / depth, and 0 where there is no target: by how much the level rises from a lot to the next.
        held: Lots that the value is.
    """

    total: Floats
    cash: Floats
    prices: Floats
    low: Floats
    high: Floats
    off: Floats
    bend: Floats
    depth: Floats
    width: Floats
    held: Floats

    @classmethod
    def of(cls, block: Block) -> Terms:
        """The terms of a block."""
        target = block.parts / block.whole
        target *= block.total
        off = block.values - target
        aimless = block.parts == 0
        some = aimless.any()
        if some:
            target[aimless] = 1.0
        bend, depth, held = 1.0 / target, target / block.prices, block.values / block.prices
        if some:
            bend[aimless] = 0.0
        return cls(
            total=block.total, cash=block.cash, prices=block.prices, low=block.low, high=block.reach(depth, held),
            off=off, bend=bend, depth=depth, width=block.prices * bend, held=held,
        )  # fmt: skip

    def take(self, accounts: Indices) -> Terms:
        """The terms of some accounts."""
        return Terms(**{each.name: getattr(self, each.name).take(accounts, axis=-1) for each in fields(self)})

    def distance(self, lots: Floats) -> Floats:
        """J in units, shape (a,)."""
        off = lots * self.prices
        off += self.off
        off *= off
        off *= self.bend
        return summed(off)

    def picks(self, level: Floats) -> Floats:
        """The nearest lots at a level, within what may be traded."""
        lots = level * self.depth
        lots -= self.held
        np.rint(lots, out=lots)
        np.maximum(lots, self.low, out=lots)
        return np.minimum(lots, self.high, out=lots)
