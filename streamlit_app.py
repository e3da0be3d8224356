"""Portfolio Balancer, the dashboard: ``streamlit run streamlit_app.py``."""

from pbal_core.dashboard.page import render

render()
