"""Why an exact plan leaves cash: the sentence beside it, for a person.

The model: of the positions that may be bought the one furthest below its target is looked at, since it is the one that
the cash is for. What keeps it from being bought is the reason: its price, its fee, the smallest trade, the number of
trades, or that a lot more would take it past its target. Of a withdrawal the cash that is raised too much is less than
keeping one of the sales would cost.

Worked example: 518 dollars stay, VOO at 550 is furthest below: "$518.00 stays in cash: VOO, the furthest below target,
costs $550.00."
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from ..errors import Issue
from . import remarks
from .problem import Problem


def idle_issues(problem: Problem, cash: int, min_trade: int, lots: Sequence[int]) -> Iterator[Issue]:
    """What is said of the cash that an exact plan leaves, where it could have paid a lot, or nothing is traded.

    Args:
        problem: The question.
        cash: Units to invest (+) or to withdraw (-).
        min_trade: Units of the smallest trade.
        lots: The plan, in file order.
    """
    dollars, money = problem.dollars, problem.portfolio.money
    fees = problem.fee * sum(map(bool, lots))
    left = cash - sum(k * price for k, price in zip(lots, problem.prices, strict=True)) - fees
    if problem.direction(cash) == "buy" and 0 < cash < problem.buffer:
        yield remarks.below_buffer(dollars(cash), dollars(problem.buffer), money)
        return
    idle = left - problem.buffer
    tradable = problem.may_sell if problem.direction(cash) == "sell" else problem.may_buy
    least = min((problem.prices[i] for i in problem.managed if tradable[i]), default=0)
    if idle <= 0 or (idle < least and any(lots)):
        return
    buffer = dollars(problem.buffer)
    if problem.direction(cash) == "sell" or (problem.budget(cash) < 0 and not any(k > 0 for k in lots)):
        why = _why_raised(problem, lots, min_trade, must_go=problem.direction(cash) == "both")
        yield remarks.raised_more(dollars(idle), why, money, asked=cash < 0, buffer=buffer)
    else:
        why = _why_stays(problem, (cash, min_trade), lots, idle)
        yield remarks.idle_cash(dollars(idle), why, money, buffer=buffer)


def _why_raised(problem: Problem, lots: Sequence[int], min_trade: int, *, must_go: bool) -> str:
    """What it would cost to keep the sale that could be kept for least; what ``must_go`` without a target is none."""
    terms, money = problem.terms(min_trade), problem.portfolio.money
    sold = [i for i, k in enumerate(lots) if k < 0]
    rows = [(problem.prices[i], i) for i in sold if problem.parts[i] or not must_go]
    if not sold:
        return "nothing has to be sold"
    if not rows:
        return f"{', '.join(problem.portfolio.symbols[i] for i in sold)} without a target is sold whole"
    price, i = min(rows)
    symbol = problem.portfolio.symbols[i]
    if terms.smallest and -lots[i] * price - price < problem.units(terms.smallest):
        return f"less than the sale of {symbol} brings, and {terms.smallest_words(money)}"
    return f"less than {_one(problem, i)} of {symbol}, which costs {money(problem.dollars(price))}"


def _one(problem: Problem, i: int) -> str:
    lot = problem.lots[i]
    return "one share" if lot is None else f"{lot:f} share"


def _why_stays(problem: Problem, question: tuple[int, int], lots: Sequence[int], idle: int) -> str:
    """What keeps the position that is furthest below its target from being bought."""
    cash, min_trade = question
    terms, money = problem.terms(min_trade), problem.portfolio.money
    able = [i for i in problem.managed if problem.may_buy[i] and lots[i] >= 0]
    if not able:
        return "nothing else may be bought" if any(lots) else "nothing may be bought"

    def fill(i: int) -> Fraction:
        return Fraction(problem.values[i] + lots[i] * problem.prices[i], problem.parts[i])

    i = min(able, key=fill)
    base = sum(problem.values[j] for j in problem.managed) + problem.budget(cash)
    if fill(i) * sum(problem.parts[j] for j in problem.managed) >= base and problem.constraints.leftover != "invest":
        return "nothing that may be bought is below its target"
    symbol, price = problem.portfolio.symbols[i], problem.prices[i]
    smallest = problem.units(terms.smallest) if not lots[i] else 0
    needs = max(price, -(-smallest // price) * price)
    fee = problem.fee if not lots[i] else 0
    most = problem.constraints.max_trades
    if most is not None and not lots[i] and sum(map(bool, lots)) >= most:
        return f"trades are limited to {most}"
    if needs + fee > idle:
        if price + fee <= idle or (smallest and needs > price):
            return terms.smallest_words(money)
        for_fee = f" and a fee of {money(problem.dollars(fee))}" if price <= idle else ""
        whose = symbol if problem.lots[i] is None else f"{_one(problem, i)} of {symbol}"
        return f"{whose}, the furthest below target, costs {money(problem.dollars(price))}{for_fee}"
    if terms.smallest and needs > price:
        return f"{terms.smallest_words(money)}, and so much would take {symbol} past its target"
    if problem.constraints.leftover == "invest":
        return "investing it would take the weights further from their targets than it is worth"
    return f"{_one(problem, i)} more would take {symbol}, the furthest below target, past it"
