"""Messages of the core in the page's own language: they begin with a capital, and their remedy is a control."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from ..errors import Issue, PbalError

CONTROLS = {
    "trade_real_money": 'Tick "Real money".',
    "trust_the_gateway": "The certificate or its fingerprint is set in .streamlit/secrets.toml under [ibkr].",
}
"""Code of a remedy -> where the page offers it, as a sentence. Most controls are beside the message and need none."""


def page_words(message: object) -> str:
    """``str(message)`` as a sentence of the page: ``Line 3, MarkPrice: the cell is empty; ...``."""
    text = str(message)
    remedy = message.remedy if isinstance(message, (Issue, PbalError)) else None
    control = CONTROLS.get(remedy.code, "") if remedy is not None else ""
    return f"{text[:1].upper()}{text[1:]} {control}".rstrip()


def say(messages: Iterable[object]) -> None:
    """Writes each message on a line of its own, as plain text."""
    for message in messages:
        st.text(page_words(message))
