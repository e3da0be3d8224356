"""A link to the question on the page: never with an amount held, with the targets only where somebody asks for it."""

from __future__ import annotations

import streamlit as st

from . import state, wanted
from .component import component
from .linked import link, targets_text

_ABOUT = (
    "The link contains your settings: cash, minimum trade, strategy, share rounding, drift band, and whether to invest "
    "the rest. It never contains your positions or an amount that you own."
)
_TOLD = (
    "Anyone who gets the link can read them, and so can every server that it passes. Prices and constraints are not "
    "in the link."
)
_TOO_MUCH = (
    "A link cannot hold these targets: there are too many, or the name of a class has unusual characters. Save the "
    "session, or the targets as a file, instead."
)

_link = component("link")


def button() -> None:
    """Draws the button that opens the dialog."""
    if st.button("Share", key="share", help="A link to this question"):
        _dialog()


@st.dialog("Share a link")
def _dialog() -> None:
    question = state.question()
    targets, may_say = question.policy.targets, None
    st.write(_ABOUT)
    names = ", weights, and the names of classes" if wanted.is_tree(question.policy) else " and weights"
    if targets is not None and st.checkbox(f"Put my targets into the link: symbols{names}", key="share-targets"):
        may_say = targets if targets_text(targets) else None
        st.write(_TOLD if may_say else _TOO_MUCH)
    _link(key="link", data={"link": link(st.context.url or "", question.params(may_say))}, height="content")
