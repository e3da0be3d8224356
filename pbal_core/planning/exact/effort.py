"""A budget of work, so that a hard question ends at the same place on every machine."""

from __future__ import annotations

from dataclasses import dataclass

LOOK = 4
"""Work that looking at one asset, or at one step of a plan, counts in combinations."""


@dataclass(slots=True)
class Effort:
    """Work that may still be done, counted in combinations, so that every machine stops at the same place.

    What a plan needs in any case, its bound and its first filling, is charged; what only improves it is asked for.
    """

    left: int
    used: int = 0

    def take(self, units: int) -> bool:
        """Takes units of work; False when there are not enough, and then the rest is gone too."""
        if units > self.left:
            self.left = 0
            return False
        self.left -= units
        self.used += units
        return True

    def charge(self, units: int) -> None:
        """Counts work that is done whether or not there is enough left."""
        self.left = max(0, self.left - units)
        self.used += units

    def share(self, part: float) -> Effort:
        """A part of what is left, to be used up by itself and then settled with :meth:`charge`."""
        return Effort(int(self.left * part))
