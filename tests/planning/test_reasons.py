"""Why a trade is made, in words."""

from __future__ import annotations

import pytest

from pbal_core.planning.reasons import reasons


def test_distance_and_place():
    """Each position is counted from the side of its target that it is on."""
    above, below, lowest = reasons([0.6, 0.3, 0.1], [0.3, 0.4, 0.3], ["A", "B", "C"])
    assert above.sell == "100.0 % above target; the highest of 3"
    assert below.buy == "25.0 % below target; the second lowest of 3"
    assert lowest.buy == "66.7 % below target; the lowest of 3"


def test_a_trade_against_its_side_says_before_the_trades():
    """Cash moves the targets, so what was above may be bought, and what was below may be sold."""
    above, below = reasons([0.6, 0.4], [0.5, 0.5], ["A", "B"])
    assert above.buy == "20.0 % above target before the trades; the highest of 2"
    assert below.sell == "20.0 % below target before the trades; the lowest of 2"


def test_special_places():
    """A single position has no rank, one without a target is no part of them, one at target says so."""
    assert reasons([0.5], [1.0], ["A"])[0].buy == "50.0 % below target"
    assert reasons([0.1, 0.9], [0.0, 1.0], ["A", "B"])[0].sell == "not in the targets"
    assert set(reasons([0.5, 0.5], [0.5, 0.5], ["A", "B"])) == {("at target before the trades",) * 2}


@pytest.mark.parametrize(("rank", "words"), [(4, "fourth"), (11, "11th"), (12, "12th"), (21, "21st"), (22, "22nd")])
def test_ordinals(rank, words):
    """English ordinals: words to the tenth, then figures."""
    count = 30
    weights = [i / 1000 for i in range(count)]
    assert (
        f"the {words} lowest of 30"
        in reasons(weights, [1 / count] * count, [f"{i:02}" for i in range(count)])[rank - 1].buy
    )
