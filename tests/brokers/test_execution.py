"""Carrying plans out at the stand-in: order of things, money, questions, doubts, and never an order twice."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest

from pbal_core import BrokerError, RequestError
from pbal_core.brokers.execution import Execution
from pbal_core.brokers.guards import Limits
from pbal_core.brokers.instruments import pick_account, portfolio_of
from pbal_core.brokers.protocol import Accepted, BrokerAccount, BrokerPosition, Question, Unclear
from tests.known import known
from tests.stand_in.gateway import ACCOUNT, Order
from tests.stand_in.server import Reply
from tests.stand_in.trading import Desk, is_order, plan, states

pytestmark = pytest.mark.whole


def codes(proposal: Any) -> set[Any]:
    return {issue.code for issue in proposal.problems}


# -- the good way


def test_sells_go_first_and_buys_wait_for_their_fills(desk: Desk) -> None:
    """No purchase reaches the broker before every sale is final."""
    seen = []

    def twist(request: Any, reply: Any) -> Any:
        if is_order(request):
            open_sales = [o for o in desk.gateway.book.values() if o.side == "SELL" and o.live]
            seen.append((request.json()["orders"][0]["side"], len(open_sales)))
        return reply

    desk.gateway.twist = twist
    desk.gateway.fill = lambda _order: 2  # a few looks for each
    report = desk.trade("sell 4 VTI; sell 3 BND; buy 20 VXUS")
    assert states(report) == {"VTI": "filled", "BND": "filled", "VXUS": "filled"}
    assert [side for side, _open in seen] == ["SELL", "SELL", "BUY"]
    assert seen[-1] == ("BUY", 0)
    assert report.run.state == "done"
    assert not report.left


def test_the_order_is_a_whole_share_limit_order_for_the_day(desk: Desk) -> None:
    desk.trade("buy 10 BND", cash="800")
    order = next(r for r in desk.gateway.server.requests if is_order(r)).json()["orders"][0]
    assert {name: order[name] for name in ("orderType", "tif", "side", "quantity", "price", "outsideRTH")} == {
        "orderType": "LMT", "tif": "DAY", "side": "BUY", "quantity": 10, "price": 75.16, "outsideRTH": False,
    }  # fmt: skip


def test_a_sales_limit_is_at_most_the_slip_below_the_bid(desk: Desk) -> None:
    desk.trade("sell 4 VTI", cash="-900")
    (order,) = desk.gateway.book.values()
    assert order.limit == 249.5  # 249.99 less 0.2 %, rounded up


def test_buys_are_cut_to_the_cash_really_freed(desk: Desk) -> None:
    """The plan counts on 1,000 of sales; half fills, so half is bought; the account's own cash is not touched."""
    desk.gateway.fill = lambda order: (
        2 if order.side == "SELL" and order.filled < 2 else 0 if order.side == "SELL" else 99
    )
    report = desk.trade("sell 4 VTI; buy 10 VXUS; buy 5 BND", limits=Limits(wait=30))
    by = {entry.symbol: entry for entry in report.orders}
    assert (by["VTI"].stage, by["VTI"].filled) == ("cancelled", 2)
    raised = 2 * Decimal("249.5") - 1
    spent = sum(e.paid + e.fee for e in report.orders if e.side == "BUY")
    assert 0 < raised - spent < 140
    assert by["VXUS"].shares < 10
    assert by["BND"].shares < 5
    assert {entry.symbol for entry in report.left} == {"VTI", "VXUS", "BND"}
    assert desk.gateway.cash > 49_900


def test_no_margin_is_used_when_the_account_has_less_than_the_plan_thinks(desk: Desk) -> None:
    desk.gateway.cash = 10.0
    desk.gateway.fill = lambda order: 0 if order.side == "SELL" else 99
    report = desk.trade("sell 4 VTI; buy 10 VXUS", limits=Limits(wait=10))
    assert states(report) == {"VTI": "cancelled", "VXUS": "dropped"}
    assert desk.gateway.cash == 10.0


