"""What most Streamlit dashboards do: a slider, a chart and a table that Python draws again after every change."""

import plotly.graph_objects as go
import streamlit as st

from pbal_core import rebalance
from pbal_core.readers import read_positions
from pbal_core.sample import sample_bytes
from pbal_core.views.axis import cash_axis
from pbal_core.views.columns import table_rows
from pbal_core.views.summary import sentence
from tests.made import made_portfolio

st.set_page_config(page_title="Plain page", layout="wide")
count = int(st.query_params.get("n", "0"))
portfolio = made_portfolio(count) if count else read_positions(sample_bytes()).portfolio
axis = cash_axis(portfolio.value)
cash = st.slider("Cash", int(axis[0]), int(axis[-1]), 5000, 500)
plan = rebalance(portfolio, cash, min_trade=100)
st.text(sentence(plan))
bars = {"Before": plan.weights_before, "After": plan.weights_after, "Target": plan.weights}
figure = go.Figure([go.Bar(name=name, x=portfolio.symbols, y=values) for name, values in bars.items()])
st.plotly_chart(figure, key="chart")
st.dataframe(
    [{"Symbol": row["symbol"], "Trade": row["shares"], "After": row["weight_after"]} for row in table_rows(plan)]
)
