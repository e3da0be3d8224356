"""The table adds up: every column to the cent, before and after, whatever the prices."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pbal_core import InfeasiblePlanError, Portfolio, Position, rebalance
from pbal_core.money import divide_half_even
from pbal_core.planning.cents import in_cents
from pbal_core.views.columns import table_rows
from pbal_core.views.numbers import key_numbers
from pbal_core.views.sums import sum_cells
from pbal_core.views.trades import DASH
from tests.build import portfolio
from tests.strategies import cash_amounts, portfolios, steps, strategy_names

fine = st.builds(
    lambda prices, counts: Portfolio(
        Position(symbol=f"S{i}", value=Decimal(count) * price, price=price, quantity=count, pnl=count)
        for i, (price, count) in enumerate(zip(prices, counts, strict=False))
    ),
    st.lists(st.decimals("0.0003", "900", places=4), min_size=1, max_size=9),
    st.lists(st.integers(0, 90), min_size=1, max_size=9),
)
"""Portfolios whose prices and values have fractions of a cent."""


def cents(text: str) -> int:
    """``+$1,234.56`` as 123456; a dash is nothing."""
    if text == DASH:
        return 0
    return round(100 * Decimal(text.removeprefix("fees ").replace("$", "").replace(",", "")))


def adds_up(held: Any, cash: Decimal, **settings: Any) -> Any:
    """What a reader adds up of the table in dollars is what its last row says, before and after."""
    plan = rebalance(held, cash, **settings)
    rows, sums = table_rows(plan), sum_cells(plan.outcome)

    def column(key: Any) -> Any:
        return [*(cents(row[key]) for row in rows), cents(sums["cash"][key])]

    before, traded, after = (column(key) for key in ("value_before", "traded", "value_after"))
    total = {key: cents(text) for key, text in sums["total"].items() if key.startswith(("value", "traded"))}
    assert sum(before) == total["value_before"]
    assert sum(traded) == total["traded"]
    assert sum(after) == total["value_after"]
    rounded_down = sum(
        max(0, -(now + change)) for now, change in zip(before[:-1], traded[:-1], strict=True) if now + change < 0
    )
    assert total["value_after"] == total["value_before"] + total["traded"] + rounded_down, "it comes out even"
    for now, change, then in zip(before, traded, after, strict=True):
        assert then in {now + change, 0}
    left = next(number for number in key_numbers(plan) if number.name == "cash_left")
    assert left.value == sums["cash"]["value_after"]
    assert abs(after[-1] - 100 * plan.cash_left) < len(after), "a cent for each position that is sold, at most"
    return sums


@given(held=portfolios(), cash=cash_amounts, step=steps, strategy=strategy_names)
def test_every_column_adds_up(held: Any, cash: Decimal, step: int, strategy: str) -> None:
    """With any portfolio, cash and strategy."""
    adds_up(held, cash, min_trade=step, strategy=strategy)


@given(
    held=fine,
    cash=st.decimals("-2000", "20000", places=2),
    method=st.sampled_from(["classic", "exact"]),
    strategy=strategy_names,
    fee=st.sampled_from(["0", "1.5"]),
)
def test_fractions_of_a_cent_add_up_too(held: Any, cash: Decimal, method: str, strategy: str, fee: Any) -> None:
    """Prices of four decimals and fees: no cent is lost between what the rows and the total say."""
    try:
        adds_up(held, cash, min_trade=10, strategy=strategy, method=method, fee_per_trade=fee)
    except InfeasiblePlanError:
        return


def test_fractions_of_a_share_add_up() -> None:
    """Trades of thousandths of a share, each of which has fractions of a cent."""
    held = portfolio("A 1000 @ 12.3457 held 81; B 700 @ 333.3333 held 2.1; C 20 @ 7.7777")
    step = {"A": "0.001", "B": "0.001", "C": "0.001"}
    sums = adds_up(held, Decimal("777.77"), min_trade=1, method="exact", fractional=step)
    assert sums["total"]["value_before"] == sums["total"]["value_after"]


def test_what_is_sold_completely_leaves_no_cent() -> None:
    """Its value and its proceeds have the same cents, although either alone may be rounded up."""
    held = portfolio("A 10.006 @ 10.006 held 1; B 10.007 @ 10.007 held 1; C 10.001 @ 10.001 held 1")
    for target in "ABC":
        adds_up(held, Decimal(0), min_trade=0, method="exact", strategy="hard_rebalance", targets={target: 100})


def test_the_rows_of_the_sample(golden: Callable[[str, str], None]) -> None:
    """Cash in money in both units; the total in percent, or in money with the cash."""
    plan = rebalance(
        portfolio("A 30 @ 1 pnl 6; B 10 @ 1"), 10, min_trade=1, strategy="hard_rebalance", fee_per_trade="0.5"
    )
    lines = [f"{row} {key}: {text}" for row, cells in sum_cells(plan.outcome).items() for key, text in cells.items()]
    golden("rows.txt", "\n".join(lines) + "\n")


@given(st.lists(st.integers(-(10**7), 10**7), max_size=20), st.integers(-1, 4))
def test_no_amount_is_a_cent_away(amounts: Any, spare: Any) -> None:
    """Each is rounded down or up, and all of them add up to their rounded sum."""
    names = [f"S{i:02}" for i in range(len(amounts))]
    found = in_cents(amounts, spare, names)
    cent = Decimal(10) ** spare
    assert all(abs(count * cent - amount) < cent for count, amount in zip(found, amounts, strict=True))
    if spare >= 0:
        assert sum(found) == divide_half_even(sum(amounts), 10**spare)


def test_equal_remainders_follow_the_symbols() -> None:
    """Whatever the order of the rows, the same fund has the odd cent."""
    assert in_cents([333, 333, 333], 1, ["C", "A", "B"]) == (33, 34, 33)
