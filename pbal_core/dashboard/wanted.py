"""Targets and constraints over any portfolio: what counts for it, what is open, and how each choice changes the policy.

The model: a policy is kept by symbol and belongs to no file. For the portfolio at hand it may leave something open: a
position without a target, or a target that is not held and has no price. Then there is no plan until somebody chose,
since any plan would be a guess. Every function here returns a new policy. This module knows no streamlit.

Worked example: targets VTI 60, BND 40 over a portfolio of VTI and GLD leave GLD without a target and BND without a
price. ``sell`` gives GLD a target of 0; ``drop`` takes BND's away, and VTI's becomes 100.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ..money import divide_half_even, from_units
from ..policy.constraints import Constraints
from ..policy.policy import Policy
from ..policy.targets import Targets
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
    return tuple(symbol for symbol, weight in weights_of(policy).items() if weight and symbol_key(symbol) not in known)


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
    others = {name: weight for name, weight in weights_of(policy).items() if name != symbol}
    rest = sum(others.values(), Fraction(0)) or Fraction(1)
    scaled = {name: weight * (100 - percent) / rest for name, weight in others.items()}
    return with_weights(policy, scaled | {symbol: percent})


def with_price(policy: Policy, symbol: str, price: Decimal) -> Policy:
    """Says what a share of a target costs that is not held."""
    return with_weights(policy, weights_of(policy), {symbol: price})


def leave_alone(policy: Policy, symbols: Collection[str]) -> Policy:
    """Freezes positions: neither traded, nor part of what the targets share out."""
    frozen = policy.constraints.frozen | frozenset(symbols)
    return replace(policy, constraints=replace(policy.constraints, frozen=frozen))


def sell(policy: Policy, symbols: Iterable[str]) -> Policy:
    """Gives positions a target of 0."""
    return with_weights(policy, weights_of(policy) | dict.fromkeys(symbols, Fraction(0)))


def drop(policy: Policy, symbols: Collection[str]) -> Policy:
    """Takes targets away; the others grow in proportion. Without any left, the weights are equal."""
    left = {symbol: weight for symbol, weight in weights_of(policy).items() if symbol not in symbols}
    return with_weights(policy, left) if any(left.values()) else replace(policy, targets=None)


def equal(policy: Policy) -> Policy:
    """Equal weights over what is held, whatever that is."""
    return replace(policy, targets=None)


def as_held(policy: Policy, portfolio: Portfolio) -> Policy:
    """The weights of now.

    Raises:
        TargetError: The portfolio is worth nothing.
    """
    return replace(policy, targets=Targets.current(portfolio))


def in_words(constraints: Constraints, portfolio: Portfolio) -> str:
    """What is in force, as a sentence; symbols by name, up to five."""
    parts = []
    for rule, value in constraints.said():
        if rule.by_symbol:
            named = sorted(rule.symbols(value))
            more = f" and {len(named) - 5} more" if len(named) > 5 else ""
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
    weights = weights_of(policy)
    spelled = {symbol_key(symbol): weight for symbol, weight in weights.items()}
    held = {symbol_key(symbol) for symbol in portfolio.symbols}
    total = Fraction(portfolio.value)
    same = Fraction(100, len(portfolio) or 1)
    prices = {} if policy.targets is None else dict(policy.targets.prices)
    result = []
    for position in portfolio:
        now = f"{float(100 * Fraction(position.value) / total):.1f} %" if total else ""
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
