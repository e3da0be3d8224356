"""Flex reports whose header, sections or end are not what IBKR writes."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree

import pytest

from pbal_core import DataError, read_positions
from pbal_core.readers.ibkr import flex_xml
from tests.readers.fuzz import DATA

RECORDS = (DATA / "ibkr_records.csv").read_text(encoding="utf-8-sig")
XML = (DATA / "ibkr_flex.xml").read_text(encoding="utf-8")
COLUMNS = "ClientAccountID,AssetClass,Symbol,Quantity,MarkPrice,PositionValue"
TYPED = 'ClientAccountID,Symbol,PositionValue,MarkPrice\nU1,VTI,"2,500.00",250\n'
CASH = "ClientAccountID,CurrencyPrimary,EndingCash\nU1,USD,900\n"


def problems(text: str) -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(DataError) as caught:
        read_positions(text.encode())
    return [
        (i.code, i.where.line if i.where else None, i.where.column if i.where else None) for i in caught.value.issues
    ]


@pytest.mark.parametrize(
    ("cells", "column"), [(("USD", "EUR"), "CurrencyPrimary"), (("SUMMARY", "SUMMARY"), "LevelOfDetail")]
)
def test_a_column_under_another_name_is_named(cells: tuple[str, str], column: str) -> None:
    """Euros would be added to dollars, lots to their sum."""
    rows = f"U1,STK,VTI,10,250,2500,{cells[0]}\nU1,STK,BND,10,75,750,{cells[1]}\n"
    assert problems(f"{COLUMNS},Other\n{rows}") == [("missing_column", 2, column)]


def test_lots_without_shares_add_up_by_value() -> None:
    header = "ClientAccountID,AssetClass,Symbol,MarkPrice,PositionValue,LevelOfDetail\n"
    statement = read_positions(f"{header}U1,STK,VTI,250,1000,LOT\nU1,STK,VTI,250,1500,LOT\n".encode())
    (held,) = statement.holdings
    assert (held.quantity, held.price, held.value, len(held.lots)) == (None, Decimal(250), Decimal(2500), 2)


def test_a_title_above_the_header_is_no_row() -> None:
    statement = read_positions(b"My positions\nSymbol,PositionValue,MarkPrice\nVTI,2500,250\n")
    assert [(row.kind, row.reason) for row in statement.rows[:2]] == [
        ("header", "above the table"),
        ("header", "column names"),
    ]
    assert statement.portfolio["VTI"].value == 2500


def test_numbers_as_people_type_them_are_read_in_a_file_of_one_section() -> None:
    """The same header again is the same section."""
    assert read_positions(TYPED.encode()).portfolio["VTI"].value == 2500
    again = TYPED + TYPED.replace("VTI", "BND")
    assert read_positions(again.encode()).portfolio.symbols == ("VTI", "BND")


@pytest.mark.parametrize(("text", "line"), [(CASH + TYPED, 4), (TYPED + CASH, 2)], ids=["cash first", "cash last"])
def test_a_typed_number_never_loses_the_cash_of_another_section(text: str, line: int) -> None:
    assert problems(text) == [("not_a_number", line, "PositionValue")]


def test_a_section_that_ends_without_numbers_is_not_compared() -> None:
    bare = RECORDS.replace('"EOS","POST","3","17864"', '"EOS","POST"')
    assert bare != RECORDS
    expected = read_positions(RECORDS.encode())
    statement = read_positions(bare.encode())
    assert (statement.holdings, statement.cash) == (expected.holdings, expected.cash)
    assert [check.line for check in statement.totals] == [check.line for check in expected.totals if check.line != 9]


def test_a_report_of_marks_alone_has_no_positions() -> None:
    assert problems('"BOF","U1","Q"\n"EOF","U1","Q"\n') == [("no_positions_section", None, None)]


def test_account_information_without_a_currency_names_no_base() -> None:
    statement = read_positions(XML.replace('currency="', 'other="', 1).encode())
    expected = read_positions(XML.encode())
    assert statement.holdings == expected.holdings
    assert statement.bases == expected.bases  # that of the rate of 1


def test_the_elements_of_a_report_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    count = sum(1 for _ in ElementTree.fromstring(XML).iter())
    monkeypatch.setattr(flex_xml, "MAX_ROWS", count)
    assert read_positions(XML.encode()).holdings[0].value == 6575
    monkeypatch.setattr(flex_xml, "MAX_ROWS", count - 1)
    assert problems(XML) == [("too_many_rows", None, None)]
