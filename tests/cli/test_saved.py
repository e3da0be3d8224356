"""``pbal NAME.pbal.json``: the session that the page saved is the data of the command."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pbal_core import Targets
from pbal_core.cli import main
from pbal_core.planning.strategy import Method, Strategy
from pbal_core.policy.constraints import Constraints
from pbal_core.policy.policy import Policy
from pbal_core.views.saved import SavedPortfolio, Session
from pbal_core.views.session import dumps
from tests.build import portfolio

ONE = SavedPortfolio(
    name="Mine",
    portfolio=portfolio("VTI 6000 @ 250; BND 3000 @ 75"),
    policy=Policy(
        targets=Targets({"VTI": 60, "BND": 30, "GLD": 10}, prices={"GLD": 400}),
        constraints=Constraints(never_buy=frozenset({"BND", "QQQ"})),
    ),
    cash=Decimal(1),
    min_trade=Decimal(0),
)


def saved(tmp_path: Path, *portfolios: SavedPortfolio) -> str:
    path = tmp_path / "mine.pbal.json"
    path.write_text(dumps(Session(portfolios=portfolios)), encoding="utf-8")
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_targets_constraints_and_method_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As on the page: exact shares, the targets and the constraints; the cash is the command's own."""
    code, out, _ = run(capsys, saved(tmp_path, ONE), "-c", "1000")
    assert code == 0
    rows = {line.split()[0]: line.split()[-1] for line in out.splitlines()[1:] if line.split()}
    assert (rows["BND"], rows["GLD"]) == ("0", "2")


def test_options_come_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A targets file, a strategy or a minimum trade that is given counts instead of the session's."""
    targets = tmp_path / "t.toml"
    targets.write_text("[targets]\nVTI = 50\nBND = 50\n")
    code, out, _ = run(capsys, saved(tmp_path, ONE), "-c", "1000", "--targets", str(targets))
    assert code == 0
    assert "GLD" not in out
    hard = SavedPortfolio(name="Mine", portfolio=ONE.portfolio, strategy=Strategy.HARD_REBALANCE, method=Method.CLASSIC)
    assert (
        run(capsys, saved(tmp_path, hard), "-c", "0")[1] != run(capsys, saved(tmp_path, hard), "-c", "0", "-i", "4")[1]
    )


def test_a_session_that_cannot_be_used_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the file and the path inside it; and of several portfolios the first is planned, which is said."""
    path = Path(saved(tmp_path, ONE))
    path.write_text(path.read_text(encoding="utf-8").replace('"price": "250"', '"price": "x"'), encoding="utf-8")
    code, out, err = run(capsys, str(path), "-c", "1000")
    assert (code, out) == (2, "")
    assert "mine.pbal.json" in err
    assert "portfolios[0].positions[0].price" in err
    code, _, err = run(capsys, saved(tmp_path, ONE, ONE), "-c", "1000")
    assert code == 0
    assert "holds 2 portfolios" in err
