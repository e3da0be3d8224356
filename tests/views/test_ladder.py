"""The ladder of trades: what one more trade is worth."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pbal_core import InfeasiblePlanError, rebalance
from pbal_core.money import format_percent
from pbal_core.planning.strategy import Strategy
from pbal_core.policy.constraints import Constraints
from pbal_core.policy.policy import Policy
from pbal_core.portfolio import Portfolio
from pbal_core.readers import read_positions
from pbal_core.sample import sample_bytes
from pbal_core.views.balance import balanced_after
from pbal_core.views.ladder import MOST_STEPS, LadderStep, ladder
from tests.build import portfolio
from tests.made import made_portfolio

SAMPLE = read_positions(sample_bytes()).portfolio


def steps(held: Portfolio, cash: int, strategy: str = "try_avoid_sell", **limits: Any) -> list[LadderStep]:
    policy = Policy(constraints=Constraints(**limits))
    return list(ladder(held, Decimal(cash), policy=policy, strategy=Strategy.named(strategy), min_trade=Decimal(100)))


@pytest.mark.parametrize("strategy", ["try_avoid_sell", "hard_rebalance"])
def test_each_step_is_the_plan_with_that_limit(strategy: str) -> None:
    """As ``rebalance`` makes it; the first one has no limit, and the steps end where a limit changes nothing."""
    found = steps(SAMPLE, 5000, strategy)
    free = rebalance(SAMPLE, 5000, method="exact", min_trade=100, strategy=strategy)
    assert found[0].most is None
    assert found[0].label == f"any: {len(free.trades)} trades"
    assert [step.most for step in found[1:]] == list(range(1, len(free.trades)))
    for step in found:
        plan = rebalance(SAMPLE, 5000, method="exact", min_trade=100, strategy=strategy, max_trades=step.most)
        assert step.balanced == balanced_after(plan.outcome)
        assert step.value == format_percent(step.balanced)
    assert found[1].label == "1 trade"


def test_another_limit_does_not_count_and_other_rules_do() -> None:
    """A limit that is in force hides no step; what is frozen stays out of all of them."""
    assert steps(SAMPLE, 5000, max_trades=2) == steps(SAMPLE, 5000)
    assert steps(SAMPLE, 5000, frozen="VCR") != steps(SAMPLE, 5000)


def test_a_long_ladder_ends() -> None:
    assert len(steps(made_portfolio(30), 50_000, "hard_rebalance")) == MOST_STEPS + 1


def test_nothing_to_trade_is_one_step() -> None:
    assert [step.label for step in steps(SAMPLE, 0)] == ["any: 0 trades"]


def test_where_few_trades_cannot_raise_the_cash_there_is_no_plan() -> None:
    """A withdrawal that needs three sales: one and two are no plan, and that is said."""
    held = portfolio("A 300 @ 1; B 300 @ 1; C 300 @ 1")
    found = steps(held, -850)
    assert [(step.most, step.value) for step in found[1:]] == [(1, "no plan"), (2, "no plan")]
    with pytest.raises(InfeasiblePlanError):
        steps(held, -5000)
