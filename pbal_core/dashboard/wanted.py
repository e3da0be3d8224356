"""Targets and constraints over any portfolio: what counts for it, what is open, and how each choice changes the policy.

The model: a policy is kept by symbol and belongs to no file. For the portfolio at hand it may leave something open: a
position without a target, or a target that is not held and has no price. Then there is no plan until somebody chose,
since any plan would be a guess. Every function here returns a new policy. This module knows no streamlit.

Worked example: targets VTI 60, BND 40 over a portfolio of VTI and GLD leave GLD without a target and BND without a
price. ``sell`` gives GLD a target of 0; ``drop`` takes BND's away, and VTI's becomes 100.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ..money import divide_half_even, format_weight, from_units
from ..policy import arrange
from ..policy.constraints import Constraints
from ..policy.policy import Policy
from ..policy.targets import Targets
from ..policy.tree import TargetNode
from ..portfolio import Portfolio, symbol_key

DEFAULT_STEP = Decimal("0.001")
"""The smallest fraction of what is held in fractions: brokers keep mutual funds to three decimals."""
WHOLE = Decimal(1)
"""A step of one share: whole shares on purpose, also of what is held in fractions."""
_DECIMALS = 10
"""Weights are kept to this many decimals of a percent."""


def effective(policy: Policy, portfolio: Portfolio) -> Policy:
    """The policy as it counts for a portfolio.

    What is said of symbols that are neither held nor targets waits for a portfolio that has them. What is held in
    fractions trades in fractions, unless the policy says otherwise.
    """
    known = policy.constraints.only([*portfolio.symbols, *weights_of(policy)])
    said = {symbol_key(symbol) for symbol, _step in known.fractional}
    held = {p.symbol: DEFAULT_STEP for p in portfolio if in_fractions(portfolio, p.symbol)}
    added = {symbol: step for symbol, step in held.items() if symbol_key(symbol) not in said}
    fractional = tuple(sorted((dict(known.fractional) | added).items()))
    return replace(policy, constraints=replace(known, fractional=fractional))


def in_fractions(portfolio: Portfolio, symbol: str) -> bool:
    """Whether a part of a share is held."""
    quantity = portfolio[symbol].quantity
    return quantity is not None and quantity != int(quantity)


def without_target(policy: Policy, portfolio: Portfolio) -> tuple[str, ...]:
    """Positions that would be sold on a guess: they have no target, and nobody said to leave them alone."""
    if policy.targets is None:
        return ()
    known = {symbol_key(symbol) for symbol in (*weights_of(policy), *policy.constraints.frozen)}
    return tuple(symbol for symbol in portfolio.symbols if symbol_key(symbol) not in known)


def without_price(policy: Policy, portfolio: Portfolio) -> tuple[str, ...]:
    """Targets that cannot be bought: they are not held, and nobody said what a share costs."""
    if policy.targets is None:
        return ()
    known = {symbol_key(symbol) for symbol in (*portfolio.symbols, *dict(policy.targets.prices))}
    barred = set(map(symbol_key, policy.constraints.barred("buy")))
    found = []
    for leaf in policy.targets.leaves():
        bought = next((symbol for symbol in leaf.symbols if symbol_key(symbol) not in barred), leaf.symbols[0])
        if leaf.weight and symbol_key(bought) not in known:
            found.append(bought)
    return tuple(found)


def is_tree(policy: Policy) -> bool:
    """Whether the targets have classes or substitutes."""
    return policy.targets is not None and bool(policy.targets.groups or policy.targets.substitutes)


def with_tree(policy: Policy, targets: Targets | None) -> Policy:
    """The policy with other targets, as they are; None for equal weights."""
    return replace(policy, targets=targets)


def weights_of(policy: Policy) -> dict[str, Fraction]:
    """Symbol -> target in percent; empty for equal weights."""
    if policy.targets is None:
        return {}
    return {symbol: 100 * weight for symbol, weight in policy.targets.fractions().items()}


def with_weights(
    policy: Policy, weights: Mapping[str, Fraction], prices: Mapping[str, Decimal] | None = None
) -> Policy:
    """The policy with other targets, scaled to sum to 100; without groups.

    Args:
        policy: Whose constraints stay.
        weights: Symbol -> weight >= 0; their sum is above 0.
        prices: Symbol -> price, added to those that are known.
    """
    total = sum(weights.values(), Fraction(0))
    percents = {symbol: decimal_weight(100 * Fraction(weight) / total) for symbol, weight in weights.items()}
    known = {} if policy.targets is None else dict(policy.targets.prices)
    merged = {symbol: price for symbol, price in (known | dict(prices or {})).items() if symbol in percents}
    return replace(policy, targets=Targets(percents, prices=merged))


def with_target(policy: Policy, symbol: str, percent: Fraction) -> Policy:
    """Gives one symbol a target; the others share the rest as before.

    Args:
        policy: With targets.
        symbol: Whose target it is.
        percent: 0 to 100.
    """
    if policy.targets is not None and is_tree(policy):
        top = {node.name: node.share * (100 - percent) for node in policy.targets.tree()}
        return with_tree(policy, arrange.reshared(policy.targets, top | {symbol: percent}))
    others = {name: weight for name, weight in weights_of(policy).items() if name != symbol}
    rest = sum(others.values(), Fraction(0)) or Fraction(1)
    scaled = {name: weight * (100 - percent) / rest for name, weight in others.items()}
    return with_weights(policy, scaled | {symbol: percent})


def with_price(policy: Policy, symbol: str, price: Decimal) -> Policy:
    """Says what a share of a target costs that is not held."""
    if policy.targets is not None and is_tree(policy):
        return with_tree(policy, policy.targets.priced(dict(policy.targets.prices) | {symbol: price}))
    return with_weights(policy, weights_of(policy), {symbol: price})


def leave_alone(policy: Policy, symbols: Collection[str]) -> Policy:
    """Freezes positions: neither traded, nor part of what the targets share out."""
    frozen = policy.constraints.frozen | frozenset(symbols)
    return replace(policy, constraints=replace(policy.constraints, frozen=frozen))


def sell(policy: Policy, symbols: Iterable[str]) -> Policy:
    """Gives positions a target of 0."""
    if policy.targets is not None and is_tree(policy):
        return with_tree(policy, arrange.reshared(policy.targets, dict.fromkeys(symbols, Fraction(0))))
    return with_weights(policy, weights_of(policy) | dict.fromkeys(symbols, Fraction(0)))


def drop(policy: Policy, symbols: Collection[str]) -> Policy:
    """Takes targets away; the others grow in proportion. Without any left, the weights are equal."""
    if policy.targets is not None and is_tree(policy):
        return with_tree(policy, arrange.without(policy.targets, symbols))
    left = {symbol: weight for symbol, weight in weights_of(policy).items() if symbol not in symbols}
    return with_weights(policy, left) if any(left.values()) else replace(policy, targets=None)


def equal(policy: Policy) -> Policy:
    """Equal weights over what is held, whatever that is."""
    return replace(policy, targets=None)


def as_held(policy: Policy, portfolio: Portfolio) -> Policy:
    """The weights of now; a tree of targets stays one.

    Raises:
        TargetError: The portfolio is worth nothing.
    """
    if policy.targets is not None and is_tree(policy):
        return with_tree(policy, arrange.as_held(policy.targets, worth(policy.targets, portfolio)))
    return replace(policy, targets=Targets.current(portfolio))


def worth(targets: Targets, portfolio: Portfolio) -> dict[str, Decimal]:
    """Symbol, as the targets spell it, -> what is held of it."""
    spelled = {symbol_key(symbol): symbol for symbol in targets.fractions()}
    return {spelled.get(symbol_key(p.symbol), p.symbol): p.value for p in portfolio}


def in_words(constraints: Constraints, portfolio: Portfolio) -> str:
    """What is in force, as a sentence; symbols by name, up to five."""
    parts = []
    for rule, value in constraints.said():
        if rule.by_symbol:
            named = sorted(rule.symbols(value))
            more = f" and {len(named) - 5:,} more" if len(named) > 5 else ""
            names = ", ".join(named[:5]) + more
            parts.append(rule.clause(names, several=len(named) > 1) if rule.limit else f"{names}: {rule.meaning}")
        else:
            words = rule.words(value, portfolio.money)
            parts.append(rule.clause(words) if rule.limit else rule.brief.format(words))
    return "; ".join(parts)


def decimal_weight(weight: Fraction) -> Decimal:
    """A weight as a decimal: exact where _DECIMALS are enough, else rounded."""
    return from_units(divide_half_even(weight.numerator * 10**_DECIMALS, weight.denominator), _DECIMALS).normalize()


def rows(policy: Policy, portfolio: Portfolio) -> list[dict[str, str]]:
    """What the table of targets shows: held positions in their order, then targets that are not held, as text."""
    if policy.targets is not None and is_tree(policy):
        return tree_rows(policy.targets, portfolio)
    weights = weights_of(policy)
    spelled = {symbol_key(symbol): weight for symbol, weight in weights.items()}
    held = {symbol_key(symbol) for symbol in portfolio.symbols}
    total = Fraction(portfolio.value)
    same = Fraction(100, len(portfolio) or 1)
    prices = {} if policy.targets is None else dict(policy.targets.prices)
    result = []
    for position in portfolio:
        now = format_weight(float(Fraction(position.value) / total)) if total else ""
        weight = spelled.get(symbol_key(position.symbol)) if weights else same
        result.append({"symbol": position.symbol, "now": now, "target": shown(weight), "held": "yes", "price": ""})
    for symbol, weight in weights.items():
        if symbol_key(symbol) not in held:
            price = f"{prices[symbol]:f}" if symbol in prices else ""
            result.append({"symbol": symbol, "now": "", "target": shown(weight), "held": "", "price": price})
    return result


def shown(weight: Fraction | None) -> str:
    """A weight in at most four decimals: ``33.3333``; empty where there is none."""
    return "" if weight is None else f"{float(weight):.4f}".rstrip("0").rstrip(".")


def tree_rows(targets: Targets, portfolio: Portfolio) -> list[dict[str, str]]:
    """The same of a tree: each class before what is inside it, with its share of its level.

    Each row says besides how deep it lies, in which row, and what it is: ``class``, ``set``, ``fund``, or ``member`` of
    a set, which has no share of its own.
    """
    held = {symbol_key(p.symbol): p for p in portfolio}
    total, prices = Fraction(portfolio.value), dict(targets.prices)

    def row(name: str, symbols: Sequence[str], target: str, place: tuple[str, str, int]) -> dict[str, str]:
        kind, inside, level = place
        here = [held[key] for symbol in symbols if (key := symbol_key(symbol)) in held]
        now = format_weight(float(sum(Fraction(p.value) for p in here) / total)) if total and here else ""
        fund = kind in {"fund", "member"}
        return {
            "symbol": here[0].symbol if fund and here else name,
            "now": now,
            "target": target,
            "held": "yes" if here or not fund else "",
            "price": f"{prices[name]:f}" if fund and name in prices and not here else "",
            "kind": kind,
            "inside": inside,
            "level": str(level),
        }

    def below(nodes: Sequence[TargetNode], inside: str, level: int) -> Iterator[dict[str, str]]:
        for node in nodes:
            kind = "class" if node.members else "set" if node.is_set else "fund"
            symbols = [symbol for leaf in node.leaves() for symbol in leaf.symbols]
            yield row(node.name, symbols, shown(100 * node.share), (kind, inside, level))
            yield from below(node.members, node.name, level + 1)
            for symbol in node.symbols if node.is_set else ():
                yield row(symbol, [symbol], "", ("member", node.name, level + 1))

    found = list(below(targets.tree(), "", 0))
    named = {symbol_key(symbol) for symbol in targets.fractions()}
    others = (symbol for symbol in portfolio.symbols if symbol_key(symbol) not in named)
    return found + [row(symbol, [symbol], "", ("fund", "", 0)) for symbol in others]
