"""Many people at once on one process: ``python -m tests.benchmarks.bench_sessions``.

The model: each session is a websocket that speaks Streamlit's own protocol. It opens the page, then commits another
amount of cash once a second, as the live view does on release, and waits for the end of the fragment run. The time
from sending a commit to that end is the response. All sessions commit in step with a random phase, for ten seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from tests.benchmarks.report import machine, publish
from tests.browser.server import ROOT, serve

SECONDS = 10
LIVE_VIEW = "pbal_live"
"""The component that ``live_view`` sends."""
SMALL_MEMORY = 700 * 10**6
"""Bytes."""
DONE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass
class Visitor:
    """One open page: what the browser remembers of it, and how long its commits took (seconds)."""

    socket: ClientConnection
    query: str = ""
    widget: str = ""
    fragment: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    have: dict[str, str] = field(default_factory=dict)
    """Ids of the sheet and the sweeps that were sent."""
    choices: dict[str, str] = field(default_factory=dict)
    """Label of each choice -> its id."""
    sent: int = 0
    responses: list[float] = field(default_factory=list)

    async def open(self, query: str = "") -> None:
        """The first run of the whole page."""
        message = BackMsg()
        message.rerun_script.query_string = self.query = query
        await self.socket.send(message.SerializeToString())
        await self._finished()
        assert self.widget, "the page has no live view"

    async def commit(self, cash: int) -> None:
        """What the live view sends on release; what it has already is not sent again."""
        await self.request({"cash": str(cash), "min_trade": self.data["amounts"]["min_trade"]})
        assert self.data["amounts"]["cash"] in {str(cash), ""}, "the answer is for another amount"

    async def reach(self, axis: str) -> None:
        """What it sends when somebody reaches for a slider, of which it has only some positions."""
        whole, few = self.data["ids"][axis], f"{self.data['ids'][axis]}-few"
        self.have[axis] = few
        await self.request({"reached": axis})
        assert self.have[axis] == whole, "the answer has not all positions"

    async def request(self, what: dict[str, Any]) -> None:
        """Sends a request of the live view, and waits for the end of the run."""
        self.sent += 1
        parts = self.data["parts"]["id"]
        request = {"n": self.sent, "have": self.have, "parts": parts, **what}
        await self._change(self.widget, json_value=json.dumps({"request": request}))

    async def choose(self, label: str, value: str) -> None:
        """Chooses a strategy or a method."""
        await self._change(self.choices[label], string_value=value)

    async def _change(self, widget: str, **value: str) -> None:
        message = BackMsg()
        message.rerun_script.fragment_id = self.fragment
        message.rerun_script.query_string = self.query
        message.rerun_script.widget_states.widgets.add(id=widget, **value)
        start = asyncio.get_running_loop().time()
        await self.socket.send(message.SerializeToString())
        await self._finished()
        self.responses.append(asyncio.get_running_loop().time() - start)

    async def _finished(self) -> None:
        while True:
            message = ForwardMsg.FromString(bytes(await self.socket.recv(decode=False)))
            kind = message.WhichOneof("type")
            if kind == "delta":
                element = message.delta.new_element
                if element.WhichOneof("type") == "radio":
                    self.choices[element.radio.label] = element.radio.id
                elif element.WhichOneof("type") == "bidi_component":
                    self._take(element.bidi_component, message.delta.fragment_id)
            elif kind == "script_finished":
                assert message.script_finished in DONE, "the run did not end well"
                return

    def _take(self, component: Any, fragment: str) -> None:
        """Keeps the news of the live view; the page has other components, which are not measured."""
        if component.component_name == LIVE_VIEW:
            self.widget, self.fragment, self.data = component.id, fragment, json.loads(component.json)
            self.have["sheet"] = self.data.get("ids", {}).get("sheet", "")
            self.have |= {axis: sweep["id"] for axis, sweep in self.data.get("sweeps", {}).items()}


def memory(process: int, what: str = "VmRSS") -> float:
    """Resident memory of a process in MB (10**6 bytes), now or (VmHWM) at most; NaN where the system does not say."""
    try:
        with Path(f"/proc/{process}/status").open(encoding="ascii") as status:
            line = next(line for line in status if line.startswith(what))
    except FileNotFoundError:
        return float("nan")
    return int(line.split()[1]) * 1024 / 1e6


def cpu_seconds(process: int) -> float:
    """Processor time that a process has used: what does not depend on who else is busy; NaN where unknown."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def visit(address: str, process: int, count: int, seed: int) -> dict[str, float]:
    """``count`` sessions that commit once a second each, and what is left of their memory when they have gone."""
    draw = random.Random(seed)
    before = memory(process)
    url = address.replace("http", "ws") + "/_stcore/stream"
    sockets = [await connect(url, subprotocols=["streamlit"], max_size=None) for _ in range(count)]  # type: ignore[list-item]
    visitors = [Visitor(socket) for socket in sockets]
    for visitor in visitors:
        await visitor.open()

    async def stay(visitor: Visitor) -> None:
        await asyncio.sleep(draw.random())
        start = asyncio.get_running_loop().time()
        for second in range(SECONDS):
            await asyncio.sleep(max(0.0, start + second - asyncio.get_running_loop().time()))
            await visitor.commit(500 * draw.randint(-50, 50))

    used = cpu_seconds(process)
    await asyncio.gather(*map(stay, visitors))
    busy = cpu_seconds(process) - used
    during = memory(process)
    for socket in sockets:
        await socket.close()
    await asyncio.sleep(8)  # the server forgets a closed session after the 3 seconds set below
    responses = sorted(response for visitor in visitors for response in visitor.responses)
    return {
        "commits": len(responses),
        "p50 ms": 1000 * statistics.median(responses),
        "p95 ms": 1000 * responses[int(0.95 * len(responses))],
        "longest ms": 1000 * responses[-1],
        "CPU ms a commit": 1000 * busy / len(responses),
        "MB a session": (during - before) / count,
        "MB before": before,
        "MB with all": during,
        "MB after they left": memory(process),
    }


