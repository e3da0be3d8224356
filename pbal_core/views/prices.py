"""Prices as a person reads them: all of their decimals, their day, how old they are, which were corrected.

Worked example: 12.3457 dollars of 1 April 2026, read on 26 November, are "$12.3457, of 1 April 2026, 239 days old".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ..money import format_money
from .age import age_words, day_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """What is known of the prices and the names of a portfolio's positions.

    Args:
        day: The day of the prices, None when no file says it.
        today: The day it is, for the age of the prices; None where that is not to be said.
        names: Symbol -> the broker's name of the fund.
        corrected: Symbols whose price was corrected on the page.
        correctable: Symbols whose price can be.
    """

    day: date | None = None
    today: date | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    corrected: frozenset[str] = frozenset()
    correctable: frozenset[str] = frozenset()

    def day_of(self, symbol: str) -> date | None:
        """The day of one price; a price that was corrected is of today."""
        return self.today if symbol in self.corrected else self.day

    def age_of(self, symbol: str) -> int | None:
        """How many days old one price is; None where that is unknown."""
        day = self.day_of(symbol)
        return None if day is None or self.today is None else (self.today - day).days

    def words(self) -> str:
        """``Prices of 1 April 2026, 239 days old``, and which of them were corrected."""
        if self.day is None:
            said = "The file does not say what day its prices are from"
        else:
            age = "" if self.today is None else f", {age_words(self.day, self.today)}"
            said = f"Prices of {day_words(self.day)}{age}"
        return f"{said}; corrected: {', '.join(sorted(self.corrected))}" if self.corrected else said

    def price_day(self, symbol: str) -> str:
        """``of 1 April 2026, 239 days old``."""
        if symbol in self.corrected:
            return "corrected by you"
        if self.day is None:
            return "the file has no date"
        age = "" if self.today is None else f", {age_words(self.day, self.today)}"
        return f"of {day_words(self.day)}{age}"


def format_price(price: Decimal, currency: str) -> str:
    """A price with all of its decimals: ``$279.68``, ``$12.3457``."""
    cents = format_money(price, currency=currency)
    exact = f"{price:,f}"
    places = len(exact.partition(".")[2].rstrip("0"))
    shown = len(cents.partition(".")[2])
    if places <= shown:
        return cents
    sign = cents.rstrip("0123456789.,")
    return f"{sign}{price:,.{places}f}"
