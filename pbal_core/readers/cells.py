"""Cells of a broker's file to exact numbers and dates.

The model: a cell holds an amount in one of two number styles, named by their decimal sign. ``1,234.56`` is style
``"."``, ``1.234,56`` is style ``","``. The style belongs to the file: it is known for a broker, or decided once from
all number cells together (:func:`decide_decimal`), never cell by cell. Around the number brokers put currency signs, a
plus, a minus before or after, or parentheses for a minus. Blank, ``--`` and ``n/a`` are unknown: None, not 0.

Worked example: ``($1,126.93)`` in style ``"."`` is -1126.93; ``1.126,93-`` in style ``","`` is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache

from ..errors import DataError, Issue, Place, Remedy, Severity
from ..money import DecimalSign, NotANumberError, decimal_evidence, parse_amount, parse_decimal

_BLANK = frozenset({"", "-", "--", "---", "n/a", "na", "not available", "null", "none", "#n/a", "\u2013", "\u2014"})
_LONGEST_BLANK = max(map(len, _BLANK))
_SIMPLE = re.compile(r"[+-]?\$?\d+(?:\.\d+)?", re.ASCII)
MAX_CELL = 60


@cache
def _quick(decimal: DecimalSign) -> re.Pattern[str]:
    """What most cells look like: digits, in groups of three or not, and a dollar sign before them."""
    thousands = "," if decimal == "." else r"\."
    sign = r"\$?" if decimal == "." else ""
    point = re.escape(decimal)
    return re.compile(rf"[+-]?{sign}(?:\d+|\d{{1,3}}(?:{thousands}\d{{3}})+)(?:{point}\d+)?", re.ASCII)


def normal(text: str) -> str:
    """A header name to compare with: case and spacing folded."""
    return " ".join(text.split()).casefold()


def harmless(text: str, limit: int = 80) -> str:
    """A text of the file on one line, without characters that act on a terminal or a page, at most ``limit`` long."""
    flat = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    flat = flat.strip()
    return flat if len(flat) <= limit else flat[: limit - 3] + "..."


def issue_at(
    severity: Severity,
    code: str,
    message: str,
    line: int | None,
    *,
    column: str = "",
    symbol: str = "",
    remedy: Remedy | None = None,
) -> Issue:
    """An issue whose words from the file are harmless; None and empty texts leave the place open."""
    where = Place(line=line, column=harmless(column, 40) or None, symbol=harmless(symbol, 40) or None)
    place = None if where == Place() else where
    return Issue(severity, code, harmless(message, 1_000), place, remedy)


def shown(text: str) -> str:
    """A cell in a message: escaped and short, so that nothing in it acts on a terminal or a page."""
    return ascii(text if len(text) <= 40 else text[:40] + "...")


def is_blank(text: str) -> bool:
    """The cell says that the number is unknown."""
    return not text[:1].isdigit() and normal(text) in _BLANK


def word(text: str) -> str:
    """A symbol, name or account without the spaces around it; empty where the cell says that there is none.

    ``NA`` is a ticker, so only in small letters does it mean nothing.
    """
    stripped = text.strip()
    if len(stripped) > _LONGEST_BLANK:
        return stripped
    return "" if stripped.casefold() in _BLANK and stripped != "NA" else stripped


def read_cell(text: str, decimal: DecimalSign) -> tuple[Decimal | None, str]:
    """The number of a cell and the currency that its sign or code names.

    Args:
        text: The cell.
        decimal: The file's number style.

    Returns:
        The exact value (None when blank) and an ISO code (empty when the cell names no currency).

    Raises:
        NotANumberError: The cell is neither a number in this style nor blank; ``str()`` ends a sentence.
    """
    if len(text) <= 13 and _quick(decimal).fullmatch(text):
        # So short a number is within the bounds that parse_decimal checks.
        if decimal == ",":
            return Decimal(text.replace(".", "").replace(",", ".")), ""
        plain = text.replace(",", "")
        return (Decimal(plain.replace("$", "")), "USD") if "$" in plain else (Decimal(plain), "")
    if is_blank(text):
        return None, ""
    try:
        return parse_amount(text, decimal)
    except NotANumberError as error:
        style = " (this file writes 1.234,56)" if decimal == "," and str(error) == "is not a number" else ""
        raise NotANumberError(f"{error}{style}") from None


def read_plain(text: str) -> Decimal:
    """As ``parse_decimal``, quick for the usual short number.

    Raises:
        NotANumberError: The text is no number.
    """
    if len(text) <= 13 and "$" not in text and _SIMPLE.fullmatch(text):
        return Decimal(text)
    return parse_decimal(text)


def decide_decimal(cells: Iterable[tuple[str, Place]]) -> DecimalSign:
    """The number style of a file, from all its number cells together.

    See ``decimal_evidence``; ``1,234`` alone is evidence for nothing.

    Raises:
        DataError: The cells contradict each other, or only ambiguous ones have a separator.
    """
    seen: dict[DecimalSign, tuple[str, Place]] = {}
    ambiguous: tuple[str, Place] | None = None
    for text, place in cells:
        evidence = None if text.rstrip().endswith("%") else decimal_evidence(text)
        if evidence == "?":
            ambiguous = ambiguous or (text, place)
        elif evidence is not None:
            seen.setdefault(evidence, (text, place))
    if len(seen) == 2:
        (point, point_at), (comma, comma_at) = seen["."], seen[","]
        message = (
            f"{shown(comma)} has a decimal comma, but {shown(point)} ({point_at}) a decimal point; one file must use "
            "one number style."
        )
        column = comma_at.column or ""
        raise DataError([issue_at("error", "mixed_number_styles", message, comma_at.line, column=column)])
    if seen:
        return next(iter(seen))
    if ambiguous is not None:
        text, place = ambiguous
        point, comma = readings(text)
        message = (
            f"{shown(text.strip())} can be read as {point} or as {comma}, and no other number of the file decides it; "
            "say which it is."
        )
        remedy = Remedy("choose_decimal", text.strip())
        raise DataError(
            [issue_at("error", "ambiguous_number", message, place.line, column=place.column or "", remedy=remedy)]
        )
    return "."


def readings(text: str) -> tuple[str, str]:
    """The two amounts that a text may be: with a decimal point, and with a decimal comma."""
    point, comma = (parse_amount(text, sign)[0].normalize() for sign in _SIGNS)
    return f"{point:,f}", f"{comma:,f}"


_SIGNS: tuple[DecimalSign, DecimalSign] = (".", ",")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE_SHAPES = (
    r"(?P<year>\d{4})(?P<part>[-/.]?)(?P<month>\d{2})(?P=part)(?P<day>\d{2})",
    r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})",
    r"(?P<name>[a-z]{3,9})[ -](?P<day>\d{1,2})(?:,? |-)(?P<year>\d{4})",
    r"(?P<day>\d{1,2})-(?P<name>[a-z]{3})-(?P<year>\d{2})",
)


def _month(name: str) -> int:
    """1 to 12; 0, which no date takes, for a word that is no month."""
    short = name[:3].casefold()
    return _MONTH_NAMES.index(short) + 1 if short in _MONTH_NAMES else 0


def read_date(text: str) -> date | None:
    """A date in one of the forms brokers print, None when it is none.

    ``2026-01-31``, ``20260131``, ``2026/01/31``, ``Jan-31-2026``, ``January 31, 2026``, ``31-JAN-26``; and where
    slashes leave it open, the US order ``01/31/2026``.
    """
    stripped = " ".join(text.split())
    if not stripped:
        return None
    for shape in _DATE_SHAPES:
        match = re.fullmatch(shape, stripped, re.ASCII | re.IGNORECASE)
        if match is None:
            continue
        part = match.groupdict()
        year = int(part["year"]) + (2000 if len(part["year"]) == 2 else 0)
        month = int(part["month"]) if part.get("month") else _month(part["name"])
        try:
            return date(year, month, int(part["day"]))
        except ValueError:
            return None
    return None


_CURRENCY_WORDS = {
    "EURO": "EUR", "\u20ac": "EUR", "US-DOLLAR": "USD", "US DOLLAR": "USD", "BRITISCHES PFUND": "GBP",
    "ENGLISCHES PFUND": "GBP", "BRITISH POUND": "GBP", "SCHWEIZER FRANKEN": "CHF", "SWISS FRANC": "CHF",
    "YEN": "JPY", "JAPANISCHE YEN": "JPY",
}  # fmt: skip


def currency_code(text: str) -> str:
    """A currency as an ISO code in capitals. Pence (``GBp``, ``GBx``) become ``GBX``: they are no pounds."""
    code = "GBX" if text in {"GBp", "GBx"} else text.upper()
    return _CURRENCY_WORDS.get(code, code) if len(code) != 3 else code