def test_a_ledger_that_lags_is_waited_for(desk: Desk) -> None:
    late: list[Any] = []

    def twist(request: Any, reply: Any) -> Any:
        if request.path.endswith("/ledger") and len(late) < 2:
            late.append(1)
            return Reply(body={"USD": {"cashbalance": 0.0}})
        return reply

    proposal = desk.propose(plan("sell 4 VTI; buy 10 VXUS"))
    desk.gateway.cash = 0.0
    desk.gateway.twist = twist
    report = desk.execution().start(proposal)
    assert states(report) == {"VTI": "filled", "VXUS": "filled"}
    assert len(late) == 2


def test_what_does_not_fill_in_time_is_cancelled_and_reported(desk: Desk) -> None:
    desk.gateway.fill = lambda order: 3 if not order.filled else 0
    report = desk.trade("buy 10 BND", cash="800", limits=Limits(wait=30))
    (entry,) = report.left
    assert (entry.stage, entry.filled, entry.planned) == ("cancelled", 3, 10)
    assert report.run.state == "done"
    assert 30 <= sum(desk.fake.slept) < 120


def test_a_cancellation_that_never_becomes_final_stops_with_the_run_open(desk: Desk) -> None:
    desk.gateway.fill = lambda _order: 0
    with patch.object(desk.gateway, "_cancel", lambda *_: {"msg": "Request was submitted"}):
        report = desk.trade("sell 4 VTI; buy 10 BND", cash="800", limits=Limits(wait=5))
    assert "still open although they were cancelled" in report.stopped
    assert report.run.state == "open"
    assert states(report) == {"VTI": "working", "BND": "dropped"}


def test_commission_and_price_are_those_of_the_trades(desk: Desk) -> None:
    desk.gateway.commission = 0.35
    report = desk.trade("buy 10 BND", cash="800")
    (entry,) = report.orders
    assert (entry.fee, entry.paid, report.spent) == (Decimal("0.35"), Decimal("751.6"), Decimal("751.6"))


def test_a_refused_order_does_not_stop_the_others(desk: Desk) -> None:
    desk.gateway.rejects[1002] = {"error": "We cannot accept an order at the limit price you selected."}
    report = desk.trade("buy 10 BND; buy 2 VXUS", cash="900")
    assert states(report) == {"BND": "rejected", "VXUS": "filled"}
    assert "cannot accept" in report.left[0].reason


def test_an_inactive_order_is_cancelled_in_the_end(desk: Desk) -> None:
    def twist(_request: Any, reply: Any) -> Any:
        for order in desk.gateway.book.values():
            if order.status == "Submitted":
                order.status = "Inactive"
        return reply

    desk.gateway.fill = lambda _order: 0
    desk.gateway.twist = twist
    assert states(desk.trade("buy 1 BND", cash="80", limits=Limits(wait=9))) == {"BND": "cancelled"}


# -- questions


def test_questions_on_the_allowlist_are_answered_in_a_chain(desk: Desk) -> None:
    desk.gateway.questions[1002] = [["o403"], ["o354", "o403"]]
    report = desk.trade("buy 10 BND", cash="800", limits=Limits(allow=frozenset({"o354", "o403"})))
    assert states(report) == {"BND": "filled"}
    assert not desk.asked
    notes = [text for text in desk.journal().notes(report.run.id) if "answered" in text]
    assert [text.split("answered ")[1].split(":")[0] for text in notes] == ["yes to o403", "yes to o354, o403"]


@pytest.mark.parametrize("ids", [["o163"], ["o403", "o163"], []])
def test_any_other_question_is_asked_and_no_is_the_answer_of_nobody(desk: Desk, ids: list[Any]) -> None:
    """One unknown number among known ones is enough; a question without a number is never answered by itself."""
    desk.gateway.questions[1002] = [ids]
    report = desk.trade("buy 10 BND; buy 2 VXUS", cash="900")
    assert desk.asked == [("BND", tuple(ids))]
    assert states(report) == {"BND": "rejected", "VXUS": "dropped"}
    assert "BND was not bought, because the broker asked" in report.stopped
    assert report.run.state == "done"
    assert not desk.gateway.book
    replies = [r.json() for r in desk.gateway.server.requests if "/reply/" in r.path]
    assert replies == [{"confirmed": False}]


