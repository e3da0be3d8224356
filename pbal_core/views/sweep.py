"""What a slider looks up while it is dragged: the plan of every position, as numbers and ready-made text.

The model: two sliders, cash and minimum trade, span a plane of plans. The browser gets two lines of it through the
current point: the *cash sweep* (every cash at the current minimum trade) and the *minimum trade sweep* (every minimum
trade at the current cash). Both are solved here, by the same function that solves the committed plan, so a position of
a slider and the plan for its amount are the same thing. The browser looks up; it decides and formats nothing.

On the wire, texts are sent as :class:`States`: the different ones once, and for each position which one it has. A trade
changes at few of the 201 positions, so this is about a tenth of the plain text. Worked example: "nothing, nothing,
Buy 1, Buy 1" is ``states = [nothing, Buy 1], at = [0, 0, 1, 1]``.

Weights change everywhere, so they are integers, thousandths of a percent, kept on the side of the tenth that is
printed: 8.1499 % is printed as 8.1 % and sent as 8149.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypedDict

from ..money import format_money, format_percent, format_round
from ..planning.answer import basis_of, outcome_of
from ..planning.outcome import Basis, Outcome
from ..planning.problem import Problem
from ..planning.solution import Solution
from ..planning.solve import solve_many
from ..planning.strategy import Method
from ..portfolio import Portfolio
from .columns import PAGE_COLUMNS, Column
from .numbers import outcome_numbers
from .summary import cash_range, outcome_sentence
from .sums import SUM_ROWS, sum_cells
from .tops import Tops, tops
from .trades import side_of
from .widths import text_width, widest

Axis = Literal["cash", "min_trade"]

LIVE_POSITIONS: dict[Method, int] = {Method.CLASSIC: 250, Method.EXACT: 200}
"""Above this many positions the sweeps take too long: the plan is computed on release, and the page says so."""

_MIN_TRADE_STEPS = (10, 12, 15, 18, 20, 25, 30, 35, 40, 50, 60, 80)


class States(TypedDict):
    """One thing that is shown, over the positions of a sweep: its different values, and which one each position has."""

    states: list[object]
    at: list[int]


class RowStates(TypedDict):
    """One row of the table over the positions of a sweep; what depends on its own trade alone is there once a trade."""

    at: list[int]
    """For each position of the slider the number of the trade that the row has there."""
    side: list[str]
    """For each trade ``Buy``, ``Sell`` or nothing."""
    dollars: list[float]
    """For each trade the value after it, for the bars."""
    texts: dict[str, list[str]]
    """Column key -> the text for each trade."""


class SweepData(TypedDict):
    """One slider's sweep on the wire; p positions of the slider in the order of its axis, n rows of the table."""

    sentence: States
    numbers: list[States]
    """The key numbers in their order; a state is ``[label, value, alert]``."""
    number_widths: list[list[float]]
    """For each key number the widths in ``ch`` of its widest label and of its widest value."""
    fit: States
    """Whether fitting the shares to the cash is a way out: the plan overspends, and an exact one would not."""
    rows: list[RowStates]
    weights: dict[str, list[list[int]]]
    """Column key -> n lists of p weights in thousandths of a percent; see ``weight_code``."""
    sums: dict[str, dict[str, States]]
    """``cash`` and ``total`` -> column key -> the text of that row at the foot of the table."""
    widths: dict[str, float]
    """Column key -> the width in ``ch`` of its widest text in this sweep."""
    totals: list[float]
    """p values of all positions together after the trades, in dollars."""
    tops: Tops


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
    """The amounts of the two sliders: dollars of cash (any sign), dollars of minimum trade (0: exact method only)."""

    cash: Decimal
    min_trade: Decimal


def is_live(problem: Problem) -> bool:
    """Whether the sweeps of a problem are computed quickly enough to be sent."""
    return len(problem.portfolio) <= LIVE_POSITIONS[problem.method]


def axis_points(problem: Problem, axis: Axis, point: Point) -> list[Point]:
    """The positions of one slider through ``point``: one amount runs, the other stays."""
    if axis == "cash":
        return [Point(cash, point.min_trade) for cash in cash_axis(problem.portfolio)]
    return [Point(point.cash, step) for step in min_trade_axis(problem.method)]


