"""Excel workbooks: the same as the CSV they were saved from, and what hostile or damaged ones get."""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from pbal_core import DataError, read_positions
from pbal_core.readers import xlsx
from tests.known import known
from tests.readers.fuzz import BOMBS, DATA, check, hostile_workbook, workbook


def book(*sheets: list[Any]) -> bytes:
    """A workbook with these sheets of rows."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for rows in sheets:
        sheet = made.create_sheet()
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def repacked(data: bytes, **changes: bytes) -> bytes:
    """The workbook with members replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name.rpartition("/")[2].replace(".", "_"), old.read(name)))
    return buffer.getvalue()


def code(data: bytes) -> str:
    with pytest.raises(DataError) as caught:
        read_positions(data)
    (issue,) = caught.value.issues
    return issue.code


@pytest.mark.parametrize("name", [
    "ibkr_plain.csv", "ibkr_activity.csv", "ibkr_sections.csv", "ibkr_records.csv", "schwab_2020.csv", "m1.csv",
    "degiro_old.csv", "etrade_2026.csv",
])  # fmt: skip
def test_a_workbook_reads_as_its_csv(name: str) -> None:
    data = (DATA / name).read_bytes()
    statement, expected = read_positions(workbook(data)), read_positions(data)
    assert statement.format == expected.format
    assert statement.portfolio.positions == expected.portfolio.positions
    assert statement.cash == expected.cash
    assert [(r.line, r.kind) for r in statement.rows] == [(r.line, r.kind) for r in expected.rows]


def test_numbers_are_what_excel_shows() -> None:
    rows = [["Symbol", "Shares", "Price", "Since"], ["VTI", 0.1 + 0.2, 275, date(2026, 3, 31)], ["BND", 3, 1e-5, None]]
    portfolio = read_positions(book(rows)).confirm().portfolio
    assert [(p.symbol, p.quantity, p.price) for p in portfolio] == [
        ("VTI", Decimal("0.3"), Decimal(275)),
        ("BND", Decimal(3), Decimal("0.00001")),
    ]


def test_the_sheet_with_the_positions_is_found() -> None:
    other = [["Date", "Note"], [date(2026, 3, 31), True], [None, None]]
    positions = [["Equity Symbol", "Quantity", "Market Value", "Currency"], ["VTI", 10, 2754.5, "USD"]]
    statement = read_positions(book(other, positions))
    assert statement.confirm().portfolio["VTI"].value == Decimal("2754.5")


def test_blank_cells_at_the_end_of_a_row_are_blank() -> None:
    """Excel does not store them: an unknown P&L in the last column is no missing field."""
    rows = [["Symbol", "PositionValue", "MarkPrice", "FifoPnlUnrealized"], ["VTI", 955, 95.5], ["BND", 75, 75, 1]]
    assert [p.pnl for p in read_positions(book(rows)).portfolio] == [None, 1]


def test_blank_rows_keep_their_numbers() -> None:
    rows = [[], ["Symbol", "Shares", "Price"], [], ["VTI", 1, 2.5]]
    assert [row.line for row in read_positions(book(rows)).rows] == [2, 4]


@pytest.mark.parametrize("cell", ["inf", "TRUE", "#REF!", "12 pieces", 1e15, 1e300])
def test_a_cell_that_is_no_amount_is_refused(cell: object) -> None:
    """Beyond 15 digits Excel does not know the units any more."""
    assert code(book([["Symbol", "Shares", "Price"], ["VTI", 1, cell]])) == "not_a_number"


