"""The lots of an asset that is several funds to the broker: purchases of one of them, sales of one after the other.

The model: lots are counted in the largest amount of which every fund's lot is a multiple, so that one asset has one
price and the same formulas as any other. Of these numbers only some can be traded, in *runs*: those of a purchase, no
trade, those of the first fund to sell, then all of the first with those of the second, and so on.

Worked number: VTI at 250 dollars is bought, 3 VTSAX at 120 and then 2 VTI are sold. One lot is 10 dollars, and the runs
are -86, -61 (all VTSAX and 2 or 1 VTI, two trades), -36, -24, -12 (VTSAX, one trade), 0, and 25, 50, ... .
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Numbers of lots that the trades of one fund make.

    Args:
        first: The least of them.
        last: The largest.
        step: The lots that one lot of the fund is worth, > 0.
        trades: How many funds trade.
        base: The lots without this fund's trade.
        fund: Which of the asset's sales it is, in the order in which they are made; -1 for no sale.
    """

    first: int
    last: int
    step: int
    trades: int
    base: int
    fund: int = -1

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return (self.last - self.first) // self.step + 1

    def nearest(self, ideal: float) -> int:
        """The number of the run nearest to any number."""
        places = round((ideal - self.first) / self.step)
        return self.first + self.step * min(max(places, 0), self.count - 1)


Span = tuple[int, int, int, int]
"""Of a run the least number, the step, how many steps there are, and how many funds trade."""


def best_of(spans: Sequence[Span], ideal: float, curve: float, fee: float) -> int:
    """The trade, or none, that costs least: ``curve * k * (k - 2 * ideal)`` and a fee for each fund that trades."""
    best, least = 0, 0.0
    for first, step, most, trades in spans:
        places = round((ideal - first) / step)
        k = first + step * (0 if places < 0 else min(places, most))
        cost = curve * k * (k - 2 * ideal) + fee * trades
        if cost < least:
            best, least = k, cost
    return best


def nearest_of(spans: Sequence[Span], ideal: float) -> int:
    """The same without a fee: the nearest number, in spans that are in ascending order."""
    low, off = 0, abs(ideal)
    for first, step, most, _trades in spans:
        last = first + step * most
        if first < ideal < last:
            return first + step * round((ideal - first) / step)
        here = first if ideal <= first else last
        if (far := abs(here - ideal)) < off:
            low, off = here, far
        if ideal <= first:
            break
    return low


NONE = Run(first=0, last=0, step=1, trades=0, base=0)


@dataclass(frozen=True)
class Grid:
    """The numbers of lots that an asset may trade, as runs in ascending order; one of them is no trade."""

    runs: tuple[Run, ...]

    @classmethod
    def of(cls, sales: Sequence[tuple[int, int, int, int]], bought: tuple[int, int, int]) -> Grid:
        """A grid of what may be sold and bought.

        Args:
            sales: For each fund, in the order in which they are sold, the lots that one of its lots is worth, the most
                and the fewest of its lots in a sale (at most the most), and which sale it is.
            bought: The same of the fund that is bought, the fewest before the most: step, fewest, most.
        """
        runs, base = [NONE], 0
        for number, (step, most, fewest, fund) in enumerate(sales, start=1):
            first, last = base - most * step, base - fewest * step
            runs.insert(0, Run(first=first, last=last, step=step, trades=number, base=base, fund=fund))
            base = first
        step, fewest, most = bought
        if most >= fewest:
            runs.append(Run(first=fewest * step, last=most * step, step=step, trades=1, base=0))
        return cls(tuple(runs))

    @property
    def low(self) -> int:
        """The least number."""
        return self.runs[0].first

    @property
    def high(self) -> int:
        """The largest number."""
        return self.runs[-1].last

    @property
    def trades(self) -> int:
        """The most trades."""
        return max(run.trades for run in self.runs)

    @cached_property
    def widest(self) -> int:
        """The largest step within a run."""
        return max(run.step for run in self.runs)

    @cached_property
    def finest(self) -> int:
        """The smallest step within a run in which something trades."""
        return min((run.step for run in self.runs if run.trades), default=1)

    def without(self, k: int) -> Grid:
        """The numbers beside those of the run of k."""
        return Grid(tuple(run for run in self.runs if not run.first <= k <= run.last))

    def within(self, trades: int) -> Grid:
        """The numbers that take at most so many trades."""
        return Grid(tuple(run for run in self.runs if run.trades <= trades))

    def run(self, k: int) -> Run | None:
        """The run in which k lots are, None where they cannot be traded."""
        for run in self.runs:
            if run.first <= k <= run.last:
                return run if not (k - run.first) % run.step else None
        return None

    def above(self, k: int) -> int | None:
        """The next larger number, None at the end."""
        for run in self.runs:
            if k < run.first:
                return run.first
            if k < run.last:
                return k + run.step
        return None

    def below(self, k: int) -> int | None:
        """The next smaller number, None at the end."""
        for run in reversed(self.runs):
            if k > run.last:
                return run.last
            if k > run.first:
                return k - run.step
        return None

    def between(self, first: int, last: int) -> Iterator[int]:
        """The numbers from ``first`` to ``last``, ascending."""
        for run in self.runs:
            start = run.first + max(0, -((run.first - first) // run.step)) * run.step
            yield from range(start, min(run.last, last) + 1, run.step)

    def steps(self, k: int) -> int:
        """How many smaller numbers there are."""
        found = 0
        for run in self.runs:
            if k <= run.first:
                break
            found += (min(k, run.last + run.step) - run.first) // run.step
        return found

    @cached_property
    def spans(self) -> list[Span]:
        """The runs in which something trades, as plain numbers."""
        return [(run.first, run.step, run.count - 1, run.trades) for run in self.runs if run.trades]

    def turns(self, k: int, end: int, bend: float, fee: float) -> Iterator[int]:
        """The numbers above k, at most ``end``, one of which is the pick that follows k when the level rises.

        Within a run the level of indifference to k is lowest at an end, or where its slope is zero.

        Args:
            k: A number.
            end: The last to be looked at.
            bend: ``D * goal - h - k``, the lots to the target.
            fee: A trade's fee as a fraction of what a lot changes: ``fee / (g * D)``.
        """
        here = self.run(k)
        trades = here.trades if here is not None else 0
        for run in self.runs:
            if run.last <= k or run.first > end:
                continue
            more = fee * (run.trades - trades)
            start = k + run.step if run.first <= k else run.first
            last = min(run.last, end)
            found = {start, last}
            root = more * more + 2 * more * bend
            if more and root > 0:
                found |= {run.nearest(k - more + sign * sqrt(root)) for sign in (1, -1)}
            yield from (each for each in found if k < each <= end and run.first <= each <= run.last)
