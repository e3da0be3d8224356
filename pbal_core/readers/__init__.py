"""Positions files in, statements out: bytes -> Statement, one module a file format.

Formats are recognised by their header, never by the file's name. See ``statement`` for what a statement is, and
``registry`` for the formats and how to add one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DataError, Issue, Place, Remedy, RequestError
from .cells import issue_at
from .document import Document, documents
from .facts import AccountHolding, CashBalance, FileRow, Lot, NamedAccount, TotalCheck
from .registry import Format, known_formats
from .source import Source, read_bytes, refused
from .statement import ALL_ACCOUNTS, Statement

if TYPE_CHECKING:
    from .mapping import ColumnMapping

__all__ = [
    "ALL_ACCOUNTS",
    "AccountHolding",
    "CashBalance",
    "FileRow",
    "Lot",
    "NamedAccount",
    "Source",
    "Statement",
    "TotalCheck",
    "columns_of",
    "format_of",
    "read_positions",
]


def read_positions(
    source: Source,
    *,
    accounts: str | Iterable[str] | None = None,
    mapping: ColumnMapping | None = None,
    format_hint: str | None = None,
    not_cash: str | Iterable[str] = (),
) -> Statement:
    """Reads a broker's positions file.

    Args:
        source: A path (str or Path), the file's bytes, or an open binary file. At most 2 MB.
        accounts: Accounts to plan for, as ``Statement.select`` takes them; ``"all"`` adds them up. None leaves it open.
        mapping: The columns of a file of no known format; giving it confirms it.
        format_hint: Key of the format to read the file as. ``"generic"`` confirms the guessed columns; a name that
            ends in ``.toml`` is a mapping file. None recognises the format.
        not_cash: Symbols of money market funds that count as investments; otherwise such funds are cash.

    Returns:
        A statement that accounts for every line. Its ``portfolio`` raises ``DataError`` while a choice is open: which
        accounts, where one symbol is in several; whether guessed columns are right. The plain file has no such choice.

    Raises:
        DataError: With every problem found, each with line and column. Then nothing was read.
        RequestError: An account or a money market fund that the file does not have, an unknown format, or a broken
            mapping.
    """
    if format_hint is not None and format_hint.endswith(".toml"):
        mapping, format_hint = _mapping_file(format_hint), None
    data = read_bytes(source)
    if mapping is not None:
        statement = _read_mapped(data, mapping)
    elif format_hint is not None:
        statement = _read_hinted(data, format_hint)
    else:
        statement = _read_recognised(data)
    if not_cash:
        statement = statement.count_as_investments(not_cash)
    return statement if accounts is None else statement.select(accounts)


def columns_of(source: Source) -> tuple[str, ...]:
    """Names of the columns of a file, to make a mapping from; see ``likely_header`` and ``column_titles``.

    Raises:
        DataError: The file cannot be read as a table.
    """
    from .headers import columns_to_choose, likely_header

    found = list(_open(read_bytes(source)))
    header = likely_header(found)
    rows = next((document.records for document in found if any(record is header for record in document.records)), ())
    return columns_to_choose(header, (record for record in rows if record is not header)) if header is not None else ()


def format_of(source: Source) -> str:
    """Key of the format that a file is recognised as, though it may be refused when read; empty for none.

    Raises:
        DataError: The file cannot be read as a table or as XML.
    """
    found = list(_open(read_bytes(source)))
    return next(
        (form.KEY for form in known_formats() if any(form.find(document) is not None for document in found)), ""
    )


def _open(data: bytes) -> Iterator[Document]:
    if data.startswith(b"PK\x03\x04"):
        from . import xlsx

        return xlsx.documents(data)
    return documents(data)


def _read_recognised(data: bytes) -> Statement:
    """Reads with the first format that knows one of the file's documents."""
    found = list(_open(data))
    for form in known_formats():
        for document in found:
            begin = form.find(document)
            if begin is not None:
                return _with_remarks(form.read(document, begin), document, found)
    raise _unknown(found)


