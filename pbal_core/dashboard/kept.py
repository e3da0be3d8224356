"""The last session in the browser's own storage: off until the reader switches it on, and gone when she forgets it.

The model: the browser has the switch and the text; Python says what to keep while the switch is on. A new page whose
browser kept something gets that text back, once, and reads it like any session that is dropped: what a browser sends is
the client's, so it meets the same bounds. Nothing is stored on the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from ..errors import DataError
from . import keep, positions, state
from .component import component
from .messages import page_words
from .state import SETTINGS, History

_KEY = "kept"

_kept = component("kept")


def show() -> None:
    """Draws the switch, and sends what is to be kept; call it in the fragment that every change of an amount runs."""
    page = state.page()
    text = None
    if page.keeping and not (page.current.sample and page.looking):
        text = "" if page.current.sample else keep.text()
    data = {"on": page.keeping, "text": text, "refused": page.unusable, "run": page.runs}
    _kept(key=_KEY, data=data, on_told_change=_told, height="content")


def brought_back() -> bool:
    """Whether the browser has just brought positions back, so that the whole page must be drawn again; asked once."""
    page = state.page()
    page.brought_back, found = False, page.brought_back
    return found


def _told() -> None:
    take(st.session_state[_KEY].get("told"))


def take(told: object) -> None:
    """Takes over what the browser says: whether the switch is on, and what it kept, if this page has just begun.

    Args:
        told: ``on`` as a truth value and perhaps ``text``; anything else counts as off.
    """
    page = state.page()
    state.touch(inside=True)
    page.keeping = isinstance(told, Mapping) and told.get("on") is True
    page.unusable = False
    text = told.get("text") if isinstance(told, Mapping) else None
    begins = page.history is not None and len(page.history.steps) == 1 and page.current.sample
    if page.keeping and begins and isinstance(text, str) and text:
        _restore(text)


def _restore(text: str) -> None:
    """Puts a kept session on the page; the settings of a link that says some stay."""
    page = state.page()
    address = {} if page.history is None else page.history.address
    linked = state.settings() if any(name in address for name in SETTINGS) else None
    try:
        positions.show(keep.put(keep.read(text.encode(errors="replace"))))
    except DataError as error:
        page.keeping, page.unusable = False, True
        page.notices.append(
            "What this browser kept cannot be used, so this is the sample: "
            f"{page_words(error.issues[0].message)} Forget it, below the plan, or load a saved session."
        )
    else:
        if linked is not None:
            state.put_settings(linked)
        _take_linked_targets()
        page.history = History(steps=[(address, state.question())])
    page.brought_back = True


def _take_linked_targets() -> None:
    """Targets of a link count where the browser kept none; nobody's own are lost to a link."""
    page = state.page()
    if page.linked is None or page.policy.targets == page.linked:
        return
    if page.policy.targets is None:
        page.policy = replace(page.policy, targets=page.linked)
    else:
        page.notices.append("The targets of the link are not used: this browser kept targets of your own.")
        page.linked = None
