"""What the command loads: nothing that it does not need, which is most of the time that it takes to start."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

from pbal_core.cli import main

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
