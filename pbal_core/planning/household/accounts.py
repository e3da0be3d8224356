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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from operator import mul

from ...errors import PbalError, TargetError
from ...money import decimals
from ...policy.constraints import Constraints, read_constraints
from ...policy.policy import Policy
from ...policy.targets import Targets
from ...portfolio import Portfolio, Position, symbol_key
from ..problem import Problem, prepare
from ..strategy import Direction, Method, Strategy
from .model import Household, HouseholdAccount


@dataclass(frozen=True, kw_only=True)
class AccountProblem:
    """One account, prepared. Its rows are those of ``problem.portfolio``.

    Args:
        account: The account.
        problem: Its problem, with the account's own values.
        own: The constraints that the account itself has, of all that ``problem.constraints`` say.
        cash: Units to invest (+) or to withdraw (-).
        min_trade: Units of the smallest trade.
        assets: For each row that may trade and has a target the household's asset, for the others None.
    """

    account: HouseholdAccount
    problem: Problem
    own: Constraints
    cash: int
    min_trade: int
    assets: tuple[int | None, ...]

    @cached_property
    def direction(self) -> Direction:
        """Which way the trades of the account may go."""
        return self.problem.direction(self.cash)

    @cached_property
    def need(self) -> int:
        """Units to spend (+) or to raise (-), fees included."""
        return self.problem.budget(self.cash)

    @cached_property
    def rows(self) -> dict[int, int]:
        """Asset of the household -> row."""
        return {asset: row for row, asset in enumerate(self.assets) if asset is not None}

    @cached_property
    def managed_value(self) -> int:
        """Units of what is held and may trade."""
        return sum(self.problem.values[row] for row in self.problem.managed)

    def spent(self, lots: Sequence[int]) -> int:
        """Units that trades take (+) or raise (-), fees included."""
        moved: int = sum(map(mul, lots, self.problem.prices))
        return moved + self.problem.fee * sum(map(bool, lots))

    def moved(self, lots: Sequence[int]) -> dict[int, int]:
        """Asset -> units that trades add to it (+) or take from it (-)."""
        prices = self.problem.prices
        return {asset: lots[row] * prices[row] for asset, row in self.rows.items() if lots[row]}

    def among(self, held: Mapping[int, int], total: int) -> Problem:
        """The problem in the household.

        Args:
            held: Asset -> units that the household has of it, without the trades of this account.
            total: Units that the targets share out in the household.
        """
        values = tuple(
            value if asset is None else held[asset]
            for value, asset in zip(self.problem.values, self.assets, strict=True)
        )
        here = sum(values[row] for row in self.problem.managed) + self.need
        return replace(self.problem, values=values, elsewhere=total - here)


def account_problems(
    household: Household,
    targets: Targets | None,
    cash: Mapping[str, Decimal],
    *,
    strategy: Strategy,
    min_trade: Decimal,
) -> list[AccountProblem]:
    """The problems of all accounts, in canonical order: by name.

    Raises:
        TargetError: The targets are not usable, or one that nobody holds has no price.
        RequestError: A constraint of an account is not usable; the message names the account.
    """
    accounts = sorted(household, key=lambda account: (account.name.casefold(), account.name))
    spelled = {symbol_key(p.symbol): p for account in accounts for p in account.portfolio}
    if targets is None:
        targets = Targets.equal(sorted(p.symbol for p in spelled.values()))
    priced = targets.priced(dict(targets.prices) | {p.symbol: p.price for p in spelled.values()})
    places = max(decimals(amount) for amount in (min_trade, *cash.values()))
    wanted = priced.fractions()
    everywhere = _frozen_everywhere(accounts, wanted, spelled)
    problems: list[Problem] = []
    wrong: list[str] = []
    for account in accounts:
        try:
            problems.append(_prepared(account, (priced, wanted), everywhere, strategy, places))
        except PbalError as error:
            wrong += [f"{account.name}: {line}" for line in str(error).splitlines()]
    if wrong:
        raise TargetError("\n".join(dict.fromkeys(wrong)))
    scale = max(problem.scale for problem in problems)
    if any(problem.scale < scale for problem in problems):
        problems = [_prepared(account, (priced, wanted), everywhere, strategy, scale) for account in accounts]
    names = [s for s, part in zip(problems[0].portfolio.symbols, problems[0].parts, strict=True) if part]
    index = {symbol_key(symbol): i for i, symbol in enumerate(sorted(names))}
    return [
        AccountProblem(
            account=account,
            problem=problem,
            own=account.constraints,
            cash=problem.units(cash[account.name]),
            min_trade=problem.units(min_trade),
            assets=tuple(
                None if stays or not part else index[symbol_key(symbol)]
                for symbol, part, stays in zip(problem.portfolio.symbols, problem.parts, problem.frozen, strict=True)
            ),
        )
        for account, problem in zip(accounts, problems, strict=True)
    ]


def _frozen_everywhere(
    accounts: Iterable[HouseholdAccount], weights: Mapping[str, Fraction], spelled: Mapping[str, Position]
) -> set[str]:
    """Keys of the symbols that no account may trade, since each that holds or offers them has them frozen."""
    frozen = {account.name: set(map(symbol_key, account.constraints.frozen)) for account in accounts}
    wanted = set(map(symbol_key, weights))
    found = set()
    for key in set().union(*frozen.values()):
        tradable = (
            account
            for account in accounts
            if any(symbol_key(s) == key for s in account.portfolio.symbols)
            or (key in wanted and account.offers(spelled[key].symbol if key in spelled else key))
        )
        if all(key in frozen[account.name] for account in tradable):
            found.add(key)
    return found


def _prepared(
    account: HouseholdAccount,
    wanted: tuple[Targets, Mapping[str, Fraction]],
    everywhere: set[str],
    strategy: Strategy,
    places: int,
) -> Problem:
    """The problem of one account, whose menu and frozen symbols have become what it never buys or sells."""
    targets, weights = wanted
    held = set(map(symbol_key, account.portfolio.symbols))
    own = account.constraints
    symbols = [*account.portfolio.symbols, *(s for s in weights if symbol_key(s) not in held)]
    constraints = read_constraints(symbols, own.given())
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
    return prepare(
        _with_all(account.portfolio, targets, weights),
        policy=Policy(targets=targets, constraints=whole),
        strategy=strategy,
        method=Method.EXACT,
        places=places,
    )


def _with_all(portfolio: Portfolio, targets: Targets, weights: Mapping[str, Fraction]) -> Portfolio:
    """The portfolio with a row of nothing for each target that has a price; ``prepare`` says which have none."""
    held = set(map(symbol_key, portfolio.symbols))
    prices = {symbol_key(symbol): price for symbol, price in targets.prices}
    zero = Decimal(0)
    added = [
        Position(symbol=symbol, value=zero, price=prices[symbol_key(symbol)], quantity=zero)
        for symbol, weight in weights.items()
        if symbol_key(symbol) not in held and symbol_key(symbol) in prices and weight
    ]
    return Portfolio([*portfolio, *added], currency=portfolio.currency) if added else portfolio
