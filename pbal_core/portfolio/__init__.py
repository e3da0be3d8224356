"""What is held: positions, and portfolios of them."""

from .portfolio import COLUMNS, MAX_POSITIONS, Portfolio, check_portfolio
from .position import (
    SYMBOL,
    Position,
    bad_symbol_message,
    position_problems,
    price_message,
    short_position_message,
    symbol_key,
)

__all__ = [
    "COLUMNS",
    "MAX_POSITIONS",
    "SYMBOL",
    "Portfolio",
    "Position",
    "bad_symbol_message",
    "check_portfolio",
    "position_problems",
    "price_message",
    "short_position_message",
    "symbol_key",
]
