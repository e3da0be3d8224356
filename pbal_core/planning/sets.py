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

from collections.abc import Sequence
from dataclasses import dataclass


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
