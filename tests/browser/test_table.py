"""The list of trades in a real browser: it is sorted, searched, opened, corrected and copied, and always adds up."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pbal_core import rebalance
from pbal_core.money import format_percent
from pbal_core.readers import read_positions
from pbal_core.sample import sample_bytes
from pbal_core.views.balance import balanced_after
from pbal_core.views.copying import trade_lines
from pbal_core.views.summary import sentence
from pbal_core.views.sums import sum_cells
from pbal_core.views.trades import DASH, trade_text
from tests.browser.driver import looks, near, opened, serious, settled, upload
from tests.made import made_portfolio

pytestmark = pytest.mark.browser

HEADER = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
OWN = HEADER + "VTI,10000,250,2000\nVXUS,4000,62.5,0\nBND,5000,75,-20\n"
HELD = read_positions(OWN.encode()).portfolio
MANY = HEADER + "".join(f"{p.symbol},{p.value},{p.price},{p.pnl}\n" for p in made_portfolio(60))
FUNDS = (
    "Product;Symbool/ISIN;Aantal;Slotkoers;Lokale waarde;Waarde in EUR\n"
    "<b>World</b> ![x](http://beacon.invalid/x.png);IE00B4L5Y983;10;80,00;EUR 800,00;800,00\n"
    "ALL-WORLD;IE00B3RBWM25;5;120,00;EUR 600,00;600,00\n"
)


@pytest.fixture
def mine(page: Page, address: str) -> Page:
    """The page with three funds, of which one is sold."""
    opened(page, f"{address}/?cash=-3000&method=exact&strategy=hard_rebalance&min_trade=10")
    upload(page, OWN)
    expect(page.locator("tr[data-symbol=BND]")).to_be_visible()
    settled(page)
    return page


def symbols(page: Page) -> list[str]:
    return page.locator(".pbal-table tr[data-symbol] .pbal-open").all_inner_texts()


def cents(text: str) -> int:
    plain = text.strip().replace("$", "").replace(",", "").removeprefix("fees ")
    return 0 if plain in {"", DASH} else round(100 * Decimal(plain))


def adds_up(page: Page) -> None:
    """Every column of money is what its last row says, as a reader adds it up."""
    rows = page.evaluate("""() => [...document.querySelectorAll(".pbal-table tr:is([data-symbol], [data-sum])")].map(
        (row) => [...row.cells].map((cell) => cell.innerText))""")
    for k in (1, 4, 5):
        if k != 1 and page.locator(".pbal-sentence").inner_text().startswith("No plan"):
            assert rows[-1][k] == rows[-2][k] == DASH, "where there is no plan, no total is claimed"
            continue
        column = [cents(row[k]) for row in rows]
        assert sum(column[:-1]) == column[-1], [row[k] for row in rows]
    assert rows[-1][5] in {rows[-1][1], DASH}, "everything together comes out even"


def test_the_table_adds_up_while_a_slider_moves(mine: Page) -> None:
    """In dollars, at every position: what is seen is added up by the test, and is the total that is seen."""
    mine.get_by_role("button", name="Dollars").click()
    near(mine, "Cash slider")  # all positions follow when somebody reaches for the slider
    slider = mine.get_by_label("Cash slider")
    for position in (0, 37, 99, 141, 200):
        slider.evaluate(
            """(slider, at) => { slider.dispatchEvent(new Event("pointerdown")); slider.value = at;
               slider.dispatchEvent(new Event("input", { bubbles: true })); }""",
            position,
        )
        mine.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        adds_up(mine)
    slider.dispatch_event("change")
    settled(mine)
    adds_up(mine)


def test_cash_and_total_say_what_python_says(mine: Page) -> None:
    plan = rebalance(HELD, -3000, method="exact", strategy="hard_rebalance", min_trade=10)
    for key, row in sum_cells(plan.outcome).items():
        cells = mine.locator(f"[data-sum={key}] td").all_inner_texts()
        keys = ("weight_before", "target", "shares", "traded", "weight_after")
        assert cells == [row.get(column, "") for column in keys]


def test_a_row_opens_by_tap_and_by_key(mine: Page) -> None:
    """To price, shares, gain and the reason of this trade; it says so to a screen reader, and shuts again."""
    head = mine.get_by_role("button", name="VTI", exact=True)
    expect(head).to_have_attribute("aria-expanded", "false")
    mine.locator("tr[data-symbol=VTI] td").nth(4).click()
    expect(head).to_have_attribute("aria-expanded", "true")
    plan = rebalance(HELD, -3000, method="exact", strategy="hard_rebalance", min_trade=10)
    sold = -plan.orders[0].shares
    more = mine.locator(".pbal-more")
    expect(more).to_contain_text(plan.orders[0].reason[1:])
    expect(more).to_contain_text(f"Realises about ${sold * 50:,} gain (average cost; your broker may count by lots)")
    expect(more).to_contain_text(f"40 before and {40 - sold} after")
    expect(more).to_contain_text("$250.00, the file has no date")
    head.focus()
    mine.keyboard.press("Enter")
    expect(more).to_have_count(0)
    mine.keyboard.press("Space")
    expect(more).to_have_count(1)
    box = mine.get_by_label("Cash", exact=True)
    box.fill("20000")
    box.press("Enter")
    settled(mine)
    expect(more, "the row stays open, and is about the new plan").not_to_contain_text("Realises")


def test_a_stale_price_is_corrected_in_its_row(mine: Page) -> None:
    """By the keyboard alone; what cannot be used is said beside the box; Undo brings the old price back."""
    mine.get_by_role("button", name="BND", exact=True).focus()
    mine.keyboard.press("Enter")
    box = mine.get_by_label("Correct the price of BND")
    while not box.evaluate("box => box === document.activeElement"):
        mine.keyboard.press("Tab")
    box.fill("cheap")
    mine.keyboard.press("Enter")
    expect(mine.get_by_role("alert").filter(has_text='"cheap" is not a number')).to_be_visible()
    box.fill("80")
    mine.keyboard.press("Enter")
    corrected = read_positions(OWN.replace("BND,5000,75,-20", "BND,5333.333333,80,313.333333").encode()).portfolio
    plan = rebalance(corrected, -3000, method="exact", strategy="hard_rebalance", min_trade=10)
    expect(mine.locator("tr[data-symbol=BND] td").nth(2)).to_have_text(trade_text(plan.orders[2].shares))
    expect(mine.locator(".pbal-more")).to_contain_text("$80.00, corrected by you")
    mine.get_by_role("button", name="Undo").click()
    expect(mine.locator(".pbal-more")).to_contain_text("$75.00, the file has no date")


def test_the_focus_stays_when_the_table_is_built_anew(mine: Page) -> None:
    """On the price that was corrected, on the symbol when that is undone, and on a title when rows change places."""
    head = mine.get_by_role("button", name="BND", exact=True)
    head.press("Enter")
    box = mine.get_by_label("Correct the price of BND")
    box.fill("80")
    box.press("Enter")
    expect(mine.locator(".pbal-more")).to_contain_text("$80.00, corrected by you")
    expect(box).to_be_focused()
    head.focus()
    mine.keyboard.press("Control+z")
    expect(mine.locator(".pbal-more")).to_contain_text("$75.00, the file has no date")
    expect(head).to_be_focused()
    title = mine.get_by_role("button", name="Amount", exact=True)
    title.press("Enter")
    mine.keyboard.press("Control+y")
    expect(mine.locator(".pbal-more")).to_contain_text("$80.00, corrected by you")
    expect(title).to_be_focused()


def test_words_about_the_plan_before_are_dimmed(mine: Page) -> None:
    """While a slider moves and while targets are typed; with the next plan they are plain again."""
    words = [mine.get_by_text("Optimal: under these rules"), mine.get_by_text("out of band:").first]
    slider = mine.get_by_label("Cash slider")

    def opacity(expected: str) -> None:
        for each in words:
            found = each.locator("xpath=ancestor::*[starts-with(@class, 'st') and contains(@class, 'st-key-plan-')]")
            expect(found).to_have_css("opacity", expected)

    opacity("1")
    slider.evaluate("""(slider) => { slider.dispatchEvent(new Event("pointerdown")); slider.value = 37;
        slider.dispatchEvent(new Event("input", { bubbles: true })); }""")
    opacity("0.55")
    slider.dispatch_event("change")
    settled(mine)
    opacity("1")


@pytest.mark.parametrize("opened_row", [False, True])
def test_the_sum_of_targets_covers_no_row_of_a_short_table(page: Page, address: str, opened_row: bool) -> None:
    """Cash and total stay in sight, and so does the target that is being typed."""
    opened(page, address)
    upload(page, OWN)
    expect(page.locator("tr[data-symbol=BND]")).to_be_visible()
    settled(page)
    if opened_row:
        page.get_by_role("button", name="VTI", exact=True).click()
    target = page.get_by_label("Target of BND in percent")
    target.fill("1")
    scale = page.get_by_role("button", name="Scale to 100 %")
    expect(scale).to_be_visible()
    strip = page.locator(".pbal-panel > .pbal-weights-sum").bounding_box()
    panel = page.locator(".pbal-panel").last.bounding_box()
    assert strip
    assert panel
    for part in (page.locator("[data-sum=cash]"), page.locator("[data-sum=total]"), target):
        box = part.bounding_box()
        assert box
        assert box["y"] + box["height"] <= strip["y"] + 1
    assert strip["y"] + strip["height"] <= panel["y"] + panel["height"] + 1
    expect(scale).to_be_in_viewport(ratio=1)


def test_rows_are_sorted_by_any_column(mine: Page) -> None:
    """Largest first, smallest first, the file's order again; the title says which; trades first is one press."""
    press = mine.get_by_role("button", name="Now", exact=True)
    for order, said in (("VTI BND VXUS", "descending"), ("VXUS BND VTI", "ascending"), ("VTI VXUS BND", None)):
        press.click()
        assert symbols(mine) == order.split()
        title = mine.locator(".pbal-table").get_by_role("columnheader", name="Now")
        assert title.get_attribute("aria-sort") == said
        labels = mine.locator(".xaxislayer-above text")
        expect(labels, "the chart follows").to_have_text(order.split())
    mine.get_by_role("button", name="Symbol", exact=True).press("Enter")
    assert symbols(mine) == ["BND", "VTI", "VXUS"]
    mine.get_by_role("button", name="Trades first").click()
    plan = rebalance(HELD, -3000, method="exact", strategy="hard_rebalance", min_trade=10)
    by_size = sorted(plan.orders, key=lambda order: -abs(order.value))
    assert symbols(mine) == [order.symbol for order in by_size]
    expect(mine.get_by_role("button", name="Trades first")).to_have_attribute("aria-pressed", "true")


