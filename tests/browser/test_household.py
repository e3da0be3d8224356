"""A household in a real browser: files dropped, cash dragged account by account, shown by fund, and taken away."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Locator, Page, ViewportSize, expect

from pbal_core import Targets
from pbal_core.dashboard import households
from pbal_core.dashboard.loaded import Current, read_batch
from pbal_core.planning.household import rebalance_household
from pbal_core.policy.policy import Policy
from pbal_core.views.household import sentence
from tests.browser.driver import opened, settled

pytestmark = pytest.mark.browser

FIDELITY = (
    "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,"
    "Today's Gain/Loss Dollar,Today's Gain/Loss Percent,Total Gain/Loss Dollar,Total Gain/Loss Percent,"
    "Percent Of Account,Cost Basis Total,Average Cost Basis,Type\r\n"
    "Z31074321,Individual,VTI,TOTAL STOCK,100,$250.00,$0.10,$25000.00,,,,,100%,,,Cash,\r\n"
    "Z31074321,Individual,VXUS,INTERNATIONAL,150,$62.50,$0.10,$9375.00,,,,,100%,,,Cash,\r\n"
    "Z31074321,Individual,SPAXX**,HELD IN MONEY MARKET,,,,$3512.40,,,,,,,,Cash,\r\n"
    "Z31078765,Rollover IRA,BND,TOTAL BOND,200,$72.50,$0.10,$14500.00,,,,,100%,,,Cash,\r\n"
    "Z31078765,Rollover IRA,VTI,TOTAL STOCK,20,$250.00,$0.10,$5000.00,,,,,100%,,,Cash,\r\n"
    "Z31078765,Rollover IRA,SPAXX**,HELD IN MONEY MARKET,,,,$6500.00,,,,,,,,Cash,\r\n"
    "\r\n"
    '"Date downloaded Nov-20-2026 4:10 p.m ET"\r\n'
)
VANGUARD = (
    "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,\n"
    "99992222,TOTAL STOCK,VTI,40,248.00,9920.00,\n99992222,REIT,VNQ,60,90.00,5400.00,\n"
)
CLASSES = """
[targets]
"International stocks" = 20
"Stocks of the US" = 55
BND = 20
VNQ = 5
[groups]
"International stocks" = ["VXUS"]
"Stocks of the US" = ["VTI"]
[accounts.Individual]
number = "4321"
[accounts."Rollover IRA"]
number = "8765"
[accounts."Vanguard 2222"]
number = "2222"
"""
FILES = {"fidelity.csv": FIDELITY, "vanguard.csv": VANGUARD}
PHONE = ViewportSize(width=390, height=844)
WIDE = """() => [document.documentElement, ...document.querySelectorAll(".pbal-scroll")]
    .map((found) => found.scrollWidth - found.clientWidth)"""
CUT = """() => [...document.querySelectorAll(".pbal-table :is(td, th)")]
    .filter((cell) => cell.offsetParent && cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.textContent)"""


def planned(cash: dict[str, str], policy: Policy | None = None) -> str:
    """What the page has to say for other cash in some accounts."""
    current = read_batch([(name, text.encode()) for name, text in FILES.items()], every_account=True)
    assert isinstance(current, Current)
    household = households.with_cash(households.begin(current), {name: Decimal(text) for name, text in cash.items()})
    made = households.assembled(household, policy or Policy(), current)
    targets = households.targets_for(policy or Policy(), current)
    return sentence(rebalance_household(made.household, targets, made.cash, min_trade=100))


def says(page: Page, words: str) -> None:
    """Waits until the household alone is on the page, and says this."""
    expect(page.locator(".pbal:not(.pbal-household)")).to_have_count(0)
    expect(page.locator(".pbal-household .pbal-sentence")).to_have_text(words)
    settled(page)


def press_and_drag(page: Page, slider: Locator, begin: float, end: float) -> None:
    """Takes a slider at one part of its length to another and holds it, once the plans along it are there."""
    slider.hover()
    page.locator(".pbal-control[data-whole]").filter(has=slider).wait_for()
    settled(page)
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + begin * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], box["y"] + box["height"] / 2, steps=5)


@pytest.fixture
def household(page: Page, address: str) -> Page:
    """The page with two files, whose three accounts are planned each by itself."""
    opened(page, address)
    payload: list[FilePayload] = [
        {"name": name, "mimeType": "text/csv", "buffer": text.encode()} for name, text in FILES.items()
    ]
    page.locator(".st-key-upload input[type=file]").set_input_files(payload)
    page.get_by_role("button", name="Plan each account").click()
    says(page, planned({}))
    return page


def test_the_cash_of_one_account_is_live_and_all_are_planned_when_it_is_let_go(household: Page) -> None:
    """While it moves, the trades of the other accounts stay; by key, by pointer and by the box."""
    page = household
    slider = page.get_by_label("Slider of the cash of Individual")
    other = page.locator(".pbal-by-account tbody").nth(1)
    before = other.inner_text()
    press_and_drag(page, slider, 0.6, 0.7)
    dragged = page.get_by_label("Cash of Individual", exact=True).input_value()
    expect(page.locator(".pbal-by-account tbody").first.locator("tr").last).to_contain_text(dragged)
    assert not page.locator(".pbal-household[data-busy]").count()
    assert other.inner_text() == before
    page.mouse.up()
    amount = dragged.replace("$", "").replace(",", "")
    says(page, planned({"Individual": amount}))
    press_and_drag(page, page.get_by_label("Slider of the minimum trade"), 0.5, 0.995)
    expect(page.locator(".pbal-household .pbal-sentence")).to_contain_text("Nothing to trade in any account.")
    assert not page.locator(".pbal-household[data-busy]").count()
    expect(page.locator(".pbal-by-account tbody").nth(1).locator("tr").first).to_contain_text("No trades")
    page.mouse.up()
    expect(page.get_by_label("Minimum trade", exact=True)).to_have_value("$7,000.00")
    settled(page)
    page.get_by_role("button", name="Undo").click()
    says(page, planned({"Individual": amount}))
    page.get_by_label("Cash of Rollover IRA", exact=True).fill("-1,000.50")
    page.keyboard.press("Enter")
    says(page, planned({"Individual": amount, "Rollover IRA": "-1000.50"}))
    page.get_by_label("Cash of Rollover IRA", exact=True).fill("many")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text='"many" is not a number')).to_be_visible()
    page.get_by_label("Cash of Rollover IRA", exact=True).fill("-90000")
    page.keyboard.press("Enter")
    expect(page.locator(".pbal-sentence")).to_contain_text("No plan. Rollover IRA: ")
    page.get_by_role("button", name="Undo").click()
    says(page, planned({"Individual": amount, "Rollover IRA": "-1000.50"}))
    page.get_by_text("Accounts: names, taxes").click()
    page.get_by_role("button", name="Add the accounts up").click()
    expect(page.locator(".pbal-household")).to_have_count(0)
    expect(page.locator(".pbal-table").get_by_label("Target of VTI in percent")).to_be_visible()
    settled(page)


def test_a_household_by_fund_with_targets_files_and_on_a_phone(household: Page) -> None:
    """Nothing is cut, nothing is hidden from a screen reader, and each account's trades are a file of their own."""
    page = household
    expect(page.locator(".pbal-weights").get_by_label("Target of VTI in percent")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="By fund").click()
    rows = page.locator(".pbal-by-fund tbody tr")
    expect(rows.first.get_by_label("Target of VTI in percent")).to_have_value("25")
    expect(rows.filter(has_text="BND").locator(".pbal-col-trade")).to_contain_text("in Rollover IRA")
    for symbol, target in (("VTI", "55"), ("VXUS", "20"), ("BND", "20"), ("VNQ", "5")):
        page.get_by_label(f"Target of {symbol} in percent").fill(target)
    page.keyboard.press("Enter")
    says(page, planned({}, Policy(targets=Targets({"VTI": 55, "VXUS": 20, "BND": 20, "VNQ": 5}))))
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as trades:
        page.get_by_role("button", name="Trades in Individual (CSV)").click()
    assert trades.value.suggested_filename == "trades-Individual.csv"
    assert trades.value.path().read_text().startswith("Action,Quantity,Symbol,")
    with page.expect_download() as whole:
        page.get_by_role("button", name="All accounts (JSON)").click()
    document: Any = json.loads(whole.value.path().read_text())
    assert [account["name"] for account in document["accounts"]] == ["Individual", "Rollover IRA", "Vanguard 2222"]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Change positions").click()
    classes = FilePayload(name="home.toml", mimeType="application/toml", buffer=CLASSES.encode())
    page.locator(".st-key-added input[type=file]").set_input_files(classes)
    expect(page.locator(".pbal-by-fund .pbal-class th")).to_have_text(["International stocks", "Stocks of the US"])
    expect(page.locator(".pbal-by-fund tbody th")).to_have_text(
        ["International stocks", "VXUS", "Stocks of the US", "VTI", "BND", "VNQ"]
    )
    expect(page.locator(".pbal-class").first).to_contain_text("20.0 %")
    settled(page)
    page.set_viewport_size(PHONE)
    for shown in ("By account", "By fund"):
        page.get_by_role("button", name=shown).click()
        settled(page)
        assert max(page.evaluate(WIDE)) <= 0
        assert page.evaluate(CUT) == []
    assert "4321" not in page.url
    assert "Individual" not in page.url
