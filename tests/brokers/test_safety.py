"""Against the grain: what must not lead to a wrong order, an order twice, or one that is lost sight of."""

from __future__ import annotations

import contextlib
import itertools
import logging
import re
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from pbal_core import BrokerError, RequestError
from pbal_core.brokers import reconcile
from pbal_core.brokers.guards import Limits
from pbal_core.brokers.ibkr.gateway import check_base
from pbal_core.brokers.journal import Journal
from pbal_core.brokers.records import OrderRecord
from tests.known import known
from tests.stand_in.gateway import ACCOUNT, Order
from tests.stand_in.server import Reply
from tests.stand_in.trading import Desk, is_order, plan, states

pytestmark = pytest.mark.whole

# -- one plan, carried out twice


def test_two_previews_of_one_plan_are_not_both_sent(desk: Desk) -> None:
    """Two windows show the same proposal; the second one is refused, however soon it is sent after the first."""
    first, second = (desk.propose(plan("buy 10 BND", "800")) for _window in range(2))
    assert states(desk.execution().start(first)) == {"BND": "filled"}
    with pytest.raises(RequestError, match=r"another plan was carried out .* preview this one again"):
        desk.execution().start(second)
    assert desk.traded() == {"BND": 10}


def test_two_previews_are_not_both_sent_with_two_journals(desk: Desk, tmp_path: Path) -> None:
    """Another journal knows nothing of the first run; the account does."""
    first, second = (desk.propose(plan("buy 10 BND", "800")) for _window in range(2))
    desk.execution().start(first)
    desk.path = tmp_path / "other.sqlite3"
    report = desk.execution().start(second)
    assert "BND: the account held 100 when the plan was checked and holds 110 now" in report.stopped
    assert desk.traded() == {"BND": 10}


def test_an_order_that_was_given_after_the_preview_stops_the_run(desk: Desk) -> None:
    proposal = desk.propose(plan("buy 10 BND", "800"))
    desk.gateway.fill = lambda _order: 0
    desk.gateway.book[1] = Order(1, "", ACCOUNT, 1002, "BUY", 10, 1.0)
    assert "BND: the account has a working order for it" in desk.execution().start(proposal).stopped
    assert not desk.gateway.sent


def test_a_live_login_is_not_traded_with_the_preview_of_a_paper_account(desk: Desk) -> None:
    proposal = desk.propose(plan("buy 10 BND", "800"))
    desk.gateway.paper = False
    with pytest.raises(RequestError, match="another account is logged in than in the preview"):
        desk.execution(Limits(live=True)).start(proposal)
    assert not desk.gateway.sent
    assert desk.journal().open_run() is None


# -- resuming into another market

# -- what the broker's lists say


def test_a_number_that_is_used_again_is_not_our_order(desk: Desk) -> None:
    """After a restart the gateway's number may mean another order; ours is known by its reference."""
    desk.gateway.fill = lambda _order: 0

    def reused(*_arguments: Any) -> dict[str, int | str]:
        return {"order_id": 700_000_001, "conid": 1001, "side": "SELL", "order_status": "Filled", "total_size": "4.0",
                "filled_quantity": "4.0", "avg_fill_price": "250"}  # fmt: skip

    with patch.object(desk.gateway, "_order", reused):
        report = desk.trade("buy 10 BND", "800", Limits(wait=5))
    assert states(report) == {"BND": "cancelled"}
    assert report.orders[0].filled == 0


def test_a_reference_says_more_than_a_number() -> None:
    """Another order of the same number in the lists is not taken for ours, nor are its fills."""
    entry = OrderRecord(
        client_id="pbal-x-001", symbol="BND", conid=1002, side="BUY", planned=10, shares=10, limit=Decimal(75),
        fee=Decimal(1), stage="working", order_id="7", filled=Decimal(0), paid=Decimal(0), sent=0, reason="",
    )  # fmt: skip
    assert reconcile.same(entry, "pbal-x-001", "8")
    assert reconcile.same(entry, "", "7")
    assert not reconcile.same(entry, "pbal-y-001", "7")
    assert not reconcile.same(entry, "", "8")


@pytest.mark.parametrize("missing", ["filled_quantity", "avg_fill_price"])
def test_a_fill_without_its_number_or_price_is_reckoned_at_the_limit_until_the_trades_tell(
    desk: Desk, missing: str
) -> None:
    """Filled means all of it; a purchase costs at most its limit and a sale brings at least it."""

    def twist(request: Any, reply: Any) -> Any:
        if "/order/status/" in request.path:
            reply.body.pop(missing)
        return Reply(body=[]) if request.path.endswith("/trades") else reply

    desk.gateway.twist = twist
    desk.gateway.commission = 0.5
    (sale, purchase) = desk.trade("sell 4 VTI; buy 10 VXUS").orders
    assert (sale.stage, sale.filled, sale.paid) == ("filled", 4, Decimal("998.00"))
    assert (purchase.stage, purchase.filled, purchase.paid) == ("filled", 10, Decimal("601.3"))