def test_only_trades_and_search(page: Page, address: str) -> None:
    """A search from thirty rows on; only trades leaves out what does not trade, and the total still counts it."""
    opened(page, f"{address}/?cash=5000&method=exact")
    upload(page, MANY)
    expect(page.locator("tr[data-symbol=S000]").or_(page.locator("tr[data-symbol=S059]")).first).to_be_visible()
    settled(page)
    plan = rebalance(made_portfolio(60), 5000, method="exact", min_trade=100)
    page.get_by_role("button", name="Only trades").click()
    assert symbols(page) == [trade.symbol for trade in plan.trades]
    expect(page.locator("[data-sum=total] th")).to_have_text("All 60")
    page.get_by_role("button", name="Only trades").click()
    search = page.get_by_label("Search symbol or name")
    search.fill("s01")
    assert symbols(page) == [f"S01{i}" for i in range(10)]
    search.fill("nothing of the kind")
    expect(page.get_by_text("No position is called that.")).to_be_visible()
    search.press("Escape")
    assert len(symbols(page)) == 30


def test_the_trades_are_copied(mine: Page) -> None:
    """On the clipboard, as plain lines."""
    mine.context.grant_permissions(["clipboard-read", "clipboard-write"])
    mine.get_by_role("button", name="Copy trades").click()
    expect(mine.get_by_role("button", name="Copied")).to_be_visible()
    plan = rebalance(HELD, -3000, method="exact", strategy="hard_rebalance", min_trade=10)
    assert mine.evaluate("navigator.clipboard.readText()").splitlines() == trade_lines(plan.portfolio, plan.outcome)


