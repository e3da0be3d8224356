"""Our own components: markup, style and scripts of ``assets``, registered with Streamlit.

Worked example: ``component("undo")`` is ``undo.html``, ``undo.css`` and ``undo.js`` under the name ``pbal_undo``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

ASSETS = Path(__file__).parent / "assets"


def asset(name: str) -> str:
    """The text of a file."""
    return (ASSETS / name).read_text(encoding="utf-8")


def script(names: Iterable[str]) -> str:
    """One script of several files, after what every component needs."""
    return "\n".join(map(asset, ["mount.js", *names]))


def component(name: str, *, styles: Sequence[str] = (), scripts: Sequence[str] = ()) -> ComponentRenderer:
    """A component that shares the styles of the page.

    Args:
        name: That of its files, without endings.
        styles: Its style sheets, where they are not one of this name.
        scripts: Its scripts, joined in this order after ``mount.js``, where they are not one of this name.
    """
    return st.components.v2.component(
        f"pbal_{name}",
        html=asset(f"{name}.html"),
        css="".join(map(asset, styles or [f"{name}.css"])),
        js=script(scripts or [f"{name}.js"]),
        isolate_styles=False,
    )


def digest(*facts: object) -> str:
    """A short name of facts, all of which their ``repr`` says, by which a browser tells what it has."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
