"""Cells to numbers and dates; the number style of a file; money market funds, options and symbols."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pbal_core import DataError, Place
from pbal_core.money import NotANumberError
from pbal_core.portfolio import symbol_key
from pbal_core.readers import cash, instruments
from pbal_core.readers.cells import currency_code, decide_decimal, harmless, read_cell, read_date


@pytest.mark.parametrize(
    ("text", "decimal", "amount", "currency"),
    [
        ("$276.83", ".", "276.83", "USD"),
        ("+$979.38", ".", "979.38", "USD"),
        ("-$38.01", ".", "-38.01", "USD"),
        ("$-38.01", ".", "-38.01", "USD"),
        ("($126.93)", ".", "-126.93", "USD"),
        ("$550.50 ", ".", "550.50", "USD"),
        ("$45,900.35", ".", "45900.35", "USD"),
        ("12,345,678.9", ".", "12345678.9", ""),
        ("-.29", ".", "-0.29", ""),
        (".0000", ".", "0.0000", ""),
        ("5.", ".", "5", ""),
        ("38.01-", ".", "-38.01", ""),
        ("\u2212 5", ".", "-5", ""),
        ("1'234.50", ".", "1234.50", ""),
        ("1\u00a0234,50 €", ",", "1234.50", "EUR"),
        ("1.234,56", ",", "1234.56", ""),
        ("1.234.567", ",", "1234567", ""),
        ("960,35", ",", "960.35", ""),
        ("USD 877.50", ".", "877.50", "USD"),
        ("£3.20", ".", "3.20", "GBP"),
        ("C$3.20", ".", "3.20", "CAD"),
    ],
)
def test_amounts_as_brokers_print_them(text: Any, decimal: Any, amount: Any, currency: Any) -> None:
    assert read_cell(text, decimal) == (Decimal(amount), currency)


@pytest.mark.parametrize("text", ["", "  ", "-", "--", "n/a", "N/A", "—"])
def test_blank_is_unknown_and_not_zero(text: str) -> None:
    assert read_cell(text, ".") == (None, "")


@pytest.mark.parametrize(
    ("text", "decimal", "words"),
    [
        ("$14,80.76", ".", "is not a number"),
        ("1.234,56", ".", "is not a number"),
        ("1,234.56", ",", "this file writes 1.234,56"),
        ("12,34", ".", "is not a number"),
        ("4.5%", ".", "is a percentage"),
        ("(-5)", ".", "more than one sign"),
        ("(5", ".", "half a pair"),
        ("-5-", ".", "more than one sign"),
        ("USD 5 EUR", ".", "its currency twice"),
        ("1e5", ".", "is not a number"),
        ("١٢", ".", "is not a number"),
        ("nan", ".", "is not a number"),
        ("1" * 20, ".", "too large"),
        ("9" * 100, ".", "is not a number"),
        ("+$500.00 +25.00%", ".", "percentage"),
        ("1 2", ".", "is not a number"),
    ],
)
def test_what_is_no_amount_is_refused(text: Any, decimal: Any, words: str) -> None:
    with pytest.raises(NotANumberError, match=words):
        read_cell(text, decimal)


@pytest.mark.parametrize(
    ("cells", "sign"),
    [
        (["1,234.56"], "."),
        (["1.234,56"], ","),
        (["1,234", "5.5"], "."),
        (["1.234", "5,5"], ","),
        (["1,234,567"], "."),
        (["0,123"], ","),
        (["1234,567"], ","),
        ([",123"], ","),
        (["12", "7"], "."),
        (["44,53%", "1.5"], "."),
        ([], "."),
    ],
)
def test_the_number_style_is_decided_from_all_cells(cells: list[Any], sign: str) -> None:
    assert decide_decimal((cell, Place(line=n, column="X")) for n, cell in enumerate(cells, 1)) == sign


@pytest.mark.parametrize(
    ("cells", "code", "line"),
    [
        (["1,234"], "ambiguous_number", 1),
        (["7", "12.345"], "ambiguous_number", 2),
        (["1,5", "1.5"], "mixed_number_styles", 1),
        (["1,234.5", "1.234,5"], "mixed_number_styles", 2),
    ],
)
def test_a_style_that_stays_open_is_an_error_with_its_place(cells: list[str], code: str, line: int) -> None:
    with pytest.raises(DataError) as caught:
        decide_decimal((cell, Place(line=n, column="X")) for n, cell in enumerate(cells, 1))
    assert [(i.code, i.where) for i in caught.value.issues] == [(code, Place(line=line, column="X"))]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-31", date(2026, 3, 31)),
        ("20260331", date(2026, 3, 31)),
        ("2026/03/31", date(2026, 3, 31)),
        ("03/31/2026", date(2026, 3, 31)),
        ("Mar-31-2026", date(2026, 3, 31)),
        ("March 31, 2026", date(2026, 3, 31)),
        ("Mar 1 2026", date(2026, 3, 1)),
        ("31-MAR-26", date(2026, 3, 31)),
        ("31/03/2026", None),
        ("2026-02-30", None),
        ("Foo 1 2026", None),
        ("today", None),
        ("", None),
    ],
)
def test_dates_as_brokers_print_them(text: str, day: date | None) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize(
    "symbol",
    ["VTI", "BRK/B", "BRK.B", "BRK B", "IDIV.B", "NESTE1", "IE00B5BMR087", "31617E471", "XEQT.TO", "VOD.L", "RDS-A"],
)
def test_shares_and_funds_can_be_traded(symbol: str) -> None:
    assert instruments.unsupported(symbol, "STK") == ""


@pytest.mark.parametrize(
    ("symbol", "asset_class", "word"),
    [
        ("VT    260619P00120000", "", "option"),
        ("-CZR270319C30", "", "option"),
        ("SMAL 04/01/2020 32.00 P", "", "option"),
        ("TWTR Feb 15 '19 $41 Call", "", "option"),
        ("AAPL 17JAN25 180 C", "", "option"),
        ("VTI", "Option", "option"),
        ("ESZ6", "FUT", "future"),
        ("KEY BANK CD CLEVELAND OH CD 3.85% 08/24/2026", "", "bond"),
        ("912828XX1", "Fixed Income", "bond"),
        ("BTC", "CRYPTOCURRENCY", "crypto"),
        ("EUR.USD", "CASH", "currency"),
        ("VTI", "CFD", "contract for difference"),
        ("", "", "no symbol"),
        ("<b>", "", "not one that can be traded"),
        ("x" * 200, "", "not one that can be traded"),
    ],
)
def test_what_plans_cannot_trade_has_a_reason(symbol: str, asset_class: str, word: str) -> None:
    assert word in instruments.unsupported(symbol, asset_class)


def test_money_market_funds_are_cash() -> None:
    symbols = ("VMFXX", "SPAXX**", "SWVXX", "FCASH**", "VTSAX", "XX", "FXAIX")
    assert [s for s in symbols if cash.is_fund(s)] == ["VMFXX", "SPAXX**", "SWVXX", "FCASH**"]


def test_one_symbol_has_one_key_in_all_spellings() -> None:
    assert {symbol_key(s) for s in ("BRK/B", "BRK.B", "BRK B", "BRK-B")} == {"BRK.B"}


def test_texts_of_a_file_are_made_harmless() -> None:
    assert harmless("a\x1b[2Jb\u202ec\nd") == "a [2Jb c d"
    assert harmless("x" * 100, 10) == "xxxxxxx..."


@pytest.mark.parametrize(("text", "code"), [("eur", "EUR"), ("GBP", "GBP"), ("GBp", "GBX"), ("GBX", "GBX"), ("", "")])
def test_pence_are_no_pounds(text: str, code: str) -> None:
    """A price in pence read as pounds would be a hundred times too much."""
    assert currency_code(text) == code
