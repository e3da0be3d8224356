"""The table of targets and constraints: what is typed is what is asked for."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given

from pbal_core import TargetError, rebalance
from pbal_core.dashboard import policy_table as w
from pbal_core.policy.constraints import Constraints
from pbal_core.policy.policy import Policy
from pbal_core.policy.targets import Targets
from tests.build import portfolio
from tests.strategies import portfolios

TWO = portfolio("VTI 1000 @ 250; BND 500 @ 75")


def row(symbol, weight, **cells):
    return {**dict.fromkeys(w.COLUMNS), w.SYMBOL: symbol, w.WEIGHT: weight, **cells}


@given(portfolios())
def test_the_untouched_table_asks_for_nothing(portfolio):
    """Equal weights over what is held are no targets at all, so they stay exact."""
    rows = w.rows_of(portfolio)
    assert w.read_rows(rows, portfolio) == Policy()
    assert Policy().to_dict() == {}
    assert w.sum_words(rows) == "The weights sum to 100 %."


def test_cells_become_arguments():
    """Weights, ticks and fractions of each row, and the price of what is not held."""
    rows = [
        row("VTI", 60.0, Frozen=True, Fractional="0.001"),
        row("BND", 20.0, **{"Never sell": True, "Never buy": True}),
        row("VXUS", 20.0, **{w.PRICE: 62.5}),
        row(None, math.nan),
    ]
    found = w.read_rows(rows, TWO)
    assert found == Policy(
        targets=Targets({"VTI": 60, "BND": 20, "VXUS": 20}, prices={"VXUS": "62.5"}),
        constraints=Constraints(frozen="VTI", never_buy="BND", never_sell="BND", fractional={"VTI": "0.001"}),
    )
    assert w.summary(found, TWO.money) == "your weights, 1 frozen, 1 never bought, 1 never sold, 1 in fractions"
    bought = rebalance(TWO, 1000, method="exact", policy=found)
    assert {trade.symbol for trade in bought.trades} == {"VXUS"}


def test_amounts_beside_the_table_become_arguments():
    """A cash buffer and a fee, in whole cents, are asked for and said; nothing is, where they are 0."""
    wanted = Constraints(cash_buffer=w.in_cents(250.1), fee_per_trade=w.in_cents(1.999))
    found = Policy(constraints=wanted)
    assert wanted.to_dict() == {"cash_buffer": "250.10", "fee_per_trade": "2.00"}
    assert w.summary(found, TWO.money) == "equal weights, $250.10 kept in cash, a fee of $2.00 a trade"
    plan = rebalance(TWO, 1000, method="exact", policy=found)
    assert plan.fees == 2 * len(plan.trades)
    assert plan.cash_left >= Decimal("250.10")


def test_targets_survive_the_table():
    """Laying a table from targets and reading it back gives their weights."""
    targets = Targets({"VTI": "33.4", "bonds": "66.6"}, groups={"bonds": ["BND", "VTEB"]}, prices={"VTEB": "50.12"})
    found = w.read_rows(w.rows_of(TWO, targets), TWO).targets
    assert found is not None
    assert found.fractions() == targets.fractions()
    assert dict(found.prices) == {"VTEB": Decimal("50.12")}


def test_current_weights_survive_the_table():
    """The weights of now sum to 100 percent, exactly, in the table too."""
    third = portfolio("A 1 @ 1; B 1 @ 1; C 5 @ 1")
    rows = w.rows_of(third, Targets.current(third))
    assert w.sum_words(rows) == "The weights sum to 100 %."
    assert w.read_rows(rows, third).targets is not None


@pytest.mark.parametrize(
    ("rows", "needle"),
    [
        ([row("VTI", 60.0), row("BND", 30.0)], "90"),
        ([row("VTI", -1.0), row("BND", 101.0)], "VTI"),
        ([row("VTI", 50.0), row("VTI", 50.0)], "two rows"),
        ([row("=cmd()", 100.0)], "symbol"),
        ([row("VTI", 50.0), row("VXUS", 50.0, **{w.PRICE: -1.0})], "price"),
        ([row("VTI", 0.0), row("BND", 0.0)], "sum"),
    ],
)
def test_what_cannot_be_used_is_refused(rows, needle):
    """One message that says what is wrong; the page keeps the last table that was valid."""
    with pytest.raises(TargetError, match=needle):
        w.read_rows(rows, TWO)


def test_the_sum_is_said_live():
    """What is missing to 100 percent, or too much."""
    assert w.sum_words([row("VTI", 60.0), row("BND", 30.5)]) == "The weights sum to 90.5 %: 9.5 % to give."
    assert w.sum_words([row("VTI", 80.0), row("BND", 30.0)]) == "The weights sum to 110 %: 10 % too much."
    assert w.sum_words([row("VTI", "x")]) == "The sum is not known: a weight is not a number."


def test_ticks_outlive_other_weights():
    """Rows laid anew keep what is ticked, for as long as the symbol has a row; whatever the weights sum to."""
    rows = [row("VTI", 80.0, Frozen=True, Fractional="0.01"), row("GLD", 90.0, **{"Never sell": True})]
    kept = w.constraints_of(rows)
    assert kept == Constraints(frozen="VTI", never_sell="GLD", fractional={"VTI": "0.01"})
    held = w.read_rows(w.rows_of(TWO, None, kept), TWO)
    assert held.constraints == Constraints(frozen="VTI", fractional={"VTI": "0.01"})
