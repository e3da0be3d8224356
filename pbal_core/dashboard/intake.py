"""What is drawn about the positions: what was read of them, what must be chosen, what was refused.

Texts of a file are shown as plain text or in data frames, never as Markdown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from ..errors import RequestError
from ..readers.cells import readings
from ..readers.mapping import FIELDS, ColumnMapping, DecimalChoice, guess
from ..readers.preview import StatementView, preview
from ..views.household import money_would_move
from ..views.reading import Reading, counted, reading
from . import begin, positions, state
from .loaded import Batch, Current, in_markdown
from .loaded_file import harmless
from .messages import literal, page_words, say
from .refusal import refusal, subject

ABOUT_COLUMNS = frozenset({"missing_column", "unknown_format", "mapping_guessed", "ambiguous_number"})
"""Codes of problems whose answer is what the columns mean, or how numbers are written."""

BETWEEN_FILES = frozenset({"two_prices", "different_dates"})
"""Codes of remarks that are about several files together, and so about none of those that are shown with Details."""


def words(current: Current) -> str:
    """What was read of a portfolio of one's own, as one line of Markdown."""
    read = _reading(current)
    who = current.statement.broker if current.statement.format != "generic" else current.name
    age = f":orange[:material/warning: {read.age}]" if read.old else read.age
    cash = f"cash found {read.cash}" if read.cash else ""
    household = state.page().household
    accounts = read.accounts if household is None else counted(len(household.accounts), "account")
    parts = (in_markdown(harmless(who)), read.day, age, read.funds, cash, accounts, read.left_out)
    line = " \N{MIDDLE DOT} ".join(filter(None, parts)).replace("$", "\\$")
    return f":small[{line}]"


def _reading(current: Current) -> Reading:
    return reading(current.statement, positions.parts(current), state.today())


def controls(current: Current) -> None:
    """Buttons for a portfolio of one's own, for one row of the page."""
    page = state.page()
    _choose_portfolio(current)
    if (cash := _reading(current).cash) and page.household is None:
        st.button(f"Invest {cash}".replace("$", "\\$"), key="invest", on_click=state.change(positions.invest_cash))
    st.button("Details", key="see", help="What was read from each line of the file", on_click=state.change(_see))
    icon = ":material/expand_less:" if page.changing else None
    st.button("Change positions", key="change", icon=icon, on_click=state.change(_change))
    several = bool(current.before or current.after)
    meaning = "Take this portfolio out of the session" if several else "Back to the sample"
    st.button("Remove", key="remove", help=meaning, on_click=state.change(positions.remove))


def show(current: Current) -> None:
    """What was opened beside the positions: their lines, the ways in; and that money cannot move between accounts."""
    page = state.page()
    together = len(current.statement.included)
    if not current.sample and together > 1 and page.household is None:
        _offer_household(together)
        said = [page_words(issue) for issue in current.statement.remarks if issue.code in BETWEEN_FILES]
        if said:
            st.caption("  \n".join(map(literal, said)))
    if not current.sample and page.seeing:
        _details(current)
    if not current.sample and page.changing:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            begin.controls()
        begin.add_control()
    begin.room(current)


