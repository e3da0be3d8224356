"""The printed page, as a browser prints it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page

from pbal_core import read_positions, rebalance
from pbal_core.sample import sample_bytes
from pbal_core.views.printout import plan_html

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "options", [{"min_trade": 100}, {"method": "exact", "strategy": "hard_rebalance", "fractional": {"VSMAX": "0.001"}}]
)
def test_the_printed_page_is_one_page(page: Page, options: dict[str, Any]) -> None:
    """Ten positions fit on one sheet, also when all of them trade, and no number or trade is broken over two lines."""
    plan = rebalance(read_positions(sample_bytes()).portfolio, 5000, **options)
    page.set_content(plan_html(plan, name="positions.csv", day=date(2026, 1, 31)))
    for paper in ("A4", "Letter"):
        assert re.findall(rb"/Count (\d+)", page.pdf(format=paper)) == [b"1"], paper
    page.emulate_media(media="print")
    lines = """cells => cells.map(cell => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return range.getClientRects().length;
    })"""
    assert set(page.locator("td:not(.reason):not(:empty)").evaluate_all(lines)) == {1}
