"""A plain-text table, character for character as the ``simple`` format of the package ``tabulate`` draws it.

Numbers are right-aligned on their decimal points and written with six significant digits (``%g``), so ``12000.43``
reads ``12000.4``; the exact amounts are in the CSV and JSON formats. Unlike ``%g``, a million and more is written out
to the dollar instead of as ``1e+06``. A test compares the drawing with tabulate, which only the tests need.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ..money import divide_half_even

Cell = str | int | Decimal


def simple_table(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """The table as text without a final line end.

    Args:
        header: Column titles.
        rows: Cells; a column holds either texts (left-aligned) or numbers (aligned on the decimal point).
    """
    columns = [_column(title, [row[i] for row in rows]) for i, title in enumerate(header)]
    lines = list(zip(*columns, strict=True))
    rule = tuple("-" * len(cell) for cell in lines[0])
    return "\n".join("  ".join(line) for line in [lines[0], rule, *lines[1:]])


def _column(title: str, cells: Sequence[Cell]) -> list[str]:
    """The title and the cells, all of one width."""
    width = len(title) + 2
    if all(isinstance(cell, str) for cell in cells):
        texts = [str(cell) for cell in cells]
        width = max(width, *map(len, texts)) if texts else width
        return [text.ljust(width) for text in [title, *texts]]
    texts = [number_text(cell) for cell in cells if not isinstance(cell, str)]
    after = [len(text.partition(".")[2]) if "." in text else -1 for text in texts]
    most = max(after)
    texts = [text + " " * (most - places) for text, places in zip(texts, after, strict=True)]
    width = max(width, *map(len, texts))
    return [text.rjust(width) for text in [title, *texts]]


def number_text(number: int | Decimal) -> str:
    """An integer in full; a decimal with six significant digits, or to the dollar from a million on."""
    if isinstance(number, int):
        return str(number)
    if abs(number) >= 1_000_000:
        return str(divide_half_even(*number.as_integer_ratio()))
    return f"{float(number):g}"
