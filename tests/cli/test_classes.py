"""``pbal --by class``: the table, the drift and the least cash by the classes of a targets file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pbal_core.cli import main

TARGETS = """[targets]
stocks = 60
bonds = 40

[groups]
bonds = ["BND"]

[groups.stocks]
US = 67
VXUS = 33

[substitutes]
US = ["VTI", "VTSAX"]

[prices]
VTI = 250
"""
POSITIONS = """Symbol,PositionValue,MarkPrice,FifoPnlUnrealized
VTSAX,40000,120,5
VXUS,22000,60,1
BND,38000,80,-3
"""
TABLE = """\
Class             Now  Weight  Target       Trade       After  Weight after
stocks     $62,000.00  62.0 %  60.0 %  +$1,000.00  $63,000.00        60.0 %
  US       $40,000.00  40.0 %  40.2 %  +$1,000.00  $41,000.00        39.0 %
    VTI         $0.00   0.0 %   1.0 %  +$1,000.00   $1,000.00         1.0 %
    VTSAX  $40,000.00  40.0 %  39.2 %           –  $40,000.00        38.1 %
  VXUS     $22,000.00  22.0 %  19.8 %           –  $22,000.00        21.0 %
bonds      $38,000.00  38.0 %  40.0 %  +$4,000.00  $42,000.00        40.0 %
  BND      $38,000.00  38.0 %  40.0 %  +$4,000.00  $42,000.00        40.0 %
""".replace("–", "\u2013")  # noqa: RUF001 - the dash of the table


@pytest.fixture
def pbal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """Runs the command on three funds and a tree of targets: exit code, stdout, stderr."""
    (tmp_path / "positions.csv").write_text(POSITIONS, encoding="utf-8")
    (tmp_path / "targets.toml").write_text(TARGETS, encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main([str(tmp_path / "positions.csv"), "--targets", str(tmp_path / "targets.toml"), *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_the_table_is_that_of_the_classes(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """Each class with its sum, and what is in it below."""
    assert pbal("-c", "5000", "--exact", "--by", "class")[:2] == (0, TABLE)


def test_drift_is_by_set_or_by_class(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """US is one row; by class only stocks and bonds are."""
    _, out, err = pbal("--drift")
    assert [line.split()[0] for line in out.splitlines()[2:]] == ["US", "VXUS", "BND"]
    assert err == "0 of 3 out of band: none calls for a rebalance.\n"
    _, out, err = pbal("--drift", "--by", "class")
    assert [line.split()[0] for line in out.splitlines()[2:]] == ["stocks", "bonds"]
    assert err == "0 of 2 out of band: none calls for a rebalance.\n"


def test_least_cash_is_by_set_or_by_class(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """By class only the sums must be reached."""
    assert pbal("--least-cash")[1] == "11111.12\n"
    assert pbal("--least-cash", "--by", "class")[1] == "3333.34\n"


def test_other_formats_have_no_classes(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """They are refused, not dropped in silence."""
    code, out, err = pbal("--by", "class", "-f", "csv")
    assert (code, out) == (2, "")
    assert "--by class is for the table; leave it out, or --format csv." in err
