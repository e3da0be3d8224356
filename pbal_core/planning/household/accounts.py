"""Each account of a household as a problem of its own, with all of the household's assets in it.

The model: the problem of an account has a row for everything that the account holds, and one for every target of the
household that it does not hold. What its menu lacks may not be bought there. A row that has a target carries the value
that the *household* has of it, so that distances are those of the household; its lots are the account's own. A symbol
that is frozen in one account does not trade there, and counts towards its target as long as another account may trade
it; frozen in all accounts that hold or offer it, it counts nowhere, as in a single account.

Worked example: 600 dollars of VTI in one account and 400 in another, whose problem has VTI at 1,000 dollars with 400
dollars' worth of lots to sell.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from operator import mul
from typing import TYPE_CHECKING

from ...errors import PbalError, TargetError
from ...money import decimals
from ...policy.constraints import read_constraints
from ...policy.policy import Policy
from ...policy.targets import Targets
from ...portfolio import Portfolio, Position, symbol_key
from ..markets import market_of
from ..problem import Problem, prepare
from ..sets import TradedAsset
from ..strategy import Direction, Method, Strategy
from .model import Household, HouseholdAccount

if TYPE_CHECKING:
    from ..exact import Market


@dataclass(frozen=True, kw_only=True)
class AccountProblem:
    """One account, prepared. Its rows are those of ``problem.portfolio``.

    Args:
        account: The account.
        problem: Its problem, with the account's own values.
        cash: Units to invest (+) or to withdraw (-).
        min_trade: Units of the smallest trade.
    """

    account: HouseholdAccount
    problem: Problem
    cash: int
    min_trade: int

    @cached_property
    def direction(self) -> Direction:
        """Which way the trades of the account may go."""
        return self.problem.direction(self.cash)

    @cached_property
    def need(self) -> int:
        """Units to spend (+) or to raise (-), fees included."""
        return self.problem.budget(self.cash)

    @cached_property
    def trades(self) -> bool:
        """Whether any trade is possible here: there is cash to spend, or something that may be sold."""
        return self.need > 0 or (self.direction != "buy" and any(self.problem.held[i] for i in self.problem.managed))

    @cached_property
    def assets(self) -> dict[str, TradedAsset]:
        """The household's name of an asset that has a target and may trade -> the asset in this account."""
        return {symbol_key(asset.name): asset for asset in self.problem.assets if asset.part}

    @cached_property
    def rows(self) -> dict[str, int | None]:
        """Asset -> its only row that can trade here; None where there are several."""
        return {name: self._row(asset) for name, asset in self.assets.items()}

    @cached_property
    def values(self) -> dict[str, int]:
        """Asset -> units that this account has of it."""
        return {name: sum(map(self.problem.values.__getitem__, a.members)) for name, a in self.assets.items()}

    def can_sell(self, name: str) -> int:
        """Units of an asset that may be sold here, whatever the cash is."""
        return sum(self.problem.held[i] * self.problem.prices[i] for i in self.assets[name].sold)

    def _row(self, asset: TradedAsset) -> int | None:
        sold = {i for i in asset.sold if self.problem.held[i]} if self.direction != "buy" else set()
        rows = sold | ({asset.lead} if self.direction != "sell" and asset.buyable else set())
        return rows.pop() if len(rows) == 1 else asset.lead if not rows else None

    def spent(self, lots: Sequence[int]) -> int:
        """Units that trades take (+) or raise (-), fees included."""
        moved: int = sum(map(mul, lots, self.problem.prices))
        return moved + self.problem.fee * sum(map(bool, lots))

    def moved(self, lots: Sequence[int]) -> dict[str, int]:
        """Asset -> units that trades add to it (+) or take from it (-)."""
        moved = ((name, sum([lots[i] * price for i, price in rows])) for name, rows in self._priced)
        return {name: units for name, units in moved if units}

    @cached_property
    def _priced(self) -> list[tuple[str, list[tuple[int, int]]]]:
        """Each asset with its rows and their prices."""
        return [(name, [(i, self.problem.prices[i]) for i in asset.members]) for name, asset in self.assets.items()]

    def market(self, others: Mapping[str, int], direction: Direction | None = None) -> Market:
        """What the exact method searches.

        Args:
            others: Units of each asset in the other accounts.
            direction: Which way the trades may go; that of the account's cash by default.
        """
        way = direction or self.direction
        if way not in self._alone:
            self._alone[way] = market_of(self.problem, way)
        alone = self._alone[way]
        return alone.with_values([own + others.get(key, 0) for key, own in zip(self._keys, alone.values, strict=True)])

    @cached_property
    def _alone(self) -> dict[Direction, Market]:
        """What the exact method searches where the other accounts have nothing, for each direction asked about."""
        return {}

    @cached_property
    def _keys(self) -> list[str]:
        """The household's names of the assets of the problem."""
        return [symbol_key(asset.name) for asset in self.problem.assets]

    def among(self, others: Mapping[str, int], total: int) -> Problem:
        """The problem with the value that the household has of each asset, for what is said of a plan.

        Args:
            others: Asset -> units of it in the other accounts.
            total: Units that the targets share out in the household.
        """
        values = list(self.problem.values)
        for name, asset in self.assets.items():
            values[asset.members[0]] += others[name]
        return self.problem.with_values(tuple(values), self.elsewhere(others, total))

    def elsewhere(self, others: Mapping[str, int], total: int) -> int:
        """Units of the total that neither ``others`` nor this account has: the cash of the other accounts."""
        return total - self.problem.managed_value - self.need - sum(others[name] for name in self.assets)


