"""The nouns refuse what is not a fact, and a plan adds up."""

from __future__ import annotations

import dataclasses
import json
import pickle
from dataclasses import FrozenInstanceError
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from pbal_core import (
    DataError,
    Portfolio,
    Position,
    RequestError,
    TargetError,
    drift_report,
    least_cash_to_target,
    read_positions,
    rebalance,
)
from pbal_core.portfolio.shown import html_table
from pbal_core.sample import sample_bytes
from tests.build import portfolio, position
from tests.strategies import cash_amounts, portfolios, steps, strategy_names


def codes(error: pytest.ExceptionInfo[DataError]) -> list[str]:
    return [issue.code for issue in error.value.issues]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"symbol": ""}, ["empty_symbol"]),
        ({"symbol": "=HYPERLINK(1)"}, ["bad_symbol"]),
        ({"symbol": "![x](https://example.com/x.png)"}, ["bad_symbol"]),
        ({"symbol": "A" * 33}, ["bad_symbol"]),
        ({"symbol": "\u202eVTI"}, ["bad_symbol"]),
        ({"value": Decimal(-1)}, ["short_position"]),
        ({"price": Decimal(0)}, ["price_not_positive"]),
        ({"value": Decimal("NaN")}, ["not_finite"]),
        ({"pnl": Decimal("Infinity")}, ["not_finite"]),
        ({"quantity": Decimal(-1)}, ["short_position"]),
        ({"value": "many", "price": float("nan")}, ["not_a_number", "not_a_number"]),
        ({"value": None, "price": [2]}, ["empty_cell", "not_a_number"]),
        ({"symbol": None}, ["bad_symbol"]),
        (
            {"symbol": " ", "value": Decimal(-1), "price": Decimal(-1)},
            ["bad_symbol", "short_position", "price_not_positive"],
        ),
    ],
)
def test_a_position_is_validated(fields: dict[str, Any], expected: list[str]) -> None:
    """Everything wrong with a position is said at once."""
    with pytest.raises(DataError) as error:
        Position(**{"symbol": "VTI", "value": Decimal(1), "price": Decimal(1), **fields})
    assert codes(error) == expected


@pytest.mark.parametrize("symbol", ["A", "BRK.B", "BRK/B", "BRK B", "BF-B", "005930.KS", "MSTR  260206C00220000"])
def test_symbols_of_brokers_are_taken(symbol: str) -> None:
    """The texts that brokers use for symbols are symbols."""
    assert Position(symbol=symbol, value=Decimal(1), price=Decimal(1)).symbol == symbol


def test_what_is_no_portfolio_is_named() -> None:
    """The most likely slip is to pass the statement instead of its portfolio."""
    for other in (None, "positions.csv", read_positions(sample_bytes())):
        with pytest.raises(RequestError, match=rf"a Portfolio is needed, not {type(other).__name__}"):
            rebalance(other, 100)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="a code of three capital letters"):
        Portfolio(portfolio("A 1 @ 1"), currency=978)  # type: ignore[arg-type]


def test_a_portfolio_is_validated() -> None:
    """A portfolio has each symbol once."""
    with pytest.raises(DataError) as error:
        portfolio("A 1 @ 1; B 1 @ 1; A 2 @ 1; B 2 @ 1")
    assert codes(error) == ["duplicate_symbol", "duplicate_symbol"]


def test_whole_shares() -> None:
    """What may be sold: the quantity where the file names it, else value over price, rounded down exactly."""
    assert position("A 100 @ 33.34").whole_shares == 2
    assert position("A 99.99 @ 33.333 held 3").whole_shares == 3
    assert position("A 24000 @ 100 held 239.9999").whole_shares == 239
    assert position("A 0.3 @ 0.1").whole_shares == 3


