"""The trades as plain lines, to paste into a note or a mail.

Worked example: ``Buy 10 VCR at $279.68: $2,796.80``.
"""

from __future__ import annotations

from ..planning.outcome import Outcome
from ..portfolio import Portfolio
from .prices import format_price
from .trades import trade_text


def trade_lines(portfolio: Portfolio, outcome: Outcome) -> list[str]:
    """One line for each trade in file order, and one for what it leaves in cash; none where nothing trades."""
    money = outcome.basis.cents_text
    rows = zip(portfolio, outcome.shares, outcome.cents.moved, strict=True)
    lines = [
        f"{trade_text(shares)} {p.symbol} at {format_price(p.price, portfolio.currency)}: {money(abs(moved))}"
        for p, shares, moved in rows
        if shares
    ]
    return [*lines, f"Cash left: {money(outcome.cents.cash_after)}"] if lines else []
