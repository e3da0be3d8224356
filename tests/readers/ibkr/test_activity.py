"""Activity Statements that were damaged: what is missing is named, and takes nothing else with it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pbal_core import DataError, read_positions
from tests.readers.fuzz import DATA

GOOD = (DATA / "ibkr_activity.csv").read_text(encoding="utf-8-sig")


def changed(old: str, new: str) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new, 1).encode()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("Open Positions,Total,,Stocks", '"x"y,Open Positions,Total,,Stocks', ("bad_csv", 18, None)),
        ("Currency Summary,Currency,Total", "Currency Summary,Currency,Totl", ("missing_column", 9, "Total")),
        ("275.4,330480,88680", "275.4,--,88680", ("empty_cell", 13, "Value")),
    ],
    ids=["broken quote", "column of cash", "value"],
)
def test_what_is_missing_is_refused_at_its_place(old: str, new: str, problem: tuple[str, int, str | None]) -> None:
    with pytest.raises(DataError) as caught:
        read_positions(changed(old, new))
    found = [(i.code, i.where.line, i.where.column) for i in caught.value.issues if i.where]
    assert found[0] == problem


def test_a_lot_without_its_shares_is_not_compared_with_the_position() -> None:
    statement = read_positions(changed("VTI,200,,209", "VTI,,,209"))
    (held,) = [held for held in statement.holdings if held.symbol == "VTI"]
    assert (held.quantity, [lot.quantity for lot in held.lots]) == (Decimal(1200), [Decimal(1000), None])
    assert "lots_mismatch" not in [issue.code for issue in statement.issues]


@pytest.mark.parametrize("symbol", ["=VTI()", "VTI_"])
def test_a_symbol_that_cannot_be_traded_is_left_out(symbol: str) -> None:
    """And the rest of the statement is read."""
    statement = read_positions(GOOD.replace("USD,VTI,", f"USD,{symbol},").encode())
    assert [held.symbol for held in statement.holdings] == ["BND"]
    (row,) = [row for row in statement.rows if row.line == 13]
    assert (row.kind, row.reason) == ("unsupported", "its symbol is not one that can be traded")
