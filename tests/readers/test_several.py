"""Several files together: the newer of two prices counts, and both that and different days are said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pbal_core import DataError, Issue, read_positions
from pbal_core.readers.several import Priced, different_days, newer_prices, position_at, statement_at
from tests.build import portfolio, position

OLD = Priced(name="b.csv", day=date(2026, 8, 1), portfolio=portfolio("VTI 2000 @ 200; BND 75 @ 75"))
NEW = Priced(name="a.csv", day=date(2026, 11, 1), portfolio=portfolio("VTI 250 @ 250"))
UNDATED = Priced(name="c.csv", day=None, portfolio=portfolio("VTI 255 @ 255"))


def test_the_newer_price_counts_and_that_is_said() -> None:
    issues: list[Issue] = []
    assert newer_prices([OLD, NEW], issues) == {"VTI": 250, "BND": 75}
    (issue,) = issues
    assert issue.message == "VTI costs 250 in a.csv and 200 in b.csv; the newer one, of a.csv, is used."


def test_the_order_of_the_files_does_not_matter() -> None:
    """A file without a day counts as older than any."""
    for files in ([NEW, UNDATED], [UNDATED, NEW]):
        assert newer_prices(files, []) == {"VTI": 250}


@pytest.mark.parametrize(("price", "day"), [("620", date(2026, 8, 1)), ("238", date(2026, 11, 1)), ("238", None)])
def test_prices_of_two_assets_are_no_choice(price: Any, day: Any) -> None:
    """Beyond twice the other in another quarter, or 5 % on one day, they are not of one asset."""
    other = Priced(name="b.csv", day=day, portfolio=portfolio(f"VTI {price} @ {price}"))
    with pytest.raises(DataError, match=r"VTI costs .* too far apart for one asset"):
        newer_prices([NEW, other], [])


def test_different_days_are_said_once() -> None:
    """A file without a day says nothing."""
    (issue,) = different_days([OLD, NEW, UNDATED])
    assert issue.message == "the files are from different days: a.csv from 2026-11-01, b.csv from 2026-08-01."
    assert not list(different_days([NEW, NEW, UNDATED]))


def test_a_position_at_another_price_keeps_its_shares_and_its_cost() -> None:
    held = position_at(position("VTI 2500 @ 250 pnl 500 held 10"), Decimal(260))
    assert (held.value, held.pnl, held.quantity) == (Decimal(2600), Decimal(600), Decimal(10))
    assert position_at(position("VTI 1000 @ 300"), Decimal(100)).value == Decimal("333.33")


def test_a_statement_at_other_prices_follows_in_every_account() -> None:
    """The same fund in two accounts; the number of shares is the file's."""
    text = (
        "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value,Cost Basis Total\n"
        "Z1,A,VTI,TOTAL,10,$250.00,$2500.00,$2000.00\nZ2,B,VTI,TOTAL,5.5,$250.00,$1375.00,$1000.00\n"
    )
    statement = statement_at(read_positions(text.encode(), accounts=["all"]), {"VTI": Decimal("240.10")})
    held = statement.portfolio["VTI"]
    assert (held.value, held.price, held.quantity) == (Decimal("3721.55"), Decimal("240.1"), Decimal("15.5"))
    assert held.pnl == Decimal("721.55")


def test_a_statement_at_another_price_without_a_number_of_shares() -> None:
    """The value changes as the price does; what the prices do not name stays."""
    text = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVTI,1000,300,10\nBND,75,75,\n"
    held = statement_at(read_positions(text.encode()), {"VTI": Decimal(100)}).portfolio
    assert (held["VTI"].value, held["VTI"].pnl) == (Decimal("333.333333"), Decimal("-656.666667"))
    assert held["BND"].value == 75
