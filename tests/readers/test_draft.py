"""Symbols that are made of names: another name is another symbol, however many there are."""

from __future__ import annotations

import pytest

from pbal_core import read_positions


@pytest.mark.parametrize("name", ["Example Institutional Growth Index Fund {} America", "Example {} Fund"])
def test_hundreds_of_names_are_as_many_positions(name: str) -> None:
    """Names that differ in what is cut off, or in characters that no symbol has."""
    ends = [f"{number:b}".translate({48: "*", 49: "+"}) for number in range(1, 301)]
    rows = "".join(f"{name.format(end)},{number},1,{number}\n" for number, end in enumerate(ends, start=1))
    statement = read_positions(f"Name,Units,Price,Value\n{rows}".encode())
    assert [held.value for held in statement.holdings] == list(range(1, 301))
    assert len(statement.portfolio) == 300
    assert "rows_added_up" not in [issue.code for issue in statement.issues]


def test_the_second_and_the_third_are_numbered() -> None:
    rows = "Ab*Cd Fund,1,1,1\nAb**Cd Fund,2,1,2\nAb***Cd Fund,3,1,3\nAb**Cd Fund,4,1,4\n"
    portfolio = read_positions(f"Name,Units,Price,Value\n{rows}".encode()).portfolio
    assert {p.symbol: p.quantity for p in portfolio} == {"Ab Cd Fund": 1, "Ab Cd Fund 2": 6, "Ab Cd Fund 3": 3}
