"""The ways in: drop files, paste cells, type rows, look at a sample.

All of them are on the page, not in a menu: an upload is lost when the menu around it closes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from ..errors import Issue
from ..readers.registry import broker_names
from ..sample import SAMPLES
from . import positions, state, typed_positions
from .loaded import Batch, Current
from .typed_rows import typed_rows

_FILES = (
    f"Positions files of {', '.join(broker_names())}, or tables of your own with symbol, shares and price (CSV, XLSX); "
    "one or several at once, at most 2 MB, and the file of your targets or of your household (TOML) if you have one. "
    "They stay in the memory of this session and go when you close the page."
)


def controls() -> None:
    """All the ways in to other positions, for one row of the page."""
    files(replacing=True)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
        other_ways()


def files(*, replacing: bool = False) -> None:
    """An uploader; its label is to be seen where the files take the place of what is loaded."""
    st.file_uploader(
        "Replace these positions" if replacing else "Your broker's files",
        key="upload",
        accept_multiple_files=True,
        label_visibility="visible" if replacing else "collapsed",
        help=_FILES,
        on_change=state.change(_uploaded),
    )


def other_ways() -> None:
    """Three more buttons."""
    page = state.page()
    for way, words in (("paste", "Paste"), ("type", "Type")):
        icon = ":material/expand_less:" if page.way == way else None
        st.button(words, key=f"way-{way}", icon=icon, on_click=state.change(_open), args=(way,))
    st.menu_button("Samples", list(SAMPLES), key="samples", on_click=state.change(_sample))


def add_control() -> None:
    """An uploader of files that are added to what is on the page."""
    st.file_uploader(
        "Add files to these positions",
        key="added",
        accept_multiple_files=True,
        help="Another account or another broker: the portfolio is then the sum of all the files.",
        on_change=state.change(_added),
    )


def room(current: Current) -> None:
    """What belongs to the way in that is open: a box for cells, or rows to type in."""
    way = state.page().way
    if way == "paste":
        _paste()
    elif way == "type":
        _type(current)


def contents(files: Sequence[Any]) -> list[tuple[str, bytes]]:
    """Names and bytes of uploads; a file that the server does not have any more has no bytes and is none."""
    return [(file.name, file.getvalue()) for file in files if hasattr(file, "getvalue")]


def _uploaded() -> None:
    positions.take(contents(st.session_state["upload"] or []))


def _added() -> None:
    positions.add(contents(st.session_state["added"] or []))


def _open(way: str) -> None:
    page = state.page()
    page.way = "" if page.way == way else way


def _sample() -> None:
    name = st.session_state["samples"]
    if name in SAMPLES:
        positions.show_sample(name)
        state.page().looking = True


def _paste() -> None:
    with st.container(border=True):
        st.text_area(
            "Paste cells from a spreadsheet or from your broker's page, including the row of column names",
            key="pasted",
            height=140,
            placeholder="Symbol    Shares    Price\nVTI    120    305.00\nBND    200    74.00",  # tabs run together
        )
        st.button("Read the cells", on_click=state.change(_pasted))


def _pasted() -> None:
    cells = st.session_state["pasted"]
    if cells.strip():
        positions.take([(positions.PASTED, cells.encode())])
    else:
        issue = Issue("error", "empty_file", "the box is empty; paste the cells into it, with the row of column names.")
        positions.offer(Batch(name=positions.PASTED, data=b"", issues=(issue,)))


def _type(current: Current) -> None:
    held = None if current.sample else current.statement.portfolio
    page = state.page()
    with st.container(border=True):
        typed_rows(
            typed_positions.typed_rows(held),
            currency="USD" if held is None else held.currency,
            version=page.version,
            on_rows=state.change(_typed),
        )


def _typed(rows: object) -> None:
    current = state.page().current
    positions.offer(typed_positions.read_typed(rows, None if current.sample else current.statement.portfolio))
