"""The laws of allocation, on generated requests, for both methods."""

from __future__ import annotations

import copy
import itertools
import math
import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pbal_core import LawBrokenError, Portfolio, rebalance
from pbal_core.planning.classic import classic_amounts, weighted_flood_fill
from pbal_core.planning.problem import prepare
from pbal_core.planning.rebalance import prove
from pbal_core.planning.solve import solve
from tests.build import portfolio
from tests.known import known
from tests.requests import applied, requests, scaled
from tests.strategies import portfolios

either = st.sampled_from(["exact", "classic"])
any_request = either.flatmap(requests)
plain_exact = requests("exact", constrained=False)


def spent(plan: Any) -> Fraction:
    return sum((Fraction(order.shares) * Fraction(order.price) for order in plan.orders), Fraction(0))


@settings(max_examples=300)
@given(any_request)
def test_every_cent_is_accounted_for(request: Any) -> None:
    """Law 1: cash left, trades and fees are the cash, exactly, and fees are counted once a trade."""
    plan = request.plan()
    assume(plan is not None)
    assert Fraction(plan.cash_left) + spent(plan) + Fraction(plan.fees) == Fraction(plan.cash)
    assert plan.fees == Decimal(request.options["fee_per_trade"]) * len(plan.trades)


@settings(max_examples=300)
@given(any_request)
def test_no_overspend_is_made_or_hidden(request: Any) -> None:
    """Law 2: exact never spends a cent too much and keeps the buffer; classic says what it overspends."""
    plan = request.plan()
    assume(plan is not None)
    if plan.method == "exact":
        assert plan.cash_left >= (request.options["cash_buffer"] if plan.trades else min(0, plan.cash))
    elif plan.cash_left < 0:
        assert {issue.code for issue in plan.issues} & {"overspend", "shortfall"}


@settings(max_examples=300)
@given(any_request)
def test_nothing_is_traded_that_must_not_be(request: Any) -> None:
    """Laws 3 and 4: the direction of the cash, the holding, frozen, one-way and zero targets, fractions."""
    plan = request.plan()
    assume(plan is not None)
    terms = request.constraints(plan)
    for position, order, weight in zip(plan.portfolio, plan.orders, plan.weights, strict=True):
        if plan.strategy == "try_avoid_sell":
            assert order.shares >= 0 if plan.cash >= 0 else order.shares <= 0
        assert -Fraction(order.shares) * Fraction(position.price) <= Fraction(position.value)
        assert not (order.shares and position.symbol in terms.frozen)
        assert not (order.shares > 0 and (position.symbol in terms.never_buy or not weight))
        assert not (order.shares < 0 and position.symbol in terms.never_sell)
        assert Fraction(order.shares) % Fraction(terms.lot(position.symbol) or 1) == 0


@settings(max_examples=250)
@given(any_request)
def test_no_trade_is_too_small(request: Any) -> None:
    """Law 5: zero or at least the minimum, sales included; classic dollars are whole steps, unless all is sold."""
    plan = request.plan()
    assume(plan is not None)
    for position, order in zip(plan.portfolio, plan.orders, strict=True):
        if plan.method == "exact":
            assert not order.shares or abs(order.value) >= plan.min_trade
        else:
            assert order.amount % plan.min_trade == 0 or order.amount == -position.value


@settings(max_examples=200)
@given(request=any_request, seed=st.randoms(use_true_random=False))
def test_row_order_does_not_matter(request: Any, seed: Any) -> None:
    """Law 6: the same plan for any order of the rows."""
    plan = request.plan()
    rows = list(request.portfolio)
    seed.shuffle(rows)
    again = type(request)(Portfolio(rows), request.cash, request.options).plan()
    assert (plan is None) == (again is None)
    if plan is not None:
        assert {o.symbol: o.shares for o in plan.orders} == {o.symbol: o.shares for o in again.orders}
        assert plan.proof == again.proof


