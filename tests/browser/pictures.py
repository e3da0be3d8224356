"""The pictures of the README, from the real page: ``python -m tests.browser.pictures``.

Writes ``drag.webp`` (a hand on the cash slider), ``desktop.png``, ``dark.png`` and ``phone.png`` to ``.github/images``.
"""

from __future__ import annotations

import io
import math
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.driver import chromium, opened, settled
from tests.browser.server import ROOT, serve

IMAGES = ROOT / ".github" / "images"
DESKTOP = ViewportSize(width=1280, height=720)
PHONE = ViewportSize(width=360, height=760)
FRAMES = 48
FRAME_MS = 80
MOST_BYTES = 2_000_000


def still(browser: Browser, address: str, path: Path, viewport: ViewportSize, *, dark: bool = False) -> None:
    """The first screen."""
    page = browser.new_page(viewport=viewport, color_scheme="dark" if dark else "light")
    settled(opened(page, address))
    page.screenshot(path=path)
    page.close()


def frames(page: Page) -> list[Image.Image]:
    """Pictures of one drag: from the cash that the page opens with far to the right, to the left, and back."""
    slider = page.get_by_label("Cash slider")
    box = slider.bounding_box()
    assert box is not None
    share = float(slider.evaluate("s => (s.value - s.min) / (s.max - s.min)"))
    middle = box["y"] + box["height"] / 2
    begin = box["x"] + share * box["width"]
    page.mouse.move(begin, middle)
    page.mouse.down()
    found = []
    for i in range(FRAMES):
        page.mouse.move(begin + 0.3 * box["width"] * math.sin(2 * math.pi * i / FRAMES), middle)
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        found.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
    page.mouse.move(begin, middle)
    page.mouse.up()
    return found


def drag(browser: Browser, address: str, path: Path) -> None:
    """The moving picture."""
    page = browser.new_page(viewport=DESKTOP)
    settled(opened(page, address))
    first, *others = frames(page)
    page.close()
    first.save(path, save_all=True, append_images=others, duration=FRAME_MS, loop=0, quality=60, method=6)
    assert path.stat().st_size < MOST_BYTES, "a page should load the picture in a second or two"


def main() -> None:
    """Writes all of them."""
    with serve(ROOT / "streamlit_app.py") as (address, _), chromium() as browser:
        drag(browser, address, IMAGES / "drag.webp")
        still(browser, address, IMAGES / "desktop.png", DESKTOP)
        still(browser, address, IMAGES / "dark.png", DESKTOP, dark=True)
        still(browser, address, IMAGES / "phone.png", PHONE)


if __name__ == "__main__":
    main()
