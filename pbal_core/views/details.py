"""What a row of the table opens to: price and its day, shares before and after, gain, and the reason of its trade.

The model: the file says the facts that no plan changes (:func:`fixed_details`), a plan the rest
(:func:`plan_details`). Worked example: a row of VCR in the sample, with 5,000 dollars to invest, opens to
"39.8 % below target; the lowest of 10", "$279.68", "24 before and 34 after" and "+$247.00".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TypedDict

from ..money import divide_half_even, format_money, format_shares, from_units
from ..planning.outcome import Basis, Outcome
from ..planning.problem import Problem
from ..portfolio import Position
from .prices import Quotes, format_price

ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
"""A symbol that nobody knows by heart, so the fund's name is written under it. Source: ISO 6166."""

MOST_NAME = 60
"""Characters of a name that are shown."""


class FixedDetails(TypedDict):
    """For each row, in file order, what no plan changes."""

    names: list[str]
    """The fund's name where the symbol is an ISIN, else empty."""
    prices: list[str]
    profits: list[str]
    plain_prices: list[str]
    """The price in digits, to be corrected; empty where it cannot be."""


class PlanDetails(TypedDict):
    """For each row, in file order, what one plan says."""

    shares: list[str]
    reasons: list[str]
    gains: list[str]


def fixed_details(problem: Problem, quotes: Quotes) -> FixedDetails:
    """The facts of each row."""
    held = problem.portfolio
    currency = held.currency
    return FixedDetails(
        names=[fund_name(p.symbol, quotes.names) for p in held],
        prices=[f"{format_price(p.price, currency)}, {quotes.price_day(p.symbol)}" if p.value or p.quantity
                else f"{format_price(p.price, currency)}, as you said" for p in held],
        profits=[profit_text(p, currency) for p in held],
        plain_prices=[f"{p.price:f}" if p.symbol in quotes.correctable else "" for p in held],
    )  # fmt: skip


def plan_details(problem: Problem, outcome: Outcome) -> PlanDetails:
    """What a plan says of each row; the same words as the plan itself."""
    reasons = problem.reasons_for(outcome.cash)
    rows = zip(outcome.shares, reasons, strict=True)
    said = [(why.buy if shares > 0 else why.sell) if shares else "" for shares, why in rows]
    return PlanDetails(
        shares=[shares_text(p, shares) for p, shares in zip(problem.portfolio, outcome.shares, strict=True)],
        reasons=[text[:1].upper() + text[1:] for text in said],
        gains=[gain_words(outcome, i) for i in range(len(said))],
    )


def fund_name(symbol: str, names: Mapping[str, str]) -> str:
    """The name to write under a symbol: that of an ISIN, cut where it is very long."""
    name = names.get(symbol, "") if ISIN.fullmatch(symbol) else ""
    return name if len(name) <= MOST_NAME else f"{name[: MOST_NAME - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def shares_text(position: Position, traded: int | Decimal) -> str:
    """``24 before and 34 after``; ``24`` where nothing trades. Counted from the value where the file does not say."""
    if position.quantity is not None:
        held, about = position.quantity, ""
    else:
        ratio = Fraction(position.value) / Fraction(position.price)
        held = from_units(divide_half_even(ratio.numerator * 1000, ratio.denominator), 3)
        about = "" if Fraction(held) == ratio and held == int(held) else "about "
    before = f"{about}{_count(held)}"
    return f"{before} before and {_count(max(Decimal(0), held + traded))} after" if traded else before


def _count(shares: Decimal) -> str:
    return format_shares(int(shares) if shares == int(shares) else shares)


def profit_text(position: Position, currency: str) -> str:
    """``+$1,234.50``; or that the file does not say it."""
    if not position.value:
        return "nothing is held"
    if position.pnl is None:
        return "not in the file"
    return format_money(position.pnl, signed=True, currency=currency)


def gain_words(outcome: Outcome, i: int) -> str:
    """``Realises about $247 gain``, by average cost; empty where nothing is sold."""
    if outcome.shares[i] >= 0:
        return ""
    gain = outcome.gain_of(i)
    if gain is None:
        return "What the sale realises is unknown: the file does not say what the fund cost"
    return f"Realises about {whole_money(outcome.basis, abs(gain))} {'gain' if gain >= 0 else 'loss'} {AVERAGE}"


AVERAGE = "(average cost; your broker may count by lots)"


def whole_money(basis: Basis, units: int) -> str:
    """``$247``: an amount rounded to whole units of the currency."""
    whole = divide_half_even(units, 10**basis.scale)
    return format_money(Decimal(whole), currency=basis.currency).partition(".")[0]
