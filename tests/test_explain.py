"""Why a trade is made, in words."""

from __future__ import annotations

import pytest

from pbal_core.explain import reasons


def test_distance_and_place():
    """Each position is counted from the side of its target that it is on."""
    assert reasons([0.6, 0.3, 0.1], [0.3, 0.4, 0.3], ["A", "B", "C"]) == [
        "100.0 % above target; the highest of 3",
        "25.0 % below target; the second lowest of 3",
        "66.7 % below target; the lowest of 3",
    ]


def test_special_places():
    """A single position has no rank, one without a target is no part of them, one at target says so."""
    assert reasons([0.5], [1.0], ["A"]) == ["50.0 % below target"]
    assert reasons([0.1, 0.9], [0.0, 1.0], ["A", "B"])[0] == "not in the targets"
    assert reasons([0.5, 0.5], [0.5, 0.5], ["A", "B"]) == ["at target", "at target"]


@pytest.mark.parametrize(("rank", "words"), [(4, "fourth"), (11, "11th"), (12, "12th"), (21, "21st"), (22, "22nd")])
def test_ordinals(rank, words):
    """English ordinals: words to the tenth, then figures."""
    count = 30
    weights = [i / 1000 for i in range(count)]
    assert (
        f"the {words} lowest of 30"
        in reasons(weights, [1 / count] * count, [f"{i:02}" for i in range(count)])[rank - 1]
    )
