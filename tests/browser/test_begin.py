"""How somebody begins, and what is not lost: paste, type, undo; and what the page says when the server is away."""

from __future__ import annotations

import os
import re
import signal

import pytest
from playwright.sync_api import Browser, Page, expect

from pbal_core import read_positions, rebalance
from pbal_core.readers.mapping import ColumnMapping
from pbal_core.views.saved import SavedPortfolio, Session
from pbal_core.views.session import dumps
from pbal_core.views.summary import sentence
from tests.browser.driver import SLOW, opened, serious, settled, upload
from tests.browser.server import ROOT, serve
from tests.build import portfolio

pytestmark = pytest.mark.browser

HEADER = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
OWN = HEADER + "VTI,1000,250,0\nBND,500,75,-20\n"
HIS = SavedPortfolio(name="His", portfolio=portfolio("VTI 1000 @ 250; BND 500 @ 75"))
HERS = SavedPortfolio(name="Hers", portfolio=portfolio("GLD 4000 @ 200"))
CELLS = "Symbol\tShares\tPrice\nVTI\t4\t250\nBND\t10\t75\n"


def says(page: Page, data: bytes, cash: int = 5000) -> None:
    """Waits until the page says the plan of a file."""
    mapping = ColumnMapping(symbol="Symbol", quantity="Shares", price="Price")
    portfolio = read_positions(data, mapping=mapping).portfolio
    plan = rebalance(portfolio, cash, min_trade=100, method="exact")
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(plan))


def test_cells_are_pasted(page: Page, address: str) -> None:
    """From a spreadsheet into the box; the names of the columns say what they are."""
    opened(page, address)
    page.get_by_role("button", name="Paste").click()
    page.get_by_label("Paste cells").fill(CELLS)
    page.get_by_role("button", name="Read the cells").click()
    says(page, CELLS.encode())
    expect(page.get_by_text("pasted cells")).to_be_visible()


