"""The plain Flex CSV of four columns: its contract, and a complete report for every bad input."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pbal_core import DataError, read_positions

HEADER = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
GOOD = HEADER + "VTI,2500.00,250,12.5\nBND,750,75,-3\n"


def codes(content: str | bytes) -> list[tuple[str, int | None, str | None]]:
    """Code, line and column of every problem of a file that must be refused."""
    data = content.encode() if isinstance(content, str) else content
    with pytest.raises(DataError) as caught:
        _ = read_positions(data).portfolio
    return [
        (i.code, i.where.line if i.where else None, i.where.column if i.where else None) for i in caught.value.issues
    ]


def test_a_plain_file_is_read_in_file_order_and_exactly() -> None:
    portfolio = read_positions(GOOD.encode()).portfolio
    assert portfolio.symbols == ("VTI", "BND")
    assert [(p.value, p.price, p.pnl, p.quantity) for p in portfolio] == [
        (Decimal("2500.00"), Decimal(250), Decimal("12.5"), None),
        (Decimal(750), Decimal(75), Decimal(-3), None),
    ]


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        GOOD.encode("utf-16"),
        GOOD.encode("utf-16-le"),
        GOOD.encode("utf-16-be"),
        GOOD.replace(",", ";").encode(),
        GOOD.replace(",", "\t").encode(),
        GOOD.replace(",", "|").encode(),
        GOOD.lower().replace("vti", "VTI").replace("bnd", "BND").encode(),
        ("\n\n" + GOOD.replace("\n", "\n\n")).encode(),
        (
            b'"PositionValue","Symbol","Note","FifoPnlUnrealized","MarkPrice"\n'
            b'"2500.00","VTI","a, b","12.5","250"\n"750","BND","line\nbreak","-3","75"\n'
        ),
    ],
)
def test_encoding_line_ends_delimiter_quotes_order_and_extra_columns_do_not_matter(data: bytes) -> None:
    assert read_positions(data).portfolio.positions == read_positions(GOOD.encode()).portfolio.positions


def test_windows_1252_is_read_and_said() -> None:
    data = (HEADER.strip() + ",Note\nVTI,2500,250,1,Société\n").encode("cp1252")
    statement = read_positions(data)
    assert statement.portfolio.symbols == ("VTI",)
    assert [i.code for i in statement.issues] == ["encoding"]


@pytest.mark.parametrize("kind", ["path", "str", "bytes", "file"])
def test_every_kind_of_source_is_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "positions.csv"
    path.write_text(GOOD)
    source: Any = {"path": path, "str": str(path), "bytes": GOOD.encode(), "file": io.BytesIO(GOOD.encode())}[kind]
    assert read_positions(source).portfolio.symbols == ("VTI", "BND")


def test_an_unknown_pnl_is_none_and_said_not_zero() -> None:
    statement = read_positions((HEADER + "VTI,2500,250,\nBND,750,75,-3\n").encode())
    assert [p.pnl for p in statement.portfolio] == [None, Decimal(-3)]
    assert [(i.severity, i.code) for i in statement.issues] == [("info", "pnl_unknown")]
    assert "VTI" in statement.issues[0].message


def test_a_value_of_zero_is_an_asset_to_start_buying() -> None:
    assert read_positions((HEADER + "VTI,0,250,0\n").encode()).portfolio["VTI"].value == 0


def test_a_missing_file_and_a_directory_say_so(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.csv", "no_file"), (tmp_path, "is_directory"), ("a\0b", "unreadable")):
        with pytest.raises(DataError) as caught:
            read_positions(path)
        assert [i.code for i in caught.value.issues] == [code]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "empty_file"),
        (" \r\n\t\n", "empty_file"),
        ("\ufeff", "empty_file"),
        (",,\n,,\n", "empty_file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (GOOD.encode() + b"\0", "binary"),
        (GOOD.encode() + b"\x1b[31m", "binary"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"\xff\xd8\xff\xe0 ...", "binary"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        (b"\x1f\x8b\x08\x00", "binary"),
        (b"PK\x03\x04 no archive", "bad_xlsx"),
        (GOOD.encode() + b"V\x81I,1,1,1\n", "wrong_encoding"),
        (b"\xef\xbb\xbf" + GOOD.encode() + b"\xe9", "wrong_encoding"),
        (b"\xff\xfe" + GOOD.encode("utf-16-le") + b"x", "wrong_encoding"),
        (GOOD + "x" * 2_000_000, "too_large"),
    ],
)
def test_a_file_that_is_no_text_of_positions_is_refused_as_what_it_is(content: Any, code: str) -> None:
    assert [found[0] for found in codes(content)] == [code]


def test_wrong_encoding_names_the_line() -> None:
    with pytest.raises(DataError, match="line 4 holds the byte 0x81"):
        read_positions(GOOD.encode() + b"V\x81I,1,1,1\n")


def test_a_header_alone_is_no_portfolio() -> None:
    assert [code for code, *_ in codes(HEADER)] == ["no_positions"]


@pytest.mark.parametrize("column", ["Symbol", "PositionValue", "MarkPrice"])
def test_each_missing_column_is_named(column: str) -> None:
    renamed = GOOD.replace(column, "Other")
    assert ("missing_column", 1, column) in codes(renamed)


def test_all_missing_columns_are_named_at_once() -> None:
    found = codes("PositionValue,Other,FifoPnlUnrealized\n1,2,3\n")
    assert found == [("missing_column", 1, "Symbol"), ("missing_column", 1, "MarkPrice")]


def test_the_pnl_may_be_absent() -> None:
    portfolio = read_positions(b"Symbol,PositionValue,MarkPrice\nVTI,2500,250\n").portfolio
    assert (portfolio["VTI"].value, portfolio["VTI"].pnl) == (Decimal(2500), None)


@pytest.mark.parametrize(
    "content",
    [
        "Symbol;PositionValue;MarkPrice;FifoPnlUnrealized\nVTI;2.752,50;275,25;-1,5\n",
        'Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVTI,"2,752.50",275.25,-1.5\n',
        "Symbol\tPositionValue\tMarkPrice\tFifoPnlUnrealized\nVTI\t$2,752.50\t$275.25\t($1.50)\n",
        'Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVTI,"2,752.50",275.25,-1.5\nTotal,"2,752.50",,\n',
    ],
)
def test_the_four_columns_may_be_written_as_people_write(content: str) -> None:
    statement = read_positions(content.encode())
    assert statement.format == "flex-csv"
    assert [(p.value, p.price, p.pnl) for p in statement.portfolio] == [
        (Decimal("2752.50"), Decimal("275.25"), Decimal("-1.5"))
    ]


def test_a_column_twice_is_refused() -> None:
    assert codes("Symbol,PositionValue,MarkPrice,MarkPrice,FifoPnlUnrealized\nVTI,1,2,3,4\n") == [
        ("duplicate_column", 1, "MarkPrice")
    ]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("VTI,abc,250,1", "not_a_number", "PositionValue"),
        ('VTI,"1,000",250,1', "not_a_number", "PositionValue"),
        ("VTI,2500,nan,1", "not_a_number", "MarkPrice"),
        ("VTI,inf,250,1", "not_a_number", "PositionValue"),
        ("VTI,2500,250,-Infinity", "not_a_number", "FifoPnlUnrealized"),
        ("VTI,1e30,250,1", "not_a_number", "PositionValue"),
        ("VTI,2500,0,1", "price_not_positive", "MarkPrice"),
        ("VTI,2500,-250,1", "price_not_positive", "MarkPrice"),
        ("VTI,-2500,250,1", "short_position", "PositionValue"),
        ("VTI,,250,1", "empty_cell", "PositionValue"),
        ("VTI,2500, ,1", "empty_cell", "MarkPrice"),
        (",2500,250,1", "empty_symbol", "Symbol"),
        ('"<b>VTI</b>",2500,250,1', "bad_symbol", "Symbol"),
        ("=1+1,2500,250,1", "bad_symbol", "Symbol"),
        ("VTI,2500,250", "field_count", None),
        ("VTI,2,500,250,1", "field_count", None),
        ('"VTI,2500,250,1', "bad_csv", None),
    ],
)
def test_a_bad_row_is_refused_with_line_and_column(row: str, code: str, column: str | None) -> None:
    assert codes(HEADER + "BND,750,75,-3\n" + row + "\n") == [(code, 3, column)]


@pytest.mark.parametrize("second", ["VTI", "BRK/B", "BRK B", "BRK-B"])
def test_a_symbol_twice_is_added_up_in_any_spelling(second: str) -> None:
    first = "VTI" if second == "VTI" else "BRK.B"
    statement = read_positions((HEADER + f"{first},2500,250,1\n{second},500,250,1\n").encode())
    assert [(p.symbol, p.value, p.pnl) for p in statement.portfolio] == [(first, Decimal(3000), Decimal(2))]
    assert [(i.code, i.where.line) for i in statement.issues if i.where] == [("rows_added_up", 3)]


def test_prices_of_one_symbol_that_are_far_apart_are_refused() -> None:
    assert codes(HEADER + "VTI,2500,250,1\nVTI,1,1,1\n") == [("prices_differ", None, None)]


def test_every_bad_row_is_reported_at_once_in_file_order() -> None:
    content = HEADER + "VTI,abc,-1,1\n,1,1,1\nBND,1,1\nVTI,1,0,x\n"
    assert codes(content) == [
        ("not_a_number", 2, "PositionValue"),
        ("price_not_positive", 2, "MarkPrice"),
        ("empty_symbol", 3, "Symbol"),
        ("field_count", 4, None),
        ("not_a_number", 5, "FifoPnlUnrealized"),
        ("price_not_positive", 5, "MarkPrice"),
    ]


def test_lines_are_physical_lines() -> None:
    content = 'Symbol,PositionValue,MarkPrice,FifoPnlUnrealized,Note\nVTI,1,1,1,"two\nlines"\n\nBND,x,1,1,\n'
    assert codes(content) == [("not_a_number", 5, "PositionValue")]


def test_ten_thousand_rows_are_read_and_one_more_is_refused() -> None:
    rows = [f"A{i},1,1,1\n" for i in range(10_001)]
    assert len(read_positions((HEADER + "".join(rows[:-1])).encode()).portfolio) == 10_000
    assert [code for code, *_ in codes(HEADER + "".join(rows))] == ["too_many_rows"]


def test_a_message_shows_hostile_text_escaped_and_short() -> None:
    with pytest.raises(DataError) as caught:
        read_positions((HEADER + "<script>alert(1)</script>" + "x" * 200 + "\u202e,1,1,1\n").encode())
    message = str(caught.value)
    assert "\u202e" not in message
    assert len(message) < 300
