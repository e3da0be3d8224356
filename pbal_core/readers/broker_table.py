"""A broker's table told in one row of data: what its columns are called, and which rows are no positions.

The model: a :class:`BrokerTable` is recognised by names that only this broker's header has. Everything else is the
engine of ``table``; this module says where brokers differ: a quantity in several columns, a currency in the column
behind an amount, the words for cash, totals and bonds, lines above the table.

Worked example: ``Quantity Available,Quantity Pledged`` over ``200,100``, with
``adds={"quantity": ("pledged",)}``, is 300 shares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from ..errors import DataError
from . import instruments
from .broker_above import Above, day_first, read_above
from .cells import MAX_CELL, is_blank, issue_at, normal
from .document import Document, Record
from .headers import unit_of
from .layout import POSITION, Layout, ReadingState, TableRow, Verdict
from .statement import Statement
from .table import TableFormat, account_total

Confidence = Literal["high", "medium", "low"]
"""high: a real file, or the test data of an importer made from one; medium: the code of importers; low: one source that
may be made up."""
IN_HEADER = "header"
"""The currency is the unit of the value's header name: ``Verdi NOK``."""

_AGAIN = "download the file again, and do not edit it."


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerTable:
    """See the module.

    Args:
        key: What ``--format-hint`` takes.
        broker: Name for people.
        source: Where the layout is known from.
        confidence: How well.
        signature: Folded header names that the header must have all; ``a|b``: one of the two.
        columns: As in TableFormat; ``name (2)`` is the second column of that name. ``as_of``: the day of a row's price.
            ``kind``: a word that ``cash`` and ``left_out`` may match.
        currency: ISO code of the amounts; IN_HEADER; empty: a column says it, or nothing.
        decimal: As in TableFormat.
        behind: Field -> the field whose column stands just before its own, which has no name of its own.
        adds: Field -> fields whose amounts are part of it.
        symbol_in: Pattern whose group is the symbol, where the cell has more in it.
        cash: Pattern of the folded symbol, name or kind of cash.
        total: Pattern of a folded cell in the row of the table's total; the amount is the value, or follows that cell.
        footer: Pattern of the folded first cell of notes below the table.
        left_out: Pattern of a folded symbol or kind, and why such rows are left out.
        stop: Pattern of the folded first cell below which there are no positions.
        above: What lines above the table say.
        names: As in TableFormat.
        note: What the user should know of every such file; empty for nothing.
        adjust: Puts the fields of a row right before they are read.
        classify: Asked before the rules above; None: they decide.
        preamble: As in TableFormat, after ``above``.
        conclude: As in TableFormat.
    """

    key: str
    broker: str
    source: str
    confidence: Confidence
    signature: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    currency: str = ""
    decimal: Literal[".", ","] | None = "."
    behind: Mapping[str, str] = field(default_factory=dict)
    adds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    symbol_in: str = ""
    cash: str = ""
    total: str = ""
    footer: str = ""
    left_out: tuple[str, str] = ("", "")
    stop: str = ""
    above: tuple[Above, ...] = ()
    names: bool = False
    note: str = ""
    adjust: Callable[[dict[str, str], TableRow, ReadingState], None] | None = None
    classify: Callable[[TableRow, ReadingState], Verdict | None] | None = None
    preamble: Callable[[Record, ReadingState], str] | None = None
    conclude: Callable[[ReadingState], None] | None = None

    @property
    def KEY(self) -> str:  # noqa: N802 - what a format offers
        """The key."""
        return self.key

    @property
    def BROKER(self) -> str:  # noqa: N802 - what a format offers
        """The name for people."""
        return self.broker

    def find(self, document: Document) -> int | None:
        """Index of the header row, None when the document has none of this broker."""
        needed = [frozenset(names.split("|")) for names in self.signature]
        return next(
            (i for i, row in enumerate(document.names) if not any(map(frozenset(row).isdisjoint, needed))), None
        )

    def read(self, document: Document, header: int) -> Statement:
        """Reads the file whose header row stands at an index.

        Raises:
            DataError: With every problem found.
        """
        self._check(document.records[header])
        return self._sheet(document.records[header]).read(document, header)

    def _more_above(self, record: Record, state: ReadingState) -> str:
        return "" if self.preamble is None else self.preamble(record, state)

    def _check(self, header: Record) -> None:
        """Refuses a header that lost a column without which nothing is held."""
        present = frozenset(normal(cell) for cell in header.cells)
        lost = [name for name in ("symbol", "quantity") if present.isdisjoint(self.columns[name])]
        worth = [name for name in ("value", "price") if name in self.columns]
        if all(present.isdisjoint(self.columns[name]) for name in worth):
            lost.append(worth[0])
        problems = [
            issue_at(
                "error",
                "missing_column",
                f"{self.broker}'s column {self.columns[n][0]!a} is missing; {_AGAIN}",
                header.line,
            )
            for n in lost
        ]
        if problems:
            raise DataError(problems)

    def _sheet(self, header: Record) -> _Sheet:
        names = [normal(cell) for cell in header.cells]
        value = next((i for name in self.columns.get("value", ()) for i in range(len(names)) if names[i] == name), None)
        stated = "" if value is None else unit_of(header.cells[value])[1]
        return _Sheet(
            key=self.key,
            broker=self.broker,
            columns=self.columns,
            required=("symbol",),
            classify=lambda row, state: _classify(self, row, state),
            preamble=lambda record, state: read_above(self.above, record, state) or self._more_above(record, state),
            conclude=lambda state: _conclude(self, state),
            decimal=self.decimal,
            currency=stated if self.currency == IN_HEADER else self.currency,
            names=self.names,
            spec=self,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet(TableFormat):
    """The engine's view of one file of a BrokerTable."""

    spec: BrokerTable

    def is_header(self, names: tuple[str, ...]) -> bool:
        """A header that is repeated within the table."""
        present = frozenset(names)
        return not any(present.isdisjoint(one.split("|")) for one in self.spec.signature)

    def layout(self, record: Record) -> Layout:
        """The columns that have names, and those that stand behind them."""
        found = TableFormat.layout(self, record._replace(cells=self._numbered(record.cells)))
        index, title = dict(found.index), dict(found.title)
        for name, before in self.spec.behind.items():
            if name not in index and before in index and index[before] + 1 < len(record.cells):
                index[name], title[name] = index[before] + 1, record.cells[index[before] + 1].strip() or title[before]
        width = max([found.width, *(position + 1 for position in index.values())])
        return replace(found, index=index, title=title, width=width)

    def _numbered(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        """A name that stands twice is ``name (2)`` the second time, where that is a column of this broker."""
        wanted = {name for names in self.columns.values() for name in names if name.endswith(" (2)")}
        result: list[str] = []
        for cell in cells:
            again = f"{normal(cell)} (2)"
            result.append(again if again in wanted and normal(cell) in map(normal, result) else cell)
        return tuple(result)

    def row(self, record: Record, layout: Layout, state: ReadingState) -> TableRow:
        """A row that is put right as the broker needs it."""
        spec = self.spec
        row = TableRow.of(record, layout)
        values = dict(row.values)
        if spec.adjust is not None:
            spec.adjust(values, row, state)
            row = TableRow(record, layout, values)
        if spec.symbol_in and (match := re.fullmatch(spec.symbol_in, values.get("symbol", "").strip()[:MAX_CELL])):
            values["symbol"] = match[1]
        for name, others in spec.adds.items():
            parts = [row.glance(state.draft, part) for part in (name, *others)]
            if any(parts[1:]):
                values[name] = as_text(sum((part for part in parts if part), Decimal(0)), state)
        return TableRow(record, layout, values)


def as_text(amount: Decimal, state: ReadingState) -> str:
    """An amount as the file would write it."""
    return f"{amount:f}".replace(".", state.draft.decimal)


def _classify(spec: BrokerTable, row: TableRow, state: ReadingState) -> Verdict:
    verdict = None if spec.classify is None else spec.classify(row, state)
    if verdict is not None:
        return verdict
    day = day_first(row.text("as_of"))
    if day:
        state.draft.as_of = max(day, state.draft.as_of or day)
    first = normal(row.first)
    if spec.stop and re.fullmatch(spec.stop, first):
        state.stopped = "below the table"
        return "footer", "below the table"
    blank = row.glance(state.draft, "quantity") is None
    cells = [normal(cell[:MAX_CELL]) for cell in row.record.cells]
    label = next((i for i, cell in enumerate(cells) if spec.total and re.fullmatch(spec.total, cell)), None)
    if blank and label is not None:
        return "total", _total(row, state, label)
    if blank and (sum(map(bool, cells)) == 1 or (spec.footer and re.fullmatch(spec.footer, first))):
        return "footer", "a title or a note"
    words = [normal(row.text(name)) for name in ("symbol", "description", "kind")]
    if spec.cash and any(re.fullmatch(spec.cash, word) for word in words):
        return "cash", "cash"
    pattern, reason = spec.left_out
    if pattern and any(re.fullmatch(pattern, word) for word in words):
        return "unsupported", reason
    return POSITION


def _total(row: TableRow, state: ReadingState, label: int) -> str:
    """Compares the amount under the values, or in a short row the one behind the label."""
    text, cells = row.raw("value"), row.record.cells
    if is_blank(text) and len(cells) < row.layout.width:
        text = next((cell for cell in cells[label + 1 :] if cell.strip()), "")
    if is_blank(text):
        return "no amount to compare"
    account_total(state, row.record.line, "total", text)
    return "compared with the rows"


def _conclude(spec: BrokerTable, state: ReadingState) -> None:
    """Says what is known of every such file."""
    draft = state.draft
    if spec.confidence == "low":
        message = (
            f"the authors of this reader have seen no real file of {spec.broker} with these columns; compare every "
            "number with the file."
        )
        draft.remark("warning", "low_confidence", message)
    if spec.note:
        draft.remark("info", "format_note", spec.note)
    if spec.conclude is not None:
        spec.conclude(state)
    if spec.currency and spec.currency != IN_HEADER:
        draft.cash = [b if b.currency else b._replace(currency=spec.currency) for b in draft.cash]


OPTION = instruments.unsupported("VTI   260116C00300000")
"""Why an option is left out."""
BOND = instruments.unsupported("", "bond")
"""Why a bond is left out."""
