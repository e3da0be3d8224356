"""The live view in a real browser: what is dragged is seen at once, and what is seen is what Python says."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from pbal_core import Portfolio, rebalance
from pbal_core.dashboard import component, live
from pbal_core.dashboard.live import read_amount
from pbal_core.dashboard.payload import payload
from pbal_core.money import format_money
from pbal_core.planning.problem import prepare
from pbal_core.readers import read_positions
from pbal_core.sample import sample_bytes
from pbal_core.views.axis import Point, axes_for
from pbal_core.views.columns import table_rows
from pbal_core.views.numbers import key_numbers
from pbal_core.views.summary import sentence
from pbal_core.views.trades import DASH
from tests.browser.driver import near, opened, settled
from tests.made import made_portfolio

pytestmark = pytest.mark.browser

SAMPLE = read_positions(sample_bytes()).portfolio


@pytest.fixture
def address(live_address: str) -> str:
    return live_address


def table(page: Page) -> list[list[str]]:
    """The cells of the trade table but the last column, which is for a pinned plan."""
    cells = "r => [...r.cells].slice(0, 6).map(c => c.innerText)"
    rows: list[list[str]] = page.evaluate(
        f"() => [...document.querySelectorAll('.pbal-table tr[data-symbol]')].map({cells})"
    )
    return rows


def bars(page: Page) -> list[str]:
    """What the bars look like: the path of every bar of every trace."""
    paths: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('.barlayer path')].map(p => p.getAttribute('d'))"
    )
    return paths


def painted(page: Page) -> None:
    """Waits for the next frame: what was moved or pressed before is painted in it, from what the browser has."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


def shown(page: Page) -> str:
    return page.locator(".pbal-sentence").inner_text()


def wanted(cash: Any, min_trade: Any = 100) -> list[list[str]]:
    plan = rebalance(SAMPLE, cash, min_trade=min_trade)
    keys = ("symbol", "weight_before", "target", "shares", "traded", "weight_after")
    return [[row[key] for key in keys] for row in table_rows(plan)]


def runs(page: Page) -> int:
    return int(page.get_by_text(re.compile(r"^runs \d+$")).inner_text().split()[1])


def drag(page: Page, label: str, start: float, stops: list[float]) -> None:
    """Presses on the slider at a fraction of its width and moves to others, without letting go."""
    near(page, label)
    box = page.get_by_label(label).bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    for stop in stops:
        page.mouse.move(box["x"] + stop * box["width"], y, steps=4)
    painted(page)


def test_drag_changes_everything_before_the_release_and_runs_python_once_after(page: Page, address: str) -> None:
    """While the mouse is down chart, table and sentence follow and Python is not asked; the release asks once."""
    opened(page, address)
    settled(page)
    assert table(page) == wanted(5000)
    near(page, "Cash slider")
    before = bars(page), shown(page), runs(page)
    drag(page, "Cash slider", 0.55, [0.7, 0.8])
    assert shown(page) != before[1]
    cash = read_amount("cash", page.get_by_label("Cash", exact=True).input_value())
    during = table(page), bars(page), shown(page)
    assert during[0] == wanted(cash)
    assert during[1] != before[0]
    assert during[2] == sentence(rebalance(SAMPLE, cash, min_trade=100))
    assert runs(page) == before[2]
    page.mouse.up()
    settled(page)
    expect(page.get_by_text(f"python: {during[2]}")).to_be_visible()
    assert (table(page), bars(page), shown(page)) == during, "what was seen while dragging is what the release gave"
    assert runs(page) == before[2] + 1


def test_a_typed_amount_off_the_grid_is_committed_exactly(page: Page, address: str) -> None:
    """5,033.51 lies between two positions of the slider; the plan is for 5,033.51."""
    opened(page, address)
    settled(page)
    box = page.get_by_label("Cash", exact=True)
    box.fill("$6,033.51")
    box.press("Enter")
    plan = rebalance(SAMPLE, "6033.51", min_trade=100)
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(plan))
    expect(box).to_have_value("$6,033.51")
    assert page.get_by_label("Cash slider").get_attribute("aria-valuetext") == "$6,050.00"
    assert page.locator(".pbal-numbers dd:not([hidden])").all_inner_texts() == [n.value for n in key_numbers(plan)]


