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

import numpy as np
import pyarrow as pa

from ...errors import DataError, Issue
from .accounts import plan_accounts
from .columns import account_starts, check_schema, money_places, plain, plain_type
from .model import QUALITIES, BatchModel, Quality, result_schema
from .order import AccountOrder

__all__ = ["QUALITIES", "AccountOrder", "BatchModel", "Quality", "plan_batches", "schema_for"]

MOST_ROWS = 65_536
"""Rows that are planned at once where a batch is larger, unless one account has more."""


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
        order.add(names.slice(1) if goes_on else names)
        last = int(starts[-1])
        if not last and goes_on:
            carried.append(batch)
            continue
        whole = pa.concat_batches([*carried, batch.slice(0, last)]) if carried else batch.slice(0, last)
        carried = [batch.slice(last)]
        yield from _planned(whole, model, scale)
    if carried:
        yield from _planned(pa.concat_batches(carried), model, scale)


def _goes_on(carried: list[pa.RecordBatch], batch: pa.RecordBatch) -> bool:
    """Whether the first account of a batch is the open one."""
    if not carried:
        return False
    before, following = carried[-1].column("account")[-1], batch.column("account")[0]
    return before.is_valid and bool(before == following)


def _planned(batch: pa.RecordBatch, model: BatchModel, scale: int) -> Iterator[pa.RecordBatch]:
    """Plans whole accounts, some at a time."""
    starts = account_starts(batch.column("account"))
    begin = 0
    while begin < batch.num_rows:
        following = starts[np.searchsorted(starts, begin + MOST_ROWS) :]
        end = int(following[0]) if following.size else batch.num_rows
        yield plan_accounts(batch.slice(begin, end - begin), model, scale)
        begin = end
