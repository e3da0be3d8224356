"""The table of targets and constraints: rows of cells in, a ``Policy`` out.

The model: one row a symbol, with its weight in percent and one cell for each rule that names symbols; rows of symbols
that are not held carry a price. Equal weights over exactly the symbols held are the default and become no targets at
all, so that they stay exact. The other rules are boxes beside the table. This module knows no streamlit.

Worked example: rows VTI 60 and BND 40, BND frozen, are ``Targets({"VTI": 60, "BND": 40})`` and ``frozen={"BND"}``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..errors import RequestError, TargetError
from ..money import decimals, from_units, to_amount, to_units
from ..planning.remarks import Money
from ..policy.constraints import RULES, Constraints
from ..policy.policy import Policy
from ..policy.rules import Rule
from ..policy.targets import Targets
from ..portfolio import Portfolio

SYMBOL, WEIGHT, PRICE = "Symbol", "Weight %", "Price"
RULES_OF_ROWS = tuple(rule for rule in RULES if rule.by_symbol)
RULES_OF_BOXES = tuple(rule for rule in RULES if not rule.by_symbol)
COLUMNS = (SYMBOL, WEIGHT, *(rule.label for rule in RULES_OF_ROWS), PRICE)
FRACTIONS = ("0.1", "0.01", "0.001", "0.0001")

Cells = Mapping[str, Any]
"""One row of the table: column -> cell."""

_NOTHING = Constraints()


def rows_of(
    portfolio: Portfolio, targets: Targets | None = None, constraints: Constraints = _NOTHING
) -> list[dict[str, Any]]:
    """The table for a portfolio: its own symbols first, then targets that are not held.

    Args:
        portfolio: What is held.
        targets: None for equal weights.
        constraints: What the rows say besides; what it says of symbols without a row is left out.
    """
    given = (targets or Targets.equal(portfolio.symbols)).fractions()
    prices = {} if targets is None else {symbol: float(price) for symbol, price in targets.prices}
    symbols = [*portfolio.symbols, *(symbol for symbol in given if symbol not in portfolio)]
    values = {rule: getattr(constraints, rule.key) for rule in RULES_OF_ROWS}
    steps = {rule: dict(value) for rule, value in values.items() if rule.kind == "steps"}
    return [
        {
            SYMBOL: symbol,
            WEIGHT: float(given.get(symbol, Fraction(0)) * 100),
            **{
                rule.label: _step_text(steps[rule].get(symbol)) if rule in steps else symbol in value
                for rule, value in values.items()
            },
            PRICE: None if symbol in portfolio else prices.get(symbol),
        }
        for symbol in symbols
    ]


def _step_text(step: Decimal | None) -> str | None:
    return None if step is None else f"{step:f}"


def read_rows(rows: Iterable[Cells], portfolio: Portfolio) -> Policy:
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
            problems.append(f"{symbol} is in two rows; one is needed.")
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
    return Policy(targets=None if equal else targets, constraints=constraints_of(filled))


def constraints_of(rows: Iterable[Cells]) -> Constraints:
    """The constraints of a table, whatever its weights are."""
    filled = _filled(rows)
    return Constraints(**{rule.key: _column(rule, filled) for rule in RULES_OF_ROWS})


def _column(rule: Rule, rows: Iterable[Cells]) -> Any:
    """What the column of a rule says: symbols that are ticked, or the steps of symbols."""
    if rule.kind == "symbols":
        return {_text(row[SYMBOL]) for row in rows if row.get(rule.label) is True}
    return {_text(row[SYMBOL]): _text(row[rule.label]) for row in rows if _text(row.get(rule.label))}


def _filled(rows: Iterable[Cells]) -> list[Cells]:
    return [row for row in rows if _text(row.get(SYMBOL))]


def sum_words(rows: Iterable[Cells]) -> str:
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


def summary(policy: Policy, money: Money) -> str:
    """The policy in a few words, beside the closed table; ``money`` writes amounts."""
    parts = ["equal weights" if policy.targets is None else "your weights"]
    for rule, value in policy.constraints.said():
        parts.append(rule.brief.format(len(value) if rule.by_symbol else rule.words(value, money)))
    return ", ".join(parts)


def in_cents(amount: float) -> Decimal:
    """A number box of whole cents as an exact amount."""
    return Decimal(f"{amount:.2f}")


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
