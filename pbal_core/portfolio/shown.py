"""A table as text for a terminal, and as HTML for a notebook: how the values of this package show themselves.

Worked example: ``text_table([("Symbol", "Value"), ("VTI", "$1,000.00")])`` is two lines, the amounts right-aligned.
"""

from __future__ import annotations

from collections.abc import Sequence

MOST = 60
"""Rows that are shown; what is left out is counted."""


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Columns two spaces apart, the first left-aligned and the others right-aligned. The first row has the titles."""
    shown = rows[: MOST + 1]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in shown
    ]
    return "\n".join([*(line.rstrip() for line in lines), *_left_out(rows)])


def html_table(rows: Sequence[Sequence[str]], caption: str) -> str:
    """The same as an HTML table without styles of its own; every text is escaped."""
    from html import escape  # only a notebook needs it

    head, *body = (
        "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row)
        for row, tag in zip(rows[: MOST + 1], ["th", *["td"] * MOST], strict=False)
    )
    words = " ".join([caption, *_left_out(rows)])
    cells = "".join(f"<tr>{row}</tr>" for row in body)
    return f"<table><caption>{escape(words)}</caption><thead><tr>{head}</tr></thead><tbody>{cells}</tbody></table>"


def _left_out(rows: Sequence[Sequence[str]]) -> list[str]:
    more = len(rows) - 1 - MOST
    return [f"... and {more:,} more"] if more > 0 else []
