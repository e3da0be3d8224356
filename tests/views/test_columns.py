"""The table of a plan is one list of columns: page, print and files have what it says, and nothing else."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date

import pytest

from pbal_core import rebalance
from pbal_core.planning.problem import prepare
from pbal_core.readers import read_positions
from pbal_core.sample import sample_bytes
from pbal_core.views import columns, exports, printout, sheet, sweep
from pbal_core.views.axis import Point, axes_for
from pbal_core.views.columns import COLUMNS, Column, FileNames, table_rows
from tests.build import portfolio
from tests.known import known

SAMPLE = read_positions(sample_bytes()).portfolio


def test_keys_and_places_are_each_ones_own() -> None:
    keys = [column.key for column in COLUMNS]
    assert len(set(keys)) == len(keys)
    places = [column.file.place for column in COLUMNS if column.file]
    assert len(set(places)) == len(places)


def test_files_keep_the_order_of_their_columns() -> None:
    """Programs read these; what is added goes to a place of its own."""
    plan = rebalance(SAMPLE, 5000, min_trade=100)
    header = exports.plan_csv(plan).splitlines()[0]
    assert (
        header
        == "Symbol,InitialValue,MarkPrice,BuyVal,BuyShares,TradeValue,FinalValue,Reason,Gain,PriceDate,PriceAgeDays"
    )
    assert list(json.loads(exports.plan_json(plan))["positions"][0]) == [
        "symbol",
        "initial_value",
        "mark_price",
        "buy_value",
        "buy_shares",
        "trade_value",
        "final_value",
        "target_weight",
        "weight_before",
        "weight_after",
        "reason",
        "gain_realised",
    ]


def test_a_unit_of_the_page_has_one_column_under_each_title() -> None:
    """In weights and in dollars the table has the same titles, so that the switch moves no column."""
    titles = {
        unit: [column.page for column in columns.PAGE_COLUMNS if column.unit in {"", unit}]
        for unit in ("weights", "dollars")
    }
    assert titles["weights"] == titles["dollars"] == ["Symbol", "Now", "Target", "Trade", "Amount", "After"]


@pytest.fixture
def one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more row of the list: the value of a position in whole thousands, everywhere."""
    added = Column(
        key="thousands",
        page="Thousands",
        printed="Thousands",
        values=lambda outcome: outcome.values_after,
        write=lambda basis, units: f"{units // 10**basis.scale // 1000}k",
        exact=lambda plan: [value // 1000 for value in plan.values_after],
        file=FileNames(place=75, json="thousands", csv="Thousands"),
        follows="trade",
    )
    more = (*COLUMNS[:-1], added, COLUMNS[-1])
    monkeypatch.setattr(columns, "COLUMNS", more)
    page = tuple(column for column in more if column.page)
    files = tuple(sorted((c for c in more if c.file), key=lambda c: known(c.file).place))
    monkeypatch.setattr(printout, "PRINTED_COLUMNS", tuple(c for c in more if c.printed))
    monkeypatch.setattr(exports, "FILE_COLUMNS", files)
    for module in (sheet, sweep):
        monkeypatch.setattr(module, "PAGE_COLUMNS", page)


@pytest.mark.usefixtures("one_more")
def test_a_column_is_added_by_adding_it_to_the_list() -> None:
    """Table, printed page, CSV, JSON and every position of a slider have it."""
    plan = rebalance(portfolio("VTI 7000 @ 250; BND 5000 @ 75"), 3000, min_trade=50)
    assert [row["thousands"] for row in table_rows(plan)] == ["7k", "7k"]
    first = next(csv.DictReader(io.StringIO(exports.plan_csv(plan))))
    assert first["Thousands"] == "7"
    assert json.loads(exports.plan_json(plan))["positions"][0]["thousands"] == "7"
    page = printout.plan_html(plan, name="x", day=date(2026, 1, 31))
    assert re.findall(r'<td class="thousands">(\w+)</td>', page) == ["7k", "7k"]
    problem = prepare(plan.portfolio)
    titles = sheet.sheet_data(problem, axes_for(problem))["columns"]
    assert "thousands" in [column["key"] for column in titles]
    data = sweep.sweep_data(problem, [Point(plan.cash, plan.min_trade)])
    assert data["rows"][0]["texts"]["thousands"] == ["7k"]
    assert data["widths"]["thousands"] > 1
