"""Why an exact plan leaves cash: the sentence beside it, for a person.

The model: of the positions that may be bought the one furthest below its target is looked at, since it is the one that
the cash is for. What keeps it from being bought is the reason: its price, its fee, the smallest trade, the number of
trades, or that a lot more would take it past its target. A withdrawal raises more than was asked for where no sale can
be kept: what it would cost to keep the one that costs least is the reason.

Worked example: 518 dollars stay, VOO at 550 is furthest below: "$518.00 stays in cash: VOO, the furthest below target,
costs $550.00."
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..errors import Issue
from . import remarks
from .lots import fewest_sold
from .problem import Problem


def idle_issues(problem: Problem, cash: int, min_trade: int, lots: Sequence[int]) -> Iterator[Issue]:
    """What is said of the cash that an exact plan leaves.

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
    if idle <= 0 or money(dollars(idle)) == money(dollars(0)):  # less than can be written is not worth a word
        return
    buffer = dollars(problem.buffer)
    if problem.direction(cash) == "sell" or (problem.budget(cash) < 0 and not any(k > 0 for k in lots)):
        why = _why_raised(problem, (cash, min_trade), lots)
        yield remarks.raised_more(dollars(idle), why, money, asked=cash < 0, buffer=buffer)
    else:
        why = why_stays(problem, (cash, min_trade), lots, idle)
        yield remarks.idle_cash(dollars(idle), why, money, buffer=buffer)


def _why_raised(problem: Problem, question: tuple[int, int], lots: Sequence[int]) -> str:
    """What it would cost to keep the sale that could be kept for least; what has to go without a target is none."""
    cash, min_trade = question
    direction, money = problem.direction(cash), problem.portfolio.money
    sold = [i for i, k in enumerate(lots) if k < 0]
    of_sets = {i for asset in problem.assets for i in [j for j in asset.sold if lots[j] < 0][:-1]}  # sold whole first
    able = [i for i in sold if i not in of_sets and (problem.aimed[i] or direction != "both")]
    if not able:
        return f"{', '.join(problem.portfolio.symbols[i] for i in sold)} without a target is sold whole"

    def keep(i: int) -> tuple[int, bool, bool]:
        """What keeping costs, and whether the rest would be too small a trade, or keeping one lot is not the least."""
        terms = min_trade, problem.fee_trade, problem.budget(cash), direction
        least = fewest_sold(problem.prices[i], problem.held[i], terms)
        one, whole, small = problem.prices[i], -lots[i] * problem.prices[i] - problem.fee, -lots[i] <= least
        return (whole, small and least > 1, True) if small or whole < one else (one, False, False)

    i = min(able, key=lambda i: (keep(i), i))
    _, small, whole = keep(i)
    if whole:
        smallest = f", and {problem.terms(min_trade).smallest_words(money)}" if small else ""
        return f"less than the sale of {problem.portfolio.symbols[i]} brings{smallest}"
    price = money(problem.dollars(problem.prices[i]))
    return f"less than {_one(problem, i)} of {problem.portfolio.symbols[i]}, which costs {price}"


def _one(problem: Problem, i: int) -> str:
    lot = problem.lots[i]
    return "one share" if lot is None else f"{lot:f} share"


def why_stays(problem: Problem, question: tuple[int, int], lots: Sequence[int], idle: int) -> str:
    """What keeps the position that is furthest below its target from being bought with ``idle`` units, as a clause."""
    cash, min_trade = question
    rest = _Rest(problem, min_trade, lots, idle)
    managed, parts = problem.managed, problem.parts
    able = [i for i in managed if problem.may_buy[i] and lots[i] >= 0]
    if not able:
        return "nothing else may be bought" if any(lots) else "nothing may be bought"

    def fill(i: int) -> float:
        return problem.worth(i, lots) / parts[i]

    i = min(able, key=fill)
    base = problem.managed_value + problem.budget(cash) + problem.elsewhere
    whole = sum(asset.part for asset in problem.assets)
    if problem.worth(i, lots) * whole >= base * parts[i]:
        if problem.constraints.leftover != "invest":
            return "nothing that may be bought is below its target"
        i = min(able, key=lambda i: (rest.least(i), i))
        return rest.limited(i) or rest.too_dear(i, "the cheapest to buy") or _NOT_WORTH_IT
    lower = len(able) < len(managed) and any(parts[j] and fill(j) < fill(i) for j in managed if j not in able)
    which = "the furthest below target" + (" of what may be bought" if lower else "")
    return rest.limited(i) or rest.too_dear(i, which) or rest.too_much(i, which)


_NOT_WORTH_IT = "investing it would take the weights further from their targets than it is worth"


@dataclass(frozen=True, slots=True)
class _Rest:
    """Units that a plan leaves idle, and what keeps one position from being bought with them."""

    problem: Problem
    min_trade: int
    lots: Sequence[int]
    idle: int

    def limited(self, i: int) -> str:
        """That a trade of a position would be one too many; empty where it would not."""
        most, others = self.problem.constraints.max_trades, sum(map(bool, self.lots)) - bool(self.lots[i])
        return f"trades are limited to {most:,}" if most is not None and others >= most else ""

    def least(self, i: int) -> int:
        """Units of the smallest purchase of a position, or of one lot more of it."""
        price = self.problem.prices[i]
        smallest = 0 if self.lots[i] else self.problem.units(self.problem.terms(self.min_trade).smallest)
        return max(price, -(-smallest // price) * price)

    def smallest_words(self) -> str:
        """Why no trade is smaller."""
        return self.problem.terms(self.min_trade).smallest_words(self.problem.portfolio.money)

    def too_dear(self, i: int, which: str) -> str:
        """Why a position cannot be paid; empty where it can."""
        problem, fee = self.problem, 0 if self.lots[i] else self.problem.fee
        if self.least(i) + fee <= self.idle:
            return ""
        if self.least(i) > problem.prices[i]:
            return self.smallest_words()
        money, symbol = problem.portfolio.money, problem.portfolio.symbols[i]
        for_fee = f" and a fee of {money(problem.dollars(fee))}" if fee else ""
        whose = symbol if problem.lots[i] is None else f"{_one(problem, i)} of {symbol}"
        return f"{whose}, {which}, costs {money(problem.dollars(problem.prices[i]))}{for_fee}"

    def too_much(self, i: int, which: str) -> str:
        """Why a position that could be paid is not bought: as little as may be bought is too much of it."""
        symbol = self.problem.portfolio.symbols[i]
        if self.least(i) > self.problem.prices[i]:
            return f"{self.smallest_words()}, and so much would take {symbol} past its target"
        if self.problem.constraints.leftover == "invest":
            return _NOT_WORTH_IT
        return f"{_one(self.problem, i)} more would take {symbol}, {which}, past it"