def test_shares_that_traded_are_never_forgotten(desk: Desk) -> None:
    """A cancelled order whose state says nothing of its fills keeps those that were seen."""
    desk.gateway.fill = lambda order: 3 if not order.filled else 0

    def twist(request: Any, reply: Any) -> Any:
        if "/order/status/" in request.path and reply.body["order_status"] == "Cancelled":
            reply.body["filled_quantity"] = "0.0"
        return Reply(body=[]) if request.path.endswith("/trades") else reply

    desk.gateway.twist = twist
    (entry,) = desk.trade("buy 10 BND", "800", Limits(wait=5)).orders
    assert (entry.stage, entry.filled, entry.paid) == ("cancelled", 3, 3 * Decimal("75.16"))


@pytest.mark.parametrize("seen", [0, 1])
def test_a_fill_that_races_the_cancellation_is_counted(desk: Desk, seen: int) -> None:
    """The state says cancelled with fewer shares than the trades have; the trades are right."""
    late = []

    def cancel(_request: Any, account: Any, order_id: Any) -> dict[str, Any]:
        order = desk.gateway.book[int(order_id)]
        order.status = "Cancelled"
        late.append(order)
        return {"msg": "Request was submitted", "order_id": order_id, "conid": -1, "account": account}

    def twist(request: Any, reply: Any) -> Any:
        if request.path.endswith("/trades") and late:
            order = late.pop()
            order.filled += 2
            order.fills.append((2, order.limit))
            reply.body = desk.gateway._trades(request)
        return reply

    desk.gateway.fill = lambda order: seen - order.filled
    desk.gateway.twist = twist
    with patch.object(desk.gateway, "_cancel", cancel):
        (entry,) = desk.trade("buy 10 BND", "800", Limits(wait=5)).orders
    assert (entry.stage, entry.filled) == ("cancelled", 2 + seen)
    assert entry.paid == (2 + seen) * Decimal("75.16")


def test_a_trade_that_is_listed_twice_counts_once(desk: Desk) -> None:
    desk.gateway.fill = lambda order: 5 if not order.filled else 0
    desk.trade("buy 10 BND", "800", Limits(wait=5))
    with patch.object(desk.gateway, "_trades", lambda request: 2 * type(desk.gateway)._trades(desk.gateway, request)):
        assert [fill.shares for fill in desk.broker.fills(ACCOUNT)] == [5]


@pytest.mark.parametrize("words", ["Request timed out", "Service Unavailable", "no bridge", "Internal error"])
def test_trouble_in_a_200_is_no_refusal(desk: Desk, words: str) -> None:
    """The broker took the order and then something failed: the order is looked for, and found."""
    once = [1]
    desk.gateway.twist = lambda r, reply: Reply(body={"error": words}) if is_order(r) and once and once.pop() else reply
    assert states(desk.trade("buy 10 BND", "800")) == {"BND": "filled"}
    assert len(desk.gateway.sent) == 1


def test_a_failure_of_the_broker_is_in_the_history(desk: Desk) -> None:
    """``pbal trade --status`` says why a run stopped, also when the broker failed."""
    desk.gateway.fault = lambda r: Reply(status=401, body=b"") if "/order/status/" in r.path else None
    with pytest.raises(BrokerError, match="nobody is logged in"):
        desk.trade("buy 10 BND", cash="800")
    journal = desk.journal()
    assert "stopped: nobody is logged in" in journal.notes(known(journal.open_run()).id)[-1]


# -- data that is missing or means something else


@pytest.mark.parametrize("letters", [None, "", "S", "i"])
def test_a_price_of_unknown_age_is_not_taken_for_a_fresh_one(desk: Desk, letters: str | None) -> None:
    desk.gateway.quote_fields[1002] = {"6509": letters}
    proposal = desk.propose(plan("buy 10 BND", "800"))
    assert [issue.code for issue in proposal.problems] == ["old_quote"]
    assert not desk.propose(plan("buy 10 BND", "800"), Limits(delayed=True)).problems


