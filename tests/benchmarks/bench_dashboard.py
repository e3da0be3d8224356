"""How the dashboard feels, measured in a real browser: ``python -m tests.benchmarks.bench_dashboard``.

The model: the live view, a plain ``st.slider`` + ``st.plotly_chart`` page and an empty page are served by the same
machine that runs the browser, and the same probe watches each. First loads take turns, so that a busy machine is busy
for all of them. The probe looks at the sentence and the bars of the chart once a frame. *Plans* are frames that show
another plan than the one before; *input to paint* runs from the browser's own time stamp of the oldest input that was
not yet seen to the end of the frame that shows it. *Near* is how long all positions of a slider take to be there once a
pointer comes to it. Trust ratios, not milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import math
import os
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, Locator, Page, async_playwright

from pbal_core.readers import read_positions
from pbal_core.sample import sample_bytes
from pbal_core.views.axis import cash_axis
from tests.benchmarks.report import machine, write_section
from tests.browser.driver import executable
from tests.browser.server import PAGES, ROOT, serve

SECONDS = 2.0
RATE = 60
PART = 0.4
"""Of the slider."""
LOADS = 7
TYPES = 21
LOADED = 3000
"""Milliseconds after the title in which everything of a page has come."""

PROBE = """() => {
  const words = () => document.querySelector('.pbal-sentence')?.innerText ?? '';
  const ends = () => [...document.querySelectorAll('.barlayer path')].map((bar) => bar.getAttribute('d'));
  const bars = () => [words(), ...ends()].join();
  const probe = window.probe = { pending: null, paints: [], delays: [], seen: bars(), load: {} };
  const note = (event) => { probe.pending ??= event.timeStamp; };
  for (const kind of ['input', 'keydown', 'pointerup']) document.addEventListener(kind, note, true);
  const frame = () => {
    const now = bars();
    if (now !== probe.seen) {
      probe.seen = now;
      const since = probe.pending;
      probe.pending = null;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        probe.paints.push(performance.now());
        if (since !== null) probe.delays.push(performance.now() - since);
      };
      port2.postMessage(0);
    }
    requestAnimationFrame(() => setTimeout(frame, 0));
  };
  frame();
}"""
"""``frame`` runs just after each frame's callbacks, when its changes are in the document and about to be painted."""

TYPED = """() => new Promise((done) => {
  const box = document.activeElement, words = () => document.querySelector('.pbal-sentence').innerText;
  const before = words(), start = performance.now();
  const look = () => (words() === before ? requestAnimationFrame(look) : done(performance.now() - start));
  box.dispatchEvent(new Event('change', { bubbles: true }));
  look();
})"""
"""Milliseconds from Enter in the focused box to other words."""

FIRST = """() => {
  window.first = {};
  const look = () => {
    if (document.querySelector('[role=slider], input[type=range]')) window.first.controls ??= performance.now();
    if (document.querySelector('h1')) window.first.title ??= performance.now();
    if (document.querySelector('.barlayer .point path')) window.first.chart ??= performance.now();
    requestAnimationFrame(look);
  };
  look();
}"""


@dataclass
class Wire:
    """What crosses the network, as the browser's own tools count it."""

    session: CDPSession
    received: int = 0
    sent: int = field(default=0)

    async def start(self) -> None:
        await self.session.send("Network.enable")
        self.session.on("Network.loadingFinished", self._file)
        self.session.on("Network.webSocketFrameReceived", self._frame)
        self.session.on("Network.webSocketFrameSent", self._send)

    def _file(self, event: dict[str, Any]) -> None:
        self.received += int(event["encodedDataLength"])

    def _frame(self, event: dict[str, Any]) -> None:
        payload, binary = event["response"]["payloadData"], event["response"]["opcode"] == 2
        self.received += len(payload) * 3 // 4 if binary else len(payload)

    def _send(self, _event: dict[str, Any]) -> None:
        self.sent += 1


async def opened(browser: Browser, url: str, *, script: str = "") -> tuple[Page, Wire]:
    page = await (await browser.new_context(viewport={"width": 1280, "height": 720})).new_page()
    if script:
        await page.add_init_script(f"({script})()")
    wire = Wire(await page.context.new_cdp_session(page))
    await wire.start()
    await page.goto(url)
    return page, wire


async def reach(page: Page, thumb: tuple[float, float], whole: Locator) -> float:
    """Milliseconds from the pointer's coming near until all positions of the slider are there, and drawn."""
    start = time.perf_counter()
    await page.mouse.move(*thumb)
    await whole.wait_for(timeout=60_000)
    return 1000 * (time.perf_counter() - start)


