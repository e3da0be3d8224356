"""Exact plans against solvers, packages and rounding: ``python -m tests.benchmarks.bench_exact``.

The model: portfolios of n assets with prices of 20 to 500 dollars and values around 10,000 dollars invest from 0.2 % to
100 % of their value without selling. All tools get the same portfolios in the same process. Times are CPU time, so a
busy machine disturbs them little; the ratio is to ``Problem.solve``, the work for one position of a slider. Each answer
is measured by the same J + R, as far above the best answer of the row's portfolio as it is. Tools that do not know
holdings (PyPortfolioOpt) or whole shares (a cvxpy quadratic program) get the water level of fractional shares to round.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace

import cvxpy
import highspy
import numpy as np
import pandas as pd

from pbal_core import Portfolio, Position, rebalance
from pbal_core.money import format_money
from pbal_core.planning.classic import water_fill
from pbal_core.planning.problem import Problem, prepare
from pbal_core.planning.solve import solve
from tests.benchmarks.report import machine, write_section

SHARES_OF_VALUE = (0.002, 0.01, 0.1, 1.0)
COUNTS = (10, 50, 200, 1000)
SEEDS = {10: 8, 50: 4, 200: 2, 1000: 1}
SOLVER_SECONDS = 10.0


@dataclass(frozen=True)
class Case:
    """One request in cents: n values, n prices, cash."""

    values: list[int]
    prices: list[int]
    cash: int

    @property
    def target(self) -> float:
        """Cents of each asset at its target: equal weights."""
        return (sum(self.values) + self.cash) / len(self.values)

    def objective(self, lots: Sequence[int]) -> float:
        """J + R in dollars: distance to the targets, and cash left idle."""
        goal = self.target
        rows = zip(self.values, self.prices, lots, strict=True)
        return (sum((value + price * k - goal) ** 2 for value, price, k in rows) / goal + self.left(lots)) / 100

    def most(self, i: int) -> int:
        """The most lots of an asset that are not past its target."""
        return max(0, int((self.target - self.values[i]) / self.prices[i] + 0.5))

    def left(self, lots: Sequence[int]) -> int:
        """Cents that stay, negative for an overspend."""
        return self.cash - sum(price * k for price, k in zip(self.prices, lots, strict=True))

    def portfolio(self) -> Portfolio:
        """The case as the library takes it."""
        rows = enumerate(zip(self.values, self.prices, strict=True))
        return Portfolio(
            Position(symbol=f"S{i:04}", value=Decimal(value) / 100, price=Decimal(price) / 100)
            for i, (value, price) in rows
        )


@dataclass
class Result:
    """What a tool did on all cases of one size."""

    seconds: list[float] = field(default_factory=list)
    above: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    overspends: int = 0
    proven: int | None = None
    failed: int = 0


def make(count: int, share: float, seed: int) -> Case:
    """A portfolio that anybody can draw again."""
    rng = random.Random(f"{count} {share} {seed}")
    values = [round(rng.lognormvariate(0, 0.5) * 1_000_000) for _ in range(count)]
    return Case(values, [rng.randint(2_000, 50_000) for _ in range(count)], round(sum(values) * share))


Tool = Callable[[Case, Problem], Sequence[int]]


def exact(case: Case, problem: Problem) -> Sequence[int]:
    """One position of a slider."""
    return solve(problem, case.cash, 0).lots


def end_to_end(case: Case, problem: Problem) -> Sequence[int]:
    """From decimals to a plan with its reasons, the laws proved again."""
    plan = rebalance(problem.portfolio, Decimal(case.cash) / 100, method="exact")
    return [int(order.shares) for order in plan.orders]


def filled(case: Case, problem: Problem) -> Sequence[int]:
    """Rounding to the water level, then spending what is left lot by lot: the search is not allowed any work."""
    return solve(problem, case.cash, 0, work=0).lots


def classic(case: Case, problem: Problem) -> Sequence[int]:
    """Steps of 100 dollars, each trade rounded by itself."""
    return [int(o.shares) for o in rebalance(problem.portfolio, Decimal(case.cash) / 100, min_trade=100).orders]


def highs(case: Case, _problem: Problem) -> Sequence[int]:
    """A mixed-integer program with tangents of J between whole shares around the water level."""
    solver = highspy.Highs()
    for name, value in (("output_flag", False), ("mip_rel_gap", 1e-9), ("threads", 1), ("time_limit", SOLVER_SECONDS)):
        solver.setOptionValue(name, value)
    goal = case.target
    lots = [solver.addIntegral(lb=0, ub=min(case.cash // p, case.most(i))) for i, p in enumerate(case.prices)]
    costs = [solver.addVariable(lb=0.0) for _ in lots]
    for k, cost, value, price, move in zip(lots, costs, case.values, case.prices, _water(case), strict=True):
        first = max(0, int(move // price) - 6)
        for n in range(first, first + 14):
            at, after = ((value + price * m - goal) ** 2 / goal / 100 for m in (n, n + 1))
            solver.addConstr(cost >= at + (after - at) * (k - n))
    spent = sum(k * (price / 100) for k, price in zip(lots, case.prices, strict=True))
    solver.addConstr(spent <= case.cash / 100 + 1e-7)
    solver.minimize(sum(costs) + case.cash / 100 - spent)
    return [round(solver.val(k)) for k in lots]


def quadratic_program(case: Case, _problem: Problem) -> Sequence[int]:
    """The fractional optimum of a cvxpy quadratic program, rounded down."""
    buys = cvxpy.Variable(len(case.values), nonneg=True)
    values = np.array(case.values) / 100
    off = (values + buys - case.target / 100) / np.sqrt(case.target / 100)
    cvxpy.Problem(cvxpy.Minimize(cvxpy.sum_squares(off)), [cvxpy.sum(buys) <= case.cash / 100]).solve()
    return [int((amount + 1e-6) * 100 // price) for amount, price in zip(buys.value, case.prices, strict=True)]


def package_rebalance(case: Case, _problem: Problem) -> Sequence[int]:
    """The package ``rebalance``: its optimizer, buying only, with its default objective."""
    from rebalance.rebalancing_helper import rebalance_optimizer

    def asset(value: int, price: int) -> SimpleNamespace:
        return SimpleNamespace(
            fractional=False,
            quantity=value / price,
            currency="USD",
            price_in=lambda _currency: price / 100,
            market_value_in=lambda _currency: value / 100,
        )

    rows = zip(case.values, case.prices, strict=True)
    assets = {f"S{i:04}": asset(value, price) for i, (value, price) in enumerate(rows)}
    held = SimpleNamespace(
        _common_currency="USD",
        selling_allowed=False,
        assets=assets,
        cash={"USD": SimpleNamespace(amount=case.cash / 100)},
    )
    weights = dict.fromkeys(assets, 100 / len(assets))
    return [int(k) for k in rebalance_optimizer(held, weights, sellable_tickers=[]).values()]


def portfolio_opt(case: Case, _problem: Problem) -> Sequence[int]:
    """PyPortfolioOpt's greedy allocation of the cash to the water level."""
    from pypfopt import DiscreteAllocation

    moves = _water(case)
    names = [f"S{i:04}" for i in range(len(moves))]
    weights = {name: move / case.cash for name, move in zip(names, moves, strict=True) if move > 0}
    prices = pd.Series([price / 100 for price in case.prices], index=names)
    allocation = DiscreteAllocation(weights, prices[list(weights)], total_portfolio_value=case.cash / 100)
    bought, _left = allocation.greedy_portfolio()
    return [int(bought.get(name, 0)) for name in names]


