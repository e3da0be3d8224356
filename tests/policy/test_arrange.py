"""Targets arranged anew, and ready-made ones: weights stay what they were, and each level sums up."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from pbal_core import TargetError, Targets
from pbal_core.policy.arrange import apart, as_held, grouped, reshared, same, without
from pbal_core.policy.known import MARKETS, alike, market_of
from pbal_core.policy.readymade import READY_MADE, suggested, targets_from

FLAT = Targets({"VTI": 40, "VXUS": 20, "BND": 30, "VTEB": 10}, prices={"VTEB": 50})


def near(targets: Targets, wanted: Targets) -> bool:
    """Whether the weights are the same but for the last of ten decimals of a percent."""
    one, other = targets.fractions(), wanted.fractions()
    return one.keys() == other.keys() and all(abs(one[s] - other[s]) < Fraction(1, 10**11) for s in one)


def test_grouping_keeps_every_weight() -> None:
    """A class has the sum; what is inside it keeps its proportion, and so on one level further."""
    stocks = grouped(FLAT, ["VTI", "VXUS"], "stocks")
    assert dict(stocks.weights) == {"stocks": 60, "BND": 30, "VTEB": 10}
    assert near(stocks, FLAT)
    deep = grouped(grouped(stocks, ["BND", "VTEB"], "bonds"), ["stocks", "bonds"], "all")
    assert near(deep, FLAT)
    assert [node.name for node in deep.tree()] == ["all"]
    assert near(apart(deep, "all"), FLAT)
    assert near(apart(stocks, "stocks"), FLAT)


def test_the_same_fund_has_the_sum() -> None:
    """In the order given; a set and a symbol make a larger set; taken apart each gets what is held of it."""
    us = same(FLAT, ["VXUS", "VTI"], "world")
    assert us.substitutes == (("world", ("VXUS", "VTI")),)
    assert us.fractions() == {"VXUS": Fraction(6, 10), "VTI": 0, "BND": Fraction(3, 10), "VTEB": Fraction(1, 10)}
    larger = same(us, ["world", "BND"], "anything")
    assert larger.substitutes == (("anything", ("VXUS", "VTI", "BND")),)
    again = apart(us, "world", {"VTI": 300, "VXUS": 100})
    assert dict(again.weights) == {"VXUS": 15, "VTI": 45, "BND": 30, "VTEB": 10}
    assert dict(apart(us, "world").weights)["VTI"] == 30


def test_each_level_is_given_by_itself() -> None:
    """Shares of one class change, the others stay; every level that does not sum up is said at once."""
    stocks = grouped(grouped(FLAT, ["VTI", "VXUS"], "stocks"), ["BND", "VTEB"], "bonds")
    other = reshared(stocks, {"VTI": Fraction(50), "VXUS": Fraction(50)})
    assert other.fractions()["VTI"] == Fraction(3, 10)
    assert dict(other.weights) == {"stocks": 60, "bonds": 40}
    with pytest.raises(TargetError) as caught:
        reshared(stocks, {"stocks": Fraction(57), "VTI": Fraction(70), "VXUS": Fraction(20)})
    assert [line.partition(";")[0] for line in str(caught.value).splitlines()] == [
        "the shares of the group stocks sum to 90",
        "the targets sum to 97",
    ]
    added = reshared(stocks, {"GLD": Fraction(10), "stocks": Fraction(50)}, {"GLD": 300})
    assert added.fractions()["GLD"] == Fraction(1, 10)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["VTI", "nothing"], "choose targets that are in one class"),
        ([], "nothing: choose targets"),
        (["VTI", "bonds"], "a class is not a fund; choose funds"),
    ],
)
def test_what_cannot_be_the_same_is_said(names: list[Any], message: str) -> None:
    bonds = grouped(FLAT, ["BND", "VTEB"], "bonds")
    with pytest.raises(TargetError, match=message):
        same(bonds, names, "x")


def test_a_name_must_be_free() -> None:
    with pytest.raises(TargetError, match="has the name of the symbol VXUS"):
        grouped(FLAT, ["VTI", "BND"], "vxus")


@pytest.mark.parametrize("ready", READY_MADE, ids=lambda ready: ready.name)
def test_ready_made_allocations_sum_up(ready: Any) -> None:
    """With one fund a part every weight is the product of its shares, and the source is said."""
    players = {part: [f"F{i}"] for i, part in enumerate(ready.parts)}
    targets = targets_from(ready, players)
    assert sum(targets.fractions().values()) == 1
    assert len(targets.leaves()) == len(ready.parts)
    assert ready.source.endswith(".")
    assert all(part in MARKETS for part in ready.parts)


def test_all_weather_has_its_five_weights() -> None:
    ready = next(ready for ready in READY_MADE if ready.name == "All Weather")
    players = dict(zip(ready.parts, (["VTI"], ["TLT"], ["IEF"], ["GLD"], ["DBC"]), strict=True))
    weights = {symbol: round(float(100 * w), 6) for symbol, w in targets_from(ready, players).fractions().items()}
    assert weights == {"VTI": 30, "TLT": 40, "IEF": 15, "GLD": 7.5, "DBC": 7.5}


def test_several_funds_of_a_part_are_substitutes() -> None:
    """A class of one part is that part; a class without any fund is an error that names what is needed."""
    three = READY_MADE[0]
    held = ["VTSAX", "BND", "VTI", "VXUS", "ZZZ"]
    players = suggested(three, held)
    assert players == {
        "US stocks": ("VTSAX", "VTI"), "International stocks": ("VXUS",), "US bonds": ("BND",),
    }  # fmt: skip
    targets = targets_from(three, players)
    assert targets.substitutes == (("US stocks", ("VTSAX", "VTI")),)
    assert dict(targets.weights) == {"Stocks": 60, "BND": 40}
    with pytest.raises(TargetError, match=r"Bonds: choose a fund for US bonds\."):
        targets_from(three, {"US stocks": ["VTI"]})


def test_known_funds_only_propose() -> None:
    """Of what is held those of one market are named; a fund is of one market."""
    assert alike(["VTI", "BND", "ITOT", "BRK B"]) == {"US stocks": ("VTI", "ITOT")}
    assert market_of("BRK.B") == ""
    symbols = [symbol for several in MARKETS.values() for symbol in several]
    assert len(symbols) == len(set(symbols))


def test_only_a_class_or_a_set_can_be_taken_apart() -> None:
    with pytest.raises(TargetError, match="VTI is no class and no set of substitutes"):
        apart(FLAT, "VTI")


def test_what_is_worth_nothing_has_no_current_weights() -> None:
    with pytest.raises(TargetError, match="the portfolio is worth nothing, so it has no current weights"):
        as_held(FLAT, {"VTI": 0, "BND": 0})


def test_a_part_is_played_by_the_market_nearest_to_it() -> None:
    """An S&P 500 fund plays US stocks unless a total-market fund is held; parts without a fund are left out."""
    assert suggested(READY_MADE[0], ["BND", "VOO"]) == {"US stocks": ("VOO",), "US bonds": ("BND",)}
    assert suggested(READY_MADE[0], ["VOO", "VTI"]) == {"US stocks": ("VTI",)}


TREE = Targets.from_toml(
    "[targets]\nstocks = 75\nbonds = 25\n[groups.stocks]\ncore = 60\nVXUS = 40\n[groups.bonds]\nBND = 80\nVTEB = 20\n"
    '[substitutes]\ncore = ["VTI", "ITOT"]\n'
)


def weights(targets: Targets | None) -> dict[str, Fraction]:
    """Of symbols and of sets."""
    return {leaf.name: leaf.weight for leaf in targets.leaves()} if targets else {}


def test_the_tree_takes_the_weights_that_are_held() -> None:
    """Every level has the shares of what is in it; a level of which nothing is held keeps its own."""
    held = as_held(TREE, {"ITOT": 30, "VXUS": 10, "GLD": 40})
    assert weights(held) == {
        "core": Fraction(3, 8), "VXUS": Fraction(1, 8), "GLD": Fraction(1, 2), "BND": 0, "VTEB": 0,
    }  # fmt: skip
    assert [(node.name, [member.share for member in node.members]) for node in held.tree()] == [
        ("stocks", [Fraction(3, 4), Fraction(1, 4)]),
        ("bonds", [Fraction(4, 5), Fraction(1, 5)]),
        ("GLD", []),
    ]


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        ({"VTI"}, {"core": 45, "VXUS": 30, "BND": 20, "VTEB": 5}),
        ({"VXUS", "BND"}, {"core": 75, "VTEB": 25}),
        ({"BND", "VTEB"}, {"core": 60, "VXUS": 40}),
    ],
    ids=["a substitute", "a member", "a class"],
)
def test_what_goes_leaves_its_weight_to_what_is_beside_it(gone: set[str], left: dict[str, int]) -> None:
    assert weights(without(TREE, gone)) == {name: Fraction(weight, 100) for name, weight in left.items()}


def test_nothing_is_left_without_every_symbol() -> None:
    assert without(TREE, {"VTI", "ITOT", "VXUS", "BND", "VTEB"}) is None
