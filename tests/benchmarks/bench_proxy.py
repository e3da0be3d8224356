"""Two processes behind a proxy beside one process: ``python -m tests.benchmarks.bench_proxy``, with nginx on the path.

The model: the proxy runs as .github/docs/deploying.md says, but for its ports. Eight sessions commit without pause,
first on one process, then through the proxy on two; each browser has the cookie that the proxy gave it. Whatever a
browser asks for must be answered by one process, or the recipe is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

from tests.benchmarks.bench_sessions import Visitor
from tests.benchmarks.report import machine, write_section
from tests.browser.server import ROOT, free_port, serve

SESSIONS = 8
ROUNDS = 5
NAME = "balancer.example.org"
"""What the browsers call the server, with TLS ended before the proxy: Streamlit refuses a page of another name."""
PAGE = ROOT / ".github" / "docs" / "deploying.md"


def recipe(proxy: int, processes: list[int], folder: Path) -> str:
    """The configuration of the page, with these ports, and a log of which process answered which cookie."""
    found = re.search(r"^```\n(map .*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found, "deploying.md has no configuration"
    text = found[1].replace("8500", str(proxy))
    for port, documented in zip(processes, ("8501", "8502"), strict=True):
        text = text.replace(f"127.0.0.1:{documented}", f"127.0.0.1:{port}")
    kept = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    log = f"log_format who '$visitor $upstream_addr';\naccess_log {folder}/access.log who;\n"
    head = f"daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
    return f"{head}http {{\n{kept}{text}{log}}}\n"


@contextmanager
def nginx(port: int, processes: list[int], folder: Path) -> Iterator[str]:
    """The proxy before two processes; its address."""
    (folder / "nginx.conf").write_text(recipe(port, processes, folder), encoding="utf-8")
    process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")])
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "error.log").read_text(encoding="utf-8")
                assert time.monotonic() < deadline, "nginx did not start"
                time.sleep(0.05)  # nothing to wait on: the port is not open yet
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def cookie_of(address: str) -> dict[str, str]:
    """The header with the cookie that the proxy gives a browser; none without a proxy."""
    with urllib.request.urlopen(address, timeout=30) as answer:
        given = [text.partition(";")[0] for text in answer.headers.get_all("Set-Cookie") or []]
    mine = [text for text in given if text.startswith("pbal=")]
    return {"Cookie": mine[0]} if mine else {}


async def busy(address: str, seconds: float, seed: int) -> list[float]:
    """How long each commit took, in seconds, with all sessions committing as fast as they are answered."""
    draw = random.Random(seed)
    port = int(address.rpartition(":")[2])
    visitors = []
    for _ in range(SESSIONS):
        socket = await connect(
            f"ws://{NAME}/_stcore/stream",
            host="127.0.0.1",
            port=port,
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            additional_headers=cookie_of(address),
            origin=Origin(f"https://{NAME}"),
        )
        visitors.append(Visitor(socket))
        await visitors[-1].open()

    async def stay(visitor: Visitor) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await visitor.commit(500 * draw.randint(-50, 50))

    await asyncio.gather(*map(stay, visitors))
    for visitor in visitors:
        await visitor.socket.close()
    return [response for visitor in visitors for response in visitor.responses]


def row(name: str, rounds: list[list[float]], seconds: float) -> str:
    """Medians over the rounds, as a row of the table."""
    answers = [sorted(responses) for responses in rounds]
    each = statistics.median(len(responses) / seconds for responses in answers)
    half = statistics.median(1000 * statistics.median(responses) for responses in answers)
    most = statistics.median(1000 * responses[int(0.95 * len(responses))] for responses in answers)
    return f"| {name} | {each:.0f} | {half:.0f} | {most:.0f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6, help="of each of the rounds (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="write the table into .github/docs/measured.md")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        secret: dict[str, Any] = {"STREAMLIT_SERVER_COOKIE_SECRET": "one random text for all processes"}
        page = ROOT / "streamlit_app.py"
        servers = [stack.enter_context(serve(page, **secret))[0] for _ in range(2)]
        proxy = stack.enter_context(nginx(free_port(), [int(a.rpartition(":")[2]) for a in servers], folder))
        for address in servers:
            asyncio.run(busy(address, 1, seed=0))  # imports and caches of the first visitors are nobody's session
        one, two = [], []
        for turn in range(ROUNDS):  # by turns, so that whatever else the machine does slows both
            one.append(asyncio.run(busy(servers[0], options.seconds, seed=turn)))
            two.append(asyncio.run(busy(proxy, options.seconds, seed=turn)))
        seen = [line.split() for line in (folder / "access.log").read_text(encoding="utf-8").splitlines()]
    processes = {visitor: {address for who, address in seen if who == visitor} for visitor, _ in seen}
    assert all(len(addresses) == 1 for addresses in processes.values()), "a browser was sent to two processes"
    shares = [
        sum(f":{address.rpartition(':')[2]}" in str(found) for found in processes.values()) for address in servers
    ]
    text = (
        f"Measured on {machine()}, clients and proxy on the same machine, load average {load:.1f} before the run; "
        f"{SESSIONS} sessions commit as fast as they are answered, medians of {ROUNDS} rounds by turns:\n\n"
        "| | commits a second | p50 ms | p95 ms |\n|---|---:|---:|---:|\n"
        f"{row('one process', one, options.seconds)}\n{row('two processes behind nginx', two, options.seconds)}\n\n"
        f"Of {len(processes)} browsers, {shares[0]} were answered by one process and {shares[1]} by the other, and "
        "none by both."
    )
    print(text)
    if options.write:
        write_section("proxy", text)


if __name__ == "__main__":
    main()
