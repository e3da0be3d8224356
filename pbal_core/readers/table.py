"""Files that are one table of positions under a header row: what most brokers write.

The model: a :class:`TableFormat` says which header names mean which field and what each row is (``classify``); the
engine here reads the numbers, checks each row and the file's totals, and accounts for every row. The order of columns
is free; names are compared with case and spacing folded.

Worked example: under ``Symbol,Quantity,Last Price,Current Value`` the row ``VTI,10,$250.00,$2500.00`` is a holding of
10 shares; 10 x 250 is compared with 2,500, and ``$2600.00`` would be refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ..errors import DataError, Place
from ..portfolio import price_message
from . import instruments
from .cells import DecimalSign, currency_code, decide_decimal, normal, told
from .derive import EXACT, divided
from .document import Document, Record
from .draft import StatementDraft
from .facts import AccountHolding, CashBalance, Lot
from .layout import NUMBERS, POSITION, Layout, ReadingState, TableRow, Verdict
from .statement import Statement

_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "HKD", "SGD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFormat:
    """A broker's table.

    Args:
        key: What ``--format-hint`` takes.
        broker: Name for people.
        columns: Field -> header names that mean it (folded). Fields: account, account_name, symbol, description,
            asset_class, currency, price_currency, pnl_currency, cost_currency, opened, and NUMBERS.
        required: Fields that the header must have.
        distinctive: Folded names of which the header must have one, so that no other broker's file is taken.
        classify: What a row is.
        preamble: Reads a row above the header.
        conclude: What is compared once all rows are read.
        decimal: Number style, None to decide it from the file.
        currency: Currency of all amounts, empty when columns or nothing says it.
        repeats: See ``StatementDraft``.
        pairs: See Layout.
        ends_with: What the last line of a complete file is, for the warning when it is missing; empty for nothing.
    """

    key: str
    broker: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    distinctive: tuple[str, ...] = ()
    classify: Callable[[TableRow, ReadingState], Verdict]
    preamble: Callable[[Record, ReadingState], None] | None = None
    conclude: Callable[[ReadingState], None] | None = None
    decimal: DecimalSign | None = "."
    currency: str = "USD"
    repeats: bool = False
    pairs: tuple[str, ...] = ()
    ends_with: str = ""

    def is_header(self, names: tuple[str, ...]) -> bool:
        """A row of folded cells is this format's header."""
        present = set(names)
        if self.distinctive and not present.intersection(self.distinctive):
            return False
        return all(present.intersection(self.columns[name]) for name in self.required)

    def find(self, document: Document) -> int | None:
        """Index of the header row."""
        return next((index for index, names in enumerate(document.names) if self.is_header(names)), None)

    def layout(self, record: Record) -> Layout:
        """The columns of a header row.

        Raises:
            DataError: A column that is needed once stands there twice.
        """
        names = [normal(cell) for cell in record.cells]
        index: dict[str, int] = {}
        for name, accepted in self.columns.items():
            for candidate in accepted:
                if candidate in names:
                    if names.count(candidate) > 1:
                        title = record.cells[names.index(candidate)].strip()
                        message = f"the column {title!a} stands in the header twice; once is needed."
                        raise DataError([told("error", "duplicate_column", message, record.line, column=title)])
                    index[name] = names.index(candidate)
                    break
        width = max((i + 1 for i, cell in enumerate(names) if cell), default=0)
        return Layout(index, {name: record.cells[i].strip() for name, i in index.items()}, width, self.pairs)

    def read(self, document: Document, header: int) -> Statement:
        """Reads a file whose header row stands at an index.

        Raises:
            DataError: With every problem found.
        """
        return read_table(self, document, header).statement()


def read_table(form: TableFormat, document: Document, header: int) -> StatementDraft:
    """Everything that the table says, not yet judged as a whole."""
    layout = form.layout(document.records[header])
    decimal = form.decimal or _decide(document, header, layout)
    state = ReadingState(StatementDraft(format=form.key, broker=form.broker, decimal=decimal, repeats=form.repeats))
    draft = state.draft
    for record in document.records[:header]:
        if form.preamble is not None:
            form.preamble(record, state)
        draft.row(record, "header", "above the table")
    title = document.records[header]
    draft.row(title, "header", "column names")
    for record in document.records[header + 1 :]:
        layout = _row(form, document, TableRow.of(record, layout), state)
    if document.broken is not None:
        draft.errors.append(document.broken)
    if form.conclude is not None:
        form.conclude(state)
    if form.ends_with and not state.complete:
        draft.remark("warning", "maybe_cut", f"the file does not end with {form.ends_with}; it may have been cut.")
    return draft


