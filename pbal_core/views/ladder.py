"""The ladder of trades: how balanced the best plan with at most 1, 2, 3, ... trades leaves the portfolio.

The model: each step is a plan of its own, by the exact method, with all other wishes unchanged; the last one has as
many trades as the reader sets no limit to. A plan with more trades is never worse, so the steps show what one more
trade is worth. Worked example: of the sample and 5,000 dollars one trade reaches 88.8 % and all four reach 89.0 %.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from ..errors import InfeasiblePlanError
from ..money import format_percent
from ..planning.plan import Plan
from ..planning.rebalance import rebalance
from ..planning.strategy import Method, Strategy
from ..policy.policy import Policy
from ..portfolio import Portfolio
from .balance import balanced_after

MOST_STEPS = 10
"""Steps that are shown besides the one without a limit; nobody counts further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """One step.

    Args:
        most: How many trades there may be; None for any number.
        label: ``1 trade``, ``any: 12 trades``.
        value: How balanced the plan leaves the portfolio, as text; a dash where there is no such plan.
        balanced: The same as a fraction; 0 where there is no such plan.
    """

    most: int | None
    label: str
    value: str
    balanced: float


def ladder(
    portfolio: Portfolio, cash: Decimal, *, policy: Policy, strategy: Strategy, min_trade: Decimal
) -> Iterator[LadderStep]:
    """The steps, the one without a limit first, then from one trade upwards; each is computed when it is asked for.

    Args:
        portfolio: What is held.
        cash: Dollars to invest (+) or to withdraw (-).
        policy: Targets and constraints; its own limit of trades does not count.
        strategy: See ``rebalance``.
        min_trade: The smallest trade in dollars.

    Raises:
        InfeasiblePlanError: There is no plan even without a limit.
    """

    def plan(most: int | None) -> Plan:
        limited = replace(policy, constraints=replace(policy.constraints, max_trades=most))
        return rebalance(portfolio, cash, policy=limited, strategy=strategy, method=Method.EXACT, min_trade=min_trade)

    free = plan(None)
    count = len(free.trades)
    yield _step(None, f"any: {_trades(count)}", free)
    for most in range(1, min(count - 1, MOST_STEPS) + 1):
        try:
            yield _step(most, _trades(most), plan(most))
        except InfeasiblePlanError:
            yield LadderStep(most=most, label=_trades(most), value="no plan", balanced=0.0)


def _step(most: int | None, label: str, plan: Plan) -> LadderStep:
    reached = balanced_after(plan.outcome)
    return LadderStep(most=most, label=label, value=format_percent(reached), balanced=reached)


def _trades(count: int) -> str:
    return f"{count:,} trade{'' if count == 1 else 's'}"
