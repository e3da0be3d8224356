"""``rebalance()``: from a portfolio and an amount of cash to a plan, with the laws proved again on the result.

The model: the request becomes a ``Problem`` in integers, and its solution a frozen ``Plan``. Before the plan is handed
out, ``prove`` checks on it what must always hold; a plan that breaks a law is never shown.

Worked example: ``rebalance(portfolio, 5000, policy=Policy(targets=Targets({"VTI": 60, "BND": 40})))`` and
``rebalance(portfolio, 5000, targets={"VTI": 60, "BND": 40})`` are the same plan.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Unpack

from ..errors import InfeasiblePlanError, LawBrokenError, RequestError
from ..money import Amount, decimals, to_amount
from ..policy.constraints import Constraints
from ..policy.policy import Policy
from ..portfolio import Portfolio, Position, check_portfolio
from .plan import Plan, Trade
from .problem import Problem, prepare
from .solution import Solution
from .solve import solve
from .strategy import Method, Strategy

if TYPE_CHECKING:
    from ..policy.keywords import PolicyKeywords


def rebalance(
    portfolio: Portfolio,
    cash: Amount = 0,
    *,
    policy: Policy | None = None,
    strategy: Strategy | str = Strategy.TRY_AVOID_SELL,
    method: Method | str = Method.CLASSIC,
    min_trade: Amount | None = None,
    **keywords: Unpack[PolicyKeywords],
) -> Plan:
    """The trades that push a portfolio towards its target weights.

    Args:
        portfolio: What is held.
        cash: Dollars to invest (+) or to withdraw (-).
        policy: Targets and constraints; equal weights and nothing to keep to by default. A position without a target,
            or with weight 0, is never bought, and sold first.
        strategy: ``try_avoid_sell`` pours cash into the lowest positions, or takes a withdrawal from the highest, and
            never trades against the direction of the cash. ``hard_rebalance`` buys and sells.
        method: ``classic`` moves whole steps of ``min_trade`` dollars and rounds each trade to the nearest share by
            itself, so it may spend more than ``cash``; that is said in ``plan.issues`` and as a negative ``cash_left``.
            ``exact`` keeps to rules: it never overspends, sells nothing that could be kept, buys nothing past its
            target, and makes no trade that is not worth its fee. Of all such plans it finds the one with the least
            distance, ``sum (value - target)**2 / target``, plus cash left idle, in dollars, and proves it
            (``plan.proof``).
        min_trade: Dollars: the step of the classic method, > 0, 1,000 by default; the smallest trade of the exact
            method, >= 0, by default 0.
        keywords: What a policy says, in short: each field of ``Constraints`` by its name (``frozen="VTI"``,
            ``fractional={"VSMAX": "0.001"}``, ``cash_buffer=250``, ``max_trades=3``, ``max_fee_share="2%"``,
            ``leftover="invest"``), ``targets`` as ``Targets`` or symbol -> weight
            (fractions that sum to 1, percents that sum to 100), and ``prices``, symbol -> dollars a share, for targets
            that are not held. Each counts before what the policy says.

    Returns:
        A plan with one order for each position in file order, then one for each target that is not held. Nothing is
        sold beyond the holding. Row order does not matter: ties go to the lower P&L, then to the symbol.

    Raises:
        RequestError: An argument is not usable.
        TargetError: The targets are not usable, or one that is not held has no price.
        InfeasiblePlanError: No plan exists; the message names what blocks.
    """
    check_portfolio(portfolio)
    dollars = to_amount(cash, "cash")
    method = Method.named(method)
    step = read_min_trade(min_trade, method)
    places = max(decimals(dollars), decimals(step))
    problem = prepare(portfolio, policy=policy, strategy=strategy, method=method, places=places, **keywords)
    question = problem.units(dollars), problem.units(step)
    return proven_plan(problem, question, solve(problem, *question))


def proven_plan(problem: Problem, question: tuple[int, int], solution: Solution) -> Plan:
    """The plan of a solution, once it has been checked.

    Args:
        problem: What was asked about.
        question: Its cash and its minimum trade, in units.
        solution: The answer to it.

    Raises:
        InfeasiblePlanError: No plan exists; the message names what blocks.
        LawBrokenError: It breaks a law that holds for every plan.
    """
    if solution.refusal:
        raise InfeasiblePlanError(solution.refusal)
    plan = problem.plan(*question, solution)
    prove(plan, problem.constraints)
    return plan


def read_min_trade(given: Amount | None, method: Method, name: str = "min_trade") -> Decimal:
    """The minimum trade in dollars, or what the method takes where none is given.

    Raises:
        RequestError: No amount, or too small for the method; the message calls it ``name``.
    """
    step = to_amount(method.usual_min_trade if given is None else given, name)
    if method == Method.CLASSIC and step <= 0:
        raise RequestError(f"{name} is {step:f}; a step above 0 is needed, such as 100.")
    if step < 0:
        raise RequestError(f"{name} is {step:f}; 0 or more is needed.")
    return step


def prove(plan: Plan, constraints: Constraints | None = None) -> None:
    """Checks on a finished plan what must hold for every plan, independently of how it was found.

    Args:
        plan: The finished plan.
        constraints: What it was asked to keep to; none by default.

    Raises:
        LawBrokenError: Naming the law. It is our bug, and the plan must not be shown.
    """
    terms = constraints or Constraints()
    _prove_cash(plan, terms)
    for position, order, weight in zip(plan.portfolio, plan.orders, plan.weights, strict=True):
        if position.symbol != order.symbol:
            raise LawBrokenError(f"the order of {order.symbol} is beside {position.symbol}")
        if order.shares:
            _prove_trade(plan, position, order, terms)
            if order.shares > 0 and not weight:
                raise LawBrokenError(f"{order.symbol} has no target and is bought")


def _prove_cash(plan: Plan, terms: Constraints) -> None:
    """Every cent is accounted for, and what is overspent is said, or impossible."""
    spent = sum(Fraction(trade.value) for trade in plan.trades)
    if Fraction(plan.cash_left) + spent + Fraction(plan.fees) != Fraction(plan.cash):
        raise LawBrokenError(f"cash identity: {plan.cash_left} + {spent} + {plan.fees} is not {plan.cash}")
    if plan.fees != terms.fee_per_trade * len(plan.trades):
        raise LawBrokenError(f"{len(plan.trades)} trades do not cost {plan.fees} at {terms.fee_per_trade} each")
    if terms.max_trades is not None and len(plan.trades) > terms.max_trades:
        raise LawBrokenError(f"{len(plan.trades)} trades are more than {terms.max_trades}")
    said = any(issue.code in {"overspend", "shortfall"} for issue in plan.issues)
    if plan.cash_left < 0 and (plan.method == Method.EXACT or not said):
        raise LawBrokenError(f"an overspend of {plan.cash_left} is {'made' if plan.method == 'exact' else 'hidden'}")
    if plan.method == Method.EXACT and plan.trades and plan.cash_left < terms.cash_buffer:
        raise LawBrokenError(f"only {plan.cash_left} of the buffer of {terms.cash_buffer} is left")


def _prove_trade(plan: Plan, position: Position, order: Trade, terms: Constraints) -> None:
    """One trade keeps to the holding, the direction of the cash, and everything that was agreed for its symbol."""
    symbol, bought = order.symbol, order.shares > 0
    if not bought:
        sold, held = -order.shares, position.quantity
        if sold > held if held is not None else Fraction(sold) * Fraction(position.price) > Fraction(position.value):
            raise LawBrokenError(f"{symbol} is sold beyond the holding")
    if plan.strategy.direction(plan.cash) not in {"both", "buy" if bought else "sell"}:
        raise LawBrokenError(f"{symbol} trades against the direction of the cash")
    if symbol in terms.barred("buy" if bought else "sell"):
        raise LawBrokenError(f"{symbol} is {'bought' if bought else 'sold'} although that was ruled out")
    if plan.method == Method.EXACT and order.value.copy_abs() < plan.min_trade:
        raise LawBrokenError(f"the trade of {symbol} for {order.value} is below the minimum of {plan.min_trade}")
    if Fraction(order.shares) % Fraction(terms.lot(symbol) or 1):
        raise LawBrokenError(f"{order.shares} {symbol} cannot be traded in lots of {terms.lot(symbol) or 1}")
