"""Undo and Redo, as the browser's Back and Forward; and what the page says while the connection is down."""

from __future__ import annotations

from . import state
from .component import component

_undo = component("undo")


def show() -> None:
    """Draws the two buttons; call it when the question of this run is a step of the history already."""
    page = state.page()
    if page.history is None:
        return
    page.runs += 1
    last = len(page.history.steps) - 1
    data = {"undo": page.history.at > 0, "redo": page.history.at < last, "run": page.runs}
    _undo(key="undo", data=data, width="content", height="content")
