"""The table of targets and constraints: rows of cells in, arguments of ``rebalance`` out.

The model: one row a symbol, with its weight in percent, what it may not do, and the smallest fraction that trades; rows
of symbols that are not held carry a price. Equal weights over exactly the symbols held are the default and become no
targets at all, so that they stay exact. Beside the table stand two amounts: cash that stays cash, and the fee of a
trade. This module knows no streamlit.

Worked example: rows VTI 60 and BND 40, BND frozen, are ``targets={VTI: 60, BND: 40}`` and ``frozen=("BND",)``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..errors import RequestError, TargetError
from ..money import decimals, from_units, to_amount, to_units
from ..planning.remarks import Money
from ..policy.file import Wishes
from ..policy.targets import Targets
from ..portfolio import Portfolio

SYMBOL, WEIGHT, PRICE = "Symbol", "Weight %", "Price"
FREEZE, NEVER_BUY, NEVER_SELL, FRACTION = "Freeze", "Never buy", "Never sell", "Smallest fraction"
COLUMNS = (SYMBOL, WEIGHT, FREEZE, NEVER_BUY, NEVER_SELL, FRACTION, PRICE)
FRACTIONS = ("0.1", "0.01", "0.001", "0.0001")

Row = Mapping[str, Any]


_NOTHING = Wishes()


def rows_of(portfolio: Portfolio, targets: Targets | None = None, ticks: Wishes = _NOTHING) -> list[dict[str, Any]]:
    """The table for a portfolio: its own symbols first, then targets that are not held.

    Args:
        portfolio: What is held.
        targets: None for equal weights.
        ticks: Whose constraints stand in the rows; what it says of symbols without a row is left out.
    """
    given = (targets or Targets.equal(portfolio.symbols)).fractions()
    prices = {} if targets is None else {symbol: float(price) for symbol, price in targets.prices}
    symbols = [*portfolio.symbols, *(symbol for symbol in given if symbol not in portfolio)]
    steps = {symbol: f"{step:f}" for symbol, step in ticks.fractional}
    return [
        {
            SYMBOL: symbol,
            WEIGHT: float(given.get(symbol, Fraction(0)) * 100),
            FREEZE: symbol in ticks.frozen,
            NEVER_BUY: symbol in ticks.never_buy,
            NEVER_SELL: symbol in ticks.never_sell,
            FRACTION: steps.get(symbol),
            PRICE: None if symbol in portfolio else prices.get(symbol),
        }
        for symbol in symbols
    ]


def read_rows(rows: Iterable[Row], portfolio: Portfolio) -> Wishes:
    """What the table asks for.

    Raises:
        TargetError: A weight, a sum or a price that cannot be used; everything at once.
    """
    filled = _filled(rows)
    weights: dict[str, Decimal] = {}
    problems = []
    for row in filled:
        symbol = _text(row[SYMBOL])
        if symbol in weights:
            problems.append(f"{symbol} stands in two rows; one is needed.")
        try:
            weights[symbol] = _number(row.get(WEIGHT), f"the weight of {symbol}") or Decimal(0)
        except RequestError as error:
            problems.append(str(error))
    if problems:
        raise TargetError("\n".join(problems))
    prices = {_text(row[SYMBOL]): row[PRICE] for row in filled if not _empty(row.get(PRICE))}
    prices = {symbol: price for symbol, price in prices.items() if symbol not in portfolio}
    equal = set(weights) == set(portfolio.symbols) and len(set(weights.values())) == 1
    targets = Targets(weights, prices=prices)
    return replace(ticks_of(filled), targets=None if equal else targets)


def ticks_of(rows: Iterable[Row]) -> Wishes:
    """The constraints of a table, whatever its weights are."""
    filled = _filled(rows)
    return Wishes(
        frozen=_ticked(filled, FREEZE),
        never_buy=_ticked(filled, NEVER_BUY),
        never_sell=_ticked(filled, NEVER_SELL),
        fractional=tuple((_text(r[SYMBOL]), Decimal(_text(r[FRACTION]))) for r in filled if _text(r.get(FRACTION))),
    )


def _filled(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if _text(row.get(SYMBOL))]


def sum_words(rows: Iterable[Row]) -> str:
    """The sum of the weights, and what is missing to 100 percent."""
    total = Fraction(0)
    for row in rows:
        try:
            total += Fraction(_number(row.get(WEIGHT), "weight") or 0)
        except RequestError:
            return "The sum is not known: a weight is not a number."
    rest = 100 - total
    if abs(rest) <= Fraction(1, 10_000):
        return "The weights sum to 100 %."
    shown = f"{float(abs(rest)):.4g} % {'to give' if rest > 0 else 'too much'}"
    return f"The weights sum to {float(total):.6g} %: {shown}."


def summary(wishes: Wishes, money: Money) -> str:
    """The wishes in a few words, beside the closed table; ``money`` writes amounts."""
    parts = ["equal weights" if wishes.targets is None else "your weights"]
    counts = (
        (wishes.frozen, "frozen"),
        (wishes.never_buy, "never bought"),
        (wishes.never_sell, "never sold"),
        (wishes.fractional, "in fractions"),
    )
    parts += [f"{len(symbols)} {words}" for symbols, words in counts if symbols]
    parts += [f"{money(wishes.cash_buffer)} stay cash"] if wishes.cash_buffer else []
    parts += [f"a fee of {money(wishes.fee_per_trade)} a trade"] if wishes.fee_per_trade else []
    return ", ".join(parts)


def in_cents(amount: float) -> Decimal:
    """A number box of whole cents as an exact amount."""
    return Decimal(f"{amount:.2f}")


def _ticked(rows: Iterable[Row], column: str) -> tuple[str, ...]:
    return tuple(_text(row[SYMBOL]) for row in rows if row.get(column) is True)


def _empty(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _text(value: object) -> str:
    return "" if _empty(value) else str(value).strip()


def _number(value: object, name: str) -> Decimal | None:
    """A weight as a person types it: a float of the table counts to ten decimals."""
    if _empty(value):
        return None
    text = f"{value:.10f}" if isinstance(value, float) else str(value)
    amount = to_amount(text, name)
    scale = decimals(amount)
    return from_units(to_units(amount, scale), scale)
