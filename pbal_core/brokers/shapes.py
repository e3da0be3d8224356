"""From the Client Portal's JSON to values: pure, so that every recorded shape is a test.

The bodies differ between documentation and wire, and between one path and the next: numbers come as numbers, as text,
with thousands commas and with units; the same fact has two names. Each function takes what has been seen and refuses
what has not, instead of guessing. Worked example: ``number("1,977.60 USD (10 Shares)")`` is ``Decimal("1977.60")``.

Source: recorded answers of the gateway (2026), IBKR's OpenAPI document 2.28.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from ..errors import BrokerError
from .protocol import (
    Accepted,
    Answer,
    Contract,
    Execution,
    Holding,
    Hours,
    OrderState,
    Preview,
    Progress,
    Question,
    Quote,
    Rejected,
    Side,
    Unclear,
)
from .wire import error_words, masked

_AMOUNT = re.compile(r"[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?=$|[\sA-Za-z])", re.ASCII)

_NO_REFUSAL = re.compile(
    "already registered|duplicate|timed? ?out|unavailable|no bridge|not connected|internal|try again|failed to process",
    re.IGNORECASE,
)
"""Words with which the order may exist: "Local order ID=... is already registered", or a failure on the way."""

STATUS: dict[str, Progress] = {
    "filled": "filled",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "apicancelled": "cancelled",
    "rejected": "rejected",
}
"""Final states; every other word (PendingSubmit, PreSubmitted, Submitted, PendingCancel, PreCancelled, Inactive,
WarnState, and any that is new) means that the order may still trade."""

IDLE = frozenset({"inactive"})
"""States in which an order may trade again one day and does not now."""

REAL_TIME = "R"
"""First letter of field 6509; others are delayed, frozen, not subscribed, incomplete, and those that are new."""


def number(value: Any) -> Decimal | None:
    """The number at the beginning of a value, None when there is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, Decimal)):
        found = Decimal(value)
        return found if found.is_finite() else None
    match = _AMOUNT.match(str(value).strip())
    return Decimal(match.group().replace(",", "")) if match else None


def highest_amount(text: Any) -> Decimal | None:
    """The largest number in a text such as ``0.35 - 1.20 USD``; None when there is none."""
    found = [Decimal(part.replace(",", "")) for part in re.findall(r"\d[\d,]*(?:\.\d+)?", str(text or ""))]
    return max(found, default=None)


def rows(body: Any, what: str) -> list[dict[str, Any]]:
    """The list of objects that a body must be.

    Raises:
        BrokerError: It is something else.
    """
    if not isinstance(body, list) or not all(isinstance(row, dict) for row in body):
        raise BrokerError(f"the gateway's answer about {what} has an unknown shape; nothing was done.")
    return body


def inner(body: Any, *names: str) -> dict[str, Any]:
    """The object inside objects that the names lead to; empty when there is none."""
    for name in names:
        body = body.get(name) if isinstance(body, dict) else None
    return body if isinstance(body, dict) else {}


def _need(row: dict[str, Any], what: str, *names: str) -> Any:
    """The first of the names that is there."""
    for name in names:
        if row.get(name) is not None:
            return row[name]
    raise BrokerError(f"the gateway's answer about {what} lacks {' or '.join(names)}; nothing was done.")


def _need_number(row: dict[str, Any], what: str, *names: str) -> Decimal:
    found = number(_need(row, what, *names))
    if found is None:
        raise BrokerError(f"the gateway's answer about {what} has no number in {names[0]}; nothing was done.")
    return found


def holding(row: dict[str, Any]) -> Holding:
    """One position, in the shape of ``/portfolio`` or of ``/portfolio2``."""
    return Holding(
        symbol=str(_need(row, "a position", "ticker", "contractDesc", "description")).strip(),
        conid=int(_need_number(row, "a position", "conid")),
        shares=_need_number(row, "a position", "position"),
        price=number(row.get("mktPrice", row.get("marketPrice"))),
        value=number(row.get("mktValue", row.get("marketValue"))),
        pnl=number(row.get("unrealizedPnl")),
        currency=str(row.get("currency") or ""),
        asset_class=str(row.get("assetClass") or row.get("secType") or ""),
    )


def ledger_cash(body: Any, currency: str) -> Decimal:
    """The cash balance in one currency; none at all is zero."""
    if not isinstance(body, dict):
        raise BrokerError("the gateway's answer about the cash has an unknown shape; nothing was done.")
    row = body.get(currency)
    return _need_number(row, "the cash", "cashbalance") if isinstance(row, dict) else Decimal(0)


def contracts(body: Any, symbol: str) -> tuple[Contract, ...]:
    """The stocks that a symbol may mean: those of the United States, or all when there is none."""
    instruments = body.get(symbol) or [] if isinstance(body, dict) else []
    found = [
        (Contract(symbol=symbol, conid=int(c["conid"]), name=str(i.get("name")), exchange=str(c.get("exchange"))), c)
        for i in rows(instruments, f"the symbol {symbol}")
        if i.get("assetClass") == "STK"
        for c in rows(i.get("contracts") or [], f"the symbol {symbol}")
        if number(c.get("conid")) is not None
    ]
    american = [contract for contract, row in found if row.get("isUS") is True]
    return tuple(american or [contract for contract, _row in found])


def quote(row: dict[str, Any]) -> Quote | None:
    """One line of a snapshot; None as long as it is only the pre-flight."""
    last_text = str(row.get("31") or "").strip()
    mark = last_text[:1] if last_text[:1] in {"C", "H"} else ""
    last, bid, ask = (positive(v) for v in (last_text.removeprefix(mark), row.get("84"), row.get("86")))
    conid = number(row.get("conid"))
    if conid is None or (last is None and (bid is None or ask is None)):
        return None
    return Quote(
        conid=int(conid),
        last=last,
        bid=bid,
        ask=ask,
        halted=mark == "H",
        closed=mark == "C",
        live=str(row.get("6509") or "")[:1] == REAL_TIME,
    )


