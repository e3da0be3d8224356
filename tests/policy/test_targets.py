"""Targets: any weights, groups, and the file that holds them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from pbal_core import TargetError, rebalance
from pbal_core.planning.problem import prepare
from pbal_core.policy.assets import with_targets
from pbal_core.policy.targets import Targets
from tests.build import portfolio
from tests.strategies import portfolios

FILE = """[targets]
VTI = 60
bonds = 30
"BRK B" = 9.5
GLD = 0.5

[groups]
bonds = ["BND", "VTEB"]

[prices]
VTEB = 50.12
"""


def test_a_file_is_read() -> None:
    """Groups are split equally, keys may be quoted, prices are exact."""
    targets = Targets.from_toml(FILE)
    assert targets.fractions() == {
        "VTI": Fraction(60, 100),
        "BND": Fraction(15, 100),
        "VTEB": Fraction(15, 100),
        "BRK B": Fraction(95, 1000),
        "GLD": Fraction(5, 1000),
    }
    assert targets.prices == (("VTEB", Decimal("50.12")),)


def test_a_file_is_written_as_it_was_read() -> None:
    """Byte by byte, where it was written by us."""
    assert Targets.from_toml(FILE).to_toml() == FILE


weights = st.dictionaries(
    st.from_regex(r"[A-Z]{1,4}( [A-Z])?", fullmatch=True), st.integers(0, 10_000), min_size=1, max_size=8
).filter(lambda table: sum(table.values()) > 0)


@given(weights)
def test_writing_and_reading_keeps_targets(table: Any) -> None:
    """What is saved is what is loaded, whatever the symbols."""
    total = sum(table.values())
    rounded = {name: Decimal(round(10**10 * count / total)) / 10**8 for name, count in table.items()}
    targets = Targets(rounded)
    assert Targets.from_toml(targets.to_toml()) == targets
    assert sum(targets.fractions().values()) == 1


@pytest.mark.parametrize(
    "weights",
    [
        {"A": 1, "B": 0},
        {"A": "0.5", "B": 0.5},
        {"A": 50, "B": 50},
        {"A": "33.33333", "B": "33.33333", "C": "33.33333"},
        {"A": 100},
    ],
)
def test_fractions_and_percents_sum_to_exactly_one(weights: dict[str, Any]) -> None:
    """Within one millionth of 1 or 100 they are scaled, exactly."""
    assert sum(Targets(weights).fractions().values()) == 1


@pytest.mark.parametrize(
    ("weights", "shown"),
    [({"A": 50, "B": 49}, "99"), ({"A": 0.5, "B": 0.4}, "0.9"), ({"A": "33.3", "B": "66.6"}, "99.9"), ({"A": 0}, "0")],
)
def test_another_sum_is_shown(weights: dict[str, Any], shown: str) -> None:
    """The sum that was found, and the two that are good."""
    with pytest.raises(TargetError) as caught:
        Targets(weights)
    assert str(caught.value) == (
        f"the targets sum to {shown}; fractions that sum to 1 or percents that sum to 100 are needed."
    )


def test_everything_wrong_is_said_at_once() -> None:
    """One line each."""
    with pytest.raises(TargetError) as caught:
        Targets(
            {"A": -5, "B!": 50, "g": 40, "C": "many", "BND": 15},
            groups={"g": ["BND", "h"], "h": [], "k": "BND"},
            prices={"A": 0},
        )
    text = str(caught.value)
    for part in (
        "the group k must be a list of symbols",
        "the group h is empty",
        'the weight of C "many" is not a number',
        "the weight of A is -5; a weight of 0 or more",
        "'B!' cannot be a symbol",
        "the price of A is 0; a price above 0",
        "the group k has no weight",
        "BND is in a target of its own and in the group g",
    ):
        assert part in text
    assert len(text.splitlines()) == len(set(text.splitlines()))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[targets", "the targets are not valid TOML: "),
        (
            "[weights]\nA = 1",
            "[weights] is not known; a targets file has [targets], [groups], [substitutes], [prices] and [constrai",
        ),
        ("targets = 3", "targets must be a table; begin it with a line [targets]."),
        ("[targets]\n", "there is no target; at least one is needed."),
        ("[targets]\nA = true", "the weight of A must be a number, not bool."),
        ("[targets]\nA = nan", 'the weight of A "NaN" is not a finite number'),
        ("[targets]\nA = 100\n[groups]\nA = [1]", 'the group A must be a list of symbols, such as ["BND", "VTEB"].'),
    ],
)
def test_a_bad_file_is_refused_in_words(text: str, message: str) -> None:
    """What was found and what is needed."""
    with pytest.raises(TargetError) as caught:
        Targets.from_toml(text)
    assert str(caught.value).startswith(message)


def test_a_symbol_with_a_point_needs_quotes() -> None:
    """Without them TOML takes the name apart; each is named with its cure. With them it is a symbol like another."""
    with pytest.raises(TargetError) as caught:
        Targets.from_toml("[targets]\nBRK.B = 66.6\nVTI = 33.4\n[prices]\nBF.A.X = 3\n")
    assert str(caught.value).splitlines() == [
        'put BRK.B in quotes: "BRK.B" = ...; TOML splits an unquoted name at the point.',
        'put BF.A.X in quotes: "BF.A.X" = ...; TOML splits an unquoted name at the point.',
    ]
    assert Targets.from_toml('[targets]\n"BRK.B" = 100\n').fractions() == {"BRK.B": 1}


@given(st.permutations(["A", "B", "bonds", "more"]), st.permutations(["C", "D"]))
def test_the_order_of_targets_asks_for_nothing(names: Any, members: Any) -> None:
    """Equal as values, with one hash, and one plan; another weight, member or price is another question."""
    weights = {"A": 40, "B": 30, "bonds": 20, "more": 10}
    groups = {"bonds": ["C", "D"], "more": ["E"]}
    one = Targets(weights, groups, {"C": 5, "D": 7, "E": 9})
    same = Targets(
        {name: weights[name] for name in names}, {"more": ["E"], "bonds": members}, {"E": 9, "D": 7, "C": "5.0"}
    )
    assert one == same
    assert hash(one) == hash(same)
    held = portfolio("A 100 @ 10; B 200 @ 3")
    first, second = (rebalance(held, 500, method="exact", targets=each) for each in (one, same))
    assert {t.symbol: t.shares for t in first.trades} == {t.symbol: t.shares for t in second.trades}
    assert one != Targets(weights | {"A": 30, "B": 40}, groups, {"C": 5, "D": 7, "E": 9})
    assert one != Targets(weights, groups | {"more": ["F"]}, {"C": 5, "D": 7, "E": 9})
    assert one != Targets(weights, groups, {"C": 5, "D": 7, "E": 8})
    assert one != "A"


def test_equal_targets_are_equal() -> None:
    """Three thirds, exactly."""
    assert set(Targets.equal(["A", "B", "C"]).fractions().values()) == {Fraction(1, 3)}


@given(portfolios())
def test_current_targets_are_the_weights_of_now(held: Any) -> None:
    """Percents with four decimals that sum to exactly 100, each within a step of the truth."""
    if not held.value:
        with pytest.raises(TargetError, match="worth nothing"):
            Targets.current(held)
        return
    targets = Targets.current(held)
    assert sum(weight for _, weight in targets.weights) == 100
    for symbol, weight in targets.weights:
        assert abs(Fraction(weight) - Fraction(held[symbol].value) / Fraction(held.value) * 100) < Fraction(1, 10_000)


def test_a_target_that_is_not_held_needs_a_price() -> None:
    """Every one is named."""
    held = portfolio("A 100 @ 10")
    with pytest.raises(TargetError, match=r"NEW, MORE: not held, so prices are needed"):
        rebalance(held, 100, targets={"A": 50, "NEW": 25, "MORE": 25})


def test_prices_of_the_call_count_before_those_of_the_file() -> None:
    """And the price of what is held is the portfolio's."""
    targets = Targets({"A": 50, "NEW": 50}, prices={"NEW": 7})
    whole = with_targets(portfolio("A 100 @ 10"), targets.priced({"NEW": "8.5", "A": 1}))
    assert [(p.symbol, p.price) for p in whole] == [("A", Decimal(10)), ("NEW", Decimal("8.5"))]
    assert with_targets(portfolio("A 100 @ 10"), targets)["NEW"].price == 7


