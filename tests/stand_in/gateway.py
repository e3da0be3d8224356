"""The Client Portal gateway and the broker behind it: sessions, limits, and an order book that really fills.

Driven by the shapes that were recorded from the real gateway. A test changes the attributes (``logged_in``,
``questions`` ...) and reads what arrived (``book``). Every order counts once at its ``cOID``; a second one is refused,
as IBKR does.
"""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.stand_in.server import HttpsServer, Reply, Request

ACCOUNT = "DU1234567"
COOKIE = "0.c00k1e5e551on.1775140000"
"""What the gateway sets as the session's cookie."""
OPENING, CLOSING = 1_775_136_600, 1_775_160_000  # 2 April 2026, 9:30 to 16:00 in New York
NEXT_OPENING = 1_775_482_200  # Monday the 6th, after Good Friday


@dataclass
class Order:
    order_id: int
    client_id: str
    account: str
    conid: int
    side: str
    shares: int
    limit: float
    status: str = "Submitted"
    filled: int = 0
    fills: list[tuple[int, float]] = field(default_factory=list)

    @property
    def live(self) -> bool:
        return self.status in {"PreSubmitted", "Submitted", "PendingCancel", "Inactive"}


class Gateway:
    """``answer`` is the whole gateway; ``server`` carries it."""

    def __init__(self, certificate: Path, *, now: Callable[[], float] = time.time, limits: bool = False) -> None:
        self.server = HttpsServer(certificate, self._locked)
        self.certificate = certificate
        self.now = now
        self.limits = limits
        self.lock = threading.Lock()
        self.fault: Callable[[Request], Reply | None] = lambda _request: None
        """Is asked first; a Reply means that the broker never saw the request."""
        self.twist: Callable[[Request, Reply], Reply] = lambda _request, reply: reply
        """Is asked last; the broker has done what the request says, and this is what the client sees of it."""
        self.reset()

    def reset(self) -> None:
        """A fresh, logged-in paper account with two positions and no orders."""
        self.server.requests.clear()
        self.logged_in = self.authenticated = self.bridge = True
        self.competing = False
        self.paper = True
        self.accounts = [ACCOUNT]
        self.selected = ACCOUNT
        self.primed = False
        self.uncached_positions = True
        self.cash = 50_000.0
        self.commission = 1.0
        self.names = {"VTI": 1001, "BND": 1002, "VXUS": 1003}
        self.prices = {1001: 250.0, 1002: 75.0, 1003: 60.0}
        self.positions = {1001: 40, 1002: 100}
        self.foreign: dict[str, list[dict[str, Any]]] = {}
        """Symbol -> instruments of /trsrv/stocks, instead of the one from ``names``."""
        self.quote_fields: dict[int, dict[str, str | None]] = defaultdict(dict)
        self.subscribed: set[int] = set()
        self.market_open = True
        self.questions: dict[int, list[list[str]]] = {}
        """conid -> the chain of questions that an order for it raises, each a list of messageIds."""
        self.pending: dict[str, tuple[dict[str, Any], list[list[str]]]] = {}
        self.rejects: dict[int, object] = {}
        """conid -> a 200 answer that refuses the order."""
        self.previews: dict[int, dict[str, Any]] = {}
        self.fill: Callable[[Order], int] = lambda order: order.shares - order.filled
        """Shares that an order fills with every look at it."""
        self.show_references = True
        self.refuse_duplicates = True
        self.book: dict[int, Order] = {}
        self.sent: list[str] = []
        """cOID of every order request that reached the broker, refused ones too."""
        self.looks = 0
        self.invisible_for = 0
        """Looks at the list of orders that still miss the newest ones."""
        self.numbers = itertools.count(700_000_001)
        self.stamps: dict[str, list[float]] = defaultdict(list)

    # -- the way in

    def _locked(self, request: Request) -> Reply:
        with self.lock:
            fault = self.fault(request)
            return fault if fault is not None else self.twist(request, self.respond(request))

    def respond(self, request: Request) -> Reply:
        if request.path.startswith("/upstream"):
            return Reply(status=404, body=b"Not Found")
        if not request.path.startswith("/v1/api/"):
            return Reply(status=302, body=b"", headers={"Location": f"{self.server.base}/upstream{request.path}"})
        if not request.headers.get("User-Agent"):
            return Reply(status=403, body=b"Access Denied")
        if request.method == "POST" and "Content-Length" not in request.headers:
            return Reply(status=411, body=b"Length Required")
        path = request.path.removeprefix("/v1/api")
        if self.limits and not self._within_limits(path):
            return Reply(status=429, body={"error": "too many requests", "statusCode": 429})
        if not path.startswith("/iserver/reply/"):
            self.pending.clear()  # any other request in between kills an open question
        if not self.logged_in:
            return Reply(status=401, body=b"Access Denied")
        session = {"/iserver/auth/status", "/iserver/auth/ssodh/init"}
        if path.startswith("/iserver/") and path not in session and not self.bridge:
            return Reply(status=400, body={"error": "Bad Request: no bridge", "statusCode": 400})
        for method, pattern, work in self._routes():
            match = re.fullmatch(pattern, path)
            if match and method == request.method:
                done = work(request, *match.groups())
                return done if isinstance(done, Reply) else Reply(body=done)
        return Reply(status=404, body={"error": "Not Found", "statusCode": 404})

    def _within_limits(self, path: str) -> bool:
        now = self.now()
        slow = path in {"/portfolio/accounts", "/iserver/account/orders", "/iserver/account/trades"}
        fine = sum(now - stamp < 0.999 for stamp in self.stamps[""]) < 10
        if slow and self.stamps[path] and now - self.stamps[path][-1] < 4.999:
            fine = False
        self.stamps[""].append(now)
        self.stamps[path].append(now)
        return fine

    def _routes(self) -> Any:
        account = "([^/]+)"
        return (
            ("POST", "/iserver/auth/status", self._status),
            ("POST", "/iserver/auth/ssodh/init", self._init),
            ("POST", "/tickle", self._tickle),
            ("GET", "/portfolio/accounts", self._portfolio_accounts),
            ("GET", "/iserver/accounts", self._iserver_accounts),
            ("POST", "/iserver/account", self._select),
            ("POST", f"/portfolio/{account}/positions/invalidate", lambda *_: {"message": "success"}),
            ("GET", f"/portfolio/{account}/positions/(\\d+)", self._page),
            ("GET", f"/portfolio2/{account}/positions", self._uncached),
            ("GET", f"/portfolio/{account}/ledger", self._ledger),
            ("GET", "/trsrv/stocks", self._stocks),
            ("GET", "/iserver/marketdata/snapshot", self._snapshot),
            ("GET", "/contract/trading-schedule", self._schedule),
            ("POST", f"/iserver/account/{account}/orders/whatif", self._whatif),
            ("POST", f"/iserver/account/{account}/orders", self._place),
            ("POST", "/iserver/reply/([^/]+)", self._reply),
            ("GET", "/iserver/account/orders", self._orders),
            ("GET", r"/iserver/account/order/status/(\d+)", self._order),
            ("DELETE", f"/iserver/account/{account}/order/(\\d+)", self._cancel),
            ("GET", "/iserver/account/trades/?", self._trades),
        )

    # -- session

    def _auth(self) -> dict[str, Any]:
        if not self.authenticated:
            return {"authenticated": False, "competing": self.competing, "connected": False, "MAC": "AA:BB:CC:00:11:22"}
        return {
            "authenticated": True,
            "established": True,
            "competing": self.competing,
            "connected": self.bridge,
            "message": "",
            "MAC": "AA:BB:CC:00:11:22",
            "serverInfo": {"serverName": "StandIn01", "serverVersion": "Build 10.44.1d"},
            "hardware_info": "a1b2c3d4|AA:BB:CC:00:11:22",
            "fail": "",
        }

    def _status(self, _request: Any) -> Any:
        cookie = {"Set-Cookie": f"x-sess-uuid={COOKIE}; Secure; HttpOnly"}
        return Reply(body=self._auth(), headers=cookie)

    def _init(self, request: Any) -> Any:
        body = request.json() or {}
        if body.get("publish") is not True:
            return Reply(status=500, body={"error": "publish must be true", "statusCode": 500})
        if not self.competing or body.get("compete"):
            self.authenticated = self.bridge = True
            self.competing = False
        return self._auth()

    def _tickle(self, _request: Any) -> dict[str, dict[str, Any] | str]:
        return {"session": "0123456789abcdef", "hmds": {"error": "no bridge"}, "iserver": {"authStatus": self._auth()}}

    # -- accounts and positions

    def _portfolio_accounts(self, _request: Any) -> list[Any]:
        self.primed = True
        return [{"id": a, "accountId": a, "currency": "USD", "type": "DEMO", "desc": a} for a in self.accounts]

    def _iserver_accounts(self, _request: Any) -> Any:
        props = {a: {"supportsFractions": True, "supportsCashQty": True} for a in self.accounts}
        body = {"accounts": self.accounts, "acctProps": props, "selectedAccount": self.selected, "isFT": False}
        return body | ({} if self.paper is None else {"isPaper": self.paper})

    def _select(self, request: Any) -> Any:
        wanted = request.json().get("acctId")
        if wanted not in self.accounts or wanted == self.selected:
            return Reply(status=500, body={"error": "Account already set" if wanted == self.selected else "unknown"})
        self.selected = wanted
        return {"set": True, "acctId": wanted}

    def _name(self, conid: int) -> str:
        return next((name for name, number in self.names.items() if number == conid), f"S{conid}")

    def _page(self, _request: Any, account: Any, page: Page) -> Any:
        if not self.primed:
            return []
        rows = [
            {
                "acctId": account,
                "conid": conid,
                "contractDesc": self._name(conid),
                "position": float(shares),
                "mktPrice": self.prices[conid],
                "mktValue": shares * self.prices[conid],
                "currency": "USD",
                "unrealizedPnl": 1.5,
                "assetClass": "STK",
            }
            for conid, shares in self.positions.items()
        ]
        return rows[int(page) * 100 : int(page) * 100 + 100]  # type: ignore[call-overload]

    def _uncached(self, _request: Any, _account: Any) -> Any:
        if not self.uncached_positions:
            return Reply(status=404, body={"error": "Not Found", "statusCode": 404})
        return [
            {
                "position": float(shares),
                "conid": str(conid),
                "currency": "USD",
                "description": self._name(conid),
                "marketPrice": self.prices[conid],
                "marketValue": shares * self.prices[conid],
                "unrealizedPnl": 1.5,
                "secType": "STK",
                "assetClass": "STK",
            }
            for conid, shares in self.positions.items()
        ]

    def _ledger(self, _request: Any, account: Any) -> dict[str, Any]:
        if not self.primed:
            return {}
        row = {"cashbalance": self.cash, "settledcash": self.cash, "acctcode": account, "exchangerate": 1}
        return {"USD": row | {"currency": "USD"}, "BASE": row | {"currency": "BASE"}}

    # -- instruments and prices

    def _stocks(self, request: Any) -> Any:
        found = {}
        for symbol in request.query["symbols"].split(","):
            if symbol in self.foreign:
                found[symbol] = self.foreign[symbol]
            elif symbol in self.names:
                contracts = [
                    {"conid": self.names[symbol], "exchange": "ARCA", "isUS": True},
                    {"conid": self.names[symbol] + 500_000, "exchange": "MEXI", "isUS": False},
                ]
                found[symbol] = [{"name": f"{symbol} FUND", "assetClass": "STK", "contracts": contracts}]
            else:
                found[symbol] = []
        return found

    def _snapshot(self, request: Any) -> Any:
        rows = []
        for text in request.query["conids"].split(","):
            conid = int(text)
            row = {"conid": conid, "conidEx": text}
            if conid in self.subscribed and conid in self.prices:
                price = self.prices[conid]
                row |= {"31": f"{price:.2f}", "84": f"{price - 0.01:.2f}", "86": f"{price + 0.01:.2f}", "6509": "RpB"}
                row |= self.quote_fields[conid]
                row = {name: value for name, value in row.items() if value is not None}
            self.subscribed.add(conid)
            rows.append(row)
        return rows

    def _schedule(self, _request: Any) -> dict[str, Any]:
        days = {
            "20260402": {"liquid_hours": [{"opening": OPENING, "closing": CLOSING}]},
            "20260406": {"liquid_hours": [{"opening": NEXT_OPENING, "closing": NEXT_OPENING + 23_400}]},
        }
        if not self.market_open:
            del days["20260402"]
        return {"exchange_time_zone": "US/Eastern", "schedules": days}

    # -- orders

    def _ticket(self, request: Any) -> dict[str, Any] | None:
        body = request.json()
        orders = body.get("orders") if isinstance(body, dict) else None
        return orders[0] if isinstance(orders, list) and len(orders) == 1 else None

    def _whatif(self, request: Any, _account: Any) -> Any:
        ticket = self._ticket(request)
        if ticket is None or "cOID" in ticket:
            return Reply(status=400, body={"error": "Bad Request: orders", "statusCode": 400})
        value = ticket["quantity"] * ticket["price"]
        body = {
            "amount": {
                "amount": f"{value:,.2f} USD ({ticket['quantity']} Shares)",
                "commission": f"{self.commission:g} USD",
                "total": f"{value + self.commission:,.2f} USD",
            },
            "equity": {"current": "100,000", "change": "0", "after": "99,999"},
            "initial": {"current": "8,637", "change": "164", "after": "8,801"},
            "maintenance": {"current": "8,637", "change": "164", "after": "8,801"},
            "warn": None,
            "error": None,
        }
        return body | self.previews.get(ticket["conid"], {})

    def _place(self, request: Any, account: Any) -> Any:
        ticket = self._ticket(request)
        if ticket is None or account not in self.accounts:
            return Reply(status=400, body={"error": "Bad Request: orders", "statusCode": 400})
        self.sent.append(ticket["cOID"])
        known = any(order.client_id == ticket["cOID"] for order in self.book.values())
        if known and self.refuse_duplicates:
            return {"error": f"Order couldn't be submitted:Local order ID={ticket['cOID']} is already registered."}
        if ticket["conid"] in self.rejects:
            return self.rejects[ticket["conid"]]
        return self._ask_or_accept(ticket, [list(ids) for ids in self.questions.get(ticket["conid"], [])])

    def _ask_or_accept(self, ticket: dict[str, Any], chain: list[list[str]]) -> Any:
        if chain:
            ids = chain.pop(0)
            reply_id = f"reply-{next(self.numbers)}"
            self.pending[reply_id] = (ticket, chain)
            texts = [f"Question {name}: are you sure you want to submit this order?" for name in ids]
            question = {"id": reply_id, "message": texts, "isSuppressed": False, "messageIds": ids}
            return [question | {"messageOptions": ["Yes", "No"]}]
        order_id = next(self.numbers)
        self.book[order_id] = Order(
            order_id,
            ticket["cOID"],
            ticket["acctId"],
            ticket["conid"],
            ticket["side"],
            ticket["quantity"],
            ticket["price"],
        )
        return [{"order_id": str(order_id), "order_status": "PreSubmitted", "encrypt_message": "1"}]

    def _reply(self, request: Any, reply_id: Any) -> Any:
        if reply_id not in self.pending:
            return Reply(status=503, body={"error": f"reply id not found: '{reply_id}'", "statusCode": 503})
        ticket, chain = self.pending.pop(reply_id)
        if request.json().get("confirmed") is not True:
            return {"error": "Order not confirmed "}
        return self._ask_or_accept(ticket, chain)

    def _progress(self, order: Order) -> None:
        if not order.live or order.status == "Inactive":
            return
        shares = min(self.fill(order), order.shares - order.filled)
        if shares > 0:
            order.filled += shares
            order.fills.append((shares, order.limit))
            sign = 1 if order.side == "BUY" else -1
            self.positions[order.conid] = self.positions.get(order.conid, 0) + sign * shares
            self.cash -= sign * shares * order.limit + self.commission
        if order.filled == order.shares:
            order.status = "Filled"
        elif order.status == "PendingCancel":
            order.status = "Cancelled"

    def _orders(self, request: Any) -> dict[str, Any]:
        self.looks += 1
        if request.query.get("force") == "true":
            return {"orders": [], "snapshot": False}
        for order in self.book.values():
            self._progress(order)
        shown = [] if self.looks <= self.invisible_for else list(self.book.values())
        return {"orders": [self._live_row(order) for order in shown], "snapshot": True}

    def _live_row(self, order: Order) -> dict[str, Any]:
        row = {
            "acct": order.account,
            "conid": order.conid,
            "conidex": str(order.conid),
            "account": order.account,
            "orderId": order.order_id,
            "ticker": self._name(order.conid),
            "secType": "STK",
            "remainingQuantity": float(order.shares - order.filled),
            "filledQuantity": float(order.filled),
            "totalSize": float(order.shares),
            "status": order.status,
            "order_ccp_status": order.status,
            "avgPrice": f"{order.limit}" if order.filled else "",
            "origOrderType": "LIMIT",
            "price": f"{order.limit}",
            "timeInForce": "CLOSE",
            "side": order.side,
        }
        return row | ({"order_ref": order.client_id} if self.show_references and order.client_id else {})

    def _order(self, _request: Any, order_id: Any) -> Any:
        order = self.book.get(int(order_id))
        if order is None:
            return Reply(status=503, body={"error": "Service Unavailable", "statusCode": 503})
        self._progress(order)
        return {
            "order_id": order.order_id,
            "conid": order.conid,
            "symbol": self._name(order.conid),
            "side": order.side[:1],
            "order_status": order.status,
            "size": f"{order.shares}.0",
            "total_size": f"{order.shares}.0",
            "filled_quantity": f"{order.filled}.0",
            "avg_fill_price": f"{order.limit}" if order.filled else None,
            "order_clearing_account": order.account,
        }

    def _cancel(self, _request: Any, account: Any, order_id: Any) -> dict[str, Any]:
        order = self.book.get(int(order_id))
        if order is None or not order.live:
            return {"error": f"OrderID {order_id} doesn't exist"}
        order.status = "Cancelled" if order.status == "Inactive" else "PendingCancel"
        return {"msg": "Request was submitted", "order_id": int(order_id), "conid": -1, "account": account}

    def _trades(self, _request: Any) -> list[Any]:
        return [
            {
                "execution_id": f"0000.{order.order_id}.{number:02}",
                "conid": order.conid,
                "symbol": self._name(order.conid),
                "side": order.side[:1],
                "size": float(shares),
                "price": f"{price}",
                "order_ref": order.client_id,
                "order_id": order.order_id,
                "commission": f"{self.commission}",
                "account": order.account,
            }
            for order in self.book.values()
            for number, (shares, price) in enumerate(order.fills, start=1)
        ]
