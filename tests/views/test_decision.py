"""Drift in the words of a decision, which never contradict the plan."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from pbal_core import Plan, Portfolio, rebalance
from pbal_core.readers import read_positions
from pbal_core.sample import sample_bytes
from pbal_core.views.decision import decision, listed
from pbal_core.views.drift import Band
from pbal_core.views.drift_words import rule_words
from tests.build import portfolio
from tests.strategies import cash_amounts, portfolios, steps, strategy_names


@pytest.mark.parametrize(
    ("text", "cash", "options", "said"),
    [
        (
            "VTI 6000 @ 100; VXUS 2500 @ 50; BND 1500 @ 50",
            2000,
            {},
            (
                "3 of 3 funds are out of band: VTI is above, VXUS and BND below. Nothing is sold; the new cash "
                "goes to VXUS and BND. After that 3 are out of band: VTI, VXUS and BND."
            ),
        ),
        (
            "A 60 @ 1; B 40 @ 1",
            0,
            {"strategy": "hard_rebalance"},
            (
                "2 of 2 funds are out of band: A is above, B below. A is sold to buy B. After that every fund is "
                "within its band."
            ),
        ),
        (
            "A 60 @ 1; B 40 @ 1",
            -20,
            {},
            (
                "2 of 2 funds are out of band: A is above, B below. The withdrawal comes from A. After that every "
                "fund is within its band."
            ),
        ),
        ("A 50 @ 1; B 50 @ 1", 0, {}, "All 2 funds are within their bands. This plan trades nothing."),
        ("A 50 @ 1", 10, {}, "The fund is within its band. Nothing needs selling; the new cash goes to A."),
        (
            "A 40 @ 1; B 30 @ 1; C 30 @ 1",
            20,
            {},
            (
                "1 of 3 funds is out of band: A is above. Nothing needs selling; the new cash goes to B and C. After "
                "that every fund is within its band."
            ),
        ),
        (
            "A 500 @ 700; B 50 @ 10",
            0,
            {"strategy": "hard_rebalance", "targets": {"A": 100}},
            (
                "2 of 2 funds are out of band: B is above, A below. B is sold, and nothing is bought. After that every "
                "fund is within its band."
            ),
        ),
        ("A 0 @ 1; B 0 @ 1", 10, {}, "Nothing is held yet; the cash goes to A and B."),
        (
            "A 60 @ 1; B 40 @ 1; C 50 @ 1",
            0,
            {"frozen": {"A", "B"}},
            "All 1 funds are within their bands. This plan trades nothing.",
        ),
    ],
)
def test_the_words(text: str, cash: int, options: dict[str, Any], said: str) -> None:
    """What is out, what the plan does about it, and what is out afterwards."""
    plan = rebalance(portfolio(text), cash, method="exact", min_trade=1, **options)
    assert decision(plan) == said.replace("All 1 funds are within their bands", "The fund is within its band")


def test_a_wider_band_has_less_to_say() -> None:
    """The same portfolio in a band of ten points and a half of the target."""
    plan = rebalance(portfolio("A 58 @ 1; B 42 @ 1"), strategy="hard_rebalance", method="exact")
    assert decision(plan).startswith("2 of 2 funds are out of band")
    wide = Band(relative="0.5", absolute="0.10")
    assert decision(plan, wide).startswith("All 2 funds are within their bands. A is sold to buy B.")
    assert rule_words(wide).startswith("Your band: out of band is more than 10 points, or more than 50 % of the target")
    assert rule_words(Band()).startswith("5/25 rule: out of band is more than 5 points, or more than 25 %")


def sides(plan: Plan) -> tuple[list[str], list[str]]:
    bought = [trade.symbol for trade in plan.trades if trade.shares > 0]
    return bought, [trade.symbol for trade in plan.trades if trade.shares < 0]


@given(held=portfolios(), cash=cash_amounts, step=steps, strategy=strategy_names)
def test_nothing_contradicts_the_plan(held: Portfolio, cash: Decimal, step: Decimal, strategy: str) -> None:
    """Where it says that nothing is sold, nothing is, or even needs to be; what is sold and bought is named."""
    plan = rebalance(held, cash, strategy=strategy, min_trade=step)
    said, (bought, sold) = decision(plan), sides(plan)
    if not held.value:
        assert said.startswith("Nothing is held yet")
        return
    assert ("Nothing is sold" in said or "Nothing needs selling" in said) == (bool(bought) and not sold)
    if "Nothing needs selling" in said:
        after = zip(plan.weights_after, plan.targets_after, strict=True)
        assert all(weight <= target + float(Band().width(Fraction(target))) + 1e-9 for weight, target in after)
    assert ("trades nothing" in said) == (not plan.trades)
    for names in filter(None, (bought, sold)):
        assert listed(names) in said


def test_many_names_are_counted() -> None:
    assert listed(["A"]) == "A"
    assert listed(list("ABCDE")) == "A, B, C, D and E"
    assert listed(list("ABCDEFG")) == "A, B, C, D and 3 more"


def test_the_sample() -> None:
    plan = rebalance(read_positions(sample_bytes()).portfolio, 5000, method="exact", min_trade=100)
    assert decision(plan) == (
        "4 of 10 funds are out of band: FTEC and VSMAX are above, VCR and VDC below. Nothing is sold; the new "
        "cash goes to VCR, VDC, VIS and VNQ. After that 2 are out of band: FTEC and VSMAX."
    )
