"""Small inputs that once gave a wrong or surprising plan, and what is right: through the library and the command."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from pbal_core import rebalance
from pbal_core.cli import main
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
def test_the_right_plan(case, capsys, tmp_path):
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


def _arguments(options: dict[str, object], folder) -> list[str]:
    found = []
    for name, value in options.items():
        if name == "targets":
            path = folder / "targets.toml"
            path.write_text("[targets]\n" + "".join(f"{s} = {w}\n" for s, w in value.items()), encoding="utf-8")
            found += ["--targets", str(path)]
        elif name == "leftover":
            found.append("--invest-rest")
        elif isinstance(value, list):
            found += [part for symbol in value for part in (f"--{name.replace('_', '-')}", symbol)]
        else:
            found.append(f"--{name.replace('_', '-')}={value}")
    return found


def test_a_trade_that_raises_too_much_is_the_best_where_it_is():
    """Eight shares of VTI: seven and one of BND would leave less, and take more of distance than that is worth."""
    held = portfolio("VTI 8358.75 @ 334.35; BND 1842.50 @ 83.75; NEWETF 8.95 @ 8.95")
    plan = rebalance(held, -2400, method="exact", targets={"VTI": 45, "BND": 45, "NEWETF": 10})
    assert {t.symbol: t.shares for t in plan.trades} == {"VTI": -8}
    assert plan.cash_left == Decimal("274.80")
    assert plan.proof.proven
