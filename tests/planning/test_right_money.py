"""Small inputs that once gave a wrong or surprising plan, and what is right: through library, command and page."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pbal_core import Plan, Targets, read_positions, rebalance
from pbal_core.cli import main
from pbal_core.planning.problem import prepare
from pbal_core.planning.proof import Proof
from pbal_core.sample import sample_bytes
from pbal_core.views.axis import Point
from pbal_core.views.columns import BY_KEY
from pbal_core.views.numbers import key_numbers
from pbal_core.views.summary import sentence
from pbal_core.views.sweep import sweep_data
from tests.build import portfolio
from tests.known import known

HARD: dict[str, Any] = {"strategy": "hard_rebalance"}

CASES = [
    # A cheap fund above its target is not bought because it is cheap.
    ("VOO 5600 @ 560; F 6100 @ 11", 545, {}, {"F": 2}, "523.00"),
    ("VOO 5600 @ 560; F 6100 @ 11", 560, {}, {"VOO": 1}, "0.00"),
    ("VOO 5600 @ 560; F 6100 @ 11", 556, {"leftover": "invest"}, {"F": 50}, "6.00"),
    # A fee is worth trades from a hundred times its amount on.
    ("VTI 5250 @ 250; BND 5000 @ 75", 0, HARD | {"fee_per_trade": 10}, {}, "0.00"),
    ("A 520 @ 40; B 640 @ 40", 0, HARD | {"fee_per_trade": 18}, {}, "0.00"),
    ("A 800 @ 40; B 1000 @ 40", 90, HARD | {"fee_per_trade": 90}, {}, "90.00"),
    ("A 9000 @ 90; B 9000 @ 90; C 9000 @ 90", 270, {"fee_per_trade": "0.9"}, {"A": 1, "B": 1}, "88.20"),
    # What can be kept is not sold.
    ("A 9000 @ 90; B 4000 @ 80", -720, HARD | {"never_buy": ["A", "B"]}, {"A": -8}, "0.00"),
    ("A 9000 @ 90; B 4000 @ 80", 0, HARD | {"never_buy": ["A", "B"]}, {}, "0.00"),
    ("A 9600 @ 800; B 6400 @ 2; C 3200 @ 10", 0, HARD | {"never_buy": "C"}, {}, "0.00"),
    # Small steps go up to the target, not past it; the rest stays, or is invested to the last step.
    (
        "A 4900 @ 490; FUND 5200 @ 220",
        800,
        {"fractional": {"FUND": "0.001"}},
        {"A": 1, "FUND": Decimal("1.136")},
        "60.08",
    ),
    (
        "A 4900 @ 490; FUND 5200 @ 220",
        800,
        {"fractional": {"FUND": "0.001"}, "leftover": "invest"},
        {"A": 1, "FUND": Decimal("1.409")},
        "0.02",
    ),
    # Equal distance: the least turnover.
    ("LOW 120 @ 30; NEW 0 @ 30", "60.58", HARD | {"min_trade": 60}, {"NEW": 2}, "0.58"),
    # What has no target is sold first.
    (
        "OLD 1500 @ 150; A 6000 @ 100; B 3000 @ 100",
        -900,
        {"targets": {"A": 50, "B": 50}},
        {"OLD": -6},
        "0.00",
    ),
    # Of that as much as leaves the least idle cash; where several do, the largest.
    ("KEEP 500 @ 10; DEAR 300 @ 100; FINE 200 @ 10", -110, {"targets": {"KEEP": 1}}, {"DEAR": -1, "FINE": -1}, "0.00"),
    ("KEEP 500 @ 10; DEAR 300 @ 100; FINE 200 @ 10", -100, {"targets": {"KEEP": 1}}, {"DEAR": -1}, "0.00"),
    ("KEEP 500 @ 10; X 37.02 @ 12.34; Y 14 @ 7", -6, {"targets": {"KEEP": 1}}, {"Y": -1}, "1.00"),
    ("A 600 @ 40; B 900 @ 40", 70, {"cash_buffer": 200}, {}, "70.00"),
    # Seven shares of US and one of BD would raise less too much, and take more of distance than that is worth.
    (
        "US 7520.50 @ 300.82; BD 2206.80 @ 91.95; TINY 7.35 @ 7.35",
        -2150,
        {"targets": {"US": 45, "BD": 45, "TINY": 10}},
        {"US": -8},
        "256.56",
    ),
    # Whole positions can be sold whatever their fee.
    (
        "; ".join(f"S{i} 120 @ 120" for i in range(10)),
        -600,
        {"fee_per_trade": 24},
        {f"S{i}": -1 for i in range(7)},
        "72.00",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_the_right_plan(case: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The trades, the cash that stays, and that it is proven; command and page say the same."""
    text, cash, options, trades, left = case
    held = portfolio(text)
    plan = rebalance(held, cash, method="exact", **options)
    assert {t.symbol: t.shares for t in plan.trades} == trades
    assert plan.cash_left == Decimal(left)
    assert known(plan.proof).proven
    file = tmp_path / "positions.csv"
    rows = "".join(f"{p.symbol},{p.value},{p.price},\n" for p in held)
    file.write_text(f"Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n{rows}", encoding="utf-8")
    assert main([str(file), f"--cash={cash}", "--exact", "-f", "json", *_arguments(options, tmp_path)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert Decimal(printed["cash_left"]) == plan.cash_left
    assert printed["proof"]["proven"]
    shares = {row["symbol"]: Decimal(str(row["buy_shares"])) for row in printed["positions"] if row["buy_shares"]}
    assert shares == trades
    assert_page_shows(plan, cash, options)


def assert_page_shows(plan: Plan, cash: Any, options: dict[str, Any]) -> None:
    """What is sent to the browser for the amounts of a plan is that plan."""
    rules = dict(options)
    point = Point(Decimal(cash), Decimal(rules.pop("min_trade", 0)))
    data = sweep_data(prepare(plan.portfolio, method="exact", **rules), [point])
    assert [row["texts"]["shares"][row["at"][0]] for row in data["rows"]] == BY_KEY["shares"].texts(plan)
    assert [row["dollars"][row["at"][0]] for row in data["rows"]] == [float(value) for value in plan.values_after]
    assert data["sentence"]["states"] == [sentence(plan)]
    numbers = [states["states"][0] for states in data["numbers"]]
    assert numbers == [(number.label, number.value, number.alert) for number in key_numbers(plan)]


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
    held = read_positions(file.read_bytes(), format_hint="generic").portfolio
    assert_page_shows(rebalance(held, 0, method="exact", targets={"B": 100}, **HARD), 0, HARD | {"targets": {"B": 100}})


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


@pytest.mark.parametrize("cash", [-5000, -12345, -20000])
@pytest.mark.parametrize("few", [1, 2, 3])
def test_no_plan_is_called_optimal_that_a_plan_of_few_trades_beats(cash: int, few: int) -> None:
    """A withdrawal that some of nine funds without a target can pay: what is not looked at is not proven."""
    held = read_positions(sample_bytes()).portfolio
    settings: dict[str, Any] = {"targets": Targets({"VSMAX": 100}), "method": "exact"}
    plan, limited = rebalance(held, cash, **settings).proof, rebalance(held, cash, max_trades=few, **settings).proof
    assert plan is not None
    assert limited is not None
    assert plan.lower_bound <= limited.objective + limited.idle + 1e-9
    assert plan.gap <= plan.idle
    assert limited.gap <= limited.idle
    assert plan.gap > 0, "this many plans are not looked at"