def test_a_bad_amount_says_why_and_keeps_the_last_plan(page: Page, address: str) -> None:
    opened(page, address)
    settled(page)
    last = shown(page)
    box = page.get_by_label("Minimum trade", exact=True)
    box.fill("many")
    box.press("Enter")
    expect(page.locator("#pbal-min_trade-note")).to_contain_text('"many" is not a number')
    assert shown(page) == last
    assert box.get_attribute("aria-invalid") == "true"
    box.fill("250")
    box.press("Enter")
    expect(page.locator("#pbal-min_trade-note")).to_have_text("")
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(rebalance(SAMPLE, 5000, min_trade=250)))
    assert table(page) == wanted(5000, 250)


KEYS = {
    "ArrowRight": 5050,
    "ArrowLeft": 5000,
    "PageDown": 4500,
    "PageUp": 5000,
    "Home": -110_000,
    "End": 110_000,
}
"""One after the other, and the cash after each."""


def test_keys_move_the_slider_and_commit(page: Page, address: str) -> None:
    """Arrows move one position, the Page keys ten, Home and End go to the ends."""
    opened(page, address)
    settled(page)
    for key, cash in KEYS.items():
        near(page, "Cash slider")
        page.get_by_label("Cash slider").press(key)
        expect(page.get_by_label("Cash", exact=True)).to_have_value(format_money(Decimal(cash)))
        painted(page)
        assert table(page) == wanted(cash), "before Python answers"
        settled(page)
        expect(page.get_by_text(f"python: {sentence(rebalance(SAMPLE, cash, min_trade=100))}")).to_be_visible()
        assert table(page) == wanted(cash)


def test_a_pinned_plan_stays_beside_what_is_dragged(page: Page, address: str) -> None:
    """Plan A keeps its trades, its numbers and its marks while the slider moves on, and over a rerun."""
    opened(page, address)
    settled(page)
    page.get_by_role("button", name="Pin as plan A").click()
    expect(page.locator(".pbal-pin-line")).to_contain_text("cash $5,000.00, minimum trade $100.00, avoid selling")
    page.get_by_label("Cash slider").press("PageUp")
    expect(page.get_by_text(f"python: {sentence(rebalance(SAMPLE, 5500, min_trade=100))}")).to_be_visible()
    settled(page)
    pinned, moved = (table_rows(rebalance(SAMPLE, cash, min_trade=100)) for cash in (5000, 5500))
    lines = page.locator(".pbal-table tr[data-symbol]")
    assert lines.locator("td:last-child").all_inner_texts() == [row["shares"] for row in pinned]
    differing = page.locator(".pbal-table tr[data-differs] th").all_inner_texts()
    assert differing == [
        now["symbol"] for now, then in zip(moved, pinned, strict=True) if now["shares"] != then["shares"]
    ]
    numbers = key_numbers(rebalance(SAMPLE, 5000, min_trade=100))
    assert page.locator(".pbal-numbers .pbal-a:not([hidden])").all_inner_texts() == [f"A: {n.value}" for n in numbers]
    assert page.locator(".scatterlayer .point").count() == len(SAMPLE)
    page.get_by_role("button", name="Unpin plan A").click()
    expect(page.locator(".pbal-pin-line")).to_be_hidden()
    expect(page.locator(".scatterlayer .point")).to_have_count(0)


def test_dollars_and_weights_are_two_units_of_one_plan(page: Page, address: str) -> None:
    """The switch changes the table's and the chart's unit and nothing else; dragging goes on in dollars."""
    opened(page, address)
    settled(page)
    before = shown(page), bars(page)
    page.get_by_role("button", name="Dollars").click()
    plan = rebalance(SAMPLE, 5000, min_trade=100)
    assert [cells[5] for cells in table(page)] == [row["value_after"] for row in table_rows(plan)]
    assert shown(page) == before[0]
    page.wait_for_function("() => document.querySelector('.ytick text').textContent.startsWith('$')")
    drag(page, "Cash slider", 0.55, [0.6, 0.75])
    assert shown(page) != before[0]
    during = bars(page)
    page.mouse.up()
    settled(page)
    assert bars(page) == during, "target marks and bars stand where plotly.js itself draws them"


