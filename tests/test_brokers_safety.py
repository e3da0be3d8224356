"""Against the grain: what must not lead to a wrong order, an order twice, or one that is lost sight of."""

from __future__ import annotations

import sqlite3

import pytest

from pbal_core import RequestError
from pbal_core.brokers.journal import Journal
from tests.stand_in.clock import FakeClock
from tests.stand_in.gateway import ACCOUNT, Gateway, Order
from tests.stand_in.server import Reply, make_certificate
from tests.stand_in.trading import Desk, begin_anew, plan


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    fake = FakeClock()
    gateway = Gateway(make_certificate(tmp_path_factory.mktemp("tls")), now=lambda: fake.time, limits=True)
    with gateway.server:
        yield gateway, fake


@pytest.fixture
def desk(running, tmp_path):
    gateway, fake = running
    begin_anew(gateway, fake)
    desk = Desk(gateway, fake, tmp_path)
    yield desk
    desk.close()


def is_order(request):
    return request.method == "POST" and request.path.endswith("/orders")


def states(report):
    return {entry.symbol: entry.state for entry in report.entries}


def lose(desk, words="buy 10 BND", cash="800"):
    """A run whose first order never reaches the broker, and that stops there."""
    desk.gateway.fault = lambda request: Reply(body={}, cut=0) if is_order(request) else None
    report = desk.trade(words, cash)
    desk.gateway.fault = lambda _request: None
    assert next(iter(states(report).values())) == "sending"
    assert not desk.gateway.book
    return report


# -- one plan, carried out twice


def test_two_previews_of_one_plan_are_not_both_sent(desk):
    """Two windows show the same proposal; the second one is refused, however soon it is sent after the first."""
    first, second = (desk.propose(plan("buy 10 BND", "800")) for _window in range(2))
    assert states(desk.execution().start(first)) == {"BND": "filled"}
    with pytest.raises(RequestError, match=r"another plan was carried out .* preview it again"):
        desk.execution().start(second)
    assert desk.traded() == {"BND": 10}


def test_two_previews_are_not_both_sent_with_two_journals(desk, tmp_path):
    """Another journal knows nothing of the first run; the account does."""
    first, second = (desk.propose(plan("buy 10 BND", "800")) for _window in range(2))
    desk.execution().start(first)
    desk.path = tmp_path / "other.sqlite3"
    report = desk.execution().start(second)
    assert "BND: the account held 100 when the plan was checked and holds 110 now" in report.stopped
    assert desk.traded() == {"BND": 10}


def test_an_order_that_was_given_after_the_preview_stops_the_run(desk):
    proposal = desk.propose(plan("buy 10 BND", "800"))
    desk.gateway.fill = lambda _order: 0
    desk.gateway.book[1] = Order(1, "", ACCOUNT, 1002, "BUY", 10, 1.0)
    assert "BND: the account has a working order for it" in desk.execution().start(proposal).stopped
    assert not desk.gateway.sent


def test_what_was_bought_by_hand_meanwhile_is_not_bought_again(desk):
    report = lose(desk, "buy 10 BND; buy 2 VXUS", "900")
    desk.gateway.positions[1003] = 2
    report = desk.resume()
    assert "VXUS: the account held 0 when the plan was checked and holds 2 now" in report.stopped
    assert states(report) == {"BND": "filled", "VXUS": "planned"}


def test_a_lost_order_that_was_replaced_by_hand_is_not_sent_again(desk):
    """The user sold in TWS what the lost order was to sell; sending it again would sell twice."""
    lose(desk, "sell 4 VTI", "-900")
    desk.gateway.positions[1001] = 36
    assert "VTI: the account held 40 when the plan was checked and holds 36 now" in desk.resume().stopped
    assert not desk.gateway.book


def test_a_live_login_is_not_traded_with_the_preview_of_a_paper_account(desk):
    proposal = desk.propose(plan("buy 10 BND", "800"))
    desk.gateway.paper = False
    with pytest.raises(RequestError, match="add --live"):
        desk.execution().start(proposal)
    assert not desk.gateway.sent
    assert desk.journal().open_run() is None


def test_a_journal_of_the_first_version_goes_on(desk):
    """Its runs do not know what was held; the rest of the guards holds."""
    lose(desk)
    with sqlite3.connect(desk.path) as old:
        old.execute("ALTER TABLE orders DROP COLUMN held")
        old.execute("PRAGMA user_version=1")
    old.close()
    with Journal(desk.path) as journal:
        assert [entry.held for entry in journal.entries(journal.open_run().id)] == [None]
    assert states(desk.resume()) == {"BND": "filled"}


# -- resuming into another market


def test_a_lost_order_is_not_sent_again_when_its_price_has_moved(desk):
    lose(desk)
    desk.fake.time += 600
    desk.gateway.prices[1002] = 65.0
    assert "a move of 13.3 %" in desk.resume().stopped
    assert not desk.gateway.book


def test_a_lost_purchase_is_not_sent_again_without_its_money(desk):
    lose(desk)
    desk.gateway.cash = 700.0
    report = desk.resume()
    assert "BND: it needs $752.60 and the account has $700.00" in report.stopped
    assert not desk.gateway.book
    desk.gateway.cash = 800.0
    assert states(desk.resume()) == {"BND": "filled"}


def test_a_clock_that_was_set_back_does_not_make_prices_fresh(desk):
    lose(desk, "buy 10 BND; buy 2 VXUS", "900")
    desk.fake.time -= 1800
    desk.gateway.stamps.clear()
    desk.gateway.prices[1003] = 70.0
    report = desk.resume()
    assert "a move of 16.7 %" in report.stopped
    assert states(report)["VXUS"] == "planned"


def test_a_clock_that_was_set_back_for_long_does_not_make_a_run_young(desk):
    lose(desk, "buy 10 BND; buy 2 VXUS", "900")
    desk.fake.time -= 7 * 3600
    desk.gateway.stamps.clear()
    assert states(desk.resume()) == {"BND": "dropped", "VXUS": "dropped"}
    assert not desk.gateway.book
