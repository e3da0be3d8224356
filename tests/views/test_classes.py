"""The plan and the drift by class: sums of what the funds say."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pbal_core import Targets, drift_report, least_cash_to_target, rebalance
from pbal_core.views.classes import class_rows, class_table
from pbal_core.views.trades import DASH
from tests.build import portfolio

TARGETS = Targets(
    {"stocks": 60, "bonds": 40, "OLD": 0},
    groups={"bonds": ["BND"], "stocks": {"US": 67, "VXUS": 33}},
    substitutes={"US": ["VTI", "VTSAX"]},
    prices={"VTI": 250},
)
HELD = portfolio("VTSAX 40000 @ 120; GLD 1000 @ 10; BND 38000 @ 80; VXUS 21000 @ 60")


def test_the_rows_are_those_of_the_tree() -> None:
    """Each class before what is inside it; what has no target comes last, and what is not there not at all."""
    plan = rebalance(HELD, 5000, targets=TARGETS, method="exact")
    rows = [(row.level, row.name, row.is_fund, row.places) for row in class_rows(plan.portfolio, TARGETS)]
    assert rows == [
        (0, "stocks", False, (4, 0, 3)),
        (1, "US", False, (4, 0)),
        (2, "VTI", True, (4,)),
        (2, "VTSAX", True, (0,)),
        (1, "VXUS", True, (3,)),
        (0, "bonds", False, (2,)),
        (1, "BND", True, (2,)),
        (0, "No target", False, (1,)),
        (1, "GLD", True, (1,)),
    ]


def test_a_class_says_the_sums_of_its_funds() -> None:
    """To the cent; the classes at the top are the whole portfolio."""
    plan = rebalance(HELD, 5000, targets=TARGETS, method="exact")
    table = {row[0].strip(): row for row in class_table(plan, TARGETS)[1:]}
    assert table["stocks"][1:] == ("$61,000.00", "61.0 %", "60.0 %", "+$1,000.00", "$62,000.00", "59.0 %")
    assert table["No target"][4] == DASH
    tops = [row for row in class_rows(plan.portfolio, TARGETS) if row.level == 0]
    assert sorted(i for row in tops for i in row.places) == list(range(len(plan.portfolio)))


def test_without_targets_each_fund_is_a_row() -> None:
    assert [row.name for row in class_rows(HELD, None)] == list(HELD.symbols)


def test_the_drift_is_that_of_the_classes() -> None:
    """Stocks are 60 %, however they are shared out; the least cash by class asks for less."""
    held = portfolio("VTSAX 60000 @ 120; BND 40000 @ 80")
    targets = Targets(
        dict(TARGETS.weights),
        groups=dict(TARGETS.groups[:1]) | {"stocks": {"US": 67, "VXUS": 33}},
        substitutes=dict(TARGETS.substitutes),
    )
    rows = {row.symbol: row.drift for row in drift_report(held, targets, by="class").rows}
    assert rows == {"stocks": 0, "bonds": 0}
    assert least_cash_to_target(held, targets, by="class") == 0
    assert {row.symbol: row.drift for row in drift_report(held, targets).rows} == {
        "US": pytest.approx(0.198),
        "BND": 0,
        "VXUS": pytest.approx(-0.198),
    }
    assert least_cash_to_target(held, targets) == Decimal("49253.74")
