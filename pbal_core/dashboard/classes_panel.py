"""Classes and substitutes, drawn: group targets, say which funds are the same, and start from a published allocation.

What is arranged here is the policy's tree of targets (see ``policy.arrange``); the shares are typed in the table of
targets. Known funds are proposed, never decided.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import streamlit as st

from ..errors import PbalError
from ..policy import arrange, known, readymade
from ..policy.policy import Policy
from ..policy.targets import Targets
from ..policy.tree import every_node
from ..portfolio import Portfolio, symbol_key
from ..views.wording import joined
from . import state, wanted

Put = Callable[[Policy], None]


def show(portfolio: Portfolio, policy: Policy, put: Put) -> None:
    """Draws the panel.

    Args:
        portfolio: Whose funds can be grouped.
        policy: In force.
        put: Makes another policy the one in force.
    """
    with st.expander("Classes and substitutes", key="classes_panel", on_change=state.touch) as panel:
        if not panel.open or not len(portfolio):
            return
        targets = policy.targets or Targets.equal(portfolio.symbols)
        with st.container():  # however many there are, what comes after keeps its place and is never there twice
            _proposals(targets, policy, put)
        _arrange(targets, portfolio, policy, put)
        _ready(portfolio, policy, put)


def _proposals(targets: Targets, policy: Policy, put: Put) -> None:
    """Funds of one market that lie beside one another: the same to you?"""
    levels = [targets.tree(), *(node.members for node in every_node(targets.tree()) if node.members)]
    for nodes in levels:
        funds = [node.name for node in nodes if node.symbols and not node.is_set]
        for market, several in known.alike(funds).items():
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(f"{joined(several)} are known as funds of one market: {market}.", width="content")
                st.button(
                    "They are the same to me",
                    key=f"same {market}",
                    help=f"Their targets become one; {several[0]} is bought, {several[-1]} is sold first. The table of "
                    f"known funds is of {known.AS_OF} and only proposes.",
                    on_click=state.change(_try),
                    args=(policy, put, lambda several=several, market=market: arrange.same(targets, several, market)),
                )


def _try(policy: Policy, put: Put, make: Callable[[], Targets | None]) -> None:
    """Puts what was made of the targets, or says why not."""
    try:
        put(wanted.with_tree(policy, make()))
    except PbalError as error:
        state.page().problems = tuple(str(error).splitlines())


def _arrange(targets: Targets, portfolio: Portfolio, policy: Policy, put: Put) -> None:
    """Chooses targets, and what they become together."""
    version = state.page().version
    nodes = every_node(targets.tree())
    chosen, label = f"arranged {version}", f"arranged name {version}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.multiselect(
            "Targets",
            [node.name for node in nodes],
            key=chosen,
            width=360,
            placeholder="Choose two or more",
            help="The order in which you choose substitutes counts: the first is bought, the last is sold first.",
        )
        st.text_input("Called", key=label, width=180, placeholder="Stocks")
        for words, make, meaning in (
            ("Group these", arrange.grouped, "One class with its own target, and shares inside it."),
            ("Same fund to me", arrange.same, "One target; the first is bought, the last is sold first."),
        ):
            st.button(
                words,
                help=meaning,
                on_click=state.change(_made),
                args=(policy, put, targets, make, (chosen, label)),
            )
    several = [node.name for node in nodes if node.members or node.is_set]
    if several:
        key = f"apart {version}"
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Class or substitutes", several, key=key, width=360)
            st.button(
                "Take apart",
                help="Its members get their parts of its target; of substitutes, in proportion to what is held.",
                on_click=state.change(_apart),
                args=(policy, put, targets, portfolio, key),
            )


Make = Callable[[Targets, list[str], str], Targets]


def _made(policy: Policy, put: Put, targets: Targets, make: Make, keys: tuple[str, str]) -> None:
    names, name = st.session_state[keys[0]], st.session_state[keys[1]].strip()
    if len(names) < 2 or not name:
        state.page().problems = ("choose two targets or more, and say what they are called together.",)
        return
    _try(policy, put, lambda: make(targets, names, name))


def _apart(policy: Policy, put: Put, targets: Targets, portfolio: Portfolio, key: str) -> None:
    worth = wanted.worth(targets, portfolio)
    _try(policy, put, lambda: arrange.apart(targets, st.session_state[key], worth))


def _ready(portfolio: Portfolio, policy: Policy, put: Put) -> None:
    """A published allocation, and which funds play its parts."""
    names = {ready.name: ready for ready in readymade.READY_MADE}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Start from", list(names), index=None, key="ready", width=240, placeholder="An allocation")
    if name is None:
        return
    ready = names[name]
    st.text(f"{'; '.join(_words(row) for row in ready.classes)}. Source: {ready.source} This is no advice.")
    prices = dict(policy.targets.prices) if policy.targets else {}
    funds = list(dict.fromkeys([*portfolio.symbols, *prices]))
    guess = readymade.suggested(ready, funds)
    players = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for part in ready.parts:
            players[part] = st.multiselect(
                part,
                funds,
                default=list(guess.get(part, ())),
                key=f"plays {name} {part}",
                width=240,
                placeholder="Which of your funds?",
                help="Several are substitutes for one another; the first is bought.",
            )
    st.button(
        "Use these targets",
        help="Positions that play no part have no target then, and you are asked about them.",
        on_click=state.change(_try),
        args=(policy, put, lambda: _from(ready, players, prices)),
    )


def _from(ready: readymade.ReadyMade, players: dict[str, list[str]], prices: dict[str, Decimal]) -> Targets:
    used = {symbol_key(symbol) for several in players.values() for symbol in several}
    kept = {symbol: price for symbol, price in prices.items() if symbol_key(symbol) in used}
    return readymade.targets_from(ready, players, kept)


def _words(row: tuple[str, Decimal, tuple[tuple[str, Decimal], ...]]) -> str:
    """``Stocks 60 % (US stocks 80, International stocks 20)``."""
    label, share, parts = row
    inside = ", ".join(f"{part} {float(each):.4g}" for part, each in parts)
    return f"{label} {float(share):.4g} %" + (f" ({inside})" if len(parts) > 1 else f" ({parts[0][0]})")