async def drag(page: Page, wire: Wire, thumb: tuple[float, float], *, width: float) -> dict[str, float]:
    """Two seconds of moves at 60 a second over two fifths of a slider that is so many pixels wide."""
    await page.evaluate(PROBE)
    x, y = thumb
    await page.mouse.move(x, y)
    await page.wait_for_timeout(1500)  # a hand comes before it presses
    sent = wire.sent
    await page.mouse.down()
    moves, pending = int(SECONDS * RATE), []
    start = time.perf_counter()
    for i in range(1, moves + 1):
        there = x - PART * width * i / moves
        event = {"type": "mouseMoved", "x": there, "y": y, "button": "left", "buttons": 1}
        # Not awaited: a hand does not wait for the page to keep up either.
        pending.append(asyncio.ensure_future(wire.session.send("Input.dispatchMouseEvent", event)))
        await asyncio.sleep(max(0, start + i / RATE - time.perf_counter()))
    elapsed = time.perf_counter() - start
    await asyncio.gather(*pending)
    during = wire.sent - sent
    paints = await page.evaluate("() => window.probe.paints.slice()")
    delays = await page.evaluate("() => window.probe.delays.slice()")
    await page.mouse.up()
    await page.wait_for_timeout(2500)
    gaps = [b - a for a, b in itertools.pairwise(paints)] or [1000 * elapsed]
    return {
        "moves/s": moves / elapsed,
        "plans/s": len(paints) / elapsed,
        "median ms": statistics.median(delays) if delays else math.nan,
        "p95 ms": sorted(delays)[int(0.95 * len(delays))] if delays else math.nan,
        "longest gap ms": max(gaps),
        "reruns during": during,
        "reruns after": wire.sent - sent - during,
    }


async def arrow(page: Page, slider: Locator, presses: int = 15) -> float:
    """Milliseconds from an arrow key to the painted chart, median."""
    await page.evaluate(PROBE)
    await slider.focus()
    for i in range(presses):
        before = await page.evaluate("() => window.probe.delays.length")
        await page.keyboard.press("ArrowRight" if i % 2 else "ArrowLeft")
        await page.wait_for_function("n => window.probe.delays.length > n", arg=before, timeout=10_000)
        await page.wait_for_timeout(500)
    return float(statistics.median(await page.evaluate("() => window.probe.delays.slice()")))


async def live(browser: Browser, address: str, query: str, *, everything: bool = False) -> dict[str, float]:
    page, wire = await opened(browser, f"{address}/{query}")
    await page.locator(".pbal[data-state=settled]").wait_for()
    if everything:
        await page.get_by_role("button", name="Show all").click()
    await page.wait_for_timeout(1500)
    slider = page.get_by_label("Cash slider")
    box = await slider.bounding_box()
    assert box
    count, value = int(await slider.get_attribute("max") or 1), int(await slider.input_value())
    width = box["width"] - 20
    thumb = box["x"] + 10 + width * value / count, box["y"] + box["height"] / 2
    near = await reach(page, thumb, page.locator('.pbal-control[data-axis="cash"][data-whole]'))
    figures = await drag(page, wire, thumb, width=width) | {"positions": count + 1, "near ms": near}
    figures["arrow key ms"] = await arrow(page, slider)
    await page.context.close()
    return figures


async def plain(browser: Browser, address: str, query: str) -> dict[str, float]:
    page, wire = await opened(browser, f"{address}/{query}")
    await page.locator(".barlayer .point").first.wait_for()
    await page.wait_for_timeout(1500)
    slider = page.get_by_role("slider")
    box = await slider.bounding_box()
    assert box
    thumb = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    figures = await drag(page, wire, thumb, width=box["width"])
    figures["arrow key ms"] = await arrow(page, slider)
    await page.context.close()
    return figures


async def typing(browser: Browser, address: str, amounts: Sequence[str]) -> float:
    """Milliseconds from a typed amount to its words, median; no two amounts that follow have the same plan."""
    page, _ = await opened(browser, address)
    await page.locator(".pbal[data-state=settled]").wait_for()
    box = page.get_by_label("Cash", exact=True)
    await box.focus()
    await page.wait_for_timeout(1500)  # all positions come when somebody reaches for them
    times = []
    for amount in amounts:
        await box.fill(amount)
        times.append(await page.evaluate(TYPED))
        await page.wait_for_timeout(500)
    await page.context.close()
    return float(statistics.median(times))


async def load(browser: Browser, address: str) -> dict[str, float]:
    """A first load with an empty cache: megabytes, and milliseconds to the title, the controls and the chart."""
    page, wire = await opened(browser, address, script=FIRST)
    await page.locator(".barlayer .point, h1").first.wait_for()
    await page.wait_for_timeout(LOADED)
    first = await page.evaluate("() => window.first")
    await page.context.close()
    return {"MB": wire.received / 1e6, **{f"{name} ms": value for name, value in first.items()}}


