"""The Flex Web Service client against a local stand-in: every documented code, bounded, and the token never shown."""

from __future__ import annotations

import logging
import pickle
import ssl
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from pbal_core import BrokerError, PbalError, RequestError, read_positions
from pbal_core.brokers.ibkr import flex, transport
from pbal_core.brokers.ibkr.secrets import Secret, SecretStore
from tests.stand_in.clock import FakeClock
from tests.stand_in.flex import REPORT, FlexService, refused
from tests.stand_in.server import Reply, make_certificate


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def service(certificate: Any) -> Iterator[Any]:
    service = FlexService(certificate)
    with service.server:
        yield service


@pytest.fixture
def connect(service: Any, certificate: Any) -> Iterator[Any]:
    made = []

    def connect(
        fake: Any = None, *, token: Any = FlexService.token, query: Any = FlexService.query, timeout: float = 5.0
    ) -> Any:
        context = ssl.create_default_context(cafile=str(certificate))
        fake = fake or FakeClock()
        inner = httpx.HTTPTransport(verify=context, trust_env=False)
        client = flex.FlexClient(Secret(token), query, service=service.base, inner=inner, clock=fake.clock)
        client._client.timeout = timeout
        made.append(client)
        return client

    yield connect
    for client in made:
        client.close()


def test_a_report_that_is_ready_takes_two_requests(service: Any, connect: Any) -> None:
    """SendRequest, then GetStatement; the bytes are the report's, and read as positions."""
    data = connect().fetch()
    assert data == REPORT
    assert [r.path.rsplit("/", 1)[1] for r in service.server.requests] == ["SendRequest", "GetStatement"]
    assert read_positions(data).portfolio.symbols == ("ABC", "XYZ")


