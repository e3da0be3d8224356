"""The answer in integers, computed once: a plan shows it as decimals, a slider, the table and the files as text.

The model: a :class:`Basis` is what all answers to one question share, an :class:`Outcome` is one answer. Amounts are
integers of ``10**-scale`` dollars; every number about "after" (value, weight, target, drift, turnover) is computed
here and nowhere else, so no two faces can disagree.

Worked example: 10 VCR at 279.68 dollars is ``moved = 279680`` at scale 2. Selling 100 shares at 10.00 out of a holding
that the file rounds down to 990.00 leaves 0, not -10.00: all of it is sold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from ..money import divide_half_even, format_units, minor_digits
from .cents import Cents, in_cents
from .gains import PARTS
from .proof import Proof
from .strategy import Method, Strategy


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What every outcome for the same question shares; n positions in file order.

    Args:
        symbols: n symbols.
        scale: One unit is ``10**-scale`` dollars.
        values: n market values before the trades, in units.
        targets: n target weights as fractions that sum to 1, before frozen positions are counted.
        frozen: n times whether the position does not trade.
        strategy: See ``rebalance``.
        method: See ``rebalance``.
        currency: ISO code of the currency that amounts are written in.
        gains: n times which part of the proceeds of a sale is gain, None where unknown; see ``gains.gain_parts``.
        sets: Places of positions that have one target together, the one that is bought first; it has their target.
    """

    symbols: tuple[str, ...]
    scale: int
    values: tuple[int, ...]
    targets: tuple[float, ...]
    frozen: tuple[bool, ...]
    strategy: Strategy
    method: Method
    currency: str
    gains: tuple[int | None, ...]
    sets: tuple[tuple[int, ...], ...] = ()

    @cached_property
    def total(self) -> int:
        """Units of all positions before the trades."""
        return sum(self.values)

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """The n shares of the total before the trades, as fractions; zeros for an empty portfolio."""
        return _shares_of_total(self.values)

    @cached_property
    def targets_before(self) -> tuple[float, ...]:
        """What ``weights`` are measured against."""
        return self.targets_of(self.values)

    @cached_property
    def drift(self) -> float:
        """Largest distance of a weight from its target before the trades, as a fraction."""
        return self.distance(self.weights, self.targets_before)

    def distance(self, weights: Sequence[float], targets: Sequence[float]) -> float:
        """The largest distance of a weight from its target, as a fraction; positions of a set count together."""
        rows = zip(self.by_asset(weights), self.by_asset(targets), strict=True)
        return max(abs(weight - target) for weight, target in rows)

    def by_asset(self, weights: Sequence[float]) -> Sequence[float]:
        """Weights of positions with those of each set as one sum, in the place of the position that is bought."""
        if not self.sets:
            return weights
        others = {i for several in self.sets for i in several[1:]}
        sums = {several[0]: sum(weights[i] for i in several) for several in self.sets}
        return [sums.get(i, weight) for i, weight in enumerate(weights) if i not in others]

    def targets_of(self, values: Sequence[int]) -> tuple[float, ...]:
        """What the weights of n values in units are measured against.

        Frozen positions keep the weight they have, and the others share out the rest by their targets. Where nothing
        is frozen, or nothing is held, these are the targets themselves. Positions of a set share its target out as
        their values are; the set stays only where all of them do.
        """
        if not any(self.frozen):
            return self._shared(self.targets, values) if self.sets else self.targets
        total = sum(values)
        frozen = self._asset_frozen
        free = sum(weight for weight, stays in zip(self.targets, frozen, strict=True) if not stays)
        if not total or not free:
            return self._shared(self.targets, values)
        rest = sum(value for value, stays in zip(values, frozen, strict=True) if not stays) / total
        rows = zip(self.targets, frozen, values, strict=True)
        return self._shared(
            tuple(value / total if stays else weight / free * rest for weight, stays, value in rows), values
        )

    @cached_property
    def _asset_frozen(self) -> list[bool]:
        """Whether each position's asset does not trade at all."""
        frozen = list(self.frozen)
        for several in self.sets:
            all_stay = all(self.frozen[i] for i in several)
            for i in several:
                frozen[i] = all_stay
        return frozen

    def _shared(self, targets: tuple[float, ...], values: Sequence[int]) -> tuple[float, ...]:
        """The target of each set, shared out over its positions as their values are."""
        found = list(targets)
        for several in self.sets:
            worth = sum(values[i] for i in several)
            target = sum(targets[i] for i in several)
            for i in several if worth else ():
                found[i] = target * (values[i] / worth)
        return tuple(found)

    @cached_property
    def spare(self) -> int:
        """Decimals of the units beyond the currency's smallest one, its cents."""
        return self.scale - minor_digits(self.currency)

    @cached_property
    def cents(self) -> tuple[int, ...]:
        """The n values before the trades in whole cents that add up."""
        return in_cents(self.values, self.spare, self.symbols)

    def cents_text(self, cents: int, *, signed: bool = False) -> str:
        """Whole cents as a person reads them."""
        return format_units(cents, minor_digits(self.currency), signed=signed, currency=self.currency)

    def money(self, units: int, *, signed: bool = False) -> str:
        """An amount of units as a person reads it; see ``format_units``."""
        return format_units(units, self.scale, signed=signed, currency=self.currency)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One answer to the question of a :class:`Basis`.

    Args:
        basis: What it shares with the others.
        cash: Units to invest (+) or to withdraw (-).
        min_trade: Units of the step or of the smallest trade.
        fees: Units of fees for all trades.
        shares: n numbers of shares to buy (+) or to sell (-).
        moved: n units that the trades cost (+) or raise (-).
        why_nothing: Why nothing is traded, as the end of a sentence; empty where something is.
        refusal: Why there is no answer; empty when there is one.
        approximate: The search was cut short, so the plan for the same amounts may be a better one.
        proof: How good the answer is (exact method only).
    """

    basis: Basis
    cash: int
    min_trade: int
    fees: int
    shares: tuple[int | Decimal, ...]
    moved: tuple[int, ...]
    why_nothing: str = ""
    refusal: str = ""
    approximate: bool = False
    proof: Proof | None = None

    @cached_property
    def cost(self) -> int:
        """Units the trades take (+) or raise (-), without fees."""
        return sum(self.moved)

    @property
    def cash_left(self) -> int:
        """Units of cash that stay, signed."""
        return self.cash - self.cost - self.fees

    @cached_property
    def values_after(self) -> tuple[int, ...]:
        """The n market values after the trades, in units, >= 0.

        A file may round a value down to the cent, or be older than its price: selling all the shares it names leaves
        nothing, not less.
        """
        return tuple(max(0, value + moved) for value, moved in zip(self.basis.values, self.moved, strict=True))

    @cached_property
    def weights_after(self) -> tuple[float, ...]:
        """The n shares of the total after the trades, as fractions; cash that stays is not part of it."""
        return _shares_of_total(self.values_after)

    @cached_property
    def targets_after(self) -> tuple[float, ...]:
        """What ``weights_after`` is measured against."""
        return self.basis.targets_of(self.values_after)

    @cached_property
    def drift_after(self) -> float:
        """Largest distance of a weight from its target after the trades, as a fraction."""
        return self.basis.distance(self.weights_after, self.targets_after)

    @cached_property
    def cents(self) -> Cents:
        """The money of this outcome in whole cents that add up."""
        basis, spare = self.basis, self.basis.spare
        cash, fees, left = (in_cents([units], spare, [""])[0] for units in (self.cash, self.fees, self.cash_left))
        moved = self._moved_in_cents(cash - fees - left)
        after = tuple(max(0, now + change) for now, change in zip(basis.cents, moved, strict=True))
        return Cents(now=basis.cents, moved=moved, after=after, cash=cash, fees=fees)

    def _moved_in_cents(self, whole: int) -> tuple[int, ...]:
        """The n amounts that are traded in whole cents; what is sold completely is sold for the cents that it has."""
        basis, spare = self.basis, self.basis.spare
        if spare <= 0:
            return in_cents(self.moved, spare, basis.symbols)
        gone = {
            i
            for i, (value, moved) in enumerate(zip(basis.values, self.moved, strict=True))
            if moved < 0 and abs(value + moved) < 10**spare and not self.values_after[i]
        }
        rest = [i for i in range(len(self.moved)) if i not in gone]
        whole += sum(basis.cents[i] for i in gone)
        found = in_cents([self.moved[i] for i in rest], spare, [basis.symbols[i] for i in rest], whole)
        cents = dict(zip(rest, found, strict=True))
        return tuple(-basis.cents[i] if i in gone else cents[i] for i in range(len(self.moved)))

    def gain_of(self, i: int) -> int | None:
        """Units of gain (+) or loss (-) that the sale of a position realises; 0 where it is not sold, None: unknown."""
        if self.shares[i] >= 0:
            return 0
        parts = self.basis.gains[i]
        return None if parts is None else divide_half_even(-self.moved[i] * parts, PARTS)

    @cached_property
    def gain(self) -> int | None:
        """Units of gain that all sales realise; None where that of one is unknown."""
        found = [self.gain_of(i) for i, shares in enumerate(self.shares) if shares < 0]
        known = [gain for gain in found if gain is not None]
        return sum(known) if len(known) == len(found) else None

    @property
    def turnover(self) -> float:
        """Units bought plus sold, as a fraction of the value before (a first investment: 1)."""
        traded = sum(map(abs, self.moved))
        base = self.basis.total or traded
        return traded / base if base else 0.0


def _shares_of_total(values: Sequence[int]) -> tuple[float, ...]:
    """Each value as a fraction of their sum; zeros when there is nothing."""
    total = sum(values)
    return tuple(value / total for value in values) if total else (0.0,) * len(values)
