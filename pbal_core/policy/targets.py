"""Target weights: any assets, any weights, groups of them, substitutes, and the TOML file that holds them.

The model: a target names a symbol, a group or a set of substitutes and gives it a weight; see ``tree``. Weights are
fractions that sum to 1 or percents that sum to 100; their sum shows which. Inside they are exact fractions that sum to
exactly 1. A weight of zero means: do not buy, sell first. So does a position without a target.

Worked example: this file means VXUS 0.198, BND 0.2, VTEB 0.2, and 0.402 of VTI or VTSAX, which are the same to the
investor: VTI is bought, VTSAX is sold first::

    [targets]
    stocks = 60
    bonds = 40

    [groups]
    bonds = ["BND", "VTEB"]        # equally

    [groups.stocks]
    US = 67
    VXUS = 33

    [substitutes]
    US = ["VTI", "VTSAX"]

    [prices]        # only for what is to be bought and not held yet
    VTEB = 50.12
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..errors import RequestError, TargetError
from ..money import Amount, divide_half_even, from_units, to_amount
from ..portfolio import Portfolio, symbol_key
from .tables import read_toml, write_toml
from .tree import A_WEIGHT, Members, TargetNode, is_whole, target_tree, tree_problems

A_PRICE = "a price such as 72.55"


@dataclass(frozen=True, init=False, eq=False)
class Targets:
    """Target weights, as they were given.

    Targets are equal where they ask for the same: the order of the weights, of the groups and of the symbols in a group
    is only how they are shown.

    Args:
        weights: Symbol, group or set -> weight >= 0. Fractions that sum to 1 or percents that sum to 100, within one
            millionth.
        groups: Group -> its members: a list, which shares equally, or a table of shares >= 0 that sum to 1 or to 100,
            where each percent may be 0.05 off. A member is a symbol, a set, or another group.
        prices: Symbol -> price in dollars, for symbols that are not held yet.
        substitutes: Set -> its symbols, which are one asset; the first that may be bought is bought.

    Raises:
        TargetError: With everything that is wrong, one line each.
    """

    weights: tuple[tuple[str, Decimal], ...]
    groups: tuple[tuple[str, Members], ...]
    prices: tuple[tuple[str, Decimal], ...]
    substitutes: tuple[tuple[str, tuple[str, ...]], ...]

    def __init__(
        self,
        weights: Mapping[str, Amount],
        groups: Mapping[str, Sequence[str] | Mapping[str, Amount]] | None = None,
        prices: Mapping[str, Amount] | None = None,
        substitutes: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        problems: list[str] = []
        if groups is not None and not isinstance(groups, Mapping):
            raise TargetError("the groups must be a table, such as {'bonds': ['BND', 'VTEB']}.")
        if substitutes is not None and not isinstance(substitutes, Mapping):
            raise TargetError("the substitutes must be a table, such as {'US': ['VTI', 'ITOT']}.")
        members = [(name, _members(name, given, problems)) for name, given in (groups or {}).items()]
        # A file has lists before tables, so that what is written and read again is equal.
        members.sort(key=lambda group: not isinstance(group[1][0], str) if group[1] else False)
        sets = [(name, _symbols("set", name, given, problems)) for name, given in (substitutes or {}).items()]
        object.__setattr__(self, "weights", tuple(_amounts(weights, "the weight of", problems, A_WEIGHT)))
        object.__setattr__(self, "groups", tuple(members))
        object.__setattr__(self, "prices", tuple(_amounts(prices or {}, "the price of", problems, A_PRICE)))
        object.__setattr__(self, "substitutes", tuple(sets))
        problems += dict.fromkeys(self._problems())
        if problems:
            raise TargetError("\n".join(problems))

    def _problems(self) -> Iterator[str]:
        for name, weight in self.weights:
            if weight < 0:
                yield f"the weight of {name} is {weight}; a weight of 0 or more is needed."
        yield from _too_low(self.prices)
        yield from tree_problems(self.weights, dict(self.groups), dict(self.substitutes))
        weights = [weight for _, weight in self.weights]
        if not weights:
            yield "there is no target; at least one is needed."
        elif not is_whole(weights, rounded=False):
            needed = "fractions that sum to 1 or percents that sum to 100 are needed"
            yield f"the targets sum to {float(sum(weights)):.10g}; {needed}."

    def tree(self) -> tuple[TargetNode, ...]:
        """The targets in their places, those at the top first, in the order given."""
        return self._tree

    @cached_property
    def _tree(self) -> tuple[TargetNode, ...]:
        return target_tree(self.weights, dict(self.groups), dict(self.substitutes))

    def leaves(self) -> tuple[TargetNode, ...]:
        """What plans have targets for: the symbols and sets, in the order given; their weights sum to exactly 1."""
        return self._leaves

    @cached_property
    def _leaves(self) -> tuple[TargetNode, ...]:
        return tuple(leaf for node in self._tree for leaf in node.leaves())

    def __eq__(self, other: object) -> bool:
        return self._asked() == other._asked() if isinstance(other, Targets) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._asked())

    def _asked(self) -> tuple[frozenset[Any], ...]:
        """What is asked for, without an order."""
        groups = frozenset((name, frozenset(symbols)) for name, symbols in self.groups)
        return frozenset(self.weights), groups, frozenset(self.substitutes), frozenset(self.prices)

    def fractions(self) -> dict[str, Fraction]:
        """Symbol -> exact weight, in the order given; they sum to exactly 1. A set's weight is its first symbol's."""
        weights: dict[str, Fraction] = {}
        for leaf in self.leaves():
            weights |= {leaf.symbols[0]: leaf.weight} | dict.fromkeys(leaf.symbols[1:], Fraction(0))
        return weights

    @classmethod
    def equal(cls, symbols: Iterable[str]) -> Targets:
        """The same weight for every symbol, in percent."""
        named = list(symbols)
        share = from_units(divide_half_even(100 * 10**10, len(named) or 1), 10)
        return cls(dict.fromkeys(named, share))

    @classmethod
    def current(cls, portfolio: Portfolio) -> Targets:
        """The weights that the portfolio has now, in percent to four decimals that sum to exactly 100.

        Raises:
            TargetError: The portfolio is worth nothing.
        """
        total = Fraction(portfolio.value)
        if not total:
            raise TargetError("the portfolio is worth nothing, so it has no current weights; give targets.")
        exact = {p.symbol: Fraction(p.value) / total * 1_000_000 for p in portfolio}
        steps = {symbol: int(share) for symbol, share in exact.items()}
        # The steps that rounding down has lost go to the largest remainders.
        for symbol in sorted(exact, key=lambda s: (steps[s] - exact[s], s))[: 1_000_000 - sum(steps.values())]:
            steps[symbol] += 1
        return cls({symbol: from_units(count, 4) for symbol, count in steps.items()})

    def priced(self, prices: Mapping[str, Amount]) -> Targets:
        """The same targets with other prices; each counts before the one that the targets have.

        Raises:
            TargetError: A price cannot be used.
        """
        if not isinstance(prices, Mapping):
            raise TargetError("the prices must be a table, such as {'VTEB': '50.12'}.")
        again = set(map(symbol_key, prices))
        kept = {symbol: price for symbol, price in self.prices if symbol_key(symbol) not in again}
        problems: list[str] = []
        self.leaves()  # no price changes them, so the copy need not work them out again
        other = copy(self)
        object.__setattr__(other, "prices", tuple(_amounts(kept | dict(prices), "the price of", problems, A_PRICE)))
        problems += _too_low(other.prices)
        if problems:
            raise TargetError("\n".join(problems))
        return other

    def _groups(self) -> dict[str, Sequence[str] | dict[str, Decimal]]:
        """The groups as they are given to the constructor."""
        return {
            name: [each for each in members if isinstance(each, str)] or _pairs(members)
            for name, members in self.groups
        }

    def to_dict(self) -> dict[str, Any]:
        """The targets as plain tables of texts and lists: targets, and groups and the like where there are any."""
        groups = {
            name: {each: f"{share:f}" for each, share in shares.items()} if isinstance(shares, dict) else list(shares)
            for name, shares in self._groups().items()
        }
        tables = {
            "targets": {name: f"{weight:f}" for name, weight in self.weights},
            "groups": groups,
            "substitutes": {name: list(symbols) for name, symbols in self.substitutes},
            "prices": {symbol: f"{price:f}" for symbol, price in self.prices},
        }
        return {name: table for name, table in tables.items() if table}

    @classmethod
    def from_dict(cls, tables: Mapping[str, Any]) -> Targets:
        """Reads what ``to_dict`` or a file says; other tables are none of its business.

        Raises:
            TargetError: What the constructor refuses.
        """
        table = tables.get
        return cls(table("targets", {}), table("groups"), table("prices"), table("substitutes"))

    @classmethod
    def from_toml(cls, text: str) -> Targets:
        """Reads the text of a targets file; see the module for its form. ``Policy.from_toml`` reads constraints too.

        Raises:
            TargetError: No TOML, an unknown table, or what the constructor refuses.
        """
        return cls.from_dict(read_toml(text))

    def to_toml(self) -> str:
        """The targets as the text of a file that ``from_toml`` reads back to equal targets."""
        return write_toml(self.to_dict())


def _amounts(table: Mapping[str, Amount], what: str, problems: list[str], needed: str) -> Iterator[tuple[str, Decimal]]:
    if not isinstance(table, Mapping):
        raise TargetError(f"{what} each symbol must be in a table, such as {{'VTI': 60, 'BND': 40}}.")
    for name, amount in table.items():
        try:
            yield name, to_amount(amount, f"{what} {name}", needed=needed)
        except RequestError as error:
            problems.append(str(error))


def _too_low(prices: Iterable[tuple[str, Decimal]]) -> Iterator[str]:
    for symbol, price in prices:
        if price <= 0:
            yield f"the price of {symbol} is {price}; a price above 0 is needed."


def _pairs(members: Members) -> dict[str, Decimal]:
    return {each[0]: each[1] for each in members if not isinstance(each, str)}


def _members(name: str, given: Sequence[str] | Mapping[str, Amount], problems: list[str]) -> Members:
    if not isinstance(given, Mapping):
        return _symbols("group", name, given, problems)
    if not given:
        problems.append(f"the group {name} is empty; at least one symbol is needed.")
    return tuple(_amounts(given, f"the share in {name} of", problems, A_WEIGHT))


def _symbols(kind: str, name: str, symbols: Sequence[str], problems: list[str]) -> tuple[str, ...]:
    if isinstance(symbols, str) or not isinstance(symbols, Sequence) or not all(isinstance(s, str) for s in symbols):
        problems.append(f'the {kind} {name} must be a list of symbols, such as ["BND", "VTEB"].')
        return ()
    if not symbols:
        problems.append(f"the {kind} {name} is empty; at least one symbol is needed.")
    return tuple(symbols)
