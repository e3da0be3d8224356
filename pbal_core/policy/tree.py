"""Targets as people think them: classes, shares inside a class, and interchangeable funds.

The model: a target names a symbol, a group or a set of substitutes. A group shares its weight out over its members,
equally or by shares of their own; each level is exact fractions that sum to 1. A set is one fund to the investor: it
is bought in its first symbol that may be bought. What has no members is a leaf; leaves are what plans have targets for.

Worked example: stocks 60 with US 67 and International 33, where US is VTI or VTSAX: the leaf US has two symbols and
the weight 0.6 * 0.67 = 0.402.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter

from ..portfolio import SYMBOL, bad_symbol_message, symbol_key

ROUNDING = Decimal("0.05")
"""How far a weight in percent may be off because it was rounded to a tenth."""
A_WEIGHT = "a weight such as 60 or 33.3"
SUM_TOLERANCE = Fraction(1, 1_000_000)
"""How far a sum that was not rounded may be from 1 or 100, as a fraction of it."""
DEEPEST = 20
"""The most levels of groups."""

Shares = tuple[tuple[str, Decimal], ...]
Members = tuple[str, ...] | Shares
"""The members of a group: names alone share equally; pairs have a share each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetNode:
    """One target in its place: a symbol, a set of substitutes, or a group with its members.

    Args:
        name: The symbol, or the name of the set or group.
        share: Its part of the group that holds it, or of everything at the top; those beside one another sum to 1.
        weight: Its part of everything.
        symbols: Of a leaf the symbols, the first to buy first; none for a group.
        members: Of a group its members in the order given; none for a leaf.
    """

    name: str
    share: Fraction
    weight: Fraction
    symbols: tuple[str, ...] = ()
    members: tuple[TargetNode, ...] = ()

    @property
    def is_set(self) -> bool:
        """Whether it is a set of substitutes."""
        return bool(self.symbols) and self.symbols != (self.name,)

    def leaves(self) -> Iterator[TargetNode]:
        """The symbols and sets in this place, in order."""
        if not self.members:
            yield self
        for member in self.members:
            yield from member.leaves()


def every_node(nodes: Sequence[TargetNode]) -> list[TargetNode]:
    """The nodes of a level and all that are inside them, each before those inside it."""
    return [found for node in nodes for found in (node, *every_node(node.members))]


def target_tree(
    weights: Sequence[tuple[str, Decimal]], groups: Mapping[str, Members], sets: Mapping[str, tuple[str, ...]]
) -> tuple[TargetNode, ...]:
    """The targets in their places; they were checked before, see :func:`tree_problems`."""

    def level(pairs: Sequence[tuple[str, Decimal]], whole: Fraction) -> tuple[TargetNode, ...]:
        total = sum((Fraction(share) for _, share in pairs), Fraction(0))
        return tuple(node(name, Fraction(share) / total, whole) for name, share in pairs)

    def node(name: str, share: Fraction, whole: Fraction) -> TargetNode:
        weight = whole * share
        if name in groups:
            return TargetNode(name=name, share=share, weight=weight, members=level(shares_of(groups[name]), weight))
        return TargetNode(name=name, share=share, weight=weight, symbols=sets.get(name, (name,)))

    return level(weights, Fraction(1))


def shares_of(members: Members) -> Shares:
    """The members of a group, each with its share; the same for all where none is given."""
    return tuple((each, Decimal(1)) if isinstance(each, str) else each for each in members)


def names_of(members: Members) -> tuple[str, ...]:
    """The members of a group without their shares."""
    return tuple(each if isinstance(each, str) else each[0] for each in members)


def is_whole(shares: Sequence[Decimal], *, rounded: bool) -> bool:
    """Whether shares sum to 1 or to 100; percents that were ``rounded`` may each be 0.05 off."""
    total = sum(map(Fraction, shares), Fraction(0))
    near = rounded and abs(total - 100) <= min(Fraction(ROUNDING) * len(shares), Fraction(99, 100))
    return near or any(abs(total - whole) <= SUM_TOLERANCE * whole for whole in (1, 100))


