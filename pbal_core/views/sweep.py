"""What a slider looks up while it is dragged: the plan of every position, as numbers and ready-made text.

The model: two sliders, cash and minimum trade, span a plane of plans. The browser gets two lines of it through the
current point: the *cash slice* (every cash at the current minimum trade) and the *minimum trade slice* (every minimum
trade at the current cash). Both are solved here, by the same function that solves the committed plan, so a position
of a slider and the plan for its amount are the same thing. The browser looks up; it decides and formats nothing.

On the wire a column of a slice is a :class:`Column`: the different values once, and for each position which one. A
trade changes at few of the 201 positions, so this is about a tenth of the plain text. Worked example: "nothing,
nothing, Buy 1, Buy 1" is ``states = [nothing, Buy 1], at = [0, 0, 1, 1]``.

Weights change everywhere, so they are integers, thousandths of a percent, kept on the side of the tenth that is
printed: 8.1499 % is printed as 8.1 % and sent as 8149.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypedDict

from ..money import format_money, format_percent, format_round
from ..planning.answer import basis_of, outcome_of
from ..planning.outcome import Basis, Outcome
from ..planning.problem import Problem
from ..planning.solution import Solution
from ..planning.solve import solve_many
from ..planning.strategy import Method
from ..portfolio import Portfolio
from .summary import DASH, FROZEN, cash_range, outcome_numbers, outcome_sentence, shares_words

Axis = Literal["cash", "min_trade"]

LIVE_POSITIONS: dict[Method, int] = {Method.CLASSIC: 250, Method.EXACT: 200}
"""Above this many positions the slices take too long: the plan is computed on release, and the page says so."""

_MIN_TRADE_STEPS = (10, 12, 15, 18, 20, 25, 30, 35, 40, 50, 60, 80)


class Column(TypedDict):
    """One thing that is shown, over the positions of a slice: its different values, and which one stands where."""

    states: list[object]
    at: list[int]


class SliceData(TypedDict):
    """One slider's slice on the wire; p positions of the slider in the order of its axis, n rows of the table."""

    sentence: Column
    numbers: list[Column]
    """The key numbers in their order; a state is ``[label, value, alert]``, or None where the plan has none."""
    fit: Column
    """Whether fitting the shares to the cash is a way out: the plan overspends, and an exact one would not."""
    rows: list[Column]
    """n columns; a state is ``[trade, trade value, after, side, dollars after as a number]``."""
    weights: list[list[int]]
    """n lists of p weights after the trades, in thousandths of a percent; see ``weight_code``."""
    goals: list[list[int]] | None
    """The same of the targets, where positions are frozen and the targets of the others follow the cash."""
    totals: list[float]
    """p values of all positions together after the trades, in dollars."""


def cash_axis(portfolio: Portfolio) -> tuple[Decimal, ...]:
    """Amounts of the cash slider in dollars, lowest first: at least 201, zero among them, all whole dollars."""
    bounds = cash_range(portfolio)
    return tuple(Decimal(amount) for amount in range(bounds.low, bounds.high + 1, bounds.step))


def min_trade_axis(method: Method) -> tuple[Decimal, ...]:
    """Amounts of the minimum trade slider in dollars: 10 to 10,000 in round steps of a tenth to a third.

    The exact method needs no minimum, so there its first position is 0.
    """
    none = [0] if method == Method.EXACT else []
    amounts = [step * decade for decade in (1, 10, 100) for step in _MIN_TRADE_STEPS]
    return tuple(map(Decimal, [*none, *amounts, 10_000]))


def nearest(axis: Sequence[Decimal], amount: Decimal) -> int:
    """Index of the position nearest to ``amount``, the lower one of two; the ends where it lies beyond them."""
    return min(range(len(axis)), key=lambda i: (abs(axis[i] - amount), i))


@dataclass(frozen=True, slots=True)
class Point:
    """Where the two sliders stand: dollars of cash (any sign), dollars of minimum trade (0: exact method only)."""

    cash: Decimal
    min_trade: Decimal


