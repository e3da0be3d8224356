"""A plan by class: what each class, set and fund of the tree of targets is worth, should be, trades, and becomes.

The model: a row of the tree is a name, how deep it lies, and the positions below it; its numbers are the sums of
theirs, so no class can say what its funds do not. Positions that no target names come last, in a row of their own.
The command prints the rows (:func:`class_table`); the page has a line for each position and one for each class, and
``sheet`` and ``sweep`` send both alike.

Worked example: stocks 60 of VTI 40 and VXUS 20, and BND 40: the rows are stocks with VTI and VXUS below it, and BND. Of
three positions the page's lines are 0 to 2, and stocks is line 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypedDict

from ..money import format_weight
from ..planning.outcome import Basis, Outcome
from ..planning.plan import Plan
from ..policy.targets import Targets
from ..policy.tree import TargetNode
from ..portfolio import Portfolio, symbol_key
from .trades import DASH

UNTARGETED = "No target"
"""The row of the positions that no target names."""

Kind = Literal["class", "set", "rest", "fund"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One place in the tree of targets.

    Args:
        name: The class, the set, or the symbol.
        level: 0 at the top, 1 inside a class at the top, and so on.
        places: The positions below it, as places in the portfolio, in the order of the tree.
        kind: A ``class``, a ``set`` of substitutes, the ``rest`` that has no target, or a ``fund``: one position.
    """

    name: str
    level: int
    places: tuple[int, ...]
    kind: Kind


def class_rows(portfolio: Portfolio, targets: Targets | None) -> tuple[ClassRow, ...]:
    """The tree of targets over a portfolio, each row before those inside it; what holds no position is left out."""
    if targets is None:
        return tuple(
            ClassRow(name=symbol, level=0, places=(i,), kind="fund") for i, symbol in enumerate(portfolio.symbols)
        )
    of = {symbol_key(symbol): i for i, symbol in enumerate(portfolio.symbols)}

    def rows(nodes: Sequence[TargetNode], level: int) -> Iterator[ClassRow]:
        for node in nodes:
            symbols = [symbol for leaf in node.leaves() for symbol in leaf.symbols]
            places = tuple(dict.fromkeys(of[key] for s in symbols if (key := symbol_key(s)) in of))
            if node.symbols and not node.is_set:
                yield from (fund(i, level) for i in places)
            elif places:
                yield ClassRow(name=node.name, level=level, places=places, kind="set" if node.is_set else "class")
                yield from rows(node.members, level + 1)
                yield from (fund(i, level + 1) for i in places if node.is_set)

    def fund(i: int, level: int) -> ClassRow:
        return ClassRow(name=portfolio.symbols[i], level=level, places=(i,), kind="fund")

    found = tuple(rows(targets.tree(), 0))
    named = {i for row in found for i in row.places}
    others = tuple(i for i in range(len(portfolio)) if i not in named)
    if others:
        rest = ClassRow(name=UNTARGETED, level=0, places=others, kind="rest")
        found = (*found, rest, *(fund(i, 1) for i in others))
    return found


def tree_rows(portfolio: Portfolio, targets: Targets | None) -> tuple[ClassRow, ...]:
    """``class_rows`` where there are classes or sets; none for a flat list of targets."""
    return class_rows(portfolio, targets) if targets is not None and (targets.groups or targets.substitutes) else ()


class ClassLine(TypedDict):
    """A class or a set as the browser has it: its line of the table is that of its place after the positions."""

    name: str
    kind: Kind
    level: int
    lines: list[int]
    """The lines inside it, in the order of the tree."""


class Lines(TypedDict):
    """How the lines of a table lie inside one another; empty for a flat list."""

    top: list[int]
    """The lines that are in no class."""
    classes: list[ClassLine]


def lines_of(rows: Sequence[ClassRow], count: int) -> Lines:
    """The tree of the lines: positions are lines 0 to ``count`` - 1, classes and sets come after them."""
    found = Lines(top=[], classes=[])
    open_rows: list[tuple[int, list[int]]] = [(-1, found["top"])]
    for row in rows:
        while open_rows[-1][0] >= row.level:
            open_rows.pop()
        inside = open_rows[-1][1]
        if row.kind == "fund":
            inside.append(row.places[0])
            continue
        inside.append(count + len(found["classes"]))
        line = ClassLine(name=row.name, kind=row.kind, level=row.level, lines=[])
        found["classes"].append(line)
        open_rows.append((row.level, line["lines"]))
    return found


def summed(values: Sequence[Any], rows: Sequence[ClassRow]) -> list[Any]:
    """The sum of n values in each row."""
    return [sum(values[i] for i in row.places) for row in rows]


class ClassTrade(NamedTuple):
    """What is traded in a row: how many trades, the whole cents that they move together, and those it has after."""

    trades: int
    moved: int
    after: int


def class_trade(outcome: Outcome, row: ClassRow) -> ClassTrade:
    """The trades of a row in whole cents that add up."""
    cents, places = outcome.cents, row.places
    count = sum(1 for i in places if outcome.shares[i])
    return ClassTrade(count, sum(cents.moved[i] for i in places), sum(cents.after[i] for i in places))


def count_text(trades: int) -> str:
    """``2 trades``; a dash for none."""
    return f"{trades:,} trade{'' if trades == 1 else 's'}" if trades else DASH


def trade_texts(basis: Basis, trade: ClassTrade) -> Mapping[str, str]:
    """Column key -> what a person reads of the trades of a row."""
    return {
        "shares": count_text(trade.trades),
        "traded": basis.cents_text(trade.moved, signed=True) if trade.trades else DASH,
        "value_after": basis.cents_text(trade.after),
    }


TITLES = ("Class", "Now", "Weight", "Target", "Trade", "After", "Weight after")


def class_table(plan: Plan, targets: Targets | None) -> list[tuple[str, ...]]:
    """The plan by class as text, the titles first; amounts are whole cents that add up, weights have one decimal."""
    outcome = plan.outcome
    basis, cents = outcome.basis, outcome.cents
    table: list[tuple[str, ...]] = [TITLES]
    for row in class_rows(plan.portfolio, targets):
        texts = trade_texts(basis, class_trade(outcome, row))
        now, weight, target, after = (
            summed(values, [row])[0]
            for values in (cents.now, basis.weights, outcome.targets_after, outcome.weights_after)
        )
        table.append(
            (
                "  " * row.level + row.name,
                basis.cents_text(now),
                format_weight(weight),
                format_weight(target),
                texts["traded"],
                texts["value_after"],
                format_weight(after),
            )
        )
    return table
