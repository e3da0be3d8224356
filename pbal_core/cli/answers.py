"""The answers of ``pbal`` that are not plans: ``--drift`` and ``--least-cash``."""

from __future__ import annotations

import sys

from ..policy.targets import Targets
from ..portfolio import Portfolio
from ..views.drift import By, drift_report, least_cash_to_target
from ..views.drift_words import drift_words
from .output import write
from .table import simple_table


def drift(portfolio: Portfolio, targets: Targets | None, *, form: str, output: str | None, by: By) -> int:
    """The drift report, its sentence on stderr; 1 when something is out of band."""
    found = drift_words(portfolio, targets, by=by)
    if form == "json":
        text = drift_report(portfolio, targets, by=by).to_json()
    else:
        rows = [
            (row.symbol, row.weight, row.target, row.drift, row.band, "out of band" if row.outside else "in band")
            for row in found.rows
        ]
        text = (
            simple_table(("Class" if by == "class" else "Symbol", "Weight", "Target", "Drift", "Band", "State"), rows)
            + "\n"
        )
    write(text, output)
    print(found.drift, file=sys.stderr)
    return int(any(row.outside for row in found.rows))


def least_cash(portfolio: Portfolio, targets: Targets | None, *, form: str, output: str | None, by: By) -> int:
    """The least cash that reaches the targets without a sale: the amount, and a sentence on stderr."""
    amount = least_cash_to_target(portfolio, targets, by=by)
    if form == "json":
        from ..views.documents import least_cash_json

        text = least_cash_json(portfolio, amount)
    else:
        text = f"{amount:f}\n"
    write(text, output)
    print(f"{portfolio.money(amount)} of new cash reach the targets without a sale.", file=sys.stderr)
    return 0
