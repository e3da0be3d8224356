"""The answer to one question in integers, as the strategies and the search give it."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import Issue
from .proof import Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The answer to one question, in integers, in file order.

    Args:
        lots: Lots to buy (+) or sell (-) of each position; a lot is one share where nothing else was agreed.
        wanted: Units each position should gain or give before rounding to lots; with the exact method the trades.
        cash_left: Units of cash that stay, signed; negative when the plan spends more than the cash.
        fees: Units of fees for all trades.
        issues: Remarks. One of severity ``error`` means that no plan exists: the lots are all zero then.
        proof: How good the plan is (exact method only).
        why_nothing: Why nothing is traded, as the end of a sentence; empty where something is, or there is no plan.
        approximate: The budget of work for several questions was used up, so this plan may not be the best.
    """

    lots: tuple[int, ...]
    wanted: tuple[int, ...]
    cash_left: int
    fees: int = 0
    issues: tuple[Issue, ...] = ()
    proof: Proof | None = None
    why_nothing: str = ""
    approximate: bool = False

    @property
    def refusal(self) -> str:
        """Why no plan exists; empty when there is one."""
        return " ".join(issue.message for issue in self.issues if issue.severity == "error")
