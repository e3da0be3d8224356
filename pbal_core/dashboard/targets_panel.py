"""The table of targets and constraints, drawn: edit, sum, equal, current, save and load; cash to keep, and a fee."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from ..errors import PbalError, TargetError
from ..money import MAX_CASH
from ..policy.file import Wishes, read_targets_file
from ..policy.targets import Targets
from ..portfolio import Portfolio
from . import policy_table as w
from .messages import say
from .settings import MAX_MIN_TRADE


def choose(portfolio: Portfolio) -> Wishes:
    """Draws the table and returns the newest wishes that could be used; reports what cannot."""
    state = st.session_state
    if state.get("wishes_for") != portfolio.symbols:
        # What the table says is of this portfolio; cash to keep and fees are the reader's own.
        kept: Wishes = state.get("wishes", Wishes())
        state["wishes_for"] = portfolio.symbols
        _lay(portfolio, None, Wishes(cash_buffer=kept.cash_buffer, fee_per_trade=kept.fee_per_trade))
    _loaded(portfolio)
    words = st.container()
    panel = st.expander("Edit targets and constraints", key="targets_panel", on_change="rerun")
    if panel.open:
        with panel:
            _table(portfolio)
            _amounts(portfolio.currency)
    elif "wishes_edited" in state:
        # A closed table is not drawn and forgets its edits, so they become its content.
        state["wishes_rows"] = state.pop("wishes_edited")
        state["wishes_version"] += 1
    found: Wishes = state["wishes"]
    words.text(f"Targets: {w.summary(found, portfolio.money)}.")  # not the panel's title: a panel retitled is shut
    return found


def _table(portfolio: Portfolio) -> None:
    state = st.session_state
    edited = st.data_editor(
        state["wishes_rows"],
        key=f"wishes-{state['wishes_version']}",
        num_rows="dynamic",
        hide_index=True,
        column_config=_column_config(state["wishes"]),
        height="content" if len(portfolio) <= 12 else 420,
    )
    state["wishes_edited"] = edited
    rows: list[dict[Any, Any]] = edited.to_dict("records")
    st.text(w.sum_words(rows))
    try:
        state["wishes"] = _with_amounts(w.read_rows(rows, portfolio), state["wishes"])
    except TargetError as error:
        say(str(error).splitlines())
        st.text("Until then the plan keeps to the last table that could be used.")
    with st.container(horizontal=True):
        st.button("Equal weights", on_click=_put, args=(portfolio, None))
        st.button("From current weights", on_click=_put_current, args=(portfolio,), disabled=not portfolio.value)
        wishes: Wishes = state["wishes"]
        st.download_button(
            "Save (TOML)",
            data=replace(wishes, targets=wishes.targets or Targets.equal(portfolio.symbols)).to_toml(),
            file_name="targets.toml",
            mime="application/toml",
            on_click="ignore",
            help="For the command too: pbal FILE --targets targets.toml",
        )
        st.file_uploader("Load targets (TOML)", key="targets_file", width=320)


def _amounts(currency: str) -> None:
    """Two boxes beside the table. A closed panel forgets its boxes, so they begin with what is kept."""
    state = st.session_state
    kept: Wishes = state["wishes"]
    state.setdefault("cash_buffer", float(kept.cash_buffer))
    state.setdefault("fee_per_trade", float(kept.fee_per_trade))
    with st.container(horizontal=True):
        buffer = st.number_input(
            f"Cash to keep ({currency})",
            min_value=0.0,
            max_value=float(MAX_CASH),
            step=100.0,
            key="cash_buffer",
            width=220,
            help="This much of the cash is never invested. With a withdrawal, or a hard rebalance, it is raised too.",
        )
        fee = st.number_input(
            f"Fee of each trade ({currency})",
            min_value=0.0,
            max_value=float(MAX_MIN_TRADE),
            step=1.0,
            key="fee_per_trade",
            width=220,
            help="Paid from the cash. With exact shares a trade is made only where it is worth its fee.",
        )
    state["wishes"] = replace(kept, cash_buffer=w.in_cents(buffer), fee_per_trade=w.in_cents(fee))


def _put(portfolio: Portfolio, targets: Targets | None) -> None:
    """Lays a table of other weights; what is ticked in the one that is seen stays ticked."""
    state = st.session_state
    seen: list[dict[Any, Any]] = state.get("wishes_edited", state["wishes_rows"]).to_dict("records")
    _lay(portfolio, targets, _with_amounts(w.ticks_of(seen), state["wishes"]))


def _with_amounts(read: Wishes, kept: Wishes) -> Wishes:
    """What a table says, with the cash to keep and the fee that stand beside it."""
    return replace(read, cash_buffer=kept.cash_buffer, fee_per_trade=kept.fee_per_trade)


def _lay(portfolio: Portfolio, targets: Targets | None, ticks: Wishes) -> None:
    """Lays a new table, which counts at once, drawn or not: the editor's key changes, so that it forgets its edits."""
    state = st.session_state
    rows = w.rows_of(portfolio, targets, ticks)
    state["wishes"] = _with_amounts(w.read_rows(rows, portfolio), ticks)
    frame = pd.DataFrame(rows, columns=list(w.COLUMNS))
    state["wishes_rows"] = frame.astype({w.PRICE: "float64", w.FRACTION: "object"})
    state["wishes_version"] = state.get("wishes_version", 0) + 1
    state.pop("wishes_edited", None)


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
        read = read_targets_file(uploaded.getvalue())
        if read.cash_buffer > MAX_CASH or read.fee_per_trade > MAX_MIN_TRADE:
            raise TargetError(
                f"cash_buffer may be at most {MAX_CASH:,} and fee_per_trade at most {MAX_MIN_TRADE:,}; lower them."
            )
        _lay(portfolio, read.targets, read)
        # The boxes beside the table begin anew with what the file says.
        state["cash_buffer"], state["fee_per_trade"] = float(read.cash_buffer), float(read.fee_per_trade)
        rows = set(state["wishes_rows"][w.SYMBOL])
        unknown = [symbol for symbol in read.constrained if symbol not in rows]
        if unknown:
            st.text(f"Not among the positions and targets, so left out of the constraints: {', '.join(unknown)}.")
    except PbalError as error:
        st.error("The targets were not taken.")
        say(str(error).splitlines())


def _column_config(wishes: Wishes) -> dict[str, Any]:
    column = st.column_config
    steps = dict.fromkeys([*w.FRACTIONS, *(f"{step:f}" for _, step in wishes.fractional)])
    return {
        w.SYMBOL: column.TextColumn(required=True, help="A row of your own adds an asset that is not held yet."),
        w.WEIGHT: column.NumberColumn(
            min_value=0.0, max_value=100.0, format="%.2f", help="0: never bought, sold first"
        ),
        w.FREEZE: column.CheckboxColumn(help="Neither bought nor sold, and not part of what the targets share out."),
        w.NEVER_BUY: column.CheckboxColumn(),
        w.NEVER_SELL: column.CheckboxColumn(),
        w.FRACTION: column.SelectboxColumn(
            options=list(steps), help="Mutual funds trade in fractions. Empty: whole shares."
        ),
        w.PRICE: column.NumberColumn(min_value=0.0, format="%.4f", help="Only for what is not held."),
    }
