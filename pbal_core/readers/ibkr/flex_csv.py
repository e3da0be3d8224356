"""IBKR Flex Query as CSV or text, in its four layouts.

Source: IBKR's Flex Query pages (delivery configuration); public real downloads and tests of other parsers. The layouts:

1. plain: a header row, then one row a position (the file of the README);
2. several sections one after the other, each with a header row that begins with ``ClientAccountID``;
3. the same between ``BOF``, ``BOA``, ``BOS`` and ``EOS``, ``EOA``, ``EOF`` records; ``EOS`` carries the number of rows
   and the sum of the section's amounts, which are compared;
4. every row led by ``HEADER`` or ``DATA`` and the section's code (``POST``: open positions, ``CRTT``: cash report).

The first records show which layout it is, since ``BOF``, ``EOS``, ``MSG`` and ``DATA`` are tickers as well. A section
that is begun must end; a file or account that does not end is reported.

Worked example: ``"DATA","POST","U1","USD","STK","VTI","10","250","2500"`` under its ``HEADER`` row is 10 VTI.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ...errors import DataError, Issue, Place
from ...money import NotANumberError
from ...portfolio import COLUMNS
from ..cells import harmless, normal, read_plain
from ..document import Document, Record
from ..draft import StatementDraft
from ..facts import TotalCheck
from ..statement import Statement
from . import flex
from .flex_record import TITLES, FlexRecord, folded

KEY = "flex-csv"
BROKER = "Interactive Brokers Flex Query"

_MARKS = frozenset({"BOF", "BOA", "BOS", "EOS", "EOA", "EOF"})
_OWN_NAMES = frozenset({"positionvalue", "markprice", "fifopnlunrealized"})
_HEADER_NAMES = _OWN_NAMES | {"symbol", "currencyprimary", "endingcash", "assetclass", "levelofdetail", "conid"}
_OWN_TITLES = frozenset({"ClientAccountID", "Symbol", "CurrencyPrimary", "AssetClass", "LevelOfDetail", *COLUMNS})
"""A second header has one of these as IBKR writes it; a quick test for the many rows that are none."""
_TRADE_NAMES = frozenset({"buy/sell", "tradeid", "tradeprice", "tradedate", "transactiontype", "ibcommission"})
_POSITION_NAMES = _OWN_NAMES | {"costbasismoney", "costbasisprice", "percentofnav", "openprice"}
"""Columns of which only the section Open Positions has two."""
_CASH_NAMES = frozenset({"endingcash", "startingcash", "endingsettledcash"})
_ACCOUNT_NAMES = frozenset({"accounttype", "customertype", "dateopened", "datefunded"})
"""Columns that only the section Account Information has; its currency is the base currency."""
_USED = frozenset({
    *TITLES, "currencyprimary", "assetclass", "levelofdetail", "conid", "clientaccountid", "reportdate"
})  # fmt: skip
"""Columns of which the file must say one thing."""
_POSITIONS, _CASH = "POST", "CRTT"
_TYPED = {
    "symbol": "Symbol", "quantity": "Quantity", "price": "MarkPrice", "value": "PositionValue",
    "pnl": "FifoPnlUnrealized", "cost": "CostBasisMoney", "account": "ClientAccountID", "currency": "CurrencyPrimary",
    "asset_class": "AssetClass", "description": "Description",
}  # fmt: skip
"""The columns of the plain file by what they mean."""
_NEEDED = tuple(column for column in COLUMNS if column != "FifoPnlUnrealized")
_CHECKED = {_POSITIONS: "positionvalue", _CASH: "endingcash"}


def find(document: Document) -> int | None:
    """A BOF or HEADER record at the top, or the first header with at least two of Flex's own column names."""
    top = next((index for index, names in enumerate(document.names) if names[0] != "msg"), None)
    if top is not None and document.names[top][0] in {"bof", "header"} and len(document.names[top]) > 2:
        return top if len(document.records[top].cells[1].strip()) <= 12 else None
    for index, names in enumerate(document.names):
        if len(_OWN_NAMES.intersection(names)) >= 2 and not _TRADE_NAMES.intersection(names):
            return index
    return None


