"""One thing that is shown over the positions of a slider: its different values once, and which one each position has.

Worked example: "nothing, nothing, Buy 1, Buy 1" is ``states = [nothing, Buy 1], at = [0, 0, 1, 1]``.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, TypedDict


class States(TypedDict):
    """One thing that is shown, over the positions of a sweep: its different values, and which one each position has."""

    states: list[object]
    at: list[int]


class Known:
    """The different values of one thing, in the order in which they came, and which one each position has."""

    def __init__(self) -> None:
        self.at_of: dict[Any, int] = {}
        self.at: list[int] = []

    def add(self, value: Hashable) -> None:
        """Takes the value of one more position."""
        self.at.append(self.at_of.setdefault(value, len(self.at_of)))

    def states(self) -> States:
        """What goes on the wire."""
        return States(states=list(self.at_of), at=self.at)
