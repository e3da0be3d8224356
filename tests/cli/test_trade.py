"""``pbal trade`` from the command line to the stand-in's order book."""

from __future__ import annotations

import io
import logging
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pbal_core.brokers.connection import open_report
from pbal_core.brokers.execution import Execution
from pbal_core.brokers.ibkr.secrets import SecretStore
from pbal_core.brokers.ibkr.settings import GatewaySettings
from pbal_core.cli import main
from pbal_core.cli.trade import _request_of
from pbal_core.errors import RequestError
from tests.known import known
from tests.stand_in.clock import FakeClock
from tests.stand_in.gateway import COOKIE, Gateway
from tests.stand_in.server import Reply, make_certificate
from tests.stand_in.trading import POSITIONS, begin_anew, configure

pytestmark = pytest.mark.whole


class Terminal(io.StringIO):
    def __init__(self, text: str, *, tty: bool = True) -> None:
        super().__init__(text)
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    fake = FakeClock()
    gateway = Gateway(make_certificate(tmp_path_factory.mktemp("tls")), now=lambda: fake.time, limits=True)
    with gateway.server:
        yield gateway, fake


@pytest.fixture
def gateway(running: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    gateway, fake = running
    begin_anew(gateway, fake)
    configure(monkeypatch, gateway, fake, tmp_path)
    (tmp_path / "positions.csv").write_text(POSITIONS)
    monkeypatch.chdir(tmp_path)
    return gateway


@pytest.fixture
def trade(running: Any, gateway: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command with what the user types; returns exit code, stdout, stderr."""

    def trade(*arguments: str, typed: str = "", tty: bool = True) -> Any:
        running[1].time += 1  # no command starts sooner after another
        monkeypatch.setattr("sys.stdin", Terminal(typed, tty=tty))
        code = main(["trade", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    assert gateway.book == {}
    return trade


PLAN = ("positions.csv", "-c", "2260", "-m", "10")


def test_the_dry_run_is_the_default_and_sends_nothing(gateway: Any, trade: Any, tmp_path: Path) -> None:
    code, out, err = trade(*PLAN)
    assert code == 0, err
    lines = out.splitlines()
    assert lines[0].split()[:7] == ["Action", "Shares", "Symbol", "Quote", "Limit", "Value", "Commission"]
    assert len(lines) == 3
    assert lines[2].split()[:7] == ["Buy", "30", "BND", "$75.01", "$75.16", "$2,254.80", "1"]
    assert "No order was sent. Add --place to trade." in err
    assert "paper account (play money) DU1...:" in err
    assert "o403 (the order will probably trade at once)" in err
    assert not gateway.sent
    assert not (tmp_path / "journal.sqlite3").exists()
    assert trade(*PLAN, "--dry-run")[:2] == (0, out)


def test_place_asks_for_the_last_four_digits_and_trades(gateway: Any, trade: Any) -> None:
    code, out, err = trade(*PLAN, "--place", typed="4567\n")
    assert code == 0, err
    assert "Type the last four digits of the account to send 1 order: " in err
    assert "Buy 30 BND at $75.16: sent (PreSubmitted)" in err
    assert "1 of 1 orders traded: $2,254.80 paid in all, and about $1.00 of commission." in out
    assert gateway.positions[1002] == 130


@pytest.mark.parametrize("typed", ["", "\n", "1234\n", "yes\n", "DU1234567\n"])
def test_anything_else_typed_sends_nothing(gateway: Any, trade: Any, typed: str, tmp_path: Path) -> None:
    code, _out, err = trade(*PLAN, "--place", typed=typed)
    assert code == 2
    assert err.endswith("pbal: that is not the end of the account's number; nothing was sent.\n")
    assert not gateway.sent
    assert not (tmp_path / "journal.sqlite3").exists()


def test_a_live_account_needs_live(gateway: Any, trade: Any) -> None:
    gateway.paper = False
    code, out, err = trade(*PLAN, "--place", typed="4567\n")
    assert code == 1
    assert "$2,254.80" in out  # the preview is shown, and nothing is asked
    assert "Type the last" not in err
    assert "pbal: the account ***4567 is not a paper account; confirm that real money is meant (--live)." in err
    assert not gateway.sent
    code, out, err = trade(*PLAN, "--live", "--place", typed="4567\n")
    assert code == 0, err
    assert "LIVE account (real money)" in err
    assert len(gateway.book) == 1


def test_all_objections_are_told_at_once(gateway: Any, trade: Any) -> None:
    gateway.paper = False
    gateway.market_open = False
    gateway.positions[1001] = 44
    code, out, err = trade(*PLAN)
    assert (code, out) == (1, "")
    assert "is not a paper account" in err
    assert "the market is closed; it opens Monday 06 April at 09:30 US/Eastern time." in err
    assert "VTI: the plan counts on 40 shares and the account holds 44" in err


def test_the_accounts_own_positions_can_be_planned_with(gateway: Any, trade: Any) -> None:
    code, out, err = trade("ibkr:", *PLAN[1:], "--place", typed="4567\n")
    assert code == 0, err
    assert "$2,254.80" in out
    assert gateway.positions[1002] == 130


def test_a_hard_rebalance_sells_first_and_says_when_the_money_will_not_do(gateway: Any, trade: Any) -> None:
    """The sales bring a little less and the purchases cost a little more than in the plan: a share less is bought."""
    code, out, err = trade("positions.csv", "-s", "hard_rebalance", "-m", "10", "--place", typed="4567\n")
    assert code == 1, err
    assert "the purchases may cost $32.22 more than there is for them; then fewer shares are bought." in err
    assert "BND: 16 instead of 17, for the cash there is." in err
    assert [order.side for order in gateway.book.values()] == ["SELL", "BUY"]
    assert "Left of the plan: buy 1 BND." in out
    assert gateway.cash >= 50_000


def interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while purchases are watched, once."""
    watch = Execution._watch

    def stop(execution: Any, run: Any, **options: Any) -> Any:
        if not execution._journal.orders(run, "working"):
            return watch(execution, run, **options)
        monkeypatch.setattr(Execution, "_watch", watch)
        raise KeyboardInterrupt

    monkeypatch.setattr(Execution, "_watch", stop)


def test_an_interrupted_run_is_ended_and_the_rest_is_planned_anew(
    gateway: Any, trade: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten of thirty shares had traded: the next plan buys twenty, as the first one was asked for."""
    gateway.fill = lambda order: 10 if not order.filled else 0
    interrupt(monkeypatch)
    code, _out, err = trade(*PLAN, "--place", typed="4567\n")
    assert code == 130
    assert "Orders that were sent may still trade, and the run is open. pbal trade --resume" in err
    assert err.endswith("pbal: interrupted\n")
    code, out, _err = trade("--status")
    assert code == 0
    assert "working" in out
    code, _out, err = trade(*PLAN, "--place", typed="4567\n")
    assert code == 2
    assert err.startswith("pbal: an earlier run is not finished; end it first (pbal trade --resume, which")
    code, out, err = trade("--resume")
    assert code == 0, err
    assert "Left of the plan: buy 20 BND." in out
    assert "A new plan for the rest, from what the account holds now and $1,507.40 of cash:" in err
    assert out.splitlines()[-1].split()[:3] == ["Buy", "20", "BND"]
    assert "No order was sent. Add --place to trade." in err
    assert len(gateway.book) == 1
    assert trade("--resume")[2] == "There is no interrupted run.\n"


def test_the_rest_is_planned_with_the_defaults_of_its_run(
    gateway: Any, trade: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What somebody configured since then is for new plans; a journal from before defaults were kept is still read."""
    gateway.fill = lambda order: 10 if not order.filled else 0
    interrupt(monkeypatch)
    assert trade(*PLAN, "--place", typed="4567\n")[0] == 130
    monkeypatch.setenv("PBAL_NEVER_BUY", "BND")
    code, out, err = trade("--resume")
    assert code == 0, err
    assert out.splitlines()[-1].split()[:3] == ["Buy", "20", "BND"]
    assert _request_of('["positions.csv", "-c", "100"]') == (["positions.csv", "-c", "100"], None)


def test_the_rest_can_be_traded_at_once(gateway: Any, trade: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(monkeypatch)
    gateway.fill = lambda _order: 0
    assert trade(*PLAN, "--place", typed="4567\n")[0] == 130
    gateway.fill = lambda order: order.shares if len(gateway.book) > 1 else 0
    code, _out, err = trade("--resume", "--place", typed="4567\n")
    assert code == 0, err
    assert [order.status for order in gateway.book.values()] == ["Cancelled", "Filled"]
    assert gateway.positions[1002] == 130
    assert open_report() is None


def test_cancel_ends_an_open_run_without_asking(gateway: Any, trade: Any) -> None:
    lost = [1]
    gateway.fault = lambda r: Reply(body={}, cut=0) if r.path.endswith("567/orders") and lost and lost.pop() else None
    code, out, _err = trade(*PLAN, "--place", typed="4567\n")
    assert code == 1
    assert "sent, no answer" in out
    assert "pbal trade --resume ends the run and shows a plan for the rest; pbal trade --cancel only ends it." in out
    code, out, _err = trade("--status")
    assert code == 0
    assert "Stopped: BND: it is not known whether the broker has the order" in out
    code, out, _err = trade("--cancel")
    assert code == 1
    assert "not found at the broker" in out
    assert open_report() is None
    assert not gateway.book


def test_a_question_can_be_answered_at_the_terminal(gateway: Any, trade: Any) -> None:
    gateway.questions[1002] = [["o163"]]
    code, _out, err = trade(*PLAN, "--place", typed="4567\nyes\n")
    assert code == 0, err
    assert "The broker asks about BUY 30 BND (o163):\nQuestion o163: are you sure" in err


def test_a_closed_error_stream_does_not_break_off_a_run(
    gateway: Any, trade: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody reads what happens then; the orders are watched to their end all the same."""

    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            if "sent (" in text or gateway.book:
                raise BrokenPipeError
            return super().write(text)

    gateway.fill = lambda order: min(10, order.shares - order.filled)
    monkeypatch.setattr("sys.stderr", Closed())
    code, out, _err = trade(*PLAN, "--place", typed="4567\n")
    assert (code, "1 of 1 orders traded" in out) == (0, True)
    assert open_report() is None


def test_a_question_that_nobody_can_read_is_answered_with_no(
    gateway: Any, trade: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            if gateway.pending:
                raise BrokenPipeError
            return super().write(text)

    gateway.questions[1002] = [["o163"]]
    monkeypatch.setattr("sys.stderr", Closed())
    code, out, _err = trade(*PLAN, "--place", typed="4567\nyes\n")
    assert (code, "because the broker asked (o163)" in out) == (1, True)
    assert not gateway.book


def test_a_broker_that_fails_in_the_middle_leaves_word_of_the_open_run(gateway: Any, trade: Any) -> None:
    gateway.fault = lambda r: Reply(status=401, body=b"") if "/order/status/" in r.path else None
    code, _out, err = trade(*PLAN, "--place", typed="4567\n")
    assert code == 3
    assert "Orders that were sent may still trade, and the run is open. pbal trade --resume" in err
    assert "Stopped: nobody is logged in at the gateway" in trade("--status")[1]


@pytest.mark.parametrize("failure", [RuntimeError("surprise"), RequestError("the disk is full."), KeyboardInterrupt()])
@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("sending", "\nNothing was sent, and the run is open. pbal trade --resume"),
        ("move", "\nOrders that were sent may still trade, and the run is open. pbal trade"),
    ],
)
def test_whatever_breaks_a_run_off_there_is_word_of_it(
    gateway: Any, trade: Any, monkeypatch: pytest.MonkeyPatch, *, failure: Any, step: str, words: str
) -> None:
    """A bug, a full disk, Ctrl-C: whether orders are out is said before what went wrong."""

    def fail(*_arguments: Any, **_named: Any) -> None:
        raise failure

    monkeypatch.setattr(f"pbal_core.brokers.journal.Journal.{step}", fail)
    code, _out, err = trade(*PLAN, "--place", typed="4567\n")
    assert code == {RuntimeError: 70, RequestError: 2, KeyboardInterrupt: 130}[type(failure)]
    assert words in err
    assert len(gateway.book) == (step == "move")


def test_a_journal_that_cannot_be_read_any_more_does_not_hide_what_went_wrong(
    gateway: Any, trade: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any, **_named: Any) -> None:
        monkeypatch.setattr("pbal_core.brokers.journal.Journal.open_run", fail)
        raise sqlite3.DatabaseError("malformed")

    monkeypatch.setattr("pbal_core.brokers.journal.Journal.move", fail)
    code, _out, err = trade(*PLAN, "--place", typed="4567\n")
    assert (code, len(gateway.book)) == (70, 1)
    assert "Orders may have been sent, and the journal cannot be read; look at your orders at the broker." in err
    assert "DatabaseError: malformed" in err


def test_a_run_of_real_money_is_ended_without_more_ado(gateway: Any, trade: Any) -> None:
    """Cancelling needs no permission; trading the rest does."""
    gateway.paper = False
    gateway.fill = lambda _order: 0
    gateway.fault = lambda r: Reply(status=401, body=b"") if "/order/status/" in r.path else None
    assert trade(*PLAN, "--live", "--place", typed="4567\n")[0] == 3
    gateway.fault = lambda _request: None
    code, _out, err = trade("--resume", "--place", typed="4567\n")
    assert code == 1
    assert "is not a paper account; confirm that real money is meant (--live)." in err
    assert open_report() is None
    assert len(gateway.book) == 1


def test_an_order_that_was_sent_and_never_found_is_called_unknown(gateway: Any, trade: Any) -> None:
    """It may trade yet, so it is neither "not sent" nor left of the plan, and a new plan must not buy it again."""
    lost = [1]
    gateway.twist = lambda r, reply: Reply(cut=0) if r.path.endswith("567/orders") and lost and lost.pop() else reply
    gateway.fill = lambda _order: 0
    gateway.invisible_for = 10_000
    assert trade(*PLAN, "--place", typed="4567\n")[0] == 1
    code, out, _err = trade("--cancel")
    assert code == 1
    assert "unknown, not found" in out
    assert "Not known: buy 30 BND; sent, and not found at the broker. Look at your orders there" in out
    assert "not sent" not in out
    assert "Left of the plan" not in out
    assert len(gateway.book) == 1


def test_the_table_is_out_before_the_question_about_it(
    gateway: Any, trade: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also into a pipe or a file, where Python keeps what is printed until it has enough."""
    raw = io.BytesIO()
    seen = []

    class Asked(Terminal):
        def readline(self, *_size: Any) -> Any:
            seen.append(raw.getvalue().decode())
            return "0000\n" if len(seen) == 1 else "4567\n"

    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BufferedWriter(raw), write_through=False))
    monkeypatch.setattr(sys.modules[__name__], "Terminal", Asked)
    lost = [1]
    assert trade(*PLAN, "--place")[0] == 2
    gateway.fault = lambda r: Reply(cut=0) if r.path.endswith("567/orders") and lost and lost.pop() else None
    assert trade(*PLAN, "--place")[0] == 1
    assert ["$2,254.80" in text for text in seen] == [True, True]


def test_without_a_terminal_a_question_is_answered_with_no(gateway: Any, trade: Any) -> None:
    gateway.questions[1002] = [["o163"]]
    code, out, _err = trade(*PLAN, "--place", typed="4567\nyes\n", tty=False)
    assert code == 1
    assert "Stopped: BND was not bought, because the broker asked (o163)" in out
    assert not gateway.book
    assert open_report() is None
    assert trade(*PLAN, "--place", "--allow", "o163", typed="4567\n", tty=False)[0] == 0


def test_an_ambiguous_symbol_is_chosen_by_option_or_at_the_terminal(gateway: Any, trade: Any, tmp_path: Path) -> None:
    (tmp_path / "positions.csv").write_text(POSITIONS + '"NEW","0","60","0",""\n')
    row = {"exchange": "NYSE", "isUS": True}
    gateway.foreign["NEW"] = [
        {"name": name, "assetClass": "STK", "contracts": [{"conid": conid, **row}]}
        for name, conid in (("ONE", 1003), ("TWO", 1004))
    ]
    code, _out, err = trade(*PLAN, tty=False)
    assert code == 2
    assert "choose one (--contract NEW=1003)" in err
    assert trade(*PLAN, "--contract", "NEW=1003", tty=False)[0] == 0
    code, out, err = trade(*PLAN, typed="1\n")
    assert (code, "NEW" in out) == (0, True), err
    assert "  1  ONE, NYSE\n  2  TWO, NYSE" in err
    assert trade(*PLAN, typed="7\n")[0] == 2


@pytest.mark.parametrize(
    ("contract", "words"),
    [
        ("VXUS=1003", "contract VXUS=1003: the plan has no VXUS; write it as"),
        ("bnd=1002", "the plan has no bnd"),
        ("BND=9009", "contract BND=9009: BND may mean BND (held, in USD, 1002), not 9009."),
        ("NEW=1", "may mean NEW FUND (ARCA, 1003), not 1"),
    ],
)
def test_a_named_contract_is_honoured_or_refused(
    gateway: Any, trade: Any, tmp_path: Path, contract: str, words: str
) -> None:
    """Never ignored: whoever names a stock would be shown, and buy, another one."""
    if contract.startswith("NEW"):
        (tmp_path / "positions.csv").write_text(POSITIONS + '"NEW","0","60","0",""\n')
        gateway.names["NEW"] = 1003
    code, out, err = trade(*PLAN, "--contract", contract)
    assert (code, out) == (2, "")
    assert words in err
    good = "NEW=1003" if contract.startswith("NEW") else "BND=1002"
    code, out, err = trade(*PLAN, "--contract", good)
    assert code == 0, err
    symbol, conid = good.split("=")
    assert conid in next(line for line in out.splitlines() if f" {symbol} " in line).split()


def test_what_the_account_holds_besides_the_file_is_told(gateway: Any, trade: Any) -> None:
    """A plan that knows only a part of the account has weights of that part."""
    gateway.positions[1003] = 500
    _code, _out, err = trade(*PLAN)
    assert "Warning: the account also holds 500 VXUS; the plan's file does not" in err
    assert "also holds" not in trade("ibkr:", *PLAN[1:])[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*PLAN, "--contract", "A=1", "--contract", "A=2"), "--contract names two stocks for A"),
        ((*PLAN, "--slip", "9"), "--slip is 9; a percent from 0 to 5 is needed"),
        ((*PLAN, "--slip", "9", "--gateway", "https://localhost:1"), "--slip is 9; a percent from 0 to 5 is needed"),
        ((*PLAN, "--wait", "0"), "--wait is 0; a number above 0"),
        ((*PLAN, "--max-total", "x"), '--max-total "x" is not a number'),
        ((*PLAN, "--contract", "A"), "SYMBOL=CONID is needed"),
        (("-", "--place"), "give the positions as a file"),
        (("--resume", "positions.csv"), "an interrupted run keeps its own plan"),
        ((*PLAN, "--fingerprint", "12"), "64 hexadecimal digits"),
        ((*PLAN, "--gateway", "http://x"), "is not a gateway's address"),
        ((*PLAN, "--drift", "-f", "csv"), "the plan of one account; leave out --drift, --format."),
        ((*PLAN, "--household", "home.toml"), "the plan of one account; leave out --household."),
        ((*PLAN, "--bogus"), "unrecognized arguments: --bogus"),
        (("none.csv",), "no file"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(trade: Any, arguments: Any, words: str) -> None:
    code, out, err = trade(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_a_broker_that_fails_is_exit_code_3(gateway: Any, trade: Any) -> None:
    gateway.logged_in = False
    code, _out, err = trade(*PLAN)
    assert code == 3
    assert err.startswith("pbal: nobody is logged in at the gateway; open https://localhost:")


def test_no_certificate_says_so(trade: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PBAL_IBKR_CERTIFICATE")
    code, _out, err = trade(*PLAN)
    assert (code, err) == (
        2,
        "pbal: give the gateway's own certificate: --certificate FILE, or its SHA-256: --fingerprint HEX.\n",
    )


def test_without_the_extra_one_line_says_how_to_install_it() -> None:
    code = "import sys; sys.modules['httpx'] = None; from pbal_core.cli import main; sys.exit(main(['trade']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert 'pip install "httpx>=0.28" "keyring>=25"' in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_secret_is_in_the_journal_the_log_or_the_output(
    gateway: Any, trade: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The session's identifier goes over the wire (the stand-in sends it), and nowhere else."""
    caplog.set_level(logging.DEBUG)
    looks = iter(range(100))
    gateway.fill = lambda order: order.shares if next(looks) > 30 else 0  # long enough for a tickle
    replies = []
    gateway.twist = lambda _request, reply: replies.append(reply) or reply  # type: ignore[func-returns-value]
    code, out, err = trade(*PLAN, "--place", typed="4567\n")
    assert code == 0, err
    assert any("0123456789abcdef" in str(reply.body) for reply in replies)
    files = b"".join(path.read_bytes() for path in tmp_path.glob("journal.sqlite3*"))
    assert b"pbal-" in files
    assert any(COOKIE in str(reply.headers) for reply in replies)
    for secret in ("0123456789abcdef", "AA:BB:CC", COOKIE):
        assert secret not in caplog.text + out + err
        assert secret.encode() not in files
    assert (tmp_path / "journal.sqlite3").stat().st_mode & 0o077 == 0


def test_a_half_answer_to_the_preview_is_a_failure_of_the_broker(gateway: Any, trade: Any) -> None:
    gateway.twist = lambda r, reply: Reply(body=reply.body, cut=60) if r.path.endswith("whatif") else reply
    code, _out, err = trade(*PLAN)
    assert code == 3
    assert "broke before the whole answer had arrived" in err


# -- the desk
def test_settings_come_from_arguments_then_from_the_store(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text('[ibkr]\ngateway = "https://127.0.0.1:5001"\nfingerprint = "ab"\naccount = "4567"\n')
    secrets = SecretStore(environ={}, file=file, keyring=False)
    stored = known(GatewaySettings.stored(secrets))
    assert (stored.base, stored.certificate, stored.fingerprint, stored.account) == (
        "https://127.0.0.1:5001", None, "ab", "4567",
    )  # fmt: skip
    given = known(GatewaySettings.stored(secrets, certificate="own.pem", base="https://h:1"))
    assert (str(given.certificate), given.fingerprint, given.base) == ("own.pem", None, "https://h:1")


def test_settings_never_open_the_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may ask for a password, and a page is drawn often."""
    import keyring

    monkeypatch.setattr(keyring, "get_password", lambda *_: pytest.fail("the keyring was asked"))
    assert GatewaySettings.stored(SecretStore(environ={}, file=tmp_path / "none.toml")) is None