def test_rows_are_typed_by_the_keyboard_alone(page: Page, address: str) -> None:
    """Enter goes from cell to cell and adds a row at the end; the first key counts. A price is corrected likewise."""
    opened(page, address)
    page.get_by_role("button", name="Type", exact=True).press("Enter")
    first = page.get_by_label("Symbol in row 1")
    first.focus()
    for text in ("VTI", "4", "250", "BND", "10", "75", "GLD", "0", "400", "VXUS", "0", "62.5"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    expect(page.get_by_label("Symbol in row 5")).to_be_focused()
    use = page.get_by_role("button", name="Use these positions")
    use.press("Enter")
    rows = "Symbol\tShares\tPrice\nVTI\t4\t250\nBND\t10\t75\nGLD\t0\t400\nVXUS\t0\t62.5\n"
    says(page, rows.encode())
    page.get_by_role("button", name="Change positions").press("Enter")
    page.get_by_role("button", name="Type", exact=True).press("Enter")
    price = page.get_by_label("Price in row 2")
    expect(price).to_have_value("75")
    price.fill("80")
    use.press("Enter")
    says(page, rows.replace("75", "80").encode())


@pytest.mark.parametrize("latency", [0, 250])
def test_back_at_once_is_back(page: Page, address: str, latency: int) -> None:
    """However soon after a change, and however slow the line: what was undone stays so, and Redo brings it again."""
    if latency:
        page.add_init_script(SLOW.replace("LATENCY", str(latency)))
    opened(page, address)
    settled(page)
    box = page.get_by_label("Cash", exact=True)
    for pause in (100, 600, 1500):
        box.fill("750")
        box.press("Enter")
        expect(page).to_have_url(re.compile("cash=750"))
        page.wait_for_timeout(pause)
        page.go_back()
        expect(box).to_have_value("$5,000.00")
        settled(page)
        page.wait_for_timeout(300)
        expect(box).to_have_value("$5,000.00")
    page.get_by_role("button", name="Redo").click()
    expect(box).to_have_value("$750.00")
    page.locator(".pbal-sentence").focus()
    page.keyboard.press("Control+z")
    expect(box).to_have_value("$5,000.00")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_no_press_of_undo_is_lost(page: Page, address: str) -> None:
    """On a slow line: pressed before the change has its answer, or twice before the first step has one."""
    page.add_init_script(SLOW.replace("LATENCY", "250"))
    opened(page, address)
    settled(page)
    box = page.get_by_label("Cash", exact=True)
    undo, redo = (page.get_by_role("button", name=name) for name in ("Undo", "Redo"))
    box.fill("750")
    box.press("Enter")
    undo.dispatch_event("click")  # there is nothing to undo yet
    expect(box).to_have_value("$5,000.00")
    expect(redo).to_be_enabled()
    expect(undo).to_be_disabled()
    for amount in ("600", "700"):
        box.fill(amount)
        box.press("Enter")
        settled(page)
        expect(page).to_have_url(re.compile(f"cash={amount}"))
    undo.dispatch_event("click")
    undo.dispatch_event("click")
    undo.dispatch_event("click")  # one more than there are: it must not leave the page
    expect(box).to_have_value("$5,000.00")
    expect(undo).to_be_disabled()
    target = page.get_by_label("Target of VCR in percent")
    target.fill("10")
    page.get_by_role("button", name="As held").click()
    page.keyboard.press("Control+z")
    expect(target).not_to_have_value("10")
    expect(target).to_have_value("10")


def test_undo_goes_over_files(page: Page, address: str) -> None:
    """Removing a portfolio is undone, and loading it too."""
    opened(page, address)
    upload(page, OWN)
    first = page.locator(".pbal-table tbody th").first
    expect(first).to_have_text("VTI")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Undo").click()  # before the answer: it is about the removal all the same
    expect(page.get_by_role("button", name="Redo")).to_have_attribute("aria-disabled", "false")
    expect(first).to_have_text("VTI")
    page.get_by_role("button", name="Undo").click()
    expect(first).to_have_text("FTEC")
    expect(page.get_by_text("This is a sample portfolio")).to_be_visible()


def test_a_server_that_is_slow_or_away_is_said(browser: Browser) -> None:
    """The page says so while it lasts; when another server answers, that the positions are gone."""
    with serve(ROOT / "streamlit_app.py") as (url, pid):
        port = int(url.rpartition(":")[2])
        with browser.new_context(viewport={"width": 1280, "height": 720}) as context:
            page = opened(context.new_page(), url)
            upload(page, OWN)
            settled(page)
            os.kill(pid, signal.SIGSTOP)
            page.get_by_label("Cash", exact=True).fill("800")
            page.get_by_label("Cash", exact=True).press("Enter")
            expect(page.get_by_text("Still waiting for the server")).to_be_visible()
            os.kill(pid, signal.SIGCONT)
            expect(page.get_by_text("Still waiting for the server")).to_be_hidden()
            expect(page).to_have_url(re.compile("cash=800"))
            os.kill(pid, signal.SIGTERM)
            expect(page.get_by_text("No connection to the server")).to_be_visible(timeout=20_000)
            with serve(ROOT / "streamlit_app.py", port=port):
                expect(page.get_by_text("A link never holds them")).to_be_visible(timeout=60_000)
                expect(page.get_by_text("No connection to the server")).to_be_hidden()
                expect(page.locator(".pbal-table tbody th").first).to_have_text("FTEC")
                box = page.get_by_label("Cash", exact=True)
                box.fill("750")
                box.press("Enter")
                expect(page).to_have_url(re.compile("cash=750"))


@pytest.mark.parametrize("latency", [0, 250])
def test_portfolios_of_a_session_are_chosen_on_a_phone(browser: Browser, address: str, latency: int) -> None:
    """By the keyboard; each has its own trades, Undo goes back to the one before, and axe finds nothing serious."""
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        if latency:
            page.add_init_script(SLOW.replace("LATENCY", str(latency)))
        opened(page, address)
        upload(page, dumps(Session(portfolios=(HIS, HERS))), "ours.pbal.json")
        rows, box = page.locator(".pbal-table tbody th"), page.get_by_role("combobox", name="Portfolio")
        expect(rows).to_have_text(["VTI", "BND"])
        settled(page)
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        box.focus()
        page.keyboard.press("ArrowDown")
        page.get_by_role("option", name="2. Hers").wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(rows).to_have_text(["GLD"])
        page.get_by_role("button", name="Undo").click()
        expect(rows).to_have_text(["VTI", "BND"])
        expect(box).to_have_value("1. His")
