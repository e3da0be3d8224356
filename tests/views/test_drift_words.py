"""How far a portfolio has drifted, in words."""

from __future__ import annotations

from pbal_core import read_positions
from pbal_core.sample import sample_bytes
from pbal_core.views.drift_words import drift_words
from tests.build import portfolio


def test_the_sample() -> None:
    """The sample's bands are a quarter of ten percent; the largest position dictates the least cash."""
    found = drift_words(read_positions(sample_bytes()).portfolio)
    assert found.drift == "4 of 10 out of band: worth acting."
    assert found.least == "Least cash that reaches the targets without selling: $88,103.92."
    assert [row.symbol for row in found.rows if row.outside] == ["FTEC", "VCR", "VDC", "VSMAX"]
    row = found.rows[2]
    assert (row.symbol, row.weight, row.target, row.band, row.drift, row.points, row.outside) == (
        "VCR",
        "6.0 %",
        "10.0 %",
        "7.5 % to 12.5 %",
        "-4.0 %",
        "-4.0",
        True,
    )


def test_nothing_to_do() -> None:
    """In balance nothing is asked for."""
    found = drift_words(portfolio("A 10 @ 1; B 10 @ 1"))
    assert found.drift == "0 of 2 out of band: none calls for a rebalance."
    assert found.least == "The targets are reached as they are."


def test_a_portfolio_without_value_has_reached_nothing() -> None:
    """No target is out of reach of cash, but none is reached either."""
    found = drift_words(portfolio("A 0 @ 1; B 0 @ 1"))
    assert found.least == "Nothing is held yet: any cash can be shared out by the targets."


def test_what_has_no_target_cannot_be_cured_with_cash() -> None:
    """The reason is said in place of an amount."""
    found = drift_words(portfolio("A 10 @ 1; B 10 @ 1"), {"A": 100})
    assert found.least.startswith("No cash reaches the targets without a sale: B is held")
