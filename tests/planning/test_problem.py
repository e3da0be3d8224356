"""A prepared problem answers exactly as ``rebalance()`` does."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbal_core import InfeasiblePlanError, RequestError, rebalance
from pbal_core.planning.markets import market_of
from pbal_core.planning.problem import prepare
from pbal_core.planning.solve import solve_many
from tests.build import portfolio
from tests.known import known
from tests.requests import Request, requests


@pytest.fixture
def three() -> Any:
    return portfolio("VTI 1000 @ 250 pnl -20; BND 500.25 @ 75; VXUS 0 @ 60.125")


@pytest.mark.parametrize("strategy", ["try_avoid_sell", "hard_rebalance"])
def test_every_position_of_a_slider_is_what_rebalance_answers(three: Any, strategy: str) -> None:
    """A slider and a plan never differ."""
    problem = prepare(three, strategy=strategy)
    questions = [(problem.units(Decimal(cash)), problem.units(Decimal(50))) for cash in range(-1200, 1201, 75)]
    for question, solution in zip(questions, solve_many(problem, questions), strict=True):
        plan = rebalance(three, problem.dollars(question[0]), strategy=strategy, min_trade=50)
        assert problem.plan(*question, solution) == plan
        assert solution.lots == tuple(order.shares for order in plan.orders)
        assert problem.dollars(solution.cash_left) == plan.cash_left


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        ({"max_trades": 0}, ["max_trades"]),
        ({"leftover": "invest"}, ["leftover"]),
        ({"max_trades": 3, "leftover": "invest"}, ["max_trades", "leftover"]),
    ],
)
def test_the_classic_method_refuses_what_it_cannot_keep(three: Any, rules: dict[str, Any], named: list[str]) -> None:
    """Nothing that was asked for is passed over in silence, and all of it is named at once."""
    with pytest.raises(RequestError) as refused:
        prepare(three, method="classic", **rules)
    assert [line.partition(" needs the exact method: ")[0] for line in str(refused.value).splitlines()] == named
    assert refused.value.remedy
    assert refused.value.remedy.code == "exact_method"
    prepare(three, method="exact", **rules)


def test_units_and_dollars_are_exact_inverses(three: Any) -> None:
    """One unit is ten to the minus scale dollars, and nothing is rounded."""
    problem = prepare(three, places=5)
    assert problem.scale == 5
    assert problem.units(Decimal("1.00001")) == 100001
    assert problem.dollars(100001) == Decimal("1.00001")


@pytest.mark.parametrize(("option", "value"), [("strategy", "yolo"), ("method", "guess")])
def test_an_unknown_word_is_refused(three: Any, option: Any, value: Any) -> None:
    """A typing error is named, with what may be said instead."""
    with pytest.raises(RequestError, match=f'{option} "{value}" is not known; choose'):
        prepare(three, **{option: value})


@pytest.mark.parametrize("options", [{}, {"fractional": {"A": "0.000000000001"}}], ids=["price", "fraction"])
def test_more_lots_than_a_float_counts_are_refused(options: dict[str, Any]) -> None:
    """A file of two lines must not take all memory; the classic method counts in integers and goes on."""
    price = "1" if options else "0.000000000001"
    held = portfolio(f"A 999999999999999 @ {price}; B 5 @ 3")
    with pytest.raises(InfeasiblePlanError, match=r"^one lot of A costs 0\.000000000001, too little"):
        rebalance(held, 5000, method="exact", strategy="hard_rebalance", **options)
    problem = prepare(held, method="exact", strategy="hard_rebalance", **options)
    assert {solution.issues[0].code for solution in solve_many(problem, [(0, 0), (10**14, 0)])} == {"too_fine"}
    assert rebalance(held, 5000, strategy="hard_rebalance", **options).trades
    frozen = rebalance(held, 5000, method="exact", strategy="hard_rebalance", frozen=["A"], **options)
    assert [trade.symbol for trade in frozen.trades] == ["B"]


def test_as_many_lots_as_a_float_counts_are_planned() -> None:
    """A billion dollars in millionths of a dollar is still fine."""
    held = portfolio("A 999000000 @ 0.000001; B 0 @ 3")
    plan = rebalance(held, 10**6, method="exact", strategy="hard_rebalance")
    assert known(plan.proof).proven
    assert plan.cash_left < Decimal("0.000001")


@given(asked=requests("exact"), draw=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_what_is_kept_when_values_change_is_what_would_be_worked_out_anew(asked: Request, draw: random.Random) -> None:
    """A market and a problem whose values are replaced keep what does not depend on them, and nothing else."""
    options = {name: value for name, value in asked.options.items() if name != "min_trade"}
    problem = prepare(asked.portfolio, **options)
    market = market_of(problem, "both")
    for whole in (problem, market):
        for name in cached(type(whole)):
            getattr(whole, name)
    assets = tuple(draw.randint(0, 10**6) for _ in market.values)
    values = tuple(draw.randint(0, 10**6) for _ in problem.values)
    pairs: list[tuple[Any, Any]] = [
        (problem.with_values(values, 0), replace(problem, values=values)),
        (market.with_values(assets), replace(market, values=assets)),
    ]
    for changed, fresh in pairs:
        assert vars(changed).keys() > vars(fresh).keys()
        for name in sorted(cached(type(fresh)) - {"_of_all_values"}):
            assert getattr(changed, name) == getattr(fresh, name), name


def cached(of: type) -> set[str]:
    """The names of what is worked out once."""
    return {name for name, value in vars(of).items() if isinstance(value, cached_property)}
