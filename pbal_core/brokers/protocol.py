"""What a broker can do, and the facts that pass to and fro.

The model: a :class:`Ticket` is one order before it is sent; its ``client_id`` is chosen by us, never used twice, and
written into the journal first. The broker's answer to sending it is one of four values, each of its own type:
:class:`Accepted`, :class:`Question` (nothing happens until it is answered), :class:`Rejected` (nothing will happen), or
:class:`Unclear` (nobody knows; only looking at the broker's own list of orders can tell).

Worked example: ``Ticket(client_id="pbal-5f3a-01", side="BUY", shares=10, limit=Decimal("280.24"), ...)`` costs at most
``10 * 280.24 = 2,802.40`` dollars before commission.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from ..errors import BrokerError

OrderSide = Literal["BUY", "SELL"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAccount:
    """One account of the logged-in user.

    Args:
        id: The broker's account number.
        paper: Play money; False when in doubt.
        currency: Base currency, such as ``USD``.
    """

    id: str
    paper: bool
    currency: str

    @property
    def masked(self) -> str:
        """``***4567``: enough to recognise the account, not enough to use it."""
        return f"***{self.id[-4:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerPosition:
    """One position as the broker has it now.

    Args:
        symbol: The broker's text.
        conid: The broker's number of the instrument.
        shares: Held, negative when short.
        price: Mark price of one share, None when the broker does not say.
        value: Market value, signed, in ``currency``; None when the broker does not say.
        pnl: Unrealised profit or loss in ``currency``, None when the broker does not say.
        currency: Of price, value and P&L.
        asset_class: ``STK`` for shares and exchange-traded funds.
    """

    symbol: str
    conid: int
    shares: Decimal
    price: Decimal | None
    value: Decimal | None
    pnl: Decimal | None
    currency: str
    asset_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """An instrument that a symbol may mean."""

    symbol: str
    conid: int
    name: str
    exchange: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Prices of one instrument at one moment, in dollars; None where the broker has none.

    Args:
        conid: Which instrument.
        last: Last trade.
        bid: Best price somebody pays.
        ask: Best price somebody asks.
        halted: Trading in it is halted.
        closed: ``last`` is the close of an earlier day.
        live: Real-time data; False for delayed, frozen or not subscribed.
    """

    conid: int
    last: Decimal | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    halted: bool = False
    closed: bool = False
    live: bool = True

    def reference(self, side: OrderSide) -> Decimal | None:
        """The price a trade starts from: the ask for a purchase, the bid for a sale, else the last trade."""
        best = self.ask if side == "BUY" else self.bid
        return best if best is not None else self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Regular trading hours of an instrument around now.

    Args:
        spells: (opening, closing) in seconds since 1970, ascending.
        zone: The exchange's time zone name, for display.
    """

    spells: tuple[tuple[float, float], ...]
    zone: str

    def is_open(self, now: float) -> bool:
        """Whether regular trading goes on at ``now``."""
        return any(opening <= now < closing for opening, closing in self.spells)

    def next_opening(self, now: float) -> float | None:
        """When it opens next, None when the broker does not say."""
        return min((opening for opening, _closing in self.spells if opening > now), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One whole-share limit order for the day.

    Args:
        client_id: Ours, never used twice; the broker keeps it as the order's reference.
        account: BrokerAccount number.
        conid: Which instrument.
        symbol: For people.
        side: BUY or SELL.
        shares: Whole shares, > 0.
        limit: Highest price to pay or lowest to take, in dollars, > 0.
    """

    client_id: str
    account: str
    conid: int
    symbol: str
    side: OrderSide
    shares: int
    limit: Decimal

    @property
    def value(self) -> Decimal:
        """Dollars at the limit, without sign and commission."""
        return self.shares * self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What the broker says an order would do.

    Args:
        currency: What the order would be paid in, such as ``USD``; empty when the broker does not say.
        commission: The broker's text, such as ``1 USD``.
        commission_high: Its highest amount in dollars, None when it cannot be read.
        margin_after: Initial margin after the order, the broker's text.
        warning: What the broker warns of, empty for nothing.
        error: Why the broker would refuse it, empty when it would not.
    """

    currency: str = ""
    commission: str = ""
    commission_high: Decimal | None = None
    margin_after: str = ""
    warning: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The broker has the order.

    Args:
        order_id: The broker's number of it.
        status: The broker's word for its state.
    """

    order_id: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The broker wants an answer first; the order is not live.

    Args:
        reply_id: What to answer to; it dies with any other request in between.
        texts: What the broker asks.
        message_ids: The stable numbers of the questions, such as ``o354``.
    """

    reply_id: str
    texts: tuple[str, ...]
    message_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The broker refused this order: it is not live and never will be. Other orders may well be accepted."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """The order may or may not be live: no answer, half an answer, or one that nobody knows."""

    reason: str


Answer = Accepted | Question | Rejected | Unclear

Progress = Literal["working", "filled", "cancelled", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderState:
    """One order in the broker's own list.

    Args:
        order_id: The broker's number.
        client_id: Our reference, empty when the order carries none.
        conid: Which instrument.
        symbol: For people.
        side: BUY or SELL.
        progress: What the broker's status means.
        status: The broker's own word.
        shares: Ordered, None when the broker does not say.
        filled: Executed so far, in shares.
        price: Average price of the executed shares, None before the first.
        account: The account number, empty when the broker does not say.
        idle: The broker has it and does not work it: it waits for something, perhaps for good.
        reason: The broker's words about its state, empty when there are none.
    """

    order_id: str
    client_id: str = ""
    conid: int = 0
    symbol: str = ""
    side: str = ""
    progress: Progress
    status: str = ""
    shares: Decimal | None = None
    filled: Decimal = Decimal(0)
    price: Decimal | None = None
    account: str = ""
    idle: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One fill, as the broker's list of trades has it."""

    client_id: str
    order_id: str
    conid: int
    shares: Decimal
    price: Decimal
    commission: Decimal | None = None


