"""What the targets make of a portfolio: assets, and the classes at the top."""

from __future__ import annotations

from fractions import Fraction

from pbal_core import Targets
from pbal_core.policy.assets import Asset, assets_of, classes_of
from tests.build import portfolio

HELD = portfolio("VTI 600 @ 60; ITOT 100 @ 10; BND 300 @ 30; GLD 50 @ 5")


def test_substitutes_are_one_asset_and_classes_are_what_is_in_them() -> None:
    """What no target names has the weight 0; a target that is not held has no members."""
    targets = Targets.from_toml(
        "[targets]\nstocks = 70\nIAU = 30\n[groups.stocks]\ncore = 60\nVXUS = 40\n[substitutes]\n"
        'core = ["VTI", "ITOT"]\n'
    )
    named = {asset.name: (asset.members, asset.weight) for asset in assets_of(HELD, targets)}
    assert named == {
        "core": ((0, 1), Fraction(42, 100)),
        "BND": ((2,), 0),
        "GLD": ((3,), 0),
        "IAU": ((), Fraction(30, 100)),
        "VXUS": ((), Fraction(28, 100)),
    }
    assert classes_of(HELD, targets) == (
        Asset(name="stocks", members=(0, 1), weight=Fraction(70, 100)),
        Asset(name="IAU", members=(), weight=Fraction(30, 100)),
        Asset(name="BND", members=(2,), weight=Fraction(0)),
        Asset(name="GLD", members=(3,), weight=Fraction(0)),
    )


def test_without_targets_every_position_is_a_class_of_equal_weight() -> None:
    assert classes_of(HELD, None) == assets_of(HELD, None)
    assert [asset.weight for asset in classes_of(HELD, None)] == [Fraction(1, 4)] * 4
