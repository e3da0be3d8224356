"""The plans of whole accounts: which kernel answers which account.

The model: accounts of about the same number of rows are answered together by the kernels, some thousands of rows at a
time, so that their arrays stay in the processor's cache. What the kernels do not know, or do not answer well enough,
is planned account by account (``alone``). An account that cannot be planned costs no other account its plan.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from ..problem import MAX_LOTS
from .alone import level_exactly, plan_exactly
from .answer import HOW, BatchAnswer
from .columns import Bools, Indices, Ints
from .kernels import Block, Terms, Whole, reach
from .levels import Floats, drain_level, summed, water_level
from .model import SHARE_PLACES, BatchModel
from .rows import Rows, read_rows

_SIZES = (2, 4, 6, 8, 10, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024)
_AT_ONCE = 65_536
"""Rows that the kernels take at once."""
_LEVEL_MOST = 2.0**50
"""Units of an account up to which floats find its level to a fraction of a unit."""


def plan_accounts(batch: pa.RecordBatch, model: BatchModel, scale: int) -> pa.RecordBatch:
    """The answer for rows of whole accounts; see ``result_schema``."""
    rows = read_rows(batch, scale, model)
    answer = BatchAnswer.empty(rows)
    accounts = answer.open_accounts(rows)
    if model.quality != "exact":
        accounts = _by_kernels(rows, accounts, model, answer)
    alone = level_exactly if model.quality == "level" else plan_exactly
    for account in accounts.tolist():
        alone(rows, account, model, answer)
    return answer.columns(rows, model)


def _by_kernels(rows: Rows, accounts: Indices, model: BatchModel, answer: BatchAnswer) -> Indices:
    """Answers what the kernels can, in place; returns the accounts that are left to be planned alone."""
    rest = [np.zeros(0, dtype=np.intp)]
    sizes = np.searchsorted(_SIZES, rows.counts[accounts])
    for size in np.unique(sizes):
        alike = accounts[sizes == size]
        if size == len(_SIZES):
            rest.append(alike)
            continue
        step = max(1, _AT_ONCE // _SIZES[size])
        for begin in range(0, alike.size, step):
            part = _Part(rows, alike[begin : begin + step], _SIZES[size], model)
            rest.append(part.level(answer) if model.quality == "level" else part.whole(answer))
    return np.sort(np.concatenate(rest))


class _Part:
    """Accounts of at most n rows that the kernels answer together."""

    def __init__(self, rows: Rows, accounts: Indices, n: int, model: BatchModel) -> None:
        self.rows, self.accounts, self.model = rows, accounts, model
        columns = np.arange(n)[:, None]
        self.real = columns < rows.counts[accounts]
        self.at = rows.order[np.minimum(rows.starts[accounts] + columns, rows.order.size - 1)]
        values, parts = np.where(self.real, rows.values[self.at], 0), np.where(self.real, rows.parts[self.at], 0)
        prices, held = np.where(self.real, rows.prices[self.at], 1), np.where(self.real, rows.held[self.at], 0)
        cash = rows.cash[accounts]
        invest, withdraw = (model.strategy.direction(sign) for sign in (1, -1))
        self.buys = np.where(cash >= 0, invest != "sell", withdraw != "sell")
        self.sells = np.where(cash >= 0, invest != "buy", withdraw != "buy")
        self.worth = summed(values.astype(np.float64))
        self.whole_parts = summed(parts.astype(np.float64))
        many = np.flatnonzero(self.worth * self.whole_parts >= 2.0**58)
        if many.size:  # weights with many decimals, most of them zeros
            parts[:, many] //= np.maximum(np.gcd.reduce(parts[:, many], axis=0), 1)
            self.whole_parts[many] = summed(parts[:, many].astype(np.float64))
        total = np.where(np.abs(self.worth + cash) < 2.0**62, values.sum(axis=0) + cash, 0)
        self.block = Block(
            values=values, prices=prices, parts=parts, whole=np.maximum(parts.sum(axis=0), 1),
            low=np.where(self.sells, -held, 0), high=np.zeros_like(held), cash=cash, total=total,
        )  # fmt: skip

    def _keep(self, usable: Bools) -> None:
        """Leaves out the accounts that the kernels cannot answer."""
        if usable.all():
            return
        self.accounts, self.at, self.real = self.accounts[usable], self.at[:, usable], self.real[:, usable]
        self.buys, self.sells, self.block = self.buys[usable], self.sells[usable], self.block.take(usable)

    def _finish(self, lots: Ints, moved: Ints, answer: BatchAnswer) -> None:
        """Writes trades and targets, in place."""
        to = self.at[self.real]
        answer.lots[to], answer.moved[to] = lots[self.real], moved[self.real]
        targets = np.rint(self.block.parts / self.block.whole * self.block.total).astype(np.int64)
        answer.targets[to] = targets[self.real]

    def level(self, answer: BatchAnswer) -> Indices:
        """Answers by the level, in place; returns the accounts that are left."""
        largest = self.worth + np.abs(self.block.cash)
        least = np.where(self.real, self.block.prices, 2**62).min(axis=0)
        usable = (self.block.total > 0) & (largest < _LEVEL_MOST) & (self.whole_parts < _LEVEL_MOST)
        usable &= largest * 10.0**SHARE_PLACES < 2.0**62 * least
        rest: Indices = self.accounts[~usable]
        self._keep(usable)
        block = self.block
        _level, wanted = self._levels()
        # Purchases are rounded down and sales up, so that nothing is overspent. What floats overspend all the same, and
        # what rounding leaves, goes to the largest trade, which stays what it is.
        moved = np.maximum(np.floor(wanted - block.values + 1e-3).astype(np.int64), -block.values)
        columns, largest = np.arange(self.accounts.size), np.abs(moved).argmax(axis=0)
        trade, left = moved[largest, columns], block.cash - moved.sum(axis=0)
        change = np.where(trade < 0, np.minimum(left, -trade), np.where(trade > 0, left, np.minimum(left, 0)))
        moved[largest, columns] = np.maximum(trade + change, -block.values[largest, columns])
        left = block.cash - moved.sum(axis=0)
        self._finish(np.trunc(moved / block.prices * 10.0**SHARE_PLACES).astype(np.int64), moved, answer)
        terms, unit, to = Terms(block), 10.0**self.rows.scale, self.accounts
        off = summed(np.where(terms.aimed, (wanted - terms.target) ** 2 / terms.target, 0.0)) / unit
        after = np.where(terms.aimed, (block.values + moved - terms.target) ** 2 / terms.target, 0.0)
        distance = summed(after) / unit
        value = distance + left / unit
        answer.left[to], answer.distance[to] = left, distance
        answer.bound[to] = np.minimum(off, value)
        answer.gap[to] = value - answer.bound[to]
        answer.how[to] = HOW.index("level")
        return rest

    def whole(self, answer: BatchAnswer) -> Indices:
        """Answers by whole lots, in place; returns the accounts that are left for the exact method."""
        fits = self._fits()
        unknown: Indices = self.accounts[~fits]
        self._keep(fits)
        self._sell_the_aimless()
        block = replace(self.block, high=np.where(self.buys, reach(self.block), 0))
        terms = Terms(block)
        plan = terms.whole_lots(self._levels()[0])
        done = plan.settled
        if self.model.quality == "auto":
            plan, done = self._good_enough(terms, plan)
        rest: Indices = self.accounts[~done]
        lots = plan.lots + self.sold
        if rest.size:
            plan, lots = plan.take(np.flatnonzero(done)), lots[:, done]
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
        sold = summed(np.abs(block.low).astype(np.float64) * block.prices)
        largest = np.maximum(self.worth + np.abs(block.cash) + sold, block.prices.max(axis=0))
        least = np.where(self.real, block.prices, 2**62).min(axis=0)
        fits = (block.total > 0) & (2.1 * largest * np.maximum(self.whole_parts, 1) < 2.0**62)
        fits &= largest <= float(MAX_LOTS) * least
        aimless = ((block.parts == 0) & (block.low < 0)).any(axis=0)
        known: Bools = fits & ~(aimless & ~self.buys)
        return known

    def _sell_the_aimless(self) -> None:
        """A hard rebalance sells what has no target whole, whatever it costs; the cash then is for the others."""
        block = self.block
        sold = np.where(block.parts == 0, block.low, 0)
        self.sold = sold
        if sold.any():
            cash = block.cash - (sold * block.prices).sum(axis=0)
            self.block = replace(block, low=block.low - sold, cash=cash)

    def _good_enough(self, terms: Terms, plan: Whole) -> tuple[Whole, Bools]:
        """The plans after exchanges, and which of them have a gap within the threshold."""
        block = terms.block
        nothing = terms.distance(np.zeros_like(block.low)) + np.abs(self.rows.cash[self.accounts])
        enough = float(self.model.threshold) * nothing
        open_ = np.flatnonzero(plan.settled & (plan.gap > enough))
        if open_.size:
            plan = plan.merged(open_, Terms(block.take(open_)).exchanged(plan.take(open_)))
        return plan, plan.settled & (plan.gap <= enough)

    def _levels(self) -> tuple[Floats, Floats]:
        """The continuous solution: the level, shape (a,), and what each asset should be worth, shape (n, a)."""
        block, buys, sells = self.block, self.buys, self.sells
        values, weights = block.values.astype(np.float64), block.parts / block.whole
        level = block.total.astype(np.float64)
        wanted = weights * level
        few = np.flatnonzero(buys & ~sells)
        if few.size:
            v, w = values[:, few], weights[:, few]
            level[few] = water_level(v, w, block.cash[few].astype(np.float64))
            wanted[:, few] = np.maximum(v, level[few] * w)
        few = np.flatnonzero(sells & ~buys)
        if few.size:
            level[few], wanted[:, few] = _drained(values[:, few], weights[:, few], -block.cash[few].astype(np.float64))
        return level, wanted


def _drained(v: Floats, w: Floats, need: Floats) -> tuple[Floats, Floats]:
    """A withdrawal's level and values; what has no target is sold first, the largest of it down to one level."""
    aimless = np.where(w > 0, 0.0, v)
    first = np.minimum(need, summed(aimless))
    if (first > 0).any():
        aimless = np.minimum(aimless, np.maximum(drain_level(aimless, (aimless > 0).astype(np.float64), first), 0.0))
    level = drain_level(np.where(w > 0, v, 0.0), w, need - first)
    return level, np.where(w > 0, np.minimum(v, level * w), aimless)