def test_a_quote_that_comes_in_parts_is_waited_for(desk: Desk) -> None:
    """The last price alone is there first; bid and ask make the limit."""
    rest = [{"31": "74.00", "84": None, "86": None, "6509": None}] * 3

    def twist(request: Any, reply: Any) -> Any:
        if request.path.endswith("/snapshot") and rest:
            reply.body = [row | {k: v for k, v in rest[-1].items() if v} for row in reply.body]
            for row in reply.body:
                for name in [k for k, v in rest[-1].items() if v is None]:
                    row.pop(name, None)
            rest.pop()
        return reply

    desk.gateway.twist = twist
    quote = desk.broker.quotes([1002])[1002]
    assert (quote.bid, quote.ask, quote.live) == (Decimal("74.99"), Decimal("75.01"), True)


@pytest.mark.parametrize(
    ("amount", "words"), [("752 EUR (10 Shares)", "would be in EUR"), ("752", "does not say in which")]
)
def test_an_order_in_another_currency_is_refused(desk: Desk, amount: str, words: str) -> None:
    """A stock that is not held may be listed abroad; its price in euros can be near the plan's in dollars."""
    desk.gateway.previews[1003] = {"amount": {"amount": amount, "commission": "1", "total": amount}}
    proposal = desk.propose(plan("buy 10 VXUS", "800"))
    assert [(issue.code, words in str(issue)) for issue in proposal.problems] == [("currency", True)]


def test_a_purchase_whose_currency_shows_after_the_sales_is_not_sent(desk: Desk) -> None:
    proposal = desk.propose(plan("sell 4 VTI; buy 10 VXUS"))
    assert not proposal.problems
    desk.gateway.previews[1003] = {"amount": {"amount": "601 EUR", "commission": "1 EUR"}}
    assert states(desk.execution().start(proposal)) == {"VTI": "filled", "VXUS": "dropped"}


def test_two_holdings_of_one_name_are_asked(desk: Desk) -> None:
    """The same ticker at two exchanges: nobody guesses which one is meant."""
    row = {"currency": "USD", "assetClass": "STK", "mktPrice": 75, "unrealizedPnl": 0, "contractDesc": "BND"}
    rows = [row | {"conid": conid, "position": 100, "mktValue": 7500} for conid in (1002, 9002)]
    desk.gateway.twist = lambda r, reply: Reply(body=rows) if "/positions" in r.path else reply
    with pytest.raises(RequestError, match=r"BND may mean .*1002.*9002"):
        desk.propose(plan("buy 1 BND", "80", held={"BND": (100, 75)}))


def test_two_symbols_of_one_stock_are_refused(desk: Desk) -> None:
    """Else its shares would be counted, and traded, twice."""
    desk.gateway.names["BRKB"] = desk.gateway.names["BRK B"] = 1003
    made = plan("buy 1 BRKB; buy 1 XBRK", "130", held={"BRKB": (0, 60), "XBRK": (0, 60)})
    desk.gateway.names["XBRK"] = 1003
    assert [(issue.code, issue.where.symbol) for issue in desk.propose(made).problems] == [("same_stock", "XBRK")]


# -- what is shown and logged


@pytest.mark.parametrize("status", [302, 403, 500])
def test_no_account_number_in_an_error_or_in_the_log(desk: Desk, status: int, caplog: pytest.LogCaptureFixture) -> None:
    """Httpx writes every address at level INFO; the path of the account's requests has the number."""
    caplog.set_level(logging.DEBUG)
    desk.broker.accounts()
    desk.broker.cash(ACCOUNT)
    desk.gateway.fault = lambda _request: Reply(status=status, body={"error": f"Account {ACCOUNT} unknown"})
    with pytest.raises(BrokerError) as caught:
        desk.broker.cash(ACCOUNT)
    assert "***4567" in str(caught.value)
    assert "/ledger" in caplog.text
    for text in (str(caught.value), repr(caught.value.__dict__), caplog.text):
        assert ACCOUNT not in text


def test_no_password_of_an_address_is_shown() -> None:
    with pytest.raises(RequestError, match="is not a gateway's address") as caught:
        check_base("https://me:hunter2@localhost:5000")
    assert "hunter2" not in str(caught.value)


# -- the journal and the terminal


def test_one_journal_under_two_names_is_one_journal(desk: Desk, tmp_path: Path) -> None:
    desk.journal()
    (tmp_path / "link.sqlite3").symlink_to(desk.path)
    with (
        Journal(tmp_path / "link.sqlite3") as other,
        other.alone(),
        pytest.raises(RequestError, match="another pbal is trading"),
        desk.journal().alone(),
    ):
        pass