def test_prices_of_the_call_are_checked() -> None:
    """Each one that cannot be used is named, those that are too low too."""
    with pytest.raises(TargetError) as caught:
        Targets({"A": 50, "NEW": 50}, prices={"NEW": 7}).priced({"NEW": "many", "A": 0})
    assert str(caught.value).splitlines() == [
        'the price of NEW "many" is not a number; give a price such as 72.55.',
        "the price of A is 0; a price above 0 is needed.",
    ]


def test_a_zero_target_that_is_not_held_is_nothing() -> None:
    """It needs no price and adds no row."""
    held = portfolio("A 100 @ 10")
    assert with_targets(held, Targets({"A": 100, "GONE": 0})) is held


def test_parts_are_small_integers() -> None:
    """0.6, 0.3 and 0.1 are 6, 3 and 1, and a position without a target is 0."""
    held = portfolio("A 1 @ 1; B 1 @ 1; X 1 @ 1; C 1 @ 1")
    assert prepare(held, targets={"A": 60, "B": 30, "C": 10}).parts == (6, 3, 0, 1)
    assert prepare(held).parts == (1, 1, 1, 1)


TREE = """[targets]
stocks = 60
bonds = 40

[groups]
bonds = ["BND", "VTEB"]

[groups.stocks]
US = 67
International = 33

[substitutes]
US = ["VTI", "ITOT", "VTSAX"]
International = ["VXUS"]

[prices]
VTEB = 50.12
"""


