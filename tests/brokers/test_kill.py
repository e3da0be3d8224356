"""SIGKILL anywhere in a run of ten orders: after resuming, the broker has each order exactly once.

A real process is really killed: by the stand-in at every request (before the broker takes it, after, in the middle of
the answer, and right behind it), and by itself at lines spread evenly over everything the broker modules execute; some
runs are killed a second time while resuming. Nothing in the product knows of it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from pbal_core.brokers.journal import Journal
from tests.stand_in.clock import FakeClock
from tests.stand_in.gateway import Gateway
from tests.stand_in.runner import ORDERS
from tests.stand_in.server import Reply, make_certificate

EXPECTED = Counter((side, conid, shares) for side, conid, shares in ORDERS)
ROOT = Path(__file__).parent.parent.parent


class Desk:
    """The stand-in, the runner, and one journal a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gateway = Gateway(make_certificate(folder))
        self.runs = 0

    def __enter__(self):
        self.gateway.server.__enter__()
        command = [
            sys.executable,
            "-m",
            "tests.stand_in.runner",
            self.gateway.server.base,
            str(self.gateway.certificate),
        ]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_error) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
        self.gateway.server.__exit__()

    def reset(self) -> None:
        self.gateway.reset()
        self.gateway.fault = lambda _request: None
        self.gateway.twist = lambda _request, reply: reply
        self.gateway.primed = True
        self.gateway.refuse_duplicates = False  # IBKR would refuse; here nothing but our own care prevents doubles
        self.gateway.positions = {conid: 50 for _side, conid, _shares in ORDERS}
        self.gateway.prices = {conid: 100.0 for _side, conid, _shares in ORDERS}
        self.gateway.questions = {2001: [["o403"]], 2007: [["o403"], ["o403"]]}
        self.runs += 1
        self.journal = self.folder / f"journal{self.runs}.sqlite3"
        self.now = FakeClock().time

    def run(self, mode: str, *, pid=lambda _pid: None, **order) -> dict:
        """``kill``: number of the line to be killed at; ``signal``: with what; ``trace``: count lines all the same."""
        order |= {"mode": mode, "journal": str(self.journal), "now": self.now}
        order.setdefault("trace", "kill" in order)
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        pid(int(self.process.stdout.readline()))
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        self.now += 20
        return json.loads(self.process.stdout.readline())

    def kill_at_request(self, index: int, phase: str):
        """The stand-in kills the client at its request number ``index``; returns what the runner is to be told."""
        pids = []
        count = [0]

        def kill():
            os.kill(pids[0], signal.SIGKILL)

        def fault(_request):
            count[0] += 1
            if count[0] == index and phase in {"lost", "taken"}:
                kill()
                return Reply(body={}, cut=0) if phase == "lost" else None
            return None

        def twist(_request, reply):
            if count[0] == index and phase == "half":
                return Reply(reply.status, reply.body, cut=len(reply.raw()) // 2, after=kill)
            if count[0] == index and phase == "whole":
                reply.after = kill
            return reply

        self.gateway.fault, self.gateway.twist = fault, twist
        return pids.append

    def verify(self, what: str) -> None:
        """Resumes until nothing is open, and compares the broker's book with the ten orders."""
        gateway = self.gateway
        gateway.fault = lambda _request: None
        gateway.twist = lambda _request, reply: reply
        done = self.run("resume")
        if done["status"] == 4 and not gateway.book:
            done = self.run("start")  # killed before anything was written: nothing had been sent either
        assert done["status"] in {0, 4}, f"{what}: resuming ended with {done}"
        book = Counter((o.side, o.conid, o.shares) for o in gateway.book.values())
        assert book == EXPECTED, f"{what}: lost {EXPECTED - book}, doubled {book - EXPECTED}"
        assert all(order.status == "Filled" for order in gateway.book.values()), what
        with Journal(self.journal) as journal:
            assert journal.open_run() is None, what
        for path in self.folder.glob(self.journal.name + "*"):
            path.unlink()


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with Desk(tmp_path_factory.mktemp("kill")) as desk:
        yield desk


def count_whole_run(desk) -> tuple[int, int]:
    """Requests and product lines of a run that nobody kills."""
    desk.reset()
    done = desk.run("start", trace=True)
    requests = len(desk.gateway.server.requests)
    assert done["status"] == 0
    desk.verify("undisturbed")
    return requests, done["lines"]


@pytest.mark.parametrize("phase", ["lost", "taken", "half", "whole"])
def test_killed_at_every_request(desk, phase):
    requests, _lines = count_whole_run(desk)
    assert requests > 30
    for index in range(1, requests + 1):
        desk.reset()
        done = desk.run("start", pid=desk.kill_at_request(index, phase))
        # Only the answer to the last request may be whole before the kill arrives.
        assert done["status"] == -signal.SIGKILL or (phase == "whole" and index == requests), (index, done)
        desk.verify(f"killed at request {index} ({phase})")


def test_killed_at_lines_all_over_the_product(desk):
    _requests, lines = count_whole_run(desk)
    points = range(7, lines, max(1, lines // 64))
    for line in points:
        desk.reset()
        assert desk.run("start", kill=line)["status"] == -signal.SIGKILL
        desk.verify(f"killed at line event {line} of {lines}")
    assert len(points) >= 60


def test_interrupted_at_lines_all_over_the_product(desk):
    """Ctrl-C unwinds what a kill does not: connections, transactions, locks."""
    _requests, lines = count_whole_run(desk)
    points = range(11, lines, max(1, lines // 16))
    for line in points:
        desk.reset()
        assert desk.run("start", kill=line, signal=signal.SIGINT)["status"] in {130, 0}
        desk.verify(f"interrupted at line event {line} of {lines}")
    assert len(points) >= 14


def test_killed_again_while_resuming(desk):
    _requests, lines = count_whole_run(desk)
    dice = random.Random(20260402)
    twice = 0
    for _round in range(16):
        desk.reset()
        first, second = dice.randrange(lines // 20, lines), dice.randrange(1, lines // 3)
        assert desk.run("start", kill=first)["status"] == -signal.SIGKILL
        twice += desk.run("resume", kill=second)["status"] == -signal.SIGKILL
        desk.verify(f"killed at line event {first}, and at {second} of resuming")
    assert twice >= 6


def test_the_comparison_notices_a_program_that_forgets(desk):
    """Without its journal the program starts anew; when the account does not give it away, orders are there twice."""
    desk.reset()
    desk.run("start", pid=desk.kill_at_request(30, "whole"))
    already = len(desk.gateway.book)
    assert already > 2
    for held, status in ((dict(desk.gateway.positions), 5), (dict.fromkeys(desk.gateway.positions, 50), 0)):
        for path in desk.folder.glob(desk.journal.name + "*"):
            path.unlink()
        desk.gateway.positions = held
        assert desk.run("start")["status"] == status
    with pytest.raises(AssertionError, match="doubled"):
        desk.verify("forgetful")
    assert len(desk.gateway.book) == len(ORDERS) + already
