"""The page as a file to keep, and back: see ``views.session``. Nothing of it is stored on the server."""

from __future__ import annotations

import streamlit as st

from ..errors import DataError, Issue
from ..views.session import MOST_PORTFOLIOS, PinnedPlan, SavedPortfolio, Session, dumps, last_four, loads, statement_of
from . import state
from .live import pin_again, pinned_plan
from .loaded import Current, LoadedFile, harmless
from .settings import Settings, amount_bounds
from .state import Page

SUFFIX = ".pbal.json"


def button() -> None:
    """Draws the button that saves the session."""
    page = state.page()
    session = _asked()
    name = harmless(page.current.name.removesuffix(SUFFIX), 40).rstrip(".")
    st.download_button(
        "Save session",
        data=lambda: dumps(session),
        file_name=f"{name}{SUFFIX}",
        mime="application/json",
        on_click="ignore",
        help="Positions, targets, constraints, settings and plan A in one file. Drop it here next time, alone or with "
        "a newer file of your broker.",
    )


def text() -> str:
    """What the button saves."""
    return dumps(_asked())


def _asked() -> Session:
    page = state.page()
    return session_of(page, state.settings(), pinned_plan(page.current.statement.portfolio))


def session_of(page: Page, settings: Settings, pinned: PinnedPlan | None = None) -> Session:
    """What is on a page, with the other portfolios of the session that it came from.

    Args:
        page: The page.
        settings: Its settings.
        pinned: The question of plan A.
    """
    statement = page.current.statement
    accounts = [account.id for account in statement.accounts if account.id in statement.included]
    one = SavedPortfolio(
        name=harmless(page.current.name.removesuffix(SUFFIX)),
        portfolio=statement.portfolio,
        found=statement.cash_found,
        as_of=statement.as_of,
        accounts=tuple(map(last_four, accounts)),
        policy=page.policy,
        cash=settings.cash,
        min_trade=settings.min_trade,
        strategy=settings.strategy,
        method=settings.method,
        pinned=pinned,
    )
    return Session(portfolios=(one, *page.others)[:MOST_PORTFOLIOS])


def restore(data: bytes, name: str = "") -> Current:
    """Makes a saved session the page's own: policy, settings and the other portfolios; returns its positions.

    Args:
        data: The bytes of the file.
        name: What the portfolio is called; its own name where nothing is said.

    Raises:
        DataError: See ``loads``; then nothing was changed.
    """
    session = loads(data)
    first = session.portfolios[0]
    name = name or harmless(first.name)
    low, _high = amount_bounds("min_trade", first.method)
    if first.min_trade < low:
        raise DataError(
            [Issue("error", "session_value", f"the minimum trade must be at least {low} with {first.method}.")]
        )
    statement = statement_of(first)
    if statement.blocking:
        raise DataError(statement.blocking)
    page = state.page()
    page.policy, page.others = first.policy, session.portfolios[1:]
    state.put_settings(
        Settings(cash=first.cash, min_trade=first.min_trade, strategy=first.strategy, method=first.method)
    )
    pin_again(statement.portfolio, first.pinned)
    if page.others:
        more = len(page.others)
        page.notices.append(
            f"{name} holds {more + 1} portfolios. The first is shown; the others stay in the session that you save."
        )
    return Current(name=name, statement=statement, files=(LoadedFile(name=name, data=data, statement=statement),))