def test_the_user_may_say_yes(desk: Desk) -> None:
    desk.gateway.questions[1002] = [["o163"]]
    desk.say = True
    assert states(desk.trade("buy 10 BND", cash="800")) == {"BND": "filled"}


def test_the_reply_is_the_very_next_request(desk: Desk) -> None:
    """The stand-in forgets a question as soon as anything else is asked, as IBKR does."""
    desk.gateway.questions[1002] = [["o403"]]
    desk.trade("buy 10 BND", cash="800")
    paths = [r.path for r in desk.gateway.server.requests]
    index = next(i for i, r in enumerate(desk.gateway.server.requests) if is_order(r))
    assert "/iserver/reply/" in paths[index + 1]


def test_a_reply_that_came_too_late_is_not_taken_for_a_success(desk: Desk) -> None:
    desk.gateway.questions[1002] = [["o403"]]
    desk.gateway.fault = lambda r: desk.gateway.pending.clear() if "/reply/" in r.path else None
    report = desk.trade("buy 10 BND", cash="800")
    assert states(report) == {"BND": "sending"}
    assert "HTTP 503: reply id not found" in report.stopped
    desk.gateway.fault = lambda _request: None
    assert [order.unknown for order in desk.settle().orders] == [True]
    assert not desk.gateway.book


def test_a_prompt_is_not_answered(desk: Desk) -> None:
    prompt = {"orderId": 5, "reqId": "1", "text": "Use the Price Management Algo?", "options": ["Yes"], "type": "M"}
    desk.gateway.rejects[1002] = prompt | {"messageId": "p12", "prompt": True}
    report = desk.trade("buy 10 BND", cash="800")
    assert "IBKR asks (p12): Use the Price Management Algo?" in report.stopped
    assert states(desk.settle()) == {"BND": "dropped"}
    assert len(desk.gateway.sent) == 1
    assert not desk.gateway.book


# -- doubt


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_order_without_an_answer_is_found_or_stops_and_is_never_sent_again(desk: Desk, when: str) -> None:
    """The connection breaks before the broker took the order, or after."""
    first: list[Any] = []

    def cut(request: Any, reply: Any = None) -> Any:
        if is_order(request) and not first:
            first.append(1)
            return Reply(body={}, cut=0)
        return reply

    if when == "before":
        desk.gateway.fault = cut
    else:
        desk.gateway.twist = cut
    report = desk.trade("buy 10 BND; buy 2 VXUS", cash="900")
    if when == "before":
        assert states(report) == {"BND": "sending", "VXUS": "dropped"}
        assert "it is not known whether the broker has the order" in report.stopped
        report = desk.settle()
        assert states(report) == {"BND": "dropped", "VXUS": "dropped"}
        assert [order.symbol for order in report.unknown] == ["BND"]
        assert report.run.state == "done"
        assert desk.traded() == {}
    else:
        assert states(report) == {"BND": "filled", "VXUS": "filled"}
        assert desk.traded() == {"BND": 10, "VXUS": 2}
    assert sum(is_order(r) for r in desk.gateway.server.requests) == (1 if when == "before" else 2)


def test_an_answer_that_is_too_slow_is_looked_for(desk: Desk) -> None:
    """The broker takes the order and answers after the client has given up."""
    desk.timeout = 0.3
    slow = [1]
    desk.gateway.twist = lambda r, reply: Reply(hang=True) if is_order(r) and slow and slow.pop() else reply
    report = desk.trade("buy 10 BND", cash="800")
    assert states(report) == {"BND": "filled"}
    assert len(desk.gateway.sent) == 1
    assert any("did not answer in time" in line for line in desk.told)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["order", "reply"])
