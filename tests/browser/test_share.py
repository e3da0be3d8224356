"""A link is shared and opened: what it holds, how it is copied, and what it does on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from pbal_core import Targets, rebalance
from pbal_core.readers import read_positions
from pbal_core.views.summary import sentence
from tests.browser.driver import SLOW, looks, opened, serious, settled, upload

pytestmark = pytest.mark.browser

HEADER = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
ROWS = ("VTI,10000,250,0\n", "VXUS,4000,62.5,0\n", "BND,5000,75,-20\n")
OWN = HEADER + "".join(ROWS)
TURNED = HEADER + "".join(reversed(ROWS))
LINKED = "/?cash=900&method=exact&positions=own&targets=VTI:60,VXUS:30,BND:10"


def plan_is(page: Page, text: str, cash: int, weights: dict[str, int]) -> None:
    held = read_positions(text.encode()).portfolio
    plan = rebalance(held, cash, min_trade=100, method="exact", targets=Targets(weights))
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(plan))


@pytest.mark.parametrize("latency", [0, 250])
def test_a_link_holds_targets_only_when_asked_and_works_on_a_phone(
    browser: Browser, address: str, latency: int
) -> None:
    """By the keyboard: shared without symbols, then with them; opened elsewhere it waits for a file of that reader."""
    with browser.new_context(viewport={"width": 1280, "height": 720}) as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        if latency:
            page.add_init_script(SLOW.replace("LATENCY", str(latency)))
        opened(page, address, "/?cash=900&method=exact")
        upload(page, OWN)
        for symbol, weight in (("VTI", "60"), ("VXUS", "30"), ("BND", "10")):
            page.get_by_label(f"Target of {symbol} in percent").fill(weight)
        page.get_by_label("Target of BND in percent").press("Enter")
        plan_is(page, OWN, 900, {"VTI": 60, "VXUS": 30, "BND": 10})
        page.get_by_role("button", name="Share", exact=True).press("Enter")
        link = page.get_by_label("Link", exact=True)
        expect(link).to_have_value(re.compile("cash=900.*positions=own&policy=own$"))
        assert not re.search("VTI|VXUS|BND|targets", link.input_value())
        page.get_by_text("Put my targets into the link").click()
        expect(link).to_have_value(re.compile("targets=VTI:60,VXUS:30,BND:10$"))
        assert not re.search("10000|4000|250|62", link.input_value().replace(address, ""))
        page.get_by_role("button", name="Copy link").press("Enter")
        expect(page.get_by_text("Copied.")).to_be_visible()
        copied = page.evaluate("() => navigator.clipboard.readText()")
        page.keyboard.press("Escape")
        expect(link).to_have_count(0)
        assert "targets" not in page.url
    with browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True) as context:
        page = opened(context.new_page(), copied)
        expect(page.get_by_text("This link brings targets: VTI 60 %, VXUS 30 %, BND 10 %.")).to_be_in_viewport()
        expect(page.get_by_text("A link never holds them")).to_be_in_viewport()
        upload(page, TURNED)
        plan_is(page, TURNED, 900, {"VTI": 60, "VXUS": 30, "BND": 10})
        expect(page.get_by_text("This link brings targets")).to_have_count(0)


def test_sharing_is_accessible_on_a_phone(page: Page, address: str) -> None:
    """Axe finds nothing serious in the dialog and on the page that a link opens, and nothing goes sideways."""
    page.set_viewport_size({"width": 360, "height": 740})
    opened(page, address, LINKED)
    settled(page)
    for open_dialog in (False, True):
        if open_dialog:
            page.get_by_role("button", name="Share", exact=True).click()
            page.get_by_text("Put my targets into the link").click()
            expect(page.get_by_text("Anyone who gets the link can read them")).to_be_visible()
        for look in looks(page, 360):
            assert serious(page) == [], look
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), look