async def loads_in_turns(browser: Browser, addresses: dict[str, str]) -> dict[str, list[dict[str, float]]]:
    """First loads of several pages, ``LOADS`` of each, after one that is not counted."""
    loads: dict[str, list[dict[str, float]]] = {name: [] for name in addresses}
    for lap in range(LOADS + 1):
        for name, address in addresses.items():
            figures = await load(browser, address)
            if lap:
                loads[name].append(figures)
    return loads


def medians(loads: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {name: statistics.median(each[name] for each in loads) for name in loads[0]}


def table(figures: dict[str, dict[str, float]]) -> str:
    """The figures as a Markdown table, a row a page; a dash where there is nothing to measure."""
    names = list(dict.fromkeys(name for row in figures.values() for name in row))
    lines = [f"| page | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    for page, row in figures.items():
        cells = (_cell(name, row.get(name, math.nan)) for name in names)
        lines.append(f"| {page} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(name: str, value: float) -> str:
    return "\N{EN DASH}" if math.isnan(value) else f"{value:.2f}" if name == "MB" else f"{value:.0f}"


def share_of_track() -> float:
    """The part of the slider's positions, for the sample, that is between 0.2 and 10 % of the portfolio."""
    worth = read_positions(sample_bytes()).portfolio.value
    axis = cash_axis(worth)
    return sum(worth / 500 <= amount <= worth / 10 for amount in axis) / len(axis)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured, a row a page; typed amounts in milliseconds."""

    drags: dict[str, dict[str, float]]
    loads: dict[str, list[dict[str, float]]]
    on: float
    between: float


async def measure(page: Path) -> Figures:
    """Every figure of the drag, of typed amounts, and of the first load."""
    drags = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        with serve(PAGES / "live_page.py") as (address, _):
            drags["live, 10 assets"] = await live(browser, address, "")
            drags["live, 60 assets, 30 largest"] = await live(browser, address, "?n=60")
            drags["live, 60 assets, all"] = await live(browser, address, "?n=60", everything=True)
            drags["live, 200 assets, all"] = await live(browser, address, "?n=200", everything=True)
        with ExitStack() as servers:
            pages = {"plain": PAGES / "plain_page.py", "live": page, "empty": PAGES / "empty_page.py"}
            addresses = {name: servers.enter_context(serve(script))[0] for name, script in pages.items()}
            drags["plain, 10 assets"] = await plain(browser, addresses["plain"], "")
            drags["plain, 60 assets"] = await plain(browser, addresses["plain"], "?n=60")
            on = await typing(browser, addresses["live"], [str(3000 + 500 * i) for i in range(TYPES)])
            between = await typing(browser, addresses["live"], [f"{3001.01 + 500 * i:.2f}" for i in range(TYPES)])
            loads = await loads_in_turns(browser, addresses)
        await browser.close()
    return Figures(drags=drags, loads=loads, on=on, between=between)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the tables into .github/docs/measured.md")
    options = parser.parse_args()
    busy = f"{os.getloadavg()[0]:.1f}"
    figures = asyncio.run(measure(ROOT / "streamlit_app.py"))
    drags, loads = figures.drags, {name: medians(each) for name, each in figures.loads.items()}
    ratio = drags["live, 10 assets"]["arrow key ms"] / drags["plain, 10 assets"]["arrow key ms"]
    share = loads["live"]["MB"] / loads["plain"]["MB"]
    turns = zip(figures.loads["live"], figures.loads["plain"], strict=True)
    sooner = statistics.median(live["chart ms"] / plain["chart ms"] for live, plain in turns)
    useful = loads["live"]["controls ms"] - loads["live"]["title ms"]
    typed = (
        f"From Enter to the words of another plan: {figures.on:.0f} ms for an amount on the slider, "
        f"{figures.between:.0f} ms for one between two positions, medians of {TYPES}."
    )
    first = (
        f"Arrow key to chart: live / plain = {ratio:.2f}. First load, bytes: live / plain = {share:.2f}; time to the "
        f"chart: {sooner:.2f}, the median of the turns."
    )
    text = "\n\n".join(
        [
            f"Measured on {machine()}, browser and server together, load average {busy} before the run.",
            f"Dragging over {PART:.0%} of the slider in {SECONDS:.0f} s, at {RATE} moves a second:",
            table(drags),
            f"A contribution of 0.2 to 10 % of the portfolio has {share_of_track():.0%} of the slider at ten assets.",
            typed,
            f"First load with an empty cache, medians of {LOADS} in turns:",
            table(loads),
            first,
            f"The live page's controls are there {useful:.0f} ms after its title, which the script draws first.",
        ]
    )
    print(text)
    if options.write:
        write_section("dashboard", text)


if __name__ == "__main__":
    main()
