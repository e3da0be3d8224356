"""Bytes to a document: text in rows of fields, or XML text. Knows encodings and delimiters, no broker.

The model: bytes are decoded by their byte order mark, else as UTF-8, else as Windows-1252 (what Excel writes); control
characters mean that it is no text. A text becomes one :class:`Document` for each delimiter that it may have, and the
formats say which one makes sense. Lines are physical lines, 1-based, the one in which a row begins.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..errors import Issue
from .cells import issue_at, normal
from .source import refused

DELIMITERS = (",", ";", "\t", "|")
HEAD_ROWS = 60
"""A header is looked for in this many rows: what brokers put above a table is shorter."""

MAX_ROWS = 60_000
"""More rows than any export has that stays below 2 MB, transactions and all; bounds the memory."""
MAX_FIELDS = 1_000

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_INVISIBLE = "[\u00ad\u200b-\u200f\u202a\u202c\u202d\u2060-\u2064\ufeff]"
"""Characters without a width, which come with text that was copied from a page. Brokers write more than one mark.

Those that turn text around are not among them: what follows would be read otherwise than it is seen.
"""
_QUOTED_FORMULA = r'="([^"]*)"'
"""``="0700"``: what keeps a spreadsheet from making a number of a text."""
_SPACE_AFTER_QUOTE = r'"[ \t]+(?=[,;|\r\n]|$)'
_MAGIC = (
    (b"%PDF", "pdf", "a PDF; export the positions as CSV instead"),
    (b"\xd0\xcf\x11\xe0", "old_excel", "an old Excel workbook (.xls); save it as CSV or .xlsx"),
    (b"\x1f\x8b", "binary", "compressed; unpack it first"),
    (b"\x89PNG", "binary", "a picture; export the positions as CSV instead"),
    (b"\xff\xd8\xff", "binary", "a picture; export the positions as CSV instead"),
)


class Record(NamedTuple):
    """A row that is not blank.

    Attributes:
        line: 1-based physical line in which it begins.
        cells: Its fields as they are in the file.
        after_blank: A blank row stands before it.
    """

    line: int
    cells: tuple[str, ...]
    after_blank: bool = False

    def padded(self, width: int) -> Record:
        """The row with blank fields up to a width, which workbooks drop."""
        missing = width - len(self.cells)
        return self._replace(cells=self.cells + ("",) * missing) if missing > 0 else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file as rows, or as XML text.

    Args:
        records: The rows that are not blank; empty for XML.
        xml: The text of an XML file, empty otherwise.
        delimiter: What parts the fields; empty for XML and workbooks.
        encoding: How the bytes were decoded.
        broken: Why the rows end early, None when they do not.
        padded: Rows may lack empty fields at their end (workbooks drop them).
        unfinished: The last line does not end; it may have been cut.
        names: The first HEAD_ROWS rows with case and spacing folded, to find headers in.
    """

    records: tuple[Record, ...] = ()
    xml: str = ""
    delimiter: str = ""
    encoding: str = ""
    broken: Issue | None = None
    padded: bool = False
    unfinished: bool = False
    names: tuple[tuple[str, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        head = (tuple(map(normal, record.cells)) for record in self.records[:HEAD_ROWS])
        object.__setattr__(self, "names", tuple(head))


def documents(data: bytes) -> Iterator[Document]:
    """The ways a file can be read: one for XML and OFX, else one for each delimiter that occurs, commas first.

    Raises:
        DataError: Not text (a PDF, an old workbook, an image), or in no known encoding.
    """
    text, encoding = decode(data)
    start = text.lstrip()
    if start.startswith(("{", "[{", "[\n", "[ {")):
        raise refused("unknown_format", "the file is JSON; export the positions as CSV.")
    if start.startswith("<") or start[:9].upper() == "OFXHEADER":
        yield Document(xml=text, encoding=encoding)
        return
    for delimiter in DELIMITERS:
        if delimiter == "," or delimiter in text:
            records, broken = _rows(text, delimiter)
            unfinished = not text.endswith(("\n", "\r"))
            yield Document(
                records=records, delimiter=delimiter, encoding=encoding, broken=broken, unfinished=unfinished
            )


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file without byte order mark, and the encoding it was in."""
    for magic, code, what in _MAGIC:
        if data.startswith(magic):
            raise refused(code, f"the file is {what}.")
    text, encoding = _decode(data)
    if not text.isascii():
        text = re.sub(_INVISIBLE, "", text)
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        message = (
            f"line {line} holds the control character {control.group()!a}, so this is no text; a CSV file is needed."
        )
        raise refused("binary", message)
    if not text.strip():
        raise refused("empty_file", "the file is empty; a header line and at least one position are needed.")
    return text, encoding


def _decode(data: bytes) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or _looks_like_utf16(data):
        encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-16-le" if data[1] == 0 else "utf-16-be"
        try:
            return data.decode(encoding), "UTF-16"
        except UnicodeDecodeError:
            raise refused("wrong_encoding", "the file begins as UTF-16 and is broken; save it as CSV UTF-8.") from None
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError as error:
        if data.startswith(b"\xef\xbb\xbf"):
            raise _not_utf8(data, error) from None
    try:
        return data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError as error:
        raise _not_utf8(data, error) from None


def _looks_like_utf16(data: bytes) -> bool:
    """Every second byte of the beginning is zero: ASCII text in UTF-16 without a mark."""
    head = data[:64]
    return len(head) >= 4 and len(data) % 2 == 0 and (not any(head[1::2]) or not any(head[::2]))


def _not_utf8(data: bytes, error: UnicodeDecodeError) -> Exception:
    line = data.count(b"\n", 0, error.start) + 1
    return refused(
        "wrong_encoding",
        f"line {line} holds the byte 0x{data[error.start]:02x}, which is neither UTF-8 nor Windows-1252; save the file "
        "as CSV UTF-8.",
    )


def _rows(text: str, delimiter: str) -> tuple[tuple[Record, ...], Issue | None]:
    records, broken = _parse(text, delimiter)
    if broken is not None and re.search(_SPACE_AFTER_QUOTE, text):
        # Some exports put spaces between a closing quote and the delimiter, which strict CSV forbids.
        return _parse(re.sub(_SPACE_AFTER_QUOTE, '"', text), delimiter, skip_spaces=True)
    return records, broken


def _parse(text: str, delimiter: str, *, skip_spaces: bool = False) -> tuple[tuple[Record, ...], Issue | None]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=skip_spaces)
    records: list[Record] = []
    line, after_blank, formulas = 1, False, '="' in text
    try:
        for row in reader:
            if formulas:
                row[:] = [re.sub(_QUOTED_FORMULA, r"\1", cell) if cell.startswith('="') else cell for cell in row]
            if len(records) >= MAX_ROWS or len(row) > MAX_FIELDS:
                return tuple(records), _too_large(line, row)
            if not any(row) or not any(cell.strip() for cell in row):
                after_blank = True
            else:
                records.append(Record(line, tuple(row), after_blank))
                after_blank = False
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"the CSV is broken: {error}; check the quotes."
        return tuple(records), issue_at("error", "bad_csv", message, line)
    return tuple(records), None


def _too_large(line: int, row: list[str]) -> Issue:
    """Why the rest of a text is not read."""
    if len(row) > MAX_FIELDS:
        message = f"{len(row):,} fields are in one row; check delimiters and line ends."
        return issue_at("error", "field_count", message, line)
    message = f"the file has more than {MAX_ROWS:,} rows; a positions file is smaller."
    return issue_at("error", "too_many_rows", message, line)
