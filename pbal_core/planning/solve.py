"""From a problem to a solution: one pair of cash and minimum trade, or all positions of a slider.

The model: both amounts are integer units of the problem. The classic method moves whole steps of dollars and rounds
each to lots; the exact method searches whole lots. What cannot be done at all is a solution of zeros with an issue of
severity ``error``, so a slider can show why.

Worked example: the sample portfolio at scale 9, 5,000 dollars and a step of 100 dollars:
``solve(problem, 5000 * 10**9, 100 * 10**9).lots`` is ``(0, 0, 10, 8, 0, 3, 1, 0, 0, 0)``, and ``cash_left`` is -33.51
dollars.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..errors import Issue
from . import remarks
from .classic import classic_amounts, round_to_shares
from .idle import idle_issues
from .misses import classic_issues
from .nothing import why_nothing
from .problem import MAX_LOTS, Problem
from .solution import Solution
from .strategy import Method

WORK = 150_000
"""Combinations that one exact plan may look at, bound and filling included: some ten or twenty milliseconds."""
SLICE_WORK = 3_000_000
"""Combinations for all positions of a slider together."""


def solve(problem: Problem, cash: int, min_trade: int, *, work: int = WORK) -> Solution:
    """Answers one question.

    Args:
        problem: What is asked about.
        cash: Units to invest (+) or to withdraw (-).
        min_trade: Units: the step (classic, > 0) or the smallest trade (exact, >= 0).
        work: Combinations that the exact search may look at.

    Returns:
        The lots of each position. What cannot be done at all is an issue of severity ``error``.
    """
    refused = _refused(problem, cash)
    if refused is not None:
        return _nothing(problem, cash, refused)
    if problem.method == Method.EXACT:
        return _exact(problem, cash, min_trade, work)
    return _classic(problem, cash, min_trade)


def solve_many(problem: Problem, questions: Iterable[tuple[int, int]], *, work: int = SLICE_WORK) -> Iterator[Solution]:
    """Answers several questions, such as the positions of a slider, under one budget of work.

    Args:
        problem: What is asked about.
        questions: Pairs of cash and minimum trade in units.
        work: Combinations for all questions together. Each question gets at most WORK of it, as ``solve`` does;
            where less is left and not enough, the plan is rounding and filling, marked ``approximate``.

    Yields:
        One solution for each question, in the order given, solved when it is asked for.
    """
    left = work
    for cash, min_trade in questions:
        solution = solve(problem, cash, min_trade, work=min(WORK, left))
        proof = solution.proof
        if proof is not None:
            cut_short = not proof.proven and left < WORK
            left = max(0, left - proof.work - len(problem.values))
            yield replace(solution, approximate=True) if cut_short else solution
        else:
            yield solution


def _refused(problem: Problem, cash: int) -> Issue | None:
    """Why no plan can exist, known before anything is computed."""
    symbols, money = problem.portfolio.symbols, problem.portfolio.money
    if not any(asset.part for asset in problem.assets):
        return remarks.all_frozen(s for s in symbols if s in problem.constraints.frozen)
    if problem.method == Method.EXACT and problem.too_fine(cash):
        worth, i = sum(problem.values) + max(cash, 0), min(problem.managed, key=problem.prices.__getitem__)
        lot = problem.dollars(problem.prices[i])
        return remarks.too_fine(symbols[i], lot, problem.dollars(worth), MAX_LOTS, money)
    return None


def _nothing(problem: Problem, cash: int, issue: Issue) -> Solution:
    none = (0,) * len(problem.values)
    return Solution(lots=none, wanted=none, cash_left=cash, issues=(issue,))


def _classic(problem: Problem, cash: int, step: int) -> Solution:
    wanted = _classic_amounts(problem, cash, step)
    lots = tuple(map(round_to_shares, wanted, problem.prices, problem.held))
    small = [i for i, k in enumerate(lots) if 0 < abs(k) * problem.prices[i] < problem.fee_trade]
    lots = tuple(0 if i in small else k for i, k in enumerate(lots)) if small else lots
    fees = problem.fee * sum(map(bool, lots))
    left = cash - sum(map(int.__mul__, lots, problem.prices)) - fees
    solution = Solution(lots=lots, wanted=tuple(wanted), cash_left=left, fees=fees)
    why = "" if any(lots) else why_nothing(problem, cash, step, wanted=wanted, small=small)
    return replace(solution, why_nothing=why, issues=tuple(classic_issues(problem, (cash, step), solution, small)))


def _classic_amounts(problem: Problem, cash: int, step: int) -> list[int]:
    """Units that each position should gain or give: an asset's as far as a position of it may be bought or sold."""
    wanted = [0] * len(problem.values)
    direction = problem.direction(cash)
    assets = [a for a in problem.assets if direction == "both" or (a.sold if direction == "sell" else a.buyable)]
    covered = direction != "buy" or problem.budget(cash) > problem.fee  # else the fee is all there is
    if not assets or not covered:
        return wanted
    pnls = [[pnl for i in asset.members if (pnl := problem.pnls[i]) is not None] for asset in assets]
    amounts = classic_amounts(
        direction,
        [problem.worth(asset.lead) for asset in assets],
        [asset.part for asset in assets],
        pnls=[sum(known) if known else None for known in pnls],
        symbols=[asset.name for asset in assets],
        cash=problem.budget(cash),
        step=step,
        may_buy=[asset.buyable for asset in assets],
        may_sell=[bool(asset.sold) for asset in assets],
    )
    for asset, amount in zip(assets, amounts, strict=True):
        if amount > 0:
            wanted[asset.lead] = amount
        left = amount
        for i in asset.sold if amount < 0 else ():
            wanted[i] = max(left, -problem.values[i])
            left -= wanted[i]
    return wanted


def _exact(problem: Problem, cash: int, min_trade: int, work: int) -> Solution:
    from .exact import Effort, allocate  # the classic method need not load the search
    from .markets import market_for, spread

    budget = problem.budget(cash)
    direction = problem.direction(cash)
    market = market_for(problem, direction, budget)
    found = allocate(market, budget, direction, min_trade, Effort(work), elsewhere=problem.elsewhere)
    if found.most is not None:
        wished, most = problem.dollars(cash), problem.dollars(found.most)
        why = remarks.cannot_raise(wished, most, problem.terms(min_trade), problem.portfolio.money)
        return _nothing(problem, cash, why)
    lots = spread(problem, market, found.lots, (min_trade, budget, direction))
    wanted = tuple(map(int.__mul__, lots, problem.prices))
    fees = problem.fee * sum(map(bool, lots))
    left, proof = cash - sum(wanted) - fees, found.proof(10**problem.scale)
    return Solution(
        lots=tuple(lots),
        wanted=wanted,
        cash_left=left,
        fees=fees,
        issues=tuple(idle_issues(problem, cash, min_trade, lots)),
        why_nothing="" if any(lots) else why_nothing(problem, cash, min_trade, proof=proof),
        proof=proof,
    )