def _water(case: Case) -> list[float]:
    """Cents that fractional shares would move."""
    return [float(move) for move in water_fill(case.values, [1] * len(case.values), case.cash)]


TOOLS: dict[str, Tool] = {
    "exact, one slider position": exact,
    "exact, `rebalance()` end to end": end_to_end,
    "rounding + greedy fill": filled,
    "classic, steps of $100": classic,
    "HiGHS, mixed-integer program": highs,
    "cvxpy, quadratic program rounded down": quadratic_program,
    "package `rebalance` (cvxpy + HiGHS)": package_rebalance,
    "PyPortfolioOpt, greedy": portfolio_opt,
}
"""HiGHS alone has a limit of time; where it is reached, its best plan until then counts."""


def run(count: int) -> dict[str, Result]:
    """All tools on all cases of one size."""
    results = {name: Result() for name in TOOLS}
    for share in SHARES_OF_VALUE:
        for seed in range(SEEDS[count]):
            case = make(count, share, seed)
            problem = prepare(case.portfolio(), method="exact")
            answers = {}
            for name, result in results.items():
                answers[name] = _timed(TOOLS[name], case, problem, result)
            best = min(case.objective(lots) for lots in answers.values() if lots is not None and _allowed(case, lots))
            for name, result in results.items():
                _judge(case, answers[name], best, result)
            proof = solve(problem, case.cash, 0).proof
            mine = results["exact, one slider position"]
            mine.proven = (mine.proven or 0) + bool(proof and proof.proven)
    return results


