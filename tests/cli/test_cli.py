"""The command: what it prints, what it refuses, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tabulate
from hypothesis import given
from hypothesis import strategies as st

import pbal_core.cli
from pbal_core.cli import main
from pbal_core.cli.table import simple_table

ROOT = Path(__file__).parent.parent.parent
SAMPLE = str(ROOT / "pbal_core" / "sample" / "positions.csv")


@pytest.fixture
def pbal(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command in this process: exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_the_readme_example(pbal: Callable[..., tuple[int, str, str]], golden: Callable[[str, str], None]) -> None:
    """To the byte what the original prints, and nothing else on stdout."""
    code, out, err = pbal(SAMPLE, "-i", "2", "-c", "5000")
    assert code == 0
    golden("example.txt", out)
    golden("example.stderr.txt", err)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("verbose.txt", ["-c", "5000", "-m", "100", "-v"]),
        ("withdraw.txt", ["-c", "-2500", "-m", "50"]),
        ("withdraw_exponent.txt", ["-c", "-25e2", "-m", "50"]),
        ("hard.txt", ["-s", "hard_rebalance", "-m", "10", "-v"]),
        ("nothing.txt", []),
        ("small_cash.txt", ["-c", "50"]),
        ("csv.txt", ["-c", "5000", "-i", "2", "-f", "csv"]),
        ("json.txt", ["-c", "5000", "-i", "2", "-f", "json"]),
    ],
)
def test_output(
    pbal: Callable[..., tuple[int, str, str]], golden: Callable[[str, str], None], name: str, arguments: list[Any]
) -> None:
    """The table on stdout, what the plan costs on stderr."""
    code, out, err = pbal(SAMPLE, *arguments)
    assert code == 0
    golden(name, f"{out}--- stderr\n{err}")


def test_csv_and_json_are_what_they_say(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """Programs can read them, and the amounts are exact."""
    rows = list(csv.DictReader(io.StringIO(pbal(SAMPLE, "-c", "5000", "-i", "2", "-f", "csv")[1])))
    assert rows[4]["InitialValue"] == "12000.43"
    plan = json.loads(pbal(SAMPLE, "-c", "5000", "-i", "2", "-f", "json")[1])
    assert plan["cash_left"] == "-33.51"
    assert [p["buy_shares"] for p in plan["positions"]] == [0, 0, 10, 8, 0, 3, 1, 0, 0, 0]


def test_standard_input(pbal: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """``-`` reads the positions from standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(SAMPLE).read_bytes())))
    assert pbal("-", "-c", "5000")[0] == 0


