"""Several files together: one price for each symbol, and a word about their days.

The model: a symbol costs the same in every account, whoever keeps it. Where two files differ, the newer price counts
for both, and that is said; where they are equally old, that of the first file by name. At another price the number of
shares and what they cost stay.

Worked example: ten shares at 250 dollars with a profit of 500 are worth 2,600 with a profit of 600 at 260.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ..errors import DataError, Issue
from ..money import divide_half_even, from_units
from ..portfolio import Portfolio, Position, symbol_key
from .derive import EXACT
from .facts import AccountHolding
from .statement import Statement

_DECIMALS = 6
"""Decimals of a value at another price where the file does not say the number of shares."""

FAR, FAR_ON_ONE_DAY = 2, Decimal("1.05")
"""Two prices of one symbol may be this many times one another; beyond, the files mean two assets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """What one file says of prices.

    Args:
        name: The file's name.
        day: The day of its prices; None when unknown.
        portfolio: What it holds.
    """

    name: str
    day: date | None
    portfolio: Portfolio


def different_days(files: Iterable[Priced]) -> Iterator[Issue]:
    """A warning where the files are from different days."""
    days = {file.name: file.day for file in files if file.day is not None}
    if len(set(days.values())) > 1:
        said = ", ".join(f"{name} from {day}" for name, day in sorted(days.items()))
        yield Issue("warning", "different_dates", f"the files are from different days: {said}.")


def newer_prices(files: Iterable[Priced], issues: list[Issue]) -> dict[str, Decimal]:
    """Key of a symbol -> its price; what was chosen between goes to ``issues``.

    Raises:
        DataError: Prices so far apart that they cannot be of one asset; every such symbol is named.
    """
    found: dict[str, tuple[Decimal, date, str]] = {}
    apart: list[Issue] = []
    for file in sorted(files, key=lambda each: each.name):
        day = file.day or date.min
        for p in file.portfolio:
            known = found.setdefault(symbol_key(p.symbol), (p.price, day, file.name))
            if known[0] == p.price:
                continue
            newer, older = ((p.price, day, file.name), known) if day > known[1] else (known, (p.price, day, file.name))
            found[symbol_key(p.symbol)] = newer
            both = f"{p.symbol} costs {newer[0]:f} in {newer[2]} and {older[0]:f} in {older[2]}"
            dated = newer[1] != older[1] and older[1] != date.min
            if max(newer[0], older[0]) > min(newer[0], older[0]) * (FAR if dated else FAR_ON_ONE_DAY):
                message = f"{both}, too far apart for one asset; correct one of the files, or load them one at a time."
                apart.append(Issue("error", "prices_differ", message))
                continue
            why = f"the newer one, of {newer[2]}," if newer[1] != older[1] else f"that of {newer[2]}"
            issues.append(Issue("warning", "two_prices", f"{both}; {why} is used."))
    if apart:
        raise DataError(apart)
    return {key: price for key, (price, _day, _name) in found.items()}


def position_at(position: Position, price: Decimal) -> Position:
    """A position at another price; without a number of shares its value changes as the price does, to the cent."""
    if price == position.price:
        return position
    if position.quantity is not None:
        value = position.quantity * price
    else:
        exact = Fraction(position.value) * Fraction(price) / Fraction(position.price)
        value = from_units(divide_half_even(exact.numerator * 100, exact.denominator), 2)
    pnl = None if position.pnl is None else position.pnl + value - position.value
    return Position(symbol=position.symbol, value=value, price=price, pnl=pnl, quantity=position.quantity)


def statement_at(statement: Statement, prices: Mapping[str, Decimal]) -> Statement:
    """The statement with other prices, in every account: key of a symbol -> its price.

    What is in another currency than the portfolio keeps its own.
    """
    own = {"", statement.currency}
    changed = [
        _holding_at(holding, price)
        if (price := prices.get(symbol_key(holding.symbol), holding.price)) != holding.price and holding.currency in own
        else holding
        for holding in statement.holdings
    ]
    return replace(statement, holdings=tuple(changed))


def _holding_at(holding: AccountHolding, price: Decimal) -> AccountHolding:
    if holding.quantity is not None:
        value = EXACT.multiply(holding.quantity, price)
    else:
        worth = Fraction(holding.value) * Fraction(price) / Fraction(holding.price) * 10**_DECIMALS
        value = from_units(divide_half_even(worth.numerator, worth.denominator), _DECIMALS)
    pnl = None if holding.pnl is None else EXACT.add(holding.pnl, EXACT.subtract(value, holding.value))
    return holding._replace(price=price, value=value, pnl=pnl, lots=())
