"""What the journal holds: runs, their orders, and the steps that an order may take. Pure.

Worked example: ``OrderRecord(planned=10, shares=8, filled=8, stage="filled")`` is a purchase of 10 that was cut to the
8 that the cash paid for; all 8 were bought.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Literal

from .protocol import OrderSide, Ticket

Stage = Literal["planned", "sending", "working", "filled", "cancelled", "rejected", "dropped"]
FINISHED = frozenset({"filled", "cancelled", "rejected", "dropped"})
STEPS: dict[str, frozenset[str]] = {
    "planned": frozenset({"planned", "sending", "dropped"}),
    "sending": frozenset({"working", "filled", "cancelled", "rejected", "dropped"}),
    "working": frozenset({"working", "filled", "cancelled", "rejected"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One plan being carried out in one account.

    Args:
        id: Ours.
        created: Seconds since 1970.
        account: Account number.
        paper: Play money.
        cash: The plan's cash, signed, in dollars.
        request: How the plan was asked for, as the caller wrote it; empty when it wrote nothing.
        state: ``open`` until nothing can happen any more.
    """

    id: str
    created: float
    account: str
    paper: bool
    cash: Decimal
    request: str
    state: Literal["open", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """One order of a run.

    Args:
        client_id: Our reference at the broker.
        symbol: For people.
        conid: The broker's number of the instrument.
        side: BUY or SELL.
        planned: Shares of the plan.
        shares: Shares sent or to be sent, at most ``planned``.
        limit: Limit price in dollars.
        fee: Commission in dollars, expected until it is known.
        stage: See the module ``journal``.
        order_id: The broker's number of the order, empty until it is known.
        filled: Shares that traded.
        paid: Dollars that these shares cost or brought, without sign and commission.
        sent: When it was sent, seconds since 1970; 0 before.
        reason: Why it ended as it did.
    """

    client_id: str
    symbol: str
    conid: int
    side: OrderSide
    planned: int
    shares: int
    limit: Decimal
    fee: Decimal
    stage: Stage
    order_id: str
    filled: Decimal
    paid: Decimal
    sent: float
    reason: str

    @property
    def unknown(self) -> bool:
        """Whether it was sent and never found at the broker: it may still be there."""
        return self.stage == "dropped" and self.sent > 0

    def ticket(self, account: str) -> Ticket:
        """The order as it is sent."""
        return Ticket(
            client_id=self.client_id,
            account=account,
            conid=self.conid,
            symbol=self.symbol,
            side=self.side,
            shares=self.shares,
            limit=self.limit,
        )


_EXACT = {"cash", "limit", "fee", "filled", "paid"}
"""What the database keeps as text, so that it stays exact."""


def columns(kind: type[Run | OrderRecord]) -> str:
    """The columns of a record's table, as SQL."""
    return ", ".join(f'"{field.name}"' for field in fields(kind))


def values(row: Mapping[str, Any]) -> dict[str, Any]:
    """A database row as the arguments of its record."""
    read = {name: Decimal(row[name]) if name in _EXACT else row[name] for name in row.keys()}  # noqa: SIM118 - a row iterates over its values
    return read | ({"paper": bool(row["paper"])} if "paper" in read else {})
