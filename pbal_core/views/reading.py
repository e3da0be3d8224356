"""What was read of the files, in a few words: whose file, how old its prices are, what it holds, what was left out.

Worked example: a Fidelity file of 1 April 2026 with three funds, seen on 26 November 2026, is
``Fidelity``, ``1 April 2026``, ``239 days old`` (``old`` from a week on) and ``3 funds, $76,474.10``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ..readers.preview import preview
from ..readers.statement import Statement
from .age import age_words, day_words

OLD_DAYS = 7
"""Prices of this many days ago are worth a warning."""

_LEFT_OUT = frozenset({"position", "cash", "pending", "unsupported"})
"""Kinds of lines that are money, so that leaving one out is worth a word; headers and totals are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read, as text.

    Args:
        day: The day of the prices, ``1 April 2026``; empty when no file says it.
        age: ``prices 239 days old``, ``prices from today``; ``undated prices`` when no file says the day.
        old: The prices are at least OLD_DAYS old.
        funds: ``3 funds, $76,474.10``; ``no funds`` where there is nothing but cash.
        accounts: ``2 accounts added up``; empty for one.
        cash: Cash found, as money; empty when there is none to invest.
        left_out: ``1 line left out``; empty when there is none.
    """

    day: str
    age: str
    old: bool
    funds: str
    accounts: str
    cash: str
    left_out: str


def reading(whole: Statement, parts: Iterable[Statement], today: date) -> Reading:
    """The words for a statement with a portfolio, and for the files that it is made of.

    Raises:
        DataError: A choice is still open, so there is no portfolio.
    """
    portfolio = whole.portfolio
    days = None if whole.as_of is None else (today - whole.as_of).days
    held = {holding.account for holding in whole.holdings} & whole.included if whole.accounts else set()
    skipped = sum(
        not line.used and line.kind in _LEFT_OUT and (line.kind != "cash" or line.reason != "")
        for part in parts
        for line in preview(part).lines
    )
    return Reading(
        day="" if whole.as_of is None else day_words(whole.as_of),
        age="undated prices" if whole.as_of is None else f"prices {age_words(whole.as_of, today)}",
        old=days is not None and days >= OLD_DAYS,
        funds=f"{counted(len(portfolio), 'fund')}, {portfolio.money(portfolio.value)}"
        if len(portfolio)
        else "no funds",
        accounts=f"{len(held)} accounts added up" if len(held) > 1 else "",
        cash=portfolio.money(whole.cash_found) if whole.cash_found > 0 else "",
        left_out=f"{counted(skipped, 'line')} left out" if skipped else "",
    )


def counted(number: int, noun: str) -> str:
    """``1 fund``, ``1,200 funds``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