def test_default_file(
    pbal: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without DATA the file is ~/Downloads/positions-custom.csv."""
    monkeypatch.setenv("HOME", str(tmp_path))
    code, out, err = pbal("-c", "5000")
    assert (code, out) == (2, "")
    assert "Downloads/positions-custom.csv" in err
    (tmp_path / "Downloads").mkdir()
    (tmp_path / "Downloads" / "positions-custom.csv").write_bytes(Path(SAMPLE).read_bytes())
    assert pbal("-c", "5000")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["-c", "abc"],
        ["-c", "nan"],
        ["-c", ""],
        ["-i", "5"],
        ["-i", "0"],
        ["-m", "0"],
        ["-m", "-5"],
        ["-m", "0", "-i", "2"],
        ["-s", "buy_the_dip"],
        ["-f", "pdf"],
        ["--no-such-option"],
        ["a.csv", "b.csv"],
        ["/"],
        ["no-such-file.csv"],
    ],
)
def test_a_mistake_is_one_line(pbal: Callable[..., tuple[int, str, str]], arguments: list[str]) -> None:
    """Exit 2, nothing on stdout, one line on stderr that begins with the command's name."""
    data = [] if arguments[0] in {"/", "no-such-file.csv", "a.csv"} else [SAMPLE]
    code, out, err = pbal(*data, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("pbal: ")
    assert err.count("\n") == 1


def test_every_bad_row_has_a_line(
    pbal: Callable[..., tuple[int, str, str]], tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    """All mistakes of a file at once, each with its line and column."""
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
        "VTI,abc,1,\n,5,5,\nBND,5,0,\nBND,5,1,\nVXUS,-5,1,nan\nVNQ,1,2\n<b>,1,2,3\n"
    )
    code, out, err = pbal(str(bad))
    assert (code, out) == (2, "")
    golden("bad_rows.txt", err.replace(str(bad), "bad.csv"))


def test_help_and_version(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """Both end with 0; the help shows an example."""
    code, out, _err = pbal("--help")
    assert code == 0
    assert "pbal positions.csv -c 5000" in out
    assert all(f"pbal {name}" in out for name in pbal_core.cli.COMMANDS), "every command is named"
    code, out, _err = pbal("--version")
    assert (code, out) == (0, f"pbal {pbal_core.__version__}\n")


def test_a_bug_is_one_line_and_70(pbal: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """What we did not foresee is no traceback either, and has an exit code of its own."""

    def broken(_arguments: Any) -> None:
        raise ZeroDivisionError("boom\nsecond line")

    monkeypatch.setattr("pbal_core.cli.plan.run", broken)
    code, out, err = pbal(SAMPLE)
    assert (code, out) == (70, "")
    assert err == "pbal: a bug in pbal (ZeroDivisionError: boom). Please report it with the command you ran.\n"


def test_interrupt_is_130(pbal: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends without a traceback."""

    def interrupted(_arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pbal_core.cli.plan.run", interrupted)
    assert pbal(SAMPLE)[0] == 130


def test_a_closed_pipe_is_quiet() -> None:
    """``pbal ... | head -1`` prints one line and nothing on stderr, also when the table is longer than a pipe holds."""
    rows = "".join(f"S{i},1000,10,0\n" for i in range(9_000))
    data = f"Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n{rows}"
    command = f"{sys.executable} -m pbal_core - -c 5000 | head -1"
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        input=data,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=buffered,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.startswith("Symbol")
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr


def test_pandas_is_not_on_this_path() -> None:
    """The command stays quick: it loads nothing but the standard library."""
    code = (
        "import sys\nfrom pbal_core.cli import main\n"
        f"main([{SAMPLE!r}, '-c', '5000', '-f', 'json'])\n"
        "print({n.split('.')[0] for n in sys.modules} - set(sys.stdlib_module_names), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stderr.strip().splitlines()[-1] in {"{'pbal_core', '__main__'}", "{'__main__', 'pbal_core'}"}


def test_installed_command() -> None:
    """``pip install .`` puts pbal beside python."""
    command = Path(sys.executable).with_name("pbal")
    assert command.exists(), "pbal is not installed in this environment: pip install --no-deps --editable ."
    environment = {**os.environ, "COLUMNS": "80"}
    done = subprocess.run([command, "--version"], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.startswith("pbal ")


cells = st.decimals(-(10**5), 10**5, allow_nan=False, allow_infinity=False, places=4)


@given(st.lists(st.tuples(st.text("ABC.", min_size=1, max_size=9), cells, st.integers(-(10**9), 10**9)), min_size=1))
def test_tables_are_drawn_as_tabulate_draws_them(rows: Any) -> None:
    """Below a million every character equals tabulate's; from there on ours shows no exponent."""
    header = ("Symbol", "Value", "Shares")
    floats = [(symbol, float(value), shares) for symbol, value, shares in rows]
    oracle = tabulate.tabulate(floats, headers=header, tablefmt="simple", disable_numparse=[0])
    assert simple_table(header, rows) == oracle


def test_the_sample_needs_no_file(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """``--sample`` plans with the portfolio that comes with the package, as the file would."""
    assert pbal("--sample", "-c", "5000", "-m", "100") == pbal(SAMPLE, "-c", "5000", "-m", "100")
    code, out, err = pbal("--sample", SAMPLE)
    assert (code, out) == (2, "")
    assert "leave out" in err


def test_alone_it_says_what_to_do_next(
    pbal: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a file in Downloads one line names the three ways to begin."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    code, out, err = pbal()
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    for way in ("pbal FILE", "pbal --sample", "pbal app", "pbal --help"):
        assert way in err
