"""One account along its cash: every position is what its turn would give beside the plans of the others."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pbal_core import Portfolio, Position, Targets
from pbal_core.money import from_units
from pbal_core.planning.household import Household, HouseholdAccount, rebalance_household
from pbal_core.planning.household.along import prepare_household
from pbal_core.planning.household.rounds import Rounds
from pbal_core.planning.strategy import Strategy
from tests.build import rules

from .test_household import made_case


def held(text: str) -> Portfolio:
    rows = (row.split() for row in text.split(";") if row.strip())
    return Portfolio([Position(symbol=s, value=v, price=p) for s, v, p in rows])


@pytest.mark.parametrize("seed", range(12))
def test_every_position_is_the_turn_of_the_account(seed: Any) -> None:
    """A direct solve beside what the others have after their trades gives the same lots, to the share."""
    draw = random.Random(seed)
    case = made_case(draw, 3, 4, most=30, prices=(900, 30000))
    household, cash = case.household(), case.dollars()
    targets = Targets(case.targets())
    plan = rebalance_household(household, targets, cash, strategy=case.strategy)
    amounts = [Decimal(draw.randint(0, 20000)) for _ in range(6)] + [Decimal("12.34")]
    terms: dict[str, Any] = {"strategy": Strategy.named(case.strategy), "min_trade": Decimal(0)}
    made = prepare_household(household, targets, cash, amounts=amounts, **terms)
    for number, (name, account) in enumerate(sorted(made.accounts.items())):
        beside = made.beside(plan, name)
        for amount in amounts:
            solution = beside.solve(amount)
            accounts = [made.accounts[each] for each in sorted(made.accounts)]
            accounts[number] = replace(account, cash=account.problem.units(amount))
            rounds = Rounds(accounts)
            for other, each in enumerate(accounts):
                orders = {order.symbol: order for order in plan.plans[each.account.name].trades}
                shares = (
                    int(orders[symbol].shares) if symbol in orders and other != number else 0
                    for symbol in each.problem.portfolio.symbols
                )
                rounds.trade(other, list(shares))
            assert list(solution.lots) == rounds.turn(number, rounds.others(number))
            spent = sum(solution.wanted) + solution.fees
            assert from_units(solution.cash_left + spent, made.scale) == amount
            assert solution.cash_left >= 0


HOME = Household(
    [
        HouseholdAccount(name="Taxable", portfolio=held("VTI 25000 250"), menu=["VTI"]),
        HouseholdAccount(name="IRA", kind="deferred", portfolio=held("BND 7250 72.50; OLD 300 30"), menu=["BND"],
                         constraints=rules(fractional={"BND": "0.001"}, fee_per_trade="1.5")),
    ]
)  # fmt: skip
TARGETS = Targets({"VTI": 60, "BND": 40})


def test_what_cannot_be_raised_is_said() -> None:
    """No lots, and the reason that a plan for this amount would give."""
    cash = {"Taxable": Decimal(0), "IRA": Decimal(0)}
    terms: dict[str, Any] = {"strategy": Strategy.TRY_AVOID_SELL, "min_trade": Decimal(0)}
    plan = rebalance_household(HOME, TARGETS, cash)
    made = prepare_household(HOME, TARGETS, cash, **terms)
    solution = made.beside(plan, "IRA").solve(Decimal(-9000))
    assert "at most $7,547.00" in solution.refusal
    assert not any(solution.lots)


def test_rows_are_those_of_the_plan() -> None:
    """What an account neither holds nor may buy is no row of it."""
    cash = {"Taxable": Decimal(0), "IRA": Decimal(6500)}
    plan = rebalance_household(HOME, TARGETS, cash, strategy="hard_rebalance")
    made = prepare_household(HOME, TARGETS, cash, strategy=Strategy.HARD_REBALANCE, min_trade=Decimal(0))
    for name, account in made.accounts.items():
        symbols = account.problem.portfolio.symbols
        assert tuple(symbols[row] for row in made.rows(name)) == plan.plans[name].portfolio.symbols


def test_fees_and_fractions_count() -> None:
    """The committed amount by itself is the committed plan, where no account could do better together."""
    cash = {"Taxable": Decimal(0), "IRA": Decimal("6500.25")}
    plan = rebalance_household(HOME, TARGETS, cash)
    made = prepare_household(HOME, TARGETS, cash, strategy=Strategy.TRY_AVOID_SELL, min_trade=Decimal(0))
    problem = made.accounts["IRA"].problem
    solution = made.beside(plan, "IRA").solve(Decimal("6500.25"))
    shares = dict(zip(problem.portfolio.symbols, problem.shares(solution), strict=True))
    assert {s: n for s, n in shares.items() if n} == {t.symbol: t.shares for t in plan.plans["IRA"].trades}
    assert problem.dollars(solution.cash_left) == plan.plans["IRA"].cash_left
