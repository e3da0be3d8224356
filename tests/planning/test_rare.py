"""What a plan seldom meets: searches that are cut short, plans that break a law, and money that nothing takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pbal_core import Constraints, Plan, Targets, Trade, rebalance
from pbal_core.errors import LawBrokenError
from pbal_core.planning.answer import basis_of
from pbal_core.planning.exact import bound, market
from pbal_core.planning.problem import prepare
from pbal_core.planning.rebalance import prove
from pbal_core.planning.solve import solve_many
from tests.build import portfolio, rules
from tests.made import made_portfolio

HELD = portfolio("A 5000 @ 101; B 3100 @ 47; C 2900 @ 13; D 900 @ 7")


def exact(cash: int, **options: Any) -> Plan:
    return rebalance(HELD, cash, method="exact", strategy="hard_rebalance", **options)


@pytest.mark.parametrize("cash", [1000, 0, -900])
@pytest.mark.parametrize("fee", [0, 5])
@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_a_bound_that_was_cut_short_is_still_a_bound(
    cash: int, fee: int, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few levels are tried, no plan is better than the bound, and the plan keeps every law."""
    best = exact(cash, fee_per_trade=fee).proof
    monkeypatch.setattr(bound, "_MAX_ROUNDS", rounds)
    found = exact(cash, fee_per_trade=fee).proof
    assert best is not None
    assert found is not None
    value = best.objective + best.idle
    assert found.lower_bound <= value * (1 + 1e-9)
    assert found.objective + found.idle >= value * (1 - 1e-9)


def test_a_plan_of_few_trades_that_is_not_proven_keeps_to_them() -> None:
    """With hardly any budget, and as many trades allowed as the free plan makes."""
    problem = prepare(made_portfolio(20), method="exact", strategy="hard_rebalance", max_trades=19)
    questions = [(problem.units(Decimal(cash)), 0) for cash in range(100, 20_000, 900)]
    for solution in solve_many(problem, questions, work=1):
        assert sum(map(bool, solution.lots)) <= 19
        assert solution.cash_left >= 0


@pytest.mark.parametrize(
    ("broken", "terms", "message"),
    [
        (lambda a, b: (b, a), Constraints(), "the order of B is beside A"),
        (lambda a, b: (a, b), Constraints(max_trades=1), "2 trades are more than 1"),
        (lambda a, b: (a, b), rules(fee_per_trade=1), "2 trades do not cost 0.00 at 1 each"),
    ],
    ids=["order", "trades", "fees"],
)
def test_a_plan_that_breaks_a_law_is_not_shown(
    broken: Callable[..., tuple[Trade, ...]], terms: Constraints, message: str
) -> None:
    plan = rebalance(portfolio("A 60 @ 1; B 40 @ 1"), 0, strategy="hard_rebalance", method="exact")
    prove(plan)
    with pytest.raises(LawBrokenError, match=message):
        prove(replace(plan, orders=broken(*plan.orders)), terms)


def test_cash_that_is_not_what_the_trades_leave_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = rebalance(portfolio("A 60 @ 1; B 40 @ 1"), 10, method="exact")
    monkeypatch.setattr(Plan, "cash_left", property(lambda _: Decimal("0.01")))
    with pytest.raises(LawBrokenError, match=r"cash identity: 0\.01 \+ 10 \+ 0\.?0* is not 10"):
        prove(plan)


def test_a_sale_alone_realises_a_gain() -> None:
    plan = rebalance(portfolio("A 60 @ 1 pnl 30; B 40 @ 1 pnl 8"), 0, strategy="hard_rebalance", method="exact")
    assert [(order.symbol, order.shares) for order in plan.orders] == [("A", -10), ("B", 10)]
    assert plan.outcome.gain_of(0) == plan.outcome.gain == 5 * 10**plan.outcome.basis.scale
    assert plan.outcome.gain_of(1) == 0


def test_where_everything_is_frozen_or_nothing_is_held_targets_stay() -> None:
    """There is nothing that could share the rest out."""
    targets = {"A": 40, "B": 30, "C": 20, "D": 10}
    weights = (0.4, 0.3, 0.2, 0.1)
    everything = basis_of(prepare(HELD, targets=targets, frozen=set("ABCD")))
    assert everything.targets_of([1, 1, 1, 1]) == pytest.approx(weights)
    one = basis_of(prepare(HELD, targets=targets, frozen={"A"}))
    assert one.targets_of([0, 0, 0, 0]) == pytest.approx(weights)
    assert one.targets_of([1, 1, 1, 1]) == pytest.approx((1 / 4, 3 / 8, 2 / 8, 1 / 8))


def test_a_fee_that_takes_all_the_cash_is_why_nothing_trades() -> None:
    plan = rebalance(portfolio("A 60 @ 1; B 40 @ 1"), 100, min_trade=100, fee_per_trade=100)
    assert not plan.trades
    assert plan.why_nothing == "the fee of $100.00 leaves nothing of the cash to invest"


def test_trades_that_are_left_out_for_their_fee_are_why_a_withdrawal_falls_short() -> None:
    """Of 110, 60 and 30 dollars only the first is worth a dollar of fee."""
    held = portfolio("A 1000 @ 10; B 950 @ 10; C 920 @ 10")
    plan = rebalance(held, -200, min_trade=10, fee_per_trade=1, max_fee_share="0.01")
    assert [(trade.symbol, trade.shares) for trade in plan.trades] == [("A", -11)]
    (said,) = [issue.message for issue in plan.issues if issue.code == "shortfall"]
    assert "trades that are not worth their fee are left out" in said


def test_grids_that_are_forgotten_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two funds are one class, whose numbers of lots depend on the smallest trade."""
    targets = Targets({"stocks": 60, "C": 40}, substitutes={"stocks": ["A", "B"]})

    def answers() -> list[tuple[int, ...]]:
        problem = prepare(HELD, targets=targets, method="exact", strategy="hard_rebalance")
        questions = [(problem.units(Decimal(cash)), problem.units(Decimal(cash))) for cash in (0, 300, 600, 900)]
        return [solution.lots for solution in solve_many(problem, questions)]

    known = answers()
    monkeypatch.setattr(market, "_GRIDS", 1)
    assert answers() == known
