"""Data frames in and out."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from pbal_core import DataError, Portfolio, RequestError, rebalance
from pbal_core.sample import sample_bytes
from tests.known import known


def test_a_frame_is_the_file() -> None:
    """Reading the sample with pandas gives the same plan as reading it ourselves."""
    portfolio = Portfolio.from_frame(pd.read_csv(io.BytesIO(sample_bytes())))
    plan = rebalance(portfolio, 5000, min_trade=100)
    assert plan.cash_left == Decimal("-33.51")
    assert portfolio["VDC"].pnl == Decimal("-1192.065125")


def test_columns_of_the_plan() -> None:
    """The five columns of the original come first, in file order."""
    frame = rebalance(Portfolio.from_frame(pd.read_csv(io.BytesIO(sample_bytes()))), 5000, min_trade=100).to_frame()
    assert list(frame.columns[:5]) == ["Symbol", "InitialValue", "MarkPrice", "BuyVal", "BuyShares"]
    assert list(frame["BuyShares"]) == [0, 0, 10, 8, 0, 3, 1, 0, 0, 0]
    assert list(frame["BuyVal"]) == [0, 0, 2800, 1500, 0, 600, 100, 0, 0, 0]
    assert frame["BuyShares"].dtype.kind == "i"
    assert frame["Symbol"][9] == "VSMAX"


def test_missing_columns_are_all_named() -> None:
    """Every missing column is an issue of its own."""
    with pytest.raises(DataError) as error:
        Portfolio.from_frame(pd.DataFrame({"Symbol": ["A"], "MarkPrice": [1.0]}))
    assert [known(issue.where).column for issue in error.value.issues] == ["PositionValue"]


def test_every_bad_cell_is_named() -> None:
    """Rows and columns of everything wrong; an empty P&L is unknown, an empty price is not."""
    frame = pd.DataFrame(
        {
            "Symbol": ["A", "", "C", "D", None],
            "PositionValue": [1.5, 2, "x", -1, 1],
            "MarkPrice": ["1", 1, float("nan"), 1, 1],
            "FifoPnlUnrealized": [None, "", float("nan"), float("inf"), 0],
        }
    )
    with pytest.raises(DataError) as error:
        Portfolio.from_frame(frame)
    found = {(known(issue.where).line, known(issue.where).column, issue.code) for issue in error.value.issues}
    assert found == {
        (2, "Symbol", "empty_symbol"),
        (3, "PositionValue", "not_a_number"),
        (3, "MarkPrice", "empty_cell"),
        (4, "PositionValue", "short_position"),
        (4, "FifoPnlUnrealized", "not_a_number"),
        (5, "Symbol", "empty_symbol"),
    }


def test_a_symbol_that_stands_twice_is_named_with_its_row() -> None:
    """Beside everything else that is wrong, and under each of its spellings."""
    frame = pd.DataFrame(
        {"Symbol": ["BRK.B", "BRK B", "C"], "PositionValue": 1, "MarkPrice": [1, 1, 0], "FifoPnlUnrealized": 0}
    )
    with pytest.raises(DataError) as error:
        Portfolio.from_frame(frame)
    assert [(i.code, known(i.where).line, known(i.where).column) for i in error.value.issues] == [
        ("duplicate_symbol", 2, "Symbol"),
        ("price_not_positive", 3, "MarkPrice"),
    ]


def test_computed_columns_are_taken() -> None:
    """Binary noise of a product or a quotient is no mistake."""
    frame = pd.DataFrame({"Symbol": ["A", "B"], "PositionValue": [0.1 + 0.2, 3 * 0.1], "FifoPnlUnrealized": 0})
    frame["MarkPrice"] = frame["PositionValue"] / 7
    assert [p.value for p in Portfolio.from_frame(frame)] == [Decimal("0.3"), Decimal("0.3")]


def sample_frame() -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(sample_bytes()))


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame.convert_dtypes(),
        lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
        lambda frame: frame.astype(object),
        lambda frame: frame.astype("category"),
        lambda frame: frame.astype(str),
        lambda frame: frame.set_index("Symbol", drop=False),
    ],
    ids=["nullable", "pyarrow", "object", "category", "text", "index of the same name"],
)
def test_the_type_of_a_column_does_not_matter(change: Callable[..., Any]) -> None:
    """The same numbers are the same portfolio, in whatever way pandas keeps them."""
    assert Portfolio.from_frame(change(sample_frame())) == Portfolio.from_frame(sample_frame())


def test_a_column_that_stands_twice_is_refused() -> None:
    """Neither of the two is taken in silence."""
    frame = sample_frame()
    with pytest.raises(DataError) as error:
        Portfolio.from_frame(pd.concat([frame, frame[["MarkPrice", "Symbol"]]], axis=1))
    assert [(i.code, known(i.where).column) for i in error.value.issues] == [
        ("duplicate_column", "Symbol"),
        ("duplicate_column", "MarkPrice"),
    ]


def test_columns_of_two_levels_are_missing() -> None:
    """A label is a text, not a pair that begins with it."""
    frame = sample_frame()
    frame.columns = pd.MultiIndex.from_product([frame.columns, ["x"]])
    with pytest.raises(DataError) as error:
        Portfolio.from_frame(frame)
    assert {i.code for i in error.value.issues} == {"missing_column"}


@pytest.mark.parametrize("other", [None, "positions.csv", [1], {"Symbol": ["A"]}, object(), Decimal(1)])
def test_what_is_no_frame_is_named(other: Any) -> None:
    with pytest.raises(RequestError, match="a pandas, Polars or PyArrow table or a list of dicts is needed, not "):
        Portfolio.from_frame(other)


def test_an_unknown_profit_is_unknown() -> None:
    """None, NaN and empty text are all the same unknown."""
    frame = pd.DataFrame(
        {"Symbol": ["A", "B"], "PositionValue": [1, 2], "MarkPrice": [1, 1], "FifoPnlUnrealized": [None, float("nan")]}
    )
    assert [p.pnl for p in Portfolio.from_frame(frame)] == [None, None]


def test_the_pnl_may_be_absent() -> None:
    """A frame without the column says nothing of the P&L."""
    held = Portfolio.from_frame(pd.DataFrame({"Symbol": ["A"], "PositionValue": [10.0], "MarkPrice": [1.0]}))
    assert (held["A"].value, held["A"].pnl) == (Decimal(10), None)


def same_table(kind: str) -> object:
    """The sample as another library's table."""
    frame = sample_frame()
    if kind == "dicts":
        return frame.to_dict("records")
    if kind == "polars":
        return pl.DataFrame(frame.to_dict("list"))
    return pa.Table.from_pandas(frame)


