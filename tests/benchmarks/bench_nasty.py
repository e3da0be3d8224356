"""The nastiest legal inputs, and what others wait beside them: ``python -m tests.benchmarks.bench_nasty``.

The model: portfolios that are hard for the exact method (equal prices, cent prices, prices a cent apart, dear lots
beside fine ones) each plan one amount of cash, with and without a fee and a smallest trade. CPU time, so a busy machine
disturbs it little; work is what the plan itself reports. Then three threads plan equal prices without pause, and the
95th percentile of what a small plan beside them takes is the wait of an innocent visitor.
"""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pbal_core import Portfolio, Position
from pbal_core.planning.problem import Problem, prepare
from pbal_core.planning.solve import solve

KINDS = ("ordinary", "equal in everything", "equal prices", "cent prices", "prices a cent apart", "dear beside fine")


def made(kind: str, count: int) -> Portfolio:
    """A portfolio of one kind, the same on every machine."""
    rng = random.Random(3)
    kinds: dict[str, Callable[[int], tuple[int, int]]] = {
        "ordinary": lambda _: (round(rng.lognormvariate(0, 0.5) * 1_000_000), rng.randint(2_000, 50_000)),
        "equal in everything": lambda _: (1_000_000, 10_000),
        "equal prices": lambda _: (round(rng.lognormvariate(0, 0.5) * 1_000_000), 10_000),
        "cent prices": lambda i: (1_000_000 + rng.randint(0, 100_000), 3 + i % 7),
        "prices a cent apart": lambda i: (900_000 + 7_001 * (i % 50), 10_000 + i),
        "dear beside fine": lambda i: (1_000_000 + rng.randint(0, 100_000), 10_000 if i % 2 else 3),
    }
    positions = ((i, *kinds[kind](i)) for i in range(count))
    return Portfolio(
        Position(symbol=f"S{i:05}", value=Decimal(v) / 100, price=Decimal(p) / 100) for i, v, p in positions
    )


def question(kind: str, count: int, *, dear: bool) -> tuple[Problem, int, int]:
    """A hard rebalance with new cash, as a problem with its amounts."""
    fee: dict[str, Any] = {"fee_per_trade": "4.95"} if dear else {}
    problem = prepare(made(kind, count), method="exact", strategy="hard_rebalance", **fee)
    return problem, sum(problem.values) // 270, problem.units(Decimal(100 if dear else 0))


def table(count: int) -> str:
    """One Markdown table of all kinds."""
    lines = [f"**{count} positions**", "", "| | ms | work | gap |", "|---|---:|---:|---:|"]
    for kind in KINDS:
        for dear in (False, True):
            problem, cash, smallest = question(kind, count, dear=dear)
            start = time.process_time()
            proof = solve(problem, cash, smallest).proof
            spent = time.process_time() - start
            if proof is None:
                continue
            gap = "none: proven" if proof.proven else f"${proof.gap:,.2f}"
            lines.append(
                f"| {kind}{', fee and smallest trade' if dear else ''} | {spent * 1e3:.1f} | {proof.work:,} | {gap} |"
            )
    return "\n".join(lines)


def wait_beside(others: int) -> float:
    """Milliseconds (95th percentile) of a plan of ten positions beside threads that plan equal prices."""
    stop = threading.Event()

    def busy() -> None:
        problem, cash, smallest = question("equal prices", 200, dear=True)
        while not stop.is_set():
            solve(problem, cash, smallest)

    threads = [threading.Thread(target=busy) for _ in range(others)]
    for thread in threads:
        thread.start()
    problem, cash, smallest = question("ordinary", 10, dear=False)
    waits = []
    for _ in range(100):
        start = time.perf_counter()
        solve(problem, cash, smallest)
        waits.append(time.perf_counter() - start)
        time.sleep(0.02)
    stop.set()
    for thread in threads:
        thread.join()
    return statistics.quantiles(waits, n=20)[-1] * 1e3


def main() -> None:
    """Prints the tables."""
    for count in (250, 10_000):
        print(table(count), end="\n\n")
    print(f"A small plan alone: {wait_beside(0):.1f} ms (p95); beside three of the nastiest: {wait_beside(3):.1f} ms.")


if __name__ == "__main__":
    main()
