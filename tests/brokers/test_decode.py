"""Every shape of answer that was recorded, documented or reported: read right, or refused, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from pbal_core import BrokerError
from pbal_core.brokers.ibkr import decode
from pbal_core.brokers.protocol import Accepted, Question, Rejected, Unclear
from tests.known import known


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (Decimal("584.6799927"), Decimal("584.6799927")),
        ("1,977.60 USD (10 Shares)", Decimal("1977.60")),
        ("1,006,413", 1_006_413),
        ("-5", -5),
        (".5", Decimal("0.5")),
        ("647.09", Decimal("647.09")),
        ("756733", 756733),
        ("", None),
        (None, None),
        (True, None),
        ("n/a", None),
        ("1.2.3", None),
        ("12@SMART", None),
        (Decimal("NaN"), None),
    ],
)
def test_numbers_in_all_their_clothes(value: Decimal | int | str | None, expected: Decimal | int | None) -> None:
    assert decode.number(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 USD", 1),
        ("0.35 - 1.05 USD", Decimal("1.05")),
        ("1,200.50 USD", Decimal("1200.50")),
        ("", None),
        (None, None),
    ],
)
def test_the_highest_commission_counts(text: str | None, expected: Decimal | int | None) -> None:
    assert decode.highest_amount(text) == expected


ACCEPTED = [{"order_id": "88", "order_status": "PreSubmitted", "encrypt_message": "1"}]
QUESTION = [{"id": "r-1", "message": ["Sure?\nReally?"], "isSuppressed": False, "messageIds": ["o354"]}]
PROMPT = {"orderId": 1, "reqId": "2", "text": "Use the algo?", "options": ["Yes"], "messageId": "p12", "prompt": True}


@pytest.mark.parametrize(
    ("status", "body", "trouble", "expected"),
    [
        (200, ACCEPTED, "", Accepted(order_id="88", status="PreSubmitted")),
        (200, ACCEPTED[0], "", Unclear(reason="the answer has an unknown shape")),
        (200, QUESTION, "", Question(reply_id="r-1", texts=("Sure? Really?",), message_ids=("o354",))),
        (
            200,
            [{**QUESTION[0], "messageIds": None, "messageOptions": ["Yes", "No"]}],
            "",
            Question(reply_id="r-1", texts=("Sure? Really?",), message_ids=()),
        ),
        (200, {"error": "We cannot accept it."}, "", Rejected(reason="We cannot accept it")),
        (200, [{"error": "We cannot accept it."}], "", Rejected(reason="We cannot accept it")),
        (200, PROMPT, "", Unclear(reason="IBKR asks (p12): Use the algo?")),
        (200, [PROMPT], "", Unclear(reason="IBKR asks (p12): Use the algo?")),
        (
            200,
            {"error": "Local order ID=x is already registered."},
            "",
            Unclear(reason="Local order ID=x is already registered"),
        ),
        (200, [], "", Unclear(reason="the answer has an unknown shape")),
        (200, [*ACCEPTED, *ACCEPTED], "", Unclear(reason="the answer has an unknown shape")),
        (200, None, "", Unclear(reason="the answer has an unknown shape")),
        (200, [{"order_id": "88"}], "", Unclear(reason="the answer has an unknown shape")),
        (500, {"error": "internal"}, "", Unclear(reason="HTTP 500: internal")),
        (503, {"error": "down", "statusCode": 503}, "", Unclear(reason="HTTP 503: down")),
        (400, ACCEPTED, "", Unclear(reason="HTTP 400: without a reason")),
        (400, {"error": "Invalid order."}, "", Rejected(reason="Invalid order")),
        (500, {"error": "Insufficient funds."}, "", Rejected(reason="Insufficient funds")),
        (503, {"error": "Insufficient funds."}, "", Unclear(reason="HTTP 503: Insufficient funds")),
        (302, None, "it answered 'nothing' instead of JSON", None),
        (None, None, "the connection broke", Unclear(reason="the connection broke")),
    ],
)
def test_the_four_shapes_and_everything_else(status: int | None, body: Any, trouble: str, expected: Any) -> None:
    """Only the exact shapes mean something; whatever else comes is unclear, because the order may exist."""
    found = decode.answer(status, body, trouble)
    if expected is None:
        assert isinstance(found, Unclear)
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("status", "progress"),
    [
        ("Filled", "filled"),
        ("Cancelled", "cancelled"),
        ("ApiCancelled", "cancelled"),
        ("Rejected", "rejected"),
        *[
            (word, "working")
            for word in (
                "Inactive", "PendingSubmit", "PreSubmitted", "Submitted", "PendingCancel", "PreCancelled", "WarnState",
                "SomethingNew",
            )
        ],
    ],
)  # fmt: skip
def test_only_final_words_end_an_order(status: Any, progress: Any) -> None:
    assert decode.order({"orderId": 1, "status": status}).progress == progress


def test_an_order_of_the_list_and_of_the_status_are_the_same() -> None:
    """The recording and the documentation name the same facts differently; numbers are text in one of them."""
    listed = {
        "acct": "U7", "conid": 756733, "orderId": 47, "ticker": "SPY", "side": "BUY", "status": "Filled",
        "totalSize": Decimal("2.0"), "filledQuantity": Decimal("2.0"), "avgPrice": "647.09", "order_ref": "ours-1",
    }  # fmt: skip
    recorded = {
        "account": "U7", "conid": 756733, "order_id": 47, "symbol": "SPY", "side": "B", "order_status": "Filled",
        "total_size": "2.0", "filled_quantity": "2.0", "avg_fill_price": "647.09", "cOID": "ours-1",
    }  # fmt: skip
    documented = {**recorded, "cum_fill": "2.0", "average_price": "647.09"}
    del documented["filled_quantity"], documented["avg_fill_price"]
    assert decode.order(listed) == decode.order(recorded) == decode.order(documented)


@pytest.mark.parametrize(
    ("work", "body"),
    [
        (lambda b: decode.rows(b, "x"), {"error": "no"}),
        (lambda b: decode.rows(b, "x"), ["a"]),
        (decode.position, {"conid": 1, "position": 2}),
        (decode.position, {"ticker": "A", "conid": "x", "position": 2}),
        (decode.position, {"ticker": "A", "conid": 1, "position": None}),
        (lambda b: decode.ledger_cash(b, "USD"), []),
        (lambda b: decode.ledger_cash(b, "USD"), {"USD": {"cashbalance": None}}),
        (decode.hours, {}),
        (decode.hours, {"schedules": {"d": {"liquid_hours": [{"opening": 1}]}}}),
        (decode.what_if, []),
        (decode.what_if, {"amount": None, "error": None}),
        (decode.order, {"orderId": 1}),
        (decode.fill, {"conid": 1, "size": 2}),
    ],
)
def test_unknown_shapes_are_refused(work: Any, body: dict[str, Any] | list[Any]) -> None:
    with pytest.raises(BrokerError, match="the gateway's"):
        work(body)


def test_no_cash_in_dollars_is_no_cash() -> None:
    assert decode.ledger_cash({"EUR": {"cashbalance": 5}}, "USD") == 0


def test_a_fill_is_read_from_text_and_numbers() -> None:
    row = {"conid": 1, "size": Decimal("5.0"), "price": "192.26", "order_ref": "r", "order_id": 17437897932}
    fill = decode.fill(row | {"commission": "1.01", "side": "S"})
    assert (fill.shares, fill.price, fill.commission, fill.order_id) == (
        Decimal(5),
        Decimal("192.26"),
        Decimal("1.01"),
        "17437897932",
    )


@pytest.mark.parametrize("row", [{"conid": 1}, {"31": "5"}, {"conid": 1, "84": "5"}, {"conid": 1, "31": "", "86": "6"}])
def test_a_preflight_is_no_quote(row: dict[str, Any]) -> None:
    assert decode.quote(row) is None


def test_a_price_of_minus_one_is_no_price() -> None:
    quote = known(decode.quote({"conid": 1, "31": "5.00", "84": "-1", "86": "0", "6509": "ZB"}))
    assert (quote.bid, quote.ask, quote.live, quote.reference("BUY")) == (None, None, False, Decimal(5))


# -- whatever JSON may come

JUNK: Any = [
    None,
    True,
    5,
    -1,
    "x",
    "",
    [],
    {},
    [[]],
    [None],
    {"a": 1},
    [{}],
    Decimal("1e999999"),
    Decimal("NaN"),
    "9" * 400,
]


def each(work: Any) -> Callable[..., Any]:
    """Reads the rows of a list, as the client does."""
    return lambda body: tuple(work(row) for row in decode.rows(body, "the rows"))


def answered(body: Any) -> Any:
    return decode.answer(200, body, "")


POSITION = {"ticker": "A", "conid": 1, "position": 2, "mktPrice": 3, "mktValue": 6, "unrealizedPnl": 1,
            "currency": "USD", "assetClass": "STK"}  # fmt: skip
LISTING = {"name": "N", "assetClass": "STK", "contracts": [{"conid": 1, "exchange": "NYSE", "isUS": True}]}
SCHEDULE = {"exchange_time_zone": "US/Eastern", "schedules": {"1": {"liquid_hours": [{"opening": 1, "closing": 2}]}}}
AMOUNTS = {"amount": "5 USD", "commission": "1 USD", "total": "6 USD"}
ORDER = {"orderId": 1, "status": "Filled", "conid": 2, "side": "B", "totalSize": 3, "acct": "U", "filledQuantity": 3,
         "avgPrice": "4", "order_ref": "r", "ticker": "A"}  # fmt: skip
TRADE = {"conid": 1, "size": 5, "price": "2", "order_ref": "r", "order_id": 3, "commission": "1"}

GOOD: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "holding": (each(decode.position), [POSITION]),
    "cash": (lambda b: decode.ledger_cash(b, "USD"), {"USD": {"cashbalance": 5}}),
    "contracts": (lambda b: decode.contracts(b, "A"), {"A": [LISTING]}),
    "quote": (each(decode.quote), [{"conid": 1, "31": "5", "84": "4", "86": "6", "6509": "R"}]),
    "complete": (each(decode.is_complete), [{"conid": 1, "31": "5", "84": "4", "86": "6", "6509": "R"}]),
    "hours": (decode.hours, SCHEDULE),
    "preview": (decode.what_if, {"amount": AMOUNTS, "equity": {"after": "1"}, "initial": {"after": "2"}, "warn": None}),
    "accepted": (answered, ACCEPTED),
    "question": (answered, QUESTION),
    "prompt": (answered, PROMPT),
    "refusal": (answered, {"error": "no"}),
    "order": (decode.order, ORDER),
    "trade": (each(decode.fill), [TRADE]),
}
"""What reads a body, and a body that it reads."""


def spoiled(body: Any, junk: Any) -> Iterator[Any]:
    """The body with each of its values in turn, and itself, replaced by junk, and with each of its keys left out."""
    yield junk
    for key in body if isinstance(body, dict) else range(len(body)) if isinstance(body, list) else ():
        for part in spoiled(body[key], junk):
            copy = body.copy()
            copy[key] = part
            yield copy
        if isinstance(body, dict):
            yield {name: value for name, value in body.items() if name != key}


@pytest.mark.parametrize("name", GOOD)
def test_a_value_of_the_wrong_kind_anywhere_is_read_as_missing_or_refused(name: Any) -> None:
    """Never a crash in the middle of a run: a result, or the broker's failure in one sentence."""
    work, good = GOOD[name]
    work(good)
    for junk in JUNK:
        for body in spoiled(good, junk):
            try:
                found = work(body)
            except BrokerError as error:
                assert "the gateway's" in str(error)  # noqa: PT017 - many bodies, most of them read
            else:
                hash(found)


@pytest.mark.parametrize("ids", ["o403", 5, {"o403": 1}, ["o403", None], [["o403"]]])
def test_numbers_of_a_question_that_are_no_texts_are_none(ids: Any) -> None:
    """Else a question might be taken for one that is answered with yes."""
    question = decode.answer(200, [{**QUESTION[0], "messageIds": ids}], "")
    assert isinstance(question, Question)
    assert question.message_ids == ()


def test_an_opening_in_another_unit_is_refused() -> None:
    body = {"schedules": {"d": {"liquid_hours": [{"opening": 1_775_136_600_000, "closing": 1_775_160_000_000}]}}}
    with pytest.raises(BrokerError, match="has no time in opening"):
        decode.hours(body)
