"""The plan as files: trades and plan as CSV, JSON, a basket for TWS, a page to print, and the chart as a picture."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ..planning.plan import Plan
from ..views import exports
from ..views.age import too_old
from ..views.prices import Quotes
from ..views.printout import plan_html
from . import state
from .component import component

_pictures = component("pictures")


def offer(plan: Plan, name: str, quotes: Quotes) -> None:
    """A menu of download buttons.

    Args:
        plan: The committed plan.
        name: What the portfolio is called, on the page to print.
        quotes: What is known of its prices; ``today`` is there but for a sample.
    """
    with st.popover("Download", icon=":material/download:", width="content"):
        _button("Trades (CSV)", lambda: exports.trades_csv(plan, quotes), "trades.csv", "text/csv")
        _button("All positions (CSV)", lambda: exports.plan_csv(plan, quotes), "plan.csv", "text/csv")
        _button("Plan (JSON)", lambda: exports.plan_json(plan, quotes), "plan.json", "application/json")
        day = quotes.today or state.today()
        page = "Page to print (HTML)"
        _button(page, lambda: plan_html(plan, name=name, day=day, quotes=quotes), "plan.html", "text/html")
        _pictures(key="pictures", data={}, height="content")
        _basket(plan, quotes)


def _basket(plan: Plan, quotes: Quotes) -> None:
    """The order file, whose limits are the prices of the positions: where those are old, it asks first."""
    if quotes.today is not None and too_old(quotes.day, quotes.today):
        st.text(f"{quotes.words()}. They would be the limits of the orders.")
        if not st.checkbox("Use these old prices as limits", key="old_prices"):
            return
    currency = plan.portfolio.currency
    basket = "Orders for IBKR TWS BasketTrader (CSV)"
    _button(basket, lambda: exports.basket_csv(plan, currency=currency), "basket.csv", "text/csv")
    left_out = exports.not_in_basket(plan)
    if left_out:
        st.caption(f"TWS takes whole shares only, so the basket leaves out {', '.join(left_out)}.")
    st.caption("Limits are the prices of your file: look at each before you send it.")


def _button(label: str, data: Callable[[], str], file_name: str, mime: str) -> None:
    """A button whose file is written when it is asked for, not at every commit."""
    st.download_button(label, data=data, file_name=file_name, mime=mime, on_click="ignore", width="stretch")
