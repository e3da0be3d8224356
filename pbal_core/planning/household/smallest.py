"""The plans of a household along the minimum trade, as far as there is time for them.

The model: a plan keeps to every minimum trade up to its own smallest trade. With a larger minimum there are fewer plans
to choose from, so none of them is better by more than it was before: the plan stays, and only the next amount is
planned anew. Hundreds of amounts have a few dozen plans.

Worked example: with no minimum trade a household buys for 250 dollars in one account and for 6,000 in another. That is
its plan for every minimum trade up to 250 dollars; for 300 it is planned anew.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...errors import InfeasiblePlanError
from .model import HouseholdPlan

BUDGET = 0.3
"""Seconds that the plans of one slider may take; what is left then is planned when it is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlongSmallest:
    """The plans of neighbouring positions of a slider.

    Args:
        first: The place of the first of them.
        plans: For each a plan, or why there is none.
    """

    first: int
    plans: tuple[HouseholdPlan | str, ...]


def along_min_trade(
    axis: Sequence[Decimal],
    plan: HouseholdPlan,
    min_trade: Decimal,
    ask: Callable[[Decimal], HouseholdPlan],
    *,
    clock: Callable[[], float],
    budget: float = BUDGET,
) -> AlongSmallest:
    """The plans for the minimum trades of a slider around the one that is asked for.

    Args:
        axis: Its positions in dollars, lowest first.
        plan: The plan for ``min_trade``.
        min_trade: The minimum trade that is asked for.
        ask: What plans for a minimum trade.
        clock: What seconds are measured by.
        budget: Seconds for all of them, of which the lower ones get half; a plan that would likely take longer than
            what is left is not begun.
    """
    at, begin = bisect_left(axis, min_trade), clock()
    lower = _walk(axis[:at], None, ask, begin + budget / 2, clock)
    first = 0 if len(lower) == at else at  # all or none of them, so that no position between two others is missing
    upper = _walk(axis[at:], plan, ask, begin + budget, clock)
    return AlongSmallest(first=first, plans=(*(lower if not first else []), *upper))


def _walk(
    axis: Sequence[Decimal],
    plan: HouseholdPlan | None,
    ask: Callable[[Decimal], HouseholdPlan],
    end: float,
    clock: Callable[[], float],
) -> list[HouseholdPlan | str]:
    """The plans of some amounts, lowest first, until the time is over."""
    found: list[HouseholdPlan | str] = []
    longest, last = 0.0, plan
    for amount in axis:
        if last is None or _smallest(last) < amount:
            begin = clock()
            if begin + 2 * longest > end:
                break
            try:
                last = ask(amount)
            except InfeasiblePlanError as error:
                last = None
                found.append(str(error))
            longest = max(longest, clock() - begin)
        if last is not None:
            found.append(last)
    return found


def _smallest(plan: HouseholdPlan) -> Decimal:
    """Dollars of the smallest trade; infinite where there is none."""
    trades = [abs(trade.value) for each in plan.plans.values() for trade in each.trades]
    return min(trades, default=Decimal("Infinity"))