def test_the_reason_of_a_trade_knows_the_cash_once_it_is_committed(page: Page, address: str) -> None:
    """What is dragged says what holds for any cash, never the reason of another amount; the release brings its own."""
    held = quote("A 6080 @ 10; B 3920 @ 10")
    opened(page, f"{address}?held={held}")
    settled(page)
    first = page.locator(".pbal-table tbody tr").first
    known = "18.9 % below target after your \\$5,000.00"
    expect(first).to_have_attribute("title", re.compile(f"^Buy [0-9]+: {known}$"))
    drag(page, "Cash slider", 0.75, [0.6, 0.99])
    expect(first).to_have_attribute("title", re.compile("^Buy [0-9]+: new cash raises its target$"))
    cash = format_money(read_amount("cash", page.get_by_label("Cash", exact=True).input_value()))
    page.mouse.up()
    settled(page)
    expect(first).to_have_attribute("title", re.compile(f" below target after your {re.escape(cash)}$"))


@pytest.mark.parametrize("mode", ["Weights", "Dollars"])
def test_targets_follow_the_cash_where_something_is_frozen(page: Page, address: str, mode: str) -> None:
    """The others share out what is not frozen: their marks and their targets in the table move while dragging."""
    opened(page, address, "?frozen=VSMAX&strategy=hard_rebalance")
    settled(page)
    page.get_by_role("button", name=mode).click()
    settled(page)
    drag(page, "Cash slider", 0.55, [0.6, 0.9])
    cash = read_amount("cash", page.get_by_label("Cash", exact=True).input_value())
    plan = rebalance(SAMPLE, cash, min_trade=100, strategy="hard_rebalance", frozen="VSMAX")
    targets = [row["target"] for row in table_rows(plan)]
    assert targets[-1] == "frozen"
    assert len(set(targets)) == 2
    assert [cells[2] for cells in table(page)] == targets
    during = bars(page)
    page.mouse.up()
    settled(page)
    assert bars(page) == during
    assert [cells[2] for cells in table(page)] == targets


def test_another_currency_is_written_and_typed(page: Page, address: str) -> None:
    """Francs in boxes, sliders, sentence, chart and switch; typed with or without the code; dollars are refused."""
    opened(page, address, "?currency=CHF")
    settled(page)
    held = Portfolio(SAMPLE, currency="CHF")
    assert shown(page) == sentence(rebalance(held, 5000, min_trade=100))
    box = page.get_by_label("Cash", exact=True)
    expect(box).to_have_value("CHF\u00a05,000.00")
    page.get_by_role("button", name="CHF", exact=True).click()
    page.wait_for_function("() => document.querySelector('.ytick text').textContent.startsWith('CHF\u00a0')")
    for typed, cash in (("chf 12,000", 12_000), ("-CHF\u00a02,500.00", -2_500), ("6,033.51", "6033.51")):
        box.fill(typed)
        box.press("Enter")
        expect(page.locator(".pbal-sentence")).to_have_text(sentence(rebalance(held, cash, min_trade=100)))
        expect(box).to_have_value(held.money(Decimal(cash)))
        settled(page)
    assert page.get_by_label("Cash slider").get_attribute("aria-valuetext") == "CHF\u00a06,050.00"
    cut = "() => [...document.querySelectorAll('.pbal td')].filter(c => c.scrollWidth > c.clientWidth).length"
    assert page.evaluate(cut) == 0, "every amount has room"
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(cut) == 0, "on a phone too"
    box.fill("$500")
    box.press("Enter")
    expect(page.locator("#pbal-cash-note")).to_have_text('Cash "$500" is not an amount in CHF; leave its currency out.')


def test_sixty_positions_show_the_largest_changes_first(page: Page, address: str) -> None:
    """Of 60 rows the 30 with the largest trades are shown, in the order of the file; the rest on demand."""
    opened(page, address, "?n=60&strategy=hard_rebalance")
    settled(page)
    plan = rebalance(made_portfolio(60), 5000, min_trade=100, strategy="hard_rebalance")
    largest = sorted(plan.orders, key=lambda order: -abs(order.value))[:30]
    assert [cells[0] for cells in table(page)] == sorted(order.symbol for order in largest)
    page.get_by_role("button", name="Show all 60 positions").click()
    assert [cells[3] for cells in table(page)] == [row["shares"] for row in table_rows(plan)]
    expect(page.locator(".barlayer .point")).to_have_count(180)