@pytest.mark.parametrize("kind", ["dicts", "polars", "pyarrow"])
def test_tables_of_other_libraries(kind: str) -> None:
    """The same numbers are the same portfolio, and every bad cell is named in each."""
    assert Portfolio.from_frame(same_table(kind)) == Portfolio.from_frame(sample_frame())
    with pytest.raises(DataError, match="the column MarkPrice is missing; the table has: Symbol"):
        Portfolio.from_frame(pa.table({"Symbol": ["A"], "PositionValue": ["5"]}))


def test_the_cells_of_polars_are_named_too() -> None:
    """Null, text and exact decimals of its own types."""
    exact = pl.DataFrame({"Symbol": ["A"], "PositionValue": [Decimal("10.10")], "MarkPrice": ["1.01"]})
    assert Portfolio.from_frame(exact)["A"].value == Decimal("10.10")
    table = pl.DataFrame({"Symbol": ["A", "B"], "PositionValue": [None, 1.0], "MarkPrice": ["1", "x"]})
    with pytest.raises(DataError) as error:
        Portfolio.from_frame(table)
    found = [(i.code, i.where.line, i.where.column) for i in error.value.issues if i.where]
    assert found == [("empty_cell", 1, "PositionValue"), ("not_a_number", 2, "MarkPrice")]


def test_a_lazy_frame_of_polars_says_what_to_call() -> None:
    """It is not collected behind somebody's back."""
    lazy = pl.DataFrame({"Symbol": ["A"]}).lazy()
    with pytest.raises(RequestError, match=r"not polars LazyFrame; call its collect\(\) first"):
        Portfolio.from_frame(lazy)


def test_a_lazy_table_says_what_to_call() -> None:
    """It has no rows until it is collected."""

    class Lazy:
        def collect(self) -> Any:
            return pa.table({})

    with pytest.raises(RequestError, match=r"not tests Lazy; call its collect\(\) first"):
        Portfolio.from_frame(Lazy())


def test_without_narwhals_a_table_says_what_to_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has to be installed for a list of dicts."""
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(RequestError, match=r"not pyarrow Table; call its to_pandas\(\), or"):
        Portfolio.from_frame(pa.table({"Symbol": ["A"]}))
    assert len(Portfolio.from_frame([{"Symbol": "A", "PositionValue": 1, "MarkPrice": "1"}])) == 1


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"Symbol": ["A"], "PositionValue": [1], "MarkPrice": np.array([128.62], dtype="float32")}),
        pa.table({"Symbol": ["A"], "PositionValue": [1], "MarkPrice": pa.array([128.62], pa.float32())}),
        pl.DataFrame({"Symbol": ["A"], "PositionValue": [1], "MarkPrice": pl.Series([128.62], dtype=pl.Float32)}),
    ],
    ids=["pandas", "pyarrow", "polars"],
)
def test_seven_digits_are_too_few(table: Any) -> None:
    """A column of float32 cannot hold the cents of an ordinary amount, so it is not read as if it could."""
    with pytest.raises(DataError, match="MarkPrice: its type is float32, which holds seven digits, too few for money"):
        Portfolio.from_frame(table)


def test_the_label_of_a_row_is_named() -> None:
    """Where the index says more than the number of the row."""
    frame = pd.DataFrame({"Symbol": ["A"], "PositionValue": ["x"], "MarkPrice": [1]}, index=["core"])
    with pytest.raises(DataError, match="line 1, PositionValue: the row labelled 'core': 'x' is not a number"):
        Portfolio.from_frame(frame)
