"""Along the slider there is where it leads: a line, and landmarks that say what they are and go there."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from pbal_core import rebalance
from pbal_core.readers import read_positions
from pbal_core.sample import sample_bytes
from pbal_core.views.summary import sentence
from tests.browser.driver import near, opened, settled

pytestmark = pytest.mark.browser

SAMPLE = read_positions(sample_bytes()).portfolio
NOTHING = "$0.00: nothing to invest or to withdraw"
TARGET = "$88,103.92: the least cash that reaches the targets without a sale"


@pytest.fixture
def address(live_address: str) -> str:
    return live_address


def marks(page: Page) -> Locator:
    return page.get_by_role("group", name="Amounts worth knowing").get_by_role("button")


def heights(page: Page, axis: str) -> list[float]:
    """How high the line along a slider is, from left to right; 0 is the top."""
    path = page.locator(f'[data-axis="{axis}"] .pbal-line path').get_attribute("d") or ""
    return [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", path)]


@pytest.mark.parametrize("method", ["classic", "exact"])
def test_landmarks_are_named_and_go_to_their_amount(page: Page, address: str, method: str) -> None:
    """Each has its words for the pointer, for the keyboard and for a screen reader; a press plans for it."""
    opened(page, address, f"?method={method}")
    settled(page)
    names = [mark.get_attribute("aria-label") for mark in marks(page).all()]
    assert [names[0], names[-1]] == [NOTHING, TARGET]
    assert re.fullmatch(r"\$4\d,\d{3}\.00: the least cash that brings every fund into its band", str(names[1]))
    last = marks(page).last
    last.hover()
    tip = "mark => getComputedStyle(mark, '::after').content"
    assert "targets" in last.evaluate(tip), "the words are there for the pointer"
    last.focus()
    page.keyboard.press("Enter")
    plan = rebalance(SAMPLE, Decimal("88103.92"), min_trade=100, method=method)
    expect(page.get_by_text(f"python: {sentence(plan)}")).to_be_visible()
    expect(page.get_by_label("Cash", exact=True)).to_have_value("$88,103.92")
    slider = page.get_by_label("Cash slider")
    expect(slider).to_have_attribute(
        "aria-valuetext", "$88,103.92, the least cash that reaches the targets without a sale"
    )


def test_a_key_goes_to_the_next_landmark_and_back(page: Page, address: str) -> None:
    opened(page, address)
    settled(page)
    near(page, "Cash slider")
    slider = page.get_by_label("Cash slider")
    box = page.get_by_label("Cash", exact=True)
    for key, amount in (("Shift+L", "$0.00"), ("L", r"$4"), ("l", "$88,103.92"), ("L", "$88,103.92")):
        slider.press(key)
        expect(box).to_have_value(re.compile(re.escape(amount)))
    settled(page)
    plan = rebalance(SAMPLE, Decimal("88103.92"), min_trade=100)
    expect(page.get_by_text(f"python: {sentence(plan)}")).to_be_visible()


def test_the_line_rises_where_the_plan_is_more_balanced(page: Page, address: str) -> None:
    """Cash without a sale is best where there is much of it; the line of the other slider counts trades."""
    opened(page, address)
    settled(page)
    for label in ("Cash slider", "Minimum trade slider"):
        near(page, label)
    cash, step = heights(page, "cash"), heights(page, "min_trade")
    assert len(cash) > 400
    assert cash[-1] < 5 < cash[len(cash) // 2], "lowest where nothing is done"
    assert step[0] < step[-1], "a large minimum has fewer trades"
    page.get_by_label("Cash", exact=True).fill("5033.51")
    page.get_by_label("Cash", exact=True).press("Enter")
    settled(page)
    assert heights(page, "cash") == cash
    assert len(heights(page, "min_trade")) > 10, "the other line stays until somebody reaches for its slider"


def test_a_larger_amount_widens_the_slider(page: Page, address: str) -> None:
    """An amount beyond the end is a place on the slider while it is asked for; then the slider is fine again."""
    opened(page, address)
    settled(page)
    box = page.get_by_label("Cash", exact=True)
    box.fill("400000")
    box.press("Enter")
    expect(page.locator('[data-axis="cash"] [data-part="high"]')).to_have_text("$400,000")
    settled(page)
    slider = page.get_by_label("Cash slider")
    assert slider.input_value() == slider.get_attribute("max")
    box.fill("100")
    box.press("Enter")
    expect(page.locator('[data-axis="cash"] [data-part="high"]')).not_to_have_text("$400,000")
    settled(page)
    assert box.input_value() == "$100.00"
