"""Slow and certain: the best plan by trying every plan, and by a mixed-integer solver.

Both take the rules literally, in exact fractions, and share no code with the search:

1. Never overspend.
2. Sell nothing that could be kept: neither one lot of a sale, where the rest is still a trade, nor the whole of it.
3. Buy nothing past its target: no lot takes its asset further from its target than one lot less, or none, would.
4. Cash to invest never sells, a withdrawal never buys, a hard rebalance does both, none sells more than is held.
5. A trade is nothing or large enough: the smallest trade, and what its fee is worth.
6. At most so many trades.

What has no target is sold first. Least is ``J + R`` with ``J = sum (value - target)**2 / target`` and R the idle cash.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import highspy

from pbal_core.planning.exact import Market
from pbal_core.planning.strategy import Direction

Question = tuple[int, Direction, int]
"""Units that may be spent (+) or must be raised (-), what may be traded, and the smallest trade."""


def smallest_sale(market: Market, i: int, need: int, direction: Direction, min_trade: int) -> int:
    """Units that a sale of an asset must move (rule 5)."""
    worth = market.fee_trade
    if need < 0:
        worth = min(worth, market.held[i] * market.prices[i])
        if direction == "sell":
            worth = min(worth, -need)
    return max(min_trade, worth)


def tradable(market: Market, i: int, question: Question, purse: int) -> list[int]:
    """The lots that an asset with a target may trade by itself (rules 3 to 5); no more than the purse pays."""
    need, direction, min_trade = question
    price, found = market.prices[i], [0]
    if direction != "buy" and market.sellable[i]:
        least = smallest_sale(market, i, need, direction, min_trade)
        found += [-k for k in range(1, market.held[i] + 1) if k * price >= least]
    if direction != "sell" and market.buyable[i]:
        total = sum(market.values) + need
        goal = Fraction(market.parts[i] * total, sum(market.parts))
        least = max(1, -(-max(min_trade, market.fee_trade) // price))

        def off(k: int) -> Fraction:
            return abs(market.values[i] + k * price - goal)

        for k in range(least, max(0, purse - market.fee) // price + 1):
            if not market.past_target and off(k) > off(k - 1 if k > least else 0):
                break
            found.append(k)
    return found


def plans(market: Market, question: Question, most: int, budget: int) -> Iterator[tuple[Any, ...]]:
    """Every plan of the assets with a target that keeps the rules, with its idle cash."""
    need, direction, min_trade = question
    members = [i for i, part in enumerate(market.parts) if part]
    purse = budget
    if direction != "buy":
        purse += sum(market.held[i] * market.prices[i] for i in members if market.sellable[i])
    options = [tradable(market, i, question, purse) for i in members]
    least = [smallest_sale(market, i, need, direction, min_trade) for i in members]
    prices = [market.prices[i] for i in members]
    for lots in itertools.product(*options):
        trades = sum(map(bool, lots))
        idle = budget - sum(map(math.prod, zip(lots, prices, strict=True))) - market.fee * trades
        if idle < 0 or trades > most:
            continue
        for k, price, fewest in zip(lots, prices, least, strict=True):
            if k < 0 and (-k * price - market.fee <= idle or ((-k - 1) * price >= max(1, fewest) and price <= idle)):
                break
        else:
            yield lots, idle


def targets(market: Market, need: int) -> list[Fraction]:
    total = sum(market.values) + need
    return [Fraction(part * total, sum(market.parts)) for part in market.parts]


def distance(market: Market, need: int, lots: Sequence[int]) -> Fraction:
    """J in units, exactly, of lots of all assets."""
    rows = zip(market.values, market.prices, lots, targets(market, need), strict=True)
    return sum(((value + k * price - goal) ** 2 / goal for value, price, k, goal in rows if goal), Fraction(0))


def idle_cash(market: Market, budget: int, lots: Sequence[int]) -> int:
    return budget - sum(k * p for k, p in zip(lots, market.prices, strict=True)) - market.fee * sum(map(bool, lots))


def leaving(market: Market, min_trade: int) -> list[int]:
    """Assets without a target whose whole sale is a trade that brings more than its fee, the largest first."""
    rows = enumerate(zip(market.parts, market.sellable, market.held, market.prices, strict=True))
    gone = [(h * p, i) for i, (w, may, h, p) in rows if not w and may and h * p >= min_trade and h * p > market.fee]
    return [i for _, i in sorted(gone, key=lambda row: (-row[0], row[1]))]


def least_idle(market: Market, need: int, min_trade: int) -> int:
    """The least idle cash of a withdrawal that what has no target can pay by itself."""
    away = leaving(market, min_trade)
    least = [smallest_sale(market, i, need, "sell", min_trade) for i in away]
    prices = [market.prices[i] for i in away]
    most = len(away) if market.max_trades is None else market.max_trades
    options = [
        [0, *(k for k in range(1, market.held[i] + 1) if k * price >= fewest or k == market.held[i])]
        for i, price, fewest in zip(away, prices, least, strict=True)
    ]
    found = []
    for lots in itertools.product(*options):
        trades = sum(map(bool, lots))
        idle = need + sum(map(math.prod, zip(lots, prices, strict=True))) - market.fee * trades
        if idle >= 0 and trades <= most:
            found.append(idle)
    return min(found)


def brute_force(market: Market, need: int, direction: Direction, min_trade: int) -> Fraction | None:
    """Least J + R over every plan; None where there is none.

    Of a withdrawal that takes all that has no target the rest counts alone, before some of that is kept again; where
    less than all of it suffices, J does not move, and -1 says that ``least_idle`` is what counts.
    """
    count = len(market.prices)
    most = count if market.max_trades is None else min(count, market.max_trades)
    away = leaving(market, min_trade) if direction != "buy" else []

    def raised(members: Sequence[int]) -> int:
        return sum(market.held[i] * market.prices[i] - market.fee for i in members)

    if direction == "both":
        counts = range(min(most, len(away)) + 1) if most < count else [len(away)]
    elif raised(away[:most]) >= -need > 0:
        return Fraction(-1)
    else:
        counts = range(min(most, len(away)), -1, -1)
    found = []
    for sold in counts:
        stays = sum(market.held[i] * market.prices[i] for i in away[sold:]) if direction == "both" else 0
        budget = need + raised(away[:sold])
        whole = [0] * count
        values = []
        for lots, idle in plans(market, (need, direction, min_trade), most - sold, budget):
            for i, k in zip((i for i, part in enumerate(market.parts) if part), lots, strict=True):
                whole[i] = k
            values.append(distance(market, need, whole) + idle + stays)
        found += [min(values)] if values else []
        if found and direction != "both":
            break
    return min(found, default=None)


def solver_value(market: Market, budget: int, direction: Direction) -> float:
    """Least J + R that HiGHS proves for a request without smallest trades or fees, in units.

    J is separable and convex, so tangents between neighbouring lots bound each asset's share of it from below. They are
    added around the solver's answer until its objective is the true one of its answer, which is then the least. What
    could be kept is not sold: a binary for each asset that may be sold holds the idle cash below its price.
    """
    goals = [float(goal) for goal in targets(market, budget)]
    total = sum(market.values) + budget
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 1e-9)
    count = len(goals)
    purse = budget + (sum(map(math.prod, zip(market.held, market.prices, strict=True))) if direction != "buy" else 0)
    options = [tradable(market, i, (budget, direction, 0), purse) for i in range(count)]
    lows, highs = [min(ks) for ks in options], [max(ks) for ks in options]
    scale = 1e4 / total
    lots = [solver.addIntegral(lb=low, ub=high) for low, high in zip(lows, highs, strict=True)]
    costs = [solver.addVariable(lb=0.0) for _ in range(count)]
    idle = solver.addVariable(lb=0.0)
    spent = sum(k * (price / 100) for k, price in zip(lots, market.prices, strict=True))
    solver.addConstr(spent + idle == budget / 100)
    most = purse / 100
    for i, low in enumerate(lows):
        if low < 0:
            sold = solver.addBinary()
            solver.addConstr(lots[i] >= low * sold)
            solver.addConstr(idle <= (market.prices[i] - 1) / 100 + most * (1 - sold))
    found = [round((g - v) / p) for g, v, p in zip(goals, market.values, market.prices, strict=True)]
    known: set[tuple[int, int]] = set()
    while True:
        near = {
            (i, left)
            for i in range(count)
            for left in range(max(lows[i], min(found[i], highs[i]) - 12), min(highs[i], max(found[i], lows[i]) + 12))
        }
        if near <= known:
            return float(distance(market, budget, found)) + idle_cash(market, budget, found)
        for i, left in near - known:
            at, after = (
                (market.values[i] + n * market.prices[i] - goals[i]) ** 2 / goals[i] * scale for n in (left, left + 1)
            )
            solver.addConstr(costs[i] >= at + (after - at) * (lots[i] - left))
        known |= near
        solver.minimize(sum(costs) + idle * (100 * scale))
        assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        found = [round(solver.val(k)) for k in lots]
