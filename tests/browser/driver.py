"""The Chromium that the tests drive: the one on PATH, else playwright's own (see .ci/chromium)."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


SLOW = """(() => {
  const late = (f) => (event) => setTimeout(() => f(event), LATENCY);
  window.WebSocket = class extends WebSocket {
    send(data) { setTimeout(() => super.send(data), LATENCY); }
    addEventListener(type, f, options) { super.addEventListener(type, type === "message" ? late(f) : f, options); }
    set onmessage(f) { super.onmessage = late(f); }
  };
})()"""
"""Makes every message of the page arrive later, in both directions."""


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
    """Through the start row, as a user does; returns when this very file is loaded, or the page says why it is not."""
    number = f"upload{next(_uploads)}"
    data = text if isinstance(text, bytes) else text.encode()
    uploader = page.locator(".st-key-upload")
    change = page.get_by_role("button", name="Change positions")
    expect(uploader.or_(change).first).to_be_visible()
    if not uploader.count():
        change.click()
    for chip in uploader.get_by_test_id("stFileChipDeleteBtn").all():
        chip.get_by_role("button").click()
    expect(uploader.get_by_test_id("stFileChipDeleteBtn")).to_have_count(0)
    page.wait_for_function("() => !document.querySelector('[data-testid=stApp][data-test-script-state=running]')")
    uploader.locator("input[type=file]").set_input_files(
        {"name": f"{number} {name}", "mimeType": "text/csv", "buffer": data}
    )
    # The uploader goes when a file is loaded; what is refused is named in an alert.
    page.wait_for_function(
        """(number) => !document.querySelector(".st-key-upload") ||
          [...document.querySelectorAll("[data-testid=stAlert]")].some((alert) => alert.innerText.includes(number))""",
        arg=f"{number} ",
        timeout=90_000,
    )


def settled(page: Page) -> None:
    """Waits until Python has answered and plotly.js has drawn the answer."""
    page.wait_for_function("() => document.querySelector('.pbal')?.dataset.state === 'settled'")


def near(page: Page, label: str) -> None:
    """Brings the pointer to a slider, as a hand does before it presses: all of its positions are there then."""
    slider = page.get_by_label(label)
    slider.hover()
    page.locator(".pbal-control[data-whole]").filter(has=slider).wait_for()
    settled(page)


def serious(page: Page) -> list[tuple[str, str]]:
    """What axe finds that keeps somebody out, with the element."""
    found = Axe().run(page).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in {"serious", "critical"}]


def looks(page: Page, *widths: int, height: int = 740) -> Iterator[str]:
    """The page as it is now, in each width, light and dark, one after the other; loading it anew costs much more."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(
                "(scheme) => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === scheme",
                arg=scheme,
            )
            settled(page)
            page.evaluate("document.getAnimations().forEach((each) => each.finish())")
            yield f"{scheme} at {width}"
