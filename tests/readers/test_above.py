"""What is above a table and nobody has read is named by its lines, never passed over."""

from __future__ import annotations

import pytest

from pbal_core import read_positions
from tests.known import known

TABLE = "Symbol,Quantity,Price,Value\nVTI,10,250,2500\n"
ROW = "Growth,12.50,500.50,\n"


@pytest.mark.parametrize(
    ("above", "start"),
    [
        (ROW, "line 1 has amounts"),
        (ROW * 2, "lines 1 and 2 have amounts"),
        (ROW * 3, "lines 1 to 3 have amounts"),
        (f"{ROW}\n{ROW}{ROW}", "lines 1, 3 and 4 have amounts"),
        (f"{ROW}\n" * 11, "lines 1, 3, 5, 7, 9, 11, 13, 15, 17, ... and 21 have amounts"),
    ],
    ids=["one", "two", "in a row", "apart", "many"],
)
def test_rows_with_amounts_are_named(above: str, start: str) -> None:
    """They may be a part of the table whose header nobody recognised."""
    statement = read_positions((above + TABLE).encode())
    ((message, line),) = [(i.message, known(i.where).line) for i in statement.issues if i.severity == "warning"]
    assert message.startswith(start)
    assert line == 1
    assert statement.portfolio.symbols == ("VTI",)


@pytest.mark.parametrize("row", ["Made,2026-01-31,12.50,\n", "Made,--,12.50,\n", "Made,12.50,of 30 pages,\n"])
def test_a_day_a_blank_or_a_text_is_no_amount(row: str) -> None:
    """One amount beside them is no row of a table."""
    assert not [i for i in read_positions((row + TABLE).encode()).issues if i.severity == "warning"]
