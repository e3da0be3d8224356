"""The rows of a household's table: every account's funds one under another, and the funds that they are together.

The model: each account has an outcome of its own, whose amounts add up to the cent in that account. Beside them one
outcome has the rows of all accounts, in which the rows of one fund share its target as a set; weights, balance and
drift are those of the whole household. Frozen in every account means frozen here.

Where targets have classes, each class is the sum of its funds, and so is what no target names.

Worked example: VTI in a taxable account and in an IRA are two rows and one fund of 60 %. In a class of stocks of
80 % it lies beside VXUS of 20 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ..money import to_units
from ..planning.household import HouseholdPlan
from ..planning.household.accounts import AccountProblem
from ..planning.household.along import Prepared
from ..planning.outcome import Basis, Outcome
from ..planning.solution import Solution
from ..planning.strategy import Method
from ..policy.household import Kind
from ..policy.targets import Targets
from ..policy.tree import TargetNode
from ..portfolio import symbol_key
from .classes import UNTARGETED

KIND_WORDS = {Kind.TAXABLE: "taxable", Kind.DEFERRED: "tax-deferred", Kind.FREE: "tax-free"}
"""What a person calls the kinds of account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRows:
    """The rows of one account.

    Args:
        name: The account.
        kind: How it is taxed.
        rows: The rows of its problem that are shown.
        span: Their places among the rows of the household.
        basis: What all its outcomes share.
    """

    name: str
    kind: Kind
    rows: tuple[int, ...]
    span: range
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class FundRows:
    """One fund in all accounts.

    Args:
        name: The symbol or the set.
        rows: Its places among the rows of the household; the first has its target.
        level: How many classes it lies in.
    """

    name: str
    rows: tuple[int, ...]
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FundClass:
    """A class of the targets, or the funds that have none.

    Args:
        name: The class.
        level: How many classes it lies in.
        funds: The places of its funds, which are neighbours.
    """

    name: str
    level: int
    funds: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class HouseholdRows:
    """All rows.

    Args:
        accounts: In the order of the household.
        funds: The targets in the order given, then what has no target.
        classes: Each before those inside it; none where the targets are a flat list.
        basis: The rows of all accounts, then a row without an account for each target that no account may hold.
    """

    accounts: tuple[AccountRows, ...]
    funds: tuple[FundRows, ...]
    classes: tuple[FundClass, ...]
    basis: Basis

    def rows_of(self, fund_class: FundClass) -> list[int]:
        """The rows of all funds of a class."""
        return [row for place in fund_class.funds for row in self.funds[place].rows]

    @property
    def account_of(self) -> list[int | None]:
        """For each row of the household the place of its account."""
        of: list[int | None] = [None] * len(self.basis.symbols)
        for number, account in enumerate(self.accounts):
            for row in account.span:
                of[row] = number
        return of

    def committed(self, plan: HouseholdPlan) -> list[Outcome]:
        """The outcome of each account's plan."""
        return [plan.plans[account.name].outcome for account in self.accounts]

    def refused(self, cash: Mapping[str, Decimal], why: str) -> list[Outcome]:
        """Outcomes that trade nothing, because there is no plan; ``why`` names the accounts."""
        return [
            _outcome(account.basis, cash[account.name], [0] * len(account.rows), [0] * len(account.rows), refusal=why)
            for account in self.accounts
        ]

    def along(self, number: int, problem: AccountProblem, cash: Decimal, solution: Solution) -> Outcome:
        """The outcome of one account for an amount of cash; see ``Beside.solve``."""
        account = self.accounts[number]
        shares = problem.problem.shares(solution)
        return _outcome(
            account.basis,
            cash,
            [shares[row] for row in account.rows],
            [solution.lots[row] * problem.problem.prices[row] for row in account.rows],
            fees=solution.fees,
            refusal=f"{account.name}: {solution.refusal}" if solution.refusal else "",
        )

    def together(self, outcomes: Sequence[Outcome]) -> Outcome:
        """The outcome of all accounts, for weights, balance and drift."""
        shares: list[int | Decimal] = [0] * len(self.basis.symbols)
        moved = [0] * len(self.basis.symbols)
        cash = fees = 0
        for account, outcome in zip(self.accounts, outcomes, strict=True):
            factor = 10 ** (self.basis.scale - outcome.basis.scale)
            for row, count, units in zip(account.span, outcome.shares, outcome.moved, strict=True):
                shares[row], moved[row] = count, units * factor
            cash, fees = cash + outcome.cash * factor, fees + outcome.fees * factor
        refusal = next((outcome.refusal for outcome in outcomes if outcome.refusal), "")
        return Outcome(
            basis=self.basis,
            cash=cash,
            min_trade=0,
            fees=fees,
            shares=tuple(shares),
            moved=tuple(moved),
            refusal=refusal,
        )


