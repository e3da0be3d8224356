"""The table of targets and constraints in a real browser: what is edited holds, and the plan follows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from pbal_core import Targets, read_positions, rebalance
from pbal_core.sample import sample_bytes
from pbal_core.views.summary import sentence
from tests.browser.driver import opened
from tests.browser.server import ROOT, serve

pytestmark = pytest.mark.browser

SAMPLE = read_positions(sample_bytes()).portfolio
COLUMNS = ("Symbol", "Weight %", "Frozen", "Never buy", "Never sell", "Fractional", "Price")
ROW = 35  # pixels of a row of the table, and of its header


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve(ROOT / "streamlit_app.py") as (url, _pid):
        yield url


@pytest.fixture
def table(page: Page, address: str) -> Locator:
    """The drawn table, on a window that is high enough for it."""
    page.set_viewport_size({"width": 1280, "height": 1600})
    opened(page, address)
    page.get_by_text("Edit targets and constraints").click()
    grid = page.get_by_test_id("stDataFrame")
    grid.locator("canvas").first.wait_for()
    return grid


def select(page: Page, table: Locator, row: int, column: str) -> None:
    """Selects a cell, by the keyboard from the first symbol on: how wide the columns are is nobody's business."""
    table.click(position={"x": 70, "y": 1.5 * ROW})
    for key, times in (("ArrowDown", row), ("ArrowRight", COLUMNS.index(column))):
        for _ in range(times):
            page.keyboard.press(key)
    found = page.get_by_test_id(f"glide-cell-{COLUMNS.index(column) + 1}-{row}")
    expect(found).to_have_attribute("aria-selected", "true")


def tick(page: Page, table: Locator, row: int, column: str) -> None:
    select(page, table, row, column)
    page.keyboard.press("Space")


def write(page: Page, table: Locator, row: int, column: str, text: str) -> None:
    select(page, table, row, column)
    page.keyboard.press("Enter")
    editor = page.locator("input:focus, textarea:focus")
    editor.fill(text)
    expect(editor).to_have_value(text)
    editor.press("Enter")
    expect(editor).to_have_count(0)


def plan_is(page: Page, **options: object) -> None:
    """Waits until the page says the plan of the sample with these options."""
    plan = rebalance(SAMPLE, 5000, min_trade=100, method="exact", **options)
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(plan))


def words(page: Page, text: str) -> None:
    expect(page.get_by_text(re.compile("^Targets: "))).to_have_text(text)


def test_two_edits_in_a_row_both_hold(page, table):
    """Each tick reaches the plan, the panel stays open, and other weights take no tick away."""
    tick(page, table, 2, "Frozen")
    words(page, "Targets: equal weights, 1 frozen.")
    plan_is(page, frozen=("VCR",))
    tick(page, table, 5, "Frozen")
    words(page, "Targets: equal weights, 2 frozen.")
    plan_is(page, frozen=("VCR", "VIS"))
    page.get_by_role("button", name="From current weights").click()
    words(page, "Targets: your weights, 2 frozen.")
    plan_is(page, frozen=("VCR", "VIS"), targets=Targets.current(SAMPLE))
    page.get_by_role("button", name="Equal weights").click()
    words(page, "Targets: equal weights, 2 frozen.")
    plan_is(page, frozen=("VCR", "VIS"))
    expect(table).to_have_count(1)
    expect(table).to_be_visible()


def test_an_asset_that_is_not_held_is_added(page, table):
    """A row of one's own with symbol, weight and price becomes a target that is bought; until it fits it is said."""
    write(page, table, 0, "Weight %", "5")
    expect(page.get_by_text("The weights sum to 95 %: 5 % to give.")).to_be_visible()
    table.click(position={"x": 70, "y": ROW * (len(SAMPLE) + 1.5)})
    write(page, table, len(SAMPLE), "Symbol", "BND")
    write(page, table, len(SAMPLE), "Weight %", "5")
    expect(page.get_by_text("The weights sum to 100 %.")).to_be_visible()
    write(page, table, len(SAMPLE), "Price", "72.5")
    weights = {position.symbol: 10 for position in SAMPLE} | {"FTEC": 5, "BND": 5}
    words(page, "Targets: your weights.")
    plan_is(page, targets=weights, prices={"BND": "72.5"})
    expect(page.locator(".pbal-table tbody tr").last).to_contain_text("BND")
    expect(table).to_have_count(1)
    expect(table).to_be_visible()
