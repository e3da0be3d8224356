"""What a sale realises by average cost."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbal_core import Position, rebalance
from pbal_core.planning.gains import PARTS, gain_parts
from pbal_core.views.numbers import key_numbers
from tests.build import portfolio
from tests.known import known


def gain(text: Any, cash: Any, **settings: Any) -> Any:
    plan = rebalance(portfolio(text), cash, min_trade=10, **settings)
    return {number.name: number.value for number in key_numbers(plan)}["gain"]


@pytest.mark.parametrize(
    ("text", "cash", "said"),
    [
        ("VTI 10000 @ 250 pnl 2000", -1250, "+$250.00"),
        ("VTI 10000 @ 250 pnl -2000", -1250, "-$250.00"),
        ("VTI 10000 @ 250 pnl 2000 held 40", -1250, "+$250.00"),
        ("VTI 10000 @ 250 pnl 2000", 1250, "$0.00"),
        ("VTI 10000 @ 250", -1250, "unknown"),
        ("VTI 10000 @ 250", 1250, "$0.00"),
    ],
)
def test_a_sale_takes_its_part_of_the_cost(text: str, cash: int, said: str) -> None:
    """Forty shares that cost 200 each and are worth 250: five of them realise 250. Unknown where the cost is."""
    assert gain(text, cash) == said


@given(
    shares=st.integers(1, 10**6),
    sold=st.integers(1, 10**6),
    price=st.decimals("0.0001", "9999", places=4),
    cost=st.decimals("0.01", "9999999", places=2),
)
def test_the_parts_are_fine_enough_for_a_cent(shares: int, sold: int, price: Any, cost: Any) -> None:
    """Proceeds less the cost of the shares that are sold, for any price, count and cost."""
    sold = min(sold, shares)
    value = shares * price
    parts = known(gain_parts(Position(symbol="A", value=value, price=price, pnl=value - cost, quantity=shares)))
    proceeds = Fraction(sold * price)
    exact = proceeds - Fraction(cost) * sold / shares
    assert abs(proceeds * parts / PARTS - exact) < Fraction(1, 10**6)


def test_all_shares_realise_the_whole_profit() -> None:
    """Also where the file's value is a little older than its price."""
    held = portfolio("A 990 @ 10 pnl 90 held 100; B 1000 @ 10 held 100")
    plan = rebalance(held, targets={"B": 100}, method="exact", strategy="hard_rebalance")
    assert plan.orders[0].shares == -100
    assert Decimal(known(plan.outcome.gain)) / 10**plan.scale == 100, "sold for 1,000, bought for 900"
