"""Files that are one table of positions under a header row: what most brokers write.

The model: a :class:`TableFormat` says which header names mean which field and what each row is (``classify``); the
engine here finds the header, reads each row (``position_row``), compares the file's totals and accounts for every row.
The order of columns is free, and those that a broker lets its users switch off may be absent. What looks like data and
was not read is never passed over: it is named, and refused where a total says that something is missing.

Worked example: under ``Symbol,Quantity,Last Price,Current Value`` the row ``VTI,10,$250.00,$2500.00`` is a holding of
10 shares; 10 x 250 is compared with 2,500, and ``$2600.00`` would be refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ..errors import DataError, Place
from ..money import DecimalSign
from . import totals
from .above import conclude_above, read_above
from .cells import decide_decimal, issue_at, normal
from .columns import MULTIPLIERS, SIDES
from .document import Document, Record
from .draft import StatementDraft
from .facts import CashBalance, Lot, RowKind
from .headers import column_titles, currency_columns, unit_of
from .labels import is_note, read_label, settle_cash
from .layout import NUMBERS, POSITION, Layout, ReadingState, TableRow, Verdict
from .position_row import read_cash, read_position
from .repeats import settle_repeats
from .sections import proven_style, section_sums, title_of
from .statement import Statement

AMOUNTS = ("quantity", "price", "value")
"""Two of them are needed: the third follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFormat:
    """A broker's table.

    Args:
        key: What ``--format-hint`` takes.
        broker: Name for people.
        columns: Field -> header names that mean it (folded). Fields: account, account_name, symbol, description,
            asset_class, currency, price_currency, pnl_currency, cost_currency, opened, and NUMBERS.
        required: Fields that the header must have, beside two of AMOUNTS.
        distinctive: Folded names of which the header must have one, so that no other broker's file is taken.
        classify: What a row is.
        preamble: Reads a row above the header; returns what it is, empty when it does not know it.
        conclude: What is compared once all rows are read.
        decimal: Number style, None to decide it from the file.
        currency: Currency of all amounts, empty when columns or nothing says it.
        pairs: See Layout.
        ends_with: What the last line of a complete file is, for the warning when it is missing; empty for nothing.
        names: The name of an asset is its symbol where it has no other.
        own_words: See ``instruments.unsupported``.
        titled: The names of columns are those of ``column_titles``.
    """

    key: str
    broker: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...] = ("symbol",)
    distinctive: tuple[str, ...] = ()
    classify: Callable[[TableRow, ReadingState], Verdict] = lambda _row, _state: POSITION
    preamble: Callable[[Record, ReadingState], str | None] | None = None
    conclude: Callable[[ReadingState], None] | None = None
    decimal: DecimalSign | None = "."
    currency: str = "USD"
    pairs: tuple[str, ...] = ()
    ends_with: str = ""
    names: bool = False
    own_words: bool = False
    titled: bool = False

    def is_header(self, names: tuple[str, ...]) -> bool:
        """A row of folded cells is this format's header."""
        present = set(names)
        if self.distinctive and not present.intersection(self.distinctive):
            return False
        if not all(present.intersection(self.columns[name]) for name in self.required):
            return False
        return sum(bool(present.intersection(self.columns.get(name, ()))) for name in AMOUNTS) >= 2

    def find(self, document: Document) -> int | None:
        """Index of the header row."""
        return next((index for index, names in enumerate(document.names) if self.is_header(names)), None)

    def layout(self, record: Record) -> Layout:
        """The columns of a header row.

        Raises:
            DataError: A column that is needed once is there twice.
        """
        names = list(map(normal, column_titles(record.cells) if self.titled else record.cells))
        index: dict[str, int] = {}
        for name, accepted in self.columns.items():
            for candidate in accepted:
                if candidate in names:
                    if names.count(candidate) > 1:
                        title = record.cells[names.index(candidate)].strip()
                        message = f"the column {title!a} is in the header twice; once is needed."
                        raise DataError([issue_at("error", "duplicate_column", message, record.line, column=title)])
                    index[name] = names.index(candidate)
                    break
        for field, accepted in (("multiplier", MULTIPLIERS), ("side", SIDES)):
            place = next((names.index(name) for name in accepted if name in names), None)
            if place is not None and place not in index.values():
                index[field] = place
        return layout_of(record, index, self.pairs)

    def row(self, record: Record, layout: Layout, state: ReadingState) -> TableRow:  # noqa: ARG002 - formats need it
        """A row with the meaning of its columns; a format may put its amounts right first."""
        return TableRow.of(record, layout)

    def read(self, document: Document, header: int) -> Statement:
        """Reads a file whose header row is at an index.

        Raises:
            DataError: With every problem found.
        """
        return read_table(self, document, header).statement()


