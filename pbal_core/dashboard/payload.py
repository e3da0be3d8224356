"""What the live view's browser is sent: what it needs and does not have yet.

The model: the browser says what it has by ids. A *sheet* belongs to the portfolio, the settings and the positions of
the sliders, a *sweep* to a sheet and the amount of the other slider. Most changes are followed by another one, not by a
drag, so a sweep is first sent with some of its positions: enough for the line along the slider. All of them are sent
once somebody reaches for the slider, by pointer, finger or key, which is a moment before it moves. Another amount of
cash sends no sweep at all: its own is still right, and that of the minimum trade waits until somebody reaches for it.

Worked example: a new strategy sends a sheet and two sweeps of about 60 and 10 positions; when the pointer comes to the
slider of cash, its other 500 follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..money import currency_spellings
from ..planning.problem import Problem
from ..planning.solution import Solution
from ..planning.strategy import Method, Strategy
from ..views.axis import Axes, Axis, Point, axes_for, axis_points, few_places, plain
from ..views.classes import ClassRow, count_text, summed
from ..views.copying import trade_lines
from ..views.details import fixed_details, plan_details
from ..views.drift import Band
from ..views.landmarks import Landmark, landmarks_for
from ..views.prices import Quotes
from ..views.sheet import sheet_data
from ..views.sweep import is_live, packed, sweep_data
from ..views.trades import DASH
from ..views.widths import widest
from .component import digest
from .figure import figure_data

LET_GO = "{:,} positions are too many to show every plan while you drag: let the slider go to see the plan."

AXES: tuple[Axis, ...] = ("cash", "min_trade")
FEW = "-few"
"""How the id of a sweep ends that has some positions of its slider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sliders:
    """The sliders of one view.

    Args:
        base: Names the portfolio and the settings.
        asked: The point, where it is beyond the usual ends.
        axes: The positions.
        marks: The landmarks of cash.
    """

    base: str
    asked: Point | None
    axes: Axes
    marks: tuple[Landmark, ...]

    @property
    def name(self) -> str:
        """Names the sheet: the facts, and how far the sliders go."""
        return digest(self.base, *((axis[0], axis[-1]) for axis in (self.axes.cash, self.axes.min_trade)))


def payload(
    problem: Problem,
    point: Point,
    memory: dict[str, Any],
    *,
    facts: object,
    quotes: Quotes | None = None,
    found: Decimal | None = None,
    band: Band | None = None,
    classes: Sequence[ClassRow] = (),
    solution: Solution | None = None,
) -> dict[str, Any]:
    """What the browser needs and does not have yet; it is remembered as sent.

    Args:
        problem: What is asked about.
        point: The amounts that are committed.
        memory: See ``live.new_memory``.
        facts: The portfolio, the settings and the quotes; their ``repr`` says all of them.
        quotes: What is known of the prices and names.
        found: Dollars of cash that the file has, if any.
        band: How far a weight may be from its target; the 5/25 rule by default.
        classes: The tree of targets, which ``facts`` say too; none for a flat list.
        solution: The answer for these amounts, where it is known.
    """
    memory["sliders"] = sliders = _sliders(problem, point, memory["sliders"], facts, found=found, band=band)
    name, axes = sliders.name, sliders.axes
    have, live = memory["have"], is_live(problem)
    amounts = {"cash": plain(point.cash), "min_trade": plain(point.min_trade)}
    fixed = {"cash": amounts["min_trade"], "min_trade": amounts["cash"]}
    ids = {axis: f"{name}-{fixed[axis]}" if live else None for axis in AXES}
    if live and have.get("sheet") == name and "min_trade" not in memory["reached"]:
        # After a change of cash the old sweep stays, pale, until somebody reaches for its slider.
        ids["min_trade"] = str(have.get("min_trade") or ids["min_trade"]).removesuffix(FEW)
    sweeps = {}
    for axis in AXES if live else ():
        whole = str(ids[axis])
        reached = axis in memory["reached"]
        if have.get(axis) != whole and (reached or have.get(axis) != whole + FEW):
            data = _sweep(problem, point, axes, axis, marks=sliders.marks, classes=classes, all_of_it=reached)
            sweeps[axis] = {"id": whole if len(data["places"]) == len(axes.of(axis)) else whole + FEW, "data": data}
            sweeps[axis]["fixed"] = fixed[axis]
    sheet = None if have.get("sheet") == name else _sheet(name, problem, axes, quotes or Quotes(), classes)
    # A browser that does not get this asks again.
    memory["have"] = {**have, "sheet": name, **{axis: sweep["id"] for axis, sweep in sweeps.items()}}
    memory["reached"] = ()
    portfolio = problem.portfolio
    shown, outcome = packed(problem, [point], classes=classes, solutions=None if solution is None else [solution])
    known = memory.get("pinned_for") == (portfolio.currency, portfolio.symbols)
    return {
        "n": memory["n"],
        # No answer is sent twice: of a message that it has sent before, Streamlit sends only a reference to the
        # browser's copy, and where runs follow quickly that copy may be gone, which ends the page.
        "answer": memory["answer"],
        "amounts": amounts,
        "choices": {
            "strategy": tuple(Strategy).index(problem.strategy),
            "method": tuple(Method).index(problem.method),
        },
        "labels": {axis: portfolio.money(getattr(point, axis)) for axis in AXES} | memory["typed"],
        "errors": memory["errors"],
        "ids": {"sheet": name, **ids},
        "sheet": sheet,
        "sweeps": sweeps,
        "notice": "" if live else LET_GO.format(len(portfolio)),
        "point": {
            **amounts,
            "data": shown,
            "details": plan_details(problem, outcome),
            "lines": trade_lines(portfolio, outcome),
        },
        "refused_price": memory["refused_price"],
        "pinned": _with_classes(memory.get("pinned"), classes) if known else None,
    }


