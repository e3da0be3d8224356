"""What the page's table and chart show whatever the sliders say: titles, fixed texts, bars before the trades, axes.

The model: a sheet is sent once for a portfolio and its settings; a sweep (see ``sweep``) has what follows a slider.
Weights are sent as numbers, so the sheet has the text of every tenth of a percent once. Worked example: the weight 8149
in thousandths of a percent is entry 81 of ``percents``, "8.1 %". After the n positions come the classes and sets of a
tree of targets, in every list of n values: see ``classes``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TypedDict

from ..money import SLIGHT, format_percent
from ..planning.answer import basis_of
from ..planning.outcome import Basis, Outcome
from ..planning.problem import Problem
from ..planning.reasons import Reasons, by_side
from .axis import Axes, AxisData, axis_data
from .classes import ClassLine, ClassRow, lines_of, summed
from .columns import PAGE_COLUMNS, Column
from .sums import sum_titles
from .tops import Tops, tops
from .widths import text_width, widest


@cache
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
    """What does not follow the sliders: n rows of the table, in file order, then its classes."""

    symbols: list[str]
    classes: list[ClassLine]
    """Classes and sets, each before those inside it; none for a flat list of targets."""
    top: list[int]
    """The lines that are in no class, where there are classes."""
    columns: list[PageColumn]
    texts: dict[str, list[str | None]]
    """Column key -> n texts that no slider changes; None where one does."""
    reasons: Reasons
    """Why each row trades, where it does, in words that hold for any cash."""
    sums: dict[str, list[str]]
    """``cash`` and ``total`` -> what heads the row at the foot: where all rows are shown, and where some are not."""
    values: list[float]
    """Dollars before the trades, for the bars."""
    weights: list[float]
    """Percent before the trades, for the bars."""
    targets: list[float]
    """Target weights as fractions, for the marks; a sweep may have its own."""
    percents: list[str]
    slight: str
    """What a weight above 0 is that no entry of ``percents`` is near."""
    axes: dict[str, AxisData]
    tops: Tops
    class_tops: Tops
    """The same with the bars of classes."""


def sheet_data(problem: Problem, axes: Axes, classes: Sequence[ClassRow] = ()) -> Sheet:
    """What every plan for the same problem shows alike; it depends on neither slider.

    Args:
        problem: The question.
        axes: The positions of its sliders.
        classes: Its tree of targets; none for a flat list.
    """
    basis = basis_of(problem)
    unit = 10**basis.scale
    several = [row for row in classes if row.kind != "fund"]
    values = [value / unit for value in basis.values]
    weights = [100 * weight for weight in basis.weights]
    targets = basis.targets_before
    texts = _fixed_texts(basis, several)
    lines = lines_of(classes, len(basis.symbols))
    all_values, all_weights, all_targets = ([*each, *summed(each, several)] for each in (values, weights, targets))
    return Sheet(
        symbols=list(basis.symbols),
        classes=lines["classes"],
        top=lines["top"],
        columns=[_page_column(column, texts.get(column.key, []), several) for column in PAGE_COLUMNS],
        texts=texts,
        reasons=by_side(problem.reasons),
        sums={row: list(titles) for row, titles in sum_titles(len(basis.symbols)).items()},
        values=all_values,
        weights=all_weights,
        targets=all_targets,
        percents=percent_texts(),
        slight=SLIGHT,
        axes={
            "cash": axis_data(axes.cash, basis.currency),
            "min_trade": axis_data(axes.min_trade, basis.currency),
        },
        tops=_tops(weights, targets, values),
        class_tops=_tops(all_weights, all_targets, all_values),
    )


def _tops(weights: Sequence[float], targets: Sequence[float], values: Sequence[float]) -> Tops:
    return tops(max(*weights, *(100 * target for target in targets)), max(*values, 0.0))


def _fixed_texts(basis: Basis, classes: Sequence[ClassRow]) -> dict[str, list[str | None]]:
    """The texts of the page's columns that no slider changes; a target that is frozen stays even where others move."""
    count = len(basis.symbols)
    idle = Outcome(basis=basis, cash=0, min_trade=0, fees=0, shares=(0,) * count, moved=(0,) * count)
    texts: dict[str, list[str | None]] = {}
    for column in PAGE_COLUMNS:
        if column.values is None or column.follows == "trade":
            continue
        moves = swept_weight(column, basis)
        values = column.values(idle)
        sums = [row.name for row in classes] if column.tone == "symbol" else summed(values, classes)
        rows = zip([*column.fixed(basis), *[""] * len(classes)], [*values, *sums], strict=True)
        found = [text or (None if moves else column.write(basis, value)) for text, value in rows]
        if any(found):
            texts[column.key] = found
    return texts


def _page_column(column: Column, texts: Iterable[str | None], classes: Sequence[ClassRow]) -> PageColumn:
    title = column.page or ""
    fixed = [text for text in texts if text is not None]
    fixed += percent_texts()[-1:] if column.follows == "weights" else []
    if column.tone == "symbol":
        fixed += [title for titles in sum_titles(len(fixed)).values() for title in titles]
        fixed += ["  " * (row.level + 1) + row.name for row in classes]  # further in, and what is inside further still
    return PageColumn(
        key=column.key,
        title=title,
        unit=column.unit,
        follows=column.follows,
        tone=column.tone,
        leaves=column.leaves,
        widths=[text_width(title), widest(fixed)],
    )


def swept_weight(column: Column, basis: Basis) -> bool:
    """Whether a column's weights change over a sweep; targets do where something is frozen, or where there are sets."""
    return column.follows == "weights" and (column.key != "target" or any(basis.frozen) or bool(basis.sets))
