"""What can be traded of a position, counted in lots: one share, or the smallest fraction that the broker takes.

The model: a lot of None is a whole share. Worked example: a fund at 10.25 dollars that trades in tenths has lots of
1.025 dollars; of 107.625 dollars, 105 lots may be sold, and 7 lots are 0.7 share.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ..money import decimals, from_units, to_units
from ..portfolio import Position
from .strategy import Direction


def lot_price(position: Position, lot: Decimal | None, scale: int) -> int:
    """Units of ``10**-scale`` dollars that one lot costs, exactly; a lot of None is a whole share."""
    if lot is None:
        return to_units(position.price, scale)
    places = decimals(lot)
    return to_units(position.price, scale - places) * to_units(lot, places)


def lots_held(position: Position, lot: Decimal | None) -> int:
    """The most lots that may be sold: the quantity where known, else ``value / price``, rounded down."""
    if lot is None:
        return position.whole_shares
    if position.quantity is not None:
        return Fraction(position.quantity) // Fraction(lot)
    return Fraction(position.value) // (Fraction(position.price) * Fraction(lot))


def lots_as_shares(count: int, lot: Decimal | None) -> int | Decimal:
    """Lots as shares, exactly: an int for whole shares."""
    if lot is None:
        return count
    places = decimals(lot)
    return from_units(count * to_units(lot, places), places)


def fewest_sold(price: int, held: int, terms: tuple[int, int, int, Direction]) -> int:
    """The fewest lots of a sale, >= 1.

    So that money can be raised, the fee asks of a sale no more than the position, nor in a withdrawal than its amount.

    Args:
        price: Units of one lot.
        held: The most lots that may be sold.
        terms: Units of the smallest trade, and of the smallest that is worth its fee; units that may be spent (+) or
            must be raised (-); and what may be traded.
    """
    min_trade, worth, need, direction = terms
    if need < 0:
        worth = min(worth, held * price)
        if direction == "sell":
            worth = min(worth, -need)
    return max(1, -(-max(min_trade, worth) // price))
