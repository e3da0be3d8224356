"""Undo and Redo, as the browser's Back and Forward; and what the page says while the connection is down."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from . import state

_ASSETS = Path(__file__).parent / "assets"


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


_undo = st.components.v2.component(
    "pbal_undo", html=_asset("undo.html"), css=_asset("undo.css"), js=_asset("undo.js"), isolate_styles=False
)


def show() -> None:
    """Draws the two buttons; call it when the question of this run is a step of the history already."""
    page = state.page()
    if page.history is None:
        return
    page.runs += 1
    last = len(page.history.steps) - 1
    data = {"undo": page.history.at > 0, "redo": page.history.at < last, "run": page.runs}
    _undo(key="undo", data=data, width="content", height="content")