def test_a_document_type_is_refused() -> None:
    data = workbook((DATA / "m1.csv").read_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + sheet
    assert code(repacked(data, sheet1_xml=bomb.encode())) == "doctype"
    assert code(repacked(data, sheet1_xml=bomb.encode("utf-16-le"))) == "doctype"


def test_other_archives_and_damaged_ones_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("positions.csv", "Symbol")
    assert code(buffer.getvalue()) == "binary"
    data = workbook((DATA / "m1.csv").read_bytes())
    assert code(data[: len(data) // 2]) == "bad_xlsx"
    assert code(repacked(data, sheet1_xml=b"<worksheet")) == "bad_xlsx"
    assert code(repacked(data, workbook_xml=b"<nothing/>")) == "empty_file"
    directory = data.rindex(b"PK\5\6") + 12  # its size, at the end of the archive
    assert code(data[:directory] + b"\xff\xff\xff\x7f" + data[directory + 4 :]) == "bad_xlsx"


def test_more_rows_than_a_portfolio_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last row that may have something is read."""
    monkeypatch.setattr(xlsx, "MAX_ROWS", 3)
    rows: list[list[object]] = [["Symbol", "Shares", "Price"], ["A", 1, 2.5], ["B", 1, 2.5]]
    assert len(read_positions(book([*rows, []])).holdings) == 2
    assert code(book([*rows, ["C", 1, 2.5]])) == "too_many_rows"


@pytest.mark.parametrize("limit", ["MAX_MEMBERS", "MAX_UNPACKED", "MAX_ELEMENTS"])
def test_a_workbook_that_unpacks_to_too_much_is_refused(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exactly as much as is allowed is read."""
    data = workbook((DATA / "m1.csv").read_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        contents = [archive.read(member) for member in archive.infolist()]
    sizes = {
        "MAX_MEMBERS": len(contents),
        "MAX_UNPACKED": sum(map(len, contents)),
        "MAX_ELEMENTS": sum(content.count(b"<") - content.count(b"</") for content in contents),
    }
    monkeypatch.setattr(xlsx, limit, sizes[limit])
    assert read_positions(data).format == "m1"
    monkeypatch.setattr(xlsx, limit, sizes[limit] - 1)
    assert code(data) == "too_large"


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_small_workbook_that_wants_to_be_large_is_quick(name: Any) -> None:
    """A few kilobytes cost at most a second of processor time, whatever they unpack to."""
    data = hostile_workbook(name)
    assert len(data) < 600_000
    assert check(data) != "read"


def test_without_openpyxl_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(DataError, match=r"pip install openpyxl"):
        read_positions(workbook_of_m1())


def workbook_of_m1() -> bytes:
    """Zip bytes that never reach openpyxl."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return buffer.getvalue()


def formatted(*rows: list[tuple[object, str]]) -> bytes:
    """A workbook of one sheet under the usual header, each cell with its number format."""
    made = openpyxl.Workbook()
    made.active.append(["Ticker", "Shares", "Price", "Value", "Gain/Loss"])
    for at, row in enumerate(rows, start=2):
        for column, (value, shape) in enumerate(row, start=1):
            made.active.cell(at, column, value).number_format = shape
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


PLAIN = "General"


@pytest.mark.parametrize(
    ("shape", "currency"),
    [
        ('"$"#,##0.00', "USD"),
        ("[$€-407] #,##0.00", "EUR"),
        ("#,##0.00 [$€-407]", "EUR"),
        ('#,##0.00\\ "€"', "EUR"),
        ("[$CHF] #,##0.00", "CHF"),
        ('_("$"* #,##0.00_);_("$"* (#,##0.00)', "USD"),
        ("[$-409]#,##0.00", ""),
        ("[Red]0.00", ""),
    ],
)
def test_the_currency_of_a_number_format_is_read(shape: str, currency: str) -> None:
    """Excel keeps the sign of an amount in the format of its cell only."""
    data = formatted([("VTI", PLAIN), (10, PLAIN), (250, shape), (2500, shape)])
    assert read_positions(data).holdings[0].currency == currency


def test_dollars_and_euros_of_number_formats_are_not_added() -> None:
    row = [("VTI", PLAIN), (10, PLAIN), (250, '"$"0.00'), (2500, '"$"0.00')]
    other = [("VWCE", PLAIN), (10, PLAIN), (250, '0.00 "€"'), (2500, '0.00 "€"')]
    with pytest.raises(DataError, match="different currencies"):
        _ = read_positions(formatted(row, other)).confirm().portfolio


def test_a_percent_format_is_no_amount() -> None:
    """A gain of 12.5 %, stored as 0.125, is no P&L of 12 cents."""
    row = [("VTI", PLAIN), (10, PLAIN), (250, PLAIN), (2500, PLAIN), (0.125, "0.00%")]
    statement = read_positions(formatted(row))
    assert known(statement.mapping).pnl is None
    assert statement.confirm().portfolio["VTI"].pnl is None
    assert statement.rows[1].cells[4] == "12.5%"
    row[2] = (2.5, "0%")
    assert code(formatted(row)) == "not_a_number"


def test_a_number_with_three_decimals_is_not_ambiguous() -> None:
    rows = [["Symbol", "Shares", "Price"], ["VTI", 10, 57.125]]
    assert read_positions(book(rows)).confirm().portfolio["VTI"].value == Decimal("571.25")


def test_a_second_sheet_with_positions_is_told() -> None:
    """One sheet a year: the first is read, and which one that was is said."""
    rows = [["Symbol", "Shares", "Price"], ["VTI", 10, 57]]
    again = [["Symbol", "Shares", "Price"], ["VTI", 20, 57]]
    for arguments in ({}, {"format_hint": "generic"}, {"mapping": read_positions(book(rows)).mapping}):
        statement = read_positions(book(rows, [["Note"], ["none"]], again), **arguments)
        assert statement.holdings[0].quantity == 10
        (issue,) = [i for i in statement.issues if i.code == "other_sheets"]
        assert "(sheet Sheet); the workbook has others (sheet Sheet2)" in issue.message


def test_a_second_sheet_of_another_format_is_told() -> None:
    """A sheet of the user's own beside one of a broker; a list of transactions is no sheet with positions."""
    own = [["Symbol", "Quantity", "Price"], ["VTI", 10, 95.5]]
    flex = [["Symbol", "PositionValue", "MarkPrice", "FifoPnlUnrealized"], ["BND", 955, 95.5, 1]]
    trades = [["Date", "Type", "Symbol", "Quantity", "Price"], ["2026-03-31", "Buy", "VTI", 1, 95.5]]
    for sheets in ((own, flex, trades), (trades, flex, own)):
        statement = read_positions(book(*sheets))
        assert statement.portfolio.symbols == ("BND",)
        (issue,) = [i for i in statement.issues if i.code == "other_sheets"]
        assert issue.message.count("sheet Sheet") == 2


def test_computed_cells_are_rounded_as_amounts_are() -> None:
    """100 / 7 has thirteen decimals in Excel, one more than an amount may have; nobody typed them."""
    rows = [["Symbol", "Shares", "Price", "Value"], ["VTI", 7, 100 / 7, 100], ["BND", 1 / 3, 75, 25]]
    portfolio = read_positions(book(rows)).confirm().portfolio
    assert portfolio["VTI"].price == Decimal("14.285714285714")
    assert portfolio["BND"].quantity == Decimal("0.333333333333")