def _decide(document: Document, header: int, layout: Layout) -> DecimalSign:
    fields = [(layout.index[name], layout.title[name]) for name in (*NUMBERS, "closing") if name in layout.index]
    return decide_decimal(
        (cell, Place(line=record.line, column=title))
        for record in document.records[header + 1 :]
        for index, title in fields
        if index < len(record.cells) and ("." in (cell := record.cells[index]) or "," in cell)
    )


def _row(form: TableFormat, document: Document, line: TableRow, state: ReadingState) -> Layout:
    """One row under the header; returns the layout of the rows after it."""
    draft, record = state.draft, line.record
    if state.stopped:
        draft.row(record, "other", state.stopped)
        return line.layout
    if line.raw("symbol") == line.layout.title["symbol"] and form.is_header(tuple(map(normal, record.cells))):
        draft.row(record, "header", "column names")
        return form.layout(record)
    kind, reason = form.classify(line, state)
    if state.handled:
        state.handled = False
        draft.row(record, kind, reason, account=state.account)
        return line.layout
    if kind in {"position", "cash", "unsupported", "lot", "pending"} and not _width_fits(document, line, state):
        return line.layout
    account = line.text("account") or state.account
    if kind in {"position", "cash", "unsupported"}:
        draft.own(account, line.text("account_name"))
    if kind == "position":
        kind, reason = _position(form, line, state, account)
    elif kind == "cash":
        _cash(form, line, state, account)
    elif kind == "unsupported":
        draft.count(account, line.number(draft, "value"))
    elif kind == "lot":
        _lot(line, state)
    named = kind in {"position", "cash", "unsupported", "lot", "pending"}
    symbol = line.text("symbol") if named else ""
    if kind in {"position", "unsupported", "cash"}:
        state.last, state.symbol = kind, symbol
    elif kind == "lot":
        symbol = state.symbol
    draft.row(record, kind, reason, symbol, account if named else "")
    return line.layout


def _width_fits(document: Document, line: TableRow, state: ReadingState) -> bool:
    """The row has the header's fields; blank ones more are harmless, and workbooks drop blank ones at the end."""
    cells, width = line.record.cells, line.layout.width
    if any(cell.strip() for cell in cells[width:]) or (len(cells) < width and not document.padded):
        message = f"{len(cells)} fields were found where the header has {width}; check delimiters and quotes."
        state.draft.refuse("field_count", message, line.record.line)
        state.draft.row(line.record, "other", "refused")
        return False
    return True


def _position(form: TableFormat, line: TableRow, state: ReadingState, account: str) -> Verdict:
    """Adds a holding, or says why it is none."""
    draft, at, symbol = state.draft, line.record.line, line.text("symbol")
    before = len(draft.errors)
    amounts = [line.amount(draft, name) for name in NUMBERS]
    quantity, price, value = (amount for amount, _ in amounts[:3])
    currency = _currency(form, line, draft, {sign for _, sign in amounts[1:3] if sign})
    if len(draft.errors) > before:
        return POSITION
    reason = (
        instruments.unsupported(symbol, line.text("asset_class"), line.text("description"))
        or _no_asset(quantity, price, value)
        or instruments.in_percent(symbol, quantity, price, value)
    )
    if reason:
        draft.count(account, value)
        return "unsupported", reason
    value = _value(line, draft, quantity, price, value)
    if value is None:
        return POSITION
    pnl, cost, cost_price = (
        _in_currency(line, draft, name, amount, currency) for name, amount in zip(NUMBERS[3:], amounts[3:], strict=True)
    )
    if price is None and not quantity:
        draft.count(account, value)
        return "unsupported", instruments.NO_PRICE
    if price is None and quantity:
        price = divided(value, quantity)
        draft.derived_prices.append(symbol)
    elif price is not None and quantity is not None:
        draft.check_value(at, symbol, quantity, price, value)
    if price is None or price <= 0:
        draft.refuse("price_not_positive", price_message(price or Decimal(0)), at, line.layout.title.get("price"))
        return POSITION
    if cost is None and cost_price is not None and quantity is not None:
        cost = EXACT.multiply(cost_price, quantity)
    if pnl is None and cost is not None:
        pnl = EXACT.subtract(value, cost)
    draft.count(account, value)
    draft.hold(
        AccountHolding(
            line=at,
            symbol=symbol,
            account=account,
            value=value,
            price=price,
            quantity=quantity,
            pnl=pnl,
            cost=cost,
            currency=currency,
            asset_class=line.text("asset_class"),
            description=line.text("description"),
        ),
        line.layout.title["symbol"],
    )
    return POSITION


