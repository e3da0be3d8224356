"""A process that carries out a plan of six orders and may be killed at any line of the product; a fork for each run.

Usage: ``python -m tests.stand_in.runner BASE CERTIFICATE``. Each line on standard input is a JSON object ``{"mode",
"journal", "now", "kill", "trace"}``; the answer is the child's pid, then (after a line ``go``) its exit status and how
many lines of the product it executed. ``kill`` is the number of the line at which the child sends itself ``signal``
(SIGKILL when it is not said).
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from pbal_core.brokers import execution, journal, proposal, recheck, reconcile, records, sending
from pbal_core.brokers.clock import Moment
from pbal_core.brokers.guards import Limits
from pbal_core.brokers.ibkr import client_portal, decode, gateway, transport
from pbal_core.brokers.protocol import BrokerAccount, Quote, Ticket, WhatIf
from tests.stand_in.clock import FakeClock
from tests.stand_in.gateway import ACCOUNT

ORDERS = [("SELL" if i < 3 else "BUY", 2000 + i, 3 + i) for i in range(6)]
"""(side, conid, shares): three sells, three buys, told apart by everything."""
HELD = 50
"""Shares of each before."""
WANTED = {conid: HELD + (shares if side == "BUY" else -shares) for side, conid, shares in ORDERS}
"""Shares of each afterwards."""
PRODUCT = {
    m.__file__
    for m in (client_portal, decode, execution, gateway, journal, proposal, recheck, reconcile, records, sending)
}


def orders_to_get_there(held: dict[int, int], made: Moment) -> proposal.Proposal:
    """A plan from what the account holds to what is wanted."""
    missing = {conid: wanted - held.get(conid, 0) for conid, wanted in WANTED.items()}
    orders = [
        proposal.ProposedOrder(
            ticket=Ticket(
                client_id="none yet",
                account=ACCOUNT,
                conid=conid,
                symbol=f"S{conid}",
                side="BUY" if shares > 0 else "SELL",
                shares=abs(shares),
                limit=Decimal("100.2") if shares > 0 else Decimal("99.8"),
            ),
            price=Decimal(100),
            held=Decimal(held.get(conid, 0)),
            fee=Decimal(1),
            quote=Quote(conid=conid, last=Decimal(100)),
            what_if=WhatIf(),
        )
        for conid, shares in sorted(missing.items(), key=lambda item: item[1] > 0)
        if shares
    ]
    return proposal.Proposal(
        account=BrokerAccount(id=ACCOUNT, paper=True, currency="USD"),
        cash=Decimal(10_000),
        available=Decimal(10_000),
        orders=tuple(orders),
        left_out=(),
        problems=(),
        warnings=(),
        limits=Limits(),
        made=made,
    )


def child(base: str, certificate: Path, order: dict[str, Any]) -> int:
    """One process of the user: a plan from the account, after an open run has been settled. Exit code 5: stopped."""
    fake = FakeClock(order["now"])
    context = transport.trust(base, certificate=certificate, fingerprint=None)
    broker = client_portal.ClientPortal(base, transport.gateway_transport(context), clock=fake.clock)
    with journal.Journal(Path(order["journal"]), fake.clock) as book, book.alone():
        work = execution.Execution(broker, book, Limits(), clock=fake.clock)
        if (run := book.open_run()) is not None:
            report = work.settle(run.id)
            if report.run.state == "open":
                return 5
            fake.time += 1
        held = {p.conid: int(p.shares) for p in broker.positions(ACCOUNT)}
        plan = orders_to_get_there(held, fake.clock.moment())
        if not plan.orders:
            return 0
        return 5 if work.start(plan).stopped else 0


def trace(kill: int | None, number: int, counted: list[int]) -> Any:
    def line(_frame: Any, event: Any, _argument: Any) -> Any:
        if event == "line":
            counted[0] += 1
            if counted[0] == kill:
                os.kill(os.getpid(), number)
        return line

    return lambda frame, _event, _argument: line if frame.f_code.co_filename in PRODUCT else None


def main() -> None:
    base, certificate = sys.argv[1], Path(sys.argv[2])
    gc.disable()
    transport.gateway_transport(transport.trust(base, certificate=certificate, fingerprint=None)).close()
    for text in sys.stdin:
        order = json.loads(text)
        ready, go = os.pipe()
        told, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.read(ready, 1)
            counted = [0]
            code = 70
            try:
                if order.get("trace"):
                    sys.settrace(trace(order.get("kill"), order.get("signal", signal.SIGKILL), counted))
                code = child(base, certificate, order)
            except KeyboardInterrupt:
                code = 130
            finally:
                sys.settrace(None)
                os.write(tell, str(counted[0]).encode())
                sys.stderr.flush()
                os._exit(code)
        os.close(tell)
        print(pid, flush=True)
        sys.stdin.readline()
        os.write(go, b"g")
        _pid, status = os.waitpid(pid, 0)
        lines = os.read(told, 20).decode()
        for end in (ready, go, told):
            os.close(end)
        print(json.dumps({"status": os.waitstatus_to_exitcode(status), "lines": int(lines or 0)}), flush=True)


if __name__ == "__main__":
    main()
