"""How good an exact plan is known to be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is known about how good an exact plan is, in dollars: what is least is ``objective + idle``.

    Args:
        objective: J, the plan's distance to the targets: sum of squared dollar distances, each over its target.
        idle: Cash that the plan leaves beyond what is to stay, or raises beyond the withdrawal.
        gap: No plan under the same rules has a distance plus idle cash below ``objective + idle - gap``; >= 0.
        work: Work that was done, in combinations looked at: a measure that does not depend on the machine.
    """

    objective: float
    idle: float
    gap: float
    work: int

    @property
    def lower_bound(self) -> float:
        """No plan under the same rules has a distance plus idle cash below this."""
        return max(0.0, self.objective + self.idle - self.gap)

    @property
    def proven(self) -> bool:
        """Under these rules no plan is better: none has a smaller distance plus idle cash."""
        return self.gap <= 0
