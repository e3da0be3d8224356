"""The Client Portal client against the stand-in gateway: TLS, sessions, limits, and every reading request."""

from __future__ import annotations

import hashlib
import logging
import ssl
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from pbal_core import BrokerError, RequestError
from pbal_core.brokers.ibkr import transport
from pbal_core.brokers.ibkr.client_portal import ClientPortal, connect, ibkr_symbol
from pbal_core.brokers.ibkr.gateway import check_base
from pbal_core.brokers.ibkr.settings import GatewaySettings
from pbal_core.brokers.protocol import BrokerAccount, Ticket, Unclear
from tests.stand_in.clock import FakeClock
from tests.stand_in.gateway import ACCOUNT, COOKIE, NEXT_OPENING, OPENING, Gateway
from tests.stand_in.server import HttpsServer, Reply, make_certificate


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    fake = FakeClock()
    gateway = Gateway(make_certificate(tmp_path_factory.mktemp("tls")), now=lambda: fake.time)
    with gateway.server:
        yield gateway, fake


@pytest.fixture
def gateway(running: Any) -> Any:
    gateway, _fake = running
    gateway.reset()
    gateway.limits = True
    gateway.fault = lambda _request: None
    gateway.twist = lambda _request, reply: reply
    return gateway


@pytest.fixture
def fake(running: Any) -> Any:
    running[1].slept.clear()
    running[1].time += 1000  # what one test used up of the limits is no other test's business
    return running[1]


@pytest.fixture
def client(gateway: Any, fake: Any) -> Iterator[Any]:
    context = transport.trust(gateway.server.base, certificate=gateway.certificate, fingerprint=None)
    client = ClientPortal(gateway.server.base, transport.gateway_transport(context), clock=fake.clock, timeout=5)
    yield client
    client.close()


def gate(base: Any, **trust: Any) -> Any:
    """A client of the gateway at an address, trusted as said."""
    return connect(GatewaySettings(base=base, **trust))


def ticket(**changes: Any) -> Any:
    facts = {"client_id": "pbal-t-01", "account": ACCOUNT, "conid": 1001, "symbol": "VTI", "side": "BUY", "shares": 3}
    return Ticket(**{**facts, "limit": Decimal("250.51"), **changes})


def paths(gateway: Any) -> list[Any]:
    return [f"{r.method} {r.path.removeprefix('/v1/api')}" for r in gateway.server.requests]


# -- TLS


def test_the_gateways_own_certificate_verifies_by_name_and_by_address(gateway: Any, fake: Any) -> None:
    for base in (gateway.server.base, f"https://127.0.0.1:{gateway.server.port}"):
        client = gate(base, certificate=gateway.certificate)
        client.connect()
        client.close()
        fake.time += 1000


def test_a_pinned_fingerprint_verifies_whatever_name_the_certificate_has(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, names=())
    gateway = Gateway(certificate)
    pem = ssl.PEM_cert_to_DER_cert(certificate.read_text())
    digest = hashlib.sha256(pem).hexdigest()
    with gateway.server:
        client = gate(gateway.server.base, fingerprint=":".join(digest[i : i + 2] for i in range(0, 64, 2)).upper())
        client.connect()
        client.close()
        with pytest.raises(BrokerError, match=f"fingerprint {digest}, which is not the pinned one"):
            gate(gateway.server.base, fingerprint="0" * 64)
        assert paths(gateway) == ["POST /iserver/auth/status"]


