"""The targets to type, in the plan's table beside Now and After: a component that owns one input a row.

The inputs are in the target column of the live view, and in rows of their own where that column is not shown. The
browser shows the sum while somebody types and dims the plan as long as it is not 100; it sends rows when Enter was
pressed, an input was left, or the keys have rested. ``targets_panel`` judges what was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from .component import component

_KEY = "weights"

_weights = component("weights", scripts=("folds.js", "picked.js", "weights.js"))


def weights_table(
    rows: Sequence[dict[str, str]],
    *,
    currency: str,
    version: int,
    edit: int,
    worth: bool,
    note: str,
    on_edit: Callable[[object], None],
) -> None:
    """Draws the targets.

    Args:
        rows: Symbol, weight now, target, price, and whether it is held, as text; see ``wanted.rows``.
        currency: In which prices are.
        version: Another one than before lays the rows anew; with the same one, what is typed stays.
        edit: The number of the last edit that the rows know of: what was typed after it stays.
        worth: The portfolio is worth something, so there are weights of now.
        note: What was done to the last weights.
        on_edit: Called with ``{"rows": [...]}``, with ``{"do": "equal"}``, ``"held"`` or ``"scale"``, or with what the
            rows that are chosen become: ``{"do": "group", "names": [...], "name": "Stocks"}``, ``"same"``, ``"apart"``;
            its number is under ``"edit"``, and the version that it was made in under ``"version"``.
    """

    def sent() -> None:
        on_edit(st.session_state[_KEY].get("edit"))

    data = {"rows": list(rows), "currency": currency, "version": version, "edit": edit, "worth": worth, "note": note}
    _weights(key=_KEY, data=data, on_edit_change=sent, height="content")
