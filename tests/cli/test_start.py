"""What the command loads: nothing that it does not need, which is most of the time that it takes to start."""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from pbal_core.cli import main

pytestmark = pytest.mark.whole

ROOT = Path(__file__).parent.parent.parent
SAMPLE = str(ROOT / "pbal_core" / "sample" / "positions.csv")


def loaded(*arguments: str) -> set[str]:
    """The modules that a run has loaded at its end."""
    code = (
        "import sys\nfrom pbal_core.cli import main\n"
        f"main({list(arguments)!r})\nsys.stderr.write('\\0' + ' '.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stderr.partition("\0")[2].split())


def test_the_version_needs_nothing() -> None:
    """No parser, no numbers, no other module of this package."""
    found = loaded("--version")
    assert not found & {"argparse", "decimal", "dataclasses", "re", "enum"}
    assert {name for name in found if name.startswith("pbal_core")} == {
        "pbal_core",
        "pbal_core.cli",
        "pbal_core.version",
    }


def test_the_help_reads_no_file_and_plans_nothing() -> None:
    """The options and their words, and no more."""
    found = loaded("--help")
    assert not {
        name for name in found if name.startswith(("pbal_core.readers", "pbal_core.views", "pbal_core.brokers"))
    }
    assert not found & {"pbal_core.planning.plan", "pbal_core.planning.problem", "csv", "json"}


def test_a_plan_needs_no_more_than_a_plan() -> None:
    """What only a mistake, a terminal, a configuration or another form of answer needs stays away."""
    found = loaded(SAMPLE, "-c", "5000")
    unneeded = {"difflib", "json", "tomllib", "threading", "importlib.resources", "html", "asyncio", "pandas", "httpx"}
    assert not found & unneeded
    ours = {name.removeprefix("pbal_core.") for name in found if name.startswith("pbal_core.")}
    assert not ours & {
        "planning.exact.search",
        "views.session",
        "views.exports",
        "cli.completion",
        "cli.answers",
        "frames",
    }


@pytest.mark.parametrize(
    ("arguments", "code", "out", "err"),
    [
        ([SAMPLE, "-c", "5000"], 0, "Symbol ", "Buy 11 VCR"),
        ([SAMPLE, "--drift"], 1, "Symbol", ""),
        (["nothing.csv"], 2, "", "pbal: there is no file nothing.csv"),
        (["--version"], 0, "pbal ", ""),
    ],
)
def test_a_process_ends_with_all_that_it_said(arguments: list[str], code: int, out: str, err: str) -> None:
    """It leaves without clearing up; nothing that was printed is lost, into a pipe and into a file."""
    command = [sys.executable, "-m", "pbal_core", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == code
    assert done.stdout.startswith(out)
    assert err in done.stderr


def processor_time(command: list[str], folder: Path) -> float:
    """Seconds that a process took of a processor, in itself."""
    code = (
        "import os, resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\nprint(used.ru_utime + used.ru_stime)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, text=True, env=environment, cwd=folder, check=True
    )
    return float(done.stdout)


@pytest.mark.slow
def test_the_command_starts_as_soon_as_its_model(tmp_path: Path) -> None:
    """A plan is printed in about the time of ``import argparse, csv, tabulate``, help and version in less.

    Measured by turns, so that a busy machine slows both; the bounds leave a fifth for its noise.
    """
    cases = {
        "bare": ["-c", "import argparse, csv, tabulate"],
        "plan": ["-m", "pbal_core", SAMPLE, "-c", "5000"],
        "help": ["-m", "pbal_core", "--help"],
        "version": ["-m", "pbal_core", "--version"],
    }
    took: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(8):
        for name, arguments in cases.items():
            seconds = processor_time([sys.executable, *arguments], tmp_path)
            if turn:  # the first writes the bytecode
                took[name].append(seconds)
    middle = {name: statistics.median(times) for name, times in took.items()}
    assert middle["plan"] < 1.2 * middle["bare"], middle
    assert middle["help"] < 0.95 * middle["bare"], middle
    assert middle["version"] < 0.6 * middle["bare"], middle


CHOICES = {
    "cash": [["-c", "$5,000"], ["-c", "-2,500"]],
    "step": [["-m", "100"], ["-i", "2"]],
    "strategy": [["-s", "hard_rebalance"]],
    "method": [["--exact"]],
    "targets": [["--target", "VCR:vht:VSMAX=1:2:1"], ["--target", "BND=40", "--target", "VTI=60", "--price", "BND=72"]],
    "freeze": [["--freeze", "vcr"]],
    "bars": [["--never-buy", "VDC"], ["--never-sell"]],
    "fractional": [["--fractional"], ["--fractional", "vht=0.5"]],
    "money": [["--buffer", "$1,00"], ["--buffer", "100", "--fee", "1.50"]],
    "rules": [["--max-trades", "2"], ["--max-fee-share", "2%"], ["--invest-rest"]],
    "answer": [["--drift"], ["--least-cash"]],
    "format": [["-f", form] for form in ("csv", "json", "trades", "html")],
    "verbose": [["-v"]],
}


def pairs() -> list[list[str]]:
    every = [(name, option) for name, options in CHOICES.items() for option in options]
    return [[*a, *b] for (one, a), (other, b) in itertools.combinations(every, 2) if one != other]


def test_every_pair_of_options_ends_well_or_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    """An answer, or one line for each mistake; never a bug, and never half an answer."""
    for pair in pairs():
        code = main([SAMPLE, *pair])
        out, err = capsys.readouterr()
        assert code in {0, 1, 2}, (pair, err)
        assert "bug" not in err, (pair, err)
        if code == 2:
            assert out == "", pair
            assert all(line.startswith("pbal: ") for line in err.splitlines()), (pair, err)
        elif "json" in pair:
            assert json.loads(out)["version"] == 1, pair


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["x.csv", "--help"]])
def test_help_ends_with_0(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    """Whatever else is asked."""
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("usage: pbal [FILE] [options]\n")
