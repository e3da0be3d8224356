"""Why a plan trades nothing, as the end of a sentence for a person.

The model: the first thing that keeps a plan from trading is the reason: there is no cash, the buffer keeps it, nothing
may trade, or the amount is too small. Where an exact plan could trade, the reason is that nothing is better.

Worked example: 50 dollars and a buffer of 100 are "the buffer of $100.00 keeps all of the $50.00 in cash".
"""

from __future__ import annotations

from collections.abc import Sequence

from .idle import why_stays
from .problem import Problem
from .proof import Proof
from .strategy import Method


def why_nothing(
    problem: Problem,
    cash: int,
    min_trade: int,
    *,
    wanted: Sequence[int] = (),
    small: Sequence[int] = (),
    proof: Proof | None = None,
) -> str:
    """Why the plan for a question has no trade.

    Args:
        problem: The question.
        cash: Units to invest (+) or to withdraw (-).
        min_trade: Units of the step or of the smallest trade.
        wanted: Units that a classic plan wanted to move before rounding to lots, n integers in file order.
        small: Positions whose trades a classic plan leaves out, since they are not worth their fee.
        proof: How good an exact plan is known to be.
    """
    dollars, money = problem.dollars, problem.portfolio.money
    if problem.direction(cash) == "buy":
        if cash == 0:
            return "there is no cash to invest, and this strategy does not sell to rebalance"
        if cash <= problem.buffer:
            return f"the buffer of {money(dollars(problem.buffer))} keeps all of the {money(dollars(cash))} in cash"
    if barred := _barred(problem, cash):
        idle = cash - problem.buffer
        stays = problem.direction(cash) != "sell" and idle > 0
        return f"{barred}; {_stays(problem, idle)}" if stays else barred
    if problem.method == Method.CLASSIC:
        if small:
            return problem.terms(min_trade).fee_words(money)
        return _why_classic(problem, cash, min_trade, wanted)
    idle = cash - problem.buffer
    if idle > 0:
        why = why_stays(problem, (cash, min_trade), [0] * len(problem.values), idle)
        return f"{why}; {_stays(problem, idle)}"
    limits = "; ".join(problem.limits(min_trade))
    better = "no other plan is better" if proof is None or proof.proven else "no better plan was found"
    return f"under these limits {better} ({limits})" if limits else better


def _stays(problem: Problem, idle: int) -> str:
    dollars, money = problem.dollars, problem.portfolio.money
    beyond = f" beyond the buffer of {money(dollars(problem.buffer))}" if problem.buffer else ""
    return f"{money(dollars(idle))} stays in cash{beyond}"


def _barred(problem: Problem, cash: int) -> str:
    """That nothing may trade in the direction of the cash, and what forbids it; empty where something may."""
    direction, managed = problem.direction(cash), problem.managed
    if direction != "sell" and any(problem.may_buy[i] for i in managed):
        return ""
    if direction != "buy" and any(problem.may_sell[i] for i in managed):
        return ""
    nothing = f"nothing may be {_DONE[direction]}"
    why = [clause for clause in problem.bars() if clause not in {f"nothing may be {done}" for done in _DONE.values()}]
    return f"{nothing} ({'; '.join(why)})" if why else nothing


_DONE = {"buy": "bought", "sell": "sold", "both": "traded"}


def _why_classic(problem: Problem, cash: int, step: int, wanted: Sequence[int]) -> str:
    dollars, money = problem.dollars, problem.portfolio.money
    direction, budget = problem.direction(cash), problem.budget(cash)
    if direction == "sell" and not any(problem.values[i] for i in problem.managed):
        return "nothing is held that could be sold"
    if direction != "both" and abs(budget) < step:
        verb = "invest" if cash > 0 else "withdraw"
        beyond = f" {'beyond' if cash > 0 else 'and to keep as'} the buffer" if problem.buffer else ""
        least = f"less than the minimum trade of {money(dollars(step))}"
        return f"{money(dollars(abs(budget)))} to {verb}{beyond} is {least}"
    if direction == "buy" and budget <= problem.fee:
        return f"the fee of {money(dollars(problem.fee))} leaves nothing of the cash to invest"
    if any(2 * -amount > price for amount, price in zip(wanted, problem.prices, strict=True)):
        return "too little is held to sell a share of it"
    if any(wanted):
        fraction = " or to a fraction that trades" if problem.constraints.fractional else ""
        return f"no amount rounds to a whole share{fraction}"
    half = f"half a minimum trade ({money(dollars(step))})"
    if any(problem.bars()):
        return f"no position that may trade would move by more than {half}"
    return f"every position that may trade is within {half} of its target"
