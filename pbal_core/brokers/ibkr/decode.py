"""From the Client Portal's JSON to values: pure, so that every recorded shape is a test.

The bodies differ between documentation and gateway, and between one path and the next: numbers come as numbers, as
text, with thousands commas and with units; the same fact has two names. Each function takes what has been seen and
refuses what has not, instead of guessing. Worked example: ``number("1,977.60 USD (10 Shares)")`` is
``Decimal("1977.60")``.

Source: recorded answers of the gateway (2026), IBKR's OpenAPI document 2.28.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from ...errors import BrokerError
from ..protocol import (
    Accepted,
    Answer,
    BrokerPosition,
    Contract,
    Fill,
    Hours,
    OrderSide,
    OrderState,
    Progress,
    Question,
    Quote,
    Rejected,
    Unclear,
    WhatIf,
)
from .gateway import error_words, masked

_AMOUNT = re.compile(r"[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?=$|[\sA-Za-z])", re.ASCII)

MAX_EXPONENT = 18
"""Powers of ten; no number of a broker is further from one."""

_NO_REFUSAL = re.compile(
    "already registered|duplicate|timed? ?out|unavailable|no bridge|not connected|internal|try again|failed to process"
    "|reply id not found|unknown error|bad gateway|busy",
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

_PLAIN_STATES = {"order cancelled", "order canceled", "order filled", "order submitted", "order rejected"}
"""Descriptions of a state that give no reason."""

REAL_TIME = "R"
"""First letter of field 6509; others are delayed, frozen, not subscribed, incomplete, and those that are new."""


def number(value: Any) -> Decimal | None:
    """The number at the beginning of a value, None when there is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, Decimal)):
        return _usable(Decimal(value))
    match = _AMOUNT.match(value.strip()) if isinstance(value, str) else None
    return _usable(Decimal(match.group().replace(",", ""))) if match else None


def _usable(found: Decimal) -> Decimal | None:
    """The number itself, unless it is none or so large or fine that calculating with it alone would never end."""
    return found if found.is_finite() and abs(found.adjusted()) <= MAX_EXPONENT else None


def highest_amount(text: Any) -> Decimal | None:
    """The largest number in a text such as ``0.35 - 1.20 USD``; None when there is none."""
    parts = re.findall(r"\d[\d,]*(?:\.\d+)?", text_of(text), re.ASCII)
    found = [_usable(Decimal(part.replace(",", ""))) for part in parts]
    return max((amount for amount in found if amount is not None), default=None)


