"""What a slider looks up while it is dragged: the plan of every position, as numbers and ready-made text.

The model: two sliders, cash and minimum trade, span a plane of plans. The browser gets two lines of it through the
current point: the *cash sweep* (every cash at the current minimum trade) and the *minimum trade sweep* (every minimum
trade at the current cash). Both are solved here, by the same function that solves the committed plan, so a position of
a slider and the plan for its amount are the same thing. The browser looks up; it decides and formats nothing.

On the wire, texts are sent as :class:`States`: the different ones once, and for each position which one it has. A trade
changes at few of the positions, so this is about a tenth of the plain text. Worked example: "nothing, nothing,
Buy 1, Buy 1" is ``states = [nothing, Buy 1], at = [0, 0, 1, 1]``.

After the n positions come the classes and sets of a tree of targets, packed as if they were positions: what the browser
shows of a class was summed and written here.

Weights change everywhere, so they are integers, thousandths of a percent, kept on the side of the tenth that is
printed: 8.1499 % is printed as 8.1 % and sent as 8149.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypedDict

from ..planning.answer import basis_of, outcome_of
from ..planning.outcome import Basis, Outcome
from ..planning.problem import Problem
from ..planning.reasons import Reasons, by_side
from ..planning.solution import Solution
from ..planning.solve import solve_many
from ..planning.strategy import Method
from .axis import Point
from .balance import balanced_after
from .classes import ClassRow, ClassTrade, class_trade, summed, trade_texts
from .columns import PAGE_COLUMNS
from .drift import Band
from .landmarks import Landmark, all_in_band
from .numbers import outcome_numbers
from .sheet import swept_weight
from .states import Known, States
from .summary import outcome_sentence
from .sums import SUM_ROWS, sum_cells
from .tops import Tops, tops
from .trades import side_of
from .widths import widest

LIVE_POSITIONS: dict[Method, int] = {Method.CLASSIC: 250, Method.EXACT: 200}
"""Above this many positions the sweeps take too long: the plan is computed on release, and the page says so."""


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


class LandmarkData(TypedDict):
    """A position of the slider that somebody looks for."""

    place: int
    """Its index on the axis."""
    words: str
    """What it is, to be read after the amount."""


class SweepData(TypedDict):
    """One slider's sweep on the wire; p positions of the slider in the order of its axis, n rows and classes."""

    places: list[int]
    """Which positions of the axis these are; all of them once somebody reaches for the slider."""
    balance: list[int]
    """How balanced each plan is, in thousandths; -1 where there is none. The line along the slider of cash."""
    trades: list[int]
    """How many trades each plan has; the line along the slider of the minimum trade."""
    landmarks: list[LandmarkData]
    """Lowest amount first."""
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
    reasons: Reasons | None
    """Why each row trades, where it does: where all positions have the same cash, and so the reasons know it."""
    totals: list[float]
    """p values of all positions together after the trades, in dollars."""
    tops: Tops
    class_tops: Tops
    """The same with the bars of classes."""


def is_live(problem: Problem) -> bool:
    """Whether the sweeps of a problem are computed quickly enough to be sent."""
    return len(problem.portfolio) <= LIVE_POSITIONS[problem.method]


def sweep_data(
    problem: Problem,
    points: Sequence[Point],
    *,
    places: Sequence[int] | None = None,
    marks: Sequence[Landmark] = (),
    classes: Sequence[ClassRow] = (),
) -> SweepData:
    """Solves every point and packs what is shown of it, one after the other, so that few objects are alive at a time.

    Args:
        problem: The question, prepared with as many decimals as the points have.
        points: Positions of the slider, or the one point that is committed.
        places: Their indices on the axis; None where they are the whole axis.
        marks: The landmarks of cash, where the points run over the cash.
        classes: The tree of targets; none for a flat list.
    """
    return packed(problem, points, places=places, marks=marks, classes=classes)[0]


def packed(
    problem: Problem,
    points: Sequence[Point],
    *,
    places: Sequence[int] | None = None,
    marks: Sequence[Landmark] = (),
    classes: Sequence[ClassRow] = (),
    solutions: Iterable[Solution] | None = None,
) -> tuple[SweepData, Outcome]:
    """``sweep_data``, and the outcome of the last point; solves nothing where the solutions are known."""
    basis = basis_of(problem)
    cash = {point.cash for point in points}
    reasons = by_side(problem.reasons_for(problem.units(*cash))) if len(cash) == 1 else None
    several = [row for row in classes if row.kind != "fund"]
    packing = _Packing(basis, several, band=next((mark.limits for mark in marks if mark.key == "band"), None))
    questions = [(problem.units(point.cash), problem.units(point.min_trade)) for point in points]
    known_or_found = solve_many(problem, questions) if solutions is None else solutions
    for question, solution in zip(questions, known_or_found, strict=True):
        outcome = outcome_of(problem, basis, question, solution)
        packing.add(outcome, fit=fit_helps(problem, question, solution))
    indices = list(range(len(points)) if places is None else places)
    found = [(mark, packing.place(mark, [point.cash for point in points])) for mark in marks]
    known = sorted((i, mark.words) for mark, i in found if i is not None)
    placed = [LandmarkData(place=indices[i], words=words) for i, words in known]
    return packing.data(indices, placed, reasons), outcome


