"""``rebalance_household()``: from accounts and the cash of each to a plan for each, with the laws proved on it.

The model: the aims in order are the rules of each account, the least distance of the household plus idle cash, the
kinds of account that a class belongs in, and few trades. Each plan passes the laws of a single plan.

Worked example: ``rebalance_household(Household([taxable, ira]), {"VTI": 60, "BND": 40}, cash={"IRA": 6500})``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import InfeasiblePlanError, Remedy, RequestError
from ...money import Amount, to_amount
from ...policy.household import Kind, kinds_of
from ...policy.targets import Targets
from ...portfolio import Portfolio, symbol_key
from ..idle import idle_issues
from ..plan import Plan
from ..rebalance import prove, read_min_trade
from ..solution import Solution
from ..strategy import Method, Strategy
from .accounts import AccountProblem, account_problems
from .location import settle_location
from .model import Household, HouseholdPlan
from .rounds import Rounds

if TYPE_CHECKING:
    from ..problem import Problem


def rebalance_household(
    household: Household,
    targets: Targets | Mapping[str, Amount] | None = None,
    cash: Mapping[str, Amount] | None = None,
    *,
    strategy: Strategy | str = Strategy.TRY_AVOID_SELL,
    method: Method | str = Method.EXACT,
    min_trade: Amount | None = None,
    location: Mapping[str, Sequence[str]] | None = None,
) -> HouseholdPlan:
    """The trades in each account that push all of them together towards the targets.

    Args:
        household: The accounts.
        targets: Weights for the whole household, as ``rebalance`` takes them; equal weights over all that is held where
            none are given.
        cash: Name of an account -> dollars to invest (+) or to withdraw (-) there; 0 where none is given.
        strategy: See ``rebalance``; it follows the cash of each account by itself.
        method: ``exact``: others are refused.
        min_trade: Dollars of the smallest trade, >= 0.
        location: Symbol -> the kinds of account that it belongs in, one or several of ``Kind``. What would be better
            placed is exchanged between accounts where that leaves every total as good.

    Returns:
        A plan for each account. A household of one account is exactly ``rebalance``.

    Raises:
        RequestError: An argument is not usable.
        TargetError: The targets are not usable, or one that nobody holds has no price.
        InfeasiblePlanError: An account cannot raise what is to be withdrawn; every such account is named.
    """
    if not isinstance(household, Household):
        raise RequestError(f"a Household is needed, not {type(household).__name__}.")
    strategy, method = Strategy.named(strategy), Method.named(method)
    if method != Method.EXACT:
        raise RequestError("a household needs the exact method.", remedy=Remedy("exact_method"))
    if targets is not None and not isinstance(targets, Targets):
        targets = Targets(targets)
    asked = household.read_cash(cash or {})
    dollars = {name: to_amount(amount, f"the cash of {name}") for name, amount in asked.items()}
    smallest = read_min_trade(min_trade, method)
    accounts = account_problems(household, targets, dollars, strategy=strategy, min_trade=smallest)
    rounds = Rounds(accounts)
    relaxed = rounds.relaxed()
    refused = rounds.run(relaxed)
    if refused:
        raise InfeasiblePlanError("\n".join(refused))
    if len(accounts) > 1:
        rounds.shake(relaxed.bound)
        settle_location(rounds, _read_location(location or {}, accounts))
    plans = {a.account.name: _plan(rounds, number) for number, a in enumerate(accounts)}
    for account in accounts:
        prove(plans[account.account.name], account.own)
    first = accounts[0].problem
    weights = dict(zip(first.portfolio.symbols, first.weights, strict=True))
    return HouseholdPlan(
        household=household,
        plans={account.name: plans[account.name] for account in household},
        proof=rounds.proof(relaxed.bound),
        targets={symbol: weight for symbol, weight in weights.items() if weight},
    )


def _read_location(
    given: Mapping[str, Sequence[str]], accounts: Sequence[AccountProblem]
) -> dict[int, frozenset[Kind]]:
    """Asset -> the kinds of account that it belongs in."""
    problems: list[str] = []
    first = accounts[0]
    known = {symbol_key(first.problem.portfolio.symbols[row]): asset for asset, row in first.rows.items()}
    found: dict[int, frozenset[Kind]] = {}
    for symbol, kinds in given.items():
        asset = known.get(symbol_key(str(symbol)))
        if asset is None:
            problems.append(f"location names {str(symbol)[:40]}, which has no target.")
            continue
        found[asset] = frozenset(kinds_of(kinds, f"the location of {symbol}", problems))
    if problems:
        raise RequestError("\n".join(problems))
    return found


def _plan(rounds: Rounds, number: int) -> Plan:
    """The plan of one account, over what it holds and what may be bought in it."""
    account = rounds.accounts[number]
    lots = rounds.lots[number]
    problem = account.among(rounds.after(without=number), rounds.total)
    issues = tuple(idle_issues(problem, account.cash, account.min_trade, lots))
    solution = Solution(
        lots=tuple(lots),
        wanted=tuple(map(int.__mul__, lots, problem.prices)),
        cash_left=account.cash - account.spent(lots),
        fees=problem.fee * sum(map(bool, lots)),
        issues=issues,
        proof=rounds.proof(0) if len(rounds.accounts) == 1 else None,
    )
    held = len(account.account.portfolio)
    rows = [row for row in range(len(lots)) if row < held or problem.may_buy[row]]
    return _of_rows(account, problem, rows, problem.plan(account.cash, account.min_trade, solution))


def _of_rows(account: AccountProblem, problem: Problem, rows: Sequence[int], plan: Plan) -> Plan:
    """A plan without the rows of what the account neither holds nor may buy."""
    weights = [plan.weights[row] for row in rows]
    whole = sum(weights)
    portfolio = Portfolio([problem.portfolio.positions[row] for row in rows], currency=problem.portfolio.currency)
    mine = replace(problem, constraints=account.own)
    return replace(
        plan,
        portfolio=portfolio,
        weights=tuple(weight / whole for weight in weights) if whole else (0.0,) * len(rows),
        orders=tuple(plan.orders[row] for row in rows),
        limits=mine.limits(account.min_trade),
        frozen=account.own.frozen,
    )
