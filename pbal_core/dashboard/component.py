"""Our own components: markup, style and scripts of ``assets``, registered with Streamlit.

Worked example: ``component("undo")`` is ``undo.html``, ``undo.css`` and ``undo.js`` under the name ``pbal_undo``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

ASSETS = Path(__file__).parent / "assets"


def asset(name: str) -> str:
    """The text of a file."""
    return (ASSETS / name).read_text(encoding="utf-8")


def component(name: str, *, styles: Sequence[str] = (), scripts: Sequence[str] = ()) -> ComponentRenderer:
    """A component that shares the styles of the page.

    Args:
        name: That of its files, without endings.
        styles: Its style sheets, where they are not one of this name.
        scripts: Its scripts, joined in this order, where they are not one of this name.
    """
    return st.components.v2.component(
        f"pbal_{name}",
        html=asset(f"{name}.html"),
        css="".join(map(asset, styles or [f"{name}.css"])),
        js="\n".join(map(asset, scripts or [f"{name}.js"])),
        isolate_styles=False,
    )