def test_every_byte_boundary_of_an_order_answer(desk: Desk, step: Any) -> None:
    """Cut anywhere, an answer is either whole or unclear; and the order is found, once, whatever was cut."""
    client, journal = desk.broker, desk.journal()
    desk.gateway.questions[1002] = [["o403"]] if step == "reply" else []
    ticket = desk.propose(plan("buy 1 BND", cash="80")).orders[0].ticket
    whole = False
    cut = -1
    while not whole:
        cut += 1
        lengths: list[Any] = []

        def twist(request: Any, reply: Any, cut: Any = cut, lengths: Any = lengths) -> Any:
            if not (is_order(request) if step == "order" else "/reply/" in request.path):
                return reply
            lengths.append(len(reply.raw()))
            return Reply(body=reply.body, cut=cut)

        desk.gateway.twist = twist
        run = journal.begin(
            account=ACCOUNT, paper=True, cash=Decimal(80), checked=desk.fake.time, orders=[(ticket, Decimal(1))]
        )
        (entry,) = journal.orders(run)
        journal.sending(entry.client_id)
        answer = client.send(entry.ticket(ACCOUNT))
        if step == "reply":
            assert isinstance(answer, Question)
            answer = client.answer(answer, yes=True)
        whole = isinstance(answer, Accepted)
        assert whole or isinstance(answer, Unclear)
        assert whole == (cut >= lengths[0]), f"{answer} after {cut} of {lengths} bytes"
        assert len(lengths) == len(desk.gateway.book) == len(desk.gateway.sent) == 1
        (state,) = [o for o in client.orders(ACCOUNT) if o.client_id == entry.client_id]
        assert state.shares == 1
        journal.move(entry.client_id, "dropped")
        journal.finish(run)
        desk.gateway.book.clear()
        desk.gateway.sent.clear()
    assert cut > 150


def test_an_order_that_shows_up_late_is_not_sent_again(desk: Desk) -> None:
    """Accepted, the answer lost, and the broker's list misses it at first."""
    lost = [1]
    desk.gateway.twist = lambda r, reply: Reply(body={}, cut=0) if is_order(r) and lost and lost.pop() else reply
    desk.gateway.invisible_for = desk.gateway.looks + 6
    report = desk.trade("buy 10 BND", cash="800")
    assert states(report) == {"BND": "filled"}
    assert len(desk.gateway.sent) == 1


def test_an_order_that_never_shows_is_called_unknown_and_a_new_plan_waits_for_it(desk: Desk) -> None:
    """It may be at the broker: nothing is sent in its place, and as soon as it shows it forbids a new plan."""
    lost = [1]
    desk.gateway.twist = lambda r, reply: Reply(body={}, cut=0) if is_order(r) and lost and lost.pop() else reply
    desk.gateway.invisible_for = 10_000
    desk.gateway.fill = lambda _order: 0
    report = desk.trade("buy 10 BND", cash="800")
    assert report.stopped
    report = desk.settle()
    assert [order.symbol for order in report.unknown] == ["BND"]
    assert not report.left
    assert len(desk.gateway.sent) == 1
    desk.gateway.invisible_for = 0
    assert codes(desk.propose(plan("buy 10 BND", "800"))) == {"working_order"}


def test_fills_are_found_in_the_trades_when_the_order_left_the_list(desk: Desk) -> None:
    """After a new session the list of orders is empty; the trades of the last days are not."""
    lost = [1]
    desk.gateway.twist = lambda r, reply: Reply(body={}, cut=0) if is_order(r) and lost and lost.pop() else reply
    hide: dict[Any, Any] = {}

    def orders(request: Any) -> Any:
        rows = type(desk.gateway)._orders(desk.gateway, request)
        return rows | {"orders": []} if hide else rows

    desk.gateway.invisible_for = 10_000
    with patch.object(desk.gateway, "_orders", orders):
        report = desk.trade("buy 10 BND", cash="800")
    assert states(report) == {"BND": "filled"}
    assert report.orders[0].paid == Decimal("751.6")


def test_trades_without_their_order_are_still_working_on_the_day_and_over_the_day_after(desk: Desk) -> None:
    """An empty list of orders, for a moment or for good, never makes half an order a whole or a finished one."""
    desk.gateway.fill = lambda order: 4 if not order.filled else 0
    interrupted(desk, "buy 10 BND", "800")
    desk.broker.orders(ACCOUNT)  # 4 of 10 trade
    unavailable = Reply(status=503, body={"error": "Service Unavailable"})
    with (
        patch.object(desk.gateway, "_order", lambda *_: unavailable),
        patch.object(desk.gateway, "_orders", lambda *_: {"orders": [], "snapshot": True}),
    ):
        report = desk.settle()
        assert "still open although they were cancelled" in report.stopped
        assert (report.orders[0].stage, report.orders[0].filled) == ("working", 4)
        desk.fake.time += 24 * 3600
        report = desk.settle()
        assert (report.orders[0].stage, report.orders[0].filled, report.run.state) == ("cancelled", 4, "done")