def test_where_there_is_no_clipboard_the_text_is_selected(page: Page, address: str) -> None:
    """As on an address that is neither https nor this computer."""
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    opened(page, address)
    settled(page)
    page.get_by_role("button", name="Copy trades").click()
    text = page.get_by_label(re.compile("copy them with Ctrl"))
    expect(text).to_be_focused()
    assert text.evaluate("box => box.selectionEnd - box.selectionStart === box.value.length && box.value.length > 40")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Copy trades")).to_be_focused()


def test_a_fund_is_named_under_its_isin_and_its_name_is_text(page: Page, address: str) -> None:
    """What a file calls a fund is never markup, and no foreign host is asked for anything."""
    seen = []
    page.on("request", lambda request: seen.append(request.url) if "beacon" in request.url else None)
    opened(page, address)
    upload(page, FUNDS)
    name = page.locator("tr[data-symbol=IE00B4L5Y983] .pbal-name")
    expect(name).to_have_text("<b>World</b> ![x](http://beacon.invalid/x.png)")
    settled(page)
    assert page.locator(".pbal-table b, .pbal-table img").count() == 0
    assert seen == []


def test_few_funds_leave_no_empty_half(mine: Page) -> None:
    """The list of three funds fills its panel."""
    for width in (1280, 360):
        mine.set_viewport_size({"width": width, "height": 740})
        expect(mine.locator("tr[data-symbol=BND]")).to_be_visible()
        settled(mine)
        panel, table = (mine.locator(part).last.bounding_box() for part in (".pbal-panel", ".pbal-table"))
        assert panel
        assert table
        assert panel["y"] + panel["height"] - table["y"] - table["height"] < 40


