"""Before each order: what is older than a minute, by whichever clock, is looked at again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pbal_core.brokers.clock import Clock
from pbal_core.brokers.execution import Execution
from pbal_core.brokers.guards import Limits
from pbal_core.brokers.recheck import MAX_AGE
from pbal_core.brokers.sending import Sender
from tests.stand_in.clock import FakeClock
from tests.stand_in.gateway import CLOSING, NEXT_OPENING, OPENING
from tests.stand_in.trading import Desk, is_order, plan, states

HOUR = 3600.0


def answering(desk: Desk, happens: Any) -> Any:
    """An execution whose user answers a question with yes, after something has happened."""

    def ask(_ticket: Any, _question: Any) -> bool:
        happens(desk)
        return True

    return Execution(desk.broker, desk.journal(), Limits(), ask=ask, tell=desk.told.append, clock=desk.fake.clock)


def after(seconds: Any) -> Callable[..., Any]:
    return lambda desk: setattr(desk.fake, "time", desk.fake.time + seconds)


# -- all that is planned is renewed together


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda g: g.prices.update({1002: 60.0}), "BND: its price was $75.00 in the plan and is $60.01 now"),
        (lambda g: g.quote_fields[1002].update({"31": "H75.00"}), "BND: trading in it is halted"),
    ],
)
def test_a_purchase_behind_a_sale_passes_the_guards_too(desk: Desk, change: Callable[..., Any], words: str) -> None:
    """Confirmed hours after the preview: the purchases' prices are as old as the sales', and stop the run alike."""
    proposal = desk.propose(plan("sell 4 VTI; buy 10 BND"))
    desk.fake.time += 3 * HOUR
    change(desk.gateway)
    assert words in desk.execution().start(proposal).stopped
    assert not desk.gateway.sent


def test_a_purchase_behind_a_sale_gets_a_limit_from_the_price_now(desk: Desk) -> None:
    """A limit from hours ago would buy above, or never reach, today's price."""
    proposal = desk.propose(plan("sell 4 VTI; buy 10 BND"))
    desk.fake.time += 3 * HOUR
    desk.gateway.prices[1002] = 77.0
    desk.execution().start(proposal)
    assert [o.limit for o in desk.gateway.book.values() if o.side == "BUY"] == [77.16]


# -- a question that waits for the user


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (lambda g: g.prices.update({1002: 60.0}), "a move of 20.0 %"),
        (lambda g: setattr(g, "market_open", False), "the market is closed"),
        (lambda g: g.positions.update({1002: 105}), "held 100 when the plan was checked and holds 105 now"),
    ],
)
def test_the_orders_behind_a_question_are_checked_again(desk: Desk, happens: Callable[..., Any], words: str) -> None:
    """While the user thinks, prices move, markets close, and the same shares are bought by hand."""
    desk.gateway.questions[1001] = [["o163"]]
    proposal = desk.propose(plan("buy 2 VTI; buy 5 BND", "900"))

    def think(_desk: Any) -> None:
        desk.fake.time += 120
        happens(desk.gateway)

    report = answering(desk, think).start(proposal)
    assert words in report.stopped
    assert states(report)["BND"] == "dropped"
    assert {order.conid for order in desk.gateway.book.values()} == {1001}


def test_purchases_are_fitted_again_to_their_new_limits(desk: Desk) -> None:
    """A price that rose while the user thought does not make the purchases cost more than their money."""
    desk.gateway.questions[1001] = [["o163"]]
    proposal = desk.propose(plan("buy 2 VTI; buy 5 BND; buy 5 VXUS", "1180"))

    def think(_desk: Any) -> None:
        desk.fake.time += 120
        desk.gateway.prices.update({1002: 78.0, 1003: 62.0})

    report = answering(desk, think).start(proposal)
    assert sum(e.paid + e.fee for e in report.orders) <= 1180
    assert {e.symbol: e.shares for e in report.orders} == {"VTI": 2, "BND": 5, "VXUS": 4}


