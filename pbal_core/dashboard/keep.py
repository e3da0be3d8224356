"""The page as a file to keep, and back: see ``views.session``. Nothing of it is stored on the server."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from ..errors import DataError, Issue
from ..views.saved import PinnedPlan, SavedPortfolio, Session, statement_of
from ..views.session import dumps, loads
from . import households, state
from .live import pin_again, pinned_plan
from .loaded import Current
from .loaded_file import LoadedFile, harmless
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


def portfolios() -> tuple[SavedPortfolio, ...]:
    """The portfolio on the page as it would be saved, among the others of its session."""
    return _asked().portfolios


def _asked() -> Session:
    page = state.page()
    return session_of(page, state.settings(), pinned_plan(page.current.statement.portfolio))


def session_of(page: Page, settings: Settings, pinned: PinnedPlan | None = None) -> Session:
    """What is on a page, in its place among the other portfolios of the session that it came from.

    Args:
        page: The page.
        settings: Its settings.
        pinned: The question of plan A.
    """
    current = page.current
    statement = current.statement
    one = SavedPortfolio(
        name=harmless(current.name.removesuffix(SUFFIX)),
        portfolio=statement.portfolio,
        found=statement.cash_found,
        as_of=statement.as_of,
        accounts=current.accounts(),
        not_cash=current.not_cash,
        policy=page.policy,
        cash=settings.cash,
        min_trade=settings.min_trade,
        strategy=settings.strategy,
        method=settings.method,
        pinned=pinned,
        band=page.band,
        household=households.saved(page.household, current),
    )
    return Session(portfolios=(*current.before, one, *current.after))


def read(data: bytes) -> tuple[SavedPortfolio, ...]:
    """The portfolios of a saved session, each fit to be shown.

    Raises:
        DataError: See ``loads``; or the page cannot show one of them.
    """
    found = loads(data).portfolios
    problems: list[Issue] = []
    for each in found:
        low, _high = amount_bounds("min_trade", each.method)
        if each.min_trade < low:
            message = f"{harmless(each.name)}: the minimum trade must be at least {low} with {each.method}."
            problems.append(Issue("error", "session_value", message))
        problems += statement_of(each).blocking
    if problems:
        raise DataError(problems)
    return found


def put(found: Sequence[SavedPortfolio], at: int = 0) -> Current:
    """Makes what a saved portfolio asks the page's own: policy, settings, accounts, plan A; returns its positions.

    Args:
        found: The portfolios of a session; see ``read``.
        at: Which of them.
    """
    page, one = state.page(), found[at]
    if page.history is not None:
        page.history.note_pinned(pinned_plan(page.current.statement.portfolio))
    page.policy, page.band, page.household = one.policy, one.band, households.restored(one.household)
    state.put_settings(Settings(cash=one.cash, min_trade=one.min_trade, strategy=one.strategy, method=one.method))
    statement, name = statement_of(one), harmless(one.name)
    pin_again(statement.portfolio, one.pinned)
    data = dumps(Session(portfolios=(one,))).encode()
    return Current(
        name=name,
        statement=statement,
        files=(LoadedFile(name=name, data=data, statement=statement, accounts=one.accounts),),
        not_cash=one.not_cash,
        before=tuple(found[:at]),
        after=tuple(found[at + 1 :]),
    )


def owner(found: Sequence[SavedPortfolio], accounts: Collection[str]) -> int | None:
    """Which of several portfolios has one of these accounts, known by their last four characters; None: none has."""
    return next((at for at, each in enumerate(found) if set(accounts) & set(each.accounts)), None)
