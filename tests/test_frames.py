"""Data frames in and out."""

from __future__ import annotations

import io
from decimal import Decimal

import pandas as pd
import pytest

from pbal_core import DataError, Portfolio, rebalance
from pbal_core.sample import sample_bytes


def test_a_frame_is_the_file():
    """Reading the sample with pandas gives the same plan as reading it ourselves."""
    portfolio = Portfolio.from_frame(pd.read_csv(io.BytesIO(sample_bytes())))
    plan = rebalance(portfolio, 5000, min_trade=100)
    assert plan.cash_left == Decimal("-33.51")
    assert portfolio["VDC"].pnl == Decimal("-1192.065125")


def test_columns_of_the_plan():
    """The five columns of the original come first, in file order."""
    frame = rebalance(Portfolio.from_frame(pd.read_csv(io.BytesIO(sample_bytes()))), 5000, min_trade=100).to_frame()
    assert list(frame.columns[:5]) == ["Symbol", "InitialValue", "MarkPrice", "BuyVal", "BuyShares"]
    assert list(frame["BuyShares"]) == [0, 0, 10, 8, 0, 3, 1, 0, 0, 0]
    assert list(frame["BuyVal"]) == [0, 0, 2800, 1500, 0, 600, 100, 0, 0, 0]
    assert frame["BuyShares"].dtype.kind == "i"
    assert frame["Symbol"][9] == "VSMAX"


def test_missing_columns_are_all_named():
    """Every missing column is an issue of its own."""
    with pytest.raises(DataError) as error:
        Portfolio.from_frame(pd.DataFrame({"Symbol": ["A"], "MarkPrice": [1.0]}))
    assert [issue.where.column for issue in error.value.issues] == ["PositionValue", "FifoPnlUnrealized"]


def test_every_bad_cell_is_named():
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
    found = {(issue.where.line, issue.where.column, issue.code) for issue in error.value.issues}
    assert found == {
        (2, "Symbol", "empty_symbol"),
        (3, "PositionValue", "not_a_number"),
        (3, "MarkPrice", "empty_cell"),
        (4, "PositionValue", "short_position"),
        (4, "FifoPnlUnrealized", "not_a_number"),
        (5, "Symbol", "empty_symbol"),
    }


def test_an_unknown_profit_is_unknown():
    """None, NaN and empty text are all the same unknown."""
    frame = pd.DataFrame(
        {"Symbol": ["A", "B"], "PositionValue": [1, 2], "MarkPrice": [1, 1], "FifoPnlUnrealized": [None, float("nan")]}
    )
    assert [p.pnl for p in Portfolio.from_frame(frame)] == [None, None]
