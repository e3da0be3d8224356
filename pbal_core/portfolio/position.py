"""A position: what one row of a portfolio is, and what may be one. Frozen, and validated in the constructor.

Worked example: VCR, 6,798.48 dollars at 279.68 a share, is 24 whole shares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat
from typing import Any

from ..errors import DataError, Issue, Place, RequestError
from ..money import Amount, to_amount

SYMBOL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/&-]{0,30}[A-Za-z0-9])?", re.ASCII)
"""What a tradable symbol looks like. Strict on purpose: symbols are shown on a page, so nothing that a browser, a
spreadsheet or Markdown would act on may be one."""

_SPELLINGS = str.maketrans(" /-_&", ".....")


def symbol_key(symbol: str) -> str:
    """What one symbol has in common in all its spellings: ``BRK/B``, ``BRK.B``, ``BRK-B`` and ``BRK B`` are one.

    So are ``M&M`` and the ``M_M`` of TradingView.
    """
    return symbol.translate(_SPELLINGS)


_EXACT = {Decimal, type(None)}
"""Types of amounts that a reader gives, and that need no conversion."""


@dataclass(frozen=True, slots=True, init=False)
class Position:
    """One asset that is held, or that may be bought.

    Amounts may be given as ``rebalance`` takes them: a Decimal, an int, a text or a float; they are kept as Decimal.

    Args:
        symbol: The broker's text; see SYMBOL.
        value: Market value in dollars, >= 0. Zero is an asset to start buying.
        price: Mark price of one share in dollars, > 0.
        pnl: Unrealised profit (+) or loss (-) in dollars, None when unknown. It only breaks ties.
        quantity: Shares held, >= 0, None when the file does not say (then ``value / price`` counts).

    Raises:
        DataError: With every argument that is out of bounds.
    """

    symbol: str
    value: Decimal
    price: Decimal
    pnl: Decimal | None = None
    quantity: Decimal | None = None

    def __init__(
        self,
        *,
        symbol: str,
        value: Amount,
        price: Amount,
        pnl: Amount | None = None,
        quantity: Amount | None = None,
    ) -> None:
        amounts: tuple[Any, ...] = (value, price, pnl, quantity)
        issues: list[Issue] = []
        if not (type(value) is type(price) is Decimal and type(pnl) in _EXACT and type(quantity) in _EXACT):
            where = Place(symbol=str(symbol)[:40])
            amounts = tuple(map(_exact, amounts, ("value", "price", "pnl", "quantity"), repeat(where), repeat(issues)))
        found = list(position_problems(symbol, *amounts))
        if issues or found:
            where = Place(symbol=str(symbol)[:40])
            raise DataError([*issues, *(Issue("error", code, message, where) for _field, code, message in found)])
        keep = object.__setattr__
        keep(self, "symbol", symbol)
        keep(self, "value", amounts[0])
        keep(self, "price", amounts[1])
        keep(self, "pnl", amounts[2])
        keep(self, "quantity", amounts[3])

    @property
    def whole_shares(self) -> int:
        """The most whole shares that may be sold: the quantity where known, else ``value / price``, rounded down."""
        if self.quantity is not None:
            return int(self.quantity)
        value_over, value_under = self.value.as_integer_ratio()
        price_over, price_under = self.price.as_integer_ratio()
        return (value_over * price_under) // (value_under * price_over)


def _exact(amount: Any, name: str, where: Place, issues: list[Issue]) -> Decimal | None:
    """An amount as a Decimal; what cannot be used goes to ``issues``."""
    if amount is None or isinstance(amount, Decimal):
        if amount is None and name in {"value", "price"}:
            issues.append(Issue("error", "empty_cell", f"the {name} is missing; a number is needed.", where))
        return amount
    try:
        return to_amount(amount, f"the {name}")
    except RequestError as error:
        issues.append(Issue("error", "not_a_number", str(error), where))
        return None


def bad_symbol_message(symbol: str) -> str:
    """Why a text is refused as a symbol. Shows it escaped, so that nothing in it acts on a terminal or a page."""
    shown = ascii(symbol if len(symbol) <= 40 else symbol[:40] + "...")
    return (
        f"{shown} cannot be a symbol; up to 32 letters, digits, spaces and . / - _ & are accepted, beginning and "
        "ending with a letter or a digit."
    )


def short_position_message(amount: Decimal) -> str:
    """Why a negative holding is refused."""
    why = "the plan can only hold or sell what is owned, so close it or remove the row."
    return f"{amount:f} is a short position; {why}"


def price_message(price: Decimal) -> str:
    """Why a price of zero or less is refused."""
    return f"the price is {price:f}; a price above 0 is needed to turn money into shares."


def position_problems(
    symbol: str,
    value: Decimal | None,
    price: Decimal | None,
    pnl: Decimal | None = None,
    quantity: Decimal | None = None,
) -> Iterator[tuple[str, str, str]]:
    """Why facts cannot be a position: triples of the field's name, an issue code and a message for a person.

    None is unknown, or was refused already; it is not checked here.
    """
    if not isinstance(symbol, str):
        yield "symbol", "bad_symbol", f"the symbol is of type {type(symbol).__name__}; a text is needed."
    elif not symbol:
        yield "symbol", "empty_symbol", "the symbol is empty; each position needs one."
    elif not SYMBOL.fullmatch(symbol):
        yield "symbol", "bad_symbol", bad_symbol_message(symbol)
    for name, amount in (("value", value), ("price", price), ("pnl", pnl), ("quantity", quantity)):
        if amount is None:
            continue
        if not isinstance(amount, Decimal):
            yield name, "not_decimal", f"the {name} is of type {type(amount).__name__}; a Decimal is needed."
        elif not amount.is_finite():
            yield name, "not_finite", f"the {name} is {amount}; a finite number is needed."
        elif name == "price" and amount <= 0:
            yield name, "price_not_positive", price_message(amount)
        elif name in {"value", "quantity"} and amount < 0:
            yield name, "short_position", short_position_message(amount)
