"""Rows of the table become a class or one fund, and are taken apart again."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pbal_core import Targets
from pbal_core.dashboard.regroup import regrouped, usual_name
from pbal_core.errors import TargetError
from pbal_core.policy.policy import Policy
from tests.build import portfolio

HELD = portfolio("VTI 30000 @ 250; VTSAX 10000 @ 120; BRK.B 16000 @ 62.5; BND 44000 @ 75")
EQUAL = Policy()


def targets(policy: Policy) -> Targets:
    assert policy.targets is not None
    return policy.targets


def test_equal_weights_are_arranged_too() -> None:
    """What is chosen gets the sum of its weights; the order of substitutes is that of the choice."""
    one = targets(regrouped(EQUAL, HELD, "same", ["VTSAX", "VTI"], "US"))
    assert dict(one.substitutes) == {"US": ("VTSAX", "VTI")}
    assert dict(one.weights) == {"US": 50, "BRK.B": 25, "BND": 25}
    tree = targets(regrouped(Policy(targets=one), HELD, "group", ["US", "BRK B"], "Stocks"))
    assert [(node.name, node.share) for node in tree.tree()] == [("Stocks", Fraction(3, 4)), ("BND", Fraction(1, 4))]


def test_a_set_grows_and_keeps_its_name() -> None:
    """A fund joins a set as the one that is sold first."""
    one = Policy(targets=Targets({"US": 50, "VXUS": 25, "BND": 25}, substitutes={"US": ["VTI", "VTSAX"]}))
    grown = targets(regrouped(one, HELD, "same", ["US", "VXUS"]))
    assert dict(grown.substitutes) == {"US": ("VTI", "VTSAX", "VXUS")}
    assert dict(grown.weights) == {"US": 75, "BND": 25}


@pytest.mark.parametrize(
    ("way", "chosen", "name"),
    [
        ("same", ["VTI", "VTSAX"], "US stocks"),
        ("same", ["VTI", "BND"], "VTI or alike"),
        ("group", ["VTI", "BND"], "Class 1"),
    ],
)
def test_what_gets_no_name_has_a_usual_one(way: str, chosen: list[str], name: str) -> None:
    """That of the market where one is known; never one that is taken."""
    given = Targets.equal(HELD.symbols)
    assert usual_name(given, way, chosen) == name
    assert usual_name(given, way, chosen, {name.casefold()}) != name
    taken = Targets({name: 50, "VTI": 20, "VTSAX": 10, "BND": 20}, groups={name: ["GLD"]})
    assert usual_name(taken, way, chosen) not in {name, *taken.fractions()}


@pytest.mark.parametrize(
    ("way", "chosen", "message"),
    [
        ("group", ["VTI"], "choose two targets or more"),
        ("apart", ["VTI"], "VTI is no class"),
        ("apart", [], "choose one class"),
        ("same", ["VTI", "GONE"], "choose targets that are in one class"),
    ],
)
def test_what_cannot_be_arranged_is_refused(way: str, chosen: list[str], message: str) -> None:
    with pytest.raises(TargetError, match=message):
        regrouped(EQUAL, HELD, way, chosen)


def test_a_class_is_not_called_as_a_position_that_has_no_target() -> None:
    """Its row and the position's would have one name; case does not tell them apart."""
    some = Policy(targets=Targets({"VTI": 60, "VTSAX": 40}))
    with pytest.raises(TargetError, match="bnd: BND is a position; choose a name that no position has"):
        regrouped(some, HELD, "group", ["VTI", "VTSAX"], "bnd")
