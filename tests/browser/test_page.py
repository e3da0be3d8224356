"""The whole page in a real browser: upload, drag, read, download, share; and what must never happen."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from pbal_core import Portfolio, read_positions, rebalance
from pbal_core.sample import sample_bytes
from pbal_core.views.summary import sentence
from pbal_core.views.trades import DASH
from tests.browser.driver import SLOW, looks, opened, serious, settled, upload
from tests.browser.server import ROOT

pytestmark = pytest.mark.browser

HEADER = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
OWN = HEADER + "VTI,1000,250,0\nBND,500,75,-20\nVXUS,800,62.5,\n"


def portfolio_of(text: str) -> Portfolio:
    return read_positions(text.encode()).portfolio


def headline(page: Page, cash: Any, text: str = OWN, **options: Any) -> str:
    """Waits until the page says what Python says."""
    plan = rebalance(portfolio_of(text), cash, **{"min_trade": 100, "method": "exact", **options})
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(plan))
    return sentence(plan)


def test_upload_change_cash_read_the_table_download(page: Page, address: str, tmp_path: Path) -> None:
    """The way of a user, end to end: what she downloads is the plan that she saw."""
    opened(page, address)
    upload(page, OWN)
    headline(page, 5000)
    box = page.get_by_label("Cash", exact=True)
    box.fill("1234.56")
    box.press("Enter")
    headline(page, "1234.56")
    expect(page).to_have_url(re.compile("cash=1234.56"))
    assert "VTI" not in page.url
    plan = rebalance(portfolio_of(OWN), "1234.56", min_trade=100, method="exact")
    page.get_by_role("button", name=re.compile("Download")).click()
    with page.expect_download() as started:
        page.get_by_role("button", name="Trades (CSV)").click()
    saved = tmp_path / "trades.csv"
    started.value.save_as(saved)
    rows = list(csv.DictReader(io.StringIO(saved.read_text(encoding="utf-8"))))
    assert [(r["Action"], int(r["Quantity"]), r["Symbol"]) for r in rows] == [
        (t.side, t.quantity, t.symbol) for t in plan.trades
    ]
    assert sum(Decimal(r["Value"]) for r in rows) == plan.cost


def test_strategy_and_rounding_follow(page: Page, address: str) -> None:
    """Choosing another strategy or rounding changes the plan and the address."""
    opened(page, address)
    upload(page, OWN)
    headline(page, 5000)
    page.get_by_text("Hard rebalance", exact=True).click()
    headline(page, 5000, strategy="hard_rebalance")
    page.get_by_text("nearest (classic)", exact=True).click()
    headline(page, 5000, strategy="hard_rebalance", method="classic")
    expect(page).to_have_url(re.compile("method=classic"))


def test_another_strategy_is_pending_until_its_plan_is_here(page: Page, address: str) -> None:
    """On a slow line: the plan before is dimmed and not called settled, and a choice taken back is none."""
    page.add_init_script(SLOW.replace("LATENCY", "400"))
    opened(page, f"{address}/?strategy=try_avoid_sell")
    settled(page)
    before = page.locator(".pbal-sentence").inner_text()
    page.get_by_text("Hard rebalance", exact=True).click()
    view = page.locator(".pbal[data-choosing]")
    expect(view).to_have_attribute("data-state", "waiting")
    page.wait_for_timeout(250)  # longer than drawing takes; the answer takes 800 ms
    expect(view).to_have_attribute("data-state", "waiting")
    assert page.locator(".pbal-panels").evaluate("(panels) => getComputedStyle(panels).opacity") == "0.55"
    assert page.locator(".pbal-sentence").inner_text() == before
    settled(page)
    expect(view).to_have_count(0)
    assert page.locator(".pbal-sentence").inner_text() != before
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".pbal-sentence")).to_have_text(before)
    settled(page)


def test_what_two_controls_send_at_once_is_all_planned(browser: Browser, address: str) -> None:
    """Cash and a constraint in one message, which runs the plan's fragment alone: the plan knows both of them."""
    page = browser.new_page()  # Streamlit warns of such a message
    opened(page, address)
    upload(page, OWN)
    settled(page)
    page.get_by_text("Change constraints").click()
    fee = page.get_by_role("textbox", name="Fee per trade")
    fee.fill("250")
    cash = page.get_by_label("Cash", exact=True).element_handle()
    fee.evaluate(
        """(fee, cash) => {
          cash.value = "4000";
          cash.dispatchEvent(new Event("change"));
          setTimeout(() => fee.blur());
        }""",
        cash,
    )
    headline(page, 4000, fee_per_trade="250")
    expect(page.get_by_text("Constraints: ").first).to_contain_text("$250.00")
    page.close()