def text_of(value: Any) -> str:
    """A text or a number as text; empty for everything else, so that no list or object is taken for a word."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return ""
    return str(value)


def rows(body: Any, what: str) -> list[dict[str, Any]]:
    """The list of objects that a body must be.

    Raises:
        BrokerError: It is something else.
    """
    if not isinstance(body, list) or not all(isinstance(row, dict) for row in body):
        raise BrokerError(f"the gateway's answer about {what} has an unknown shape.")
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
    raise BrokerError(f"the gateway's answer about {what} lacks {' or '.join(names)}.")


def _need_number(row: dict[str, Any], what: str, *names: str) -> Decimal:
    found = number(_need(row, what, *names))
    if found is None:
        raise BrokerError(f"the gateway's answer about {what} has no number in {names[0]}.")
    return found


def _need_text(row: dict[str, Any], what: str, *names: str) -> str:
    found = text_of(_need(row, what, *names)).strip()
    if not found:
        raise BrokerError(f"the gateway's answer about {what} has no text in {names[0]}.")
    return found


def _need_time(row: dict[str, Any], what: str, name: str) -> float:
    """Seconds since 1970, of a year that has four digits (milliseconds would not)."""
    found = float(_need_number(row, what, name))
    if not 0 <= found < 250_000_000_000:
        raise BrokerError(f"the gateway's answer about {what} has no time in {name}.")
    return found


def _object(body: Any, what: str) -> dict[str, Any]:
    """The object that a body must be.

    Raises:
        BrokerError: It is something else.
    """
    if not isinstance(body, dict):
        raise BrokerError(f"the gateway's answer about {what} has an unknown shape.")
    return body


def position(row: dict[str, Any]) -> BrokerPosition:
    """One position, in the shape of ``/portfolio`` or of ``/portfolio2``."""
    return BrokerPosition(
        symbol=_need_text(row, "a position", "ticker", "contractDesc", "description"),
        conid=int(_need_number(row, "a position", "conid")),
        shares=_need_number(row, "a position", "position"),
        price=number(row.get("mktPrice", row.get("marketPrice"))),
        value=number(row.get("mktValue", row.get("marketValue"))),
        pnl=number(row.get("unrealizedPnl")),
        currency=text_of(row.get("currency")),
        asset_class=text_of(row.get("assetClass") or row.get("secType")),
    )


def ledger_cash(body: Any, currency: str) -> Decimal:
    """The cash balance in one currency; none at all is zero."""
    row = _object(body, "the cash").get(currency)
    return Decimal(0) if row is None else _need_number(_object(row, "the cash"), "the cash", "cashbalance")


def contracts(body: Any, symbol: str) -> tuple[Contract, ...]:
    """The stocks that a symbol may mean: those of the United States, or all when there is none."""
    instruments = body.get(symbol) or [] if isinstance(body, dict) else []
    found = [
        (Contract(symbol=symbol, conid=int(conid), name=text_of(i.get("name")), exchange=text_of(c.get("exchange"))), c)
        for i in rows(instruments, f"the symbol {symbol}")
        if i.get("assetClass") == "STK"
        for c in rows(i.get("contracts") or [], f"the symbol {symbol}")
        if (conid := number(c.get("conid"))) is not None
    ]
    american = [contract for contract, row in found if row.get("isUS") is True]
    return tuple(american or [contract for contract, _row in found])


def quote(row: dict[str, Any]) -> Quote | None:
    """One line of a snapshot; None as long as it is only the pre-flight."""
    last_text = text_of(row.get("31")).strip()
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
        live=text_of(row.get("6509"))[:1] == REAL_TIME,
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
    what = "the trading hours"
    schedules = _object(_object(body, what).get("schedules"), what)
    spells = [
        (_need_time(spell, what, "opening"), _need_time(spell, what, "closing"))
        for day in schedules.values()
        for spell in rows(_object(day, what).get("liquid_hours") or [], what)
    ]
    return Hours(spells=tuple(sorted(spells)), zone=text_of(body.get("exchange_time_zone")) or "UTC")


def what_if(body: Any) -> WhatIf:
    """What ``whatif`` answers."""
    body = _object(body, "the preview of an order")
    amount, initial = (inner(body, name) for name in ("amount", "initial"))
    if not body.get("error") and not amount:
        raise BrokerError("the gateway's preview of an order lacks its amounts.")
    return WhatIf(
        commission=text_of(amount.get("commission")),
        currency=_currency(amount.get("amount") or amount.get("total")),
        commission_high=highest_amount(amount.get("commission")),
        margin_after=text_of(initial.get("after")),
        warning=_words(body.get("warn")),
        error=_words(body.get("error")),
    )


def _words(text: Any) -> str:
    """A text of the broker on one line, without account numbers; something else than a text is said to be there."""
    if not text:
        return ""
    return masked(" ".join(text_of(text).split())) or "something that is no text"


def _currency(text: Any) -> str:
    """``USD`` of ``1,977.60 USD (10 Shares)``, empty when there is none."""
    match = re.match(r"[-+\d.,\s]*([A-Z]{3})\b", text_of(text))
    return match[1] if match else ""


def answer(status: int | None, body: Any, trouble: str) -> Answer:
    """What an answer to an order or to a reply means.

    200 has four shapes: accepted, question, refusal, prompt. 400 and 500 with a reason are refusals too. Everything
    else is unclear, because a failure after the order was taken looks the same as one before.
    """
    words = error_words(body)
    if trouble or status is None:
        return Unclear(reason=f"HTTP {status}: {trouble}" if status is not None else trouble)
    if status in {200, 400, 500} and is_refusal(words):
        return Rejected(reason=words)
    if status != 200:
        return Unclear(reason=f"HTTP {status}: {words or 'without a reason'}")
    if isinstance(body, dict):
        if body.get("prompt") or body.get("messageId"):
            return Unclear(reason=f"IBKR asks ({text_of(body.get('messageId'))}): {_words(body.get('text'))}")
        return Unclear(reason=words or "the answer has an unknown shape")
    if isinstance(body, list) and len(body) == 1 and isinstance(body[0], dict):
        row = body[0]
        number_of, status_of = text_of(row.get("order_id")), text_of(row.get("order_status"))
        if number_of and status_of:
            return Accepted(order_id=number_of, status=status_of)
        if text_of(row.get("id")) and isinstance(row.get("message"), list):
            return _question(row)
        return answer(status, row, "")
    return Unclear(reason="the answer has an unknown shape")


def is_refusal(words: str) -> bool:
    """Whether the broker's words are a reason for a no, and not for trouble on the way."""
    return bool(words) and not _NO_REFUSAL.search(words)


