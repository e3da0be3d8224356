"""The browser keeps the last session once it was asked to, brings it back, and forgets it."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driver import SLOW, opened, serious, settled, upload

pytestmark = pytest.mark.browser

OWN = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVTI,1000,250,0\nBND,500,75,-20\n"
STORED = "() => localStorage.getItem('pbal-session')"


def test_a_session_is_kept_only_when_asked_and_until_it_is_forgotten(page: Page, address: str) -> None:
    """Off at first; on, a reload brings positions and amounts back; after Forget there is the sample again."""
    opened(page, address)
    upload(page, OWN)
    settled(page)
    assert page.evaluate(STORED) is None
    switch, first = page.get_by_label("Keep on this computer"), page.locator(".pbal-table tbody th").first
    expect(page.get_by_text("Other programs served from the same address share that storage.")).to_be_visible()
    switch.check()
    page.wait_for_function("() => localStorage.getItem('pbal-session')?.includes('VTI')")
    box = page.get_by_label("Cash", exact=True)
    box.fill("750")
    box.press("Enter")
    page.wait_for_function("() => localStorage.getItem('pbal-session')?.includes('\"750\"')")
    page.goto(address)
    expect(first).to_have_text("VTI")
    expect(box).to_have_value("$750.00")
    expect(switch).to_be_checked()
    page.reload()
    expect(first).to_have_text("VTI")
    page.get_by_role("button", name="Change positions").click()
    page.get_by_role("button", name="Samples").click()
    page.get_by_role("menuitem").first.click()
    expect(first).to_have_text("FTEC")
    settled(page)
    assert "VTI" in page.evaluate(STORED), "looking at a sample loses nothing"
    page.get_by_role("button", name="Undo").click()
    expect(first).to_have_text("VTI")
    settled(page)
    page.get_by_role("button", name="Forget").click()
    expect(switch).not_to_be_checked()
    assert page.evaluate(STORED) is None
    page.goto(address)
    expect(first).to_have_text("FTEC")
    assert page.evaluate(STORED) is None


def test_what_was_kept_and_cannot_be_used_is_said(page: Page, address: str) -> None:
    """It is a stranger's text; nothing is written over it, and Forget takes it away."""
    page.goto(address)
    page.evaluate('() => localStorage.setItem(\'pbal-session\', \'{"kind": "pbal-session", "version": 9}\')')
    opened(page, address)
    expect(page.get_by_text("What this browser kept cannot be used")).to_be_visible()
    settled(page)
    assert '"version": 9' in page.evaluate(STORED)
    page.get_by_role("button", name="Forget").click()
    expect(page.get_by_label("Keep on this computer")).not_to_be_checked()
    assert page.evaluate(STORED) is None


@pytest.mark.parametrize(("latency", "width", "scheme"), [(0, 1280, "light"), (250, 360, "dark")])
def test_the_switch_works_on_a_slow_line_on_a_phone_and_in_the_dark(
    browser: Browser, address: str, latency: int, width: int, scheme: Literal["light", "dark"]
) -> None:
    """By the keyboard; axe finds nothing serious, nothing goes sideways, and the switch says what is stored."""
    with browser.new_context(viewport={"width": width, "height": 740}, color_scheme=scheme) as context:
        page = context.new_page()
        if latency:
            page.add_init_script(SLOW.replace("LATENCY", str(latency)))
        opened(page, address)
        upload(page, OWN)
        settled(page)
        switch, first = page.get_by_label("Keep on this computer"), page.locator(".pbal-table tbody th").first
        switch.press("Space")
        page.wait_for_function("() => localStorage.getItem('pbal-session')?.includes('VTI')")
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        opened(page, address)
        expect(first).to_have_text("VTI")
        expect(switch).to_be_checked()
        page.get_by_role("button", name="Forget").press("Enter")
        expect(switch).not_to_be_checked()
        expect(switch).to_be_focused()
        assert page.evaluate(STORED) is None
        page.get_by_label("Target of VTI in percent").fill("60")
        page.get_by_label("Target of BND in percent").fill("40")
        page.get_by_label("Target of BND in percent").press("Enter")
        expect(page.get_by_role("button", name="Undo")).to_be_enabled()
        assert page.evaluate(STORED) is None
