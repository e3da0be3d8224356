"""DEGIRO ``Portfolio.csv`` in any language.

Source: one public, anonymised download (Swiss account, English headers) and translated headers in public parsers. The
second column is ``Symbol/ISIN``, ``Symbool/ISIN`` or ``Ticker/ISIN`` and the last ``Value in EUR``, ``Wert in EUR`` or
``Montant en EUR``; so columns are taken by their place. Symbols are ISINs. Commas part the fields and quoted numbers
have a decimal comma (a decimal point in some languages: decided from the file). The older layout has ``USD 877.50`` in
one cell, with a decimal point. No cost, no P&L, no date. Values are in the account's currency, prices in the asset's
own; the price used is value divided by quantity.

Worked example: ``EXAMPLE ETF,IE00B4L5Y983,10,"90,00",USD,"900,00","828,00"`` under ``Value in EUR`` is 10 at 82.80 EUR.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from ...money import NotANumberError
from ..cells import read_cell, shown
from ..document import Document, Record
from ..draft import StatementDraft
from ..layout import POSITION, Layout, ReadingState, TableRow, Verdict
from ..statement import Statement
from ..table import TableFormat

_VALUE_IN = re.compile(r"\S.*\s(?P<currency>[A-Z]{3})", re.IGNORECASE)
_CASH = re.compile(r"(?:CASH|FLATEX|GELD|LIQUID)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Degiro(TableFormat):
    """Columns by their place, since names are translated."""

    def is_header(self, names: tuple[str, ...]) -> bool:
        """``Symbol/ISIN`` second, in any language, and a currency at the end of the last."""
        return len(names) in {6, 7} and names[1].endswith("/isin") and bool(_VALUE_IN.fullmatch(names[-1]))

    def layout(self, record: Record) -> Layout:
        """The seven columns, or the six of the older layout."""
        width = len(record.cells)
        index = {"description": 0, "symbol": 1, "quantity": 2, "closing": 3, "value": width - 1}
        index |= {"local_currency": 4, "local": 5} if width == 7 else {"local_amount": 4}
        title = {name: record.cells[i].strip() or record.cells[i - 1].strip() for name, i in index.items()}
        return Layout(index, title, width)


def _classify(line: TableRow, state: ReadingState) -> Verdict:
    symbol, quantity = line.text("symbol"), line.text("quantity")
    if not symbol and not quantity and _CASH.match(line.first):
        return "cash", "cash"
    if symbol:
        _check_values(line, state.draft)
    return POSITION


def _check_values(line: TableRow, draft: StatementDraft) -> None:
    """Compares quantity times price with the value in the asset's currency, and in the account's where it is the same.

    Blank amounts are not compared: what is missing is reported when the row is read.
    """
    at, symbol = line.record.line, line.text("symbol")
    quantity, closing = line.glance(draft, "quantity"), line.number(draft, "closing")
    local, currency = _local(line, draft)
    if quantity is None or closing is None:
        return
    if local is not None:
        draft.check_value(at, symbol, quantity, closing, local)
    match, value = _VALUE_IN.fullmatch(line.layout.title["value"]), line.glance(draft, "value")
    if match and currency.upper() == match["currency"].upper() and value is not None:
        draft.check_value(at, symbol, quantity, closing, value)


def _local(line: TableRow, draft: StatementDraft) -> tuple[Decimal | None, str]:
    """The value in the asset's own currency, and that currency."""
    if "local" in line.layout.index:
        return line.number(draft, "local"), line.text("local_currency")
    currency, _, amount = line.text("local_amount").partition(" ")
    try:
        return _either(amount), currency
    except NotANumberError as error:
        message = f"{shown(amount)} {error}; an amount such as USD 1234.56 is needed."
        draft.refuse("not_a_number", message, line.record.line, line.layout.title["local_amount"])
        return None, currency


def _either(amount: str) -> Decimal | None:
    """An amount with a decimal point, as these cells were seen, else with the decimal comma of the other columns."""
    try:
        return read_cell(amount, ".")[0]
    except NotANumberError:
        return read_cell(amount, ",")[0]


FORMAT = _Degiro(
    key="degiro",
    broker="DEGIRO",
    columns={},
    required=(),
    classify=_classify,
    decimal=None,
    currency="",
)
KEY, BROKER, find = FORMAT.key, FORMAT.broker, FORMAT.find


def read(document: Document, header: int) -> Statement:
    """Reads a DEGIRO portfolio; amounts are in the currency that the last header names.

    Raises:
        DataError: With every problem found.
    """
    match = _VALUE_IN.fullmatch(document.records[header].cells[-1].strip())
    currency = match["currency"].upper() if match else ""
    return replace(FORMAT, currency=currency).read(document, header)