def is_complete(row: dict[str, Any]) -> bool:
    """Whether a line of a snapshot has all that a limit price is made from; fields come one after the other."""
    return positive(row.get("84")) is not None and positive(row.get("86")) is not None and bool(row.get("6509"))


def positive(value: Any) -> Decimal | None:
    """A price, None when there is none (brokers write -1 or 0 for no price)."""
    found = number(value)
    return found if found is not None and found > 0 else None


def hours(body: Any) -> Hours:
    """Regular trading hours, ascending."""
    schedules = body.get("schedules") if isinstance(body, dict) else None
    if not isinstance(schedules, dict):
        raise BrokerError("the gateway's answer about the trading hours has an unknown shape; nothing was done.")
    spells = [
        (float(_need_number(spell, "the trading hours", "opening")), float(_need_number(spell, "the hours", "closing")))
        for day in schedules.values()
        for spell in rows(day.get("liquid_hours") or [], "the trading hours")
    ]
    return Hours(spells=tuple(sorted(spells)), zone=str(body.get("exchange_time_zone") or "UTC"))


def preview(body: Any) -> Preview:
    """What ``whatif`` answers."""
    if not isinstance(body, dict):
        raise BrokerError("the gateway's preview of an order has an unknown shape; nothing was done.")
    amount, initial, equity = (body.get(name) or {} for name in ("amount", "initial", "equity"))
    if not body.get("error") and not amount:
        raise BrokerError("the gateway's preview of an order lacks its amounts; nothing was done.")
    return Preview(
        commission=str(amount.get("commission") or ""),
        currency=_currency(amount.get("amount") or amount.get("total")),
        commission_high=highest_amount(amount.get("commission")),
        margin_after=str(initial.get("after") or ""),
        equity_after=str(equity.get("after") or ""),
        warning=_words(body.get("warn")),
        error=_words(body.get("error")),
    )


def _words(text: Any) -> str:
    """A text of the broker on one line, without account numbers."""
    return masked(" ".join(str(text).split())) if text else ""


def _currency(text: Any) -> str:
    """``USD`` of ``1,977.60 USD (10 Shares)``, empty when there is none."""
    match = re.match(r"[-+\d.,\s]*([A-Z]{3})\b", str(text or ""))
    return match[1] if match else ""


def answer(status: int | None, body: Any, trouble: str) -> Answer:
    """What an answer to an order or to a reply means; told apart by shape, never by HTTP status alone.

    200 has four shapes: accepted, question, refusal, prompt. Everything that is not one of them is unclear, because a
    failure after the order was taken looks the same as one before.
    """
    if status != 200 or trouble:
        words = error_words(body) or trouble
        return Unclear(reason=f"HTTP {status}: {words}" if status is not None else words)
    if isinstance(body, dict):
        if body.get("prompt") or body.get("messageId"):
            return Unclear(reason=f"IBKR asks ({body.get('messageId')}): {_words(body.get('text'))}")
        words = error_words(body)
        if words and not _NO_REFUSAL.search(words):
            return Rejected(reason=words)
        return Unclear(reason=words or "the answer has an unknown shape")
    if isinstance(body, list) and len(body) == 1 and isinstance(body[0], dict):
        row = body[0]
        if row.get("order_id") is not None and row.get("order_status") is not None:
            return Accepted(order_id=str(row["order_id"]), status=str(row["order_status"]))
        if row.get("id") and isinstance(row.get("message"), list):
            return Question(
                reply_id=str(row["id"]),
                texts=tuple(_words(text) for text in row["message"]),
                message_ids=tuple(str(name) for name in row.get("messageIds") or ()),
            )
        return answer(status, row, "")
    return Unclear(reason="the answer has an unknown shape")


def order(row: dict[str, Any]) -> OrderState:
    """One order, in the shape of the list of orders or of an order's status."""
    status = str(_need(row, "an order", "status", "order_status"))
    filled = number(row.get("filledQuantity", row.get("filled_quantity", row.get("cum_fill"))))
    conid = number(row.get("conid"))
    return OrderState(
        order_id=str(_need(row, "an order", "orderId", "order_id")),
        client_id=str(row.get("order_ref") or row.get("cOID") or ""),
        conid=int(conid) if conid is not None else 0,
        symbol=str(row.get("ticker") or row.get("symbol") or ""),
        side=_side(row.get("side")),
        progress=STATUS.get(status.lower(), "working"),
        status=status,
        shares=number(row.get("totalSize", row.get("total_size", row.get("size")))),
        filled=filled if filled is not None else Decimal(0),
        price=positive(row.get("avgPrice", row.get("avg_fill_price", row.get("average_price")))),
        account=str(row.get("acct") or row.get("account") or ""),
        idle=status.lower() in IDLE,
    )


def _side(value: Any) -> Side | str:
    text = str(value or "").upper()
    return {"B": "BUY", "BOT": "BUY", "S": "SELL", "SLD": "SELL"}.get(text, text)


def execution(row: dict[str, Any]) -> Execution:
    """One fill."""
    return Execution(
        client_id=str(row.get("order_ref") or ""),
        order_id=str(row.get("order_id") or ""),
        conid=int(_need_number(row, "a trade", "conid")),
        shares=abs(_need_number(row, "a trade", "size")),
        price=_need_number(row, "a trade", "price"),
        commission=number(row.get("commission")),
    )