@settings(max_examples=200)
@given(request=any_request, factor=st.sampled_from([Decimal(10), Decimal("0.1"), Decimal(7)]))
def test_scaling_all_dollars_scales_the_plan(request: Any, factor: Any) -> None:
    """Law 6: in another currency the same shares are traded."""
    plan = request.plan()
    options = {
        name: Decimal(value) * factor if name in {"min_trade", "cash_buffer", "fee_per_trade"} else value
        for name, value in request.options.items()
    }
    again = type(request)(scaled(request.portfolio, factor), request.cash * factor, options).plan()
    assert (plan is None) == (again is None)
    if plan is not None:
        assert [o.shares for o in plan.orders] == [o.shares for o in again.orders]
        assert plan.cash_left * factor == again.cash_left


@settings(max_examples=250)
@given(plain_exact)
def test_an_exact_plan_leaves_nothing_to_do(request: Any) -> None:
    """Law 7: after the trades, the cash that is left gives no further trade.

    Where the plan is not proven optimal there may be one, but nothing comes closer than the plan's lower bound.
    """
    plan = request.plan()
    assume(plan is not None)
    withdrawn = plan.cash < 0 and plan.strategy == "try_avoid_sell"
    again = rebalance(applied(plan), 0 if withdrawn else plan.cash_left, **request.options)
    if plan.proof.proven:
        assert not again.trades
    elif again.trades:
        proof = known(again.proof)
        assert proof.objective + proof.idle >= plan.proof.lower_bound * (1 - 1e-9)


@settings(max_examples=250)
@given(requests("classic", constrained=False))
def test_a_classic_plan_leaves_at_most_a_step(request: Any) -> None:
    """Law 7: after its dollars moved, no cash moves any position by more than one step."""
    problem = prepare(request.portfolio, **{k: v for k, v in request.options.items() if k != "min_trade"})
    step, cash = problem.units(Decimal(request.options["min_trade"])), problem.units(request.cash)
    moved = solve(problem, cash, step).wanted
    # Capped sales miss their steps, so the rest of the portfolio is not where the strategy wanted it.
    assume(all(not amount % step for amount in moved))
    after = [value + amount for value, amount in zip(problem.values, moved, strict=True)]
    assume(request.options["strategy"] == "try_avoid_sell" or sum(problem.values) + cash >= 0)
    again = classic_amounts(
        problem.strategy.direction(0),
        after,
        problem.parts,
        pnls=problem.pnls,
        symbols=problem.portfolio.symbols,
        cash=0,
        step=step,
        may_buy=[True] * len(after),
        may_sell=[True] * len(after),
    )
    assert all(abs(amount) <= step for amount in again)


@settings(max_examples=250)
@given(
    held=st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 5)), min_size=1, max_size=6),
    cash=st.integers(0, 9000),
    step=st.sampled_from([1, 10, 100]),
)
def test_more_cash_never_lowers_the_water(held: Any, cash: int, step: Any) -> None:
    """Law 8: one more unit of cash never makes the lowest value over weight lower, nor any position poorer."""
    values, parts = [value for value, _ in held], [part for _, part in held]
    names = [f"S{i}" for i in range(len(held))]

    def filled(amount: Any) -> list[Any]:
        pnls = [None] * len(values)
        moves = weighted_flood_fill(values, parts, pnls=pnls, symbols=names, cash=amount, step=step)
        return [value + move for value, move in zip(values, moves, strict=True)]

    before, after = filled(cash), filled(cash + 1)
    assert all(low <= high for low, high in zip(before, after, strict=True))
    assert min(map(Fraction, before, parts)) <= min(map(Fraction, after, parts))


@settings(max_examples=75)
@given(request=plain_exact, more=st.integers(0, 500))
def test_more_cash_never_lowers_the_water_of_fine_shares(request: Any, more: int) -> None:
    """Law 8, exact: where shares are finely divisible, the lowest fill rises with the cash."""
    assume(request.cash >= 0 and request.options["targets"] is None)
    fine = dict.fromkeys(request.portfolio.symbols, "0.001")
    options = request.options | {"fractional": fine, "strategy": "try_avoid_sell"}

    def level(cash: Any) -> Any:
        return min(map(Fraction, rebalance(request.portfolio, cash, **options).values_after))

    grain = max(Fraction(p.price) for p in request.portfolio) / 1000
    assert level(request.cash) <= level(request.cash + more) + 2 * grain


