"""Which portfolio the page shows: the sample, or the last file that could be read and of which nothing is open.

The model: the session holds one *current* statement, and beside it at most one *upload* that is not on the page yet,
because it was refused or because something of it must be chosen first: which accounts, or what its columns mean. A bad
file never replaces a good one. Nothing here is cached beyond the session.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from ..errors import DataError, Issue, PbalError
from ..readers import Statement, columns_of, format_of, read_positions
from ..readers.mapping import ColumnMapping
from ..readers.source import read_bytes
from ..sample import sample_bytes

SAMPLE_NAME = "sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """The portfolio on the page.

    Args:
        name: Its file's name, made harmless; or SAMPLE_NAME.
        statement: What was read; nothing of it is open.
        data: The file's bytes, to read it once more with other columns.
    """

    name: str
    statement: Statement
    data: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that is not on the page yet.

    Args:
        name: The file's name, made harmless.
        data: Its bytes.
        statement: What was read, with a choice still open; None when it was refused.
        issues: Why it was refused, or what is open.
        columns: Header names to make a mapping from; empty where that would not help.
    """

    name: str
    data: bytes = field(repr=False)
    statement: Statement | None = None
    issues: tuple[Issue, ...] = ()
    columns: tuple[str, ...] = ()


def harmless(text: str, limit: int = 60) -> str:
    """A text that no browser acts on, in letters, digits and ``._-``: other characters become underscores."""
    kept = "".join(char if char.isascii() and (char.isalnum() or char in " .-_") else "_" for char in text)
    return kept[:limit].strip() or "file"


def in_markdown(text: str) -> str:
    """A harmless text where Markdown is read: a leading ``_`` or ``1.`` stays what it is."""
    return re.sub(r"([-._])", r"\\\1", text)


def current(opening: Path | None = None) -> Current:
    """The portfolio on the page, after a new upload was taken over, refused or set aside for a choice.

    Args:
        opening: The file that a session begins with; None for the sample.
    """
    state = st.session_state
    if "current" not in state:
        use_sample()
        if opening is not None:
            _open(opening)
    uploaded = state.get("upload")
    seen = None if uploaded is None else uploaded.file_id
    if seen != state.get("upload_seen"):
        state["upload_seen"], state["waiting"] = seen, None
        if uploaded is not None:
            take(uploaded.name, uploaded.getvalue())
    found: Current = state["current"]
    return found


def _open(path: Path) -> None:
    """Takes a file of this computer, which may be gone since the page was started."""
    try:
        data = read_bytes(path)
    except DataError as error:
        st.session_state["waiting"] = Upload(name=harmless(path.name), data=b"", issues=error.issues)
    else:
        take(path.name, data)


def take(name: str, data: bytes, mapping: ColumnMapping | None = None) -> None:
    """Reads a file and puts it on the page, or sets it aside with what is wrong or open.

    Args:
        name: The file's name, as the browser says it.
        data: The file's bytes.
        mapping: What its columns mean, where somebody said so.
    """
    name = harmless(name)
    try:
        statement = read_positions(data, mapping=mapping)
    except DataError as error:
        refusal = Upload(name=name, data=data, issues=error.issues, columns=_columns(data, error))
        st.session_state["waiting"] = refusal
    else:
        offer(name, data, statement)


def offer(name: str, data: bytes, statement: Statement) -> None:
    """Puts a statement on the page if nothing of it is open, else sets it aside."""
    if statement.blocking:
        upload = Upload(name=name, data=data, statement=statement, issues=statement.blocking, columns=statement.columns)
        st.session_state["waiting"] = upload
    else:
        st.session_state["current"] = Current(name=name, statement=statement, data=data)
        st.session_state["waiting"] = None


def waiting() -> Upload | None:
    """The upload that is not on the page yet."""
    found: Upload | None = st.session_state.get("waiting")
    return found


def use_sample() -> None:
    """Goes back to the sample portfolio."""
    st.session_state["current"] = Current(name=SAMPLE_NAME, statement=read_positions(sample_bytes()))
    st.session_state["waiting"] = None


def _columns(data: bytes, error: DataError) -> tuple[str, ...]:
    """The columns to choose from, where the file was refused and its own were not understood, or only guessed."""
    unknown = {issue.code for issue in error.issues} & {"missing_column", "unknown_format"}
    try:
        found = columns_of(data) if unknown or format_of(data) == "generic" else ()
    except PbalError:
        return ()
    return found if len(found) > 2 else ()
