"""Interactive Brokers through the Client Portal gateway, the program that runs on the user's own computer.

Why not the library ibind: tried with version 0.2.2. It can be told not to retry, to install no signal handlers, to use
a certificate file and to write no log files. What cannot be switched off: it follows redirects (an order to a wrong
path becomes a GET somewhere else, which is how this tool's first author got lost), reads numbers as binary floats,
knows no pinned fingerprint, and quotes whole answers in its exceptions. The dozen requests needed here are fewer lines
than guarding against those, and bring one dependency instead of three. The tests compare both clients on the same
stand-in for everything that reads.

The session has two levels: reading (``/portfolio``) needs a login in the browser; trading (``/iserver``) also needs a
brokerage session, of which a user has one at a time. Source: IBKR, Web API v1.0 documentation, and recordings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote as url_quote

from ...errors import BrokerError, Remedy, RequestError
from ..clock import Clock
from ..protocol import (
    Account,
    Answer,
    Contract,
    Execution,
    Holding,
    Hours,
    OrderState,
    Preview,
    Question,
    Quote,
    SessionOverError,
    Ticket,
)
from . import decode as shapes
from . import transport
from .gateway import GatewayError, LoggedOutError, NoBridgeError, Wire, check_base

DEFAULT_GATEWAY = "https://localhost:5000"
PAGE = 100
"""Positions a page."""
MAX_PAGES = 100
TICKLE = 55.0
"""Seconds; IBKR ends a session that is silent for longer than about 6 minutes and asks for a tickle a minute."""
_IN_USE = (
    "the account is in use by another session (TWS, the mobile app or a browser); log out there, or take the session "
    "over."
)
_FIELDS = "31,84,86,6509"
_SETTLE_TRIES = 6
_PARTS_TRIES = 4
"""Looks after which a price without bid or ask is taken for all there is."""


def connect(
    base: str,
    *,
    certificate: Path | None = None,
    fingerprint: str | None = None,
    clock: Clock | None = None,
    take_over: bool = False,
) -> ClientPortal:
    """A client for a gateway whose certificate is verified.

    Args:
        base: ``https://localhost:5000``.
        certificate: PEM file of the gateway's certificate.
        fingerprint: Its SHA-256 instead.
        clock: What waiting is measured with.
        take_over: End a brokerage session that runs elsewhere.

    Raises:
        RequestError: The address or the certificate is unusable.
        BrokerError: The gateway shows another certificate than the pinned one.
    """
    check_base(base)
    context = transport.trust(base, certificate=certificate, fingerprint=fingerprint)
    return ClientPortal(base, transport.gateway_transport(context), clock=clock, take_over=take_over)


class ClientPortal:
    """The broker Interactive Brokers; see ``protocol.Broker``.

    Args:
        base: The gateway's address.
        carrier: Its verified transport.
        clock: What waiting is measured with.
        timeout: Seconds without a byte after which an answer is given up; all of it may take twice as long.
        take_over: End a brokerage session that runs elsewhere (TWS, the phone) instead of refusing.
    """

    name = "Interactive Brokers"

    def __init__(
        self,
        base: str,
        carrier: transport.BaseTransport,
        *,
        clock: Clock | None = None,
        timeout: float = 15,
        take_over: bool = False,
    ) -> None:
        self._clock = clock or Clock()
        self.wire = Wire(base, carrier, self._clock, timeout=timeout)
        self._take_over = take_over
        self._tickled = float("-inf")
        self._selected: str | None = None

    def close(self) -> None:
        """Closes the connection; the session at the gateway goes on."""
        self.wire.close()

    # -- session

    def connect(self) -> None:
        """Makes the brokerage session ready.

        Raises:
            LoggedOutError: Nobody is logged in.
            BrokerError: Another session is in the way, or no brokerage session comes about.
        """
        status = self._status()
        if status.get("competing") and not self._take_over:
            raise SessionOverError(_IN_USE, remedy=Remedy("take_over"))
        if not _ready(status) or status.get("competing"):
            status = self._open_brokerage_session()
        if not _ready(status):
            words = status.get("fail") or status.get("message")
            reason = f" ({words})" if words else ""
            raise BrokerError(f"IBKR opens no brokerage session{reason}; log in again at {self.wire.base}.")
        self._tickled = self._clock.monotonic()

    def _status(self) -> dict[str, Any]:
        try:
            body = self.wire.post("/iserver/auth/status", {})
        except NoBridgeError:
            return {}
        if not isinstance(body, dict):
            raise BrokerError("the gateway's answer about the session has an unknown shape.")
        return body

    def _open_brokerage_session(self) -> dict[str, Any]:
        status: dict[str, Any] = {}
        self.wire.post("/iserver/auth/ssodh/init", {"publish": True, "compete": self._take_over})
        for _try in range(_SETTLE_TRIES):
            status = self._status()
            if _ready(status) and not status.get("competing"):
                break
            self._clock.sleep(1)
        if status.get("competing"):  # it may show only now that somebody else has the session
            raise SessionOverError(_IN_USE, remedy=Remedy("take_over"))
        return status

    def keep_alive(self) -> None:
        """Tickles the session when a minute has gone by; says when it has been lost.

        A tickle that fails otherwise is made again by the next call: the orders that are being watched are there, and
        when the session has really gone, the next look at them says so.
        """
        now = self._clock.monotonic()
        if now - self._tickled < TICKLE:
            return
        try:
            body = self.wire.post("/tickle", {})
        except SessionOverError:
            raise
        except BrokerError:
            return
        if shapes.inner(body, "iserver", "authStatus").get("authenticated") is False:
            raise LoggedOutError(401, "", f"the session at the gateway has ended; log in again at {self.wire.base}.")
        self._tickled = now

    def _iserver(self, path: str, **params: str) -> Any:
        """A reading request that needs the brokerage session; opens it once more when it has gone."""
        try:
            return self.wire.get(path, **params)
        except NoBridgeError:
            self._open_brokerage_session()
            return self.wire.get(path, **params)

    # -- accounts, positions, cash

    def accounts(self) -> tuple[Account, ...]:
        """The accounts that may trade. Paper only by the number (``DU...``) and, when it says, by the gateway too."""
        listed = shapes.rows(self.wire.get("/portfolio/accounts"), "the accounts")
        body = self._iserver("/iserver/accounts")
        if not isinstance(body, dict) or not isinstance(body.get("accounts"), list):
            raise BrokerError("the gateway's answer about the accounts has an unknown shape.")
        text = shapes.text_of
        currencies = {text(row.get("accountId") or row.get("id")): text(row.get("currency")) for row in listed}
        self._selected = text(body.get("selectedAccount"))
        paper = body.get("isPaper")
        return tuple(
            Account(
                id=account,
                paper=account.startswith("DU" if paper is None else "D") and (paper is None or paper is True),
                currency=currencies.get(account, ""),
            )
            for account in filter(None, map(text, body["accounts"]))
        )

    def select(self, account: str) -> None:
        """Makes the gateway's lists be about this account; they are empty before the accounts were asked for."""
        if self._selected is None:
            self.accounts()
        if self._selected != account:
            self.wire.post("/iserver/account", {"acctId": account})
            self._selected = account

    def holdings(self, account: str) -> tuple[Holding, ...]:
        """All positions: uncached where the gateway can, else page by page after emptying its cache."""
        self.select(account)
        try:
            found = shapes.rows(self.wire.get(f"/portfolio2/{_part(account)}/positions"), "the positions")
        except (SessionOverError, NoBridgeError):
            raise
        except GatewayError:
            found = self._pages(account)
        return tuple(shapes.holding(row) for row in found if shapes.number(row.get("position")) != 0)

    def _pages(self, account: str) -> list[dict[str, Any]]:
        self.wire.post(f"/portfolio/{_part(account)}/positions/invalidate", {})
        found: list[dict[str, Any]] = []
        for page in range(MAX_PAGES):
            path = f"/portfolio/{_part(account)}/positions/{page}"
            rows = shapes.rows(self.wire.get(path, waitForSecDef="true"), "the positions")
            if rows and found[-len(rows) :] == rows:
                raise BrokerError("the gateway answers the same page of positions again and again; nothing was done.")
            found += rows
            if len(rows) < PAGE:
                return found
        raise BrokerError(f"the account has more than {MAX_PAGES * PAGE:,} positions.")

    def cash(self, account: str) -> Decimal:
        """Dollars of cash, unsettled sales included; negative is borrowed."""
        self.select(account)
        return shapes.ledger_cash(self.wire.get(f"/portfolio/{_part(account)}/ledger"), "USD")

    # -- instruments and prices

    def contracts(self, symbols: Sequence[str]) -> dict[str, tuple[Contract, ...]]:
        """For each symbol the stocks it may mean; ``BRK.B`` is asked as IBKR's ``BRK B``."""
        asked = {symbol: ibkr_symbol(symbol) for symbol in symbols}
        if not asked:
            return {}
        body = self.wire.get("/trsrv/stocks", symbols=",".join(asked.values()))
        return {symbol: shapes.contracts(body, name) for symbol, name in asked.items()}

    def quotes(self, conids: Sequence[int]) -> dict[int, Quote]:
        """Fresh prices. The first request only subscribes, so it is repeated until all are there, a few times."""
        found: dict[int, Quote] = {}
        partial: dict[int, Quote] = {}
        for attempt in range(_SETTLE_TRIES):
            missing = [conid for conid in conids if conid not in found]
            if not missing:
                break
            if attempt > 1:
                self._clock.sleep(0.5 * attempt)
            for start in range(0, len(missing), PAGE):
                part = ",".join(map(str, missing[start : start + PAGE]))
                body = self._iserver("/iserver/marketdata/snapshot", conids=part, fields=_FIELDS)
                for row in shapes.rows(body, "the prices"):
                    line = shapes.quote(row)
                    # The answer to the subscribing request can be what was cached for an earlier subscriber.
                    if line is not None and attempt:
                        (found if shapes.is_complete(row) or attempt >= _PARTS_TRIES else partial)[line.conid] = line
        return {conid: quote for conid, quote in (partial | found).items() if conid in set(conids)}

    def hours(self, conid: int) -> Hours:
        """Trading hours around now."""
        return shapes.hours(self.wire.get("/contract/trading-schedule", conid=str(conid)))

    # -- orders

    def preview(self, ticket: Ticket) -> Preview:
        """What the order would do, by IBKR's ``whatif``."""
        asked = order_body(ticket)
        del asked["orders"][0]["cOID"]  # the reference is for the order itself; a preview must not use it up
        try:
            body = self.wire.post(f"/iserver/account/{_part(ticket.account)}/orders/whatif", asked)
        except GatewayError as error:
            if _refuses(error):
                return Preview(error=error.text)
            raise
        return shapes.preview(body)

    def send(self, ticket: Ticket) -> Answer:
        """Sends the order once."""
        raw = self.wire.post_once(f"/iserver/account/{_part(ticket.account)}/orders", order_body(ticket))
        return shapes.answer(raw.status, raw.body, raw.trouble)

    def answer(self, question: Question, *, yes: bool) -> Answer:
        """Answers a question once. It must be the very next request."""
        raw = self.wire.post_once(f"/iserver/reply/{_part(question.reply_id)}", {"confirmed": yes})
        return shapes.answer(raw.status, raw.body, raw.trouble)

    def orders(self, account: str) -> tuple[OrderState, ...]:
        """The orders of the session. The gateway is told to forget what it has cached, then read."""
        self.select(account)
        self._iserver("/iserver/account/orders", force="true")
        body = self._iserver("/iserver/account/orders")
        if not isinstance(body, dict) or not isinstance(body.get("orders"), list):
            raise BrokerError("the gateway's answer about the orders has an unknown shape; nothing was done.")
        found = [shapes.order(row) for row in shapes.rows(body["orders"], "the orders")]
        return tuple(order for order in found if order.account in {"", account})

    def order(self, order_id: str) -> OrderState | None:
        """One order, None when the gateway no longer has it."""
        try:
            return shapes.order(self._iserver(f"/iserver/account/order/status/{_part(order_id)}"))
        except GatewayError as error:
            if _refuses(error) or error.status in {404, 500, 503}:
                return None
            raise

    def executions(self, account: str) -> tuple[Execution, ...]:
        """Fills of the last seven days."""
        self.select(account)
        body = self._iserver("/iserver/account/trades", days="7")
        ours = [r for r in shapes.rows(body, "the trades") if shapes.text_of(r.get("account")) in {"", account}]
        # A fill that is listed twice is one fill.
        once = {shapes.text_of(row.get("execution_id")) or f"row {number}": row for number, row in enumerate(ours)}
        return tuple(shapes.execution(row) for row in once.values())

    def cancel(self, account: str, order_id: str) -> str:
        """Asks to cancel; returns why IBKR refuses, empty when it takes the request."""
        try:
            self.wire.delete(f"/iserver/account/{_part(account)}/order/{_part(order_id)}")
        except GatewayError as error:
            if _refuses(error):
                return error.text
            raise
        return ""


