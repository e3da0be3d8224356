"""Messages of the core in the page's own language: they begin with a capital, and name no option of the command."""

from __future__ import annotations

import re
from collections.abc import Iterable

import streamlit as st

_OF_THE_COMMAND = re.compile(r" \(pbal: [^()]*\)")


def page_words(message: object) -> str:
    """``str(message)`` as a sentence of the page: ``Line 3, MarkPrice: the cell is empty; ...``."""
    text = _OF_THE_COMMAND.sub("", str(message))
    return text[:1].upper() + text[1:]


def say(messages: Iterable[object]) -> None:
    """Writes each message on a line of its own, as plain text."""
    for message in messages:
        st.text(page_words(message))
