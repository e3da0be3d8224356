"""Rows of symbol, shares and price to type in, as a component: Enter goes on, and at the end adds a row.

Streamlit's own table editor loads its cell editor at the first keystroke and loses what is typed meanwhile; a number
that decides about money is typed into a plain input. What comes back is the browser's: ``typed_positions.typed_bytes``
judges it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from .component import component

_KEY = "typed"

_rows = component("rows")


def typed_rows(
    rows: Sequence[dict[str, str]], *, currency: str, version: int, on_rows: Callable[[object], None]
) -> None:
    """Draws the rows.

    Args:
        rows: What they contain at first: symbol, shares, price and value as text.
        currency: In which the prices are.
        version: Another one than before lays the rows anew.
        on_rows: Called with what was typed, when the reader uses it.
    """

    def sent() -> None:
        on_rows(st.session_state[_KEY].get("rows"))

    _rows(
        key=_KEY,
        data={"rows": list(rows), "currency": currency, "version": version},
        on_rows_change=sent,
        height="content",
    )
