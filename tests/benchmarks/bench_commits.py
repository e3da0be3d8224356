"""What a change costs the server: ``python -m tests.benchmarks.bench_commits``.

The model: one session speaks Streamlit's protocol to a page with the live view, and changes one thing again and again.
The processor time of the server, divided by the changes, is compared with a fragment that has the same widgets and
computes nothing, in rounds that take turns, so that a busy machine is busy for all of them. *Reaching* is what is
computed when somebody comes near a slider: all of its positions. Beside it an innocent session commits once a second,
alone and while others change what is costly without a pause.
"""

from __future__ import annotations

import asyncio
import os
import statistics
from collections.abc import Awaitable, Callable

from websockets.asyncio.client import connect

from tests.benchmarks.bench_sessions import Visitor, cpu_seconds
from tests.benchmarks.report import machine, publish
from tests.browser.server import PAGES, serve

ROUNDS, CHANGES = 5, 12
HEAVY = 3
INNOCENT = 12
"""Commits of the innocent session."""

Change = Callable[[Visitor, int], Awaitable[None]]


async def cash(visitor: Visitor, i: int) -> None:
    """Another amount of cash, as on release."""
    await visitor.commit(50 * (i % 90) + 500)


async def strategy(visitor: Visitor, i: int) -> None:
    """The other strategy."""
    await visitor.choose("Strategy", ["hard_rebalance", "try_avoid_sell"][i % 2])


async def reaching(visitor: Visitor, _i: int) -> None:
    """All positions of the slider of cash."""
    await visitor.reach("cash")


ROWS: dict[str, tuple[str, Change]] = {
    "empty fragment": ("kind=empty", cash),
    "cash, classic": ("", cash),
    "cash, exact": ("method=exact", cash),
    "strategy, classic": ("", strategy),
    "strategy, exact": ("method=exact", strategy),
    "reaching for the cash, classic": ("", reaching),
    "reaching for the cash, exact": ("method=exact", reaching),
}


async def opened(address: str, query: str) -> Visitor:
    """A session whose page is drawn."""
    url = address.replace("http", "ws") + "/_stcore/stream"
    visitor = Visitor(await connect(url, subprotocols=["streamlit"], max_size=None))  # type: ignore[list-item]
    await visitor.open(query)
    return visitor


async def costs(address: str, process: int) -> dict[str, float]:
    """Milliseconds of processor time for each kind of change, the median of rounds that take turns."""
    visitors = {name: await opened(address, query) for name, (query, _) in ROWS.items()}
    spent: dict[str, list[float]] = {name: [] for name in ROWS}
    for lap in range(ROUNDS):
        for name, (_, change) in ROWS.items():
            before = cpu_seconds(process)
            for i in range(CHANGES):
                await change(visitors[name], lap * CHANGES + i)
            spent[name].append(1000 * (cpu_seconds(process) - before) / CHANGES)
    for visitor in visitors.values():
        await visitor.socket.close()
    return {name: statistics.median(each) for name, each in spent.items()}


async def innocent(address: str, heavy: int) -> tuple[float, float]:
    """Median and longest response, in milliseconds, of a session that commits beside others that never rest."""
    others = [await opened(address, "n=60&method=exact") for _ in range(heavy)]
    visitor = await opened(address, "")
    visitor.responses.clear()

    async def strain(other: Visitor) -> None:
        for i in range(10_000):
            await strategy(other, i)
            await reaching(other, i)

    tasks = [asyncio.create_task(strain(other)) for other in others]
    for i in range(INNOCENT):
        await cash(visitor, i)
        await asyncio.sleep(0.5)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for each in (visitor, *others):
        await each.socket.close()
    return 1000 * statistics.median(visitor.responses), 1000 * max(visitor.responses)


def tables() -> str:
    """The tables as Markdown."""
    load = os.getloadavg()[0]
    with serve(PAGES / "commit_page.py") as (address, process):
        figures = asyncio.run(costs(address, process))
        alone, beside = asyncio.run(innocent(address, 0)), asyncio.run(innocent(address, HEAVY))
    floor = figures["empty fragment"]
    rows = "\n".join(f"| {name} | {value:.1f} | {value / floor:.1f} |" for name, value in figures.items())
    return (
        f"Measured on {machine()}, load average {load:.1f} before the run, 10 assets:\n\n"
        f"| a change of | CPU ms | times an empty fragment |\n|---|---:|---:|\n{rows}\n\n"
        f"A session that commits cash waits {alone[0]:.0f} ms in the median and {alone[1]:.0f} at most when it is "
        f"alone. Beside {HEAVY} sessions that change the strategy of 60 assets (exact) and reach for the cash without "
        f"a pause, it waits {beside[0]:.0f} and {beside[1]:.0f} ms."
    )


if __name__ == "__main__":
    publish(__doc__, "commits", tables)
