"""What somebody wants is kept by symbol: no file, no order of rows and no order of loading changes it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from pbal_core import Portfolio, TargetError, Targets, rebalance
from pbal_core.dashboard import wanted
from pbal_core.policy.constraints import Constraints
from pbal_core.policy.policy import Policy
from tests.build import portfolio, rules
from tests.strategies import portfolios

TWO = portfolio("VTI 1000 @ 250; BND 500 @ 75")
POLICY = Policy(
    targets=Targets({"VTI": 60, "VXUS": 30, "BND": 10}, prices={"VXUS": "62.5"}),
    constraints=Constraints(frozen=frozenset({"GLD"}), never_sell=frozenset({"BND"})),
)


@given(portfolios(max_size=6), st.data())
def test_any_order_of_rows_gives_the_same_plan(held: Any, data: DataObject) -> None:
    """Targets and constraints belong to symbols: a file whose rows come otherwise changes nothing."""
    symbols = list(held.symbols)
    weights = {symbol: Fraction(data.draw(st.integers(0, 50))) for symbol in symbols} | {symbols[0]: Fraction(7)}
    frozen = set(symbols[1:2]) if data.draw(st.booleans()) else set()
    policy = wanted.leave_alone(wanted.with_weights(Policy(), weights), frozen)
    shuffled = Portfolio(data.draw(st.permutations(list(held))))
    plans = [
        rebalance(each, 500, min_trade=100, method="exact", policy=wanted.effective(policy, each))
        for each in (held, shuffled)
    ]
    assert {(t.symbol, t.side, t.quantity) for t in plans[0].trades} == {
        (t.symbol, t.side, t.quantity) for t in plans[1].trades
    }


@given(portfolios(max_size=5), portfolios(max_size=5))
def test_a_policy_goes_through_any_portfolio_unchanged(one: Any, other: Any) -> None:
    """What counts for one file is worked out from the policy, which stays what it was for the next."""
    policy = wanted.with_weights(POLICY, dict.fromkeys(one.symbols, Fraction(1)))
    kept = policy.to_dict()
    for each in (one, other, one):
        wanted.effective(policy, each)
        assert policy.to_dict() == kept
    assert not wanted.without_target(policy, one)
    assert not wanted.without_price(policy, one)


def test_what_a_file_leaves_open_is_found() -> None:
    """A position without a target; a target that is not held and has no price. Frozen ones and zeros are not."""
    file = portfolio("VTI 1000 @ 250; QQQ 500 @ 75; GLD 3 @ 3")
    assert wanted.without_target(POLICY, file) == ("QQQ",)
    assert wanted.without_price(POLICY, file) == ("BND",)
    assert wanted.without_price(wanted.sell(POLICY, ["BND"]), file) == ()
    assert wanted.without_target(Policy(), file) == wanted.without_price(Policy(), file) == ()


def test_a_symbol_is_one_in_all_its_spellings() -> None:
    """BRK B in the targets is the BRK.B that is held; what is said of it counts."""
    policy = Policy(targets=Targets({"BRK B": 50, "VTI": 50}), constraints=Constraints(never_sell=frozenset({"BRK/B"})))
    file = portfolio("BRK.B 1000 @ 500; VTI 1000 @ 250")
    assert wanted.without_target(policy, file) == wanted.without_price(policy, file) == ()
    assert wanted.effective(policy, file).constraints.never_sell == {"BRK/B"}
    assert [row["target"] for row in wanted.rows(policy, file)] == ["50", "50"]


def test_every_choice_leaves_a_plan() -> None:
    """Leave it alone, sell it, give it a target; give a price or drop the target."""
    file = portfolio("VTI 1000 @ 250; QQQ 500 @ 75")
    priced = wanted.with_price(POLICY, "BND", Decimal(74))
    for choice in (
        wanted.leave_alone(priced, ["QQQ"]),
        wanted.sell(priced, ["QQQ"]),
        wanted.with_target(priced, "QQQ", Fraction(20)),
        wanted.leave_alone(wanted.drop(POLICY, ["BND"]), ["QQQ"]),
        wanted.equal(POLICY),
    ):
        assert wanted.without_target(choice, file) == wanted.without_price(choice, file) == ()
        rebalance(file, 1000, min_trade=0, method="exact", policy=wanted.effective(choice, file))
    assert wanted.weights_of(wanted.with_target(priced, "QQQ", Fraction(20))) == {
        "VTI": 48, "VXUS": 24, "BND": 8, "QQQ": 20}  # fmt: skip
    assert wanted.weights_of(wanted.drop(POLICY, ["VTI"])) == {"VXUS": 75, "BND": 25}
    assert wanted.drop(POLICY, ["VTI", "BND", "VXUS"]).targets is None


def test_what_is_said_of_other_symbols_waits() -> None:
    """It does not count, and it is not lost: the next file may hold them."""
    found = wanted.effective(POLICY, TWO)
    assert found.constraints.frozen == frozenset()
    assert found.constraints.never_sell == {"BND"}
    assert wanted.effective(POLICY, portfolio("GLD 5 @ 5")).constraints.frozen == {"GLD"}


def test_what_is_held_in_fractions_trades_in_fractions() -> None:
    """Unless somebody said whole shares, or another step."""
    file = portfolio("VTSAX 1002.5 @ 100 held 10.025; BND 500 @ 75 held 6; VTI 10 @ 10")
    assert wanted.effective(Policy(), file).constraints.fractional == (("VTSAX", wanted.DEFAULT_STEP),)
    for step in (wanted.WHOLE, Decimal("0.1")):
        said = Policy(constraints=rules(fractional={"VTSAX": step}))
        assert wanted.effective(said, file).constraints.fractional == (("VTSAX", step),)


def test_constraints_are_said_in_words() -> None:
    """As the table of rules words them, with the symbols by name."""
    said = rules(frozen=frozenset({"VTI"}), fractional={"BND": "0.001"}, cash_buffer=250)
    assert wanted.in_words(said, TWO) == (
        "VTI is frozen; BND: trade it in fractions of a share, as mutual funds do; "
        "cash up to $250.00 is kept as a buffer"
    )
    many = Constraints(never_buy=frozenset(f"S{i}" for i in range(8)))
    assert wanted.in_words(many, TWO) == "S0, S1, S2, S3, S4 and 3 more are never bought"


def test_rows_show_what_is_held_and_what_is_wanted() -> None:
    """Held positions first, in their order, then targets that are not held, with their price."""
    rows = wanted.rows(POLICY, portfolio("BND 500 @ 75; VTI 1500 @ 250"))
    assert [tuple(row.values()) for row in rows] == [
        ("BND", "25.0 %", "10", "yes", ""),
        ("VTI", "75.0 %", "60", "yes", ""),
        ("VXUS", "", "30", "", "62.5"),
    ]
    third = wanted.rows(Policy(), portfolio("A 0 @ 1; B 0 @ 1; C 0 @ 1"))
    assert [row["target"] for row in third] == ["33.3333"] * 3
    with pytest.raises(TargetError, match="worth nothing"):
        wanted.as_held(Policy(), portfolio("A 0 @ 1"))
