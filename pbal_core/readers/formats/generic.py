"""A file of no known broker: the columns are guessed from common English names, then confirmed by the user.

Commas, semicolons, tabs or bars part the fields; the number style is decided from the whole file. Two of quantity,
price and value are enough: the third follows.

Worked example: ``Ticker;Units;Last`` over ``VTI;10;250,5`` is 10 VTI at 250.50, worth 2,505.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ...errors import DataError, Issue, Place
from .. import instruments
from ..cells import is_blank, normal
from ..document import Document
from ..layout import POSITION, ReadingState, TableRow, Verdict
from ..mapping import ColumnMapping, guess
from ..statement import Statement
from ..table import TableFormat, account_total

_TOTALS = frozenset({"total", "totals", "grand total"})
_PART_OF_TOTAL = r"sub[- ]?totals?\b.*|totals? .*|.* (?:sub-?)?totals?"
_ACCOUNTS = frozenset({"", "cash", "margin"})
KEY = "generic"
BROKER = "a file of your own"


def find(document: Document) -> int | None:
    """The first row whose names make a mapping."""
    for index, record in enumerate(document.records[: len(document.names)]):
        if guess(record.cells) is not None:
            return index
    return None


def find_mapped(document: Document, mapping: ColumnMapping) -> int | None:
    """The first row that has every column of a mapping."""
    return document.find(*(normal(column) for _, column in mapping.pairs()))


def read(
    document: Document, header: int, mapping: ColumnMapping | None = None, *, confirmed: bool = False
) -> Statement:
    """Reads a file by a mapping, or by the guess that its header allows.

    Raises:
        DataError: With every problem found.
    """
    title = document.records[header]
    if mapping is None:
        mapping = _by_cells(guess(title.cells), document, header)
    if mapping is None:
        message = (
            "no column of symbols and two of quantity, price and value were found; name them in a mapping (pbal: "
            "--format-hint FILE.toml)."
        )
        raise DataError([Issue("error", "missing_column", message, Place(line=title.line))])
    columns = {name: (normal(column),) for name, column in mapping.pairs()}
    form = TableFormat(
        key=KEY,
        broker=BROKER,
        columns=columns,
        required=tuple(columns),
        classify=_classify,
        decimal=None if mapping.decimal == "auto" else mapping.decimal,
        currency="",
    )
    statement = form.read(document, header)
    names = tuple(cell.strip() for cell in title.cells if cell.strip())
    return replace(statement, mapping=mapping, mapping_confirmed=confirmed, columns=names)


def _by_cells(mapping: ColumnMapping | None, document: Document, header: int) -> ColumnMapping | None:
    """The guess without columns whose cells say something else than their names.

    A gain of 12.5% is no amount, and where the type of every position is Cash or Margin it is that of the account.
    """
    names = [normal(cell) for cell in document.records[header].cells]
    for name in ("pnl", "cost", "cost_price", "asset_class"):
        column = None if mapping is None else getattr(mapping, name)
        if mapping is None or column is None:
            continue
        index = names.index(normal(column))
        cells = [normal(record.cells[index]) for record in document.records[header + 1 :] if index < len(record.cells)]
        other = set(cells) <= _ACCOUNTS if name == "asset_class" else any(cell.endswith("%") for cell in cells)
        if other:
            mapping = replace(mapping, **{name: None})  # type: ignore[arg-type]
    return mapping


def _classify(line: TableRow, state: ReadingState) -> Verdict:
    symbol = normal(line.text("symbol") or line.first).rstrip(": ")
    summed = is_blank(line.raw("quantity")) or is_blank(line.raw("price"))
    if symbol in _TOTALS or (symbol == "sum" and summed):  # with both numbers it is a share: SUM is one
        return "total", _total(line, state)
    if summed and re.fullmatch(_PART_OF_TOTAL, symbol):
        return "total", "a sub-total, not compared"
    if instruments.cash_currency(symbol) is not None and _is_cash(line, state):
        return "cash", "cash"
    if line.alone and line.record.after_blank:
        return "footer", "text after the table"
    return POSITION


def _total(line: TableRow, state: ReadingState) -> str:
    text = line.raw("value")
    if text:
        account_total(state, line.record.line, line.first, text)
    return "compared with the rows" if not is_blank(text) else "no amount to compare"


def _is_cash(line: TableRow, state: ReadingState) -> bool:
    """Cash is counted in its own units: at another price, or with another quantity, it is a share (CASH is one)."""
    quantity, price, value = (line.glance(state.draft, name) for name in ("quantity", "price", "value"))
    return price in {None, 1} and (quantity is None or value is None or quantity == value)
