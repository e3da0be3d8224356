"""Targets and constraints, drawn: the targets, what is open about them, the rules, and the file that keeps both.

The policy belongs to no portfolio (see ``wanted``). What comes back from the browser is the client's: it is judged here
before anything of it counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ..errors import PbalError, RequestError, TargetError
from ..money import typed_amount
from ..policy import arrange
from ..policy.policy import Policy
from ..policy.targets import Targets
from ..policy.tree import TargetNode
from ..portfolio import SYMBOL, Portfolio, bad_symbol_message, symbol_key
from . import classes_panel, households, regroup, rules_panel, state, targets_file, wanted
from .loaded import Current, in_markdown
from .messages import say
from .targets_file import put
from .weights import weights_table

NEAR = Fraction(5, 100)
"""Percent points for each weight by which a sum may miss 100, as after rounding to one decimal; it is then scaled."""

MOST_ASKED = 20
"""Of targets without a price: a box for each; the next ones come when these are answered."""

_KEPT = (
    "Your targets are kept for your own positions, and this sample is planned with equal weights. Load your positions, "
    "or drop the targets."
)


def choose(current: Current, questions: DeltaGenerator) -> Policy | None:
    """Draws targets and constraints, and returns the policy that counts; None while something of it must be chosen.

    Args:
        current: The portfolio on the page.
        questions: Where to draw what must be chosen, and what was refused.
    """
    page, portfolio = state.page(), current.statement.portfolio
    unpriced, untargeted = (find(page.policy, portfolio) for find in (wanted.without_price, wanted.without_target))
    kept = households.left_alone(page.household, current)
    untargeted = tuple(symbol for symbol in untargeted if symbol_key(symbol) not in kept)
    with questions:
        _problems()
        if current.sample and (unpriced or untargeted):
            linked = page.linked is not None and page.policy.targets == page.linked
            st.info(_linked_words(page.policy) if linked else _KEPT)
            st.button("Drop the targets", on_click=state.change(put), args=(wanted.equal(page.policy),))
            return Policy()
        _ask_prices(unpriced, portfolio)
        if untargeted:
            _ask_target(untargeted)
    _weights(portfolio)
    classes_panel.show(portfolio, page.policy, put)
    rules_panel.show(portfolio, page.policy, put)
    _file(portfolio)
    return None if unpriced or untargeted else wanted.effective(page.policy, portfolio)


def _linked_words(policy: Policy) -> str:
    """What targets a link brought, and when they count."""
    shown = [f"{in_markdown(symbol)} {wanted.shown(weight)} %" for symbol, weight in wanted.weights_of(policy).items()]
    more = f" and {len(shown) - 12:,} more" if len(shown) > 12 else ""
    return (
        f"This link brings targets: {', '.join(shown[:12])}{more}. They count once your positions are loaded; "
        "this sample is planned with equal weights."
    )


def _problems() -> None:
    """What was refused of the last edit; nothing of it counts."""
    page = state.page()
    if page.problems:
        st.error("The targets were not changed.")
        say(page.problems)


def _ask_target(symbols: tuple[str, ...]) -> None:
    """Positions that have no target: what is to become of them?"""
    policy = state.page().policy
    names, one = ", ".join(symbols[:8]), len(symbols) == 1
    more = f" and {len(symbols) - 8:,} more" if len(symbols) > 8 else ""
    with st.container(border=True, key="without-target"):
        st.text(
            f"{names}{more} {'has' if one else 'have'} no target, so there is no plan yet. What should happen to "
            f"{'it' if one else 'them'}?"
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if one:
                _percent_box(symbols[0])
            leave, sell = wanted.leave_alone(policy, symbols), wanted.sell(policy, symbols)
            it = "it" if one else "them"
            st.button(f"Leave {it} alone", key="leave", on_click=state.change(put), args=(leave,))
            st.button(f"Sell {it}", key="sell", on_click=state.change(put), args=(sell,))
            every = state.change(put)
            st.button("Equal weights for all", key="all-equal", on_click=every, args=(wanted.equal(policy),))


def _percent_box(symbol: str) -> None:
    key = f"target {symbol} {state.page().version}"
    st.text_input(
        f"Give {symbol} a target in %",
        key=key,
        width=190,
        help="The others share the rest as before.",
        on_change=state.change(_give_target),
        args=(symbol, key),
    )


def _give_target(symbol: str, key: str) -> None:
    page = state.page()
    try:
        percent = _number(st.session_state[key], f"the target of {symbol}")
        if not 0 <= percent <= 100:
            raise TargetError(f"the target of {symbol} is {float(percent):g} %; 0 to 100 is needed.")
        put(wanted.with_target(page.policy, symbol, percent))
    except PbalError as error:
        page.problems = tuple(str(error).splitlines())


def _ask_prices(symbols: Sequence[str], portfolio: Portfolio) -> None:
    """Targets that are not held: the price of each, or all of them dropped at once."""
    policy, one = state.page().policy, len(symbols) == 1
    if symbols and not one:
        with st.container(border=True, key="without-prices"):
            more = f" and {len(symbols) - 8:,} more" if len(symbols) > 8 else ""
            st.text(
                f"{len(symbols):,} targets are not held and have no price, so there is no plan yet: "
                f"{', '.join(symbols[:8])}{more}. Give their prices, or drop them: the others then grow in proportion."
            )
            st.button(
                f"Drop all {len(symbols):,} targets",
                key="drop-all",
                on_click=state.change(put),
                args=(wanted.drop(policy, symbols),),
            )
    for symbol in symbols[:MOST_ASKED]:
        _ask_price(symbol, portfolio)


def _ask_price(symbol: str, portfolio: Portfolio) -> None:
    """A target that is not held: what does a share cost, or is it dropped?"""
    policy = state.page().policy
    key = f"price {symbol} {state.page().version}"
    with st.container(border=True, key=f"without-price-{symbol}"):
        weight = float(wanted.weights_of(policy)[symbol])
        st.text(f"{symbol} has a target of {weight:.4g} % and is not held, so there is no plan without its price.")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                f"Price of one share of {symbol} ({portfolio.currency})",
                key=key,
                width=260,
                on_change=state.change(_give_price),
                args=(symbol, key, portfolio.currency),
            )
            dropped = wanted.drop(policy, [symbol])
            st.button("Drop its target", key=f"drop {symbol}", on_click=state.change(put), args=(dropped,))


def _give_price(symbol: str, key: str, currency: str) -> None:
    page = state.page()
    try:
        price = typed_amount(st.session_state[key], f"the price of {symbol}", currency, point=True)
        put(wanted.with_price(page.policy, symbol, price))
    except PbalError as error:
        page.problems = tuple(str(error).splitlines())


def _weights(portfolio: Portfolio) -> None:
    page = state.page()
    weights_table(
        wanted.rows(page.policy, portfolio),
        currency=portfolio.currency,
        version=page.version,
        edit=page.edit,
        worth=bool(portfolio.value),
        note=page.note,
        on_edit=state.change(_edited),
    )


def _edited(edit: object) -> None:
    """Takes over what was typed into the targets, or says why not."""
    page = state.page()
    if not isinstance(edit, Mapping):
        return
    number, seen = edit.get("edit"), edit.get("version", page.version)
    page.edit = number if isinstance(number, int) else page.edit
    portfolio = page.current.statement.portfolio
    page.note = ""
    try:
        if edit.get("do") == "equal":
            put(wanted.equal(page.policy))
        elif edit.get("do") == "held":
            put(wanted.as_held(page.policy, portfolio))
        elif edit.get("do") in regroup.WAYS:
            name, names = _cell(edit, "name"), edit.get("names")
            chosen = [each[:60] for each in names if isinstance(each, str)] if isinstance(names, list) else []
            put(regroup.regrouped(page.policy, portfolio, str(edit["do"]), chosen[:1_000], name))
        else:
            scale = edit.get("do") == "scale"
            policy, page.note = read_weights(edit.get("rows"), page.policy, portfolio, scale=scale)
            before = len(wanted.rows(page.policy, portfolio))
            page.policy, page.problems = policy, ()
            # Rows are laid anew only where they must be, so that nobody is disturbed who goes on typing: also where
            # other rows than those that were typed into have been sent since, so that the page shows what counts.
            page.version += scale or seen != page.version or len(wanted.rows(policy, portfolio)) != before
    except PbalError as error:
        page.problems = tuple(str(error).splitlines())


def read_weights(rows: object, policy: Policy, portfolio: Portfolio, *, scale: bool = False) -> tuple[Policy, str]:
    """Rows of symbol, weight and price, as text, as targets.

    Args:
        rows: From a browser: whatever is no text counts as empty, and a row without a weight has none.
        policy: Whose constraints stay.
        portfolio: Its symbols are spelled as it spells them, and need no price.
        scale: Scale any sum to 100.

    Returns:
        The policy, and what was done to the sum, empty when nothing was.

    Raises:
        TargetError: Everything that is wrong, one line each.
    """
    given = [row for row in (rows if isinstance(rows, list) else [])[:20_000] if isinstance(row, Mapping)]
    tree = policy.targets if wanted.is_tree(policy) else None
    named = () if tree is None else (*dict(tree.groups), *dict(tree.substitutes), *tree.fractions())
    spelling = {symbol_key(symbol): symbol for symbol in (*portfolio.symbols, *named)}
    weights: dict[str, Fraction] = {}
    prices: dict[str, Decimal] = {}
    problems: list[str] = []
    for row in given:
        name, weight, price = (_cell(row, part) for part in ("symbol", "weight", "price"))
        symbol = spelling.get(symbol_key(name), name)
        if not (weight or (name and symbol in named) if tree is not None else name or weight or price):
            continue
        if not SYMBOL.fullmatch(symbol) and symbol not in named:
            problems.append(bad_symbol_message(symbol))
        elif symbol in weights:
            problems.append(f"{symbol} is in two rows; one is needed.")
        else:
            weights[symbol] = _weight(symbol, weight, problems)
            if price and symbol not in portfolio:
                _price(symbol, price, portfolio.currency, prices, problems)
    if tree is not None:
        return _read_shares(weights, prices, policy, tree, problems, scale=scale)
    total = sum(weights.values(), Fraction(0))
    if not problems and not total:
        problems.append("there is no target above 0; at least one is needed.")
    if not problems and not scale and abs(total - 100) > NEAR * len(weights):
        problems.append(f"the targets sum to {sum_words(total)}.")
    if problems:
        raise TargetError("\n".join(problems))
    scaled = f"The targets summed to {float(total):.6g} % and were scaled to 100 %." if total != 100 else ""
    return wanted.with_weights(policy, weights, prices), scaled


def _read_shares(
    shares: Mapping[str, Fraction],
    prices: Mapping[str, Decimal],
    policy: Policy,
    tree: Targets,
    problems: list[str],
    *,
    scale: bool,
) -> tuple[Policy, str]:
    """Shares of the levels of a tree; each level that does not sum up is named with its sum."""
    levels = [("the targets", tree.tree()), *_inner(tree.tree())]
    known = {node.name for _, nodes in levels for node in nodes}
    members = {symbol for leaf in tree.leaves() if leaf.is_set for symbol in leaf.symbols}
    typed = {name: share for name, share in shares.items() if name not in members}
    scaled = []
    for where, nodes in levels:
        names = [node.name for node in nodes] + ([n for n in typed if n not in known] if where == "the targets" else [])
        given = [typed.get(name, Fraction(0)) for name in names]
        total = sum(given, Fraction(0))
        if not total:
            problems.append(f"{where} sum to 0 %; one above 0 is needed.")
        elif not scale and abs(total - 100) > NEAR * len(given):
            problems.append(f"{where} sum to {sum_words(total)}.")
        elif total != 100:
            scaled.append(where)
    if problems:
        raise TargetError("\n".join(problems))
    note = f"{', '.join(scaled)} were scaled to 100 %." if scaled else ""
    return wanted.with_tree(policy, arrange.reshared(tree, typed, prices, scale=scale)), note[:1].upper() + note[1:]


def _inner(nodes: Sequence[TargetNode]) -> list[tuple[str, Sequence[TargetNode]]]:
    """The levels below, each with what its sum is the sum of."""
    return [
        level
        for node in nodes
        if node.members
        for level in ((f"the shares of {node.name}", node.members), *_inner(node.members))
    ]


def sum_words(total: Fraction) -> str:
    """``97 %: 3 % to give``."""
    rest = 100 - total
    return f"{float(total):.6g} %: {float(abs(rest)):.4g} % {'to give' if rest > 0 else 'too much'}"


def _weight(symbol: str, text: str, problems: list[str]) -> Fraction:
    try:
        weight = _number(text or "0", f"the target of {symbol}")
    except RequestError as error:
        problems.append(str(error))
        return Fraction(0)
    if weight < 0:
        problems.append(f"the target of {symbol} is {float(weight):g} %; 0 or more is needed.")
    return weight


def _price(symbol: str, text: str, currency: str, prices: dict[str, Decimal], problems: list[str]) -> None:
    try:
        prices[symbol] = typed_amount(text, f"the price of {symbol}", currency, point=True)
    except RequestError as error:
        problems.append(str(error))
        return
    if prices[symbol] <= 0:
        problems.append(f"the price of {symbol} is {prices[symbol]:f}; a price above 0 is needed.")


def _cell(row: Mapping[Any, Any], name: str) -> str:
    text = row.get(name)
    return text.strip()[:60] if isinstance(text, str) else ""


def _number(text: str, name: str) -> Fraction:
    """A weight as a person types it: ``60``, ``33.3 %``, ``33,3``."""
    return Fraction(typed_amount(text.replace("%", "").strip(), name, point=True))


def _file(portfolio: Portfolio) -> None:
    """Keeps the policy as a file, and takes one over."""
    page = state.page()
    with st.expander("Targets as a file", key="targets_panel", on_change=state.touch) as panel:
        if not panel.open:
            return
        whole = page.policy.targets or Targets.equal(portfolio.symbols)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.download_button(
                "Save (TOML)",
                data=Policy(targets=whole, constraints=page.policy.constraints).to_toml(),
                file_name="targets.toml",
                mime="application/toml",
                on_click="ignore",
                help="The command reads it too: pbal FILE --targets targets.toml",
            )
            st.file_uploader("Load targets (TOML)", key="targets_file", width=320, on_change=state.change(_loaded))


def _loaded() -> None:
    uploaded = st.session_state.get("targets_file")
    if uploaded is None or not hasattr(uploaded, "getvalue"):
        return
    page = state.page()
    try:
        put(targets_file.read(uploaded.getvalue()))
    except PbalError as error:
        page.problems = tuple(str(error).splitlines())
