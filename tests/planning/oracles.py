"""Slow and certain: the best whole-share plan by trying every plan, and by a mixed-integer solver.

Both take the rules literally (``pbal_core/exact``): never overspend; idle cash below the cheapest share that may be
bought, or where that cannot be the cheapest purchase, or, of a withdrawal, below the cheapest share that may be sold;
least ``J = sum (value - target)**2 / target``. Every asset has a
target here; what has none is sold before, and has tests of its own.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import highspy

from pbal_core.planning.exact import Direction, Market


def choices(market: Market, budget: int, direction: Direction, min_trade: int) -> list[list[int]]:
    """The lots that each asset may trade."""
    purse = budget
    if direction != "buy":
        sales = zip(market.held, market.prices, market.sellable, strict=True)
        purse += sum(h * p for h, p, may in sales if may and h * p >= min_trade)
    rows = zip(market.prices, market.held, market.buyable, market.sellable, strict=True)
    found = []
    for price, held, buyable, sellable in rows:
        low = -held if sellable and direction != "buy" else 0
        high = max(0, (purse - market.fee) // price) if buyable and direction != "sell" else 0
        found.append([k for k in range(low, high + 1) if k == 0 or abs(k) * price >= min_trade])
    return found


def targets(market: Market, budget: int) -> list[Fraction]:
    total = sum(market.values) + budget
    return [Fraction(part * total, sum(market.parts)) for part in market.parts]


def objective(market: Market, budget: int, lots) -> Fraction:
    """J in units, exactly."""
    rows = zip(market.values, market.prices, lots, targets(market, budget), strict=True)
    return sum(((value + k * price - goal) ** 2 / goal for value, price, k, goal in rows), Fraction(0))


def idle_cash(market: Market, budget: int, lots) -> int:
    return budget - sum(k * p for k, p in zip(lots, market.prices, strict=True)) - market.fee * sum(map(bool, lots))


def idle_bounds(market: Market, direction: Direction, options: list[list[int]]) -> list[int]:
    """Idle cash must stay below the first of these that any plan keeps to; none: no bound."""
    rows = list(zip(market.prices, options, strict=True))
    if direction == "sell":
        return [min(price for price, ks in rows if ks[0] < 0)] if any(ks[0] < 0 for ks in options) else []
    purchases = [(price, price * min(k for k in ks if k > 0)) for price, ks in rows if ks[-1] > 0]
    return [min(p for p, _ in purchases), min(cost for _, cost in purchases) + market.fee] if purchases else []


def brute_force(market: Market, budget: int, direction: Direction, min_trade: int) -> tuple[Fraction | None, bool]:
    """Least J over every plan, None where there is no plan; and whether the bound on idle cash had to be relaxed."""
    options = choices(market, budget, direction, min_trade)
    whole, total = sum(market.parts), sum(market.values) + budget
    common = math.lcm(*market.parts)
    rows = zip(options, market.values, market.prices, market.parts, strict=True)
    # (units spent, share of J times a common denominator), exact integers
    tables = [
        [
            (k * price + (market.fee if k else 0), (whole * (value + k * price) - part * total) ** 2 * (common // part))
            for k in ks
        ]
        for ks, value, price, part in rows
    ]
    plans = []
    for choice in itertools.product(*tables):
        idle = budget - sum(spent for spent, _ in choice)
        if idle >= 0:
            plans.append((sum(cost for _, cost in choice), idle))
    bounds = idle_bounds(market, direction, options)
    within = [j for j, _ in plans] if not bounds else [j for j, idle in plans if idle < bounds[0]]
    relaxed = not within and bool(plans)
    if relaxed and direction == "sell":
        least = min(idle for _, idle in plans)
        within = [j for j, idle in plans if idle < least + bounds[0]]
    elif relaxed:
        within = [j for j, idle in plans if idle < bounds[1]] or [j for j, _ in plans]
    return Fraction(min(within), whole * total * common) if within else None, relaxed


def solver_objective(market: Market, budget: int, direction: Direction) -> float:
    """Least J that HiGHS proves for a request without minimum trade or fee, in units.

    J is separable and convex, so tangents between neighbouring lots bound each asset's share of it from below. They are
    added around the solver's answer until its objective is the true J of its answer, which is then the least.
    """
    goals = [float(goal) for goal in targets(market, budget)]
    scale = 1e4 / (sum(market.values) + budget)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 1e-9)
    count = len(goals)
    lows = [-h if may and direction != "buy" else 0 for h, may in zip(market.held, market.sellable, strict=True)]
    highs = [_most(market, budget, direction, i) for i in range(count)]
    lots = [solver.addIntegral(lb=low, ub=high) for low, high in zip(lows, highs, strict=True)]
    costs = [solver.addVariable(lb=0.0) for _ in range(count)]
    spent = sum(k * (price / 100) for k, price in zip(lots, market.prices, strict=True))
    tradable = [[low] if low else [0] for low in lows]
    cheapest = idle_bounds(market, direction, tradable)[0] if direction == "sell" else min(market.prices)
    solver.addConstr(spent <= budget / 100 + 1e-7)
    solver.addConstr(spent >= (budget - cheapest + 1) / 100 - 1e-7)
    found = [
        round((goal - value) / price) for goal, value, price in zip(goals, market.values, market.prices, strict=True)
    ]
    known: set[tuple[int, int]] = set()
    while True:
        near = {
            (i, left)
            for i in range(count)
            for left in range(max(lows[i], min(found[i], highs[i]) - 12), min(highs[i], max(found[i], lows[i]) + 12))
        }
        if near <= known:
            return float(objective(market, budget, found))
        for i, left in near - known:
            at, after = (
                (market.values[i] + n * market.prices[i] - goals[i]) ** 2 / goals[i] * scale for n in (left, left + 1)
            )
            solver.addConstr(costs[i] >= at + (after - at) * (lots[i] - left))
        known |= near
        solver.minimize(sum(costs))
        assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        found = [round(solver.val(k)) for k in lots]
        assert 0 <= idle_cash(market, budget, found) < cheapest


def _most(market: Market, budget: int, direction: Direction, i: int) -> int:
    if direction == "sell":
        return 0
    purse = budget + (sum(map(math.prod, zip(market.held, market.prices, strict=True))) if direction == "both" else 0)
    return max(0, purse // market.prices[i])
