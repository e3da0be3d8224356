"""Which of several plans that are equally good is the answer, in time that grows with the assets and no faster.

The model: the search finds one of them, by the last digits of floats. From there lots of two assets that cost the same
are exchanged as long as J + R stays the same and less is traded, or as much and more of what comes first in canonical
order (unrealised P&L, then symbol); and a lot is not traded where that is just as good. Exchanges that gain as much as
they lose are found in one sorted list for each price, and made in pairs, the first asset with the last.

Worked number: four funds of 100 dollars in shares of 10, and 20 dollars: any two of them may get a share, and the two
with the lowest P&L do.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, inf

from .effort import LOOK, Effort
from .fill import SAME
from .stage import Stage

_FEW = 5
_LOTS = range(1, _FEW + 1)

Group = list[tuple[int, int]]
"""Assets, and lots of each, that all cost the same."""

_Change = tuple[float, int, int, int, int, int]
"""What a change of one asset adds to ``J / B`` (or saves), its place in order, the turnover it adds, the asset, its
lots then, and the units that it takes (or sets free)."""


def alike(prices: Sequence[int], steps: Sequence[Sequence[int]]) -> list[Group]:
    """Few lots of assets that cost the same; ``steps`` are the lots that are traded at once."""
    costs = [
        lots * step * price for price, several in zip(prices, steps, strict=True) for step in several for lots in _LOTS
    ]
    if len(set(costs)) == len(costs):
        return []
    groups: dict[int, Group] = {}
    for lots in _LOTS:
        for i, (price, several) in enumerate(zip(prices, steps, strict=True)):
            for step in several:
                groups.setdefault(lots * step * price, []).append((i, lots * step))
    shared = (group for group in groups.values() if len(group) > 1)
    return [group for group in shared if gcd(*(lots for _, lots in group)) == 1]


def settle_ties(stage: Stage, plan: list[int], groups: Sequence[Group], most: int, effort: Effort) -> list[int]:
    """Of plans as good the one with the least turnover, then with more of the first assets in canonical order.

    Ties of more than two assets at once, that no exchange of two leads to, stay as they are. A plan of more than
    ``most`` trades is never made.
    """
    plan, same = list(plan), SAME * stage.value(plan)
    for _round in range(_FEW):
        if not effort.take(LOOK * (len(plan) + 2 * sum(map(len, groups)))):
            break
        changed = _dropped(stage, plan, same)
        for group in groups:
            changed |= _exchanged(stage, plan, group, most, same)
        if not changed:
            break
    return plan


def _dropped(stage: Stage, plan: list[int], same: float) -> bool:
    """Buys a lot less where that is just as good; whether it did. What a sale could keep, the plan keeps already."""
    left, changed = stage.budget - stage.spend(plan), False
    least = min((stage.keep(i, k) for i, k in enumerate(plan) if k < 0), default=inf)
    for i, k in enumerate(plan):
        if k <= 0 or (then := stage.below(i, k)) is None:  # 0 is below every purchase
            continue
        spent = stage.cost(i, then) - stage.cost(i, k)
        as_good = abs(stage.part(i, then) - stage.part(i, k) - spent / stage.total) <= same
        if as_good and left - spent < least:
            plan[i], left, changed = then, left - spent, True
    return changed


def _exchanged(stage: Stage, plan: list[int], group: Group, most: int, same: float) -> bool:
    """Exchanges lots of two assets of a group where that is a tie to be settled; whether any were."""
    more, less = [], []
    for i, lots in group:
        if stage.allows(i, plan[i] + lots):
            more.append(_change(stage, plan, i, lots))
        if stage.allows(i, plan[i] - lots):
            less.append(_change(stage, plan, i, -lots))
    if not more or not less:
        return False
    more.sort()
    less.sort()
    changed = False
    begin = end = 0
    while begin < len(more):
        last = begin + 1
        while last < len(more) and more[last][0] - more[last - 1][0] <= same:
            last += 1
        while end < len(less) and less[end][0] < more[begin][0] - same:
            end += 1
        first = end
        while end < len(less) and less[end][0] <= more[last - 1][0] + same:
            end += 1
        if first < end:
            changed |= _paired(stage, plan, (more[begin:last], less[first:end]), most, same)
        begin = last
    return changed


def _change(stage: Stage, plan: list[int], i: int, lots: int) -> _Change:
    k, then = plan[i], plan[i] + lots
    gain = stage.part(i, then) - stage.part(i, k)
    turnover = (abs(then) - abs(k)) * stage.prices[i]
    spent = stage.cost(i, then) - stage.cost(i, k)
    sign = 1 if lots > 0 else -1
    # More of the first is traded, less of the last.
    return sign * gain, i if turnover >= 0 else -i, turnover, i, then, sign * spent


def _paired(stage: Stage, plan: list[int], both: tuple[list[_Change], list[_Change]], most: int, same: float) -> bool:
    """Makes the exchanges of changes that gain as much: those first that lower the turnover most."""
    left, changed, trades = stage.budget - stage.spend(plan), False, stage.trades(plan)
    for spent in {change[5] for change in both[0]}:
        more, less = (
            sorted((change for change in side if change[5] == spent), key=lambda change: (change[2], change[1]))
            for side in both
        )
        touched: set[int] = set()
        for up, down in zip(more, less, strict=False):
            i, j = up[3], down[3]
            if i == j or i in touched or j in touched or abs(up[0] - down[0]) > same:
                continue
            turnover = up[2] + down[2]
            trades_more = up[2] > 0 if i < j else down[2] > 0
            if turnover > 0 or (turnover == 0 and not trades_more):
                break
            after = trades + sum(
                stage.trades_of(n, k) - stage.trades_of(n, plan[n]) for n, k in ((i, up[4]), (j, down[4]))
            )
            if after <= most and all(k >= 0 or left < stage.keep(n, k) for n, k in ((i, up[4]), (j, down[4]))):
                plan[i], plan[j], trades, changed = up[4], down[4], after, True
                touched |= {i, j}
    return changed
