"""Typed rows of symbol, shares and price as positions: bytes of a file, which the readers judge like any other.

What somebody typed is the browser's: whatever is no text counts as empty. Worked example: VTI, 120 and 305.00 become
the line ``VTI,120,305.00,36600.00,``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ..errors import DataError, Issue, RequestError
from ..money import typed_amount
from ..portfolio import MAX_POSITIONS, Portfolio, symbol_key
from ..readers.derive import EXACT
from ..readers.mapping import ColumnMapping
from .loaded import Batch, Current, read_batch

TYPED = "typed positions"

TYPED_COLUMNS = ("Symbol", "Shares", "Price", "Value", "Profit or loss")
_TYPED_MAPPING = ColumnMapping(
    symbol="Symbol", quantity="Shares", price="Price", value="Value", pnl="Profit or loss", decimal="."
)


def typed_rows(portfolio: Portfolio | None) -> list[dict[str, str]]:
    """The rows to type in, as text: what is held, to be corrected, or nothing."""
    return [
        {
            "symbol": position.symbol,
            "shares": "" if position.quantity is None else f"{position.quantity:f}",
            "price": f"{position.price:f}",
            "value": f"{position.value:f}",
        }
        for position in portfolio or ()
    ]


def typed_bytes(rows: object, before: Portfolio | None) -> bytes:
    """Rows of symbol, shares and price as the bytes of a file, which the readers judge like any other.

    A row that says the same as a position of ``before`` keeps its value and its profit or loss to the cent. Rows come
    from a browser: whatever is no text counts as empty.

    Raises:
        DataError: Too many rows, or a number that is none; each with its row.
    """
    given = [row for row in (rows if isinstance(rows, list) else []) if isinstance(row, Mapping)]
    if len(given) > MAX_POSITIONS:
        raise DataError([Issue("error", "too_many_rows", f"there are {len(given):,} rows; at most {MAX_POSITIONS:,}.")])
    known = {symbol_key(position.symbol): position for position in before or ()}
    issues: list[Issue] = []
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(TYPED_COLUMNS)
    for row in given:
        symbol, shares, price = (_cell(row, name) for name in ("symbol", "shares", "price"))
        if not (symbol or shares or price):
            continue
        currency = "USD" if before is None else before.currency
        cells = [_plain(text, f"{name} of {symbol or 'a row without a symbol'}", currency, issues)
                 for name, text in (("the shares", shares or "0"), ("the price", price))]  # fmt: skip
        held = known.get(symbol_key(symbol))
        same = held is not None and cells == [
            "0" if held.quantity is None else f"{held.quantity:f}", f"{held.price:f}"]  # fmt: skip
        if held is not None and (same or (not shares and held.quantity is None and cells[1] == f"{held.price:f}")):
            quantity = "" if held.quantity is None else cells[0]
            pnl = "" if held.pnl is None else f"{held.pnl:f}"
            writer.writerow([held.symbol, quantity, cells[1], f"{held.value:f}", pnl])
        else:
            writer.writerow([symbol, *cells, _value(*cells), ""])
    if issues:
        raise DataError(issues)
    return out.getvalue().encode()


def read_typed(rows: object, before: Portfolio | None) -> Current | Batch:
    """The portfolio of typed rows."""
    try:
        data = typed_bytes(rows, before)
    except DataError as error:
        return Batch(name=TYPED, data=b"", issues=error.issues)
    return read_batch([(TYPED, data)], mapping=_TYPED_MAPPING)


def _cell(row: Mapping[Any, Any], name: str) -> str:
    text = row.get(name)
    return text.strip()[:60] if isinstance(text, str) else ""


def _value(shares: str, price: str) -> str:
    """Shares times price, to the last digit; empty while one of them is no number."""
    return f"{EXACT.multiply(Decimal(shares), Decimal(price)):f}" if shares and price else ""


def _plain(text: str, name: str, currency: str, issues: list[Issue]) -> str:
    """A typed number in digits and a point; what cannot be one goes to ``issues``."""
    try:
        amount = typed_amount(text, name, currency, point=True)
    except RequestError as error:
        issues.append(Issue("error", "not_a_number", str(error)))
        return ""
    return f"{amount:f}"
