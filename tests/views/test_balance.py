"""One number says how balanced a portfolio is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from pbal_core import rebalance
from pbal_core.views.balance import balanced, balanced_after, balanced_before
from tests.build import portfolio


@pytest.mark.parametrize(
    ("weights", "targets", "part"),
    [
        ((0.5, 0.3, 0.2), (0.4, 0.4, 0.2), 0.9),
        ((1.0, 0.0), (0.0, 1.0), 0.0),
        ((0.25, 0.75), (0.25, 0.75), 1.0),
        ((0.0, 0.0), (0.5, 0.5), 0.0),
    ],
    ids=["a tenth is in the wrong place", "all of it is", "none is", "nothing is held"],
)
def test_it_is_the_part_of_the_money_that_is_in_its_place(
    weights: tuple[Any, ...], targets: tuple[Any, ...], part: float
) -> None:
    assert balanced(weights, targets) == pytest.approx(part)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=9), st.data())
def test_it_is_a_fraction_whatever_the_weights(values: Any, data: DataObject) -> None:
    wanted = data.draw(st.lists(st.integers(1, 10**6), min_size=len(values), max_size=len(values)))
    weights, targets = ([part / sum(parts) for part in parts] for parts in (values, wanted))
    assert 0 <= balanced(weights, targets) <= 1


def test_a_plan_says_it_before_and_after_its_trades() -> None:
    """60 and 40 at equal targets: a tenth is in the wrong place until 20 dollars are bought of the second."""
    outcome = rebalance(portfolio("A 60 @ 1; B 40 @ 1"), 20, method="exact").outcome
    assert balanced_before(outcome.basis) == pytest.approx(0.9)
    assert balanced_after(outcome) == pytest.approx(1)


def test_a_frozen_position_counts_as_being_in_its_place() -> None:
    """Half of the portfolio is frozen; of the other half a quarter has to move from A to B."""
    held = portfolio("A 75 @ 1; B 25 @ 1; ICE 100 @ 1")
    outcome = rebalance(held, 0, strategy="hard_rebalance", method="exact", frozen="ICE").outcome
    assert balanced_before(outcome.basis) == pytest.approx(1 - 0.125)
    assert balanced_after(outcome) == pytest.approx(1)
