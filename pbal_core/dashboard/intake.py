"""What is drawn about the positions: the upload, what was read of it, what must be chosen, what was refused.

Texts of a file are shown as plain text or in data frames, never as Markdown.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from ..errors import Issue, RequestError
from ..readers.mapping import FIELDS, ColumnMapping, DecimalChoice, guess
from ..readers.preview import StatementView, preview
from . import positions
from .messages import page_words, say
from .positions import Current, Upload, harmless, in_markdown


def panel(found: Current) -> None:
    """The controls that change the portfolio, and what was read."""
    st.file_uploader(
        "Positions file of your broker",
        key="upload",
        help="The file stays in the memory of this session, and goes when you close the page.",
    )
    st.caption(
        "From Interactive Brokers, Fidelity, Schwab, Vanguard, E\\*TRADE, M1, Wealthsimple, DEGIRO or Merrill, or a "
        "table of your own with symbol, quantity and price. At most 2 MB. Keep this menu open until the file is there."
    )
    if found.name == positions.SAMPLE_NAME:
        return
    view = preview(found.statement)
    st.text(f"{view.title}: {len(found.statement.portfolio)} positions.")
    if len(view.accounts) > 1:
        _choose_accounts(found, view)
    if view.cash > 0:
        cash = found.statement.portfolio.money(view.cash)
        st.button(f"Invest the {cash} of cash found", on_click=_invest, args=(view.cash,))
    say(view.issues)
    if view.mapping:
        _button_mapping(view.mapping)
    st.button("Back to the sample", on_click=positions.use_sample)
    _lines(view)


def report() -> None:
    """The upload that is not on the page yet: every problem with its place, or what must be chosen."""
    upload = positions.waiting()
    if upload is None:
        return
    name, kept = in_markdown(upload.name), in_markdown(st.session_state["current"].name)
    if upload.statement is None:
        count = len(upload.issues)
        problems = "1 problem was" if count == 1 else f"{count:,} problems were"
        st.error(f"{name} was not taken: {problems} found. The page still shows: {kept}.")
        _issue_table(upload.issues)
    else:
        st.warning(f"{name} needs a choice of yours first. The page still shows: {kept}.")
        say(upload.issues)
    _choices(upload)


def _choices(upload: Upload) -> None:
    statement = upload.statement
    if statement is not None and len(statement.accounts) > 1:
        with st.container(border=True):
            _choose_accounts(upload, preview(statement))
    if upload.columns and (statement is None or statement.mapping is not None):
        with st.container(border=True):
            _choose_columns(upload)
    if statement is not None:
        with st.expander("What became of each line"):
            _lines(preview(statement))


def _choose_accounts(where: Current | Upload, view: StatementView) -> None:
    names = {account.id: harmless(f"{account.id} {account.name}") for account in view.accounts}
    # While another choice waits, the file on the page has its own list beside it.
    key = f"accounts {type(where).__name__} {st.session_state.get('upload_seen')}"
    st.session_state.setdefault(key, [account.id for account in view.accounts if account.included])
    st.multiselect("Accounts to add up", list(names), format_func=names.__getitem__, key=key)
    nothing = not st.session_state[key]
    st.button("Use these accounts", key=f"use {key}", on_click=_use_accounts, args=(where, key), disabled=nothing)


def _use_accounts(where: Current | Upload, key: str) -> None:
    statement = where.statement
    if statement is None:
        return
    chosen = statement.select(st.session_state[key])
    del st.session_state[key]  # the list that is drawn next shows what is included then
    st.session_state.pop(key.replace("Upload", "Current"), None)
    positions.offer(where.name, where.data, chosen)


_FIELD_WORDS = {
    "symbol": "Symbol",
    "quantity": "Shares held",
    "price": "Price of one share",
    "value": "Market value",
    "pnl": "Unrealised profit or loss",
    "cost": "Cost of the position",
    "cost_price": "Cost of one share",
    "account": "Account",
    "currency": "Currency",
    "asset_class": "Kind of asset",
    "description": "Name",
}


_STYLES: dict[DecimalChoice, str] = {"auto": "as the whole file says", ".": "1,234.56", ",": "1.234,56"}


def _choose_columns(upload: Upload) -> None:
    """One list of columns for each field, of which two of quantity, price and value are needed; and the number style.

    A file whose numbers can be read in two ways is refused until the style is chosen here.
    """
    st.markdown("**What do the columns mean?** A symbol and two of shares, price and market value are needed.")
    known = None if upload.statement is None else upload.statement.mapping
    guessed = known or guess(upload.columns)
    options = ["", *dict.fromkeys(upload.columns)]
    chosen: dict[str, str] = {}
    with st.container(horizontal=True):
        for name in FIELDS:
            held = getattr(guessed, name, None) or ""
            chosen[name] = (
                st.selectbox(
                    _FIELD_WORDS[name],
                    options,
                    index=options.index(held) if held in options else 0,
                    key=f"column {name} {st.session_state.get('upload_seen')}",
                    format_func=_column_words,
                    width=200,
                )
                or ""
            )
        style = st.selectbox(
            "Numbers are written",
            list(_STYLES),
            index=list(_STYLES).index(guessed.decimal if guessed else "auto"),
            key=f"column decimal {st.session_state.get('upload_seen')}",
            format_func=_STYLES.__getitem__,
            width=200,
        )
    mapping, problem = _mapping(chosen, style)
    if problem:
        st.text(problem)
    st.button("Use these columns", disabled=mapping is None, on_click=_use_columns, args=(upload, mapping))


def _column_words(text: str) -> str:
    """A header as an option of a list."""
    return harmless(text) if text else "(not in the file)"


def _mapping(chosen: dict[str, str], style: DecimalChoice) -> tuple[ColumnMapping | None, str]:
    """The mapping that was chosen, or why it is not one."""
    if not chosen["symbol"]:
        return None, "Choose the column of the symbol."
    try:
        columns = {name: column or None for name, column in chosen.items()}
        return ColumnMapping(**columns, decimal=style), ""  # type: ignore[arg-type]
    except RequestError as error:
        return None, str(error)


def _use_columns(upload: Upload, mapping: ColumnMapping) -> None:
    positions.take(upload.name, upload.data, mapping)


def _button_mapping(text: str) -> None:
    st.download_button(
        "Keep these columns (TOML)",
        data=text,
        file_name="columns.toml",
        mime="application/toml",
        on_click="ignore",
        help="For the command: pbal FILE --format-hint columns.toml",
    )


def _invest(cash: Decimal) -> None:
    st.session_state["cash"] = cash


def _lines(view: StatementView) -> None:
    """What became of each line; what is not part of the portfolio is grey, with its reason."""
    frame = pd.DataFrame(
        [
            {
                "Line": str(line.line) if line.line == line.last else f"{line.line}-{line.last}",
                "Used": "yes" if line.used else "",
                "What": line.kind,
                "Account": line.account,
                "Symbol": line.symbol,
                "Read as": line.facts or line.text,
                "Why": line.reason,
            }
            for line in view.lines
        ]
    )
    empty = [column for column in ("Account", "Why") if not frame[column].any()]
    frame = frame.drop(columns=empty)

    def grey(row: pd.Series[str]) -> list[str]:
        return ["" if row["Used"] else "color: gray"] * len(row)

    shown = frame.style.apply(grey, axis=1) if len(frame) <= 2_000 else frame  # styling more cells than that is slow
    st.dataframe(shown, hide_index=True, height="content" if len(frame) <= 10 else 380)


_FEW_ISSUES = 8


def _issue_table(issues: Sequence[Issue]) -> None:
    """Few problems as lines, which are never cut; many as a table whose room goes to what is to be done."""
    if len(issues) <= _FEW_ISSUES:
        say(issues)
        return
    frame = pd.DataFrame([_issue_row(issue) for issue in issues])
    if not frame["Column"].any():
        frame = frame.drop(columns="Column")
    st.dataframe(
        frame,
        hide_index=True,
        height=320,
        row_height=48,  # two lines of a text that is longer than the window is wide
        column_config={
            "Line": st.column_config.NumberColumn(width=60),
            "Column": st.column_config.TextColumn(width=150),
            "What to do": st.column_config.TextColumn(width=870),
        },
    )


def _issue_row(issue: Issue) -> dict[str, object]:
    where = issue.where
    return {
        "Line": None if where is None else where.line,
        "Column": "" if where is None else where.column or where.symbol or "",
        "What to do": page_words(issue.message),
    }