def test_a_session_that_ends_leaves_a_run_that_can_be_settled(desk: Desk) -> None:
    desk.gateway.fill = lambda _order: 0
    desk.gateway.fault = lambda r: Reply(status=401, body=b"") if "/order/status/" in r.path else None
    with pytest.raises(BrokerError, match="nobody is logged in"):
        desk.trade("buy 10 BND", cash="800")
    desk.gateway.fault = lambda _request: None
    desk.gateway.fill = lambda order: order.shares
    assert states(desk.settle()) == {"BND": "filled"}
    assert len(desk.gateway.sent) == 1


# -- settling


def interrupted(desk: Desk, words: str = "buy 10 BND; buy 2 VXUS", cash: str = "900") -> None:
    """A run of which the first order has an answer and the program ended before the second."""
    stop = KeyboardInterrupt()

    class Interrupt:
        count = 0

        def __call__(self, text: Any) -> None:
            if "sent" in text:
                raise stop

    execution = Execution(desk.broker, desk.journal(), Limits(), tell=Interrupt(), clock=desk.fake.clock)
    with pytest.raises(KeyboardInterrupt):
        execution.start(desk.propose(plan(words, cash)))


def test_ctrl_c_leaves_a_run_that_can_be_settled_and_planned_anew(desk: Desk) -> None:
    """What traded counts, what never went out is dropped, and the new plan trades only the rest."""
    interrupted(desk)
    assert len(desk.gateway.book) == 1
    report = desk.settle()
    assert states(report) == {"BND": "filled", "VXUS": "dropped"}
    assert report.cash_left == 900 - Decimal("751.6") - 1
    rest = plan("buy 2 VXUS", "147.40", held={"VTI": (40, 250), "BND": (110, 75), "VXUS": (0, 60)})
    assert states(desk.execution().start(desk.propose(rest))) == {"VXUS": "filled"}
    assert desk.traded() == {"BND": 10, "VXUS": 2}


def test_a_new_run_is_refused_while_one_is_open(desk: Desk) -> None:
    interrupted(desk)
    proposal = desk.propose(plan("buy 1 VXUS", "70"))
    with pytest.raises(RequestError, match="an earlier run is not finished"):
        desk.execution().start(proposal)


def test_a_confirmation_that_took_long_renews_the_prices(desk: Desk) -> None:
    proposal = desk.propose(plan("buy 10 BND", "900"))
    desk.fake.time += 300
    desk.gateway.prices[1002] = 76.0
    desk.execution().start(proposal)
    assert [order.limit for order in desk.gateway.book.values()] == [76.16]


def test_a_question_declined_too_late_never_leads_to_a_yes(desk: Desk) -> None:
    """The no is not understood, the order is found at the broker after all: it is followed, and nothing is answered."""
    desk.gateway.questions[1002] = [["o163"]]

    def twist(request: Any, reply: Any) -> Any:
        if "/reply/" in request.path:
            ticket = next(r.json()["orders"][0] for r in desk.gateway.server.requests if is_order(r))
            desk.gateway._ask_or_accept(ticket, [])
            return Reply(status=500, body={"error": "internal"})
        return reply

    desk.gateway.twist = twist
    assert states(desk.trade("buy 10 BND", cash="800")) == {"BND": "filled"}
    assert [r.json() for r in desk.gateway.server.requests if "/reply/" in r.path] == [{"confirmed": False}]


def test_settling_cancels_the_orders_that_work(desk: Desk) -> None:
    desk.gateway.fill = lambda _order: 0
    interrupted(desk)
    assert states(desk.settle()) == {"BND": "cancelled", "VXUS": "dropped"}
    assert not any(order.live for order in desk.gateway.book.values())


