"""Prices and names of the portfolio on the page, and the correction of a stale price in its row.

The model: a corrected price changes what the shares are worth and what they have gained; the number of shares and what
they cost stay. Worked example: ten shares at 250 dollars with a profit of 500, corrected to 260, are worth 2,600 with
a profit of 600.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ..errors import RequestError
from ..money import divide_half_even, from_units, typed_amount
from ..portfolio.position import price_message
from ..readers import AccountHolding, Statement
from ..readers.derive import EXACT
from ..views.prices import Quotes
from . import state
from .loaded import Current

_DECIMALS = 6
"""Decimals of a value that is corrected where the file does not say the number of shares."""


def quotes(current: Current) -> Quotes:
    """What is known of the prices and names of a portfolio."""
    statement = current.statement
    held = [holding for holding in statement.holdings if holding.symbol in statement.portfolio]
    own = statement.portfolio.currency
    foreign = {holding.symbol for holding in held if holding.currency not in {"", own}}
    return Quotes(
        day=statement.as_of,
        today=None if current.sample else state.today(),
        names={holding.symbol: holding.description for holding in held if holding.description},
        corrected=current.corrected,
        correctable=frozenset(statement.portfolio.symbols) - foreign,
    )


def correct_price(symbol: str, text: str) -> None:
    """Takes another price of one symbol over, as somebody typed it.

    Raises:
        RequestError: It is no price, or the symbol's price cannot be corrected here.
    """
    page = state.page()
    current = page.current
    portfolio = current.statement.portfolio
    if symbol not in quotes(current).correctable:
        raise RequestError("The price of this position cannot be corrected here; correct it in the file.")
    price = typed_amount(text, f"the price of {symbol}", portfolio.currency, point=True)
    if price <= 0:
        raise RequestError(f"T{price_message(price)[1:]}")
    files = tuple(replace(file, statement=corrected(file.statement, symbol, price)) for file in current.files)
    statement = corrected(current.statement, symbol, price)
    page.current = replace(current, statement=statement, files=files, corrected=current.corrected | frozenset([symbol]))


def corrected(statement: Statement, symbol: str, price: Decimal) -> Statement:
    """The statement with another price of one symbol, in every account."""
    holdings = tuple(_at(holding, price) if holding.symbol == symbol else holding for holding in statement.holdings)
    return replace(statement, holdings=holdings)


def _at(holding: AccountHolding, price: Decimal) -> AccountHolding:
    """A holding at another price."""
    if holding.quantity is not None:
        value = EXACT.multiply(holding.quantity, price)
    else:
        worth = Fraction(holding.value) * Fraction(price) / Fraction(holding.price) * 10**_DECIMALS
        value = from_units(divide_half_even(worth.numerator, worth.denominator), _DECIMALS)
    pnl = None if holding.pnl is None else EXACT.add(holding.pnl, EXACT.subtract(value, holding.value))
    return holding._replace(price=price, value=value, pnl=pnl, lots=())
