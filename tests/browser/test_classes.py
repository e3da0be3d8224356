"""A tree of targets in a real browser: made, edited level by level, folded, and taken apart by the keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from pbal_core import Targets, rebalance
from pbal_core.readers import read_positions
from pbal_core.views.summary import sentence
from tests.browser.driver import opened, settled, upload

pytestmark = pytest.mark.browser

HEADER = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
OWN = HEADER + "VTI,30000,250,0\nVTSAX,10000,120,9\nVXUS,16000,62.5,0\nBND,44000,75,-20\n"
HELD = read_positions(OWN.encode()).portfolio


@pytest.fixture
def mine(page: Page, address: str) -> Page:
    """The page with four funds, and the panel of classes open."""
    page.set_viewport_size({"width": 1280, "height": 1400})
    opened(page, address)
    upload(page, OWN)
    expect(page.get_by_label("Target of VTI in percent")).to_have_value("25")
    settled(page)
    page.get_by_text("Classes and substitutes", exact=True).click()
    expect(page.get_by_role("button", name="Group these")).to_be_visible()
    return page


def plan_is(page: Page, targets: Targets) -> None:
    """Waits until the page says the plan with these targets."""
    plan = rebalance(HELD, 5000, min_trade=100, method="exact", targets=targets)
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(plan))


def choose(page: Page, *names: str) -> None:
    """Chooses targets by the keyboard."""
    box = page.get_by_role("combobox", name="Targets")
    box.focus()
    for name in names:
        page.keyboard.type(name)
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")


def share(page: Page, name: str, inside: str) -> Locator:
    return page.get_by_label(f"Share of {name} in {inside}, in percent")


def grouped(page: Page) -> None:
    """VTI and VTSAX are one fund, and with VXUS they are the class stocks."""
    press(page, "They are the same to me")
    expect(page.get_by_label("Target of US stocks in percent")).to_have_value("50")
    choose(page, "US stocks", "VXUS")
    page.get_by_label("Called").fill("Stocks")
    page.keyboard.press("Tab")
    press(page, "Group these")
    expect(page.get_by_label("Target of Stocks in percent")).to_have_value("75")


def test_a_tree_is_made_and_edited_by_the_keyboard_alone(mine: Any) -> None:
    """Each level has its own sum, and none counts before all of them do."""
    grouped(mine)
    expect(share(mine, "US stocks", "Stocks")).to_have_value("66.6667")
    stocks = mine.get_by_label("Target of Stocks in percent")
    stocks.focus()
    mine.keyboard.type("60")
    mine.keyboard.press("Enter")
    expect(share(mine, "US stocks", "Stocks")).to_be_focused()
    expect(mine.locator('.pbal-weights [data-part="sum"]')).to_have_text("85 %: 15 % to give")
    mine.get_by_label("Target of BND in percent").fill("40")
    share(mine, "US stocks", "Stocks").fill("67")
    share(mine, "VXUS", "Stocks").fill("30")
    expect(mine.get_by_label("Sum in Stocks")).to_have_text("97 %: 3 % to give")
    expect(mine.locator(".pbal[data-typing]")).to_have_count(1)
    share(mine, "VXUS", "Stocks").fill("33")
    mine.keyboard.press("Enter")
    expect(mine.get_by_label("Sum in Stocks")).to_have_text("")
    tree = Targets(
        {"Stocks": 60, "BND": 40},
        groups={"Stocks": {"US stocks": 67, "VXUS": 33}},
        substitutes={"US stocks": ["VTI", "VTSAX"]},
    )
    plan_is(mine, tree)
    expect(mine.locator(".pbal[data-typing]")).to_have_count(0)


def test_a_class_is_folded_and_taken_apart(mine: Any) -> None:
    """What is inside is hidden and comes back; taken apart, each fund has its own target again."""
    grouped(mine)
    inside = share(mine, "VXUS", "Stocks")
    mine.get_by_role("button", name="Stocks", exact=True).focus()
    mine.keyboard.press("Enter")
    expect(inside).to_be_hidden()
    expect(mine.get_by_role("button", name="Stocks", exact=True)).to_have_attribute("aria-expanded", "false")
    mine.keyboard.press("Enter")
    expect(inside).to_be_visible()
    press(mine, "Take apart")
    expect(mine.get_by_label("Target of VXUS in percent")).to_have_value("25")
    press(mine, "Take apart")
    expect(mine.get_by_label("Target of VTI in percent")).to_have_value("37.5")
    mine.get_by_role("button", name="Undo").click()
    expect(mine.get_by_label("Target of US stocks in percent")).to_have_value("50")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)])
def test_the_tree_fits_and_is_accessible(page: Page, address: str, scheme: str, width: int) -> None:
    """In light and dark, and on a phone: nothing is cut, and no rule of accessibility is broken."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 1280, "height": 1400})
    opened(page, address)
    upload(page, OWN)
    settled(page)
    page.get_by_text("Classes and substitutes", exact=True).click()
    grouped(page)
    page.set_viewport_size({"width": width, "height": 1400})
    settled(page)
    form = page.locator(".pbal-weights table")
    assert form.evaluate("e => e.scrollWidth <= e.parentElement.clientWidth + 1")
    found = Axe().run(page, context=".pbal-weights")
    assert found.violations_count == 0, found.generate_report()