def test_a_tree_is_read_and_written_as_it_was() -> None:
    """Shares inside a class, equal ones, and substitutes; each weight is an exact product."""
    targets = Targets.from_toml(TREE)
    assert targets.to_toml() == TREE
    assert Targets.from_dict(targets.to_dict()) == targets
    assert [(leaf.name, leaf.symbols, leaf.weight) for leaf in targets.leaves()] == [
        ("US", ("VTI", "ITOT", "VTSAX"), Fraction(402, 1000)),
        ("International", ("VXUS",), Fraction(198, 1000)),
        ("BND", ("BND",), Fraction(1, 5)),
        ("VTEB", ("VTEB",), Fraction(1, 5)),
    ]
    assert sum(targets.fractions().values()) == 1
    assert [(node.name, node.share, len(node.members)) for node in targets.tree()] == [
        ("stocks", Fraction(3, 5), 2),
        ("bonds", Fraction(2, 5), 2),
    ]


def test_tables_may_come_before_lists() -> None:
    """What is written then has the lists first, and reads back as equal."""
    targets = Targets({"a": 50, "b": 50}, groups={"a": {"X": 33.3, "Y": 33.3, "Z": 33.3}, "b": ["c", "V"], "c": ["W"]})
    assert Targets.from_toml(targets.to_toml()) == targets
    assert Targets.from_toml(targets.to_toml()).to_toml() == targets.to_toml()
    assert targets.fractions()["X"] == Fraction(1, 6)
    assert targets.fractions()["W"] == Fraction(1, 4)


symbols = st.text("ABCDEFGH", min_size=1, max_size=3)


