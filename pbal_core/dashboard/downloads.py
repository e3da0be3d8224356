"""The plan as files: trades and plan as CSV, JSON, a basket for TWS, a page to print, and the chart as a picture."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ..planning.household import HouseholdPlan
from ..planning.plan import Plan
from ..views import exports
from ..views.age import too_old
from ..views.household import file_part, household_json
from ..views.prices import Quotes
from ..views.printout import plan_html
from . import state
from .component import component
from .loaded import in_markdown
from .loaded_file import harmless

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


def offer_household(plan: HouseholdPlan, quotes: Quotes) -> None:
    """A menu of download buttons: the trades and the orders of each account, and the whole as JSON.

    Args:
        plan: The committed plan of all accounts.
        quotes: What is known of their prices.
    """
    with st.popover("Download", icon=":material/download:", width="content"):
        old = quotes.today is not None and too_old(quotes.day, quotes.today)
        if old:
            st.text(f"{quotes.words()}. They would be the limits of the orders.")
        limits = not old or st.checkbox("Use these old prices as limits", key="old_prices")
        for name, each in plan.plans.items():
            if each.trades:
                _account(name, each, quotes, limits=limits)
        everything = "All accounts (JSON)"
        _button(everything, lambda: household_json(plan), "household.json", "application/json")


def _account(name: str, plan: Plan, quotes: Quotes, *, limits: bool) -> None:
    """The files of one account; orders where TWS takes them, which is whole shares."""
    shown, file = in_markdown(harmless(name)), file_part(name)
    _button(f"Trades in {shown} (CSV)", lambda: exports.trades_csv(plan, quotes), f"trades-{file}.csv", "text/csv")
    if limits and any(isinstance(trade.shares, int) for trade in plan.trades):
        orders = f"Orders in {shown} for TWS (CSV)"
        currency = plan.portfolio.currency
        _button(orders, lambda: exports.basket_csv(plan, currency=currency), f"orders-{file}.csv", "text/csv")
    left_out = exports.not_in_basket(plan)
    if left_out:
        st.caption(f"The orders in {shown} leave out fractions of shares: {', '.join(left_out)}.")


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
