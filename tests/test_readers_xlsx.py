"""Excel workbooks: the same as the CSV they were saved from, and what hostile or damaged ones get."""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from pbal_core import DataError, read_positions

from .fuzz_readers import DATA, workbook


def book(*sheets: list[list[object]]) -> bytes:
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


@pytest.mark.parametrize("name", ["ibkr_plain.csv", "schwab_2020.csv", "m1.csv", "degiro_old.csv", "etrade_2026.csv"])
def test_a_workbook_reads_as_its_csv(name):
    data = (DATA / name).read_bytes()
    statement, expected = read_positions(workbook(data)), read_positions(data)
    assert statement.format == expected.format
    assert statement.portfolio.positions == expected.portfolio.positions
    assert statement.cash == expected.cash
    assert [(r.line, r.kind) for r in statement.rows] == [(r.line, r.kind) for r in expected.rows]


def test_numbers_are_what_excel_shows():
    rows = [["Symbol", "Shares", "Price", "Since"], ["VTI", 0.1 + 0.2, 275, date(2026, 3, 31)], ["BND", 3, 1e-5, None]]
    portfolio = read_positions(book(rows)).confirm().portfolio
    assert [(p.symbol, p.quantity, p.price) for p in portfolio] == [
        ("VTI", Decimal("0.3"), Decimal(275)),
        ("BND", Decimal(3), Decimal("0.00001")),
    ]


def test_the_sheet_with_the_positions_is_found():
    other = [["Date", "Note"], [date(2026, 3, 31), True], [None, None]]
    positions = [["Equity Symbol", "Quantity", "Market Value", "Currency"], ["VTI", 10, 2754.5, "USD"]]
    statement = read_positions(book(other, positions))
    assert statement.confirm().portfolio["VTI"].value == Decimal("2754.5")


def test_blank_rows_keep_their_numbers():
    rows = [[], ["Symbol", "Shares", "Price"], [], ["VTI", 1, 2.5]]
    assert [row.line for row in read_positions(book(rows)).rows] == [2, 4]


@pytest.mark.parametrize("text", ["inf", "TRUE", "#REF!", "12 pieces"])
def test_a_cell_that_is_no_number_is_refused(text):
    assert code(book([["Symbol", "Shares", "Price"], ["VTI", 1, text]])) == "not_a_number"


def test_a_document_type_is_refused():
    data = workbook((DATA / "m1.csv").read_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + sheet
    assert code(repacked(data, sheet1_xml=bomb.encode())) == "doctype"
    assert code(repacked(data, sheet1_xml=bomb.encode("utf-16-le"))) == "doctype"


def test_other_archives_and_damaged_ones_are_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("positions.csv", "Symbol")
    assert code(buffer.getvalue()) == "binary"
    data = workbook((DATA / "m1.csv").read_bytes())
    assert code(data[: len(data) // 2]) == "bad_xlsx"
    assert code(repacked(data, sheet1_xml=b"<worksheet")) == "bad_xlsx"
    assert code(repacked(data, workbook_xml=b"<nothing/>")) == "empty_file"


def test_more_rows_than_a_portfolio_has_are_refused():
    rows = [["Symbol", "Shares", "Price"], *(["A", 1, 1] for _ in range(12_001))]
    assert code(book(rows)) == "too_many_rows"


def test_without_openpyxl_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(DataError, match=r"pip install openpyxl"):
        read_positions(workbook_of_m1())


def workbook_of_m1() -> bytes:
    """Zip bytes that never reach openpyxl."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return buffer.getvalue()
