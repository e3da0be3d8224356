"""Households against single portfolios: ``python -m tests.benchmarks.bench_household``.

The model: made accounts hold whole shares of the same funds and have new cash; a third also sells. Processor time of
``rebalance_household`` is compared with that of ``rebalance`` for one account of ten funds, by turns.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from statistics import median

from pbal_core import Household, HouseholdAccount, Portfolio, Position, rebalance, rebalance_household
from tests.benchmarks.report import machine, publish

SIZES = ((2, 5), (3, 10), (4, 20))
HOUSEHOLDS = 15
ROUNDS = 7


def made(accounts: int, funds: int, seed: int) -> tuple[Household, dict[str, int], dict[str, int], str]:
    """A household, its targets, the cash of each account, and a strategy."""
    draw = random.Random(seed)
    prices = [Decimal(draw.randint(2_000, 40_000)) / 100 for _ in range(funds)]

    def portfolio() -> Portfolio:
        shares = [draw.randint(0, 300) for _ in range(funds)]
        return Portfolio(
            Position(symbol=f"F{i:02d}", value=price * count, price=price)
            for i, (price, count) in enumerate(zip(prices, shares, strict=True))
        )

    household = Household(HouseholdAccount(name=f"A{a}", portfolio=portfolio()) for a in range(accounts))
    cuts = [draw.randint(1, 9) for _ in range(funds)]
    whole = sum(cuts)
    targets = {f"F{i:02d}": cut * 100 // whole for i, cut in enumerate(cuts)}
    targets["F00"] += 100 - sum(targets.values())
    cash = {account.name: draw.randint(1_000, 20_000) for account in household}
    return household, targets, cash, "hard_rebalance" if seed % 3 == 2 else "try_avoid_sell"


def spent(job: Callable[[], object]) -> float:
    """Seconds of processor time of one call."""
    begin = time.process_time()
    job()
    return time.process_time() - begin


def table() -> str:
    """The table as Markdown."""
    lines = [
        "| accounts x funds | household | `rebalance`, 10 funds | times | gap, basis points |",
        "|---|---:|---:|---:|---:|",
    ]
    single = made(1, 10, 0)[0].accounts[0].portfolio
    equal = {position.symbol: 10 for position in single}
    for accounts, funds in SIZES:
        ours, theirs, gaps = [], [], []
        for seed in range(HOUSEHOLDS):
            household, targets, cash, strategy = made(accounts, funds, seed)
            plan = rebalance_household(household, targets, cash, strategy=strategy)
            worth = sum(account.portfolio.value for account in household) + sum(cash.values())
            gaps.append(plan.proof.gap / float(worth) * 10_000)
            ask = partial(rebalance_household, household, targets, cash, strategy=strategy)
            alone = partial(rebalance, single, 5_000, targets=equal, strategy=strategy, method="exact")
            for _ in range(ROUNDS):
                ours.append(spent(ask))
                theirs.append(spent(alone))
        one, other = median(ours) * 1000, median(theirs) * 1000
        lines.append(
            f"| {accounts} x {funds} | {one:.1f} ms | {other:.2f} ms | {one / other:.1f} | {median(gaps):.2f} |"
        )
    return "\n".join([*lines, "", f"Medians of processor time over {HOUSEHOLDS} households each; {machine()}."])


if __name__ == "__main__":
    publish(__doc__, "household", table)