@pytest.mark.parametrize(("count", "rows_shown"), [(30, 30), (35, 35), (36, 30)])
def test_a_few_rows_are_not_worth_hiding(page: Page, address: str, count: int, rows_shown: int) -> None:
    """Up to five rows more than thirty are simply shown; only then is there a button for the rest."""
    opened(page, address, f"?n={count}")
    settled(page)
    assert len(table(page)) == rows_shown
    expect(page.get_by_role("button", name="Show all")).to_have_count(int(rows_shown < count))


def test_a_dash_is_quiet_in_every_column(page: Page, address: str) -> None:
    """A trade of nothing and its amount are both written in the quiet colour."""
    opened(page, address)
    cells = page.locator(".pbal-table tbody tr").first.locator("td")
    assert cells.nth(2).inner_text() == cells.nth(3).inner_text() == DASH
    trade, amount = (cells.nth(i).evaluate("cell => getComputedStyle(cell).color") for i in (2, 3))
    assert trade == amount != cells.nth(4).evaluate("cell => getComputedStyle(cell).color")


def test_one_position_is_a_portfolio(page: Page, address: str) -> None:
    opened(page, address, "?n=1")
    settled(page)
    plan = rebalance(made_portfolio(1), 5000, min_trade=100)
    assert [cells[3] for cells in table(page)] == [row["shares"] for row in table_rows(plan)]


def test_too_many_positions_to_preview_are_planned_on_release(page: Page, address: str) -> None:
    """Above the limit a drag moves the amount, the page says to let go, and the release brings the plan."""
    opened(page, address, "?n=300")
    settled(page)
    expect(page.get_by_text("let the slider go")).to_be_visible()
    page.get_by_label("Cash slider").press("End")
    plan = rebalance(made_portfolio(300), axes_for(prepare(made_portfolio(300))).cash[-1], min_trade=100)
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(plan))


def test_no_plan_is_said_where_the_plan_would_stand(page: Page, address: str) -> None:
    """More than the sales can raise: the exact method refuses, the sliders stay, and the way back works."""
    opened(page, address, "?method=exact")
    settled(page)
    box = page.get_by_label("Cash", exact=True)
    box.fill("-500000")
    box.press("Enter")
    expect(page.locator(".pbal-sentence")).to_contain_text("No plan: cannot withdraw $500,000.00")
    box.fill("5000")
    box.press("Enter")
    expect(page.locator(".pbal-sentence")).to_have_text(
        sentence(rebalance(SAMPLE, 5000, min_trade=100, method="exact"))
    )


def test_the_exact_method_needs_no_minimum_trade(page: Page, address: str) -> None:
    """The slider's first position is nothing, and 0 can be typed."""
    opened(page, address, "?method=exact")
    settled(page)
    box = page.get_by_label("Minimum trade", exact=True)
    plan = sentence(rebalance(SAMPLE, 5000, method="exact"))
    page.get_by_label("Minimum trade slider").press("Home")
    expect(box).to_have_value("$0.00")
    expect(page.get_by_text(f"python: {plan}")).to_be_visible()
    for typed, written in (("300", "$300.00"), ("0", "$0.00")):
        box.fill(typed)
        box.press("Enter")
        settled(page)
        expect(box).to_have_value(written)
    expect(page.locator(".pbal-sentence")).to_have_text(plan)


def test_a_finger_drags_too(browser: Browser, address: str) -> None:
    """On a phone a touch on the slider moves it, and lifting the finger commits."""
    with browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True) as context:
        page = opened(context.new_page(), address)
        settled(page)
        slider = page.get_by_label("Cash slider")
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        assert box
        touch = context.new_cdp_session(page)
        y = box["y"] + box["height"] / 2

        def finger(kind: str, *fractions: float) -> None:
            points = [{"x": box["x"] + fraction * box["width"], "y": y} for fraction in fractions]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        finger("touchStart", 0.55)
        for step in range(56, 80):
            finger("touchMove", step / 100)
        painted(page)
        during = page.get_by_label("Cash", exact=True).input_value()
        assert during not in {"", "$5,000.00"}
        finger("touchEnd")
        cash = read_amount("cash", during)
        expect(page.get_by_text(f"python: {sentence(rebalance(SAMPLE, cash, min_trade=100))}")).to_be_visible()


