"""The plan and the drift by class: sums of what the funds say."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from pbal_core import Targets, drift_report, least_cash_to_target, rebalance
from pbal_core.planning.problem import prepare
from pbal_core.policy.policy import Policy
from pbal_core.views.axis import Axis, Point, axes_for, axis_points
from pbal_core.views.classes import class_rows, class_table, lines_of, tree_rows
from pbal_core.views.sheet import sheet_data
from pbal_core.views.states import States
from pbal_core.views.sweep import sweep_data
from pbal_core.views.trades import DASH
from tests.build import portfolio
from tests.views.test_sweep import cells

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
    rows = [(row.level, row.name, row.kind, row.places) for row in class_rows(plan.portfolio, TARGETS)]
    assert rows == [
        (0, "stocks", "class", (4, 0, 3)),
        (1, "US", "set", (4, 0)),
        (2, "VTI", "fund", (4,)),
        (2, "VTSAX", "fund", (0,)),
        (1, "VXUS", "fund", (3,)),
        (0, "bonds", "class", (2,)),
        (1, "BND", "fund", (2,)),
        (0, "No target", "rest", (1,)),
        (1, "GLD", "fund", (1,)),
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
        groups={"bonds": ["BND"], "stocks": {"US": 67, "VXUS": 33}},
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


def stated(known: States, i: int) -> str:
    return str(known["states"][known["at"][i]])


CHOICES = [
    {"method": "exact"},
    {"method": "classic", "strategy": "hard_rebalance"},
    {"method": "exact", "frozen": {"VTSAX", "GLD"}},
]


@pytest.mark.parametrize("choice", CHOICES, ids=["exact", "hard", "frozen"])
@pytest.mark.parametrize("axis", ["cash", "min_trade"])
def test_a_class_shows_at_every_position_of_a_slider_what_the_plan_says(choice: dict[str, Any], axis: Axis) -> None:
    """Every cell of every class and set is that of ``class_table``, and its bars are the sums of its funds' bars."""
    problem = prepare(HELD, policy=Policy(targets=TARGETS), **choice)
    rows = tree_rows(problem.portfolio, TARGETS)
    axes = axes_for(problem)
    points = axis_points(axes, axis, Point(Decimal(5000), Decimal(100)))[::25]
    sheet, sweep = sheet_data(problem, axes, rows), sweep_data(problem, points, classes=rows)
    several = [row for row in rows if row.kind != "fund"]
    keys = ("symbol", "value_before", "weight_before", "target", "traded", "value_after", "weight_after")
    planned = [i for i, point in enumerate(points) if not stated(sweep["sentence"], i).startswith("No plan")]
    assert len(planned) > len(points) / 2
    for i in planned:
        point = points[i]
        plan = rebalance(HELD, point.cash, min_trade=point.min_trade, targets=TARGETS, **choice)
        table = [row for row in class_table(plan, TARGETS)[1:] if row[0].strip() not in plan.portfolio.symbols]
        for line, (row, said) in enumerate(zip(several, table, strict=True), start=len(plan.portfolio)):
            shown = cells(sweep, i, sheet, line)
            assert [shown[key] for key in keys] == [said[0].strip(), *said[1:]]
            count = sum(bool(plan.orders[k].shares) for k in row.places)
            assert shown["shares"] == (f"{count} trade{'' if count == 1 else 's'}" if count else DASH)
            bars = [cells(sweep, i, sheet, k)["dollars"] for k in row.places]
            assert shown["dollars"] == pytest.approx(math.fsum(map(float, map(str, bars))))
            assert shown["side"] == ""


def test_the_lines_of_the_page_are_the_tree() -> None:
    """Positions are the first lines, then classes and sets, each with what is directly inside it."""
    problem = prepare(HELD, policy=Policy(targets=TARGETS))
    found = lines_of(tree_rows(problem.portfolio, TARGETS), len(problem.portfolio))
    assert problem.portfolio.symbols == ("VTSAX", "GLD", "BND", "VXUS", "VTI")
    assert found["top"] == [5, 7, 8]
    assert [(line["name"], line["kind"], line["level"], line["lines"]) for line in found["classes"]] == [
        ("stocks", "class", 0, [6, 3]),
        ("US", "set", 1, [4, 0]),
        ("bonds", "class", 0, [2]),
        ("No target", "rest", 0, [1]),
    ]


def test_a_flat_list_of_targets_has_no_lines_but_its_positions() -> None:
    """And the axis of the chart ends where it ended."""
    problem = prepare(HELD, targets={"VTSAX": 50, "GLD": 10, "BND": 20, "VXUS": 20})
    assert tree_rows(HELD, Targets({"VTSAX": 50, "GLD": 10, "BND": 20, "VXUS": 20})) == ()
    sheet = sheet_data(problem, axes_for(problem))
    assert (sheet["classes"], sheet["top"], sheet["class_tops"]) == ([], [], sheet["tops"])


def test_a_class_and_a_set_of_which_nothing_is_held_are_no_rows() -> None:
    held = portfolio("VXUS 100 @ 10; GLD 100 @ 10")
    assert [row.name for row in class_rows(held, TARGETS)] == ["stocks", "VXUS", "No target", "GLD"]
    assert [row.name for row in class_rows(portfolio("BND 100 @ 10"), TARGETS)] == ["bonds", "BND"]
