"""Households that are seldom asked about, and searches for them that are cut short."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pbal_core import Constraints, InfeasiblePlanError, Portfolio, RequestError, Targets
from pbal_core.planning.household import (
    Household,
    HouseholdAccount,
    HouseholdPlan,
    location,
    rebalance_household,
    rounds,
)
from tests.build import portfolio, rules

SHARED = {"VTI": 50, "VXUS": 20, "BND": 30}


def couple(**constraints: Any) -> Household:
    return Household(
        [
            HouseholdAccount(
                name="Taxable",
                portfolio=portfolio("VTI 60000 @ 250; BND 5075 @ 72.5"),
                constraints=Constraints(**constraints),
            ),
            HouseholdAccount(
                name="IRA",
                kind="deferred",
                portfolio=portfolio("BND 20010 @ 72.5; VXUS 12040 @ 60.2"),
                constraints=Constraints(**constraints),
            ),
        ]
    )


def located(household: Household) -> HouseholdPlan:
    return rebalance_household(
        household,
        SHARED,
        {"IRA": Decimal(6500), "Taxable": Decimal(3000)},
        strategy="hard_rebalance",
        location={"BND": ["deferred"]},
    )


def bonds(plan: HouseholdPlan) -> Decimal:
    rows = plan.plans["Taxable"]
    return dict(zip(rows.portfolio.symbols, rows.values_after, strict=True))["BND"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": " "}, "an account has no name; each account of a household needs one."),
        ({"menu": "BND"}, 'the menu of IRA must be a list of symbols, such as ["BND", "VTI"].'),
    ],
)
def test_what_is_no_account_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError) as caught:
        HouseholdAccount(**{"name": "IRA", "portfolio": Portfolio([]), **wrong})
    assert str(caught.value) == message


def test_cash_is_a_table() -> None:
    with pytest.raises(RequestError, match=r"cash must be a table of accounts and amounts, such as \{'IRA': 6500\}"):
        rebalance_household(couple(), SHARED, 6500)  # type: ignore[arg-type]


def test_one_account_that_cannot_raise_its_cash_is_named() -> None:
    home = Household([HouseholdAccount(name="IRA", portfolio=portfolio("VTI 500 @ 250; BND 290 @ 72.5"))])
    with pytest.raises(InfeasiblePlanError, match=r"^IRA: .*at most \$790\.00"):
        rebalance_household(home, {"VTI": 60, "BND": 40}, {"IRA": -800})


def test_a_plan_is_printed_by_account() -> None:
    text = str(rebalance_household(couple(), SHARED, {"IRA": 6500}))
    assert [line for line in text.splitlines() if line in {"Taxable", "IRA"}] == ["Taxable", "IRA"]
    assert text.split("\n\n", maxsplit=1)[0].endswith("No trades, $0.00 of $0.00 left")


@pytest.mark.parametrize("others", [{"GLD"}, set()], ids=["in both accounts", "in one account"])
def test_what_no_account_may_trade_keeps_its_weight(others: set[str]) -> None:
    """GLD has no target. Where both keep it, the rest is at its targets; where one may sell it, it is sold there."""
    home = Household(
        [
            HouseholdAccount(
                name="A",
                portfolio=portfolio("VTI 500 @ 10; BND 500 @ 10; GLD 200 @ 10"),
                constraints=rules(frozen={"GLD"}),
            ),
            HouseholdAccount(
                name="B",
                portfolio=portfolio("VTI 500 @ 10; BND 500 @ 10; GLD 200 @ 10"),
                constraints=rules(frozen=others),
            ),
        ]
    )
    plan = rebalance_household(home, {"VTI": 50, "BND": 50}, {}, strategy="hard_rebalance")
    trades = {name: {trade.symbol: trade.shares for trade in each.trades} for name, each in plan.plans.items()}
    assert trades["A"] == {}
    assert trades["B"] == ({} if others else {"VTI": 10, "BND": 10, "GLD": -20})
    assert (plan.proof.objective == 0) == bool(others)


def test_cash_that_is_left_is_invested_past_the_targets_of_all() -> None:
    """A menu of one fund takes all of its cash, however far that is past its target."""
    home = Household(
        [
            HouseholdAccount(name="Taxable", portfolio=portfolio("VTI 1000 @ 10; BND 1000 @ 10")),
            HouseholdAccount(
                name="401k", portfolio=portfolio("VTI 1000 @ 10"), menu=["VTI"],
                constraints=Constraints(leftover="invest"),
            ),
        ]
    )  # fmt: skip
    plan = rebalance_household(home, {"VTI": 50, "BND": 50}, {"401k": 500})
    assert [(trade.symbol, trade.shares) for trade in plan.plans["401k"].trades] == [("VTI", 50)]
    assert plan.plans["401k"].cash_left == 0


@pytest.mark.parametrize("most", [1, 2])
def test_an_exchange_makes_no_trade_too_many(most: int) -> None:
    plan = located(couple(max_trades=most))
    assert all(len(each.trades) <= most for each in plan.plans.values())


def test_a_single_exchange_leaves_more_where_it_does_not_belong(monkeypatch: pytest.MonkeyPatch) -> None:
    """And keeps every rule; the household is as near to its targets."""
    best = located(couple())
    monkeypatch.setattr(location, "_EXCHANGES", 1)
    one = located(couple())
    assert bonds(best) <= bonds(one)
    assert one.proof.lower_bound <= best.proof.objective + best.proof.idle + 1e-9


def test_turns_that_are_cut_short_leave_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """No better than the whole search, and with a bound that is one."""
    best = rebalance_household(couple(), SHARED, {"IRA": 6500}, strategy="hard_rebalance").proof
    monkeypatch.setattr(rounds, "ROUNDS", 0)
    cut = rebalance_household(couple(), SHARED, {"IRA": 6500}, strategy="hard_rebalance").proof
    assert best.objective + best.idle <= cut.objective + cut.idle + 1e-9
    assert cut.lower_bound <= best.objective + best.idle + 1e-9


def test_an_account_that_could_trade_a_class_in_two_funds_exchanges_nothing_of_it() -> None:
    """Which of the funds to give would be another question; the plan keeps every rule."""
    home = Household(
        [
            HouseholdAccount(name="Taxable", portfolio=portfolio("BND 3000 @ 10; AGG 3000 @ 10; VTI 4000 @ 10")),
            HouseholdAccount(name="IRA", kind="deferred", portfolio=portfolio("BND 2000 @ 10; VTI 3000 @ 10")),
        ]
    )
    targets = Targets({"Bonds": 50, "VTI": 50}, substitutes={"Bonds": ["BND", "AGG"]})
    plan = rebalance_household(home, targets, {}, strategy="hard_rebalance", location={"Bonds": ["deferred"]})
    assert plan.proof.objective == 0
    assert all(trade.symbol in {"BND", "AGG", "VTI"} for each in plan.plans.values() for trade in each.trades)
    assert all(each.cash_left == 0 for each in plan.plans.values())


def test_a_purchase_of_a_set_that_could_also_be_sold_stays_where_it_is() -> None:
    """A set of which an account may sell two funds is not exchanged: the plan is that of the turns."""
    household = Household(
        [
            HouseholdAccount(name="Taxable", portfolio=portfolio("VTI 1000 @ 250; VTSAX 1200 @ 120; BND 9000 @ 75")),
            HouseholdAccount(
                name="IRA", kind="deferred", portfolio=portfolio("VTI 1000 @ 250; VTSAX 1200 @ 120; BND 3000 @ 75")
            ),
        ]
    )
    targets = Targets({"us": 60, "BND": 40}, substitutes={"us": ["VTI", "VTSAX"]})
    plan = rebalance_household(household, targets, {}, strategy="hard_rebalance")
    bought = {name: [t.symbol for t in each.trades if t.shares > 0] for name, each in plan.plans.items()}
    assert bought == {"Taxable": ["VTI"], "IRA": ["VTI"]}
