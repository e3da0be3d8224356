"""What the journal of orders holds: runs, their orders, and the steps that an order may take. Pure.

Worked example: ``Entry(planned=10, shares=8, filled=8, state="filled")`` was cut to the cash, and traded whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast

from .protocol import Side, Ticket

State = Literal["planned", "sending", "working", "filled", "cancelled", "rejected", "dropped"]
FINISHED = frozenset({"filled", "cancelled", "rejected", "dropped"})
STEPS: dict[str, frozenset[str]] = {
    "planned": frozenset({"planned", "sending", "dropped"}),
    "sending": frozenset({"sending", "working", "filled", "cancelled", "rejected", "dropped"}),
    "working": frozenset({"working", "filled", "cancelled", "rejected"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An order before it is in the journal.

    Args:
        symbol: For people.
        conid: Which instrument.
        side: BUY or SELL.
        shares: Whole shares, > 0.
        price: The plan's price in dollars, what moves are measured from.
        limit: Limit price in dollars.
        fee: Commission to reckon with, in dollars.
        held: Shares that the account held when the plan was checked, None when that is not known.
    """

    symbol: str
    conid: int
    side: Side
    shares: int
    price: Decimal
    limit: Decimal
    fee: Decimal
    held: Decimal | None = None

    def texts(self) -> tuple[str, str, str, str]:
        """Price, limit, fee and held as the journal keeps them."""
        return str(self.price), str(self.limit), str(self.fee), "" if self.held is None else str(self.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One plan being carried out.

    Args:
        id: Ours.
        created: Seconds since 1970.
        account: Account number.
        paper: Play money.
        cash: The plan's cash, signed, in dollars.
        quoted: When the limits were set, seconds since 1970.
        settings: What the user allowed, see ``Limits.to_text``.
        state: ``open`` until nothing can happen any more.
    """

    id: str
    created: float
    account: str
    paper: bool
    cash: Decimal
    quoted: float
    settings: str
    state: Literal["open", "done"]

    @property
    def option(self) -> str:
        """What ``pbal trade --resume`` and ``--cancel`` need besides: `` --live`` for real money, else nothing."""
        return "" if self.paper else " --live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One order of a run.

    Args:
        client_id: Our reference at the broker.
        symbol: For people.
        conid: Which instrument.
        side: BUY or SELL.
        planned: Shares of the plan.
        shares: Shares ordered, at most ``planned``.
        price: The plan's price in dollars.
        limit: Limit price in dollars.
        fee: Commission in dollars, expected until it is known.
        state: See the module.
        order_id: The broker's number, empty before it is known.
        filled: Shares executed.
        paid: Dollars that the executed shares cost or brought, without sign and commission.
        sent: When it was sent first, seconds since 1970; 0 before.
        reason: Why it ended as it did.
        held: Shares that the account held when the plan was checked, None when that is not known.
    """

    client_id: str
    symbol: str
    conid: int
    side: Side
    planned: int
    shares: int
    price: Decimal
    limit: Decimal
    fee: Decimal
    state: State
    order_id: str
    filled: Decimal
    paid: Decimal
    sent: float
    reason: str
    held: Decimal | None

    @property
    def unknown(self) -> bool:
        """Whether it was given up after it had been sent: it was not found at the broker, and may be there."""
        return self.state == "dropped" and self.sent > 0

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


COLUMNS = (
    "client_id, symbol, conid, side, planned, shares, price, price_limit, fee, state, order_id, filled, paid, sent, "
    "reason, held"
)
"""The columns of the table ``orders`` that an :class:`Entry` is read from, in order."""


def run_of(row: tuple[str, float, str, int, str, float, str, Literal["open", "done"]]) -> Run:
    """A row of the table ``run``."""
    run, created, account, paper, cash, quoted, settings, state = row
    return Run(
        id=run,
        created=created,
        account=account,
        paper=bool(paper),
        cash=Decimal(cash),
        quoted=quoted,
        settings=settings,
        state=state,
    )


def entry_of(row: tuple[object, ...]) -> Entry:
    """A row of COLUMNS."""
    text = [str(value) for value in row]
    return Entry(
        client_id=text[0],
        symbol=text[1],
        conid=int(text[2]),
        side="BUY" if text[3] == "BUY" else "SELL",
        planned=int(text[4]),
        shares=int(text[5]),
        price=Decimal(text[6]),
        limit=Decimal(text[7]),
        fee=Decimal(text[8]),
        state=cast("State", text[9]),
        order_id=text[10],
        filled=Decimal(text[11]),
        paid=Decimal(text[12]),
        sent=float(text[13]),
        reason=text[14],
        held=Decimal(text[15]) if text[15] else None,
    )
