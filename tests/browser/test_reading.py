"""A file that the page cannot read by itself: somebody says what its numbers and columns are."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from pbal_core import read_positions, rebalance
from pbal_core.readers.mapping import ColumnMapping
from pbal_core.views.summary import sentence
from tests.browser.driver import opened, upload

pytestmark = pytest.mark.browser

OWN = "Ticker;Units;Last price\nVTI;10;2.500\nBND;20;1.440\n"


def says(page: Page, mapping: ColumnMapping, data: str) -> None:
    """Waits until the page says the plan of a file that is read by a mapping."""
    portfolio = read_positions(data.encode(), mapping=mapping).portfolio
    plan = rebalance(portfolio, 5000, min_trade=100, method="exact")
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(plan))


def test_one_press_says_which_of_two_amounts_is_meant(page: Page, address: str) -> None:
    """``2.500`` is two and a half, or two thousand five hundred: both are buttons, and nothing is read before."""
    opened(page, address)
    before = page.locator(".pbal-sentence").inner_text()
    upload(page, OWN)
    expect(page.get_by_text("What is 2.500?")).to_be_visible()
    expect(page.locator(".pbal-sentence")).to_have_text(before)
    expect(page.get_by_role("button", name="2.5", exact=True)).to_be_enabled()
    page.get_by_role("button", name="2,500", exact=True).click()
    says(page, ColumnMapping(symbol="Ticker", quantity="Units", price="Last price", decimal=","), OWN)


def test_a_column_without_a_name_is_mapped(page: Page, address: str) -> None:
    """The lists offer every column that holds something, by its place where it has no name."""
    data = "Papier,,Kurs\nVTI,10,250.00\nBND,20,75.00\n"
    opened(page, address)
    upload(page, data)
    for label, column in (("Symbol", "Papier"), ("Shares held", "column 2"), ("Price of one share", "Kurs")):
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=column, exact=True).click()
    page.get_by_role("button", name="Use these columns").click()
    says(page, ColumnMapping(symbol="Papier", quantity="column 2", price="Kurs"), data)