def layout_of(record: Record, index: Mapping[str, int], pairs: tuple[str, ...] = ()) -> Layout:
    """The layout of a header row whose fields are at these positions."""
    cells = [cell.strip() for cell in record.cells]
    titles = {name: cells[i] or (cells[i - 1] if i else "") or f"column {i + 1}" for name, i in index.items()}
    units = {name: unit for name in NUMBERS if name in titles and (unit := unit_of(titles[name])[1])}
    width = max([*(i + 1 for i, cell in enumerate(cells) if cell), *(i + 1 for i in index.values())], default=0)
    return Layout(index, titles, width, pairs, len(record.cells), units)


def read_table(form: TableFormat, document: Document, header: int) -> StatementDraft:
    """Everything that the table says, not yet judged as a whole."""
    layout = _layout(form, document, header)
    decimal = form.decimal or _decide(document, header, layout)
    state = ReadingState(StatementDraft(format=form.key, broker=form.broker, decimal=decimal))
    draft, below = state.draft, document.records[header + 1 :]
    for record in document.records[:header]:
        read_above(record, state, form.preamble)
    title = document.records[header]
    draft.row(title, "header", "column names")
    rows: list[TableRow] = []
    if form.names and "value" in layout.index:
        rows = [TableRow.of(record, layout) for record in below]
        agreeing, others = section_sums(rows, draft)
        state.sections = agreeing | others
    first, plain = layout, bool(rows) and type(form).row is TableFormat.row
    for index, record in enumerate(below):
        row = rows[index] if plain and layout is first else form.row(record, layout, state)
        layout = _row(form, document, row, state)
    if document.broken is not None:
        draft.errors.append(document.broken)
    settle_cash(state)
    if form.conclude is not None:
        form.conclude(state)
    cut = bool(form.ends_with) and not state.complete
    settle_repeats(draft)
    totals.compare(draft, cut=cut)
    conclude_above(state)
    if cut:
        draft.remark("warning", "maybe_cut", f"the file does not end with {form.ends_with}; it may have been cut.")
    return draft


def _layout(form: TableFormat, document: Document, header: int) -> Layout:
    """The layout of the header, with the unnamed columns beside amounts that hold their currencies."""
    layout = form.layout(document.records[header])
    if form.currency or "currency" in layout.index:
        return layout
    extra = currency_columns(document.records[header], document.records[header + 1 :], layout.index)
    title = {**layout.title, **{name: layout.title[name.removesuffix("_currency")] for name in extra if "_" in name}}
    return replace(layout, index={**layout.index, **extra}, title={**dict.fromkeys(extra, "currency"), **title})


def _decide(document: Document, header: int, layout: Layout) -> DecimalSign:
    """The number style of the file; where no number decides it, the one in which quantity times price is the value.

    Raises:
        DataError: The numbers contradict each other, or can be read in two ways.
    """
    try:
        return _by_digits(document, header, layout)
    except DataError as error:
        style = proven_style([TableRow.of(r, layout) for r in document.records[header + 1 :]])
        if style is None or error.issues[0].code != "ambiguous_number":
            raise
        return style


def _by_digits(document: Document, header: int, layout: Layout) -> DecimalSign:
    fields = [(layout.index[name], layout.title[name]) for name in (*NUMBERS, "closing") if name in layout.index]
    return decide_decimal(
        (cell, Place(line=record.line, column=title))
        for record in document.records[header + 1 :]
        for index, title in fields
        if index < len(record.cells) and ("." in (cell := record.cells[index]) or "," in cell)
    )


