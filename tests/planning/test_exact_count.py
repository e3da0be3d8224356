"""The number of trades: its bounds are below every plan with as many trades, and jumping trades are proven by it."""

from __future__ import annotations

import itertools
import math
import random
from decimal import Decimal

import pytest

from pbal_core import Portfolio, Position, rebalance
from pbal_core.planning.exact import Effort, Market, allocate, optimum
from pbal_core.planning.exact import count as count_module
from pbal_core.planning.exact.count import Counts
from pbal_core.planning.exact.fill import fill, settled
from pbal_core.planning.exact.optimum import TINY, TOLERANCE
from pbal_core.planning.exact.stage import Stage
from pbal_core.planning.solve import WORK
from tests.known import known
from tests.planning.oracles import brute_force
from tests.planning.test_exact import small_cases, small_market

ENOUGH = 10**9


def stage_of(market: Market, budget: int, min_trade: int) -> Stage:
    """The stage in which every asset may be bought and sold."""
    total = sum(market.values) + budget
    assert total > 0
    return market.stage(budget, total, "both", min_trade, budget)


def plans(stage: Stage, idle: tuple[int, int]) -> dict[int, list[float]]:
    """``(J + R) / B`` of every plan with such idle cash, by its number of trades."""
    found: dict[int, list[float]] = {}
    ranges = [
        list(stage.allowed(i, low, high)) for i, (low, high) in enumerate(zip(stage.low, stage.high, strict=True))
    ]
    for lots in itertools.product(*ranges):
        if idle[0] <= stage.budget - stage.spend(lots) <= idle[1]:
            found.setdefault(sum(map(bool, lots)), []).append(stage.value(lots))
    return found


@pytest.mark.parametrize(("level", "rounds"), [(0.4, 60), (1.0, 60), (2.3, 60), (1.0, 1)])
def test_no_plan_is_below_the_bounds_of_its_number_of_trades(
    level: float, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the level, and however short the search: of all numbers at once, and of the one that is sought."""
    monkeypatch.setattr(count_module, "_ROUNDS", rounds)
    for market, budget, _direction, min_trade in small_cases(range(150), zeros=False, most=3):
        stage = stage_of(market, budget, min_trade)
        rest = stage.budget % stage.unit
        idle = (rest, rest + 70)
        if math.prod(high - low + 1 for low, high in zip(stage.low, stage.high, strict=True)) > 5000:
            continue
        counts = Counts(stage, idle)
        found = plans(stage, idle)
        assert set(found) <= set(counts.possible())
        floors = counts.floors(level)
        for count, values in found.items():
            best = min(values)
            slack = TOLERANCE * best + TINY
            assert floors[count] <= best + slack
            counted = known(counts.bounded(count, level, ENOUGH, Effort(WORK)))
            assert counted.floor <= best + slack
            picks = counted.bound.picks
            assert sum(map(bool, picks)) == count
            if stage.keeps_to_rules(picks, stage.budget - stage.spend(picks)):
                gap = counted.bound.excess(counted.stage, picks)
                assert counted.floor == pytest.approx(stage.value(picks) - gap, rel=1e-9, abs=1e-9)


def test_the_numbers_of_trades_alone_find_the_best_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the search by one level, which mostly suffices for so few assets."""
    monkeypatch.setattr(optimum, "_TURNS", ((optimum._by_count, 1),))
    monkeypatch.setattr(optimum, "_HELPS", math.inf)
    proven = []
    for market, budget, direction, min_trade in small_cases(range(600), zeros=False, limited=False):
        found = allocate(market, budget, direction, min_trade, Effort(WORK))
        best = brute_force(market, budget, direction, min_trade)
        assert (best is None) == (found.most is not None)
        if best is not None:
            slack = TOLERANCE * float(best) + TINY * (sum(market.values) + budget)
            value = found.distance + found.idle
            assert value - found.gap <= float(best) + slack
            assert found.gap or abs(value - float(best)) <= slack
            proven.append(not found.gap)
    assert all(proven)


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
def test_few_large_trades_among_many_alike_are_proven(count: int, spread: int, cash: int, min_trade: int) -> None:
    """One water level leaves a gap of percents here, because all assets jump together."""
    plan = rebalance(alike(count, spread), cash, method="exact", min_trade=min_trade)
    assert known(plan.proof).proven
    assert all(abs(trade.value) >= min_trade for trade in plan.trades)


def test_a_fee_is_paid_once_when_a_settled_plan_begins_a_trade() -> None:
    """The first of several lots costs the fee, the others do not: nothing is overspent."""
    market = Market(
        values=[24, 0],
        prices=[5, 30],
        held=[4, 0],
        parts=[1, 1],
        buyable=[True, True],
        sellable=[True, True],
        fee=7,
    )
    stage = stage_of(market, 4, 0)
    after = settled(stage, [0, 0], Effort(WORK))
    assert stage.keeps_to_rules(after, stage.budget - stage.spend(after))


def test_filled_and_settled_plans_keep_the_rules() -> None:
    """From any plan that does not overspend ``fill`` makes a legal one, and ``settled`` one that is no worse."""
    for seed in range(300):
        rng = random.Random(seed)
        market = small_market(rng, zeros=False)
        stage = stage_of(market, rng.randint(0, 200), 0)
        plan = [rng.choice([0, *stage.allowed(i, low, 0)]) for i, low in enumerate(stage.low)]
        if stage.budget < stage.spend(plan):
            continue
        filled = fill(stage, plan, Effort(WORK))
        after = settled(stage, filled, Effort(WORK))
        for lots in (filled, after):
            assert stage.keeps_to_rules(lots, stage.budget - stage.spend(lots))
            assert all(stage.allows(i, k) for i, k in enumerate(lots))
        assert stage.value(after) <= stage.value(filled)
