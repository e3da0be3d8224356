"""``rebalance()``: from a portfolio and an amount of cash to a plan, with the laws proved again on the result.

The model: the request becomes a ``Problem`` in integers, its solution a frozen
``Plan``. Before it is handed out, ``prove`` checks on the finished plan what must always hold; a
plan that breaks a law is never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from ..errors import InfeasiblePlanError, LawBrokenError, RequestError
from ..money import Amount, decimals, to_amount
from ..policy.constraints import Constraints, Symbols
from ..policy.targets import Targets
from ..portfolio import Method, Portfolio, Position, Strategy
from .plan import Plan, Trade
from .problem import prepare

DEFAULT_MIN_TRADES: dict[Method, Decimal] = {"classic": Decimal(1000), "exact": Decimal(0)}
"""Dollars of the minimum trade where nothing else is asked for."""


def rebalance(
    portfolio: Portfolio,
    cash: Amount = 0,
    *,
    strategy: Strategy = "try_avoid_sell",
    method: Method = "classic",
    min_trade: Amount | None = None,
    targets: Targets | Mapping[str, Amount] | None = None,
    prices: Mapping[str, Amount] | None = None,
    frozen: Symbols = (),
    never_buy: Symbols = (),
    never_sell: Symbols = (),
    fractional: Mapping[str, Amount] | None = None,
    cash_buffer: Amount = 0,
    fee_per_trade: Amount = 0,
) -> Plan:
    """The trades that push a portfolio towards its target weights.

    Args:
        portfolio: What is held.
        cash: Dollars to invest (+) or to withdraw (-).
        strategy: ``try_avoid_sell`` pours cash into the lowest positions, or takes a withdrawal from the highest, and
            never trades against the direction of the cash. ``hard_rebalance`` buys and sells.
        method: ``classic`` moves whole steps of ``min_trade`` dollars and rounds each trade to the nearest share by
            itself, so it may spend more than ``cash``; that is said in ``plan.issues`` and as a negative ``cash_left``.
            ``exact`` finds the whole shares that come closest to the targets without ever spending a cent too much,
            and proves it (``plan.proof``): least ``sum (value - target)**2 / target`` in dollars.
        min_trade: Dollars: the step of the classic method, > 0, 1,000 by default; the smallest trade of the exact
            method, >= 0, by default 0.
        targets: Target weights, ``Targets`` or symbol -> weight (fractions that sum to 1, percents that sum to 100);
            None for equal weights. A position without a target, or with weight 0, is never bought and sold first.
        prices: Symbol -> price of one share in dollars, for targets that are not held.
        frozen: Symbols that do not trade; the other targets share out the total without them.
        never_buy: Symbols that may only be sold.
        never_sell: Symbols that may only be bought.
        fractional: Symbol -> smallest fraction of a share that trades, such as ``{"VSMAX": "0.001"}``.
        cash_buffer: Dollars of the cash that stay cash, >= 0.
        fee_per_trade: Dollars that each trade costs, >= 0; they are paid from the cash.

    Returns:
        A plan with one order for each position in file order, then one for each target that is not held. Nothing is
        sold beyond the holding. Row order does not matter: ties go to the lower P&L, then to the symbol.

    Raises:
        RequestError: An argument is not usable.
        TargetError: The targets are not usable, or one that is not held has no price.
        InfeasiblePlanError: No plan exists; the message names what blocks.
    """
    if not isinstance(portfolio, Portfolio):
        hint = " (the portfolio of a statement is statement.portfolio)" if hasattr(portfolio, "portfolio") else ""
        raise RequestError(f"a Portfolio is needed, not {type(portfolio).__name__}{hint}.")
    dollars = to_amount(cash, "cash")
    usual = DEFAULT_MIN_TRADES["exact" if method == "exact" else "classic"]
    step = to_amount(usual if min_trade is None else min_trade, "min_trade")
    if method == "classic" and step <= 0:
        raise RequestError(f"min_trade is {step:f}; a step above 0 is needed, such as 100.")
    if step < 0:
        raise RequestError(f"min_trade is {step:f}; 0 or more is needed.")
    problem = prepare(
        portfolio,
        strategy=strategy,
        method=method,
        targets=targets,
        prices=prices,
        frozen=frozen,
        never_buy=never_buy,
        never_sell=never_sell,
        fractional=fractional,
        cash_buffer=cash_buffer,
        fee_per_trade=fee_per_trade,
        places=max(decimals(dollars), decimals(step)),
    )
    question = problem.units(dollars), problem.units(step)
    solution = problem.solve(*question)
    if solution.refusal:
        raise InfeasiblePlanError(solution.refusal)
    plan = problem.plan(*question, solution)
    prove(plan, problem.constraints)
    return plan


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
            raise LawBrokenError(f"the order of {order.symbol} stands beside {position.symbol}")
        if order.shares:
            _prove_trade(plan, position, order, terms)
            if order.shares > 0 and not weight:
                raise LawBrokenError(f"{order.symbol} has no target and is bought")


def _prove_cash(plan: Plan, terms: Constraints) -> None:
    """Every cent is accounted for, and what is spent too much is said, or impossible."""
    spent = sum(Fraction(trade.value) for trade in plan.trades)
    if Fraction(plan.cash_left) + spent + Fraction(plan.fees) != Fraction(plan.cash):
        raise LawBrokenError(f"cash identity: {plan.cash_left} + {spent} + {plan.fees} is not {plan.cash}")
    if plan.fees != terms.fee * len(plan.trades):
        raise LawBrokenError(f"{len(plan.trades)} trades do not cost {plan.fees} at {terms.fee} each")
    if plan.cash_left < 0 and (plan.method == "exact" or not plan.issues):
        raise LawBrokenError(f"an overspend of {plan.cash_left} is {'made' if plan.method == 'exact' else 'hidden'}")
    if plan.method == "exact" and plan.trades and plan.cash_left < terms.buffer:
        raise LawBrokenError(f"only {plan.cash_left} of the buffer of {terms.buffer} is left")


def _prove_trade(plan: Plan, position: Position, order: Trade, terms: Constraints) -> None:
    """One trade keeps to the holding, the direction of the cash, and everything that was agreed for its symbol."""
    symbol, bought = order.symbol, order.shares > 0
    if not bought:
        sold, held = -order.shares, position.quantity
        if sold > held if held is not None else Fraction(sold) * Fraction(position.price) > Fraction(position.value):
            raise LawBrokenError(f"{symbol} is sold beyond the holding")
    if plan.strategy == "try_avoid_sell" and bought != (plan.cash >= 0):
        raise LawBrokenError(f"{symbol} trades against the direction of the cash")
    if symbol in terms.frozen or symbol in (terms.never_buy if bought else terms.never_sell):
        raise LawBrokenError(f"{symbol} is {'bought' if bought else 'sold'} although that was ruled out")
    if plan.method == "exact" and order.value.copy_abs() < plan.min_trade:
        raise LawBrokenError(f"the trade of {symbol} for {order.value} is below the minimum of {plan.min_trade}")
    if Fraction(order.shares) % Fraction(terms.lot(symbol) or 1):
        raise LawBrokenError(f"{order.shares} {symbol} cannot be traded in lots of {terms.lot(symbol) or 1}")
