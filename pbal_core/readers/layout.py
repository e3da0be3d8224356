"""A row of a table with the meaning of its columns, and what a reader remembers between rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from ..money import NotANumberError
from .cells import MAX_CELL, read_cell, word
from .document import Record
from .draft import StatementDraft
from .facts import CashBalance, RowKind

NUMBERS = ("quantity", "price", "value", "pnl", "cost", "cost_price")
"""Fields that hold numbers; ``cost_price`` is the cost of one share."""

Verdict = tuple[RowKind, str]
"""What a row is, and why."""
POSITION: Verdict = ("position", "")

_CURRENCIES = frozenset({"pnl_currency", "cost_currency", "cost_price_currency"})
_PERCENT_AFTER = re.compile(r"(?<=\S)\s+[+-]?[\d.,]+\s?%\s*$")


class TableRow(NamedTuple):
    """A row with the meaning of its columns."""

    record: Record
    layout: Layout
    values: Mapping[str, str]

    @classmethod
    def of(cls, record: Record, layout: Layout) -> TableRow:
        """The row under a header."""
        cells = record.cells
        count = len(cells)
        return cls(record, layout, {name: cells[index] for name, index in layout.index.items() if index < count})

    def raw(self, name: str) -> str:
        """The field as it is in the file; empty when the file or the row does not have it."""
        return self.values.get(name, "")

    def text(self, name: str) -> str:
        """The field, stripped."""
        return self.values.get(name, "").strip()

    def word(self, name: str) -> str:
        """The field, stripped; empty where the cell says that there is none (``--``, ``n/a``, ``null``)."""
        text = self.values.get(name)
        return word(text) if text else ""

    def number(self, draft: StatementDraft, name: str) -> Decimal | None:
        """The amount of a field; None when blank or absent, and None with a noted problem when it is no number."""
        return self.amount(draft, name)[0]

    def amount(self, draft: StatementDraft, name: str) -> tuple[Decimal | None, str]:
        """As ``number``, with the currency that the cell names."""
        text = self.values.get(name)
        if not text:
            return None, ""
        if self.layout.pairs and name in self.layout.pairs and len(text) <= MAX_CELL:
            text = _PERCENT_AFTER.sub("", text)
        return draft.amount(text, self.record.line, self.layout.title[name])

    def glance(self, draft: StatementDraft, name: str) -> Decimal | None:
        """As ``number``, where it is one; what is wrong with it is noted when the row is read."""
        try:
            return read_cell(self.text(name), draft.decimal)[0]
        except NotANumberError:
            return None

    @property
    def first(self) -> str:
        """The first field, stripped."""
        return self.record.cells[0].strip()

    @property
    def alone(self) -> bool:
        """Only the first field has text."""
        return bool(self.first) and not any(cell.strip() for cell in self.record.cells[1:])


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields stand.

    Args:
        index: Position of each field in a row.
        title: Header text of each field, for messages.
        width: How many columns the header names; rows have as many fields at least.
        pairs: Fields whose cell holds an amount and a percentage.
        room: How many fields the header has, unnamed ones too; rows have as many at most.
        units: Currency that the header of an amount names, such as ``Price (GBX)``.
    """

    index: Mapping[str, int]
    title: Mapping[str, str]
    width: int
    pairs: tuple[str, ...] = ()
    room: int = 0
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def foreign(self) -> bool:
        """P&L or cost have columns of currencies of their own."""
        return not self.index.keys().isdisjoint(_CURRENCIES)


@dataclass(slots=True)
class ReadingState:
    """What a format remembers between rows.

    Args:
        draft: The statement being written.
        account: Account of the rows that follow, where it is in a row of its own.
        stopped: Why the rest of the file is not read, empty while it is.
        complete: The line that ends a complete file was seen.
    """

    draft: StatementDraft
    account: str = ""
    stopped: str = ""
    complete: bool = False
    ended: bool = False
    """No header begins another table of positions."""
    sections: frozenset[int] = frozenset()
    """Lines that are sums of sections."""
    skipped: list[int] = field(default_factory=list)
    """Lines beside the table that are a label and an amount, and are not cash."""
    beside: list[CashBalance] = field(default_factory=list)
    """Cash that such lines name."""
    unread: list[Record] = field(default_factory=list)
    """Rows with amounts that nothing has claimed."""
    handled: bool = False
    """``classify`` has added the facts of this row itself."""
    last: RowKind | None = None
    """What the last row with an asset was: lots belong to it."""
    symbol: str = ""
    """Its symbol."""
    notes: dict[str, str] = field(default_factory=dict)
