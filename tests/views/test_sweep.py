"""What a slider shows is what ``rebalance`` says, at every one of its positions."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbal_core import InfeasiblePlanError, Plan, Portfolio, Targets, rebalance
from pbal_core.money import SLIGHT, format_percent, format_weight
from pbal_core.planning.answer import basis_of, outcome_of
from pbal_core.planning.problem import Problem, prepare
from pbal_core.planning.solve import solve_many
from pbal_core.planning.strategy import Strategy
from pbal_core.readers import read_positions
from pbal_core.sample import sample_bytes
from pbal_core.views.axis import Axis, Point, axes_for, axis_points, few_places
from pbal_core.views.balance import balanced_after
from pbal_core.views.columns import table_rows
from pbal_core.views.drift import Band, least_cash_to_target
from pbal_core.views.landmarks import all_in_band, landmarks_for
from pbal_core.views.numbers import key_numbers
from pbal_core.views.sheet import Sheet, percent_texts, sheet_data
from pbal_core.views.summary import ROUGHLY, outcome_sentence, sentence
from pbal_core.views.sweep import SweepData, sweep_data, weight_code
from pbal_core.views.tops import nice_ceiling
from pbal_core.views.trades import DASH
from tests.build import portfolio
from tests.made import made_portfolio

SAMPLE = read_positions(sample_bytes()).portfolio


def looked_up(data: SweepData, i: int, sheet: Sheet) -> tuple[Any, ...]:
    """What the browser shows at position ``i``, looked up as assets/shown.js does."""
    return (
        data["sentence"]["states"][data["sentence"]["at"][i]],
        [column["states"][column["at"][i]] for column in data["numbers"]],
        [cells(data, i, sheet, row) for row in range(len(sheet["symbols"]))],
        data["totals"][i],
    )


def cells(data: SweepData, i: int, sheet: Sheet, row: int) -> dict[str, object]:
    """Every cell of one row at position ``i``, its reason and the height of its bar."""
    states = data["rows"][row]
    at = states["at"][i]
    shown: dict[str, object] = {}
    for column in sheet["columns"]:
        key = column["key"]
        fixed = sheet["texts"].get(key, [None] * (row + 1))[row]
        if fixed is not None:
            shown[key] = fixed
        elif key in states["texts"]:
            shown[key] = states["texts"][key][at]
        else:
            code = data["weights"][key][row][i]
            shown[key] = sheet["slight"] if 0 < code < 50 else sheet["percents"][(code + 50) // 100]
    side = states["side"][at]
    reasons = data["reasons"] or sheet["reasons"]
    return shown | {"reason": side and reasons[side][row], "side": side, "dollars": states["dollars"][at]}


def said(portfolio_: Portfolio, point: Point, *, along_cash: bool, **settings: Any) -> tuple[object, ...]:
    """What Python says about the same point, from the plan itself; along the cash reasons are for any cash."""
    plan = rebalance(portfolio_, point.cash, min_trade=point.min_trade, **settings)
    texts = [{key: text for key, text in row.items() if key != "price"} for row in table_rows(plan)]
    rows = zip(
        _unspecific(texts, portfolio_, plan, settings) if along_cash else texts,
        plan.orders,
        plan.values_after,
        strict=True,
    )
    return (
        sentence(plan),
        [(number.label, number.value, number.alert) for number in key_numbers(plan)],
        [row | {"side": order.side, "dollars": float(value)} for row, order, value in rows],
        float(sum(plan.values_after)),
    )


def _unspecific(
    rows: list[dict[str, str]], portfolio_: Portfolio, plan: Plan, settings: dict[str, Any]
) -> list[dict[str, str]]:
    """The rows with the reasons that hold for any cash, which is what a slider shows."""
    problem = prepare(portfolio_, **settings)
    reasons = zip(rows, plan.orders, problem.reasons, strict=True)
    return [row | {"reason": {"Buy": why.buy, "Sell": why.sell, "": ""}[order.side]} for row, order, why in reasons]


def positions(problem: Problem, axis: Axis, point: Point) -> list[Point]:
    """All positions of a slider through a point."""
    return axis_points(axes_for(problem), axis, point)


def sheet_of(problem: Problem) -> Sheet:
    """What no slider changes."""
    return sheet_data(problem, axes_for(problem))


SETTINGS = [
    {"strategy": "try_avoid_sell"},
    {"strategy": "hard_rebalance"},
    {"strategy": "try_avoid_sell", "method": "exact"},
    {"strategy": "hard_rebalance", "method": "exact"},
    pytest.param(
        {
            "method": "exact",
            "targets": {"VTI": 50, "VSMAX": 30, "VPU": 20},
            "prices": {"VTI": "250.10"},
            "frozen": {"VHT"},
            "fractional": {"VSMAX": "0.001"},
            "fee_per_trade": "1.5",
            "cash_buffer": 20,
        },
        marks=pytest.mark.slow,
    ),
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: "-".join(map(str, settings.values()))[:40])
@pytest.mark.parametrize("axis", ["cash", "min_trade"])
@pytest.mark.parametrize("point", [Point(Decimal(5000), Decimal(100)), Point(Decimal("-7033.51"), Decimal("33.3"))])
def test_every_position_shows_what_rebalance_says(settings: dict[str, Any], axis: Axis, point: Point) -> None:
    """Sentence, key numbers, every cell and every weight, at all positions of both sliders."""
    problem = prepare(SAMPLE, **settings)
    points = positions(problem, axis, point)
    data, sheet = sweep_data(problem, points), sheet_of(problem)
    seen = [looked_up(data, i, sheet) for i in range(len(points))]
    rough = [str(shown[0]).startswith(ROUGHLY) for shown in seen]
    assert sum(rough) <= len(points) / 20, "the budget of work is enough for nearly all positions"
    refused = [str(shown[0]).startswith("No plan: ") for shown in seen]
    assert sum(refused) < len(points) / 2
    for here, shown, cut_short, without in zip(points, seen, rough, refused, strict=True):
        if without:
            with pytest.raises(InfeasiblePlanError, match=re.escape(str(shown[0]).removeprefix("No plan: "))):
                rebalance(SAMPLE, here.cash, min_trade=here.min_trade, **settings)
            assert {row["shares"] for row in shown[2]} == {DASH}
            assert {value for _label, value, _alert in shown[1][1:]} == {DASH}, "nothing is left or spent"
            assert not any(alert for _label, _value, alert in shown[1])
        elif not cut_short:
            assert shown == said(SAMPLE, here, along_cash=axis == "cash", **settings), here


def test_a_position_whose_search_was_cut_short_says_so() -> None:
    """With hardly any budget most positions of the exact sweep are rough, and begin with the word for it."""
    problem = prepare(made_portfolio(20), method="exact", strategy="hard_rebalance")
    questions = [(problem.units(cash), 0) for cash in axes_for(problem).cash[::20]]
    rough = [solution for solution in solve_many(problem, questions, work=1) if solution.approximate]
    assert rough
    outcome = outcome_of(problem, basis_of(problem), questions[0], rough[0])
    assert outcome_sentence(outcome).startswith(ROUGHLY)


@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("min_trade", [100, 9_000])
@pytest.mark.parametrize(
    "constraints", [{}, {"cash_buffer": 3000, "fee_per_trade": "2.5", "frozen": {"VSMAX"}, "never_sell": {"FTEC"}}]
)
def test_fitting_is_offered_where_it_helps(strategy: Strategy, min_trade: int, constraints: dict[str, Any]) -> None:
    """Where the classic plan overspends, and only if the exact method has a plan; never in the exact method."""
    settings = {"strategy": strategy, **constraints}
    problem = prepare(SAMPLE, **settings)
    points = [Point(Decimal(cash), Decimal(min_trade)) for cash in range(-140_000, 20_000, 1_700)]
    fit = sweep_data(problem, points)["fit"]
    offered = [fit["states"][i] for i in fit["at"]]
    assert constraints or {True, False} == set(offered)
    for point, offer in zip(points, offered, strict=True):
        try:
            rebalance(SAMPLE, point.cash, min_trade=point.min_trade, method="exact", **settings)
            helps = rebalance(SAMPLE, point.cash, min_trade=point.min_trade, **settings).cash_left < 0
        except InfeasiblePlanError:
            helps = False
        assert offer == helps, point
    exact = sweep_data(prepare(SAMPLE, method="exact", **settings), points[:2])
    assert exact["fit"]["states"] == [False]


def test_fitting_is_not_offered_where_lots_are_too_fine_for_it() -> None:
    """The classic method counts in integers, and the exact one would refuse."""
    held = portfolio("A 999999999999999 @ 0.000000000001; B 5 @ 3")
    assert rebalance(held, 101, min_trade=1).cash_left == -1
    with pytest.raises(InfeasiblePlanError, match="too little"):
        rebalance(held, 101, method="exact")
    assert sweep_data(prepare(held), [Point(Decimal(101), Decimal(1))])["fit"]["states"] == [False]


@given(st.integers(1, 12), st.integers(0, 50), st.decimals(-30_000, 30_000, places=2), st.sampled_from(list(Strategy)))
def test_made_portfolios_show_what_rebalance_says(count: int, seed: int, cash: Decimal, strategy: Strategy) -> None:
    """Any portfolio, any cash, any strategy: a point of a sweep is the plan."""
    held = made_portfolio(count, seed)
    points = [Point(cash, step) for step in (Decimal(10), Decimal(250), Decimal(10_000))]
    problem = prepare(held, strategy=strategy)
    data, sheet = sweep_data(problem, points), sheet_of(problem)
    for i, here in enumerate(points):
        assert looked_up(data, i, sheet) == said(held, here, along_cash=False, strategy=strategy)


@given(st.floats(0, 1))
def test_a_weight_code_stands_for_the_printed_percent(fraction: float) -> None:
    """The code is within a thousandth of a percent of rounding, and its tenth is the one that is printed."""
    code = weight_code(fraction)
    assert percent_texts()[(code + 50) // 100] == format_percent(fraction)
    assert abs(code / 100_000 - fraction) <= 0.000011
    assert (format_weight(fraction) == SLIGHT) == (0 < code < 50), "what the browser looks up is what Python writes"


@given(st.integers(0, 1000))
def test_a_weight_code_at_the_edge_of_two_tenths(tenths: int) -> None:
    """8.15 % may be printed as 8.1 or 8.2; the code takes the same side."""
    for fraction in ((tenths + 0.5) / 1000, (tenths + 0.4999999) / 1000):
        if fraction <= 1:
            assert percent_texts()[(weight_code(fraction) + 50) // 100] == format_percent(fraction)


def test_axis_ends_hold_every_bar() -> None:
    """No bar of any position is higher than the axis of its sweep, in percent and in dollars."""
    problem = prepare(SAMPLE)
    data = sweep_data(problem, positions(problem, "cash", Point(Decimal(0), Decimal(100))))
    top = data["tops"]
    assert 100 >= top["weights"] >= max(max(codes) for codes in data["weights"]["weight_after"]) / 1000
    assert top["dollars"] >= max(max(row["dollars"]) for row in data["rows"])


@given(st.floats(1e-3, 1e12))
def test_axis_ends_are_round_and_close(amount: float) -> None:
    assert amount <= nice_ceiling(amount) * (1 + 1e-12) <= amount * 1.34


@pytest.mark.parametrize(
    "settings", [{}, {"method": "exact", "targets": {"FTEC": 60, "VAW": 40}, "never_sell": {"VPU"}}]
)
def test_the_sheet_says_what_the_table_of_a_plan_says(settings: dict[str, Any]) -> None:
    """Symbols, what is held, its weights and the targets are those of every plan for the problem."""
    sheet = sheet_of(prepare(SAMPLE, **settings))
    for cash in (5000, 900):
        plan = rebalance(SAMPLE, cash, min_trade=100, **settings)
        for key in ("symbol", "value_before", "weight_before", "target"):
            assert sheet["texts"][key] == [row[key] for row in table_rows(plan)]
        assert sheet["values"] == [float(position.value) for position in plan.portfolio]


def test_targets_follow_the_cash_where_something_is_frozen() -> None:
    """Frozen positions keep their share, the others share out what is left of the whole, which grows with the cash."""
    held = portfolio("A 100 @ 10; B 300 @ 10; ICE 600 @ 10")
    problem = prepare(held, method="exact", strategy="hard_rebalance", frozen="ICE")
    data = sweep_data(problem, [Point(Decimal(cash), Decimal(0)) for cash in (0, 1000)])
    assert data["weights"]["target"] == [[20_000, 35_000], [20_000, 35_000], [60_000, 30_000]]
    assert data["weights"]["weight_after"] == [[20_000, 35_000], [20_000, 35_000], [60_000, 30_000]], (
        "the plan reaches them, and the largest drift is none"
    )
    shown: list[Any] = [column["states"][column["at"][0]] for column in data["numbers"]]
    numbers = dict(number[:2] for number in shown)
    assert numbers["Largest drift"] == "10.0 → 0.0 points"
    assert sheet_of(problem)["texts"]["target"] == [None, None, "frozen"]


def test_targets_follow_the_trades_of_substitutes() -> None:
    """They share their target out as their values are, so each plan of a sweep has its own."""
    held = portfolio("VTI 3000 @ 250; VTSAX 1000 @ 120; BND 4400 @ 75")
    targets = Targets({"US": 60, "BND": 40}, substitutes={"US": ["VTI", "VTSAX"]})
    problem = prepare(held, method="exact", targets=targets)
    amounts = (-2000, 0, 1000, 5000)
    data = sweep_data(problem, [Point(Decimal(cash), Decimal(0)) for cash in amounts])
    plans = [rebalance(held, cash, method="exact", targets=targets) for cash in amounts]
    assert data["weights"]["target"] == [[weight_code(plan.targets_after[row]) for plan in plans] for row in range(3)]
    assert len(set(data["weights"]["target"][0])) > 2


def test_no_weight_axis_goes_beyond_the_whole() -> None:
    """One position is 100 %, and so is the end of its axis."""
    problem = prepare(made_portfolio(1))
    data = sweep_data(problem, positions(problem, "cash", Point(Decimal(0), Decimal(100))))
    assert (data["tops"]["weights"], sheet_of(problem)["tops"]["weights"]) == (100, 100)


@pytest.mark.parametrize("axis", ["cash", "min_trade"])
@pytest.mark.parametrize("method", ["classic", "exact"])
def test_some_positions_are_those_of_the_whole_sweep(axis: Axis, method: str) -> None:
    """What is sent before somebody reaches for a slider is what is there afterwards, at its own positions."""
    problem = prepare(SAMPLE, method=method)
    axes, point = axes_for(problem), Point(Decimal(5000), Decimal(100))
    places = few_places(problem, axes, axis)
    assert len(places) < len(axes.of(axis)) / 2
    few = sweep_data(problem, axis_points(axes, axis, point, places), places=places)
    whole, sheet = sweep_data(problem, axis_points(axes, axis, point)), sheet_of(problem)
    assert (few["places"], whole["places"]) == (places, list(range(len(axes.of(axis)))))
    for i, place in enumerate(places):
        assert looked_up(few, i, sheet) == looked_up(whole, place, sheet)
        assert (few["balance"][i], few["trades"][i]) == (whole["balance"][place], whole["trades"][place])


@pytest.mark.parametrize("method", ["classic", "exact"])
def test_the_line_along_a_slider_is_what_the_plans_come_to(method: str) -> None:
    """How balanced each plan is, in thousandths, and how many trades it has; where there is no plan, neither."""
    problem = prepare(SAMPLE, method=method)
    points = positions(problem, "cash", Point(Decimal(0), Decimal(100)))[::40]
    points.append(Point(Decimal(-200_000), Decimal(100)))
    data = sweep_data(problem, points)
    for i, point in enumerate(points):
        try:
            plan = rebalance(SAMPLE, point.cash, min_trade=point.min_trade, method=method)
        except InfeasiblePlanError:
            assert (method, data["balance"][i], data["trades"][i]) == ("exact", -1, 0)
            continue
        assert data["balance"][i] == round(1000 * balanced_after(plan.outcome))
        assert data["trades"][i] == len(plan.trades)


@pytest.mark.parametrize("method", ["classic", "exact"])
def test_a_landmark_keeps_what_it_says(method: str) -> None:
    """The plan there has every fund in its band, and of the positions below none has; the targets are reached."""
    problem = prepare(SAMPLE, method=method)
    marks = landmarks_for(problem, Decimal("3512.40"))
    axes = axes_for(problem, (), [amount for mark in marks for amount in mark.positions])
    points = axis_points(axes, "cash", Point(Decimal(0), Decimal(100)))
    found = {each["words"]: axes.cash[each["place"]] for each in sweep_data(problem, points, marks=marks)["landmarks"]}
    assert list(found)[:2] == ["nothing to invest or to withdraw", "the cash found in the file"]
    assert list(found.values())[:2] == [0, Decimal("3512.40")]
    band, target = list(found.values())[2:]
    assert target == least_cash_to_target(SAMPLE)

    def in_band(cash: Decimal) -> bool:
        plan = rebalance(SAMPLE, cash, min_trade=100, method=method)
        return all_in_band(plan.weights_after, plan.targets_after, Band())

    assert in_band(band)
    assert not any(in_band(amount) for amount in axes.cash if 0 <= amount < band)
    assert balanced_after(rebalance(SAMPLE, target, min_trade=100, method=method).outcome) > 0.997


def test_a_sweep_is_small() -> None:
    """A portfolio of 60 fits in less than 700 KB, and everything on the wire is plain JSON."""
    held = made_portfolio(60)
    problem = prepare(held)
    data = sweep_data(problem, positions(problem, "cash", Point(Decimal(0), Decimal(100))))
    assert len(json.dumps(data)) < 700_000
