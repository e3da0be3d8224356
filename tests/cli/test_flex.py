"""``pbal flex`` and ``pbal flex:``: download, plan, store, and one line when something is missing."""

from __future__ import annotations

import os
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import keyring
import pytest
from keyring.errors import NoKeyringError

from pbal_core.brokers.ibkr import flex
from pbal_core.brokers.ibkr.secrets import Secret
from pbal_core.cli import main
from tests.stand_in.clock import FakeClock
from tests.stand_in.flex import REPORT, FlexService, refused
from tests.stand_in.server import make_certificate

pytestmark = pytest.mark.whole


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A stand-in that the command finds instead of IBKR, with the credentials stored."""
    certificate = make_certificate(tmp_path)
    service = FlexService(certificate)

    def client(_vault: Any) -> Any:
        context = ssl.create_default_context(cafile=str(certificate))
        inner = httpx.HTTPTransport(verify=context, trust_env=False)
        token = Secret(service.token)
        return flex.FlexClient(token, service.query, service=service.base, inner=inner, clock=FakeClock().clock)

    monkeypatch.setattr(flex, "from_store", client)
    with service.server:
        yield service


@pytest.mark.usefixtures("service")
def test_fetch_writes_the_report_for_its_owner_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "positions.csv"
    assert main(["flex", "fetch", "-o", str(file)]) == 0
    assert file.read_bytes() == REPORT
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob("positions*")] == ["positions.csv"]
    assert capsys.readouterr().err.splitlines() == [
        "flex: IBKR is generating the report ...",
        f"{file}: 2 positions.",
    ]


def test_fetch_needs_no_choice_of_accounts_and_planning_says_how_to_choose(
    service: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f'"{account}","ABC","10","20","200","1"' for account in ("U1", "U2")]
    header = '"ClientAccountID","Symbol","Quantity","MarkPrice","PositionValue","FifoPnlUnrealized"'
    service.report = "\n".join([header, *rows]).encode()
    assert main(["flex", "fetch", "-o", str(tmp_path / "two.csv")]) == 0
    assert capsys.readouterr().err.endswith("two.csv: 2 positions.\n")
    assert main(["flex:", "-c", "500"]) == 2
    assert main(["flex:", "-c", "500", "--account", "U1"]) == 0


def test_a_report_that_is_no_positions_file_replaces_nothing(
    service: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was there stays; what was downloaded is kept beside it, for its owner only."""
    file, part = tmp_path / "positions.csv", tmp_path / "positions.csv.part"
    file.write_bytes(REPORT)
    part.write_bytes(b"")
    part.chmod(0o644)
    service.report = b'"Date","Type"\n"2026-04-01","Dividend"\n'
    assert main(["flex", "fetch", "-o", str(file)]) == 2
    assert f"{file} is as it was; what was downloaded is in {part}." in capsys.readouterr().err
    assert file.read_bytes() == REPORT
    assert part.read_bytes() == service.report
    assert stat.S_IMODE(part.stat().st_mode) == 0o600


@pytest.mark.usefixtures("service")
def test_fetch_without_a_file_writes_only_the_report_to_stdout(capsysbinary: Any) -> None:
    assert main(["flex", "fetch"]) == 0
    assert capsysbinary.readouterr().out == REPORT


@pytest.mark.usefixtures("service")
def test_flex_as_data_plans_like_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "positions.csv"
    file.write_bytes(REPORT)
    arguments = ["-c", "500", "-m", "100", "-f", "csv"]
    assert main([str(file), *arguments]) == 0
    from_file = capsys.readouterr().out
    assert main(["flex:", *arguments]) == 0
    assert capsys.readouterr().out == from_file


def test_a_refusal_is_exit_code_3_and_one_line(service: Any, capsys: pytest.CaptureFixture[str]) -> None:
    service.first = [refused(1012)]
    assert main(["flex", "fetch"]) == 3
    err = capsys.readouterr().err
    assert err.startswith("pbal: IBKR refused the Flex request, code 1012: the token has expired; make a new token")
    assert err.count("\n") == 1


@pytest.mark.usefixtures("service")
def test_a_file_that_cannot_be_written_is_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flex", "fetch", "-o", str(tmp_path / "none" / "p.csv")]) == 2
    assert "cannot be written: there is no directory" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
@pytest.mark.usefixtures("service")
def test_a_link_stays_a_link_and_a_device_a_device(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The report goes into the file that the link leads to; what is no file is not replaced by one."""
    report, link, pipe = tmp_path / "report.csv", tmp_path / "latest.csv", tmp_path / "pipe"
    link.symlink_to(report.name)
    os.mkfifo(pipe)
    assert main(["flex", "fetch", "-o", str(link)]) == 0
    assert link.is_symlink()
    assert report.read_bytes() == REPORT
    assert main(["flex", "fetch", "-o", str(pipe)]) == 2
    assert f"{pipe} is not an ordinary file; name one" in capsys.readouterr().err
    assert pipe.is_fifo()


def test_login_stores_both_in_the_keyring_and_shows_neither(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stored: dict[str, str] = {}
    monkeypatch.setattr(keyring, "get_password", lambda _service, name: stored.get(name))
    monkeypatch.setattr(keyring, "set_password", lambda _service, name, text: stored.update({name: text}))
    monkeypatch.setattr("builtins.input", lambda _prompt: " 123 ")
    monkeypatch.setattr("getpass.getpass", lambda _prompt: " 4711008150815 ")
    assert main(["flex", "login"]) == 0
    assert stored == {"flex-query-id": "123", "flex-token": "4711008150815"}
    assert "4711008150815" not in capsys.readouterr().out
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "")
    assert main(["flex", "login"]) == 2


@pytest.mark.parametrize("package", [False, True])
def test_login_asks_nothing_where_there_is_no_keyring(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], package: bool
) -> None:
    """Neither the package nor the system's own is found out after the secret was typed."""
    monkeypatch.setattr("builtins.input", lambda _prompt: pytest.fail("it asked"))
    if package:
        monkeypatch.setattr(keyring, "get_password", lambda *_names: (_ for _ in ()).throw(NoKeyringError()))
    else:
        monkeypatch.setitem(sys.modules, "keyring", None)
    assert main(["flex", "login"]) == 2
    why = "the keyring of this system is missing or locked" if package else "there is no keyring package"
    err = capsys.readouterr().err
    assert err.startswith(f"pbal: {why}")
    assert err.endswith("set the environment variables PBAL_FLEX_QUERY_ID and PBAL_FLEX_TOKEN instead.\n")


def without_httpx(*arguments: str) -> subprocess.CompletedProcess[str]:
    """``pbal`` in a Python where httpx cannot be imported."""
    code = "import sys; sys.modules['httpx'] = None; from pbal_core.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["flex", "fetch"], ["flex:"]])
def test_without_the_extra_one_line_says_how_to_install_it(arguments: list[str]) -> None:
    done = without_httpx(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        'pbal: this needs packages that are not installed; install them with: pip install "httpx>=0.28" "keyring>=25"\n'
    )


def test_without_the_extra_everything_else_works(tmp_path: Path) -> None:
    file = tmp_path / "positions.csv"
    file.write_bytes(REPORT)
    done = without_httpx(str(file), "-c", "500", "-m", "100")
    assert done.returncode == 0, done.stderr
    assert "ABC" in done.stdout


def test_importing_the_core_and_the_command_loads_no_network_library() -> None:
    code = "import sys, pbal_core.cli.plan, pbal_core.brokers; print({'httpx', 'keyring'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
