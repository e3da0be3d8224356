"""What was read, in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pbal_core.readers import read_positions
from pbal_core.views.reading import OLD_DAYS, Reading, reading

FIDELITY = """Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value,Cost Basis Total
Z1,Own,SPAXX**,HELD IN MONEY MARKET,,,$1512.40,
Z1,Own,FXAIX,FIDELITY 500 INDEX FUND,20,$210.40,$4208.00,$3500.00
Z1,Own, -BRKB261218C520,BRKB DEC 18 2026 $520 CALL,-1,$12.00,-$1200.00,$1100.00

"Date downloaded Apr-01-2026 at 9:12 a.m ET"
"""


def test_a_file_is_said_in_a_line() -> None:
    """Its day and age, funds and value, cash, and what was left out."""
    statement = read_positions(FIDELITY.encode())
    assert reading(statement, [statement], date(2026, 11, 26)) == Reading(
        day="1 April 2026",
        age="prices 239 days old",
        old=True,
        funds="1 fund, $4,208.00",
        accounts="",
        cash="$1,512.40",
        left_out="1 line left out",
    )


@pytest.mark.parametrize(("days", "words"), [(0, "from today"), (1, "from yesterday"), (6, "6 days old"),
                                             (-1, "dated in the future")])  # fmt: skip
def test_prices_are_old_from_a_week_on(days: int, words: str) -> None:
    """Until then their age is said without a warning."""
    statement = read_positions(FIDELITY.encode())
    read = reading(statement, [statement], date(2026, 4, 1) + timedelta(days))
    assert (read.age, read.old) == (f"prices {words}", False)
    assert reading(statement, [statement], date(2026, 4, 1) + timedelta(OLD_DAYS)).old


def test_a_file_without_a_day_says_so() -> None:
    """And no account, no cash and nothing left out is no word."""
    statement = read_positions(b"Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVTI,1000,250,0\nBND,500,75,-20\n")
    read = reading(statement, [statement], date(2026, 4, 1))
    assert read == Reading(
        day="", age="undated prices", old=False, funds="2 funds, $1,500.00", accounts="", cash="", left_out=""
    )


def test_nothing_but_cash_has_no_funds() -> None:
    """Zero funds worth zero dollars are no words for it."""
    header, *lines = FIDELITY.splitlines()
    cash = [line for line in lines if not line or "MONEY MARKET" in line or "Date" in line]
    statement = read_positions("\n".join([header, *cash, ""]).encode())
    assert reading(statement, [statement], date(2026, 4, 1)).funds == "no funds"
