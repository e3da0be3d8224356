"""Why files were not loaded: every problem with its place, and what the page shows meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from ..errors import Issue
from ..views.wording import joined
from . import positions, state, typed_positions
from .loaded import Batch, in_markdown
from .messages import literal, page_words, say

_FEW_ISSUES = 8


def refusal(upload: Batch) -> None:
    """Why a file was not loaded, and what is shown meanwhile: the page as it was, or the files beside it."""
    count = len(upload.issues)
    problems = "1 problem was" if count == 1 else f"{count:,} problems were"
    what = f"{subject(upload).format('was', 'were')} not loaded: {problems} found."
    if not upload.beside:
        st.error(f"{what} The page still shows: {in_markdown(state.page().current.name)}.")
        _issue_table(upload.issues)
        return
    st.error(f'{what} The plan is without it. Correct the file and add it under "Change positions", or leave it out.')
    _issue_table(upload.issues)
    st.button(
        f"Leave out {literal(upload.name)}",
        key=f"leave out {upload.name}",
        help="Plan without this file, and hide this message",
        on_click=state.change(positions.leave_out),
        args=(upload.name,),
    )


def subject(upload: Batch) -> str:
    """What was tried to be loaded, with a place for its verb: of one, or of many."""
    if upload.name in (positions.PASTED, typed_positions.TYPED):
        return f"The {upload.name} {{1}}"
    shown = {file.name for file in state.page().current.files}
    new = [file.name for file in upload.done if file.name not in shown] if upload.count > 1 else []
    if new:
        return in_markdown(joined(new)) + (" {0}" if len(new) == 1 else " {1}")
    return in_markdown(upload.name) + (" {0}" if upload.count == 1 else " {1}")


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
