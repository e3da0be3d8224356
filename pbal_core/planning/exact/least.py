"""Sales that leave the least idle cash, where it does not matter what is sold: of what should go.

The model: in the neighbourhood of a first plan the lots of one half of the assets are combined, and those of the other
half; sorted by what they raise, each combination of one half meets the one of the other that leaves least. The
neighbourhood grows until nothing is idle that could be used, or until it holds every plan, which proves the answer.

Worked number: 110 to raise of DEAR, 3 at 100, and FINE, 20 at 10: DEAR and FINE raise it with one share each; two of
DEAR would leave 90 idle.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from operator import itemgetter

from .effort import Effort
from .stage import Stage

_SIZES = (64, 512)
"""Combinations of one half, growing."""


def least_idle(stage: Stage, first: Sequence[int], effort: Effort) -> tuple[list[int], int]:
    """The sales with the least idle cash that were found, and units of idle cash below which no sales can come.

    Args:
        stage: Sales alone, each asset by itself: no grids and no tolls.
        first: A legal plan. Of equal ones the nearest to the goal of the stage is taken.
        effort: What is used up; it grows the neighbourhood.
    """
    best, lowest = list(first), stage.idle_range()[0]
    idle = stage.budget - stage.spend(best)
    order = sorted(range(len(best)), key=lambda i: (stage.low[i], i))
    for size in _SIZES:
        if idle <= lowest or 4 * size > effort.left:
            break
        effort.charge(4 * size)
        menus = {i: menu for half in (order[::2], order[1::2]) for i, menu in _menus(stage, half, first, size).items()}
        for plan in _meetings(stage, (order[::2], order[1::2]), menus):
            left = stage.budget - stage.spend(plan)
            better = left < idle or (left == idle and stage.distance(plan) < stage.distance(best))
            if better and stage.keeps_to_rules(plan, left):
                best, idle = plan, left
        if all(len(menu) == _choices(stage, i) for i, menu in menus.items()):
            return best, idle
    return best, lowest


def _choices(stage: Stage, i: int) -> int:
    """How many sales of an asset there are, none included."""
    return 1 + max(0, -stage.low[i] - stage.sell_least[i] + 1)


def _menus(stage: Stage, half: Sequence[int], first: Sequence[int], size: int) -> dict[int, list[int]]:
    """For each asset of a half the sales nearest to the first plan, with about so many combinations together."""
    counts = [_choices(stage, i) for i in half]
    width = 2
    while width < max(counts, default=0) and prod(min(width + 1, count) for count in counts) <= size:
        width += 1
    menus = {}
    for i in half:
        at = first[i] or -stage.sell_least[i]
        near = range(max(stage.low[i], at - width), min(-stage.sell_least[i], at + width) + 1)
        nearest = sorted((abs(k - first[i]), k) for k in {0, *near})
        menus[i] = [k for _, k in nearest[:width]]
    return menus


def _meetings(
    stage: Stage, halves: tuple[Sequence[int], Sequence[int]], menus: dict[int, list[int]]
) -> Iterator[list[int]]:
    """For each combination of one half the plan with that of the other half that leaves least."""

    def combined(half: Sequence[int]) -> list[tuple[int, tuple[int, ...]]]:
        costs = [{k: k * stage.prices[i] + stage.fee * bool(k) for k in menus[i]} for i in half]
        return [
            (sum(cost[k] for cost, k in zip(costs, lots, strict=True)), lots)
            for lots in product(*(menus[i] for i in half))
        ]

    one, other = halves
    those = sorted(combined(other))
    spent = [cost for cost, _ in those]
    for cost, lots in sorted(combined(one), key=itemgetter(0)):
        place = bisect_right(spent, stage.budget - cost) - 1
        if place >= 0:
            plan = [0] * len(stage.prices)
            for i, k in (*zip(one, lots, strict=True), *zip(other, those[place][1], strict=True)):
                plan[i] = k
            yield plan
