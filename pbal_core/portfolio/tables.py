"""Tables of other libraries as plain rows: pandas, Polars, PyArrow and others that Narwhals knows, or a list of dicts.

The model: a table becomes its column names, and for each row a name for messages and a dict. No library is loaded that
the caller has not loaded already, but for Narwhals, which comes with Streamlit. Worked example: the row of a pandas
frame with the index label ``"core"`` is named ``row 1, "core"`` in messages.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import DataError, Issue, Place, RequestError

_TOO_SHORT = ("float16", "float32", "halffloat", "float")
"""Types of columns that hold seven digits or fewer. PyArrow calls 32 bits ``float``, and 64 ``double``."""


class Table(NamedTuple):
    """A table as plain rows.

    Attributes:
        columns: Its column names, in order; one may be there twice.
        labels: For each row what the table calls it, empty where it has no name but its number.
        rows: For each row its cells by column.
    """

    columns: list[Hashable]
    labels: list[str]
    rows: Sequence[Mapping[Any, Any]]


def read_table(frame: object, wanted: Iterable[str]) -> Table:
    """The table, for its columns ``wanted``.

    Raises:
        RequestError: This is no table, with what to call instead.
        DataError: A wanted column has numbers of seven digits, too few for money.
    """
    names = set(wanted)
    if isinstance(frame, (list, tuple)) and all(isinstance(row, Mapping) for row in frame):
        columns = list(dict.fromkeys(key for row in frame for key in row))
        return Table(columns, [""] * len(frame), list(frame))
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(frame, pandas.DataFrame):
        return _of_pandas(frame, names)
    return _of_others(frame, names)


def _of_pandas(frame: Any, names: set[str]) -> Table:
    columns = list(frame.columns)
    counted = [name for name in columns if name in names]
    if len(set(counted)) == len(counted):
        _refuse_short((name, str(frame[name].dtype)) for name in counted)
        rows = frame.reindex(columns=counted).to_dict("records")
    else:
        rows = []  # the columns are refused before a row is looked at
    plain = type(frame.index).__name__ == "RangeIndex"
    return Table(columns, ["" if plain else str(label)[:40] for label in frame.index], rows)


def _of_others(frame: object, names: set[str]) -> Table:
    kind = type(frame)
    whole = f"{kind.__module__.partition('.')[0]} {kind.__name__}"
    hint = "a pandas, Polars or PyArrow table or a list of dicts is needed, not"
    if isinstance(frame, (str, bytes, Mapping)) or frame is None or kind.__module__ == "builtins":
        raise RequestError(f"{hint} {kind.__name__}.")
    try:
        import narwhals
    except ImportError:
        raise RequestError(f"{hint} {whole}; call its to_pandas(), or to_dicts() or to_pylist().") from None
    try:
        table = narwhals.from_native(frame, eager_only=True)  # type: ignore[call-overload]
    except TypeError:
        lazy = "; call its collect() first" if hasattr(frame, "collect") else ""
        raise RequestError(f"{hint} {whole}{lazy}.") from None
    _refuse_short((name, str(table.schema[name]).lower()) for name in table.columns if name in names)
    rows = [dict(row) for row in table.rows(named=True)]
    return Table(list(table.columns), [""] * len(rows), rows)


def _refuse_short(types: Iterable[tuple[str, str]]) -> None:
    """Refuses numbers that cannot hold the cents of an ordinary amount."""
    short = [
        (name, kind)
        for name, kind in types
        if (kind.startswith(_TOO_SHORT[:2]) or kind.removesuffix("[pyarrow]") in _TOO_SHORT) and kind != "float64"
    ]
    if short:
        why = "holds seven digits, too few for money; load the column as text or as float64."
        raise DataError(
            Issue("error", "short_float", f"its type is {kind}, which {why}", Place(column=name))
            for name, kind in short
        )
