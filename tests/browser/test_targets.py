"""Targets typed in a real browser: what is typed counts, from the first key on, and the plan follows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from pbal_core import Targets, rebalance
from pbal_core.readers import read_positions
from pbal_core.views.summary import sentence
from tests.browser.driver import SLOW, looks, opened, serious, settled, upload

pytestmark = pytest.mark.browser

HEADER = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
OWN = HEADER + "VTI,10000,250,0\nVXUS,4000,62.5,0\nBND,5000,75,-20\n"
HELD = read_positions(OWN.encode()).portfolio


@pytest.fixture
def mine(page: Page, address: str) -> Page:
    """The page with three funds."""
    page.set_viewport_size({"width": 1280, "height": 1400})
    opened(page, address)
    upload(page, OWN)
    expect(target(page, "VTI")).to_have_value("33.3333")
    expect(page.locator(".pbal-weights-sum output")).to_have_text("100 %")
    settled(page)
    return page


def target(page: Page, symbol: str) -> Locator:
    return page.get_by_label(f"Target of {symbol} in percent")


def plan_is(page: Page, weights: dict[str, Any] | None, **options: Any) -> None:
    """Waits until the page says the plan with these targets."""
    plan = rebalance(HELD, 5000, min_trade=100, method="exact", targets=weights and Targets(weights), **options)
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(plan))


def test_targets_are_typed_by_the_keyboard_alone(mine: Any) -> None:
    """The first key counts, Enter goes down; until the sum is 100 the last plan stays, dimmed, and the sum says why."""
    target(mine, "VTI").focus()
    mine.keyboard.type("60")
    mine.keyboard.press("Enter")
    expect(target(mine, "VXUS")).to_be_focused()
    expect(mine.locator(".pbal-weights-sum output")).to_have_text("126.67 %: 26.67 % too much")
    expect(mine.locator(".pbal[data-typing]")).to_have_count(1)
    expect(mine.locator(".pbal-panel").get_by_text("126.67 %: 26.67 % too much")).to_be_visible()
    expect(mine.get_by_role("button", name="Scale to 100 %")).to_be_visible()
    plan_is(mine, None)
    mine.keyboard.type("30")
    mine.keyboard.press("Tab")
    expect(target(mine, "BND")).to_be_focused()
    mine.keyboard.type("7")
    mine.keyboard.press("Enter")
    expect(mine.locator(".pbal-weights-sum output")).to_have_text("97 %: 3 % to give")
    plan_is(mine, None)
    target(mine, "BND").fill("10")
    mine.keyboard.press("Enter")
    plan_is(mine, {"VTI": 60, "VXUS": 30, "BND": 10})
    expect(target(mine, "BND")).to_be_focused()  # the plan stays in view
    expect(mine.locator(".pbal[data-typing]")).to_have_count(0)
    expect(mine.locator(".pbal-weights-sum")).to_be_hidden()
    assert [target(mine, symbol).input_value() for symbol in HELD.symbols] == ["60", "30", "10"]
    mine.get_by_role("button", name="Undo").click()
    plan_is(mine, None)
    expect(target(mine, "VTI")).to_have_value("33.3333")
    mine.get_by_role("button", name="Redo").click()
    plan_is(mine, {"VTI": 60, "VXUS": 30, "BND": 10})
    expect(target(mine, "VTI")).to_have_value("60")


def test_tab_stays_in_the_targets_and_arrows_reach_every_row(mine: Any) -> None:
    """Tab skips the buttons that open a row, both ways; Up and Down go through these; an open row is not skipped."""
    opener = mine.locator(".pbal-table tbody .pbal-open")
    target(mine, "VTI").focus()
    mine.keyboard.press("Tab")
    expect(target(mine, "VXUS")).to_be_focused()
    mine.keyboard.press("Shift+Tab")
    expect(target(mine, "VTI")).to_be_focused()
    mine.keyboard.press("Shift+Tab")
    expect(opener.nth(0)).to_be_focused()
    mine.keyboard.press("ArrowDown")
    mine.keyboard.press("ArrowDown")
    expect(opener.nth(2)).to_be_focused()
    mine.keyboard.press("ArrowUp")
    expect(opener.nth(1)).to_be_focused()
    mine.keyboard.press("Enter")
    expect(opener.nth(1)).to_have_attribute("aria-expanded", "true")
    mine.keyboard.press("Tab")
    expect(target(mine, "VXUS")).to_be_focused()
    mine.keyboard.press("Tab")
    expect(target(mine, "BND")).not_to_be_focused()


def test_the_target_is_typed_beside_now_and_after(mine: Any) -> None:
    """In the plan's own table; its mark follows the keys, the plan does not yet. Without room there, it is below."""
    cell = mine.locator(".pbal-table tr[data-symbol=VTI] td[data-target]")
    expect(cell.locator("input")).to_have_value("33.3333")
    mark = "document.querySelector('.pbal-chart').data[2].base[0]"
    assert mine.evaluate(mark) == pytest.approx(33.3333, abs=0.001)
    target(mine, "VTI").fill("60")
    mine.wait_for_function(f"Math.abs({mark} - 60) < 0.001")
    plan_is(mine, None)
    target(mine, "VTI").press("Escape")
    mine.set_viewport_size({"width": 360, "height": 740})
    expect(cell.locator("input")).to_have_count(0)
    expect(mine.locator(".pbal-weights").get_by_label("Target of VTI in percent")).to_be_visible()


