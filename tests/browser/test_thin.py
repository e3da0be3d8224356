"""A long table and many bars are dragged as quickly as few: what is seen meanwhile is what is there afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page

from tests.browser.driver import near, opened, settled
from tests.browser.test_live import bars, drag, table

pytestmark = pytest.mark.browser


@pytest.fixture
def address(live_address: str) -> str:
    return live_address


def chart(page: Page, path: str) -> Image.Image:
    """What the chart looks like."""
    page.locator(".pbal-chart").screenshot(path=path)
    return Image.open(path).convert("L")


def test_rows_out_of_sight_come_back_with_the_plan(page: Page, address: str, tmp_path: Path) -> None:
    """While a hand drags few rows are in the page and a canvas has the bars; both are the same after the release."""
    opened(page, address, "?n=60&strategy=hard_rebalance")
    settled(page)
    page.get_by_role("button", name="Show all 60 positions").click()
    settled(page)
    near(page, "Cash slider")
    height = page.locator(".pbal-table").evaluate("table => table.offsetHeight")
    drag(page, "Cash slider", 0.6, [0.65, 0.7])
    few = table(page)
    during = bars(page), chart(page, f"{tmp_path}/during.png")
    assert 5 < len(few) < 25
    assert page.locator(".pbal-chart canvas").count() == 1
    assert page.locator(".pbal-table").evaluate("table => table.offsetHeight") == height, "nothing moves"
    page.mouse.up()
    settled(page)
    whole = table(page)
    shown = [row for row in few if row[0]]
    assert len(whole) == 60
    assert [row for row in whole if row[0] in {cells[0] for cells in shown}] == shown
    assert page.locator(".pbal-chart canvas").count() == 0
    assert bars(page) == during[0]
    difference = ImageChops.difference(during[1], chart(page, f"{tmp_path}/after.png")).point(lambda v: v > 90 and 255)
    assert sum(map(bool, difference.tobytes())) < 200, "the canvas has what plotly.js draws"


def test_scrolling_while_dragging_brings_the_rows_back(page: Page, address: str) -> None:
    opened(page, address, "?n=60&strategy=hard_rebalance")
    settled(page)
    page.get_by_role("button", name="Show all 60 positions").click()
    settled(page)
    drag(page, "Cash slider", 0.6, [0.7])
    page.locator(".pbal-scroll").evaluate("scroll => { scroll.scrollTop = 300; }")
    page.wait_for_function("() => document.querySelectorAll('.pbal-table tr[data-symbol]').length === 60")
    page.mouse.up()
    settled(page)
