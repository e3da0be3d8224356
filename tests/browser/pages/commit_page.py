"""The live view and the choices beside it, to be measured: ``?n=60`` takes made positions, ``?method=exact`` a method.

``?kind=empty`` has the same widgets and computes nothing: the floor that commits are measured against.
"""

import streamlit as st

from pbal_core.dashboard import live
from pbal_core.dashboard.runtime import settle_heap
from pbal_core.readers import read_positions
from pbal_core.sample import sample_bytes
from tests.made import made_portfolio

st.set_page_config(page_title="Commits", layout="wide")
settle_heap("before the first page")
count = int(st.query_params.get("n", "0"))
portfolio = made_portfolio(count) if count else read_positions(sample_bytes()).portfolio
st.session_state.setdefault("cash", 5000)
st.session_state.setdefault("min_trade", 100)
st.session_state.setdefault("answer", 0)


@st.fragment
def view() -> None:
    strategy = st.radio("Strategy", ["try_avoid_sell", "hard_rebalance"])
    method = st.radio("Method", ["classic", "exact"], index=int(st.query_params.get("method") == "exact"))
    if st.query_params.get("kind") == "empty":
        st.session_state["answer"] += 1
        data = {"answer": st.session_state["answer"], "amounts": {"cash": "", "min_trade": "100"}}
        memory = st.session_state.setdefault("live-memory", live.new_memory())
        live._live.draw(data, memory, key="live", on_request=lambda: None, awaited=False)
    else:
        live.live_view(portfolio, {"strategy": strategy, "method": method})


view()