@pytest.mark.parametrize("latency", [250])
def test_the_first_key_counts_on_a_slow_line(page: Page, address: str, latency: int) -> None:
    """Targets typed at once, whatever is still on its way, and the focus stays where the reader types."""
    page.add_init_script(SLOW.replace("LATENCY", str(latency)))
    opened(page, address)
    upload(page, OWN)
    target(page, "VTI").click()
    page.keyboard.type("60")
    target(page, "VXUS").click()
    page.keyboard.type("30")
    target(page, "BND").click()
    page.keyboard.type("10")
    page.keyboard.press("Enter")
    plan_is(page, {"VTI": 60, "VXUS": 30, "BND": 10})


def test_an_answer_takes_back_nothing_that_was_typed_since(page: Page, address: str) -> None:
    """On a slow line: targets typed right after As held or Equal stay when that answer comes, and they count."""
    page.add_init_script(SLOW.replace("LATENCY", "250"))
    opened(page, address)
    upload(page, OWN)
    settled(page)
    page.get_by_role("button", name="As held").click()
    for symbol, weight in (("VTI", "50"), ("VXUS", "20")):
        target(page, symbol).fill(weight)
    target(page, "BND").focus()
    expect(target(page, "BND")).to_have_value("26.3158")  # the answer is here
    assert [target(page, symbol).input_value() for symbol in ("VTI", "VXUS")] == ["50", "20"]
    target(page, "BND").fill("30")
    page.keyboard.press("Enter")
    plan_is(page, {"VTI": 50, "VXUS": 20, "BND": 30})
    page.get_by_role("button", name="Equal", exact=True).click()
    for symbol, weight in (("VTI", "40"), ("VXUS", "35"), ("BND", "25")):
        target(page, symbol).fill(weight)
    page.keyboard.press("Enter")
    plan_is(page, {"VTI": 40, "VXUS": 35, "BND": 25})
    expect(page.locator(".pbal[data-typing]")).to_have_count(0)
    assert [target(page, symbol).input_value() for symbol in HELD.symbols] == ["40", "35", "25"]


def cash(page: Page) -> Locator:
    return page.get_by_label("Cash", exact=True)


def pressed(name: str) -> Callable[[Page], None]:
    """Something else on the page, by the mouse, and the target at once."""

    def reach(page: Page) -> None:
        page.get_by_role("button", name=name, exact=True).click()
        target(page, "VXUS").click()

    return reach


def after(*keys: str, on: str = "VXUS") -> Callable[[Page], None]:
    """Keys in a target, of which the last may lead to VXUS."""

    def reach(page: Page) -> None:
        target(page, on).focus()
        for key in keys:
            page.keyboard.press(key)

    return reach


