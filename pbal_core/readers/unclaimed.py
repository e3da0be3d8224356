"""Columns of an own table that no name claims, and what their numbers say: a value, another price, exchange rates.

The model: where a table has shares and a price, the value follows; but another column may hold it, to the cent, under a
name that nobody listed. A column that is shares times price in every row is that value. One that is near it, or is a
second price beside one that is only called ``Price``, or has exchange rates, makes the guess doubtful: it is asked.

Worked example: ``Ticker,Shares,Price,Now`` over ``VTI,10,200,2500`` may mean a price paid of 200 and a value of 2,500.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from ..money import NotANumberError
from .cells import normal, read_cell
from .checks import value_difference
from .columns import TELLING
from .document import Record
from .draft import StatementDraft
from .headers import unit_of
from .mapping import ColumnMapping

_RATES = frozenset({
    "fx", "fx rate", "fxrate", "exchange rate", "conversion rate", "exch rate", "exch. rate", "rate", "forex rate",
    "currency rate", "wechselkurs", "devisenkurs", "taux de change", "wisselkoers", "tasso di cambio", "cambio",
    "tipo de cambio", "c\u00e2mbio", "v\u00e4xelkurs", "valutakurs",
})  # fmt: skip
_OTHER = (
    r"(?i).*(?:high|low|open|prev|bid|ask|52|\bdays?\b|target|goal|limit|stop|strike|dividend|yield|year|chg|change|"
    r"average|avg|cost|paid|ziel|soll|hoch|tief|[%#])"
)
"""Names of columns that are neither a value nor the price of today."""
_NEAR = (Decimal("0.2"), Decimal(5))


def find_value(header: Record, rows: Sequence[Record], mapping: ColumnMapping, draft: StatementDraft) -> str:
    """The column that is shares times price in every row, empty where there is none or the value is known."""
    if mapping.value is not None or mapping.price is None:
        return ""
    products = [(h.quantity, h.price) for h in draft.holdings]
    for title, numbers in _unclaimed(header, rows, mapping, draft):
        pairs = zip(products, numbers, strict=True)
        if all(q is not None and value_difference(q, p, n, draft.price_slack, None)[1] for (q, p), n in pairs):
            return title
    return ""


def find_doubt(header: Record, rows: Sequence[Record], mapping: ColumnMapping, draft: StatementDraft) -> str:
    """What an unclaimed column may mean though a value was found, as a sentence; empty without a doubt."""
    if mapping.value is not None:
        return "" if mapping.currency else _other_value(header, rows, mapping, draft)
    vague = mapping.price is not None and unit_of(mapping.price)[0] not in TELLING["price"]
    for title, numbers in _unclaimed(header, rows, mapping, draft):
        if unit_of(title)[0] in _RATES:
            if any(number != 1 for number in numbers):
                return f"the column {title!a} may hold exchange rates, which are not used"
        elif not re.match(_OTHER, title):
            if _all_near(numbers, [h.value for h in draft.holdings]):
                return f"the column {title!a} may be the value, and shares times price is not"
            if vague and _all_near(numbers, [h.price for h in draft.holdings]):
                return f"the column {title!a} may be the price of today, and {mapping.price!a} the price paid"
    return ""


def _other_value(header: Record, rows: Sequence[Record], mapping: ColumnMapping, draft: StatementDraft) -> str:
    """A second column of values that says something else may be the one in a single currency."""
    values = [holding.value for holding in draft.holdings]
    for title, numbers in _unclaimed(header, rows, mapping, draft):
        if unit_of(title)[0] in (*TELLING["value"], "value") and numbers != values:
            return f"the column {title!a} has other values than {mapping.value!a}"
    return ""


def _all_near(numbers: Sequence[Decimal], others: Sequence[Decimal]) -> bool:
    low, high = _NEAR
    return all(low * other <= number <= high * other for number, other in zip(numbers, others, strict=True))


def _unclaimed(
    header: Record, rows: Sequence[Record], mapping: ColumnMapping, draft: StatementDraft
) -> Iterator[tuple[str, list[Decimal]]]:
    """Columns without a field that have an amount above 0 in every row of a holding."""
    names = [normal(cell) for cell in header.cells]
    claimed = {normal(column) for _, column in mapping.pairs()}
    lines = {holding.line for holding in draft.holdings}
    held = [record for record in rows if record.line in lines]
    for place, name in enumerate(names):
        if not name or name in claimed or names.count(name) > 1 or len(held) != len(draft.holdings) or not held:
            continue
        numbers = [_number(record, place, draft) for record in held]
        amounts = [number for number in numbers if number is not None]
        if len(amounts) == len(numbers):
            yield header.cells[place].strip(), amounts


def _number(record: Record, place: int, draft: StatementDraft) -> Decimal | None:
    try:
        number = read_cell(record.cells[place], draft.decimal)[0] if place < len(record.cells) else None
    except NotANumberError:
        return None
    return number if number is not None and number > 0 else None