def is_live(problem: Problem) -> bool:
    """Whether the slices of a problem are computed quickly enough to be sent."""
    return len(problem.portfolio) <= LIVE_POSITIONS[problem.method]


def axis_points(problem: Problem, axis: Axis, point: Point) -> list[Point]:
    """The positions of one slider through ``point``: one amount runs, the other stands still."""
    if axis == "cash":
        return [Point(cash, point.min_trade) for cash in cash_axis(problem.portfolio)]
    return [Point(point.cash, step) for step in min_trade_axis(problem.method)]


def slice_data(problem: Problem, points: Sequence[Point]) -> SliceData:
    """Solves every point and packs what is shown of it.

    Args:
        problem: The question, prepared with as many places as the points have.
        points: The positions of the slider, or the one point where it stands.
    """
    basis = basis_of(problem)
    questions = [(problem.units(point.cash), problem.units(point.min_trade)) for point in points]
    solutions = solve_many(problem, questions)
    pairs = list(zip(questions, solutions, strict=True))
    outcomes = [outcome_of(problem, basis, question, solution) for question, solution in pairs]
    values = [outcome.values_after for outcome in outcomes]
    numbers = map(_numbers, outcomes)
    unit = 10**basis.scale
    return SliceData(
        sentence=_column(map(outcome_sentence, outcomes)),
        numbers=[_column(column) for column in zip(*numbers, strict=True)],
        fit=_column(fit_helps(problem, question, solution) for question, solution in pairs),
        rows=_rows(basis, outcomes, values),
        weights=_codes([outcome.weights_after for outcome in outcomes]),
        goals=_codes([outcome.targets_after for outcome in outcomes]) if any(basis.frozen) else None,
        totals=[sum(after) / unit for after in values],
    )


def _codes(weights: Sequence[Sequence[float]]) -> list[list[int]]:
    """The codes of p rows of n weights, as n columns."""
    return [[weight_code(weight) for weight in column] for column in zip(*weights, strict=True)]


def fit_helps(problem: Problem, question: tuple[int, int], solution: Solution) -> bool:
    """Whether a classic plan overspends where the exact method has a plan, told without searching for it.

    Args:
        problem: The question's portfolio and settings.
        question: Its cash and its minimum trade, in units.
        solution: The classic answer to it.
    """
    if problem.method == Method.EXACT or solution.cash_left >= 0 or solution.refusal:
        return False
    cash, min_trade = question
    if problem.too_fine(cash):
        return False
    short = problem.buffer - cash
    if short <= 0 or problem.direction(cash) == "buy":
        return True
    fee = problem.fee
    raised = [problem.held[i] * problem.prices[i] for i in problem.managed if problem.may_sell[i]]
    return sum(amount - fee for amount in raised if amount >= max(min_trade, fee)) >= short


def _numbers(outcome: Outcome) -> list[tuple[str, str, bool]]:
    return [(number.label, number.value, number.alert) for number in outcome_numbers(outcome)]


def _rows(basis: Basis, outcomes: Sequence[Outcome], values: Sequence[Sequence[int]]) -> list[Column]:
    """The rows of the table; what a row shows depends on its shares alone, so each number is worded once."""
    unit = 10**basis.scale
    columns = []
    for i in range(len(basis.symbols)):
        known: dict[int | Decimal, int] = {}
        states: list[object] = []
        at = []
        for outcome, after in zip(outcomes, values, strict=True):
            shares = outcome.shares[i]
            if shares not in known:
                known[shares] = len(states)
                moved = basis.money(outcome.moved[i], signed=True) if shares else DASH
                side = "Buy" if shares > 0 else "Sell" if shares else ""
                text = basis.money(after[i])
                states.append((shares_words(shares), moved, text, side, after[i] / unit))
            at.append(known[shares])
        columns.append(Column(states=states, at=at))
    return columns


def _column(values: Iterable[Hashable]) -> Column:
    known: dict[Hashable, int] = {}
    at = [known.setdefault(value, len(known)) for value in values]
    return Column(states=list(known), at=at)


