"""How the values of this package show themselves: as text for a terminal, HTML for a notebook, and JSON.

Worked example: ``text_table([("Symbol", "Value"), ("VTI", "$1,000.00")])`` is two lines, the amounts right-aligned.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

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


def document_of(value: object) -> dict[str, Any]:
    """The JSON document of a plan or a statement, in plain Python values.

    What writes it is above both, and nothing below may depend on it. So the package itself knows the writer of each
    class, as it knows where each public name is, and loads it when somebody asks.
    """
    document: dict[str, Any] = import_module("pbal_core").document_of(value)
    return document


def json_text(document: dict[str, Any]) -> str:
    """A document as text that ends with a line end. Characters beyond ASCII are escaped."""
    import json  # only those who save one need it

    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _left_out(rows: Sequence[Sequence[str]]) -> list[str]:
    more = len(rows) - 1 - MOST
    return [f"... and {more:,} more"] if more > 0 else []
