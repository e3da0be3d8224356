"""The gallery has a picture of every state; two of them are taken here, so that the command stays alive."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.browser import gallery

pytestmark = pytest.mark.browser


def test_every_state_that_matters_is_there() -> None:
    """First look, loaded, editing, errors, a restart, nothing, cash alone, and portfolios of any size; five looks."""
    wanted = {"first", "loaded", "editing", "error", "no-plan", "restart", "empty", "cash-only", "1", "3", "10", "60"}
    assert set(gallery.STATES) == wanted | {"1000"}
    assert list(gallery.LOOKS) == ["light", "dark", "phone", "print", "forced"]


def test_a_state_has_its_picture(
    browser: Browser, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole page, however high, also on paper."""
    monkeypatch.setattr(gallery, "PLACE", tmp_path)
    for name, look, width in (("editing", "phone", 360), ("no-plan", "print", 1280)):
        with Image.open(gallery.take(browser, address, name, look)) as picture:
            assert picture.width == width
            assert picture.height > (760 if look == "phone" else 720), "more than the screen shows"
            assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 100, "something is drawn"
