"""The plan as files: trades and plan as CSV, JSON, a basket for TWS, and a page to print."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from ..planning.plan import Plan
from ..views import exports
from ..views.printout import plan_html


def offer(plan: Plan, name: str) -> None:
    """A menu of download buttons.

    Args:
        plan: The committed plan.
        name: What the portfolio is called, on the page to print.
    """
    day = datetime.now(tz=UTC).astimezone().date()
    with st.popover("Download", icon=":material/download:", width="content"):
        _button("Trades (CSV)", lambda: exports.trades_csv(plan), "trades.csv", "text/csv")
        _button("All positions (CSV)", lambda: exports.plan_csv(plan), "plan.csv", "text/csv")
        _button("Plan (JSON)", lambda: exports.plan_json(plan), "plan.json", "application/json")
        currency = plan.portfolio.currency
        basket = "Orders for IBKR TWS BasketTrader (CSV)"
        _button(basket, lambda: exports.basket_csv(plan, currency=currency), "basket.csv", "text/csv")
        left_out = exports.not_in_basket(plan)
        if left_out:
            st.caption(f"TWS takes whole shares only, so the basket leaves out {', '.join(left_out)}.")
        _button("Page to print (HTML)", lambda: plan_html(plan, name=name, day=day), "plan.html", "text/html")
        st.caption("Limits are the prices of your file: look at each before you send it.")


def _button(label: str, data: Callable[[], str], file_name: str, mime: str) -> None:
    """A button whose file is written when it is asked for, not at every commit."""
    st.download_button(label, data=data, file_name=file_name, mime=mime, on_click="ignore", width="stretch")
