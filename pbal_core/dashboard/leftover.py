"""The cash that an exact plan leaves: a button that invests it past the targets, and one that takes that back.

The choice is a rule of the policy, ``leftover``: the panel of constraints shows it, Undo undoes it, a saved session
keeps it, and the address carries it. Worked example: of 540 dollars 518 stay, because VOO costs 550; invested past
the targets, 539 of them buy 49 F.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from ..planning.plan import Plan
from ..planning.rebalance import rebalance
from ..planning.strategy import Method
from ..policy.policy import Policy
from . import state

INVEST = "invest"


def with_leftover(policy: Policy, choice: str) -> Policy:
    """The policy with ``invest``, or with nothing, said about the cash that is left."""
    return replace(policy, constraints=replace(policy.constraints, leftover=choice))


def button(plan: Plan, policy: Policy) -> None:
    """Draws the button that invests what the plan leaves, where that buys more; or the one that takes it back.

    Call it inside the fragment of the plan: a press runs the whole page again, since the constraints show it too.

    Args:
        plan: The plan on the page.
        policy: What the plan was made with.
    """
    if plan.method != Method.EXACT:
        return
    if policy.constraints.leftover == INVEST:
        label, choice, meaning = "Keep the rest in cash", "", "Buy nothing past its target."
    elif buys_more(plan, policy):
        label, choice, meaning = "Invest the rest", INVEST, "Buy past the targets with the cash that is left."
    else:
        return
    if st.button(label, key="leftover", help=meaning, on_click=state.change(_choose, inside=True), args=(choice,)):
        st.rerun()


def buys_more(plan: Plan, policy: Policy) -> bool:
    """Whether a plan that may buy past the targets leaves less cash; asked only where cash stays that could pay one."""
    rules = policy.constraints
    able = [position for position in plan.portfolio if position.symbol not in rules.barred("buy")]
    least = min((position.price * (rules.lot(position.symbol) or 1) for position in able), default=None)
    if least is None or plan.cash_left - rules.cash_buffer < least:
        return False
    other = rebalance(
        plan.portfolio,
        plan.cash,
        strategy=plan.strategy,
        method=plan.method,
        min_trade=plan.min_trade,
        policy=with_leftover(policy, INVEST),
    )
    return other.cash_left < plan.cash_left


def _choose(choice: str) -> None:
    page = state.page()
    page.policy = with_leftover(page.policy, choice)
    page.version += 1  # the panel of constraints shows it
