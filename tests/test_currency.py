"""Amounts are written in the portfolio's own currency wherever a person reads them, and nothing else changes."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as hypothesis_strategies

from pbal_core import DataError, InfeasiblePlanError, Portfolio, RequestError, read_positions, rebalance
from pbal_core.cli import main
from pbal_core.dashboard.live import _commit, new_memory, read_amount
from pbal_core.dashboard.payload import payload
from pbal_core.money import currency_spellings, format_money, format_units, typed_amount
from pbal_core.planning.problem import prepare
from pbal_core.policy.assets import with_targets
from pbal_core.policy.targets import Targets
from pbal_core.views import exports
from pbal_core.views import summary as present
from pbal_core.views.axis import Point, axes_for
from pbal_core.views.columns import table_rows
from pbal_core.views.drift_words import drift_words
from pbal_core.views.numbers import key_numbers
from pbal_core.views.printout import plan_html
from pbal_core.views.sheet import sheet_data
from pbal_core.views.sweep import sweep_data
from tests.build import portfolio
from tests.strategies import cash_amounts, portfolios, steps, strategy_names

DEGIRO = Path(__file__).parent / "data" / "readers" / "degiro_de.csv"
DRAWN = {"portfolio": portfolios(max_size=6), "cash": cash_amounts, "step": steps, "strategy": strategy_names}


def in_currency(held: Portfolio, currency: str) -> Portfolio:
    return Portfolio(held, currency=currency)


@pytest.mark.parametrize(
    ("currency", "amount", "text"),
    [
        ("USD", "-33.51", "-$33.51"),
        ("EUR", "1234.56", "+€1,234.56"),
        ("GBP", "-33.51", "-£33.51"),
        ("CAD", "1234.56", "+CA$1,234.56"),
        ("AUD", "0", "A$0.00"),
        ("CHF", "1234.56", "+CHF\u00a01,234.56"),
        ("CHF", "-33.51", "-CHF\u00a033.51"),
        ("SEK", "-0.004", "SEK\u00a00.00"),
        ("JPY", "1234567.5", "+JPY\u00a01,234,568"),
        ("JPY", "-0.4", "JPY\u00a00"),
        ("KRW", "-33", "-KRW\u00a033"),
        ("KWD", "1.234", "+KWD\u00a01.234"),
    ],
)
def test_money_has_the_sign_or_the_code_in_front(currency: str, amount: str, text: str) -> None:
    """The minus before the sign; a code with a space that does not break; the number as for dollars."""
    assert format_money(Decimal(amount), signed=True, currency=currency) == text
    assert format_units(int(Decimal(amount) * 1000), 3, signed=True, currency=currency) == text


@given(
    amount=hypothesis_strategies.decimals(-(10**9), 10**9, places=2),
    currency=hypothesis_strategies.sampled_from(["USD", "EUR", "GBP", "CAD", "AUD", "NZD", "HKD", "SGD", "CHF", "SEK"]),
)
def test_what_is_written_can_be_typed(amount: Decimal, currency: str) -> None:
    """The text of an amount is read back as that amount, with any spelling of its currency before or after it."""
    assert read_amount("cash", format_money(amount, currency=currency), currency=currency) == amount
    for spelling in currency_spellings(currency):
        assert typed_amount(f" {spelling.lower()} {amount:,} ", "cash", currency) == amount
        assert typed_amount(f"{amount:,}{spelling}", "cash", currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("$500", "EUR"),
        ("€500", "USD"),
        ("£5", "CHF"),
        ("US$5", "CAD"),
        ("€", "EUR"),
    ],
)
def test_another_currency_is_refused(text: str, currency: str) -> None:
    """500 dollars are not 500 euros."""
    with pytest.raises(RequestError, match=r"is not (a number|an amount in)"):
        read_amount("cash", text, currency=currency)


@pytest.mark.parametrize(
    ("currency", "text", "found", "needed"),
    [
        ("USD", "0.005", "$0.005", "in whole cents"),
        ("JPY", "500.50", "JPY\N{NO-BREAK SPACE}500.50", "a whole number"),
    ],
)
def test_what_cannot_be_written_cannot_be_typed(currency: str, text: str, found: str, needed: str) -> None:
    """An amount that would be shown rounded is refused as it was typed: there are no hundredths of a yen."""
    with pytest.raises(RequestError, match=re.escape(f"The cash is {found}; it must be {needed}.")):
        read_amount("cash", text, currency=currency)


def test_a_plan_in_yen_shows_no_hundredths() -> None:
    """Nor does any sentence, key number or row; the exact amounts stay in the files."""
    plan = rebalance(in_currency(portfolio("A 100000.25 @ 1234.5; B 50000 @ 700"), "JPY"), 100_000, min_trade=1000)
    texts = [present.sentence(plan), *present.explanation(plan), plan_html(plan, name="x", day=date(2026, 1, 31))]
    texts += [number.value for number in key_numbers(plan)]
    texts = [re.sub(r'<td class="price">[^<]*', "", text) for text in texts]  # a price may have decimals of a yen
    assert not [text for text in texts if re.search(r"JPY\s[\d,]+\.\d", text)]
    assert "JPY\u00a0100,000" in " ".join(texts)
    assert "100000.25" in exports.plan_csv(plan)


def test_bounds_are_said_in_the_currency() -> None:
    with pytest.raises(RequestError, match=r"is €0\.00; it must lie within €0\.01 to €1,000,000\.00"):
        read_amount("min_trade", "0", currency="EUR")


@pytest.mark.parametrize("code", ["", "usd", "EU", "EURO", "€", "ÄÖÜ", "$$$"])
def test_a_portfolio_wants_an_iso_code(code: str) -> None:
    with pytest.raises(DataError, match="a code of three capital letters is needed, such as USD"):
        Portfolio(portfolio("VTI 1 @ 1"), currency=code)


def test_a_portfolio_keeps_its_currency() -> None:
    """Dollars where nothing is said; part of what makes portfolios equal; kept when targets are added."""
    dollars = portfolio("VTI 1000 @ 250")
    euros = in_currency(dollars, "EUR")
    assert dollars.currency == "USD"
    assert dollars == in_currency(dollars, "USD") != euros
    assert with_targets(euros, Targets({"VTI": 50, "BND": 50}, prices={"BND": 75})).currency == "EUR"
    plan = rebalance(euros, 500, min_trade=10, targets={"VTI": 50, "BND": 50}, prices={"BND": 75})
    assert plan.portfolio.currency == "EUR"
    frame = pd.DataFrame(
        [("VTI", 1000, 250, None)], columns=["Symbol", "PositionValue", "MarkPrice", "FifoPnlUnrealized"]
    )
    assert Portfolio.from_frame(frame, currency="CHF").currency == "CHF"
    assert Portfolio.from_frame(frame).currency == "USD"


def texts(held: Portfolio, cash: Decimal, **settings: Any) -> str:
    """Everything that a person reads of a plan, or why there is none."""
    try:
        plan = rebalance(held, cash, **settings)
    except InfeasiblePlanError as error:
        return str(error)
    issues = [str(issue) for issue in plan.issues]
    tables = [*table_rows(plan), *(asdict(number) for number in key_numbers(plan))]
    words = [present.sentence(plan), *present.explanation(plan), *issues, *plan.limits]
    page = plan_html(plan, name="positions", day=date(2026, 1, 2))
    drifted = drift_words(held)
    return json.dumps([tables, words, page, drifted.least, drifted.drift], ensure_ascii=False)


@given(**DRAWN, method=hypothesis_strategies.sampled_from(["classic", "exact"]))
def test_a_plan_differs_by_the_sign_alone(
    portfolio: Portfolio, cash: Decimal, step: int, strategy: str, method: str
) -> None:
    """Rows, key numbers, sentence, explanation, remarks, limits, printed page and drift, with every constraint."""
    settings = {"strategy": strategy, "method": method, "min_trade": step, "cash_buffer": 20, "fee_per_trade": "1.5"}
    dollars = texts(portfolio, cash, **settings)
    euros = texts(in_currency(portfolio, "EUR"), cash, **settings)
    assert "€" in euros
    assert euros == dollars.replace("$", "€")


@given(**DRAWN)
def test_sweeps_differ_by_the_sign_alone(portfolio: Portfolio, cash: Decimal, step: int, strategy: str) -> None:
    """Every position of a slider and the sheet around it, both methods."""
    points = [Point(amount, Decimal(step)) for amount in (cash, Decimal(0), Decimal(750), Decimal(-10))]
    for method in ("classic", "exact"):
        sent = []
        for currency in ("USD", "EUR"):
            problem = prepare(in_currency(portfolio, currency), strategy=strategy, method=method)
            sheet = sheet_data(problem, axes_for(problem))
            sent.append(json.dumps([sweep_data(problem, points), sheet], ensure_ascii=False))
        assert sent[1] == sent[0].replace("$", "€")


def test_a_file_in_euros_is_planned_in_euros() -> None:
    """The currency that DEGIRO's header names is the one of the sentence."""
    statement = read_positions(DEGIRO)
    assert statement.portfolio.currency == statement.currency == "EUR"
    sentence = present.sentence(rebalance(statement.portfolio, 3000, min_trade=100))
    assert "€" in sentence
    assert "$" not in sentence


