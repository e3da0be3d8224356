"""The positions of the two sliders: round amounts that fit the portfolio, and how they are written.

The model: people move a small part of what they have, so the cash slider is fine near zero and coarse beyond. Up to
about a ninth of the portfolio its positions are equal steps of 1, 2, 2.5, 4 or 5 times a power of ten; from there to
the whole of it they are round amounts, each 2 to 13 % more than the one before. Between 0.2 and 10 % of the portfolio
there is more than a third of the track. The minimum trade runs over round amounts from about a ten-thousandth to a
tenth of the portfolio, at most 17 % apart; at most 34 % where the exact method searches among fractions of shares,
which takes longer. The positions are a function of the portfolio and of what was asked for beyond them.

Worked example: 112,900 dollars have steps of 50 dollars up to 12,450, then 12,500, 13,000, 13,500 ... 105,000, 110,000,
and the same for a withdrawal.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from math import ceil, floor
from typing import Literal, TypedDict

from ..money import MAX_CASH, format_money, format_round
from ..planning.problem import Problem
from ..planning.strategy import Method

Axis = Literal["cash", "min_trade"]

_ROUND = (10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 25, 28, 30, 32, 35, 40, 45, 50, 55, 60, 70, 80, 90)
"""Round amounts of one decade: whoever reads one knows it, and each is at most a sixth more than the one before."""
_WIDER = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
"""Fewer of them, for the minimum trade where fractions make each search long: each is at most a third more."""
_CLOSER = (*range(100, 200, 5), *range(200, 400, 20), *range(400, 1000, 50))
"""More of them, for the slider of cash beyond its equal steps: each is at most an eighth more than the one before."""
_STEPS = (1, 2, 2.5, 4, 5)
_FINE = Decimal("0.11")
"""The part of the portfolio up to which the cash slider has equal steps."""
_LEAST_WORTH = 10_000
"""Dollars that a portfolio counts as at least: who holds less still invests more."""
MAX_MIN_TRADE = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fineness:
    """How fine the sliders are for portfolios of up to ``count`` positions; time is what limits it.

    Args:
        count: Positions of the portfolio.
        parts: Into how many parts the steps near zero divide its worth at least.
        few: About how many positions of the slider of cash are computed before anybody reaches for it; of the minimum
            trade, at which the plan changes less often, it is a quarter.
    """

    count: int
    parts: int
    few: int


_FINENESS = {
    Method.CLASSIC: (
        _Fineness(count=15, parts=1500, few=16),
        _Fineness(count=100, parts=1000, few=12),
        _Fineness(count=10**9, parts=600, few=12),
    ),
    Method.EXACT: (
        _Fineness(count=15, parts=1500, few=16),
        _Fineness(count=60, parts=700, few=12),
        _Fineness(count=10**9, parts=400, few=12),
    ),
}


def _fineness(problem: Problem) -> _Fineness:
    """How fine the sliders of a problem are; a search among fractions of shares is as long as one of many funds."""
    rows, count = _FINENESS[problem.method], len(problem.portfolio)
    if problem.method == Method.EXACT and any(problem.lots):
        return rows[-1]
    return next(row for row in rows if count <= row.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """The positions of both sliders, in dollars, lowest first."""

    cash: tuple[Decimal, ...]
    min_trade: tuple[Decimal, ...]

    def of(self, axis: Axis) -> tuple[Decimal, ...]:
        """The positions of one of them."""
        return self.cash if axis == "cash" else self.min_trade

    def hold(self, point: Point) -> bool:
        """Whether a point is not beyond the ends; a smaller minimum trade than the first is shown there."""
        return self.cash[0] <= point.cash <= self.cash[-1] and point.min_trade <= self.min_trade[-1]


@dataclass(frozen=True, slots=True)
class Point:
    """The amounts of the two sliders: dollars of cash (any sign), dollars of minimum trade (0: exact method only)."""

    cash: Decimal
    min_trade: Decimal


def axes_for(problem: Problem, asked: Sequence[Point] = (), marks: Iterable[Decimal] = ()) -> Axes:
    """The sliders of a problem.

    Args:
        problem: What is asked about.
        asked: Amounts that were asked for; the sliders reach them all.
        marks: Amounts of cash that are positions too. The slider reaches them up to ten times the portfolio.
    """
    worth, parts, marks = problem.portfolio.value, _fineness(problem).parts, list(marks)
    fractions = problem.method == Method.EXACT and any(problem.lots)
    near = [mark for mark in marks if mark <= 10 * worth]
    return Axes(
        cash=cash_axis(worth, parts, reach=[*(point.cash for point in asked), *near], marks=marks),
        min_trade=min_trade_axis(
            worth,
            problem.method,
            len(problem.portfolio),
            reach=[point.min_trade for point in asked],
            rounds=_WIDER if fractions else _ROUND,
        ),
    )


def cash_axis(
    worth: Decimal, parts: int = 1500, *, reach: Sequence[Decimal] = (), marks: Iterable[Decimal] = ()
) -> tuple[Decimal, ...]:
    """Amounts of the cash slider, lowest first; zero is among them.

    Args:
        worth: Dollars of the whole portfolio.
        parts: Into how many parts the steps near zero divide it at least.
        reach: Amounts that were asked for: the slider goes on to the next round amount beyond them.
        marks: Amounts between its ends that are positions as well.

    Returns:
        Whole dollars besides the marks. No withdrawal is beyond the portfolio's worth, unless one was asked for.
    """
    counted = min(max(worth, Decimal(_LEAST_WORTH)), MAX_CASH)
    step = _step(counted / parts)
    fine = ceil(_FINE * counted / step) * step
    high = _side(step, fine, min(_end(counted, max(reach, default=Decimal(0))), int(MAX_CASH)))
    low = _side(step, fine, min(_end(worth, -min(reach, default=Decimal(0))), int(MAX_CASH)))
    positions = {*(-amount for amount in low), 0, *high}
    inside = (mark for mark in marks if -(low or [0])[-1] < mark < high[-1])
    return tuple(sorted({*map(Decimal, positions), *inside}))


def _side(step: int, fine: int, end: int) -> list[int]:
    """One side of zero: equal steps, then round amounts."""
    equal = range(step, min(fine, end) + 1, step)
    return [*equal, *takewhile(lambda amount: amount <= end, _rounds(fine, _CLOSER))]


def _end(worth: Decimal, reach: Decimal) -> int:
    """Where a side ends: where the portfolio does, or at the first round amount that is not below what is wanted."""
    if reach <= worth:
        return floor(worth)
    return next(amount for amount in _rounds(0) if amount >= reach)


def _rounds(beyond: int, decade_of: Sequence[int] = _ROUND) -> Iterator[int]:
    """Round amounts above ``beyond`` without end, lowest first."""
    decade = 10 ** max(0, len(str(beyond)) - len(str(decade_of[0])))
    while True:
        yield from (amount for part in decade_of if (amount := part * decade) > beyond)
        decade *= 10


def _step(most: Decimal) -> int:
    """The largest of 1, 2, 2.5, 4 and 5 times a power of ten that is whole and not above ``most``; at least 1."""
    decade = 10 ** max(0, most.adjusted())
    steps = [int(part * decade) for part in _STEPS if part * decade == int(part * decade)]
    return max((step for step in steps if step <= most), default=1)


def min_trade_axis(
    worth: Decimal, method: Method, count: int = 1, *, reach: Sequence[Decimal] = (), rounds: Sequence[int] = _ROUND
) -> tuple[Decimal, ...]:
    """Amounts of the minimum trade slider: whole round dollars, from a ten-thousandth to a tenth of the portfolio.

    Args:
        worth: Dollars of the whole portfolio.
        method: The exact method needs no minimum, so there the first position is 0.
        count: Positions of the portfolio; where there are more than ten, a larger trade than an average one ends it.
        reach: Amounts that were asked for.
        rounds: The round amounts of one decade, lowest first.
    """
    counted = max(worth, Decimal(_LEAST_WORTH))
    most = min(max(counted / max(count, 10), *reach, Decimal(0)), MAX_MIN_TRADE)
    least = 10 ** max(0, min(counted, 10 * MAX_MIN_TRADE).adjusted() - 4)
    none = [0] if method == Method.EXACT else []
    inside = list(takewhile(lambda amount: amount < most, _rounds(least - 1, rounds)))
    return tuple(map(Decimal, [*none, *inside, next(amount for amount in _rounds(0, rounds) if amount >= most)]))


def nearest(axis: Sequence[Decimal], amount: Decimal) -> int:
    """Index of the position nearest to ``amount``, the lower one of two; the ends where it lies beyond them."""
    after = min(bisect_left(axis, amount), len(axis) - 1)
    return min(max(0, after - 1), after, key=lambda i: (abs(axis[i] - amount), i))


def axis_points(axes: Axes, axis: Axis, point: Point, places: Iterable[int] | None = None) -> list[Point]:
    """The positions of one slider through ``point``, or some of them: one amount runs, the other stays."""
    amounts = axes.of(axis)
    chosen = amounts if places is None else [amounts[i] for i in places]
    if axis == "cash":
        return [Point(cash, point.min_trade) for cash in chosen]
    return [Point(point.cash, step) for step in chosen]


def few_places(problem: Problem, axes: Axes, axis: Axis, marks: Iterable[Decimal] = ()) -> list[int]:
    """Some positions of a slider, evenly spread: both ends, nothing, and the marks are among them.

    They show where the slider leads until somebody reaches for it, at a fraction of the price of all of them.
    """
    amounts = axes.of(axis)
    wanted = _fineness(problem).few // (1 if axis == "cash" else 4)
    every = -(-len(amounts) // wanted)
    named = {Decimal(0), *marks}
    return [i for i, amount in enumerate(amounts) if not i % every or i == len(amounts) - 1 or amount in named]


class AxisData(TypedDict):
    """The positions of a slider: amounts by which they are looked up, and as a person reads them."""

    values: list[str]
    labels: list[str]
    ends: list[str]
    """The first and the last amount in few characters."""


def axis_data(axis: Sequence[Decimal], currency: str = "USD") -> AxisData:
    """The positions of a slider as text, the labels with the currency's sign."""
    labels = [format_money(amount, currency=currency) for amount in axis]
    ends = [format_round(int(amount), currency) for amount in (axis[0], axis[-1])]
    return AxisData(values=[plain(amount) for amount in axis], labels=labels, ends=ends)


def plain(amount: Decimal) -> str:
    """An amount as it is looked up: ``5000``, ``5033.51``, never an exponent or zeros after the point."""
    text = f"{amount:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