def test_nothing_can_be_changed() -> None:
    """Positions and portfolios are values."""
    with pytest.raises(FrozenInstanceError):
        position("A 1 @ 1").value = Decimal(2)  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        portfolio("A 1 @ 1").positions = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    "arguments",
    [
        {"cash": "abc"},
        {"cash": float("nan")},
        {"cash": None},
        {"cash": True},
        {"min_trade": 0},
        {"min_trade": -1},
        {"strategy": "yolo"},
        {"method": "yolo"},
    ],
)
def test_bad_requests_are_refused(arguments: dict[str, Any]) -> None:
    """An argument that is not usable is named in one sentence."""
    with pytest.raises(RequestError, match=next(iter(arguments))):
        rebalance(portfolio("A 1 @ 1"), **arguments)


@given(portfolio=portfolios(), cash=cash_amounts, step=steps, strategy=strategy_names)
def test_a_plan_adds_up(portfolio: Portfolio, cash: Decimal, step: int, strategy: str) -> None:
    """Cash identity, values after, weights and trades agree with one another, to the last digit."""
    plan = rebalance(portfolio, cash, strategy=strategy, min_trade=step)
    assert plan.cash_left + sum(t.shares * t.price for t in plan.trades) == cash
    assert sum(plan.values_after) == portfolio.value + plan.cost
    assert plan.trades == tuple(o for o in plan.orders if o.shares)
    assert all(0 <= weight <= 1 for weight in (*plan.weights_before, *plan.weights_after))
    assert sum(plan.weights_after) == pytest.approx(1 if any(plan.values_after) else 0)
    assert (plan.cash_left < 0) == any(issue.severity == "warning" for issue in plan.issues)


@given(portfolio=portfolios(), cash=cash_amounts, step=steps, strategy=strategy_names)
def test_rows_and_scale_do_not_matter(portfolio: Portfolio, cash: Decimal, step: int, strategy: str) -> None:
    """Reversing the rows reverses the plan; ten times the dollars is ten times the trades in dollars."""
    plan = rebalance(portfolio, cash, strategy=strategy, min_trade=step)
    backwards = rebalance(Portfolio(reversed(portfolio.positions)), cash, strategy=strategy, min_trade=step)
    assert backwards.orders == tuple(reversed(plan.orders))
    tenfold = Portfolio(
        Position(symbol=p.symbol, value=p.value * 10, price=p.price * 10, pnl=None if p.pnl is None else p.pnl * 10)
        for p in portfolio
    )
    scaled = rebalance(tenfold, cash * 10, strategy=strategy, min_trade=step * 10)
    assert [o.shares for o in scaled.orders] == [o.shares for o in plan.orders]


def test_drift_and_turnover_by_hand() -> None:
    """Two positions, 30 and 10: buying 20 of the second changes the weights from 75/25 to 50/50."""
    plan = rebalance(portfolio("A 30 @ 1; B 10 @ 1"), 20, min_trade=1)
    assert (plan.drift_before, plan.drift_after, plan.turnover) == (0.25, 0.0, 0.5)
    first = rebalance(portfolio("A 0 @ 1; B 0 @ 1"), 20, min_trade=1)
    assert (first.drift_before, first.drift_after, first.turnover) == (0.5, 0.0, 1.0)


@given(portfolios(), cash_amounts, steps)
def test_values_survive_copies_and_processes(held: Any, cash: Decimal, step: int) -> None:
    """A pickled portfolio, plan or error is equal to the first, hashes alike and says the same."""
    plan = rebalance(held, cash, min_trade=step)
    for value in (held, plan, *plan.orders):
        again = pickle.loads(pickle.dumps(value))
        assert again == value
        assert hash(again) == hash(value)
    with pytest.raises(DataError) as error:
        Portfolio([], currency="dollars")
    again = pickle.loads(pickle.dumps(error.value))
    assert (again.issues, str(again)) == (error.value.issues, str(error.value))


def test_nothing_but_cash_is_a_portfolio_that_targets_invest() -> None:
    """Without a position there is nothing to plan with, until targets say what to buy and at which price."""
    with pytest.raises(TargetError, match="holds no position to plan with"):
        rebalance(Portfolio([]), 1000)
    plan = rebalance(Portfolio([]), 1000, targets={"VTI": 1}, prices={"VTI": 250}, method="exact", min_trade=0)
    assert [(order.symbol, order.shares) for order in plan.orders] == [("VTI", 4)]


