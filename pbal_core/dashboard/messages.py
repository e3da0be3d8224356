"""Messages of the core in the page's own language: they begin with a capital, and their remedy is a control."""

from __future__ import annotations

import re
from collections.abc import Iterable

import streamlit as st

from ..errors import Issue, PbalError
from ..policy.constraints import RULES

CONTROLS = {
    "choose_accounts": 'To plan each with its own cash instead, press "Plan each account".',
    "plan_a_household": 'Press "Plan each account".',
    "trade_real_money": 'Tick "Real money".',
    "exact_method": 'Choose "fit to cash (exact)" above.',
    "trust_the_gateway": "The certificate or its fingerprint is set in .streamlit/secrets.toml under [ibkr].",
}
"""Code of a remedy -> where the page offers it, as a sentence. Most controls are beside the message and need none."""


def page_words(message: object) -> str:
    """``str(message)`` as a sentence of the page: ``Line 3, MarkPrice: the cell is empty; ...``."""
    text = str(message)
    for rule in RULES:
        text = re.sub(rf"^{rule.key}\b", f'"{rule.label}"', text, flags=re.MULTILINE)
    remedy = message.remedy if isinstance(message, (Issue, PbalError)) else None
    control = CONTROLS.get(remedy.code, "") if remedy is not None else ""
    lines = (f"{line[:1].upper()}{line[1:]}" for line in text.splitlines())
    return f"{chr(10).join(lines)} {control}".rstrip()


def literal(text: str) -> str:
    """A text where Markdown is read: every character that could mean something stays what it is."""
    return re.sub(r"([^\w\s,;%])", r"\\\1", text)


def say(messages: Iterable[object]) -> None:
    """Writes each message on a line of its own, as plain text."""
    for message in messages:
        st.text(page_words(message))
