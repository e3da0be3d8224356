"""Target weights as people type them: in one line, in a ratio, and rounded.

The model: weights that were rounded to a tenth of a percent sum to nearly 100; each may be off by 0.05. Such weights
are scaled, and the caller is given their sum, to say so. A sum that is further off is a mistake, and is left for
``Targets`` to refuse.

Worked example: ``VTI:BND=2:1`` is 66.666666666667 and 33.333333333333; 33.3, 33.3 and 33.3 sum to 99.9 and are scaled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..errors import RequestError, TargetError
from ..money import MAX_DECIMALS, divide_half_even, from_units, to_amount, typed_amount
from .tree import A_WEIGHT, ROUNDING


def inline_weights(texts: Iterable[str]) -> tuple[dict[str, Decimal], Decimal | None]:
    """``VTI=60`` and ``BND=40``, or one ``VTI:BND=60:40``, as weights.

    Returns:
        Symbol -> weight, and the sum of the weights before they were scaled, None where they were not.

    Raises:
        TargetError: With everything that is wrong, one line each.
    """
    problems: list[str] = []
    weights: dict[str, Decimal] = {}
    ratios = 0
    pairs = list(texts)
    for text in pairs:
        names, equals, parts = text.rpartition("=")
        symbols, values = names.split(":"), parts.split(":")
        ratios += len(symbols) > 1
        if not equals or not all(name.strip() for name in symbols) or len(symbols) != len(values):
            needed = "a symbol and its weight are needed, such as VTI=60, or a ratio, such as VTI:BND=2:1"
            problems.append(f'the target "{text[:40]}" is not clear; {needed}.')
            continue
        for symbol, value in zip((name.strip() for name in symbols), values, strict=True):
            if symbol in weights:
                problems.append(f"the target of {symbol} is given twice; once is needed.")
            weights[symbol] = _weight(symbol, value, problems)
    if ratios and len(pairs) > 1:
        problems.append("a ratio gives all targets; put them into one, such as VTI:BND=2:1.")
    if problems:
        raise TargetError("\n".join(problems))
    if ratios:
        return _scaled(weights, sum(weights.values(), Decimal(0))), None
    return scaled(weights)


def _weight(symbol: str, text: str, problems: list[str]) -> Decimal:
    try:
        return to_amount(text.strip().removesuffix("%").strip(), f"the weight of {symbol}", needed=A_WEIGHT)
    except RequestError as error:
        problems.append(str(error))
        return Decimal(0)


def scaled(weights: Mapping[str, Decimal]) -> tuple[dict[str, Decimal], Decimal | None]:
    """Weights in percent that sum to 100 but for their rounding, scaled; and their sum, None where it was exact."""
    total = sum(weights.values(), Decimal(0))
    off = abs(total - 100)
    if off and off <= ROUNDING * len(weights) and off < 1:
        return _scaled(weights, total), total
    return dict(weights), None


def _scaled(weights: Mapping[str, Decimal], total: Decimal) -> dict[str, Decimal]:
    """Weights in proportion that sum to 100, but for their last decimal; as they are where all are 0 together."""
    if total <= 0:
        return dict(weights)
    parts = {name: Fraction(weight) / Fraction(total) * 100 * 10**MAX_DECIMALS for name, weight in weights.items()}
    return {
        name: from_units(divide_half_even(part.numerator, part.denominator), MAX_DECIMALS)
        for name, part in parts.items()
    }


def scaled_tables(tables: Mapping[str, Any]) -> tuple[dict[str, Any], Decimal | None]:
    """The tables of a targets file with their weights scaled, and the sum; as they are where there is nothing to do."""
    given = tables.get("targets")
    if not isinstance(given, Mapping):
        return dict(tables), None
    try:
        weights, total = scaled({name: to_amount(weight, name) for name, weight in given.items()})
    except RequestError:  # whoever makes targets of them says what is wrong
        return dict(tables), None
    return (dict(tables) | {"targets": weights}, total) if total is not None else (dict(tables), None)


def inline_prices(texts: Iterable[str], currency: str) -> dict[str, Decimal]:
    """``BND=72.55`` as symbol and price.

    Raises:
        TargetError: With everything that is wrong, one line each.
    """
    problems: list[str] = []
    prices: dict[str, Decimal] = {}
    for text in texts:
        symbol, equals, price = text.rpartition("=")
        if not equals or not symbol.strip():
            problems.append(f'the price "{text[:40]}" is not clear; give a symbol and a price, such as BND=72.55.')
            continue
        if symbol.strip() in prices:
            problems.append(f"the price of {symbol.strip()} is given twice; once is needed.")
        try:
            prices[symbol.strip()] = typed_amount(price, f"the price of {symbol.strip()}", currency, point=True)
        except RequestError as error:
            problems.append(str(error))
    if problems:
        raise TargetError("\n".join(problems))
    return prices
