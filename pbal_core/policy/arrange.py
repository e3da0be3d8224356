"""Targets arranged anew: grouped, made substitutes, taken apart, given other shares; each weight stays what it was.

The model: each function takes targets and returns others. A group gets the sum of the weights of its members, and
shares inside it in proportion to them; a set of substitutes gets their sum. So arranging alone changes no plan but for
what it means that funds are one. Worked example: VTI 40, VXUS 20 and BND 40, with the first two grouped as stocks, are
stocks 60 of VTI 66.6666666667 and VXUS 33.3333333333, and BND 40.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from ..errors import TargetError
from ..money import Amount, divide_half_even, from_units
from .targets import Targets
from .tree import TargetNode, every_node

PLACES = 10
"""Decimals of a percent to which a share is kept."""


def percent(share: Fraction) -> Decimal:
    """A fraction in percent: exact where PLACES are enough, else rounded."""
    units = divide_half_even(100 * share.numerator * 10**PLACES, share.denominator)
    return Decimal(f"{from_units(units, PLACES).normalize():f}")


def grouped(targets: Targets, names: Sequence[str], name: str) -> Targets:
    """Puts targets that lie beside one another into a new group.

    Raises:
        TargetError: They do not lie beside one another, or the name cannot be used.
    """
    nodes = _beside(targets, names)
    share = sum((node.share for node in nodes), Fraction(0))
    inside = {node.name: node.share / share if share else Fraction(1, len(nodes)) for node in nodes}
    return _replaced(targets, nodes, {name: share}, groups={name: inside})


def same(targets: Targets, names: Sequence[str], name: str) -> Targets:
    """Makes symbols, or sets, that lie beside one another one set, in the order given; the first is bought first.

    Raises:
        TargetError: They do not lie beside one another, one of them is a group, or the name cannot be used.
    """
    nodes = _beside(targets, names)
    if whole := [node.name for node in nodes if node.members]:
        raise TargetError(f"{', '.join(whole)}: a class is not a fund; choose funds.")
    share = sum((node.share for node in nodes), Fraction(0))
    symbols = [symbol for node in nodes for symbol in node.symbols]
    return _replaced(targets, nodes, {name: share}, sets={name: symbols})


def apart(targets: Targets, name: str, worth: Mapping[str, Amount] | None = None) -> Targets:
    """Takes a group or a set apart: its members get their parts of its weight, in its place.

    Args:
        targets: With such a group or set.
        name: Which.
        worth: Symbol -> what is held of it. The weight of a set is shared out in proportion, equally without any.

    Raises:
        TargetError: There is no such group or set.
    """
    node = next(
        (each for each in every_node(targets.tree()) if each.name == name and (each.members or each.is_set)), None
    )
    if node is None:
        raise TargetError(f"{name} is no class and no set of substitutes.")
    held = {symbol: Fraction((worth or {}).get(symbol, 0)) for symbol in node.symbols}
    total = sum(held.values(), Fraction(0))
    parts = {each.name: each.share for each in node.members} or {
        symbol: value / total if total else Fraction(1, len(held)) for symbol, value in held.items()
    }
    return _replaced(targets, [node], {each: node.share * part for each, part in parts.items()})


def reshared(
    targets: Targets,
    shares: Mapping[str, Fraction],
    prices: Mapping[str, Amount] | None = None,
    *,
    scale: bool = False,
) -> Targets:
    """Gives names other shares of the level that they are in; new names come to the top.

    Args:
        targets: With such names; the levels keep their members.
        shares: Name -> its share of its level in percent; those of a level sum to 100 but for rounding.
        prices: Symbol -> price, beside those that are known.
        scale: Scale the sum of every level to 100, whatever it is.

    Raises:
        TargetError: A level does not sum up; each is named with its sum.
    """
    tree = targets.tree()
    known = {node.name for node in every_node(tree)}

    def level(nodes: Sequence[TargetNode], more: Mapping[str, Fraction] | None = None) -> dict[str, Fraction]:
        given = {node.name: Fraction(shares[node.name]) / 100 if node.name in shares else node.share for node in nodes}
        given |= more or {}
        total = sum(given.values(), Fraction(0))
        near = scale or abs(total - 1) <= Fraction(5, 10_000) * len(given)
        return {name: share / total for name, share in given.items()} if total > 0 and near else given

    added = {name: Fraction(share) / 100 for name, share in shares.items() if name not in known}
    groups = {node.name: level(node.members) for node in every_node(tree) if node.members}
    return _made(
        targets, level(tree, added), groups, dict(targets.substitutes), dict(targets.prices) | dict(prices or {})
    )


def as_held(targets: Targets, worth: Mapping[str, Amount]) -> Targets:
    """The same tree with the shares that are held now; what is held and in no place comes to the top.

    Args:
        targets: Whose tree stays. A level of which nothing is held keeps its shares.
        worth: Symbol -> what is held of it, in the spelling of the targets.

    Raises:
        TargetError: Nothing is held.
    """
    held = {symbol: Fraction(value) for symbol, value in worth.items()}
    total = sum(held.values(), Fraction(0))
    if not total:
        raise TargetError("the portfolio is worth nothing, so it has no current weights; give targets.")

    def value(node: TargetNode) -> Fraction:
        return sum((held.get(symbol, Fraction(0)) for leaf in node.leaves() for symbol in leaf.symbols), Fraction(0))

    tree = targets.tree()
    shares = {node.name: 100 * value(node) / total for node in tree}
    for node in every_node(tree):
        whole = value(node)
        if node.members and whole:
            shares |= {member.name: 100 * value(member) / whole for member in node.members}
    named = {symbol for leaf in targets.leaves() for symbol in leaf.symbols}
    shares |= {symbol: 100 * value / total for symbol, value in held.items() if symbol not in named and value}
    return reshared(targets, shares)


def without(targets: Targets, symbols: Collection[str]) -> Targets | None:
    """The tree without some symbols; what is beside them grows in proportion. None where nothing is left."""
    sets: dict[str, Sequence[str]] = {}
    groups: dict[str, dict[str, Fraction]] = {}

    def level(nodes: Sequence[TargetNode]) -> dict[str, Fraction]:
        kept = {node.name: node.share for node in nodes if stays(node)}
        total = sum(kept.values(), Fraction(0))
        return {name: share / total for name, share in kept.items()} if total else {}

    def stays(node: TargetNode) -> bool:
        left = [symbol for symbol in node.symbols if symbol not in symbols]
        if node.is_set and left:
            sets[node.name] = left
        if node.members and (inside := level(node.members)):
            groups[node.name] = inside
        return bool(left) or node.name in groups

    top = level(targets.tree())
    prices = {symbol: price for symbol, price in targets.prices if symbol not in symbols}
    return _made(targets, top, groups, sets, prices) if top else None


def _beside(targets: Targets, names: Sequence[str]) -> list[TargetNode]:
    """The nodes of some names, in the order of the names."""
    levels = [targets.tree(), *(node.members for node in every_node(targets.tree()) if node.members)]
    for nodes in levels:
        found = {node.name: node for node in nodes}
        if names and all(name in found for name in names):
            return [found[name] for name in names]
    raise TargetError(f"{', '.join(names) or 'nothing'}: choose targets that are in one class, or in none.")


def _replaced(
    targets: Targets,
    nodes: Sequence[TargetNode],
    instead: Mapping[str, Fraction],
    *,
    groups: Mapping[str, Mapping[str, Fraction]] | None = None,
    sets: Mapping[str, Sequence[str]] | None = None,
) -> Targets:
    """The targets with other members in the place of some that lie beside one another."""
    gone = {node.name for node in nodes}

    def level(members: Sequence[TargetNode]) -> dict[str, Fraction]:
        found: dict[str, Fraction] = {}
        for member in members:
            if member.name not in gone:
                found[member.name] = member.share
            elif not set(instead) <= found.keys():
                found |= instead
        return found

    tree = targets.tree()
    kept = {node.name: level(node.members) for node in every_node(tree) if node.members}
    for name in gone & kept.keys() - {each for inside in (groups or {}).values() for each in inside}:
        del kept[name]
    replaced = {symbol for each in (sets or {}).values() for symbol in each}
    apart_sets = {name: list(symbols) for name, symbols in targets.substitutes if not replaced & set(symbols)}
    inside_new = {each for shares in (groups or {}).values() for each in shares}
    for name in gone & apart_sets.keys() - inside_new:
        del apart_sets[name]
    return _made(targets, level(tree), kept | dict(groups or {}), apart_sets | dict(sets or {}), dict(targets.prices))


def _made(
    targets: Targets,
    top: Mapping[str, Fraction],
    groups: Mapping[str, Mapping[str, Fraction]],
    sets: Mapping[str, Sequence[str]],
    prices: Mapping[str, Amount],
) -> Targets:
    """Targets of exact shares; what shared equally goes on as a list."""
    lists = {name: [each for each in members if isinstance(each, str)] for name, members in targets.groups}
    inside = {
        name: lists[name]
        if lists.get(name) == list(shares) and len(set(shares.values())) == 1
        else {each: percent(share) for each, share in shares.items()}
        for name, shares in groups.items()
    }
    return Targets({name: percent(share) for name, share in top.items()}, inside, prices, sets)