class _Packing:
    """A sweep in the making: takes outcomes one by one and keeps no part of them but texts and numbers."""

    def __init__(self, basis: Basis, classes: Sequence[ClassRow], *, band: Band | None) -> None:
        self.positions = len(basis.symbols)
        count = range(self.positions + len(classes))
        self.basis = basis
        self.classes = classes
        self.band = band
        self.unit = 10**basis.scale
        self.by_trade = [column for column in PAGE_COLUMNS if column.follows == "trade"]
        self.by_weight = {column.key: column for column in PAGE_COLUMNS if swept_weight(column, basis)}
        self.sentence, self.fit = Known(), Known()
        self.numbers: list[Known] = []
        self.sums: dict[str, dict[str, Known]] = {row: {} for row in SUM_ROWS}
        self.trades: list[dict[tuple[int | Decimal, int] | ClassTrade, int]] = [{} for _ in count]
        self.rows = [
            RowStates(at=[], side=[], dollars=[], texts={column.key: [] for column in self.by_trade}) for _ in count
        ]
        self.weights: dict[str, list[list[int]]] = {key: [[] for _ in count] for key in self.by_weight}
        self.totals: list[float] = []
        self.balance: list[int] = []
        self.traded: list[int] = []
        self.in_band: list[bool] = []

    def add(self, outcome: Outcome, *, fit: bool) -> None:
        """Packs one position."""
        self.sentence.add(outcome_sentence(outcome))
        self.fit.add(fit)
        numbers = outcome_numbers(outcome)
        self.numbers = self.numbers or [Known() for _ in numbers]
        for known, number in zip(self.numbers, numbers, strict=True):
            known.add((number.label, number.value, number.alert))
        for row, cells in sum_cells(outcome).items():
            for key, text in cells.items():
                if key not in self.sums[row]:
                    self.sums[row][key] = Known()
                self.sums[row][key].add(text)
        self._add_trades(outcome)
        for key, rows in self.weights.items():
            found = self.by_weight[key].values
            weights = found(outcome) if found else ()
            for codes, weight in zip(rows, [*weights, *summed(weights, self.classes)], strict=True):
                codes.append(weight_code(weight))
        self.totals.append(sum(outcome.values_after) / self.unit)
        self.balance.append(-1 if outcome.refusal else round(1000 * balanced_after(outcome)))
        self.traded.append(sum(map(bool, outcome.shares)))
        if self.band is not None:
            weights, targets = map(outcome.basis.by_asset, (outcome.weights_after, outcome.targets_after))
            self.in_band.append(not outcome.refusal and all_in_band(weights, targets, self.band))

    def place(self, mark: Landmark, amounts: Sequence[Decimal]) -> int | None:
        """Which of the packed positions keeps what a landmark says; None where none does."""
        if mark.key != "band":
            return next((i for i, amount in enumerate(amounts) if amount == mark.amount), None)
        return next((i for i, amount in enumerate(amounts) if amount >= mark.amount and self.in_band[i]), None)

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
        for i, several in enumerate(self.classes, start=self.positions):
            self._add_class(outcome, several, self.rows[i], self.trades[i])

    def _add_class(
        self,
        outcome: Outcome,
        several: ClassRow,
        row: RowStates,
        known: dict[tuple[int | Decimal, int] | ClassTrade, int],
    ) -> None:
        """The trades of a class, which is neither bought nor sold itself."""
        trade = class_trade(outcome, several)
        if trade not in known:
            known[trade] = len(known)
            row["side"].append("")
            row["dollars"].append(summed(outcome.values_after, [several])[0] / self.unit)
            texts = trade_texts(self.basis, trade)
            for column in self.by_trade:
                row["texts"][column.key].append(texts[column.key])
        row["at"].append(known[trade])

    def _tops(self, count: int) -> Tops:
        """Ends above the bars of the first ``count`` rows."""
        weight = max((max(map(max, rows[:count])) for rows in self.weights.values()), default=0) / 1000
        return tops(weight, max(max(row["dollars"]) for row in self.rows[:count]))

    def data(self, places: list[int], landmarks: list[LandmarkData], reasons: Reasons | None) -> SweepData:
        """What goes on the wire."""
        sums = {row: {key: known.states() for key, known in cells.items()} for row, cells in self.sums.items()}
        return SweepData(
            places=places,
            balance=self.balance,
            trades=self.traded,
            landmarks=landmarks,
            sentence=self.sentence.states(),
            numbers=[known.states() for known in self.numbers],
            number_widths=[[widest(state[k] for state in known.at_of) for k in (0, 1)] for known in self.numbers],
            fit=self.fit.states(),
            rows=self.rows,
            weights=self.weights,
            sums=sums,
            widths=self._widths(),
            reasons=reasons,
            totals=self.totals,
            tops=self._tops(self.positions),
            class_tops=self._tops(len(self.rows)),
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
    """A weight in thousandths of a percent, such that ``(code + 50) // 100`` is the tenth ``format_percent`` prints.

    A weight above 0 never has the code 0: from 1 to 49 it is too slight for a tenth.
    """
    code, printed = round(fraction * 100_000), 100 * round(fraction * 1000)
    if -50 <= code - printed <= 49:
        return max(code, 1) if fraction > 0 else code
    return printed - 50 if code < printed else printed + 49
