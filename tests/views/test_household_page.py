"""What the page shows of a household is what its plans say, at every position of every account's slider."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from pbal_core import Targets
from pbal_core.money import format_percent
from pbal_core.planning.household import Household, HouseholdAccount, HouseholdPlan, rebalance_household
from pbal_core.planning.household.along import Prepared, prepare_household
from pbal_core.planning.strategy import Strategy
from pbal_core.views import household as views
from pbal_core.views.household_classes import class_totals
from pbal_core.views.household_page import HouseholdStates, household_sheet, household_states
from pbal_core.views.household_rows import HouseholdRows, household_rows
from pbal_core.views.states import States
from pbal_core.views.trades import DASH, trade_text
from tests.build import portfolio, rules

TARGETS = Targets({"Stocks": 60, "BND": 40}, substitutes={"Stocks": ["VTI", "VTSAX"]}, prices={"VTSAX": "120.123"})
HOME = Household(
    [
        HouseholdAccount(name="Taxable", portfolio=portfolio("VTI 25000 @ 250 held 100; GLD 990 @ 33 pnl 10 held 30"),
                         constraints=rules(never_sell=["GLD"])),
        HouseholdAccount(name="IRA", kind="deferred", portfolio=portfolio("BND 7250 @ 72.50 held 100"),
                         menu=["BND", "VTI"]),
        HouseholdAccount(name="401k", kind="deferred", portfolio=portfolio("VTSAX 12012.3 @ 120.123 held 100"),
                         constraints=rules(fractional={"VTSAX": "0.001"}, fee_per_trade="0.50")),
    ]
)  # fmt: skip
CASH = {"Taxable": Decimal(5000), "IRA": Decimal("6500.25"), "401k": Decimal(0)}
AMOUNTS = [Decimal(amount) for amount in (-9000, -2000, 0, 250, 1000, 6500, 20000)]


def asked(strategy: str = "try_avoid_sell") -> tuple[HouseholdPlan, Prepared, HouseholdRows]:
    plan = rebalance_household(HOME, TARGETS, CASH, strategy=strategy)
    made = prepare_household(
        HOME, TARGETS, CASH, strategy=Strategy.named(strategy), min_trade=Decimal(0), amounts=AMOUNTS
    )
    return plan, made, household_rows(made, TARGETS)


def at(states: States, i: int = 0) -> Any:
    return states["states"][states["at"][i]]


def cell(row: dict[str, list[Any]], key: str, i: int = 0) -> Any:
    return row[key][row["at"][i]]


def dollars(text: str) -> Decimal:
    return Decimal(text.replace("$", "").replace(",", "").replace("+", "")) if text != DASH else Decimal(0)


def cash_row(states: HouseholdStates, number: int, i: int = 0) -> Any:
    account = states["accounts"][number]
    assert account is not None
    return at(account["cash"], i)


@pytest.mark.parametrize("strategy", ["try_avoid_sell", "hard_rebalance"])
def test_the_committed_plan_is_what_the_plans_say(strategy: str) -> None:
    """Every trade, amount and weight; the sentence is that of the command."""
    plan, _made, rows = asked(strategy)
    states = household_states(rows, [rows.committed(plan)])
    sheet = household_sheet(rows, [AMOUNTS] * 3, [Decimal(0), Decimal(100)])
    assert json.loads(json.dumps(sheet)) == sheet
    json.dumps(states)  # nothing in it but plain values
    assert at(states["sentence"]) == views.sentence(plan)
    for number, (name, each) in enumerate(plan.plans.items()):
        account, shown = sheet["accounts"][number], states["accounts"][number]
        assert shown is not None
        assert (account["name"], tuple(account["symbols"])) == (name, each.portfolio.symbols)
        assert [cell(row, "trade") for row in shown["rows"]] == [trade_text(order.shares) for order in each.orders]
        assert [cell(row, "side") for row in shown["rows"]] == [order.side for order in each.orders]
        moved = [dollars(cell(row, "traded")) for row in shown["rows"]]
        now, taken, left = map(dollars, at(shown["cash"]))
        assert now + taken == left
        assert sum(moved) + taken == -each.fees
        assert sum(dollars(cell(row, "after")) for row in shown["rows"]) + left == dollars(at(shown["total"])[2])
    for fund, static, whole in zip(states["funds"], sheet["funds"], views.funds(plan), strict=True):
        assert (static["name"], static["now"]) == (whole.name, format_percent(whole.now))
        assert sheet["percents"][(fund["after"][0] + 50) // 100] == format_percent(whole.after)
        assert static["target"] == pytest.approx(100 * whole.target)
    before, trades, fees, after = at(states["total"])
    assert (dollars(before) + dollars(fees.removeprefix("fees ")), trades) == (
        dollars(after),
        f"{sum(len(each.trades) for each in plan.plans.values())} trades",
    )
    numbers = {label: value for label, value, _alert in map(at, states["numbers"])}
    assert numbers["Cash left"] == plan.money(sum((p.cash_left for p in plan.plans.values()), Decimal(0)))
    assert set(numbers) == {"Balanced", "Largest drift", "Trades", "Cash left", "Gain realised"}


def test_a_fund_says_where_it_trades() -> None:
    """By account, and by symbol where the fund is several of them."""
    plan, _made, rows = asked("hard_rebalance")
    states = household_states(rows, [rows.committed(plan)])
    words = {fund.name: at(shown["trade"]) for fund, shown in zip(rows.funds, states["funds"], strict=True)}
    for name, each in plan.plans.items():
        for trade in each.trades:
            fund = "Stocks" if trade.symbol in {"VTI", "VTSAX"} else trade.symbol
            count = (
                f"{trade.quantity:f}".rstrip("0").rstrip(".") if isinstance(trade.shares, Decimal) else trade.quantity
            )
            symbol = "" if fund == trade.symbol else f" {trade.symbol}"
            assert f"{count}{symbol} in {name}" in words[fund]
    assert words["GLD"] == DASH


@pytest.mark.parametrize("name", list(CASH))
def test_every_position_is_its_own_plan(name: str) -> None:
    """Packed together or one by one; the other accounts trade as they did."""
    plan, made, rows = asked()
    number = list(CASH).index(name)
    beside, committed = made.beside(plan, name), rows.committed(plan)
    positions = []
    for amount in AMOUNTS:
        outcomes = list(committed)
        outcomes[number] = rows.along(number, made.accounts[name], amount, beside.solve(amount))
        positions.append(outcomes)
    whole = household_states(rows, positions, moving=number, places=range(len(AMOUNTS)), landmarks=[(2, "nothing")])
    assert [states is None for states in whole["accounts"]] == [n != number for n in range(3)]
    for i, outcomes in enumerate(positions):
        one = household_states(rows, [outcomes])
        assert at(whole["sentence"], i) == at(one["sentence"])
        assert [at(states, i) for states in whole["numbers"]] == [at(states) for states in one["numbers"]]
        assert cash_row(whole, number, i) == cash_row(one, number)
        for mine, theirs in zip(whole["funds"], one["funds"], strict=True):
            assert (at(mine["trade"], i), mine["after"][i]) == (at(theirs["trade"]), theirs["after"][0])
        account, alone = whole["accounts"][number], one["accounts"][number]
        assert account is not None
        assert alone is not None
        for row, single in zip(account["rows"], alone["rows"], strict=True):
            assert all(cell(row, key, i) == cell(single, key) for key in ("trade", "traded", "after", "dollars"))


def test_where_there_is_no_plan_it_says_why() -> None:
    """No number is claimed for afterwards."""
    plan, made, rows = asked()
    solution = made.beside(plan, "IRA").solve(Decimal(-9000))
    outcomes = rows.committed(plan)
    outcomes[1] = rows.along(1, made.accounts["IRA"], Decimal(-9000), solution)
    states = household_states(rows, [outcomes, rows.refused(CASH, "IRA: no.")])
    assert at(states["sentence"]).startswith("No plan. IRA: ")
    assert at(states["sentence"], 1) == "No plan. IRA: no."
    assert states["balance"] == [-1, -1]
    assert cash_row(states, 1)[2] == DASH
    assert at(states["total"])[3] == DASH


def test_a_target_that_no_account_may_hold_is_still_missing() -> None:
    """Its row says so, and the balance counts it."""
    home = Household(
        [HouseholdAccount(name=n, portfolio=portfolio("VTI 1000 @ 250 held 4"), menu=["VTI"]) for n in "AB"]
    )
    targets = Targets({"VTI": 60, "BND": 40}, prices={"BND": 75})
    cash = {"A": Decimal(500), "B": Decimal(0)}
    made = prepare_household(home, targets, cash, strategy=Strategy.TRY_AVOID_SELL, min_trade=Decimal(0))
    rows = household_rows(made, targets)
    states = household_states(rows, [rows.committed(rebalance_household(home, targets, cash))])
    sheet = household_sheet(rows, [AMOUNTS] * 2, [Decimal(0)])
    assert [(fund["name"], fund["now"], fund["target"]) for fund in sheet["funds"]] == [
        ("VTI", "100.0 %", 60.0),
        ("BND", "0.0 %", 40.0),
    ]
    assert at(states["numbers"][0])[:2] == ("Balanced", "60.0 → 60.0 %")


CLASSES = Targets(
    {"Stocks": 60, "BND": 30, "Rest": 10},
    {"Stocks": {"US": 75, "VXUS": 25}, "US": {"Broad": 100, "OLD": 0}, "Rest": {"VNQ": 100}},
    {"VXUS": "60", "VNQ": "90"},
    {"Broad": ["VTI", "VTSAX"]},
)


def test_classes_are_rows_before_their_funds() -> None:
    """As many as the tree has, each the sum of its funds at every position; a flat list has none."""
    home = Household(
        [
            HouseholdAccount(name="Taxable", portfolio=portfolio("VTI 25000 @ 250; OLD 900 @ 90; GLD 990 @ 33")),
            HouseholdAccount(
                name="IRA", portfolio=portfolio("BND 7250 @ 72.50; VTSAX 1200 @ 120"), menu=["BND", "VXUS"]
            ),
        ]
    )
    targets = CLASSES
    cash = {"Taxable": Decimal(3000), "IRA": Decimal(6000)}
    plan = rebalance_household(home, targets, cash)
    made = prepare_household(home, targets, cash, strategy=Strategy.TRY_AVOID_SELL, min_trade=Decimal(0))
    rows = household_rows(made, targets)
    sheet = household_sheet(rows, [AMOUNTS] * 2, [Decimal(0)])
    states = household_states(rows, [rows.committed(plan)])
    names = [fund["name"] for fund in sheet["funds"]]
    assert [(each["level"], each["name"], names[each["first"]]) for each in sheet["funds_in"]] == [
        (0, "Stocks", "Broad"), (1, "US", "Broad"), (0, "Rest", "VNQ"), (0, "No target", "GLD")]  # fmt: skip
    assert [(fund["level"], fund["name"]) for fund in sheet["funds"]] == [
        (2, "Broad"), (2, "OLD"), (1, "VXUS"), (0, "BND"), (1, "VNQ"), (1, "GLD")]  # fmt: skip
    totals = {row.name: row for row in class_totals(plan, targets)}
    for each, shown in zip(sheet["funds_in"], states["funds_in"], strict=True):
        row = totals[each["name"]]
        assert each["now"] == format_percent(sum(holding.now for holding in row.rows))
        assert sheet["percents"][(shown["after"][0] + 50) // 100] == format_percent(sum(h.after for h in row.rows))
        assert shown["target"][0] == pytest.approx(100_000 * (row.target or 0), abs=1)
        assert dollars(at(shown["traded"])) == row.moved
        count = sum(1 for holding in row.rows if holding.trade.shares)
        assert at(shown["trade"]) == (DASH if not count else "1 trade" if count == 1 else f"{count} trades")
    flat, _, flat_rows = asked()
    assert household_states(flat_rows, [flat_rows.committed(flat)])["funds_in"] == []


def test_many_accounts_are_counted_and_not_listed() -> None:
    """What nobody reads to its end is in the table; a withdrawal is said as what it is."""
    trades = {f"A{n}": [("VTI", 3), ("BND", -1)] for n in range(7)}
    assert views.sentence_of(trades, "$1.00", "$9.00") == (
        "Make 14 trades in 7 accounts. $1.00 of $9.00 left. No money moves between accounts."
    )
    assert views.sentence_of({"A": [("BND", -2)], "B": []}, "$1.00", "") == (
        "Sell 2 BND in A. The withdrawals are raised; $1.00 is left. No money moves between accounts."
    )


def test_a_class_that_nobody_holds_or_buys_has_no_row() -> None:
    """And where every fund has a target, there is no row for those without."""
    home = Household([HouseholdAccount(name="A", portfolio=portfolio("VTI 1000 @ 250; BND 720 @ 72"))])
    targets = Targets({"Stocks": 60, "Bonds": 40, "Gone": 0}, {"Stocks": ["VTI"], "Bonds": ["BND"], "Gone": ["OLD"]})
    cash = {"A": Decimal(500)}
    made = prepare_household(home, targets, cash, strategy=Strategy.TRY_AVOID_SELL, min_trade=Decimal(0))
    sheet = household_sheet(household_rows(made, targets), [AMOUNTS], [Decimal(0)])
    assert [each["name"] for each in sheet["funds_in"]] == ["Stocks", "Bonds"]
