"""How a trade is written in a sentence and in a cell. Worked example: 10 shares are ``Buy 10``, none are a dash."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from ..money import format_shares

DASH = "\u2013"
"""What a trade of nothing looks like: quiet, never 0.00."""


def trade_text(shares: int | Decimal) -> str:
    """``Buy 10``, ``Sell 3``, or a dash, from a signed number of shares."""
    if not shares:
        return DASH
    return f"Buy {format_shares(shares)}" if shares > 0 else f"Sell {format_shares(-shares)}"


def side_of(shares: int | Decimal) -> Literal["Buy", "Sell", ""]:
    """``Buy``, ``Sell``, or empty for no trade."""
    return "Buy" if shares > 0 else "Sell" if shares < 0 else ""
