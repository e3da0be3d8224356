"""Cross-checks of numbers that a file prints more than once, as exact as their digits allow.

The model: a printed number may be half of its last digit off. So 10.2 x 250.00 and ``$2,550`` agree, and so do 3 x 1.27
and ``$4``; 10 x 250.00 and 2,600.00 do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from .cells import harmless
from .derive import EXACT
from .facts import TotalCheck

CENT = Decimal("0.01")
FAR_OFF = Decimal("0.02")
"""Quantity times price may be this fraction off the value with a warning (late prices); beyond, it is refused."""


CountedKind = Literal["asset", "cash", "pending", "due"]
"""``pending`` is a debit that is not settled, ``due`` a credit that is not counted as cash."""


Level = Literal["total", "section", "part", "summary", "bare"]
"""What a total is that of: a table, a section in a table of sections, some other part, the table beside which it is
said, or nothing that is known (``bare``): an asset that only has a value, or a total under a name of its own."""


class Counted(NamedTuple):
    """An amount that a total may include.

    Attributes:
        line: Line of the file.
        account: Account, may be empty.
        amount: Signed.
        kind: See CountedKind.
    """

    line: int
    account: str
    amount: Decimal
    kind: CountedKind


class StatedTotal(NamedTuple):
    """A total that the file states.

    Attributes:
        line: Line of the file.
        label: What the file calls it.
        amount: The file's number.
        account: The account it is about, None for all.
        mark: How many amounts were noted before it.
        level: See Level.
    """

    line: int
    label: str
    amount: Decimal
    account: str | None
    mark: int
    level: Level


@dataclass(slots=True)
class Sum:
    """A running sum of printed amounts."""

    value: Decimal = Decimal(0)
    count: int = 0
    whole: bool = True
    """No amount has cents."""

    def add(self, amount: Decimal) -> None:
        """Adds a printed amount."""
        self.value = EXACT.add(self.value, amount)
        self.count += 1
        if self.whole:
            exponent = amount.as_tuple().exponent
            self.whole = isinstance(exponent, int) and exponent >= 0

    def check(self, label: str, line: int, account: str, stated: Decimal, *, rounded: bool = False) -> TotalCheck:
        """The comparison with a total that the file states, of amounts that may be ``rounded`` to whole units."""
        each = Decimal("0.5") if rounded and self.whole else CENT / 2
        tolerance = max(each * self.count + min(half_unit(stated), each), CENT / 2)
        return TotalCheck(line, harmless(label, 60), account, stated, self.value, tolerance)


def half_unit(number: Decimal) -> Decimal:
    """Half of the last digit that a number is printed with: how far it may be from the unrounded one."""
    exponent = number.as_tuple().exponent
    return Decimal((0, (5,), exponent - 1)) if isinstance(exponent, int) else Decimal(0)


def fraction_off(quantity: Decimal) -> Decimal:
    """How far shares may be from the unrounded ones: a whole number of them is not a rounded one."""
    return Decimal(0) if quantity == quantity.to_integral_value() else half_unit(quantity)


def value_difference(
    quantity: Decimal, price: Decimal, value: Decimal, price_slack: Decimal, multiplier: Decimal | None
) -> tuple[Decimal, bool]:
    """Quantity times price (times multiplier), and whether the value agrees with it."""
    product = EXACT.multiply(quantity, price)
    if product == value and multiplier in {None, 1}:
        return product, True
    price_off = min(half_unit(price), price_slack)
    slack = (
        abs(quantity) * price_off + abs(price) * fraction_off(quantity) + max(CENT, min(half_unit(value), CENT * 50))
    )
    if multiplier is not None and multiplier != 1:
        product, slack = EXACT.multiply(product, multiplier), slack * abs(multiplier)
    return product, abs(product - value) <= slack


def gain_agrees(value: Decimal, cost: Decimal, pnl: Decimal) -> bool:
    """Value less cost is the P&L."""
    if value - cost == pnl:
        return True
    slack = CENT + sum(min(half_unit(amount), CENT * 50) for amount in (value, cost, pnl))
    return abs(value - cost - pnl) <= slack


def is_swapped(value: Decimal, cost: Decimal, pnl: Decimal) -> bool:
    """The three agree once the value has changed places with the cost or with the P&L."""
    return gain_agrees(cost, value, pnl) or gain_agrees(pnl, cost, value)
