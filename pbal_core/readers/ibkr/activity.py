"""IBKR Activity Statement as CSV.

Source: public tests of other parsers with redacted statements; not checked against a download of our own. Every row is
``Section,Header|Data|SubTotal|Total|Notes,...``; a section's header repeats for each asset category and may gain
columns, as a statement of several accounts has ``Account``. Titles may be localised, so the positions are known by the
column ``DataDiscriminator`` (``Summary`` or ``Lot``). Quantities have thousands separators. There is no exchange rate:
positions in different currencies cannot be added.

Worked example: ``Open Positions,Data,Summary,Stocks,USD,VTI,10,1,197.5,1975,250,2500,525,`` is 10 VTI; the row
``Open Positions,Total,,Stocks,USD,...,2500,...`` is compared with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from ...portfolio import price_message
from .. import instruments
from ..cells import is_blank, normal, read_date
from ..checks import Sum
from ..document import Document, Record
from ..draft import StatementDraft
from ..facts import AccountHolding, CashBalance, Lot
from ..statement import Statement

KEY = "ibkr-activity"
BROKER = "Interactive Brokers Activity Statement"

_ROW_TYPES = frozenset({"header", "data", "total", "subtotal", "notes"})
_TITLES = {
    "quantity": "Quantity",
    "mult": "Mult",
    "cost basis": "Cost Basis",
    "close price": "Close Price",
    "value": "Value",
    "unrealized p/l": "Unrealized P/L",
    "total": "Total",
}

_NEEDED = ("datadiscriminator", "asset category", "currency", "symbol", "quantity", "close price", "value")
_POSITION_NAMES = frozenset({*_NEEDED, "mult", "cost price", "cost basis", "unrealized p/l"})
_TRADE_NAMES = frozenset({"date/time", "proceeds", "t. price", "comm/fee", "realized p/l"})
_COLUMNS = ("quantity", "close price", "value", "unrealized p/l", "cost basis", "mult")


_Key = tuple[str, str, str]
"""Asset category, currency and account of a sum; an empty account means all of them."""


class _Numbers(NamedTuple):
    """The numbers of a position, in the order of _COLUMNS; None where blank or absent."""

    quantity: Decimal | None
    price: Decimal | None
    value: Decimal | None
    pnl: Decimal | None
    cost: Decimal | None
    multiplier: Decimal | None


@dataclass(slots=True)
class _Report:
    """What has been read so far."""

    draft: StatementDraft
    padded: bool
    """See Document."""
    headers: dict[str, list[str]] = field(default_factory=dict)
    account: str = ""
    """The account of the whole statement; empty when it has several."""
    base: str = ""
    seen_positions: bool = False
    refused: set[str] = field(default_factory=set)
    """Sections of which a missing column was noted."""
    values: dict[_Key, Sum] = field(default_factory=dict)
    """Values of the Summary rows, shorts included: what the Total rows sum up."""
    totals: list[tuple[Record, _Key, Decimal]] = field(default_factory=list)
    summary: tuple[str, str] | None = None
    """Symbol and account of the Summary row that the lots below it belong to."""
    holding: int | None = None
    """Index of the holding of that row, None when it is none."""


def find(document: Document) -> int | None:
    """0 when the rows are led by section and row type."""
    typed = [names for names in document.names if len(names) > 2 and names[1] in _ROW_TYPES]
    return 0 if len(typed) > 1 and len(typed) * 2 > len(document.names) and typed[0][1] == "header" else None


def read(document: Document, _begin: int) -> Statement:
    """Reads an Activity Statement.

    Raises:
        DataError: No open positions, or every bad row.
    """
    report = _Report(StatementDraft(format=KEY, broker=BROKER), document.padded)
    draft = report.draft
    for record in document.records:
        _record(report, record)
    if document.broken is not None:
        draft.errors.append(document.broken)
    if not report.seen_positions:
        draft.refuse("no_positions_section", "the statement has no section Open Positions; tick it and export again.")
    _compare_totals(report)
    return draft.statement()


def _record(report: _Report, record: Record) -> None:
    draft, cells = report.draft, record.cells
    kind = normal(cells[1]) if len(cells) > 1 else ""
    section = normal(cells[0])
    if kind == "header":
        report.headers[section] = [normal(cell) for cell in cells[2:]]
        draft.row(record, "header", "column names")
        return
    names = report.headers.get(section)
    if names is None or kind not in _ROW_TYPES:
        message = (
            "the row does not begin with a section and Header, Data, Total, SubTotal or Notes; the file is damaged."
        )
        draft.refuse("bad_row", message, record.line)
        return
    values = dict(zip(names, (cell.strip() for cell in cells[2:]), strict=False))
    if _is_positions(names):
        report.seen_positions = True
        if _lacks(report, record, names, _NEEDED):
            return
        if kind == "data" and len(cells) - 2 < len(names) and not report.padded:
            message = f"{len(cells)} fields were found where the header has {len(names) + 2}; check commas and quotes."
            draft.refuse("field_count", message, record.line)
        else:
            _position_row(report, record, kind, values)
    elif kind == "data" and ("currency summary" in names or "ending cash" in map(normal, cells)):
        if not _lacks(report, record, names, ("currency summary", "currency", "total")):
            _cash_row(report, record, values)
    else:
        _facts(report, values)
        draft.row(record, "other", f"section {ascii(cells[0].strip())[1:-1][:40]}")


def _is_positions(names: list[str]) -> bool:
    """The columns of the section Open Positions, one of which may be misnamed; trades have some of them too."""
    return len(_POSITION_NAMES.intersection(names)) >= 4 and _TRADE_NAMES.isdisjoint(names)


def _lacks(report: _Report, record: Record, names: list[str], needed: Sequence[str]) -> bool:
    """Notes the columns that a section needs and does not have, once, and says whether there are any."""
    missing = [name for name in needed if name not in names]
    if not missing:
        return False
    section = normal(record.cells[0])
    if section not in report.refused:
        report.refused.add(section)
        listed = ", ".join(name.title() for name in missing)
        message = f"the section {ascii(record.cells[0].strip())[1:-1][:40]} has no column {listed}; download it again."
        report.draft.refuse("missing_column", message, record.line, missing[0].title())
    report.draft.row(record, "other", "refused")
    return True


def _facts(report: _Report, values: Mapping[str, str]) -> None:
    """Account, base currency and date, from the sections that name a field and its value."""
    name, value = values.get("field name", ""), values.get("field value", "")
    if name in {"Account", "Accounts Included"}:
        named = [account.strip() for account in value.partition(" (")[0].split(",")]
        report.account = named[0] if len(named) == 1 else ""
        if report.account:
            report.draft.own(report.account)
    elif name == "Base Currency":
        report.base = value
    elif name == "Period":
        report.draft.as_of = read_date(value.split(" - ")[-1])


def _owner(report: _Report, values: Mapping[str, str]) -> str:
    """The account of a row: that of its own column, else the one of the statement."""
    account = values.get("account", "") or report.account
    if report.base:
        report.draft.bases.setdefault(account, report.base)
    return account


def _number(report: _Report, record: Record, values: Mapping[str, str], name: str) -> Decimal | None:
    return report.draft.number(values.get(name, ""), record.line, _TITLES[name])


def _cash_row(report: _Report, record: Record, values: Mapping[str, str]) -> None:
    """Ending cash of each currency; the base currency summary converts and repeats them."""
    draft, label = report.draft, values.get("currency summary", "")
    if label != "Ending Cash":
        draft.row(record, "other", "movements of cash")
        return
    amount = _number(report, record, values, "total")
    currency = values.get("currency", "")
    converted = currency == "Base Currency Summary"
    draft.row(record, "cash", "all currencies, in the base currency" if converted else "")
    if amount is not None:
        account, code = _owner(report, values), report.base if converted else currency
        draft.bank(CashBalance(record.line, account, amount, code, f"{label} {currency}", converted))
    elif is_blank(values.get("total", "")):
        draft.empty(record.line, "Total")


def _position_row(report: _Report, record: Record, kind: str, values: Mapping[str, str]) -> None:
    """A row of the section Open Positions: a total, a summary or a lot."""
    draft = report.draft
    category, currency = values.get("asset category", ""), values.get("currency", "")
    if kind in {"total", "subtotal"}:
        stated = _number(report, record, values, "value")
        if stated is None or kind == "subtotal":
            draft.row(record, "total", "no value to compare" if stated is None else "a sub-total, not compared")
        else:
            report.totals.append((record, (category, currency, values.get("account", "")), stated))
        return
    level = values.get("datadiscriminator", "").casefold()
    if kind != "data" or level not in {"summary", "lot"}:
        draft.row(record, "other", "a note" if kind == "notes" else "neither Summary nor Lot")
        return
    numbers = _Numbers(*(_number(report, record, values, name) for name in _COLUMNS))
    account = _owner(report, values)
    if level == "lot":
        _lot(report, record, values, numbers, account)
        return
    if numbers.value is not None:
        for owner in {"", account}:
            report.values.setdefault((category, currency, owner), Sum()).add(numbers.value)
    report.summary = values["symbol"], account
    report.holding = len(draft.holdings) - 1 if _summary(draft, record, values, numbers, account) else None


def _lot(report: _Report, record: Record, values: Mapping[str, str], numbers: _Numbers, account: str) -> None:
    """Adds a lot to the Summary row above it; a lot of anything else has lost its own."""
    draft, symbol = report.draft, values["symbol"]
    draft.row(record, "lot", "part of the position above it", symbol, account)
    above = report.summary
    if above is None or symbol not in {"", above[0]} or account != above[1]:
        message = (
            f"a lot of {symbol} stands below {' of '.join(filter(None, above)) if above else 'no position'}: its "
            "Summary row is missing; download the statement again."
        )
        draft.refuse("lot_without_position", message, record.line, "Symbol")
    elif report.holding is not None:
        lot = Lot(record.line, numbers.quantity, numbers.value, numbers.cost, numbers.pnl, values.get("open", ""))
        draft.lots.setdefault(report.holding, []).append(lot)


def _summary(draft: StatementDraft, record: Record, values: Mapping[str, str], numbers: _Numbers, account: str) -> bool:
    """Adds the holding of a Summary row; False when it is none."""
    symbol, category = values["symbol"], values.get("asset category", "")
    reason = instruments.unsupported(symbol, category)
    if not reason and ((numbers.quantity or 0) < 0 or (numbers.value or 0) < 0):
        reason = instruments.SHORT
    if reason:
        draft.row(record, "unsupported", reason, symbol, account)
        return False
    draft.row(record, "position", "", symbol, account)
    price, value, quantity = numbers.price, numbers.value, numbers.quantity
    for title in ("Close Price", "Value", "Quantity"):
        if is_blank(values.get(title.casefold(), "")):
            draft.empty(record.line, title)
    if price is None or value is None or quantity is None:
        return False
    if price <= 0:
        draft.refuse("price_not_positive", price_message(price), record.line, "Close Price")
        return False
    if numbers.multiplier not in {None, 1}:
        message = f"{symbol} is a share and has the multiplier {numbers.multiplier:f}; 1 is needed."
        draft.refuse("bad_multiplier", message, record.line, "Mult")
    draft.check_value(record.line, symbol, quantity, price, value, multiplier=numbers.multiplier)
    if numbers.pnl is not None and numbers.cost is not None:
        draft.check_gain(record.line, symbol, value, numbers.cost, numbers.pnl)
    draft.hold(
        AccountHolding(
            line=record.line,
            symbol=symbol,
            account=account,
            value=value,
            price=price,
            quantity=quantity,
            pnl=numbers.pnl,
            cost=numbers.cost,
            currency=values.get("currency", ""),
            asset_class=category,
        )
    )
    return True


def _compare_totals(report: _Report) -> None:
    """Each Total row against its Summary rows, or against nothing where these are missing.

    The sum over all currencies is a Total row in the base currency: of several rows there one must agree.
    """
    groups: dict[_Key, list[tuple[Record, Decimal]]] = {}
    for record, key, stated in report.totals:
        groups.setdefault(key, []).append((record, stated))
    for key, stated_totals in groups.items():
        category, currency, account = key
        counted = report.values.get(key)
        compared = None
        if counted is not None or not _is_base_sum(report, category, currency):
            label = f"total of {category} in {currency}"
            checks = [(counted or Sum()).check(label, r.line, account, stated) for r, stated in stated_totals]
            compared = next((check for check in checks if check.holds), checks[0])
            report.draft.compare(compared)
        for record, _ in stated_totals:
            own = compared is not None and compared.line == record.line
            reason = "compared with its rows" if own else "a sum over currencies, not compared: there are no rates"
            report.draft.row(record, "total", reason)
    _tell_missing_totals(report, groups)


def _is_base_sum(report: _Report, category: str, currency: str) -> bool:
    """A total without rows of its own may be that of the rows in other currencies, if it is in the base currency."""
    bases = set(report.draft.bases.values())
    others = any(key[0] == category and key[1] != currency for key in report.values)
    return others and (not bases or currency in bases)


def _tell_missing_totals(report: _Report, groups: Mapping[_Key, object]) -> None:
    """Rows that neither a total of all accounts nor one of their own account sums up."""
    for key, counted in report.values.items():
        everybody = (key[0], key[1], "")
        others = [other for other in report.values if other[:2] == key[:2] and other != everybody]
        if everybody in groups or (key == everybody and others) or key in groups:
            continue
        label = f"{key[0]} in {key[1]}{' of ' if key[2] else ''}{key[2]} ({counted.value:f})"
        message = f"the statement has no total of {label} to compare with; it may have been cut."
        report.draft.remark("warning", "maybe_cut", message)