@given(st.data())
def test_any_tree_is_written_and_read_back(data: DataObject) -> None:
    """Nested as deep as it comes: equal targets, the same bytes, and weights that sum to exactly 1."""
    names = data.draw(st.lists(symbols, min_size=1, max_size=8, unique=True))
    groups: dict[str, list[str] | dict[str, int]] = {}
    sets: dict[str, list[str]] = {}
    roots = list(names)
    while len(roots) > 1 and data.draw(st.booleans()):
        count = data.draw(st.integers(1, min(3, len(roots))))
        taken, roots = roots[:count], roots[count:]
        name = f"node {len(groups) + len(sets)}"
        kind = data.draw(st.sampled_from(["list", "table", "set"]))
        if kind == "set" and all(each in names for each in taken):
            sets[name] = taken
        elif kind == "table":
            groups[name] = dict(zip(taken, [100 - 10 * (count - 1), 10, 10], strict=False))
        else:
            groups[name] = taken
        roots.append(name)
    weights = dict.fromkeys(roots, 100 // len(roots))
    weights[roots[0]] += 100 % len(roots)
    targets = Targets(weights, groups, None, sets)
    assert Targets.from_toml(targets.to_toml()) == targets
    assert Targets.from_toml(targets.to_toml()).to_toml() == targets.to_toml()
    assert sum(leaf.weight for leaf in targets.leaves()) == 1
    assert sorted(symbol for leaf in targets.leaves() for symbol in leaf.symbols) == sorted(names)


@pytest.mark.parametrize(
    ("tables", "lines"),
    [
        (
            ({"a": 100}, {"a": {"b": 60, "C": 37}, "b": {"D": 50, "E": 49}}),
            [
                "the shares of the group a sum to 97; fractions that sum to 1 or percents that sum to 100 are needed.",
                "the shares of the group b sum to 99; fractions that sum to 1 or percents that sum to 100 are needed.",
            ],
        ),
        (
            ({"a": 50, "C": 50}, {"a": ["b"], "b": {"a": 100}}),
            [
                "the group a is in a target of its own and in the group b; one place is needed.",
                "the groups a > b > a hold one another in a circle; take one of them out of another.",
            ],
        ),
        (
            ({"bond": 50, "VTI": 50}, {"bond": ["BOND", "VTI"]}),
            [
                "the group bond has the name of the symbol BOND; another name is needed.",
                "VTI is in a target of its own and in the group bond; one place is needed.",
            ],
        ),
        (({"a": 100}, {"a": {"X": -5, "Y": 105}}), ["the share of X in a is -5; a share of 0 or more is needed."]),
        (({"a": 100}, {"a": {}}), ["the group a is empty; at least one symbol is needed."]),
        (
            ({"a": 100}, {}, {}, {"a": ["BRK B", "BRK.B"], "b": []}),
            [
                "the set b is empty; at least one symbol is needed.",
                "BRK.B is in the set a and in the set a; one place is needed.",
                "the set b has no weight; give it one under [targets], or a share of a group.",
            ],
        ),
        (
            ({"us": 50, "US": 50}, {"us": ["X"]}, {}, {"US": ["Y"]}),
            ["the set US has the name of the group us; another name is needed."],
        ),
    ],
)
def test_a_tree_that_is_none_is_refused(tables: tuple[Any, ...], lines: list[str]) -> None:
    """Everything at once, a line each, with the sum of each level."""
    with pytest.raises(TargetError) as caught:
        Targets(*tables)
    assert str(caught.value).splitlines() == lines


def test_shares_may_be_rounded() -> None:
    """Each by 0.05 of a percent, no more."""
    assert Targets({"a": 100}, {"a": {"X": "33.3", "Y": "66.6"}}).fractions()["Y"] == Fraction(2, 3)
    with pytest.raises(TargetError, match=r"group a sum to 99\.89"):
        Targets({"a": 100}, {"a": {"X": "33.3", "Y": "66.59"}})


def test_groups_are_not_too_deep() -> None:
    """Thousands of levels are refused in a sentence, not in a traceback."""
    groups = {f"g{i}": [f"g{i + 1}"] for i in range(2000)} | {"g2000": ["X"]}
    with pytest.raises(TargetError, match="2001 levels deep; at most 20"):
        Targets({"g0": 100}, groups)


def test_a_group_name_with_a_point_needs_quotes() -> None:
    """TOML takes it apart as it does a symbol."""
    with pytest.raises(TargetError, match=r"put my\.bonds in quotes"):
        Targets.from_toml('[targets]\nVTI = 100\n[groups]\nmy.bonds = ["BND"]\n')


def test_targets_with_other_substitutes_are_other_targets() -> None:
    """The order within a set says what is bought, so it counts; the order of the sets does not."""

    def targets(**sets: list[str]) -> Targets:
        return Targets(dict.fromkeys(sets, 50), substitutes=sets)

    assert targets(US=["VTI", "ITOT"], World=["VXUS"]) == targets(World=["VXUS"], US=["VTI", "ITOT"])
    assert targets(US=["VTI", "ITOT"], World=["VXUS"]) != targets(US=["ITOT", "VTI"], World=["VXUS"])
    assert targets(US=["VTI", "ITOT"], World=["VXUS"]) != targets(US=["VTI"], World=["VXUS"])
