"""The sentence of a household's plan, and how good it says that it is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from pbal_core import Targets
from pbal_core.planning.household import Household, HouseholdAccount, rebalance_household
from pbal_core.views.household import explanation, sentence
from tests.build import portfolio

TARGETS = Targets({"VTI": 60, "BND": 40})
HOME = Household(
    [
        HouseholdAccount(name="Taxable", portfolio=portfolio("VTI 600 @ 60; BND 400 @ 40")),
        HouseholdAccount(name="IRA", kind="deferred", portfolio=portfolio("VTI 600 @ 60; BND 400 @ 40")),
    ]
)


def test_nothing_to_trade_is_said_with_the_money_that_is_left() -> None:
    plan = rebalance_household(HOME, TARGETS, {"IRA": Decimal("12.34")})
    assert sentence(plan) == "Nothing to trade in any account. $12.34 of $12.34 left."


def test_a_sale_and_a_purchase_of_one_account_are_one_part() -> None:
    home = Household([HouseholdAccount(name="IRA", portfolio=portfolio("VTI 600 @ 60; BND 600 @ 40"))])
    plan = rebalance_household(home, TARGETS, {}, strategy="hard_rebalance")
    assert sentence(plan) == "Sell 3 BND and buy 2 VTI in IRA. $0.00 of $0.00 left. No money moves between accounts."


def test_more_than_six_trades_are_counted() -> None:
    names = [f"F{number}" for number in range(7)]
    home = Household(
        [HouseholdAccount(name="IRA", portfolio=portfolio("; ".join(f"{name} 100 @ 10" for name in names)))]
    )
    plan = rebalance_household(home, Targets.equal(names), {"IRA": Decimal(70)})
    assert sentence(plan) == "Make 7 trades in IRA. $0.00 of $70.00 left. No money moves between accounts."


def test_a_plan_that_is_not_proven_says_how_far_it_may_be_from_the_best() -> None:
    plan = rebalance_household(HOME, TARGETS, {"Taxable": Decimal(100)})
    assert plan.proof.proven
    assert explanation(plan).startswith("Optimal: under these rules no plan is better (")
    proof = replace(plan.proof, objective=1.25, idle=2.5, gap=0.001)
    assert explanation(replace(plan, proof=proof)) == (
        "$3.75 from the targets, idle cash included; under these rules no plan is better by more than $0.01."
    )
