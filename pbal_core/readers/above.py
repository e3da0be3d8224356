"""What is above a table: its account, its cash and its totals, where these have a label; and what nobody has read.

The model: a row of two cells is a label and what it labels. A wider row with amounts may be a part of the table whose
header was not recognised, so it is named; with the word total in it, the file is refused.

Worked example: ``Cash,2747.06`` above the header is cash found; ``Total Value,9347.06`` is compared with the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from ..money import NotANumberError
from .cells import normal, read_cell, read_date, word
from .document import Record
from .labels import read_label
from .layout import ReadingState

_ACCOUNTS = frozenset({"account", "account number", "account name", "account id", "konto", "kontonummer", "compte",
                       "depot", "depotnummer", "rekening", "cuenta", "conto"})  # fmt: skip


Preamble = Callable[[Record, ReadingState], str | None]


def read_above(record: Record, state: ReadingState, preamble: Preamble | None) -> None:
    """One row above the header."""
    draft = state.draft
    reason = preamble(record, state) if preamble is not None else ""
    if reason:
        draft.row(record, "header", reason)
        return
    pair = [cell.strip() for cell in record.cells if cell.strip()]
    if len(pair) == 2 and normal(pair[0]).rstrip(": ") in _ACCOUNTS:
        state.account = word(pair[1])
    verdict = read_label(record, state, own=False)
    if verdict is not None:
        kind, reason = verdict
        draft.row(record, kind, reason, account=state.account if kind == "cash" else "")
        return
    if len(pair) >= 3 and len(amounts_of(record, state)) >= 2:
        state.unread.append(record)
    draft.row(record, "header", "above the table")


def amounts_of(record: Record, state: ReadingState) -> list[Decimal]:
    """The cells of a row that are amounts, not dates."""
    found = []
    for cell in record.cells:
        if read_date(cell) is not None:
            continue
        try:
            amount = read_cell(cell, state.draft.decimal)[0]
        except NotANumberError:
            continue
        if amount is not None:
            found.append(amount)
    return found


def conclude_above(state: ReadingState) -> None:
    """Names what is beside the table and was not read."""
    draft = state.draft
    if state.skipped and not draft.cash:
        message = f"no cash was recognised; {lines_have(state.skipped)} an amount that was not read."
        draft.remark("info", "no_cash", message)
    if not state.unread:
        return
    lines = [record.line for record in state.unread]
    totals = [r.line for r in state.unread if any("total" in normal(c) for c in r.cells)]
    totals += [stated.line for stated in draft.stated if stated.level == "summary" and stated.line > lines[0]]
    if totals:
        message = (
            f"{lines_have(lines)} amounts and a total, and no header was recognised above: a part of the file would be "
            "lost. Download it again, and do not edit its header."
        )
        draft.refuse("unread_rows", message, min(totals))
    else:
        message = (
            f"{lines_have(lines)} amounts that no reader knows, above the table; make sure that nothing is missing."
        )
        draft.remark("warning", "unread_rows", message, lines[0])


def lines_have(lines: Sequence[int]) -> str:
    """``line 6 has``, ``lines 3, 5 and 8 have``, ``lines 3 to 9 have``: ascending lines as the start of a sentence."""
    first, last = lines[0], lines[-1]
    if len(lines) == 1:
        return f"line {first} has"
    if len(lines) > 2 and last - first == len(lines) - 1:
        return f"lines {first} to {last} have"
    more = ", ..." if len(lines) > 10 else ""
    return f"lines {', '.join(map(str, lines[:-1][:9]))}{more} and {last} have"
