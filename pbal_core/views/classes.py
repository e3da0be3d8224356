"""A plan by class: what each class, set and fund of the tree of targets is worth, should be, trades, and becomes.

The model: a row of the tree is a name, how deep it lies, and the positions below it; its numbers are the sums of
theirs, so no class can say what its funds do not. Positions that no target names come last, in a row of their own.

Worked example: stocks 60 of VTI 40 and VXUS 20, and BND 40: the rows are stocks with VTI and VXUS below it, and BND.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..money import format_percent
from ..planning.plan import Plan
from ..policy.targets import Targets
from ..policy.tree import TargetNode
from ..portfolio import Portfolio, symbol_key
from .trades import DASH

UNTARGETED = "No target"
"""The row of the positions that no target names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One place in the tree of targets.

    Args:
        name: The class, the set, or the symbol.
        level: 0 at the top, 1 inside a class at the top, and so on.
        places: The positions below it, as places in the portfolio, in the order of the tree.
        is_fund: It is one position.
    """

    name: str
    level: int
    places: tuple[int, ...]
    is_fund: bool


def class_rows(portfolio: Portfolio, targets: Targets | None) -> tuple[ClassRow, ...]:
    """The tree of targets over a portfolio, each row before those inside it; what holds no position is left out."""
    if targets is None:
        return tuple(
            ClassRow(name=symbol, level=0, places=(i,), is_fund=True) for i, symbol in enumerate(portfolio.symbols)
        )
    of = {symbol_key(symbol): i for i, symbol in enumerate(portfolio.symbols)}

    def rows(nodes: Sequence[TargetNode], level: int) -> Iterator[ClassRow]:
        for node in nodes:
            symbols = [symbol for leaf in node.leaves() for symbol in leaf.symbols]
            places = tuple(dict.fromkeys(of[key] for s in symbols if (key := symbol_key(s)) in of))
            if node.symbols and not node.is_set:
                yield from (fund(i, level) for i in places)
            elif places:
                yield ClassRow(name=node.name, level=level, places=places, is_fund=False)
                yield from rows(node.members, level + 1)
                yield from (fund(i, level + 1) for i in places if node.is_set)

    def fund(i: int, level: int) -> ClassRow:
        return ClassRow(name=portfolio.symbols[i], level=level, places=(i,), is_fund=True)

    found = tuple(rows(targets.tree(), 0))
    named = {i for row in found for i in row.places}
    others = tuple(i for i in range(len(portfolio)) if i not in named)
    if others:
        rest = ClassRow(name=UNTARGETED, level=0, places=others, is_fund=False)
        found = (*found, rest, *(fund(i, 1) for i in others))
    return found


TITLES = ("Class", "Now", "Weight", "Target", "Trade", "After", "Weight after")


def class_table(plan: Plan, targets: Targets | None) -> list[tuple[str, ...]]:
    """The plan by class as text, the titles first; amounts are whole cents that add up, weights have one decimal."""
    outcome = plan.outcome
    basis, cents = outcome.basis, outcome.cents
    table: list[tuple[str, ...]] = [TITLES]
    for row in class_rows(plan.portfolio, targets):
        moved = sum(cents.moved[i] for i in row.places)
        table.append(
            (
                "  " * row.level + row.name,
                basis.cents_text(sum(cents.now[i] for i in row.places)),
                format_percent(sum(basis.weights[i] for i in row.places)),
                format_percent(sum(outcome.targets_after[i] for i in row.places)),
                basis.cents_text(moved, signed=True) if any(cents.moved[i] for i in row.places) else DASH,
                basis.cents_text(sum(cents.after[i] for i in row.places)),
                format_percent(sum(outcome.weights_after[i] for i in row.places)),
            )
        )
    return table