@dataclass(slots=True)
class _Section:
    """The section that the following rows belong to."""

    code: str = ""
    begun: Record | None = None
    """Its BOS record."""
    header: Record | None = None
    names: list[str] = field(default_factory=list)
    rows: int = 0
    amounts: list[Decimal] = field(default_factory=list)


@dataclass(slots=True)
class _Report:
    """What has been read of the file so far."""

    draft: StatementDraft
    framed: bool
    """BOF, BOA, BOS, EOS, EOA and EOF are records, not tickers."""
    described: bool
    """HEADER and DATA lead the rows."""
    padded: bool
    """See Document."""
    section: _Section = field(default_factory=_Section)
    unended: dict[str, int] = field(default_factory=dict)
    """Line of each BOF and BOA record that no EOF and EOA has ended yet, by the mark that is missing."""
    account: str = ""
    codes: list[str] = field(default_factory=list)
    positions: list[FlexRecord] = field(default_factory=list)
    cash: list[FlexRecord] = field(default_factory=list)


def read(document: Document, _begin: int) -> Statement:
    """Reads a Flex CSV in any of its layouts.

    Raises:
        DataError: Every missing column, or every bad row with line and column.
    """
    framed, described = _layout(document)
    try:
        return _read(document, framed=framed, described=described)
    except DataError as error:
        if framed or described or not _may_be_typed(error, document):
            raise
        return _read_typed(document, error)


def _may_be_typed(error: DataError, document: Document) -> bool:
    """Everything wrong is the style of a number, or a row that is a total: people write the four columns by hand."""
    from ..total_words import is_total

    lines = {record.line: normal(record.cells[0]).rstrip(": ") for record in document.records}
    return all(
        issue.code == "not_a_number"
        or (issue.where is not None and is_total(lines.get(issue.where.line or 0, ""), summed=True))
        for issue in error.issues
    )


def _read_typed(document: Document, strict: DataError) -> Statement:
    """Reads the plain file as a table of one's own: decimal commas, thousands separators and a total.

    Raises:
        DataError: What is wrong with it as the plain file, where it is no such table either.
    """
    from ..formats import generic
    from ..mapping import ColumnMapping

    headers = [record for record in document.records if _is_header(record)]
    header = document.records.index(headers[0])
    names = document.names[header]
    if "levelofdetail" in names or len({record.cells for record in headers}) > 1:
        raise strict  # a report with levels, or with several sections, such as the cash
    columns = {field: column for field, column in _TYPED.items() if column.casefold() in names}
    try:
        statement = generic.read(document, header, ColumnMapping(**columns), confirmed=True)  # type: ignore[arg-type]
    except DataError:
        raise strict from None
    return replace(statement, format=KEY, broker=BROKER, mapping=None, columns=())


def _read(document: Document, *, framed: bool, described: bool) -> Statement:
    draft = StatementDraft(format=KEY, broker=BROKER, price_slack=flex.PRICE_SLACK)
    report = _Report(draft, framed, described, document.padded)
    for record in document.records:
        _record(report, record)
    _unended(report)
    if document.broken is not None:
        draft.errors.append(document.broken)
    if _POSITIONS not in report.codes:
        found = ", ".join(dict.fromkeys(report.codes)) or "none"
        draft.refuse("no_positions_section", f"the report has no section Open Positions (sections: {found}); add it.")
    flex.read_sections(draft, report.positions, report.cash)
    return draft.statement()


def _layout(document: Document) -> tuple[bool, bool]:
    """Whether a file has BOF to EOF records, and whether HEADER and DATA lead its rows."""
    framed = False
    for record in document.records:
        lead = _lead(record)
        if lead[0] == "MSG":
            continue
        if _MARKS.isdisjoint(lead):
            return framed, lead[0] == "HEADER" and len(lead[-1]) <= 12
        framed = True
    return framed, False


