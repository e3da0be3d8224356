"""Accounts of about the same size, which the kernels answer together.

The model: their rows become arrays of shape (n, a), n assets by a accounts, of floats that hold units exactly. Accounts
that are too large for that, or that a kernel does not settle, are left for the exact method.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..problem import MAX_LOTS
from .answer import HOW, BatchAnswer
from .columns import Bools, Indices, Ints
from .kernels import Whole, exchanged, whole_lots
from .levels import Floats, Level, drain_level, products, summed, water_level
from .model import SHARE_PLACES, BatchModel
from .rows import Rows
from .terms import Block, Terms

_LEVEL_MOST = 2.0**50
"""Units of an account up to which floats find its level to a fraction of a unit."""
_EXACT_MOST = 2.0**52
"""Units up to which floats are exact, and so are sums of them."""
_PRODUCT_MOST = 2.0**62
"""Up to which products of units and parts are exact, in int64."""
_MILLION = 10.0**SHARE_PLACES


class _Places:
    """Where the rows of accounts of at most n rows are: in one span, or here and there."""

    def __init__(self, rows: Rows, accounts: Indices, n: int) -> None:
        self.rows, self.accounts, self.n = rows, accounts, n
        counts = rows.counts[accounts]
        padded = bool(counts.min() < n)
        self.real = np.arange(n)[:, None] < counts if padded else None
        first, size = rows.starts[accounts[0]], accounts.size * n
        dense = not padded and rows.sorted and rows.starts[accounts[-1]] == first + size - n
        self.span = slice(int(first), int(first) + size) if dense else None

    @property
    def at(self) -> Indices:
        """The row of each asset, shape (n, a)."""
        return self.rows.order.take(self.rows.starts[self.accounts] + np.arange(self.n)[:, None], mode="clip")

    def keep(self, some: Indices) -> None:
        """Leaves out the other accounts."""
        self.accounts, self.span = self.accounts[some], None
        self.real = None if self.real is None else self.real.take(some, axis=1)

    def read(self, amounts: Ints, padding: int = 0) -> Floats:
        """A column of the rows as an array of shape (n, a)."""
        if self.span is not None:
            return amounts[self.span].reshape(-1, self.n).T.astype(np.float64, order="C")
        found = amounts.take(self.at).astype(np.float64)
        return found if self.real is None else np.where(self.real, found, float(padding))

    def write(self, column: Ints, found: Floats) -> None:
        """An array of shape (n, a) into a column of the rows."""
        if self.span is not None:
            column[self.span].reshape(-1, self.n).T[...] = found
        elif self.real is None:
            column[self.at] = found
        else:
            column[self.at[self.real]] = found[self.real]


class Part:
    """Accounts of at most n rows that the kernels answer together."""

    def __init__(self, rows: Rows, accounts: Indices, n: int, model: BatchModel) -> None:
        self.rows, self.accounts, self.model = rows, accounts, model
        self.places = places = _Places(rows, accounts, n)
        cash = rows.cash[accounts].astype(np.float64)
        invest, withdraw = (model.strategy.direction(sign) for sign in (1, -1))
        self.buys = np.where(cash >= 0, invest != "sell", withdraw != "sell")
        self.sells = np.where(cash >= 0, invest != "buy", withdraw != "buy")
        values, parts, prices = places.read(rows.values), places.read(rows.parts), places.read(rows.prices, 1)
        self.worth, whole = summed(values), summed(parts)
        many = np.flatnonzero(self.worth * whole >= 2.0**58)
        if many.size:  # weights with many decimals, most of them zeros
            exact = parts.take(many, axis=1).astype(np.int64)
            parts[:, many] = exact // np.maximum(np.gcd.reduce(exact, axis=0), 1)
            whole[many] = summed(parts.take(many, axis=1))
        low = np.zeros_like(values)
        if self.sells.any():
            low = places.read(rows.held) * -self.sells.astype(np.float64)
        self.block = Block(
            values=values, prices=prices, parts=parts, whole=np.maximum(whole, 1.0), low=low, buys=self.buys, cash=cash,
            total=self.worth + cash,
        )  # fmt: skip

    def _least_price(self) -> Floats:
        prices, real = self.block.prices, self.places.real
        least: Floats = (prices if real is None else np.where(real, prices, np.inf)).min(axis=0)
        return least

    def _keep(self, usable: Bools) -> None:
        """Leaves out the accounts that the kernels cannot answer."""
        if usable.all():
            return
        some = np.flatnonzero(usable)
        self.places.keep(some)
        self.accounts, self.block = self.accounts[some], self.block.take(some)
        self.buys, self.sells = self.buys[some], self.sells[some]

    def _finish(self, lots: Floats, moved: Floats, answer: BatchAnswer) -> None:
        """Writes trades and targets, in place."""
        for column, found in ((answer.lots, lots), (answer.moved, moved), (answer.targets, self.block.targets())):
            self.places.write(column, found)

    def level(self, answer: BatchAnswer) -> Indices:
        """Answers by the level, in place; returns the accounts that are left."""
        block, most = self.block, self.worth + np.abs(self.block.cash)
        usable = (block.total > 0) & (most < _LEVEL_MOST) & (2.1 * most * block.whole < _PRODUCT_MOST)
        # Millionths of shares, and those of the dearest one, are exact too.
        usable &= _MILLION * np.maximum(most / self._least_price(), block.prices.max(axis=0)) < _EXACT_MOST
        rest: Indices = self.accounts[~usable]
        self._keep(usable)
        block = self.block
        _level, wanted = self._levels()
        # Purchases are rounded down and sales up, so that nothing is overspent. What floats overspend all the same, and
        # what rounding leaves, goes to the largest trade, which stays what it is.
        moved = np.maximum(np.floor(wanted - block.values + 1e-3), -block.values)
        columns, largest = np.arange(self.accounts.size), np.abs(moved).argmax(axis=0)
        trade, left = moved[largest, columns], block.cash - summed(moved)
        change = np.where(trade < 0, np.minimum(left, -trade), np.where(trade > 0, left, np.minimum(left, 0)))
        moved[largest, columns] = np.maximum(trade + change, -block.values[largest, columns])
        left = block.cash - summed(moved)
        self._finish(_millionths(moved, block.prices), moved, answer)
        unit, to = 10.0**self.rows.scale, self.accounts
        distance = block.distance(block.values + moved) / unit
        value = distance + left / unit
        answer.left[to], answer.distance[to] = left, distance
        answer.bound[to] = np.minimum(block.distance(wanted) / unit, value)
        answer.gap[to] = value - answer.bound[to]
        answer.how[to] = HOW.index("level")
        return rest

    def whole(self, answer: BatchAnswer) -> Indices:
        """Answers by whole lots, in place; returns the accounts that are left for the exact method."""
        fits = self._fits()
        unknown: Indices = self.accounts[~fits]
        self._keep(fits)
        sold = self._sell_the_aimless()
        terms = Terms.of(self.block)
        plan = whole_lots(terms, self._levels()[0])
        done = plan.settled
        if self.model.quality == "auto":
            plan, done = self._good_enough(terms, plan)
        rest: Indices = self.accounts[~done]
        lots = plan.lots if sold is None else plan.lots + sold
        if rest.size:
            plan, lots = plan.take(np.flatnonzero(done)), lots.compress(done, axis=1)
            self._keep(done)
        to, unit = self.accounts, 10.0**self.rows.scale
        self._finish(lots, lots * self.block.prices, answer)
        answer.left[to] = plan.left
        answer.distance[to], answer.bound[to], answer.gap[to] = plan.distance / unit, plan.bound / unit, plan.gap / unit
        answer.how[to] = HOW.index("whole")
        return np.concatenate([unknown, rest])

    def _fits(self) -> Bools:
        """The accounts that the kernels of whole lots know: no product overflows, every count of lots is exact."""
        block = self.block
        dearest = block.prices.max(axis=0)
        most = self.worth + np.abs(block.cash)
        if self.sells.any():
            most -= summed(block.low * block.prices)
        most = np.maximum(most, dearest)
        fits: Bools = (block.total > 0) & (2.1 * most * block.whole < _PRODUCT_MOST)
        fits &= most + len(block.prices) * dearest < _EXACT_MOST
        fits &= most <= float(MAX_LOTS) * self._least_price()
        if not self.buys.all() and self.sells.any():
            fits &= self.buys | ~((block.parts == 0) & (block.low < 0)).any(axis=0)
        return fits

    def _sell_the_aimless(self) -> Floats | None:
        """A hard rebalance sells what has no target whole, whatever it costs; the cash then is for the others."""
        block = self.block
        aimless = block.parts == 0
        if not (aimless.any() and self.sells.any()):
            return None
        sold: Floats = block.low * aimless
        self.block = replace(block, low=block.low - sold, cash=block.cash - products(sold, block.prices))
        return sold

    def _good_enough(self, terms: Terms, plan: Whole) -> tuple[Whole, Bools]:
        """The plans after exchanges, and which of them have a gap within the threshold."""
        threshold = float(self.model.threshold)
        nothing = self.block.distance(self.block.values) + np.abs(self.rows.cash[self.accounts])
        most = np.maximum(nothing - plan.bound, 0.0)  # that any plan could gain
        open_ = np.flatnonzero(plan.settled & (plan.gap > threshold * most))
        if open_.size:
            plan = plan.merged(open_, exchanged(terms.take(open_), plan.take(open_)))
        return plan, plan.settled & (plan.gap <= threshold * most)

    def _levels(self) -> tuple[Level, Floats]:
        """The continuous solution: the level, and what each asset should be worth in units, shape (n, a)."""
        block = self.block
        values, parts, cash, whole = block.values, block.parts, block.cash, block.whole
        height, surface = block.total / whole, whole.copy()
        wanted = parts * height
        for filled, found in (
            (self.buys & ~self.sells, _filled),
            (self.sells & ~self.buys, _drained),
        ):
            few = np.flatnonzero(filled)
            if few.size == filled.size:
                (height, surface), wanted = found(values, parts, cash)
            elif few.size:
                level, wanted[:, few] = found(values.take(few, axis=1), parts.take(few, axis=1), cash[few])
                height[few], surface[few] = level
        return Level(height * whole, surface / whole), wanted


def _millionths(moved: Floats, prices: Floats) -> Floats:
    """Millionths of shares that trades are, rounded towards no trade."""
    amounts = np.abs(moved)
    shares = np.floor(amounts / prices)
    amounts -= shares * prices
    amounts *= _MILLION
    amounts /= prices
    shares *= _MILLION
    shares += np.floor(amounts)
    return np.copysign(shares, moved)


def _filled(values: Floats, parts: Floats, cash: Floats) -> tuple[Level, Floats]:
    """A contribution's level, in units for a part, and values."""
    level = water_level(values, parts, cash)
    return level, np.maximum(values, level.height * parts)


def _drained(values: Floats, parts: Floats, cash: Floats) -> tuple[Level, Floats]:
    """A withdrawal's level and values; what has no target is sold first, the largest of it down to one level."""
    need = -cash
    aimless = np.where(parts > 0, 0.0, values)
    first = np.minimum(need, summed(aimless))
    if (first > 0).any():
        height = drain_level(aimless, (aimless > 0).astype(np.float64), first).height
        aimless = np.minimum(aimless, np.maximum(height, 0.0))
    level = drain_level(np.where(parts > 0, values, 0.0), parts, need - first)
    return level, np.where(parts > 0, np.minimum(values, level.height * parts), aimless)
