"""The keywords of ``rebalance`` are the table of rules, and type checkers know them."""

from __future__ import annotations

import json
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


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy knows of this package, for all its runs here."""
    return tmp_path_factory.mktemp("mypy")


UNTYPED = (
    *("reportMissingTypeStubs", "reportUnknownArgumentType", "reportUnknownLambdaType"),
    *("reportUnknownMemberType", "reportUnknownParameterType", "reportUnknownVariableType"),
)
"""What pyright says of every use of PyArrow, which ships no types."""


def strictly(checker: str, file: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    """Checks a file as strictly as the checker can."""
    if checker == "mypy":
        arguments = ["--strict", "--cache-dir", str(cache), str(file)]
    else:
        settings: dict[str, object] = {"typeCheckingMode": "strict", "include": [file.name], "extraPaths": [str(ROOT)]}
        settings |= dict.fromkeys(UNTYPED, False)
        (file.parent / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
        arguments = ["--project", str(file.parent), "--pythonpath", sys.executable]
    command = [sys.executable, "-m", checker, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_a_type_checker_accepts_every_example(checker: str, tmp_path: Path, cache: Path) -> None:
    """As strict as it can be; and it was really asked, since it finds a mistake."""
    file = tmp_path / "examples.py"
    file.write_text(examples(), encoding="utf-8")
    assert "rebalance(" in file.read_text(encoding="utf-8")
    done = strictly(checker, file, cache)
    assert done.returncode == 0, done.stdout + done.stderr
    file.write_text(examples() + "\nplan.nothing_of_the_kind\n", encoding="utf-8")
    assert "nothing_of_the_kind" in strictly(checker, file, cache).stdout


@pytest.mark.slow
def test_a_type_checker_knows_the_keywords(tmp_path: Path, cache: Path) -> None:
    """It accepts every keyword of ``rebalance`` and ``Constraints``, and reports one that is misspelt or mistyped."""
    example = tmp_path / "example.py"
    example.write_text(
        "from decimal import Decimal\n"
        "from pbal_core import Constraints, Portfolio, Position, rebalance\n"
        'held = Portfolio([Position(symbol="VTI", value=Decimal(1000), price=Decimal(250))])\n'
        'rebalance(held, 500, targets={"VTI": 60, "BND": 40}, prices={"BND": "75.10"}, method="exact")\n'
        'rebalance(held, "500", frozen="VTI", never_sell=["VTI"], fractional={"VTI": "0.001"}, cash_buffer=250.5)\n'
        'rebalance(held, 500, never_cell="VTI")\n'
        'kept = Constraints(frozen="VTI", never_buy=["VXUS"], fractional={"BND": "0.001"}, fee_per_trade="1.50")\n'
        "frozen: frozenset[str] = kept.frozen\n"
        "fee: Decimal = kept.fee_per_trade\n"
        'Constraints(frosen="VTI")\n'
        "Constraints(frozen=5)\n"
    )
    done = strictly("mypy", example, cache)
    problems = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert len(problems) == 3, done.stdout
    assert ':6: error: Unexpected keyword argument "never_cell"' in problems[0]
    assert ':10: error: Unexpected keyword argument "frosen"' in problems[1]
    assert ':11: error: Argument "frozen" to "Constraints" has incompatible type "int"' in problems[2]