def weight_code(fraction: float) -> int:
    """A weight in thousandths of a percent, such that ``(code + 50) // 100`` is the tenth ``format_percent`` prints."""
    code, printed = round(fraction * 100_000), 100 * round(fraction * 1000)
    if -50 <= code - printed <= 49:
        return code
    return printed - 50 if code < printed else printed + 49


def percent_texts() -> list[str]:
    """``format_percent`` of every tenth of a percent from 0 to 100: what the codes of weights stand for."""
    return [format_percent(tenths / 1000) for tenths in range(1001)]


class Sheet(TypedDict):
    """What does not follow the sliders: one entry a row of the table, in file order."""

    symbols: list[str]
    now: list[str]
    weights_before: list[str]
    targets: list[str]
    reasons: dict[str, list[str]]
    """Why a row trades, where it does, for each side."""
    values: list[float]
    """Dollars before the trades, for the bars."""
    weights: list[float]
    """Percent before the trades, for the bars."""
    goals: list[float]
    """Target weights as fractions, for the marks; a slice may have its own."""
    frozen: list[bool]
    percents: list[str]
    axes: dict[str, AxisData]
    tops: Tops


class AxisData(TypedDict):
    """The positions of a slider: amounts by which they are looked up, and as a person reads them."""

    values: list[str]
    labels: list[str]
    ends: list[str]
    """The first and the last amount in few characters."""


class Tops(TypedDict):
    """Where the value axis of the chart ends, in percent and in dollars."""

    weights: float
    dollars: float


def plain(amount: Decimal) -> str:
    """An amount as it is looked up: ``5000``, ``5033.51``, never an exponent or zeros after the point."""
    text = f"{amount:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def axis_data(axis: Sequence[Decimal], currency: str = "USD") -> AxisData:
    """The positions of a slider as text, the labels with the currency's sign."""
    labels = [format_money(amount, currency=currency) for amount in axis]
    ends = [format_round(int(amount), currency) for amount in (axis[0], axis[-1])]
    return AxisData(values=[plain(amount) for amount in axis], labels=labels, ends=ends)


def sheet_data(problem: Problem) -> Sheet:
    """What every plan for the same problem shows alike; it depends on neither slider."""
    basis = basis_of(problem)
    unit = 10**basis.scale
    values = [value / unit for value in basis.values]
    weights = [100 * weight for weight in basis.weights]
    goals = basis.targets_before
    return Sheet(
        symbols=list(basis.symbols),
        now=[basis.money(value) for value in basis.values],
        weights_before=[format_percent(weight) for weight in basis.weights],
        targets=[FROZEN if stays else format_percent(goal) for goal, stays in zip(goals, basis.frozen, strict=True)],
        reasons={"Buy": [why.buy for why in problem.reasons], "Sell": [why.sell for why in problem.reasons]},
        values=values,
        weights=weights,
        goals=list(goals),
        frozen=list(basis.frozen),
        percents=percent_texts(),
        axes={
            "cash": axis_data(cash_axis(problem.portfolio), basis.currency),
            "min_trade": axis_data(min_trade_axis(problem.method), basis.currency),
        },
        tops=_tops(max(*weights, *(100 * goal for goal in goals)), max(*values, 0.0)),
    )


def tops(data: SliceData) -> Tops:
    """Axis ends that hold every row at every position of a slice."""
    dollars = [state[-1] for row in data["rows"] for state in row["states"] if isinstance(state, tuple)]
    columns = [*data["weights"], *(data["goals"] or [])]
    return _tops(max(map(max, columns)) / 1000, max(dollars))


def _tops(weight: float, dollars: float) -> Tops:
    return Tops(weights=min(100.0, nice_ceiling(1.04 * weight)), dollars=nice_ceiling(1.04 * dollars))


def nice_ceiling(amount: float) -> float:
    """The next of 1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten: an axis end that stays put."""
    if amount <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(amount))
    steps = (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 8, 10)
    return next((step * power for step in steps if step * power >= amount), 10 * power)
