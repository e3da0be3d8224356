"""What is seldom asked of a policy: nothing at all, tables that are none, names that are empty."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pbal_core import Constraints, TargetError, Targets
from pbal_core.policy.assets import assets_of
from pbal_core.policy.constraints import RULES
from pbal_core.policy.inline import scaled_tables
from tests.build import portfolio


def test_no_values_are_no_constraints() -> None:
    """An empty table says the same as none."""
    assert Constraints.of({}) == Constraints()


def test_constraints_can_be_kept_to_what_is_known() -> None:
    """Symbols of another portfolio are dropped, in whatever spelling the others are."""
    wanted = Constraints(frozen=frozenset({"BRK.B", "VTI"}), cash_buffer=Decimal(100))
    assert wanted.only(["BRK B"]) == Constraints(frozen=frozenset({"BRK.B"}), cash_buffer=Decimal(100))


def test_weights_that_are_no_numbers_are_left_to_whoever_makes_targets() -> None:
    """Scaling says nothing about them; the targets name what is wrong."""
    tables = {"targets": {"VTI": "many", "BND": "40"}}
    assert scaled_tables(tables) == (tables, None)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [("cash_buffer", Decimal(5), "$5"), ("max_fee_share", Decimal("0.02"), "2"), ("max_trades", 3, "3")],
)
def test_a_value_is_said_in_words(key: str, value: Any, words: str) -> None:
    """Money as money, a share as a percent, a number as it is."""
    (rule,) = [each for each in RULES if each.key == key]
    assert rule.words(value, lambda amount: f"${amount}").startswith(words)


@pytest.mark.parametrize("name", ["groups", "substitutes"])
def test_a_table_is_needed(name: str) -> None:
    """A list of groups has no names."""
    tables: Any = {name: ["VTI", "BND"]}
    with pytest.raises(TargetError, match=f"the {name} must be a table, such as"):
        Targets({"VTI": 60, "BND": 40}, **tables)


def test_a_group_needs_a_name() -> None:
    """An empty one cannot be asked for."""
    with pytest.raises(TargetError, match="a group has no name; one is needed"):
        Targets({" ": 50, "BND": 50}, groups={" ": ["VTI", "ITOT"]})


def test_without_targets_every_position_is_an_asset() -> None:
    """All weigh the same."""
    found = assets_of(portfolio("VTI 1000 @ 250; BND 500 @ 75"), None)
    assert [(asset.name, asset.members, asset.weight) for asset in found] == [
        ("VTI", (0,), Fraction(1, 2)),
        ("BND", (1,), Fraction(1, 2)),
    ]


def test_a_target_that_is_not_held_is_an_asset_without_members() -> None:
    """What is held and has no target weighs nothing."""
    found = assets_of(portfolio("VTI 1000 @ 250; VOX 10 @ 1"), Targets({"VTI": 60, "BND": 40}, prices={"BND": 75}))
    assert {asset.name: (asset.members, asset.weight) for asset in found} == {
        "VTI": ((0,), Fraction(3, 5)),
        "VOX": ((1,), Fraction(0)),
        "BND": ((), Fraction(2, 5)),
    }