def test_themes_recolour_chart_and_table(browser: Browser, address: str) -> None:
    """The bars take the theme's own colour in light and in dark."""
    colours = {}
    for scheme in ("light", "dark"):
        with browser.new_context(color_scheme=scheme) as context:
            page = opened(context.new_page(), address)
            settled(page)
            after = page.locator(".barlayer .trace.bars").nth(1).locator("path").first
            colours[scheme] = after.evaluate("bar => getComputedStyle(bar).fill")
    assert colours == {"light": "rgb(11, 92, 173)", "dark": "rgb(90, 169, 240)"}


def test_the_chart_keeps_its_scale_while_what_is_shown_fits(page: Page, address: str) -> None:
    """A release moves no other bar; a plan that goes beyond the axis makes it longer at once, while the hand drags."""
    opened(page, address)
    settled(page)
    end = "document.querySelector('.pbal-chart')._fullLayout.yaxis.range[1]"
    before = page.evaluate(end)
    near(page, "Minimum trade slider")
    bar = page.locator(".pbal-chart .barlayer path").first.get_attribute("d")
    page.get_by_label("Minimum trade slider").press("End")
    near(page, "Cash slider")
    assert page.evaluate(end) == before, "other plans of the slider would need more, this one does not"
    assert page.locator(".pbal-chart .barlayer path").first.get_attribute("d") == bar
    slider = page.get_by_label("Cash slider").bounding_box()
    assert slider
    page.mouse.move(slider["x"] + 0.6 * slider["width"], slider["y"] + slider["height"] / 2)
    page.mouse.down()
    page.mouse.move(slider["x"] + 14, slider["y"] + slider["height"] / 2, steps=12)
    page.wait_for_function(f"{end} > {before}")
    page.mouse.up()
    settled(page)


def test_two_quick_drags_keep_the_newer_one(page: Page, address: str) -> None:
    """A second drag begins before the first is answered; the late answer does not pull the slider back."""
    opened(page, address)
    settled(page)
    for stop in (0.7, 0.3):
        drag(page, "Cash slider", 0.55 if stop == 0.7 else 0.7, [stop])
        page.mouse.up()
    cash = read_amount("cash", page.get_by_label("Cash", exact=True).input_value())
    settled(page)
    assert read_amount("cash", page.get_by_label("Cash", exact=True).input_value()) == cash
    assert cash < 0
    expect(page.get_by_text(f"python: {sentence(rebalance(SAMPLE, cash, min_trade=100))}")).to_be_visible()


def test_a_view_that_comes_back_asks_for_what_it_lacks(page: Page, address: str) -> None:
    """Hidden and shown again, it has forgotten its slices and still shows the committed plan, and drags."""
    opened(page, address)
    settled(page)
    page.get_by_label("Cash slider").press("PageUp")
    expect(page.get_by_text(f"python: {sentence(rebalance(SAMPLE, 5500, min_trade=100))}")).to_be_visible()
    page.get_by_text("Hide", exact=True).click()
    expect(page.locator(".pbal")).to_have_count(0)
    page.get_by_text("Hide", exact=True).click()
    expect(page.locator(".pbal-sentence")).to_have_text(sentence(rebalance(SAMPLE, 5500, min_trade=100)))
    settled(page)
    assert table(page) == wanted(5500)
    page.get_by_label("Cash slider").press("Home")
    painted(page)
    assert table(page) == wanted(-110_000)
    settled(page)
    assert table(page) == wanted(-110_000)


def test_asking_for_what_is_lacking_sets_no_amount(page: Page, address: str) -> None:
    """The amount that Python has just set stays, and the slider that lacked its plans drags."""
    opened(page, address)
    settled(page)
    page.get_by_role("button", name="Lose an answer").click()
    box = page.get_by_label("Cash", exact=True)
    expect(box).to_have_value("$750.00")
    settled(page)
    expect(page.get_by_text(f"python: {sentence(rebalance(SAMPLE, 750, min_trade=100))}")).to_be_visible()
    expect(box).to_have_value("$750.00")
    near(page, "Minimum trade slider")
    page.get_by_label("Minimum trade slider").press("Home")
    painted(page)
    least = read_amount("min_trade", page.get_by_label("Minimum trade", exact=True).input_value())
    assert table(page) == wanted(750, least)
    settled(page)
    assert table(page) == wanted(750, least)