def test_a_report_that_drips_is_given_up_in_bounded_time(
    service: Any, certificate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deadline is for everything, also for a server that sends a byte now and then."""
    monkeypatch.setattr(flex, "DEADLINE", 0.5)
    service.first = [Reply(body=b"x" * 10_000, drip=0.05)]
    context = transport.trust(service.base, certificate=certificate, fingerprint=None)
    carrier = transport.gateway_transport(context)
    client = flex.FlexClient(
        Secret(service.token), service.query, service=service.base, inner=carrier, clock=FakeClock().clock
    )
    begun = time.monotonic()
    with pytest.raises(BrokerError, match="did not arrive"):
        client.fetch()
    assert time.monotonic() - begun < 5
    client.close()


def test_a_report_without_end_is_refused(service: Any, connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is sent fills the memory."""
    monkeypatch.setattr(transport, "MAX_ANSWER", 1000)
    service.report = b"x" * 5000
    with pytest.raises(BrokerError, match="larger than any positions file"):
        connect().fetch()


def test_without_a_transport_of_its_own_the_client_trusts_public_authorities_and_keeps_the_deadline() -> None:
    """What the user runs is bounded too."""
    context = transport.public_trust()
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.sslsocket_class is transport.BoundedSocket


def test_1019_is_waited_for_and_said(service: Any, connect: Any) -> None:
    service.second = [refused(1019), refused(1019, status="Warn")]
    fake, told = FakeClock(), []  # type: ignore[var-annotated]
    assert connect(fake).fetch(told.append) == REPORT
    assert told == ["IBKR is generating the report", *["waiting: code 1019: the report is being generated"] * 2]
    assert fake.slept == [flex.FIRST_WAIT, flex.STEP, flex.STEP]


@pytest.mark.parametrize("code", sorted(flex.TEMPORARY))
@pytest.mark.parametrize("step", ["first", "second"])
def test_temporary_codes_are_tried_again(service: Any, connect: Any, code: Any, step: str) -> None:
    setattr(service, step, [refused(code)])
    assert connect().fetch() == REPORT


@pytest.mark.parametrize("code", sorted(flex.PERMANENT.keys() - flex.TEMPORARY.keys()))
@pytest.mark.parametrize("step", ["first", "second"])
def test_permanent_codes_fail_at_once_with_meaning_and_action(service: Any, connect: Any, code: Any, step: str) -> None:
    setattr(service, step, [refused(code)] * 3)
    meaning, action = flex.PERMANENT[code]
    with pytest.raises(BrokerError) as caught:
        connect().fetch()
    assert str(caught.value) == f"IBKR refused the Flex request, code {code}: {meaning}; {action}."
    assert len(service.server.requests) == (1 if step == "first" else 2)


def test_every_documented_code_is_known_exactly_once() -> None:
    """1001 to 1021 without 1002, which IBKR does not list; 1020 is both, at first and in the end."""
    assert sorted(flex.TEMPORARY.keys() | flex.PERMANENT.keys()) == [1001, *range(1003, 1022)]
    assert flex.TEMPORARY.keys() & flex.PERMANENT.keys() == {1020}


def test_an_unknown_code_is_passed_on_in_the_servers_words(service: Any, connect: Any) -> None:
    service.first = [refused(1099, f"new trouble with {FlexService.token}")]
    with pytest.raises(BrokerError, match=r"code 1099: new trouble with \*\*\*; look at the query"):
        connect().fetch()


def test_an_invalid_request_is_tried_again_before_it_is_believed(service: Any, connect: Any) -> None:
    """IBKR answers 1020 also to callers that it is too busy for."""
    service.first = [refused(1020)] * 2
    assert connect().fetch() == REPORT
    service.first = [refused(1020)] * 3
    with pytest.raises(BrokerError, match="code 1020: the request is not valid; check the token"):
        connect().fetch()


@pytest.mark.parametrize("reply", [refused(1018), refused(1020), Reply(status=429, body=b"slow down")])
def test_a_service_that_is_asked_too_often_is_given_time(service: Any, connect: Any, reply: Any) -> None:
    service.first, service.second = [reply], [reply]
    fake = FakeClock()
    connect(fake).fetch()
    assert fake.slept == [flex.BACK_OFF, flex.FIRST_WAIT, flex.BACK_OFF]


def test_it_gives_up_after_the_deadline(service: Any, connect: Any) -> None:
    service.second = [refused(1019)] * 100
    fake = FakeClock()
    with pytest.raises(
        BrokerError, match=r"did not arrive in 180 seconds \(code 1019: the report is being generated\)"
    ):
        connect(fake).fetch()
    assert sum(fake.slept) <= flex.DEADLINE
    assert len(service.server.requests) <= flex.MAX_TRIES + 2


def test_no_minute_has_more_than_ten_requests(service: Any, connect: Any) -> None:
    service.second = [refused(1019)] * 100
    fake, times = FakeClock(), []
    answer = service.server.answer
    service.server.answer = lambda request: times.append(fake.time) or answer(request)  # type: ignore[func-returns-value]
    with pytest.raises(BrokerError):
        connect(fake).fetch()
    assert max(sum(t <= other < t + 60 for other in times) for t in times) <= 10
    assert min(b - a for a, b in pairwise(times)) >= 1


@pytest.mark.parametrize(
    "reply", [Reply(status=503, body=b"down"), Reply(cut=0), Reply(body=REPORT, cut=150), Reply(body=b"")]
)
def test_trouble_on_the_way_is_tried_again(service: Any, connect: Any, reply: Any) -> None:
    service.second = [reply]
    assert connect().fetch() == REPORT


def test_an_answer_that_never_comes_is_bounded(service: Any, connect: Any) -> None:
    service.first = [Reply(hang=True)]
    assert connect(timeout=0.2).fetch() == REPORT


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(status=404, body=b"x"), "HTTP 404"),
        (Reply(status=302, body=b"", headers={"Location": "https://elsewhere.example/"}), "HTTP 302"),
        (Reply(body=b"<!DOCTYPE html><html>maintenance</html>"), "web page"),
        (Reply(body=b"<FlexStatementResponse><Status>Success"), "broken XML"),
        (
            Reply(body=b"<FlexStatementResponse><!ENTITY a 'b'></FlexStatementResponse>"),
            "neither a status nor a report",
        ),
        (Reply(body=b"<FlexStatementResponse>" + b" " * 30_000), "neither a status nor a report"),
        (
            Reply(body=b"<FlexStatementResponse><Status>Fail</Status></FlexStatementResponse>"),
            "status Fail without a code",
        ),
    ],
)
def test_answers_that_mean_nothing_stop_at_once(service: Any, connect: Any, reply: Any, words: str) -> None:
    service.first = [reply]
    with pytest.raises(BrokerError, match=words):
        connect().fetch()
    assert len(service.server.requests) == 1


