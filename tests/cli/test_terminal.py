"""What a person at a terminal sees, and what a script reads; interrupts, locales and encodings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pbal_core.cli import main
from pbal_core.cli.progress import progress

pytestmark = pytest.mark.whole

pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")

ROOT = Path(__file__).parent.parent.parent
SAMPLE = str(ROOT / "pbal_core" / "sample" / "positions.csv")
ASKED = [SAMPLE, "-c", "5000", "-m", "100"]


def at_a_terminal(*arguments: str, **environment: str) -> str:
    """What the command writes to a real terminal as its standard output."""
    ours, theirs = pty.openpty()
    known = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"} | environment
    with subprocess.Popen(
        [sys.executable, "-m", "pbal_core", *arguments], cwd=ROOT, stdout=theirs, stderr=subprocess.DEVNULL, env=known
    ) as process:
        os.close(theirs)
        written = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not part:
                break
            written += part
    os.close(ours)
    assert process.returncode == 0
    return written.decode().replace("\r\n", "\n")


def test_a_terminal_shows_weights_and_colours(golden: Callable[[str, str], None]) -> None:
    """Weight now, target and after; purchases in green beside the word."""
    shown = at_a_terminal(*ASKED)
    golden("terminal.txt", shown)
    assert "\x1b[32mVCR" in shown
    sold = at_a_terminal(SAMPLE, "-c", "-5000", "-m", "100")
    assert "\x1b[31mVSMAX" in sold


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"])
def test_colours_may_be_refused(environment: dict[str, str]) -> None:
    """The same table without them."""
    plain = at_a_terminal(*ASKED, **environment)
    assert "\x1b" not in plain
    coloured = at_a_terminal(*ASKED)
    for code in ("\x1b[32m", "\x1b[31m", "\x1b[1m", "\x1b[0m"):
        coloured = coloured.replace(code, "")
    assert plain == coloured


def test_what_is_piped_is_the_plain_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Programs read the table of the original, whatever a terminal shows."""
    main(ASKED)
    plain = capsys.readouterr().out
    assert plain.startswith("Symbol      InitialValue    MarkPrice    BuyVal    BuyShares\n")
    assert plain != at_a_terminal(*ASKED)


def test_something_slow_says_so_at_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a while, and it is taken away again; nothing is written where nobody looks, or to a quick answer."""
    monkeypatch.setattr("pbal_core.cli.progress.PATIENCE", 0.01)
    with progress("Searching ..."):
        time.sleep(0.05)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress("Searching ..."):
        time.sleep(0.2)
    assert capsys.readouterr().err == f"Searching ...\r{' ' * 13}\r"
    monkeypatch.setattr("pbal_core.cli.progress.PATIENCE", 60.0)
    with progress("Searching ..."):
        pass
    assert capsys.readouterr().err == ""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "pbal_core", *arguments],
        cwd=ROOT,
        capture_output=True,
        env=os.environ | environment,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_an_encoding_that_lacks_a_letter(tmp_path: Path, encoding: str) -> None:
    """The letter is written as its escape, and the rest as it is."""
    path = tmp_path / "names.csv"
    path.write_text(
        "Symbol,Description,Quantity,Price,Market Value,Account Number\n"
        "VTI,\u0141\u00f3d\u017a \u6295\u8cc7,10,250.00,2500.00,\u0141-1\n",
        encoding="utf-8",
    )
    done = run("inspect", str(path), PYTHONIOENCODING=encoding)
    assert b"bug" not in done.stderr, done.stderr
    assert done.returncode in {0, 1}
    assert b"\\u0141-1" in done.stdout


def test_the_locale_c_works() -> None:
    """The same table as anywhere."""
    c = run(*ASKED, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (c.returncode, c.stdout) == (0, run(*ASKED, PYTHONUTF8="1").stdout)
    assert run("inspect", SAMPLE, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0").returncode == 0


def test_an_interrupt_is_one_line() -> None:
    """While it reads from a pipe that nobody closes: no traceback, and the exit code of an interrupt."""
    with subprocess.Popen(
        [sys.executable, "-m", "pbal_core", "-"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"pbal: interrupted\n")


@pytest.mark.parametrize("module", ["pbal_core.cli", "gc", "pbal_core.cli.options", "pbal_core.cli.remedies"])
def test_an_interrupt_while_it_loads_is_one_line(module: str) -> None:
    """From the first module that ``main`` imports to those of an error that is being reported."""
    code = (
        "import builtins, signal, sys\n"
        "from pbal_core.__main__ import main\n"
        "load = builtins.__import__\n"
        "def interrupted(name, globals=None, locals=None, fromlist=(), level=0):\n"
        "    package = (globals or {}).get('__package__') or ''\n"
        "    whole = f\"{package.rsplit('.', level - 1)[0] if level > 1 else package}.{name}\" if level else name\n"
        f"    if whole == {module!r}:\n"
        "        signal.raise_signal(signal.SIGINT)\n"
        "    return load(name, globals, locals, fromlist, level)\n"
        "builtins.__import__ = interrupted\n"
        "sys.argv = ['pbal', 'no-such-file.csv']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "pbal: interrupted\n")
