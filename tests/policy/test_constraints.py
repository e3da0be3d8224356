"""Constraints are checked once, and everything that is wrong is said at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pbal_core import PbalError, Position, RequestError, TargetError, Targets, drift_report, rebalance
from pbal_core.planning.lots import lot_price, lots_as_shares, lots_held
from pbal_core.policy.constraints import Constraints, read_constraints
from tests.build import portfolio, rules


def test_everything_wrong_is_said_at_once() -> None:
    """One line each, with what was found and what is needed."""
    with pytest.raises(RequestError) as caught:
        rebalance(
            portfolio("A 100 @ 10; B 100 @ 10"),
            frozen=["X", "A", "W"],
            never_buy="Y",
            fractional={"A": 2, "Z": "0.1", "B": "fine"},
            cash_buffer=-1,
            fee_per_trade="much",
        )
    assert str(caught.value).splitlines() == [
        "the fraction of A is 2; above 0 and at most 1 share is needed, such as 0.001.",
        'the fraction of B "fine" is not a number; give a fraction of a share such as 0.001.',
        "cash_buffer is -1; 0 or more is needed.",
        'fee_per_trade "much" is not a number; give an amount such as 5000 or 1234.56.',
        "frozen: W, X are not among the positions: A, B.",
        "never_buy: Y is not among the positions: A, B.",
        "fractional: Z is not among the positions: A, B.",
    ]


def test_every_spelling_names_the_symbol() -> None:
    """What the portfolio calls BRK.B may be named BRK B, by a constraint and by a target."""
    found = read_constraints(
        ("BRK.B", "A"), {"frozen": "BRK B", "never_sell": ["BRK/B"], "fractional": {"BRK B": "0.5"}}
    )
    assert found.frozen == found.never_sell == {"BRK.B"}
    assert found.fractional == (("BRK.B", Decimal("0.5")),)
    held = portfolio("BRK.B 100 @ 10; A 100 @ 10")
    goals = {"BRK B": 75, "A": 25}
    plan = rebalance(held, 100, method="exact", targets=goals)
    assert {t.symbol: t.shares for t in plan.trades} == {"BRK.B": 10}
    assert [row.target for row in drift_report(held, goals).rows] == [0.75, 0.25]


def test_a_target_of_nothing_may_be_named() -> None:
    """It is not held and never bought, so there is nothing to refuse."""
    held = portfolio("A 100 @ 10; B 100 @ 10")
    goals = {"A": 50, "B": 50, "OLD": 0}
    plan = rebalance(held, 20, method="exact", targets=goals, never_sell=["A", "OLD"], frozen="OLD")
    assert [order.shares for order in plan.orders] == [1, 1]
    with pytest.raises(RequestError, match="never_sell: NEW is not among the positions: A, B"):
        rebalance(held, 20, method="exact", targets=goals, never_sell=["NEW"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"frozen": None}, "frozen must be a symbol or a list of symbols"),
        ({"never_buy": {"A": 1}}, "never_buy must be a symbol or a list of symbols"),
        ({"prices": ["A"], "targets": {"A": 1}}, "the prices must be a table"),
        ({"method": ["exact"]}, "is not known; choose classic or exact"),
    ],
)
def test_what_is_no_list_or_table_is_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(PbalError, match=words):
        rebalance(portfolio("A 100 @ 10"), 20, **options)


def test_a_band_is_a_band() -> None:
    with pytest.raises(RequestError, match="a Band is needed, such as Band"):
        drift_report(portfolio("A 100 @ 10"), band=(0.25, 0.05))  # type: ignore[arg-type]


def test_a_sale_that_is_ruled_out_buys_nothing() -> None:
    """Classic: what may not be sold stays, and the others share out what they have."""
    held = portfolio("A 10000 @ 100; B 5000 @ 50; C 300 @ 7")
    goals = {"A": 10, "B": 30, "C": 60}
    plan = rebalance(held, 0, min_trade=10, strategy="hard_rebalance", targets=goals, never_sell=["A"])
    assert {t.symbol: t.value for t in plan.trades} == {"B": -3250, "C": 3227}
    assert plan.cash_left == 23


def test_a_single_symbol_is_a_symbol() -> None:
    """``frozen="VTI"`` freezes VTI, not V, T and I."""
    assert rules(frozen="VTI").frozen == {"VTI"}


def test_tables_must_be_tables() -> None:
    """A list where a table is needed is named as such."""
    with pytest.raises(RequestError, match="fractional must be a table of steps"):
        Constraints(fractional=["A"])  # type: ignore[arg-type]
    with pytest.raises(TargetError, match="the weight of each symbol must be in a table"):
        Targets([("A", 1)])  # type: ignore[arg-type]
    with pytest.raises(TargetError, match="the groups must be a table"):
        Targets({"A": 1}, groups=["A"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lot", "price", "held", "shares"),
    [(None, 1025, 10, 7), (Decimal("0.1"), 1025, 105, Decimal("0.7")), (Decimal("0.25"), 25625, 42, Decimal("1.75"))],
)
def test_lots_are_exact(lot: Decimal | None, price: int, held: int, shares: Decimal | int) -> None:
    """A lot is a share, or the smallest fraction; its price, the lots held, and lots as shares are exact."""
    position = Position(symbol="A", value=Decimal("107.625"), price=Decimal("10.25"))
    scale = {None: 2, Decimal("0.1"): 3, Decimal("0.25"): 4}[lot]
    assert lot_price(position, lot, scale) == price
    assert lots_held(position, lot) == held
    assert lots_as_shares(7, lot) == shares


def test_a_quantity_counts_before_the_value() -> None:
    """The file's value is rounded, its quantity is not."""
    position = Position(symbol="A", value=Decimal("99.99"), price=Decimal(10), quantity=Decimal("10.05"))
    assert lots_held(position, None) == 10
    assert lots_held(position, Decimal("0.01")) == 1005
