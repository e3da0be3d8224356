"""A prepared problem answers exactly as ``rebalance()`` does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pbal_core import RequestError, rebalance
from pbal_core.problem import prepare
from tests.build import portfolio


@pytest.fixture
def three():
    return portfolio("VTI 1000 @ 250 pnl -20; BND 500.25 @ 75; VXUS 0 @ 60.125")


@pytest.mark.parametrize("strategy", ["try_avoid_sell", "hard_rebalance"])
def test_every_position_of_a_slider_is_what_rebalance_answers(three, strategy):
    """A slider and a plan never differ."""
    problem = prepare(three, strategy=strategy)
    questions = [(problem.units(Decimal(cash)), problem.units(Decimal(50))) for cash in range(-1200, 1201, 75)]
    for question, solution in zip(questions, problem.solve_many(questions), strict=True):
        plan = rebalance(three, problem.dollars(question[0]), strategy=strategy, min_trade=50)
        assert problem.plan(*question, solution) == plan
        assert solution.lots == tuple(order.shares for order in plan.orders)
        assert problem.dollars(solution.cash_left) == plan.cash_left


def test_units_and_dollars_are_exact_inverses(three):
    """One unit is ten to the minus scale dollars, and nothing is rounded."""
    problem = prepare(three, places=5)
    assert problem.scale == 5
    assert problem.units(Decimal("1.00001")) == 100001
    assert problem.dollars(100001) == Decimal("1.00001")


@pytest.mark.parametrize(("option", "value"), [("strategy", "yolo"), ("method", "guess")])
def test_an_unknown_word_is_refused(three, option, value):
    """A typing error is named, with what may be said instead."""
    with pytest.raises(RequestError, match=f'{option} "{value}" is not known; choose'):
        prepare(three, **{option: value})
