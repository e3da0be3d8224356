"""What hypothesis draws: portfolios with money in integer cents, often with ties."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from pbal_core import Portfolio, Position

cents = st.integers(0, 5_000_000)
few = st.sampled_from([0, 10_000, 10_000, 50_000, 99_999, 100_000, 150_000])
prices = st.one_of(st.integers(1, 60_000), st.sampled_from([100, 10_000, 10_000, 2_500]))
pnls = st.one_of(st.none(), st.integers(-50_000, 50_000), st.sampled_from([0, 0, -100, 100]))
steps = st.sampled_from([10, 37, 100, 250, 1_000, 10_000])
strategy_names = st.sampled_from(["try_avoid_sell", "hard_rebalance"])


def dollars(amount: int) -> Decimal:
    return Decimal(amount) / 100


@st.composite
def positions(draw: st.DrawFn, symbol: str) -> Position:
    pnl = draw(pnls)
    return Position(
        symbol=symbol,
        value=dollars(draw(st.one_of(cents, few))),
        price=dollars(draw(prices)),
        pnl=None if pnl is None else dollars(pnl),
    )


@st.composite
def portfolios(draw: st.DrawFn, max_size: int = 12) -> Portfolio:
    count = draw(st.integers(1, max_size))
    names = draw(st.permutations([f"S{i:02}" for i in range(count)]))
    return Portfolio(draw(positions(name)) for name in names)


cash_amounts = st.one_of(st.integers(-3_000_000, 6_000_000), st.sampled_from([0, 100_000, -100_000])).map(dollars)
