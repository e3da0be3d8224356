"""The address of the page: it brings the settings, follows every change, and takes the browser's Back and Forward.

The model: each question is a step with an address of its own (see ``state.History``). A full run whose address
differs from that of the step on the page is Back or Forward, unless a control was used in the same run: then the
browser sent the address from before the last change, which is still on its way to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from . import state
from .leftover import with_leftover
from .linked import read_targets
from .live import pin_again, pinned_plan
from .loaded import Current
from .settings import read_band, read_leftover, read_settings
from .state import SETTINGS, History, Page

_NAMES = (*SETTINGS, "leftover", "band", "positions", "policy", "targets", "step")


def follow(sample: Callable[[], Current]) -> bool:
    """Begins the session, or goes where the browser has gone. Call it before anything is drawn.

    Args:
        sample: Makes what a session begins with.

    Returns:
        Whether the session begins with this run.
    """
    address = _address()
    if not state.begun():
        gone = frozenset(name for name in ("positions", "policy") if address.get(name) == "own")
        state.begin(Page(current=sample(), gone=gone))
        preset = {name: st.session_state[name] for name in SETTINGS if name in st.session_state}
        _adopt(address, preset)
        state.page().history = History(steps=[(address, state.question())])
        return True
    page = state.page()
    history = page.history
    if history is None or page.touched or address == history.address:
        return False
    history.note_pinned(pinned_plan(page.current.statement.portfolio))
    found = history.go(address)
    if found is None:  # from before this session began, or written by hand
        _adopt(address, {})
        history.steps = [*history.steps[: history.at + 1], (address, state.question())]
        history.at = len(history.steps) - 1
        return False
    if found.pinned is not None and found.current.statement is not page.current.statement:
        pin_again(found.current.statement.portfolio, found.pinned)
    page.current, page.policy, page.band = found.current, found.policy, found.band
    page.household = found.household
    missing = page.waiting and page.waiting.missing_from(found.current)
    page.waiting, page.way, page.changing = missing, "", False
    page.problems, page.note = (), ""
    page.version += 1
    state.put_settings(found.settings)
    return False


def write() -> None:
    """Ends a run: makes the address say what is asked, unless it does. That is one more step that Back undoes."""
    page = state.page()
    page.touched, history = False, page.history
    address = None if history is None else history.add(state.question(), page.linked)
    if address is not None:
        st.query_params.from_dict(address)


def _address() -> dict[str, str]:
    """What the address says, as text."""
    found = st.query_params.to_dict()
    return {name: found[name] for name in _NAMES if name in found}


def _adopt(address: dict[str, str], preset: dict[str, object]) -> None:
    page = state.page()
    settings, notices = read_settings({name: address.get(name) for name in SETTINGS} | preset)
    choice, more = read_leftover(address.get("leftover"))
    page.band, wrong = read_band(address.get("band"))
    page.notices = notices + more + wrong
    targets, problems = read_targets(address.get("targets"))
    page.notices += problems
    if targets is not None:
        page.policy, page.linked = replace(page.policy, targets=targets), targets
        page.version += 1
    if choice != page.policy.constraints.leftover:
        page.policy = with_leftover(page.policy, choice)
        page.version += 1  # the panel of constraints shows it
    state.put_settings(settings)
