"""Target weights: any assets, any weights, groups, and the TOML file that holds them.

The model: a target names a symbol or a group and gives it a weight; a group's weight is split equally over its symbols.
Weights are fractions that sum to 1 or percents that sum to 100; their sum shows which. Inside they are exact fractions
that sum to exactly 1. A weight of zero means: do not buy, sell first. So does a position without a target.

Worked example: this file means VTI 0.6, BND 0.2 and VTEB 0.2::

    [targets]
    VTI = 60
    bonds = 40

    [groups]
    bonds = ["BND", "VTEB"]

    [prices]        # only for symbols that are not held yet
    VTEB = 50.12
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

from ..errors import RequestError, TargetError
from ..money import Amount, divide_half_even, from_units, to_amount
from ..portfolio import SYMBOL, Portfolio, Position, bad_symbol_message, symbol_key
from .tables import TARGET_TABLES, read_toml, write_toml

SUM_TOLERANCE = Fraction(1, 1_000_000)
"""How far the sum may be from 1 or 100, as a fraction of it."""


@dataclass(frozen=True, init=False, eq=False)
class Targets:
    """Target weights, as they were given.

    Targets are equal where they ask for the same: the order of the weights, of the groups and of the symbols in a group
    is only how they are shown.

    Args:
        weights: Symbol or group -> weight >= 0. Fractions that sum to 1 or percents that sum to 100, within one
            millionth.
        groups: Group -> its symbols; the group's weight is split equally over them.
        prices: Symbol -> price in dollars, for symbols that are not held yet.

    Raises:
        TargetError: With everything that is wrong, one line each.
    """

    weights: tuple[tuple[str, Decimal], ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    prices: tuple[tuple[str, Decimal], ...]

    def __init__(
        self,
        weights: Mapping[str, Amount],
        groups: Mapping[str, Sequence[str]] | None = None,
        prices: Mapping[str, Amount] | None = None,
    ) -> None:
        problems: list[str] = []
        if groups is not None and not isinstance(groups, Mapping):
            raise TargetError("the groups must be a table, such as {'bonds': ['BND', 'VTEB']}.")
        members = {name: _members(name, symbols, problems) for name, symbols in (groups or {}).items()}
        object.__setattr__(self, "weights", tuple(_amounts(weights, "the weight of", problems)))
        object.__setattr__(self, "groups", tuple(members.items()))
        object.__setattr__(self, "prices", tuple(_amounts(prices or {}, "the price of", problems)))
        problems += self._problems()
        if problems:
            raise TargetError("\n".join(problems))

    def _problems(self) -> Iterator[str]:
        groups = dict(self.groups)
        for name, weight in self.weights:
            if name not in groups and not SYMBOL.fullmatch(name):
                yield bad_symbol_message(name)
            if weight < 0:
                yield f"the weight of {name} is {weight}; a weight of 0 or more is needed."
        for symbol, price in self.prices:
            if price <= 0:
                yield f"the price of {symbol} is {price}; a price above 0 is needed."
        for name in groups:
            if name not in dict(self.weights):
                yield f"the group {name} has no weight; give it one under [targets]."
        yield from self._repeated()
        total = sum((Fraction(weight) for _, weight in self.weights), Fraction(0))
        if not self.weights:
            yield "there is no target; at least one is needed."
        elif not _whole(total):
            needed = "fractions that sum to 1 or percents that sum to 100 are needed"
            yield f"the targets sum to {float(total):.10g}; {needed}."

    def _repeated(self) -> Iterator[str]:
        groups = dict(self.groups)
        seen: dict[str, str] = {}
        for name, _weight in self.weights:
            for symbol in groups.get(name, (name,)):
                place = f"the group {name}" if name in groups else "a target of its own"
                if symbol in seen:
                    yield f"{symbol} is in {seen[symbol]} and in {place}; one place is needed."
                elif symbol != name and symbol in groups:
                    yield f"the group {name} holds the group {symbol}; a group holds symbols."
                seen.setdefault(symbol, place)

    def __eq__(self, other: object) -> bool:
        return self._asked() == other._asked() if isinstance(other, Targets) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._asked())

    def _asked(self) -> tuple[frozenset[Any], ...]:
        """What is asked for, without an order."""
        groups = frozenset((name, frozenset(symbols)) for name, symbols in self.groups)
        return frozenset(self.weights), groups, frozenset(self.prices)

    def fractions(self) -> dict[str, Fraction]:
        """Symbol -> exact weight, in the order given; they sum to exactly 1."""
        total = sum((Fraction(weight) for _, weight in self.weights), Fraction(0))
        groups = dict(self.groups)
        result: dict[str, Fraction] = {}
        for name, weight in self.weights:
            symbols = groups.get(name, (name,))
            for symbol in symbols:
                result[symbol] = Fraction(weight) / total / len(symbols)
        return result

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
        return Targets(dict(self.weights), dict(self.groups), kept | dict(prices))

    def to_dict(self) -> dict[str, Any]:
        """The targets as plain tables of texts and lists: targets, and groups and prices where there are any."""
        tables = {
            "targets": {name: f"{weight:f}" for name, weight in self.weights},
            "groups": {name: list(symbols) for name, symbols in self.groups},
            "prices": {symbol: f"{price:f}" for symbol, price in self.prices},
        }
        return {name: table for name, table in tables.items() if table}

    @classmethod
    def from_toml(cls, text: str) -> Targets:
        """Reads the text of a targets file; see the module for its form. ``Policy.from_toml`` reads constraints too.

        Raises:
            TargetError: No TOML, an unknown table, or what the constructor refuses.
        """
        tables = read_toml(text)
        return cls(*(tables.get(name, {}) for name in TARGET_TABLES))

    def to_toml(self) -> str:
        """The targets as the text of a file that ``from_toml`` reads back to equal targets."""
        return write_toml(self.to_dict())


def with_targets(portfolio: Portfolio, targets: Targets) -> Portfolio:
    """The portfolio with a position of nothing for each target that is not held.

    The targets' prices are for those alone: the price of what is held is the portfolio's.

    Raises:
        TargetError: Naming every target that has a weight, is not held and has no price.
    """
    known = {symbol_key(symbol): price for symbol, price in targets.prices}
    absent = [symbol for symbol, weight in weights_for(portfolio, targets).items() if weight]
    absent = [symbol for symbol in absent if symbol not in portfolio]
    unpriced = [symbol for symbol in absent if symbol_key(symbol) not in known]
    if unpriced:
        raise TargetError(f"{', '.join(unpriced)}: not held, so a price is needed; give one under prices.")
    if not absent:
        return portfolio
    zero = Decimal(0)
    added = (Position(symbol=symbol, value=zero, price=known[symbol_key(symbol)], quantity=zero) for symbol in absent)
    return Portfolio([*portfolio, *added], currency=portfolio.currency)


def weights_for(portfolio: Portfolio, targets: Targets) -> dict[str, Fraction]:
    """Target weights by the portfolio's spelling of each symbol: ``BRK B`` is the ``BRK.B`` that is held."""
    held = {symbol_key(symbol): symbol for symbol in portfolio.symbols}
    weights: dict[str, Fraction] = {}
    for symbol, weight in targets.fractions().items():
        name = held.get(symbol_key(symbol), symbol)
        weights[name] = weights.get(name, Fraction(0)) + weight
    return weights