@settings(max_examples=150)
@given(any_request)
def test_inputs_stay_and_numbers_are_finite(request: Any) -> None:
    """Law 9: nothing that was handed in is changed, and every number that comes out is finite."""
    rows, options = tuple(request.portfolio), copy.deepcopy(request.options)
    plan = request.plan()
    assert (tuple(request.portfolio), request.options) == (rows, options)
    assume(plan is not None)
    numbers = [*plan.weights_after, plan.drift_after, plan.turnover]
    if plan.proof:
        numbers += [plan.proof.objective, plan.proof.lower_bound, plan.proof.gap]
    assert all(map(math.isfinite, numbers))


@settings(max_examples=200)
@given(requests("exact"))
def test_the_bound_is_below_the_objective(request: Any) -> None:
    """Law 10: what is certified is below what was found, and the objective is what its definition says."""
    plan = request.plan()
    assume(plan is not None)
    proof = plan.proof
    assert 0 <= proof.lower_bound <= proof.objective + proof.idle
    assert proof.gap >= 0
    assert not proof.proven or proof.gap == 0
    frozen = request.constraints(plan).frozen
    managed = [i for i, position in enumerate(plan.portfolio) if position.symbol not in frozen]
    whole = sum(Fraction(plan.weights[i]) for i in managed)
    direction = plan.strategy == "try_avoid_sell" and plan.cash >= 0
    cash = plan.cash - request.options["cash_buffer"]
    base = sum(Fraction(plan.portfolio.positions[i].value) for i in managed) + Fraction(
        max(0, cash) if direction else cash
    )
    goals = {i: Fraction(plan.weights[i]) / whole * base for i in managed}
    if base > 0:
        found = sum((Fraction(plan.values_after[i]) - goal) ** 2 / goal for i, goal in goals.items() if goal)
        assert proof.objective == pytest.approx(float(found), rel=1e-9, abs=1e-9 * float(base))


@settings(max_examples=150)
@given(held=portfolios(max_size=5), cash=st.integers(0, 500_000), seed=st.integers(0, 9))
def test_what_breaks_a_law_is_not_shown(held: Any, cash: int, seed: int) -> None:
    """The proof on the finished plan notices one share more or less anywhere, and a cent that is not accounted for."""
    plan = rebalance(held, Decimal(cash) / 100, method="exact", strategy="hard_rebalance")
    prove(plan)
    order = random.Random(seed).choice(plan.orders)
    sold = type(order)(symbol=order.symbol, shares=-(10**9), price=order.price, amount=order.amount)
    bought = type(order)(symbol=order.symbol, shares=10**9, price=order.price, amount=order.amount)
    for other, law in ((sold, "beyond the holding"), (bought, "overspend")):
        orders = tuple(other if o is order else o for o in plan.orders)
        with pytest.raises(LawBrokenError, match=law):
            prove(_copied(plan, orders=orders))
    with pytest.raises(LawBrokenError, match="do not cost"):
        prove(_copied(plan, fees=Decimal("0.01")))


def _copied(plan: Any, **changes: Any) -> Any:
    names = ("portfolio", "weights", "cash", "strategy", "method", "min_trade", "orders", "fees", "issues", "proof")
    return type(plan)(**({name: getattr(plan, name) for name in names} | changes))


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ({"frozen": "A"}, "ruled out"),
        ({"never_buy": "A"}, "ruled out"),
        ({"fractional": {"A": "0.3"}}, "cannot be traded in lots"),
        ({"cash_buffer": 100}, "of the buffer of 100 is left"),
        ({"fee_per_trade": 1}, "do not cost"),
    ],
)
def test_constraints_are_proved_again(change: dict[str, Any], law: str) -> None:
    """A plan that was found without a constraint does not pass with it."""
    from pbal_core.policy.constraints import Constraints

    plan = rebalance(portfolio("A 100 @ 10; B 300 @ 10"), 100, method="exact")
    assert plan.trades
    with pytest.raises(LawBrokenError, match=law):
        prove(plan, Constraints(**change))


def test_a_bought_position_without_target_is_noticed() -> None:
    """Zero targets are never bought."""
    plan = rebalance(portfolio("A 100 @ 10; B 300 @ 10"), 100, method="exact")
    with pytest.raises(LawBrokenError, match="A has no target and is bought"):
        prove(_copied(plan, weights=(0.0, 1.0)))