def sweep_data(problem: Problem, points: Sequence[Point]) -> SweepData:
    """Solves every point and packs what is shown of it, one after the other, so that few objects are alive at a time.

    Args:
        problem: The question, prepared with as many places as the points have.
        points: The positions of the slider, or the one point that is committed.
    """
    basis = basis_of(problem)
    packing = _Packing(basis)
    questions = [(problem.units(point.cash), problem.units(point.min_trade)) for point in points]
    for question, solution in zip(questions, solve_many(problem, questions), strict=True):
        packing.add(outcome_of(problem, basis, question, solution), fit=fit_helps(problem, question, solution))
    return packing.data()


class _Packing:
    """A sweep in the making: takes outcomes one by one and keeps no part of them but texts and numbers."""

    def __init__(self, basis: Basis) -> None:
        count = range(len(basis.symbols))
        self.basis = basis
        self.unit = 10**basis.scale
        self.by_trade = [column for column in PAGE_COLUMNS if column.follows == "trade"]
        self.by_weight = {column.key: column for column in PAGE_COLUMNS if _swept_weight(column, basis)}
        self.sentence, self.fit = _Known(), _Known()
        self.numbers: list[_Known] = []
        self.sums: dict[str, dict[str, _Known]] = {row: {} for row in SUM_ROWS}
        self.trades: list[dict[tuple[int | Decimal, int], int]] = [{} for _ in count]
        self.rows = [
            RowStates(at=[], side=[], dollars=[], texts={column.key: [] for column in self.by_trade}) for _ in count
        ]
        self.weights: dict[str, list[list[int]]] = {key: [[] for _ in count] for key in self.by_weight}
        self.totals: list[float] = []

    def add(self, outcome: Outcome, *, fit: bool) -> None:
        """Packs one position."""
        self.sentence.add(outcome_sentence(outcome))
        self.fit.add(fit)
        numbers = outcome_numbers(outcome)
        self.numbers = self.numbers or [_Known() for _ in numbers]
        for known, number in zip(self.numbers, numbers, strict=True):
            known.add((number.label, number.value, number.alert))
        for row, cells in sum_cells(outcome).items():
            for key, text in cells.items():
                self.sums[row].setdefault(key, _Known()).add(text)
        self._add_trades(outcome)
        for key, rows in self.weights.items():
            values = self.by_weight[key].values
            for codes, weight in zip(rows, values(outcome) if values else (), strict=True):
                codes.append(weight_code(weight))
        self.totals.append(sum(outcome.values_after) / self.unit)

    def _add_trades(self, outcome: Outcome) -> None:
        columns = [(column, column.values(outcome)) for column in self.by_trade if column.values]
        for i, trade in enumerate(zip(outcome.shares, outcome.cents.moved, strict=True)):
            row, known = self.rows[i], self.trades[i]
            if trade not in known:
                known[trade] = len(known)
                shares, _cents = trade
                row["side"].append(side_of(shares))
                row["dollars"].append(outcome.values_after[i] / self.unit)
                for column, values in columns:
                    row["texts"][column.key].append(column.write(self.basis, values[i]))
            row["at"].append(known[trade])

    def data(self) -> SweepData:
        """What goes on the wire."""
        sums = {row: {key: known.states() for key, known in cells.items()} for row, cells in self.sums.items()}
        weight = max((max(map(max, rows)) for rows in self.weights.values()), default=0) / 1000
        return SweepData(
            sentence=self.sentence.states(),
            numbers=[known.states() for known in self.numbers],
            number_widths=[[widest(state[k] for state in known.at_of) for k in (0, 1)] for known in self.numbers],
            fit=self.fit.states(),
            rows=self.rows,
            weights=self.weights,
            sums=sums,
            widths=self._widths(),
            totals=self.totals,
            tops=tops(weight, max(max(row["dollars"]) for row in self.rows)),
        )

    def _widths(self) -> dict[str, float]:
        """The width of the widest text that each column has in this sweep, its sums among them."""
        texts: dict[str, set[str]] = {c.key: set() for c in self.by_trade}
        for row in self.rows:
            for key, found in row["texts"].items():
                texts[key].update(found)
        for cells in self.sums.values():
            for key, known in cells.items():
                texts.setdefault(key, set()).update(known.at_of)
        return {key: widest(found) for key, found in texts.items()}


