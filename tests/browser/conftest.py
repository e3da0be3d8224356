"""What browser tests share: one Chromium and one server of each page for all of a process's tests, and a fresh page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driver import chromium, watch
from tests.browser.server import PAGES, ROOT, serve


# Until the last test of this folder, not longer: playwright leaves an event loop in the main thread while it runs.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium; what one test does in it another sees nothing of, for each has a context of its own."""
    expect.set_options(timeout=30_000)  # a busy machine is no failure
    with chromium() as started:
        yield started


@pytest.fixture(scope="package")
def address() -> Iterator[str]:
    """Where the page is served; a module that tests another page has a fixture of this name of its own."""
    with serve(ROOT / "streamlit_app.py") as (url, _pid):
        yield url


@pytest.fixture(scope="package")
def live_address() -> Iterator[str]:
    """Where the live view alone is served."""
    with serve(PAGES / "live_page.py") as (url, _pid):
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser session; at the end nothing forbidden may have happened in it."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.set_default_timeout(20_000)
    forbidden = watch(page)
    yield page
    context.close()
    assert forbidden == []
