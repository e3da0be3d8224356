"""What a policy says, as keywords of ``rebalance``: spelled out here once, for type checkers and completion.

Worked example: ``rebalance(portfolio, 5000, targets={"VTI": 60, "BND": 40}, frozen="BND")``. Each keyword is a field of
``Constraints``, or ``targets`` or ``prices``; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict

from ..money import Amount
from .targets import Targets


class ConstraintKeywords(TypedDict, total=False):
    """Constraints, each of which may be left out: the arguments of ``Constraints``."""

    frozen: str | Iterable[str]
    never_buy: str | Iterable[str]
    never_sell: str | Iterable[str]
    fractional: Mapping[str, Amount] | tuple[tuple[str, Amount], ...]
    cash_buffer: Amount
    fee_per_trade: Amount
    max_trades: int | None
    max_fee_share: Amount | None
    leftover: str


class PolicyKeywords(ConstraintKeywords, total=False):
    """Targets and constraints, each of which may be left out; None leaves targets and prices out too."""

    targets: Targets | Mapping[str, Amount] | None
    prices: Mapping[str, Amount] | None
