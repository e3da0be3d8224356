"""How good an exact plan is known to be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is known about how good an exact plan is.

    Args:
        lower_bound: No plan for this request has a smaller objective than this.
        objective: The plan's objective J: sum of squared dollar distances to target, each over its target.
        gap: ``objective - lower_bound``, in the objective's unit (dollars), >= 0.
        proven: The plan is optimal: no whole-share plan for this request has a smaller objective.
        work: Combinations that the search looked at, a measure that does not depend on the machine.
    """

    lower_bound: float
    objective: float
    gap: float
    proven: bool
    work: int
