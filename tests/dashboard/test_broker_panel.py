"""The broker section of the page: absent for strangers, and at home the same steps as the command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pbal_core.brokers.ibkr.secrets import SecretStore
from pbal_core.brokers.ibkr.settings import GatewaySettings
from pbal_core.dashboard import broker_panel
from pbal_core.errors import BrokerError, RequestError
from tests.stand_in.clock import FakeClock
from tests.stand_in.gateway import Gateway
from tests.stand_in.server import make_certificate
from tests.stand_in.trading import POSITIONS, configure

pytestmark = pytest.mark.whole

APP = str(Path(__file__).parent.parent.parent / "streamlit_app.py")


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """A stand-in gateway that is configured, on a page bound to the loopback address."""
    fake = FakeClock()
    gateway = Gateway(make_certificate(tmp_path), now=lambda: fake.time)
    configure(monkeypatch, gateway, fake, tmp_path)
    with gateway.server:
        yield gateway


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The page is bound to the loopback address, as ``make app`` does, and the visitor sits at this machine."""
    # AppTest has no visitor and no request.
    monkeypatch.setattr("pbal_core.dashboard.broker_panel.visitor", lambda: None)
    monkeypatch.setattr("pbal_core.dashboard.broker_panel.headers", lambda: {"Host": "localhost:8501"})
    before = st.get_option("server.address")
    st.config.set_option("server.address", "localhost")
    yield
    st.config.set_option("server.address", before)


@pytest.fixture
def app() -> AppTest:
    """The page with positions that the stand-in holds too, and 2,260 dollars to invest in steps of 10."""
    app = AppTest.from_file(APP, default_timeout=60)
    app.session_state["cash"], app.session_state["min_trade"] = 2260, 10
    app.run()
    return app.file_uploader(key="upload").set_value(("positions.csv", POSITIONS.encode(), "text/csv")).run()


def sections(app: AppTest) -> list[str]:
    return [block.label for block in app.expander if "Interactive Brokers" in block.label]


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if label in button.label).click().run()


def typed(app: AppTest) -> Any:
    """Where the last four digits are typed."""
    return next(box for box in app.text_input if "last four digits" in box.label)


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in app.text)