class SessionOverError(BrokerError):
    """The broker answers nothing more until the user has logged in or waited."""


class Broker(Protocol):
    """What trading needs of a broker. Every method may raise ``BrokerError`` with one sentence for the user.

    Of these only :class:`SessionOverError` says that the next request will fail as well.

    ``send`` and ``answer`` make exactly one request each, whatever happens, and report doubt as :class:`Unclear`.
    """

    name: str

    def connect(self) -> None:
        """Makes the session ready for trading, or says what the user must do."""

    def close(self) -> None:
        """Closes the connection; nothing is cancelled."""

    def warnings(self) -> tuple[str, ...]:
        """What is unsafe about the connection, one sentence each."""

    def keep_alive(self) -> None:
        """Keeps the session from running out; cheap, to be called in every waiting loop.

        Raises when the session is over; a try that only failed is made again by the next call.
        """

    def accounts(self) -> tuple[BrokerAccount, ...]:
        """The accounts of the logged-in user."""

    def select(self, account: str) -> None:
        """Makes later calls be about this account; raises when it is not logged in."""

    def positions(self, account: str) -> tuple[BrokerPosition, ...]:
        """All positions, fresh."""

    def cash(self, account: str) -> Decimal:
        """Dollars of cash in the account now, unsettled sales included; negative is borrowed."""

    def contracts(self, symbols: Sequence[str]) -> dict[str, tuple[Contract, ...]]:
        """For each symbol the instruments it may mean."""

    def quotes(self, conids: Sequence[int]) -> dict[int, Quote]:
        """Fresh prices; an instrument without any is absent."""

    def hours(self, conid: int) -> Hours:
        """Trading hours around now."""

    def what_if(self, ticket: Ticket) -> WhatIf:
        """What the order would do; nothing is sent to a market."""

    def send(self, ticket: Ticket) -> Answer:
        """Sends the order once."""

    def answer(self, question: Question, *, yes: bool) -> Answer:
        """Answers a question once; with ``yes=False`` the order is discarded."""

    def orders(self, account: str) -> tuple[OrderState, ...]:
        """The broker's own list of orders of the session, fresh."""

    def order(self, order_id: str) -> OrderState | None:
        """One order, None when the broker no longer knows it."""

    def fills(self, account: str) -> tuple[Fill, ...]:
        """The fills of the last days."""

    def cancel(self, account: str, order_id: str) -> str:
        """Asks to cancel; returns why the broker refuses, empty when it takes the request.

        Whether it worked shows in the order's state.
        """
