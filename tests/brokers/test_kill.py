"""SIGKILL anywhere in a plan of six orders: after settling and planning anew, exactly the plan has been traded.

A real process is really killed: by the stand-in at every request (before the broker takes it, after, in the middle of
the answer, and right behind it), and by itself at lines spread evenly over everything the broker modules execute; some
runs are killed a second time while they are settled. Nothing in the product knows of it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pbal_core.brokers.journal import Journal
from tests.known import known
from tests.stand_in.clock import FakeClock
from tests.stand_in.gateway import Gateway
from tests.stand_in.runner import HELD, ORDERS, WANTED
from tests.stand_in.server import Reply, make_certificate

pytestmark = pytest.mark.slow

POINTS = 80
"""Lines at which a run is killed."""
ROOT = Path(__file__).parent.parent.parent


class Desk:
    """The stand-in, the runner, and one journal a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gateway = Gateway(make_certificate(folder))
        self.runs = 0

    def __enter__(self) -> Any:
        self.gateway.server.__enter__()
        command = [
            sys.executable,
            "-m",
            "tests.stand_in.runner",
            self.gateway.server.base,
            str(self.gateway.certificate),
        ]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.orders, self.answers = known(self.process.stdin), known(self.process.stdout)
        return self

    def __exit__(self, *_error: object) -> None:
        self.orders.close()
        self.process.wait(10)
        self.answers.close()
        self.gateway.server.__exit__()

    def reset(self) -> None:
        self.gateway.reset()
        self.gateway.fault = lambda _request: None
        self.gateway.twist = lambda _request, reply: reply
        self.gateway.primed = True
        self.gateway.refuse_duplicates = False  # IBKR would refuse; here nothing but our own care prevents doubles
        self.gateway.positions = dict.fromkeys(WANTED, HELD)
        self.gateway.prices = dict.fromkeys(WANTED, 100.0)
        self.gateway.questions = {2001: [["o403"]], 2004: [["o403"], ["o403"]]}
        self.runs += 1
        self.journal = self.folder / f"journal{self.runs}.sqlite3"
        self.now = FakeClock().time

    def run(self, mode: str, *, pid: Any = lambda _pid: None, **order: Any) -> dict[str, Any]:
        """``kill``: number of the line to be killed at; ``signal``: with what; ``trace``: count lines all the same."""
        order |= {"mode": mode, "journal": str(self.journal), "now": self.now}
        order.setdefault("trace", "kill" in order)
        self.orders.write(json.dumps(order) + "\n")
        self.orders.flush()
        pid(int(self.answers.readline()))
        self.orders.write("go\n")
        self.orders.flush()
        self.now += 20
        return json.loads(self.answers.readline())  # type: ignore[no-any-return]

    def kill_at_request(self, index: int, phase: str) -> Any:
        """The stand-in kills the client at its request number ``index``; returns what the runner is to be told."""
        pids: list[Any] = []
        count = [0]

        def kill() -> None:
            os.kill(pids[0], signal.SIGKILL)

        def fault(_request: Any) -> Any:
            count[0] += 1
            if count[0] == index and phase in {"lost", "taken"}:
                kill()
                return Reply(body={}, cut=0) if phase == "lost" else None
            return None

        def twist(_request: Any, reply: Any) -> Any:
            if count[0] == index and phase == "half":
                return Reply(reply.status, reply.body, cut=len(reply.raw()) // 2, after=kill)
            if count[0] == index and phase == "whole":
                reply.after = kill
            return reply

        self.gateway.fault, self.gateway.twist = fault, twist
        return pids.append

    def verify(self, what: str) -> None:
        """Settles and plans anew as a user would, and compares what was traded with the plan."""
        gateway = self.gateway
        gateway.fault = lambda _request: None
        gateway.twist = lambda _request, reply: reply
        done = self.run("again")
        assert done["status"] == 0, f"{what}: settling and planning anew ended with {done}"
        assert gateway.positions == WANTED, f"{what}: lost or doubled, {gateway.positions} instead of {WANTED}"
        traded = sum(order.filled for order in gateway.book.values())
        assert traded == sum(shares for _side, _conid, shares in ORDERS), f"{what}: more was traded than planned"
        assert not any(order.live for order in gateway.book.values()), f"{what}: an order is open"
        with Journal(self.journal) as journal:
            assert journal.open_run() is None, what
        for path in self.folder.glob(self.journal.name + "*"):
            path.unlink()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with Desk(tmp_path_factory.mktemp("kill")) as desk:
        yield desk


def count_whole_run(desk: Desk) -> tuple[int, int]:
    """Requests and product lines of a run that nobody kills."""
    desk.reset()
    done = desk.run("start", trace=True)
    requests = len(desk.gateway.server.requests)
    assert done["status"] == 0
    desk.verify("undisturbed")
    return requests, done["lines"]


@pytest.mark.parametrize("phase", ["lost", "taken", "half", "whole"])
def test_killed_at_every_request(desk: Desk, phase: str) -> None:
    """Not taken, and taken without an answer, at every request; half an answer and a whole one at every third."""
    requests, _lines = count_whole_run(desk)
    assert requests > 25
    for index in range(1, requests + 1, 1 if phase in {"lost", "taken"} else 3):
        desk.reset()
        done = desk.run("start", pid=desk.kill_at_request(index, phase))
        # Only the answer to the last request may be whole before the kill arrives.
        assert done["status"] == -signal.SIGKILL or (phase == "whole" and index == requests), (index, done)
        desk.verify(f"killed at request {index} ({phase})")


def test_killed_at_lines_all_over_the_product(desk: Desk) -> None:
    """Together with the requests more than 180 points; every fourth order is slow to fill, so that some are open."""
    _requests, lines = count_whole_run(desk)
    points = range(7, lines, max(1, lines // POINTS))
    for number, line in enumerate(points):
        desk.reset()
        if number % 4 == 0:
            desk.gateway.fill = lambda order: min(2, order.shares - order.filled)
        assert desk.run("start", kill=line)["status"] == -signal.SIGKILL
        desk.verify(f"killed at line event {line} of {lines}")
    assert len(points) >= POINTS


def test_interrupted_at_lines_all_over_the_product(desk: Desk) -> None:
    """Ctrl-C unwinds what a kill does not: connections, transactions, locks."""
    _requests, lines = count_whole_run(desk)
    points = range(11, lines, max(1, lines // 10))
    for line in points:
        desk.reset()
        assert desk.run("start", kill=line, signal=signal.SIGINT)["status"] in {130, 0}
        desk.verify(f"interrupted at line event {line} of {lines}")
    assert len(points) >= 9


def test_killed_again_while_it_is_settled(desk: Desk) -> None:
    _requests, lines = count_whole_run(desk)
    dice = random.Random(20260402)
    twice = 0
    for _round in range(10):
        desk.reset()
        first, second = dice.randrange(lines // 20, lines), dice.randrange(1, lines // 2)
        assert desk.run("start", kill=first)["status"] == -signal.SIGKILL
        twice += desk.run("again", kill=second)["status"] == -signal.SIGKILL
        desk.verify(f"killed at line event {first}, and at {second} of the next process")
    assert twice >= 4


def test_the_comparison_notices_a_program_that_forgets(desk: Desk) -> None:
    """Without its journal the program starts anew; when the account does not give it away, it buys twice."""
    desk.reset()
    desk.run("start", pid=desk.kill_at_request(24, "whole"))
    assert sum(order.filled for order in desk.gateway.book.values()) > 2
    for path in desk.folder.glob(desk.journal.name + "*"):
        path.unlink()
    desk.gateway.positions = dict.fromkeys(WANTED, HELD)
    with pytest.raises(AssertionError, match=r"lost or doubled|more was traded"):
        desk.verify("forgetful")
