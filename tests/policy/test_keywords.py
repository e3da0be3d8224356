"""The keywords of ``rebalance`` are the table of rules, and type checkers know them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pbal_core.policy.constraints import RULES
from pbal_core.policy.keywords import PolicyKeywords

ROOT = Path(__file__).parent.parent.parent


def test_every_rule_is_a_keyword() -> None:
    """A rule that is added to the table has its keyword, and no keyword is left without a rule."""
    assert set(PolicyKeywords.__optional_keys__) == {"targets", "prices", *(rule.key for rule in RULES)}


PAGES = [ROOT / "README.md", *sorted((ROOT / ".github" / "docs").glob("*.md"))]


def examples() -> str:
    """The Python of every page, one after the other."""
    blocks = (
        re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        for page in PAGES
    )
    return "\n".join(block for page in blocks for block in page)


@pytest.mark.slow
def test_a_type_checker_accepts_every_example(tmp_path: Path) -> None:
    """mypy, as strict as it can be."""
    file = tmp_path / "examples.py"
    file.write_text(examples(), encoding="utf-8")
    assert "rebalance(" in file.read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(file)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_a_type_checker_knows_the_keywords(tmp_path: Path) -> None:
    """It accepts every keyword, and reports one that is misspelt."""
    example = tmp_path / "example.py"
    example.write_text(
        "from decimal import Decimal\n"
        "from pbal_core import Portfolio, Position, rebalance\n"
        'held = Portfolio([Position(symbol="VTI", value=Decimal(1000), price=Decimal(250))])\n'
        'rebalance(held, 500, targets={"VTI": 60, "BND": 40}, prices={"BND": "75.10"}, method="exact")\n'
        'rebalance(held, "500", frozen="VTI", never_sell=["VTI"], fractional={"VTI": "0.001"}, cash_buffer=250.5)\n'
        'rebalance(held, 500, never_cell="VTI")\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(example)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    problems = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert len(problems) == 1, done.stdout
    assert ':6: error: Unexpected keyword argument "never_cell"' in problems[0]
