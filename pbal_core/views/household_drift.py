"""How far a household has drifted from its targets, all accounts together, and what its plan does about it.

The model: the rows are the targets of the household; the weight of one is its value in all accounts, as a share of
everything held. What is frozen wherever it is held keeps its weight, and the other targets share out the rest. Two
accounts may exchange funds: then one fund is both bought and sold, and counts by what changes in all of them.

Worked example: 60 of VTI and 40 of BND in one account and 20 of BND in another are 50 % of each; targets of 60 and 40 %
are ten points away, so "2 of 2 funds are out of band: BND is above, VTI below."
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ..planning.household import HouseholdPlan
from ..policy.targets import Targets
from ..portfolio import symbol_key
from .decision import after_words, before_words, listed, outside
from .drift import Band, By, DriftReport, report_of
from .drift_words import DriftLine, drift_lines
from .household_classes import class_totals


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """One target of the household, or a fund without one; dollars in all accounts.

    Args:
        name: The symbol or the set.
        target: Its weight as a fraction.
        value: Dollars before the trades.
        value_after: Dollars after them.
        sold: Some account sells it.
        frozen: No account that holds it may trade it.
    """

    name: str
    target: float
    value: Decimal
    value_after: Decimal
    sold: bool
    frozen: bool


def household_drift(plan: HouseholdPlan, band: Band) -> tuple[DriftLine, ...]:
    """Each target against its band before the trades, then what is held without a target; nothing that is frozen."""
    return drift_lines(household_report(plan, band))


def household_report(
    plan: HouseholdPlan, band: Band, targets: Targets | None = None, *, by: By = "fund"
) -> DriftReport:
    """The drift of all accounts together before the trades.

    Args:
        plan: A plan of the household.
        band: How far a weight may be from its target.
        targets: What it was asked for, whose classes are the rows of ``class``; None for equal weights.
        by: See ``drift_report``; classes have the targets as they were given, whatever is frozen in them.
    """
    # A share of targets that people write has a small denominator; its float would put the edge of a band elsewhere.
    if by == "class":
        tops = [row for row in class_totals(plan, targets) if not row.level]
        exact = [(row.name, row.value, Fraction(row.target or 0).limit_denominator(10**8)) for row in tops]
        return report_of(exact, band, plan.household.currency)
    wholes = [(row, Fraction(row.target).limit_denominator(10**8)) for row in _wholes(plan)]
    whole = sum((Fraction(row.value) for row, _target in wholes), Fraction(0))
    free = sum((target for row, target in wholes if not row.frozen), Fraction(0))
    rest = sum((Fraction(row.value) for row, _target in wholes if not row.frozen), Fraction(0))
    # As in the plan: what is frozen keeps its weight, and the targets share out the rest.
    part = rest / whole / free if free and whole and any(row.frozen for row, _target in wholes) else Fraction(1)
    rows = [(row.name, row.value, target * part) for row, target in wholes if not row.frozen]
    return report_of(rows, band, plan.household.currency, whole=whole)


def frozen_funds(plan: HouseholdPlan) -> tuple[str, ...]:
    """What does not trade in any account, and so has no drift."""
    return tuple(row.name for row in _wholes(plan) if row.frozen)


def household_decision(plan: HouseholdPlan, band: Band) -> str:
    """What is out of band, what the plan does about it, and what is out of band after it.

    Args:
        plan: The plan of the household.
        band: How far a weight may be from its target.
    """
    rows = _wholes(plan)
    bought = [row.name for row in rows if row.value_after > row.value]
    if not any(row.value for row in rows):
        return f"Nothing is held yet; the cash goes to {listed(bought)}." if bought else "Nothing is held yet."
    before = _far(rows, [row.value for row in rows], band)
    after = _far(rows, [row.value_after for row in rows], band)
    trades = any(each.trades for each in plan.plans.values())
    then = after_words(list(after), was=bool(before)) if trades else ""
    first = before_words(before, sum(not row.frozen for row in rows))
    enough = all(distance < 0 for distance in after.values())
    return " ".join(filter(None, (first, _done(plan, rows, bought, enough=enough), then)))


def _done(plan: HouseholdPlan, rows: Sequence[_Whole], bought: list[str], *, enough: bool) -> str:
    sold = [row.name for row in rows if row.value_after < row.value]
    if not any(each.trades for each in plan.plans.values()):
        return "This plan trades nothing."
    if not any(row.sold for row in rows):
        return f"Nothing {'needs selling' if enough else 'is sold'}; the new cash goes to {listed(bought)}."
    if not sold and not bought:
        return "Accounts exchange funds, and every total stays."
    if not sold:
        return f"Accounts exchange funds, and the new cash goes to {listed(bought)}."
    if bought:
        return f"{listed(sold)} {'is' if len(sold) == 1 else 'are'} sold to buy {listed(bought)}."
    if plan.cash < 0:
        return f"The withdrawals come from {listed(sold)}."
    return f"{listed(sold)} {'is' if len(sold) == 1 else 'are'} sold, and nothing is bought."


def _far(rows: Sequence[_Whole], values: Sequence[Decimal], band: Band) -> dict[str, float]:
    """What is out of band -> how far from its target; frozen funds have the weight that they have."""
    total = sum(values, Decimal(0))
    weights = [float(Fraction(value) / Fraction(total)) if total else 0.0 for value in values]
    free = sum(row.target for row in rows if not row.frozen)
    rest = sum(weight for row, weight in zip(rows, weights, strict=True) if not row.frozen)
    part = rest / free if free and any(row.frozen for row in rows) else 1.0
    targets = [weight if row.frozen and free else row.target * part for row, weight in zip(rows, weights, strict=True)]
    return {rows[i].name: distance for i, distance in outside(weights, targets, band).items()}


def _wholes(plan: HouseholdPlan) -> list[_Whole]:
    """The targets in their order, then what has none."""
    names = {symbol_key(symbol): name for name, symbols in plan.members.items() for symbol in symbols}
    found: dict[str, list[tuple[Decimal, Decimal, bool, bool]]] = {name: [] for name in plan.targets}
    for each in plan.plans.values():
        frozen = each.outcome.basis.frozen
        rows = zip(each.portfolio, each.orders, each.values_after, frozen, strict=True)
        for position, order, after, stays in rows:
            name = names.get(symbol_key(position.symbol), position.symbol)
            found.setdefault(name, []).append((position.value, after, order.shares < 0, stays))
    return [
        _Whole(
            name=name,
            target=plan.targets.get(name, 0.0),
            value=sum((value for value, *_ in parts), Decimal(0)),
            value_after=sum((after for _value, after, *_ in parts), Decimal(0)),
            sold=any(sold for *_, sold, _stays in parts),
            frozen=bool(parts) and all(stays for *_, stays in parts),
        )
        for name, parts in found.items()
    ]
