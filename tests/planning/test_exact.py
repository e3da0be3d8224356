"""Exact plans: they keep the rules, and under these rules no plan is better."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pbal_core
from pbal_core import InfeasiblePlanError, Portfolio, Position, read_positions, rebalance
from pbal_core.planning.exact import Effort, Market, allocate
from pbal_core.planning.exact.optimum import TINY, TOLERANCE
from pbal_core.planning.problem import prepare
from pbal_core.planning.solve import WORK, solve, solve_many
from pbal_core.planning.strategy import Direction
from tests.build import portfolio
from tests.known import known
from tests.planning.oracles import (
    brute_force,
    distance,
    idle_cash,
    least_idle,
    leaving,
    smallest_sale,
    solver_value,
    tradable,
)

SAMPLE = read_positions(Path(pbal_core.__file__).parent / "sample" / "positions.csv").portfolio


def test_the_sample_spends_what_the_classic_plan_overspends() -> None:
    """5,000 dollars buy VCR 10, VDC 8, VIS 2, VNQ 3, with $4.16 left, and that is proven optimal."""
    plan = rebalance(SAMPLE, 5000, method="exact")
    assert {t.symbol: t.shares for t in plan.trades} == {"VCR": 10, "VDC": 8, "VIS": 2, "VNQ": 3}
    assert (plan.cost, plan.cash_left) == (Decimal("4995.84"), Decimal("4.16"))
    assert known(plan.proof).proven
    assert [str(issue) for issue in plan.issues] == [
        "$4.16 stays in cash: VIS, the furthest below target, costs $203.87."
    ]


def small_market(rng: random.Random, *, zeros: bool = True, limited: bool = True, most: int = 4) -> Market:
    """A few assets with few lots each, often alike, often constrained, some to be sold, some in fine lots."""
    count = rng.randint(1, most)
    prices, values = (
        [rng.choice(kinds)(rng) for _ in range(count)]
        for kinds in rng.choice(
            [
                ([_between(5, 60), _between(20, 40)], [_between(0, 250), _between(100, 120)]),
                ([_one_of(10, 25, 50, 60, 100)], [_one_of(0, 0, 100, 1500)]),
                ([_one_of(10, 10, 20, 30)], [_one_of(50, 100, 60, 90)]),
                ([_between(1, 9), _between(30, 80)], [_between(0, 160)]),
            ]
        )
    )
    parts = [rng.choice([1, 1, 2, 3, 0] if zeros else [1, 1, 2, 3]) for _ in range(count)]
    parts[0] = parts[0] or 1
    fee = rng.choice([0, 0, 0, 1, 7, 20])
    return Market(
        values=values,
        prices=prices,
        held=[value // price for value, price in zip(values, prices, strict=True)],
        parts=parts,
        buyable=[part > 0 and rng.random() < 0.8 for part in parts],
        sellable=[rng.random() < 0.8 for _ in parts],
        fee=fee,
        fee_trade=fee * rng.choice([0, 2, 3, 10]),
        max_trades=rng.choice([None, None, None, 0, 1, 2, 3, 4]) if limited else None,
        past_target=rng.random() < 0.25,
    )


def _between(low: int, high: int) -> Callable[..., Any]:
    return lambda rng: rng.randint(low, high)


def _one_of(*amounts: int) -> Callable[..., Any]:
    return lambda rng: rng.choice(amounts)


def small_question(rng: random.Random, market: Market) -> tuple[int, Direction, int] | None:
    """Budget, direction and smallest trade; None where a brute force would take too long."""
    directions: tuple[Direction, ...] = ("buy", "sell", "both")
    worth, direction = sum(market.values), rng.choice(directions)
    low, high = {"buy": (0, 200), "sell": (-worth - 5, -1), "both": (-(worth // 2), 200)}[direction]
    budget, min_trade = rng.randint(min(low, high), high), rng.choice([0, 0, 0, 10, 45, 90, 130])
    purse, count = worth + max(0, budget), len(market.prices)
    options = [tradable(market, i, (budget, direction, min_trade), purse) for i in range(count) if market.parts[i]]
    return (budget, direction, min_trade) if worth + budget > 0 and math.prod(map(len, options)) < 10_000 else None


def small_cases(seeds: range, **kind: Any) -> Iterator[tuple[Market, int, Direction, int]]:
    """Markets with questions that a brute force can answer, the same on every machine."""
    for seed in seeds:
        rng = random.Random(seed)
        market = small_market(rng, **kind)
        question = small_question(rng, market)
        if question is not None:
            yield market, *question


@pytest.mark.parametrize("chunk", range(4))
def test_small_plans_are_the_best_of_all(chunk: Any) -> None:
    """Of every plan that keeps the rules none is better, and what is refused has no plan: thousands of cases."""
    proven = []
    for market, budget, direction, min_trade in small_cases(range(1000 * chunk, 1000 * (chunk + 1))):
        found = allocate(market, budget, direction, min_trade, Effort(WORK))
        best = brute_force(market, budget, direction, min_trade)
        assert (best is None) == (found.most is not None), market
        if best is None:
            most = known(found.most)
            assert most < -budget
            assert most <= 0 or brute_force(market, -most, direction, min_trade) is not None
            continue
        assert_rules(market, budget, direction, min_trade, found)
        proven.append(not found.gap)
        if best < 0:  # what has no target suffices
            assert not any(k for k, part in zip(found.lots, market.parts, strict=True) if part)
            assert found.idle == least_idle(market, budget, min_trade)
            continue
        value = compared_value(market, budget, direction, min_trade, found)
        slack = TOLERANCE * float(best) + TINY * sum(market.values) + 1e-9
        if value is not None:
            assert value >= float(best) - slack, market
            assert value - found.gap <= float(best) + slack, market
            assert found.gap or value <= float(best) + slack, market
    assert all(proven)


def test_a_plan_without_the_last_sale_may_be_out_of_reach() -> None:
    """What a plan that keeps a lot could reach is no better than what was found, so it is not looked for."""
    market = Market(
        values=[0, 240, 61, 0],
        prices=[166, 23, 9, 458],
        held=[0, 10, 6, 0],
        parts=[1] * 4,
        buyable=[True] * 4,
        sellable=[True] * 4,
    )
    found = allocate(market, -207, "both", 0, Effort(WORK))
    assert (list(found.lots), found.gap) == ([0, -8, -3, 0], 0)
    assert found.distance + found.idle == pytest.approx(float(known(brute_force(market, -207, "both", 0))))


def assert_rules(market: Any, budget: Any, direction: Any, min_trade: Any, found: Any) -> None:
    """Rules 1, 2, 4, 5 and 6, one by one, and that what is said of the plan is true."""
    idle = idle_cash(market, budget, found.lots)
    assert 0 <= idle == found.idle
    assert found.distance == pytest.approx(float(distance(market, budget, found.lots)), rel=1e-9, abs=1e-6)
    assert market.max_trades is None or sum(map(bool, found.lots)) <= market.max_trades
    for i, k in enumerate(found.lots):
        price, whole = market.prices[i], market.parts[i] == 0 and k == -market.held[i]
        if k > 0:
            assert direction != "sell"
            assert market.buyable[i]
            assert k * price >= max(min_trade, market.fee_trade)
        elif k < 0:
            least = smallest_sale(market, i, budget, direction, min_trade)
            assert direction != "buy"
            assert market.sellable[i]
            assert -k <= market.held[i]
            assert -k * price >= (min_trade if whole else least)
            if market.parts[i] or direction == "sell":
                assert -k * price - market.fee > idle
                assert price > idle or (-k - 1) * price < max(1, least)


def compared_value(market: Any, budget: Any, direction: Any, min_trade: Any, found: Any) -> Any:
    """J + R as the oracle counts it where assets without a target are sold; None where that cannot be told."""
    away, lots = leaving(market, min_trade), list(found.lots)
    count = len(lots)
    few = market.max_trades is not None and market.max_trades < count
    if direction == "both":
        stays = sum(market.held[i] * market.prices[i] for i in away if not lots[i]) if few else 0
        return found.distance + found.idle + stays
    if direction == "sell":
        if away and few:  # how many of them were sold before some were kept is not known
            return None
        for i in away:
            lots[i] = -market.held[i]
    return float(distance(market, budget, lots)) + idle_cash(market, budget, lots)


@pytest.mark.parametrize(
    ("text", "cash", "options", "bought"),
    [
        ("A 0 @ 60; B 0 @ 10; C 5000 @ 50", 250, {"fee_per_trade": 2}, {"B": 24}),
        ("A 0 @ 100; B 0 @ 10", "471.35", {"fee_per_trade": "7.21"}, {}),
        ("C 100 @ 100; B 0 @ 10", 120, {"min_trade": 57}, {"B": 11}),
    ],
)
def test_dear_trades(text: str, cash: int | str, options: dict[str, Any], bought: dict[str, Any]) -> None:
    """One large purchase instead of two; none where a fee is more than 1 % of the trades that the cash pays."""
    plan = rebalance(portfolio(text), cash, method="exact", **options)
    assert {t.symbol: t.shares for t in plan.trades} == bought
    assert known(plan.proof).proven


@pytest.mark.parametrize("work", [0, 10, 60])
def test_a_search_that_is_cut_short_still_certifies(work: int) -> None:
    """With hardly any work the plan keeps the rules, and its bound is below the best of all."""
    for market, budget, direction, min_trade in small_cases(range(400), zeros=False, limited=False, most=3):
        found = allocate(market, budget, direction, min_trade, Effort(work))
        if found.most is not None:
            continue
        best = float(known(brute_force(market, budget, direction, min_trade)))
        assert_rules(market, budget, direction, min_trade, found)
        assert found.distance + found.idle - found.gap <= best * (1 + 1e-9) + 1e-9
        assert found.distance + found.idle >= best * (1 - 1e-9) - 1e-9


def test_a_plan_on_target_is_proven() -> None:
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
        parts=[rng.choice([1, 1, 2]) for _ in range(count)],
        buyable=[True] * count,
        sellable=[True] * count,
    )


@pytest.mark.slow
@pytest.mark.parametrize("count", [6, 15])
@pytest.mark.parametrize(("direction", "share"), [("buy", 0.01), ("buy", 0.2), ("sell", -0.1), ("both", 0.02)])
@pytest.mark.parametrize("seed", [1, 2])
def test_medium_plans_are_what_a_solver_proves(count: int, direction: Any, share: float, seed: int) -> None:
    """HiGHS finds no better plan, and a proven plan is no better than its best."""
    market = medium_market(seed, count)
    budget = int(share * sum(market.values))
    found = allocate(market, budget, direction, 0, Effort(WORK))
    assert not found.gap
    assert found.distance + found.idle == pytest.approx(solver_value(market, budget, direction), rel=1e-6)


@pytest.mark.parametrize("count", [10, 50, 200])
@pytest.mark.parametrize("share", [0.002, 0.01, 0.1, 1.0, -0.1])
def test_ordinary_prices_are_proven(count: int, share: float) -> None:
    """Plans of up to 200 assets are proven within the budget of work, for any cash."""
    market = medium_market(7 * count, count)
    budget = int(share * sum(market.values))
    for direction in ("both", "buy" if share > 0 else "sell"):
        found = allocate(market, budget, direction, 0, Effort(WORK))
        assert not found.gap
        assert 0 <= idle_cash(market, budget, found.lots) == found.idle


HARD = {
    "cent prices": [(1_000_000, 3 + i % 7) for i in range(50)],
    "equal prices": [(900_000 + 1_000 * i, 10_000) for i in range(50)],
    "equal in everything": [(1_000_000, 10_000)] * 50,
    "prices a cent apart": [(900_000 + 7_001 * i, 10_000 + i) for i in range(50)],
}


@pytest.mark.parametrize("min_trade", [0, 500_000], ids=["any trade", "large minimum"])
@pytest.mark.parametrize("name", HARD)
def test_hard_cases_stay_within_their_work(name: Any, min_trade: int) -> None:
    """The budget of work holds, the plan is allowed, and the gap that is reported is small."""
    rows = HARD[name]
    market = Market(
        values=[value for value, _ in rows],
        prices=[price for _, price in rows],
        held=[value // price for value, price in rows],
        parts=[1] * len(rows),
        buyable=[True] * len(rows),
        sellable=[True] * len(rows),
    )
    budget = 3_777_777
    found = allocate(market, budget, "buy", min_trade, Effort(WORK))
    assert found.work <= WORK + 50 * 100  # bound and filling are made in any case
    assert idle_cash(market, budget, found.lots) >= 0
    assert all(k == 0 or k * price >= min_trade for k, price in zip(found.lots, market.prices, strict=True))
    assert found.gap <= 0.06 * found.distance + min(market.prices)  # sums of such prices may not meet the budget


def test_the_plan_of_a_cut_slice_is_marked() -> None:
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


def test_what_has_no_target_is_sold_first_and_whole() -> None:
    """A hard rebalance sells it all; a withdrawal sells nothing else while it suffices."""
    held = portfolio("A 1000 @ 10; B 1000 @ 30; OLD 500 @ 7 pnl 9; GONE 95 @ 10")
    goals = {"A": 50, "B": 50}
    plan = rebalance(held, 0, method="exact", strategy="hard_rebalance", targets=goals)
    assert [order.shares for order in plan.orders][2:] == [-71, -9]
    sale = rebalance(held, -300, method="exact", targets=goals)
    assert [order.shares for order in sale.orders][:2] == [0, 0]
    assert 300 <= -sale.cost < 310
    more = rebalance(held, -800, method="exact", targets=goals)
    assert [order.shares for order in more.orders][2:] == [-70, -9]  # the last lot of OLD can be kept
    assert -more.cost == 800


def test_everything_can_be_withdrawn() -> None:
    """The whole value, when it is whole shares."""
    held = portfolio("A 100 @ 10; B 300 @ 30")
    plan = rebalance(held, -400, method="exact")
    assert [order.shares for order in plan.orders] == [-10, -10]
    assert plan.cash_left == 0


def test_a_known_quantity_is_what_is_sold() -> None:
    """A value that the file rounds down does not lose a share; half a share stays."""
    rows = [Position(symbol="A", value=Decimal("999.99"), price=Decimal("100.004"), quantity=Decimal("10.5"))]
    plan = rebalance(Portfolio(rows), -1000, method="exact")
    assert plan.orders[0].shares == -10


def test_a_withdrawal_below_the_minimum_trade_sells_little() -> None:
    """100 to withdraw and trades of at least 1,000: one sale, less than a share above the least that is possible."""
    plan = rebalance(SAMPLE, -100, method="exact", min_trade=1000)
    assert {t.symbol: t.shares for t in plan.trades} == {"VSMAX": -11}
    assert known(plan.proof).proven
    assert [issue.code for issue in plan.issues] == ["idle_cash"]


def test_spending_a_rest_never_leaves_a_sale_below_the_minimum_trade() -> None:
    """Both must be sold, which raises too much: the first sale shrinks to the minimum of 750, not beyond."""
    held = portfolio("A 753.80 @ 0.01; B 750 @ 0.01")
    plan = rebalance(held, "-753.81", method="exact", targets={"A": 1, "B": 99}, min_trade=750)
    assert [trade.value for trade in plan.trades] == [-750, -750]


def test_fractions_reach_the_cent() -> None:
    """A fund that trades in thousandths takes what whole shares leave."""
    plan = rebalance(portfolio("FUND 100 @ 33.33; ETF 200 @ 70"), 100, method="exact", fractional={"FUND": "0.001"})
    assert isinstance(plan.orders[0].shares, Decimal)
    assert 0 <= plan.cash_left < Decimal("0.04")


def test_the_fee_is_paid_from_the_cash() -> None:
    """Two trades of 99 and two fees of 1 cent less than a hundredth are 200 dollars."""
    plan = rebalance(portfolio("A 100 @ 99.05; B 100 @ 99.05"), 200, method="exact", fee_per_trade="0.95")
    assert [order.shares for order in plan.orders] == [1, 1]
    assert (plan.fees, plan.cash_left) == (Decimal("1.90"), Decimal(0))


def test_the_buffer_stays() -> None:
    """It is not spent, not even when it is more than the cash; a withdrawal and a hard rebalance raise it."""
    held = portfolio("A 100 @ 10; B 300 @ 10")
    assert rebalance(held, 200, method="exact", cash_buffer=55).cash_left == 60
    below = rebalance(held, 50, method="exact", cash_buffer=55)
    assert (below.trades, [issue.code for issue in below.issues]) == ((), ["below_buffer"])
    assert rebalance(held, -20, method="exact", cash_buffer=55).cash_left == 60
    assert rebalance(held, 0, method="exact", cash_buffer=55, strategy="hard_rebalance").cash_left == 60


@pytest.mark.parametrize("method", ["exact", "classic"])
def test_frozen_positions_do_not_count(method: str) -> None:
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
        (-250, {"max_trades": 0}, "raise at most $0.00; trades are limited to 0."),
        (-350, {"max_trades": 1}, "raise at most $300.00; trades are limited to 1."),
    ],
)
def test_what_cannot_be_is_refused_with_what_blocks(cash: int, options: dict[str, Any], message: str) -> None:
    """The message names the limit, and the numbers."""
    with pytest.raises(InfeasiblePlanError) as caught:
        rebalance(portfolio("A 100 @ 10; B 300 @ 10"), cash, method="exact", **options)
    assert message in str(caught.value)


def test_a_refusal_in_a_slice_is_a_value() -> None:
    """A slider has positions without a plan; they carry the sentence, and trade nothing."""
    problem = prepare(portfolio("A 100 @ 10; B 300 @ 10"), method="exact")
    refused, fine = solve_many(problem, [(-50_000, 0), (5_000, 0)])
    assert refused.refusal.startswith("cannot withdraw $500.00")
    assert (refused.lots, refused.cash_left) == ((0, 0), -50_000)
    assert not fine.refusal


def test_ties_go_to_the_lower_pnl_then_the_symbol() -> None:
    """Four alike and cash for one share, which would take any past its target; then for two, and for three."""
    held = portfolio("C 100 @ 10 pnl 5; B 100 @ 10 pnl -5; A 100 @ 10 pnl 5; U 100 @ 10")
    assert not rebalance(held, 10, method="exact").trades
    assert {t.symbol for t in rebalance(held, 20, method="exact").trades} == {"A", "B"}
    assert {t.symbol for t in rebalance(held, 30, method="exact").trades} == {"A", "B", "C"}
    assert {t.symbol for t in rebalance(held, -10, method="exact").trades} == {"B"}


def test_ties_of_other_prices_go_to_the_lower_pnl_too() -> None:
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
def test_round_prices_tie_the_same_way_in_any_currency(rows: Any, cash: int, factor: Any, strategy: Any) -> None:
    """Where many plans are as close as the best, the last digits of floats do not choose."""

    def plan(scale: Any) -> Any:
        positions = (
            Position(symbol=f"S{i}", value=value * scale, price=price * scale) for i, (value, price) in enumerate(rows)
        )
        return rebalance(Portfolio(positions), cash * scale, method="exact", strategy=strategy)

    assert [o.shares for o in plan(Decimal(1)).orders] == [o.shares for o in plan(factor).orders]


def test_losses_are_sold_first_in_a_hard_rebalance_too() -> None:
    """Of positions that are alike the larger loss is sold, and of those without a target as well."""
    held = portfolio("FOO 50000 @ 100 pnl 0; BAR 50000 @ 100 pnl -1000; BAZ 50000 @ 100 pnl 0")
    plan = rebalance(held, -100, method="exact", strategy="hard_rebalance")
    assert {t.symbol: t.shares for t in plan.trades} == {"BAR": -1}
    away = portfolio("KEEP 1000 @ 10; X 500 @ 10 pnl 5; Y 500 @ 10 pnl -5; Z 500 @ 10")
    plan = rebalance(away, -10, method="exact", targets={"KEEP": 1})
    assert {t.symbol: t.shares for t in plan.trades} == {"Y": -1}


@pytest.mark.parametrize("cash", [0, 10, 11, 999])
@pytest.mark.parametrize("method", ["exact", "classic"])
def test_a_fee_above_the_cash_is_no_refusal(cash: Any, method: str) -> None:
    """Nothing is traded, all of it stays, and what the fee prevents is said."""
    plan = rebalance(portfolio("A 10000 @ 10; B 30000 @ 10"), cash, method=method, fee_per_trade=10)
    assert (plan.trades, plan.cash_left) == ((), cash)
    if method == "exact":
        assert plan.limits == ("a fee of $10.00 is more than 1 % of trades below $1,000.00",)
        said = [str(issue) for issue in plan.issues]
        assert said == ([f"${cash}.00 stays in cash: {plan.limits[0]}."] if cash else [])


def test_a_trade_is_worth_its_fee() -> None:
    """At 1 % a fee of $10 asks for $1,000, at 2 % for $500; the classic method leaves out what is below, if asked."""
    held = portfolio("A 10000 @ 10; B 30000 @ 10")
    assert not rebalance(held, 700, method="exact", fee_per_trade=10).trades
    plan = rebalance(held, 700, method="exact", fee_per_trade=10, max_fee_share="2%")
    assert {t.symbol: t.shares for t in plan.trades} == {"A": 69}
    assert plan.limits == ("a fee of $10.00 is more than 2 % of trades below $500.00",)
    options: dict[str, Any] = {"fee_per_trade": 10, "min_trade": 10}
    assert {t.symbol: t.shares for t in rebalance(held, 700, **options).trades} == {"A": 70}
    left = rebalance(held, 700, max_fee_share="1%", **options)
    assert not left.trades
    assert left.why_nothing == "a fee of $10.00 is more than 1 % of trades below $1,000.00"
    few = rebalance(portfolio("A 10000 @ 10; B 10100 @ 10"), 700, max_fee_share="3%", min_trade=10, fee_per_trade=10)
    assert [str(issue) for issue in few.issues if issue.code == "fee_share"] == [
        "B is not traded: a fee of $10.00 is more than 3 % of trades below $333.34."
    ]


@pytest.mark.parametrize(
    ("text", "cash", "options", "said"),
    [
        (
            "VOO 5500 @ 550; F 6000 @ 11",
            540,
            {},
            "$518.00 stays in cash: VOO, the furthest below target, costs $550.00.",
        ),
        ("A 100 @ 10; B 300 @ 10", 50, {"never_buy": ["A", "B"]}, "$50.00 stays in cash: nothing may be bought."),
        (
            "A 100 @ 10; B 90 @ 10",
            50,
            {"min_trade": 200},
            "$50.00 stays in cash: no trade may be smaller than $200.00.",
        ),
        (
            "A 4700 @ 470; FUND 5000 @ 220",
            800,
            {"fractional": {"FUND": "0.001"}},
            "$80.08 stays in cash: A, the furthest below target, costs $470.00.",
        ),
        ("A 100 @ 10; B 100 @ 10", 300, {"max_trades": 1}, "$150.00 stays in cash: trades are limited to 1."),
        (
            "A 100 @ 60; B 100 @ 60",
            20,
            {"fractional": {"A": "0.5"}},
            "$20.00 stays in cash: 0.5 share of A, the furthest below target, costs $30.00.",
        ),
        (
            "A 100 @ 30; B 130 @ 30",
            31,
            {"fee_per_trade": 2, "max_fee_share": 1},
            "$31.00 stays in cash: A, the furthest below target, costs $30.00 and a fee of $2.00.",
        ),
        (
            "A 990 @ 30",
            44,
            {"never_sell": "A", "cash_buffer": 1},
            "$13.00 stays in cash beyond the buffer of $1.00: A, the furthest below target, costs $30.00.",
        ),
        ("A 100 @ 40; B 100 @ 40; C 100 @ 40", 40, {}, "$40.00 stays in cash: one share more would take A, the"),
        (
            "VTI 8358.75 @ 334.35; BND 1842.50 @ 83.75; NEWETF 8.95 @ 8.95",
            -2400,
            {"targets": {"VTI": 45, "BND": 45, "NEWETF": 10}},
            "$274.80 more than asked for is raised: less than one share of VTI, which costs $334.35.",
        ),
    ],
)
def test_cash_that_stays_has_its_reason(text: str, cash: int, options: dict[str, Any], said: str) -> None:
    """The fund furthest below target and what it costs, the smallest trade, the fee, the limit, or what may not be."""
    plan = rebalance(portfolio(text), cash, method="exact", **options)
    assert [str(issue)[: len(said)] for issue in plan.issues] == ([said] if said else [])
    assert known(plan.proof).proven


def test_what_is_left_is_invested_where_that_is_asked_for() -> None:
    """Past the targets, proven as a whole."""
    held = portfolio("VOO 5500 @ 550; F 6000 @ 11")
    plan = rebalance(held, 540, method="exact", leftover="invest")
    assert {t.symbol: t.shares for t in plan.trades} == {"F": 49}
    assert known(plan.proof).proven
    fund = rebalance(
        portfolio("A 4700 @ 470; FUND 5000 @ 220"), 800, method="exact", fractional={"FUND": "0.001"}, leftover="invest"
    )
    assert 0 <= fund.cash_left < Decimal("0.22")


def test_few_trades() -> None:
    """With a limit the plan is the best of so few trades; a limit as large as the portfolio is none."""
    plans = [rebalance(SAMPLE, 5000, method="exact", max_trades=most) for most in (0, 1, 2, 3, 4, 10)]
    assert [len(plan.trades) for plan in plans] == [0, 1, 2, 3, 4, 4]
    proofs = [known(plan.proof) for plan in plans]
    values = [proof.objective + proof.idle for proof in proofs]
    assert values == sorted(values, reverse=True)
    assert all(proof.proven for proof in proofs)
    assert plans[-1].orders == rebalance(SAMPLE, 5000, method="exact").orders
    hard = rebalance(SAMPLE, 0, method="exact", strategy="hard_rebalance", max_trades=3)
    assert len(hard.trades) == 3
    assert known(hard.proof).proven


@pytest.mark.parametrize("count", [200, 2000])
@pytest.mark.parametrize("options", [{}, {"fee_per_trade": "4.95", "min_trade": 100}], ids=["plain", "fee"])
def test_equal_positions_take_no_more_work_than_others(count: Any, options: Any) -> None:
    """Ties are settled in linear time, and all of it is counted."""
    alike = prepare(made([(10_000, 100)] * count), method="exact", strategy="hard_rebalance", **_rules(options))
    rng = random.Random(1)
    rows = [(round(rng.lognormvariate(9, 0.5)), rng.randint(20, 500)) for _ in range(count)]
    other = prepare(made(rows), method="exact", strategy="hard_rebalance", **_rules(options))
    smallest = alike.units(Decimal(options.get("min_trade", 0)))
    used = [known(solve(problem, problem.units(Decimal(500)), smallest).proof).work for problem in (alike, other)]
    assert used[0] <= 3 * used[1]


def _rules(options: dict[str, object]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name != "min_trade"}


def made(rows: list[tuple[int, int]]) -> Portfolio:
    """Positions with values and prices in dollars."""
    numbered = enumerate(rows)
    return Portfolio(Position(symbol=f"S{i:04}", value=Decimal(v), price=Decimal(p)) for i, (v, p) in numbered)


def test_bound_and_filling_count_as_work() -> None:
    """A plan that needs no search reports what it looked at, and many of them use a budget up."""
    problem = prepare(made([(10_000, 100)] * 200), method="exact")
    one = solve(problem, problem.units(Decimal(500)), 0)
    assert known(one.proof).work >= 4 * 200
    questions = [(problem.units(Decimal(cash)), 0) for cash in range(0, 100_000, 1000)]
    assert sum(known(solution.proof).work for solution in solve_many(problem, questions)) >= 100 * 4 * 200
