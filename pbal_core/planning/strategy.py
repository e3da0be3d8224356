"""The strategies and the methods, as values: what each is called, and what follows from choosing it.

The model: each is its own key, so ``"hard_rebalance"`` and ``Strategy.HARD_REBALANCE`` are equal, and it is written to
a file or an address as it is. A strategy says which way a plan may trade; nothing else asks which strategy it is, so
another one is another row here.

Worked example: with ``try_avoid_sell``, ``direction(5000)`` is ``buy`` and ``direction(-2000)`` is ``sell``.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Literal, Self

from ..errors import RequestError

Direction = Literal["buy", "sell", "both"]
"""Which way the trades of a plan may go."""


class _Choice(StrEnum):
    """One of a few values that are chosen by their key."""

    @classmethod
    def named(cls, key: str) -> Self:
        """The value with this key.

        Raises:
            RequestError: Naming the keys there are.
        """
        try:
            return cls(key)
        except ValueError:
            message = f'{cls.__name__.lower()} "{key}" is not known; choose {" or ".join(cls)}.'
            raise RequestError(message) from None


class Strategy(_Choice):
    """Which way a plan may trade.

    Attributes:
        label: What people choose on the page.
        meaning: What it does, as the command's help says it.
        investing: The direction with new cash, or with none.
        withdrawing: The direction of a withdrawal.
    """

    TRY_AVOID_SELL = "try_avoid_sell", "Avoid selling", "pours cash into the lowest", "buy", "sell"
    HARD_REBALANCE = "hard_rebalance", "Hard rebalance", "buys and sells", "both", "both"

    label: str
    meaning: str
    investing: Direction
    withdrawing: Direction

    def __new__(cls, key: str, label: str, meaning: str, investing: Direction, withdrawing: Direction) -> Self:
        """Makes the text ``key`` a strategy."""
        self = str.__new__(cls, key)
        self._value_ = key
        self.label, self.meaning, self.investing, self.withdrawing = label, meaning, investing, withdrawing
        return self

    def direction(self, cash: int | Decimal) -> Direction:
        """Which way the trades may go, for cash to invest (+, 0) or to withdraw (-)."""
        return self.investing if cash >= 0 else self.withdrawing


class Method(_Choice):
    """How dollars become shares.

    Attributes:
        label: What people choose on the page.
        usual_min_trade: Dollars of the minimum trade where nothing else is asked for.
        usual_fee_share: The largest part of a trade that its fee may be where nothing else is asked for; None for any.
    """

    CLASSIC = "classic", "nearest (classic)", 1000, None
    EXACT = "exact", "fit to cash (exact)", 0, Decimal("0.01")

    label: str
    usual_min_trade: Decimal
    usual_fee_share: Decimal | None

    def __new__(cls, key: str, label: str, usual_min_trade: int, usual_fee_share: Decimal | None) -> Self:
        """Makes the text ``key`` a method."""
        self = str.__new__(cls, key)
        self._value_ = key
        self.label, self.usual_min_trade, self.usual_fee_share = label, Decimal(usual_min_trade), usual_fee_share
        return self
