"""The plans along the minimum trade: each keeps to it, few of them are computed, and none when the time is over."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from pbal_core import InfeasiblePlanError
from pbal_core.planning.household import Household, HouseholdAccount, HouseholdPlan, rebalance_household
from pbal_core.planning.household.smallest import along_min_trade
from tests.build import portfolio

HOME = Household(
    [
        HouseholdAccount(name="Taxable", portfolio=portfolio("VTI 6000 @ 100; VXUS 2500 @ 50")),
        HouseholdAccount(name="IRA", portfolio=portfolio("BND 1500 @ 50; VXUS 300 @ 50")),
    ]
)
CASH = {"Taxable": 900, "IRA": 1300}
AXIS = [Decimal(10 * n) for n in range(200)]


class Asker:
    """Plans, and counts how often."""

    def __init__(self, cash: dict[str, int] = CASH) -> None:
        self.cash = cash
        self.asked: list[Decimal] = []

    def __call__(self, min_trade: Decimal) -> HouseholdPlan:
        self.asked.append(min_trade)
        return rebalance_household(HOME, None, self.cash, min_trade=min_trade)


def shares(plan: HouseholdPlan | str) -> object:
    if isinstance(plan, str):
        return plan
    return {name: [(trade.symbol, trade.shares) for trade in each.trades] for name, each in plan.plans.items()}


def seconds(step: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += step


@pytest.mark.parametrize("min_trade", [0, 95, 400, 1990])
def test_every_plan_is_that_of_its_minimum_trade(min_trade: int) -> None:
    """A few are computed for all of them, and the one that is asked for is not computed again."""
    ask = Asker()
    plan = rebalance_household(HOME, None, CASH, min_trade=min_trade)
    found = along_min_trade(AXIS, plan, Decimal(min_trade), ask, clock=lambda: 0.0)
    assert (found.first, len(found.plans)) == (0, len(AXIS))
    assert len(ask.asked) < 15
    assert Decimal(min_trade) not in ask.asked
    for amount, each in list(zip(AXIS, found.plans, strict=True))[::7]:
        assert isinstance(each, HouseholdPlan)
        assert all(abs(trade.value) >= amount for one in each.plans.values() for trade in one.trades)
        assert shares(each) == shares(rebalance_household(HOME, None, CASH, min_trade=amount))


def test_without_time_there_is_what_needs_no_plan() -> None:
    """The committed plan counts up to its smallest trade; between two positions none is missing."""
    ask, clock = Asker(), seconds(1)
    plan = rebalance_household(HOME, None, CASH, min_trade=100)
    smallest = min(trade.value for each in plan.plans.values() for trade in each.trades)
    found = along_min_trade(AXIS, plan, Decimal(100), ask, budget=0, clock=lambda: next(clock))
    assert ask.asked == []
    assert (found.first, len(found.plans)) == (10, sum(100 <= amount <= smallest for amount in AXIS))
    assert all(each is plan for each in found.plans)


def test_a_plan_that_would_take_too_long_is_not_begun() -> None:
    """Each takes about as long as the longest one before it."""
    ask, clock = Asker(), seconds(1)
    plan = rebalance_household(HOME, None, CASH, min_trade=0)
    along_min_trade(AXIS, plan, Decimal(0), ask, budget=9, clock=lambda: next(clock))
    assert len(ask.asked) == 4  # begun at 1, 3, 5 and 7 seconds, each for one; at 9 there is no time for another


def test_where_there_is_no_plan_it_is_said_why() -> None:
    """A withdrawal that no sale of that size can raise."""
    cash = {"Taxable": -5, "IRA": 0}

    def ask(min_trade: Decimal) -> HouseholdPlan:
        if min_trade > 1500:
            raise InfeasiblePlanError("Taxable: cannot withdraw $5.00.")
        return rebalance_household(HOME, None, cash, min_trade=min_trade)

    found = along_min_trade(AXIS, ask(Decimal(0)), Decimal(0), ask, clock=lambda: 0.0)
    assert len(found.plans) == len(AXIS)
    assert all(isinstance(each, HouseholdPlan) for each in found.plans[:100])
    assert found.plans[-1] == "Taxable: cannot withdraw $5.00."
