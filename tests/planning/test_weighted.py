"""The classic strategies for any weights equal their definition, and equal weights are a special case."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pbal_core.planning.classic import (
    flood_fill,
    hard_rebalance,
    water_fill,
    weighted_flood_fill,
)

small = st.one_of(st.integers(0, 400), st.sampled_from([0, 50, 100, 100, 200]))
known = st.one_of(st.none(), st.integers(-300, 300), st.sampled_from([0, 0, -100]))
steps = st.sampled_from([1, 7, 10, 50, 100, 333])
rows = st.lists(st.tuples(small, st.integers(1, 5), known), min_size=1, max_size=7)


def step_by_step(values: Any, parts: Any, *, pnls: Any, symbols: Any, cash: Any, step: Any) -> Any:
    """The definition: one step at a time to the lowest (from the highest) value over weight."""
    sign = 1 if cash >= 0 else -1
    counts = [0] * len(values)

    def key(i: Any) -> Any:
        level = Fraction(sign * values[i] + counts[i] * step, parts[i])
        pnl = pnls[i]
        return level, pnl is None, 0 if pnl is None else pnl + counts[i] * step, symbols[i]

    for _ in range(abs(cash) // step):
        counts[min(range(len(values)), key=key)] += 1
    return [sign * count * step for count in counts]


@settings(max_examples=800)
@given(held=rows, cash=st.integers(-1500, 1500), step=steps)
def test_weighted_flood_fill_is_its_definition(held: Any, cash: int, step: Any) -> None:
    """Bisecting the level moves exactly what single steps move, ties and withdrawals included."""
    values, parts, pnls = map(list, zip(*held, strict=True))
    symbols = [f"S{i}" for i in range(len(held))]
    found = weighted_flood_fill(values, parts, pnls=pnls, symbols=symbols, cash=cash, step=step)
    assert found == step_by_step(values, parts, pnls=pnls, symbols=symbols, cash=cash, step=step)


@settings(max_examples=400)
@given(held=rows, cash=st.integers(-1500, 1500), step=steps, weight=st.integers(1, 9))
def test_equal_weights_are_the_classic_fill(held: Any, cash: int, step: Any, weight: int) -> None:
    """Whatever number all the weights are."""
    values, _parts, pnls = map(list, zip(*held, strict=True))
    symbols = [f"S{i}" for i in range(len(held))]
    same = [weight] * len(values)
    found = weighted_flood_fill(values, same, pnls=pnls, symbols=symbols, cash=cash, step=step)
    assert found == flood_fill(values, pnls, symbols, cash, step)


@settings(max_examples=400)
@given(
    held=st.lists(st.tuples(small, st.integers(0, 3)), min_size=1, max_size=6),
    cash=st.integers(-1500, 1500),
    step=steps,
)
def test_zero_weights_are_never_bought_and_sold_first(held: Any, cash: int, step: Any) -> None:
    """While whole steps of what has no target are left, nothing else is sold."""
    values, parts = map(list, zip(*held, strict=True))
    symbols = [f"S{i}" for i in range(len(held))]
    pnls = [None] * len(held)
    moves = weighted_flood_fill(values, parts, pnls=pnls, symbols=symbols, cash=cash, step=step)
    away = [i for i, part in enumerate(parts) if not part]
    assert all(moves[i] <= 0 for i in away)
    if cash < 0:
        left = sum((values[i] + moves[i]) // step for i in away)
        assert all(values[i] + moves[i] >= 0 for i in away)
        assert not left or all(not move for i, move in enumerate(moves) if i not in away)
        assert sum(moves) >= -(abs(cash) // step) * step


@settings(max_examples=400)
@given(held=st.lists(st.tuples(small, st.integers(1, 5)), min_size=1, max_size=7), share=st.floats(-1, 2))
def test_water_is_level(held: Any, share: float) -> None:
    """The amounts sum to the cash, and no position that received any lies above one that did not."""
    values, parts = map(list, zip(*held, strict=True))
    cash = round(share * sum(values))
    moves = water_fill(values, parts, cash)
    assert sum(moves) == cash
    after = [Fraction(value + move) / part for value, move, part in zip(values, moves, parts, strict=True)]
    assert all(value + move >= 0 for value, move in zip(values, moves, strict=True))
    if cash > 0:
        assert max(a for a, move in zip(after, moves, strict=True) if move) == min(after)
    if cash < 0:
        assert min(a for a, move in zip(after, moves, strict=True) if move) == max(after)


one_way_rows = st.lists(st.tuples(small, st.integers(0, 4), st.booleans(), st.booleans()), min_size=1, max_size=6)


@settings(max_examples=600)
@given(held=one_way_rows, cash=st.integers(-1500, 1500), step=steps)
def test_a_one_way_hard_rebalance_is_funded(held: Any, cash: int, step: Any) -> None:
    """All that may move goes to one level at which the moves sum to the cash, or as near as they can come."""
    values, parts, may_buy, may_sell = (list(column) for column in zip(*held, strict=True))

    def moves(level: Any) -> list[Any]:
        wanted = [level * part - value for value, part in zip(values, parts, strict=True)]
        allowed = zip(wanted, may_buy, may_sell, strict=True)
        return [move if (buy if move > 0 else sell) else Fraction(0) for move, buy, sell in allowed]

    # The sum of the moves rises with the level, so bisecting finds where it passes the cash.
    low, high = Fraction(-2000), Fraction(4000)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(moves(middle)) < cash else (low, middle)
    found = hard_rebalance(values, parts, cash, step, may_buy=may_buy, may_sell=may_sell)
    near = [sorted(round(move / step, 6) for move in pair) for pair in zip(moves(low), moves(high), strict=True)]
    for amount, (least, most) in zip(found, near, strict=True):
        assert amount % step == 0
        assert least - Fraction("0.5001") <= Fraction(amount, step) <= most + Fraction("0.5001")


@settings(max_examples=200)
@given(held=rows, cash=st.integers(-1500, 1500), step=steps)
def test_without_a_bar_everything_goes_to_its_target(held: Any, cash: int, step: Any) -> None:
    """Each position is brought to its share of the total, to the nearest step."""
    values, parts, _pnls = map(list, zip(*held, strict=True))
    both = [True] * len(values)
    found = hard_rebalance(values, parts, cash, step, may_buy=both, may_sell=both)
    total, whole = sum(values) + cash, sum(parts)
    goals = [Fraction(total * part, whole) - value for value, part in zip(values, parts, strict=True)]
    assert found == [round(goal / step) * step for goal in goals]
