"""Interactive Brokers through the Client Portal gateway, the program that runs on the user's own computer.

Why not the library ibind: tried with version 0.2.2. It can be set not to retry, to install no signal handlers, to use
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
from typing import Any
from urllib.parse import quote as url_quote

from ...errors import BrokerError, Remedy, RequestError
from ..clock import Clock
from ..protocol import (
    Answer,
    BrokerAccount,
    BrokerPosition,
    Contract,
    Fill,
    Hours,
    OrderState,
    Question,
    Quote,
    SessionOverError,
    Ticket,
    WhatIf,
)
from . import decode, transport
from .gateway import Gateway, GatewayError, LoggedOutError, NoBridgeError, check_base
from .settings import GatewaySettings

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
_READY_TRIES = 10
"""Seconds for which a session that is not fully established is waited for."""
FOREIGN_PAGE = "https://page.invalid"
"""The origin of a page that no gateway should let in."""
_PARTS_TRIES = 4
"""Looks after which a price without bid or ask is taken for all there is."""


def connect(settings: GatewaySettings, *, clock: Clock | None = None, take_over: bool = False) -> ClientPortal:
    """A client for a gateway whose certificate is verified.

    Args:
        settings: Where the gateway is, and how it is recognised.
        clock: What waiting is measured with.
        take_over: End a brokerage session that runs elsewhere.

    Raises:
        RequestError: The address or the certificate is unusable.
        BrokerError: The gateway shows another certificate than the pinned one.
    """
    check_base(settings.base)
    context = transport.trust(settings.base, certificate=settings.certificate, fingerprint=settings.fingerprint)
    return ClientPortal(settings.base, transport.gateway_transport(context), clock=clock, take_over=take_over)


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
        self.gateway = Gateway(base, carrier, self._clock, timeout=timeout)
        self._take_over = take_over
        self._tickled = float("-inf")
        self._selected: str | None = None
        self._numbers: tuple[str, ...] = ()
        self._listed: list[dict[str, Any]] = []

    def close(self) -> None:
        """Closes the connection; the session at the gateway goes on."""
        self.gateway.close()

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
        if status.get("authenticated") is not True or status.get("connected") is False or status.get("competing"):
            self.gateway.post("/iserver/auth/ssodh/init", {"publish": True, "compete": self._take_over})
            status = self._status()
        for _try in range(_READY_TRIES):  # a session counts as established some seconds after the login
            if _ready(status):
                break
            self._clock.sleep(1)
            status = self._status()
        if status.get("competing"):  # it may show only now that somebody else has the session
            raise SessionOverError(_IN_USE, remedy=Remedy("take_over"))
        if not _ready(status):
            words = status.get("fail") or status.get("message")
            reason = f" ({words})" if words else ""
            raise BrokerError(f"IBKR opens no brokerage session{reason}; log in again at {self.gateway.base}.")
        self._tickled = self._clock.monotonic()

    def _status(self) -> dict[str, Any]:
        try:
            body = self.gateway.post("/iserver/auth/status", {})
        except NoBridgeError:
            return {}
        if not isinstance(body, dict):
            raise BrokerError("the gateway's answer about the session has an unknown shape.")
        return body

    def warnings(self) -> tuple[str, ...]:
        """That the gateway lets any web page use it, when it does: its configuration as shipped."""
        if not self.gateway.lets_in(FOREIGN_PAGE):
            return ()
        text = (
            "any web page that is open in your browser can place orders through the gateway; in its conf.yaml set "
            f"origin.allowed under cors to {self.gateway.base}, and restart it."
        )
        return (text,)

    def keep_alive(self) -> None:
        """Tickles the session when a minute has gone by; says when it has been lost.

        A tickle that fails otherwise is made again by the next call: the orders that are being watched are there, and
        when the session has really gone, the next look at them says so.
        """
        now = self._clock.monotonic()
        if now - self._tickled < TICKLE:
            return
        try:
            body = self.gateway.post("/tickle", {})
        except SessionOverError:
            raise
        except BrokerError:
            return
        if decode.inner(body, "iserver", "authStatus").get("authenticated") is False:
            raise LoggedOutError(401, "", f"the session at the gateway has ended; log in again at {self.gateway.base}.")
        self._tickled = now

    def _iserver(self, path: str, **params: str) -> Any:
        """A reading request that needs the brokerage session; opens it once more when it has gone."""
        try:
            return self.gateway.get(path, **params)
        except NoBridgeError:
            self.connect()
            return self.gateway.get(path, **params)

    # -- accounts, positions, cash

    def accounts(self) -> tuple[BrokerAccount, ...]:
        """The accounts that may trade. Paper only by the number (``DU...``) and, when it says, by the gateway too."""
        listed = self._portfolio_accounts()
        body = self._trading_accounts()
        text = decode.text_of
        currencies = {text(row.get("accountId") or row.get("id")): text(row.get("currency")) for row in listed}
        paper = body.get("isPaper")
        return tuple(
            BrokerAccount(
                id=account,
                paper=account.startswith("DU" if paper is None else "D") and (paper is None or paper is True),
                currency=currencies.get(account, ""),
            )
            for account in self._numbers
        )

    def _portfolio_accounts(self) -> list[dict[str, Any]]:
        """The accounts of the reading session; positions and cash are empty before this was asked."""
        self._listed = decode.rows(self.gateway.get("/portfolio/accounts"), "the accounts")
        return self._listed

    def _trading_accounts(self) -> dict[str, Any]:
        """The accounts of the brokerage session; IBKR wants this asked before an order, a list or a cancellation."""
        body = self._iserver("/iserver/accounts")
        if not isinstance(body, dict) or not isinstance(body.get("accounts"), list):
            raise BrokerError("the gateway's answer about the accounts has an unknown shape.")
        self._numbers = tuple(filter(None, map(decode.text_of, body["accounts"])))
        self._selected = decode.text_of(body.get("selectedAccount"))
        return body

    def select(self, account: str) -> None:
        """Makes the gateway's lists be about this account; they are empty before the accounts were asked for."""
        if self._selected is None:
            self._trading_accounts()
        if account not in self._numbers:
            raise RequestError(f"the account ***{account[-4:]} is not logged in at the gateway.")
        if self._selected != account:
            self.gateway.post("/iserver/account", {"acctId": account})
            self._selected = account

    def _for_reading(self, account: str) -> None:
        self.select(account)
        if not self._listed:
            self._portfolio_accounts()

    def positions(self, account: str) -> tuple[BrokerPosition, ...]:
        """All positions: uncached where the gateway can, else page by page after emptying its cache."""
        self._for_reading(account)
        try:
            found = decode.rows(self.gateway.get(f"/portfolio2/{_part(account)}/positions"), "the positions")
        except (SessionOverError, NoBridgeError):
            raise
        except GatewayError:
            found = self._pages(account)
        return tuple(decode.position(row) for row in found if decode.number(row.get("position")) != 0)

    def _pages(self, account: str) -> list[dict[str, Any]]:
        self.gateway.post(f"/portfolio/{_part(account)}/positions/invalidate", {})
        found: list[dict[str, Any]] = []
        for page in range(MAX_PAGES):
            path = f"/portfolio/{_part(account)}/positions/{page}"
            rows = decode.rows(self.gateway.get(path, waitForSecDef="true"), "the positions")
            if rows and found[-len(rows) :] == rows:
                raise BrokerError("the gateway answers the same page of positions again and again.")
            found += rows
            if len(rows) < PAGE:
                return found
        raise BrokerError(f"the account has more than {MAX_PAGES * PAGE:,} positions.")

    def cash(self, account: str) -> Decimal:
        """Dollars of cash, unsettled sales included; negative is borrowed."""
        self._for_reading(account)
        return decode.ledger_cash(self.gateway.get(f"/portfolio/{_part(account)}/ledger"), "USD")

    # -- instruments and prices

    def contracts(self, symbols: Sequence[str]) -> dict[str, tuple[Contract, ...]]:
        """For each symbol the stocks it may mean; ``BRK.B`` is asked as IBKR's ``BRK B``."""
        asked = {symbol: ibkr_symbol(symbol) for symbol in symbols}
        if not asked:
            return {}
        body = self.gateway.get("/trsrv/stocks", symbols=",".join(asked.values()))
        return {symbol: decode.contracts(body, name) for symbol, name in asked.items()}

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
                for row in decode.rows(body, "the prices"):
                    line = decode.quote(row)
                    # The answer to the subscribing request can be what was cached for an earlier subscriber.
                    if line is not None and attempt:
                        (found if decode.is_complete(row) or attempt >= _PARTS_TRIES else partial)[line.conid] = line
        return {conid: quote for conid, quote in (partial | found).items() if conid in set(conids)}

    def hours(self, conid: int) -> Hours:
        """Trading hours around now."""
        return decode.hours(self.gateway.get("/contract/trading-schedule", conid=str(conid)))

    # -- orders

    def what_if(self, ticket: Ticket) -> WhatIf:
        """What the order would do, by IBKR's ``whatif``."""
        asked = order_body(ticket)
        del asked["orders"][0]["cOID"]  # the reference is for the order itself; a preview must not use it up
        try:
            body = self.gateway.post(f"/iserver/account/{_part(ticket.account)}/orders/whatif", asked)
        except GatewayError as error:
            if _refuses(error) or (error.status == 500 and decode.is_refusal(error.text)):
                return WhatIf(error=error.text)
            raise
        return decode.what_if(body)

    def send(self, ticket: Ticket) -> Answer:
        """Sends the order once."""
        raw = self.gateway.post_once(f"/iserver/account/{_part(ticket.account)}/orders", order_body(ticket))
        return decode.answer(raw.status, raw.body, raw.trouble)

    def answer(self, question: Question, *, yes: bool) -> Answer:
        """Answers a question once. It must be the very next request."""
        raw = self.gateway.post_once(f"/iserver/reply/{_part(question.reply_id)}", {"confirmed": yes})
        return decode.answer(raw.status, raw.body, raw.trouble)

    def orders(self, account: str) -> tuple[OrderState, ...]:
        """The account's orders of the session: the first request empties the gateway's cache, the second one reads."""
        self.select(account)
        self._iserver("/iserver/account/orders", force="true", accountId=account)
        body = self._iserver("/iserver/account/orders", accountId=account)
        if not isinstance(body, dict) or not isinstance(body.get("orders"), list):
            raise BrokerError("the gateway's answer about the orders has an unknown shape.")
        found = [decode.order(row) for row in decode.rows(body["orders"], "the orders")]
        return tuple(order for order in found if order.account in {"", account})

    def order(self, order_id: str) -> OrderState | None:
        """One order, None when the gateway no longer has it."""
        try:
            return decode.order(self._iserver(f"/iserver/account/order/status/{_part(order_id)}"))
        except GatewayError as error:
            if _refuses(error) or error.status in {404, 500, 503}:
                return None
            raise

    def fills(self, account: str) -> tuple[Fill, ...]:
        """Fills of the last seven days."""
        self.select(account)
        body = self._iserver("/iserver/account/trades", days="7")
        ours = [r for r in decode.rows(body, "the trades") if decode.text_of(r.get("account")) in {"", account}]
        # A fill that is listed twice is one fill.
        once = {decode.text_of(row.get("execution_id")) or f"row {number}": row for number, row in enumerate(ours)}
        return tuple(decode.fill(row) for row in once.values())

    def cancel(self, account: str, order_id: str) -> str:
        """Asks to cancel; returns why IBKR refuses, empty when it takes the request."""
        try:
            self.gateway.delete(f"/iserver/account/{_part(account)}/order/{_part(order_id)}")
        except GatewayError as error:
            if _refuses(error):
                return error.text
            raise
        return ""


def _refuses(error: GatewayError) -> bool:
    """The gateway understood the request and says no to it; anything else is trouble of the gateway or the session."""
    return error.status in {200, 400} and decode.is_refusal(error.text)


def _ready(status: dict[str, Any]) -> bool:
    lost = (status.get("connected") is False, status.get("established") is False, status.get("competing") is True)
    return status.get("authenticated") is True and not any(lost)


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
