"""The drift of a household: of one account it is the drift of its plan, of several that of all of them together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pbal_core import Targets, rebalance
from pbal_core.planning.household import Household, HouseholdAccount, rebalance_household
from pbal_core.views.decision import decision
from pbal_core.views.drift import Band
from pbal_core.views.drift_words import drift_words
from pbal_core.views.household_drift import frozen_funds, household_decision, household_drift
from tests.build import portfolio, rules

TARGETS = Targets({"VTI": 60, "BND": 40}, prices={"VTI": "10", "BND": "10"})


def account(name: str, text: str, **said: Any) -> HouseholdAccount:
    return HouseholdAccount(name=name, portfolio=portfolio(text), **said)


@pytest.mark.parametrize("strategy", ["try_avoid_sell", "hard_rebalance"])
@pytest.mark.parametrize("cash", [0, 700, -300])
@pytest.mark.parametrize("text", ["VTI 6000 @ 100; VXUS 2500 @ 50; BND 1500 @ 50", "A 60 @ 1; B 40 @ 1", "A 0 @ 1"])
def test_one_account_is_as_a_portfolio_by_itself(text: str, cash: int, strategy: str) -> None:
    """The same sentences and the same table."""
    held = portfolio(text)
    if cash < 0 and held.value < -cash:
        return
    alone = rebalance(held, cash, strategy=strategy, method="exact")
    home = rebalance_household(Household([account("One", text)]), None, {"One": cash}, strategy=strategy)
    assert household_decision(home, Band()) == decision(alone).replace("The withdrawal comes", "The withdrawals come")
    assert household_drift(home, Band()) == drift_words(held).rows


def test_weights_are_of_all_accounts_together() -> None:
    """Neither account is at the targets, and both together are."""
    home = Household([account("Taxable", "VTI 6000 @ 10"), account("IRA", "BND 4000 @ 10", kind="deferred")])
    plan = rebalance_household(home, TARGETS)
    assert household_decision(plan, Band()) == "All 2 funds are within their bands. This plan trades nothing."
    rows = household_drift(plan, Band())
    assert [(row.symbol, row.weight, row.target, row.points, row.outside) for row in rows] == [
        ("VTI", "60.0 %", "60.0 %", "0.0", False), ("BND", "40.0 %", "40.0 %", "0.0", False)]  # fmt: skip


def test_a_weight_on_the_edge_is_in_band() -> None:
    """As in a single portfolio, to the last digit."""
    home = Household([account("A", "VTI 6500 @ 10"), account("B", "BND 3500 @ 10")])
    plan = rebalance_household(home, TARGETS)
    assert not any(row.outside for row in household_drift(plan, Band()))
    assert household_decision(plan, Band()).startswith("All 2 funds are within")


def test_what_is_out_of_band_and_what_the_plan_does() -> None:
    """New cash in one account, with a fund that no target names."""
    home = Household([account("Taxable", "VTI 4000 @ 10; OLD 100 @ 10"), account("IRA", "BND 4000 @ 10")])
    plan = rebalance_household(home, TARGETS, {"IRA": 2000}, strategy="try_avoid_sell")
    assert household_decision(plan, Band()) == (
        "3 of 3 funds are out of band: BND and OLD are above, VTI below. Nothing is sold; the new cash goes to VTI. "
        "After that 1 is out of band: OLD."
    )
    assert [row.symbol for row in household_drift(plan, Band()) if row.outside] == ["VTI", "BND", "OLD"]
    wide = Band(relative=Decimal("0.9"), absolute=Decimal("0.5"))
    assert household_decision(plan, wide).startswith("1 of 3 funds is out of band: OLD is above.")


def test_sales_and_exchanges_have_words_of_their_own() -> None:
    home = Household([account("A", "VTI 8000 @ 10"), account("B", "BND 2000 @ 10")])
    sold = rebalance_household(home, TARGETS, strategy="hard_rebalance")
    assert "VTI is sold to buy BND. After that every fund is within its band." in household_decision(sold, Band())
    taken = rebalance_household(home, TARGETS, {"A": -2000})
    assert "The withdrawals come from VTI." in household_decision(taken, Band())
    both = Household(
        [account("A", "VTI 3000 @ 10; BND 2000 @ 10"), account("B", "VTI 3000 @ 10; BND 2000 @ 10", kind="deferred")]
    )
    swapped = rebalance_household(both, TARGETS, strategy="hard_rebalance", location={"BND": ["deferred"]})
    assert household_decision(swapped, Band()) == (
        "All 2 funds are within their bands. Accounts exchange funds, and every total stays."
    )
    richer = rebalance_household(both, TARGETS, {"A": 1000}, strategy="hard_rebalance", location={"BND": ["deferred"]})
    assert household_decision(richer, Band()) == (
        "All 2 funds are within their bands. Accounts exchange funds, and the new cash goes to VTI and BND."
    )
    dear = Household([account("A", "VTI 6000 @ 3000; BND 4000 @ 1000; OLD 100 @ 10")])
    rid = rebalance_household(dear, TARGETS, strategy="hard_rebalance")
    assert "OLD is sold, and nothing is bought." in household_decision(rid, Band())


def test_what_is_frozen_wherever_it_is_held_has_no_band() -> None:
    """The others share out the rest by their targets; frozen in one of two accounts it counts."""
    targets = Targets({"VTI": 50, "BND": 50}, prices={"BND": 10})
    stays = rules(frozen="GLD")
    home = Household(
        [
            account("A", "VTI 4000 @ 10; GLD 2000 @ 10", constraints=stays),
            account("B", "BND 4000 @ 10; GLD 100 @ 10", constraints=stays),
        ]
    )
    plan = rebalance_household(home, targets)
    assert household_decision(plan, Band()) == "All 2 funds are within their bands. This plan trades nothing."
    assert [(row.symbol, row.target, row.outside) for row in household_drift(plan, Band())] == [
        ("VTI", "39.6 %", False), ("BND", "39.6 %", False)]  # fmt: skip
    assert frozen_funds(plan) == ("GLD",)
    one = Household([account("A", "VTI 4000 @ 10; GLD 2000 @ 10", constraints=stays), account("B", "BND 4000 @ 10")])
    assert household_decision(rebalance_household(one, targets), Band()).startswith("All 2 funds")
    free = Household(
        [account("A", "VTI 4000 @ 10; GLD 2000 @ 10"), account("B", "BND 4000 @ 10; GLD 100 @ 10", constraints=stays)]
    )
    assert "3 of 3" in household_decision(rebalance_household(free, targets), Band())
