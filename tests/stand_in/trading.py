"""What the trading tests share: a plan in words, and a running gateway with a client and a journal."""

from __future__ import annotations

import contextlib
import functools
import re
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from pbal_core import Plan, Portfolio, Position, Trade
from pbal_core.brokers import connection as connection_module
from pbal_core.brokers.execution import Execution, RunReport
from pbal_core.brokers.guards import Limits
from pbal_core.brokers.ibkr import client_portal, transport
from pbal_core.brokers.ibkr.client_portal import ClientPortal
from pbal_core.brokers.journal import Journal
from pbal_core.brokers.proposal import propose
from pbal_core.planning.strategy import Method, Strategy
from tests.stand_in.clock import FakeClock
from tests.stand_in.gateway import Gateway
from tests.stand_in.server import Request

POSITIONS = (
    '"Symbol","Quantity","MarkPrice","PositionValue","FifoPnlUnrealized"\n'
    '"VTI","40","250","10000","5"\n"BND","100","75","7500","-5"\n'
)
"""A positions file of the account that ``configure`` sets up."""

HELD = {"VTI": (40, 250), "BND": (100, 75), "VXUS": (0, 60)}


def plan(words: str, cash: str = "0", held: dict[str, tuple[int, int]] | None = None) -> Plan:
    """``plan("sell 4 VTI; buy 10 BND")``: of the holdings that the stand-in has."""
    holdings = held or HELD
    wanted = {s: int(n) * (1 if verb == "buy" else -1) for verb, n, s in re.findall(r"(buy|sell) (\d+) (\w+)", words)}
    positions = [
        Position(symbol=s, value=Decimal(n * price), price=Decimal(price), quantity=Decimal(n))
        for s, (n, price) in holdings.items()
    ]
    orders = [
        Trade(symbol=p.symbol, shares=wanted.get(p.symbol, 0), price=p.price, amount=wanted.get(p.symbol, 0) * p.price)
        for p in positions
    ]
    return Plan(
        portfolio=Portfolio(positions),
        weights=tuple(1 / len(positions) for _ in positions),
        cash=Decimal(cash),
        strategy=Strategy.HARD_REBALANCE,
        method=Method.CLASSIC,
        min_trade=Decimal(1),
        orders=tuple(orders),
    )


def begin_anew(gateway: Gateway, fake: FakeClock) -> None:
    """A gateway that other tests have used is as new, and so is its clock."""
    gateway.reset()
    gateway.fault = lambda _request: None
    gateway.twist = lambda _request, reply: reply
    fake.time = FakeClock().time
    fake.slept.clear()


def configure(monkeypatch: pytest.MonkeyPatch, gateway: Gateway, fake: FakeClock, folder: Path) -> None:
    """What a user has set up for the command and the page: the gateway, its certificate, a journal; and no waiting.

    The account holds what ``POSITIONS`` says.
    """
    gateway.positions = {1001: 40, 1002: 100}
    for name, value in {
        "PBAL_IBKR_GATEWAY": gateway.server.base,
        "PBAL_IBKR_CERTIFICATE": str(gateway.certificate),
        "PBAL_JOURNAL": str(folder / "journal.sqlite3"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(client_portal, "connect", functools.partial(client_portal.connect, clock=fake.clock))
    monkeypatch.setattr(
        connection_module, "Connection", functools.partial(connection_module.Connection, clock=fake.clock)
    )


class Desk:
    """A gateway, a client of it, a journal, and a clock that all of them share."""

    def __init__(self, gateway: Gateway, fake: FakeClock, folder: Path, *, timeout: float = 5) -> None:
        self.gateway, self.fake, self.timeout = gateway, fake, timeout
        self.path = folder / "journal.sqlite3"
        self.told: list[str] = []
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.say = False
        """What the user answers to questions."""
        self._open: list[ClientPortal | Journal] = []

    def client(self) -> ClientPortal:
        base = self.gateway.server.base
        context = transport.trust(base, certificate=self.gateway.certificate, fingerprint=None)
        client = ClientPortal(base, transport.gateway_transport(context), clock=self.fake.clock, timeout=self.timeout)
        self._open.append(client)
        return client

    def journal(self) -> Journal:
        journal = Journal(self.path, self.fake.clock)
        self._open.append(journal)
        return journal

    @cached_property
    def broker(self) -> ClientPortal:
        """The client of one process; ``resume`` makes another one."""
        return self.client()

    def execution(self, limits: Limits | None = None) -> Execution:
        def ask(ticket: Any, question: Any) -> Any:
            self.asked.append((ticket.symbol, question.message_ids))
            return self.say

        return Execution(
            self.broker, self.journal(), limits or Limits(), ask=ask, tell=self.told.append, clock=self.fake.clock
        )

    def propose(self, made: Plan, limits: Limits | None = None, **options: Any) -> Any:
        return propose(self.broker, made, limits or Limits(), clock=self.fake.clock, **options)

    def trade(self, words: str, cash: str = "0", limits: Limits | None = None) -> Any:
        """Proposes and carries out; the proposal must be free of problems."""
        proposal = self.propose(plan(words, cash), limits)
        assert not proposal.problems, proposal.problems
        return self.execution(limits).start(proposal)

    def settle(self, limits: Limits | None = None) -> Any:
        """As a new process would."""
        self.__dict__.pop("broker", None)
        execution = self.execution(limits)
        run = execution._journal.open_run()
        assert run is not None
        return execution.settle(run.id)

    def traded(self) -> dict[str, int]:
        """Shares traded at the broker, by symbol, signed."""
        total: dict[str, int] = {}
        for order in self.gateway.book.values():
            name = self.gateway._name(order.conid)
            total[name] = total.get(name, 0) + (order.filled if order.side == "BUY" else -order.filled)
        return total

    def close(self) -> None:
        for thing in self._open:
            with contextlib.suppress(Exception):
                thing.close()


def is_order(request: Request) -> bool:
    """A request of the gateway that sends an order."""
    return request.method == "POST" and request.path.endswith("/orders")


def states(report: RunReport) -> dict[str, str]:
    """Symbol -> state of its order."""
    return {entry.symbol: entry.stage for entry in report.orders}
