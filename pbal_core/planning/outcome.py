"""A plan as integers: what its wording needs, and no more.

The model: a ``Plan`` is exact and comfortable, and takes a millisecond to build and to word. A
slider has hundreds of positions, so ``present`` words an ``Outcome`` instead, which is made either from a plan or
straight from a ``Solution``. Both give the same text, because the words are chosen from the
same integers in the same place.

Worked example: 10 VCR at 279.68 dollars is ``moved = 279680`` at scale 2, whether it was a plan or a solution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..money import decimals, format_units, to_units
from ..portfolio import Method, Strategy
from .plan import Plan, Proof, shared_out
from .problem import Problem
from .solution import Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What every outcome for the same question shares; n positions in file order.

    Args:
        symbols: n symbols.
        scale: One unit is ``10**-scale`` dollars.
        values: n market values before the trades, in units.
        total: Their sum.
        weights_before: n shares of that sum, as fractions; zeros for an empty portfolio.
        targets: n target weights, as fractions.
        frozen: n times whether the position does not trade.
        strategy: See ``rebalance``.
        method: See ``rebalance``.
        drift_before: Largest distance of a weight from its target before the trades, as a fraction.
        currency: ISO code of the currency that amounts are written in.
    """

    symbols: tuple[str, ...]
    scale: int
    values: tuple[int, ...]
    total: int
    weights_before: tuple[float, ...]
    targets: tuple[float, ...]
    frozen: tuple[bool, ...]
    strategy: Strategy
    method: Method
    drift_before: float
    currency: str

    def goals(self, values: Sequence[int]) -> tuple[float, ...]:
        """What the weights of n values in units are measured against; see ``shared_out``."""
        return shared_out(self.targets, self.frozen, values)

    def money(self, units: int, *, signed: bool = False) -> str:
        """An amount of units as a person reads it; see ``format_units``."""
        return format_units(units, self.scale, signed=signed, currency=self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One answer to the question of a :class:`Basis`.

    Args:
        basis: What it shares with the others.
        cash: Units to invest (+) or to withdraw (-).
        min_trade: Units of the step or of the smallest trade.
        fees: Units of fees for all trades.
        shares: n numbers of shares to buy (+) or to sell (-).
        moved: n units that the trades cost (+) or raise (-).
        wanted: The strategy wanted to move something, before rounding to shares.
        limits: What limited the answer, in words.
        refusal: Why there is no answer; empty when there is one.
        proof: How good the answer is (exact method only).
        approximate: The search was cut short, so the plan for the same amounts may be a better one.
    """

    basis: Basis
    cash: int
    min_trade: int
    fees: int
    shares: Sequence[int | Decimal]
    moved: Sequence[int]
    wanted: bool
    limits: tuple[str, ...] = ()
    refusal: str = ""
    approximate: bool = False
    proof: Proof | None = None

    @property
    def cost(self) -> int:
        """Units the trades take (+) or raise (-), without fees."""
        return sum(self.moved)

    @property
    def cash_left(self) -> int:
        """Units of cash that stay, signed."""
        return self.cash - self.cost - self.fees

    @property
    def values_after(self) -> list[int]:
        """The n market values after the trades, in units."""
        return [value + moved for value, moved in zip(self.basis.values, self.moved, strict=True)]

    @property
    def turnover(self) -> float:
        """Units bought plus sold, as a fraction of the value before (a first investment: 1)."""
        traded = sum(map(abs, self.moved))
        base = self.basis.total or traded
        return traded / base if base else 0.0


def _basis(scale: int, values: tuple[int, ...], of: Plan | Problem, frozen: tuple[bool, ...]) -> Basis:
    total = sum(values)
    before = shares_of_total(values)
    return Basis(
        symbols=of.portfolio.symbols,
        scale=scale,
        values=values,
        total=total,
        weights_before=before,
        targets=of.weights,
        frozen=frozen,
        strategy=of.strategy,
        method=of.method,
        drift_before=largest_distance(before, shared_out(of.weights, frozen, values)),
        currency=of.portfolio.currency,
    )


def shares_of_total(values: Sequence[int]) -> tuple[float, ...]:
    """Each value as a fraction of their sum; zeros when there is nothing."""
    total = sum(values)
    return tuple(value / total for value in values) if total else (0.0,) * len(values)


def largest_distance(weights: Sequence[float], targets: Sequence[float]) -> float:
    """The largest distance of a weight from its target, as a fraction."""
    return max(abs(weight - target) for weight, target in zip(weights, targets, strict=True))


def problem_basis(problem: Problem) -> Basis:
    """The basis of every solution of ``problem``."""
    return _basis(problem.scale, problem.values, problem, problem.frozen)


def solution_outcome(problem: Problem, basis: Basis, question: tuple[int, int], solution: Solution) -> Outcome:
    """A solution, ready to be worded; ``question`` is its cash and minimum trade in units."""
    return Outcome(
        basis=basis,
        cash=question[0],
        min_trade=question[1],
        fees=solution.fees,
        shares=problem.shares(solution),
        moved=[count * price for count, price in zip(solution.lots, problem.prices, strict=True)],
        wanted=any(solution.wanted),
        limits=problem.limits(question[1]) if not any(solution.lots) else (),
        refusal=solution.refusal,
        approximate=solution.approximate,
        proof=solution.proof,
    )


def plan_outcome(plan: Plan) -> Outcome:
    """A plan, ready to be worded."""
    scale = max(plan.scale, *(decimals(order.amount) for order in plan.orders))
    values = tuple(to_units(position.value, scale) for position in plan.portfolio)
    return Outcome(
        basis=_basis(scale, values, plan, tuple(symbol in plan.frozen for symbol in plan.portfolio.symbols)),
        cash=to_units(plan.cash, scale),
        min_trade=to_units(plan.min_trade, scale),
        fees=to_units(plan.fees, scale),
        shares=[order.shares for order in plan.orders],
        moved=[to_units(order.value, scale) for order in plan.orders],
        wanted=any(order.amount for order in plan.orders),
        limits=plan.limits,
        proof=plan.proof,
    )
