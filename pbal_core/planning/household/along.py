"""One account of a household along its cash, while the plans of the others stay as they are.

The model: what the other accounts hold after their trades counts towards the targets and does not move, so each amount
of cash is one exact problem of one account: what its turn in ``rounds`` solves. Nothing is exchanged between accounts
here; ``rebalance_household`` does that for the amount that is chosen in the end.

Worked example: an IRA beside a taxable account that buys 12 VTI. With 6,500 dollars the IRA buys what the household
then lacks; with 6,600 it buys one share more, and the taxable account still buys 12 VTI.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ...money import decimals
from ...policy.targets import Targets
from ...portfolio import symbol_key
from .. import remarks
from ..exact import Effort, Market, allocate
from ..markets import spread
from ..solution import Solution
from ..strategy import Direction, Strategy
from .accounts import AccountProblem, account_problems
from .model import Household, HouseholdPlan

WORK = 20_000
"""Combinations that one amount of cash may look at, as in a turn."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """The accounts of a household as problems of one scale.

    Args:
        accounts: Name of an account -> its problem, in the order of the household.
    """

    accounts: Mapping[str, AccountProblem]

    @property
    def scale(self) -> int:
        """One unit is ``10**-scale`` dollars."""
        return next(iter(self.accounts.values())).problem.scale

    def rows(self, name: str) -> list[int]:
        """The rows of an account's problem that its plan shows: what it holds, and what may be bought in it."""
        account = self.accounts[name]
        held, may_buy = len(account.account.portfolio), account.problem.may_buy
        return [row for row in range(len(account.problem.values)) if row < held or may_buy[row]]

    def beside(self, plan: HouseholdPlan, name: str) -> Beside:
        """One account beside the others with the trades that ``plan`` has for them."""
        account = self.accounts[name]
        others = dict.fromkeys(account.assets, 0)
        total = 0
        for other, problem in self.accounts.items():
            if other != name:
                total += problem.problem.managed_value + problem.need
                for asset, units in _after(problem, plan, other).items():
                    others[asset] += units
        return Beside(account=account, others=others, elsewhere=total - sum(others.values()))


def prepare_household(
    household: Household,
    targets: Targets | None,
    cash: Mapping[str, Decimal],
    *,
    strategy: Strategy,
    min_trade: Decimal,
    amounts: Sequence[Decimal] = (),
) -> Prepared:
    """The problems of all accounts, which hold ``amounts`` of cash exactly.

    Args:
        household: The accounts.
        targets: Weights for all of them; None for equal weights over what is held.
        cash: Name of every account -> dollars to invest (+) or to withdraw (-) there.
        strategy: See ``rebalance``.
        min_trade: Dollars of the smallest trade.
        amounts: Further amounts that will be asked about.

    Raises:
        PbalError: See ``account_problems``.
    """
    places = max(map(decimals, amounts), default=0)
    problems = account_problems(household, targets, cash, strategy=strategy, min_trade=min_trade, places=places)
    by_name = {problem.account.name: problem for problem in problems}
    return Prepared(accounts={account.name: by_name[account.name] for account in household})


def _after(account: AccountProblem, plan: HouseholdPlan, name: str) -> dict[str, int]:
    """Asset -> units that an account has of it after the trades of its plan."""
    orders = {symbol_key(order.symbol): order for order in plan.plans[name].trades}
    symbols = account.problem.portfolio.symbols
    found = dict(account.values)
    for asset, traded in account.assets.items():
        for i in traded.members:
            order = orders.get(symbol_key(symbols[i]))
            if order is not None:
                found[asset] += account.problem.units(order.value)
    return found


@dataclass(frozen=True, kw_only=True)
class Beside:
    """One account, and what the others have after their trades.

    Args:
        account: The account.
        others: Asset -> units of it in the other accounts.
        elsewhere: Units of the household's total that are neither in those assets nor in this account: idle cash.
    """

    account: AccountProblem
    others: Mapping[str, int]
    elsewhere: int
    _markets: dict[Direction, Market] = field(default_factory=dict)

    def solve(self, cash: Decimal, *, work: int = WORK) -> Solution:
        """The plan of this account for an amount of cash.

        Args:
            cash: Dollars to invest (+) or to withdraw (-) in it.
            work: Combinations that may be looked at.

        Returns:
            The lots of each row of the account's problem; zeros and an issue of severity ``error`` where there is no
            plan.
        """
        problem, step = self.account.problem, self.account.min_trade
        units = problem.units(cash)
        direction, need = problem.direction(units), problem.budget(units)
        market = self._market(direction)
        found = allocate(market, need, direction, step, Effort(work), elsewhere=self.elsewhere)
        if found.most is not None:
            most, money = problem.dollars(found.most), problem.portfolio.money
            issue = remarks.cannot_raise(cash, most, problem.terms(step), money)
            none = (0,) * len(problem.values)
            return Solution(lots=none, wanted=none, cash_left=units, issues=(issue,))
        lots = spread(problem, market, found.lots, (step, need, direction))
        return Solution(
            lots=tuple(lots),
            wanted=tuple(map(int.__mul__, lots, problem.prices)),
            cash_left=units - self.account.spent(lots),
            fees=problem.fee * sum(map(bool, lots)),
        )

    def _market(self, direction: Direction) -> Market:
        """What is searched in a direction; made once, since only the cash changes."""
        if direction not in self._markets:
            self._markets[direction] = self.account.market(self.others, direction)
        return self._markets[direction]
