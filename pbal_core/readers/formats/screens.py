"""Tables that are saved from a screen: TWS of Interactive Brokers, and portfolios of Yahoo Finance.

TWS writes the columns that the user shows, an apostrophe before negative numbers (``'-4,616``) and a letter before
prices that are no trades (``C5.16``). Yahoo writes one row a lot, at the current price. It names no currency: the
exchange does (``.TO`` is in Canadian dollars), but for London, where prices are in pence, pounds or dollars.
"""

from __future__ import annotations

import re

from ..broker_table import OPTION, BrokerTable
from ..cells import is_blank
from ..layout import ReadingState, TableRow, Verdict
from ..symbols import market_currency

_CLOSE = re.compile(r"[CH](?=[\d.])")
_EXCHANGE = r"(\S+(?: [A-Z])?) (?:NASDAQ|NYSE|ARCA|AMEX|BATS|PINK|SMART|IBIS|AEB|LSE|TSE|SBF|EBS|SEHK|ASX)\b.*"
_LONDON = frozenset({"L", "IL"})


def _tws_numbers(values: dict[str, str], _row: TableRow, _state: ReadingState) -> None:
    for name, text in values.items():
        if text[:2] == "'-":
            values[name] = text[1:]
    values["price"] = _CLOSE.sub("", values.get("price", "").strip())


def _yahoo_row(values: dict[str, str], _row: TableRow, _state: ReadingState) -> None:
    """The currency that the exchange quotes in; cash is counted in dollars at the price 1."""
    symbol = values.get("symbol", "").strip()
    values["currency"] = market_currency(symbol) or "USD"
    if symbol.startswith("$$"):
        values["price"] = "1"


def _yahoo_kind(row: TableRow, state: ReadingState) -> Verdict | None:
    symbol = row.text("symbol")
    if row.text("action").upper() not in {"", "BUY"}:
        message = (
            "this row is no purchase. Where Yahoo lists sales, its rows do not say what is held now; delete the sold "
            "lots in Yahoo's portfolio and export it again."
        )
        state.draft.refuse("sale_in_lots", message, row.record.line, "Transaction Type")
    if is_blank(row.raw("quantity")):
        return "other", "on the list without shares"
    if symbol.rpartition(".")[2].upper() in _LONDON and "." in symbol:
        message = (
            "Yahoo's prices of London are in pence, pounds or dollars, and the file does not say which; write this "
            "position into a table of your own, with its value in one currency."
        )
        state.draft.refuse("unknown_currency", message, row.record.line, "Symbol")
    return None


FORMATS = (
    BrokerTable(
        key="ibkr-tws",
        broker="Interactive Brokers TWS",
        source="the portfolio window in the test of an importer, and fewer columns in those of three others",
        confidence="high",
        signature=("financial instrument", "position", "last|market value|price"),
        columns={
            "symbol": ("financial instrument",),
            "quantity": ("position",),
            "price": ("last", "mark price", "market price", "price"),
            "value": ("market value",),
            "pnl": ("unrealized p&l",),
            "cost": ("cost basis",),
            "currency": ("currency",),
            "account": ("account",),
        },
        symbol_in=_EXCHANGE,
        left_out=(r".*\d (?:put|call)(?: .*)?|.*\d [cp]", OPTION),
        cash=r".*\bcash\b.*",
        total="totals?",
        adjust=_tws_numbers,
    ),
    BrokerTable(
        key="yahoo-finance",
        broker="Yahoo Finance",
        source="portfolio.csv in the tests of several importers",
        confidence="high",
        signature=("symbol", "current price", "trade date", "purchase price", "quantity"),
        columns={
            "symbol": ("symbol",),
            "quantity": ("quantity",),
            "price": ("current price",),
            "cost_price": ("purchase price",),
            "action": ("transaction type",),
            "as_of": ("date",),
        },
        cash=r"\$\$cash.*",
        adjust=_yahoo_row,
        classify=_yahoo_kind,
    ),
)
