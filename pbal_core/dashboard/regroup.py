"""Rows of the table of trades, chosen by somebody, as one class or one fund; or one of those taken apart.

The model: rows are named as the table names them, by the symbols of the portfolio and the names of classes; the tree of
targets is arranged anew (see ``policy.arrange``). A name that nobody gave is a usual one. This module knows no
streamlit.

Worked example: VTI and VTSAX, chosen in this order as the same fund, are the set "US stocks", of which VTI is bought.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from ..errors import TargetError
from ..policy import arrange, known
from ..policy.policy import Policy
from ..policy.targets import Targets
from ..policy.tree import TargetNode, every_node
from ..portfolio import Portfolio, symbol_key
from . import wanted

GROUP, SAME, APART = WAYS = ("group", "same", "apart")
"""What can be done: make a class, make substitutes, take either apart."""

MAKERS: dict[str, Callable[[Targets, list[str], str], Targets]] = {GROUP: arrange.grouped, SAME: arrange.same}


def regrouped(policy: Policy, portfolio: Portfolio, way: str, names: Sequence[str], name: str = "") -> Policy:
    """The policy with some targets arranged anew.

    Args:
        policy: In force.
        portfolio: Whose positions can be chosen.
        way: One of ``WAYS``.
        names: Symbols, sets and classes in the order in which they were chosen; that of substitutes counts.
        name: What they are called together; empty for a usual name.

    Raises:
        TargetError: They cannot be arranged so.
    """
    targets = policy.targets or Targets.equal(portfolio.symbols)
    spelled = {symbol_key(node.name): node.name for node in every_node(targets.tree())}
    chosen = list(dict.fromkeys(spelled.get(symbol_key(each), each) for each in names))
    if way == APART:
        if len(chosen) != 1:
            raise TargetError("choose one class, or one set of substitutes, to take it apart.")
        return wanted.with_tree(policy, arrange.apart(targets, chosen[0], wanted.worth(targets, portfolio)))
    if len(chosen) < 2:
        raise TargetError("choose two targets or more.")
    held = {symbol.casefold(): symbol for symbol in portfolio.symbols}
    if name.casefold() in held:
        raise TargetError(f"{name}: {held[name.casefold()]} is a position; choose a name that no position has.")
    return wanted.with_tree(policy, MAKERS[way](targets, chosen, name or usual_name(targets, way, chosen, held)))


def usual_name(targets: Targets, way: str, chosen: Sequence[str], held: Collection[str] = ()) -> str:
    """What a class or a set is called that got no name; nothing else of the targets, or ``held``, is called that.

    A set keeps the name of a set that it grows from; funds of one known market are called like it.
    """
    nodes: dict[str, TargetNode] = {node.name: node for node in every_node(targets.tree())}
    if way == SAME and (grown := next((each for each in chosen if each in nodes and nodes[each].is_set), "")):
        return grown
    markets = {known.market_of(each) for each in chosen}
    first = f"{chosen[0]} or alike" if way == SAME else "Class 1"
    candidates: list[str] = [*(markets if way == SAME and len(markets) == 1 else ()), first]
    candidates += [f"{first.removesuffix(' 1')} {number}" for number in range(2, len(nodes) + 3)]
    taken = {name.casefold() for name in (*nodes, *targets.fractions(), *held)}
    return next(each for each in candidates if each and each.casefold() not in taken)