class _Known:
    """The different values of one thing, in the order in which they came, and which one each position has."""

    def __init__(self) -> None:
        self.at_of: dict[Any, int] = {}
        self.at: list[int] = []

    def add(self, value: Hashable) -> None:
        self.at.append(self.at_of.setdefault(value, len(self.at_of)))

    def states(self) -> States:
        return States(states=list(self.at_of), at=self.at)


def _swept_weight(column: Column, basis: Basis) -> bool:
    """Whether a column's weights change over a sweep; targets do where something is frozen."""
    return column.follows == "weights" and (column.key != "target" or any(basis.frozen))


def fit_helps(problem: Problem, question: tuple[int, int], solution: Solution) -> bool:
    """Whether a classic plan overspends where the exact method has a plan, known without a search.

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


def weight_code(fraction: float) -> int:
    """A weight in thousandths of a percent, such that ``(code + 50) // 100`` is the tenth ``format_percent`` prints."""
    code, printed = round(fraction * 100_000), 100 * round(fraction * 1000)
    if -50 <= code - printed <= 49:
        return code
    return printed - 50 if code < printed else printed + 49


def percent_texts() -> list[str]:
    """``format_percent`` of every tenth of a percent from 0 to 100: what the codes of weights mean."""
    return [format_percent(tenths / 1000) for tenths in range(1001)]


class PageColumn(TypedDict):
    """A column of the table as the browser has it; see ``columns.Column``."""

    key: str
    title: str
    unit: str
    follows: str
    tone: str
    leaves: str
    widths: list[float]
    """Widths in ``ch``: of the title, and of the widest text that does not follow a slider."""


class Sheet(TypedDict):
    """What does not follow the sliders: n rows of the table, in file order."""

    symbols: list[str]
    columns: list[PageColumn]
    texts: dict[str, list[str | None]]
    """Column key -> n texts that no slider changes; None where one does."""
    reasons: dict[str, list[str]]
    """Why a row trades, where it does, for each side."""
    values: list[float]
    """Dollars before the trades, for the bars."""
    weights: list[float]
    """Percent before the trades, for the bars."""
    targets: list[float]
    """Target weights as fractions, for the marks; a sweep may have its own."""
    percents: list[str]
    axes: dict[str, AxisData]
    tops: Tops


class AxisData(TypedDict):
    """The positions of a slider: amounts by which they are looked up, and as a person reads them."""

    values: list[str]
    labels: list[str]
    ends: list[str]
    """The first and the last amount in few characters."""


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
    targets = basis.targets_before
    texts = _fixed_texts(basis)
    return Sheet(
        symbols=list(basis.symbols),
        columns=[_page_column(column, texts.get(column.key, [])) for column in PAGE_COLUMNS],
        texts=texts,
        reasons={"Buy": [why.buy for why in problem.reasons], "Sell": [why.sell for why in problem.reasons]},
        values=values,
        weights=weights,
        targets=list(targets),
        percents=percent_texts(),
        axes={
            "cash": axis_data(cash_axis(problem.portfolio), basis.currency),
            "min_trade": axis_data(min_trade_axis(problem.method), basis.currency),
        },
        tops=tops(max(*weights, *(100 * target for target in targets)), max(*values, 0.0)),
    )


def _fixed_texts(basis: Basis) -> dict[str, list[str | None]]:
    """The texts of the page's columns that no slider changes; a target that is frozen stays even where others move."""
    count = len(basis.symbols)
    idle = Outcome(basis=basis, cash=0, min_trade=0, fees=0, shares=(0,) * count, moved=(0,) * count)
    texts: dict[str, list[str | None]] = {}
    for column in PAGE_COLUMNS:
        if column.values is None or column.follows == "trade":
            continue
        moves = _swept_weight(column, basis)
        rows = zip(column.fixed(basis), column.values(idle), strict=True)
        found = [text or (None if moves else column.write(basis, value)) for text, value in rows]
        if any(found):
            texts[column.key] = found
    return texts


def _page_column(column: Column, texts: Iterable[str | None]) -> PageColumn:
    title = column.page or ""
    fixed = [text for text in texts if text is not None]
    fixed += percent_texts()[-1:] if column.follows == "weights" else []
    return PageColumn(
        key=column.key,
        title=title,
        unit=column.unit,
        follows=column.follows,
        tone=column.tone,
        leaves=column.leaves,
        widths=[text_width(title), widest(fixed)],
    )
