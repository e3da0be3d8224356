"""The money of a plan in whole cents, such that it adds up: what every table shows.

The model: an amount may have fractions of a cent, since prices do. Rounded one by one, the amounts of a column need not
add up to their rounded sum; so the cents that are missing go to the amounts with the largest remainders, and no amount
is a whole cent away from what it is. Every row adds up across: what is there now and what is traded make what is there
after. Cash takes what the trades and their fees cost, so everything together comes out even.

Worked example: three amounts of 0.333 dollars are 0.33, 0.33 and 0.34, which add up to 1.00 as 0.999 rounds to.

A cent is the smallest unit of the currency; for yen it is one yen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ..money import divide_half_even


@dataclass(frozen=True, kw_only=True)
class Cents:
    """The amounts of one outcome in whole cents; n positions in file order.

    Args:
        now: n values before the trades.
        moved: n amounts that the trades cost (+) or raise (-).
        after: n values after the trades, >= 0. ``now + moved``, but where a file rounds a value down and all of it is
            sold: nothing is left then, not less.
        cash: What is to invest (+) or to withdraw (-).
        fees: What the trades cost besides, >= 0.
    """

    now: tuple[int, ...]
    moved: tuple[int, ...]
    after: tuple[int, ...]
    cash: int
    fees: int

    @cached_property
    def cash_moved(self) -> int:
        """What the trades and their fees take from the cash (-) or give it (+)."""
        return -sum(self.moved) - self.fees

    @property
    def cash_after(self) -> int:
        """Cash that stays, signed."""
        return self.cash + self.cash_moved

    @property
    def total_now(self) -> int:
        """Positions and cash before the trades."""
        return sum(self.now) + self.cash

    @property
    def total_after(self) -> int:
        """Positions and cash after the trades."""
        return sum(self.after) + self.cash_after


def in_cents(amounts: Sequence[int], spare: int, symbols: Sequence[str], whole: int | None = None) -> tuple[int, ...]:
    """Amounts in whole cents that add up.

    Args:
        amounts: n amounts, each in units of ``10**-spare`` cents.
        spare: Decimals beyond the cent; negative where the units are coarser than cents.
        symbols: n names; where two remainders are equal, the one that comes first in the alphabet gets the cent.
        whole: The cents that they should add up to; their rounded sum by default.

    Returns:
        n numbers of cents, each the amount rounded down or up.
    """
    if spare <= 0:
        return tuple(amount * 10**-spare for amount in amounts) if spare else tuple(amounts)
    cent = 10**spare
    if whole is None:
        whole = divide_half_even(sum(amounts), cent)
    found, rests = [amount // cent for amount in amounts], [amount % cent for amount in amounts]
    missing = whole - sum(found)
    if missing <= 0:
        return tuple(found)
    largest = sorted((i for i, rest in enumerate(rests) if rest), key=lambda i: (-rests[i], symbols[i]))
    for i in largest[:missing]:
        found[i] += 1
    return tuple(found)