def _lead(record: Record) -> list[str]:
    return [cell.strip() for cell in record.cells[:2]]


def _message(draft: StatementDraft, record: Record) -> None:
    """A remark of IBKR's own is passed on."""
    text = " ".join(cell.strip() for cell in record.cells[1:])[:200]
    draft.remark("warning", "broker_message", f"IBKR says: {ascii(text)[1:-1]}", record.line)
    draft.row(record, "header", "a message of IBKR")


def _record(report: _Report, record: Record) -> None:
    """One row of the file."""
    lead = _lead(record)
    mark = _mark_of(report, record) if report.framed else ""
    if mark:
        _mark(report, record, mark)
    elif lead[0] == "MSG" and (report.described or report.section.header is None):
        _message(report.draft, record)
    elif report.described and lead[0] in {"HEADER", "DATA"} and len(lead) == 2:
        inner = record._replace(cells=record.cells[2:])
        if lead[0] == "HEADER":
            _begin(report, lead[1], inner)
        elif lead[1] == report.section.code:
            _data(report, inner)
        else:
            message = f"a row of the section {lead[1]!a} stands under the header of {report.section.code!a}."
            report.draft.refuse("field_count", message, record.line)
    elif (report.section.header is None or not _OWN_TITLES.isdisjoint(record.cells)) and _is_header(record):
        code = report.section.code if report.section.header is None else ""
        _begin(report, code or _code([folded(cell) for cell in record.cells]), record)
    else:
        _data(report, record)


def _mark_of(report: _Report, record: Record) -> str:
    """Which mark a record of a framed file is; empty for a row of a section, whose ticker may be a mark."""
    lead, section = _lead(record), report.section
    mark = next((cell for cell in lead if cell in _MARKS), "")
    if not mark or section.header is None:
        return mark
    rest = _rest(record, mark)
    if section.code in rest:  # that is how a section ends: the code beside the mark, in this order or the other
        return mark if mark == "EOS" else ""
    has_all_fields = len(record.cells) == len(section.names) and bool(rest)
    return "" if has_all_fields or lead[0] != mark else mark


def _rest(record: Record, mark: str) -> list[str]:
    """What stands beside a mark."""
    return [cell.strip() for cell in record.cells if cell.strip() and cell.strip() != mark]


def _is_header(record: Record) -> bool:
    names = {folded(cell) for cell in record.cells}
    return folded(record.cells[0]) == "clientaccountid" or len(_HEADER_NAMES & names) >= 2


def _code(names: Sequence[str]) -> str:
    """The section of a header row without a code."""
    if not _TRADE_NAMES.intersection(names):
        if len(_POSITION_NAMES.intersection(names)) >= 2 or {"symbol", "quantity", "markprice"} <= set(names):
            return _POSITIONS
        if _CASH_NAMES.intersection(names) or (
            {"currencyprimary", "levelofdetail"} <= set(names) and "symbol" not in names
        ):
            return _CASH
    return "other"


def _mark(report: _Report, record: Record, mark: str) -> None:
    """A BOF, BOA, BOS, EOS, EOA or EOF record."""
    rest, section = _rest(record, mark), report.section
    names_another = section.code not in rest and any(cell.isalpha() for cell in rest)
    if section.begun is not None and (mark != "EOS" or (section.code and names_another)):
        _refuse_unended(report, section.begun)
    if mark in {"BOF", "BOA"}:
        report.account = rest[0] if rest else report.account
        report.unended[mark.replace("B", "E")] = record.line
    elif mark == "BOS":
        report.section = _Section(code=rest[0] if rest else "", begun=record)
    elif mark == "EOS":
        _end(report, record, rest)
    else:
        report.section = _Section()
        report.unended.pop(mark, None)
    report.draft.row(record, "total" if mark == "EOS" else "header", f"{mark} record")


def _refuse_unended(report: _Report, begun: Record) -> None:
    message = "no EOS record ends the section that begins here: the file was cut or changed; download it again."
    report.draft.refuse("cut_section", message, begun.line)
    report.section = _Section()


