"""The two classic strategies, flood fill and hard rebalance, for equal and for any weights, in integers.

The model: positions with values ``v_i``, cash ``c``, a step of ``d`` dollars, all in integer units. The strategies say
how many units each position should gain (+) or give (-); ``round_to_shares`` turns that into whole shares.

*Flood fill* (``try_avoid_sell``) repeats ``K = floor(|c| / d)`` times: raise the lowest position by one step, or, for a
withdrawal, lower the highest. Done naively that is a heap and costs O(K log n). Here it is a closed form that costs
O(n log n) whatever the cash: with ``x_i = v_i`` (or ``-v_i`` for a withdrawal), ``q_i, r_i = divmod(x_i, d)`` and
``S_m`` the sum of the m smallest ``q``, the level that the water reaches in whole steps is

    Q = min over m = 1..n of floor((K + S_m) / m)

every position below gets ``Q - q_i`` steps; the steps that remain go, one each, to the lowest of those at the level.

Worked number: values 50,000 and 100,000, cash 100,000, step 1,000: K = 100, q = (50, 100), Q = min(150, 125) = 125,
so the steps are 75 and 25.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate

from ..errors import Remedy, RequestError
from ..money import divide_half_even
from ..policy.constraints import Constraints
from .strategy import Direction


def classic_amounts(
    direction: Direction,
    values: Sequence[int],
    parts: Sequence[int],
    *,
    pnls: Sequence[int | None],
    symbols: Sequence[str],
    cash: int,
    step: int,
    may_buy: Sequence[bool],
    may_sell: Sequence[bool],
) -> list[int]:
    """Units that each position should gain (+) or give (-); see the functions below.

    ``may_buy`` and ``may_sell`` say, where trades go both ways, what a position may not do. In one direction all of
    the positions may trade.
    """
    if direction == "both":
        return hard_rebalance(values, parts, cash, step, may_buy=may_buy, may_sell=may_sell)
    if len(set(parts)) == 1 and parts[0] > 0:
        return flood_fill(values, pnls, symbols, cash, step)
    return weighted_flood_fill(values, parts, pnls=pnls, symbols=symbols, cash=cash, step=step)


def flood_fill(
    values: Sequence[int], pnls: Sequence[int | None], symbols: Sequence[str], cash: int, step: int
) -> list[int]:
    """Units to move into (+) or out of (-) each position: lowest first when investing, highest first when withdrawing.

    Args:
        values: Market values, n integers >= 0 in units.
        pnls: Unrealised P&L in units, None when unknown. Equal values trade the lowest P&L first, unknown last.
        symbols: The last tie-break, so that the order of the rows never matters.
        cash: Units to invest (+) or withdraw (-). What does not fill a step stays.
        step: Units of one step, > 0.

    Returns:
        n integers, multiples of ``step``, of the sign of ``cash``. Withdrawals are not capped at the value here.
    """
    sign = 1 if cash >= 0 else -1
    steps = abs(cash) // step
    if not steps:
        return [0] * len(values)
    wholes, rests = zip(*(divmod(sign * value, step) for value in values), strict=True)
    sums = accumulate(sorted(wholes))
    level = min((steps + below) // count for count, below in enumerate(sums, start=1))
    counts = [max(0, level - whole) for whole in wholes]

    def key(i: int) -> tuple[int, bool, int, str]:
        pnl = pnls[i]
        # The heap adds every step to the P&L of its key too, so a position that was raised ties as a smaller loss.
        return rests[i], pnl is None, 0 if pnl is None else pnl + (level - wholes[i]) * step, symbols[i]

    at_level = sorted((i for i, whole in enumerate(wholes) if whole <= level), key=key)
    for i in at_level[: steps - sum(counts)]:
        counts[i] += 1
    return [sign * count * step for count in counts]


def water_fill(values: Sequence[int], parts: Sequence[int], cash: int) -> list[Fraction]:
    """What ``try_avoid_sell`` tends to when steps and shares are fine: the lowest ``value / weight`` rise together.

    The level is the least of ``(cash + sum of values) / (sum of parts)`` over the k lowest positions, k = 1, 2, ...;
    for a withdrawal the highest sink together, none below zero. It is optimal at once for the squared, absolute,
    worst-case and entropy distance to the targets (optimal lazy rebalancing, optimalrebalancing.info).

    Args:
        values: Market values, n integers >= 0 in units.
        parts: Target weights, n integers > 0 of a common denominator.
        cash: Units to invest (+) or withdraw (-), at most the sum of the values.

    Returns:
        n exact amounts of the sign of ``cash`` that sum to ``cash``.
    """
    sign = 1 if cash >= 0 else -1
    order = sorted(range(len(values)), key=lambda i: Fraction(sign * values[i], parts[i]))
    level, value, part = Fraction(0), 0, 0
    for i in order:
        if part and sign * values[i] * part >= sign * (cash + value) * parts[i]:
            break
        value += values[i]
        part += parts[i]
        level = Fraction(cash + value, part)
    moves = [level * share - held for held, share in zip(values, parts, strict=True)]
    return [move if sign * move > 0 else Fraction(0) for move in moves]


def weighted_flood_fill(
    values: Sequence[int],
    parts: Sequence[int],
    *,
    pnls: Sequence[int | None],
    symbols: Sequence[str],
    cash: int,
    step: int,
) -> list[int]:
    """``flood_fill`` for any target weights: each step goes to the lowest (from the highest) ``value / weight``.

    The t-th step of position i is taken at the level ``(x_i + t * step) / part_i``, so the plan is the ``floor(|cash| /
    step)`` lowest of these levels. They are counted below a level by integer division, and the level is bisected.

    Args:
        values: Market values, n integers >= 0 in units.
        parts: Target weights, n integers >= 0 of a common denominator. A part of 0 is never bought, and sold first,
            the largest first, as far as whole steps of its value go.
        pnls: Unrealised P&L in units, None when unknown.
        symbols: The last tie-break.
        cash: Units to invest (+) or withdraw (-).
        step: Units of one step, > 0.

    Returns:
        n integers, multiples of ``step``, of the sign of ``cash``.
    """
    moves = [0] * len(values)
    steps = abs(cash) // step
    away = [i for i, part in enumerate(parts) if not part] if cash < 0 else []
    drained = _drain([values[i] for i in away], [pnls[i] for i in away], [symbols[i] for i in away], steps, step)
    for i, amount in zip(away, drained, strict=True):
        moves[i] = amount
        steps += amount // step
    members = [i for i, part in enumerate(parts) if part]
    if not steps or not members:
        return moves
    sign = 1 if cash >= 0 else -1
    starts = [sign * values[i] for i in members]
    shares = [parts[i] for i in members]
    # Fine levels: between two neighbours every position takes at most one step.
    fine = -(-max(shares) // step)

    def taken(level: int) -> list[int]:
        rows = zip(starts, shares, strict=True)
        return [max(0, (level * part - fine * start) // (fine * step) + 1) for start, part in rows]

    farthest = max(map(abs, starts))
    low, high = -fine * farthest - 1, fine * (farthest + steps * step)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if sum(taken(middle)) <= steps else (low, middle)
    counts = taken(low)

    def key(j: int) -> tuple[Fraction, bool, int, str]:
        pnl = pnls[members[j]]
        level = Fraction(starts[j] + counts[j] * step, shares[j])
        return level, pnl is None, 0 if pnl is None else pnl + counts[j] * step, symbols[members[j]]

    for j in sorted(range(len(members)), key=key)[: steps - sum(counts)]:
        counts[j] += 1
    for i, count in zip(members, counts, strict=True):
        moves[i] += sign * count * step
    return moves


def _drain(
    values: Sequence[int], pnls: Sequence[int | None], symbols: Sequence[str], steps: int, step: int
) -> list[int]:
    """Takes up to ``steps`` steps from positions without a target, the largest first, none beyond its value."""
    if sum(value // step for value in values) <= steps:
        return [-(value // step) * step for value in values]
    return flood_fill(values, pnls, symbols, -steps * step, step)


def hard_rebalance(
    values: Sequence[int],
    parts: Sequence[int],
    cash: int,
    step: int,
    *,
    may_buy: Sequence[bool],
    may_sell: Sequence[bool],
) -> list[int]:
    """Units to move so that every position is at its target: ``part_i / sum of parts * (sum v + c) - v_i``.

    Each is rounded to the nearest step, halves to the even one. Some may only be bought or only be sold: every position
    goes to one level of ``value / weight`` or, where that is ruled out, stays. The level is the one at which the moves
    sum to the cash, so nothing is bought with what a sale that is ruled out would have raised.

    Args:
        values: Market values, n integers >= 0 in units.
        parts: Target weights, n integers >= 0 of a common denominator; a part of 0 is sold whole.
        cash: Units to invest (+) or withdraw (-).
        step: Units of one step, > 0.
        may_buy: n times whether the position may be bought.
        may_sell: n times whether it may be sold.

    Returns:
        n integers, multiples of ``step``. Each is rounded by itself, so their sum may differ from ``cash``.
    """
    total, share = _one_way_level(list(zip(values, parts, may_buy, may_sell, strict=True)), cash)
    moves = []
    for value, part, buy, sell in zip(values, parts, may_buy, may_sell, strict=True):
        distance = total * part - share * value
        moves.append(divide_half_even(distance, share * step) * step if (buy if distance > 0 else sell) else 0)
    return moves


def _one_way_level(rows: Sequence[tuple[int, int, bool, bool]], cash: int) -> tuple[int, int]:
    """The level at which the moves that are allowed sum to the cash, as units and parts; parts > 0.

    Below the level that they have, positions that may only be bought do not move, above it those that may only be sold;
    between two such levels the sum of the moves is a straight line.
    """
    movers = [(value, part, buy) for value, part, buy, sell in rows if buy != sell and part]
    total = cash + sum(value for value, _, _, sell in rows if sell)
    share = sum(part for _, part, _, sell in rows if sell)
    units, parts = 0, 1
    for value, part, buy in sorted(movers, key=lambda row: Fraction(row[0], row[1])):
        if share and total * part <= value * share:
            break
        units, parts = value, part
        sign = 1 if buy else -1
        total, share = total + sign * value, share + sign * part
    return (total, share) if share else (units, parts)


def round_to_shares(amount: int, price: int, held: int) -> int:
    """Whole lots nearest to ``amount / price``, halves to even; never sells more than ``held``."""
    return max(divide_half_even(amount, price), -held)


def refuse_exact_rules(constraints: Constraints) -> None:
    """Refuses what the classic method cannot keep.

    Raises:
        RequestError: With everything that it cannot keep, one line each.
    """
    problems = []
    if constraints.max_trades is not None:
        problems.append("max_trades needs the exact method: the classic method rounds each trade by itself.")
    if constraints.leftover:
        problems.append("leftover needs the exact method: the classic method leaves what does not fill a step.")
    if problems:
        raise RequestError("\n".join(problems), remedy=Remedy("exact_method"))
