"""The constraints, drawn from the table of rules: what is in force in words, and one control a rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import streamlit as st

from ..errors import PbalError, TargetError
from ..money import typed_amount
from ..policy.constraints import RULES, Constraints
from ..policy.policy import Policy
from ..policy.rules import NOTHING, Rule, share_words
from ..portfolio import Portfolio
from . import state, wanted

Put = Callable[[Policy], None]


def show(portfolio: Portfolio, policy: Policy, put: Put) -> None:
    """Draws the panel.

    Args:
        portfolio: What is held; symbols to choose from are its own and the targets'.
        policy: The policy in force.
        put: Called with a changed one.
    """
    said = wanted.in_words(wanted.effective(policy, portfolio).constraints, portfolio)
    st.text(f"Constraints: {said or 'none'}.")  # not the panel's title: a panel retitled is shut
    panel = st.expander("Change constraints", key="rules_panel", on_change=state.touch)
    if not panel.open:
        return
    with panel:
        by_symbol = [rule for rule in RULES if rule.by_symbol]
        for group in (by_symbol, [rule for rule in RULES if not rule.by_symbol]):
            with st.container(horizontal=True, vertical_alignment="bottom"):
                for rule in group:
                    _control(rule, portfolio, policy, put)


def _control(rule: Rule, portfolio: Portfolio, policy: Policy, put: Put) -> None:
    constraints = wanted.effective(policy, portfolio).constraints if rule.kind == "steps" else policy.constraints
    value, key = getattr(constraints, rule.key), f"rule {rule.key} {state.page().version}"
    meaning = f"{rule.meaning[:1].upper()}{rule.meaning[1:]}."

    def changed() -> None:
        try:
            put(replace(policy, constraints=_with(rule, st.session_state[key], policy.constraints, portfolio)))
        except PbalError as error:
            state.page().problems = tuple(str(error).splitlines())

    common: dict[str, Any] = {"key": key, "help": meaning, "on_change": state.change(changed)}
    if rule.by_symbol:
        chosen = [symbol for symbol in rule.symbols(value) if dict_of(value).get(symbol) != wanted.WHOLE]
        names = list(dict.fromkeys([*portfolio.symbols, *wanted.weights_of(policy), *chosen]))
        label = "Trade in fractions" if rule.kind == "steps" else rule.label
        st.multiselect(label, names, default=sorted(chosen), placeholder="None", width=260, **common)
    elif rule.kind == "choice":
        options = ["", *rule.choices]
        st.selectbox(rule.label, options, index=options.index(value), format_func=_plain_choice, width=220, **common)
    else:
        unit = {"money": f" ({portfolio.currency})", "share": " (%)"}.get(rule.kind, "")
        st.text_input(rule.label + unit, value=_text(rule, value), placeholder="None", width=220, **common)


def dict_of(value: Any) -> dict[str, Decimal]:
    """Symbol -> step; empty for a rule that only names symbols."""
    return dict(value) if isinstance(value, tuple) else {}


def _plain_choice(text: str) -> str:
    return text.replace("_", " ").capitalize() if text else "As usual"


def _text(rule: Rule, value: Any) -> str:
    """A value as its box shows it; empty when it says nothing."""
    if value == NOTHING[rule.kind]:
        return ""
    return share_words(value) if rule.kind == "share" else f"{value:f}" if rule.kind == "money" else str(value)


def _with(rule: Rule, given: Any, constraints: Constraints, portfolio: Portfolio) -> Constraints:
    """The constraints with what a control says.

    Raises:
        PbalError: It cannot be used.
    """
    value = _value(rule, given, constraints, portfolio)
    changes: dict[str, Any] = {rule.key: value}
    return replace(constraints, **changes)


def _value(rule: Rule, given: Any, constraints: Constraints, portfolio: Portfolio) -> Any:
    """What a control says, as the constructor of ``Constraints`` takes it."""
    if rule.kind == "symbols":
        return frozenset(given)
    if rule.kind == "steps":
        return _steps(given, dict_of(getattr(constraints, rule.key)), portfolio)
    if rule.kind == "choice" or not given.strip():
        return given or NOTHING[rule.kind]
    if rule.kind == "money":
        amount = typed_amount(given, rule.label.lower(), portfolio.currency)
        if amount > rule.most:
            raise TargetError(f"the {rule.label.lower()} may be at most {rule.most:,}; lower it.")
        return amount
    if rule.kind == "share":
        return "".join((given if "%" in given else f"{given}%").split())
    return given


def _steps(chosen: list[str], known: dict[str, Decimal], portfolio: Portfolio) -> dict[str, Decimal]:
    """Steps of the symbols that are chosen; what is held in fractions and not chosen trades in whole shares."""
    kept = {symbol: known.get(symbol, wanted.DEFAULT_STEP) for symbol in chosen}
    kept = {symbol: wanted.DEFAULT_STEP if step == wanted.WHOLE else step for symbol, step in kept.items()}
    whole = [s for s in portfolio.symbols if s not in kept and wanted.in_fractions(portfolio, s)]
    return kept | dict.fromkeys(whole, wanted.WHOLE)