@pytest.mark.usefixtures("gateway", "at_home")
@pytest.mark.parametrize("address", ["203.0.113.7", "192.168.1.20"])
def test_a_visitor_from_elsewhere_sees_nothing(app: AppTest, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """A forwarded port does not make a stranger the user."""
    monkeypatch.setattr("pbal_core.dashboard.broker_panel.visitor", lambda: address)
    app.run()
    assert sections(app) == []


@pytest.mark.usefixtures("gateway", "at_home")
def test_a_visitor_through_a_proxy_sees_nothing(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy on this machine makes every visitor look local; what it adds to the request gives it away."""
    found = {"Host": "localhost:8501", "X-Forwarded-For": "203.0.113.7"}
    monkeypatch.setattr("pbal_core.dashboard.broker_panel.headers", lambda: found)
    app.run()
    assert sections(app) == []


@pytest.mark.usefixtures("gateway")
def test_strangers_see_nothing(app: AppTest) -> None:
    """Bound to every network, as a shared deployment is, there is no section, even with a gateway configured."""
    assert sections(app) == []


@pytest.mark.usefixtures("at_home")
def test_without_a_gateway_there_is_nothing(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """At home without a configured gateway the page stays as it is."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    app.run()
    assert sections(app) == []


@pytest.mark.usefixtures("at_home")
def test_preview_then_the_digits_then_orders(gateway: Any, app: AppTest) -> None:
    """A preview sends nothing; wrong digits send nothing; the right ones send the plan, and the report is shown."""
    app.run()
    assert sections(app) == ["Trade at Interactive Brokers"]
    press(app, "Preview at the broker")
    assert not app.exception
    assert not gateway.sent
    shown = next(frame.value for frame in app.dataframe if "Quote" in frame.value)
    assert list(shown["Symbol"]) == ["BND"]
    typed(app).set_value("1234")
    press(app, "Send 1 orders")
    assert "not the end of the account's number" in texts(app)
    assert not gateway.sent
    press(app, "Preview at the broker")
    typed(app).set_value("4567")
    press(app, "Send 1 orders")
    assert not app.exception
    assert gateway.positions[1002] == 130
    assert "1 of 1 orders traded" in texts(app)


@pytest.mark.usefixtures("at_home")
def test_each_confirmation_is_typed_anew(gateway: Any, app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Digits that were typed for one preview do not stand there for the next, nor for going on with a run."""
    press(app.run(), "Preview at the broker")
    typed(app).set_value("4567").run()
    press(app, "Preview at the broker")
    assert typed(app).value == ""
    typed(app).set_value("4567").run()

    def interrupted(*_arguments: Any, **_named: Any) -> None:
        raise BrokerError("the connection was cut")

    with monkeypatch.context() as cut:
        cut.setattr("pbal_core.brokers.ibkr.client_portal.ClientPortal.send", interrupted)
        press(app, "Send 1 orders")
    assert "The run is open." in texts(app)
    assert not gateway.book


@pytest.mark.usefixtures("at_home")
def test_a_changed_plan_is_previewed_anew(gateway: Any, app: AppTest) -> None:
    """A proposal belongs to one plan: after the cash changes it cannot be sent any more."""
    press(app.run(), "Preview at the broker")
    app.session_state["cash"] = 4000
    app.run()
    assert not [button for button in app.button if button.label.startswith("Send")]
    assert not gateway.sent


@pytest.mark.usefixtures("at_home")
def test_a_question_that_is_not_on_the_list_stops(gateway: Any, app: AppTest) -> None:
    """The report names the question; with it on the list the same plan goes through."""
    gateway.questions = {1002: [["o163"]]}
    press(app.run(), "Preview at the broker")
    typed(app).set_value("4567")
    press(app, "Send 1 orders")
    assert not app.exception
    assert "because the broker asked (o163)" in texts(app)
    assert gateway.positions[1002] == 100
    app.multiselect(key="broker_allow").set_value(["o163", "o403"])
    press(app, "Preview at the broker")
    typed(app).set_value("4567")
    press(app, "Send 1 orders")
    assert not app.exception
    assert gateway.positions[1002] == 130


@pytest.mark.usefixtures("at_home")
def test_an_interrupted_run_is_offered_first(gateway: Any, app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unfinished run in the journal comes before anything new; ending it makes room for a new plan."""
    press(app.run(), "Preview at the broker")
    typed(app).set_value("4567")

    def interrupted(*_arguments: Any, **_named: Any) -> None:
        raise BrokerError("the connection was cut")

    with monkeypatch.context() as cut:
        cut.setattr("pbal_core.brokers.ibkr.client_portal.ClientPortal.send", interrupted)
        press(app, "Send 1 orders")
    app.run()
    assert any("interrupted" in warning.value for warning in app.warning)
    assert not [button for button in app.button if "Preview" in button.label]
    press(app, "end the run")
    assert not app.exception
    assert "Not known: buy 30 BND" in texts(app)
    assert [button for button in app.button if "Preview" in button.label]
    assert not gateway.book


@pytest.mark.usefixtures("at_home")
def test_the_page_names_controls_and_no_options(gateway: Any, app: AppTest) -> None:
    """What to do is said in the words of the page."""
    gateway.paper = False
    press(app.run(), "Preview at the broker")
    assert 'Tick "Real money".' in texts(app)
    assert "--" not in texts(app)


def place(app: AppTest, digits: str = "4567") -> AppTest:
    press(app.run(), "Preview at the broker")
    typed(app).set_value(digits)
    return press(app, "Send 1 orders")


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize(
    "failure", [RequestError("the journal cannot be written: disk full."), RuntimeError("surprise")]
)
@pytest.mark.parametrize(
    ("step", "headline"), [("sending", "Nothing was sent, and the run is open."), ("move", "The run is not finished.")]
)
def test_the_headline_of_a_failure_is_true(
    gateway: Any, app: AppTest, monkeypatch: pytest.MonkeyPatch, *, failure: Any, step: str, headline: str
) -> None:
    """Whether orders are out is in the journal: a full disk after an order was sent is not "Nothing was sent"."""

    def fail(*_arguments: Any, **_named: Any) -> None:
        raise failure

    monkeypatch.setattr(f"pbal_core.brokers.journal.Journal.{step}", fail)
    place(app)
    assert headline in [error.value for error in app.error]
    assert ("Orders that were sent may still trade" in texts(app)) == (step == "move") == (len(gateway.book) == 1)
    assert ("disk full" in texts(app)) == isinstance(failure, RequestError)


@pytest.mark.usefixtures("at_home")
def test_wrong_digits_send_nothing_and_the_headline_says_so(gateway: Any, app: AppTest) -> None:
    place(app, "1234")
    assert [error.value for error in app.error] == ["This did not work."]
    assert not gateway.sent


@pytest.mark.parametrize(
    ("address", "visitor", "stored", "may"),
    [
        ("localhost", None, True, True),
        ("127.0.0.1", "127.0.0.1", True, True),
        ("::1", "::1", True, True),
        ("localhost", None, False, False),
        (None, None, True, False),
        ("", None, True, False),
        ("0.0.0.0", "127.0.0.1", True, False),
        ("localhost", "203.0.113.9", True, False),
    ],
)
def test_a_page_trades_only_on_the_users_own_machine(
    tmp_path: Path, address: str | None, visitor: str | None, stored: bool, may: bool
) -> None:
    environ = {"PBAL_IBKR_CERTIFICATE": "own.pem"} if stored else {}
    secrets = SecretStore(environ=environ, file=tmp_path / "none.toml", keyring=False)
    assert (
        broker_panel.may_trade_here(address, visitor, {"Host": "localhost:8501"}, GatewaySettings.stored(secrets))
        is may
    )


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        ({"Host": "localhost:8501", "Origin": "http://localhost:8501"}, True),
        ({"host": "127.0.0.1:8501"}, True),
        ({"Host": "[::1]:8501", "Origin": "http://[::1]:8501"}, True),
        ({"Host": "LOCALHOST"}, True),
        ({}, False),
        ({"Host": ""}, False),
        ({"Host": "[::1"}, False),
        ({"Host": "portfolio.example"}, False),
        ({"Host": "localhost.portfolio.example:8501"}, False),
        ({"Host": "localhost@portfolio.example:8501"}, False),
        ({"Host": "localhost:8501", "Origin": "https://portfolio.example"}, False),
        ({"Host": "localhost:8501", "Origin": "null"}, False),
        ({"Host": "localhost:8501", "X-Forwarded-For": "127.0.0.1"}, False),
        ({"Host": "localhost:8501", "x-forwarded-host": "portfolio.example"}, False),
        ({"Host": "localhost:8501", "X-Real-Ip": "203.0.113.7"}, False),
        ({"Host": "localhost:8501", "Forwarded": "for=203.0.113.7"}, False),
        ({"Host": "localhost:8501", "Via": "1.1 proxy"}, False),
        ({"Host": "localhost:8501", "Cf-Connecting-Ip": "203.0.113.7"}, False),
    ],
)
def test_a_page_behind_a_proxy_does_not_trade(headers: dict[str, Any], may: bool) -> None:
    """Behind a proxy on the same machine every visitor is local; the name asked for and the proxy's marks are not."""
    assert broker_panel.may_trade_here("localhost", None, headers, GatewaySettings(fingerprint="ab")) is may
