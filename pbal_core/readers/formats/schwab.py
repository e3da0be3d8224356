"""Charles Schwab ``*-Positions-*.csv``, both generations, and what Excel makes of it.

Source: one public download (2020) and excerpts in public documentation (2025, 2026). A title row ``Positions for
account Individual ...123 as of 05:35 PM ET, 2026/05/26`` stands first; the user chooses columns and their order. Since
2024 headers carry a short and a long name: ``Mkt Val (Market Value)``. A file of all accounts repeats a label row and
the header for each. ``Account Total`` includes cash, options and everything else, and is compared.

Worked example: ``"VTI","...","10","$250.00",...,"$2,500.00",...`` and ``Cash & Cash Investments`` of ``$100.00``
make an ``Account Total`` of ``$2,600.00``.
"""

from __future__ import annotations

import re

from .. import instruments
from ..cells import normal, read_date
from ..derive import EXACT, total
from ..document import Record
from ..draft import Sum
from ..layout import POSITION, ReadingState, TableRow, Verdict
from ..table import TableFormat

_TITLE = re.compile(r"Positions for (?:account )?(?P<name>.+?) as of (?P<when>.+)", re.IGNORECASE)
_DAY = re.compile(r"\d{4}/\d{2}/\d{2}|\d{2}/\d{2}/\d{4}|\d{4}-\d{2}-\d{2}")


def _preamble(record: Record, state: ReadingState) -> None:
    """The title row, and the label of the first account."""
    text = ",".join(cell for cell in record.cells if cell.strip()).strip()
    title = _TITLE.match(text)
    if title:
        day = _DAY.search(title["when"])
        state.draft.as_of = read_date(day.group()) if day else None
        if normal(title["name"]) not in {"all-accounts", "all accounts"}:
            state.account = title["name"].strip()
    elif len([cell for cell in record.cells if cell.strip()]) == 1:
        state.account = text


def _classify(line: TableRow, state: ReadingState) -> Verdict:
    first = normal(line.first)
    if line.alone:
        if _TITLE.match(line.first):
            _preamble(line.record, state)
            return "header", "title"
        _check_total_seen(state)
        state.account, state.complete = line.first, False
        return "header", "account"
    if first in {"account total", "positions total", "total"}:
        return "total", _total(line, state)
    symbol = line.text("symbol")
    if first.startswith("cash & cash investments") or instruments.is_money_market(symbol):
        return "cash", "cash or money market fund"
    return POSITION


def _check_total_seen(state: ReadingState) -> None:
    """Each account ends with its total; one without may have lost rows."""
    if not state.complete and state.account in state.draft.counted:
        message = f"the account {state.account} does not end with its total; the file may have been cut there."
        state.draft.remark("warning", "maybe_cut", message)


def _total(line: TableRow, state: ReadingState) -> str:
    """Compares the account's total, and says so; a total of positions may leave cash out."""
    state.complete = True
    draft, title = state.draft, line.layout.title["value"]
    stated = draft.number(line.raw("value"), line.record.line, title)
    if stated is None:
        return "no amount to compare"
    account = state.account
    counted = draft.counted.get(account, Sum())
    check = counted.check("total of the account", line.record.line, account, stated)
    if not check.holds and normal(line.first) == "positions total":
        cash = total(b.amount for b in draft.cash if b.account == account)
        positions = Sum(EXACT.subtract(counted.value, cash), counted.slack)
        only_positions = positions.check("total of the positions", line.record.line, account, stated)
        check = only_positions if only_positions.holds else check
    draft.compare(check)
    return "compared with the rows of the account"


FORMAT = TableFormat(
    key="schwab",
    broker="Charles Schwab",
    columns={
        "symbol": ("symbol",),
        "description": ("description",),
        "quantity": ("qty (quantity)", "quantity"),
        "price": ("price",),
        "value": ("mkt val (market value)", "market value"),
        "pnl": ("gain $ (gain/loss $)", "gain/loss $"),
        "cost": ("cost basis",),
        "asset_class": ("asset type", "security type"),
    },
    required=("symbol", "quantity", "price", "value", "asset_class"),
    classify=_classify,
    preamble=_preamble,
    ends_with="an account total",
)
KEY, BROKER, find, read = FORMAT.key, FORMAT.broker, FORMAT.find, FORMAT.read
