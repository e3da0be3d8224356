"""Many portfolios: record batches of accounts in, record batches of trades out, on any engine that has Arrow.

The model: ``plan_batches`` maps an iterator of batches to an iterator of batches, which is what Spark's ``mapInArrow``
wants and what Dask, Ray, DuckDB and Polars can feed. The rows of an account stand next to one another; an account that
runs over the end of a batch is carried over. Nothing is kept but the open account, so memory does not grow. What is
planned follows from an account's own rows alone, so neither the order of accounts nor where a batch ends changes it.

Worked example: an account with a row of 1,000 dollars at a price of 100 and a row of 0 dollars at a price of 50, equal
weights and 500 of cash buys 10 of the second: whole shares, and the gap to the best plan that is possible is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np
import pyarrow as pa

from ...errors import DataError, Issue
from .accounts import plan_accounts
from .columns import Indices, account_starts, check_schema, money_places, plain, plain_type
from .model import QUALITIES, BatchModel, Quality, result_schema
from .order import AccountOrder

__all__ = ["QUALITIES", "AccountOrder", "BatchModel", "Quality", "plan_batches", "schema_for"]

MOST_ROWS = 65_536
"""About how many rows are planned at once where a batch is larger, unless one account has more."""

_KEPT = 30 * 2**20
"""Bytes; glibc does so for up to 32 MB."""


def schema_for(schema: pa.Schema, model: BatchModel) -> pa.Schema:
    """The schema of the answer to batches of a schema; Spark asks for it beforehand.

    Raises:
        DataError: The schema has not what is needed.
    """
    check_schema(schema)
    account = plain_type(schema.field("account").type)
    return result_schema(account, model, money_places(schema, model.places))


def plan_batches(batches: Iterable[pa.RecordBatch], model: BatchModel) -> Iterator[pa.RecordBatch]:
    """Plans the accounts of record batches.

    Args:
        batches: Rows in long format, one a position: account (text or integer), symbol (text), value and price
            (decimals or integers: dollars), and where wanted target (weights of the account that sum to 1 or 100;
            without it equal weights), quantity (shares held) and cash (dollars to invest or to withdraw, the same in
            all rows of the account). The rows of one account are next to one another, also over the end of a batch:
            sort the input by account; sorted pieces may come in any order. A position to begin with is a row of value
            0. Other columns are not read.
        model: What is asked of every account.

    Yields:
        The rows of whole accounts, as they came; see ``result_schema``. An account whose rows cannot be used has the
        status ``refused`` and a reason, and costs no other account its plan.

    Raises:
        DataError: A column is missing, or of a type that does not hold exact amounts; the batches have different
            columns; the rows of an account are apart.
    """
    _keep_memory()
    schema: pa.Schema | None = None
    carried: list[pa.RecordBatch] = []
    order = AccountOrder()
    for given in batches:
        if schema is None:
            check_schema(given.schema)
            schema = given.schema
            scale = money_places(schema, model.places)
        elif not given.schema.equals(schema):
            raise DataError([Issue("error", "columns_differ", "the batches have different columns, or types of them.")])
        if not given.num_rows:
            continue
        batch = plain(given)
        starts = account_starts(batch.column("account"))
        names, goes_on = batch.column("account").take(pa.array(starts)), _goes_on(carried, batch)
        begun = starts[1:] if goes_on else starts
        order.add(names.slice(1) if goes_on else names)
        if not begun.size:
            carried.append(batch)
            continue
        yield from _planned(carried, batch, begun, model, scale)
        carried = [batch.slice(int(begun[-1]))]
    if carried:
        yield plan_accounts(pa.concat_batches(carried), np.zeros(1, dtype=np.intp), model, scale)


@cache
def _keep_memory() -> None:
    """Lets the allocator of glibc keep what it gets: it stops returning memory below the size of what was freed once.

    Else it returns each array of a batch to the system, whose fresh pages then cost a fifth of the time.
    """
    np.empty(_KEPT, dtype=np.int8)


def _goes_on(carried: list[pa.RecordBatch], batch: pa.RecordBatch) -> bool:
    """Whether the first account of a batch is the open one."""
    if not carried:
        return False
    before, following = carried[-1].column("account")[-1], batch.column("account")[0]
    return before.is_valid and bool(before == following)


def _planned(
    carried: list[pa.RecordBatch], batch: pa.RecordBatch, begun: Indices, model: BatchModel, scale: int
) -> Iterator[pa.RecordBatch]:
    """Plans the open account, which ends in a batch, and those that begin in it but for the last, some at a time."""
    before = sum(piece.num_rows for piece in carried)
    starts = np.concatenate([np.zeros(int(bool(carried)), dtype=np.intp), begun[:-1] + before])
    if not starts.size:
        return
    end = int(begun[-1]) + before
    pieces = max(1, round(end / MOST_ROWS))
    cuts = np.unique(np.searchsorted(starts, np.arange(1, pieces) * end // pieces))
    groups = np.split(starts, cuts[(cuts > 0) & (cuts < starts.size)])
    for group, following in zip(groups, [*(int(group[0]) for group in groups[1:]), end], strict=True):
        begin = int(group[0])
        if carried and not begin:
            piece = pa.concat_batches([*carried, batch.slice(0, following - before)])
        else:
            piece = batch.slice(begin - before, following - begin)
        yield plan_accounts(piece, group - begin, model, scale)
