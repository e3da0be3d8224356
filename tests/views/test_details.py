"""What a row opens to, how old its price is, and the trades as lines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pbal_core import Position, rebalance
from pbal_core.planning.answer import basis_of, outcome_of
from pbal_core.planning.problem import prepare
from pbal_core.planning.solve import solve
from pbal_core.views.age import age_words, last_trading_day, too_old
from pbal_core.views.copying import trade_lines
from pbal_core.views.details import fixed_details, fund_name, plan_details, shares_text
from pbal_core.views.prices import Quotes, format_price
from tests.build import portfolio

HELD = portfolio("VTI 10000 @ 250 pnl 2000 held 40; BND 5000 @ 75.5; VXUS 4000 @ 62.5 pnl -400 held 64")


def details(cash: Any, **settings: Any) -> Any:
    problem = prepare(HELD, **settings)
    question = problem.units(Decimal(cash)), problem.units(Decimal(10))
    outcome = outcome_of(problem, basis_of(problem), question, solve(problem, *question))
    return problem, outcome, plan_details(problem, outcome)


def test_a_sale_says_what_it_realises() -> None:
    """About, by average cost, in whole dollars; that the cost is unknown where it is; nothing for a purchase."""
    _problem, outcome, said = details(-9000, strategy="hard_rebalance", method="exact")
    assert outcome.shares[0] < 0
    gain = round(-outcome.shares[0] * 50)
    assert said["gains"][0] == f"Realises about ${gain:,} gain (average cost; your broker may count by lots)"
    assert said["gains"][1].startswith("What the sale realises is unknown")
    assert (
        said["gains"][2]
        == f"Realises about ${-outcome.shares[2] * 6.25:,.0f} loss (average cost; your broker may count by lots)"
    )
    assert details(5000)[2]["gains"] == ["", "", ""]


def test_the_reason_is_the_one_of_this_plan() -> None:
    """The words of the plan itself, as a sentence; nothing where nothing trades."""
    problem, outcome, said = details(5000, method="exact")
    plan = rebalance(HELD, 5000, method="exact", min_trade=10)
    assert outcome.shares == tuple(order.shares for order in plan.orders)
    assert said["reasons"] == [order.reason[:1].upper() + order.reason[1:] for order in plan.orders]
    assert len(problem.portfolio) == len(said["shares"])


def test_shares_are_counted() -> None:
    """From the file, or from value and price; before and after."""
    _problem, outcome, said = details(5000, method="exact")
    assert said["shares"][0] == ("40" if not outcome.shares[0] else f"40 before and {40 + outcome.shares[0]} after")
    assert shares_text(HELD["BND"], 0) == "about 66.225"
    assert shares_text(HELD["BND"], 3) == "about 66.225 before and 69.225 after"
    assert shares_text(Position(symbol="A", value=500, price=250), 2) == "2 before and 4 after"
    assert shares_text(Position(symbol="A", value=0, price=250), 2) == "0 before and 2 after"


def test_facts_of_the_file() -> None:
    """Price with its day and age, unrealised gain, and what may be corrected."""
    quotes = Quotes(
        day=date(2026, 4, 1),
        today=date(2026, 4, 3),
        corrected=frozenset({"BND"}),
        correctable=frozenset({"VTI", "BND"}),
    )
    facts = fixed_details(prepare(HELD, targets={"VTI": 50, "GLD": 50}, prices={"GLD": "410.5"}), quotes)
    assert facts["prices"] == [
        "$250.00, of 1 April 2026, 2 days old",
        "$75.50, corrected by you",
        "$62.50, of 1 April 2026, 2 days old",
        "$410.50, as you said",
    ]
    assert facts["profits"] == ["+$2,000.00", "not in the file", "-$400.00", "nothing is held"]
    assert facts["plain_prices"] == ["250", "75.5", "", ""]
    assert fixed_details(prepare(HELD), Quotes())["prices"][0] == "$250.00, the file has no date"


@pytest.mark.parametrize(
    ("symbol", "shown"),
    [("IE00B4L5Y983", "iShares Core MSCI World"), ("VTI", ""), ("US0378331005", ""), ("ie00b4l5y983", "")],
)
def test_a_name_is_written_under_an_isin(symbol: str, shown: str) -> None:
    assert fund_name(symbol, {"IE00B4L5Y983": "iShares Core MSCI World", "VTI": "Total Stock"}) == shown


def test_a_long_name_is_cut() -> None:
    assert fund_name("IE00B4L5Y983", {"IE00B4L5Y983": "x" * 100}) == "x" * 59 + "\N{HORIZONTAL ELLIPSIS}"


@pytest.mark.parametrize(
    ("price", "currency", "text"),
    [
        ("279.68", "USD", "$279.68"),
        ("1161.6", "USD", "$1,161.60"),
        ("12.3457", "USD", "$12.3457"),
        ("0.00000001", "USD", "$0.00000001"),
        ("1234.5", "JPY", "JPY\N{NO-BREAK SPACE}1,234.5"),
        ("98.12", "CHF", "CHF\N{NO-BREAK SPACE}98.12"),
    ],
)
def test_a_price_keeps_its_decimals(price: str, currency: str, text: str) -> None:
    assert format_price(Decimal(price), currency) == text


def test_prices_of_friday_are_fresh_on_monday() -> None:
    """And old on Tuesday; of an unknown day they are never fresh."""
    friday, monday, tuesday = date(2026, 1, 30), date(2026, 2, 2), date(2026, 2, 3)
    assert last_trading_day(monday) == friday
    assert not too_old(friday, monday)
    assert too_old(friday, tuesday)
    assert too_old(None, monday)
    assert age_words(friday, monday) == "3 days old"
    assert age_words(monday, friday) == "dated in the future"


def test_the_words_for_all_prices() -> None:
    assert Quotes().words() == "The file does not say what day its prices are from"
    old = Quotes(day=date(2026, 4, 1), today=date(2026, 4, 2), corrected=frozenset({"B", "A"}))
    assert old.words() == "Prices of 1 April 2026, from yesterday; corrected: A, B"


def test_the_trades_as_lines() -> None:
    """One a trade, in file order, and the cash that stays; nothing where nothing trades."""
    plan = rebalance(portfolio("A 30 @ 1; B 10 @ 2.5"), 10, min_trade=1, strategy="hard_rebalance")
    assert trade_lines(plan.portfolio, plan.outcome) == [
        "Sell 5 A at $1.00: $5.00",
        "Buy 6 B at $2.50: $15.00",
        "Cash left: $0.00",
    ]
    nothing = rebalance(portfolio("A 30 @ 1; B 30 @ 1"))
    assert trade_lines(nothing.portfolio, nothing.outcome) == []
