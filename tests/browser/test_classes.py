"""A tree of targets in a real browser: made, edited level by level and folded in the plan's table, by the keyboard."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from pbal_core import Targets, rebalance
from pbal_core.readers import read_positions
from pbal_core.views.classes import class_table
from pbal_core.views.summary import sentence
from tests.browser.driver import near, opened, settled, upload, watch

pytestmark = pytest.mark.browser

HEADER = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
OWN = HEADER + "VTI,30000,250,0\nVTSAX,10000,120,9\nVXUS,16000,62.5,0\nBND,44000,75,-20\n"
HELD = read_positions(OWN.encode()).portfolio
TREE = Targets(
    {"Stocks": 60, "BND": 40},
    groups={"Stocks": {"US stocks": 67, "VXUS": 33}},
    substitutes={"US stocks": ["VTI", "VTSAX"]},
)


@pytest.fixture
def mine(page: Page, address: str) -> Page:
    """The page with four funds."""
    page.set_viewport_size({"width": 1280, "height": 1000})
    opened(page, address)
    upload(page, OWN)
    expect(page.get_by_label("Target of VTI in percent")).to_have_value("25")
    settled(page)
    return page


def plan_is(page: Page, targets: Targets) -> None:
    """Waits until the page says the plan with these targets."""
    plan = rebalance(HELD, 5000, min_trade=100, method="exact", targets=targets)
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(plan))
    settled(page)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def share(page: Page, name: str, inside: str) -> Locator:
    return page.get_by_label(f"Share of {name} in {inside}, in percent")


def row(page: Page, name: str) -> Locator:
    return page.locator(f'.pbal-table tr:is([data-symbol="{name}"], [data-class="{name}"])')


MADE = Targets(
    {"Stocks": 75, "BND": 25},
    groups={"Stocks": {"US stocks": "66.6666666667", "VXUS": "33.3333333333"}},
    substitutes={"US stocks": ["VTI", "VTSAX"]},
)
"""What ``grouped`` makes of equal targets."""


def committed(page: Page) -> str:
    """The cash that the plan on the page is for."""
    return page.get_by_role("textbox", name="Cash").input_value().replace("$", "").replace(",", "")


def grouped(page: Page) -> None:
    """VTI and VTSAX are one fund, and with VXUS they are the class Stocks: chosen in the table by the keyboard."""
    press(page, "Group")
    expect(page.get_by_label("Choose VTI")).to_be_focused()
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".pbal-weights-picked output")).to_have_text("VTI, VTSAX")
    press(page, "Same fund to me")
    expect(page.get_by_label("Target of US stocks in percent")).to_have_value("50")
    expect(page.locator(".pbal-pick")).to_have_count(0)
    expect(page.get_by_role("button", name="Group", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.get_by_label("Name of the class or the fund").focus()
    page.keyboard.type("Stocks")
    press(page, "Group these")
    expect(page.get_by_label("Target of Stocks in percent")).to_have_value("75")
    settled(page)


def test_a_tree_is_made_and_edited_in_the_table_by_the_keyboard_alone(mine: Page) -> None:
    """Each level has its own sum, none counts before all of them do, and Undo goes back edit by edit."""
    seen = watch(mine)
    grouped(mine)
    stocks = row(mine, "Stocks").get_by_label("Target of Stocks in percent")
    stocks.focus()
    mine.keyboard.type("60")
    mine.keyboard.press("Tab")
    expect(row(mine, "US stocks").locator("input")).to_be_focused()
    mine.keyboard.type("67")
    mine.keyboard.press("Tab")  # not into the funds of the set, which have no share
    expect(row(mine, "VXUS").locator("input")).to_be_focused()
    mine.keyboard.type("30")
    expect(mine.get_by_label("Sum in Stocks")).to_have_text("97 %: 3 % to give")
    expect(row(mine, "Stocks").get_by_label("Sum in Stocks")).to_be_visible()
    expect(mine.locator('.pbal-weights-sum [data-part="sum"]')).to_have_text("85 %: 15 % to give")
    expect(row(mine, "VXUS").locator("td[data-target]")).to_have_text("18.0 %")  # 30 % of 60 %
    expect(mine.locator(".pbal[data-typing]")).to_have_count(1)
    mine.keyboard.press("Escape")
    mine.keyboard.type("33")
    mine.keyboard.press("Enter")
    expect(mine.get_by_label("Target of BND in percent")).to_be_focused()
    mine.keyboard.type("40")
    mine.keyboard.press("Enter")
    plan_is(mine, TREE)
    expect(mine.get_by_label("Sum in Stocks")).to_have_text("")
    mine.get_by_role("button", name="Undo").click()
    expect(stocks).to_have_value("75")
    mine.get_by_role("button", name="Undo").click()
    expect(mine.get_by_label("Target of VXUS in percent")).to_have_value("25")
    mine.get_by_role("button", name="Undo").click()
    expect(mine.get_by_label("Target of VTSAX in percent")).to_have_value("25")
    expect(mine.locator("tr[data-class]")).to_have_count(0)
    assert seen == []


def test_a_class_folds_in_table_and_chart_and_is_live_while_dragging(mine: Page) -> None:
    """What a class shows at each position of the slider is what the command says of it, folded or not."""
    grouped(mine)
    names = mine.locator(".pbal-chart .xtick text")
    expect(names).to_have_text(["VTI", "VTSAX", "VXUS", "BND"])
    fold = row(mine, "Stocks").get_by_role("button", name="Stocks")
    fold.focus()
    mine.keyboard.press("ArrowLeft")
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(fold).to_be_focused()
    expect(row(mine, "VXUS")).to_have_count(0)
    expect(names).to_have_text(["Stocks", "BND"])
    expect(mine.get_by_role("button", name="Classes", exact=True)).to_have_attribute("aria-pressed", "true")
    near(mine, "Cash slider")
    box = mine.get_by_label("Cash slider").bounding_box()
    assert box
    mine.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
    mine.mouse.down()
    mine.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2, steps=8)
    shown = row(mine, "Stocks").locator("td").all_inner_texts()
    mine.mouse.up()
    settled(mine)
    assert row(mine, "Stocks").locator("td").all_inner_texts() == shown
    plan = rebalance(HELD, committed(mine), min_trade=100, method="exact", targets=MADE)
    said = next(each for each in class_table(plan, MADE) if each[0] == "Stocks")
    assert [shown[0], shown[3], shown[4]] == [said[2], said[4], said[6]]
    press(mine, "Funds")
    expect(fold).to_have_attribute("aria-expanded", "true")
    expect(names).to_have_text(["VTI", "VTSAX", "VXUS", "BND"])
    mine.get_by_role("button", name="Only trades").click()
    traded = [trade.symbol for trade in plan.trades]
    shown_rows = mine.locator(".pbal-table tbody tr[data-symbol]")
    expect(shown_rows).to_have_count(len(traded))
    assert [each.get_attribute("data-symbol") for each in shown_rows.all()] == traded
    expect(row(mine, "Stocks")).to_be_visible()
    mine.get_by_role("button", name="Only trades").click()
    row(mine, "BND").locator("th").click(modifiers=["Control"])
    row(mine, "Stocks").locator("th").click(modifiers=["Shift"])
    expect(mine.locator(".pbal-weights-picked output")).to_have_text("BND, Stocks, US stocks, VXUS")
    mine.keyboard.press("Escape")
    row(mine, "Stocks").locator("th").click(modifiers=["Control"])
    press(mine, "Take apart")
    expect(mine.get_by_label("Target of VXUS in percent")).to_have_value("25")


def test_what_comes_while_a_hand_drags_or_types_is_shown_whole(mine: Page) -> None:
    """Another strategy lays the table anew: nothing in it is empty until the hand lets go, and what is typed stays."""
    grouped(mine)
    near(mine, "Cash slider")
    box = mine.get_by_label("Cash slider").bounding_box()
    assert box
    mine.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
    mine.mouse.down()
    mine.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2, steps=4)
    change = "document.querySelector('.st-key-strategy input:not(:checked)').click()"
    mine.evaluate(change)
    expect(mine.locator(".pbal-sentence")).to_contain_text("Sell")
    expect(row(mine, "Stocks").locator("td").first).to_have_text("56.0 %")
    mine.mouse.move(box["x"] + box["width"] * 0.72, box["y"] + box["height"] / 2, steps=4)
    lines = mine.locator(".pbal-table tbody tr")
    shown = lines.all_inner_texts()
    assert len(shown) == 6
    expect(row(mine, "VXUS").locator("input")).to_be_visible()
    mine.mouse.up()
    settled(mine)
    assert lines.all_inner_texts() == shown
    share(mine, "VXUS", "Stocks").fill("30")
    title = mine.locator(".pbal-table th[data-off]")
    expect(title).to_have_text("Sum not 100 %")
    mine.evaluate(change)
    expect(mine.locator(".pbal-sentence")).not_to_contain_text("Sell")
    expect(title).to_have_text("Sum not 100 %")
    expect(row(mine, "VXUS").locator("td[data-target]")).to_have_text("22.5 %")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tree_fits_and_is_accessible(mine: Page, scheme: Literal["light", "dark"]) -> None:
    """In light and dark, on a desk and on a phone: nothing is cut, and no rule of accessibility is broken."""
    mine.emulate_media(color_scheme=scheme)
    grouped(mine)
    press(mine, "Group")
    for width, where in ((1280, ".pbal"), (390, ".pbal-weights")):
        mine.set_viewport_size({"width": width, "height": 1400})
        settled(mine)
        assert mine.locator(".pbal-scroll").evaluate("e => e.scrollHeight <= e.clientHeight + 1"), "a row is hidden"
        table = mine.locator(f"{where} table")
        assert table.evaluate("e => e.scrollWidth <= e.parentElement.clientWidth + 1")
        found = Axe().run(mine, context=where)
        assert found.violations_count == 0, found.generate_report()
