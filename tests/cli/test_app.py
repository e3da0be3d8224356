"""``pbal app``: what it starts, and what it refuses before anything is started."""

from __future__ import annotations

import importlib.util
import runpy
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pbal_core.cli import main
from pbal_core.dashboard import start

ROOT = Path(__file__).parent.parent.parent
SCRIPT = Path(start.__file__).parent / "streamlit_app.py"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines that Streamlit would have been started with."""
    seen: list[list[str]] = []
    monkeypatch.setattr(sys, "argv", sys.argv)
    monkeypatch.setattr(runpy, "run_module", lambda name, **_: seen.append([name, *sys.argv[1:]]))
    return seen


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_it_serves_this_computer_alone(started: list[list[str]], busy_port: int) -> None:
    """The address is localhost, whatever else is said."""
    port = busy_port + 1 if busy_port < 65535 else busy_port - 1
    assert main(["app", "--headless", "--port", str(port)]) == 0
    (words,) = started
    assert words[:3] == ["streamlit", "run", str(SCRIPT)]
    assert "--server.address=localhost" in words
    assert f"--server.port={port}" in words
    assert "--server.headless=true" in words


def test_a_file_is_handed_on_by_its_full_name(
    started: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page may run in another folder; a name that looks like an option stays a name."""
    (tmp_path / "--mine.csv").write_text("Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVTI,1000,250,0\n")
    monkeypatch.chdir(tmp_path)
    assert main(["app", "--port", "8973", "--", "--mine.csv"]) == 0
    assert started[0][-2:] == ["--", str(tmp_path / "--mine.csv")]
    assert "--server.headless=true" not in started[0]


def test_a_busy_port_names_another(
    started: list[list[str]], busy_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says what to do, and nothing is started."""
    assert main(["app", "--port", str(busy_port)]) == 2
    assert f"port {busy_port} is in use" in (err := capsys.readouterr().err)
    assert "--port " in err
    assert started == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.csv"], "there is no file "),
        (["."], "is a directory"),
        (["--port", "0"], "is not a port"),
        (["--port", "70000"], "is not a port"),
        (["--port", "many"], "is not a whole number"),
    ],
)
@pytest.mark.usefixtures("empty_folder")
def test_refused(
    started: list[list[str]], capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """A mistake is one line, before anything is started."""
    assert main(["app", *arguments]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
    assert started == []


def test_the_light_install_says_what_the_page_needs(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without streamlit there is a line that installs what is missing."""
    found = importlib.util.find_spec
    missing = {"streamlit"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in missing else found(name))
    assert main(["app"]) == 2
    assert capsys.readouterr().err == "pbal: the dashboard needs streamlit: pip install streamlit\n"
    missing |= {"pandas", "plotly"}
    assert main(["app"]) == 2
    said = "pbal: the dashboard needs streamlit, pandas and plotly: pip install streamlit pandas plotly\n"
    assert capsys.readouterr().err == said
    assert started == []


def test_the_settings_are_those_of_the_clone() -> None:
    """What the wheel carries is what ``streamlit run streamlit_app.py`` reads in a clone."""
    carried = SCRIPT.parent / ".streamlit" / "config.toml"
    assert carried.read_bytes() == (ROOT / ".streamlit" / "config.toml").read_bytes()
