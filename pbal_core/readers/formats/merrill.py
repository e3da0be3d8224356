"""Merrill holdings as the page shows them. LOW CONFIDENCE: no real file was found.

Source: a public project's description of the file (account masked, amounts evidently edited by hand). So everything
read is to be looked at, and the statement says so. Another download of Merrill is in ``america``. Header names carry
spaces, spaces stand around the commas, and one cell holds an amount and a percentage: ``+$500.00 +25.00%``. Totals are
not compared, because what they include is not known.

Worked example: ``"VTI " ,"TOTAL MARKET ETF" ,"$0.00 0.00%" ,"10" ,"$0.00" ,"$2,500.00" ,"+$525.00 +26.58%"
,"$250.00"``.
"""

from __future__ import annotations

import re

from ..cells import MAX_CELL, is_blank, normal
from ..document import Record
from ..facts import CashBalance
from ..layout import POSITION, ReadingState, TableRow, Verdict
from ..table import TableFormat, read_pending

_ACCOUNT = re.compile(r".*\b[0-9A-Z]{3}-[0-9A-Z]{5}\b.*", re.ASCII)
_FOOTERS = frozenset({"balances", "total", "pending activity", "money accounts", "cash balance"})


def _preamble(record: Record, state: ReadingState) -> str:
    """The account is in the summary block, with its masked number."""
    named = [cell.strip() for cell in record.cells if len(cell) <= MAX_CELL and _ACCOUNT.fullmatch(cell.strip())]
    if named and not state.account:
        state.account = named[0]
    return "account summary" if named else ""


def _classify(line: TableRow, state: ReadingState) -> Verdict:
    if not state.notes:
        state.notes["said"] = "yes"
        message = (
            "no real Merrill file has been seen by the authors of this reader; compare every number with the file."
        )
        state.draft.remark("warning", "low_confidence", message)
    first = normal(line.first)
    if first not in _FOOTERS:
        return POSITION
    state.handled = True
    if first in {"money accounts", "cash balance", "pending activity"}:
        amounts = [cell for cell in line.record.cells[1:] if not is_blank(cell)]
        if not amounts:
            return "footer", "no amount"
        amount = state.draft.number(amounts[0], line.record.line, line.first)
        if first == "pending activity":
            return read_pending(state.draft, line.record, state.account, amount, "USD")
        if amount is not None:
            state.draft.bank(CashBalance(line.record.line, state.account, amount, "USD", line.first))
        return "cash", "cash"
    return ("total", "not compared: what it includes is not known") if first == "total" else ("footer", "title")


FORMAT = TableFormat(
    key="merrill",
    broker="Merrill",
    columns={
        "symbol": ("symbol",),
        "description": ("description",),
        "quantity": ("quantity",),
        "price": ("price",),
        "value": ("value",),
        "pnl": ("unrealized gain/loss $ chg % chg",),
    },
    required=("symbol",),
    distinctive=("day's price $ chg % chg", "unrealized gain/loss $ chg % chg"),
    classify=_classify,
    preamble=_preamble,
    pairs=("pnl",),
)
KEY, BROKER, find, read = FORMAT.key, FORMAT.broker, FORMAT.find, FORMAT.read
