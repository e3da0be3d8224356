"""Header names: what stands around them is no part of the name, and the more telling name is taken."""

from __future__ import annotations

import pytest

from pbal_core.readers.headers import known_columns, unit_of
from pbal_core.readers.mapping import guess


@pytest.mark.parametrize(
    ("title", "name", "unit"),
    [
        ("Price ($)", "price", "USD"),
        ("Price [EUR]", "price", "EUR"),
        ("Price (GBp)", "price", "GBX"),
        ("Price (GBP)", "price", "GBP"),
        ("Unit price (p)", "unit price", "GBX"),
        ("Price (pence)", "price", "GBX"),
        ("Value in EUR", "value", "EUR"),
        ("Värde SEK", "värde", "SEK"),
        ("Value (£)", "value", "GBP"),
        ("Last Price $", "last price", "USD"),
        ("$ Value", "value", "USD"),
        ("# Shares", "shares", ""),
        ("Number of units", "units", ""),
        ("Account #", "account number", ""),
        ("Gain (%)", "gain (%)", ""),
        ("Total Gain %", "total gain %", ""),
        ("Qty (Quantity)", "qty (quantity)", ""),
        ("p", "p", ""),
    ],
)
def test_a_unit_is_taken_off_a_name(title: str, name: str, unit: str) -> None:
    assert unit_of(title) == (name, unit)


def test_a_name_without_a_unit_wins() -> None:
    assert known_columns(["Price (USD)", "Price"])["price"] == "Price"


@pytest.mark.parametrize(
    ("header", "field", "column"),
    [
        (["Ticker", "Shares", "Price", "Current Price"], "price", "Current Price"),
        (["Ticker", "Shares", "Value", "Current Value"], "value", "Current Value"),
        (["Ticker", "# Shares", "Price ($)"], "quantity", "# Shares"),
        (["Ticker", "Shares", "Price", "Account", "Account #"], "account", "Account #"),
        (["Ticker", "Shares", "Price", "Gain (%)"], "pnl", None),
        (["Name", "Shares", "Price"], "symbol", "Name"),
    ],
)
def test_the_more_telling_name_is_taken(header: list[str], field: str, column: str | None) -> None:
    mapping = guess(header)
    assert mapping is not None
    assert getattr(mapping, field) == column
