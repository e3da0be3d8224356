"""Why a classic plan misses its cash: what is said beside its trades, for a person.

The model: a classic plan moves whole steps, rounds each trade to whole shares by itself, and pays its fees on top. Each
of the three can make it spend more than the cash, or leave some; what did is named.

Worked example: 1,999 dollars in steps of 1,000: "$999.00 of the cash is below one step of $1,000.00, so it stays."
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..errors import Issue
from . import remarks
from .problem import Problem
from .solution import Solution


def classic_issues(
    problem: Problem, question: tuple[int, int], solution: Solution, small: Sequence[int]
) -> Iterator[Issue]:
    """What is said of a classic plan.

    Args:
        problem: The question's portfolio and settings.
        question: Its cash and its step, in units.
        solution: The answer, without remarks.
        small: Positions whose trades were left out, since they are not worth their fee.
    """
    (cash, step), dollars, money = question, problem.dollars, problem.portfolio.money
    left, traded, budget = solution.cash_left, any(solution.lots), problem.budget(cash)
    buys = problem.direction(cash) == "buy"
    if left < 0 and not traded:
        yield remarks.nothing_raised(dollars(-cash), money)
    elif left < 0:
        why = _why_short(problem, question, solution, -left, small)
        yield remarks.overspend(dollars(cash), dollars(-left), why, money)
    elif traded and left < problem.buffer:
        why = _why_short(problem, question, solution, problem.buffer - left, small)
        yield remarks.into_buffer(dollars(left), dollars(problem.buffer), why, money)
    if small and traded:
        yield remarks.not_worth_its_fee([problem.portfolio.symbols[i] for i in small], problem.terms(step), money)
    rest = budget % step
    if traded and buys and rest and budget >= step:
        yield remarks.below_step(dollars(rest), dollars(step), money, stays=rest <= left - problem.buffer)
    elif traded and left > problem.buffer and problem.direction(cash) != "sell" and not small:
        yield remarks.rounded(dollars(left - problem.buffer), dollars(problem.buffer), money)


def _why_short(
    problem: Problem, question: tuple[int, int], solution: Solution, short: int, small: Sequence[int]
) -> list[str]:
    """What made a plan spend ``short`` units too much, or raise them too little."""
    (cash, step), dollars, money = question, problem.dollars, problem.portfolio.money
    fees = [f"{money(dollars(solution.fees))} of fees come on top"] if solution.fees else []
    if solution.fees >= short:
        return fees
    planned, budget = sum(solution.wanted), problem.budget(cash)
    to = [f"steps of {money(dollars(step))}"] if problem.direction(cash) == "both" and planned > budget else []
    to += ["whole shares"] if cash - solution.cash_left - solution.fees > planned and not small else []
    why = [f"each is rounded to {' and to '.join(to)} by itself"] if to else []
    if problem.direction(cash) == "sell":
        whole = -budget // step * step
        if -planned < whole:
            why.append("no more is held that may be sold")
        if rest := -budget - whole:
            why.append(f"{money(dollars(rest))} is below one step of {money(dollars(step))}")
    if small:
        why.append("trades that are not worth their fee are left out")
    return why + fees
