"""One separable problem in whole lots: what each asset may trade, and how far from its target each choice is.

The model: asset i holds ``h_i`` lots' worth of dollars, its target at water level 1 is ``D_i`` lots, and after trading
k lots it is ``k - (goal * D_i - h_i)`` lots off. What is minimised, as a fraction of the managed total B, is

    (J + R) / B = sum_i g_i * (k_i - (goal * D_i - h_i))**2 + R / B        g_i = p_i / (B * D_i)

where the sum is ``J / B``, ``J = sum (y_i - T_i)**2 / T_i`` with y_i dollars after and T_i target dollars, p_i is the
price of a lot and R the idle cash. ``goal`` is 1; it is 0 where everything should go (assets without a target). Money
is integer units and exact; only what is measured by J + R is a float, and every float comes from correctly rounded
divisions of integers, so that scaling all dollars changes none of them.

What may be kept is not sold: keeping lots of a sale of k costs at least ``keep(k)``, which is the price of one lot
where the rest is still a trade, and what the whole sale brings where that is less or the rest would be too small. A
plan is legal if its idle cash is below the ``keep`` of each of its sales.

Worked number: 100 dollars in shares of 30, a target of 160 out of 400: ``h = 3.33``, ``D = 5.33``, ``g = 0.0141``.
Buying 2 shares leaves exactly no distance, ``k - (D - h) = 0``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd
from operator import mul


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What may be traded and what it is worth; lists of n numbers in canonical order.

    Args:
        prices: Units of one lot, > 0.
        low: Least lots of a trade, <= 0: what may be sold.
        high: Most lots of a trade, >= 0.
        buy_least: Fewest lots that a purchase may have, >= 1.
        sell_least: Fewest lots that a sale may have (its size without sign), >= 1.
        fee: Units that each trade costs.
        budget: Units that may be spent (+) or must be raised (-), fees included.
        total: Units of the managed total B, > 0.
        level: ``D_i``, lots at water level 1, > 0.
        held: ``h_i``, lots that the market value is worth.
        curve: ``g_i``, > 0.
        start: A water level to begin the search with, the nearer to the end the better.
        goal: Water level of the targets: 1, or 0 where everything should go.
        toll: Units that each trade takes from the budget besides its fee, so that a budget with so many tolls allows
            so many trades; a multiple of ``unit``. It is no money: what a sale brings does not know it.
    """

    prices: Sequence[int]
    low: Sequence[int]
    high: Sequence[int]
    buy_least: Sequence[int]
    sell_least: Sequence[int]
    fee: int
    budget: int
    total: int
    level: Sequence[float]
    held: Sequence[float]
    curve: Sequence[float]
    start: float = 1.0
    goal: float = 1.0
    toll: int = 0

    @property
    def plain(self) -> bool:
        """No trade is ruled out between the bounds: no fee, and single lots may be traded."""
        return not self.fee and not self.toll and max(self.buy_least) == 1 == max(self.sell_least)

    @property
    def cap(self) -> float:
        """The water level above which a dollar is better left idle: there a purchase adds a dollar to J."""
        return self.goal + 0.5

    def spend(self, lots: Sequence[int]) -> int:
        """Units that a plan takes (+) or raises (-), fees and tolls included."""
        cost: int = sum(map(mul, lots, self.prices))
        each = self.fee + self.toll
        return cost + each * sum(map(bool, lots)) if each else cost

    def cost(self, i: int, k: int) -> int:
        """Units that trading k lots of asset i takes, its fee and toll included."""
        return k * self.prices[i] + (self.fee + self.toll if k else 0)

    def distance(self, lots: Sequence[int]) -> float:
        """``J / B`` of a plan."""
        goal = self.goal
        rows = zip(lots, self.level, self.held, self.curve, strict=True)
        return sum(g * (k - goal * d + h) ** 2 for k, d, h, g in rows)

    def value(self, lots: Sequence[int]) -> float:
        """``(J + R) / B`` of a plan: what is minimised."""
        return self.distance(lots) + (self.budget - self.spend(lots)) / self.total

    def part(self, i: int, k: int) -> float:
        """What asset i adds to ``J / B`` when k lots of it are traded."""
        return self.curve[i] * (k - self.goal * self.level[i] + self.held[i]) ** 2

    def above(self, i: int, k: int) -> int | None:
        """The next larger number of lots that asset i may trade, None at the upper bound."""
        following = 0 if -self.sell_least[i] <= k < 0 else self.buy_least[i] if k == 0 else k + 1
        return following if following <= self.high[i] else None

    def below(self, i: int, k: int) -> int | None:
        """The next smaller number of lots that asset i may trade, None at the lower bound."""
        following = 0 if 0 < k <= self.buy_least[i] else -self.sell_least[i] if k == 0 else k - 1
        return following if following >= self.low[i] else None

    def allows(self, i: int, k: int) -> bool:
        """Whether asset i may trade k lots."""
        if k > 0:
            return self.buy_least[i] <= k <= self.high[i]
        return k == 0 or self.low[i] <= k <= -self.sell_least[i]

    def allowed(self, i: int, first: int, last: int) -> Iterator[int]:
        """The numbers of lots from ``first`` to ``last`` that asset i may trade, ascending."""
        first, last = max(first, self.low[i]), min(last, self.high[i])
        yield from range(first, min(last, -self.sell_least[i]) + 1)
        if first <= 0 <= last:
            yield 0
        yield from range(max(first, self.buy_least[i]), last + 1)

    def kept(self, i: int, k: int) -> int:
        """The lots that asset i trades when of a sale of k lots as much is kept as costs least; see ``keep``."""
        one, whole = self.prices[i], -k * self.prices[i] - self.fee
        return k + 1 if -k > self.sell_least[i] and one <= whole else 0

    def keep(self, i: int, k: int) -> int:
        """Units that it costs to keep some of a sale of k lots, one lot or all: a plan must have less idle cash."""
        one, whole = self.prices[i], -k * self.prices[i] - self.fee
        return one if -k > self.sell_least[i] and one <= whole else whole

    def keeps_to_rules(self, lots: Sequence[int], idle: int) -> bool:
        """Whether a plan of allowed trades neither overspends nor sells what could be kept."""
        return idle >= 0 and all(k >= 0 or idle < self.keep(i, k) for i, k in enumerate(lots))

    @property
    def unit(self) -> int:
        """What every trade is a multiple of, in units."""
        return gcd(self.fee, *self.prices)

    def idle_range(self) -> tuple[int, int]:
        """The least and the most idle cash that any legal plan may leave, in units.

        Idle cash is what the budget leaves when multiples of ``unit`` are taken from it; a plan that sells leaves less
        than one of its sales costs to keep, and a plan that sells nothing leaves at most the budget.
        """
        unit = self.unit
        rest = self.budget % unit
        most = self.budget
        for price, low, least in zip(self.prices, self.low, self.sell_least, strict=True):
            if low < -least:
                most = max(most, least * price - self.fee - 1, price - 1)
            elif low == -least:
                most = max(most, least * price - self.fee - 1)
        return rest, max(rest, rest + (most - rest) // unit * unit)

    def most_raised(self) -> list[int]:
        """The lots that raise the most cash: every sale that brings more than its fee, as large as it may be."""
        rows = zip(self.low, self.sell_least, self.prices, strict=True)
        return [low if low <= -least and -low * price > self.fee else 0 for low, least, price in rows]
