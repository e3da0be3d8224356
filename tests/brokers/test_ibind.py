"""The library ibind and our client against one stand-in: they read the same; and why ibind does not carry orders."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ibind import IbkrClient, StockQuery

from pbal_core.brokers.ibkr import transport
from pbal_core.brokers.ibkr.client_portal import ClientPortal
from tests.stand_in.clock import FakeClock
from tests.stand_in.gateway import ACCOUNT, Gateway
from tests.stand_in.server import Reply, make_certificate
from tests.stand_in.trading import Desk, plan


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    gateway = Gateway(make_certificate(tmp_path_factory.mktemp("tls")))
    with gateway.server:
        yield gateway


@pytest.fixture
def gateway(running: Any) -> Any:
    running.reset()
    running.fault = lambda _request: None
    running.twist = lambda _request, reply: reply
    return running


@pytest.fixture
def ours(gateway: Any) -> Iterator[Any]:
    context = transport.trust(gateway.server.base, certificate=gateway.certificate, fingerprint=None)
    client = ClientPortal(gateway.server.base, transport.gateway_transport(context), clock=FakeClock().clock)
    client.connect()
    client.accounts()
    yield client
    client.close()


@pytest.fixture
def theirs(gateway: Any) -> Iterator[Any]:
    client = IbkrClient(
        account_id=ACCOUNT,
        url=f"{gateway.server.base}/v1/api/",
        cacert=str(gateway.certificate),
        timeout=1,
        max_retries=0,
        auto_register_shutdown=False,
    )
    yield client
    client.close()


def exact(value: Any) -> Decimal:
    return Decimal(str(value))


def test_accounts_and_session(ours: Any, theirs: Any) -> None:
    assert [account.id for account in ours.accounts()] == [row["accountId"] for row in theirs.portfolio_accounts().data]
    assert theirs.receive_brokerage_accounts().data["isPaper"] is ours.accounts()[0].paper is True
    assert theirs.authentication_status().data == ours._status()


@pytest.mark.parametrize("uncached", [True, False])
def test_positions(gateway: Any, ours: Any, theirs: Any, uncached: bool) -> None:
    """Both shapes, and beyond one page."""
    gateway.uncached_positions = uncached
    gateway.positions |= {5000 + i: i + 1 for i in range(130)}
    gateway.prices |= {5000 + i: 10.5 for i in range(130)}
    rows = theirs.positions(page=0).data + theirs.positions(page=1).data
    expected = {(row["conid"], exact(row["position"]), exact(row["mktPrice"]), exact(row["mktValue"])) for row in rows}
    assert {(h.conid, h.shares, h.price, h.value) for h in ours.positions(ACCOUNT)} == expected
    assert len(expected) == 132
    if uncached:
        assert {int(row["conid"]) for row in theirs.positions2(ACCOUNT).data} == {conid for conid, *_rest in expected}


def test_cash(gateway: Any, ours: Any, theirs: Any) -> None:
    gateway.cash = 1234.56
    assert ours.cash(ACCOUNT) == exact(theirs.get_ledger().data["USD"]["cashbalance"])


def test_contracts(ours: Any, theirs: Any) -> None:
    found = theirs.stock_conid_by_symbol([StockQuery("VTI"), StockQuery("BND")]).data
    assert {symbol: contracts[0].conid for symbol, contracts in ours.contracts(["VTI", "BND"]).items()} == found


def test_quotes(ours: Any, theirs: Any) -> None:
    quotes = ours.quotes([1001, 1002])
    rows = {row["conid"]: row for row in theirs.live_marketdata_snapshot(["1001", "1002"], ["31", "84", "86"]).data}
    for conid, quote in quotes.items():
        assert (quote.last, quote.bid, quote.ask) == tuple(Decimal(rows[conid][field]) for field in ("31", "84", "86"))


def test_orders_and_trades(gateway: Any, ours: Any, theirs: Any, tmp_path: Path) -> None:
    desk = Desk(gateway, FakeClock(), tmp_path)
    desk.trade("sell 4 VTI; buy 3 BND")
    desk.close()
    rows = theirs.live_orders().data["orders"]
    expected = {(str(row["orderId"]), row["order_ref"], row["side"], exact(row["filledQuantity"])) for row in rows}
    assert {(o.order_id, o.client_id, o.side, o.filled) for o in ours.orders(ACCOUNT)} == expected
    assert len(expected) == 2
    trades = {(row["order_ref"], exact(row["size"]), exact(row["price"])) for row in theirs.trades().data}
    assert {(e.client_id, e.shares, e.price) for e in ours.fills(ACCOUNT)} == trades
    for order in ours.orders(ACCOUNT):
        assert theirs.order_status(order.order_id).data["order_status"] == ours.order(order.order_id).status


def test_ibind_reads_prices_as_binary_floats_and_ours_digit_by_digit(gateway: Any, ours: Any, theirs: Any) -> None:
    row = b'[{"conid": 1, "position": 3, "ticker": "A", "mktPrice": 0.1000000000000000055}]'
    gateway.twist = lambda _request, _reply: Reply(body=row)
    assert theirs.positions2(ACCOUNT).data[0]["mktPrice"] == 0.1
    assert ours.positions(ACCOUNT)[0].price == Decimal("0.1000000000000000055")


def test_ibind_follows_a_redirect_with_an_order_and_ours_does_not(
    gateway: Any, ours: Any, theirs: Any, tmp_path: Path
) -> None:
    """Why it does not carry orders: a redirected order becomes another request, somewhere else, without a word."""
    where = f"{gateway.server.base}/upstream/elsewhere"

    def redirect(request: Any) -> Any:
        if request.path.endswith("/orders") and request.method == "POST":
            return Reply(status=302, body=b"", headers={"Location": where})
        return None

    gateway.fault = redirect
    with pytest.raises(Exception, match="404"):
        theirs.post(f"iserver/account/{ACCOUNT}/orders", {"orders": []})
    assert [(r.method, r.path) for r in gateway.server.requests][-1] == ("GET", "/upstream/elsewhere")
    desk = Desk(gateway, FakeClock(), tmp_path)
    proposal = desk.propose(plan("buy 1 BND", "80"))
    before = len(gateway.server.requests)
    orders = [(proposal.orders[0].ticket, Decimal(1))]
    journal = desk.journal()
    run = journal.begin(account=ACCOUNT, paper=True, cash=Decimal(80), checked=0, orders=orders)
    answer = ours.send(journal.orders(run)[0].ticket(ACCOUNT))
    desk.close()
    assert "302" in answer.reason
    assert [r.path for r in gateway.server.requests[before:]] == [f"/v1/api/iserver/account/{ACCOUNT}/orders"]
