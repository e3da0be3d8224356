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

from .grid import Grid, Run


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
    grids: Sequence[Grid | None] = ()

    @property
    def plain(self) -> bool:
        """No trade is ruled out between the bounds: no fee, and single lots may be traded."""
        return not self.fee and not self.toll and not self.grids and max(self.buy_least) == 1 == max(self.sell_least)

    def grid(self, i: int) -> Grid | None:
        """What asset i may trade, where it is several funds to the broker."""
        return self.grids[i] if self.grids else None

    def run(self, i: int, k: int) -> Run | None:
        """The fund that trades last when such an asset trades k lots."""
        if not self.grids:
            return None
        grid = self.grids[i]
        return grid.run(k) if grid is not None else None

    def trades(self, lots: Sequence[int]) -> int:
        """How many trades a plan has."""
        return sum(map(bool, lots)) if not self.grids else sum(self.trades_of(i, k) for i, k in enumerate(lots))

    def trades_of(self, i: int, k: int) -> int:
        """How many trades k lots of asset i are."""
        run = self.run(i, k) if k else None
        return bool(k) if run is None else run.trades

    @property
    def most_trades(self) -> list[int]:
        """The most trades of each asset."""
        return [1 if grid is None else grid.trades for grid in self.grids] if self.grids else [1] * len(self.prices)

    @property
    def cap(self) -> float:
        """The water level above which a dollar is better left idle: there a purchase adds a dollar to J."""
        return self.goal + 0.5

    def spend(self, lots: Sequence[int]) -> int:
        """Units that a plan takes (+) or raises (-), fees and tolls included."""
        cost: int = sum(map(mul, lots, self.prices))
        each = self.fee + self.toll
        return cost + each * self.trades(lots) if each else cost

    def cost(self, i: int, k: int) -> int:
        """Units that trading k lots of asset i takes, its fee and toll included."""
        each = self.fee + self.toll
        return k * self.prices[i] + (each * self.trades_of(i, k) if each else 0)

    def distance(self, lots: Sequence[int]) -> float:
        """``J / B`` of a plan."""
        goal = self.goal
        rows = zip(lots, self.level, self.held, self.curve, strict=True)
        return sum([g * (k - goal * d + h) ** 2 for k, d, h, g in rows])

    def value(self, lots: Sequence[int]) -> float:
        """``(J + R) / B`` of a plan: what is minimised."""
        return self.distance(lots) + (self.budget - self.spend(lots)) / self.total

    @property
    def finest(self) -> float:
        """What a lot off its target adds to ``J / B`` at least."""
        if not self.grids:
            return min(self.curve)
        steps = [1 if grid is None else grid.finest for grid in self.grids]
        return min(g * step * step for g, step in zip(self.curve, steps, strict=True))

    def part(self, i: int, k: int) -> float:
        """What asset i adds to ``J / B`` when k lots of it are traded."""
        return self.curve[i] * (k - self.goal * self.level[i] + self.held[i]) ** 2

    def above(self, i: int, k: int) -> int | None:
        """The next larger number of lots that asset i may trade, None at the upper bound."""
        if (grid := self.grid(i)) is not None:
            return grid.above(k)
        following = 0 if -self.sell_least[i] <= k < 0 else self.buy_least[i] if k == 0 else k + 1
        return following if following <= self.high[i] else None

    def below(self, i: int, k: int) -> int | None:
        """The next smaller number of lots that asset i may trade, None at the lower bound."""
        if (grid := self.grid(i)) is not None:
            return grid.below(k)
        following = 0 if 0 < k <= self.buy_least[i] else -self.sell_least[i] if k == 0 else k - 1
        return following if following >= self.low[i] else None

    def allows(self, i: int, k: int) -> bool:
        """Whether asset i may trade k lots."""
        if (grid := self.grid(i)) is not None:
            return grid.run(k) is not None
        if k > 0:
            return self.buy_least[i] <= k <= self.high[i]
        return k == 0 or self.low[i] <= k <= -self.sell_least[i]

    def allowed(self, i: int, first: int, last: int) -> Iterator[int]:
        """The numbers of lots from ``first`` to ``last`` that asset i may trade, ascending."""
        if (grid := self.grid(i)) is not None:
            yield from grid.between(first, last)
            return
        first, last = max(first, self.low[i]), min(last, self.high[i])
        yield from range(first, min(last, -self.sell_least[i]) + 1)
        if first <= 0 <= last:
            yield 0
        yield from range(max(first, self.buy_least[i]), last + 1)

    def kept(self, i: int, k: int) -> int:
        """The lots that asset i trades when of a sale of k lots as much is kept as costs least; see ``keep``."""
        if (run := self.run(i, k)) is not None:
            one, whole = self._keeps(i, run, k)
            return k + run.step if k < run.last and one <= whole else run.base
        one, whole = self.prices[i], -k * self.prices[i] - self.fee
        return k + 1 if -k > self.sell_least[i] and one <= whole else 0

    def keep(self, i: int, k: int) -> int:
        """Units that it costs to keep some of a sale of k lots, one lot or all: a plan must have less idle cash.

        Of funds that are sold one after the other it is the last that may be kept.
        """
        if (run := self.run(i, k)) is not None:
            one, whole = self._keeps(i, run, k)
            return one if k < run.last and one <= whole else whole
        one, whole = self.prices[i], -k * self.prices[i] - self.fee
        return one if -k > self.sell_least[i] and one <= whole else whole

    def _keeps(self, i: int, run: Run, k: int) -> tuple[int, int]:
        return run.step * self.prices[i], (run.base - k) * self.prices[i] - self.fee

    def eased(self, i: int, k: int, left: int) -> int:
        """A sale of k lots with as many of them kept as ``left`` units pay, at least one, down to the smallest sale."""
        run = self.run(i, k)
        if run is None:
            return min(k + left // self.prices[i], -self.sell_least[i])
        return min(k + left // (run.step * self.prices[i]) * run.step, run.last)

    def most_keep(self, i: int, k: int) -> int:
        """The most units that it costs to keep some of a sale of asset i, of the fund that k lots sell last."""
        run = self.run(i, k)  # the cost rises with the sale, but for the smallest, which is kept whole
        if run is not None:
            return self._run_keeps(i, run)
        return max(self.keep(i, -self.sell_least[i]), self.keep(i, self.low[i]))

    def _run_keeps(self, i: int, run: Run) -> int:
        one, largest = self._keeps(i, run, run.first)
        smallest = (run.base - run.last) * self.prices[i] - self.fee
        return max(smallest, min(one, largest)) if run.first < run.last else smallest

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
        if not any(self.low):
            return rest, max(rest, rest + (most - rest) // unit * unit)
        for i, (low, least) in enumerate(zip(self.low, self.sell_least, strict=True)):
            if low <= -least:
                grid = self.grid(i)
                if grid is None:
                    most = max(most, self.most_keep(i, low) - 1)
                else:
                    most = max(most, *(self._run_keeps(i, run) - 1 for run in grid.runs if run.first < 0))
        return rest, max(rest, rest + (most - rest) // unit * unit)

    def most_raised(self) -> list[int]:
        """The lots that raise the most cash: every sale that brings more than its fee, as large as it may be."""
        rows = enumerate(zip(self.low, self.sell_least, self.prices, strict=True))
        return [
            low if low <= -least and -low * price > self.fee * self.trades_of(i, low) else 0
            for i, (low, least, price) in rows
        ]

    def raised_by(self, most: int) -> tuple[int, list[int]]:
        """The most units that at most so many trades raise, and how many trades of each asset that takes."""
        if not any(self.low):
            return 0, [0] * len(self.low)
        all_sold = self.most_raised()
        trades = [self.trades_of(i, k) for i, k in enumerate(all_sold)]
        if sum(trades) <= most:
            return -self.spend(all_sold), trades
        if not self.grids:
            brought = sorted((self.cost(i, k), i) for i, k in enumerate(all_sold) if k)[:most]
            members = {i for _, i in brought}
            return -sum(cost for cost, _ in brought), [int(i in members) for i in range(len(all_sold))]
        # best[m] is the most that m trades raise so far, and the trades of each asset.
        best: list[tuple[int, list[int]]] = [(0, [])]
        for i, k in enumerate(all_sold):
            choices = [(0, 0), *self._sales(i)] if k else [(0, 0)]
            width = min(most, len(best) - 1 + choices[-1][0])
            best = [
                max(
                    (best[m - count][0] + brought, [*best[m - count][1], count])
                    for count, brought in choices
                    if 0 <= m - count < len(best)
                )
                for m in range(width + 1)
            ]
        return max(best, key=lambda pair: pair[0])

    def _sales(self, i: int) -> list[tuple[int, int]]:
        """For each number of trades what the largest sale of asset i brings."""
        grid = self.grid(i)
        if grid is None:
            return [(1, -self.cost(i, self.low[i]))]
        return sorted((run.trades, -self.cost(i, run.first)) for run in grid.runs if run.first < 0)
