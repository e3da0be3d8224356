"""In which currency the amounts of a row are, where its cells, its headers and its column of currencies differ."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pbal_core import DataError, read_positions


@pytest.mark.parametrize(
    ("header", "row", "price", "value", "currency"),
    [
        ("Price;Value in EUR;Currency", "95.00;1925.00;CHF", "96.25", "1925", "EUR"),
        ("Price (CHF);Value in EUR;Currency", "95.00;1925.00;CHF", "96.25", "1925", "EUR"),
        ("Price;Currency", "95.00 CHF;EUR", "95", "1900", "CHF"),
        ("Price (CHF);Currency", "95.00;EUR", "95", "1900", "CHF"),
        ("Price;Value;Currency", "95.00 CHF;1925.00;EUR", "96.25", "1925", "EUR"),
    ],
)
def test_a_value_has_its_own_currency(header: str, row: str, price: str, value: str, currency: str) -> None:
    """A price in another currency is divided out of the value; without a value its currency is that of both."""
    (held,) = read_positions(f"Symbol;Quantity;{header}\nABC;20;{row}\n".encode()).holdings
    assert (held.price, held.value, held.currency) == (Decimal(price), Decimal(value), currency)


@pytest.mark.parametrize(
    ("header", "row", "currencies"),
    [
        ("Price;Value;Currency", "95.00;1900.00 EUR;CHF", "CHF and EUR"),
        ("Price (USD);Value in EUR;Currency", "95.00;1925.00;CHF", "CHF and EUR and USD"),
        ("Price;Value;Currency", "95.00 CHF;1900.00;EUR", "CHF and EUR"),
    ],
    ids=["cell against column", "three currencies", "one number in two currencies"],
)
def test_currencies_that_contradict_one_another_are_refused(header: str, row: str, currencies: str) -> None:
    with pytest.raises(DataError, match=rf"line 2: the amounts are in {currencies}; one currency is needed in a row"):
        read_positions(f"Symbol;Quantity;{header}\nABC;20;{row}\n".encode())
