"""What a choice makes of a file: no portfolio where nothing can be planned, dollars where no currency is known."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pbal_core import DataError, RequestError, read_positions

HEADER = "Account,Symbol,Quantity,Price,Value\n"


def test_an_account_without_a_position_is_no_portfolio() -> None:
    statement = read_positions(f"{HEADER}A,VTI,10,250,2500\nB,-VTI260116C300,1,5,500\n".encode())
    assert statement.select("A").portfolio.symbols == ("VTI",)
    with pytest.raises(DataError, match="hold no position that can be planned; choose others"):
        _ = statement.select("B").portfolio


def test_a_word_that_is_no_currency_is_named_and_amounts_are_dollars() -> None:
    statement = read_positions(b"Symbol,Quantity,Price,Value,Currency\nVTI,10,250,2500,Points\n")
    assert statement.portfolio.currency == "USD"
    assert ["'POINTS' is no ISO code" in i.message for i in statement.issues if i.code == "unknown_currency"] == [True]


def test_a_column_of_currencies_beside_any_column_is_that_of_the_values() -> None:
    (held,) = read_positions(b"Symbol;Quantity;Unit;Price;Value\nVTI;10;EUR;250;2500\n").holdings
    assert (held.value, held.currency) == (Decimal(2500), "EUR")


def test_a_fund_that_is_not_there_cannot_be_an_investment() -> None:
    content = b"Symbol,Quantity,Price,Value\nVTI,10,250,2500\nVMFXX,500,1,500\n"
    assert read_positions(content, not_cash="VMFXX").portfolio["VMFXX"].value == 500
    with pytest.raises(RequestError, match='no cash in a fund "SPAXX"; its cash is in VMFXX'):
        read_positions(content, not_cash=["VMFXX", "SPAXX"])
    with pytest.raises(RequestError, match="none of its cash is in a fund"):
        read_positions(content.removesuffix(b"VMFXX,500,1,500\n"), not_cash="VMFXX")
