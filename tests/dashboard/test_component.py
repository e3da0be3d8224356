"""Views whose parts are sent once: when they are in the data, and when not."""

from __future__ import annotations

from typing import Any

from pbal_core.dashboard import household_panel, live
from pbal_core.dashboard.component import View


def drawn(memory: dict[str, Any]) -> dict[str, Any]:
    """The data of one answer that nobody waits for."""
    told: dict[str, Any] = {}

    def renderer(*, data: dict[str, Any], **_placed: object) -> None:
        told.update(data)

    view = View(renderer=renderer, parts={"id": "1", "html": "h", "css": "c", "js": "j"})  # type: ignore[arg-type]
    view.draw({"n": 7}, memory, key="view", on_request=lambda: None, awaited=False)
    return told


def test_parts_are_sent_once_and_again_to_a_browser_that_lacks_them() -> None:
    """Whatever a browser says it has instead, also of an older version of the page, it gets them."""
    memory: dict[str, Any] = {}
    everything = {"n": 7, "parts": {"id": "1", "html": "h", "css": "c", "js": "j"}}
    assert drawn(memory) == everything
    assert drawn(memory) == {"n": 7, "parts": {"id": "1"}}
    for said in ("", None, 5, ["1"], "of an older version"):
        memory["parts"] = said
        assert drawn(memory) == everything
        assert drawn(memory) == {"n": 7, "parts": {"id": "1"}}


def test_views_differ_and_say_all_of_their_parts() -> None:
    """The id names markup, style and script, so that another version of one of them is another id."""
    household, single = household_panel._view.parts, live._live.parts
    assert household["id"] != single["id"]
    for parts in (household, single):
        assert set(parts) == {"id", "html", "css", "js"}
        assert all(parts.values())
