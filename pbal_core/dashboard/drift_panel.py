"""Below the live view: how good the plan is, what to know about it, and how far each position is from its target."""

from __future__ import annotations

import streamlit as st

from ..errors import TargetError
from ..planning.plan import Plan
from ..policy.targets import Targets
from ..portfolio import Portfolio
from ..views import summary
from ..views.drift_words import RULE, drift_words
from . import state
from .messages import page_words

_NUMBERS = ("Weight", "Target", "Drift in points", "Band")


def remarks(plan: Plan) -> None:
    """Draws what to know about the committed plan: how good it is, its remarks and its limits."""
    said = summary.remarks(plan)
    words = [] if said and plan.proof is None else [summary.proof_words(plan)]
    st.text(" ".join([*words, *map(page_words, said), summary.limits_words(plan)]).strip(), width="content")


def drift(portfolio: Portfolio, targets: Targets | None) -> None:
    """Draws the drift report, which no slider changes; ``targets`` is None for equal weights."""
    try:
        found = drift_words(portfolio, targets)
    except TargetError:
        return  # the table of targets says why already
    st.text(f"Drift now: {found.drift} {found.least}")  # not in the panel's title: a new title would close it
    panel = st.expander("Drift of each position", key="drift_panel", on_change=state.touch)
    if not panel.open:
        return  # a table that nobody sees makes every visitor load its script
    with panel:
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
                for row in found.rows
            ],
            hide_index=True,
            column_config={name: st.column_config.TextColumn(alignment="right") for name in _NUMBERS},
            height="content" if len(found.rows) <= 12 else 420,
        )
        st.caption(RULE)