def _row(form: TableFormat, document: Document, row: TableRow, state: ReadingState) -> Layout:
    """One row under the header; returns the layout of the rows after it."""
    draft, record = state.draft, row.record
    again = not state.ended and (row.raw("symbol") == row.layout.title["symbol"] or state.stopped)
    if again and form.is_header(tuple(map(normal, record.cells))):
        draft.row(record, "header", "column names")
        draft.breaks.append(record.line)
        state.stopped = ""
        return form.layout(record)
    if state.stopped:
        draft.row(record, "other", state.stopped)
        return row.layout
    if record.line in state.sections:
        draft.state_total("section", record.line, title_of(row), row.glance(draft, "value"))
        draft.row(record, "total", "the sum of a section, compared with its rows")
        return row.layout
    kind, reason = form.classify(row, state)
    if state.handled:
        state.handled = False
        draft.row(record, kind, reason, account=state.account)
        return row.layout
    if _is_line_of_text(row) and kind in {"position", "footer"}:
        said = _read_text(document, row, state)
        if said is not None:
            draft.row(record, *said, account=state.account if said[0] == "cash" else "")
            return row.layout
    if kind in _ASSETS and not _width_fits(document, row, state):
        return row.layout
    account = row.word("account") or row.word("account_name") or state.account
    if kind in {"position", "cash", "unsupported"}:
        draft.own(account, row.word("account_name"))
    kind, reason = _asset(form, row, state, account, (kind, reason))
    symbol = row.text("symbol") if kind in _ASSETS else ""
    if kind == "position" and draft.holdings and draft.holdings[-1].line == record.line:
        symbol = draft.holdings[-1].symbol
    if kind in {"position", "unsupported", "cash"}:
        state.last, state.symbol = kind, symbol
    elif kind == "lot":
        symbol = state.symbol
    draft.row(record, kind, reason, symbol, account if kind in _ASSETS else "")
    return row.layout


def _is_line_of_text(row: TableRow) -> bool:
    """The row is shorter than the header, or has one cell."""
    return len(row.record.cells) < row.layout.width or (not row.record.cells[1] and row.alone)


def _read_text(document: Document, row: TableRow, state: ReadingState) -> Verdict | None:
    """Takes the cash or the total of a line below the rows, unless it may be a row of which the end was cut off."""
    record = row.record
    cut = document.unfinished and record is document.records[-1] and len(record.cells) > 1
    return None if cut else read_label(record, state, own=not record.after_blank)


_ASSETS: frozenset[RowKind] = frozenset({"position", "cash", "unsupported", "lot", "pending"})


def _asset(form: TableFormat, row: TableRow, state: ReadingState, account: str, verdict: Verdict) -> Verdict:
    """Adds what a row holds, and says what it was."""
    kind, draft = verdict[0], state.draft
    if kind == "position":
        return read_position(row, draft, account, currency=form.currency, names=form.names, own_words=form.own_words)
    if kind == "cash":
        read_cash(row, draft, account, form.currency)
    elif kind == "unsupported":
        draft.count(row.record.line, account, row.number(draft, "value"))
    elif kind == "lot":
        _lot(row, state)
    elif kind == "pending":
        return read_pending(draft, row.record, account, row.number(draft, "value"), form.currency)
    return verdict


def read_pending(draft: StatementDraft, record: Record, account: str, amount: Decimal | None, currency: str) -> Verdict:
    """What is not settled: a debit takes from the cash that can be invested, a credit is not there yet."""
    if not amount:
        return "pending", "not settled yet"
    if amount > 0:
        draft.pending.append((record.line, account, amount))
        draft.count(record.line, account, amount, "due")
        return "pending", "not settled yet, not counted as cash"
    draft.bank(CashBalance(record.line, account, amount, currency, "Pending activity", pending=True))
    return "cash", "not settled yet: what is owed is taken off the cash"


def _width_fits(document: Document, row: TableRow, state: ReadingState) -> bool:
    """The row has the header's fields; blank ones more are harmless, and workbooks drop blank ones at the end."""
    cells, layout = row.record.cells, row.layout
    if layout.width <= len(cells) <= layout.room:
        return True
    beyond = any(cell.strip() for cell in cells[max(layout.room, layout.width) :])
    if beyond or (len(cells) < layout.width and not document.padded):
        if is_note(row.record, state):
            state.draft.row(row.record, "footer", "text, not a position")
            return False
        message = f"{len(cells)} fields were found where the header has {layout.width}; check delimiters and quotes."
        state.draft.refuse("field_count", message, row.record.line)
        state.draft.row(row.record, "other", "refused")
        return False
    return True


def _lot(row: TableRow, state: ReadingState) -> None:
    draft = state.draft
    quantity, value, pnl, cost = (row.number(draft, name) for name in ("quantity", "value", "pnl", "cost"))
    opened = row.text("opened") or row.first
    if state.last == "position":
        draft.lot(Lot(row.record.line, quantity, value, cost, pnl, opened))
    elif state.last != "unsupported":
        draft.refuse("lot_without_position", "there is no position above this tax lot.", row.record.line)


def account_total(state: ReadingState, line: int, label: str, text: str, account: str | None = None) -> None:
    """Notes a total of the file, of its table or of an account, to be compared with the rows."""
    state.draft.state_total("total", line, label, state.draft.number(text, line, label), account)
