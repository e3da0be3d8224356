"""Why a trade is made, in words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pbal_core import rebalance
from pbal_core.planning.reasons import Reason, reasons, reasons_after
from pbal_core.views.summary import sentence
from tests.build import portfolio
from tests.requests import requests


def test_distance_and_place() -> None:
    """Each position is counted from the side of its target that it is on."""
    above, below, lowest = reasons([0.6, 0.3, 0.1], [0.3, 0.4, 0.3], ["A", "B", "C"])
    assert above.sell == "100.0 % above target; the highest of 3"
    assert below.buy == "25.0 % below target; the second lowest of 3"
    assert lowest.buy == "66.7 % below target; the lowest of 3"


def test_cash_can_take_a_position_to_the_other_side_of_its_target() -> None:
    """Cash moves the targets, so what was above may be bought, and what was below may be sold."""
    above, below = reasons([0.6, 0.4], [0.5, 0.5], ["A", "B"])
    assert above.buy == "new cash raises its target"
    assert below.sell == "a withdrawal lowers its target"


@pytest.mark.parametrize(
    ("text", "cash", "options", "trade"),
    [
        ("BND 6080 @ 10; VTI 3920 @ 10", 5000, {}, "32.4 % below target after your $5,000.00"),
        ("BND 6000 @ 10; VTI 4000 @ 10", 10, {}, "0.1 % below target after your $10.00"),
        (
            "BND 5990 @ 10; VTI 4010 @ 10",
            -5000,
            {},
            "99.7 % above target after your withdrawal of $5,000.00",
        ),
        (
            "BND 6080 @ 10; VTI 3920 @ 10; ICE 10000 @ 10",
            5000,
            {"frozen": "ICE"},
            "32.4 % below target after your $5,000.00",
        ),
    ],
)
def test_a_trade_is_explained_by_what_it_would_be_without(
    text: str, cash: int, options: dict[str, Any], trade: str
) -> None:
    """Never "1.3 % above target" for a purchase: the distance from the target with the cash, in the same measure."""
    held = portfolio(text)
    goals = {"BND": 60, "VTI": 40} | ({"ICE": 0} if "ICE" in held.symbols else {})
    plan = rebalance(held, cash, method="exact", targets=goals, **options)
    assert plan.orders[0].reason.startswith(trade)
    assert not any("above target" in order.reason for order in plan.orders if order.shares > 0)


def test_without_cash_a_trade_at_target_says_what_it_is() -> None:
    """A hard rebalance may trade a share of a position that is on its target as far as a tenth of a percent tells."""
    assert reasons_after([Reason("at target before the trades", "")], [0.5], [0.5], "") == [Reason("at target", "")]


def test_special_places() -> None:
    """A single position has no rank, one without a target is no part of them, one at target says so."""
    assert reasons([0.5], [1.0], ["A"])[0].buy == "50.0 % below target"
    assert reasons([0.1, 0.9], [0.0, 1.0], ["A", "B"])[0].sell == "not in the targets"
    assert set(reasons([0.5, 0.5], [0.5, 0.5], ["A", "B"])) == {("at target before the trades",) * 2}


@pytest.mark.parametrize(
    ("rank", "words"), [(4, "fourth"), (11, "11th"), (12, "12th"), (21, "21st"), (22, "22nd"), (1013, "1,013th")]
)
def test_ordinals(rank: int, words: str) -> None:
    """English ordinals: words to the tenth, then figures."""
    count = 1030
    weights = [i / 10**7 for i in range(count)]
    assert (
        f"the {words} lowest of 1,030"
        in reasons(weights, [1 / count] * count, [f"{i:04}" for i in range(count)])[rank - 1].buy
    )


@settings(max_examples=200)
@given(st.one_of(requests("exact"), requests("classic")))
def test_the_words_of_a_trade_agree_with_it(request: Any) -> None:
    """No purchase is explained by being above its target, nor a sale by being below it; going past it is said."""
    plan = request.plan()
    assume(plan is not None)
    for trade in plan.trades:
        assert trade.reason
        assert ("above target" if trade.shares > 0 else "below target") not in trade.reason
        assert ("sold" if trade.shares > 0 else "bought") not in trade.reason
    stays = re.findall(
        r"(\$[\d,.]+\d) stays in cash[:.]", " ".join([sentence(plan), *(i.message for i in plan.issues)])
    )
    assert len(set(stays)) <= 1


def test_what_is_sold_below_its_target_or_bought_past_it_says_so() -> None:
    """Where only that is possible, since the others may not trade."""
    held = portfolio("A 17000 @ 10; B 4000 @ 10; C 0 @ 10")
    sold = rebalance(held, 0, method="exact", strategy="hard_rebalance", never_sell="A").orders[1].reason
    assert sold == "sold below its target, 42.9 % under it"
    bought = rebalance(portfolio("A 10000 @ 25; B 100 @ 10"), 1000, never_buy="B", min_trade=100).orders[0].reason
    assert bought == "bought past its target, 80.2 % above it after your $1,000.00"
