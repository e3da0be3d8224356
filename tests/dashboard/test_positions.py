"""Typed rows and files loaded together: what is typed is read like a file, and nothing counts double."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbal_core.dashboard import typed_positions
from pbal_core.dashboard.loaded import Batch, Current, read_batch
from pbal_core.readers import read_positions
from pbal_core.readers.mapping import ColumnMapping
from tests.build import portfolio

HELD = portfolio("VTI 1000.01 @ 250 pnl -3.5 held 4; VXUS 310 @ 62 held 5; BND 500 @ 75")


def typed(*rows: Any, before: Any = None) -> Any:
    names = ("symbol", "shares", "price")
    return typed_positions.read_typed([dict(zip(names, row, strict=True)) for row in rows], before)


@given(
    st.lists(
        st.tuples(st.integers(0, 10**9).map(lambda n: Decimal(n) / 1000), st.integers(1, 10**7)),
        min_size=1,
        max_size=8,
    )
)
def test_typed_rows_are_the_portfolio_of_the_same_file(numbers: Any) -> None:
    """Symbol, shares and price in rows or in a file: one portfolio."""
    rows = [(f"S{i}", f"{shares}", f"{Decimal(price) / 100}") for i, (shares, price) in enumerate(numbers)]
    data = "\n".join(["Symbol,Shares,Price", *map(",".join, rows)]).encode()
    mapping = ColumnMapping(symbol="Symbol", quantity="Shares", price="Price", decimal=".")
    found = typed(*rows)
    assert isinstance(found, Current)
    assert found.statement.portfolio == read_positions(data, mapping=mapping).portfolio


def test_rows_that_nobody_changed_keep_their_cents() -> None:
    """Value, profit or loss and unknown shares stay as the file had them; a corrected price makes a new value."""
    rows = [tuple(row[name] for name in ("symbol", "shares", "price")) for row in typed_positions.typed_rows(HELD)]
    assert typed(*rows, before=HELD).statement.portfolio == HELD
    rows[1] = ("VXUS", "5", "$64.10")
    found = typed(*rows, before=HELD).statement.portfolio
    assert (found["VTI"], found["BND"]) == (HELD["VTI"], HELD["BND"])
    assert (found["VXUS"].value, found["VXUS"].pnl) == (Decimal("320.50"), None)


@pytest.mark.parametrize(
    ("rows", "needle"),
    [
        ([("VTI", "ten", "250")], "the shares of VTI"),
        ([("VTI", "10", "")], "the price of VTI"),
        ([("=cmd()", "1", "1")], "not one that can be traded"),
        ([("", "1", "1")], "symbol"),
        ([("VTI", "1", "1"), ("VTI", "2", "1")], ""),
        ([("VTI", "-1", "1")], "short position"),
        ([], ""),
    ],
)
def test_what_cannot_be_a_position_is_refused(rows: list[Any], needle: str) -> None:
    """With words that say which row, and nothing is loaded."""
    found = typed(*rows)
    if rows == [("VTI", "1", "1"), ("VTI", "2", "1")]:
        assert isinstance(found, Batch) or found.statement.portfolio["VTI"].quantity == 3
        return
    assert isinstance(found, Batch)
    assert needle in " ".join(str(issue) for issue in found.issues)


@pytest.mark.parametrize("rows", [None, 3, "x", [3], [{"symbol": 3}], [{"symbol": ["VTI"]}]])
def test_a_browser_may_send_anything(rows: int | list[Any] | str | None) -> None:
    """What is no text counts as empty."""
    assert isinstance(typed_positions.read_typed(rows, None), Batch)


def test_one_account_in_two_files_is_refused() -> None:
    """It would count double, and so would one file loaded twice."""
    one = b"Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,\n11111111,A,VTI,10,250.00,2500.00,\n"
    other = one.replace(b"VTI,10,250.00,2500.00", b"BND,10,75.00,750.00")
    for data, code in ((other, "same_account"), (one, "same_file")):
        found = read_batch([("a.csv", one), ("b.csv", data)])
        assert isinstance(found, Batch)
        assert [issue.code for issue in found.issues] == [code]
    asks = one + b"22222222,A,VTI,4,250.00,1000.00,\n"
    again = read_batch([("a.csv", asks), ("a.csv", asks)])
    assert isinstance(again, Batch)
    assert again.statement is None  # refused at once, not after the choice between its accounts
    assert again.issues[0].message.startswith("a.csv was loaded twice")


def test_files_in_different_currencies_are_named() -> None:
    """No line of one of them is at fault."""
    plain = b"symbol,shares,price,currency\nVWCE,30,110.00,"
    found = read_batch([("a.csv", plain + b"EUR\n"), ("b.csv", plain + b"USD\n"), ("c.csv", plain + b"USD\n\n")])
    assert isinstance(found, Batch)
    assert (found.name, found.count) == ("a.csv, b.csv and c.csv", 3)
    (issue,) = found.issues
    assert issue.where is None
    assert "a.csv in EUR, b.csv in USD and c.csv in USD" in issue.message


def test_files_of_two_accounts_are_added_up() -> None:
    """The same symbol in both is one position; the day is that of the older prices."""
    one = b"Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,\n11111111,A,VTI,10,250.00,2500.00,\n"
    found = read_batch([("a.csv", one), ("b.csv", one.replace(b"11111111", b"22222222"))])
    assert isinstance(found, Current)
    assert [(p.symbol, p.quantity) for p in found.statement.portfolio] == [("VTI", Decimal(20))]
    assert found.name == "a.csv and b.csv"


def test_a_bad_file_among_several_is_said_beside_the_others() -> None:
    """Those that can be read are one portfolio, and the bad one joins them when its columns are said."""
    good = b"Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVTI,1000,250,0\n"
    found = read_batch([("good.csv", good), ("bad.csv", b"a,b,c\n1,2,3\n"), ("more.csv", good + b"BND,5,5,0\n")])
    assert isinstance(found, Batch)
    assert found.good is not None
    assert (found.name, found.good.name, found.beside) == ("bad.csv", "good.csv and more.csv", ("good.csv", "more.csv"))
    assert {p.symbol for p in found.good.statement.portfolio} == {"VTI", "BND"}
    mapping = ColumnMapping(symbol="a", quantity="b", price="c")
    mended = read_batch([("bad.csv", b"a,b,c\nGLD,2,3\n")], mapping=mapping, done=found.good.files)
    assert isinstance(mended, Current)
    assert {p.symbol for p in mended.statement.portfolio} == {"VTI", "GLD", "BND"}
