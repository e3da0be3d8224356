"""What is typed into the targets: what is typed is what counts, and what cannot count is refused as a whole."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbal_core import TargetError, Targets
from pbal_core.dashboard import positions, state, targets_panel, wanted
from pbal_core.dashboard.targets_panel import read_weights, sum_words
from pbal_core.policy.constraints import Constraints
from pbal_core.policy.policy import Policy
from tests.build import portfolio

TWO = portfolio("VTI 1000 @ 250; BND 500 @ 75")
KEPT = Policy(constraints=Constraints(frozen=frozenset({"GLD"})))


def rows(*cells: Any) -> list[Any]:
    return [dict(zip(("symbol", "weight", "price"), (*row, "", ""), strict=False)) for row in cells]


def test_what_is_typed_counts() -> None:
    """To the last digit; percent signs and a decimal comma are read, constraints stay, a new asset has its price."""
    found, note = read_weights(rows(("VTI", "60"), ("BND", "29,5 %"), ("VXUS", "10.5", "$62.50"), ("",)), KEPT, TWO)
    assert found == Policy(
        targets=Targets({"VTI": 60, "BND": "29.5", "VXUS": "10.5"}, prices={"VXUS": "62.5"}),
        constraints=KEPT.constraints,
    )
    assert note == ""


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=40))
def test_weights_rounded_to_a_decimal_are_scaled_and_that_is_said(parts: Any) -> None:
    """Each may be half a tenth away: the sum is then brought to 100 exactly."""
    total = sum(parts)
    typed = [(f"S{i}", f"{100 * part / total:.1f}") for i, part in enumerate(parts)]
    if not any(float(weight) for _, weight in typed):
        return
    found, note = read_weights(rows(*typed), Policy(), portfolio("S0 1 @ 1"))
    assert abs(sum(wanted.weights_of(found).values()) - 100) == 0
    off = sum(Fraction(weight) for _, weight in typed) != 100
    assert ("scaled to 100 %" in note) == off


@pytest.mark.parametrize(
    ("given_rows", "needle"),
    [
        (rows(("VTI", "60"), ("BND", "37")), "97 %: 3 % to give"),
        (rows(("VTI", "80"), ("BND", "30")), "110 %: 10 % too much"),
        (rows(("VTI", "-1"), ("BND", "101")), "0 or more"),
        (rows(("VTI", "sixty"), ("BND", "40")), "the target of VTI"),
        (rows(("=cmd()", "100")), "cannot be a symbol"),
        (rows(("VTI", "50"), ("VTI", "50")), "two rows"),
        (rows(("VTI", "50"), ("VXUS", "50", "-1")), "the price of VXUS"),
        (rows(("VTI", "0"), ("BND", "0")), "at least one"),
        (rows(("", "100")), "symbol"),
        (None, "at least one"),
        ([3, "x"], "at least one"),
    ],
)
def test_what_cannot_count_is_refused(given_rows: Any, needle: str) -> None:
    """With what is wrong; the policy before stays."""
    with pytest.raises(TargetError, match=needle):
        read_weights(given_rows, KEPT, TWO)


def test_any_sum_is_scaled_on_request() -> None:
    """Parts that somebody thinks in, such as 3 to 1."""
    found, note = read_weights(rows(("VTI", "3"), ("BND", "1")), KEPT, TWO, scale=True)
    assert wanted.weights_of(found) == {"VTI": 75, "BND": 25}
    assert note == "The targets summed to 4 % and were scaled to 100 %."


def test_symbols_are_spelled_as_they_are_held() -> None:
    """BRK B is the BRK.B of the file: one row of it, and no price is needed."""
    found, _ = read_weights(rows(("BRK B", "100")), Policy(), portfolio("BRK.B 10 @ 5"))
    assert wanted.weights_of(found) == {"BRK.B": 100}
    with pytest.raises(TargetError, match="two rows"):
        read_weights(rows(("BRK B", "50"), ("BRK.B", "50")), Policy(), portfolio("BRK.B 10 @ 5"))


def test_the_sum_is_said() -> None:
    """What is missing, or too much."""
    assert sum_words(Fraction(Decimal("90.5"))) == "90.5 %: 9.5 % to give"
    assert sum_words(Fraction(110)) == "110 %: 10 % too much"


def test_an_edit_of_older_rows_lays_them_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page shows the targets that count, also where they were typed into rows that have been laid anew since."""
    page = state.Page(current=positions.sample())
    monkeypatch.setattr(state, "page", lambda: page)
    first, *others = page.current.statement.portfolio.symbols
    typed = rows((first, "100"), *((symbol, "0") for symbol in others))
    targets_panel._edited({"rows": typed, "edit": 1, "version": page.version})
    assert (page.version, page.edit) == (0, 1), "nobody who goes on typing is disturbed"
    targets_panel._edited({"do": "equal", "edit": 2, "version": 0})
    targets_panel._edited({"rows": typed, "edit": 3, "version": 0})
    assert wanted.weights_of(page.policy)[first] == 100
    assert (page.version, page.edit) == (2, 3)
