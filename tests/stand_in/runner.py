"""A process that carries out a run of ten orders and may be killed at any line of the product; a fork for each run.

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

from pbal_core.brokers import execution, journal, proposal, recheck, reconcile, records, sending
from pbal_core.brokers.clock import Moment
from pbal_core.brokers.guards import Limits
from pbal_core.brokers.ibkr import client_portal, transport
from pbal_core.brokers.ibkr import decode as shapes
from pbal_core.brokers.ibkr import gateway as wire
from pbal_core.brokers.protocol import Account, Preview, Quote
from tests.stand_in.clock import FakeClock
from tests.stand_in.gateway import ACCOUNT

ORDERS = [("SELL" if i < 5 else "BUY", 2000 + i, 3 + i) for i in range(10)]
"""(side, conid, shares): five sells, five buys, told apart by everything."""
PRODUCT = {m.__file__ for m in (client_portal, execution, journal, proposal, recheck, reconcile, sending, shapes, wire)}


def ten_orders(made: Moment) -> proposal.Proposal:
    lines = [
        proposal.Line(
            draft=records.Draft(
                symbol=f"S{conid}",
                conid=conid,
                side=side,
                shares=shares,
                price=Decimal(100),
                limit=Decimal("100.2") if side == "BUY" else Decimal("99.8"),
                fee=Decimal(1),
                held=Decimal(50),
            ),
            quote=Quote(conid=conid, last=Decimal(100)),
            preview=Preview(),
        )
        for side, conid, shares in ORDERS
    ]
    account = Account(id=ACCOUNT, paper=True, currency="USD")
    return proposal.Proposal(
        account=account,
        cash=Decimal(10_000),
        available=Decimal(10_000),
        lines=tuple(lines),
        problems=(),
        warnings=(),
        limits=Limits(),
        made=made,
    )


def child(base: str, certificate: Path, order: dict) -> int:
    """One process of the user: starts or resumes. Exit code 0 done, 4 nothing to resume, 5 stopped."""
    fake = FakeClock(order["now"])
    context = transport.trust(base, certificate=certificate, fingerprint=None)
    broker = client_portal.ClientPortal(base, transport.gateway_transport(context), clock=fake.clock)
    with journal.Journal(Path(order["journal"]), fake.clock) as book, book.alone():
        work = execution.Execution(broker, book, Limits(), clock=fake.clock)
        if order["mode"] == "start":
            report = work.start(ten_orders(fake.clock.moment()))
        else:
            run = book.open_run()
            if run is None:
                return 4
            report = work.resume(run.id)
        return 5 if report.stopped else 0


def trace(kill: int | None, number: int, counted: list[int]):
    def line(_frame, event, _argument):
        if event == "line":
            counted[0] += 1
            if counted[0] == kill:
                os.kill(os.getpid(), number)
        return line

    return lambda frame, _event, _argument: line if frame.f_code.co_filename in PRODUCT else None


def main() -> None:
    base, certificate = sys.argv[1], Path(sys.argv[2])
    gc.disable()
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
