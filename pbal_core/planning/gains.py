"""What a sale realises, by average cost: every share that is sold takes its part of what the holding cost.

The model: a holding cost its value less its unrealised profit. Of a sale of s out of h shares the gain is the proceeds
less ``cost * s / h``. Brokers may count by lots instead, so a person reads "about". Source: the average cost method of
26 CFR 1.1012-1(e), for shares of funds.

Worked example: 40 shares at 250 dollars with a profit of 2,000 cost 8,000, so 200 a share; selling 5 realises
``5 * 50 = 250``, which is a fifth of the proceeds.
"""

from __future__ import annotations

from fractions import Fraction

from ..money import divide_half_even
from ..portfolio import Position

PARTS = 10**18
"""The gain of a sale is a number of these parts of its proceeds; fine enough for a cent of any amount."""


def gain_parts(position: Position) -> int | None:
    """How many PARTS of the proceeds of a sale are gain (+) or loss (-); None where the profit is unknown.

    The proceeds are at the mark price. Where the file does not say how many shares are held, ``value / price`` counts.
    """
    if position.pnl is None:
        return None
    value, pnl = Fraction(position.value), Fraction(position.pnl)
    worth = value if position.quantity is None else Fraction(position.quantity) * Fraction(position.price)
    if not worth:
        return None
    gain = PARTS * (1 - (value - pnl) / worth)
    return divide_half_even(gain.numerator, gain.denominator)