def test_what_this_run_has_bought_already_is_not_counted_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first purchase has filled, and left the cash, before the journal knows; the second is not cut for it."""
    desk.gateway.cash = 1200.0
    proposal = desk.propose(plan("buy 2 VTI; buy 5 BND", "900"))
    send = Sender.send

    def slowly(sender: Any, order: Any) -> None:
        send(sender, order)
        desk.gateway._orders(type("Request", (), {"query": {}})())  # it fills
        desk.fake.time += 120

    monkeypatch.setattr(Sender, "send", slowly)
    assert states(desk.execution().start(proposal)) == {"VTI": "filled", "BND": "filled"}
    assert desk.traded() == {"VTI": 2, "BND": 5}


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (after(301), "the yes came more than 5 minutes after the broker asked (o163)"),
        (lambda desk: setattr(desk.fake, "time", CLOSING + 5), "the market is closed; it opens Monday"),
    ],
)
def test_a_yes_that_comes_too_late_is_a_no(desk: Desk, happens: Any, words: str) -> None:
    """The order was priced when it was sent; an hour later, or after the close, it is another order."""
    desk.fake.time = CLOSING - 200
    desk.gateway.questions[1001] = [["o163"]]
    report = answering(desk, happens).start(desk.propose(plan("sell 4 VTI; sell 5 BND")))
    assert words in report.stopped
    assert states(report) == {"VTI": "rejected", "BND": "dropped"}
    assert not desk.gateway.book
    assert [r.json() for r in desk.gateway.server.requests if "/reply/" in r.path] == [{"confirmed": False}]


def test_a_yes_within_minutes_is_a_yes(desk: Desk) -> None:
    """Reading a question takes its time."""
    desk.gateway.questions[1001] = [["o163"]]
    report = answering(desk, after(200)).start(desk.propose(plan("sell 4 VTI; sell 5 BND")))
    assert states(report) == {"VTI": "filled", "BND": "filled"}


# -- two clocks, and the age of a run within one process


def test_a_plan_that_grows_old_while_it_is_carried_out_sends_nothing_more(desk: Desk) -> None:
    """Sales that took more than six hours do not lead to purchases of another day."""
    desk.fake.time = OPENING + 60
    proposal = desk.propose(plan("sell 4 VTI; buy 5 BND"))

    def fill(order: Any) -> Any:
        desk.fake.time += MAX_AGE
        return order.shares

    desk.gateway.fill = fill
    report = desk.execution().start(proposal)
    assert states(report) == {"VTI": "filled", "BND": "dropped"}
    assert "more than 6 hours old" in report.stopped


@pytest.mark.parametrize("asleep", [10 * 60, NEXT_OPENING - FakeClock().time + HOUR])
def test_a_computer_that_slept_looks_again(desk: Desk, asleep: Any) -> None:
    """The clock for measuring stands still in sleep: the time of day tells that what is known is old."""
    offset = [0.0]
    fake = desk.fake
    still = Clock(now=lambda: fake.time + offset[0], monotonic=lambda: fake.time, sleep=fake._sleep)
    proposal = desk.propose(plan("sell 4 VTI; buy 10 BND"))

    def fill(order: Any) -> Any:
        if order.side == "SELL" and not offset[0]:
            offset[0] = asleep
            desk.gateway.positions[1002] += 10  # bought on the phone meanwhile
        return order.shares

    desk.gateway.fill = fill
    report = Execution(desk.broker, desk.journal(), Limits(), clock=still).start(proposal)
    assert desk.traded() == {"VTI": -4}
    assert "holds 110 now" in report.stopped or "hours old" in report.stopped


@pytest.mark.parametrize(
    ("wall", "steady", "fresh"),
    [(60, 60, True), (61, 0, False), (0, 61, False), (-1, 1, False), (0, 0, True)],
)
def test_fresh_is_what_both_clocks_call_fresh(wall: int, steady: int, fresh: bool) -> None:
    """One clock can be set and the other can stand still; the older of the two ages counts."""
    times = {"wall": 1000.0, "steady": 50.0}
    clock = Clock(now=lambda: times["wall"], monotonic=lambda: times["steady"])
    moment = clock.moment()
    times["wall"] += wall
    times["steady"] += steady
    assert clock.within(moment, 60) is fresh
    assert not clock.within(None, 60)


# -- the market's hours


def test_nothing_is_sent_after_the_close_however_fresh_the_preview(desk: Desk) -> None:
    """A minute-old preview is fresh, and the market may have closed in that minute."""
    desk.fake.time = CLOSING - 31
    proposal = desk.propose(plan("buy 5 BND", "5000"))
    assert not proposal.problems
    desk.fake.time = CLOSING + 5
    assert "the market is closed; it opens Monday" in desk.execution().start(proposal).stopped
    assert not desk.gateway.sent


def test_a_market_that_closes_between_two_orders_stops_the_second(desk: Desk) -> None:
    """The hours are known, so they are looked at before every order without asking again."""
    desk.fake.time = CLOSING - 40
    proposal = desk.propose(plan("buy 2 VTI; buy 5 BND", "5000"))
    desk.fake.time = CLOSING - 6

    def late(request: Any, reply: Any) -> Any:
        if is_order(request):
            desk.fake.time = CLOSING + 1
        return reply

    desk.gateway.twist = late
    report = desk.execution().start(proposal)
    assert "the market is closed" in report.stopped
    assert states(report) == {"VTI": "filled", "BND": "dropped"}


def test_prices_are_as_old_as_the_question_for_them(desk: Desk) -> None:
    """The rest of a preview takes some seconds more, in which they age."""
    begun = desk.fake.time
    asked = []

    def fault(request: Any) -> None:
        if request.path.endswith("/snapshot"):
            asked.append(desk.fake.time)

    desk.gateway.fault = fault
    proposal = desk.propose(plan("sell 4 VTI; buy 10 BND"))
    assert begun <= proposal.made.wall <= asked[0]


def test_a_clock_that_was_set_back_does_not_make_a_preview_fresh(desk: Desk) -> None:
    """Ten minutes after the preview the time of day says that none has passed; the other clock knows better."""
    proposal = desk.propose(plan("buy 10 BND", "800"))
    desk.gateway.prices[1002] = 76.0
    fake, before = desk.fake, desk.fake.time
    fake.time += 600
    back = Clock(now=lambda: fake.time - 600, monotonic=lambda: fake.time, sleep=fake._sleep)
    assert back.now() == before
    Execution(desk.broker, desk.journal(), Limits(), clock=back).start(proposal)
    assert [order.limit for order in desk.gateway.book.values()] == [76.16]