def account_problems(
    household: Household,
    targets: Targets | None,
    cash: Mapping[str, Decimal],
    *,
    strategy: Strategy,
    min_trade: Decimal,
    places: int = 0,
) -> list[AccountProblem]:
    """The problems of all accounts, in canonical order: by name.

    ``places`` are decimals that amounts to come may have besides those of ``cash`` and ``min_trade``.

    Raises:
        TargetError: The targets are not usable, or one that nobody holds has no price.
        RequestError: A constraint of an account is not usable; the message names the account.
    """
    accounts = sorted(household, key=lambda account: (account.name.casefold(), account.name))
    spelled = {symbol_key(p.symbol): p for account in accounts for p in account.portfolio}
    if targets is None:
        targets = Targets.equal(sorted(p.symbol for p in spelled.values()))
    priced = targets.priced(dict(targets.prices) | {p.symbol: p.price for p in spelled.values()})
    places = max(places, *(decimals(amount) for amount in (min_trade, *cash.values())))
    frozen = _frozen_everywhere(accounts, priced)
    problems: list[Problem] = []
    wrong: list[str] = []
    for account in accounts:
        try:
            problems.append(_prepared(account, priced, frozen, strategy, places))
        except PbalError as error:
            wrong += [f"{account.name}: {line}" for line in str(error).splitlines()]
    if wrong:
        raise TargetError("\n".join(dict.fromkeys(wrong)))
    scale = max(problem.scale for problem in problems)
    if any(problem.scale < scale for problem in problems):
        problems = [_prepared(account, priced, frozen, strategy, scale) for account in accounts]
    return [
        AccountProblem(
            account=account,
            problem=problem,
            cash=problem.units(cash[account.name]),
            min_trade=problem.units(min_trade),
        )
        for account, problem in zip(accounts, problems, strict=True)
    ]


def _frozen_everywhere(accounts: Sequence[HouseholdAccount], targets: Targets) -> set[str]:
    """Keys of the symbols that no account may trade, since each that holds or offers them has them frozen.

    The symbols of a set are one asset: as long as one of them may trade somewhere, all of them count.
    """
    if len(accounts) == 1:
        return set(map(symbol_key, accounts[0].constraints.frozen))
    if not any(a.constraints.frozen for a in accounts) and any(a.menu is None for a in accounts):
        return set()  # one account may trade everything
    frozen = [set(map(symbol_key, account.constraints.frozen)) for account in accounts]
    held = [set(map(symbol_key, account.portfolio.symbols)) for account in accounts]
    offered = [None if account.menu is None else set(map(symbol_key, account.menu)) for account in accounts]
    leaves = [set(map(symbol_key, leaf.symbols)) for leaf in targets.leaves()]
    others = set().union(*frozen) - set().union(*leaves)
    found: set[str] = set()
    for leaf in leaves:
        there = [leaf & (own | (leaf if menu is None else menu)) for own, menu in zip(held, offered, strict=True)]
        if all(some <= stays for some, stays in zip(there, frozen, strict=True)):
            found |= leaf
    for key in others:
        if all(key in stays for own, stays in zip(held, frozen, strict=True) if key in own):
            found.add(key)
    return found


def _prepared(
    account: HouseholdAccount, targets: Targets, everywhere: set[str], strategy: Strategy, places: int
) -> Problem:
    """The problem of one account, whose menu and frozen symbols have become what it never buys or sells."""
    symbols = list(account.portfolio.symbols)
    held = set(map(symbol_key, symbols))
    symbols += [s for leaf in targets.leaves() for s in leaf.symbols if symbol_key(s) not in held]
    constraints = read_constraints(symbols, account.constraints.given())
    stays = {s for s in constraints.frozen if symbol_key(s) not in everywhere}
    frozen = {s for s in symbols if symbol_key(s) in everywhere}
    offered = None if account.menu is None else set(map(symbol_key, account.menu))
    lacking = {s for s in symbols if offered is not None and symbol_key(s) not in offered} - frozen
    whole = replace(
        constraints,
        frozen=frozenset(frozen),
        never_buy=constraints.never_buy | stays | lacking,
        never_sell=constraints.never_sell | stays,
    )
    portfolio = _with_all(account.portfolio, targets, whole.barred("buy"))
    return prepare(
        portfolio,
        policy=Policy(targets=targets, constraints=whole),
        strategy=strategy,
        method=Method.EXACT,
        places=places,
    )


def _with_all(portfolio: Portfolio, targets: Targets, barred: Collection[str]) -> Portfolio:
    """The portfolio with a row of nothing for each target; ``prepare`` says which of those to buy have no price."""
    held, closed = set(map(symbol_key, portfolio.symbols)), set(map(symbol_key, barred))
    prices = {symbol_key(symbol): price for symbol, price in targets.prices}
    zero = Decimal(0)
    added: list[str] = []
    for leaf in targets.leaves():
        bought = [s for s in leaf.symbols if symbol_key(s) not in closed][:1]
        if not bought and not held.intersection(map(symbol_key, leaf.symbols)):
            bought = [s for s in leaf.symbols if symbol_key(s) in prices][:1]
        added += (s for s in bought if leaf.weight and symbol_key(s) not in held and symbol_key(s) in prices)
    rows = (Position(symbol=s, value=zero, price=prices[symbol_key(s)], quantity=zero) for s in added)
    return Portfolio([*portfolio, *rows], currency=portfolio.currency) if added else portfolio
