"""What is shown has room: every word and every digit all along both sliders, and nothing moves."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driver import near, opened, settled, upload
from tests.browser.server import ROOT
from tests.made import made_portfolio

pytestmark = pytest.mark.browser

HEADER = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
LONG = HEADER + "".join(f"VERYLONGSYMB{i:03},{900 + 2700 * (i % 7)}.25,{20 + 31 * i % 97},0\n" for i in range(10))
MANY = HEADER + "".join(f"{p.symbol},{p.value},{p.price},{p.pnl}\n" for p in made_portfolio(31))
MILLIONS = HEADER + "VTI,2500000.55,248.12,1\nBND,1200000,75.5,2\nVXUS,480000.25,58.33,3\n"
BILLIONS = HEADER + "BRK.A,7345678901.23,612345.67,1\nVTI,9876543210.55,250.11,2\nBND,1234567890.10,75.5,3\n"
FRANCS = (
    "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized,CurrencyPrimary\n"
    "NESN,250000.55,98.12,1,CHF\nROG,120000,255.5,2,CHF\nUBSG,480000.25,28.33,3,CHF\n"
)
ISINS = (ROOT / "tests" / "data" / "readers" / "degiro_old.csv").read_bytes()

PLACES = """() => [".pbal-sentence", ".pbal-panels", ".pbal-foot", ".pbal-numbers > div"].flatMap(
  (name) => [...document.querySelectorAll(name)].map((part) => {
    const { left, top, bottom } = part.getBoundingClientRect();
    return [name, ...[left, top, name.includes("div") ? 0 : bottom].map(Math.round)].join(" ");
  }))"""

CUT = """() => {
  const line = document.querySelector(".pbal-sentence");
  const words = line.firstElementChild.getBoundingClientRect().height - line.getBoundingClientRect().height;
  const texts = [...document.querySelectorAll(".pbal-scroll :is(td, th), .pbal-numbers > div")];
  const overfull = texts.filter((part) => part.clientWidth && part.scrollWidth > part.clientWidth);
  const cut = overfull.map((part) => part.innerText);
  return words > 0 ? [line.innerText, ...cut] : cut;
}"""

SWEEP = f"""async (start_at) => {{
  const cut = new Set(), places = new Set();
  for (const slider of document.querySelectorAll(".pbal-slider")) {{
    const start = slider.value;
    slider.dispatchEvent(new Event("pointerdown"));
    const step = Math.ceil(Number(slider.max) / 64); // a frame each: every one would take minutes
    for (let i = start_at % step; i <= Number(slider.max) + step; i += step) {{
      slider.value = i > Number(slider.max) ? start : i;
      slider.dispatchEvent(new Event("input", {{ bubbles: true }}));
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      ({CUT})().forEach((text) => cut.add(text));
      places.add(({PLACES})().join());
    }}
    slider.dispatchEvent(new Event("pointerup"));
    slider.dispatchEvent(new Event("change", {{ bubbles: true }}));
  }}
  return [[...cut], [...places]];
}}"""


_starts = itertools.count()
"""Each sweep begins at another step, so that together they are at more amounts than each."""


def uploaded(page: Page, text: str | bytes) -> None:
    """Uploads a file and waits until its first position is drawn."""
    before = page.locator(".pbal-table tbody th").first.inner_text()
    upload(page, text)
    expect(page.locator(".pbal-table tbody th").first).not_to_have_text(before)
    settled(page)


def swept(page: Page) -> None:
    """Moves both sliders over all of their track."""
    settled(page)
    for label in ("Cash slider", "Minimum trade slider"):
        near(page, label)
    cut, places = page.evaluate(SWEEP, next(_starts))
    assert cut == []
    assert len(places) == 1, "nothing moves while a slider does"
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@contextmanager
def pinned(page: Page) -> Iterator[None]:
    """With plan A, for a while."""
    page.get_by_role("button", name="Pin as plan A").click()
    expect(page.locator(".pbal-pin-line")).to_be_visible()
    settled(page)
    yield
    page.get_by_role("button", name="Unpin plan A").click()
    expect(page.locator(".pbal-pin-line")).to_be_hidden()
    settled(page)


def in_view(page: Page, *parts: str) -> None:
    height = page.viewport_size["height"]  # type: ignore[index]
    for part in parts:
        box = page.locator(part).first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height, part


@pytest.mark.parametrize("method", ["classic", "exact"])
@pytest.mark.parametrize("sizes", [[(360, 740), (768, 1024)], [(1280, 720), (1024, 768)]], ids=["phone", "desk"])
def test_the_sample_has_room(page: Page, address: str, sizes: list[tuple[int, int]], method: str) -> None:
    """Sentence, table and key numbers of a hard rebalance, from a phone to a desk, with plan A and without."""
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        if (width, height) == sizes[0]:
            opened(page, f"{address}/?strategy=hard_rebalance&method={method}")
        swept(page)
        with pinned(page):
            assert page.evaluate(CUT) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [("31", MANY), ("long", LONG), ("millions", MILLIONS), ("billions", BILLIONS), ("francs", FRANCS)],
)
def test_long_texts_have_room(page: Page, address: str, name: str, text: Any) -> None:
    """Many positions, long symbols, large amounts and counts, another currency: weights, amounts, and with plan A."""
    method = "classic" if name == "billions" else "exact"
    opened(page, f"{address}/?strategy=hard_rebalance&method={method}")
    uploaded(page, text)
    units = page.get_by_role("group", name="Unit").get_by_role("button")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 720})
        swept(page)
        units.last.click()
        settled(page)
        assert page.evaluate(CUT) == []
        with pinned(page):
            assert page.evaluate(CUT) == []
        units.first.click()


@pytest.mark.parametrize("text", [ISINS, LONG], ids=["isins", "long"])
def test_symbols_of_any_length_are_read_in_table_and_chart(page: Page, address: str, text: Any) -> None:
    """The table shows all of each; in the chart no label lies on its neighbour, and each says how its symbol ends."""
    opened(page, address)
    uploaded(page, text)
    settled(page)
    symbols = page.locator(".pbal-table tbody th .pbal-open").all_inner_texts()  # a fund's name may follow
    assert page.evaluate(CUT) == []
    labels = page.locator(".xaxislayer-above text").evaluate_all(
        "all => all.map((label) => ({ text: label.textContent, box: label.getBoundingClientRect().toJSON() }))"
    )
    assert [label["text"][-4:] for label in labels] == [symbol[-4:] for symbol in symbols]
    for left, right in itertools.pairwise(label["box"] for label in labels):
        assert left["right"] <= right["left"] + 1


@pytest.mark.parametrize("text", [None, MANY, BILLIONS], ids=["sample", "31", "billions"])
def test_plan_a_and_the_buttons_are_in_view(page: Page, address: str, text: Any) -> None:
    """At 1280 x 720 the numbers of both plans, what plan A is and every button need no scrolling."""
    opened(page, f"{address}/?method=classic")
    if text:
        uploaded(page, text)
    for choice in (None, "fit to cash (exact)", "Hard rebalance"):
        if choice:
            page.get_by_text(choice, exact=True).click()
            expect(page.get_by_role("radio", name=choice)).to_be_checked()
        settled(page)
        in_view(page, ".pbal-numbers", ".pbal-actions")
        with pinned(page):
            in_view(page, ".pbal-numbers", ".pbal-pin-line", ".pbal-actions")


def test_too_many_positions_leave_the_numbers_in_view(page: Page, address: str) -> None:
    """The notice that there is no preview pushes nothing off the first screen."""
    opened(page, f"{address}/?method=exact")
    uploaded(page, HEADER + "".join(f"{p.symbol},{p.value},{p.price},{p.pnl}\n" for p in made_portfolio(201)))
    settled(page)
    expect(page.get_by_text("let the slider go")).to_be_visible()
    in_view(page, ".pbal-chart", ".pbal-numbers", ".pbal-actions")
    page.get_by_role("button", name="Show all 201 positions").click()
    expect(page.locator(".xaxislayer-above text")).to_have_count(0)


def test_pinning_moves_no_bar(page: Page, address: str) -> None:
    """The diamonds of plan A take no room from the bars."""
    opened(page, address)
    settled(page)
    bar = page.locator(".barlayer .trace.bars").nth(1).locator("path").first
    left = "bar => bar.getBoundingClientRect().left"
    before = bar.evaluate(left)
    page.get_by_role("button", name="Pin as plan A").click()
    page.locator(".scatterlayer .point").first.wait_for()
    settled(page)
    assert bar.evaluate(left) == before


def test_the_switch_of_units_is_whole_on_a_phone(browser: Browser, address: str) -> None:
    """Beside a legend of four it keeps to its panel."""
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        page = opened(context.new_page(), address)
        page.get_by_role("button", name="Pin as plan A").click()
        expect(page.locator(".pbal-pin-line")).to_be_visible()
        switch, panel = (page.locator(name).first.bounding_box() for name in (".pbal-switch:visible", ".pbal-panel"))
        assert switch
        assert panel
        assert switch["x"] + switch["width"] <= panel["x"] + panel["width"]
        assert switch["y"] >= panel["y"]


def test_a_label_stands_beside_its_choice(page: Page, address: str) -> None:
    """At a width where both choices do not fit into one line, a label goes to the next line with its choice."""
    page.set_viewport_size({"width": 620, "height": 740})
    opened(page, address)
    for label, choice in (("Strategy", "Strategy"), ("Shares", "Share rounding")):
        word = page.locator("strong", has_text=label).bounding_box()
        options = page.get_by_role("radiogroup", name=choice).bounding_box()
        assert word
        assert options
        assert options["y"] <= word["y"] + word["height"] / 2 <= options["y"] + options["height"]
