"""A file of no known broker: the columns are guessed from common names, then proved by the numbers or confirmed.

Commas, semicolons, tabs or bars part the fields; the number style is decided from the whole file. Two of quantity,
price and value are enough: the third follows. Where all three are there and quantity times price is the value in every
row, or two are there and no other column could be meant, the guess needs no confirmation: a remark says what was taken.

Worked example: ``Ticker;Units;Last`` over ``VTI;10;250,5`` is 10 VTI at 250.50, worth 2,505.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .. import cash, instruments, unclaimed
from ..broker_above import day_first
from ..cells import is_blank, normal, shown
from ..columns import NAMES
from ..document import Document, Record
from ..draft import StatementDraft
from ..headers import column_titles, columns_to_choose, unit_of
from ..layout import POSITION, Layout, ReadingState, TableRow, Verdict
from ..mapping import ColumnMapping, guess, guessed_columns
from ..sections import label_of, title_of
from ..statement import Statement
from ..table import AMOUNTS, TableFormat, account_total, layout_of, read_table
from ..total_words import is_pending, is_sub_total, is_total

_ACCOUNTS = frozenset({"", "cash", "margin"})
_NOT_HELD = (
    r"(?i)\W*(?:closed|sold|realized|realised|past|watch ?list|open orders|pending orders|order history|transactions?|"
    r"activity|verkaufte?|geschlossene?|watchliste?|ums\xe4tze|ventes|cerradas?|vendute?)\b"
)
"""Titles of rows that are no positions of today."""
_DEBTS = frozenset({
    "margin", "loan", "debit", "debit balance", "margin debit balance", "margin loan balance", "overdraft", "kredit",
    "lombardkredit", "cr\xe9dit",
})  # fmt: skip
"""Labels of what is borrowed, where the amount is below 0; above it they may be what could be borrowed."""
KEY = "generic"
BROKER = "a file of your own"


def find(document: Document) -> int | None:
    """The first row whose names make a mapping."""
    for index, record in enumerate(document.records[: len(document.names)]):
        if guess(record.cells) is not None:
            return index
    return None


def find_mapped(document: Document, mapping: ColumnMapping) -> int | None:
    """The first row that has every column of a mapping."""
    wanted = {normal(column) for _, column in mapping.pairs()}
    for index, record in enumerate(document.records[: len(document.names)]):
        if wanted <= set(map(normal, column_titles(record.cells))):
            return index
    return None


def read(
    document: Document, header: int, mapping: ColumnMapping | None = None, *, confirmed: bool = False
) -> Statement:
    """Reads a file by a mapping, or by the guess that its header allows, which ``find`` has found.

    Raises:
        DataError: With every problem found.
    """
    title, below = document.records[header], document.records[header + 1 :]
    guessed = mapping is None
    mapping = mapping or _by_cells(document, header)
    draft = _table(document, header, mapping, confirmed=confirmed)
    value = unclaimed.find_value(title, below, mapping, draft) if guessed else ""
    if value:
        mapping = replace(mapping, value=value)
        draft = _table(document, header, mapping, confirmed=confirmed)
    doubt = unclaimed.find_doubt(title, below, mapping, draft) if guessed else ""
    if doubt:
        draft.remark("warning", "columns_open", f"{doubt}; name the columns in a mapping if so.", title.line)
    reason = "" if confirmed or doubt else _proof(mapping, title.cells, draft)
    if reason:
        taken = ", ".join(f"{field} from {column}" for field, column in mapping.pairs())
        draft.remark("info", "columns_taken", f"the columns were recognised ({taken}): {reason}.", title.line)
    statement = draft.statement()
    names = columns_to_choose(title, below)
    return replace(statement, mapping=mapping, mapping_confirmed=confirmed or bool(reason), columns=names)


def _table(document: Document, header: int, mapping: ColumnMapping, *, confirmed: bool) -> StatementDraft:
    """What the table says by a mapping."""
    columns = {name: (normal(column),) for name, column in mapping.pairs()}
    form = _OwnTable(
        key=KEY,
        broker=BROKER,
        columns=columns,
        required=tuple(columns),
        classify=_classify,
        decimal=None if mapping.decimal == "auto" else mapping.decimal,
        currency="",
        names=True,
        own_words=True,
        titled=confirmed,
    )
    return read_table(form, document, header)


@dataclass(frozen=True, slots=True, kw_only=True)
class _OwnTable(TableFormat):
    """A table under which another may follow, with columns of its own."""

    def is_header(self, names: tuple[str, ...]) -> bool:
        """As above, or a header that makes a mapping."""
        return TableFormat.is_header(self, names) or (not self.titled and guess(names) is not None)

    def layout(self, record: Record) -> Layout:
        """The columns of a header row, the first or that of another table."""
        if TableFormat.is_header(self, tuple(map(normal, record.cells))) or self.titled:
            return TableFormat.layout(self, record)
        found = guessed_columns(record.cells)
        names = [normal(cell) for cell in record.cells]
        return layout_of(record, {name: names.index(normal(column)) for name, column in found.items()})


def _proof(mapping: ColumnMapping, header: tuple[str, ...], draft: StatementDraft) -> str:
    """Why a guess needs no confirmation; empty when it does."""
    if draft.derived_prices or draft.foreign_prices or any(r.code == "value_mismatch" for r in draft.remarks):
        return ""
    if not draft.holdings:
        return "every row that is read is cash"
    if draft.proven == len(draft.holdings):
        return "quantity times price is the value in every row"
    if all(getattr(mapping, name) for name in AMOUNTS):
        return ""
    names = [unit_of(cell)[0] for cell in header]
    if any(sum(name in NAMES[field] for name in names) > 1 for field in AMOUNTS):
        return ""
    return "no other column could be meant"


def _by_cells(document: Document, header: int) -> ColumnMapping:
    """The guess without columns whose cells say something else than their names.

    A gain of 12.5% is no amount. Where the type of every position is Cash or Margin it is that of the account, and no
    account is named by it.
    """
    title, below = document.records[header].cells, document.records[header + 1 :]
    names, found = [normal(cell) for cell in title], guessed_columns(title)
    for name in {"pnl", "cost", "cost_price", "asset_class", "account"}.intersection(found):
        index = names.index(normal(found[name]))
        cells = [normal(record.cells[index]) for record in below if index < len(record.cells)]
        of_account = name in {"asset_class", "account"}
        if set(cells) <= _ACCOUNTS if of_account else any(cell.endswith("%") for cell in cells):
            del found[name]
    if "currency" in found and names.count(normal(found["currency"])) > 1:
        del found["currency"]  # one beside each amount
    return ColumnMapping(**found)  # type: ignore[arg-type]


def _classify(row: TableRow, state: ReadingState) -> Verdict:
    record = row.record
    if row.alone and " " in row.first + " " * record.after_blank and _ends(row, state):
        return "footer", "a title or a note"
    if row.alone:
        state.draft.breaks.append(record.line)
    if len(record.cells) < row.layout.width:
        return ("footer", "text, not a position") if row.alone and record.after_blank else POSITION
    if row.alone and (record.after_blank or not _is_ticker(row.first)):
        return "footer", "a title or a note"
    blank = is_blank(row.raw("quantity")), is_blank(row.raw("price"))
    label = label_of(row)
    if is_total(label, summed=any(blank)) or (not label and all(blank) and not is_blank(row.raw("value"))):
        return "total", _total(row, state)
    if any(blank) and is_sub_total(label):
        draft = state.draft
        draft.state_total("part", record.line, title_of(row), row.glance(draft, "value"))
        return "total", "a sub-total, compared with its rows"
    if any(blank) and is_pending(label):
        return "pending", "not settled yet"
    if (cash.label_currency(label) is not None and _is_cash(row, state)) or _is_debt(label, row, state):
        return "cash", "cash"
    if state.last == "position" and not any(blank) and _is_day(row.text("symbol")):
        return "lot", "part of the position above it"
    return POSITION


def _ends(row: TableRow, state: ReadingState) -> bool:
    """The row is a title of what is not held, below rows that are: nothing after it is read, and that is said."""
    if not re.match(_NOT_HELD, row.first) or state.last is None:
        return False
    state.stopped, state.ended = "below a title of what is not held", True
    message = f"the rows below {shown(row.first)} are not read, because they are not held."
    state.draft.remark("warning", "not_held", message, row.record.line)
    return True


def _is_ticker(text: str) -> bool:
    """The text may be a symbol: ``BRK B``, not ``My stocks``."""
    return instruments.is_code(text) and (" " not in text or text.isupper())


def _is_day(text: str) -> bool:
    """The text is a date, which few symbols look like."""
    return (text[:1].isdigit() or " " in text or "-" in text) and day_first(text) is not None


def _total(row: TableRow, state: ReadingState) -> str:
    if is_blank(row.raw("value")):
        return "no amount to compare"
    account_total(state, row.record.line, title_of(row) or "the total", row.raw("value"))
    return "compared with the rows"


def _is_debt(label: str, row: TableRow, state: ReadingState) -> bool:
    """Money that is borrowed: an amount below 0, and no shares."""
    return label in _DEBTS and is_blank(row.raw("quantity")) and (row.glance(state.draft, "value") or 0) < 0


def _is_cash(row: TableRow, state: ReadingState) -> bool:
    """Cash is counted in its own units: at another price, or with another quantity, it is a share (CASH is one)."""
    return cash.in_own_units(*(row.glance(state.draft, name) for name in AMOUNTS))
