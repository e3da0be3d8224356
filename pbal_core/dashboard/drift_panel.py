"""Below the live view: how good the plan is, what to know about it, and how far each position is from its target."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from ..errors import RequestError, TargetError
from ..money import typed_amount
from ..planning.household import HouseholdPlan
from ..planning.plan import Plan
from ..policy.targets import Targets
from ..portfolio import Portfolio
from ..views import summary
from ..views.decision import decision, listed
from ..views.drift import Band
from ..views.drift_words import DriftLine, drift_words, rule_words
from ..views.household_drift import frozen_funds, household_decision, household_drift
from . import state
from .messages import literal, page_words

_NUMBERS = ("Weight", "Target", "Drift in points", "Band")
_LIMITS = {"absolute": "Band in percentage points", "relative": "Band in % of the target"}


def remarks(plan: Plan) -> None:
    """Draws what to know about the committed plan: how good it is, its remarks and its limits."""
    said = summary.remarks(plan)
    words = [] if said and plan.proof is None else [summary.proof_words(plan)]
    st.text(" ".join([*words, *map(page_words, said), summary.limits_words(plan)]).strip(), width="content")


def drift(plan: Plan, portfolio: Portfolio, targets: Targets | None) -> None:
    """Draws what the plan does about the drift, and the report of every position.

    Args:
        plan: The committed plan.
        portfolio: What is held.
        targets: Target weights; None for equal weights.
    """
    band = state.page().band
    basis = plan.outcome.basis
    frozen = [symbol for symbol, stays in zip(basis.symbols, basis.frozen, strict=True) if stays]
    try:
        found = drift_words(portfolio, targets, band, frozen=frozen)
    except TargetError:
        return  # the table of targets says why already
    least = f" {found.least}" if portfolio.value else ""
    _show(f"{decision(plan, band)}{least}", found.rows, "Drift of each position", frozen)


def household(plan: HouseholdPlan) -> None:
    """The same of a household, whose weights and targets are those of all accounts together."""
    band = state.page().band
    title = "Drift of each fund in all accounts together"
    _show(household_decision(plan, band), household_drift(plan, band), title, frozen_funds(plan))


def _show(words: str, rows: Sequence[DriftLine], title: str, frozen: Sequence[str]) -> None:
    band = state.page().band
    with st.container(key="plan-drift"):
        st.text(words)  # not in the panel's title: a new title would close it
    panel = st.expander(title, key="drift_panel", on_change=partial(state.touch, inside=True))
    if not panel.open:
        return  # a table that nobody sees makes every visitor load its script
    with panel:
        _choose_band(band)
        st.dataframe(
            [
                {
                    "Symbol": row.symbol,
                    "Weight": row.weight,
                    "Target": row.target,
                    "Drift in points": row.points,
                    "Band": row.band,
                    "State": "out of band" if row.outside else "in band",
                }
                for row in rows
            ],
            hide_index=True,
            column_config={name: st.column_config.TextColumn(alignment="right") for name in _NUMBERS},
            height="content" if len(rows) <= 12 else 420,
        )
        left_out = f". Not listed, because frozen: {literal(listed(list(frozen)))}" if frozen else ""
        st.caption(f"{rule_words(band)}{left_out}")


def _choose_band(band: Band) -> None:
    """The two limits of the band, as percentage points and as a share of the target; empty is the 5/25 rule's."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, label in _LIMITS.items():
            key = f"band {name} {state.page().version}"  # what is undone changes the box too
            st.session_state.setdefault(key, f"{(100 * getattr(band, name)).normalize():f}")
            st.text_input(label, key=key, width=220, on_change=state.change(_put_limit, inside=True), args=(name, key))
        if band != Band():
            st.button("5/25 rule", key="usual_band", on_click=state.change(_usual, inside=True))
    if problem := st.session_state.get("band problem"):
        st.error(problem)


def _put_limit(name: str, key: str) -> None:
    """Takes a limit over, or remembers why not."""
    page, usual = state.page(), Band()
    st.session_state["band problem"] = ""
    try:
        text = st.session_state[key].replace("%", "").strip()
        limit = typed_amount(text, _LIMITS[name].lower(), point=True) / 100 if text else getattr(usual, name)
        limits = {"relative": page.band.relative, "absolute": page.band.absolute, name: limit}
        page.band = Band(**limits)
    except RequestError as error:
        st.session_state["band problem"] = str(error)


def _usual() -> None:
    state.page().band = Band()
    st.session_state["band problem"] = ""
    for name in _LIMITS:
        st.session_state.pop(f"band {name} {state.page().version}", None)
