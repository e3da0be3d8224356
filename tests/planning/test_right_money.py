"""Small inputs that once gave a wrong or surprising plan, and what is right: through the library and the command."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pbal_core import rebalance
from pbal_core.cli import main
from pbal_core.planning.proof import Proof
from tests.build import portfolio

HARD = {"strategy": "hard_rebalance"}

CASES = [
    # A cheap fund above its target is not bought because it is cheap.
    ("VOO 5600 @ 560; F 6100 @ 11", 545, {}, {"F": 2}, "523.00"),
    ("VOO 5500 @ 550; F 6000 @ 11", 550, {}, {"VOO": 1}, "0.00"),
    ("VOO 5500 @ 550; F 6000 @ 11", 540, {"leftover": "invest"}, {"F": 49}, "1.00"),
    # A fee is worth trades from a hundred times its amount on.
    ("VTI 5250 @ 250; BND 5000 @ 75", 0, HARD | {"fee_per_trade": 10}, {}, "0.00"),
    ("A 500 @ 50; B 600 @ 50", 0, HARD | {"fee_per_trade": 20}, {}, "0.00"),
    ("A 500 @ 50; B 700 @ 50", 100, HARD | {"fee_per_trade": 100}, {}, "100.00"),
    ("A 10000 @ 100; B 10000 @ 100; C 10000 @ 100", 300, {"fee_per_trade": 1}, {"A": 1, "B": 1}, "98.00"),
    # What can be kept is not sold.
    ("A 10000 @ 100; B 5000 @ 100", -1000, HARD | {"never_buy": ["A", "B"]}, {"A": -10}, "0.00"),
    ("A 10000 @ 100; B 5000 @ 100", 0, HARD | {"never_buy": ["A", "B"]}, {}, "0.00"),
    ("A 12000 @ 1000; B 8000 @ 1; C 4000 @ 10", 0, HARD | {"never_buy": "C"}, {}, "0.00"),
    # Small steps go up to the target, not past it; the rest stays, or is invested to the last step.
    (
        "A 4900 @ 490; FUND 5200 @ 220",
        800,
        {"fractional": {"FUND": "0.001"}},
        {"A": 1, "FUND": Decimal("1.136")},
        "60.08",
    ),
    # Equal distance: the least turnover.
    ("B2 80 @ 20; EEE 0 @ 20", "40.43", HARD | {"min_trade": 40}, {"EEE": 2}, "0.43"),
    # What has no target is sold first.
    (
        "Z 1000 @ 100; A 6000 @ 100; B 3000 @ 100",
        -1000,
        {"targets": {"A": 50, "B": 50}},
        {"Z": -10},
        "0.00",
    ),
    ("A 500 @ 50; B 700 @ 50", 50, {"cash_buffer": 100}, {}, "50.00"),
    # Whole positions can be sold whatever their fee.
    (
        "; ".join(f"S{i} 100 @ 100" for i in range(10)),
        -500,
        {"fee_per_trade": 20},
        {f"S{i}": -1 for i in range(7)},
        "60.00",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_the_right_plan(case: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The trades, the cash that stays, and that it is proven; the command says the same."""
    text, cash, options, trades, left = case
    held = portfolio(text)
    plan = rebalance(held, cash, method="exact", **options)
    assert {t.symbol: t.shares for t in plan.trades} == trades
    assert plan.cash_left == Decimal(left)
    assert plan.proof.proven
    file = tmp_path / "positions.csv"
    rows = "".join(f"{p.symbol},{p.value},{p.price},\n" for p in held)
    file.write_text(f"Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n{rows}", encoding="utf-8")
    assert main([str(file), f"--cash={cash}", "--exact", "-f", "json", *_arguments(options, tmp_path)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert Decimal(printed["cash_left"]) == plan.cash_left
    assert printed["proof"]["proven"]


def _arguments(options: dict[str, object], folder: Any) -> list[str]:
    found = []
    for name, value in options.items():
        if name == "targets":
            path = folder / "targets.toml"
            path.write_text("[targets]\n" + "".join(f"{s} = {w}\n" for s, w in value.items()), encoding="utf-8")  # type: ignore[attr-defined]
            found += ["--targets", str(path)]
        elif name == "leftover":
            found.append("--invest-rest")
        elif isinstance(value, dict):
            found += [part for symbol, size in value.items() for part in ("--fractional", f"{symbol}={size}")]
        elif isinstance(value, list):
            found += [part for symbol in value for part in (f"--{name.replace('_', '-')}", symbol)]
        else:
            found.append(f"--{name.replace('_', '-')}={value}")
    return found


def test_a_trade_that_raises_too_much_is_the_best_where_it_is() -> None:
    """Eight shares of VTI: seven and one of BND would leave less, and take more of distance than that is worth."""
    held = portfolio("VTI 8358.75 @ 334.35; BND 1842.50 @ 83.75; NEWETF 8.95 @ 8.95")
    plan = rebalance(held, -2400, method="exact", targets={"VTI": 45, "BND": 45, "NEWETF": 10})
    assert {t.symbol: t.shares for t in plan.trades} == {"VTI": -8}
    assert plan.cash_left == Decimal("274.80")
    assert plan.proof.proven


def test_what_the_file_rounds_down_is_sold_to_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Two hundred shares that the file says are worth 8.00 less than at their price leave 0.00, not less."""
    file, wish = tmp_path / "positions.csv", tmp_path / "targets.toml"
    file.write_text("Symbol,Quantity,Price,Value\nA,200,5,992\nB,100,20,2000\n", encoding="utf-8")
    wish.write_text("[targets]\nB = 100\n", encoding="utf-8")
    asked = [
        str(file),
        "-c",
        "0",
        "--exact",
        "-s",
        "hard_rebalance",
        "--targets",
        str(wish),
        "-f",
        "json",
        "--format-hint=generic",
    ]
    assert main(asked) == 0
    sold = json.loads(capsys.readouterr().out)["positions"][0]
    assert (sold["symbol"], sold["final_value"], sold["weight_after"]) == ("A", "0.00", 0)


@pytest.mark.parametrize(
    ("text", "cash", "options", "words"),
    [
        (
            "A 10000 @ 10; B 10000 @ 100",
            0,
            HARD | {"cash_buffer": 100, "fee_per_trade": 10},
            "$890.00 more than the buffer of $100.00 is raised: less than the sale of B brings, and a fee of $10.00",
        ),
        (
            "A 1000 @ 100; B 100 @ 60",
            110,
            {"cash_buffer": 50, "never_buy": "B"},
            "$60.00 stays in cash beyond the buffer",
        ),
        (
            "A 5000 @ 10; B 100 @ 10",
            200,
            {"never_buy": "B"},
            "$200.00 stays in cash: nothing that may be bought is below its target.",
        ),
        (
            "Z 1000 @ 100; A 100 @ 50",
            -100,
            HARD | {"targets": {"A": 100}, "never_buy": "A"},
            "$900.00 more than asked for is raised: Z without a target is sold whole.",
        ),
    ],
)
def test_cash_that_stays_or_is_raised_is_explained_by_what_the_plan_does(
    text: str, cash: int, options: Any, words: str
) -> None:
    """No sentence calls a sale a purchase that does not fit, or counts the buffer twice."""
    plan = rebalance(portfolio(text), cash, method="exact", **options)
    assert plan.issues[0].message.startswith(words)


def test_a_lower_bound_is_below_what_was_found() -> None:
    """What is certified is the distance plus idle cash without the gap."""
    assert Proof(objective=5, idle=3, gap=2, work=1).lower_bound == 6