TABLE = "Symbol,Quantity,Price,Market Value,Currency\nNESN,10,100,1000,{0}\nROG,5,250,1250,{0}\n"


@pytest.mark.parametrize(("named", "code"), [("CHF", "CHF"), ("chf", "CHF"), ("", "USD")])
def test_a_column_of_the_currency_counts(named: str, code: str) -> None:
    statement = read_positions(TABLE.format(named).encode()).confirm()
    assert statement.portfolio.currency == code
    assert not [issue for issue in statement.issues if issue.severity == "warning"]


def test_a_currency_that_is_no_code_is_told() -> None:
    """It is not guessed: amounts are written as dollars, and a warning says so."""
    statement = read_positions(TABLE.format("Franken").encode()).confirm()
    assert statement.portfolio.currency == "USD"
    told = [str(issue) for issue in statement.issues if issue.code == "unknown_currency"]
    assert told == ["the currency 'FRANKEN' is no ISO code such as EUR; amounts are written as dollars."]


def test_the_command_says_amounts_in_euros(capsys: pytest.CaptureFixture[str]) -> None:
    """Sentence, explanation, least cash and JSON."""
    assert main([str(DEGIRO), "-c", "3000", "-m", "100", "--verbose", "-f", "json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["currency"] == "EUR"
    assert "Net cost: €" in err
    assert main([str(DEGIRO), "--least-cash"]) == 0
    err = capsys.readouterr().err
    assert err.startswith("€")
    assert "$" not in err


def test_a_basket_names_its_currency() -> None:
    plan = rebalance(portfolio("VTI 1000 @ 250; BND 500 @ 75"), 750, min_trade=10)
    assert ",CAD," in exports.basket_csv(plan, currency="CAD")


SWISS = in_currency(portfolio("NESN 1000 @ 100; ROG 500 @ 250"), "CHF")


def test_the_live_view_is_labelled_in_the_currency() -> None:
    """Labels, axes, bars and the unit's name; what the page needs to read a typed amount."""
    point = Point(Decimal(-750), Decimal(100))
    memory = new_memory()
    data = payload(prepare(SWISS), point, memory, facts="francs")
    assert data["labels"] == {"cash": "-CHF\u00a0750.00", "min_trade": "CHF\u00a0100.00"}
    sheet = data["sheet"]
    assert sheet["axes"]["min_trade"]["labels"][0] == "CHF\u00a010.00"
    assert sheet["figure"]["units"]["dollars"]["tickprefix"] == "CHF\u00a0"
    assert (sheet["money"], sheet["spellings"]) == ("CHF", ("CHF",))
    assert "$" not in json.dumps(data, ensure_ascii=False)
    dollars = payload(prepare(in_currency(SWISS, "USD")), point, memory, facts="dollars")["sheet"]
    assert (dollars["money"], dollars["figure"]["units"]["dollars"]["tickprefix"]) == ("dollars", "$")
    assert len(sheet["axes"]["cash"]["values"]) == len(sheet["axes"]["cash"]["labels"])


def test_a_typed_amount_and_a_pin_are_in_the_currency(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the browser sends is read in the portfolio's currency; a pinned plan of another one is not shown."""
    state: dict[str, Any] = {"cash": 5000, "min_trade": 100}
    monkeypatch.setattr(st, "session_state", state)
    memory = new_memory()
    request = {"n": 1, "cash": "CHF 1,250.50", "min_trade": "chf\u00a050", "pin": "set"}
    state["live"] = {"request": request}
    _commit("live", partial(rebalance, SWISS), memory, None, partial(read_amount, currency="CHF"))
    assert (state["cash"], state["min_trade"]) == (Decimal("1250.5"), 50)
    assert memory["pinned"]["label"].startswith("Plan A: cash CHF\u00a01,250.50, minimum trade CHF\u00a050.00")
    point = Point(Decimal(0), Decimal(100))
    assert payload(prepare(SWISS), point, memory, facts="francs")["pinned"] == memory["pinned"]
    assert payload(prepare(in_currency(SWISS, "EUR")), point, memory, facts="euros")["pinned"] is None
    state["live"] = {"request": {**request, "cash": "$1,000"}}
    _commit("live", partial(rebalance, SWISS), memory, None, partial(read_amount, currency="CHF"))
    assert memory["errors"] == {"cash": 'Cash "$1,000" is not an amount in CHF; leave its currency out.'}
    assert state["cash"] == Decimal("1250.5")
