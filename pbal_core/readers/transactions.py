"""Files that are not positions: transactions, orders and history, recognised by name and refused.

Source of the column names: public downloads and tests (Robinhood, Webull, Trading 212, DEGIRO account, IBKR trades,
Vanguard); the others are general knowledge of the brokers' history files, and only decide which message is shown.
"""

from __future__ import annotations

from typing import NoReturn

from ..errors import DataError, Issue, Place
from .document import Document
from .mapping import NAMES
from .statement import Statement

KEY = "transactions"
BROKER = "transactions"

_FILES: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (name, frozenset(columns.split("|")))
    for name, columns in (
        ("Robinhood's activity report", "activity date|process date|trans code|amount"),
        ("Webull's list of orders", "name|symbol|side|status|filled|total qty"),
        ("Trading 212's history", "action|time|isin|ticker|no. of shares"),
        ("DEGIRO's account statement", "datum|tijd|valutadatum|omschrijving|saldo"),
        ("DEGIRO's account statement", "date|time|value date|product|description|balance"),
        ("DEGIRO's account statement", "datum|uhrzeit|valutadatum|beschreibung|saldo"),
        ("DEGIRO's list of transactions", "date|time|product|isin|reference exchange"),
        ("an IBKR list of trades", "buy/sell|tradedate|quantity"),
        ("an IBKR list of trades", "tradeid|tradeprice|symbol"),
        ("Fidelity's account history", "run date|action|symbol"),
        ("Schwab's list of transactions", "date|action|symbol|fees & comm|amount"),
        ("Vanguard's list of transactions", "trade date|settlement date|transaction type|symbol"),
        ("E*TRADE's list of transactions", "transactiondate|transactiontype|symbol|amount"),
        ("Wealthsimple's activity report", "date|transaction|description|amount|balance"),
    )
)
_ACTIONS = frozenset({"action", "side", "transaction type", "trans code", "type", "buy/sell", "transaction"})
_DATES = frozenset({"date", "trade date", "time", "transaction date", "datetime", "settlement date", "activity date"})

_WORTH = frozenset({name for field in ("value", "price") for name in NAMES[field]} - {"price", "balance"})
"""What something is worth now: a list of transactions has no such column."""


def find(document: Document) -> int | None:
    """The header row of a list of transactions, by its name or by a date beside an action."""
    for index, names in enumerate(document.names):
        present = set(names)
        moves = present & _ACTIONS and present & _DATES and not present & _WORTH
        if moves or any(columns <= present for _, columns in _FILES):
            return index
    return None


def read(document: Document, header: int) -> Statement:
    """Refuses the file.

    Raises:
        DataError: Always: what the file is and what is needed.
    """
    present = set(document.names[header])
    what = next((name for name, columns in _FILES if columns <= present), "a list of transactions")
    _refuse(what, document.records[header].line)


def _refuse(what: str, line: int) -> NoReturn:
    message = f"this is {what}; a positions file is needed: what you hold now, with quantities and market values."
    raise DataError([Issue("error", "transactions_file", message, Place(line=line))])
