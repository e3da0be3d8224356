"""From a solution straight to its outcome, for a slider, which has hundreds of positions and needs no ``Plan`` of each.

The model: the outcome of a solution and that of the plan made from it have the same numbers; the scale may differ.
"""

from __future__ import annotations

from .outcome import Basis, Outcome
from .problem import Problem
from .solution import Solution


def basis_of(problem: Problem) -> Basis:
    """What all outcomes of ``problem`` share."""
    return Basis(
        symbols=problem.portfolio.symbols,
        scale=problem.scale,
        values=problem.values,
        targets=problem.weights,
        frozen=problem.frozen,
        strategy=problem.strategy,
        method=problem.method,
        currency=problem.portfolio.currency,
        gains=problem.gains,
        sets=problem.sets,
    )


def outcome_of(problem: Problem, basis: Basis, question: tuple[int, int], solution: Solution) -> Outcome:
    """The outcome of ``solution``; ``question`` is its cash and its minimum trade in units."""
    cash, min_trade = question
    return Outcome(
        basis=basis,
        cash=cash,
        min_trade=min_trade,
        fees=solution.fees,
        shares=problem.shares(solution),
        moved=tuple(map(int.__mul__, solution.lots, problem.prices)),
        why_nothing=solution.why_nothing,
        refusal=solution.refusal,
        approximate=solution.approximate,
        proof=solution.proof,
    )
