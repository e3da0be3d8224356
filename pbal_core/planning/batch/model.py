"""What is asked of every account of a batch, and the columns of the answer.

Worked example: ``BatchModel("whole", cash=500)`` invests 500 dollars in each account that names no cash of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import pyarrow as pa

from ...errors import RequestError
from ...money import Amount, decimals, to_amount
from ...policy.constraints import Constraints
from ..strategy import Strategy

Quality = Literal["level", "whole", "exact", "auto"]
QUALITIES: tuple[Quality, ...] = ("level", "whole", "exact", "auto")

SHARE_PLACES = 6
"""Decimals of the shares of a fractional plan, rounded towards no trade."""

MONEY_PLACES = 6
"""Most decimals of a dollar amount: values, prices, cash, and the settings of the model."""


@dataclass(frozen=True, init=False)
class BatchModel:
    """The question that every account is asked.

    Args:
        quality: ``level``: fractions of shares up to one water level. ``whole``: whole shares, rounded and filled, with
            a certified gap. ``exact``: the exact method, proven. ``auto``: ``whole``, improved by exchanges of lots
            where its gap is above ``threshold``, and ``exact`` where it still is.
        strategy: See ``rebalance``.
        cash: Dollars to invest (+) or to withdraw (-), for accounts that name no cash.
        min_trade: Dollars of the smallest trade, >= 0.
        constraints: What plans must keep to, such as a fee. With constraints or a smallest trade, ``whole`` and
            ``auto`` are ``exact``: only it knows them. A symbol that an account has not is no mistake.
        threshold: The gap that ``auto`` accepts, >= 0, as a fraction of what the account can gain at most: its ``J``
            before any trade, and the cash to invest or to raise, above ``lower_bound``. 0 asks for a proof.

    Raises:
        RequestError: An argument is not usable.
    """

    quality: Quality
    strategy: Strategy
    cash: Decimal
    min_trade: Decimal
    constraints: Constraints
    threshold: Fraction

    def __init__(
        self,
        quality: Quality = "auto",
        *,
        strategy: str = Strategy.TRY_AVOID_SELL,
        cash: Amount = 0,
        min_trade: Amount = 0,
        constraints: Constraints | None = None,
        threshold: Amount = "0.001",
    ) -> None:
        if quality not in QUALITIES:
            raise RequestError(f'quality "{str(quality)[:40]}" is not known; choose {" or ".join(QUALITIES)}.')
        found = {
            name: to_amount(given, name)
            for name, given in (("cash", cash), ("min_trade", min_trade), ("threshold", threshold))
        }
        for name in ("min_trade", "threshold"):
            if found[name] < 0:
                raise RequestError(f"{name} is {found[name]:f}; 0 or more is needed.")
        terms = constraints or Constraints()
        if terms.fractional:
            raise RequestError("a batch trades whole shares; leave the fractions out, or choose the level.")
        plain = not terms.given() and not found["min_trade"]
        if quality == "level" and not plain:
            raise RequestError("the level knows no constraints and no smallest trade; choose exact.")
        values = {
            "quality": quality if plain else "exact",
            "strategy": Strategy.named(strategy),
            "cash": found["cash"],
            "min_trade": found["min_trade"],
            "constraints": terms,
            "threshold": Fraction(found["threshold"]),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        if self.places > MONEY_PLACES:
            raise RequestError(f"an amount of the model has {self.places} decimals; at most {MONEY_PLACES} are kept.")

    @property
    def places(self) -> int:
        """Decimals that hold every dollar amount of the model."""
        amounts = (self.cash, self.min_trade, self.constraints.cash_buffer, self.constraints.fee_per_trade)
        return max(map(decimals, amounts))

    def constraints_for(self, symbols: Collection[str]) -> Constraints:
        """The constraints without the symbols that an account has not."""
        if not self.constraints.symbols:
            return self.constraints
        kept: dict[str, Any] = {
            rule.key: [symbol for symbol in value if symbol in symbols] if rule.by_symbol else value
            for rule, value in self.constraints.said()
        }
        return Constraints(**kept)


def result_schema(account: pa.DataType, model: BatchModel, scale: int) -> pa.Schema:
    """The columns of the answer: one row for each row that was given, in the same order.

    account and symbol are as given. shares is signed: positive buys. value, target, after and cash_left are dollars:
    of the trade, wanted, of the position after it, of the account's cash after all trades. distance is the account's
    ``J`` in dollars; lower_bound the least ``J + R`` that any plan of it could have (``R``: the idle cash); gap how far
    this plan's ``J + R`` is above that, 0 where the plan is proven to be the best. The last five are the same in all
    rows of an account.

    Args:
        account: Type of the accounts' names.
        model: What is asked.
        scale: Decimals of dollar amounts.
    """
    money = pa.decimal128(38, scale)
    shares = pa.decimal128(38, SHARE_PLACES) if model.quality == "level" else pa.int64()
    return pa.schema([
        ("account", account),
        ("symbol", pa.string()),
        ("shares", shares),
        ("value", money),
        ("target", money),
        ("after", money),
        ("cash_left", money),
        ("distance", pa.float64()),
        ("lower_bound", pa.float64()),
        ("gap", pa.float64()),
        ("quality", pa.string()),
        ("status", pa.string()),
        ("reason", pa.string()),
    ])  # fmt: skip
