"""The number of trades: its bounds are below every plan with as many trades, and jumping trades are proven by it."""

from __future__ import annotations

import itertools
import math
import random
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pbal_core import Portfolio, Position, rebalance
from pbal_core.planning.exact import Effort, Market, optimum
from pbal_core.planning.exact.count import Counts
from pbal_core.planning.exact.fill import settled
from pbal_core.planning.exact.optimum import TINY, TOLERANCE
from pbal_core.planning.exact.stage import Stage
from pbal_core.planning.solve import WORK
from tests.planning.oracles import brute_force
from tests.planning.test_exact import small_markets

ENOUGH = 10**9


def stage_of(market: Market, budget: int, min_trade: int) -> Stage | None:
    """The stage in which every asset may be bought and sold."""
    least = [max(1, -(-min_trade // price)) for price in market.prices]
    total = sum(market.values) + budget
    return market._stage(market._targets, budget, total, "both", least) if total > 0 else None


def plans(stage: Stage, most_idle: int) -> dict[int, list[float]]:
    """``J / B`` of every allowed plan, by its number of trades."""
    found: dict[int, list[float]] = {}
    ranges = [
        list(stage.allowed(i, low, high)) for i, (low, high) in enumerate(zip(stage.low, stage.high, strict=True))
    ]
    for lots in itertools.product(*ranges):
        if 0 <= stage.budget - stage.spend(lots) <= most_idle:
            found.setdefault(sum(map(bool, lots)), []).append(stage.distance(lots))
    return found


@settings(max_examples=150)
@given(
    market=small_markets(max_size=3),
    budget=st.integers(-100, 150),
    min_trade=st.sampled_from([0, 10, 50, 90]),
    level=st.floats(0.2, 3),
    most_idle=st.integers(0, 120),
)
def test_no_plan_is_below_the_bounds_of_its_number_of_trades(market, budget, min_trade, level, most_idle):
    """Whatever the level: the bounds of all numbers at once, and the one that is sought for a number."""
    stage = stage_of(market, budget, min_trade)
    assume(stage is not None)
    counts = Counts(stage, most_idle)
    found = plans(stage, most_idle)
    assert set(found) <= set(counts.possible())
    floors = counts.floors(level)
    for count, distances in found.items():
        best = min(distances)
        slack = TOLERANCE * best + TINY
        assert floors[count] <= best + slack
        counted = counts.bounded(count, level, ENOUGH, Effort(WORK))
        assert counted.floor <= best + slack
        picks = counted.bound.picks
        assert sum(map(bool, picks)) == count
        gap = counted.bound.excess(counted.stage, picks, most_idle)
        assert counted.floor == pytest.approx(stage.distance(picks) - gap, rel=1e-9, abs=1e-9)


@settings(max_examples=400)
@given(
    market=small_markets(),
    direction=st.sampled_from(["buy", "sell", "both"]),
    share=st.floats(0, 1),
    min_trade=st.sampled_from([10, 50, 90]),
)
def test_the_numbers_of_trades_alone_find_the_best_of_all(market, direction, share, min_trade):
    """Without the search by one level, which mostly suffices for so few assets."""
    worth = sum(market.values)
    low, high = {"buy": (0, 200), "sell": (-worth, -1), "both": (-(worth // 2), 200)}[direction]
    budget = round(low + share * (high - low))
    assume(worth + budget > 0 and (direction != "sell" or budget < 0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optimum, "_TURNS", ((optimum._by_count, 1),))
        patch.setattr(optimum, "_HELPS", math.inf)
        found = market.allocate(budget, direction, min_trade, Effort(WORK))
    best, relaxed = brute_force(market, budget, direction, min_trade)
    assert (best is None) == bool(found.short)
    if best is not None:
        slack = TOLERANCE * float(best) + TINY * (worth + budget)
        assert found.objective - found.gap <= float(best) + slack
        if found.proven:
            assert found.relaxed == relaxed
            assert abs(found.objective - float(best)) <= slack


def alike(count: int, spread: int = 0, seed: int = 1) -> Portfolio:
    """Positions of about 10,000 dollars in shares of 20 to 400."""
    rng = random.Random(seed)
    return Portfolio(
        Position(
            symbol=f"S{i:02}",
            value=Decimal(10_000 + rng.randint(0, spread)),
            price=Decimal(rng.randint(2_000, 40_000)) / 100,
        )
        for i in range(count)
    )


@pytest.mark.parametrize(
    ("count", "spread", "cash", "min_trade"),
    [
        (10, 0, 9_999, 3_000),
        (10, 100, 9_999, 3_000),
        (10, 100, -9_999, 3_000),
        (30, 0, 20_000, 2_000),
        (60, 50, 9_999, 1_000),
    ],
)
def test_few_large_trades_among_many_alike_are_proven(count, spread, cash, min_trade):
    """One water level leaves a gap of percents here, because all assets jump together."""
    plan = rebalance(alike(count, spread), cash, method="exact", min_trade=min_trade)
    assert plan.proof.proven
    assert all(abs(trade.value) >= min_trade for trade in plan.trades)


def test_a_fee_is_paid_once_when_a_settled_plan_begins_a_trade():
    """The first of several lots costs the fee, the others do not: the idle cash stays within its bound."""
    market = Market(
        values=[24, 0],
        prices=[5, 30],
        held=[4, 0],
        shares=[5, 30],
        parts=[1, 1],
        buyable=[True, True],
        sellable=[True, True],
        fee=7,
    )
    stage = stage_of(market, 4, 0)
    assert 0 <= stage.budget - stage.spend(settled(stage, [0, 0], 4, Effort(WORK))) <= 4


@settings(max_examples=200)
@given(market=small_markets(), budget=st.integers(0, 200), data=st.data())
def test_a_settled_plan_keeps_to_its_bounds_and_comes_no_less_close(market, budget, data):
    stage = stage_of(market, budget, 0)
    assume(stage is not None)
    plan = [data.draw(st.integers(low, 0)) for low in stage.low]
    left = stage.budget - stage.spend(plan)
    assume(left >= 0)
    after = settled(stage, plan, left, Effort(WORK))
    assert 0 <= stage.budget - stage.spend(after) <= left
    assert all(low <= k <= high for low, k, high in zip(stage.low, after, stage.high, strict=True))
    assert stage.distance(after) <= stage.distance(plan)