def _sliders(
    problem: Problem, point: Point, before: _Sliders | None, facts: object, *, found: Decimal | None, band: Band | None
) -> _Sliders:
    """The sliders for a question; those from before where they fit. A far amount widens them while it is asked for."""
    base = digest(facts, found, band, problem.scale)
    if before is not None and before.base == base and before.asked in (None, point) and before.axes.hold(point):
        return before
    marks = landmarks_for(problem, found, band)
    positions = [amount for mark in marks for amount in mark.positions]
    axes, asked = axes_for(problem, (), positions), None
    if not axes.hold(point):
        axes, asked = axes_for(problem, [point], positions), point
    return _Sliders(base=base, asked=asked, axes=axes, marks=marks)


def _sweep(
    problem: Problem,
    point: Point,
    axes: Axes,
    axis: Axis,
    *,
    marks: tuple[Landmark, ...],
    classes: Sequence[ClassRow],
    all_of_it: bool,
) -> Mapping[str, Any]:
    """The plans of a slider, or of some of its positions."""
    marks = marks if axis == "cash" else ()
    positions = [amount for mark in marks for amount in mark.positions]
    places = list(range(len(axes.of(axis)))) if all_of_it else few_places(problem, axes, axis, positions)
    return sweep_data(problem, axis_points(axes, axis, point, places), places=places, marks=marks, classes=classes)


def _with_classes(pinned: Mapping[str, Any] | None, classes: Sequence[ClassRow]) -> Mapping[str, Any] | None:
    """Plan A, whose bars are summed and whose trades are counted by the classes of now."""
    several = [row for row in classes if row.kind != "fund"]
    if pinned is None or not several:
        return pinned
    bars = {unit: [*pinned[unit], *summed(pinned[unit], several)] for unit in ("weights", "dollars")}
    trades = pinned["trades"]
    counts = [count_text(sum(1 for i in row.places if trades[i] != DASH)) for row in several]
    width = max(pinned["width"], widest(f"\N{NOT EQUAL TO} {count}" for count in counts))
    return {**pinned, **bars, "trades": [*trades, *counts], "width": width}


def _sheet(name: str, problem: Problem, axes: Axes, quotes: Quotes, classes: Sequence[ClassRow]) -> dict[str, Any]:
    """What no slider changes: the table's fixed columns, the chart, and how amounts of the currency are typed."""
    currency = problem.portfolio.currency
    return {
        **sheet_data(problem, axes, classes),
        "details": fixed_details(problem, quotes),
        "id": name,
        "figure": figure_data(currency),
        "fits": problem.method == Method.CLASSIC,
        "money": "dollars" if currency == "USD" else currency,
        "spellings": currency_spellings(currency),
    }
