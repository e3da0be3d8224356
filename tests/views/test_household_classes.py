"""A household by class: each row is the sum of the holdings below it, in whichever account they are."""

from __future__ import annotations

from decimal import Decimal

from pbal_core import Portfolio, Position, Targets
from pbal_core.planning.household import Household, HouseholdAccount, HouseholdPlan, rebalance_household
from pbal_core.views.household_classes import ClassTotal, class_totals, household_class_table
from pbal_core.views.trades import DASH

TARGETS = Targets(
    {"stocks": 60, "BND": 40},
    {"stocks": {"US": 75, "VXUS": 25}},
    {"VXUS": "60"},
    {"US": ["VTI", "VTSAX"]},
)


def position(symbol: str, value: int, price: int) -> Position:
    return Position(symbol=symbol, value=Decimal(value), price=Decimal(price))


def planned(targets: Targets | None = TARGETS) -> HouseholdPlan:
    household = Household(
        [
            HouseholdAccount(
                name="Taxable", portfolio=Portfolio([position("VTI", 20_000, 250), position("OLD", 100, 10)])
            ),
            HouseholdAccount(
                name="IRA",
                kind="deferred",
                portfolio=Portfolio([position("VTI", 5_000, 250), position("VTSAX", 1_200, 120)]),
                menu=["BND", "VXUS"],
            ),
        ]
    )
    given = targets and targets.priced({"BND": "72.5", "VXUS": "60"})
    return rebalance_household(household, given, {"Taxable": 3_000, "IRA": 6_000})


def test_every_class_is_the_sum_of_what_is_inside_it() -> None:
    plan = planned()
    rows = class_totals(plan, TARGETS)
    assert [(row.level, row.name) for row in rows if "Taxable" in row.name] == [
        (2, "VTI in Taxable"),
        (2, "VXUS in Taxable"),
        (1, "BND in Taxable"),
        (1, "OLD in Taxable"),
    ]
    by_name = {row.name: row for row in rows}
    assert [row.name for row in rows if row.target is not None] == ["stocks", "US", "VXUS", "BND", "No target"]
    for name, target in (("stocks", 0.6), ("US", 0.45), ("VXUS", 0.15), ("BND", 0.4), ("No target", 0.0)):
        assert abs((by_name[name].target or 0) - target) < 1e-12
    for whole, parts in (("stocks", ("US", "VXUS")), ("US", ("VTI in Taxable", "VTI in IRA", "VTSAX in IRA"))):
        for of in (value, after, moved):
            assert of(by_name[whole]) == sum(of(by_name[part]) for part in parts)
    tops = [row for row in rows if row.level == 0]
    assert sum(map(value, tops)) == 26_300
    assert sum(map(moved, tops)) == sum(each.cost for each in plan.plans.values())


def value(row: ClassTotal) -> Decimal:
    return row.value


def after(row: ClassTotal) -> Decimal:
    return row.value_after


def moved(row: ClassTotal) -> Decimal:
    return row.moved


def test_equal_weights_have_a_row_for_each_fund() -> None:
    plan = planned(None)
    names = [row.name for row in class_totals(plan, None) if row.level == 0]
    assert names == list(plan.targets)
    assert sorted(names) == ["OLD", "VTI", "VTSAX"]


def test_the_table_says_where_each_fund_is_traded() -> None:
    table = {cells[0].strip(): cells[1:] for cells in household_class_table(planned(), TARGETS)}
    assert table["Class"] == ("Now", "Weight", "Target", "Trade", "After", "Weight after")
    assert table["US"][:3] == ("$26,200.00", "99.6 %", "45.0 %")
    assert table["OLD in Taxable"] == ("$100.00", "0.4 %", DASH, DASH, "$100.00", "0.3 %")
    assert table["BND in IRA"][3].startswith("+$")
