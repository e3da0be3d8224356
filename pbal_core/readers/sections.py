"""Sums inside a table: rows that say what the rows of their section add up to, and which label a total has.

Worked example: ``US Equity,,,3940`` above VTI of 2,500 and VOO of 1,440 is a sum and no asset.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from ..money import DecimalSign, NotANumberError
from . import cash
from .cells import is_blank, normal, read_cell
from .checks import CENT, Sum, value_difference
from .draft import StatementDraft
from .layout import TableRow

TOTALS = frozenset({
    "total", "totals", "grand total", "total value", "portfolio total", "account total", "positions total", "gesamt",
    "gesamtsumme", "summe", "gesamtwert", "totaal", "totale", "total general", "total g\u00e9n\u00e9ral", "totalt",
    "i alt", "summa", "sum total", "total portfolio", "total assets",
})  # fmt: skip
_PART_OF_TOTAL = r"sub[- ]?totals?\b.*|totals? .*|.* (?:sub-?)?totals?|zwischensumme.*|sous-total.*|subtotaal.*"
_PENDING = r"(?:pending|unsettled|outstanding)\b.*|.*\bnot (?:yet )?settled"


def is_total(label: str, *, summed: bool) -> bool:
    """A folded label is that of the total of a table; ``SUM`` is a share unless its numbers are blank."""
    return label in TOTALS or (label == "sum" and summed)


def is_sub_total(label: str) -> bool:
    """A folded label is that of a part of the total."""
    return re.fullmatch(_PART_OF_TOTAL, label[:80]) is not None


def is_pending(label: str) -> bool:
    """A folded label is that of activity which is not settled."""
    return re.fullmatch(_PENDING, label[:80]) is not None


def proven_style(rows: Sequence[TableRow]) -> DecimalSign | None:
    """The one number style in which quantity times price is the value in every row; None when not exactly one."""
    styles: tuple[DecimalSign, DecimalSign] = (".", ",")
    proven = [style for style in styles if _proves(rows, style)]
    return proven[0] if len(proven) == 1 else None


def _proves(rows: Sequence[TableRow], style: DecimalSign) -> bool:
    seen = False
    for row in rows:
        try:
            quantity, price, value = (read_cell(row.text(name), style)[0] for name in ("quantity", "price", "value"))
        except NotANumberError:
            return False
        if quantity is None or price is None or value is None:
            continue
        seen = True
        if not value_difference(quantity, price, value, CENT / 2, None)[1]:
            return False
    return seen


def section_sums(rows: Sequence[TableRow], draft: StatementDraft) -> frozenset[int]:
    """Lines of the rows that only have a value, and this is the sum of the rows up to the next such row or before."""
    blocks: list[tuple[int, Decimal | None, Sum]] = [(0, None, Sum())]
    for row in rows:
        label = normal(row.text("symbol") or row.text("description") or row.first).rstrip(": ")
        value = row.glance(draft, "value")
        bare = is_blank(row.raw("quantity")) and is_blank(row.raw("price"))
        if is_total(label, summed=bare) or value is None:
            continue
        if bare and not cash.is_fund(row.word("symbol")) and cash.label_currency(label) is None:
            blocks.append((row.record.line, value, Sum()))
        else:
            blocks[-1][2].add(value)
    found = set()
    for (_, _, before), (line, stated, below) in pairwise(blocks):
        sums = [part for part in (below, before) if part.count]
        if stated is not None and any(abs(part.value - stated) <= CENT * (part.count + 1) for part in sums):
            found.add(line)
    return frozenset(found)
