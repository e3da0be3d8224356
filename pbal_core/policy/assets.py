"""What targets mean for a portfolio: which positions are one asset, and which of them are yet to be bought.

The model: a target is a leaf of the tree (a symbol, or a set of substitutes), and all positions of a leaf are one asset
with one weight. A position without a target is an asset of weight 0, and so is each position of a set of weight 0.
Symbols are compared in whatever spelling: ``BRK B`` is the ``BRK.B`` that is held.

Worked example: VTSAX 60,000 and BND 40,000 with the set US of VTI and VTSAX at 60: the asset US is the position VTSAX,
and that of VTI as soon as it is bought; it is on target.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ..errors import Remedy, TargetError
from ..portfolio import Portfolio, Position, symbol_key
from .targets import Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """Positions that have one target together.

    Args:
        name: The symbol, or the name of the set.
        members: Their places in the portfolio, in the order of the set; none where nothing of it is held.
        weight: The target weight; those of all assets sum to 1.
    """

    name: str
    members: tuple[int, ...]
    weight: Fraction


def assets_of(portfolio: Portfolio, targets: Targets | None) -> tuple[Asset, ...]:
    """The assets of a portfolio, in the order of their first positions, then the targets of which nothing is held.

    Args:
        portfolio: What is held.
        targets: The weights; None for equal weights.
    """
    if targets is None:
        equal = Fraction(1, max(1, len(portfolio)))
        return tuple(Asset(name=symbol, members=(i,), weight=equal) for i, symbol in enumerate(portfolio.symbols))
    places = {symbol_key(symbol): i for i, symbol in enumerate(portfolio.symbols)}
    found: dict[int, Asset] = {}
    absent: dict[str, Asset] = {}
    for leaf in targets.leaves():
        members = tuple(places[key] for symbol in leaf.symbols if (key := symbol_key(symbol)) in places)
        if leaf.is_set and leaf.weight and members:
            found[min(members)] = Asset(name=leaf.name, members=members, weight=leaf.weight)
        elif members:
            for i in members:  # another spelling may have given it a weight before
                weight = leaf.weight + found[i].weight if i in found else leaf.weight
                found[i] = Asset(name=portfolio.symbols[i], members=(i,), weight=weight)
        elif leaf.weight:
            known = absent.get(symbol_key(leaf.name))
            weight = leaf.weight + (known.weight if known is not None else 0)
            absent[symbol_key(leaf.name)] = Asset(name=leaf.name, members=(), weight=weight)
    taken = {i for asset in found.values() for i in asset.members}
    for i, symbol in enumerate(portfolio.symbols):
        if i not in taken:
            found[i] = Asset(name=symbol, members=(i,), weight=Fraction(0))
    return (*(found[i] for i in sorted(found)), *absent.values())


def classes_of(portfolio: Portfolio, targets: Targets | None) -> tuple[Asset, ...]:
    """The same with everything of a class at the top of the tree as one asset, in the order of the tree."""
    if targets is None:
        return assets_of(portfolio, None)
    assets = assets_of(portfolio, targets)
    of = {symbol_key(symbol): i for i, symbol in enumerate(portfolio.symbols)}
    found, taken = [], set[int]()
    for node in targets.tree():
        symbols = [symbol_key(symbol) for leaf in node.leaves() for symbol in leaf.symbols]
        members = tuple(dict.fromkeys(of[key] for key in symbols if key in of))
        if members or node.weight:
            found.append(Asset(name=node.name, members=members, weight=node.weight))
            taken.update(members)
    return (*found, *(asset for asset in assets if asset.members and not taken.intersection(asset.members)))


def with_targets(portfolio: Portfolio, targets: Targets, barred: Collection[str] = ()) -> Portfolio:
    """The portfolio with a position of nothing for each target that is not held.

    The targets' prices are for those alone: the price of what is held is the portfolio's. Of a set only the symbol that
    is bought gets a position.

    Args:
        portfolio: What is held.
        targets: Target weights.
        barred: Symbols that may not be bought, in any spelling.

    Raises:
        TargetError: Naming every target that has a weight, is not held and has no price.
    """
    known = {symbol_key(symbol): price for symbol, price in targets.prices}
    closed, held = set(map(symbol_key, barred)), set(map(symbol_key, portfolio.symbols))
    absent: dict[str, str] = {}
    for leaf in targets.leaves():
        bought = next((symbol for symbol in leaf.symbols if symbol_key(symbol) not in closed), None)
        if bought is None and not held.intersection(map(symbol_key, leaf.symbols)):
            bought = leaf.symbols[0]
        if leaf.weight and bought is not None and symbol_key(bought) not in held:
            absent.setdefault(symbol_key(bought), bought)
    unpriced = [symbol for key, symbol in absent.items() if key not in known]
    if unpriced:
        needed = "a price is needed; give it" if len(unpriced) == 1 else "prices are needed; give them"
        remedy = Remedy("give_a_price", unpriced[0])
        raise TargetError(f"{', '.join(unpriced)}: not held, so {needed} with the targets.", remedy=remedy)
    if not absent:
        return portfolio
    zero = Decimal(0)
    added = (Position(symbol=symbol, value=zero, price=known[key], quantity=zero) for key, symbol in absent.items())
    return Portfolio([*portfolio, *added], currency=portfolio.currency)
