"""Exact plans: never a cent over, and no whole-share plan comes closer."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pbal_core
from pbal_core import InfeasiblePlanError, Portfolio, Position, read_positions, rebalance
from pbal_core.planning.exact import Effort, Market
from pbal_core.planning.exact.optimum import TINY, TOLERANCE
from pbal_core.planning.problem import prepare
from pbal_core.planning.solve import WORK, solve, solve_many
from tests.build import portfolio
from tests.planning.oracles import brute_force, choices, idle_cash, objective, solver_objective

SAMPLE = read_positions(Path(pbal_core.__file__).parent / "sample" / "positions.csv").portfolio


def test_the_sample_spends_what_the_classic_plan_overspends():
    """5,000 dollars buy VCR 10, VDC 8, VIS 2, VNQ 3, with $4.16 left, and that is proven optimal."""
    plan = rebalance(SAMPLE, 5000, method="exact")
    assert {t.symbol: t.shares for t in plan.trades} == {"VCR": 10, "VDC": 8, "VIS": 2, "VNQ": 3}
    assert (plan.cost, plan.cash_left) == (Decimal("4995.84"), Decimal("4.16"))
    assert plan.proof.proven
    assert not plan.issues


@st.composite
def small_markets(draw: st.DrawFn, max_size: int = 4) -> Market:
    """A few assets with few shares each, often alike, often constrained."""
    count = draw(st.integers(1, max_size))
    several = {"min_size": count, "max_size": count}
    prices = draw(st.lists(st.one_of(st.integers(5, 60), st.integers(20, 40), st.just(30)), **several))
    values = draw(st.lists(st.one_of(st.integers(0, 250), st.sampled_from([100, 120])), **several))
    usually = st.sampled_from([True, True, True, False])
    return Market(
        values=values,
        prices=prices,
        held=[value // price for value, price in zip(values, prices, strict=True)],
        shares=prices,
        parts=draw(st.lists(st.sampled_from([1, 1, 2, 3]), **several)),
        buyable=draw(st.lists(usually, **several)),
        sellable=draw(st.lists(usually, **several)),
        fee=draw(st.sampled_from([0, 0, 0, 1, 7])),
    )


@settings(max_examples=800)
@given(
    market=small_markets(),
    direction=st.sampled_from(["buy", "sell", "both"]),
    share=st.floats(0, 1),
    min_trade=st.sampled_from([0, 0, 0, 10, 50, 90]),
)
def test_small_plans_are_the_best_of_all(market, direction, share, min_trade):
    """Of every whole-share plan none is better, and what is refused has no plan."""
    worth = sum(market.values)
    low, high = {"buy": (0, 200), "sell": (-worth, -1), "both": (-(worth // 2), 200)}[direction]
    budget = round(low + share * (high - low))
    assume(worth + budget > 0 and (direction != "sell" or budget < 0))
    found = market.allocate(budget, direction, min_trade, Effort(WORK))
    best, relaxed = brute_force(market, budget, direction, min_trade)
    assert (best is None) == bool(found.short)
    if best is None:
        return
    slack = TOLERANCE * float(best) + TINY * (worth + budget)
    assert idle_cash(market, budget, found.lots) >= 0
    assert found.objective == pytest.approx(float(objective(market, budget, found.lots)), rel=1e-9, abs=1e-9)
    assert found.objective - found.gap <= float(best) + slack
    if found.proven:
        assert found.relaxed == relaxed
        assert abs(found.objective - float(best)) <= slack


@st.composite
def lopsided_markets(draw: st.DrawFn) -> Market:
    """Some assets far below their targets, others far above, and trades that cost much: the ideal is out of reach."""
    count = draw(st.integers(2, 3))
    several = {"min_size": count, "max_size": count}
    prices = draw(st.lists(st.sampled_from([10, 25, 50, 60, 100]), **several))
    values = draw(st.lists(st.sampled_from([0, 0, 100, 5000]), **several))
    return Market(
        values=values,
        prices=prices,
        held=[value // price for value, price in zip(values, prices, strict=True)],
        shares=prices,
        parts=[1] * count,
        buyable=[True] * count,
        sellable=[True] * count,
        fee=draw(st.sampled_from([0, 10, 20, 37])),
    )


@settings(max_examples=800)
@given(
    market=lopsided_markets(),
    direction=st.sampled_from(["buy", "buy", "sell"]),
    size=st.integers(1, 400),
    min_trade=st.sampled_from([0, 0, 45, 130]),
)
def test_no_plan_beats_a_proven_one_where_trades_are_dear(market, direction, size, min_trade):
    """Fees and minimum trades put an asset's ideal beyond what the cash can buy; the search must not pass it over."""
    budget = size if direction == "buy" else -size
    assume(sum(market.values) + budget > 0)
    assume(math.prod(map(len, choices(market, budget, direction, min_trade))) < 200_000)
    found = market.allocate(budget, direction, min_trade, Effort(WORK))
    best, relaxed = brute_force(market, budget, direction, min_trade)
    assert (best is None) == bool(found.short)
    if best is None:
        return
    assert found.objective - found.gap <= float(best) * (1 + 1e-8) + 1e-8
    if found.proven:  # all but one in thousands are
        assert found.relaxed == relaxed
        assert found.objective == pytest.approx(float(best), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize(
    ("text", "cash", "options", "bought"),
    [
        ("A 0 @ 60; B 0 @ 10; C 5000 @ 50", 250, {"fee_per_trade": 20}, {"B": 23}),
        ("A 5000 @ 10; B 100 @ 100; C 100 @ 10", 150, {"fee_per_trade": 10}, {"C": 14}),
        ("A 0 @ 100; B 0 @ 10", "971.35", {"fee_per_trade": "797.21"}, {"B": 17}),
        ("C 100 @ 100; B 0 @ 10", 120, {"min_trade": 57}, {"B": 12}),
    ],
)
def test_dear_trades(text, cash, options, bought):
    """One large purchase instead of two; and a minimum trade is no reason to leave a share's price idle."""
    plan = rebalance(portfolio(text), cash, method="exact", **options)
    assert {t.symbol: t.shares for t in plan.trades} == bought
    assert plan.proof.proven
    assert not plan.issues


def test_a_minimum_trade_does_not_keep_cash_from_a_hard_rebalance():
    """What the sales raise is spent again: a share more of what is bought anyhow needs no trade of its own."""
    plan = rebalance(SAMPLE, 1700, method="exact", strategy="hard_rebalance", min_trade=5000)
    assert 0 <= plan.cash_left < Decimal("83.1")
    assert not plan.issues


@settings(max_examples=200)
@given(market=small_markets(max_size=3), budget=st.integers(1, 300), work=st.integers(0, 60))
def test_a_search_that_is_cut_short_still_certifies(market, budget, work):
    """With hardly any work the plan is allowed, and its bound is below the best of all."""
    found = market.allocate(budget, "both", 0, Effort(work))
    best, _relaxed = brute_force(market, budget, "both", 0)
    assert idle_cash(market, budget, found.lots) >= 0
    assert found.work <= work
    assert found.objective - found.gap <= float(best) + 1e-9 * float(best) + 1e-9
    assert found.objective >= float(best) * (1 - 1e-9) - 1e-9


def test_a_plan_on_target_is_proven():
    """The objective is never below 0, so no gap is left where it is 0, however little was searched."""
    plan = rebalance(portfolio("VTI 10 @ 0.01"), 0, method="exact", strategy="hard_rebalance", min_trade=10)
    assert plan.proof is not None
    assert (plan.proof.objective, plan.proof.gap, plan.proof.proven) == (0.0, 0.0, True)


def medium_market(seed: int, count: int) -> Market:
    """Prices of 20 to 500 dollars, values around 10,000, weights that differ."""
    rng = random.Random(seed)
    prices = [rng.randint(2_000, 50_000) for _ in range(count)]
    values = [round(rng.lognormvariate(0, 0.5) * 1_000_000) for _ in range(count)]
    return Market(
        values=values,
        prices=prices,
        held=[value // price for value, price in zip(values, prices, strict=True)],
        shares=prices,
        parts=[rng.choice([1, 1, 2]) for _ in range(count)],
        buyable=[True] * count,
        sellable=[True] * count,
    )


@pytest.mark.parametrize("count", [6, 12])
@pytest.mark.parametrize(("direction", "share"), [("buy", 0.01), ("buy", 0.2), ("sell", -0.1), ("both", 0.02)])
@pytest.mark.parametrize("seed", [1, 2])
def test_medium_plans_are_what_a_solver_proves(count, direction, share, seed):
    """HiGHS finds no better plan, and a proven plan is no better than its best."""
    market = medium_market(seed, count)
    budget = int(share * sum(market.values))
    found = market.allocate(budget, direction, 0, Effort(WORK))
    assert found.proven
    assert found.objective == pytest.approx(solver_objective(market, budget, direction), rel=1e-6)


@pytest.mark.parametrize("count", [10, 50, 200])
@pytest.mark.parametrize("share", [0.002, 0.01, 0.1, 1.0, -0.1])
def test_ordinary_prices_are_proven(count, share):
    """Plans of up to 200 assets are proven within the budget of work, for any cash."""
    market = medium_market(7 * count, count)
    budget = int(share * sum(market.values))
    for direction in ("both", "buy" if share > 0 else "sell"):
        found = market.allocate(budget, direction, 0, Effort(WORK))
        assert found.proven
        assert 0 <= idle_cash(market, budget, found.lots) < min(market.prices)


HARD = {
    "cent prices": [(1_000_000, 3 + i % 7) for i in range(50)],
    "equal prices": [(900_000 + 1_000 * i, 10_000) for i in range(50)],
    "equal in everything": [(1_000_000, 10_000)] * 50,
    "prices a cent apart": [(900_000 + 7_001 * i, 10_000 + i) for i in range(50)],
}


@pytest.mark.parametrize("min_trade", [0, 500_000], ids=["any trade", "large minimum"])
@pytest.mark.parametrize("name", HARD)
def test_hard_cases_stay_within_their_work(name, min_trade):
    """The budget of work holds, the plan is allowed, and the gap that is reported is small."""
    rows = HARD[name]
    market = Market(
        values=[value for value, _ in rows],
        prices=[price for _, price in rows],
        held=[value // price for value, price in rows],
        shares=[price for _, price in rows],
        parts=[1] * len(rows),
        buyable=[True] * len(rows),
        sellable=[True] * len(rows),
    )
    budget = 3_777_777
    found = market.allocate(budget, "buy", min_trade, Effort(WORK))
    assert found.work <= WORK
    assert idle_cash(market, budget, found.lots) >= 0
    assert all(k == 0 or k * price >= min_trade for k, price in zip(found.lots, market.prices, strict=True))
    assert found.gap <= (0.06 if min_trade else 0.0001) * found.objective


def test_the_plan_of_a_cut_slice_is_marked():
    """Positions of a slider beyond the budget are rounding and filling, and say so; a release solves them."""
    problem = prepare(SAMPLE, method="exact")
    questions = [(problem.units(Decimal(cash)), 0) for cash in range(1000, 21000, 1000)]
    full = list(solve_many(problem, questions))
    assert not any(solution.approximate for solution in full)
    cut = list(solve_many(problem, questions, work=300))
    assert any(solution.approximate for solution in cut)
    for question, one, other in zip(questions, full, cut, strict=True):
        assert other.approximate or one == other
        assert other.cash_left >= 0
        assert one == solve(problem, *question)
        assert problem.plan(*question, one) == rebalance(SAMPLE, problem.dollars(question[0]), method="exact")


def test_what_has_no_target_is_sold_first_and_whole():
    """A hard rebalance sells it all; a withdrawal sells nothing else while it suffices."""
    held = portfolio("A 1000 @ 10; B 1000 @ 30; OLD 500 @ 7 pnl 9; GONE 95 @ 10")
    goals = {"A": 50, "B": 50}
    plan = rebalance(held, 0, method="exact", strategy="hard_rebalance", targets=goals)
    assert [order.shares for order in plan.orders][2:] == [-71, -9]
    sale = rebalance(held, -300, method="exact", targets=goals)
    assert [order.shares for order in sale.orders][:2] == [0, 0]
    assert 300 <= -sale.cost < 310
    more = rebalance(held, -800, method="exact", targets=goals)
    assert [order.shares for order in more.orders][2:] == [-71, -9]
    assert 800 <= -more.cost < 810


def test_everything_can_be_withdrawn():
    """The whole value, when it is whole shares."""
    held = portfolio("A 100 @ 10; B 300 @ 30")
    plan = rebalance(held, -400, method="exact")
    assert [order.shares for order in plan.orders] == [-10, -10]
    assert plan.cash_left == 0


def test_a_known_quantity_is_what_is_sold():
    """A value that the file rounds down does not lose a share; half a share stays."""
    rows = [Position(symbol="A", value=Decimal("999.99"), price=Decimal("100.004"), quantity=Decimal("10.5"))]
    plan = rebalance(Portfolio(rows), -1000, method="exact")
    assert plan.orders[0].shares == -10


def test_a_withdrawal_below_the_minimum_trade_sells_little():
    """100 to withdraw and trades of at least 1,000: one sale, less than a share above the least that is possible."""
    plan = rebalance(SAMPLE, -100, method="exact", min_trade=1000)
    assert {t.symbol: t.shares for t in plan.trades} == {"VSMAX": -11}
    assert plan.proof.proven
    assert [issue.code for issue in plan.issues] == ["idle_cash"]


def test_spending_a_rest_never_leaves_a_sale_below_the_minimum_trade():
    """Both must be sold, which raises too much: the first sale shrinks to the minimum of 750, not beyond."""
    held = portfolio("A 753.80 @ 0.01; B 750 @ 0.01")
    plan = rebalance(held, "-753.81", method="exact", targets={"A": 1, "B": 99}, min_trade=750)
    assert [trade.value for trade in plan.trades] == [-750, -750]


def test_fractions_reach_the_cent():
    """A fund that trades in thousandths takes what whole shares leave."""
    plan = rebalance(portfolio("FUND 100 @ 33.33; ETF 200 @ 70"), 100, method="exact", fractional={"FUND": "0.001"})
    assert isinstance(plan.orders[0].shares, Decimal)
    assert 0 <= plan.cash_left < Decimal("0.04")


def test_the_fee_is_paid_from_the_cash():
    """Two trades of 95 and two fees of 5 are 200 dollars."""
    plan = rebalance(portfolio("A 100 @ 95; B 100 @ 95"), 200, method="exact", fee_per_trade=5)
    assert [order.shares for order in plan.orders] == [1, 1]
    assert (plan.fees, plan.cash_left) == (10, 0)


def test_the_buffer_stays():
    """It is not spent, not even when it is more than the cash; a withdrawal and a hard rebalance raise it."""
    held = portfolio("A 100 @ 10; B 300 @ 10")
    assert rebalance(held, 200, method="exact", cash_buffer=55).cash_left == 60
    below = rebalance(held, 50, method="exact", cash_buffer=55)
    assert (below.trades, [issue.code for issue in below.issues]) == ((), ["below_buffer"])
    assert rebalance(held, -20, method="exact", cash_buffer=55).cash_left == 60
    assert rebalance(held, 0, method="exact", cash_buffer=55, strategy="hard_rebalance").cash_left == 60


@pytest.mark.parametrize("method", ["exact", "classic"])
def test_frozen_positions_do_not_count(method):
    """10,000 frozen dollars change nothing in how 100 are shared out."""
    held = portfolio("A 100 @ 10; B 300 @ 10; ICE 10000 @ 10")
    plan = rebalance(held, 100, method=method, frozen=["ICE"], min_trade=10)
    assert [order.shares for order in plan.orders] == [10, 0, 0]
    hard = rebalance(held, 0, method=method, frozen="ICE", min_trade=10, strategy="hard_rebalance")
    assert [order.shares for order in hard.orders] == [10, -10, 0]


@pytest.mark.parametrize(
    ("cash", "options", "message"),
    [
        (-401, {}, "cannot withdraw $401.00: the sales that are possible raise at most $400.00."),
        (-150, {"never_sell": ["B"]}, "raise at most $100.00; never sold: B."),
        (-150, {"frozen": ["B"]}, "raise at most $100.00; frozen: B."),
        (-350, {"min_trade": 200}, "raise at most $300.00; no trade may be smaller than $200.00."),
        (-399, {"fee_per_trade": 2}, "raise at most $396.00; each costs $2.00."),
        (-400, {"cash_buffer": 10}, "cannot withdraw $400.00 and keep $10.00 in cash: "),
        (100, {"frozen": ["A", "B"]}, "every target is frozen (A, B); unfreeze one, or change the targets."),
        (5, {"fee_per_trade": 5}, "the cash of $5.00 does not cover one trade's fee of $5.00; invest more"),
        (
            105,
            {"fee_per_trade": 10, "cash_buffer": 100},
            "the cash of $105.00, of which $100.00 stay cash, does not cover one trade's fee of $10.00",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_blocks(cash, options, message):
    """The message names the limit, and the numbers."""
    with pytest.raises(InfeasiblePlanError) as caught:
        rebalance(portfolio("A 100 @ 10; B 300 @ 10"), cash, method="exact", **options)
    assert message in str(caught.value)


def test_a_refusal_in_a_slice_is_a_value():
    """A slider has positions without a plan; they carry the sentence, and trade nothing."""
    problem = prepare(portfolio("A 100 @ 10; B 300 @ 10"), method="exact")
    refused, fine = solve_many(problem, [(-50_000, 0), (5_000, 0)])
    assert refused.refusal.startswith("cannot withdraw $500.00")
    assert (refused.lots, refused.cash_left) == ((0, 0), -50_000)
    assert not fine.refusal


def test_ties_go_to_the_lower_pnl_then_the_symbol():
    """Three alike and cash for one share; then for two."""
    held = portfolio("C 100 @ 10 pnl 5; B 100 @ 10 pnl -5; A 100 @ 10 pnl 5; U 100 @ 10")
    assert [t.symbol for t in rebalance(held, 10, method="exact").trades] == ["B"]
    assert {t.symbol for t in rebalance(held, 20, method="exact").trades} == {"A", "B"}
    assert {t.symbol for t in rebalance(held, 30, method="exact").trades} == {"A", "B", "C"}
    assert {t.symbol for t in rebalance(held, -10, method="exact").trades} == {"B"}


def test_ties_of_other_prices_go_to_the_lower_pnl_too():
    """One share at 30 is as close as two at 15: the larger loss is bought, and in any currency."""
    held = portfolio("E 0 @ 15 pnl 79; A 123.56 @ 30 pnl -40; BRKB 0 @ 30 pnl -64")
    assert {t.symbol: t.shares for t in rebalance(held, "35.37", method="exact").trades} == {"BRKB": 1}


@settings(max_examples=400)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from([0, 21, 100, 200, 500]), st.sampled_from([10, 20, 30, 100, 200])),
        min_size=2,
        max_size=3,
    ),
    cash=st.integers(1, 900),
    factor=st.sampled_from([Decimal("0.1"), Decimal("0.3"), Decimal(7)]),
    strategy=st.sampled_from(["try_avoid_sell", "hard_rebalance"]),
)
def test_round_prices_tie_the_same_way_in_any_currency(rows, cash, factor, strategy):
    """Where many plans are as close as the best, the last digits of floats do not choose."""

    def plan(scale):
        positions = (
            Position(symbol=f"S{i}", value=value * scale, price=price * scale) for i, (value, price) in enumerate(rows)
        )
        return rebalance(Portfolio(positions), cash * scale, method="exact", strategy=strategy)

    assert [o.shares for o in plan(Decimal(1)).orders] == [o.shares for o in plan(factor).orders]


def test_losses_are_sold_first_in_a_hard_rebalance_too():
    """Of positions that are alike the larger loss is sold, and of those without a target as well."""
    held = portfolio("FOO 50000 @ 100 pnl 0; BAR 50000 @ 100 pnl -1000; BAZ 50000 @ 100 pnl 0")
    plan = rebalance(held, -100, method="exact", strategy="hard_rebalance")
    assert {t.symbol: t.shares for t in plan.trades} == {"BAR": -1}
    away = portfolio("KEEP 1000 @ 10; X 500 @ 10 pnl 5; Y 500 @ 10 pnl -5; Z 500 @ 10")
    plan = rebalance(away, -10, method="exact", targets={"KEEP": 1})
    assert {t.symbol: t.shares for t in plan.trades} == {"Y": -1}
