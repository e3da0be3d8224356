"""The table of rules: each kind reads what people give, says what is wrong, and survives a file."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import permutations
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbal_core import Constraints, Policy, RequestError, TargetError, Targets, rebalance
from pbal_core.policy.constraints import RULES
from pbal_core.policy.rules import NOTHING, Rule
from tests.build import portfolio, rules

SYMBOLS = ("VTI", "BND", "BRK.B")
some = st.sets(st.sampled_from(SYMBOLS))
amounts = st.decimals(0, 10_000, places=2)
policies = st.builds(
    Policy,
    targets=st.sampled_from(
        [None, Targets({"VTI": 60, "BRK.B": 40}), Targets({"x\ny": 100}, groups={"x\ny": ["VTI"]})]
    ),
    constraints=st.builds(
        Constraints,
        frozen=some,
        never_buy=some,
        never_sell=some,
        fractional=st.dictionaries(st.sampled_from(SYMBOLS), st.sampled_from(["0.001", "1"])),
        cash_buffer=amounts,
        fee_per_trade=amounts,
    ),
)


def read(rule: Rule, given: object) -> tuple[object, list[str]]:
    problems: list[str] = []
    return rule.read(given, problems), problems


@pytest.mark.parametrize(
    ("kind", "given", "value", "plain"),
    [
        ("symbols", "VTI", {"VTI"}, ["VTI"]),
        ("symbols", ("VTI", "BND", "VTI"), {"VTI", "BND"}, ["BND", "VTI"]),
        ("steps", {"VTI": "0.5", "BND": 1}, (("BND", Decimal(1)), ("VTI", Decimal("0.5"))), {"BND": "1", "VTI": "0.5"}),
        ("money", "12.50", Decimal("12.50"), "12.50"),
        ("share", "2%", Decimal("0.02"), "0.02"),
        ("share", 0.02, Decimal("0.02"), "0.02"),
        ("share", None, None, None),
        ("count", "3", 3, 3),
        ("count", None, None, None),
        ("choice", "invest", "invest", "invest"),
        ("choice", None, "", ""),
    ],
)
def test_each_kind_reads_what_is_given(kind: Any, given: Any, value: Any, plain: Any) -> None:
    """What is read is written as plain values of JSON, and read back from them."""
    rule = Rule(key="rule", kind=kind, meaning="", choices=("invest",))
    assert read(rule, given) == (value, [])
    assert rule.plain(value) == plain
    assert read(rule, plain) == (value, [])


@pytest.mark.parametrize(
    ("kind", "given", "problem"),
    [
        ("symbols", 3, 'rule must be a symbol or a list of symbols, such as ["VTI"].'),
        ("steps", ["VTI"], "rule must be a table of steps, such as {'VSMAX': '0.001'}."),
        ("money", -1, "rule is -1; 0 or more is needed."),
        ("share", "200%", 'rule is 200 %; above 0 % and at most 100 % is needed, such as "2%" or 0.02.'),
        ("share", "much", 'rule "much" is not a number; give a share such as "2%" or 0.02.'),
        ("count", "2.5", "rule is 2.5; a whole number is needed, 0 or more."),
        ("count", -1, "rule is -1; a whole number is needed, 0 or more."),
        ("count", "few", 'rule "few" is not a number; give a whole number such as 3.'),
        ("choice", "lend", 'rule "lend" is not known; choose keep or invest.'),
    ],
)
def test_each_kind_says_what_is_wrong(kind: Any, given: Any, problem: Any) -> None:
    assert read(Rule(key="rule", kind=kind, meaning="", choices=("keep", "invest")), given)[1] == [problem]


def test_a_rule_has_one_name() -> None:
    """The argument, the option and the column are written from the key, and each key is a field of Constraints."""
    rule = next(rule for rule in RULES if rule.key == "never_buy")
    assert (rule.option, rule.label) == ("--never-buy", "Never buy")
    assert {rule.key: getattr(Constraints(), rule.key) for rule in RULES} == {r.key: NOTHING[r.kind] for r in RULES}


@given(policies)
def test_a_policy_survives_json_and_toml(policy: Any) -> None:
    """Nothing is lost, a line end in a group's name included."""
    tables = json.loads(json.dumps(policy.to_dict()))
    assert Policy.from_dict(tables) == policy
    if tables:
        assert Policy.from_toml(policy.to_toml().encode()) == policy


def test_equal_policies_are_one_key_of_a_cache() -> None:
    """The order in which symbols are named means nothing, nor do zeros after the point."""
    several = [
        Policy(constraints=rules(frozen=list(names), fractional=dict.fromkeys(names, "0.10"), cash_buffer="5.0"))
        for names in permutations(SYMBOLS)
    ]
    other = rules(frozen=SYMBOLS, fractional=dict.fromkeys(SYMBOLS, "0.1"), cash_buffer=5)
    assert len({*several, Policy(constraints=other)}) == 1
    assert len(set(map(repr, several))) == 1


def test_a_keyword_counts_before_the_policy() -> None:
    """Keywords are the policy in short, one by one."""
    held = portfolio("A 100 @ 10; B 300 @ 10")
    policy = Policy(targets=Targets({"A": 50, "B": 50}), constraints=rules(frozen="A", cash_buffer=20))
    plan = rebalance(held, 100, method="exact", policy=policy, frozen=())
    assert plan == rebalance(held, 100, method="exact", targets={"A": 50, "B": 50}, cash_buffer=20)
    assert plan != rebalance(held, 100, method="exact", policy=policy)


def test_an_unknown_keyword_is_named() -> None:
    with pytest.raises(
        RequestError, match=r"^froze, sell is not known; a policy has targets, prices, frozen, never_buy"
    ):
        rebalance(portfolio("A 100 @ 10"), froze="A", sell=1)  # type: ignore[call-arg]
    with pytest.raises(TargetError, match=r"^\[target\] is not known"):
        Policy.from_dict({"target": {}})


def test_thousands_of_steps_are_looked_up() -> None:
    """Not searched for one by one: with 20,000 that takes a minute."""
    symbols = [f"S{i}" for i in range(20_000)]
    constraints = rules(fractional=dict.fromkeys(symbols, "0.5"))
    start = perf_counter()
    assert {constraints.lot(symbol) for symbol in symbols} == {Decimal("0.5")}
    assert perf_counter() - start < 2