@pytest.mark.parametrize("prefix", ["", "sha256 Fingerprint=", "SHA256 Fingerprint=", "SHA-256 fingerprint="])
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_a_fingerprint_is_taken_as_openssl_prints_it(gateway: Any, prefix: str, case: Any) -> None:
    """Whoever copies the whole line means what stands in it."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(gateway.certificate.read_text())).hexdigest()
    shown = case(":".join(digest[i : i + 2] for i in range(0, 64, 2)))
    gate(gateway.server.base, fingerprint=f"{prefix}{shown}\n").close()
    with pytest.raises(RequestError, match="64 hexadecimal digits"):
        gate(gateway.server.base, fingerprint=f"MD5 Fingerprint={shown}")


def test_the_pinned_certificate_must_be_the_one_of_the_real_connection(tmp_path: Path) -> None:
    """A server that changes its certificate after the pin was compared gets no request."""
    one, two = make_certificate(tmp_path), make_certificate(tmp_path)
    with (
        HttpsServer(one, lambda _request: Reply(body={})) as first,
        HttpsServer(two, lambda _r: Reply(body={})) as other,
    ):
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(one.read_text())).hexdigest()
        context = transport.trust(first.base, certificate=None, fingerprint=digest)
        client = ClientPortal(other.base, transport.gateway_transport(context), clock=FakeClock().clock)
        with pytest.raises(BrokerError, match="cannot be verified"):
            client.connect()
        client.close()
        assert not other.requests


@pytest.mark.parametrize(
    ("options", "words"),
    [({"names": ()}, "Hostname mismatch|not valid for|no subjectAltName"), ({"days": -1}, "expired")],
)
def test_a_certificate_like_the_shipped_one_is_refused_with_what_to_do(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    certificate = make_certificate(tmp_path, **options)
    gateway = Gateway(certificate)
    with gateway.server:
        client = gate(gateway.server.base, certificate=certificate)
        with pytest.raises(BrokerError, match=f"(?s)cannot be verified: .*({words}).*make one of your own"):
            client.connect()
        client.close()
        assert not gateway.server.requests


def test_another_certificate_is_refused_even_when_the_environment_says_otherwise(
    gateway: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(gateway.certificate))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    client = gate(gateway.server.base, certificate=make_certificate(tmp_path))
    with pytest.raises(BrokerError, match="self-signed certificate"):
        client.connect()
    client.close()
    client = gate(gateway.server.base, certificate=gateway.certificate)
    client.connect()
    client.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "nobody can tell the gateway from an impostor"),
        ({"fingerprint": "12:34"}, "64 hexadecimal digits"),
        ({"fingerprint": "0" * 64, "certificate": "x"}, "as a file, or its fingerprint"),
    ],
)
def test_trust_must_be_given_exactly_once(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        gate("https://localhost:1", **arguments)


def test_unusable_certificate_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="there is no certificate file"):
        gate("https://localhost:1", certificate=tmp_path / "none.pem")
    (tmp_path / "junk.pem").write_text("junk")
    with pytest.raises(RequestError, match=r"junk\.pem is not a certificate in PEM form"):
        gate("https://localhost:1", certificate=tmp_path / "junk.pem")


def test_nobody_there_says_start_the_gateway(tmp_path: Path) -> None:
    client = gate("https://localhost:1", certificate=make_certificate(tmp_path))
    with pytest.raises(BrokerError, match="no gateway answers at https://localhost:1; start it"):
        client.connect()
    client.close()
    with pytest.raises(BrokerError, match="no gateway answers"):
        gate("https://localhost:1", fingerprint="0" * 64)


@pytest.mark.parametrize(
    "base",
    ["http://localhost:5000", "localhost:5000", "https://localhost:5000/iserver", "https://a:b@h", "https://h:x"],
)
def test_only_an_https_address_is_a_gateway(base: str) -> None:
    with pytest.raises(RequestError, match="such as https://localhost:5000"):
        check_base(base)


def test_the_interface_path_may_be_given() -> None:
    assert check_base("https://localhost:5000/v1/api/") == "https://localhost:5000"


# -- session


def test_every_request_goes_below_v1_api_with_agent_and_length(gateway: Any, client: Any) -> None:
    client.connect()
    request = gateway.server.requests[0]
    assert (request.method, request.path) == ("POST", "/v1/api/iserver/auth/status")
    assert request.headers["User-Agent"].startswith("portfolio-balancer/")
    assert (request.headers["Content-Length"], request.body) == ("2", b"{}")


def test_a_redirect_is_a_message_and_never_followed(gateway: Any, client: Any) -> None:
    gateway.fault = lambda _r: Reply(status=302, headers={"Location": f"{gateway.server.base}/upstream"}, body=b"")
    with pytest.raises(BrokerError, match=r"redirected /iserver/auth/status \(HTTP 302\).*log in"):
        client.connect()
    assert len(gateway.server.requests) == 1


def test_logged_out_says_where_to_log_in(gateway: Any, client: Any) -> None:
    gateway.logged_in = False
    with pytest.raises(
        BrokerError, match=f"nobody is logged in at the gateway; open {gateway.server.base} in a browser"
    ):
        client.connect()


def test_a_login_without_brokerage_session_opens_one(gateway: Any, client: Any) -> None:
    gateway.authenticated = gateway.bridge = False
    client.connect()
    assert paths(gateway)[:2] == ["POST /iserver/auth/status", "POST /iserver/auth/ssodh/init"]
    assert gateway.server.requests[1].json() == {"publish": True, "compete": False}


def test_no_brokerage_session_comes_about_in_bounded_time(gateway: Any, client: Any, fake: Any) -> None:
    gateway.authenticated = False
    gateway.twist = lambda _r, _reply: Reply(body={"authenticated": False, "competing": False, "fail": "no permission"})
    with pytest.raises(BrokerError, match=r"opens no brokerage session \(no permission\); log in again"):
        client.connect()
    assert sum(fake.slept) < 15


def test_a_competing_session_is_left_alone_unless_taken_over(gateway: Any, client: Any) -> None:
    gateway.competing = True
    with pytest.raises(BrokerError, match="in use by another session"):
        client.connect()
    assert gateway.competing
    client._take_over = True
    client.connect()
    assert not gateway.competing


@pytest.mark.parametrize("bridge", [True, False])
def test_a_competing_session_that_shows_late_is_left_alone_too(gateway: Any, client: Any, bridge: bool) -> None:
    """Opening the session can show that somebody else has it; that is no session of ours."""
    gateway.authenticated = gateway.bridge = bridge

    def init(_request: Any) -> Any:
        gateway.authenticated = gateway.bridge = gateway.competing = True
        return gateway._auth()

    with patch.object(gateway, "_init", init):
        if bridge:
            client.connect()
            gateway.bridge = False
        with pytest.raises(BrokerError, match="in use by another session"):
            client.accounts() if bridge else client.connect()


def test_no_bridge_is_repaired_once_in_the_middle(gateway: Any, client: Any) -> None:
    client.connect()
    gateway.bridge = False
    assert client.accounts()[0].id == ACCOUNT
    assert paths(gateway).count("POST /iserver/auth/ssodh/init") == 1


def test_the_session_is_tickled_once_a_minute(gateway: Any, client: Any, fake: Any) -> None:
    client.connect()
    for _second in range(120):
        fake.time += 1
        client.keep_alive()
    assert paths(gateway).count("POST /tickle") == 2
    gateway.authenticated = False
    fake.time += 60
    with pytest.raises(BrokerError, match="session at the gateway has ended"):
        client.keep_alive()


def test_429_says_to_wait(gateway: Any, client: Any) -> None:
    gateway.fault = lambda _r: Reply(status=429, body={"error": "slow down"})
    with pytest.raises(BrokerError, match="wait 10 minutes"):
        client.connect()


def test_access_denied_names_the_setting(gateway: Any, client: Any) -> None:
    gateway.fault = lambda _r: Reply(status=404, body=b"Access Denied")
    with pytest.raises(BrokerError, match=r"ips\.allow"):
        client.connect()


def test_the_stand_in_blocks_who_is_too_fast_and_the_client_is_not(gateway: Any, client: Any, fake: Any) -> None:
    """The limits are real (ten requests at one moment are blocked), and a busy client keeps within them."""
    client.connect()
    for _round in range(3):
        client.accounts()
        client.orders(ACCOUNT)
        client.fills(ACCOUNT)
        for _once in range(12):
            client.hours(1001)
    assert sum(fake.slept) > 25
    fake.time += 10
    gateway.stamps.clear()
    assert [gateway._within_limits("/x") for _ in range(11)] == [True] * 10 + [False]


@pytest.mark.parametrize(
    "reply", [Reply(body=b"<html>hello</html>"), Reply(status=500, body={"error": "internal"}), Reply(body=b"")]
)
def test_answers_that_are_no_json_or_failures_are_one_sentence(gateway: Any, client: Any, reply: Any) -> None:
    gateway.fault = lambda _r: reply
    with pytest.raises(BrokerError, match="the gateway failed on /iserver/auth/status: HTTP"):
        client.connect()


def test_an_answer_that_cannot_be_unpacked_is_a_broken_connection(gateway: Any, client: Any) -> None:
    """For an order that means unclear, never a crash in the middle."""
    gateway.twist = lambda _request, _reply: Reply(body=b"no gzip at all", headers={"Content-Encoding": "gzip"})
    with pytest.raises(BrokerError, match="broke before the whole answer"):
        client.connect()
    assert isinstance(client.send(ticket()), Unclear)
    assert len(gateway.book) == 1


@pytest.fixture
def hasty(gateway: Any, fake: Any) -> Iterator[Any]:
    """A client that gives an answer up after 0.6 seconds."""
    context = transport.trust(gateway.server.base, certificate=gateway.certificate, fingerprint=None)
    client = ClientPortal(gateway.server.base, transport.gateway_transport(context), clock=fake.clock, timeout=0.3)
    yield client
    client.close()
    gateway.server.released.set()
    gateway.server.released.clear()


@pytest.mark.parametrize("body", [b"[]", b"[" + b" " * 500 + b"]"])
def test_an_answer_that_drips_is_given_up_in_bounded_time(gateway: Any, hasty: Any, body: bytes) -> None:
    """A byte now and then keeps every pause short, in the head as in the body; an order's answer is unclear then."""
    gateway.twist = lambda _request, _reply: Reply(body=body, drip=0.05 if len(body) < 9 else 0.005)
    begun = time.monotonic()
    answer = hasty.send(ticket())
    assert isinstance(answer, Unclear)
    assert "did not answer in time" in answer.reason
    assert time.monotonic() - begun < 5
    assert len(gateway.book) == 1
    with pytest.raises(BrokerError, match="did not answer in time"):
        hasty.cancel(ACCOUNT, "1")


