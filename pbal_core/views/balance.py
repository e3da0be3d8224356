"""How balanced a portfolio is: one number for all of its weights, which goes up as they come nearer to their targets.

The model: half the sum of the distances between weights and targets is the part of the money that is in the wrong
place; the rest is where it belongs. A frozen position counts as being at its target, since nothing can be done about
it. Worked example: weights of 50, 30 and 20 % with targets of 40, 40 and 20 % have 10 % in the wrong place, so they are
90 % balanced.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import sub

from ..planning.outcome import Basis, Outcome


def balanced(weights: Sequence[float], targets: Sequence[float]) -> float:
    """The part of the invested money that is where the targets want it.

    Args:
        weights: n shares of the invested money, as fractions that sum to 1; zeros where nothing is held.
        targets: n target weights, as fractions that sum to 1; a frozen position's is its own weight.

    Returns:
        A fraction from 0 to 1; 0 where nothing is held.
    """
    if not any(weights):
        return 0.0
    distances: float = sum(map(abs, map(sub, weights, targets)))
    return max(0.0, 1 - distances / 2)


def balanced_before(basis: Basis) -> float:
    """How balanced the portfolio is before the trades; see ``balanced``."""
    return balanced(basis.weights, basis.targets_before)


def balanced_after(outcome: Outcome) -> float:
    """How balanced it is after them; see ``balanced``."""
    return balanced(outcome.weights_after, outcome.targets_after)
