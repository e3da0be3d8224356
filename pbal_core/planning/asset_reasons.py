"""Why each position of a question trades: the reasons of the assets, said of the positions that are one asset.

The model: an asset's weight is what all its positions are worth, so a fund and its substitute have one reason. Reasons
are of two kinds: those that hold whatever the cash is, and those that know it, since cash moves every target.

Worked example: VTI 20,000 and VTSAX 40,000 are one asset of 60 %: neither is "below target" by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from .reasons import Reason, reasons, reasons_after


@dataclass(frozen=True, kw_only=True)
class AssetReasons:
    """What the reasons of all assets follow from; n assets in file order.

    Args:
        names: The symbols, or the names of sets.
        members: The positions of each, as places in the portfolio.
        values: What each is worth, in units.
        parts: Their target weights as integers of a common denominator.
        frozen: Whether each does not trade at all.
    """

    names: Sequence[str]
    members: Sequence[Sequence[int]]
    values: Sequence[int]
    parts: Sequence[int]
    frozen: Sequence[bool]

    @cached_property
    def _weights(self) -> list[float]:
        whole = sum(self.parts)
        return [part / whole for part in self.parts]

    @cached_property
    def _known(self) -> list[Reason]:
        """The reason of each asset, whatever the cash is."""
        total = sum(self.values)
        now = [value / total if total else 0.0 for value in self.values]
        return reasons(now, self._weights, self.names, self.frozen)

    def always(self) -> list[Reason]:
        """The reason of each position, whatever the cash is."""
        return self._by_position(self._known)

    def with_cash(self, cash: int, amount: str) -> list[Reason]:
        """The same where the cash is known: with it the targets grow or shrink, and that can be the reason.

        Args:
            cash: Units to invest (+) or to withdraw (-).
            amount: The same without its sign, in words.
        """
        total = sum(self.values) + cash
        if total <= 0:
            return self.always()
        stays = sum(value for value, frozen in zip(self.values, self.frozen, strict=True) if frozen)
        free = sum(weight for weight, frozen in zip(self._weights, self.frozen, strict=True) if not frozen)
        part = (total - stays) / total / free if free else 0.0
        found = reasons_after(
            self._known,
            [value / total for value in self.values],
            [weight * part for weight in self._weights],
            f"after your {amount}" if cash > 0 else f"after your withdrawal of {amount}" if cash else "",
        )
        return self._by_position(found)

    def _by_position(self, found: Sequence[Reason]) -> list[Reason]:
        """What is said of each asset, said of its positions, in file order."""
        of = {i: reason for members, reason in zip(self.members, found, strict=True) for i in members}
        return [of[i] for i in range(len(of))]
