"""The amounts of cash that somebody looks for on the slider, each with its words.

The model: four amounts are worth knowing before one drags: nothing, the cash found in the file, the least cash that
brings every fund into its band, and the least that reaches the targets without a sale. The last two are computed as if
fractions of shares could be bought; the sweep, which has the plan of every position, then looks from the third one
upwards for the first plan that keeps the promise. They are there where cash is invested without a sale.

Worked example: 60 and 40 dollars at equal targets. A band of 5 points begins at 45 %, so 9.09 dollars of the second one
bring both into their bands, which is rounded up to 10 dollars, and 20 dollars reach the targets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

from ..money import decimals, from_units, minor_digits
from ..planning.answer import basis_of
from ..planning.problem import Problem
from .drift import Band

USUAL = Band()
_HALVINGS = 60
_TRIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmark:
    """An amount of cash with a meaning.

    Args:
        key: Stable name. ``band`` is only about right: the first plan from there on that is in every band is meant.
        amount: Dollars.
        words: What it is, to be read after the amount.
        limits: The band that ``band`` is about.
    """

    key: Literal["nothing", "found", "band", "target"]
    amount: Decimal
    words: str
    limits: Band = USUAL

    @property
    def positions(self) -> tuple[Decimal, ...]:
        """Amounts that the slider needs for it: where only about is known, some above it in steps of a hundredth."""
        if self.key != "band":
            return (self.amount,)
        return tuple(Decimal(ceil(self.amount * (100 + more) / 100)) for more in range(_TRIES))


def landmarks_for(problem: Problem, found: Decimal | None = None, band: Band | None = None) -> tuple[Landmark, ...]:
    """The landmarks of a problem, lowest amount first.

    Args:
        problem: What is asked about.
        found: Dollars of cash that the file has, if any.
        band: How far a weight may be from its target; the 5/25 rule by default.
    """
    known = [Landmark(key="nothing", amount=Decimal(0), words="nothing to invest or to withdraw")]
    if found is not None and found > 0 and decimals(found) <= problem.scale:
        known.append(Landmark(key="found", amount=found, words="the cash found in the file"))
    if problem.direction(1) == "buy" and any(problem.values):
        least, target = _into_band(problem, band or USUAL), _to_target(problem)
        if least is not None:
            words = "the least cash that brings every fund into its band"
            known.append(Landmark(key="band", amount=least, words=words, limits=band or USUAL))
        if target is not None:
            words = "the least cash that reaches the targets without a sale"
            known.append(Landmark(key="target", amount=target, words=words))
    return tuple(sorted(known, key=lambda mark: mark.amount))


def all_in_band(weights: Sequence[float], targets: Sequence[float], band: Band) -> bool:
    """Whether each of n weights is within the band of its target."""
    relative, absolute = float(band.relative), float(band.absolute)
    rows = zip(weights, targets, strict=True)
    return all(abs(weight - target) <= min(relative * target, absolute) + 1e-12 for weight, target in rows)


def _to_target(problem: Problem) -> Decimal | None:
    """Dollars that reach the targets without a sale; None where a constraint or a fund without a target rules it out.

    It is the figure of ``least_cash_to_target``, and what is kept in cash on top of it.
    """
    if len(problem.managed) < len(problem.values) or _stuck(problem):
        return None
    whole, worth = sum(problem.parts), sum(problem.values)
    missing = max(Fraction(problem.worth(a.lead) * whole, a.part) for a in problem.assets if a.part) - worth
    return _rounded_up(problem, missing + problem.buffer, minor_digits(problem.portfolio.currency)) if missing else None


def _into_band(problem: Problem, band: Band) -> Decimal | None:
    """Whole dollars with which a plan in fractions of shares has every fund in its band; None where none are needed."""
    reached = _reached(problem, band)
    if reached(0) or any(problem.worth(asset.lead) and not asset.part for asset in problem.assets):
        return None
    low, high = 0, 100 * sum(problem.values)
    if not reached(high):
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
        if high - low < 10**problem.scale // 100:
            break
    return _rounded_up(problem, Fraction(high + problem.buffer), 0)


def _reached(problem: Problem, band: Band) -> Callable[[int], bool]:
    """Whether all funds are in their bands when so many units were poured into the lowest."""
    basis = basis_of(problem)
    held = {asset.lead: problem.worth(asset.lead) for asset in problem.assets if asset.buyable}
    members = sorted(held, key=lambda i: Fraction(held[i], problem.parts[i]))

    def reached(cash: int) -> bool:
        level, value, part = 0.0, 0, 0
        for i in members:
            if part and held[i] * part >= (cash + value) * problem.parts[i]:
                break
            value, part = value + held[i], part + problem.parts[i]
            level = (cash + value) / part
        after = list(problem.values)
        for i in members:
            after[i] += max(0, int(level * problem.parts[i]) - held[i])
        total = sum(after)
        return bool(total) and all_in_band(
            basis.by_asset([each / total for each in after]), basis.by_asset(basis.targets_of(after)), band
        )

    return reached


def _stuck(problem: Problem) -> bool:
    """Whether a fund may not be bought, or is held without a target: then no cash reaches the targets."""
    return any(
        (asset.part and not asset.buyable) or (problem.worth(asset.lead) and not asset.part) for asset in problem.assets
    )


def _rounded_up(problem: Problem, units: Fraction, digits: int) -> Decimal:
    """Units as dollars, rounded up to so many decimals, as far as the problem has them."""
    digits = min(digits, problem.scale)
    return from_units(ceil(units / 10 ** (problem.scale - digits)), digits)
