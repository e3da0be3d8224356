"""How many things somebody has to do: counted in a real browser, since every one of them is a place to give up.

An action is one thing done on purpose: a file dropped, a button pressed, a number typed and left by Enter.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from pbal_core import Targets, rebalance
from pbal_core.readers import read_positions
from pbal_core.views.summary import sentence
from tests.browser.driver import opened

pytestmark = pytest.mark.browser

FIDELITY = """Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value,Cost Basis Total
Z1,Own,SPAXX**,HELD IN MONEY MARKET,,,$3512.40,
Z1,Own,VTI,VANGUARD TOTAL STOCK MARKET ETF,150,$305.00,$45750.00,$30000.00
Z1,Own,VXUS,VANGUARD TOTAL INTERNATIONAL STOCK ETF,210,$70.00,$14700.00,$13000.00
Z1,Own,BND,VANGUARD TOTAL BOND MARKET ETF,160,$74.00,$11840.00,$12500.00

"Date downloaded Apr-01-2026 at 9:12 a.m ET"
"""
NEXT = FIDELITY.replace("$3512.40", "$6000.00").replace("150,$305.00,$45750.00", "151,$310.00,$46810.00")
WANTED = Targets({"VTI": 60, "VXUS": 30, "BND": 10})


class Hand:
    """Does things on a page and counts them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def drop(self, **files: str) -> None:
        payload: list[FilePayload] = [
            {"name": name.replace("__", "."), "mimeType": "text/csv", "buffer": text.encode()}
            for name, text in files.items()
        ]
        self.page.locator(".st-key-upload input[type=file]").set_input_files(payload)
        self.actions += 1

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()
        self.actions += 1

    def type(self, label: str, text: str) -> None:
        box = self.page.get_by_label(label)
        box.fill(text)
        box.press("Enter")
        self.actions += 1


def trades_are(page: Page, text: str, cash: str) -> None:
    plan = rebalance(read_positions(text.encode()).portfolio, cash, min_trade=100, method="exact", targets=WANTED)
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(plan))


def test_the_first_plan_takes_eight_actions_and_the_next_one_three(page: Page, address: str, tmp_path: Path) -> None:
    """From an empty page to the trades of 60/30/10 with a Fidelity file; then, with the session, a quarter later."""
    hand = Hand(opened(page, address))
    hand.drop(fidelity__csv=FIDELITY)
    for symbol, weight in (("VTI", "60"), ("VXUS", "30"), ("BND", "10")):
        hand.type(f"Target of {symbol} in percent", weight)
    hand.press("Invest $3,512.40")
    trades_are(page, FIDELITY, "3512.40")
    with page.expect_download() as started:
        hand.press("Save session")
    saved = tmp_path / "mine.pbal.json"
    started.value.save_as(saved)
    assert started.value.suggested_filename == "fidelity.csv.pbal.json"
    print(f"first plan, saved: {hand.actions} actions")
    assert hand.actions <= 8
    assert json.loads(saved.read_text(encoding="utf-8"))["kind"] == "pbal-session"
    later = Hand(opened(page, address))
    later.drop(mine__pbal__json=saved.read_text(encoding="utf-8"), fidelity__csv=NEXT)
    later.press("Invest $6,000.00")
    trades_are(page, NEXT, "6000")
    print(f"next quarter: {later.actions} actions")
    assert later.actions <= 3