def test_a_known_order_is_cancelled_before_anything_else_is_asked(desk: Desk) -> None:
    """At once, while another order is lost and the lists of orders and trades cannot be read."""
    desk.gateway.fill = lambda _order: 0
    interrupted(desk)
    journal = desk.journal()
    run = known(journal.open_run()).id
    journal.sending(journal.orders(run, "planned")[0].client_id)
    before, begun = len(desk.gateway.server.requests), desk.fake.time
    asked = []
    desk.gateway.fault = lambda r: asked.append(desk.fake.time) if r.method == "DELETE" else None
    lists = ("/account/orders", "/account/trades")
    busy = Reply(status=500, body={"error": "busy"})
    desk.gateway.twist = lambda r, reply: busy if r.path.endswith(lists) else reply
    report = desk.settle()
    assert states(report) == {"BND": "cancelled", "VXUS": "sending"}
    assert report.run.state == "open"
    assert asked[0] - begun < 1
    paths = [(r.method, r.path) for r in desk.gateway.server.requests[before:]]
    first = next(index for index, (method, _path) in enumerate(paths) if method == "DELETE")
    assert not any(path.endswith(lists) for _method, path in paths[:first])


def test_a_lost_order_is_found_and_cancelled(desk: Desk) -> None:
    """Killed before the answer: its reference is in the broker's list, so it does not stay open."""
    desk.gateway.fill = lambda _order: 0

    def kill(request: Any, reply: Any) -> Any:
        if is_order(request):
            raise_in_client.append(1)
            return Reply(body={}, cut=0)
        return reply

    raise_in_client: list[Any] = []
    desk.gateway.twist = kill
    desk.gateway.invisible_for = 10_000
    assert desk.trade("buy 10 BND", "800").run.state == "open"
    desk.gateway.invisible_for = 0
    desk.gateway.twist = lambda _request, reply: reply
    assert states(desk.settle()) == {"BND": "cancelled"}
    assert not any(order.live for order in desk.gateway.book.values())


def test_lists_that_cannot_be_read_leave_a_lost_order_open(desk: Desk) -> None:
    """Nobody may call an order lost that nobody could look for."""
    desk.gateway.fault = lambda r: Reply(body={}, cut=0) if is_order(r) else None
    desk.trade("buy 10 BND", "800")
    desk.gateway.fault = lambda r: Reply(status=500, body={}) if r.path.endswith("/account/trades") else None
    report = desk.settle()
    assert (report.run.state, states(report)) == ("open", {"BND": "sending"})
    assert "HTTP 500" in report.stopped


def test_a_run_of_real_money_can_be_settled_without_ado_and_only_where_its_account_is(desk: Desk) -> None:
    """Cancelling needs no permission."""
    interrupted(desk)
    desk.gateway.paper = False
    desk.gateway.accounts = ["DU9"]
    with pytest.raises(RequestError, match=r"\*\*\*4567 is not logged in"):
        desk.settle()
    desk.gateway.accounts = [ACCOUNT]
    assert desk.settle().run.state == "done"


def test_only_one_process_trades_with_a_journal(desk: Desk) -> None:
    first, second = desk.journal(), desk.journal()
    with first.alone(), pytest.raises(RequestError, match="another pbal is trading"), second.alone():
        pass
    with second.alone(), pytest.raises(RequestError, match="another pbal is trading"), first.alone():
        pass
    with desk.journal().alone():
        pass


# -- guards at the broker (the pure ones are in test_guards.py)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda g: setattr(g, "paper", False), "live_account"),
        (lambda g: g.positions.update({1001: 44}), "positions_differ"),
        (lambda g: g.prices.update({1002: 80.0}), "price_moved"),
        (lambda g: setattr(g, "market_open", False), "market_closed"),
        (lambda g: setattr(g, "cash", 100.0), "cash_short"),
        (lambda g: g.book.update({1: Order(1, "x", ACCOUNT, 1002, "BUY", 5, 1.0)}), "working_order"),
        (lambda g: g.quote_fields[1002].update({"31": "H75.00"}), "halted"),
        (lambda g: g.quote_fields[1002].update({"6509": "DPB"}), "old_quote"),
        (lambda g: g.prices.pop(1002), "no_quote"),
        (lambda g: g.previews.update({1002: {"error": "insufficient"}}), "nothing_to_trade"),
    ],
)
def test_a_plan_is_refused_when_the_broker_says_otherwise(desk: Desk, change: Callable[..., Any], code: str) -> None:
    if code == "no_quote":
        desk.gateway.positions.pop(1002)
    change(desk.gateway)
    desk.gateway.fill = lambda _order: 0
    if code == "no_quote":
        made = plan("buy 10 BND", cash="800", held={"VTI": (40, 250), "BND": (0, 75)})
    else:
        made = plan("buy 10 BND", cash="800")
    proposal = desk.propose(made)
    assert codes(proposal) == {code}
    with pytest.raises(RequestError, match="cannot be carried out"):
        desk.execution().start(proposal)
    assert not desk.gateway.sent


