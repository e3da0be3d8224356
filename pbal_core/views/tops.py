"""Where the value axis of the chart ends: a little above the largest bar, at a round number, so that it stays put.

Worked example: bars of up to 17.8 % want an axis of 20 %.
"""

from __future__ import annotations

import math
from typing import TypedDict


class Tops(TypedDict):
    """Where the value axis of the chart ends, in percent and in dollars."""

    weights: float
    dollars: float


def tops(weight: float, dollars: float) -> Tops:
    """Ends above a largest weight in percent, never beyond 100, and a largest amount in dollars."""
    return Tops(weights=min(100.0, nice_ceiling(1.04 * weight)), dollars=nice_ceiling(1.04 * dollars))


def nice_ceiling(amount: float) -> float:
    """The next of 1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten: an axis end that stays put."""
    if amount <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(amount))
    steps = (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 8, 10)
    return next((step * power for step in steps if step * power >= amount), 10 * power)
