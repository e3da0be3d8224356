"""The live view alone on a page, for tests: ``?n=60`` takes 60 made positions, without it the sample.

``?currency=CHF`` makes the amounts francs, ``?frozen=VSMAX`` keeps VSMAX from trading, and ``?held=A 990 @ 10`` with
``?target=A`` is a portfolio of its own, whose only target is A.

What Python says stands below it as text, so that a test can compare it with what the component shows.
"""

import streamlit as st

from pbal_core import Portfolio
from pbal_core.dashboard.live import chart_library, live_view
from pbal_core.dashboard.runtime import settle_heap
from pbal_core.readers import read_positions
from pbal_core.sample import sample_bytes
from pbal_core.views.summary import sentence
from tests import build
from tests.made import made_portfolio

st.set_page_config(page_title="Live view", layout="wide")
settle_heap("before the first page")
st.title("Live view")
count = int(st.query_params.get("n", "0"))
portfolio = made_portfolio(count) if count else read_positions(sample_bytes()).portfolio
if "held" in st.query_params:
    portfolio = build.portfolio(st.query_params["held"])
portfolio = Portfolio(portfolio, currency=st.query_params.get("currency", "USD"))
st.session_state.setdefault("cash", 5000)
st.session_state.setdefault("min_trade", 100)
st.session_state["runs"] = 0
settings = {name: st.query_params[name] for name in ("strategy", "method", "frozen") if name in st.query_params}
if "target" in st.query_params:
    settings["targets"] = {st.query_params["target"]: 100}  # type: ignore[assignment]


@st.fragment
def view() -> None:
    st.session_state["runs"] += 1
    plan = live_view(portfolio, settings)
    st.text(f"runs {st.session_state['runs']}")
    st.text(f"python: {sentence(plan)}")


def lose_an_answer() -> None:
    """As if an answer about $750 had been made and a newer run had kept it from being sent."""
    st.session_state["cash"] = 750
    have = st.session_state["live-memory"]["have"]
    have["min_trade"] = f"{have['sheet']}-750"


st.button("Lose an answer", on_click=lose_an_answer)
if not st.checkbox("Hide"):
    view()
chart_library()