def test_a_full_disk_stops_before_the_order_and_says_so(desk: Desk) -> None:
    """What cannot be written down is not sent."""
    proposal = desk.propose(plan("buy 10 BND", "800"))
    work = desk.execution()
    begin = work._journal.begin

    def begin_and_fill(**facts: Any) -> Any:
        run = begin(**facts)
        (pages,) = work._journal._db.execute("PRAGMA page_count").fetchone()
        work._journal._db.execute(f"PRAGMA max_page_count={pages}")
        work._journal._db.execute("CREATE TEMP TRIGGER full BEFORE UPDATE OF sent ON orders BEGIN "
                                  "INSERT INTO event SELECT NULL, 'x', 0, hex(zeroblob(100000)); END")  # fmt: skip
        return run

    full = patch.object(work._journal, "begin", begin_and_fill)
    with full, pytest.raises(RequestError, match=r"the journal .* cannot be written: .*full.*end the run"):
        work.start(proposal)
    assert not desk.gateway.sent
    assert states(desk.settle()) == {"BND": "dropped"}


def test_a_limit_counts_from_the_answer(desk: Desk) -> None:
    """A request that took long to arrive counts at the broker from then; the next one must not come too soon."""
    slow = [1]

    def late(request: Any) -> None:
        if request.path.endswith("/account/orders") and slow and slow.pop():
            desk.fake.time += 0.5

    desk.gateway.fault = late
    assert desk.broker.orders(ACCOUNT) == ()


# -- cancellations and looks that fail


def failing_cancellation(desk: Desk, order_id: Any, reply: Any, times: int = 10_000) -> None:
    """The broker fails on the cancellation of one order, so many times."""
    left = [1] * times

    def fault(request: Any) -> Any:
        hit = request.method == "DELETE" and request.path.endswith(f"/{order_id}")
        return reply if hit and left and left.pop() else None

    desk.gateway.fault = fault
    desk.gateway.fill = lambda _order: 0


FAILURES = [
    Reply(status=404, body={"error": "Not Found", "statusCode": 404}),
    Reply(status=503, body={"error": "Service Unavailable", "statusCode": 503}),
    Reply(body={}, cut=0),
]


@pytest.mark.parametrize("reply", FAILURES)
def test_one_cancellation_that_fails_once_is_asked_again_and_stops_no_other(desk: Desk, reply: Any) -> None:
    """A busy gateway at the wrong moment leaves nothing working."""
    failing_cancellation(desk, 700_000_001, reply, times=1)
    desk.gateway.numbers = itertools.count(700_000_001)
    report = desk.trade("sell 4 VTI; sell 5 BND", "-2000", Limits(wait=5))
    assert states(report) == {"VTI": "cancelled", "BND": "cancelled"}
    assert any("cancelling what is left, which failed" in line for line in desk.told)


@pytest.mark.parametrize("reply", FAILURES)
def test_one_cancellation_that_always_fails_leaves_only_its_own_order(desk: Desk, reply: Any) -> None:
    """The others are cancelled, by the run and by settling it, and the report says which one is left and why."""
    failing_cancellation(desk, 700_000_001, reply)
    desk.gateway.numbers = itertools.count(700_000_001)
    report = desk.trade("sell 4 VTI; sell 5 BND", "-2000", Limits(wait=5))
    assert states(report) == {"VTI": "working", "BND": "cancelled"}
    assert "still open although they were cancelled (VTI: the " in report.stopped
    assert states(desk.settle()) == {"VTI": "working", "BND": "cancelled"}
    desk.gateway.fault = lambda _request: None
    assert states(desk.settle()) == {"VTI": "cancelled", "BND": "cancelled"}


@pytest.mark.parametrize("fails", [1, 10_000])
def test_a_look_that_fails_ends_no_watch_and_keeps_no_order_from_being_cancelled(desk: Desk, fails: int) -> None:
    """Whether the orders can be seen again or not, nothing is left to trade after its time."""
    left = [1] * fails

    def fault(request: Any) -> Any:
        looks = "/order/status/" in request.path or request.path.endswith("/account/orders")
        return Reply(status=502, body={"error": "Bad Gateway"}) if watching and looks and left and left.pop() else None

    watching = []
    desk.gateway.fill = lambda _order: 0
    desk.gateway.fault = fault
    desk.gateway.twist = lambda request, reply: (watching.append(1) if is_order(request) else None) or reply  # type: ignore[func-returns-value]
    if fails == 1:
        assert states(desk.trade("sell 4 VTI", "-900", Limits(wait=30))) == {"VTI": "cancelled"}
    else:
        with pytest.raises(BrokerError, match="HTTP 502"):
            desk.trade("sell 4 VTI", "-900", Limits(wait=30))
        assert {order.status for order in desk.gateway.book.values()} == {"PendingCancel"}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body={"error": "failed to process request"}),
        Reply(body={}, cut=0),
        Reply(status=500, body={"error": "internal"}),
        Reply(body=b"null"),
        Reply(body={"iserver": [1]}),
    ],
)
def test_a_tickle_that_fails_ends_no_watch(desk: Desk, reply: Any) -> None:
    """The orders are there and are watched on; the tickle is made again."""
    desk.gateway.fault = lambda request: reply if request.path.endswith("/tickle") else None
    looks = iter(range(1000))
    desk.gateway.fill = lambda order: order.shares if next(looks) > 40 else 0
    assert states(desk.trade("sell 4 VTI", "-900")) == {"VTI": "filled"}
    assert sum(request.path.endswith("/tickle") for request in desk.gateway.server.requests) > 1


