"""Substitutes: a set of funds is one asset of a plan, bought in its first and sold one fund after the other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pbal_core import InfeasiblePlanError, Portfolio, Position, TargetError, Targets, rebalance
from pbal_core.planning.problem import prepare
from pbal_core.planning.solve import solve
from pbal_core.views.drift import drift_report, least_cash_to_target
from tests.build import portfolio
from tests.known import known

US = Targets({"us": 60, "BND": 40}, substitutes={"us": ["VTI", "VTSAX"]}, prices={"VTI": 250})
HELD = portfolio("VTSAX 60000 @ 120; BND 40000 @ 80")
METHODS = pytest.mark.parametrize("method", ["classic", "exact"])
STRATEGIES = pytest.mark.parametrize("strategy", ["try_avoid_sell", "hard_rebalance"])


def trades(plan: Any) -> dict[str, Decimal]:
    return {trade.symbol: trade.shares for trade in plan.trades}


@METHODS
@STRATEGIES
@pytest.mark.parametrize("constraints", [{}, {"frozen": "VTSAX"}, {"never_sell": "VTSAX"}])
def test_a_portfolio_on_target_trades_nothing(method: str, strategy: str, constraints: dict[str, Any]) -> None:
    """60,000 of VTSAX are 60 % of VTI or VTSAX, whether or not VTSAX may trade."""
    plan = rebalance(HELD, targets=US, method=method, strategy=strategy, **constraints)
    assert not plan.trades
    assert plan.drift_before == 0
    assert plan.targets_before == pytest.approx((0.6, 0.4, 0))


@METHODS
def test_the_first_that_may_be_bought_is_bought(method: str) -> None:
    """VTI, and where that is ruled out VTSAX; so only that one needs a price."""
    held = portfolio("VTSAX 54000 @ 120; BND 40000 @ 80")
    assert trades(rebalance(held, 6000, targets=US, method=method, min_trade=1)) == {"VTI": 24}
    unpriced = Targets({"us": 60, "BND": 40}, substitutes={"us": ["VTI", "VTSAX"]})
    assert trades(rebalance(held, 6000, targets=unpriced, method=method, min_trade=1, never_buy="VTI")) == {"VTSAX": 50}
    with pytest.raises(TargetError, match="VTI: not held, so a price is needed"):
        rebalance(held, 6000, targets=unpriced, method=method)


@METHODS
def test_losses_are_sold_first_then_from_the_last(method: str) -> None:
    """Of three alike the one at a loss goes first, then the last of the set."""
    held = Portfolio(
        [
            Position(symbol="A", value=Decimal(1000), price=Decimal(10), pnl=Decimal(5)),
            Position(symbol="B", value=Decimal(1000), price=Decimal(10), pnl=Decimal(-5)),
            Position(symbol="C", value=Decimal(1000), price=Decimal(10)),
        ]
    )
    targets = Targets({"all": 100}, substitutes={"all": ["A", "B", "C"]})

    def sold(cash: int) -> dict[str, Decimal]:
        return trades(rebalance(held, -cash, targets=targets, method=method, min_trade=1))

    assert sold(500) == {"B": -50}
    assert sold(1500) == {"B": -100, "C": -50}
    assert sold(2500) == {"A": -50, "B": -100, "C": -100}
    assert sold(3000) == {"A": -100, "B": -100, "C": -100}


def test_a_frozen_part_counts_in_the_total() -> None:
    """20,000 of the 60,000 are frozen: a withdrawal still takes its share from the rest of the set."""
    held = portfolio("VTI 40000 @ 250; VTSAX 20000 @ 125; BND 40000 @ 80")
    plan = rebalance(held, -10000, targets=US, method="exact", frozen="VTSAX")
    assert trades(plan) == {"VTI": -24, "BND": -50}
    assert known(plan.proof).proven


def test_where_all_of_a_set_is_frozen_the_set_is() -> None:
    """The rest shares out what is left, as beside a frozen position."""
    held = portfolio("VTI 10000 @ 250; VTSAX 90000 @ 125; BND 10000 @ 80; VXUS 30000 @ 60")
    targets = Targets({"us": 60, "BND": 20, "VXUS": 20}, substitutes={"us": ["VTI", "VTSAX"]})
    plan = rebalance(held, strategy="hard_rebalance", targets=targets, method="exact", frozen=["VTI", "VTSAX"])
    assert trades(plan) == {"BND": 123, "VXUS": -164}
    assert plan.drift_after == pytest.approx(0, abs=2e-3)


def test_trades_of_positions_are_counted() -> None:
    """Two funds of one set are two trades: two fees, and too many where one is allowed."""
    held = portfolio("A 600 @ 10; B 600 @ 30")
    targets = Targets({"all": 100}, substitutes={"all": ["A", "B"]})
    plan = rebalance(held, -900, targets=targets, method="exact", fee_per_trade=1, max_fee_share="100%")
    assert trades(plan) == {"A": -31, "B": -20}
    assert plan.fees == 2
    with pytest.raises(InfeasiblePlanError, match=r"at most \$599\.00"):
        rebalance(held, -900, targets=targets, method="exact", fee_per_trade=1, max_fee_share="100%", max_trades=1)


def test_a_fund_too_small_to_be_sold_is_passed_over() -> None:
    """B would be first, but 40 dollars are no trade of 100."""
    held = portfolio("A 600 @ 10; B 40 @ 10")
    targets = Targets({"all": 100}, substitutes={"all": ["A", "B"]})
    assert trades(rebalance(held, -200, targets=targets, method="exact", min_trade=100)) == {"A": -20}


@METHODS
def test_all_can_be_withdrawn(method: str) -> None:
    """Nothing is left of any position."""
    held = portfolio("VTI 40000 @ 250; VTSAX 20000 @ 125; BND 40000 @ 80")
    plan = rebalance(held, -100000, targets=US, method=method)
    assert trades(plan) == {"VTI": -160, "VTSAX": -160, "BND": -500}


def test_a_set_of_no_weight_goes_whole() -> None:
    """Each of its positions is sold, as others without a target are."""
    held = portfolio("A 500 @ 10; B 500 @ 20; C 1000 @ 10")
    targets = Targets({"old": 0, "C": 100}, substitutes={"old": ["A", "B"]})
    plan = rebalance(held, strategy="hard_rebalance", targets=targets, method="exact")
    assert trades(plan) == {"A": -50, "B": -25, "C": 100}


def test_a_drift_is_that_of_the_set() -> None:
    """One row for both funds; the least cash knows the set, too."""
    held = portfolio("VTI 30000 @ 250; VTSAX 40000 @ 125; BND 30000 @ 80")
    rows = drift_report(held, US).rows
    assert {row.symbol: row.value for row in rows} == {"us": 70000, "BND": 30000}
    assert {row.symbol: row.drift for row in rows} == {"us": pytest.approx(0.1), "BND": pytest.approx(-0.1)}
    assert least_cash_to_target(held, US) == Decimal("16666.67")
    plan = rebalance(held, targets=US)
    assert plan.drift_before == pytest.approx(0.1)
    assert plan.targets_before == pytest.approx((0.6 * 3 / 7, 0.6 * 4 / 7, 0.4))


def test_a_market_keeps_few_grids_and_answers_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a slider has asked before changes no answer, and is forgotten when it becomes much."""
    held = portfolio("VTI 5000 @ 250; VTSAX 6000 @ 120; BND 4000 @ 75; AGG 3000 @ 95")
    targets = Targets({"us": 60, "bonds": 40}, substitutes={"us": ["VTI", "VTSAX"], "bonds": ["BND", "AGG"]})
    options: dict[str, Any] = {"targets": targets, "strategy": "hard_rebalance", "method": "exact"}
    monkeypatch.setattr("pbal_core.planning.exact.market._GRIDS", 3)
    asked = prepare(held, **options)
    for cash in range(-400_000, 400_000, 50_000):
        assert solve(asked, cash, 0) == solve(prepare(held, **options), cash, 0)
    (market,) = asked.markets.values()
    assert len(market._grids) <= 3
