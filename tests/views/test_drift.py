"""Drift, the 5/25 rule, and the least cash that needs no sale."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbal_core import InfeasiblePlanError, Portfolio, RequestError, TargetError, rebalance
from pbal_core.views.drift import Band, drift_report, least_cash_to_target
from tests.build import portfolio
from tests.strategies import portfolios


@pytest.mark.parametrize(
    ("target", "low", "high"),
    [("0.6", "0.55", "0.65"), ("0.4", "0.35", "0.45"), ("0.1", "0.075", "0.125"), ("0.05", "0.0375", "0.0625")],
)
def test_the_5_25_rule_takes_the_smaller_limit(target: str, low: str, high: str) -> None:
    """Five percentage points or a quarter of the target, whichever is smaller."""
    width = Band().width(Fraction(target))
    assert (Fraction(target) - width, Fraction(target) + width) == (Fraction(low), Fraction(high))


@pytest.mark.parametrize(("value", "outside"), [(45, False), (44, True), (55, False), (56, True)])
def test_the_edge_is_in_band(value: int, outside: bool) -> None:
    """45 to 55 % of a half is in band, to the last digit."""
    report = drift_report(portfolio(f"A {value} @ 1; B {100 - value} @ 1"))
    assert [row.outside for row in report.rows] == [outside, outside]
    assert report.act is outside


def test_what_is_held_without_a_target_is_out_of_band() -> None:
    """Its target is zero, and zero has no band."""
    report = drift_report(portfolio("A 60 @ 1; B 39 @ 1; C 1 @ 1"), {"A": 60, "B": 40})
    assert [row.symbol for row in report.outside] == ["C"]
    assert str(report) == "1 of 3 out of band: worth acting"


def test_a_target_that_is_not_held_is_reported_without_a_price() -> None:
    """A row of nothing held, after the positions of the file."""
    report = drift_report(portfolio("A 100 @ 1"), {"A": "0.9", "NEW": "0.1", "NONE": 0})
    assert [(row.symbol, row.value, row.weight, row.drift) for row in report.rows] == [
        ("A", Decimal(100), 1.0, pytest.approx(0.1)),
        ("NEW", Decimal(0), 0.0, -0.1),
    ]


def test_an_empty_portfolio_is_out_of_band() -> None:
    """Nothing held is 100 % too little."""
    assert drift_report(portfolio("A 0 @ 1")).act


@pytest.mark.parametrize("field", ["relative", "absolute"])
def test_a_band_has_a_width(field: str) -> None:
    """A band of zero would always be left."""
    with pytest.raises(RequestError, match=f"the {field} band is 0; a fraction above 0 is needed"):
        Band(**{field: 0})


def test_unusable_targets_are_refused() -> None:
    """The sum is shown."""
    with pytest.raises(TargetError, match=r"the targets sum to 0\.9"):
        drift_report(portfolio("A 100 @ 1"), {"A": 0.9})


def test_least_cash_of_two() -> None:
    """60 and 40 at equal targets need 20."""
    assert least_cash_to_target(portfolio("A 60 @ 1; B 40 @ 1")) == 20
    assert least_cash_to_target(portfolio("A 50 @ 1; B 50 @ 1")) == 0


def test_least_cash_is_rounded_up() -> None:
    """100 / 0.3 - 100 is 233.33..., and 233.33 would not be enough."""
    assert least_cash_to_target(portfolio("A 100 @ 1; B 0 @ 1"), {"A": 30, "B": 70}) == Decimal("233.34")


def test_least_cash_of_nothing_is_nothing() -> None:
    """An empty portfolio is at any target."""
    assert least_cash_to_target(portfolio("A 0 @ 1; B 0 @ 2")) == 0


def test_no_cash_cures_what_has_no_target() -> None:
    """Only a sale brings a position to zero."""
    with pytest.raises(InfeasiblePlanError, match="without a sale: C is held and has no target"):
        least_cash_to_target(portfolio("A 60 @ 1; B 40 @ 1; C 1 @ 1"), {"A": 60, "B": 40})
    with pytest.raises(InfeasiblePlanError, match="B, C are held and have no target"):
        least_cash_to_target(portfolio("A 60 @ 1; B 40 @ 1; C 1 @ 1"), {"A": 100})


def test_least_cash_comes_in_what_the_currency_has() -> None:
    """Yen have no smaller part, so the amount is rounded up to a whole one."""
    held = portfolio("A 200 @ 1; B 200 @ 1; C 100.50 @ 1").positions
    assert str(least_cash_to_target(Portfolio(held))) == "99.50"
    assert str(least_cash_to_target(Portfolio(held, currency="JPY"))) == "100"


@given(portfolios())
def test_least_cash_is_what_the_largest_position_dictates(held: Any) -> None:
    """With it every position is at or below its target, and with a cent less one is above."""
    cash = least_cash_to_target(held)
    largest = max(Fraction(position.value) for position in held)
    total = Fraction(held.value) + Fraction(cash)
    assert largest * len(held) <= total
    assert cash == 0 or largest * len(held) > total - Fraction(1, 100)


@given(portfolios())
def test_drifts_sum_to_nothing(held: Any) -> None:
    """What is too much in one place is missing in others."""
    if held.value:
        assert sum(row.drift for row in drift_report(held).rows) == pytest.approx(0, abs=1e-9)


def test_what_is_frozen_is_not_measured() -> None:
    """The targets share out what the others are worth, as in the plan, and need no cash for what does not trade."""
    held = portfolio("A 50 @ 1; B 30 @ 1; G 20 @ 1")
    report = drift_report(held, {"A": 50, "B": 50}, frozen={"G"})
    assert [(row.symbol, row.weight, row.target, row.outside) for row in report.rows] == [
        ("A", 0.5, 0.4, True),
        ("B", 0.3, 0.4, True),
    ]
    assert least_cash_to_target(held, {"A": 50, "B": 50}, frozen={"G"}) == 20
    assert least_cash_to_target(held, {"A": 25, "B": 25, "G": 50}, frozen={"G"}) == 20
    assert drift_report(held, frozen=held.symbols).rows == ()


@given(held=portfolios(), chosen=st.data())
def test_a_plan_measures_against_the_same_targets(held: Portfolio, chosen: st.DataObject) -> None:
    """Whatever is frozen, a row says the weight and the target that the plan was made with."""
    frozen = chosen.draw(st.sets(st.sampled_from(held.symbols), max_size=len(held) - 1))
    plan = rebalance(held, frozen=frozen)
    rows = {row.symbol: (row.weight, row.target) for row in drift_report(held, frozen=frozen).rows}
    assert set(rows) == set(held.symbols) - frozen
    if held.value:
        known = zip(held.symbols, zip(plan.weights_before, plan.targets_before, strict=True), strict=True)
        assert {name: pytest.approx(both) for name, both in known if name in rows} == rows