def test_an_open_row_is_accessible(page: Page, address: str) -> None:
    """Axe finds nothing serious with rows open and sorted, and nothing goes sideways."""
    opened(page, address)
    settled(page)
    page.get_by_role("button", name="Trades first").click()
    page.locator(".pbal-open").first.click()
    page.locator(".pbal-open").nth(1).click()
    expect(page.locator(".pbal-more")).to_have_count(2)
    for look in looks(page, 1280, 360):
        assert serious(page) == [], look
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), look


def test_the_chart_is_saved_as_a_picture(page: Page, address: str, tmp_path: Path) -> None:
    """From the one menu of downloads."""
    opened(page, address)
    settled(page)
    content = b""
    for name, start in (("PNG", b"\x89PNG\r\n"), ("SVG", b"<svg")):
        download = page.get_by_role("button", name=f"Chart ({name})")
        if not download.is_visible():
            page.get_by_role("button", name=re.compile("Download")).click()
        with page.expect_download() as started:
            download.click()
        started.value.save_as(tmp_path / name)
        content = (tmp_path / name).read_bytes()
        assert content.startswith(start)
        assert len(content) > 5000
    assert content.count(b">Target</text>") == 1
    assert b'class="js-line"' in content, "the key of the target is a line, as it is on the page"


def test_old_prices_are_asked_about_before_they_are_limits(mine: Page) -> None:
    """The order file is there only once the reader accepts prices of an unknown day."""
    mine.get_by_role("button", name=re.compile("Download")).click()
    basket = mine.get_by_role("button", name="Orders for IBKR TWS")
    accept = mine.get_by_text("Use these old prices as limits")
    expect(accept).to_be_visible()
    expect(basket).to_have_count(0)
    accept.click()
    expect(basket).to_be_visible()


def test_the_ladder_follows_the_plan_and_sets_the_limit(page: Page, address: str) -> None:
    """It is asked for once it is in view; a step limits the trades, and Undo takes it back."""
    held = read_positions(sample_bytes()).portfolio
    opened(page, f"{address}/?cash=5000&method=exact&strategy=hard_rebalance")
    settled(page)
    assert page.locator(".pbal-steps button").count() == 0, "nobody has looked at it yet"
    page.locator(".pbal-ladder").scroll_into_view_if_needed()
    steps = page.locator(".pbal-steps button")
    free, two = (
        rebalance(held, 5000, method="exact", strategy="hard_rebalance", min_trade=100, max_trades=most)
        for most in (None, 2)
    )
    expect(steps.last).to_contain_text(f"any: {len(free.trades)} trades")
    expect(steps.last).to_have_attribute("aria-pressed", "true")
    expect(steps.nth(1)).to_contain_text(format_percent(balanced_after(two.outcome)))
    steps.nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(two))
    expect(steps.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("trades are limited to 2").first).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(free))


def test_the_band_is_chosen(page: Page, address: str) -> None:
    """Two limits, in words and in the table; what is no number is refused beside them."""
    opened(page, address)
    expect(page.get_by_text("4 of 10 funds are out of band")).to_be_visible()
    page.get_by_text("Drift of each position").click()
    box = page.get_by_label("Band in % of the target")
    box.fill("many")
    box.press("Enter")
    expect(page.get_by_text('"many" is not a number')).to_be_visible()
    box.fill("50 %")
    box.press("Enter")
    expect(page.get_by_text("1 of 10 funds is out of band: VSMAX is above.")).to_be_visible()
    expect(page.get_by_text("more than 50 % of the target")).to_be_visible()
    page.get_by_role("button", name="5/25 rule").click()
    expect(page.get_by_text("4 of 10 funds are out of band")).to_be_visible()
    expect(box).to_have_value("25")
