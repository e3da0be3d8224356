"""Prices and names of the portfolio on the page, and the correction of a stale price in its row.

The model: a corrected price changes what the shares are worth and what they have gained; the number of shares and what
they cost stay. Worked example: ten shares at 250 dollars with a profit of 500, corrected to 260, are worth 2,600 with
a profit of 600.
"""

from __future__ import annotations

from dataclasses import replace

from ..errors import RequestError
from ..money import typed_amount
from ..portfolio import symbol_key
from ..portfolio.position import price_message
from ..readers.several import statement_at
from ..views.prices import Quotes
from . import state
from .loaded import Current


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
    prices = {symbol_key(symbol): price}
    files = tuple(replace(file, statement=statement_at(file.statement, prices)) for file in current.files)
    statement = statement_at(current.statement, prices)
    page.current = replace(current, statement=statement, files=files, corrected=current.corrected | frozenset([symbol]))
