"""Header names without what stands around them: ``# Shares``, ``Price ($)`` and ``Value in EUR``.

Worked example: ``Price (GBX)`` is the name ``price`` in the unit GBX; ``Gain (%)`` keeps its percent sign, so it is
never taken for an amount.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ..money import sign_currency
from .cells import currency_code, normal
from .columns import NAMES
from .document import HEAD_ROWS, Document, Record

_CODES = (
    "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|GBX|GBp|GBx|HKD|HUF|IDR|ILA|ILS|INR|ISK|JPY|KRW|MXN|MYR|"
    "NOK|NZD|PHP|PLN|RON|RUB|SAR|SEK|SGD|THB|TRY|TWD|USD|ZAC|ZAR|ZAc"
)
PERCENT = frozenset({"%", "Prozent", "Proz.", "PCT", "percent"})
"""What stands beside the price of a bond instead of a currency: it is in percent of the face value."""
ISO_CODES = frozenset(_CODES.split("|"))
_SIGN = r"(?:US|CA|C|CDN|A|AU|HK|NZ|NT|S|R)?\$|[\u20ac\u00a3\u00a5\u20b9\u20a9\u20aa\u20ba]"
_UNIT = rf"{_CODES}|{_SIGN}|p|pence|[Pp]ence"
_UNIT_SHAPES = (
    rf"(?P<name>.*?\S)\s*[(\[]\s*(?:in\s+)?(?P<unit>{_UNIT})\s*[)\]]",
    rf"(?P<name>.*?\S)[\s,:]+(?:in\s+)?(?P<unit>{_CODES}|{_SIGN}|pence)",
    rf"(?P<unit>{_SIGN})\s*(?P<name>\S.*)",
)


def unit_of(title: str) -> tuple[str, str]:
    """The folded name of a column without its unit, and that unit as a currency code (empty when it has none)."""
    text = " ".join(title.split())
    unit = ""
    for shape in _UNIT_SHAPES:
        match = re.fullmatch(shape, text)
        if match:
            text, unit = match["name"], match["unit"]
            break
    name = re.sub(r"^#\s*|^no\.? of |^number of |\s*[:*]$", "", text.casefold())
    name = re.sub(r"\s*#$", " number", name)
    return name, currency_code("GBX" if unit.casefold() in {"p", "pence"} else sign_currency(unit))


def column_titles(cells: Sequence[str]) -> tuple[str, ...]:
    """Names that tell the columns of a header apart, for a mapping to name.

    The second ``Gain`` is ``Gain (2)``, and a third column without a name is ``column 3``.
    """
    seen: dict[str, int] = {}
    titles = []
    for place, cell in enumerate(cells, start=1):
        title = cell.strip() or f"column {place}"
        count = seen[normal(title)] = seen.get(normal(title), 0) + 1
        titles.append(title if count == 1 else f"{title} ({count})")
    return tuple(titles)


def columns_to_choose(header: Record, rows: Iterable[Record]) -> tuple[str, ...]:
    """The columns of a table that have a name, or something in a row."""
    titles = column_titles(header.cells)
    filled = {i for record in rows for i, cell in enumerate(record.cells[: len(titles)]) if cell.strip()}
    return tuple(title for i, title in enumerate(titles) if header.cells[i].strip() or i in filled)


def known_columns(header: Sequence[str]) -> dict[str, str]:
    """Columns (as they are in the file) by their folded names, whole and without units; whole names win."""
    columns: dict[str, str] = {}
    for cell in header:
        if cell.strip():
            columns.setdefault(normal(cell), cell.strip())
    for cell in header:
        for name in (unit_of(cell)[0], unit_of(_plain(cell))[0]):
            if name:
                columns.setdefault(name, cell.strip())
    return columns


def _plain(title: str) -> str:
    """A name in words: ``marketValue``, ``market_value`` and ``Market Value`` with the arrow of a sorted column."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", title.replace("_", " "))
    return re.sub(r"[\u2190-\u21ff\u25a0-\u25ff\u2b00-\u2bff]", "", words).strip()


def currency_columns(header: Record, rows: Sequence[Record], index: Mapping[str, int]) -> dict[str, int]:
    """Columns that hold nothing but currency codes, by the amount to their left: ``currency`` for that of the value.

    Their name may be unknown or missing: ``Price;;Value;`` over ``85,50;EUR;2565,00;EUR``.
    """
    found: dict[int, int] = {}
    taken = set(index.values())
    for column in range(1, len(header.cells)):
        cells = {r.cells[column].strip() for r in rows if column < len(r.cells)} - {"", "-", "--"}
        codes = cells - PERCENT
        if column not in taken and codes and all(re.fullmatch(_CODES, cell) for cell in codes):
            found[column - 1] = column
    by_field = {name: found[i] for name, i in index.items() if i in found}
    columns = {f"{name}_currency": column for name, column in by_field.items() if name in {"price", "pnl", "cost"}}
    value = by_field.get("value")
    if value is None and found and "price" not in by_field:
        value = next(iter(found.values()))
    if value is None and "value" not in index:
        value = by_field.get("price")
    return columns if value is None else {"currency": value, **columns}


def likely_header(documents: Iterable[Document]) -> Record | None:
    """The row that is most likely the header of a table, to show or to choose columns from when no format knows it.

    Names that are known count most, then texts; numbers count against a row, and so does a row below it that has
    another width: a line that is cut at the wrong delimiter.
    """
    known = {name for names in NAMES.values() for name in names}
    best, most = None, 0
    for document in documents:
        rows = document.records[:HEAD_ROWS]
        for record, below in zip(rows, [*rows[1:], None], strict=False):
            cells = [cell.strip() for cell in record.cells if cell.strip()]
            texts = sum(not re.search(r"\d", cell) for cell in cells)
            score = texts - 2 * (len(cells) - texts) + 5 * sum(unit_of(cell)[0] in known for cell in cells)
            if below is not None and len(below.cells) == len(record.cells) > 1:
                score += 5
            if len(cells) > 1 and (best is None or score > most):
                best, most = record, score
    return best