def _offer_household(together: int) -> None:
    """That money would have to move between accounts, and the way out of it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(in_markdown(page_words(money_would_move(together))), width="stretch")
        st.button("Plan each account", key="household-begin", on_click=state.change(positions.plan_each_account))


def _choose_portfolio(current: Current) -> None:
    """The portfolios of a session that has several, to choose from."""
    if not (current.before or current.after):
        return
    others = [[harmless(each.name) for each in part] for part in (current.before, current.after)]
    names = [*others[0], current.name, *others[1]]
    key = f"portfolio {state.page().version}"

    def chosen() -> None:
        positions.show_portfolio(st.session_state[key])

    st.selectbox(
        "Portfolio",
        range(len(names)),
        index=len(current.before),
        format_func=lambda at: f"{at + 1}. {names[at]}",
        key=key,
        label_visibility="collapsed",
        width=190,
        on_change=state.change(chosen),
    )


def _see() -> None:
    page = state.page()
    page.seeing = not page.seeing


def _change() -> None:
    page = state.page()
    page.changing, page.way = not page.changing, ""


def _details(current: Current) -> None:
    """What was read, to look at: accounts, remarks and every line."""
    whole = preview(current.statement)
    with st.container(border=True):
        if len(whole.accounts) > 1:
            _choose_accounts(current, whole)
        for fund, counted in whole.cash_funds:
            _choose_fund(fund, counted=counted)
        for file, statement in zip(current.files, positions.parts(current), strict=True):
            view = preview(statement)
            st.text(f"{file.name}: {harmless(view.title)}")
            say(view.issues)
            if view.mapping:
                _button_mapping(view.mapping, file.name)
            _lines(view)


def report() -> None:
    """The upload that is not on the page yet: every problem with its place, or what must be chosen."""
    upload = state.page().waiting
    if upload is None:
        return
    if upload.statement is None:
        refusal(upload)
    else:
        who, kept = subject(upload), in_markdown(state.page().current.name)
        st.warning(
            f"{who.format('is', 'are')} not loaded yet: answer the question below first. The page still shows: {kept}."
        )
        say(upload.issues)
    _choices(upload)
    if any(issue.code == "same_ending" for issue in upload.issues):
        st.button(
            "They are two accounts",
            key="two-accounts",
            help="Both are loaded; the names of their files tell them apart.",
            on_click=state.change(positions.tell_apart),
            args=(upload,),
        )
    for each in upload.refused:
        refusal(each)


def _choices(upload: Batch) -> None:
    statement = upload.statement
    if statement is not None and len(statement.accounts) > 1:
        with st.container(border=True):
            _choose_accounts(upload, preview(statement))
    if upload.columns and (statement is None or statement.mapping is not None):
        # Where a plan is shown without the file, or something else is wrong or asked, the columns wait folded away.
        asked = any(issue.code in ABOUT_COLUMNS for issue in upload.issues) and not upload.beside
        with st.container(border=True) if asked else st.expander(f"Columns of {literal(upload.name)}"):
            _choose_columns(upload)
    if statement is not None:
        with st.expander("What was read from each line"):
            _lines(preview(statement))


def _choose_accounts(where: Current | Batch, view: StatementView) -> None:
    names = {account.id: harmless(f"{account.id} {account.name}") for account in view.accounts}
    # While another choice waits, the portfolio on the page has its own list beside it.
    key = f"accounts {type(where).__name__} {state.page().version}"
    st.session_state.setdefault(key, [account.id for account in view.accounts if account.included])
    st.multiselect("Accounts", list(names), format_func=names.__getitem__, key=key)
    nothing = not st.session_state[key]
    use = state.change(_use_accounts)
    with st.container(horizontal=True, gap="small"):
        if isinstance(where, Batch):
            each = state.change(_plan_each)
            # Accounts in several currencies are no household, either: some of them have to be chosen.
            together = any(issue.code == "choose_accounts" for issue in where.issues)
            st.button("Plan each account", key=f"each {key}", on_click=each, args=(where, key, list(names)),
                      type="primary" if together else "secondary", disabled=nothing and not together,
                      help="A household: shared targets, and trades in each account with its own cash")  # fmt: skip
        st.button("Use these accounts", key=f"use {key}", on_click=use, args=(where, key), disabled=nothing)


def _choose_fund(fund: str, *, counted: bool) -> None:
    """A money market fund is cash unless somebody keeps it as an investment."""
    key = f"fund {fund} {state.page().version}"
    st.session_state.setdefault(key, counted)
    use = state.change(_use_fund)
    st.checkbox(f"{harmless(fund)} is an investment, not cash", key=key, on_change=use, args=(fund, key))


def _use_fund(fund: str, key: str) -> None:
    positions.count_fund(fund, invested=bool(st.session_state[key]))


def _use_accounts(where: Current | Batch, key: str) -> None:
    chosen = st.session_state.pop(key)  # the list that is drawn next shows what is included then
    st.session_state.pop(key.replace("Batch", "Current"), None)
    positions.select(where, chosen)


def _plan_each(where: Batch, key: str, every: Sequence[str]) -> None:
    """Takes the accounts that are chosen, or all where none is, and plans each of them."""
    state.page().each = True
    positions.select(where, st.session_state.pop(key) or every)


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


def _choose_columns(upload: Batch) -> None:
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
                    key=f"column {name} {state.page().version}",
                    format_func=_column_words,
                    width=200,
                )
                or ""
            )
        style = st.selectbox(
            "Numbers are written",
            list(_STYLES),
            index=list(_STYLES).index(guessed.decimal if guessed else "auto"),
            key=f"column decimal {state.page().version}",
            format_func=_STYLES.__getitem__,
            width=200,
        )
    mapping, problem = _mapping(chosen, style)
    if problem:
        st.text(problem)
    use = state.change(positions.use_columns)
    _choose_readings(upload, mapping)
    st.button("Use these columns", disabled=mapping is None, on_click=use, args=(upload, mapping))


def _choose_readings(upload: Batch, mapping: ColumnMapping | None) -> None:
    """Two buttons for an amount that may be two: each reads the whole file so, with the columns that are chosen."""
    remedies = [issue.remedy for issue in upload.issues if issue.code == "ambiguous_number" and issue.remedy]
    if not remedies:
        return
    text = remedies[0].value
    signs: tuple[DecimalChoice, DecimalChoice] = (".", ",")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(f"What is {harmless(text)}?")
        for sign, reading in zip(signs, readings(text), strict=True):
            st.button(
                reading.replace("$", "\\$"),
                key=f"reading {sign} {state.page().version}",
                help="All numbers of the file are read in this way.",
                disabled=mapping is None,
                on_click=state.change(positions.use_columns),
                args=(upload, mapping and replace(mapping, decimal=sign)),
            )


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


def _button_mapping(text: str, name: str) -> None:
    st.download_button(
        "Keep these columns (TOML)",
        data=text,
        file_name="columns.toml",
        mime="application/toml",
        key=f"mapping {name}",
        on_click="ignore",
        help="For the command: pbal FILE --format-hint columns.toml",
    )


def _lines(view: StatementView) -> None:
    """What became of each line; what is not part of the portfolio is grey, with its reason."""
    if not view.lines:  # a saved session
        st.text("There are no lines to show: these positions were not read from a broker's file.")
        return
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