def _timed(tool: Tool, case: Case, problem: Problem, result: Result) -> Sequence[int] | None:
    """The answer, with the median CPU time of a few runs (of one, where it takes long)."""
    times = []
    try:
        for _ in range(5):
            start = time.process_time()
            lots = tool(case, problem)
            times.append(time.process_time() - start)
            if times[-1] > 0.5:
                break
    except (RuntimeError, cvxpy.error.SolverError):
        result.failed += 1
        return None
    result.seconds.append(statistics.median(times))
    return lots


def _allowed(case: Case, lots: Sequence[int]) -> bool:
    """Whether a plan keeps to the cash and buys nothing past its target."""
    return case.left(lots) >= 0 and all(k <= case.most(i) for i, k in enumerate(lots))


def _judge(case: Case, lots: Sequence[int] | None, best: float, result: Result) -> None:
    if lots is None:
        return
    left = case.left(lots)
    result.overspends += left < 0
    result.idle.append(left / 100)
    if _allowed(case, lots):
        result.above.append(case.objective(lots) / best - 1 if best else 0.0)


def table(count: int, results: dict[str, Result]) -> str:
    """One Markdown table."""
    base = statistics.median(results["exact, one slider position"].seconds)
    cases = len(SHARES_OF_VALUE) * SEEDS[count]
    lines = [
        f"**{count} assets**, {cases} portfolios:",
        "",
        "| | median ms | times ours | J + R above best: median | worst | idle cash | overspends |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, result in results.items():
        if not result.seconds:
            lines.append(f"| {name} | failed on all | | | | | |")
            continue
        middle = statistics.median(result.seconds)
        above = (
            f"{statistics.median(result.above):.3%} | {max(result.above):.2%}"
            if result.above
            else "always overspends | "
        )
        notes = f" ({result.proven} of {cases} proven)" if result.proven is not None else ""
        notes += f" (failed on {result.failed})" if result.failed else ""
        lines.append(
            f"| {name}{notes} | {middle * 1e3:,.2f} | {middle / base:,.1f} | {above} | "
            f"{format_money(Decimal(str(round(statistics.median(result.idle), 2))))} | {result.overspends} |"
        )
    return "\n".join(lines)


def hard_cases() -> str:
    """Cases that no method likes, at 50 assets: what the budget of work leaves."""
    rng = random.Random(5)
    values = [round(rng.lognormvariate(0, 0.5) * 1_000_000) for _ in range(50)]
    prices = [rng.randint(2_000, 50_000) for _ in values]
    alike = [1_000_000] * 50
    rows = {
        "minimum trade of $5,000 for $37,777": (values, prices, 500_000),
        "minimum trade of $1,000 for $37,777": (values, prices, 100_000),
        "minimum trade of $5,000, all values equal": (alike, prices, 500_000),
        "minimum trade of $11,000, all values equal": (alike, prices, 1_100_000),
        "prices of 3 to 9 cents": (values, [3 + i % 7 for i in range(50)], 0),
        "all prices equal": (values, [10_000] * 50, 0),
        "prices $100.00, $100.01, ...": (values, [10_000 + i for i in range(50)], 0),
    }
    lines = ["**Hard cases, 50 assets**:", "", "| | ms | work | certified gap |", "|---|---:|---:|---:|"]
    for name, (held, costs, min_trade) in rows.items():
        problem = prepare(Case(held, costs, 3_777_777).portfolio(), method="exact")
        times = []
        for _ in range(5):
            start = time.process_time()
            proof = solve(problem, 3_777_777, min_trade).proof
            times.append(time.process_time() - start)
        spent = statistics.median(times)
        assert proof is not None
        gap = "none: proven" if proof.proven else f"{proof.gap / (proof.objective + proof.idle):.4%}"
        lines.append(f"| {name} | {spent * 1e3:.2f} | {proof.work:,} | {gap} |")
    return "\n".join(lines)


def main() -> None:
    """Prints the tables, and with --write puts them into the measured page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the tables into .github/docs/measured.md")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")  # the packages compared warn about their own dependencies
    measure = "J is the distance to the targets, `sum (value - target)**2 / target`, R the cash left idle"
    blocks = [f"CPU time on {machine()}; {measure}. HiGHS is stopped after {SOLVER_SECONDS:.0f} seconds."]
    blocks += [table(count, run(count)) for count in COUNTS]
    blocks.append(hard_cases())
    text = "\n\n".join(blocks)
    print(text)
    if options.write:
        write_section("exact", text)


if __name__ == "__main__":
    main()