def tree_problems(
    weights: Sequence[tuple[str, Decimal]], groups: Mapping[str, Members], sets: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    """Everything that keeps targets, groups and sets from being a tree, one line each."""
    tree = _Tree(tuple(name for name, _ in weights), groups, sets)
    yield from tree.names()
    yield from tree.levels()
    yield from tree.places()
    yield from tree.circles()


class _Tree:
    def __init__(
        self, top: tuple[str, ...], groups: Mapping[str, Members], sets: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.groups, self.sets = groups, sets
        self.members = {name: names_of(members) for name, members in groups.items()}
        # Where each name is written, in the order of the file: the place in words, and the name.
        self.written = [("a target of its own", name) for name in top]
        self.written += [(f"the group {name}", member) for name, members in self.members.items() for member in members]

    def inner(self, name: str) -> bool:
        return name in self.groups or name in self.sets

    def symbols(self) -> Iterator[tuple[str, str]]:
        """Every symbol with its place."""
        yield from ((place, name) for place, name in self.written if not self.inner(name))
        yield from ((f"the set {name}", symbol) for name, symbols in self.sets.items() for symbol in symbols)

    def names(self) -> Iterator[str]:
        """Names that are no symbols, and names that say two things."""
        known = {symbol.casefold(): symbol for _, symbol in self.symbols()}
        for _, symbol in self.symbols():
            if not SYMBOL.fullmatch(symbol):
                yield bad_symbol_message(symbol)
        seen: dict[str, str] = {}
        kinds = [("group", name) for name in self.groups] + [("set", name) for name in self.sets]
        for kind, name in kinds:
            if not name.strip():
                yield f"a {kind} has no name; one is needed."
            symbol, other = known.get(name.casefold(), ""), seen.get(name.casefold(), "")
            if symbol:
                yield f"the {kind} {name} has the name of the symbol {symbol}; another name is needed."
            if other:
                yield f"the {kind} {name} has the name of {other}; another name is needed."
            seen.setdefault(name.casefold(), f"the {kind} {name}")

    def levels(self) -> Iterator[str]:
        """Shares inside a group that are negative or do not sum up."""
        for name, members in self.groups.items():
            shares = [each for each in members if not isinstance(each, str)]
            for member, share in shares:
                if share < 0:
                    yield f"the share of {member} in {name} is {share}; a share of 0 or more is needed."
            if shares and not is_whole([share for _, share in shares], rounded=True):
                total = float(sum(share for _, share in shares))
                needed = "fractions that sum to 1 or percents that sum to 100 are needed"
                yield f"the shares of the group {name} sum to {total:.10g}; {needed}."

    def places(self) -> Iterator[str]:
        """What has two places, or none."""
        found: dict[str, str] = {}
        for place, symbol in self.symbols():
            other = found.get(symbol_key(symbol), "")
            if other and (other, place) != ("a target of its own",) * 2:  # two spellings add up
                yield f"{symbol} is in {other} and in {place}; one place is needed."
            found.setdefault(symbol_key(symbol), place)
        inside: dict[str, str] = {}
        for place, name in self.written:
            if self.inner(name) and name in inside:
                kind = "group" if name in self.groups else "set"
                yield f"the {kind} {name} is in {inside[name]} and in {place}; one place is needed."
            inside.setdefault(name, place)
        for name in self.groups:
            if name not in inside:
                yield f"the group {name} has no weight; give it one under [targets], or a share of another group."
        for name in self.sets:
            if name not in inside:
                yield f"the set {name} has no weight; give it one under [targets], or a share of a group."

    def circles(self) -> Iterator[str]:
        """Groups that hold one another, or too many levels of them."""
        inside = {name: [each for each in members if each in self.groups] for name, members in self.members.items()}
        try:
            order = list(TopologicalSorter(inside).static_order())
        except CycleError as error:
            circle = " > ".join(reversed(error.args[1]))
            yield f"the groups {circle} hold one another in a circle; take one of them out of another."
            return
        depths: dict[str, int] = {}
        for name in order:
            depths[name] = 1 + max((depths[each] for each in inside[name]), default=0)
        deepest = max(depths.values(), default=0)
        if deepest > DEEPEST:
            yield f"the groups are {deepest} levels deep; at most {DEEPEST} are read."
