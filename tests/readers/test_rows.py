"""Rare rows of a table of one's own, each with what becomes of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pbal_core import DataError, read_positions
from pbal_core.readers import Statement

HEADER = "Symbol,Quantity,Price,Value\n"
VTI = "VTI,10,250,2500\n"


def read(text: str) -> Statement:
    return read_positions(text.encode())


def problems(text: str) -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(DataError) as caught:
        read(text)
    return [
        (i.code, i.where.line if i.where else None, i.where.column if i.where else None) for i in caught.value.issues
    ]


@pytest.mark.parametrize(
    ("row", "kind", "reason"),
    [
        ("ABC,-10,250,-2500", "unsupported", "a short position: plans hold or sell what is owned"),
        ("Pending activity,,,0", "pending", "not settled yet"),
        ("Pending activity,,,100", "pending", "not settled yet, not counted as cash"),
        ("Total,,,", "total", "no amount to compare"),
    ],
)
def test_a_row_that_is_no_position(row: str, kind: str, reason: str) -> None:
    statement = read(f"{HEADER}{VTI}{row}\n")
    assert (statement.rows[-1].kind, statement.rows[-1].reason) == (kind, reason)
    assert [held.symbol for held in statement.holdings] == ["VTI"]
    assert statement.cash_found == 0


def test_the_kind_of_an_asset_makes_it_cash_at_a_price_of_1() -> None:
    """Whatever its symbol is; at another price it is a fund of money."""
    header = "Symbol,Asset Class,Quantity,Price,Value\nVTI,Fund,10,250,2500\n"
    cash = read(f"{header}ABC,Cash,500,1,500\n")
    assert (cash.cash_found, cash.portfolio.symbols) == (Decimal(500), ("VTI",))
    fund = read(f"{header}ABC,Cash,500,2,1000\n")
    assert (fund.cash_found, fund.portfolio["ABC"].value) == (Decimal(0), Decimal(1000))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Cash,,,1x", ("not_a_number", 3, "Value")),
        ("Cash,,,", ("empty_cell", 3, "Value")),
        ("Total,,,2x", ("not_a_number", 3, "Total")),
    ],
)
def test_an_amount_that_cannot_be_read_is_said_once(row: str, problem: tuple[str, int, str]) -> None:
    assert problems(f"{HEADER}{VTI}{row}\n") == [problem]


def test_cash_of_each_currency_beside_the_table_counts_once() -> None:
    labels = "Cash (USD): 5\nCash (EUR): 7\nFree funds (EUR): 7\n\n"
    statement = read(f"{labels}{HEADER}VTI,10,$250,$2500\n")
    assert [(b.amount, b.currency) for b in statement.cash] == [(Decimal(5), "USD"), (Decimal(7), "EUR")]
    assert statement.cash_found == 5
    assert [i.message for i in statement.issues if i.code == "cash_left_out"] == [
        "cash in another currency is not counted as cash found: 7 EUR."
    ]


def test_a_label_without_an_amount_is_no_cash() -> None:
    statement = read(f"Cash,--\n\n{HEADER}{VTI}")
    assert (statement.cash, statement.rows[0].reason) == ((), "above the table")


def test_a_text_in_the_totals_alone_tells_the_lots() -> None:
    rows = "VTI,All,10,250,2500\nVTI,,10,250,2500\nBND,All,20,72,1440\n"
    statement = read(f"Symbol,Kind,Quantity,Price,Value\n{rows}")
    assert [(held.symbol, held.quantity, len(held.lots)) for held in statement.holdings] == [
        ("VTI", Decimal(10), 1),
        ("BND", Decimal(20), 0),
    ]


def test_a_total_that_neither_reading_of_the_rows_gives_is_refused() -> None:
    """VTI may be held twice, or be a total and its lot: 6,440 or 3,940, and never 9,999."""
    rows = "VTI,10,250,2500\nVTI,10,250.00,2500\nBND,20,72,1440\n"
    assert problems(f"{HEADER}{rows}Total,,,9999\n") == [("total_mismatch", 5, None)]


@pytest.mark.parametrize("row", ["BND;1,500;x;3,000", ""])
def test_a_product_decides_no_number_style_beside_a_text(row: str) -> None:
    """``1,500`` times ``2,000`` is ``3,000`` with decimal commas, once every number can be read."""
    text = f"Ticker;Shares;Price;Value\nVOO;1,500;2,000;3,000\n{row}\n"
    if row:
        assert problems(text) == [("ambiguous_number", 2, "Shares")]
    else:
        assert read(text).holdings[0].quantity == Decimal("1.5")


@pytest.mark.parametrize(
    ("header", "row", "open_choice"),
    [
        ("Symbol,Units,Price", "VTI,10,250", False),
        ("Symbol,Units,Shares,Price", "VTI,9,10,250", True),
        ("Symbol,Quantity,Price,Value\nBND,1,,75", "VTI,10,250,2500", True),
        ("Symbol,Quantity,Price,Value\nBND,,75,75", "VTI,10,250,2500", True),
    ],
    ids=["nothing else", "two columns of shares", "a price is missing", "shares are missing"],
)
def test_guessed_columns_are_confirmed_unless_they_prove_themselves(
    header: str, row: str, *, open_choice: bool
) -> None:
    statement = read(f"{header}\n{row}\n")
    assert ("mapping_guessed" in [issue.code for issue in statement.blocking]) == open_choice


def test_a_file_that_was_said_to_be_of_ones_own_still_needs_columns() -> None:
    with pytest.raises(DataError, match="the likeliest header has: a, b"):
        read_positions(b"a;b\n1;2\n", format_hint="generic")
