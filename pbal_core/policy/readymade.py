"""Allocations that others have published, to start from: classes with their shares, each with its source.

The model: a ready-made allocation is a tree whose leaves are *parts*, such as "US stocks". The investor says which
funds play each part: one fund is a target of its own, several are substitutes in the order given, and a part that
nobody plays leaves its weight to the others in its class. Worked example: the three-fund portfolio with VTI, VXUS and
BND is stocks 60 of VTI 80 and VXUS 20, and BND 40.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..errors import TargetError
from ..money import Amount
from .known import market_of
from .targets import Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyMade:
    """A published allocation.

    Args:
        name: What it is called.
        source: Who published it, and where.
        classes: Class -> its share, and its parts with their shares inside it; both in percent.
    """

    name: str
    source: str
    classes: tuple[tuple[str, Decimal, tuple[tuple[str, Decimal], ...]], ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """What funds are needed for."""
        return tuple(part for _, _, parts in self.classes for part, _ in parts)


def _of(name: str, source: str, classes: Mapping[str, tuple[Amount, Mapping[str, Amount]]]) -> ReadyMade:
    rows = (
        (label, Decimal(share), tuple((part, Decimal(inside)) for part, inside in parts.items()))
        for label, (share, parts) in classes.items()
    )
    return ReadyMade(name=name, source=source, classes=tuple(rows))


_SECTORS = (
    "Communication services", "Consumer discretionary", "Consumer staples", "Financials", "Health care", "Industrials",
    "Information technology", "Materials", "Real estate", "Utilities",
)  # fmt: skip

READY_MADE = (
    _of(
        "Three funds",
        "Taylor Larimore, The Bogleheads' Guide to the Three-Fund Portfolio (2018): a fifth of the stocks "
        "international. He names no share of bonds; 40 % is that of portfoliocharts.com.",
        {"Stocks": (60, {"US stocks": 80, "International stocks": 20}), "Bonds": (40, {"US bonds": 100})},
    ),
    _of(
        "60/40",
        "The classic balanced mix, as in the composite index of the Vanguard Balanced Index Fund: 60 % of the American "
        "stock market, 40 % of its bonds.",
        {"Stocks": (60, {"US stocks": 100}), "Bonds": (40, {"US bonds": 100})},
    ),
    _of(
        "Ten sectors",
        "The example that this tool began with: the sectors of the Global Industry Classification Standard (MSCI and "
        "S&P) but for energy, equally.",
        {"Sectors": (100, dict.fromkeys(_SECTORS, 10))},
    ),
    _of(
        "All Weather",
        "Ray Dalio in Tony Robbins, Money: Master the Game (2014).",
        {
            "Stocks": (30, {"US stocks": 100}),
            "Bonds": (55, {"Long-term Treasuries": "72.7272727273", "Intermediate Treasuries": "27.2727272727"}),
            "Real assets": (15, {"Gold": 50, "Commodities": 50}),
        },
    ),
    _of(
        "Golden Butterfly",
        "Tyler, portfoliocharts.com (2016).",
        {
            "Stocks": (40, {"US stocks": 50, "US small-cap value": 50}),
            "Bonds": (40, {"Long-term Treasuries": 50, "Short-term Treasuries": 50}),
            "Real assets": (20, {"Gold": 100}),
        },
    ),
)
"""What can be chosen, in the order in which it is shown."""


def suggested(ready: ReadyMade, symbols: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Part -> those of the symbols that are known to play it; a proposal."""
    near = {"US stocks": ("US stocks", "S&P 500")}
    found = {}
    for part in ready.parts:
        for market in near.get(part, (part,)):
            if several := tuple(symbol for symbol in symbols if market_of(symbol) == market):
                found[part] = several
                break
    return found


def targets_from(
    ready: ReadyMade, players: Mapping[str, Sequence[str]], prices: Mapping[str, Amount] | None = None
) -> Targets:
    """The allocation with the funds that play its parts.

    Args:
        ready: The allocation.
        players: Part -> its funds, the first to buy first; none where nobody plays it.
        prices: Symbol -> price, for what is not held.

    Raises:
        TargetError: A class has no fund at all, or a fund plays two parts.
    """
    weights: dict[str, Amount] = {}
    groups: dict[str, Any] = {}
    sets: dict[str, Sequence[str]] = {}
    problems = []
    for label, share, parts in ready.classes:
        inside: dict[str, Decimal] = {}
        for part, each in parts:
            funds = players.get(part, ())
            if len(funds) > 1:
                sets[part] = funds
            if funds:
                inside[part if len(funds) > 1 else funds[0]] = each
        if not inside:
            problems.append(f"{label}: choose a fund for {' or '.join(part for part, _ in parts)}.")
        elif len(inside) == 1:
            weights[next(iter(inside))] = share
        else:
            total = sum(inside.values())
            groups[label] = {name: 100 * each / total for name, each in inside.items()}
            weights[label] = share
    if problems:
        raise TargetError("\n".join(problems))
    rounded = {name: {key: round(Decimal(each), 10) for key, each in shares.items()} for name, shares in groups.items()}
    return Targets(weights, rounded, prices, sets)
