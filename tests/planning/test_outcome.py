"""The outcome of a plan is computed once, in integers; a plan shows its numbers as decimals."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pbal_core import rebalance
from pbal_core.money import to_units
from pbal_core.planning.answer import basis_of, outcome_of
from pbal_core.planning.problem import prepare
from pbal_core.planning.solve import solve
from tests.build import portfolio
from tests.requests import requests
from tests.strategies import cash_amounts, portfolios, steps, strategy_names


@given(st.sampled_from(["exact", "classic"]).flatmap(requests))
def test_a_plan_shows_the_numbers_of_its_outcome(request: Any) -> None:
    """Every value after the trades is what is held and traded, at least nothing, and weights are shares of them."""
    plan = request.plan()
    assume(plan is not None)
    after = [
        max(Fraction(0), Fraction(p.value) + Fraction(t.value))
        for p, t in zip(plan.portfolio, plan.orders, strict=True)
    ]
    assert [Fraction(value) for value in plan.values_after] == after
    total = sum(after)
    assert list(plan.weights_after) == pytest.approx([float(value / total) if total else 0 for value in after])
    assert [to_units(value, plan.scale) for value in plan.values_after] == list(plan.outcome.values_after)


@given(portfolios(), cash_amounts, steps, strategy_names)
def test_a_solution_and_its_plan_have_one_outcome(held: Any, cash: Decimal, step: int, strategy: str) -> None:
    """The slider's way to the outcome and the plan's give the same numbers."""
    problem = prepare(held, strategy=strategy, places=2)
    question = problem.units(Decimal(cash)), problem.units(Decimal(step))
    solution = solve(problem, *question)
    assume(not solution.refusal)
    dragged = outcome_of(problem, basis_of(problem), question, solution)
    planned = problem.plan(*question, solution).outcome
    assert (dragged.weights_after, dragged.drift_after) == (planned.weights_after, planned.drift_after)
    assert (dragged.shares, dragged.turnover) == (planned.shares, planned.turnover)
    finer, coarser = 10**dragged.basis.scale, 10**planned.basis.scale
    for ours, theirs in zip(dragged.values_after, planned.values_after, strict=True):
        assert ours * coarser == theirs * finer


def test_selling_all_of_a_holding_that_the_file_rounds_down_leaves_nothing() -> None:
    """100 shares at 10.00 are sold for 1,000.00, although the file says they are worth 990.00."""
    held = portfolio("A 990 @ 10 held 100; B 1000 @ 10 held 100")
    plan = rebalance(held, method="exact", strategy="hard_rebalance", targets={"B": 100})
    assert plan.orders[0].shares == -100
    assert plan.values_after == (Decimal(0), Decimal(1990))  # a share more would take B past its target of 1,990
    assert plan.weights_after == (0, 1)
    assert plan.drift_after == 0
