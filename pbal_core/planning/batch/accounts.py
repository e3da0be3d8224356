"""The plans of whole accounts: which kernel answers which account.

The model: accounts of about the same number of rows are answered together by the kernels, some thousands of rows at a
time, so that their arrays stay in the processor's cache. What the kernels do not know, or do not answer well enough,
is planned account by account (``alone``). An account that cannot be planned costs no other account its plan.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from .alone import level_exactly, plan_exactly
from .answer import BatchAnswer
from .columns import Indices
from .model import BatchModel
from .part import Part
from .rows import Rows, read_rows

_SIZES = (2, 4, 6, 8, 10, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024)
_AT_ONCE = 49_152
"""About how many rows the kernels take at once."""


def plan_accounts(batch: pa.RecordBatch, starts: Indices, model: BatchModel, scale: int) -> pa.RecordBatch:
    """The answer for rows of whole accounts, which begin at ``starts``; see ``result_schema``."""
    rows = read_rows(batch, starts, scale, model)
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
        for some in np.array_split(alike, max(1, round(alike.size * _SIZES[size] / _AT_ONCE))):
            part = Part(rows, some, _SIZES[size], model)
            rest.append(part.level(answer) if model.quality == "level" else part.whole(answer))
    return np.sort(np.concatenate(rest))
