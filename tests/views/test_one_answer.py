"""One answer: page, print, CSV and JSON say the same of what is left of a position."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

from pbal_core import rebalance
from pbal_core.planning.problem import prepare
from pbal_core.views.axis import Point
from pbal_core.views.columns import table_rows
from pbal_core.views.exports import plan_csv, plan_json
from pbal_core.views.printout import plan_html
from pbal_core.views.sheet import percent_texts
from pbal_core.views.sweep import sweep_data
from tests.build import portfolio

HELD = portfolio("A 990 @ 10 held 100; B 1000 @ 10 held 100")
WISH: dict[str, Any] = {"method": "exact", "strategy": "hard_rebalance", "targets": {"B": 100}}
"""All of A is sold, for 10.00 more than the file says it is worth."""


def test_files_and_tables_say_nothing_is_left() -> None:
    """The library's numbers, in every form that they are written in."""
    plan = rebalance(HELD, **WISH)
    assert plan.orders[0].shares == -100
    first = next(csv.DictReader(io.StringIO(plan_csv(plan))))
    assert first["FinalValue"] == "0.00"
    sold = json.loads(plan_json(plan))["positions"][0]
    assert (sold["final_value"], sold["weight_after"]) == ("0.00", 0)
    row = table_rows(plan)[0]
    assert (row["value_after"], row["weight_after"]) == ("$0.00", "0.0 %")
    page = plan_html(plan, name="rounded.csv", day=date(2026, 1, 31))
    line = re.search(r"<tr class=\"trade\"><td class=\"symbol\">A</td>(.*?)</tr>", page)
    assert line
    assert '<td class="value_after">$0.00</td><td class="weight_after">0.0</td>' in line[1]


def test_the_page_shows_the_same() -> None:
    """What the slider looks up is the same text, and every weight has one."""
    data = sweep_data(prepare(HELD, **WISH, places=2), [Point(Decimal(cash), Decimal(0)) for cash in (0, -500, 500)])
    texts = percent_texts()
    for column in data["weights"]["weight_after"]:
        assert all(0 <= (code + 50) // 100 < len(texts) for code in column)
    assert set(data["rows"][0]["texts"]["value_after"]) == {"$0.00"}
    assert min(data["totals"]) >= 0
