"""The classic strategies equal their definition: the naive heap, step by step, is the oracle."""

from __future__ import annotations

import heapq
import time
from decimal import Decimal
from statistics import median
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pbal_core import Portfolio, rebalance
from pbal_core.planning.classic import flood_fill, hard_rebalance, round_to_shares
from tests.build import portfolio
from tests.strategies import cash_amounts, portfolios, steps


def heap_fill(values: Any, pnls: Any, symbols: Any, cash: Any, step: Any) -> Any:
    """The definition: ``floor(|cash| / step)`` times, the top of a heap of (sign * value, pnl, symbol) moves."""
    sign = 1 if cash >= 0 else -1
    heap = [
        ((sign * v, p is None, 0 if p is None else p, s), i)
        for i, (v, p, s) in enumerate(zip(values, pnls, symbols, strict=True))
    ]
    heapq.heapify(heap)
    moved = [0] * len(values)
    for _ in range(abs(cash) // step):
        (value, unknown, pnl, symbol), i = heap[0]
        moved[i] += sign * step
        heapq.heapreplace(heap, ((value + step, unknown, pnl if unknown else pnl + step, symbol), i))
    return moved


small = st.one_of(st.integers(0, 400), st.sampled_from([0, 50, 100, 100, 200]))
known = st.one_of(st.none(), st.integers(-300, 300), st.sampled_from([0, 0, -100]))


@settings(max_examples=800, deadline=None)
@given(
    rows=st.lists(st.tuples(small, known), min_size=1, max_size=9),
    cash=st.integers(-3000, 3000),
    step=st.sampled_from([1, 7, 10, 50, 100, 333]),
    shuffle=st.randoms(use_true_random=False),
)
@example(rows=[(100, None), (100, 0), (100, -5)], cash=250, step=100, shuffle=None)
def test_flood_fill_is_the_heap(rows: Any, cash: int, step: Any, shuffle: Any) -> None:
    """The closed form moves exactly what the heap moves, ties and withdrawals included."""
    values, pnls = [value for value, _ in rows], [pnl for _, pnl in rows]
    symbols = [f"S{i}" for i in range(len(rows))]
    if shuffle is not None:
        shuffle.shuffle(symbols)
    assert flood_fill(values, pnls, symbols, cash, step) == heap_fill(values, pnls, symbols, cash, step)


@settings(max_examples=400, deadline=None)
@given(portfolio=portfolios(), cash=cash_amounts, step=steps)
def test_plan_is_the_definition(portfolio: Any, cash: Any, step: Any) -> None:
    """rebalance() gives the heap's dollars, capped at the holding, and the nearest shares, halves to even."""
    values = [int(p.value * 100) for p in portfolio]
    pnls = [None if p.pnl is None else int(p.pnl * 100) for p in portfolio]
    moved = heap_fill(values, pnls, portfolio.symbols, int(cash * 100), step * 100)
    plan = rebalance(portfolio, cash, min_trade=step)
    for position, order, amount in zip(portfolio, plan.orders, moved, strict=True):
        dollars = max(Decimal(amount) / 100, -position.value)
        assert order.amount == dollars
        assert order.shares == max(round(dollars / position.price), -int(position.value // position.price))


@settings(max_examples=400, deadline=None)
@given(portfolio=portfolios(), cash=cash_amounts, step=steps)
def test_hard_rebalance_is_the_definition(portfolio: Any, cash: Any, step: Any) -> None:
    """Every position gets the nearest multiple of the step to its distance from the mean, in exact arithmetic."""
    values = [int(p.value * 100) for p in portfolio]
    both = [True] * len(values)
    moved = hard_rebalance(values, [1] * len(values), int(cash * 100), step * 100, may_buy=both, may_sell=both)
    target = Decimal(sum(values) + int(cash * 100)) / len(values)
    for value, amount in zip(values, moved, strict=True):
        distance = abs(target - value - amount)
        assert distance <= Decimal(step * 100) / 2
        if distance == Decimal(step * 100) / 2:
            assert (amount // (step * 100)) % 2 == 0
    plan = rebalance(portfolio, cash, strategy="hard_rebalance", min_trade=step)
    assert [o.amount * 100 for o in plan.orders] == [max(m, -v) for m, v in zip(moved, values, strict=True)]


@pytest.mark.parametrize(
    ("cash", "hard", "avoid"),
    [
        (0, (25_000, -25_000), (0, 0)),
        (50_000, (50_000, 0), (50_000, 0)),
        (100_000, (75_000, 25_000), (75_000, 25_000)),
        (-10_000, (20_000, -30_000), (0, -10_000)),
    ],
)
def test_published_examples(cash: Any, hard: Any, avoid: Any) -> None:
    """The original tool's own examples."""
    two = portfolio("FOO 50000 @ 10 pnl -1000; BAR 100000 @ 5 pnl 1000")
    assert tuple(o.amount for o in rebalance(two, cash, strategy="hard_rebalance").orders) == hard
    assert tuple(o.amount for o in rebalance(two, cash).orders) == avoid


def test_losses_go_first_among_equals() -> None:
    """Of equal positions a withdrawal sells the one with the loss, and an unknown P&L last."""
    equals = portfolio("A 50000 @ 1; B 50000 @ 1 pnl -1000; C 50000 @ 1 pnl 0")
    assert [o.amount for o in rebalance(equals, -1000).orders] == [0, -1000, 0]
    assert [o.amount for o in rebalance(equals, -2000).orders] == [0, -1000, -1000]


def test_sells_never_exceed_the_holding() -> None:
    """A step larger than the holding sells the holding, and what it does not raise is said."""
    plan = rebalance(portfolio("A 500 @ 10; B 400 @ 10"), -2000)
    assert [o.shares for o in plan.orders] == [-50, -40]
    assert plan.cash_left == -1100
    assert [issue.code for issue in plan.issues] == ["shortfall"]


def test_a_known_quantity_bounds_the_sale() -> None:
    """The shares that the file names may all be sold, also where the value was rounded down to the cent."""
    plan = rebalance(portfolio("A 99.99 @ 33.333 held 3; B 0 @ 10"), Decimal("-99.99"), min_trade="0.01")
    assert plan.orders[0].shares == -3


@pytest.mark.parametrize(
    ("amount", "price", "shares"), [(250, 100, 2), (350, 100, 4), (-250, 100, -2), (-999, 100, -4)]
)
def test_shares_round_half_to_even(amount: int, price: int, shares: int) -> None:
    """Halves go to the even number of shares; sells stop at the holding."""
    assert round_to_shares(amount, price, 4) == shares


def test_the_readme_example_overspends_and_says_so() -> None:
    """$5,033.51 of $5,000: shown as a negative number and as an issue."""
    plan = rebalance(sample(), cash=5000, min_trade=100)
    assert {t.symbol: t.shares for t in plan.trades} == {"VCR": 10, "VDC": 8, "VIS": 3, "VNQ": 1}
    assert plan.cash_left == Decimal("-33.51")
    assert [issue.code for issue in plan.issues] == ["overspend"]


def sample() -> Portfolio:
    from pbal_core import read_positions
    from pbal_core.sample import sample_bytes

    return read_positions(sample_bytes()).portfolio


def test_cost_does_not_grow_with_cash() -> None:
    """A billion dollars in steps of ten costs what a thousand costs: a ratio of medians, not a number of seconds."""
    portfolio = sample()

    def cost(cash: int) -> float:
        times = []
        for _ in range(31):
            start = time.perf_counter()
            rebalance(portfolio, cash, min_trade=10)
            times.append(time.perf_counter() - start)
        return median(times)

    cost(1000)
    ratios = [cost(10**9) / cost(1000) for _ in range(3)]
    assert min(ratios) < 2, ratios  # the heap would need a million times as many steps
