"""Excel workbooks (.xlsx) to rows, through openpyxl, within limits.

The model: a workbook is a zip archive of XML. Before openpyxl sees it, the archive's members are counted and their
unpacked sizes added (a member is never unpacked beyond what it declares), a document type declaration in any of them is
refused, and so are more XML elements than openpyxl reads in about a second: so a small file can become neither a large
one nor a slow one. Numbers are what Excel shows: 15 significant digits, with
the currency sign or the percent sign of the cell's number format, which are nowhere else.

Worked example: 0.1 + 0.2 is stored as 0.30000000000000004 and read as 0.3; 0.125 in the format ``0.00%`` is ``12.5%``.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ..errors import DataError
from ..money import CURRENCY_SIGN, float_text
from .document import Document, Record
from .source import refused

MAX_UNPACKED = 12_000_000
MAX_MEMBERS = 200
MAX_ELEMENTS = 120_000
"""10,000 rows of 4 cells with a value each, or 3,000 rows of 16."""
MAX_FORMAT = 255
"""Letters of a number format, which is what Excel allows."""
MAX_ROWS = 12_000
MAX_COLUMNS = 100
MAX_SHEETS = 20

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))


def documents(data: bytes) -> Iterator[Document]:
    """One document for each sheet of a workbook.

    Raises:
        DataError: Not a workbook, too large when unpacked, encrypted or damaged, or openpyxl is not installed.
    """
    _check(data)
    try:
        import openpyxl
    except ImportError:
        message = "this is an Excel workbook; to read it: pip install openpyxl, or save it as CSV."
        raise refused("xlsx_support", message) from None
    try:
        sheets = _sheets(openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False))
    except DataError:
        raise
    except Exception as error:  # noqa: BLE001 - the edge to a library that meets files of any kind
        raise refused(
            "bad_xlsx", f"the workbook is damaged ({type(error).__name__}); save it again, or as CSV."
        ) from None
    yield from sheets


def _sheets(book: Any) -> list[Document]:
    return [
        Document(records=tuple(_records(sheet)), padded=True, encoding=f"sheet {sheet.title}")
        for sheet in book.worksheets[:MAX_SHEETS]
    ]


def _records(sheet: Any) -> Iterator[Record]:
    after_blank = False
    rows = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS)
    for number, row in enumerate(rows, start=1):
        cells = tuple(map(_cell, row))
        while cells and not cells[-1]:
            cells = cells[:-1]
        if not any(cell.strip() for cell in cells):
            after_blank = True
            continue
        if number > MAX_ROWS:
            raise refused("too_many_rows", f"the sheet has more than {MAX_ROWS:,} rows; a positions file is smaller.")
        yield Record(number, cells, after_blank)
        after_blank = False


def _cell(cell: Any) -> str:
    """A cell as the text a CSV would have, with the sign that its number format adds."""
    value = cell.value
    text = _text(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return text
    sign = _sign(cell.number_format or "")
    if sign != "%":
        return sign + text
    return f"{(Decimal(text) * 100).normalize():f}%" if _NUMBER.fullmatch(text) else text


@lru_cache(maxsize=1_000)  # keyed by the number formats of uploaded workbooks, so bounded
def _sign(number_format: str) -> str:
    """The percent sign, or the known currency sign or code, of a number format; empty when it has none."""
    positive = number_format[:MAX_FORMAT].split(";", 1)[0]
    bare = re.sub(r"\[[^\]]*\]", "", positive)
    named = re.search(r"\[\$([^\]-]+)", positive) or re.search(r"\"([^\"]+)\"", bare) or re.search(r"([$€£¥])", bare)
    if named and re.fullmatch(CURRENCY_SIGN, named[1].strip()):
        return named[1].strip()
    return "%" if "%" in re.sub(r"\"[^\"]*\"", "", bare) else ""


def _text(value: object) -> str:
    """A cell as the text a CSV would have."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        if value != value or abs(value) >= 1e15:  # noqa: PLR0124 - NaN
            return str(value)
        text = f"{Decimal(float_text(float(f'{value:.15g}'))):f}"  # a quotient has more decimals than an amount may
        # A number has a decimal point; 57.125 as a text might be 57,125.
        return text + "0" if text[-4:-3] == "." else text
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _check(data: bytes) -> None:
    """Refuses archives that unpack to too much or hold too much, or that hold a document type declaration."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED:
                message = f"the workbook unpacks to more than {MAX_UNPACKED / 1e6:.0f} MB; save the positions as CSV."
                raise refused("too_large", message)
            if "[Content_Types].xml" not in archive.namelist():
                raise refused("binary", "the file is a zip archive and no workbook; unpack it first.")
            elements = 0
            for member in members:
                content = archive.read(member)
                elements += content.count(b"<") - content.count(b"</")
                if elements > MAX_ELEMENTS:
                    message = f"the workbook has more than {MAX_ELEMENTS:,} XML elements; save the positions as CSV."
                    raise refused("too_large", message)
                if any(mark in content for mark in _DOCTYPES):
                    raise refused("doctype", "the workbook holds a document type declaration; it is refused.")
    except _DAMAGED as error:
        message = f"the workbook is damaged or encrypted ({type(error).__name__}); save it again, or as CSV."
        raise refused("bad_xlsx", message) from None
