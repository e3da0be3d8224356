"""The rows that make a table add up: cash, and the total of everything.

The model: every column adds up to the cent, before and after. Cash has its own row, in money: what is to invest (+) or
to withdraw (-), what the trades and their fees take from it, what stays. Weights are of the invested money, so their
total is 100 %; amounts of money include the cash, so their total is the same before and after, less the fees.

Worked example: 5,000 dollars into a portfolio of 112,900.48 for trades of 4,995.84: the cash is $5,000.00, -$4,995.84
and $4.16, the total $117,900.48 before and after.
"""

from __future__ import annotations

from ..money import format_percent
from ..planning.outcome import Outcome
from .numbers import trade_count
from .trades import DASH

SUM_ROWS = {"cash": "Cash", "total": "Total"}
"""Their keys and titles, in their order at the foot of the table."""

SumCells = dict[str, dict[str, str]]
"""Row key -> column key -> text; a column that is missing is empty."""


def sum_titles(count: int) -> dict[str, tuple[str, str]]:
    """What heads each row where all ``count`` positions are shown, and where only some of them are."""
    return {"cash": (SUM_ROWS["cash"],) * 2, "total": (SUM_ROWS["total"], f"All {count:,}")}


def sum_cells(outcome: Outcome) -> SumCells:
    """The texts of both rows, for every column that has one."""
    basis, cents = outcome.basis, outcome.cents
    money = basis.cents_text
    count = trade_count(outcome)
    cash, left = money(cents.cash), money(cents.cash_after)
    moved = money(cents.cash_moved, signed=True) if cents.cash_moved else DASH
    after = money(cents.total_after)
    if outcome.refusal:
        left = after = DASH  # where there is no plan, nothing is known of afterwards
    return {
        "cash": {
            "value_before": cash,
            "weight_before": cash,
            "traded": moved,
            "value_after": left,
            "weight_after": left,
        },
        "total": {
            "value_before": money(cents.total_now),
            "weight_before": _whole(basis.weights),
            "target": _whole(basis.targets_before),
            "shares": f"{count:,} trade{'' if count == 1 else 's'}" if count else "No trades",
            "traded": f"fees {money(-cents.fees)}" if cents.fees else DASH,
            "value_after": after,
            "weight_after": DASH if outcome.refusal else _whole(outcome.weights_after),
        },
    }


def _whole(fractions: tuple[float, ...]) -> str:
    return format_percent(sum(fractions))
