"""Our own components: markup, style and scripts of ``assets``, registered with Streamlit.

The model: Streamlit sends everything that a component is registered with again with each answer. That is right for a
small one. The two views of a plan are 100 KB, and what follows a move of a slider should be as quick over a slow
network; so they are registered with ``once.js`` alone, and their parts come with the first data of a session.

Worked example: ``component("undo")`` is ``undo.html``, ``undo.css`` and ``undo.js`` under the name ``pbal_undo``.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

ASSETS = Path(__file__).parent / "assets"

AHEAD = 0.04
"""Seconds by which an answer that a view waits for goes ahead of what is drawn after it.

Streamlit's browser draws together what it gets within 10 ms, and tells a component only after it has painted; what
comes before that is drawn first. Amounts typed between two positions, in turns: 95 ms to the words with 12 ms ahead, 55
with 40. A page that loads gains nothing.
"""


def asset(name: str) -> str:
    """The text of a file."""
    return (ASSETS / name).read_text(encoding="utf-8")


def script(names: Iterable[str]) -> str:
    """One script of several files, after what every component needs."""
    return "\n".join(map(asset, ["mount.js", *names]))


def component(name: str, *, scripts: Sequence[str] = ()) -> ComponentRenderer:
    """A component that shares the styles of the page.

    Args:
        name: That of its files, without endings.
        scripts: Its scripts, joined in this order after ``mount.js``, where they are not one of this name.
    """
    return st.components.v2.component(
        f"pbal_{name}",
        html=asset(f"{name}.html"),
        css=asset(f"{name}.css"),
        js=script(scripts or [f"{name}.js"]),
        isolate_styles=False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A component whose parts are sent once a session.

    Args:
        renderer: What Streamlit draws.
        parts: Its markup, style and script, and their ``id``.
    """

    renderer: ComponentRenderer
    parts: Mapping[str, str]

    def draw(
        self,
        data: Mapping[str, Any],
        memory: dict[str, Any],
        *,
        key: str,
        on_request: Callable[[], None],
        awaited: bool,
    ) -> None:
        """Draws it.

        Args:
            data: What its script receives.
            memory: Holds under ``parts`` the id of those that the browser has; its requests say it again.
            key: Key of the component; unique on the page.
            on_request: Called, before the rerun, when the browser asks for something.
            awaited: The browser cannot show the plan before it has this.
        """
        known = memory.get("parts") == self.parts["id"]
        memory["parts"] = self.parts["id"]  # a browser that does not get them asks again
        parts = {"id": self.parts["id"]} if known else dict(self.parts)
        self.renderer(data={**data, "parts": parts}, key=key, on_request_change=on_request, height="content")
        if known and awaited:
            time.sleep(AHEAD)


def view(name: str, *, styles: Sequence[str], scripts: Sequence[str]) -> View:
    """A component whose parts are sent once a session.

    Args:
        name: That of its markup, without the ending.
        styles: Its style sheets, in this order.
        scripts: Its scripts, joined in this order after ``mount.js``.
    """
    parts = {"html": asset(f"{name}.html"), "css": "".join(map(asset, styles)), "js": script(scripts)}
    renderer = st.components.v2.component(f"pbal_{name}", js=asset("once.js"), isolate_styles=False)
    return View(renderer=renderer, parts={"id": digest(parts), **parts})


def digest(*facts: object) -> str:
    """A short name of facts, all of which their ``repr`` says, by which a browser tells what it has."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