def target_parts(portfolio: Portfolio, targets: Targets | None) -> tuple[int, ...]:
    """Target weights in file order as the smallest integers of a common denominator; all 1 without targets."""
    if targets is None:
        return (1,) * len(portfolio)
    weights = weights_for(portfolio, targets)
    mine = [weights.get(symbol, Fraction(0)) for symbol in portfolio.symbols]
    common = lcm(*(weight.denominator for weight in mine))
    return tuple(int(weight * common) for weight in mine)


def _whole(total: Fraction) -> bool:
    return any(abs(total - whole) <= SUM_TOLERANCE * whole for whole in (1, 100))


def _amounts(table: Mapping[str, Amount], what: str, problems: list[str]) -> Iterator[tuple[str, Decimal]]:
    if not isinstance(table, Mapping):
        raise TargetError(f"{what} each symbol must be in a table, such as {{'VTI': 60, 'BND': 40}}.")
    for name, amount in table.items():
        try:
            yield name, to_amount(amount, f"{what} {name}")
        except RequestError as error:
            problems.append(str(error))


def _members(name: str, symbols: Sequence[str], problems: list[str]) -> tuple[str, ...]:
    if isinstance(symbols, str) or not isinstance(symbols, Sequence) or not all(isinstance(s, str) for s in symbols):
        problems.append(f'the group {name} must be a list of symbols, such as ["BND", "VTEB"].')
        return ()
    if not symbols:
        problems.append(f"the group {name} is empty; at least one symbol is needed.")
    problems += [bad_symbol_message(symbol) for symbol in symbols if not SYMBOL.fullmatch(symbol)]
    return tuple(symbols)
