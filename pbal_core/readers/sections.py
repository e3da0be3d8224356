"""Rows that only have a value: what the rows of their section add up to. And the number style that proves itself.

The model: a row without shares and price whose value is the sum of the rows below it, up to the next such row, or of
those above it, is that of a section. Where a table has sections, another such row is one as well, and is compared.

Worked example: ``US Equity,,,3940`` above VTI of 2,500 and VOO of 1,440 is a sum and no asset.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from ..money import DecimalSign, NotANumberError
from . import cash
from .cells import harmless, is_blank, normal, read_cell
from .checks import CENT, Sum, value_difference
from .draft import StatementDraft
from .layout import TableRow
from .total_words import is_sub_total, is_total


class _Bare(NamedTuple):
    """A row that only has a value."""

    line: int
    value: Decimal
    part: bool = False
    """Its label is that of some part, which need not be of rows of its own."""


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


def section_sums(rows: Sequence[TableRow], draft: StatementDraft) -> tuple[frozenset[int], frozenset[int]]:
    """Lines of rows that are sums of sections: those that agree, and those beside them that do not."""
    blocks: list[tuple[_Bare, Sum]] = [(_Bare(0, Decimal(0)), Sum())]  # the rows above the first such row
    for row in rows:
        blank = is_blank(row.raw("quantity")), is_blank(row.raw("price"))
        value = row.glance(draft, "value")
        if value is None:
            continue
        label = label_of(row) if any(blank) else ""
        if any(blank) and is_total(label, summed=True):
            continue
        if not all(blank) or cash.is_fund(row.word("symbol")) or cash.label_currency(label) is not None:
            blocks[-1][1].add(value)
        else:
            blocks.append((_Bare(row.record.line, value, is_sub_total(label)), Sum()))
    agreeing: set[int] = set()
    others: set[int] = set()
    for (_, before), (bare_row, below) in pairwise(blocks):
        sums = [part for part in (below, before) if part.count]
        if any(abs(part.value - bare_row.value) <= CENT * (part.count + 1) for part in sums):
            agreeing.add(bare_row.line)
        elif sums and not bare_row.part:
            others.add(bare_row.line)
    return frozenset(agreeing), frozenset(others) if agreeing else frozenset()


def label_of(row: TableRow) -> str:
    """What a row is called, folded."""
    return normal(row.word("symbol") or row.word("description") or row.first).rstrip(": ")


def title_of(row: TableRow) -> str:
    """What a row is called, for messages."""
    return harmless(row.word("symbol") or row.word("description") or row.first, 40)
