"""Why a trade is made, in one sentence for a person.

The model: a position's *fill* is its weight over its target weight. Below 1 it is too small, above 1 too large. The
reason of a trade is how far the fill was from 1 before the trade, and the place of the position in the order of fills.
Much new cash raises every target, so a position may be bought that was above its target before; the reason then is
how far it is from it with that cash and no trade, in the same measure. Worked example: a weight of 6.0 % at a target of
10 % is "40.3 % below target; the lowest of 10", and one of 60.8 % at a target of 60 % that is bought is "4.9 % below
target after your $5,000.00". Where only what is past its target may be bought, or below it sold, the words say that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..money import format_percent

_ORDINALS = ("", "second ", "third ", "fourth ", "fifth ", "sixth ", "seventh ", "eighth ", "ninth ", "tenth ")


class Reason(NamedTuple):
    """Why a position trades, if it is bought and if it is sold."""

    buy: str
    sell: str


Reasons = dict[str, list[str]]
"""``Buy`` and ``Sell``, each with a sentence for each position in file order."""


def by_side(rows: Sequence[Reason]) -> Reasons:
    """The reasons of all positions, by side."""
    return {"Buy": [why.buy for why in rows], "Sell": [why.sell for why in rows]}


def reasons(
    weights_before: Sequence[float], targets: Sequence[float], symbols: Sequence[str], frozen: Sequence[bool] = ()
) -> list[Reason]:
    """One pair of sentences for each position, in the order given; empty ones for frozen positions.

    Args:
        weights_before: n weights before the trades, fractions of the total.
        targets: n target weights, fractions; 0 for a position that should go.
        symbols: n symbols, the tie-break of the ranks.
        frozen: n times whether the position does not trade; it is not counted. None by default.
    """
    fills = [now / goal if goal else float("inf") for now, goal in zip(weights_before, targets, strict=True)]
    free = [i for i in range(len(fills)) if not (frozen and frozen[i])]
    if len(free) < len(fills):
        held, whole = sum(weights_before[i] for i in free), sum(targets[i] for i in free)
        fills = [fill * whole / held if held and whole else fill for fill in fills]
    order = sorted(free, key=lambda i: (fills[i], symbols[i]))
    found = {i: _reason(fills[i], rank, len(free)) for rank, i in enumerate(order, start=1)}
    return [found.get(i, Reason("", "")) for i in range(len(fills))]


def _reason(fill: float, rank: int, count: int) -> Reason:
    if fill == float("inf"):
        return Reason("not in the targets", "not in the targets")
    below, distance = fill < 1, format_percent(abs(fill - 1))
    if distance == "0.0 %":
        return Reason(_AT, _AT)
    far = f"{distance} {'below' if below else 'above'} target"
    place = f"; {_place(rank if below else count + 1 - rank, below=below)} of {count:,}" if count > 1 else ""
    return Reason(f"{far}{place}", _TAKEN_ABOVE) if below else Reason(_TAKEN_BELOW, f"{far}{place}")


def reasons_after(before: Sequence[Reason], would: Sequence[float], goals: Sequence[float], after: str) -> list[Reason]:
    """The reasons where the cash is known: what it makes of a position that it takes to the other side of its target.

    Args:
        before: n reasons that do not know the cash.
        would: n weights of the total with the cash, without any trade.
        goals: n targets as weights of that total.
        after: ``after your $5,000.00``, or nothing where there is no cash.
    """
    rows = zip(before, would, goals, strict=True)
    return [_known(why, weight, goal, after) for why, weight, goal in rows]


def _known(why: Reason, weight: float, goal: float, after: str) -> Reason:
    if not goal:
        return why
    when = f" {after}" if after else ""
    below, distance = weight < goal, format_percent(abs(weight / goal - 1))
    if distance == "0.0 %":
        buy = sell = f"at target{when}"
    else:
        plain = f"{distance} {'below' if below else 'above'} target{when}"
        buy = plain if below else f"bought past its target, {distance} above it{when}"
        sell = f"sold below its target, {distance} under it{when}" if below else plain
    return Reason(buy if why.buy in _UNTOLD else why.buy, sell if why.sell in _UNTOLD else why.sell)


_AT = "at target before the trades"
_TAKEN_BELOW = "new cash raises its target"
_TAKEN_ABOVE = "a withdrawal lowers its target"
_UNTOLD = (_AT, _TAKEN_BELOW, _TAKEN_ABOVE)
"""What is said of a purchase at or above target, and of a sale at or below it, where the amount is not known."""


def _place(rank: int, *, below: bool) -> str:
    """``the lowest``, ``the second highest``, ``the 11th lowest``: counted from the side the position is on."""
    extreme = "lowest" if below else "highest"
    if rank <= len(_ORDINALS):
        return f"the {_ORDINALS[rank - 1]}{extreme}"
    ending = "th" if 10 <= rank % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"the {rank:,}{ending} {extreme}"
