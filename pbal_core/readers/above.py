"""What is above a table: its account, its cash and its totals, where these have a label; and what nobody has read.

The model: a row of two cells is a label and what it labels. A wider row with amounts may be a part of the table whose
header was not recognised, so it is named; with the word total in it, the file is refused.

Worked example: ``Cash,2747.06`` above the header is cash found; ``Total Value,9347.06`` is compared with the rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from ..money import NotANumberError
from . import cash
from .cells import harmless, normal, read_cell, read_date, word
from .document import Record
from .facts import CashBalance
from .layout import ReadingState
from .sections import TOTALS

_ACCOUNTS = frozenset({"account", "account number", "account name", "account id", "konto", "kontonummer", "compte",
                       "depot", "depotnummer", "rekening", "cuenta", "conto"})  # fmt: skip
_SUMMARIES = TOTALS | {"net account value", "account value", "portfolio value", "total market value", "net worth",
                       "total account value", "market value", "depotwert"}  # fmt: skip
_DIGIT = re.compile(r"\d")


Preamble = Callable[[Record, ReadingState], str | None]


def read_above(record: Record, state: ReadingState, preamble: Preamble | None) -> None:
    """One row above the header."""
    draft = state.draft
    reason = preamble(record, state) if preamble is not None else ""
    if not reason:
        pair = [cell.strip() for cell in record.cells if cell.strip()]
        if len(pair) == 2 and _labelled(record, state, normal(pair[0]).rstrip(": "), pair[1]):
            return
        amounts = len(amounts_of(record, state))
        if amounts >= 2 and len(pair) >= 3:
            state.unread.append(record)
        elif amounts == 1 and len(pair) == 2:
            state.skipped.append(record.line)
    draft.row(record, "header", reason or "above the table")


def _labelled(record: Record, state: ReadingState, label: str, text: str) -> bool:
    """Takes the cash or the total that a label names; True when the row is stated."""
    draft = state.draft
    if label in _ACCOUNTS:
        state.account = word(text)
        return False
    currency, summary = cash.label_currency(label), label in _SUMMARIES
    if currency is None and not summary:
        return False
    try:
        amount, sign = read_cell(text, draft.decimal)
    except NotANumberError:
        return False
    if amount is None:
        return False
    if summary:
        state.summaries.append((record.line, harmless(label, 40), amount))
        return False
    draft.bank(CashBalance(record.line, state.account, amount, currency or sign, label))
    draft.row(record, "cash", "cash above the table", account=state.account)
    return True


def amounts_of(record: Record, state: ReadingState) -> list[Decimal]:
    """The cells of a row that are amounts, not dates."""
    found = []
    for cell in record.cells:
        if not _DIGIT.search(cell) or read_date(cell) is not None:
            continue
        try:
            amount = read_cell(cell, state.draft.decimal)[0]
        except NotANumberError:
            continue
        if amount is not None:
            found.append(amount)
    return found


def conclude_above(state: ReadingState, *, cut: bool) -> None:
    """Compares the totals above the table, and names what was not read.

    Args:
        state: What was read.
        cut: The table has no end, so a total that differs says that rows are missing.
    """
    draft = state.draft
    for line, label, amount in state.summaries:
        check = draft.total_check(label, line, amount)
        (draft.compare if cut else draft.compare_summary)(check)
    if state.skipped and not draft.cash:
        listed = ", ".join(map(str, state.skipped[:10]))
        message = f"no cash was recognised; the amounts above the table were not read (line {listed})."
        draft.remark("info", "no_cash", message, state.skipped[0])
    if not state.unread:
        return
    lines = [record.line for record in state.unread]
    where = f"lines {lines[0]} to {lines[-1]}" if len(lines) > 1 else f"line {lines[0]}"
    totals = [r.line for r in state.unread if any("total" in normal(c) for c in r.cells)]
    totals += [line for line, *_ in state.summaries if line > lines[0]]
    if totals:
        message = (
            f"{where} have amounts and a total, and no header above them was recognised: a part of the file would be "
            "lost. Download it again, and do not edit its header."
        )
        draft.refuse("unread_rows", message, min(totals))
    else:
        message = f"{where} above the table have amounts and were not read; make sure that nothing of them is missing."
        draft.remark("warning", "unread_rows", message, lines[0])
