"""A household's plan by class: what each class, set and fund is worth in all accounts together, and in which it trades.

The model: a row of the tree of targets is a name, how deep it lies, and the holdings below it; its numbers are the sums
of theirs. The holdings themselves come last, each in its account. What no target names is in a row of its own.

Worked example: stocks 60 of VTI and VXUS, where two accounts hold VTI: the rows are stocks, VTI, VTI in Taxable, VTI in
IRA, and VXUS with its accounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..money import format_percent
from ..planning.household import HouseholdPlan
from ..policy.targets import Targets
from ..policy.tree import TargetNode
from ..portfolio import symbol_key
from .classes import TITLES, UNTARGETED
from .household import Holding, holdings
from .trades import DASH


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTotal:
    """One place in the tree of targets, in all accounts together.

    Args:
        name: The class, the set, or the symbol; with its account where the row is one holding.
        level: 0 at the top, 1 inside a class at the top, and so on.
        target: Its share of the household that the targets say, as a fraction; None for one holding.
        rows: The holdings below it, in the order of the accounts.
    """

    name: str
    level: int
    target: float | None
    rows: tuple[Holding, ...]

    @property
    def value(self) -> Decimal:
        """Dollars before the trades."""
        return sum((row.value for row in self.rows), Decimal(0))

    @property
    def value_after(self) -> Decimal:
        """Dollars after the trades."""
        return sum((row.value_after for row in self.rows), Decimal(0))

    @property
    def moved(self) -> Decimal:
        """Dollars that the trades add (+) or take (-)."""
        return sum((row.trade.value for row in self.rows), Decimal(0))

    @property
    def trades(self) -> bool:
        """Whether anything below it trades."""
        return any(row.trade.shares for row in self.rows)


def class_totals(plan: HouseholdPlan, targets: Targets | None) -> list[ClassTotal]:
    """The tree of targets over all accounts, each row before those inside it; what nobody holds is left out.

    Args:
        plan: The plan.
        targets: What it was asked for; None for equal weights.
    """
    held: dict[str, list[Holding]] = {}
    for row in holdings(plan):
        held.setdefault(symbol_key(row.symbol), []).append(row)
    shares = {symbol_key(name): share for name, share in plan.targets.items()}
    taken: set[str] = set()

    def of(symbols: Sequence[str]) -> tuple[Holding, ...]:
        return tuple(row for key in dict.fromkeys(map(symbol_key, symbols)) for row in held.get(key, ()))

    def total(name: str, symbols: Sequence[str], leaves: Sequence[str], level: int) -> Iterator[ClassTotal]:
        rows = of(symbols)
        taken.update(map(symbol_key, symbols))
        if rows:
            target = sum(shares.get(symbol_key(leaf), 0.0) for leaf in leaves)
            yield ClassTotal(name=name, level=level, target=target, rows=rows)

    def alone(symbols: Sequence[str], level: int) -> Iterator[ClassTotal]:
        for row in of(symbols):
            yield ClassTotal(name=f"{row.symbol} in {row.account}", level=level, target=None, rows=(row,))

    def tree(nodes: Sequence[TargetNode], level: int) -> Iterator[ClassTotal]:
        for node in nodes:
            leaves = list(node.leaves())
            yield from total(node.name, [s for leaf in leaves for s in leaf.symbols], [n.name for n in leaves], level)
            yield from tree(node.members, level + 1)
            yield from alone(node.symbols, level + 1)

    found = list(tree((targets or Targets.equal(list(plan.targets))).tree(), 0))
    rest = [symbol for symbol in held if symbol not in taken]
    return [*found, *total(UNTARGETED, rest, (), 0), *alone(rest, 1)]


def household_class_table(plan: HouseholdPlan, targets: Targets | None) -> list[tuple[str, ...]]:
    """The plan by class as text, the titles first; weights have one decimal and are of the whole household."""
    rows = (
        (
            "  " * row.level + row.name,
            plan.money(row.value),
            format_percent(sum(each.now for each in row.rows)),
            DASH if row.target is None else format_percent(row.target),
            plan.money(row.moved, signed=True) if row.trades else DASH,
            plan.money(row.value_after),
            format_percent(sum(each.after for each in row.rows)),
        )
        for row in class_totals(plan, targets)
    )
    return [TITLES, *rows]
