"""A plan as a file: CSV, JSON, an IBKR TWS basket, and the exact amounts in each.

The model: every export is text made from a plan and, where a day is needed, the day it is given: nothing here looks
at a clock. Money is written as plain exact decimals, never rounded and never in floating point.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from ..errors import Issue
from ..money import divide_half_even, from_units, minor_digits, round_cents
from ..planning.plan import Plan
from ..portfolio.shown import json_text
from .columns import FILE_COLUMNS, Exact
from .prices import Quotes

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a leading ``= + - @`` or control character gets an apostrophe.

    Source: OWASP, CSV injection. Numbers are not passed through here.
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def plain(amount: Decimal) -> str:
    """An exact amount without exponent: ``2800.00``."""
    return f"{amount:f}"


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def money_text(amount: Decimal, currency: str) -> str:
    """An exact amount with at least the decimals of its currency: ``3966.60``."""
    text = plain(amount)
    missing = minor_digits(currency) - len(text.partition(".")[2])
    return text if missing <= 0 else f"{text}{'' if '.' in text else '.'}{'0' * missing}"


PRICE_COLUMNS = ("Gain", "PriceDate", "PriceAgeDays")
"""What every CSV says last: the gain that a sale realises by average cost, and how old its price is."""


def _price_cells(plan: Plan, quotes: Quotes, i: int) -> tuple[str, ...]:
    """The cells of PRICE_COLUMNS for one position; empty where nothing is known, or nothing is sold."""
    outcome, symbol = plan.outcome, plan.portfolio.symbols[i]
    gain = outcome.gain_of(i) if outcome.shares[i] < 0 else None
    day, age = quotes.day_of(symbol), quotes.age_of(symbol)
    return (
        "" if gain is None else money_text(gain_amount(plan, gain), plan.portfolio.currency),
        "" if day is None else day.isoformat(),
        "" if age is None else str(age),
    )


def gain_amount(plan: Plan, units: int) -> Decimal:
    """A gain in dollars and cents, since it is an estimate."""
    return round_cents(from_units(units, plan.scale))


def plan_csv(plan: Plan, quotes: Quotes | None = None) -> str:
    """Every position in file order: what is held, what to trade, and why. CRLF line ends, as RFC 4180 says.

    Args:
        plan: What to write.
        quotes: What is known of its prices.
    """
    columns = [(c.file, c.exact(plan)) for c in FILE_COLUMNS if c.exact and c.file and c.file.csv]
    currency = plan.portfolio.currency
    cells = [[_csv_cell(value, currency if file.money else "") for value in values] for file, values in columns]
    known = quotes or Quotes()
    rows = ((*row, *_price_cells(plan, known, i)) for i, row in enumerate(zip(*cells, strict=True)))
    return _csv([*(str(file.csv) for file, _values in columns), *PRICE_COLUMNS], rows)


def _csv_cell(value: Exact, currency: str) -> str:
    """Text that is harmless in a spreadsheet, or a number in full; ``currency`` is empty where it is no money."""
    if isinstance(value, str):
        return neutral(value)
    return money_text(Decimal(value), currency) if currency else plain(Decimal(value))


def trades_csv(plan: Plan, quotes: Quotes | None = None) -> str:
    """The trades alone: Action, Quantity, Symbol, Price, Value, Reason, then PRICE_COLUMNS.

    Args:
        plan: What to write.
        quotes: What is known of its prices.
    """
    currency = plan.portfolio.currency
    return _csv(
        ("Action", "Quantity", "Symbol", "Price", "Value", "Reason", *PRICE_COLUMNS),
        (
            (
                trade.side,
                str(trade.quantity),
                neutral(trade.symbol),
                money_text(trade.price, currency),
                money_text(trade.value.copy_abs(), currency),
                neutral(trade.reason),
                *_price_cells(plan, quotes or Quotes(), i),
            )
            for i, trade in enumerate(plan.orders)
            if trade.shares
        ),
    )


def plan_json(plan: Plan, quotes: Quotes | None = None) -> str:
    """The whole plan as JSON. Amounts are strings, so that no reader turns them into binary fractions.

    Args:
        plan: What to write.
        quotes: What is known of its prices.
    """
    return json_text(plan_document(plan, quotes))


def plan_document(plan: Plan, quotes: Quotes | None = None) -> dict[str, Any]:
    """The same in plain Python values."""
    proof, known = plan.proof, quotes or Quotes()
    age = known.age_of("") if known.day is not None else None
    return {
        "kind": "pbal-plan",
        "version": 1,
        "currency": plan.portfolio.currency,
        "cash": plain(plan.cash),
        "strategy": plan.strategy,
        "method": plan.method,
        "min_trade": plain(plan.min_trade),
        "cost": plain(plan.cost),
        "fees": plain(plan.fees),
        "cash_left": plain(plan.cash_left),
        "turnover": plan.turnover,
        "drift_before": plan.drift_before,
        "drift_after": plan.drift_after,
        "prices_of": None if known.day is None else known.day.isoformat(),
        "prices_age_days": age,
        "issues": issues_document(plan.issues),
        "proof": None
        if proof is None
        else {
            "lower_bound": proof.lower_bound,
            "objective": proof.objective,
            "idle": proof.idle,
            "gap": proof.gap,
            "proven": proof.proven,
            "work": proof.work,
        },
        "positions": _positions(plan),
    }


def issues_document(issues: Iterable[Issue]) -> list[dict[str, str]]:
    """Remarks on a plan."""
    return [{"severity": i.severity, "code": i.code, "message": i.message} for i in issues]


def _positions(plan: Plan) -> list[dict[str, str | int | float | None]]:
    """One object for each position; exact decimals are text, shares are integers where they are whole."""
    columns = [(c.file.json, c.exact(plan)) for c in FILE_COLUMNS if c.exact and c.file]
    return [
        {**{key: _json_value(values[i]) for key, values in columns}, "gain_realised": _json_gain(plan, i)}
        for i in range(len(plan.portfolio))
    ]


def _json_gain(plan: Plan, i: int) -> str | None:
    """The gain that a sale realises by average cost; None where nothing is sold, or the cost is unknown."""
    gain = plan.outcome.gain_of(i) if plan.outcome.shares[i] < 0 else None
    return None if gain is None else plain(gain_amount(plan, gain))


def _json_value(value: Exact) -> str | int | float:
    return plain(value) if isinstance(value, Decimal) else value


BASKET_COLUMNS = (
    "Action",
    "Quantity",
    "Symbol",
    "SecType",
    "Exchange",
    "Currency",
    "TimeInForce",
    "OrderType",
    "LmtPrice",
)


def basket_csv(plan: Plan, *, currency: str = "USD") -> str:
    """The trades as an IBKR TWS BasketTrader file: day limit orders at the mark price, sells first.

    TWS takes whole shares only, so trades of fractions are left out; ``not_in_basket`` names them. Class shares are
    written the way TWS writes them (``BRK B``). Source: IBKR, TWS Users' Guide, BasketTrader, "Create a Basket".

    Args:
        plan: What to trade.
        currency: ISO code that all prices are in.
    """
    whole = [trade for trade in plan.trades if isinstance(trade.shares, int)]
    return _csv(
        BASKET_COLUMNS,
        (
            (
                trade.side.upper(),
                str(trade.quantity),
                neutral(_CLASS_SHARE.sub(r"\1 \2", trade.symbol)),
                "STK",
                "SMART",
                currency,
                "DAY",
                "LMT",
                plain(_tick(trade.price)),
            )
            for trade in sorted(whole, key=lambda trade: trade.shares > 0)
        ),
    )


def not_in_basket(plan: Plan) -> list[str]:
    """Symbols whose trades a basket cannot carry, because they are fractions of a share."""
    return [trade.symbol for trade in plan.trades if not isinstance(trade.shares, int)]


_CLASS_SHARE = re.compile(r"^([A-Z]+)[./]([A-Z])$")


def _tick(price: Decimal) -> Decimal:
    """A price on the grid that US exchanges take: cents, or hundredths of a cent below one dollar (SEC Rule 612)."""
    if price >= 1:
        return round_cents(price)
    numerator, denominator = price.as_integer_ratio()
    return max(from_units(divide_half_even(numerator * 10_000, denominator), 4), Decimal("0.0001"))
