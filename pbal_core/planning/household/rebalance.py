"""``rebalance_household()``: from accounts and the cash of each to a plan for each, with the laws proved on it.

The model: the aims in order are the rules of each account, the least distance of the household plus idle cash, the
kinds of account that a class belongs in, and few trades. Each plan passes the laws of a single plan.

Worked example: ``rebalance_household(Household([taxable, ira]), {"VTI": 60, "BND": 40}, cash={"IRA": 6500})``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...errors import InfeasiblePlanError, Remedy, RequestError
from ...money import Amount, to_amount
from ...policy.household import Kind, kinds_of
from ...policy.targets import Targets
from ...policy.tree import TargetNode
from ...portfolio import Portfolio, symbol_key
from .. import remarks
from ..idle import idle_issues
from ..nothing import why_nothing
from ..plan import Plan
from ..problem import Problem
from ..rebalance import prove, read_min_trade
from ..solution import Solution
from ..solve import solve
from ..strategy import Method, Strategy
from .accounts import AccountProblem, account_problems
from .apart import take_up_apart
from .location import Preferences, settle_location
from .model import Household, HouseholdPlan
from .rounds import Rounds


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
        location: Symbol, set or group -> the kinds of account that it belongs in, one or several of ``Kind``. What
            would be better placed is exchanged between accounts where that leaves every total as good.

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
    places = _read_location(location or {}, targets, accounts[0].assets)
    if len(accounts) == 1:
        return _single(household, accounts[0], targets)
    rounds = Rounds(accounts)
    start, bound = rounds.relaxed()
    refused = rounds.run(start)
    if refused:
        raise InfeasiblePlanError("\n".join(refused))
    take_up_apart(rounds, bound)
    rounds.shake(bound)
    settle_location(rounds, places)
    plans = {a.account.name: _plan(rounds, number) for number, a in enumerate(accounts)}
    for account in accounts:
        prove(plans[account.account.name], account.account.constraints)
    return HouseholdPlan(
        household=household,
        plans={account.name: plans[account.name] for account in household},
        proof=rounds.proof(bound),
        **_aims(accounts, targets),
    )


def _aims(accounts: Sequence[AccountProblem], given: Targets | None) -> dict[str, Any]:
    """The targets of a household in the order given, and their symbols, as arguments of ``HouseholdPlan``."""
    order = {symbol_key(leaf.name): i for i, leaf in enumerate(given.leaves() if given else ())}
    members: dict[str, list[str]] = {}
    for account in accounts:
        symbols = account.problem.portfolio.symbols
        for asset in account.problem.wanted:
            members.setdefault(asset.name, []).extend(symbols[i] for i in asset.members)
    wanted = sorted(accounts[0].problem.wanted, key=lambda asset: order.get(symbol_key(asset.name), len(order)))
    targets = {asset.name: float(asset.weight) for asset in wanted if asset.weight}
    return {"targets": targets, "members": {name: tuple(dict.fromkeys(members[name])) for name in targets}}


def _single(household: Household, account: AccountProblem, targets: Targets | None) -> HouseholdPlan:
    """The plan of a household of one account: that of ``rebalance``."""
    solution = solve(account.problem, account.cash, account.min_trade)
    if solution.refusal or solution.proof is None:
        raise InfeasiblePlanError(f"{account.account.name}: {solution.refusal}")
    plan = _of_account(account, account.problem, solution)
    prove(plan, account.account.constraints)
    plans = {account.account.name: plan}
    return HouseholdPlan(household=household, plans=plans, proof=solution.proof, **_aims([account], targets))


def _read_location(given: Mapping[str, Sequence[str]], targets: Targets | None, known: Collection[str]) -> Preferences:
    """Key of an asset -> the kinds of account that it belongs in; a group's are those of all in it.

    Args:
        given: Symbol, set or group -> kinds.
        targets: The targets, None for equal weights.
        known: Keys of the assets.
    """
    if not given:
        return {}
    problems: list[str] = []
    named = {symbol_key(node.name): node for top in (targets.tree() if targets else ()) for node in _nodes(top)}
    found: dict[str, frozenset[Kind]] = {}
    for name, kinds in given.items():
        key = symbol_key(str(name))
        leaves = [symbol_key(leaf.name) for leaf in named[key].leaves()] if key in named else [key]
        leaves += [symbol_key(node.name) for node in named.values() if node.is_set and name in node.symbols]
        wanted = frozenset(kinds_of(kinds, f"the location of {name}", problems))
        meant = [leaf for leaf in leaves if leaf in known]
        if not meant:
            problems.append(f"location names {str(name)[:40]}, which has no target.")
        found |= dict.fromkeys(meant, wanted)
    if problems:
        raise RequestError("\n".join(problems))
    return found


def _nodes(node: TargetNode) -> Iterator[TargetNode]:
    yield node
    for member in node.members:
        yield from _nodes(member)


def _plan(rounds: Rounds, number: int) -> Plan:
    """The plan of one account, over what it holds and what may be bought in it."""
    account, lots = rounds.accounts[number], rounds.lots[number]
    problem = account.among(rounds.others(number), rounds.total)
    solution = Solution(
        lots=tuple(lots),
        wanted=tuple(map(int.__mul__, lots, problem.prices)),
        cash_left=account.cash - account.spent(lots),
        fees=problem.fee * sum(map(bool, lots)),
        issues=tuple(idle_issues(problem, account.cash, account.min_trade, lots)),
        why_nothing="" if any(lots) else why_nothing(problem, account.cash, account.min_trade, proof=None),
    )
    return _of_account(account, problem, solution)


def _of_account(account: AccountProblem, problem: Problem, solution: Solution) -> Plan:
    """A plan without the rows of what the account neither holds nor may buy, and with its own limits."""
    plan, own = problem.plan(account.cash, account.min_trade, solution), account.account.constraints
    held = len(account.account.portfolio)
    rows = [row for row in range(len(plan.orders)) if row < held or problem.may_buy[row]]
    place = {row: i for i, row in enumerate(rows)}
    weights = [plan.weights[row] for row in rows]
    whole = sum(weights)
    portfolio = problem.portfolio
    if len(rows) < len(portfolio):
        portfolio = Portfolio([portfolio.positions[row] for row in rows], currency=portfolio.currency)
    sets = (tuple(place[row] for row in members if row in place) for members in plan.sets)
    return replace(
        plan,
        portfolio=portfolio,
        weights=tuple(weight / whole for weight in weights) if whole else (0.0,) * len(rows),
        orders=tuple(plan.orders[row] for row in rows),
        limits=remarks.limits(
            problem.portfolio.symbols,
            replace(problem.terms(account.min_trade), constraints=own),
            problem.method,
            problem.portfolio.money,
        ),
        frozen=own.frozen,
        sets=tuple(members for members in sets if len(members) > 1),
    )
