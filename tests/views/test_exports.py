"""Plans as files: exact, readable by programs, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pbal_core import rebalance
from pbal_core.views import exports
from pbal_core.views.prices import Quotes
from pbal_core.views.printout import plan_html
from tests.build import portfolio
from tests.strategies import cash_amounts, portfolios, steps


@given(st.text())
def test_no_text_starts_a_formula(text: Any) -> None:
    """What a spreadsheet would calculate gets an apostrophe; everything else stays as it is."""
    shown = exports.neutral(text)
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert shown in {text, f"'{text}"}


@given(portfolio=portfolios(), cash=cash_amounts, step=steps)
def test_amounts_are_exact(portfolio: Any, cash: Any, step: Any) -> None:
    """Reading the files back gives the plan's own decimals."""
    plan = rebalance(portfolio, cash, min_trade=step)
    rows = list(csv.DictReader(io.StringIO(exports.plan_csv(plan))))
    assert [Decimal(row["TradeValue"]) for row in rows] == [order.value for order in plan.orders]
    content = json.loads(exports.plan_json(plan))
    assert Decimal(content["cash_left"]) == plan.cash_left
    assert [Decimal(p["final_value"]) for p in content["positions"]] == list(plan.values_after)
    trades = list(csv.DictReader(io.StringIO(exports.trades_csv(plan))))
    assert [(t["Action"], int(t["Quantity"]), t["Symbol"]) for t in trades] == [
        (t.side, abs(t.shares), t.symbol) for t in plan.trades
    ]


def test_no_exponent() -> None:
    """A tiny price is written out: spreadsheets and people read 0.00000001."""
    plan = rebalance(portfolio("A 1 @ 0.00000001"), 1, min_trade=1)
    assert "0.00000001" in exports.plan_csv(plan)
    assert "E-" not in exports.plan_csv(plan)


def test_money_has_its_cents_and_sales_their_gain() -> None:
    """3966.60 and 2323.20 as a statement writes them; the price's day and age, and what a sale realises."""
    held = portfolio("A 39666 @ 1983.3 pnl 3966.6; B 9292.8 @ 1161.6")
    plan = rebalance(held, method="exact", strategy="hard_rebalance", targets={"A": 73, "B": 27})
    quotes = Quotes(day=date(2026, 4, 1), today=date(2026, 4, 20), corrected=frozenset({"B"}))
    rows = list(csv.reader(io.StringIO(exports.trades_csv(plan, quotes))))
    assert rows[1][:5] + rows[1][6:] == ["Sell", "2", "A", "1983.30", "3966.60", "396.66", "2026-04-01", "19"]
    assert rows[2][:5] + rows[2][6:] == ["Buy", "3", "B", "1161.60", "3484.80", "", "2026-04-20", "0"]
    first = next(csv.DictReader(io.StringIO(exports.plan_csv(plan, quotes))))
    assert (first["InitialValue"], first["TradeValue"], first["Gain"]) == ("39666.00", "-3966.60", "396.66")
    content = json.loads(exports.plan_json(plan, quotes))
    assert (content["prices_of"], content["prices_age_days"]) == ("2026-04-01", 19)
    assert [row["gain_realised"] for row in content["positions"]] == ["396.66", None]
    page = plan_html(plan, name="mine.csv", day=date(2026, 4, 20), quotes=quotes)
    assert "Prices of 1 April 2026, 19 days old; corrected: B." in page
    assert "Realises about $397 gain" in page
    assert exports.money_text(Decimal("2323.2"), "USD") == "2323.20"
    assert exports.money_text(Decimal(7), "JPY") == "7"
    assert exports.money_text(Decimal("0.12345"), "USD") == "0.12345"


def test_basket(golden: Callable[[str, str], None]) -> None:
    """The columns TWS imports; sells first; class shares as TWS writes them; whole shares at limits on the grid."""
    plan = rebalance(
        portfolio("BRK.B 3000 @ 455.125; VTI 900 @ 250.5; PENNY 0 @ 0.12345; BF/B 5000 @ 40.1"),
        strategy="hard_rebalance",
        min_trade=10,
    )
    golden("basket.csv", exports.basket_csv(plan).replace("\r\n", "\n"))
    assert exports.not_in_basket(plan) == []


def test_printed_page(golden: Callable[[str, str], None]) -> None:
    """One page with the question, the plan and the day; nothing is fetched, everything from a file is escaped."""
    plan = rebalance(portfolio("VTI 1000 @ 250; BND 500 @ 75"), 600, min_trade=50)
    page = plan_html(plan, name="<my> file", day=date(2026, 1, 31))
    golden("plan.html", page)
    assert "<my>" not in page
    assert "http:" not in page
    assert "https:" not in page