@pytest.mark.parametrize(
    "url",
    ["https://collector.example/x", "http://localhost/GetStatement", "https://interactivebrokers.com.example/x", "x"],
)
def test_the_token_is_sent_to_ibkr_only(service: Any, connect: Any, url: str) -> None:
    service.url = url
    with pytest.raises(BrokerError, match="not IBKR's"):
        connect().fetch()


def test_a_wrong_token_and_a_wrong_query_are_told_apart(connect: Any) -> None:
    with pytest.raises(BrokerError, match="1015"):
        connect(token="999").fetch()
    with pytest.raises(BrokerError, match="1014"):
        connect(query="999").fetch()
    with pytest.raises(RequestError, match="digits only"):
        connect(query="my query")


def test_the_token_is_in_no_log_exception_or_progress(
    service: Any, connect: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything at DEBUG, including httpx and httpcore; the token was really sent, though."""
    caplog.set_level(logging.DEBUG)
    told: list[Any] = []
    service.second = [Reply(cut=3), refused(1019, f"about {FlexService.token}")]
    connect().fetch(told.append)
    service.first = [refused(1012, f"Token {FlexService.token} has expired.")]
    with pytest.raises(BrokerError) as caught:
        connect().fetch(told.append)
    assert service.server.requests[0].query["t"] == FlexService.token
    assert "SendRequest" in caplog.text
    chain = [caught.value, caught.value.__cause__, caught.value.__context__]
    assert FlexService.token not in " ".join([caplog.text, *told, *map(repr, chain)])


def test_a_secret_never_shows_itself() -> None:
    secret = Secret("hush")
    assert "hush" not in f"{secret} {secret!r} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_the_vault_asks_environment_file_and_keyring_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text('[flex]\ntoken = "from-file"\nquery_id = 42\n')
    store = SecretStore(environ={"PBAL_FLEX_TOKEN": " from-environment "}, file=file, keyring=False)
    assert store.find("flex", "token") == "from-environment"
    assert store.find("flex", "query_id") == "42"
    assert store.find("ibkr", "gateway") is None
    import keyring

    asked = []
    monkeypatch.setattr(keyring, "get_password", lambda service, name: asked.append((service, name)) or "from-keyring")  # type: ignore[func-returns-value]
    assert SecretStore(environ={}, file=tmp_path / "none.toml").find("flex", "query_id") == "from-keyring"
    assert asked == [("pbal", "flex-query-id")]


def test_a_broken_keyring_counts_as_empty_and_storing_says_what_else_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keyring
    from keyring.backends import fail

    from pbal_core.brokers.ibkr import secrets

    monkeypatch.setattr(keyring.core, "_keyring_backend", fail.Keyring())
    assert SecretStore(environ={}, file=tmp_path / "none.toml").find("flex", "token") is None
    with pytest.raises(RequestError, match="PBAL_FLEX_TOKEN"):
        secrets.store("flex-token", "x")


def test_a_broken_secrets_file_is_named_without_its_content(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text("[flex]\ntoken = 12345abc\n")
    with pytest.raises(RequestError) as caught:
        SecretStore(environ={}, file=file).find("flex", "token")
    assert "secrets.toml is not readable as TOML" in str(caught.value)
    assert "12345abc" not in str(caught.value)


def test_missing_credentials_say_how_to_store_them(tmp_path: Path) -> None:
    empty = SecretStore(environ={}, file=tmp_path / "none.toml", keyring=False)
    with pytest.raises(PbalError, match="no Flex token and no query number is stored; store them, or set"):
        flex.from_store(empty)
