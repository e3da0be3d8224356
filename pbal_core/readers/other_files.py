"""Files that are not positions: transactions, orders, tax lots and statements of a period, recognised and refused.

Source of the column names: public downloads and tests (Robinhood, Webull, Trading 212, DEGIRO account, IBKR trades);
the others are general knowledge of the brokers' history files, and only decide which message is shown.

The model: a list of transactions is known by the columns of its broker, or by a date beside an action. Where it has
columns of worth as well, a file of holdings may have such columns too, so the words of the action decide: no holding is
a ``Buy``. A list of tax lots has a day for each and no value.

Worked example: ``Date,Type,Symbol,Quantity,Value`` over ``..,Buy,VTI,10,2505`` is a list, over ``..,ETF,VTI,..`` not.
"""

from __future__ import annotations

import re

from ..errors import DataError, Issue, Place
from .columns import NAMES
from .document import Document
from .mapping import guess
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
        ("DEGIRO's list of transactions", "date|time|product|isin|price"),
        ("DEGIRO's list of transactions", "datum|tijd|product|isin|koers"),
        ("DEGIRO's list of transactions", "datum|uhrzeit|produkt|isin|kurs"),
        ("an IBKR list of trades", "buy/sell|tradedate|quantity"),
        ("an IBKR list of trades", "tradeid|tradeprice|symbol"),
        ("Schwab's list of realized gains", "symbol|closed date|quantity"),
        ("E*TRADE's account activity", "activity/trade date|activity type|symbol"),
        ("a statement of a period", "beginning value|ending value"),
        ("a statement of a period", "beginning mkt value|ending mkt value"),
        ("a statement of a period", "starting value|ending value"),
    )
)
_ACTIONS = frozenset({
    "action", "side", "transaction type", "trans code", "type", "buy/sell", "transaction", "activity type",
    "transactiontype", "activity_type"
})  # fmt: skip
_DATES = frozenset({
    "date", "trade date", "time", "transaction date", "datetime", "settlement date", "activity date", "timestamp",
    "run date", "transactiondate", "transaction_date"
})  # fmt: skip
_FOREIGN_ACTIONS = frozenset({
    "typ", "art", "umsatzart", "transaktionstyp", "transaktion", "richtung", "buchungsinformationen", "opération",
    "sens", "type d'opération", "transactietype", "mutatie", "operazione", "tipo operazione", "tipo", "operación",
    "tipo de operación", "operação", "tipo de operação", "typ av transaktion", "transaksjonstype", "transaktionstype",
    "handling"
})  # fmt: skip
_FOREIGN_DATES = frozenset({
    "datum", "buchungstag", "buchungsdatum", "valuta", "datum/zeit", "date d'opération", "date opération", "data",
    "data operazione", "fecha", "fecha operación", "data da operação", "affärsdag", "bokföringsdag", "dato",
    "handelsdag", "handelsdato", "bokføringsdag", "bogføringsdag", "transactiedatum"
})  # fmt: skip
_BOUGHT = frozenset({
    "date acquired", "acquired", "acquired date", "open date", "acquisition date", "purchase date", "lot", "term",
    "holding period", "lot id", "tax lot"
})  # fmt: skip
_DONE = r"""(?x)(?:you\s|market\s|limit\s)?(?:buy|bought|purchased?|sell|sold|sale
    |kauf|verkauf|ankauf|achat|vente|aankoop|verkoop|koop|acquisto|vendita|compra|venta|venda|köp|köpt|sälj|såld
    |kjøp|kjøpt|salg|solgt|køb|købt)(?![a-zäåöøæ]).*"""
"""What was done, as brokers call it in ten languages; folded."""

_WORTH = frozenset({name for field in ("value", "price") for name in NAMES[field]} - {"price", "balance"})
"""What something is worth now: few lists of transactions have such a column."""


def find(document: Document) -> int | None:
    """The header row of a list of transactions, by its name or by a date beside an action."""
    for index, names in enumerate(document.names):
        present = set(names)
        moves = bool(present & _ACTIONS and present & _DATES)
        foreign = bool(present & (_FOREIGN_ACTIONS | _ACTIONS) and present & (_FOREIGN_DATES | _DATES))
        if foreign and (not moves or present & _WORTH):
            moves = _tells_what_was_done(document, index)
        if moves or any(columns <= present for _, columns in _FILES) or _is_lots(document, index):
            return index
    return None


def _is_lots(document: Document, header: int) -> bool:
    """When each lot was bought, and no two of quantity, price and value now."""
    present = set(document.names[header])
    lots = bool(present & _BOUGHT) and not present.isdisjoint(NAMES["quantity"])
    return lots and guess(document.records[header].cells) is None


def _tells_what_was_done(document: Document, header: int) -> bool:
    """A row under the header says buy, sell or the like in a column of actions."""
    columns = [i for i, name in enumerate(document.names[header]) if name in _ACTIONS | _FOREIGN_ACTIONS]
    rows = document.names[header + 1 :]
    return any(re.fullmatch(_DONE, row[i]) for row in rows for i in columns if i < len(row))


def read(document: Document, header: int) -> Statement:
    """Refuses the file.

    Raises:
        DataError: Always: what the file is and what is needed.
    """
    present = set(document.names[header])
    usual = "a list of tax lots without their value" if _is_lots(document, header) else "a list of transactions"
    what = next((name for name, columns in _FILES if columns <= present), usual)
    message = f"this is {what}; a positions file is needed: what you hold now, with quantities and market values."
    raise DataError([Issue("error", "transactions_file", message, Place(line=document.records[header].line))])