def _unended(report: _Report) -> None:
    """What a complete file would have ended."""
    if report.section.begun is not None:
        _refuse_unended(report, report.section.begun)
    for mark, line in report.unended.items():
        message = f"no {mark} record ends what begins here; the file may have been cut."
        report.draft.remark("warning", "maybe_cut", message, line)


def _end(report: _Report, record: Record, rest: Sequence[str]) -> None:
    """Compares what an EOS record says with what was read; its order of fields is not relied on."""
    section, numbers = report.section, []
    for cell in rest:
        try:
            numbers.append(read_plain(cell))
        except NotANumberError:
            continue
    name = harmless(f"{section.code or 'section'} rows")
    if numbers:
        report.draft.compare(TotalCheck(record.line, name, "", numbers[0], Decimal(section.rows), Decimal(0)))
    if len(numbers) > 1 and section.code in _CHECKED:
        label = f"checksum of {section.code}"
        slack = Decimal("0.000001") * max(1, len(section.amounts))
        found = sum(section.amounts, Decimal(0))
        report.draft.compare(TotalCheck(record.line, label, "", numbers[1], found, slack))
    report.section = _Section()


def _begin(report: _Report, code: str, record: Record) -> None:
    """A header row: the columns of the rows that follow."""
    names = [folded(cell) for cell in record.cells]
    report.section = _Section(code=code, begun=report.section.begun, header=record, names=names)
    report.codes.append(code)
    report.draft.row(record, "header", "column names")
    if code in _CHECKED:
        _check_header(names, record, _NEEDED if code == _POSITIONS else ("EndingCash",))


def _check_header(names: list[str], record: Record, needed: Sequence[str]) -> None:
    """The columns that a position or a balance needs, and none twice."""
    issues = []
    for key in dict.fromkeys(name for name in names if name in _USED and names.count(name) > 1):
        column = record.cells[names.index(key)].strip()
        message = f"the column {column} is in the header {names.count(key)} times; once is needed."
        issues.append(Issue("error", "duplicate_column", message, Place(line=record.line, column=column)))
    for column in needed:
        key, place = column.casefold(), Place(line=record.line, column=column)
        if key not in names:
            found = ", ".join(ascii(name.strip())[1:-1][:40] for name in record.cells[:20])
            message = f"the column {column} is missing; the header has: {found}."
            issues.append(Issue("error", "missing_column", message, place))
    if issues:
        raise DataError(issues)


def _data(report: _Report, record: Record) -> None:
    """A row of the current section."""
    section, draft = report.section, report.draft
    if not report.codes and not section.code:
        draft.row(record, "header", "above the table")
        return
    section.rows += 1
    if section.header is None:
        draft.refuse("no_header", "a row without column names above it; include column headers.", record.line)
        return
    if report.padded:
        record = record.padded(len(section.names))
    if len(record.cells) != len(section.names):
        message = (
            f"{len(record.cells)} fields were found where the header has {len(section.names)}; check commas and quotes."
        )
        draft.refuse("field_count", message, record.line)
        return
    if section.code not in _CHECKED:
        if "currencyprimary" in section.names and (
            section.code == "ACCT" or not _ACCOUNT_NAMES.isdisjoint(section.names)
        ):
            own = dict(zip(section.names, (cell.strip() for cell in record.cells), strict=True))
            draft.bases[own.get("clientaccountid") or report.account] = own["currencyprimary"]
        draft.row(record, "other", f"section {section.code}: not about positions")
        return
    fields = zip(section.names, record.cells, strict=True)
    entry = FlexRecord.of(record.line, record.cells, fields, report.account)
    (report.positions if section.code == _POSITIONS else report.cash).append(entry)
    if not report.framed:
        return  # only such a file has checksums
    with suppress(NotANumberError):  # reported with its place when the position is read
        section.amounts.append(read_plain(entry.text(_CHECKED[section.code]) or "0"))
