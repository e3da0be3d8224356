"""The bound: where a fee makes the first lots of a trade come together, the next pick has the lowest level."""

from __future__ import annotations

import random

import pytest

from pbal_core.planning.exact import Market
from pbal_core.planning.exact.bound import _following, tie


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
