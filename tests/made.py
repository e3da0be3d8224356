"""Made portfolios of any size, the same every time."""

from __future__ import annotations

import random
from decimal import Decimal

from pbal_core import Portfolio, Position


def made_portfolio(count: int, seed: int = 1) -> Portfolio:
    """``count`` positions of 1,000 to 20,000 dollars at prices of 10 to 400 dollars, with a P&L each."""
    draw = random.Random(seed)

    def dollars(low: int, high: int) -> Decimal:
        return Decimal(draw.randint(100 * low, 100 * high)) / 100

    return Portfolio(
        Position(symbol=f"S{i:03d}", value=dollars(1000, 20_000), price=dollars(10, 400), pnl=dollars(-900, 900))
        for i in range(count)
    )
