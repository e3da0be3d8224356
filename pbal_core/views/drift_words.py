"""How far a portfolio has drifted, in words: what is out of band, and the least cash that would cure it.

The model: the drift report and the least cash of ``drift``, worded for a person. Worked example: the sample is
"4 of 10 out of band: worth acting." and needs 88,103.92 dollars to reach equal weights without a sale.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ..errors import InfeasiblePlanError
from ..money import Amount, format_percent, format_shares
from ..policy.targets import Targets
from ..portfolio import Portfolio
from .drift import Band, By, DriftReport, drift_report, least_cash_to_target
from .summary import points


def rule_words(band: Band) -> str:
    """``5/25 rule: out of band is more than 5 points, or more than 25 % of the target, whichever is less``."""
    share, far = _bare(band.relative), _bare(band.absolute)
    limits = f"out of band is more than {far} points, or more than {share} % of the target, whichever is less"
    return f"{'5/25 rule' if band == Band() else 'Your band'}: {limits}"


def _bare(fraction: Decimal) -> str:
    """``0.125`` as ``12.5``."""
    return format_shares(100 * fraction)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftLine:
    """One position against its band, as text."""

    symbol: str
    weight: str
    target: str
    band: str
    drift: str
    points: str
    """The drift as ``-4.0``: a distance between weights is in percentage points."""
    outside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftWords:
    """What is said of a portfolio before any trade.

    Args:
        drift: ``3 of 10 out of band: worth acting.``
        least: What the least cash without selling is, or why there is none.
        rows: One for each position, then for each target that is not held.
    """

    drift: str
    least: str
    rows: tuple[DriftLine, ...]


def drift_words(
    portfolio: Portfolio,
    targets: Targets | Mapping[str, Amount] | None = None,
    band: Band | None = None,
    *,
    by: By = "fund",
    frozen: Collection[str] = (),
) -> DriftWords:
    """The drift of a portfolio from its targets, in words.

    Args:
        portfolio: What is held.
        targets: Target weights; None for equal weights.
        band: How far a weight may be from its target; None for the 5/25 rule.
        by: See ``drift_report``.
        frozen: See ``drift_report``.

    Raises:
        TargetError: The targets are not usable.
    """
    report = drift_report(portfolio, targets, band, by=by, frozen=frozen)
    try:
        cash = least_cash_to_target(portfolio, targets, by=by, frozen=frozen)
        least = f"Least cash that reaches the targets without selling: {portfolio.money(cash)}."
        if not cash:
            least = (
                "The targets are reached as they are."
                if portfolio.value
                else "Nothing is held yet: any cash can be shared out by the targets."
            )
    except InfeasiblePlanError as error:
        message = str(error)
        least = message[:1].upper() + message[1:]
    return DriftWords(
        drift=f"{report}.",
        least=least,
        rows=drift_lines(report),
    )


def drift_lines(report: DriftReport) -> tuple[DriftLine, ...]:
    """Every row of a report as text."""
    return tuple(
        DriftLine(
            symbol=row.symbol,
            weight=format_percent(row.weight),
            target=format_percent(row.target),
            band=f"{format_percent(row.low)} to {format_percent(row.high)}",
            drift=format_percent(row.drift, signed=True),
            points=points(row.drift, signed=True),
            outside=row.outside,
        )
        for row in report.rows
    )
