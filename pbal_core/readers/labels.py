"""Lines that are a label and an amount, beside a table or below it: cash, totals, and what nobody has read.

The model: a label that names cash is cash, one that names the worth of everything is a total. Such a line right below
the rows belongs to the table; one above it, or apart from it, is a summary that may be of another moment.

Worked example: ``Free funds: 1,234.56`` is cash, as is ``Cash;1234,56``; ``Portfolio value: 9,347.06`` is compared.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from ..money import CURRENCY_SIGN, DecimalSign, NotANumberError
from . import cash
from .cells import MAX_CELL, harmless, normal, read_cell
from .columns import NAMES
from .document import Record
from .facts import CashBalance
from .layout import ReadingState, Verdict
from .total_words import is_total

_LABELLED = re.compile(
    rf"(?P<label>\D*?[^\W\d_][)\]]?)[\s:=]+(?P<amount>[-+(]*\s*(?:{CURRENCY_SIGN})?\s*[-+(]*\s*[\d.,].*)"
)


_ACCOUNT = frozenset({"account", "accounts", "konto", "verrechnungskonto", "kontoguthaben"})
_ACCOUNT_DIGITS = 6
_SENTENCE = 5
"""So many words are no name of an asset whose line was cut."""
_NOTES = frozenset({"footnote", "footnotes", "note", "notes", "disclaimer", "disclosure", "disclosures", "legend",
                    "end", "fu\u00dfnoten", "hinweis", "hinweise", "remarques", "notas", "noten"})  # fmt: skip
_NO_CASH = frozenset({*NAMES["cost"], *NAMES["pnl"], *NAMES["quantity"]})


class LabelledAmount(NamedTuple):
    """What a line says.

    Attributes:
        title: The label as it is in the file.
        text: The amount as it is in the file.
    """

    title: str
    text: str

    @property
    def label(self) -> str:
        """The label, folded."""
        return normal(self.title)


def labelled(record: Record) -> LabelledAmount | None:
    """The label and the amount of a line of one cell or of two, None for every other line.

    An amount with thousands separators is several cells where nobody has quoted it.
    """
    cells = [cell.strip() for cell in record.cells if cell.strip()]
    if not cells or len(cells) > 4 or sum(map(len, cells)) > 2 * MAX_CELL:
        return None
    if len(cells) == 2 and ":" not in cells[0].rstrip(":") and not re.search(r"\d", cells[0]):
        return LabelledAmount(cells[0].rstrip(": "), cells[1])
    if len(cells) > 1 and ":" not in cells[0]:
        return None
    match = _LABELLED.fullmatch(",".join(cells))
    return LabelledAmount(match["label"].strip(": "), match["amount"]) if match else None


def read_label(record: Record, state: ReadingState, *, own: bool) -> Verdict | None:
    """Takes the cash or the total of a line that is a label and an amount.

    Args:
        record: The line.
        state: What was read so far.
        own: The line belongs to the table, so that a total must be that of its rows.

    Returns:
        What the line is; None for a line that is neither, which is noted where it has an amount.
    """
    draft, said = state.draft, labelled(record)
    if said is None:
        return None
    currency, label = cash.label_currency(said.label), harmless(said.title, 40)
    try:
        amount, sign = read_cell(said.text, draft.decimal)
    except NotANumberError:
        if currency is not None:
            state.skipped.append(record.line)
        return None
    if amount is None:
        return None
    if currency is not None and not _is_account_number(said):
        return _bank(state, CashBalance(record.line, state.account, amount, currency or sign, label))
    if is_total(said.label, summed=True):
        draft.state_total("total" if own else "summary", record.line, label, amount)
        return "total", "compared with the rows"
    if said.label not in _NO_CASH and not re.match(r"0\d", said.text):
        state.skipped.append(record.line)
    return None


def _is_account_number(said: LabelledAmount) -> bool:
    """``Cash account: 12345678`` is the number of an account."""
    text = said.text.strip()
    return len(text) >= _ACCOUNT_DIGITS and text.isdigit() and not _ACCOUNT.isdisjoint(said.label.split())


def is_note(record: Record, state: ReadingState) -> bool:
    """A line that does not have the cells of the table is a sentence, or a short text that no row begins with.

    A short text may be the name of an asset whose line was cut; where names come first, that is said.
    """
    draft, cells = state.draft, [cell.strip() for cell in record.cells if cell.strip()]
    text = ", ".join(cells)
    words = text.split()
    if any(_is_amount(cell, draft.decimal) for cell in cells):
        return False
    if len(words) >= _SENTENCE or (len(words) > 1 and text.endswith((".", "!", "?", ":", ")"))):
        return True
    if len(cells) > 1 or (len(words) == 1 and normal(text).rstrip(":") not in _NOTES):
        return False
    if draft.holdings and " " in draft.rows[-1].cells[0].strip():
        message = f"the line is one text ({text[:40]!a}) and was not read; if it is a position, the file was cut there."
        draft.remark("warning", "text_line", message, record.line)
    return True


def _is_amount(text: str, decimal: DecimalSign) -> bool:
    try:
        return read_cell(text, decimal)[0] is not None
    except NotANumberError:
        return False


def _bank(state: ReadingState, balance: CashBalance) -> Verdict:
    """Adds cash that a line beside the table names; the same cash under another label counts once."""
    draft = state.draft
    for other in state.beside:
        if (other.account, other.currency) == (balance.account, balance.currency):
            if other.amount != balance.amount:
                message = (
                    f"the file says {other.amount:f} as {other.label} (line {other.line}) and {balance.amount:f} as "
                    f"{balance.label}; the first is used as the cash."
                )
                draft.remark("warning", "cash_differs", message, balance.line)
            return "other", "cash that is counted already"
    draft.bank(balance)
    state.beside.append(balance)
    return "cash", "cash beside the table"


def settle_cash(state: ReadingState) -> None:
    """Leaves out cash beside the table that repeats the rows of cash in it."""
    draft = state.draft
    for balance in state.beside:
        own = [b for b in draft.cash if b not in state.beside and b.account == balance.account]
        own = [b for b in own if b.currency in {"", balance.currency} or not balance.currency]
        if not own:
            continue
        sums = {sum((b.amount for b in own if not (b.fund and plain)), Decimal(0)) for plain in (False, True)}
        if not any(not b.fund for b in own) and balance.amount not in sums:
            continue
        if balance.amount not in sums:
            message = (
                f"the file says {balance.amount:f} as {balance.label}, and its table has {max(sums):f} of cash; the "
                "table is used."
            )
            draft.remark("warning", "cash_differs", message, balance.line)
        draft.leave_out_cash(balance, "cash that is counted in the table")
