"""Exact plans of substitutes: a brute force over every plan in the order of the sets never finds a better one."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from pbal_core import Portfolio, Position, Targets, rebalance
from pbal_core.planning.problem import prepare
from pbal_core.planning.solve import solve
from tests.known import known
from tests.strategies import cash_amounts, portfolios, strategy_names


@dataclass(frozen=True)
class Fund:
    symbol: str
    value: int
    price: int
    pnl: int | None
    never_buy: bool
    never_sell: bool
    frozen: bool

    @property
    def held(self) -> int:
        return self.value // self.price


@dataclass(frozen=True)
class Case:
    """Sets with their weights, and a question in whole dollars."""

    sets: tuple[tuple[Fund, ...], ...]
    weights: tuple[int, ...]
    cash: int
    strategy: str
    min_trade: int = 0
    fee: int = 0
    max_trades: int | None = None
    past_target: bool = False

    def options(self) -> dict[str, Any]:
        funds = [fund for several in self.sets for fund in several]
        more: dict[str, Any] = {"max_trades": self.max_trades} if self.max_trades is not None else {}
        more |= {"leftover": "invest"} if self.past_target else {}
        return more | {
            "targets": Targets(
                {f"set {i}": Decimal(w) for i, w in enumerate(self.weights)},
                substitutes={f"set {i}": [f.symbol for f in several] for i, several in enumerate(self.sets)},
            ),
            "strategy": self.strategy,
            "method": "exact",
            "fee_per_trade": self.fee,
            "max_fee_share": "20%",
            "never_buy": [f.symbol for f in funds if f.never_buy],
            "never_sell": [f.symbol for f in funds if f.never_sell],
            "frozen": [f.symbol for f in funds if f.frozen],
        }

    def portfolio(self, order: random.Random) -> Portfolio:
        funds = [fund for several in self.sets for fund in several]
        order.shuffle(funds)
        return Portfolio(
            Position(
                symbol=f.symbol,
                value=Decimal(f.value),
                price=Decimal(f.price),
                pnl=None if f.pnl is None else Decimal(f.pnl),
            )
            for f in funds
        )


def random_case(rng: random.Random) -> Case:
    count = rng.randint(1, 3)
    several = rng.choice([1, 2, 3, 3])
    fine = rng.random() < 0.3
    sets = []
    for number in range(count):
        funds = []
        for member in range(rng.randint(1, several)):
            price = rng.choice([10, 10, 20, 30]) if fine else rng.randint(5, 60)
            funds.append(
                Fund(
                    symbol=f"S{number}{member}",
                    value=rng.choice([0, rng.randint(0, 150), rng.randint(0, 90)]),
                    price=price,
                    pnl=rng.choice([None, -5, 5, 0]),
                    never_buy=rng.random() < 0.15,
                    never_sell=rng.random() < 0.15,
                    frozen=rng.random() < 0.1,
                )
            )
        sets.append(tuple(funds))
    cuts = sorted(rng.sample(range(1, 100), count - 1))
    weights = tuple(b - a for a, b in itertools.pairwise([0, *cuts, 100]))
    worth = sum(f.value for each in sets for f in each)
    strategy = rng.choice(["try_avoid_sell", "hard_rebalance"])
    return Case(
        sets=tuple(sets),
        weights=weights,
        cash=rng.randint(-(worth * 9 // 10), 120),
        strategy=strategy,
        min_trade=rng.choice([0, 0, 0, 20, 45]),
        fee=rng.choice([0, 0, 1, 5]),
        max_trades=rng.choice([None, None, None, 1, 2, 3]),
        past_target=rng.random() < 0.2,
    )


Choice = tuple[int, int, int | None, dict[str, int]]
"""Dollars that the trades of one set move, how many they are, what keeping the last sale costs, and their lots."""


def choices(case: Case, number: int, total: int, purse: int) -> Iterator[Choice]:
    """Everything that a set may trade, straight from the rules."""
    funds, goal = case.sets[number], Fraction(case.weights[number] * total, free_weight(case))
    worth = sum(f.value for f in funds)
    fee_trade = -(-case.fee * 5 // 1)
    direction = "both" if case.strategy == "hard_rebalance" else "buy" if case.cash >= 0 else "sell"
    yield 0, 0, None, {}
    if direction != "sell":
        bought = next((f for f in funds if not f.never_buy and not f.frozen), None)
        if bought is not None:
            least = max(1, -(-max(case.min_trade, fee_trade) // bought.price))
            for k in range(least, max(0, purse - case.fee) // bought.price + 1):
                before = worth + (k - 1 if k > least else 0) * bought.price
                if not case.past_target and abs(worth + k * bought.price - goal) > abs(before - goal):
                    break
                yield k * bought.price, 1, None, {bought.symbol: k}
    if direction == "buy":
        return
    able = [f for f in reversed(funds) if not f.never_sell and not f.frozen]
    ordered = [f for f in able if (f.pnl or 0) < 0] + [f for f in able if not (f.pnl or 0) < 0]
    gone, lots = 0, dict[str, int]()
    for f in ordered:
        asked = fee_trade if case.cash >= 0 else min(fee_trade, f.held * f.price)
        asked = asked if direction == "both" or case.cash >= 0 else min(asked, -case.cash)
        smallest = max(case.min_trade, asked, 1)
        if f.held * f.price < smallest or (f.held * f.price <= case.fee and len(funds) > 1):
            continue
        for k in range(1, f.held + 1):
            if k * f.price >= smallest:
                keep = k * f.price - case.fee
                if (k - 1) * f.price >= smallest:
                    keep = min(keep, f.price)
                yield -gone - k * f.price, len(lots) + 1, keep, {**lots, f.symbol: -k}
        gone, lots = gone + f.held * f.price, {**lots, f.symbol: -f.held}


def free_weight(case: Case) -> int:
    rows = zip(case.sets, case.weights, strict=True)
    return sum(weight for funds, weight in rows if not all(f.frozen for f in funds))


def managed(case: Case) -> list[int]:
    return [i for i, funds in enumerate(case.sets) if not all(f.frozen for f in funds)]


def best(case: Case) -> tuple[Fraction | None, list[list[Choice]]]:
    """The least J + R in dollars over every plan, None where there is none; and what each set may trade."""
    members = managed(case)
    total = sum(f.value for i in members for f in case.sets[i]) + case.cash
    purse = sum(f.value for i in members for f in case.sets[i]) + max(0, case.cash)
    options = [list(choices(case, i, total, purse)) for i in members]
    least = None
    if math.prod(map(len, options)) > 20_000:
        return Fraction(-1), options
    for plan in itertools.product(*options):
        trades = sum(choice[1] for choice in plan)
        idle = case.cash - sum(choice[0] for choice in plan) - case.fee * trades
        if idle < 0 or (case.max_trades is not None and trades > case.max_trades):
            continue
        if any(keep is not None and keep <= idle for _, _, keep, _ in plan):
            continue
        value = worth_of(case, members, total, [choice[0] for choice in plan]) + idle
        least = value if least is None else min(least, value)
    return least, options


def worth_of(case: Case, members: list[int], total: int, moved: list[int]) -> Fraction:
    """J in dollars."""
    whole, found = free_weight(case), Fraction(0)
    for i, delta in zip(members, moved, strict=True):
        goal = Fraction(case.weights[i] * total, whole)
        found += (sum(f.value for f in case.sets[i]) + delta - goal) ** 2 / goal
    return found


@pytest.mark.parametrize("chunk", range(4))
def test_no_plan_of_sets_is_better(chunk: Any) -> None:
    """Every plan in the order of the sets is tried; what is refused has none. Rows come in any order."""
    proven = solved = several = 0
    for seed in range(chunk * 500, chunk * 500 + 500):
        rng = random.Random(seed)
        case = random_case(rng)
        members = managed(case)
        total = sum(f.value for i in members for f in case.sets[i]) + case.cash
        if not members or total <= 0:
            continue
        least, options = best(case)
        if least == -1:
            continue
        problem = prepare(case.portfolio(rng), **case.options())
        solution = solve(problem, problem.units(Decimal(case.cash)), problem.units(Decimal(case.min_trade)))
        assert (least is None) == bool(solution.refusal), (seed, solution.refusal)
        if least is None:
            continue
        lots = {s: k for s, k in zip(problem.portfolio.symbols, solution.lots, strict=True) if k}
        moved = []
        for i, choice in zip(members, options, strict=True):
            mine = {f.symbol: lots[f.symbol] for f in case.sets[i] if f.symbol in lots}
            found = [delta for delta, _, _, each in choice if each == mine]
            assert found, (seed, mine)
            moved.append(found[0])
        value = worth_of(case, members, total, moved) + Fraction(problem.dollars(solution.cash_left))
        slack = Fraction(1, 10**6) * max(Fraction(1), least)
        assert value >= least - slack, seed
        proof = known(solution.proof)
        assert value - least <= Fraction(proof.gap) + slack, (seed, float(value), float(least))
        proven += proof.proven
        solved += 1
        several += any(len([f for f in case.sets[i] if f.symbol in lots]) > 1 for i in members)
    assert solved > 300
    assert several > 10
    assert proven > 0.99 * solved


@settings(deadline=None, max_examples=60)
@given(portfolios(max_size=6), cash_amounts, strategy_names, st.sampled_from(["classic", "exact"]), st.data())
def test_sets_of_one_are_positions(held: Any, cash: Decimal, strategy: str, method: str, data: DataObject) -> None:
    """A name around a symbol changes nothing; nor does a group that shares as the targets do."""
    weights = data.draw(st.lists(st.integers(0, 5), min_size=len(held), max_size=len(held)))
    if not any(weights):
        return
    cuts = [100 * w // sum(weights) for w in weights]
    cuts[weights.index(max(weights))] += 100 - sum(cuts)
    plain = Targets(dict(zip(held.symbols, cuts, strict=True)))
    named = Targets(
        {f"x{s}": w for s, w in zip(held.symbols, cuts, strict=True)}, substitutes={f"x{s}": [s] for s in held.symbols}
    )
    grouped = Targets({"everything": 1}, groups={"everything": dict(plain.weights)})
    plans = []
    for targets in (plain, named, grouped):
        problem = prepare(held, targets=targets, strategy=strategy, method=method)
        plans.append(solve(problem, problem.units(cash), problem.units(Decimal(100))))
    assert replace(plans[0], issues=()) == replace(plans[1], issues=()) == replace(plans[2], issues=())
    assert [issue.code for issue in plans[0].issues] == [issue.code for issue in plans[1].issues]


@pytest.mark.parametrize("strategy", ["try_avoid_sell", "hard_rebalance"])
@pytest.mark.parametrize("method", ["classic", "exact"])
def test_refining_by_what_is_held_changes_nothing(strategy: str, method: str) -> None:
    """Classes with shares as they are held are on target, and cash gives the plan of the products of their weights."""
    for seed in range(30):
        rng = random.Random(seed)
        tops, inner = split(rng, 3), [split(rng, rng.randint(1, 3)) for _ in range(3)]
        rows = {f"S{i}{m}": tops[i] * share for i in range(3) for m, share in enumerate(inner[i])}
        prices = {symbol: rng.randint(1, 50) for symbol in rows}
        held = Portfolio(Position(symbol=s, value=Decimal(10 * v), price=Decimal(prices[s])) for s, v in rows.items())
        tree = Targets(
            {f"class {i}": top for i, top in enumerate(tops)},
            groups={f"class {i}": {f"S{i}{m}": w for m, w in enumerate(inner[i])} for i in range(3)},
        )
        flat = Targets({symbol: Decimal(product) / 100 for symbol, product in rows.items()})
        assert not rebalance(held, targets=tree, strategy=strategy, method=method).trades
        for cash in (-20_000, 5_000, 70_000):
            plans = [
                rebalance(held, cash, targets=targets, strategy=strategy, method=method) for targets in (tree, flat)
            ]
            assert plans[0] == plans[1]


def split(rng: random.Random, count: int) -> list[int]:
    """Whole percents above 0 that sum to 100."""
    cuts = sorted(rng.sample(range(1, 100), count - 1))
    return [b - a for a, b in itertools.pairwise([0, *cuts, 100])]


@pytest.mark.parametrize("strategy", ["try_avoid_sell", "hard_rebalance"])
@pytest.mark.parametrize("method", ["classic", "exact"])
def test_the_order_of_members_changes_only_which_fund_trades(strategy: str, method: str) -> None:
    """With funds of one price the dollars of each set stay the same, whichever of them trades."""
    for seed in range(40):
        rng = random.Random(seed)
        rows = [(f"S{i}{m}", rng.randint(0, 90) * 10) for i in range(3) for m in range(3)]
        held = Portfolio(Position(symbol=s, value=Decimal(v), price=Decimal(10)) for s, v in rows)
        sums = []
        for order in ([0, 1, 2], [2, 0, 1]):
            targets = Targets(
                {"a": 50, "b": 30, "c": 20},
                substitutes={name: [f"S{i}{m}" for m in order] for i, name in enumerate("abc")},
            )
            plan = rebalance(held, 100 - seed * 20, targets=targets, strategy=strategy, method=method, min_trade=10)
            sums.append([sum(t.value for t in plan.trades if t.symbol[1] == str(i)) for i in range(3)])
        assert sums[0] == sums[1], seed
