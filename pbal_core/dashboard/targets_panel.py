"""The table of targets and constraints, drawn: edit, sum, equal, current, save and load, and the boxes beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from ..errors import PbalError, TargetError
from ..policy.constraints import Constraints
from ..policy.policy import Policy
from ..policy.rules import Rule
from ..policy.targets import Targets
from ..portfolio import Portfolio
from . import policy_table as w
from .messages import say


def choose(portfolio: Portfolio) -> Policy:
    """Draws the table and returns the newest policy that can be used; reports what cannot."""
    state = st.session_state
    if state.get("policy_for") != portfolio.symbols:
        # The table is about this portfolio; the boxes are the reader's own.
        kept: Policy = state.get("policy", Policy())
        state["policy_for"] = portfolio.symbols
        _lay(portfolio, None, _with_boxes(Constraints(), kept.constraints))
    _loaded(portfolio)
    words = st.container()
    panel = st.expander("Edit targets and constraints", key="targets_panel", on_change="rerun")
    if panel.open:
        with panel:
            _table(portfolio)
            _boxes(portfolio.currency)
    elif "policy_edited" in state:
        # A closed table is not drawn and forgets its edits, so they become its content.
        state["policy_rows"] = state.pop("policy_edited")
        state["policy_version"] += 1
    found: Policy = state["policy"]
    words.text(f"Targets: {w.summary(found, portfolio.money)}.")  # not the panel's title: a panel retitled is shut
    return found


def _table(portfolio: Portfolio) -> None:
    state = st.session_state
    edited = st.data_editor(
        state["policy_rows"],
        key=f"policy-{state['policy_version']}",
        num_rows="dynamic",
        hide_index=True,
        column_config=_column_config(state["policy"].constraints),
        height="content" if len(portfolio) <= 12 else 420,
    )
    state["policy_edited"] = edited
    rows: list[dict[Any, Any]] = edited.to_dict("records")
    st.text(w.sum_words(rows))
    try:
        read = w.read_rows(rows, portfolio)
        state["policy"] = replace(read, constraints=_with_boxes(read.constraints, state["policy"].constraints))
    except TargetError as error:
        say(str(error).splitlines())
        st.text("Until this is fixed, the plan uses the last table that was valid.")
    with st.container(horizontal=True):
        st.button("Equal weights", on_click=_put, args=(portfolio, None))
        st.button("From current weights", on_click=_put_current, args=(portfolio,), disabled=not portfolio.value)
        policy: Policy = state["policy"]
        st.download_button(
            "Save (TOML)",
            data=replace(policy, targets=policy.targets or Targets.equal(portfolio.symbols)).to_toml(),
            file_name="targets.toml",
            mime="application/toml",
            on_click="ignore",
            help="The command reads it too: pbal FILE --targets targets.toml",
        )
        st.file_uploader("Load targets (TOML)", key="targets_file", width=320)


def _boxes(currency: str) -> None:
    """Boxes beside the table. A closed panel forgets its boxes, so they begin with what is kept."""
    state = st.session_state
    kept: Policy = state["policy"]
    boxes: dict[str, Any] = {}
    with st.container(horizontal=True):
        for rule in w.RULES_OF_BOXES:
            state.setdefault(rule.key, float(getattr(kept.constraints, rule.key)))
            boxes[rule.key] = w.in_cents(
                st.number_input(
                    f"{rule.label} ({currency})",
                    min_value=0.0,
                    max_value=float(rule.most),
                    step=float(rule.step),
                    key=rule.key,
                    width=220,
                    help=_sentence(rule),
                )
            )
    state["policy"] = replace(kept, constraints=replace(kept.constraints, **boxes))


def _put(portfolio: Portfolio, targets: Targets | None) -> None:
    """Lays a table of other weights; what is ticked in the one that is seen stays ticked."""
    state = st.session_state
    seen: list[dict[Any, Any]] = state.get("policy_edited", state["policy_rows"]).to_dict("records")
    _lay(portfolio, targets, _with_boxes(w.constraints_of(seen), state["policy"].constraints))


def _with_boxes(rows: Constraints, kept: Constraints) -> Constraints:
    """What the rows of a table say, with what the boxes beside it say."""
    return replace(rows, **{rule.key: getattr(kept, rule.key) for rule in w.RULES_OF_BOXES})


def _lay(portfolio: Portfolio, targets: Targets | None, constraints: Constraints) -> None:
    """Lays a new table, which counts at once, drawn or not: the editor's key changes, so that it forgets its edits."""
    state = st.session_state
    rows = w.rows_of(portfolio, targets, constraints)
    read = w.read_rows(rows, portfolio)
    state["policy"] = replace(read, constraints=_with_boxes(read.constraints, constraints))
    types = {w.PRICE: "float64"} | {rule.label: "object" for rule in w.RULES_OF_ROWS if rule.kind == "steps"}
    state["policy_rows"] = pd.DataFrame(rows, columns=list(w.COLUMNS)).astype(types)
    state["policy_version"] = state.get("policy_version", 0) + 1
    state.pop("policy_edited", None)


def _put_current(portfolio: Portfolio) -> None:
    _put(portfolio, Targets.current(portfolio))


def _loaded(portfolio: Portfolio) -> None:
    """Takes a targets file over, once for each file."""
    state = st.session_state
    uploaded = state.get("targets_file")
    seen = None if uploaded is None else uploaded.file_id
    if seen == state.get("targets_seen"):
        return
    state["targets_seen"] = seen
    if uploaded is None:
        return
    try:
        read = Policy.from_toml(uploaded.getvalue())
        constraints = read.constraints
        far = [rule for rule in w.RULES_OF_BOXES if getattr(constraints, rule.key) > rule.most]
        if far:
            raise TargetError(
                "\n".join(f"the {rule.label.lower()} may be at most {rule.most:,}; lower it." for rule in far)
            )
        _lay(portfolio, read.targets, constraints)
        for rule in w.RULES_OF_BOXES:  # they begin anew with what the file says
            state[rule.key] = float(getattr(constraints, rule.key))
        rows = set(state["policy_rows"][w.SYMBOL])
        unknown = [symbol for symbol in constraints.symbols if symbol not in rows]
        if unknown:
            st.text(f"Not among the positions and targets, so left out of the constraints: {', '.join(unknown)}.")
    except PbalError as error:
        st.error("The targets were not loaded.")
        say(str(error).splitlines())


def _column_config(constraints: Constraints) -> dict[str, Any]:
    column = st.column_config
    steps = dict.fromkeys([*w.FRACTIONS, *(f"{step:f}" for _, step in constraints.fractional)])
    return {
        w.SYMBOL: column.TextColumn(required=True, help="Add a row for an asset that you do not hold yet."),
        w.WEIGHT: column.NumberColumn(
            min_value=0.0, max_value=100.0, format="%.2f", help="0: never bought, sold first"
        ),
        **{
            rule.label: column.SelectboxColumn(options=list(steps), help=f"{_sentence(rule)} Empty: whole shares.")
            if rule.kind == "steps"
            else column.CheckboxColumn(help=_sentence(rule))
            for rule in w.RULES_OF_ROWS
        },
        w.PRICE: column.NumberColumn(min_value=0.0, format="%.4f", help="Only for what is not held."),
    }


def _sentence(rule: Rule) -> str:
    """What a rule does, as a sentence."""
    return f"{rule.meaning[:1].upper()}{rule.meaning[1:]}."
