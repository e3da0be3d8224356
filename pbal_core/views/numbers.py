"""The key numbers of a plan: how balanced it leaves the portfolio, its trades, what stays, what is realised.

Worked example: of the sample and 5,000 dollars they are "Balanced 86.8 → 88.9 %", "Largest drift 7.8 → 7.0 points",
"Trades 4", "Cash left $4.16" and "Gain realised $0.00".
"""

from __future__ import annotations

from dataclasses import dataclass

from ..money import format_percent
from ..planning.outcome import Outcome
from ..planning.plan import Plan
from ..planning.strategy import Method
from .balance import balanced_after, balanced_before
from .summary import gap_words, points
from .trades import DASH


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNumber:
    """One of the numbers that sum a plan up.

    Args:
        name: Stable snake_case name for tests and lookups.
        label: What a person reads.
        value: The number as text.
        alert: The number needs attention (an overspend).
    """

    name: str
    label: str
    value: str
    alert: bool = False


def key_numbers(plan: Plan) -> list[KeyNumber]:
    """How balanced it is, largest drift, number of trades, cash left, gain realised; of an exact plan its proof."""
    return outcome_numbers(plan.outcome)


def outcome_numbers(outcome: Outcome) -> list[KeyNumber]:
    """``key_numbers`` of an outcome."""
    basis = outcome.basis
    before = bare_percent(balanced_before(basis))
    texts = {
        "balanced": f"{before} → {format_percent(balanced_after(outcome))}",
        "drift": f"{points(basis.drift)} → {points(outcome.drift_after)} points",
        "trades": f"{trade_count(outcome):,}",
        "cash_left": basis.cents_text(outcome.cents.cash_after),
        "gain": gain_text(outcome),
    }
    if outcome.refusal:
        texts = dict.fromkeys(texts, DASH)  # where there is no plan, there is nothing that it leaves or reaches
    overspent = outcome.cash_left < 0 and not outcome.refusal
    labels = {
        "balanced": "Balanced",
        "drift": "Largest drift",
        "trades": "Trades",
        "cash_left": "Cash left",
        "gain": "Gain realised",
    }
    proof = [KeyNumber(name="proof", label="Proof", value=_proof_word(outcome))]
    return [
        *(
            KeyNumber(name=name, label=label, value=texts[name], alert=overspent and name == "cash_left")
            for name, label in labels.items()
        ),
        *(proof if basis.method == Method.EXACT else []),
    ]


def trade_count(outcome: Outcome) -> int:
    """How many positions trade."""
    return sum(1 for shares in outcome.shares if shares)


def gain_text(outcome: Outcome) -> str:
    """The gain that all sales realise, signed; ``unknown`` where the cost of one is."""
    gain = outcome.gain
    return "unknown" if gain is None else outcome.basis.money(gain, signed=True)


def bare_percent(fraction: float) -> str:
    """``0.868`` as ``86.8``: the unit follows elsewhere."""
    return format_percent(fraction).removesuffix(" %")


def _proof_word(outcome: Outcome) -> str:
    """``Optimal``, or by how many dollars of distance plus idle cash another plan may be better at most."""
    proof = outcome.proof
    if proof is None:
        return DASH
    return "Optimal" if proof.proven else f"within {gap_words(proof, outcome.basis.currency)}"
