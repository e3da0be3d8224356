"""The accounts of a household, drawn: their names, how each is taxed, what may be bought in it, and where funds belong.

Each control changes the page's household; its cash is in the view above. What a household's file said besides is shown
as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from ..policy.household import AccountPolicy, HouseholdPolicy, Kind
from ..views.household_rows import KIND_WORDS
from . import households, state, wanted
from .loaded import in_markdown
from .loaded_file import harmless
from .state import Page

_ABOUT = (
    "Each account buys only what is chosen here, with its own cash. Where funds belong decides what trades in which "
    "account, as long as all accounts together come as close to the targets."
)


def show(page: Page) -> None:
    """Draws the panel where the page has a household."""
    household = page.household
    if household is None:
        return
    panel = st.expander("Accounts: names, taxes, what each may buy", key="accounts_panel", on_change=state.touch)
    if not panel.open:
        return
    portfolio = page.current.statement.portfolio
    symbols = list(dict.fromkeys([*portfolio.symbols, *wanted.weights_of(page.policy)]))
    with panel:
        st.caption(_ABOUT)
        for at, account in enumerate(household.accounts):
            _account(household, at, account, symbols)
        _location(household, symbols)
        st.button("Add the accounts up", key="household-end", on_click=state.change(_put), args=(None,),
                  help="One plan for all of them, as if money could move between them")  # fmt: skip


def _put(household: HouseholdPolicy | None) -> None:
    page = state.page()
    page.household, page.problems = household, ()
    page.version += 1


def _account(household: HouseholdPolicy, at: int, account: AccountPolicy, symbols: Sequence[str]) -> None:
    version = state.page().version
    shown = in_markdown(harmless(account.name))
    with st.container(horizontal=True, vertical_alignment="bottom"):

        def changed(key: str, name: str) -> None:
            value: Any = st.session_state[key]
            if name == "name":
                value = households.plain_name(value)
                others = {each.name.casefold() for each in household.accounts if each is not account}
                if not value or value.casefold() in others:
                    state.page().notices.append("Each account needs a name of its own, so the old one stays.")
                    return
            elif name == "kind":
                value = Kind(value)
            else:
                value = tuple(value) or None
            _put(households.with_account(household, at, **{name: value}))

        def control(name: str) -> dict[str, Any]:
            key = f"account {name} {at} {version}"
            return {"key": key, "on_change": state.change(changed), "args": (key, name)}

        first = at == 0
        visibility: Any = "visible" if first else "collapsed"
        st.text_input("Name", value=account.name, width=190, label_visibility=visibility, **control("name"))
        kinds = [each.value for each in Kind]
        st.selectbox(
            "Taxes",
            kinds,
            index=kinds.index(account.kind.value),
            format_func=lambda kind: KIND_WORDS[Kind(kind)].capitalize(),
            width=150,
            label_visibility=visibility,
            **control("kind"),
        )
        menu = list(account.menu or ())
        st.multiselect(
            "May be bought",
            list(dict.fromkeys([*symbols, *menu])),
            default=menu,
            placeholder="Every target",
            label_visibility=visibility,
            **control("menu"),
        )
    said = wanted.in_words(account.constraints, state.page().current.statement.portfolio)
    if said:
        st.caption(f"{shown}: {in_markdown(said)}.")


def _location(household: HouseholdPolicy, symbols: Sequence[str]) -> None:
    """For each kind of account the funds that belong in it."""
    version = state.page().version
    st.markdown("**Where funds belong**")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for kind in Kind:
            key = f"location {kind.value} {version}"

            def changed(key: str, kind: Kind) -> None:
                _put(households.with_location(household, kind, st.session_state[key]))

            held = [name for name, kinds in household.location.items() if kind in kinds]
            st.multiselect(
                f"In {KIND_WORDS[kind]} accounts",
                list(dict.fromkeys([*symbols, *held])),
                default=held,
                placeholder="No preference",
                width=300,
                key=key,
                on_change=state.change(changed),
                args=(key, kind),
            )