def household_rows(prepared: Prepared, targets: Targets | None) -> HouseholdRows:
    """The rows of a household.

    Args:
        prepared: Its accounts.
        targets: The targets, in whose order funds are shown; None for equal weights.
    """
    accounts: list[AccountRows] = []
    members: dict[str, list[int]] = {}
    names: dict[str, str] = {}
    weights: dict[str, float] = {}
    rows: list[tuple[str, int, bool, int | None]] = []
    for name, account in prepared.accounts.items():
        problem, shown = account.problem, prepared.rows(name)
        fund_of = {i: asset for asset in problem.wanted for i in asset.members}
        for asset in problem.wanted:
            key = symbol_key(asset.name)
            names.setdefault(key, asset.name)
            weights.setdefault(key, float(asset.weight))
        for place, row in enumerate(shown, start=len(rows)):
            members.setdefault(symbol_key(fund_of[row].name), []).append(place)
        span = range(len(rows), len(rows) + len(shown))
        basis = _basis(account, shown, prepared.scale)
        rows += zip(basis.symbols, basis.values, basis.frozen, basis.gains, strict=True)
        accounts.append(AccountRows(name=name, kind=account.account.kind, rows=tuple(shown), span=span, basis=basis))
    for key, name in names.items():
        if weights[key] and key not in members:
            members[key] = [len(rows)]
            rows.append((name, 0, False, None))
    order = {symbol_key(leaf.name): i for i, leaf in enumerate(targets.leaves() if targets else ())}
    tree = bool(targets and targets.groups)  # in which what counts for nothing stays in its class
    keys = sorted(members, key=lambda key: (not tree and not weights[key], order.get(key, len(order))))
    first = {members[key][0]: weights[key] for key in keys}
    basis = replace(
        accounts[0].basis,
        symbols=tuple(symbol for symbol, *_ in rows),
        values=tuple(value for _, value, *_ in rows),
        frozen=tuple(frozen for *_, frozen, _ in rows),
        gains=tuple(gain for *_, gain in rows),
        targets=tuple(first.get(row, 0.0) for row in range(len(rows))),
        sets=tuple(tuple(members[key]) for key in keys if len(members[key]) > 1),
    )
    classes, levels = _classes(targets, keys)
    funds = tuple(FundRows(name=names[key], rows=tuple(members[key]), level=levels.get(key, 0)) for key in keys)
    return HouseholdRows(accounts=tuple(accounts), funds=funds, classes=tuple(classes), basis=basis)


def _classes(targets: Targets | None, keys: Sequence[str]) -> tuple[list[FundClass], dict[str, int]]:
    """The classes of the targets over funds, and how deep each fund lies."""
    if targets is None or not targets.groups:
        return [], {}
    found: list[FundClass] = []
    levels: dict[str, int] = {}

    def walk(nodes: Sequence[TargetNode], level: int) -> None:
        for node in nodes:
            inside = [symbol_key(leaf.name) for leaf in node.leaves()]
            places = tuple(place for place, key in enumerate(keys) if key in inside)
            if not node.members:
                levels.update(dict.fromkeys(inside, level))
            elif places:
                found.append(FundClass(name=node.name, level=level, funds=places))
                walk(node.members, level + 1)

    walk(targets.tree(), 0)
    rest = tuple(place for place, key in enumerate(keys) if key not in levels)
    if rest:
        found.append(FundClass(name=UNTARGETED, level=0, funds=rest))
        levels.update({keys[place]: 1 for place in rest})
    return found, levels


def _basis(account: AccountProblem, shown: Sequence[int], scale: int) -> Basis:
    """What the outcomes of one account share; its weights are looked at in the household alone."""
    problem = account.problem
    return Basis(
        symbols=tuple(problem.portfolio.symbols[row] for row in shown),
        scale=scale,
        values=tuple(problem.values[row] for row in shown),
        targets=(0.0,) * len(shown),
        frozen=tuple(problem.frozen[row] for row in shown),
        strategy=problem.strategy,
        method=Method.EXACT,
        currency=problem.portfolio.currency,
        gains=tuple(problem.gains[row] for row in shown),
    )


def _outcome(
    basis: Basis,
    cash: Decimal,
    shares: Sequence[int | Decimal],
    moved: Sequence[int],
    *,
    fees: int = 0,
    refusal: str = "",
) -> Outcome:
    return Outcome(
        basis=basis,
        cash=to_units(cash, basis.scale),
        min_trade=0,
        fees=fees,
        shares=tuple(shares),
        moved=tuple(moved),
        refusal=refusal,
    )
