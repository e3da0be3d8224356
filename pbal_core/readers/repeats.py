"""Rows of one symbol of which one may be the sum of the others: a total above its lots, which counts them twice.

Worked example: rows of 15, 10 and 5 VTI are either three purchases or a total and its two lots. Both are real tables,
so the rows are added up, and a warning names the line to delete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from ..portfolio import symbol_key
from .facts import AccountHolding


def sums_among(holdings: Iterable[AccountHolding]) -> Iterator[tuple[str, AccountHolding]]:
    """Where one row of a symbol has the shares and the value of all others of its account: what to say, and the row."""
    groups: dict[tuple[str, str], list[AccountHolding]] = {}
    for holding in holdings:
        groups.setdefault((holding.account, symbol_key(holding.symbol)), []).append(holding)
    for rows in groups.values():
        if len(rows) < 3:
            continue
        shares = sum((row.quantity or Decimal(0) for row in rows), Decimal(0))
        value = sum((row.value for row in rows), Decimal(0))
        for row in rows:
            if row.quantity and (row.quantity * 2, row.value * 2) == (shares, value):
                message = (
                    f"{row.quantity:f} shares are as many as the {len(rows) - 1} other rows of {row.symbol} have "
                    "together. All are added up; if this row is their total, delete it."
                )
                yield message, row
                break
