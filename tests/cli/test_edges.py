"""The command at the edge of the system: closed and full streams, odd names, amounts that begin with a minus."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pbal_core.cli import main

pytestmark = pytest.mark.whole

ROOT = Path(__file__).parent.parent.parent
SAMPLE = str(ROOT / "pbal_core" / "sample" / "positions.csv")
PBAL = f"{sys.executable} -m pbal_core"


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """Runs a line of bash, in which ``pbal`` is the command, with output buffered as it is on a user's machine."""
    line = f'pbal() {{ {PBAL} "$@"; }}; {command}'
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, cwd=ROOT, env=buffered, check=False)


@pytest.fixture
def pbal(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command in this process: exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.mark.parametrize("arguments", ["-c 5000", "--drift", "--least-cash"])
def test_a_closed_output_is_a_mistake_not_a_bug(arguments: str) -> None:
    """Nobody could read the plan, so it does not end well; one line says why."""
    done = shell(f"pbal {SAMPLE} {arguments} >&-")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pbal: standard output is closed; leave it open, or send it to a file.\n"


@pytest.mark.parametrize("arguments", [f"{SAMPLE} -c 5000", f"{SAMPLE} -c abc", "no-such-file.csv"])
def test_remarks_never_go_to_the_output(arguments: str) -> None:
    """With stderr closed they go nowhere: the table goes to stdout and nothing else does."""
    open_, closed = shell(f"pbal {arguments}"), shell(f"pbal {arguments} 2>&-")
    assert (closed.returncode, closed.stdout, closed.stderr) == (open_.returncode, open_.stdout, "")


def test_both_closed() -> None:
    assert shell(f"pbal {SAMPLE} -c 5000 >&- 2>&-").returncode == 2


def test_closed_standard_input() -> None:
    done = shell("pbal - <&-")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pbal: standard input is closed; give a file, or send one: pbal - < positions.csv\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize(
    "arguments", [f"{SAMPLE} -c 5000", f"{SAMPLE} --drift", f"inspect {SAMPLE}", "--help", "--version"]
)
def test_a_full_disk_is_no_bug(arguments: str) -> None:
    """What cannot be written is said in one line."""
    done = shell(f"pbal {arguments} > /dev/full")
    assert done.returncode == 2
    assert done.stderr == "pbal: the output cannot be written: No space left on device.\n"
    silent = shell(f"pbal {arguments} > /dev/full 2> /dev/full")
    assert (silent.returncode, silent.stderr) == (2, "")


@pytest.mark.parametrize("arguments", ["--help", "--version", "inspect --help", "trade --help", f"{SAMPLE} -c 5000"])
def test_a_reader_who_left_is_no_mistake(arguments: str) -> None:
    """The pipe is closed before anything is written: quiet, and 0."""
    done = shell(f"{{ sleep 0.2; pbal {arguments}; }} | true; exit ${{PIPESTATUS[0]}}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_mistake_that_nobody_hears_is_still_one() -> None:
    """The pipe of standard error is closed: the exit code says it."""
    done = shell("{ sleep 0.2; pbal no-such-file.csv; } 2>&1 >/dev/null | true; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


def test_remarks_that_cannot_be_written_do_not_end_well() -> None:
    """An overspend that cannot be reported is not a success."""
    if Path("/dev/full").exists():
        assert shell(f"pbal {SAMPLE} -c 5000 2> /dev/full").returncode == 2
    assert shell("pbal no-such-file.csv 2>&-").returncode == 2


def test_names_of_files(pbal: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    """A name is taken as the shell takes it, shown without control characters, and said with every problem."""
    assert pbal("~no-such-user/x.csv")[::2] == (
        2,
        "pbal: there is no file ~no-such-user/x.csv; give the path of a positions file.\n",
    )
    assert "no-such-user" in pbal(SAMPLE, "--targets", "~no-such-user/x.toml")[2]
    assert "no-such-user" in pbal(SAMPLE, "--format-hint", "~no-such-user/x.toml")[2]
    assert pbal("")[::2] == (2, "pbal: the name of the positions file is empty; give the path of a positions file.\n")
    assert "\x1b" not in pbal("\x1b[31mred.csv")[2]
    assert "\\x1b[31mred.csv" in pbal("\x1b[31mred.csv")[2]
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    assert pbal(str(empty))[2].startswith(f"pbal: {empty}: the file is empty;")


def test_a_file_that_may_not_be_read(
    pbal: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the tests run as root, who may read every file."""

    def refuse(*_arguments: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "open", refuse)
    assert pbal("locked.csv")[::2] == (2, "pbal: locked.csv cannot be read: Permission denied.\n")


@pytest.mark.parametrize("option", ["-c", "--cash"])
@pytest.mark.parametrize("amount", ["-2500", "-25e2", "-.25e4", "-2500.00"])
def test_a_withdrawal_may_be_written_in_any_way(
    pbal: Callable[..., tuple[int, str, str]], option: str, amount: str
) -> None:
    """By itself argparse takes ``-25e2`` for an option."""
    assert pbal(SAMPLE, option, amount, "-m", "50") == pbal(SAMPLE, "--cash=-2500", "-m", "50")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-c", "-€5000"], 'cash "-€5000" is not an amount in USD'),
        (["-c", "-5.000"], "can be read as -5 or as -5000"),
        (["-c", "-inf"], "cash"),
        (["-c", "-NaN"], "cash"),
        (["-m", "-1e3"], "--min-trade is -1000;"),
        (["--min-trade", "-.5"], "--min-trade is -0.5;"),
        (["--fee", "-1e3"], "--fee-per-trade is -1000;"),
        (["--buffer", "-1e3"], "--cash-buffer is -1000;"),
    ],
)
def test_a_bad_negative_amount_is_named(
    pbal: Callable[..., tuple[int, str, str]], arguments: list[str], words: str
) -> None:
    """What is wrong is the amount, not that one is missing."""
    code, out, err = pbal(SAMPLE, *arguments)
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.parametrize("answer", ["--drift", "--least-cash"])
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["-c", "500"], "--cash"),
        (["--exact", "--fee", "1"], "--exact, --fee-per-trade"),
        (["-m", "5", "--freeze", "VCR"], "--min-trade, --frozen"),
    ],
)
def test_an_answer_takes_no_option_of_a_plan(
    pbal: Callable[..., tuple[int, str, str]], answer: str, arguments: list[str], named: str
) -> None:
    """An option that would change nothing is refused, not dropped in silence."""
    code, out, err = pbal(SAMPLE, answer, *arguments)
    assert (code, out) == (2, "")
    assert err == f"pbal: {answer} looks at the portfolio as it is and plans no trade; leave out {named}.\n"


@pytest.mark.skipif(os.name != "posix", reason="Windows has other permissions and links")
def test_what_is_written_stays_where_it_was(pbal: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    """A file keeps its permissions, a link stays a link, and a failure leaves nothing behind."""
    plan, link = tmp_path / "plan.csv", tmp_path / "latest.csv"
    plan.write_text("an old plan")
    plan.chmod(0o600)
    link.symlink_to(plan.name)
    assert pbal(SAMPLE, "-c", "5000", "-f", "csv", "-o", str(link))[0] == 0
    assert link.is_symlink()
    assert plan.read_text().startswith("Symbol,")
    assert plan.stat().st_mode & 0o777 == 0o600
    (tmp_path / "folder").mkdir()
    for name, why in (("folder", os.strerror(errno.EISDIR)), ("no/x", f"there is no directory {tmp_path / 'no'}")):
        assert pbal(SAMPLE, "-o", str(tmp_path / name))[::2] == (
            2,
            f"pbal: {tmp_path / name} cannot be written: {why}.\n",
        )
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", "latest.csv", "plan.csv"]


def test_a_dash_is_standard_output(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """As it is standard input where a file is read."""
    assert pbal(SAMPLE, "-c", "5000", "-o", "-") == pbal(SAMPLE, "-c", "5000")
    assert pbal("inspect", SAMPLE, "-o", "-") == pbal("inspect", SAMPLE)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_a_device_is_written_to(tmp_path: Path) -> None:
    """Not replaced by a file of its name."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = shell(f"cat {pipe} & pbal {SAMPLE} --least-cash -o {pipe}; wait")
    assert (done.returncode, done.stdout) == (0, "88103.92\n")
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    "arguments",
    [
        ["x.csv"],
        ["inspect", "x.csv"],
        [SAMPLE, "--targets", "x.toml"],
        [SAMPLE, "--never-sell", "x.csv"],
        [SAMPLE, "-o", "x.txt"],
        ["app", "x.csv"],
        ["batch", "x.csv", "-o", "y.csv"],
        ["trade", "--status", "--journal", "x.db"],
        ["config"],
        [],
    ],
    ids=lambda arguments: " ".join(map(str, arguments[:3:2])) or "nothing",
)
def test_a_folder_that_may_not_be_entered(
    pbal: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str]
) -> None:
    """No bug, whoever looks into it: also as root, who may enter every folder, by the error that others get."""
    locked = tmp_path / "locked"
    arguments = [str(locked / each) if each.partition(".")[0] == "x" else each for each in arguments]
    monkeypatch.setenv("HOME", str(locked))
    monkeypatch.setenv("USERPROFILE", str(locked))
    monkeypatch.delenv("PBAL_CONFIG")

    def refuse(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *rest: Any, **named: Any) -> Any:
            if not isinstance(path, int) and str(path).startswith(str(locked)):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return real(path, *rest, **named)

        return call

    for module, name in ((os, "stat"), (os, "open"), (io, "open")):
        monkeypatch.setattr(module, name, refuse(getattr(module, name)))
    code, _out, err = pbal(*arguments)
    assert code in {0, 2}, err
    assert "bug" not in err
    if arguments and arguments != ["config"] and "--never-sell" not in arguments:
        assert "Permission denied" in err


@pytest.mark.parametrize(
    ("environment", "words"), [({"PBAL_JOURNAL": "~no-such-user/j"}, "PBAL_JOURNAL"), ({}, "there is no certificate")]
)
def test_a_home_that_nobody_knows(
    pbal: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    words: str,
) -> None:
    """That of a stranger, for the files of a trade as for a positions file."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    asked = ["--status"] if environment else [SAMPLE, "--certificate", "~no-such-user/own.pem"]
    code, _out, err = pbal("trade", *asked)
    assert (code, err.count("\n")) == (2, 1)
    assert words in err