def test_a_small_trade_and_a_wrong_direction_are_noticed() -> None:
    """Minimum trade, and the direction of the cash."""
    plan = rebalance(portfolio("A 100 @ 10; B 300 @ 10"), 100, method="exact")
    with pytest.raises(LawBrokenError, match="below the minimum"):
        prove(_copied(plan, min_trade=Decimal(5000)))
    sale = rebalance(portfolio("A 100 @ 10; B 300 @ 10"), -100, method="exact")
    with pytest.raises(LawBrokenError, match="against the direction"):
        prove(_copied(sale, cash=Decimal(0)))


@settings(max_examples=200)
@given(requests("exact"))
def test_no_share_that_was_sold_could_have_been_kept(request: Any) -> None:
    """Law 11: one lot of a sale, where the rest is a trade, or all of it; of a hard rebalance but for zero targets."""
    plan = request.plan()
    assume(plan is not None)
    terms = request.constraints(plan)
    idle = plan.cash_left - terms.cash_buffer
    both = plan.strategy == "hard_rebalance"
    for order, weight in zip(plan.orders, plan.weights, strict=True):
        if order.shares < 0 and (weight or not both):
            assert -order.value - terms.fee_per_trade > idle


@settings(max_examples=200)
@given(requests("exact"))
def test_nothing_is_bought_past_its_target(request: Any) -> None:
    """Law 11: no lot takes its asset further from its target than one lot less, or none, would have."""
    plan = request.plan()
    assume(plan is not None)
    terms = request.constraints(plan)
    free = [i for i, p in enumerate(plan.portfolio) if p.symbol not in terms.frozen]
    whole = sum(Fraction(plan.weights[i]) for i in free)
    base = sum(Fraction(plan.portfolio.positions[i].value) for i in free) + Fraction(plan.cash - terms.cash_buffer)
    for i in free:
        order, position = plan.orders[i], plan.portfolio.positions[i]
        if order.shares > 0:
            lot = Fraction(position.price) * Fraction(terms.lot(position.symbol) or 1)
            goal = Fraction(plan.weights[i]) / whole * base
            after = Fraction(position.value) + Fraction(order.value)
            small = after - lot - Fraction(position.value) < plan.min_trade
            before = Fraction(position.value) if small else after - lot
            assert abs(after - goal) <= abs(before - goal) + Fraction(1, 10**6) or terms.fee_per_trade


@settings(max_examples=60)
@given(requests("exact", constrained=False, max_size=5))
def test_more_trades_are_never_worse(request: Any) -> None:
    """Law 12: a larger max_trades never gives a larger J + R, and as many as there are positions are no limit."""
    assume(not request.options["targets"] or all(request.options["targets"].values()))
    count = len(request.portfolio)
    plans = [request.asking(max_trades=most).plan() for most in range(count + 1)]
    values = [plan.proof.objective + plan.proof.idle for plan in plans if plan is not None and plan.proof.proven]
    assert all(more <= fewer * (1 + 1e-9) + 1e-9 for fewer, more in itertools.pairwise(values))
    free = request.plan()
    assert (free is None) == (plans[-1] is None)
    assert free is None or [o.shares for o in free.orders] == [o.shares for o in plans[-1].orders]


def test_another_remark_does_not_hide_an_overspend() -> None:
    """An overspend is hidden as long as no remark says it, whatever else is said."""
    from pbal_core.errors import Issue

    plan = rebalance(portfolio("A 100 @ 60; B 100 @ 60"), 100, min_trade=50)
    assert plan.cash_left < 0
    with pytest.raises(LawBrokenError, match="is hidden"):
        prove(_copied(plan, issues=(Issue("info", "below_step", "Something else."),)))


def test_no_cash_and_a_buffer_trade_nothing() -> None:
    """A budget of nothing is not a withdrawal of the buffer."""
    for method in ("classic", "exact"):
        assert not rebalance(
            portfolio("A 1000 @ 10; B 3000 @ 10"), 0, method=method, cash_buffer=100, min_trade=10
        ).trades