def test_fit_to_cash_is_the_way_out_of_an_overspend(page: Page, address: str) -> None:
    """Where a classic plan overspends there is a button beside the warning; the exact plan is proven and has none."""
    opened(page, f"{address}/?method=classic")
    fit = page.get_by_role("button", name="Fit to cash")
    fit.click()
    sample = read_positions(sample_bytes()).portfolio
    expect(page.locator(".pbal-sentence")).to_have_text(
        sentence(rebalance(sample, 5000, method="exact", min_trade=100))
    )
    expect(fit).to_be_hidden()
    assert page.evaluate("document.activeElement.classList.contains('pbal-sentence')"), "the keyboard stays there"
    expect(page.get_by_text("Optimal: under these rules no plan is better")).to_be_visible()
    expect(page.get_by_role("radio", name="fit to cash (exact)")).to_be_checked()
    expect(page).to_have_url(re.compile("method=exact"))


@pytest.mark.parametrize("query", ["cash=-200000&method=exact", "cash=-200000", "cash=0&strategy=hard_rebalance"])
def test_fit_to_cash_is_not_offered_where_it_does_nothing(page: Page, address: str, query: str) -> None:
    """Neither where there is no plan, nor where the sales cannot raise the cash, nor where nothing is overspent."""
    opened(page, f"{address}/?{query}")
    settled(page)
    expect(page.get_by_role("button", name="Fit to cash")).to_be_hidden()
    if "exact" in query:
        expect(page.locator(".pbal-sentence")).to_contain_text("No plan")
        values = page.locator(".pbal-numbers dd:not([hidden])").all_inner_texts()
        assert set(values) == {DASH}
        expect(page.locator("[data-sum=cash] td").first).to_have_text("-$200,000.00")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_rest_is_invested_at_a_press(page: Page, address: str, width: int) -> None:
    """The button is beside the sentence that says what stays; the plan and the link follow, and Undo takes it back."""
    page.set_viewport_size({"width": width, "height": 720})
    opened(page, f"{address}/?cash=540&min_trade=0&method=exact")
    dear = HEADER + "VOO,5500,550,0\nF,6000,11,0\n"
    upload(page, dear)
    headline(page, 540, dear, min_trade=0)
    why = page.get_by_text("costs $550.00")
    invest = page.get_by_role("button", name="Invest the rest")
    expect(invest).to_be_visible()
    above, below = why.bounding_box(), invest.bounding_box()
    assert above
    assert below
    assert below["y"] - above["y"] - above["height"] < 24, "nothing is between them"
    invest.click()
    headline(page, 540, dear, min_trade=0, leftover="invest")
    expect(page).to_have_url(re.compile("leftover=invest"))
    expect(page.get_by_text("cash that is left is invested past the targets")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Undo").click()
    headline(page, 540, dear, min_trade=0)
    expect(invest).to_be_visible()
    page.get_by_role("button", name="Redo").click()
    headline(page, 540, dear, min_trade=0, leftover="invest")
    page.get_by_role("button", name="Keep the rest in cash").click()
    headline(page, 540, dear, min_trade=0)
    expect(page).not_to_have_url(re.compile("leftover"))


def test_an_address_is_shared_and_tabs_are_apart(page: Page, address: str, browser: Browser) -> None:
    """A reload and another browser bring the settings back; nobody sees the other's portfolio or cash."""
    opened(page, f"{address}/?cash=-750&min_trade=50")
    expect(page.get_by_label("Cash", exact=True)).to_have_value(re.compile("750"))
    upload(page, OWN)
    headline(page, -750, min_trade=50, method="classic")
    with browser.new_context() as elsewhere:
        other = opened(elsewhere.new_page(), page.url)
        expect(other.get_by_label("Cash", exact=True)).to_have_value(re.compile("750"))
        expect(other.locator(".pbal-table tbody tr").first).to_contain_text("FTEC")
        box = other.get_by_label("Cash", exact=True)
        box.fill("2000")
        box.press("Enter")
        expect(other).to_have_url(re.compile("cash=2000"))
        expect(other.get_by_text("A link never holds them")).to_be_visible()
    headline(page, -750, min_trade=50, method="classic")
    page.reload()
    expect(page.get_by_label("Cash", exact=True)).to_have_value(re.compile("750"))
    expect(page.get_by_text("A link never holds them")).to_be_visible()


def test_back_undoes_a_change_and_then_leaves(page: Page, address: str) -> None:
    """Each change is one step of the browser's history; a page on which nothing was changed is none."""
    before = f"{address}/_stcore/health"
    page.goto(before)
    opened(page, address)
    box = page.get_by_label("Cash", exact=True)
    for cash in ("750", "1500"):
        box.fill(cash)
        box.press("Enter")
        expect(page).to_have_url(re.compile(f"cash={cash}&"))
        settled(page)
    page.get_by_text("Hard rebalance", exact=True).click()
    expect(page).to_have_url(re.compile("strategy=hard_rebalance"))
    page.go_back()
    expect(page.get_by_role("radio", name="Avoid selling")).to_be_checked()
    expect(box).to_have_value("$1,500.00")
    page.go_back()
    expect(box).to_have_value("$750.00")
    page.go_forward()
    expect(box).to_have_value("$1,500.00")
    page.go_back()
    expect(box).to_have_value("$750.00")
    page.go_back()
    expect(box).to_have_value("$5,000.00")
    assert page.url == f"{address}/"
    page.go_back()
    expect(page).to_have_url(before)


HOSTILE = {
    "script": "<script>document.title='owned'</script>",
    "image": "![x](https://beacon.invalid/pixel.png)",
    "html": "<img src=https://beacon.invalid/pixel.png onerror=alert(1)>",
    "formula": '=HYPERLINK("https://beacon.invalid")',
    "right to left": "\u202eITV",
    "directive": ":material/home: $x^2$ :red[a]",
}


def test_hostile_text_does_nothing(page: Page, address: str) -> None:
    """In a symbol, in a column's name and in the file's name: it is reported, and the page stays usable."""
    opened(page, address)
    for text in HOSTILE.values():
        quoted = '"' + text.replace('"', '""') + '"'
        upload(page, f"{HEADER}{quoted},1000,10,0\n", name=f"{text.replace('/', '')}.csv")
        expect(page.get_by_text("was not loaded")).to_be_visible()
        expect(page.locator(".pbal-table tbody tr").first).to_contain_text("FTEC")
        upload(page, f"{quoted},b,c,d\n1,2,3,4\n")
        expect(page.get_by_text("was not loaded")).to_be_visible()
        assert page.title() == "Portfolio Balancer"
    upload(page, OWN)
    headline(page, 5000)


def test_a_file_is_called_by_its_name(page: Page, address: str) -> None:
    """Markdown takes nothing away from a name: neither underscores nor a number with a point in front."""
    opened(page, address)
    upload(page, OWN, name="_own_ 1. a__b__c.csv")
    upload(page, HEADER, name="_none_.csv")
    expect(page.get_by_text(re.compile(r"upload\d+ _none_\.csv was not loaded"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"still shows: upload\d+ _own_ 1\. a__b__c\.csv\.$"))).to_be_visible()


def test_ten_thousand_rows(page: Page, address: str) -> None:
    """The largest file is read, planned and shown, and the next one too."""
    opened(page, address)
    rows = "".join(f"S{i:05},{1000 + i},{10 + i % 90},0\n" for i in range(10_000))
    upload(page, HEADER + rows)
    expect(page.locator(".pbal-table tbody tr").first).to_contain_text("S0", timeout=90_000)
    upload(page, OWN)
    headline(page, 5000)


def test_accessible(page: Page, address: str) -> None:
    """Axe finds nothing serious, in both themes, on a desk and on a phone."""
    opened(page, address)
    for look in looks(page, 1280, 360):
        assert serious(page) == [], look
    page.get_by_role("button", name="How it works").click()
    expect(page.get_by_role("dialog")).to_contain_text("does not give financial advice.")
    for look in looks(page, 360, 1280):
        assert serious(page) == [], look


def test_how_it_works_is_read_at_once(page: Page, address: str) -> None:
    """At 1280 x 720 the last line of the explanation needs no scrolling."""
    opened(page, address)
    page.get_by_role("button", name="How it works").click()
    box = page.get_by_text("Careful.").bounding_box()
    assert box
    assert box["y"] + 80 <= 720
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


MOVING = """() => [...document.querySelectorAll(".pbal, .pbal *")].filter((element) =>
    ["", "::before", "::after"].some((part) => {
      const { transitionDuration, transitionDelay, animationName } = getComputedStyle(element, part);
      return transitionDuration !== "0s" || transitionDelay !== "0s" || animationName !== "none";
    })).map((element) => element.className)"""
"""What of the view moves by itself."""


def test_a_phone_shows_everything_without_sideways_scrolling(browser: Browser, address: str) -> None:
    """At 390 and 360 pixels nothing is cut off, both ends of a slider are named, and the table is below the chart.

    Whoever asks for less motion gets none; others see a row open.
    """
    phone: ViewportSize = {"width": 390, "height": 844}
    with browser.new_context(viewport=phone, has_touch=True, is_mobile=True, reduced_motion="reduce") as context:
        page = opened(context.new_page(), address)
        settled(page)
        for width in (390, 360):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            for axis, ends in (("cash", ["-$110,000", "$110,000"]), ("min_trade", ["$0", "$12,000"])):
                low, high = page.locator(f'[data-axis="{axis}"] > .pbal-end').all()
                assert [low.inner_text(), high.inner_text()] == ends
                slider = page.locator(f'[data-axis="{axis}"] .pbal-slider').bounding_box()
                left, right = low.bounding_box(), high.bounding_box()
                assert slider
                assert left
                assert right
                assert slider["x"] - 1 <= left["x"]
                assert left["x"] + left["width"] < right["x"]
                assert right["x"] + right["width"] <= slider["x"] + slider["width"] + 1
                assert abs(left["y"] - right["y"]) < 1
        chart = page.locator(".pbal-chart").bounding_box()
        table = page.locator(".pbal-table").bounding_box()
        assert chart
        assert table
        assert table["y"] >= chart["y"] + chart["height"]
        assert page.evaluate(MOVING) == []
        page.emulate_media(reduced_motion="no-preference")
        assert "pbal-open" in page.evaluate(MOVING)


def test_the_decision_needs_no_scrolling(page: Page, address: str) -> None:
    """At 1280 x 720 the sentence, the sliders, the chart, the table and the key numbers are all in view."""
    opened(page, address)
    for part in (".pbal-sentence", "#pbal-cash-box", ".pbal-chart", ".pbal-table", ".pbal-numbers"):
        box = page.locator(part).first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 720, part


def test_readme_pictures_exist() -> None:
    """The pictures of the README are there and are no placeholders."""
    for name in ("desktop.png", "phone.png", "dark.png"):
        assert Path(ROOT / ".github" / "images" / name).stat().st_size > 10_000