def test_amounts_in_any_form() -> None:
    """A position takes what ``rebalance`` takes, exactly."""
    given = Position(symbol="VTI", value=1000, price="128.62", pnl=-0.29, quantity=Decimal("7.5"))
    exact = {"value": Decimal(1000), "price": Decimal("128.62"), "pnl": Decimal("-0.29"), "quantity": Decimal("7.5")}
    assert given == Position(symbol="VTI", **exact)
    assert dataclasses.replace(given, price=5).price == Decimal(5)  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps(given)) == given


def test_a_portfolio_shows_itself() -> None:
    """A table in a terminal; the same in a notebook, with everything escaped."""
    shown = Portfolio([Position(symbol="VTI", value="1000.5", price=250, quantity=4)])
    assert str(shown) == "Symbol      Value    Price  Shares\nVTI     $1,000.50  $250.00       4\n1 position, $1,000.50"
    html = shown._repr_html_()
    assert "<td>$1,000.50</td>" in html
    assert html_table([("<b>",), ("a & b",)], "<i>") == (
        "<table><caption>&lt;i&gt;</caption><thead><tr><th>&lt;b&gt;</th></tr></thead>"
        "<tbody><tr><td>a &amp; b</td></tr></tbody></table>"
    )
    many = Portfolio(Position(symbol=f"A{i}", value=i, price=1) for i in range(100))
    assert "... and 40 more" in str(many)
    assert str(many).count("\n") == 62
    assert "... and 40 more" in many._repr_html_()


def test_a_portfolio_as_plain_values() -> None:
    """It comes back from JSON as it was."""
    whole = Portfolio([Position(symbol="A", value="0.10", price="1e3"), Position(symbol="B", value=2, price=3, pnl=-4)])
    assert Portfolio.from_dict(json.loads(whole.to_json())) == whole
    assert whole.to_dict()["positions"][0] == {
        "symbol": "A",
        "value": "0.10",
        "price": "1000",
        "pnl": None,
        "quantity": None,
    }
    with pytest.raises(RequestError, match="this is not what to_dict writes"):
        Portfolio.from_dict({"positions": []})


def test_a_plan_and_a_report_show_themselves() -> None:
    """Trades and what is left; what is out of band."""
    held = Portfolio([Position(symbol="A", value=100, price=10), Position(symbol="B", value=300, price=10)])
    plan = rebalance(held, 50, min_trade=10)
    assert str(plan).splitlines() == [
        "Symbol  Trade  Shares   Price    Value",
        "A         Buy       5  $10.00  +$50.00",
        "1 trade, $0.00 of $50.00 left",
    ]
    assert str(rebalance(held)) == "No trades, $0.00 of $0.00 left"
    assert "<td>A</td><td>Buy</td>" in plan._repr_html_()
    report = drift_report(held)
    assert "<td>A</td><td>25.0 %</td>" in report._repr_html_()
    assert report.to_dict()["positions"][0]["outside"] is True


@pytest.mark.parametrize("ask", [rebalance, drift_report, least_cash_to_target])
def test_a_statement_is_not_a_portfolio(ask: Any) -> None:
    """The message says where its portfolio is."""
    with pytest.raises(RequestError, match=r"a Portfolio is needed, not Statement \(the portfolio of a statement is"):
        ask(read_positions(sample_bytes()))


def test_a_statement_shows_its_portfolio_or_what_is_open() -> None:
    """The positions; where accounts are to choose, that, escaped in a notebook."""
    read = read_positions(sample_bytes())
    assert str(read) == str(read.portfolio)
    assert read._repr_html_() == read.portfolio._repr_html_()
    two = read_positions(
        b"Symbol,Quantity,Price,Market Value,Account Number\nVTI,1,5,5,<b>1\nVTI,1,5,5,<b>2\n"
    ).confirm()
    assert "account" in str(two)
    assert "<b>" not in two._repr_html_()