def _no_asset(quantity: Decimal | None, price: Decimal | None, value: Decimal | None) -> str:
    """Why the numbers are not those of a long position with a price; empty when they are."""
    if (quantity or 0) < 0 or (value or 0) < 0:
        return instruments.SHORT
    return "" if price or value else instruments.NO_PRICE


def _value(
    line: TableRow, draft: StatementDraft, quantity: Decimal | None, price: Decimal | None, value: Decimal | None
) -> Decimal | None:
    """The market value; the product where the file has no column for it. Refuses a row without."""
    if value is None and "value" not in line.layout.index and quantity is not None and price is not None:
        return EXACT.multiply(quantity, price)
    if value is None:
        wanted = "value" if "value" in line.layout.index else "quantity" if quantity is None else "price"
        title = line.layout.title.get(wanted)
        draft.empty(line.record.line, title)
    return value


def _currency(form: TableFormat, line: TableRow, draft: StatementDraft, signs: set[str]) -> str:
    """The currency of a row: its own column, else the format's, else that of its signs. They must not differ."""
    own = currency_code(line.text("currency"))
    named = own or form.currency
    said = {named, currency_code(line.text("price_currency")) if own else "", *signs} - {""}
    if signs == {"USD"} and named in _DOLLARS and named != "USD":
        said -= signs  # a bare $ is every country's dollar
    if len(said) > 1:
        message = f"the amounts are in {ascii(' and '.join(sorted(said)))[1:-1]}; one currency is needed in a row."
        draft.refuse("mixed_currencies", message, line.record.line)
    return named or next(iter(said), "")


def _in_currency(
    line: TableRow, draft: StatementDraft, name: str, amount: tuple[Decimal | None, str], currency: str
) -> Decimal | None:
    """A cost or P&L, None where its own column or sign says that it is in another currency than the value."""
    number, sign = amount
    named = currency_code(line.text(f"{name}_currency")) or sign
    if number is None or not currency or named in {"", currency} or (named == sign == "USD" and currency in _DOLLARS):
        return number
    title = line.layout.title[name]
    message = f"{title} is in {named}, the value in {currency}; it is not used."
    draft.remark("warning", "other_currency", message, line.record.line, line.text("symbol"))
    return None


def _cash(form: TableFormat, line: TableRow, state: ReadingState, account: str) -> None:
    draft = state.draft
    label = line.text("symbol") or line.text("description") or line.first
    before = len(draft.errors)
    amount, sign = line.amount(draft, "value")
    if "value" not in line.layout.index:
        quantity, (price, sign) = line.number(draft, "quantity"), line.amount(draft, "price")
        amount = None if quantity is None or price is None else EXACT.multiply(quantity, price)
    if amount is None:
        if len(draft.errors) == before:
            title = line.layout.title.get("value") or line.layout.title.get("price", "price")
            message = "the amount of cash is empty; a number is needed (without a column of values: at the price 1)."
            draft.refuse("empty_cell", message, line.record.line, title)
        return
    labelled = "" if currency_code(line.text("currency")) or form.currency else instruments.cash_currency(normal(label))
    currency = labelled or _currency(form, line, draft, {sign} - {""})
    draft.bank(CashBalance(line.record.line, account, amount, currency, label))


def _lot(line: TableRow, state: ReadingState) -> None:
    draft = state.draft
    quantity, value, pnl, cost = (line.number(draft, name) for name in ("quantity", "value", "pnl", "cost"))
    opened = line.text("opened") or line.first
    if state.last == "position":
        draft.lot(Lot(line.record.line, quantity, value, cost, pnl, opened))
    elif state.last != "unsupported":
        draft.refuse("lot_without_position", "a tax lot stands below no position.", line.record.line)


def account_total(state: ReadingState, line: int, label: str, text: str) -> None:
    """Compares a total of the file with all its rows."""
    draft = state.draft
    stated = draft.number(text, line, label)
    if stated is not None:
        draft.compare(draft.everything.check(label, line, "", stated))
