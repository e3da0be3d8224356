"""The page, top to bottom: header with the positions, the report of a bad file, the live view, the files to download.

Only the live section is a fragment: moving a slider or changing the strategy runs nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from ..errors import InfeasiblePlanError, PbalError
from ..planning.plan import Plan
from ..planning.strategy import Method, Strategy
from ..policy.policy import Policy
from ..portfolio import Portfolio
from . import broker_panel, downloads, intake, positions, targets_panel
from . import drift_panel as standing_panel
from .about import HOW_IT_WORKS
from .live import chart_library, live_view
from .messages import say
from .runtime import settle_heap
from .settings import Settings, read_settings

ICON = str(Path(__file__).parent / "assets" / "icon.svg")

_NAMES = ("cash", "min_trade", "strategy", "method")

ON_ITS_WAY = 2.0
"""Seconds in which a browser may still send the address from before the last change of it."""


def render(opening: Path | None = None) -> None:
    """Draws the whole page.

    Args:
        opening: The positions file that a session begins with; None for the sample.
    """
    st.set_page_config(page_title="Portfolio Balancer", page_icon=ICON, layout="wide")
    settle_heap("before the first page")
    _read_address()
    found = positions.current(opening)
    _header(found)
    with st.container():  # always there, so that a notice does not push the live view to another place in the tree
        intake.report()
        problems = st.session_state.pop("link_problems", [])
        if problems:
            st.warning("  \n".join(problems))
    portfolio = found.statement.portfolio
    plan, drift = st.container(), st.container()
    policy = targets_panel.choose(portfolio)  # outside the fragment: tables are dear to draw at every commit
    with plan:
        _plan(portfolio, found.name, policy)
    with drift:
        standing_panel.drift(portfolio, policy.targets)
    chart_library()
    settle_heap("after the first page")


def _read_address() -> None:
    """Takes over the settings of the address: when a session begins, and when the reader goes back or forward."""
    state = st.session_state
    address = _address()
    if "address" not in state:
        preset = {name: state[name] for name in _NAMES if name in state}
        _adopt(address | preset)
        state["address_written"] = 0.0
    elif address == state["address"] or time.monotonic() - state["address_written"] < ON_ITS_WAY:
        return
    else:
        _adopt(address)
    state["address"] = address


def _address() -> dict[str, str]:
    """What the address says of the settings, as text."""
    found = st.query_params.to_dict()
    return {name: found[name] for name in _NAMES if name in found}


def _adopt(values: Mapping[str, Any]) -> None:
    settings, st.session_state["link_problems"] = read_settings(values)
    amounts = {"cash": settings.cash, "min_trade": settings.min_trade}
    for name, text in settings.params().items():
        st.session_state[name] = amounts.get(name, text)


def _write_address(settings: Settings) -> None:
    """Makes the address say the settings, unless it does. Each time is one more step that the browser can go back."""
    if read_settings(_address()) == (settings, []):
        return
    st.query_params.from_dict(settings.params())
    st.session_state["address"], st.session_state["address_written"] = settings.params(), time.monotonic()


def _header(found: positions.Current) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Portfolio Balancer", anchor=False)
        with st.popover(
            f"Positions: {positions.in_markdown(found.name)}", icon=":material/upload_file:", width="content"
        ):
            intake.panel(found)
        if st.button("How it works", width="content"):
            _how_it_works()


@st.dialog("How it works", width="medium")
def _how_it_works() -> None:
    """A text too long for a menu: a dialog scrolls by the keyboard too, and fits a phone."""
    st.markdown(HOW_IT_WORKS)


@st.fragment
def _plan(portfolio: Portfolio, name: str, policy: Policy) -> None:
    settings, _problems = read_settings({key: st.session_state.get(key) for key in _NAMES})
    st.session_state["cash"], st.session_state["min_trade"] = settings.cash, settings.min_trade
    with st.container(horizontal=True, vertical_alignment="center"):
        _choice("Strategy", "strategy", {each.value: each.label for each in Strategy})
        _choice("Share rounding", "method", {each.value: each.label for each in Method}, shown="Shares")
        st.space("stretch")
        files = st.container(width="content")
    arguments = {"strategy": settings.strategy, "method": settings.method, "policy": policy}
    plan = _live(portfolio, arguments)
    if plan is not None:
        with files:
            downloads.offer(plan, name)
        standing_panel.remarks(plan)
    _write_address(settings)
    if plan is not None:
        broker_panel.show(plan)


def _live(portfolio: Portfolio, arguments: Mapping[str, Any]) -> Plan | None:
    """The live view, or why there is no plan."""
    try:
        return live_view(portfolio, arguments, on_fit=_fit_to_cash)
    except InfeasiblePlanError:
        return None  # the live view itself says why
    except PbalError as error:
        st.error("There is no plan for this question.")
        say(str(error).splitlines())
        return None


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