def test_the_proposal_shows_what_the_broker_previews(desk: Desk) -> None:
    desk.gateway.previews[1002] = {"warn": "large order"}
    proposal = desk.propose(plan("sell 4 VTI; buy 10 BND"))
    assert [(order.ticket.side, order.ticket.symbol, order.what_if.commission) for order in proposal.orders] == [
        ("SELL", "VTI", "1 USD"),
        ("BUY", "BND", "1 USD"),
    ]
    assert [str(issue) for issue in proposal.warnings] == ["BND: the broker warns: large order"]
    assert not desk.gateway.sent


def test_an_ambiguous_symbol_is_asked_and_a_held_one_is_not(desk: Desk) -> None:
    row = {"exchange": "NYSE", "isUS": True}
    desk.gateway.foreign["VXUS"] = [
        {"name": "ONE", "assetClass": "STK", "contracts": [{"conid": 1003, **row}]},
        {"name": "OTHER", "assetClass": "STK", "contracts": [{"conid": 9009, **row}]},
    ]
    desk.gateway.foreign["BND"] = [{"name": "WRONG", "assetClass": "STK", "contracts": [{"conid": 9010, **row}]}]
    with pytest.raises(RequestError, match=r"VXUS may mean ONE \(NYSE, 1003\); OTHER \(NYSE, 9009\)"):
        desk.propose(plan("buy 1 VXUS", "70"))
    proposal = desk.propose(plan("buy 1 VXUS; sell 1 BND", "70"), choose=lambda _symbol, contracts: contracts[0])
    assert {order.ticket.symbol: order.ticket.conid for order in proposal.orders} == {"VXUS": 1003, "BND": 1002}


def test_an_account_is_picked_by_number_or_last_digits() -> None:
    accounts = [
        BrokerAccount(id="U1111", paper=False, currency="USD"),
        BrokerAccount(id="DU2222", paper=True, currency="USD"),
    ]
    assert pick_account(accounts, "2222").id == "DU2222"
    assert pick_account(accounts, "U1111").id == "U1111"
    assert pick_account(accounts[:1], None).id == "U1111"
    for wanted in (None, "3333", "2"):
        with pytest.raises(RequestError, match=r"\*\*\*1111, \*\*\*2222"):
            pick_account(accounts, wanted)


def test_the_brokers_positions_become_a_portfolio_and_say_what_is_left_out() -> None:
    price, value, pnl = Decimal(10), Decimal(50), Decimal(1)
    facts: dict[str, Any] = {"conid": 1, "price": price, "value": value, "pnl": pnl, "currency": "USD"}
    long = BrokerPosition(symbol="ABC", shares=Decimal(5), asset_class="STK", **facts)
    short = BrokerPosition(symbol="SHT", shares=Decimal(-5), asset_class="STK", **facts)
    option = BrokerPosition(symbol="OPT", shares=Decimal(5), asset_class="OPT", **facts)
    euro = BrokerPosition(symbol="EUR", shares=Decimal(5), asset_class="STK", **{**facts, "currency": "EUR"})
    portfolio, issues = portfolio_of([long, short, option, euro])
    assert [(p.symbol, p.value, p.price, p.pnl, p.quantity) for p in portfolio] == [
        ("ABC", Decimal(50), Decimal(10), Decimal(1), Decimal(5))
    ]
    assert [known(issue.where).symbol for issue in issues] == ["SHT", "OPT", "EUR"]
