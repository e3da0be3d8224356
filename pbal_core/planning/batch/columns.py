"""Columns of record batches as arrays: which types hold exact amounts, and how those become integers and come back.

The model: amounts are decimals or integers; they become int64 units of ``10**-scale`` dollars, exactly. What does not
fit is marked, never rounded. Worked number: a decimal128 of 1,234.50 at scale 4 is 12,345,000 units.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...errors import DataError, Issue, Place
from .model import MONEY_PLACES

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]

NEEDED = ("account", "symbol", "value", "price")
MONEY = ("value", "price", "cash")
AMOUNTS = (*MONEY, "target", "quantity")
WEIGHT_PLACES = 9
"""Most decimals of target weights and quantities."""
MOST = 2**62
"""Units that one amount may have."""


def check_schema(schema: pa.Schema) -> None:
    """Refuses a schema that has not what is needed.

    Raises:
        DataError: With every column that is missing, occurs twice, or has a type that cannot be used.
    """
    issues = list(_schema_issues(schema))
    if issues:
        raise DataError(issues)


def _schema_issues(schema: pa.Schema) -> Iterator[Issue]:
    for name in NEEDED:
        if name not in schema.names:
            message = f"there is no such column; the columns are: {', '.join(schema.names) or 'none'}."
            yield Issue("error", "missing_column", message, Place(column=name))
    for name in (*NEEDED[:2], *AMOUNTS):
        found = schema.get_all_field_indices(name)
        if len(found) > 1:
            yield Issue(
                "error", "column_twice", f"{len(found)} columns have this name; one is needed.", Place(column=name)
            )
        elif found and name in AMOUNTS and not _holds_amounts(schema.field(name).type):
            message = (
                f"its type is {schema.field(name).type}; exact amounts are needed: cast it to a decimal, such as "
                "decimal(18, 4)."
            )
            yield Issue("error", "not_exact", message, Place(column=name))
        elif found and name not in AMOUNTS and not _holds_names(schema.field(name).type, name):
            message = f"its type is {schema.field(name).type}; text is needed{' or an integer' * (name == 'account')}."
            yield Issue("error", "not_a_name", message, Place(column=name))


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type of the values, without their encoding as a dictionary."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _holds_amounts(kind: pa.DataType) -> bool:
    if pa.types.is_decimal(kind):
        return bool(kind.bit_width <= 128 and 0 <= kind.scale <= 18)
    return bool(pa.types.is_integer(kind) or pa.types.is_null(kind))


def _holds_names(kind: pa.DataType, name: str) -> bool:
    kind = plain_type(kind)
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return bool(text or pa.types.is_null(kind) or (name == "account" and pa.types.is_integer(kind)))


def money_places(schema: pa.Schema, least: int) -> int:
    """Decimals of dollar amounts: those of the columns, at least 2 and ``least``, at most MONEY_PLACES."""
    return min(MONEY_PLACES, max(2, least, *(_scale(schema, name) for name in MONEY)))


def weight_places(schema: pa.Schema, name: str) -> int:
    """Decimals of targets or quantities: those of the column, at most WEIGHT_PLACES."""
    return min(WEIGHT_PLACES, _scale(schema, name))


def _scale(schema: pa.Schema, name: str) -> int:
    kind = schema.field(name).type if name in schema.names else pa.null()
    return int(kind.scale) if pa.types.is_decimal(kind) else 0


def units(array: pa.Array, scale: int) -> tuple[Ints, Bools, Bools, Bools]:
    """A column as units of ``10**-scale``.

    Returns:
        The units, 0 where there are none; where the amount is missing; where it has more decimals than ``scale``;
        where it has more than 62 bits.
    """
    none = np.zeros(len(array), dtype=bool)
    if pa.types.is_null(array.type):
        return np.zeros(len(array), dtype=np.int64), ~none, none, none
    missing = np.asarray(pc.is_null(array)) if array.null_count else none
    fine, own = none, 0
    if pa.types.is_integer(array.type):
        array = array.cast(pa.decimal128(38, 0))
    else:
        own = array.type.scale
        if own > scale:
            cut, wide = array.cast(pa.decimal128(38, scale), safe=False), pa.decimal128(38, own)
            fine = np.asarray(pc.not_equal(cut.cast(wide), array.cast(wide)).fill_null(pa.scalar(value=False)))
            array, own = cut, scale
        elif array.type.bit_width != 128:
            array = array.cast(pa.decimal128(38, own))
    words = np.frombuffer(array.buffers()[1], dtype=np.int64)[2 * array.offset : 2 * (array.offset + len(array))]
    low, high = words[0::2], words[1::2]
    factor = 10 ** (scale - own)
    most = MOST // factor
    if not array.null_count and fine is none and not high.any():
        amounts = low * factor if factor > 1 else low.copy()
        if low.min() >= 0 and low.max() <= most:
            return amounts, none, none, none
    large = (high != low >> 63) | (low > most) | (low < -most)
    unusable = missing | large | fine
    return np.where(unusable, 0, low) * factor, missing, fine & ~missing, large & ~missing


def units_to_decimals(amounts: Ints, scale: int) -> pa.Array:
    """Units as a decimal128 column."""
    words = np.empty((amounts.size, 2), dtype=np.int64)
    words[:, 0] = amounts
    np.right_shift(amounts, 63, out=words[:, 1])
    return pa.Array.from_buffers(pa.decimal128(38, scale), amounts.size, [None, pa.py_buffer(words)])


def account_starts(accounts: pa.Array) -> Indices:
    """Where each account's rows begin; a missing name is an account of its own."""
    if not len(accounts):
        return np.zeros(0, dtype=np.intp)
    if pa.types.is_null(accounts.type):
        return np.arange(len(accounts))
    changes = pc.not_equal(accounts.slice(1), accounts.slice(0, len(accounts) - 1))
    if changes.null_count:
        changes = changes.fill_null(pa.scalar(value=True))
    return np.concatenate([[0], np.flatnonzero(np.asarray(changes)) + 1])


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The columns that are used, account and symbol without an encoding as a dictionary."""
    names = [name for name in (*NEEDED[:2], *AMOUNTS) if name in batch.schema.names]
    columns = [batch.column(name) for name in names]
    columns[0] = columns[0].cast(plain_type(columns[0].type))
    if columns[1].type != pa.string():
        columns[1] = columns[1].cast(pa.string())
    return pa.RecordBatch.from_arrays(columns, names=names)
