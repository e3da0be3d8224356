"""What brokers say above their table: the account, the day and totals, in words of their own.

Worked example: ``Above("depotnummer", "account")`` takes 12345 of the row ``Depotnummer;12345`` for the account.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

from .cells import MAX_CELL, is_blank, normal, read_date
from .document import Record
from .facts import CashBalance
from .layout import ReadingState

_DAY_FIRST = re.compile(r"(\d{1,2})[.-](\d{1,2})[.-](\d{4})")


class Above(NamedTuple):
    """A line above the table that says something.

    Attributes:
        label: Pattern of the folded first cell; a group in it is the answer, else the next cell with text is.
        means: What the answer is; ``account_below`` and ``total_below``: it is the first cell of the next row.
    """

    label: str
    means: Literal["account", "account_below", "as_of", "total", "total_below"]


def read_above(rules: Iterable[Above], record: Record, state: ReadingState) -> str:
    """What a row above the table is, once it has been taken; empty when no rule knows it."""
    label = normal(record.cells[0]) if len(record.cells[0]) <= MAX_CELL else ""
    below = state.notes.pop("below", "")
    if below:
        _take(below, record.cells[0].strip(), record, state)
        return "account, day or total"
    for rule in rules:
        match = re.fullmatch(rule.label, label)
        if match is None:
            continue
        answer = next((cell.strip() for cell in record.cells[1:] if cell.strip()), "")
        if match.re.groups and match[1]:
            answer = " ".join(record.cells[0].split())[match.start(1) :].strip()
        if rule.means.endswith("_below"):
            state.notes["below"] = rule.means.removesuffix("_below")
        else:
            _take(rule.means, answer, record, state)
        return "account, day or total"
    return ""


def _take(means: str, answer: str, record: Record, state: ReadingState) -> None:
    """Takes what a line above the table says."""
    draft = state.draft
    if means == "account":
        state.account = answer.strip("'")
    elif means == "as_of":
        draft.as_of = day_first(answer) or draft.as_of
    elif not is_blank(answer):
        draft.state_total("summary", record.line, "total above the table", draft.number(answer, record.line, "total"))


def bank_above(state: ReadingState, balance: CashBalance) -> None:
    """Adds cash that stands above the table, and says so of its line."""
    draft = state.draft
    draft.bank(balance)
    for index, row in enumerate(draft.rows):
        if row.line == balance.line:
            draft.rows[index] = row._replace(kind="cash", reason="cash above the table", account=balance.account)


def day_first(text: str) -> date | None:
    """A date of the forms that ``read_date`` knows, or with the day first, whatever follows it."""
    word = text.strip().partition(" ")[0].rstrip(",")
    match = _DAY_FIRST.match(word)
    if match is None:
        return read_date(word)
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None