def test_a_tickle_that_says_logged_out_ends_the_watch(desk: Desk) -> None:
    """Nothing can be seen or cancelled without a login, so the command says so at once."""
    desk.gateway.fault = lambda r: Reply(status=401, body=b"") if r.path.endswith("/tickle") else None
    desk.gateway.fill = lambda _order: 0
    with pytest.raises(BrokerError, match="nobody is logged in"):
        desk.trade("sell 4 VTI", "-900")


@pytest.mark.parametrize("listed", [True, False])
def test_an_order_that_the_broker_neither_works_nor_cancels_is_given_up(desk: Desk, listed: bool) -> None:
    """IBKR keeps a dead order as Inactive, or forgets it, and refuses to cancel it; the run ends all the same."""
    desk.gateway.fill = lambda _order: 0

    def twist(request: Any, reply: Any) -> Any:
        for order in desk.gateway.book.values():
            order.status = "Inactive"
        if not listed and ("/order/status/" in request.path or request.path.endswith("/account/orders")):
            return Reply(body={"orders": []}) if request.path.endswith("/orders") else Reply(status=503, body={})
        return reply

    desk.gateway.twist = twist
    with patch.object(
        desk.gateway, "_cancel", lambda _request, _account, number: {"error": f"OrderID {number} doesn't exist"}
    ):
        report = desk.trade("sell 4 VTI; buy 5 BND", limits=Limits(wait=5))
    assert states(report)["VTI"] == "cancelled"
    assert report.run.state == "done"
    assert "doesn't exist" in report.orders[0].reason


def test_an_order_that_works_is_never_given_up(desk: Desk) -> None:
    """The broker refuses to cancel it and its list says that it works: the run stays open."""
    desk.gateway.fill = lambda _order: 0
    with patch.object(
        desk.gateway, "_cancel", lambda _request, _account, number: {"error": f"OrderID {number} doesn't exist"}
    ):
        desk.trade("sell 4 VTI", "-900", Limits(wait=5))
        ended = desk.settle()
    assert states(ended) == {"VTI": "working"}
    assert ended.run.state == "open"


# -- JSON of the wrong kind, at any step


# -- JSON of the wrong kind, at any step

PATHS = [
    "/portfolio/accounts", "/iserver/accounts", "/positions", "/ledger", "/snapshot", "/trading-schedule", "/whatif",
    r"\d/orders$", "/account/orders$", r"/order/status/\d+", "/trades", r"/order/\d+$", "/tickle",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", [b"null", b"[]", b"{}", b'"x"', b"5", b"[[1]]", b'{"orders":null}', b"[" * 100_000])
def test_json_of_the_wrong_kind_is_the_brokers_failure_at_every_step(desk: Desk, path: Any, body: bytes) -> None:
    """The run ends, or stays open to be settled; it never crashes, and nothing is sent twice or stays open."""
    proposal = desk.propose(plan("sell 4 VTI; buy 5 BND"))
    desk.fake.time += 90  # so that prices and hours are asked for again
    desk.gateway.fill = lambda order: order.shares if order.side == "SELL" else 0
    desk.gateway.twist = lambda r, reply: Reply(body=body) if re.search(path, r.path) else reply
    with contextlib.suppress(BrokerError):
        desk.execution(Limits(wait=60)).start(proposal)
    assert len(desk.gateway.sent) == len(set(desk.gateway.sent)) <= 2
    desk.gateway.twist = lambda _request, reply: reply
    if desk.journal().open_run() is not None:
        desk.settle(Limits(wait=60))
    assert desk.journal().open_run() is None
    assert not any(order.live for order in desk.gateway.book.values())
    assert desk.traded().get("VTI", 0) in {0, -4}
