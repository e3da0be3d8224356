"""The ladder of trades on the page: computed after the plan is painted, and only where somebody looks at it.

The model: the browser asks for the ladder once the plan has settled and the ladder's place is in view. That is a run of
this fragment alone, so the plan never waits for it, and it has a budget of its own: what is not computed by then is
left out. Pressing a step sets "at most so many trades".
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from ..errors import PbalError
from ..planning.strategy import Method
from ..policy.policy import Policy
from ..portfolio import Portfolio
from ..views.ladder import LadderStep, ladder
from . import state
from .component import component

BUDGET = 1.5
"""Seconds after which no further step is begun."""

MOST_POSITIONS = 200
"""Above this many positions a single step takes too long."""

_KEY = "ladder"

_ladder = component("ladder")


@st.fragment
def show(portfolio: Portfolio, policy: Policy) -> None:
    """Draws the ladder that was computed last; the browser asks where that is of another question."""
    memory = st.session_state.setdefault("ladder-memory", {"asked": "", "known": None, "chosen": False})
    if memory["chosen"]:
        memory["chosen"] = False
        st.rerun()  # the limit is a part of the targets, which are drawn outside
    settings = state.settings()
    if settings.method != Method.EXACT or len(portfolio) > MOST_POSITIONS:
        memory["known"] = None
        return
    if memory["asked"]:
        memory["known"] = {"question": memory["asked"], "steps": _steps(portfolio, policy)}
        memory["asked"] = ""
    data = {"known": memory["known"], "chosen": policy.constraints.max_trades}
    _ladder(data=data, key=_KEY, on_request_change=_requested, height="content")


def _steps(portfolio: Portfolio, policy: Policy) -> list[dict[str, Any]]:
    """The steps that the budget allows, in ascending order; none where there is no plan."""
    settings = state.settings()
    steps: list[LadderStep] = []
    end = time.monotonic() + BUDGET
    try:
        for step in ladder(
            portfolio, settings.cash, policy=policy, strategy=settings.strategy, min_trade=settings.min_trade
        ):
            steps.append(step)
            if time.monotonic() > end:
                break
    except PbalError:
        return []  # the view above says why
    shown = [*steps[1:], *steps[:1]]
    low = min((step.balanced for step in shown if step.balanced), default=0.0)
    span = max(0.01, max(step.balanced for step in shown) - low)  # what is equal in its label looks equal
    return [
        {"most": step.most, "label": step.label, "value": step.value, "rise": max(0.0, (step.balanced - low) / span)}
        for step in shown
    ]


def _requested() -> None:
    """Takes what the browser asks: a ladder for the question on the page, or another limit."""
    request = st.session_state[_KEY].get("request")
    memory = st.session_state.get("ladder-memory")
    if not isinstance(request, Mapping) or not isinstance(memory, dict):
        return
    memory["asked"] = str(request.get("ask", ""))[:200]
    most = request.get("choose", False)
    if most is None or (isinstance(most, int) and not isinstance(most, bool) and 1 <= most <= MOST_POSITIONS):
        state.touch()
        page = state.page()
        page.policy = replace(page.policy, constraints=replace(page.policy.constraints, max_trades=most))
        page.version += 1
        memory["chosen"] = True
