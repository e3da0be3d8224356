"""A budget of work, so that a hard question ends at the same place on every machine."""

from __future__ import annotations

from dataclasses import dataclass

LOOK = 4
"""Work that looking at one asset, or at one step of a plan, counts in combinations."""


@dataclass(slots=True)
class Effort:
    """Work that may still be done, counted in combinations, so that every machine stops at the same place."""

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