WAYS: dict[str, Callable[[Page], object]] = {
    "click": lambda page: target(page, "VXUS").click(),
    "twice": lambda page: target(page, "VXUS").dblclick(),
    "focus": after(),
    "tab": after("Tab", on="VTI"),
    "back": after("Shift+Tab", on="BND"),
    "enter": after("Enter", on="VTI"),
    "escape": after("9", "Escape"),
    "all": after("Control+a"),
    "rubbed": after("7", "Backspace"),
    "equal": pressed("Equal"),
    "held": pressed("As held"),
    "undo": lambda page: (expect(target(page, "VTI")).not_to_have_value("33.3333"), pressed("Undo")(page)),  # type: ignore[func-returns-value]
    "redo": pressed("Redo"),
    "cash": lambda page: (cash(page).fill("800"), cash(page).press("Enter"), target(page, "VXUS").click()),  # type: ignore[func-returns-value]
    "slider": lambda page: (page.get_by_label("Cash slider").press("PageUp"), target(page, "VXUS").click()),  # type: ignore[func-returns-value]
    "strategy": lambda page: (page.get_by_text("Hard rebalance").click(), target(page, "VXUS").click()),  # type: ignore[func-returns-value]
    "rounding": lambda page: (page.get_by_text("nearest (classic)").click(), target(page, "VXUS").click()),  # type: ignore[func-returns-value]
    "dollars": pressed("Dollars"),
    "weights": pressed("Weights"),
    "pin": pressed("Pin as plan A"),
}


@pytest.mark.parametrize("latency", [0, 250])
def test_every_digit_counts_however_a_target_is_reached(page: Page, address: str, latency: int) -> None:
    """At once after anything else on the page, while its answer is still on the way: twenty ways, none loses a key."""
    if latency:
        page.add_init_script(SLOW.replace("LATENCY", str(latency)))
    opened(page, address)
    upload(page, OWN)
    lost = {}
    for number, (name, reach) in enumerate(WAYS.items(), start=11):
        box = target(page, "VXUS")
        reach(page)
        page.keyboard.type(f"{number}.5", delay=25)
        page.wait_for_timeout(150 + 4 * latency)  # the answer comes meanwhile; nothing to wait on says that it came
        if box.input_value() != f"{number}.5":
            lost[name] = box.input_value()
        page.keyboard.press("Escape")
    assert lost == {}


def test_the_focus_goes_where_the_reader_puts_it(mine: Any) -> None:
    """The plan's table is drawn anew after Dollars; the target does not take the focus back from the button."""
    target(mine, "VXUS").click()
    mine.get_by_role("button", name="Dollars").click()
    settled(mine)
    expect(mine.get_by_role("button", name="Dollars")).to_be_focused()


def test_a_new_asset_survives_rows_laid_anew(mine: Any) -> None:
    """Half typed while the answer to Equal comes: it stays, and is no second row once it counts."""
    mine.get_by_role("button", name="As held").click()
    mine.get_by_label("Symbol of an asset").last.focus()
    mine.keyboard.type("GLD")
    mine.keyboard.press("Enter")
    mine.keyboard.type("10", delay=60)
    expect(target(mine, "VTI")).not_to_have_value("33.3333")
    expect(mine.get_by_label("Symbol of an asset").first).to_have_value("GLD")
    expect(mine.get_by_label("Target of the new asset").first).to_have_value("10")
    mine.keyboard.press("Enter")
    mine.keyboard.type("410.50")
    for symbol, weight in (("VTI", "60"), ("VXUS", "30"), ("BND", "0")):
        target(mine, symbol).fill(weight)
    target(mine, "BND").press("Enter")
    mine.keyboard.press("Tab")
    plan_is(mine, {"VTI": 60, "VXUS": 30, "BND": 0, "GLD": 10}, prices={"GLD": "410.5"})
    expect(target(mine, "GLD")).to_have_count(1)
    expect(mine.get_by_label("Symbol of an asset")).to_have_count(1)


def test_escape_takes_back_and_rest_is_enough(mine: Any) -> None:
    """Escape brings the target back that was there; a plan follows also when the keys only rest."""
    target(mine, "VTI").focus()
    mine.keyboard.type("99")
    mine.keyboard.press("Escape")
    expect(target(mine, "VTI")).to_have_value("33.3333")
    for symbol, weight in (("VTI", "50"), ("VXUS", "25"), ("BND", "25")):
        target(mine, symbol).focus()
        mine.keyboard.type(weight)
    plan_is(mine, {"VTI": 50, "VXUS": 25, "BND": 25})
    expect(target(mine, "BND")).to_be_focused()


