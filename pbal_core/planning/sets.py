"""Assets that are several positions: one target to the investor, several funds to the broker.

The model: the positions of a set of substitutes are one asset. Its value is the sum of theirs; it is bought in the
first that may be bought, and sold in an order: those at a loss first, each time from the last of the set to the first.
What may be traded of it is therefore one fund's lots after the other's, which is all that the search has to know (see
``exact.grid``). A frozen position counts in the value, and its lots are fixed; an asset of which all positions are
frozen is itself frozen. Fees, smallest trades and the number of trades count the trades of positions.

Worked example: VTSAX 60,000 dollars and BND 40,000, targets of 60 for VTI or VTSAX and 40 for BND: both assets are on
target, nothing trades, and that stays so when VTSAX is frozen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..policy.assets import Asset


@dataclass(frozen=True, slots=True, kw_only=True)
class TradedAsset:
    """An asset that is not frozen; positions are places in the portfolio.

    Args:
        name: The symbol, or the name of the set.
        members: Its positions, in the order of the set.
        part: Its target weight as an integer of a common denominator.
        lead: The position that is bought where anything is.
        buyable: Whether it may be bought.
        sold: The positions that may be sold, in the order in which they are.
    """

    name: str
    members: tuple[int, ...]
    part: int
    lead: int
    buyable: bool
    sold: tuple[int, ...]


def sale_order(
    members: Sequence[int], held: Sequence[int], pnls: Sequence[int | None], may_sell: Sequence[bool]
) -> tuple[int, ...]:
    """The positions of a set that may be sold: losses first, each time from the last to the first.

    Args:
        members: The positions, in the order of the set.
        held: For each position of the portfolio the lots that may be sold.
        pnls: Its unrealised P&L in units, None where unknown.
        may_sell: Whether it may be sold.
    """
    able = [i for i in reversed(members) if may_sell[i] and (len(members) == 1 or held[i])]
    return tuple(sorted(able, key=lambda i: (pnls[i] or 0) >= 0))


def lead_of(members: Sequence[int], frozen: Sequence[bool], closed: Sequence[bool]) -> int:
    """The position of an asset that is bought, or, where none may be, the first that is not frozen.

    Args:
        members: Its positions, in the order of the set.
        frozen: For each position of the portfolio whether it does not trade.
        closed: Whether it may not be bought.
    """
    free = [i for i in members if not frozen[i]] or list(members)
    return next((i for i in free if not closed[i]), free[0])


def traded_assets(
    rows: Iterable[tuple[Asset, int, int]],
    *,
    frozen: Sequence[bool],
    held: Sequence[int],
    pnls: Sequence[int | None],
    may_buy: Sequence[bool],
    may_sell: Sequence[bool],
) -> list[TradedAsset]:
    """The assets that are not frozen, in canonical order: unrealised P&L, unknown last, then name.

    Args:
        rows: Each asset, the position that is bought, and the target weight as an integer of a common denominator.
        frozen: For each position of the portfolio whether it does not trade.
        held: The lots that may be sold.
        pnls: Its unrealised P&L in units, None where unknown.
        may_buy: Whether it may be bought.
        may_sell: Whether it may be sold.
    """

    def key(asset: TradedAsset) -> tuple[bool, int, str]:
        known = [pnl for i in asset.members if (pnl := pnls[i]) is not None]
        return not known, sum(known), asset.name

    found = [
        TradedAsset(
            name=asset.name,
            members=asset.members,
            part=part,
            lead=lead,
            buyable=may_buy[lead],
            sold=sale_order(asset.members, held, pnls, may_sell),
        )
        for asset, lead, part in rows
        if not all(frozen[i] for i in asset.members)
    ]
    return sorted(found, key=key)
