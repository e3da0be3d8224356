"""One separable problem in whole lots: what each asset may trade, and how far from its target each choice is.

The model: asset i holds ``h_i`` lots' worth of dollars, its target at water level 1 is ``D_i`` lots, and after trading
k lots it is ``k - (goal * D_i - h_i)`` lots off. The objective, as a fraction of the managed total B, is

    J / B = sum_i g_i * (k_i - (goal * D_i - h_i))**2        g_i = p_i / (B * D_i)

which is ``sum (y_i - T_i)**2 / T_i`` divided by B: y_i dollars after, T_i target dollars, p_i the price of a lot.
``goal`` is 1; it is 0 where everything should go (assets without a target). Money is integer units and exact; only
what is measured by J is a float, and every float comes from correctly rounded divisions of integers, so that scaling
all dollars changes none of them.

Worked number: 100 dollars in shares of 30, a target of 160 out of 400: ``h = 3.33``, ``D = 5.33``, ``g = 0.0141``.
Buying 2 shares leaves exactly no distance, ``k - (D - h) = 0``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import gcd
from operator import mul


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What may be traded and what it is worth; lists of n numbers in canonical order.

    Args:
        prices: Units of one lot, > 0.
        low: Least lots of a trade, <= 0: what may be sold.
        high: Most lots of a trade, >= 0.
        least: Fewest lots that a trade may have (its size without sign), >= 1.
        fee: Units that each trade costs.
        budget: Units that may be spent (+) or must be raised (-), fees included.
        idle: Units of idle cash that a plan must stay below; None for no bound.
        wider: The same where no plan keeps to ``idle``; None for no bound.
        total: Units of the managed total B, > 0.
        level: ``D_i``, lots at water level 1, > 0.
        held: ``h_i``, lots that the market value is worth.
        curve: ``g_i``, > 0.
        start: A water level to begin the search with, the nearer to the end the better.
        goal: Water level of the targets: 1, or 0 where everything should go.
    """

    prices: Sequence[int]
    low: Sequence[int]
    high: Sequence[int]
    least: Sequence[int]
    fee: int
    budget: int
    idle: int | None
    total: int
    level: Sequence[float]
    held: Sequence[float]
    curve: Sequence[float]
    wider: int | None = None
    start: float = 1.0
    goal: float = 1.0

    @property
    def plain(self) -> bool:
        """No trade is ruled out between the bounds: no fee, and single lots may be traded."""
        return not self.fee and max(self.least) == 1

    def spend(self, lots: Sequence[int]) -> int:
        """Units that a plan takes (+) or raises (-), fees included."""
        cost: int = sum(map(mul, lots, self.prices))
        return cost + self.fee * sum(map(bool, lots)) if self.fee else cost

    def cost(self, i: int, k: int) -> int:
        """Units that trading k lots of asset i takes, its fee included."""
        return k * self.prices[i] + (self.fee if k else 0)

    def distance(self, lots: Sequence[int]) -> float:
        """``J / B`` of a plan."""
        goal = self.goal
        rows = zip(lots, self.level, self.held, self.curve, strict=True)
        return sum(g * (k - goal * d + h) ** 2 for k, d, h, g in rows)

    def part(self, i: int, k: int) -> float:
        """What asset i adds to ``J / B`` when k lots of it are traded."""
        return self.curve[i] * (k - self.goal * self.level[i] + self.held[i]) ** 2

    def above(self, i: int, k: int) -> int | None:
        """The next larger number of lots that asset i may trade, None at the upper bound."""
        least = self.least[i]
        following = 0 if -least <= k < 0 else least if k == 0 else k + 1
        return following if following <= self.high[i] else None

    def below(self, i: int, k: int) -> int | None:
        """The next smaller number of lots that asset i may trade, None at the lower bound."""
        least = self.least[i]
        following = 0 if 0 < k <= least else -least if k == 0 else k - 1
        return following if following >= self.low[i] else None

    def allowed(self, i: int, first: int, last: int) -> Iterator[int]:
        """The numbers of lots from ``first`` to ``last`` that asset i may trade, ascending."""
        first, last, least = max(first, self.low[i]), min(last, self.high[i]), self.least[i]
        yield from range(first, min(last, -least) + 1)
        if first <= 0 <= last:
            yield 0
        yield from range(max(first, least), last + 1)

    def may_swap(self, pair: tuple[int, int], old: tuple[int, int], new: tuple[int, int], same: float) -> bool:
        """Whether other lots of two assets cost the same, are as close, and trade less, or more of the first.

        Args:
            pair: The assets.
            old: Lots of both.
            new: Other lots of both.
            same: A difference in ``J / B`` that does not count.
        """
        if not all(k in self.allowed(i, k, k) for i, k in zip(pair, new, strict=True)):
            return False
        if sum(map(self.cost, pair, new)) != sum(map(self.cost, pair, old)):
            return False
        if abs(sum(map(self.part, pair, new)) - sum(map(self.part, pair, old))) > same:
            return False
        first = pair.index(min(pair))
        before, after = (
            (sum(abs(k) * self.prices[i] for i, k in zip(pair, lots, strict=True)), -abs(lots[first]))
            for lots in (old, new)
        )
        return after < before

    def without_rest(self) -> Stage:
        """The same stage without the cash that no trade can move, because all trades are multiples of one amount."""
        unit = gcd(self.fee, *self.prices)
        rest = self.budget % unit
        # Idle cash is a multiple of the unit too, so most of it is the last multiple below the bound.
        idle, wider = ((b and (b - rest - 1) // unit * unit + 1) for b in (self.idle, self.wider))
        return replace(self, budget=self.budget - rest, idle=idle, wider=wider) if unit > 1 else self

    def most_raised(self) -> list[int]:
        """The lots that raise the most cash: every sale that brings more than its fee, as large as it may be."""
        rows = zip(self.low, self.least, self.prices, strict=True)
        return [low if low <= -least and -low * price > self.fee else 0 for low, least, price in rows]
