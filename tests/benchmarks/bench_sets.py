"""Sets of substitutes against single funds: ``python -m tests.benchmarks.bench_sets``.

The model: n funds worth around 10,000 dollars at prices of 20 to 500 dollars, and n sets of three funds that are worth
as much, of which the first costs what the single fund costs. Both are asked for the same cash, by turns: processor time
of one position of a slider, ``Problem`` and market made before.
"""

from __future__ import annotations

import random
import time
from decimal import Decimal
from itertools import pairwise
from statistics import median

from pbal_core import Portfolio, Position, Targets
from pbal_core.planning.problem import Problem, prepare
from pbal_core.planning.solve import solve
from tests.benchmarks.report import machine, publish

COUNTS = (10, 30)
SHARES_OF_VALUE = (0.01, 0.1, 0.3)
SEEDS = range(8)
MEMBERS = 3
ROUNDS = 5
QUESTIONS = (
    ("a contribution", "try_avoid_sell", 1),
    ("a withdrawal", "try_avoid_sell", -1),
    ("a hard rebalance", "hard_rebalance", 1),
)


def made(count: int, share: float, seed: int, strategy: str) -> tuple[Problem, Problem, int]:
    """The problem of single funds, that of sets, and cents of cash."""
    rng = random.Random(f"{count} {share} {seed}")
    values = [round(rng.lognormvariate(0, 0.5) * 1_000_000) for _ in range(count)]
    singles, members, sets = [], [], {}
    for i, value in enumerate(values):
        cuts = sorted(rng.randint(0, value) for _ in range(MEMBERS - 1))
        parts = [after - before for before, after in pairwise([0, *cuts, value])]
        prices = [rng.randint(2_000, 50_000) for _ in parts]
        singles.append(held(f"S{i}", value, prices[0]))
        several = [held(f"S{i}-{k}", *row) for k, row in enumerate(zip(parts, prices, strict=True))]
        sets[f"Set {i}"] = [position.symbol for position in several]
        members += several
    alone = prepare(Portfolio(singles), method="exact", strategy=strategy)
    targets = Targets({"All": 100}, {"All": list(sets)}, substitutes=sets)
    together = prepare(Portfolio(members), method="exact", strategy=strategy, targets=targets)
    return alone, together, round(sum(values) * share)


def held(symbol: str, cents: int, price: int) -> Position:
    """A position of so many cents, at cents a share."""
    return Position(symbol=symbol, value=Decimal(cents) / 100, price=Decimal(price) / 100)


def spent(problem: Problem, cash: int) -> float:
    """Seconds of processor time of one answer."""
    begin = time.process_time()
    solve(problem, cash, 0)
    return time.process_time() - begin


def table() -> str:
    """The table as Markdown."""
    lines = ["| | n | n funds | n sets of three | times |", "|---|---:|---:|---:|---:|"]
    for question, strategy, sign in QUESTIONS:
        for count in COUNTS:
            alone: list[float] = []
            together: list[float] = []
            for share in SHARES_OF_VALUE:
                for seed in SEEDS:
                    funds, sets, cash = made(count, share, seed, strategy)
                    spent(funds, sign * cash)
                    spent(sets, sign * cash)
                    for _ in range(ROUNDS):
                        alone.append(spent(funds, sign * cash))
                        together.append(spent(sets, sign * cash))
            one, other = median(alone) * 1000, median(together) * 1000
            lines.append(f"| {question} | {count} | {one:.2f} ms | {other:.2f} ms | {other / one:.1f} |")
    cases = len(SHARES_OF_VALUE) * len(SEEDS)
    return "\n".join([*lines, "", f"Medians of processor time over {cases} portfolios each; {machine()}."])


if __name__ == "__main__":
    publish(__doc__, "sets", table)