async def measure(address: str, process: int) -> dict[int, dict[str, float]]:
    """Figures for each number of sessions, one after the other on one process."""
    await visit(address, process, 3, seed=0)  # imports and caches of the first visitors are nobody's session
    return {count: await visit(address, process, count, seed=count) for count in (10, 50, 100)}


def table(figures: dict[int, dict[str, float]]) -> str:
    """The figures as a Markdown table, a row a number of sessions."""
    names = list(next(iter(figures.values())))
    lines = [f"| sessions | {' | '.join(names)} |", f"|---:|{'---:|' * len(names)}"]
    for count, row in figures.items():
        cells = (f"{row[name]:.2f}" if name == "MB a session" else f"{row[name]:.0f}" for name in names)
        lines.append(f"| {count} | {' | '.join(cells)} |")
    return "\n".join(lines)


async def first_page(address: str) -> None:
    """Opens the page once and waits until its first run has ended."""
    url = address.replace("http", "ws") + "/_stcore/stream"
    async with connect(url, subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[list-item]
        await Visitor(socket).open()


def small_machine() -> str:
    """A cold start and ten sessions on one core with a limit of memory, as on Streamlit Community Cloud."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})  # the server inherits it
    try:
        start = time.perf_counter()
        with serve(ROOT / "streamlit_app.py", most_memory=SMALL_MEMORY) as (address, process):
            ready = time.perf_counter() - start
            asyncio.run(first_page(address))
            page = time.perf_counter() - start
            after_page = memory(process)
            figures = asyncio.run(visit(address, process, 10, seed=1))
            peak = memory(process, "VmHWM")
    finally:
        os.sched_setaffinity(0, cores)
    limit, p50, p95 = f"{SMALL_MEMORY / 1e6:.0f} MB", f"{figures['p50 ms']:.0f} ms", f"{figures['p95 ms']:.0f} ms"
    return (
        f"On one core, with {limit} as the most that the server may take (Community Cloud promises 690), it answers "
        f"after {ready:.1f} s, and the first page is complete after {page:.1f} s, with {after_page:.0f} MB resident. "
        f"Ten sessions, whose clients run on the same core, wait {p50} at p50 and {p95} at p95; at most {peak:.0f} MB "
        "were resident."
    )


def tables() -> str:
    """The tables as Markdown."""
    load = os.getloadavg()[0]
    small = small_machine()
    with serve(ROOT / "streamlit_app.py", STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="3") as (address, process):
        figures = asyncio.run(measure(address, process))
    return (
        f"Measured on {machine()}, clients on the same machine, load average {load:.1f} before the run; each session "
        f"commits once a second for {SECONDS} s:\n\n{table(figures)}\n\n{small}"
    )


if __name__ == "__main__":
    publish(__doc__, "sessions", tables)
