"""The answer to the rows of a batch: filled in account by account, then written as columns.

Worked example: an account that is refused has trades of 0, its cash left as it was, the status ``refused`` and a
reason; its rows are all there, in the order in which they came.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .columns import Bools, Ints, units_to_decimals
from .levels import Floats
from .model import SHARE_PLACES, BatchModel, result_schema
from .rows import Rows

HOW = ("", "level", "whole", "exact")
"""What the column quality says, by its code."""


@dataclass(slots=True, kw_only=True)
class BatchAnswer:
    """What is known of r rows of m accounts.

    Args:
        lots: Shares to trade, in millionths where fractions trade; shape (r,).
        moved: Units of each trade, shape (r,).
        targets: Units that each position should be worth, shape (r,).
        left: Units of cash that are left, shape (m,).
        distance: J in dollars, NaN where unknown, shape (m,).
        bound: The least ``J + R`` of any plan in dollars, shape (m,).
        gap: How far ``J + R`` is above that, in dollars, shape (m,).
        how: Place of the quality in HOW, shape (m,).
        reasons: Why accounts are refused.
    """

    lots: Ints
    moved: Ints
    targets: Ints
    left: Ints
    distance: Floats
    bound: Floats
    gap: Floats
    how: NDArray[np.int8]
    reasons: dict[int, str]

    @classmethod
    def empty(cls, rows: Rows) -> BatchAnswer:
        """Nothing but what is refused already."""
        count, accounts = rows.values.size, rows.starts.size
        return cls(
            lots=np.zeros(count, dtype=np.int64),
            moved=np.zeros(count, dtype=np.int64),
            targets=np.zeros(count, dtype=np.int64),
            left=rows.cash.copy(),
            distance=np.full(accounts, np.nan),
            bound=np.full(accounts, np.nan),
            gap=np.full(accounts, np.nan),
            how=np.zeros(accounts, dtype=np.int8),
            reasons=dict(rows.reasons),
        )

    def open_accounts(self, rows: Rows) -> NDArray[np.intp]:
        """The accounts that are not refused."""
        open_ = np.ones(rows.starts.size, dtype=bool)
        open_[list(self.reasons)] = False
        return np.flatnonzero(open_)

    def columns(self, rows: Rows, model: BatchModel) -> pa.RecordBatch:
        """The answer as a record batch; see ``result_schema``."""
        batch, spread = rows.batch, _Spread(rows)
        schema = result_schema(batch.column("account").type, model, rows.scale)
        refused = np.zeros(rows.starts.size, dtype=bool)
        refused[list(self.reasons)] = True
        known = ~np.isnan(self.distance)
        said = sorted(set(self.reasons.values()))
        places = {reason: place for place, reason in enumerate(said, 1)}
        why = np.zeros(rows.starts.size, dtype=np.int64)
        why[list(self.reasons)] = [places[reason] for reason in self.reasons.values()]
        shares = units_to_decimals(self.lots, SHARE_PLACES) if model.quality == "level" else pa.array(self.lots)
        return pa.RecordBatch.from_arrays(
            [
                batch.column("account"),
                batch.column("symbol"),
                shares,
                units_to_decimals(self.moved, rows.scale),
                units_to_decimals(self.targets, rows.scale),
                units_to_decimals(rows.values + self.moved, rows.scale),
                units_to_decimals(spread.rows(self.left), rows.scale),
                spread.numbers(self.distance, known),
                spread.numbers(self.bound, known),
                spread.numbers(self.gap, known),
                spread.texts(HOW, self.how),
                spread.texts(("planned", "refused"), refused.astype(np.int8)),
                spread.texts(("", *said), why),
            ],
            schema=schema,
        )


class _Spread:
    """What is known of accounts, written to each of their rows."""

    def __init__(self, rows: Rows) -> None:
        same = bool((rows.counts == rows.counts[0]).all())
        self.counts = int(rows.counts[0]) if same else rows.counts
        self.count = rows.values.size

    def rows(self, amounts: NDArray[np.int64]) -> Ints:
        return np.repeat(amounts, self.counts)

    def numbers(self, amounts: Floats, known: Bools) -> pa.Array:
        spread = np.repeat(amounts, self.counts)
        return pa.array(spread) if known.all() else pa.array(spread, mask=np.repeat(~known, self.counts))

    def texts(self, texts: tuple[str, ...], codes: NDArray[np.int8] | NDArray[np.int64]) -> pa.Array:
        if not codes.any() or (codes == codes[0]).all():
            return _repeated(texts[codes[0]], 1 << self.count.bit_length()).slice(0, self.count)
        coded = pa.DictionaryArray.from_arrays(pa.array(np.repeat(codes, self.counts)), pa.array(texts))
        return pc.cast(coded, pa.string())


@lru_cache(maxsize=16)
def _repeated(text: str, count: int) -> pa.Array:
    """A text so many times; slices of it are free."""
    return pa.repeat(pa.scalar(text), count)