def test_an_answer_without_end_is_given_up(gateway: Any, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is sent fills the memory."""
    monkeypatch.setattr(transport, "MAX_ANSWER", 1000)
    gateway.twist = lambda _request, _reply: Reply(body=b"[" + b" " * 5000 + b"]")
    answer = client.send(ticket())
    assert isinstance(answer, Unclear)
    assert "sent more than any answer has" in answer.reason


def test_a_reading_request_survives_one_lost_connection(gateway: Any, client: Any) -> None:
    client.connect()
    cuts = [5]
    gateway.twist = lambda _r, reply: Reply(body=reply.body, cut=cuts.pop()) if cuts else reply
    assert client.hours(1001).zone == "US/Eastern"
    gateway.twist = lambda _r, reply: Reply(body=reply.body, cut=5)
    with pytest.raises(BrokerError, match="broke before the whole answer"):
        client.hours(1001)


# -- reading


@pytest.mark.parametrize(
    ("paper", "account", "expected"),
    [
        (True, "DU1234567", True),
        (False, "DU1234567", False),
        (False, "U1234567", False),
        (True, "U1234567", False),
        (None, "DU1", True),
        (None, "U1", False),
    ],
)
def test_paper_is_believed_only_when_it_is_said(
    gateway: Any, client: Any, paper: bool | None, account: str, expected: bool
) -> None:
    gateway.paper, gateway.accounts, gateway.selected = paper, [account], account
    assert client.accounts() == (BrokerAccount(id=account, paper=expected, currency="USD"),)


def test_a_masked_account_shows_four_digits() -> None:
    assert BrokerAccount(id="U7654321", paper=False, currency="USD").masked == "***4321"


@pytest.mark.parametrize("uncached", [True, False])
def test_positions_are_the_same_in_both_shapes(gateway: Any, client: Any, uncached: bool) -> None:
    gateway.uncached_positions = uncached
    gateway.positions = {1001: 40, 1002: 100, 1003: 0}
    found = {
        h.symbol: (h.conid, h.shares, h.price, h.value, h.currency, h.asset_class) for h in client.positions(ACCOUNT)
    }
    assert found == {
        "VTI": (1001, 40, Decimal(250), Decimal(10_000), "USD", "STK"),
        "BND": (1002, 100, Decimal(75), Decimal(7_500), "USD", "STK"),
    }


def test_numbers_are_exact(gateway: Any, client: Any) -> None:
    gateway.prices[1001] = 584.6799927
    assert client.positions(ACCOUNT)[0].price == Decimal("584.6799927")


@pytest.mark.parametrize("count", [0, 99, 100, 101, 250])
def test_all_pages_are_read(gateway: Any, client: Any, count: int) -> None:
    gateway.uncached_positions = False
    gateway.positions = {5000 + i: i + 1 for i in range(count)}
    gateway.prices |= dict.fromkeys(gateway.positions, 10.0)
    assert [h.conid for h in client.positions(ACCOUNT)] == list(gateway.positions)
    assert "POST /portfolio/DU1234567/positions/invalidate" in paths(gateway)


def test_a_page_that_never_ends_is_noticed(gateway: Any, client: Any) -> None:
    gateway.uncached_positions = False
    gateway.positions = {5000 + i: i + 1 for i in range(100)}
    gateway.prices |= dict.fromkeys(gateway.positions, 10.0)
    page = gateway._page
    first = patch.object(gateway, "_page", lambda request, account, _page: page(request, account, "0"))
    with first, pytest.raises(BrokerError, match="same page"):
        client.positions(ACCOUNT)


def test_cash_is_asked_after_the_accounts_because_it_is_empty_before(gateway: Any, client: Any) -> None:
    gateway.cash = -12.34
    assert client.cash(ACCOUNT) == Decimal("-12.34")
    assert "GET /portfolio/accounts" in paths(gateway)


def test_another_account_is_switched_to_once(gateway: Any, client: Any) -> None:
    gateway.accounts = [ACCOUNT, "DU7"]
    client.accounts()
    client.orders("DU7")
    client.orders("DU7")
    assert gateway.selected == "DU7"
    assert paths(gateway).count("POST /iserver/account") == 1


def test_contracts_prefer_the_american_listing_and_show_ambiguity(gateway: Any, client: Any) -> None:
    listing = {"exchange": "NYSE", "isUS": True}
    gateway.foreign = {
        "BRK B": [{"name": "BERKSHIRE", "assetClass": "STK", "contracts": [{"conid": 7, **listing}]}],
        "TWO": [
            {"name": n, "assetClass": "STK", "contracts": [{"conid": c, **listing}]}
            for n, c in (("ONE", 8), ("OTHER", 9))
        ],
        "SWISS": [{"name": "S", "assetClass": "STK", "contracts": [{"conid": 10, "exchange": "EBS", "isUS": False}]}],
        "OPT": [{"name": "O", "assetClass": "OPT", "contracts": [{"conid": 11, **listing}]}],
    }
    found = client.contracts(["VTI", "BRK.B", "TWO", "SWISS", "OPT", "NONE"])
    conids = {symbol: [c.conid for c in contracts] for symbol, contracts in found.items()}
    assert conids == {"VTI": [1001], "BRK.B": [7], "TWO": [8, 9], "SWISS": [10], "OPT": [], "NONE": []}
    assert ibkr_symbol("BF/B") == "BF B"


def test_quotes_wait_for_the_subscription(gateway: Any, client: Any) -> None:
    quotes = client.quotes([1001, 1002])
    assert (quotes[1001].last, quotes[1001].bid, quotes[1001].ask) == (
        Decimal("250.00"),
        Decimal("249.99"),
        Decimal("250.01"),
    )
    assert quotes[1001].reference("BUY") == Decimal("250.01")
    assert quotes[1001].reference("SELL") == Decimal("249.99")
    assert quotes[1002].live
    assert len(gateway.server.requests) == 2


def test_quote_marks_and_gaps(gateway: Any, client: Any) -> None:
    """``C`` is yesterday's close, ``H`` a halt; a missing last price is bridged by bid and ask; nothing is nothing."""
    gateway.quote_fields[1001] = {"31": "C249.50", "84": None, "86": None, "6509": "DPB"}
    gateway.quote_fields[1002] = {"31": "H75.10"}
    gateway.quote_fields[1003] = {"31": None}
    quotes = client.quotes([1001, 1002, 1003, 4040])
    assert (quotes[1001].closed, quotes[1001].live, quotes[1001].reference("BUY")) == (True, False, Decimal("249.50"))
    assert (quotes[1002].halted, quotes[1002].last) == (True, Decimal("75.10"))
    assert (quotes[1003].last, quotes[1003].reference("SELL")) == (None, Decimal("59.99"))
    assert 4040 not in quotes


def test_hours_tell_open_and_next_opening(client: Any) -> None:
    hours = client.hours(1001)
    assert hours.is_open(OPENING)
    assert not hours.is_open(OPENING - 1)
    assert hours.next_opening(OPENING) == NEXT_OPENING


def test_a_preview_has_commission_margin_and_warning(gateway: Any, client: Any) -> None:
    gateway.previews[1001] = {"warn": "price exceeds\n3 %", "amount": {"commission": "0.35 - 1.05 USD"}}
    preview = client.what_if(ticket())
    assert (preview.commission_high, preview.margin_after, preview.warning) == (
        Decimal("1.05"),
        "8,801",
        "price exceeds 3 %",
    )
    gateway.previews[1001] = {"error": "insufficient funds"}
    assert client.what_if(ticket()).error == "insufficient funds"
    body = gateway.server.requests[-1].json()["orders"][0]
    assert body == {
        "acctId": ACCOUNT, "conid": 1001, "orderType": "LMT", "price": 250.51, "side": "BUY",
        "quantity": 3, "tif": "DAY", "outsideRTH": False,
    }  # fmt: skip
    assert not gateway.book


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_trouble_during_a_preview_or_a_cancellation_is_no_refusal(gateway: Any, client: Any, status: int) -> None:
    """Else a purchase would be given up, or a cancellation taken for done, because the gateway was busy."""
    gateway.fault = lambda _request: Reply(status=status, body={"error": "busy", "statusCode": status})
    with pytest.raises(BrokerError):
        client.what_if(ticket())
    with pytest.raises(BrokerError):
        client.cancel(ACCOUNT, "1")


def test_a_refused_cancellation_is_passed_on(client: Any) -> None:
    assert client.cancel(ACCOUNT, "1") == "OrderID 1 doesn't exist"


def test_neither_session_nor_hardware_address_nor_cookie_is_logged(
    client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Httpx writes addresses and statuses; bodies and what they say of the session are never written."""
    caplog.set_level(logging.DEBUG)
    client.connect()
    client._tickled = 0
    client.keep_alive()
    assert "tickle" in caplog.text
    assert "0123456789abcdef" not in caplog.text
    assert "AA:BB:CC" not in caplog.text
    assert COOKIE not in caplog.text


def test_what_others_do_with_httpx_is_logged_as_ever(gateway: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The silence is about our requests, not about the library."""
    caplog.set_level(logging.DEBUG)
    with httpx.Client(verify=ssl.create_default_context(cafile=str(gateway.certificate)), trust_env=False) as other:
        other.post(f"{gateway.server.base}/v1/api/iserver/auth/status", json={})
    assert COOKIE in caplog.text
