"""The sliders fit the portfolio: fine where people move, round everywhere, and they reach what was asked for."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbal_core import Portfolio
from pbal_core.money import MAX_CASH
from pbal_core.planning.problem import prepare
from pbal_core.planning.strategy import Method
from pbal_core.views.axis import MAX_MIN_TRADE, Point, axes_for, cash_axis, few_places, min_trade_axis, nearest, plain
from pbal_core.views.sheet import sheet_data
from tests.build import portfolio
from tests.made import made_portfolio

worths = st.one_of(st.integers(0, 10**6), st.integers(0, 10**12)).map(Decimal)


@given(worths)
def test_zero_is_a_position_and_every_one_is_a_whole_amount_that_can_be_moved(worth: Any) -> None:
    """Nobody withdraws more than there is, and no amount is beyond what the page takes."""
    axis = cash_axis(worth)
    assert 0 in axis
    assert list(axis) == sorted(set(axis))
    assert all(amount == int(amount) for amount in axis)
    assert -axis[0] <= worth
    assert axis[-1] <= MAX_CASH
    assert axis == cash_axis(worth), "a function of the portfolio alone"


@given(st.integers(10_000, 10**9).map(Decimal))
def test_what_people_do_has_a_third_of_the_track(worth: Any) -> None:
    """A contribution of 0.2 to 10 % of the portfolio, on a slider of 400 positions or more at ten assets."""
    axis = cash_axis(worth)
    usual = [amount for amount in axis if worth / 500 <= amount <= worth / 10]
    assert 400 <= len(axis) <= 950
    assert len(usual) / len(axis) >= 1 / 3
    assert worth * Decimal("0.8") <= axis[-1] <= worth, "and the whole of it is within reach"


@given(st.integers(10_000, 10**9).map(Decimal))
def test_steps_are_round_and_equal_up_to_a_ninth_of_the_portfolio(worth: Any) -> None:
    axis = cash_axis(worth)
    near = [amount for amount in axis if 0 <= amount <= worth * Decimal("0.11")]
    (step,) = {right - left for left, right in itertools.pairwise(near)}
    assert plain(step).rstrip("0") in {"1", "2", "25", "4", "5"}
    beyond = [amount for amount in axis if amount >= near[-1] + step]
    assert all(right <= left * Decimal("1.13") for left, right in itertools.pairwise(beyond))


def test_a_monthly_thousand_is_a_position_of_a_million() -> None:
    axis = cash_axis(Decimal(1_000_000))
    assert {Decimal(500), Decimal(1000), Decimal(2500), Decimal(12_000)} <= set(axis)


def test_the_slider_of_the_sample() -> None:
    """112,900 dollars: steps of 50, and the whole portfolio at both ends."""
    axis = cash_axis(Decimal("112900.48"))
    zero = axis.index(Decimal(0))
    assert (axis[0], axis[zero + 1], axis[-1]) == (Decimal(-110_000), Decimal(50), Decimal(110_000))


@pytest.mark.parametrize(
    ("asked", "ends"),
    [
        ("500000", (-1000, 500_000)),
        ("-7033.51", (-8000, 10_000)),
        ("123456.78", (-1000, 130_000)),
        ("999999999.99", (-1000, 1_000_000_000)),
    ],
)
def test_a_larger_amount_widens_the_slider_to_the_next_round_one(asked: str, ends: tuple[int, int]) -> None:
    axis = cash_axis(Decimal(1000), reach=[Decimal(asked)])
    assert (axis[0], axis[-1]) == tuple(map(Decimal, ends))
    assert set(cash_axis(Decimal(1000))) <= set(axis), "no position goes"


def test_landmarks_are_positions_and_the_slider_reaches_them() -> None:
    problem = prepare(portfolio("VTI 1000 @ 10; BND 500 @ 10"))
    axes = axes_for(problem, (), [Decimal("3512.40"), Decimal("12000.01"), Decimal(10**8)])
    assert {Decimal("3512.40"), Decimal("12000.01")} <= set(axes.cash)
    assert axes.cash[-1] == 13_000, "but not to the end of the world"


@pytest.mark.parametrize("count", [10, 60, 200])
@pytest.mark.parametrize("method", ["classic", "exact"])
def test_more_positions_of_the_portfolio_have_fewer_on_the_slider(count: int, method: str) -> None:
    """400 at ten, at least 250 at 60 (classic), and few of them are computed at first."""
    problem = prepare(made_portfolio(count), method=method)
    axes = axes_for(problem)
    least = {10: 400, 60: 280 if method == "classic" else 200, 200: 190 if method == "classic" else 120}[count]
    assert least <= len(axes.cash) <= 700
    few = few_places(problem, axes, "cash", [axes.cash[7]])
    assert {0, 7, len(axes.cash) - 1, axes.cash.index(Decimal(0))} <= set(few)
    assert len(few) < len(axes.cash) / 3


@given(worths, st.sampled_from(["classic", "exact"]))
def test_the_minimum_trade_runs_in_round_steps_to_a_tenth_of_the_portfolio(worth: Any, method: Any) -> None:
    axis = min_trade_axis(worth, method)
    assert (axis[0] == 0) == (method == "exact"), "which needs no minimum"
    amounts = axis[method == "exact" :]
    assert all(1 < right / left <= Decimal("1.17") for left, right in itertools.pairwise(amounts))
    assert 1 <= amounts[0] <= max(worth, Decimal(10_000)) / 1000
    assert min(worth / 10, MAX_MIN_TRADE) <= amounts[-1] <= MAX_MIN_TRADE
    assert 40 <= len(axis) <= 130


def test_fractions_have_fewer_minimum_trades() -> None:
    """A search among fractions takes so long that the budget of a slider is not enough for all of them."""
    held = made_portfolio(10)
    whole, split = (
        axes_for(prepare(held, method="exact", fractional=fractional)).min_trade
        for fractional in ({}, {held.symbols[0]: "0.001"})
    )
    assert set(split[:-1]) < set(whole)
    assert split[-1] >= held.value / 10
    assert len(split) < len(whole) / 2
    assert split[:2] == whole[:2]
    assert all(right / left <= Decimal("1.34") for left, right in itertools.pairwise(split[1:]))


def test_a_larger_minimum_trade_widens_its_slider() -> None:
    assert min_trade_axis(Decimal(112_900), Method.CLASSIC, reach=[Decimal(50_001)])[-1] == 55_000
    assert {10, 100, 250, 500, 1000, 2500, 5000, 10_000} <= set(min_trade_axis(Decimal(112_900), Method.CLASSIC))


@given(st.lists(st.integers(-1000, 1000), min_size=1, unique=True), st.integers(-1100, 1100))
def test_the_nearest_position_is_the_lower_one_of_two(amounts: Any, amount: Any) -> None:
    axis = tuple(map(Decimal, sorted(amounts)))
    best = min(range(len(axis)), key=lambda i: (abs(axis[i] - amount), i))
    assert nearest(axis, Decimal(amount)) == best


@pytest.mark.parametrize(
    ("amount", "text"), [("5000", "5000"), ("5000.00", "5000"), ("5E+3", "5000"), ("-0.50", "-0.5"), ("-0", "0")]
)
def test_amounts_are_written_plainly(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("worth", "currency", "ends"),
    [
        ("112900", "USD", ["-$110,000", "$110,000"]),
        ("5500000", "EUR", ["-€5.5M", "€5.5M"]),
        ("41000000", "CHF", ["-CHF\N{NO-BREAK SPACE}40M", "CHF\N{NO-BREAK SPACE}40M"]),
        ("18500000000", "USD", ["-$1bn", "$1bn"]),
        ("151", "USD", ["-$150", "$10,000"]),
        ("0", "USD", ["$0", "$10,000"]),
    ],
)
def test_the_ends_of_a_slider_are_written_in_few_characters(worth: str, currency: str, ends: list[str]) -> None:
    """They are beside the track, where there is little room."""
    problem = prepare(Portfolio(portfolio(f"VTI {worth} @ 10"), currency=currency))
    assert sheet_data(problem, axes_for(problem))["axes"]["cash"]["ends"] == ends


def test_a_point_is_held_between_the_ends() -> None:
    """A smaller minimum trade than the first position is shown there."""
    axes = axes_for(prepare(portfolio("VTI 112900 @ 10")))
    assert axes.hold(Point(Decimal(110_000), Decimal("0.01")))
    assert not axes.hold(Point(Decimal("110000.01"), Decimal(100)))
    assert not axes.hold(Point(Decimal("-110000.01"), Decimal(100)))
    assert not axes.hold(Point(Decimal(0), Decimal(50_000)))
