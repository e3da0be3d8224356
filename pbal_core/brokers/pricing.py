"""Limit prices, the money for purchases, and how many shares it buys. Pure and exact.

The model: a purchase costs at most ``slip`` more than the ask, a sale brings at most ``slip`` less than the bid; the
limit is rounded to the tick (a cent, or 0.0001 below one dollar) towards the safe side. Worked example: ask 250.01,
slip 0.2 %: the limit is 250.51 (250.51002 rounded down).

Source of the ticks: SEC Rule 612 (Regulation NMS).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from ..money import from_units
from .protocol import OrderSide


def limit_price(reference: Decimal, side: OrderSide, slip: Decimal) -> Decimal:
    """The limit of an order.

    Args:
        reference: Ask (BUY) or bid (SELL) in dollars, > 0.
        side: BUY or SELL.
        slip: Allowed distance as a fraction, 0 <= slip < 1.

    Returns:
        A positive multiple of the tick: never above ``reference * (1 + slip)`` for a purchase, never below
        ``reference * (1 - slip)`` for a sale.
    """
    edge = Fraction(reference) * (1 + Fraction(slip) if side == "BUY" else 1 - Fraction(slip))
    scale = 2 if edge >= 1 else 4  # the tick is that of the limit, not that of the quote
    exact = edge * int(10**scale)
    ticks = exact.__floor__() if side == "BUY" else exact.__ceil__()
    return from_units(max(ticks, 1), scale)


def fit_buys(shares: Sequence[int], limits: Sequence[Decimal], budget: Decimal) -> list[int]:
    """How many shares of each purchase the budget allows, in about the planned proportions.

    Args:
        shares: Planned shares of n purchases, >= 0.
        limits: Price limit of each in dollars, > 0.
        budget: Dollars, signed; below 0 counts as 0.

    Returns:
        n numbers of shares, none above the plan, together not above the budget. The plan itself when it fits. Otherwise
        every purchase is scaled down alike and rounded down, and the rest buys single shares where the cut was largest.
    """
    prices = [Fraction(limit) for limit in limits]
    money = max(Fraction(budget), Fraction(0))
    cost = sum((count * price for count, price in zip(shares, prices, strict=True)), Fraction(0))
    if cost <= money:
        return list(shares)
    scale = money / cost
    fitted = [(count * scale).__floor__() for count in shares]
    left = money - sum((count * price for count, price in zip(fitted, prices, strict=True)), Fraction(0))
    by_cut = sorted(range(len(shares)), key=lambda i: (fitted[i] - shares[i] * scale, i))
    for i in by_cut:
        if fitted[i] < shares[i] and prices[i] <= left:
            fitted[i] += 1
            left -= prices[i]
    return fitted


def spendable(own: Decimal, account: Decimal) -> Decimal:
    """Dollars for purchases: the one rule for money, of the preview and of the execution.

    Args:
        own: The plan's cash and what its sales bring, less commission and what its purchases have cost.
        account: The account's cash at the same moment; below 0 is a margin loan, which the sales pay back first.

    Returns:
        The smaller of the two, at least 0: neither the rest of the account nor a loan pays for the plan.
    """
    return max(Decimal(0), min(own, account))


def shortage(*, cash: Decimal, account: Decimal, sales: Decimal, purchases: Decimal) -> Decimal:
    """Dollars by which the account's cash falls short of what the plan would spend; see :func:`spendable`.

    Args:
        cash: The plan's cash, signed.
        account: The account's cash, negative when borrowed.
        sales: What the sales bring, >= 0.
        purchases: What the purchases cost, >= 0.

    Returns:
        0 when the purchases can be paid as far as the plan itself pays for them. Worked example: 10,000 of sales pay
        for 10,000 of purchases, and the account has borrowed 4,000: the sales pay that back first, 4,000 are missing.
    """
    own = cash + sales
    return max(Decimal(0), min(purchases, own) - spendable(own, account + sales))
