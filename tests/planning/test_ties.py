"""Ties among plans: from any plan that is as good, the exchanges lead to the one that is the answer."""

from __future__ import annotations

import pytest

from pbal_core import rebalance
from pbal_core.planning.exact import Effort, Market
from pbal_core.planning.exact.ties import settle_ties
from tests.build import portfolio

ENOUGH = 10**6


def market(values: list[int], price: int, *, buyable: list[bool] | None = None, past_target: bool = False) -> Market:
    count = len(values)
    return Market(
        values=values,
        prices=[price] * count,
        held=[value // price for value in values],
        parts=[1] * count,
        buyable=buyable or [True] * count,
        sellable=[True] * count,
        past_target=past_target,
    )


@pytest.mark.parametrize("count", [2, 8])
def test_many_lots_move_to_the_first_assets_in_one_go(count: int) -> None:
    """Of twice as many funds alike the last have a lot each; the first get them all, however many there are."""
    alike = market([1000] * 2 * count, 100)
    stage = alike.stage(100 * count, 2100 * count, "buy", 0, 100 * count)
    settled = settle_ties(stage, [0] * count + [1] * count, alike.alike, 2 * count, Effort(ENOUGH))
    assert settled == [1] * count + [0] * count


def test_sales_move_to_the_first_assets_too() -> None:
    """Eight funds alike, of which the last four were sold from."""
    alike = market([1000] * 8, 100)
    stage = alike.stage(-400, 7600, "sell", 0, -400)
    assert settle_ties(stage, [0] * 4 + [-1] * 4, alike.alike, 8, Effort(ENOUGH)) == [-1] * 4 + [0] * 4


def test_no_lot_is_traded_that_makes_no_difference() -> None:
    """Past the target a dollar more of distance is a dollar less idle: the plan of less turnover is the answer."""
    free = market([70, 70], 70, buyable=[True, False], past_target=True)
    stage = free.stage(280, 420, "buy", 0, 280)
    assert stage.value([4, 0]) == pytest.approx(stage.value([3, 0]), rel=1e-12)
    assert settle_ties(stage, [4, 0], free.alike, 2, Effort(ENOUGH)) == [3, 0]
    assert settle_ties(stage, [2, 0], free.alike, 2, Effort(ENOUGH)) == [2, 0]


def test_an_exchange_does_not_exceed_the_trades_that_are_allowed() -> None:
    """Two lots of the last fund are one trade; a lot of each of the first two would be two."""
    alike = market([1000, 1000, 900], 100)
    stage = alike.stage(500, 3400, "buy", 0, 500)
    assert settle_ties(stage, [0, 0, 2], alike.alike, 1, Effort(ENOUGH)) == [0, 0, 2]


def test_of_two_alike_without_a_target_the_first_is_sold() -> None:
    """The same two rows in either order: the lower P&L goes first, then the symbol."""
    for text in ("Z2 300 @ 100; Z1 300 @ 100; A 500 @ 50", "Z1 300 @ 100; Z2 300 @ 100; A 500 @ 50"):
        plan = rebalance(portfolio(text), -100, method="exact", targets={"A": 100})
        assert {trade.symbol: trade.shares for trade in plan.trades} == {"Z1": -1}


def test_lots_that_are_worth_different_amounts_are_exchanged_with_their_own_kind() -> None:
    """Two funds near their target and two far from it, at one price: each pair settles by itself."""
    mixed = market([1000, 1000, 690, 690], 100)
    stage = mixed.stage(820, 4200, "buy", 0, 820)
    assert settle_ties(stage, [0, 1, 3, 4], mixed.alike, 4, Effort(ENOUGH)) == [1, 0, 4, 3]


def test_a_lot_is_not_dropped_where_its_money_would_keep_a_sale() -> None:
    """To buy a lot less is as good, but then one lot less would have to be sold, too."""
    mixed = Market(
        values=[770, 770, 140],
        prices=[140, 140, 140],
        held=[5, 5, 1],
        parts=[2, 1, 1],
        buyable=[True] * 3,
        sellable=[True] * 3,
        past_target=True,
    )
    stage = mixed.stage(0, 1680, "both", 0, 0)
    assert stage.value([3, -3, -1]) == pytest.approx(stage.value([4, -3, -1]), rel=1e-12)
    assert settle_ties(stage, [4, -3, -1], mixed.alike, 3, Effort(ENOUGH)) == [4, -3, -1]
