"""Households in two slow and certain ways: every plan there is, and a mixed-integer solver.

Both take the rules literally and share no code with the rounds. Symbols cost the same in every account, shares are
whole, nothing has a fee or a smallest trade, and everything has a target.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import highspy

from pbal_core import Portfolio, Position
from pbal_core.planning.household import Household, HouseholdAccount


@dataclass(frozen=True, kw_only=True)
class Case:
    """A household in plain integers.

    Args:
        prices: Cents of one share of each fund.
        weights: Percents of each fund.
        shares: For each account the shares of each fund.
        cash: For each account the cents to invest (+) or to withdraw (-).
        menus: For each account the funds that may be bought there.
        both: Whether accounts may buy and sell, or only follow their cash.
    """

    prices: list[int]
    weights: list[int]
    shares: list[list[int]]
    cash: list[int]
    menus: list[set[int]]
    both: bool

    @property
    def funds(self) -> range:
        return range(len(self.prices))

    @property
    def accounts(self) -> range:
        return range(len(self.shares))

    @property
    def total(self) -> int:
        return sum(self.values) + sum(self.cash)

    @property
    def values(self) -> list[int]:
        return [price * sum(held[i] for held in self.shares) for i, price in enumerate(self.prices)]

    @property
    def goals(self) -> list[Fraction]:
        return [Fraction(weight * self.total, 100) for weight in self.weights]

    def household(self) -> Household:
        return Household(
            HouseholdAccount(
                name=f"Account {a}",
                portfolio=Portfolio(
                    Position(
                        symbol=f"F{i}",
                        value=Decimal(self.prices[i] * self.shares[a][i]) / 100,
                        price=Decimal(self.prices[i]) / 100,
                    )
                    for i in self.funds
                ),
                menu=tuple(f"F{i}" for i in sorted(self.menus[a])),
            )
            for a in self.accounts
        )

    def targets(self) -> dict[str, int]:
        return {f"F{i}": weight for i, weight in enumerate(self.weights)}

    def dollars(self) -> dict[str, Decimal]:
        return {f"Account {a}": Decimal(cents) / 100 for a, cents in enumerate(self.cash)}

    @property
    def strategy(self) -> str:
        return "hard_rebalance" if self.both else "try_avoid_sell"

    def may(self, a: int) -> tuple[bool, bool]:
        """Whether an account may sell, and may buy."""
        return self.both or self.cash[a] < 0, self.both or self.cash[a] >= 0

    def value(self, lots: list[tuple[int, ...]]) -> Fraction:
        """J + R in cents."""
        after = [v + self.prices[i] * sum(mine[i] for mine in lots) for i, v in enumerate(self.values)]
        distance = sum(((y - goal) ** 2 / goal for y, goal in zip(after, self.goals, strict=True)), Fraction(0))
        return distance + sum(self.idle(a, mine) for a, mine in enumerate(lots))

    def idle(self, a: int, mine: tuple[int, ...]) -> int:
        return self.cash[a] - sum(map(math.prod, zip(mine, self.prices, strict=True)))

    def options(self, a: int) -> list[tuple[int, ...]]:
        """What one account may trade by itself: it never overspends, and sells nothing that it could keep."""
        sells, buys = self.may(a)
        purse = self.cash[a] + (sum(map(math.prod, zip(self.shares[a], self.prices, strict=True))) if sells else 0)
        columns = [
            range(
                -self.shares[a][i] if sells else 0,
                (purse // self.prices[i] if buys and i in self.menus[a] else 0) + 1,
            )
            for i in self.funds
        ]
        found = []
        for mine in itertools.product(*columns):
            idle = self.idle(a, mine)
            if idle >= 0 and not any(k < 0 and price <= idle for k, price in zip(mine, self.prices, strict=True)):
                found.append(mine)
        return found

    def past_target(self, lots: list[tuple[int, ...]]) -> bool:
        """Whether a purchase takes its fund further from its target than one share less would."""
        for i, price in enumerate(self.prices):
            if any(mine[i] > 0 for mine in lots):
                after = self.values[i] + price * sum(mine[i] for mine in lots)
                if abs(after - self.goals[i]) > abs(after - price - self.goals[i]):
                    return True
        return False


def brute_force(case: Case) -> Fraction:
    """Least J + R of all plans that keep the rules."""
    plans = itertools.product(*(case.options(a) for a in case.accounts))
    return min(case.value(list(lots)) for lots in plans if not case.past_target(list(lots)))


def solver_value(case: Case) -> float:
    """Least J + R that HiGHS proves, in cents; J by tangents that are added until they hold at the solver's answer."""
    solver = highspy.Highs()
    for option, setting in (("output_flag", False), ("mip_rel_gap", 0.0), ("mip_abs_gap", 1e-7), ("time_limit", 5.0)):
        solver.setOptionValue(option, setting)
    scale = 1e4 / case.total
    goals, reach, lots = [float(goal) for goal in case.goals], [], []
    sums = [0] * len(case.prices)
    sold_everywhere = any(case.may(a)[0] for a in case.accounts)
    for i, price in enumerate(case.prices):
        reach.append(math.floor((case.goals[i] - case.values[i]) / price + Fraction(1, 2)))
    costs = [solver.addVariable(lb=0.0) for _ in case.funds]
    idles = [solver.addVariable(lb=0.0) for _ in case.accounts]
    bought = [solver.addBinary() for _ in case.funds]
    for a in case.accounts:
        sells, buys = case.may(a)
        worth = sum(map(math.prod, zip(case.shares[a], case.prices, strict=True)))
        purse = case.cash[a] + (worth if sells else 0)
        mine = []
        for i, price in enumerate(case.prices):
            low = -case.shares[a][i] if sells else 0
            high = max(0, purse // price) if buys and i in case.menus[a] else 0
            k = solver.addIntegral(lb=low, ub=high)
            solver.addConstr(k <= high * bought[i])
            if low < 0:
                sold = solver.addBinary()
                solver.addConstr(k >= low * sold)
                solver.addConstr(idles[a] <= (price - 1) / 100 + purse / 100 * (1 - sold))
            mine.append(k)
        lots.append(mine)
        solver.addConstr(
            sum(k * (p / 100) for k, p in zip(mine, case.prices, strict=True)) + idles[a] == case.cash[a] / 100
        )
    most = 10**6 if sold_everywhere else 10**5
    sums = [sum(mine[i] for mine in lots) for i in case.funds]
    for i in case.funds:
        solver.addConstr(sums[i] <= reach[i] + most * (1 - bought[i]))
    found = [max(0, r) for r in reach]
    known: set[tuple[int, int]] = set()
    value = math.inf
    while True:
        near = {(i, left) for i in case.funds for left in range(found[i] - 12, found[i] + 12)}
        if near <= known:
            return value
        for i, left in near - known:
            at, after = (
                (case.values[i] + n * case.prices[i] - goals[i]) ** 2 / goals[i] * scale for n in (left, left + 1)
            )
            solver.addConstr(costs[i] >= at + (after - at) * (sums[i] - left))
        known |= near
        solver.minimize(sum(costs) + sum(idles) * (100 * scale))
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return math.nan
        plan = [tuple(round(solver.val(k)) for k in mine) for mine in lots]
        found = [sum(mine[i] for mine in plan) for i in case.funds]
        value = float(case.value(plan))
