"""The Chromium that the tests drive: the one on PATH, else playwright's own (see .ci/chromium)."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def executable() -> str | None:
    """The browser on PATH; None means playwright's own."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser. Without a sandbox, because containers and CI run as root."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        yield browser
        browser.close()


def watch(page: Page) -> list[str]:
    """Everything that must not happen on a page, as it happens: console errors, exceptions, foreign hosts."""
    seen: list[str] = []
    page.on("console", lambda message: seen.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: seen.append(str(error)))

    def foreign(url: str) -> None:
        if not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:http://127.0.0.1")):
            seen.append(f"foreign host: {url}")

    page.on("request", lambda request: foreign(request.url))
    page.on("websocket", lambda socket: foreign(socket.url))
    return seen


def opened(page: Page, address: str, query: str = "") -> Page:
    """The page with its chart drawn."""
    page.goto(address + query)
    page.locator(".pbal .barlayer .point").first.wait_for()
    return page


_uploads = itertools.count(1)


def upload(page: Page, text: str | bytes, name: str = "positions.csv") -> None:
    """Through the menu, as a user does; returns when the page speaks of this very file, taken or not."""
    number = f"upload{next(_uploads)}"
    name = f"{number} {name}"
    page.get_by_role("button", name=re.compile("Positions:")).click()
    menu = page.get_by_test_id("stPopoverBody")
    data = text if isinstance(text, bytes) else text.encode()
    menu.locator("input[type=file]").wait_for(state="attached")
    menu.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    # Streamlit drops an upload whose menu is closed before it has ended.
    said = page.locator("[data-testid=stAlert], [data-testid=stPopover]").filter(has_text=f"{number} ")
    expect(said).to_be_visible(timeout=90_000)
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)


def settled(page: Page) -> None:
    """Waits until Python has answered and plotly.js has drawn the answer."""
    page.wait_for_function("() => document.querySelector('.pbal')?.dataset.state === 'settled'")