ALONE = """async ([source, parts, data]) => {
    const script = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { default: show } = await import(script);
    const place = document.createElement("div");
    document.body.append(place);
    const sent = [];
    const call = (parts) => show({
        parentElement: place, data: { ...data, parts }, setStateValue: (_, request) => sent.push(request),
    });
    const moment = () => new Promise((done) => setTimeout(done));
    const { id } = parts;
    await call({ id });
    await moment();
    const lacking = sent.splice(0);
    const end = await call(parts);
    await call({ id });
    end();
    const last = await call({ id });
    const slider = place.querySelector('[data-axis="cash"] .pbal-slider');
    slider.value = 0;
    slider.dispatchEvent(new Event("input"));
    slider.dispatchEvent(new Event("change"));
    const shown = place.querySelector('[data-axis="cash"] .pbal-box').value;
    await moment();
    place.remove();
    last();
    return [lacking, sent.map((request) => [request.n, request.cash, request.parts === id]), shown];
}"""


def test_a_view_asks_for_parts_that_were_lost_and_outlives_overtaken_calls(page: Page, address: str) -> None:
    """Of two answers that follow quickly, Streamlit may drop the first, and ends its call: the view is the same one."""
    opened(page, address)
    problem = prepare(SAMPLE, strategy="try_avoid_sell")
    data = payload(problem, Point(Decimal(5000), Decimal(100)), live.new_memory(), facts="x")
    parts = {**live._live.parts, "id": "of a test"}
    lacking, sent, shown = page.evaluate(ALONE, [component.asset("once.js"), parts, json.loads(json.dumps(data))])
    assert lacking == [{"n": 0, "parts": ""}]
    assert sent == [[1, "-110000", True]]
    assert shown == "-$110,000.00"


def test_a_holding_that_the_file_rounds_down_is_sold_to_nothing(page: Page, address: str) -> None:
    """Nothing negative and nothing undefined anywhere, in weights, in dollars and at both ends of the slider."""
    held = "A 990 @ 10 held 100; B 1000 @ 10 held 100"
    opened(page, f"{address}/?held={quote(held)}&target=B&method=exact&strategy=hard_rebalance")
    settled(page)
    assert [cells[5] for cells in table(page)] == ["0.0 %", "100.0 %"]
    page.get_by_role("button", name="Dollars").click()
    assert table(page)[0][5] == "$0.00"
    for key in ("Home", "End"):
        page.get_by_label("Cash slider").press(key)
        painted(page)
        text = page.locator(".pbal").inner_text()
        assert "undefined" not in text
        assert "NaN" not in text
        settled(page)


def test_the_spoken_line_changes_once_a_commit(page: Page, address: str) -> None:
    """A screen reader hears the plan after the release, not every position on the way."""
    opened(page, address)
    settled(page)
    spoken = page.locator("[aria-live]")
    before = spoken.inner_text()
    assert before == shown(page)
    spoken.evaluate(
        "line => { window.said = 0; new MutationObserver(() => window.said++).observe(line, { childList: true }); }"
    )
    drag(page, "Cash slider", 0.55, [0.6, 0.7])
    assert shown(page) != before
    assert spoken.inner_text() == before
    page.mouse.up()
    settled(page)
    assert spoken.inner_text() == shown(page)
    assert page.evaluate("() => window.said") == 1


def test_what_is_being_typed_is_not_overwritten(page: Page, address: str) -> None:
    """An answer that arrives while somebody types in the other box leaves the half-typed amount alone."""
    opened(page, address)
    settled(page)
    box = page.get_by_label("Minimum trade", exact=True)
    page.get_by_label("Cash slider").press("PageUp")
    box.click()
    box.press_sequentially("25")
    settled(page)
    expect(page.get_by_text(f"python: {sentence(rebalance(SAMPLE, 5500, min_trade=100))}")).to_be_visible()
    expect(box).to_have_value("25")
    box.press("Enter")
    expect(box).to_have_value("$25.00")
    settled(page)
    assert table(page) == wanted(5500, 25)
