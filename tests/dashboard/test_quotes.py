"""A stale price that is corrected in its row: shares and cost stay, value and profit follow."""

from __future__ import annotations

from decimal import Decimal

import pytest
import streamlit as st

from pbal_core import RequestError, read_positions
from pbal_core.dashboard import state
from pbal_core.dashboard.loaded import Current, together
from pbal_core.dashboard.loaded_file import LoadedFile
from pbal_core.dashboard.quotes import correct_price, quotes

HEADER = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
MINE = HEADER + "VTI,2500,250,500\nBND,500,75,\n"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> state.Page:
    monkeypatch.setattr(st, "session_state", {})
    statement = read_positions(MINE.encode())
    file = LoadedFile(name="mine.csv", data=MINE.encode(), statement=statement)
    state.begin(state.Page(current=Current(name="mine.csv", statement=statement, files=(file,))))
    return state.page()


def test_a_corrected_price_keeps_shares_and_cost(page: state.Page) -> None:
    """Ten shares that cost 200 each, at 260: worth 2,600 with a profit of 600. Adding a file later keeps it."""
    correct_price("VTI", " $260.00 ")
    for held in (page.current.statement.portfolio, together(page.current.files).portfolio):
        assert (held["VTI"].value, held["VTI"].price, held["VTI"].pnl) == (Decimal(2600), Decimal(260), Decimal(600))
        assert (held["BND"].value, held["BND"].pnl) == (Decimal(500), None)
    assert page.current.corrected == {"VTI"}
    assert quotes(page.current).price_day("VTI") == "corrected by you"


@pytest.mark.parametrize(
    ("symbol", "text", "words"),
    [
        ("VTI", "many", '"many" is not a number'),
        ("VTI", "0", "The price is 0; a price above 0 is needed"),
        ("VTI", "-3", "a price above 0 is needed"),
        ("GLD", "3", "cannot be corrected here"),
        ("<b>", "3", "cannot be corrected here"),
    ],
)
def test_what_cannot_be_used_changes_nothing(page: state.Page, symbol: str, text: str, words: str) -> None:
    """It is said why; the portfolio stays the same."""
    before = page.current
    with pytest.raises(RequestError, match=words.replace("(", r"\(")):
        correct_price(symbol, text)
    assert page.current is before
