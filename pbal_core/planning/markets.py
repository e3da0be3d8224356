"""From a problem to the market that the exact method searches, and from its lots back to positions.

The model: each asset of the problem is one of the market. One that is several funds to the broker is counted in the
largest amount of which the lot of each fund that may trade is a multiple; which may, depends on the direction: cash to
invest buys one fund, and knows only that one.

Worked example: VTI at 250 dollars is bought and VTSAX at 120 sold. With cash to invest one lot is 250 dollars, in a
withdrawal 120, and in a hard rebalance 10.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from .exact import Market
from .problem import Problem
from .sets import TradedAsset
from .strategy import Direction


def market_for(problem: Problem, direction: Direction, budget: int) -> Market:
    """The market of a question, made once; of a withdrawal of everything it is every position by itself."""
    key = "parts" if problem.sets and problem.managed_value + budget <= 0 else direction if problem.sets else "both"
    known = problem.markets
    if key not in known:
        known[key] = parts_market(problem) if key == "parts" else market_of(problem, direction)
    market: Market = known[key]
    return market


def market_of(problem: Problem, direction: Direction) -> Market:
    """The assets that may trade, as the exact method searches them.

    Args:
        problem: The question.
        direction: What may be traded.
    """
    assets = problem.assets
    rows = [_row(problem, asset, direction) for asset in assets]
    several = any(sales is not None for _, _, sales, _ in rows)
    return Market(
        values=[sum(problem.values[i] for i in asset.members) for asset in assets],
        prices=[price for price, *_ in rows],
        held=[held for _, held, *_ in rows],
        parts=[asset.part for asset in assets],
        buyable=[asset.buyable for asset in assets],
        sellable=[bool(asset.sold) for asset in assets],
        fee=problem.fee,
        fee_trade=problem.fee_trade,
        max_trades=problem.constraints.max_trades,
        past_target=problem.constraints.leftover == "invest",
        sales=[sales for _, _, sales, _ in rows] if several else (),
        steps=[step for *_, step in rows] if several else (),
    )


def _row(
    problem: Problem, asset: TradedAsset, direction: Direction
) -> tuple[int, int, tuple[tuple[int, int], ...] | None, int]:
    """An asset's price, the lots held, its sales where it is several funds, and the lots that are bought at once."""
    prices, held = problem.prices, problem.held
    sold = asset.sold if direction != "buy" else ()
    if direction == "buy" or (direction == "sell" and len(sold) <= 1) or set(sold) <= {asset.lead}:
        i = sold[0] if sold and direction == "sell" else asset.lead
        return prices[i], held[i], None, 1
    unit = gcd(*(prices[i] for i in sold), prices[asset.lead] if direction == "both" else 0)
    sales = tuple((prices[i] // unit, held[i]) for i in sold)
    step = prices[asset.lead] // unit if direction == "both" else 0
    return unit, sum(each * count for each, count in sales), sales, step


def parts_market(problem: Problem) -> Market:
    """Every position that may be sold, by itself."""
    rows = _parts(problem)
    return Market(
        values=[problem.values[i] for i, _ in rows],
        prices=[problem.prices[i] for i, _ in rows],
        held=[problem.held[i] for i, _ in rows],
        parts=[asset.part for _, asset in rows],
        buyable=[False] * len(rows),
        sellable=[bool(asset.sold) for _, asset in rows],
        fee=problem.fee,
        fee_trade=problem.fee_trade,
        max_trades=problem.constraints.max_trades,
    )


def _parts(problem: Problem) -> list[tuple[int, TradedAsset]]:
    return [(i, asset) for asset in problem.assets for i in asset.sold or (asset.lead,)]


def spread(problem: Problem, market: Market, lots: Sequence[int], question: tuple[int, int, Direction]) -> list[int]:
    """The lots of each position, in file order, from lots of each asset.

    Args:
        problem: The question.
        market: What ``market_of`` made of it.
        lots: Lots of each of ``problem.assets``, as that market counts them.
        question: The smallest trade, the units to spend (+) or to raise (-), and what may be traded.
    """
    found = [0] * len(problem.values)
    if market is problem.markets.get("parts"):
        for (i, _), k in zip(_parts(problem), lots, strict=True):
            found[i] = k
        return found
    for number, (asset, k) in enumerate(zip(problem.assets, lots, strict=True)):
        sales = market.sales[number] if market.sales else None
        if not k:
            continue
        if k > 0:
            found[asset.lead] = k // market.steps[number] if market.steps else k
        elif sales is None:
            found[asset.sold[0]] = k
        else:
            for fund, count in market.parted(number, k, question):
                found[asset.sold[fund]] = -count
    return found
