"""What a plan does about drift, in the words of a decision: what is out of band, what the plan does, what it leaves.

The model: three short sentences that cannot contradict the plan, since the second one is made from its trades and the
others from its weights. Frozen positions are left out; nothing can be done about them. Worked example: the sample with
5,000 dollars is "4 of 10 funds are out of band: FTEC and VSMAX are above, VCR and VDC below. Nothing is sold; the new
cash goes to VCR, VDC, VIS and VNQ. After that 2 are out of band: FTEC and VSMAX."
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from ..planning.plan import Plan
from .drift import Band
from .wording import joined

_NAMED = 5
_NEAR = 1e-12  # what floating point adds to a weight on the edge of its band


def decision(plan: Plan, band: Band | None = None) -> str:
    """The sentences for a plan.

    Args:
        plan: The committed plan.
        band: How far a weight may be from its target; None for the 5/25 rule.
    """
    outcome, limits = plan.outcome, band or Band()
    basis = outcome.basis
    if not basis.total:
        bought = [trade.symbol for trade in plan.trades]
        return f"Nothing is held yet; the cash goes to {listed(bought)}." if bought else "Nothing is held yet."
    before = outside(plan.weights_before, plan.targets_before, limits)
    after = outside(plan.weights_after, plan.targets_after, limits)
    symbols = basis.symbols
    far = {symbols[i]: distance for i, distance in before.items()}
    then = after_words([symbols[i] for i in after], was=bool(before)) if plan.trades else ""
    done = _done(plan, enough=all(distance < 0 for distance in after.values()))
    return " ".join(filter(None, (before_words(far, basis.frozen.count(False)), done, then)))


def before_words(far: Mapping[str, float], count: int) -> str:
    """What is out of band before any trade.

    Args:
        far: What is out of band -> how far its weight is from its target, as a fraction.
        count: How many funds have a band.
    """
    if not far:
        return f"All {count:,} funds are within their bands." if count > 1 else "The fund is within its band."
    above = [name for name, distance in far.items() if distance > 0]
    below = [name for name, distance in far.items() if distance < 0]
    where = ", ".join(filter(None, (_are(above, "above"), _are(below, "below", short=bool(above)))))
    return f"{len(far):,} of {count:,} funds {'is' if len(far) == 1 else 'are'} out of band: {where}."


def outside(weights: Sequence[float], targets: Sequence[float], band: Band) -> dict[int, float]:
    """Positions that are out of band -> how far from their targets."""
    rows = enumerate(zip(weights, targets, strict=True))
    far = {i: weight - target for i, (weight, target) in rows}
    return {i: d for i, d in far.items() if abs(d) > float(band.width(Fraction(targets[i]))) + _NEAR}


def _are(names: list[str], side: str, *, short: bool = False) -> str:
    """``FTEC and VSMAX are above``; ``VCR below`` where the verb was said."""
    if not names:
        return ""
    verb = "" if short else " is" if len(names) == 1 else " are"
    return f"{listed(names)}{verb} {side}"


def _done(plan: Plan, *, enough: bool) -> str:
    """What the plan trades; ``enough`` when no fund is above its band afterwards, so that none would need a sale."""
    bought = [trade.symbol for trade in plan.trades if trade.shares > 0]
    sold = [trade.symbol for trade in plan.trades if trade.shares < 0]
    if not plan.trades:
        return "This plan trades nothing."
    if not sold:
        money = "the new cash" if plan.cash > 0 else "the money"
        return f"Nothing {'needs selling' if enough else 'is sold'}; {money} goes to {listed(bought)}."
    if bought:
        return f"{listed(sold)} {'is' if len(sold) == 1 else 'are'} sold to buy {listed(bought)}."
    if plan.cash < 0:
        return f"The withdrawal comes from {listed(sold)}."
    return f"{listed(sold)} {'is' if len(sold) == 1 else 'are'} sold, and nothing is bought."


def after_words(out: list[str], *, was: bool) -> str:
    """What is out of band after the trades; empty where ``before_words`` has said it."""
    if not out:
        return "After that every fund is within its band." if was else ""
    return f"After that {len(out):,} {'is' if len(out) == 1 else 'are'} out of band: {listed(out)}."


def listed(names: list[str]) -> str:
    """``A, B and C``; of many the first, and how many more."""
    shown = names if len(names) <= _NAMED else [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more"]
    return joined(shown)
