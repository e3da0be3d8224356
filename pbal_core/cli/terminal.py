"""The table of a plan for a person at a terminal: weights now, wanted and after, and trades in colour.

What is piped or written to a file is the plain table of ``table`` instead, which programs may read. Colours follow the
custom of https://no-color.org: none where ``NO_COLOR`` is set to something, and none on a terminal that is ``dumb``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..money import format_shares, format_weight
from ..planning.plan import Plan

TITLES = ("Symbol", "Value", "Weight", "Target", "Trade", "Shares", "Price", "After")
GREEN, RED, BOLD, END = "\x1b[32m", "\x1b[31m", "\x1b[1m", "\x1b[0m"


def plan_table(plan: Plan) -> str:
    """The table; amounts are to the cent, weights to a tenth of a percent."""
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    money = plan.portfolio.money
    rows = [TITLES]
    rows += [
        (
            order.symbol,
            money(position.value),
            format_weight(now),
            format_weight(target),
            money(order.value, signed=True) if order.shares else "",
            f"{order.side} {format_shares(order.quantity)}" if order.shares else "",
            money(order.price),
            format_weight(after),
        )
        for position, order, now, target, after in zip(
            plan.portfolio, plan.orders, plan.weights_before, plan.targets_after, plan.weights_after, strict=True
        )
    ]
    paints = [BOLD, *(_paint(order.shares) for order in plan.orders)]
    lines = zip(aligned(rows).splitlines(), paints, strict=True)
    return "".join(f"{paint}{line}{END}\n" if colour and paint else f"{line}\n" for line, paint in lines)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text as lines, the first column to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [first.ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(others, widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)


def _paint(shares: object) -> str:
    """Green for a purchase, red for a sale; the word beside it says the same."""
    return GREEN if shares > 0 else RED if shares < 0 else ""  # type: ignore[operator]