def _question(row: dict[str, Any]) -> Question:
    """A question; when one of its numbers is no text it has no numbers, and so is never answered by itself."""
    listed = row.get("messageIds")
    names = [text_of(name) for name in listed] if isinstance(listed, list) else []
    return Question(
        reply_id=text_of(row["id"]),
        texts=tuple(_words(text) for text in row["message"]),
        message_ids=tuple(names) if all(names) else (),
    )


def order(body: Any) -> OrderState:
    """One order, in the shape of the list of orders or of an order's status."""
    row = _object(body, "an order")
    status = _need_text(row, "an order", "status", "order_status")
    filled = number(row.get("filledQuantity", row.get("filled_quantity", row.get("cum_fill"))))
    conid = number(row.get("conid"))
    return OrderState(
        order_id=_need_text(row, "an order", "orderId", "order_id"),
        client_id=text_of(row.get("order_ref") or row.get("cOID")),
        conid=int(conid) if conid is not None else 0,
        symbol=text_of(row.get("ticker") or row.get("symbol")),
        side=_side(row.get("side")),
        progress=STATUS.get(status.lower(), "working"),
        status=status,
        shares=number(row.get("totalSize", row.get("total_size", row.get("size")))),
        filled=filled if filled is not None else Decimal(0),
        price=positive(row.get("avgPrice", row.get("avg_fill_price", row.get("average_price")))),
        account=text_of(row.get("acct") or row.get("account")),
        idle=status.lower() in IDLE,
        reason=_reason(row),
    )


def _reason(row: dict[str, Any]) -> str:
    """IBKR's words about an order's state, where they say more than "Order Cancelled"."""
    for name in ("text", "reject_reason", "order_status_description"):
        words = _words(row.get(name))
        if words and words.lower() not in _PLAIN_STATES:
            return words
    return ""


def _side(value: Any) -> OrderSide | str:
    text = text_of(value).upper()
    return {"B": "BUY", "BOT": "BUY", "S": "SELL", "SLD": "SELL"}.get(text, text)


def fill(row: dict[str, Any]) -> Fill:
    """One fill."""
    return Fill(
        client_id=text_of(row.get("order_ref")),
        order_id=text_of(row.get("order_id")),
        conid=int(_need_number(row, "a trade", "conid")),
        shares=abs(_need_number(row, "a trade", "size")),
        price=_need_number(row, "a trade", "price"),
        commission=number(row.get("commission")),
    )
