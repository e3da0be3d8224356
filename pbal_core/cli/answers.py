"""The answers of ``pbal`` that are not plans: ``--drift`` and ``--least-cash``."""

from __future__ import annotations

import sys

from ..policy.targets import Targets
from ..portfolio import Portfolio
from ..views.drift import By, DriftReport, drift_report, least_cash_to_target
from ..views.drift_words import drift_lines
from .output import write
from .table import simple_table


def drift(portfolio: Portfolio, targets: Targets | None, *, form: str, output: str | None, by: By) -> int:
    """The drift report, its sentence on stderr; 1 when something is out of band."""
    return write_drift(drift_report(portfolio, targets, by=by), form=form, output=output, by=by)


def write_drift(report: DriftReport, *, form: str, output: str | None, by: By) -> int:
    """Writes a report, and returns the exit code."""
    if form == "json":
        text = report.to_json()
    else:
        rows = [
            (row.symbol, row.weight, row.target, row.drift, row.band, "out of band" if row.outside else "in band")
            for row in drift_lines(report)
        ]
        titles = ("Class" if by == "class" else "Symbol", "Weight", "Target", "Drift", "Band", "State")
        text = simple_table(titles, rows) + "\n"
    write(text, output)
    print(f"{report}.", file=sys.stderr)
    return int(report.act)


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
