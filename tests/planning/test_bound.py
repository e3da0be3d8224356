"""The bound: the pick that follows where a fee joins lots, and what it costs not to make a sale that is picked."""

from __future__ import annotations

import random

import pytest

from pbal_core.planning.exact import Effort, Market
from pbal_core.planning.exact.bound import _following, find_bound, tie
from pbal_core.planning.exact.optimum import _not_sold, _without


@pytest.mark.parametrize("chunk", range(3))
def test_the_first_lots_of_a_purchase_come_at_the_lowest_level(chunk: int) -> None:
    """No other number of lots is worth its fee at a level that is lower by more than rounding to lots explains."""
    seen = 0
    for seed in range(100 * chunk, 100 * (chunk + 1)):
        rng = random.Random(seed)
        price, value, other = rng.randint(5, 60), rng.randint(0, 500), rng.randint(100, 2000)
        market = Market(
            values=[value, other],
            prices=[price, 50],
            held=[value // price, other // 50],
            parts=[1, 1],
            buyable=[True, True],
            sellable=[True, True],
            fee=rng.randint(1, 40),
        )
        budget = rng.randint(100, 3000)
        stage = market.stage(budget, value + other + budget, "both", rng.choice([0, 0, 100]), budget)
        least, most = stage.buy_least[0], stage.high[0]
        if most > least:
            found = _following(stage, 0, 0, most)
            assert least <= found <= most
            lowest = min(tie(stage, 0, 0, k) for k in range(least, most + 1))
            assert tie(stage, 0, 0, found) <= 1.005 * lowest
            seen += 1
    assert seen > 50


def markets_that_sell(rng: random.Random) -> Market:
    """Assets that are one fund to the broker, and sets of two or three that are sold one after the other."""
    steps, sales = [], []
    for _ in range(rng.randint(2, 4)):
        several = rng.random() < 0.7
        sales.append(
            tuple((rng.randint(2, 9), rng.randint(1, 12)) for _ in range(rng.randint(2, 3))) if several else None
        )
        steps.append(rng.randint(2, 9) if several else 1)
    held = [rng.randint(5, 60) if funds is None else sum(step * most for step, most in funds) for funds in sales]
    prices = [rng.randint(5, 60) for _ in sales]
    return Market(
        values=[price * lots for price, lots in zip(prices, held, strict=True)],
        prices=prices,
        held=held,
        parts=[rng.randint(1, 5) for _ in sales],
        buyable=[True] * len(sales),
        sellable=[True] * len(sales),
        fee=rng.choice([0, 0, 7, 40]),
        sales=sales,
        steps=steps,
    )


@pytest.mark.parametrize("chunk", range(3))
def test_not_making_a_sale_costs_what_the_best_other_choice_costs(chunk: int) -> None:
    """``_not_sold`` is the least of all choices that ``_without`` leaves: no run of a set is forgotten."""
    of_sets = singles = 0
    for seed in range(150 * chunk, 150 * (chunk + 1)):
        rng = random.Random(seed)
        market = markets_that_sell(rng)
        worth = sum(market.values)
        budget = -rng.randint(1, worth * 3 // 4)
        stage = market.stage(budget, worth + budget, "both", rng.choice([0, 0, 30]), budget)
        if stage.spend(stage.most_raised()) > budget:
            continue
        bound = find_bound(stage, stage.idle_range(), Effort(10**6))
        for i, k in enumerate(bound.picks):
            other = _without(stage, i, bound)
            if k >= 0 or other is None:
                continue
            least = min(
                stage.curve[i] * (n - k) * (n + k - 2 * bound.ideal[i])
                + bound.trade_price * (stage.trades_of(i, n) - stage.trades_of(i, k))
                for n in other.allowed(i, other.low[i], other.high[i])
            )
            assert _not_sold(stage, bound, i) == pytest.approx(least, rel=1e-9, abs=1e-12)
            of_sets += stage.grid(i) is not None
            singles += stage.grid(i) is None
    assert of_sets > 20
    assert singles > 10
