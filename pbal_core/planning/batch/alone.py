"""Accounts that are planned one by one: by the exact method, or by the level in exact fractions.

The model: what the kernels do not know comes here: constraints and smallest trades, positions without a target in a
withdrawal, amounts whose products have more than 62 bits, a gap that is too large. The exact method is that of
``rebalance``, asked the same question.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor

from ...errors import PbalError, RequestError
from ...money import divide_half_even, format_money, from_units
from ...policy.assets import Asset
from ...portfolio import Portfolio, Position
from ..problem import Problem
from ..solve import WORK, solve
from ..strategy import Method
from .answer import HOW, BatchAnswer
from .columns import MOST
from .model import SHARE_PLACES, BatchModel
from .rows import Rows

_PATIENCE = 8
"""Times the usual work that auto spends on an account that the exact method does not prove at once."""


def plan_exactly(rows: Rows, account: int, model: BatchModel, answer: BatchAnswer) -> None:
    """Answers one account by the exact method, or says why it cannot be answered, in place."""
    span = _span(rows, account)
    values, prices, parts, held = (
        column[span].tolist() for column in (rows.values, rows.prices, rows.parts, rows.held)
    )
    cash = int(rows.cash[account])
    try:
        _check_size(sum(values) + abs(cash), sum(map(int.__mul__, held, prices)))
        problem = _problem(rows, span, model)
        smallest = problem.units(model.min_trade)
        solution = solve(problem, cash, smallest)
        if model.quality == "auto" and solution.proof is not None and not solution.proof.proven:
            solution = solve(problem, cash, smallest, work=_PATIENCE * WORK)
        if (proof := solution.proof) is None:  # and only then
            raise RequestError(solution.refusal)
    except PbalError as error:
        answer.reasons[account] = " ".join(str(error).split())
        return
    answer.lots[span] = solution.lots
    answer.moved[span] = [lots * price for lots, price in zip(solution.lots, prices, strict=True)]
    answer.left[account] = solution.cash_left
    stays = sum(value for value, frozen in zip(values, problem.frozen, strict=True) if frozen)
    whole = sum(part for part, frozen in zip(parts, problem.frozen, strict=True) if not frozen)
    total = max(0, sum(values) - stays + cash - problem.buffer)
    answer.targets[span] = [
        value if frozen else divide_half_even(part * total, whole)
        for value, part, frozen in zip(values, parts, problem.frozen, strict=True)
    ]
    answer.how[account] = HOW.index("exact")
    answer.distance[account], answer.bound[account] = proof.objective, proof.lower_bound
    answer.gap[account] = proof.gap


def _check_size(*amounts: int) -> None:
    """Refuses what the columns of the answer cannot hold.

    Raises:
        RequestError: An amount has more than 62 bits.
    """
    if max(amounts) > MOST:
        raise RequestError("its amounts are too large together")


def _span(rows: Rows, account: int) -> slice:
    begin = int(rows.starts[account])
    return slice(begin, begin + int(rows.counts[account]))


def _problem(rows: Rows, span: slice, model: BatchModel) -> Problem:
    symbols = rows.batch.column("symbol").slice(span.start, span.stop - span.start).to_pylist()
    values, prices, held, parts = (
        column[span].tolist() for column in (rows.values, rows.prices, rows.held, rows.parts)
    )
    portfolio = Portfolio(
        Position(symbol=symbol, value=from_units(value, rows.scale), price=from_units(price, rows.scale))
        for symbol, value, price in zip(symbols, values, prices, strict=True)
    )
    whole = sum(parts)
    return Problem(
        portfolio=portfolio,
        strategy=model.strategy,
        method=Method.EXACT,
        scale=rows.scale,
        values=tuple(values),
        prices=tuple(prices),
        lots=(None,) * len(values),
        held=tuple(held),
        pnls=(None,) * len(values),
        wanted=tuple(
            Asset(name=symbol, members=(i,), weight=Fraction(part, whole))
            for i, (symbol, part) in enumerate(zip(portfolio.symbols, parts, strict=True))
        ),
        constraints=model.constraints_for(portfolio.symbols),
    )


def level_exactly(rows: Rows, account: int, model: BatchModel, answer: BatchAnswer) -> None:
    """Answers one account by the level in fractions without an end, or says why it cannot be answered, in place."""
    span = _span(rows, account)
    values, prices, parts = (column[span].tolist() for column in (rows.values, rows.prices, rows.parts))
    cash, total = int(rows.cash[account]), sum(values) + int(rows.cash[account])
    try:
        _check_size(sum(values) + abs(cash), 10**SHARE_PLACES * (sum(values) + abs(cash)) // min(prices))
    except RequestError as error:
        answer.reasons[account] = str(error)
        return
    if total < 0:
        wished, most = (format_money(from_units(amount, rows.scale)) for amount in (-cash, sum(values)))
        answer.reasons[account] = f"{wished} cannot be raised: its positions are worth {most}"
        return
    direction = model.strategy.direction(cash)
    if direction == "both":
        wanted = [Fraction(part * total, sum(parts)) for part in parts]
    elif direction == "buy":
        wanted = _filled(values, parts, cash)
    else:
        wanted = _drained(values, parts, -cash)
    moved = [floor(want - value) for want, value in zip(wanted, values, strict=True)]
    answer.moved[span] = moved
    answer.lots[span] = [
        abs(amount) * 10**SHARE_PLACES // price * (1 if amount > 0 else -1)
        for amount, price in zip(moved, prices, strict=True)
    ]
    answer.left[account] = cash - sum(moved)
    whole, unit = sum(parts), 10**rows.scale
    answer.targets[span] = [divide_half_even(part * total, whole) for part in parts]
    answer.how[account] = HOW.index("level")
    goal = [Fraction(part * total, whole) for part in parts]
    least = _distance(wanted, goal) / unit
    distance = _distance([Fraction(value + amount) for value, amount in zip(values, moved, strict=True)], goal) / unit
    value = distance + int(answer.left[account]) / unit
    answer.distance[account], answer.bound[account] = distance, min(least, value)
    answer.gap[account] = value - min(least, value)


def _distance(after: list[Fraction], goal: list[Fraction]) -> float:
    """J of values and targets, in units."""
    return float(sum(((a - t) ** 2 / t for a, t in zip(after, goal, strict=True) if t), Fraction(0)))


def _filled(values: list[int], parts: list[int], cash: int) -> list[Fraction]:
    """What each position is worth when cash raises the lowest together."""
    aims = sorted((Fraction(value, part), value, part) for value, part in zip(values, parts, strict=True) if part)
    amount, weight, level = cash, 0, Fraction(0)
    for ratio, value, part in aims:
        if weight and ratio >= level:
            break
        amount, weight = amount + value, weight + part
        level = Fraction(amount, weight)
    return [max(Fraction(value), level * part) for value, part in zip(values, parts, strict=True)]


def _drained(values: list[int], parts: list[int], need: int) -> list[Fraction]:
    """What each position is worth when a withdrawal takes the highest down together, those without a target first."""
    idle = sum(value for value, part in zip(values, parts, strict=True) if not part)
    first = min(need, idle)
    aimless = _lowered([0 if part else value for value, part in zip(values, parts, strict=True)], first)
    aimed = _lowered([value if part else 0 for value, part in zip(values, parts, strict=True)], need - first, parts)
    return [after if part else before for before, after, part in zip(aimless, aimed, parts, strict=True)]


def _lowered(values: list[int], need: int, parts: list[int] | None = None) -> list[Fraction]:
    weights = [1] * len(values) if parts is None else parts
    rows = sorted((Fraction(v, w), v, w) for v, w in zip(values, weights, strict=True) if w and v)
    amount, weight, level = -need, 0, None
    for ratio, value, part in reversed(rows):
        if level is not None and ratio <= level:
            break
        amount, weight = amount + value, weight + part
        level = Fraction(amount, weight)
    if level is None:
        return [Fraction(value) for value in values]
    return [min(Fraction(value), level * part) for value, part in zip(values, weights, strict=True)]