def _read_hinted(data: bytes, hint: str) -> Statement:
    known: dict[str, Format] = {form.KEY: form for form in known_formats()}
    if hint not in known or hint == "transactions":
        keys = ", ".join(key for key in known if key != "transactions")
        raise RequestError(
            f'there is no format "{hint[:40]}"; the formats are {keys}, or the name of a mapping file (.toml).'
        )
    form, found = known[hint], list(_open(data))
    for document in found:
        begin = form.find(document)
        if begin is not None:
            return _with_remarks(form.read(document, begin).confirm(), document, found)
    if hint == "generic":
        raise _unknown(found)
    raise refused("not_this_format", f"the file does not look like {form.BROKER}; leave the format to be recognised.")


def _read_mapped(data: bytes, mapping: ColumnMapping) -> Statement:
    from .formats import generic

    found = list(_open(data))
    for document in found:
        begin = generic.find_mapped(document, mapping)
        if begin is not None:
            return _with_remarks(generic.read(document, begin, mapping, confirmed=True), document, found, mapping)
    columns = ", ".join(column for _, column in mapping.pairs())
    raise refused("missing_column", f"no row has the columns of the mapping ({columns}); it is for another file.")


def _mapping_file(name: str) -> ColumnMapping:
    from .mapping import ColumnMapping

    try:
        text = Path(name).expanduser().read_text(encoding="utf-8")
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: the home of a stranger
        raise RequestError(f"the mapping {name} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    return ColumnMapping.from_toml(text)


def _with_remarks(
    statement: Statement, document: Document, found: Sequence[Document], mapping: ColumnMapping | None = None
) -> Statement:
    """Adds how the bytes were decoded, where that was a guess, and which sheets with positions were not read."""
    remarks = []
    if document.encoding == "Windows-1252":
        message = "the file is not UTF-8; it was read as Windows-1252, as Excel writes it."
        remarks.append(Issue("info", "encoding", message))
    others = [other for other in found if other is not document and other.padded and _has_positions(other, mapping)]
    if others:
        names = ", ".join(other.encoding for other in others)
        message = (
            f"only one sheet with positions was read ({document.encoding}); the workbook has others ({names}): delete "
            "those that are not meant."
        )
        remarks.append(issue_at("warning", "other_sheets", message, None))
    if not remarks:
        return statement
    from dataclasses import replace

    return replace(statement, remarks=(*statement.remarks, *remarks))


def _has_positions(document: Document, mapping: ColumnMapping | None) -> bool:
    """Some format reads a sheet, or it has the columns of a mapping."""
    from .formats import generic

    if mapping is not None and generic.find_mapped(document, mapping) is not None:
        return True
    return next((f.KEY for f in known_formats() if f.find(document) is not None), "transactions") != "transactions"


def _unknown(found: list[Document]) -> DataError:
    """The error for a file that no format knows: what its header has, and what is needed."""
    for document in found:
        if document.xml:
            what = "XML is no IBKR Flex report and no OFX statement"
            what = "file is a web page" if "<html" in document.xml[:2_000].casefold() else what
            return refused("unknown_format", f"the {what}; export the positions as CSV.")
        if document.broken is not None and not document.records:
            return DataError([document.broken])
    records = [record for document in found for record in document.records]
    if not records:
        return refused("empty_file", "the file is empty; a header line and at least one position are needed.")
    from .headers import column_titles, likely_header

    header = likely_header(found) or records[0]
    names = ", ".join(ascii(title)[1:-1][:40] for title in column_titles(header.cells[:20]))
    message = (
        f"no columns of a positions file were found; the likeliest header has: {names}. Needed is "
        "the positions file of a known broker, or columns of a symbol and two of quantity, price and value; say which "
        "columns those are."
    )
    return DataError([Issue("error", "missing_column", message, Place(line=header.line), Remedy("name_columns"))])
