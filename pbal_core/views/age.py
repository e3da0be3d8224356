"""How old prices are, in words, and whether that is too old for an order.

The model: prices of the last trading day are fresh; those of an earlier day are asked about before they become limits
of orders. Exchange holidays are not known here, so prices are old one day too early after one. Worked example: prices
of Friday are fresh on Monday and old on Tuesday.
"""

from __future__ import annotations

from datetime import date, timedelta


def day_words(day: date) -> str:
    """``1 April 2026``."""
    return f"{day.day} {day:%B} {day.year}"


def age_words(day: date, today: date) -> str:
    """``239 days old``, ``from yesterday``, ``from today``."""
    days = (today - day).days
    if days < 0:
        return "dated in the future"
    return {0: "from today", 1: "from yesterday"}.get(days, f"{days:,} days old")


def last_trading_day(today: date) -> date:
    """The weekday before ``today``."""
    last = today - timedelta(days=1)
    while last.weekday() > 4:  # Saturday, Sunday
        last -= timedelta(days=1)
    return last


def too_old(day: date | None, today: date) -> bool:
    """Whether prices of ``day`` are older than the last trading day, or of an unknown day."""
    return day is None or day < last_trading_day(today)