def test_a_sum_that_is_rounded_is_scaled_and_said(mine: Any) -> None:
    """33.3 three times is 99.9: close enough, and the page says what it did. Equal and As held lay the rest."""
    for symbol in HELD.symbols:
        target(mine, symbol).fill("33.3")
    target(mine, "BND").press("Enter")
    # A rest between two fields already counts, and is scaled by itself, so a slow machine says 99.9111 %.
    scaled = re.compile(r"^The targets summed to 99\.9\d* % and were scaled to 100 %\.$")
    expect(mine.get_by_text(scaled)).to_be_visible()
    mine.get_by_role("button", name="As held").click()
    plan_is(mine, dict(Targets.current(HELD).weights))
    mine.get_by_role("button", name="Equal", exact=True).click()
    plan_is(mine, None)
    target(mine, "VTI").fill("3")
    target(mine, "VXUS").fill("1")
    target(mine, "BND").fill("0")
    mine.get_by_role("button", name="Scale to 100 %").click()
    plan_is(mine, {"VTI": 75, "VXUS": 25, "BND": 0})
    expect(target(mine, "VTI")).to_have_value("75")


def test_an_asset_that_is_not_held_is_added(mine: Any) -> None:
    """In the last row: symbol, target and price."""
    target(mine, "VTI").fill("60")
    target(mine, "VXUS").fill("30")
    target(mine, "BND").fill("0")
    mine.get_by_label("Symbol of an asset").last.focus()
    for text in ("GLD", "10", "$410.50"):
        mine.keyboard.type(text)
        mine.keyboard.press("Enter")
    plan_is(mine, {"VTI": 60, "VXUS": 30, "BND": 0, "GLD": 10}, prices={"GLD": "410.5"})
    expect(target(mine, "GLD")).to_have_value("10")


def test_what_decides_is_on_the_first_screen(page: Page, address: str) -> None:
    """At 1280 x 720: the plan, why it is so, what to do with all targets; and their sum while they are typed."""
    page.set_viewport_size({"width": 1280, "height": 720})
    opened(page, address)
    settled(page)
    for part in (
        page.locator(".pbal-sentence"),
        page.get_by_role("button", name="Equal", exact=True),
        page.get_by_role("button", name="As held"),
        page.get_by_role("button", name="Share", exact=True),
    ):
        expect(part).to_be_in_viewport(ratio=1)
    expect(page.get_by_text("Optimal: under these rules")).to_be_in_viewport(ratio=0.5)  # one of two lines
    target(page, "FTEC").fill("20")
    expect(page.get_by_text("110 %: 10 % too much")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Scale to 100 %")).to_be_in_viewport(ratio=1)
    target(page, "FTEC").fill("ten")
    expect(page.get_by_text("Not a number: the target of FTEC")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("columnheader", name="not 100 %")).to_be_visible()
    target(page, "FTEC").press("Escape")
    settled(page)
    page.get_by_text("Change constraints").click()
    page.get_by_role("combobox", name="Frozen").click()
    page.get_by_role("option", name="VPU").click()
    expect(page.locator('.pbal-table tr[data-symbol="VPU"] td[data-target]')).to_have_text("frozen")
    expect(page.locator(".pbal-weights").get_by_text("VPU")).to_be_hidden()  # not a lone box below the plan


def test_nothing_is_cut_on_a_phone(page: Page, address: str) -> None:
    """At 360 pixels every button and every word in an empty box is whole, and the boxes of one row are in one line."""
    page.set_viewport_size({"width": 360, "height": 740})
    opened(page, address)
    settled(page)
    cut = page.evaluate("""() => [...document.querySelectorAll("button, .pbal-weights input")].filter((e) => {
      const box = e.getBoundingClientRect();
      return box.width && (box.left < 0 || box.right > innerWidth || e.scrollWidth > e.clientWidth + 1);
    }).map((e) => e.innerText || e.placeholder)""")
    assert cut == []
    boxes = [box.bounding_box() for box in page.locator(".pbal-weights tbody tr:last-child input").all()]
    assert len({round(box["y"]) for box in boxes[-3:] if box}) == 1


def test_everything_open_is_accessible(mine: Page) -> None:
    """Axe finds nothing serious with a portfolio loaded and every panel open, and nothing goes sideways."""
    mine.get_by_text("Change constraints").click()
    expect(mine.get_by_text("Trade in fractions")).to_be_visible()
    mine.get_by_role("button", name="Details", exact=True).click()
    mine.get_by_role("button", name="Change positions").click()
    mine.get_by_role("button", name="Type", exact=True).click()
    expect(mine.get_by_label("Symbol in row 1")).to_be_visible()
    for look in looks(mine, 1280, 360):
        assert serious(mine) == [], look
        assert mine.evaluate("document.documentElement.scrollWidth <= innerWidth"), look