def _refuses(error: GatewayError) -> bool:
    """The gateway understood the request and says no to it; anything else is trouble of the gateway or the session."""
    return bool(error.text) and error.status in {200, 400} and not isinstance(error, NoBridgeError)


def _ready(status: dict[str, Any]) -> bool:
    return status.get("authenticated") is True and status.get("connected") is not False


def _part(text: str) -> str:
    """One part of a path, so that nothing in it can lead elsewhere."""
    return url_quote(text, safe="")


def ibkr_symbol(symbol: str) -> str:
    """How IBKR writes a symbol: share classes are parted by a space."""
    return re.sub(r"[./-]", " ", symbol)


def order_body(ticket: Ticket) -> dict[str, Any]:
    """The JSON of one whole-share limit order for the day, regular hours only.

    Raises:
        RequestError: The ticket is not one.
    """
    if ticket.shares <= 0 or ticket.limit <= 0 or not ticket.client_id:
        raise RequestError(f"{ticket.symbol}: an order needs a reference, whole shares and a limit above 0.")
    order = {
        "acctId": ticket.account,
        "conid": ticket.conid,
        "cOID": ticket.client_id,
        "orderType": "LMT",
        "price": float(ticket.limit),  # written back by JSON as the shortest decimal, which is the limit
        "side": ticket.side,
        "quantity": ticket.shares,
        "tif": "DAY",
        "outsideRTH": False,
    }
    return {"orders": [order]}
