"""The page, top to bottom: header with the positions, the report of a bad file, the live view, the files to download.

Only the live section is a fragment: moving a slider or changing the strategy runs nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from ..errors import InfeasiblePlanError, PbalError
from ..planning.plan import Plan
from ..planning.strategy import Method, Strategy
from ..policy.policy import Policy
from . import (
    accounts_panel,
    address,
    begin,
    broker_panel,
    downloads,
    drift_panel,
    household_panel,
    intake,
    keep,
    kept,
    ladder_panel,
    leftover,
    positions,
    share,
    state,
    targets_panel,
    undo,
)
from .about import HOW_IT_WORKS
from .live import chart_library, live_view
from .loaded import Current
from .messages import say
from .quotes import correct_price, quotes
from .runtime import settle_heap
from .state import Page

ICON = str(Path(__file__).parent / "assets" / "icon.svg")

_TITLE = '<h1 style="margin: 0; padding: 0; font-size: 1.75rem; line-height: 1.25">Portfolio Balancer</h1>'
"""Streamlit's own title takes more of the first screen."""

_GONE = (
    "This address was made with somebody's own positions. A link never holds them, and a page forgets them when it is "
    "reloaded or the server restarts; so this is the sample. Load the broker's file again, or a saved session."
)
_UNSAID = (
    "This address was made with targets or constraints that it does not hold, so this may be another plan. Give them "
    "again below, or load a saved session."
)


def render(opening: Path | None = None) -> None:
    """Draws the whole page.

    Args:
        opening: The positions file that a session begins with; None for the sample.
    """
    st.set_page_config(page_title="Portfolio Balancer", page_icon=ICON, layout="wide")
    settle_heap("before the first page")
    if address.follow(positions.sample) and opening is not None:
        positions.open_file(opening)
    page = state.page()
    page.outdated = False
    with st.container(gap="xxsmall"):
        _header(page.current)
        _notices(page)
        questions = st.container()
        plan = st.container()
    portfolio = page.current.statement.portfolio
    policy = targets_panel.choose(page.current, questions)  # outside the fragment: no amount changes it
    accounts_panel.show(page)
    with plan:
        _plan(page.current, policy)
        if policy is not None and len(portfolio) and page.household is None:
            ladder_panel.show(portfolio, policy)
    chart_library()
    settle_heap("after the first page")


def _header(current: Current) -> None:
    """The title; whose portfolio is shown, and the ways to begin with one's own, to look at it and to change it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(width=264 if current.sample else "stretch", gap=None):
            st.html(_TITLE)
            if current.sample:
                st.text("This is a sample portfolio. Load yours:")
            else:
                st.markdown(intake.words(current))
        if current.sample:
            begin.files()
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
            if current.sample:
                begin.other_ways()
            else:
                intake.controls(current)
            if st.button("How it works", width="content", type="tertiary"):
                _how_it_works()


def _notices(page: Page) -> None:
    """What is missing, what is open about the positions, and what is to be said once."""
    with st.container():  # always there, so that a notice does not push the live view to another place in the tree
        if "positions" in page.gone:
            st.warning(_GONE)
        elif "policy" in page.gone and page.policy == Policy():
            st.warning(_UNSAID)
        intake.show(page.current)
        intake.report()
        notices, page.notices = page.notices, []
        if notices:
            st.warning("  \n".join(notices))


@st.dialog("How it works", width="medium")
def _how_it_works() -> None:
    """A text too long for a menu: a dialog scrolls by the keyboard too, and fits a phone."""
    st.markdown(HOW_IT_WORKS)


@st.fragment
def _plan(current: Current, policy: Policy | None) -> None:
    # Of controls that were used at one moment the browser sends the values together, and asks for this fragment alone
    # where one of them is in it. The others may have changed what the rest of the page is drawn with.
    page = state.page()
    if kept.brought_back() or page.outdated or page.current is not current:
        st.rerun()
    with st.container(gap="xxsmall"):
        _question_and_plan(current, policy)


def _question_and_plan(current: Current, policy: Policy | None) -> None:
    portfolio = current.statement.portfolio
    settings, household = state.settings(), state.page().household
    st.session_state["cash"], st.session_state["min_trade"] = settings.cash, settings.min_trade
    st.session_state["method"] = settings.method.value  # not drawn for a household; then it comes back as it was
    controls = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center",
                            gap="xsmall", key="plan-controls")  # fmt: skip
    plan, shared = None, None
    if policy is None:
        st.text("There is no plan yet. Answer the question about the targets first.")
    elif not len(portfolio) and policy.targets is None:
        st.text("You hold nothing but cash. Say what to buy in the table of targets below: symbol, target and price.")
    elif household is not None:
        shared = household_panel.show(current, household, policy)
    else:
        plan = _live(current, {"strategy": settings.strategy, "method": settings.method, "policy": policy})
    # Only now, since the browser draws together what comes within some milliseconds: see component.AHEAD.
    with controls:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
            _choice("Strategy", "strategy", {each.value: each.label for each in Strategy})
            if household is None:
                _choice("Share rounding", "method", {each.value: each.label for each in Method}, shown="Shares")
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
            steps = st.container(width="content")
            keep.button()
            share.button()
            files = st.container(width="content")
    if shared is not None:
        with files:
            downloads.offer_household(shared, quotes(current))
        household_panel.remarks(shared)
        drift_panel.household(shared)
    if plan is not None and policy is not None:
        with files:
            downloads.offer(plan, current.name, quotes(current))
        with st.container(horizontal=True, vertical_alignment="center", key="plan-remarks"):
            drift_panel.remarks(plan)
            leftover.button(plan, policy)
        if len(portfolio):
            drift_panel.drift(plan, portfolio, policy.targets)
    address.write()
    with steps:
        undo.show()
    if plan is not None:
        broker_panel.show(plan)
    kept.show()


def _live(current: Current, arguments: Mapping[str, Any]) -> Plan | None:
    """The live view, or why there is no plan."""
    try:
        return live_view(
            current.statement.portfolio,
            arguments,
            quotes=quotes(current),
            on_fit=_fit_to_cash,
            on_price=_correct_price,
            found=current.statement.cash_found,
            band=state.page().band,
        )
    except InfeasiblePlanError:
        return None  # the live view itself says why
    except PbalError as error:
        st.error("There is no plan for this question.")
        say([error])
        return None


def _correct_price(symbol: str, text: str) -> None:
    state.touch(inside=True)
    correct_price(symbol, text)


def _fit_to_cash() -> None:
    st.session_state["method"] = Method.EXACT.value


def _choice(label: str, key: str, names: Mapping[str, str], *, shown: str = "") -> None:
    """Options in one line with their label, or with a shorter one that leaves room on a phone."""
    with st.container(horizontal=True, vertical_alignment="center", width="content"):  # a label never stands alone
        st.markdown(f"**{shown or label}**", width="content")
        st.radio(
            label,
            list(names),
            key=key,
            format_func=names.__getitem__,
            horizontal=True,
            label_visibility="collapsed",
            width="content",
        )
