"""How far a portfolio has drifted from its targets, whether that is worth acting on, and the cash that cures it.

The model: a position with target weight w is in band while its weight is within ``min(relative * w, absolute)`` of w:
the 5/25 rule, the *smaller* of five percentage points and a quarter of the target. Nothing out of band: do nothing. The
least cash that reaches all targets without a sale is ``max(v_i / w_i) - sum v``: what the most overweight position
dictates. All comparisons are exact fractions, so a weight on the edge is in band.

Worked example: targets of 60, 40, 10 and 5 % have bands of 55-65, 35-45, 7.5-12.5 and 3.75-6.25 %. Values of 60 and 40
dollars at equal targets need 20 dollars more: 120 in total, 60 each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any, Literal

from ..errors import InfeasiblePlanError, RequestError
from ..money import Amount, format_percent, from_units, minor_digits, to_amount
from ..policy.assets import Asset, assets_of, classes_of
from ..policy.targets import Targets
from ..portfolio import Portfolio, check_portfolio, symbol_key
from ..portfolio.shown import html_table, json_text

By = Literal["fund", "class"]
"""What a row is: a target, or a target at the top of the tree with all that is inside it."""


@dataclass(frozen=True, init=False)
class Band:
    """How far a weight may be from its target.

    Args:
        relative: Fraction of the target, 0.25 for a quarter, > 0.
        absolute: Distance as a fraction of the portfolio, 0.05 for five percentage points, > 0.

    Raises:
        RequestError: A limit is no number above 0.
    """

    relative: Decimal
    absolute: Decimal

    def __init__(self, relative: Amount = "0.25", absolute: Amount = "0.05") -> None:
        for name, given in (("relative", relative), ("absolute", absolute)):
            limit = to_amount(given, f"the {name} band")
            if limit <= 0:
                raise RequestError(f"the {name} band is {limit}; a fraction above 0 is needed, such as 0.05.")
            object.__setattr__(self, name, limit)

    def width(self, target: Fraction) -> Fraction:
        """How far a weight may be from this target: the smaller of the two limits."""
        return min(Fraction(self.relative) * target, Fraction(self.absolute))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far one position is from its target; weights are fractions of the portfolio's value.

    Args:
        symbol: The position or the target.
        value: Market value in dollars.
        weight: What it is now.
        target: What it should be.
        low: Lower edge of the band, >= 0.
        high: Upper edge of the band.
        outside: The weight is below ``low`` or above ``high``.
    """

    symbol: str
    value: Decimal
    weight: float
    target: float
    low: float
    high: float
    outside: bool

    @property
    def drift(self) -> float:
        """Weight minus target: positive when there is too much of it."""
        return self.weight - self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """The drift of every position, in file order, then of every target that is not held.

    Args:
        rows: One for each.
        currency: ISO code of every amount.
    """

    rows: tuple[Drift, ...]
    currency: str = "USD"

    @property
    def outside(self) -> tuple[Drift, ...]:
        """The positions that are out of band."""
        return tuple(row for row in self.rows if row.outside)

    @property
    def act(self) -> bool:
        """Something is out of band, so rebalancing is worth it."""
        return any(row.outside for row in self.rows)

    def __str__(self) -> str:
        """``3 of 10 out of band: worth acting``."""
        advice = "worth acting" if self.act else "none calls for a rebalance"
        return f"{len(self.outside):,} of {len(self.rows):,} out of band: {advice}"

    def _repr_html_(self) -> str:
        """Every row, for a notebook."""
        rows = [("Symbol", "Weight", "Target", "Drift", "")]
        rows += [
            (
                row.symbol,
                format_percent(row.weight),
                format_percent(row.target),
                format_percent(row.drift, signed=True),
                "out of band" if row.outside else "",
            )
            for row in self.rows
        ]
        return html_table(rows, str(self))

    def to_dict(self) -> dict[str, Any]:
        """The report in plain values: the document ``pbal-drift`` that ``pbal --drift -f json`` writes."""
        rows = [
            {
                "symbol": row.symbol,
                "value": f"{row.value:f}",
                "weight": row.weight,
                "target": row.target,
                "drift": row.drift,
                "low": row.low,
                "high": row.high,
                "outside": row.outside,
            }
            for row in self.rows
        ]
        head = {"kind": "pbal-drift", "version": 1, "currency": self.currency}
        return head | {"act": self.act, "positions": rows}

    def to_json(self) -> str:
        """``to_dict`` as text."""
        return json_text(self.to_dict())


def drift_report(
    portfolio: Portfolio,
    targets: Targets | Mapping[str, Amount] | None = None,
    band: Band | None = None,
    *,
    by: By = "fund",
    frozen: Collection[str] = (),
) -> DriftReport:
    """What is out of band, and whether to act at all.

    Args:
        portfolio: What is held. When it is worth nothing, all weights count as 0.
        targets: Target weights; None for equal weights. A position without a target should be 0.
        band: How far a weight may be from its target; None for the 5/25 rule.
        by: ``fund`` for a row a target, in which substitutes are one; ``class`` for a row a target at the top of the
            tree, with all that is inside it.
        frozen: Symbols that do not trade. They have no row, and the targets share out what the others are worth.

    Raises:
        TargetError: The targets are not usable.
        RequestError: The band is none.
    """
    check_portfolio(portfolio)
    limits = Band() if band is None else band
    if not isinstance(limits, Band):
        raise RequestError(f"a Band is needed, such as Band(relative=0.25, absolute=0.05), not {type(band).__name__}.")
    trading, part = _trading(portfolio, targets, by, frozen)
    rows = [(asset.name, _value(portfolio, asset), asset.weight * part) for asset in trading]
    return report_of(rows, limits, portfolio.currency, whole=Fraction(portfolio.value))


def report_of(
    rows: Iterable[tuple[str, Decimal, Fraction]], band: Band, currency: str, *, whole: Fraction | None = None
) -> DriftReport:
    """The report of rows.

    Args:
        rows: For each its name, its market value in dollars and its target weight.
        band: How far a weight may be from its target.
        currency: ISO code of the values.
        whole: What the weights are parts of, in dollars; None for the sum of the rows.
    """
    known = list(rows)
    total = sum((Fraction(value) for _name, value, _target in known), Fraction(0)) if whole is None else whole
    found = []
    for name, value, target in known:
        weight = Fraction(value) / total if total else Fraction(0)
        width = band.width(target)
        found.append(
            Drift(
                symbol=name,
                value=value,
                weight=float(weight),
                target=float(target),
                low=float(target - width),
                high=float(target + width),
                outside=abs(weight - target) > width,
            )
        )
    return DriftReport(rows=tuple(found), currency=currency)


def least_cash_to_target(
    portfolio: Portfolio,
    targets: Targets | Mapping[str, Amount] | None = None,
    *,
    by: By = "fund",
    frozen: Collection[str] = (),
) -> Decimal:
    """The least new money that reaches the targets without a sale, if fractions of shares could be bought.

    Args:
        portfolio: What is held.
        targets: Target weights; None for equal weights.
        by: ``fund`` for the target of every fund, ``class`` for those of the classes alone.
        frozen: Symbols that do not trade, for which the targets are not.

    Returns:
        Dollars >= 0, rounded up to the cent, or to what the portfolio's currency has instead.

    Raises:
        TargetError: The targets are not usable.
        InfeasiblePlanError: Something is held that has no target: only a sale could bring it to 0.
    """
    check_portfolio(portfolio)
    assets = [(asset, _value(portfolio, asset)) for asset in _trading(portfolio, targets, by, frozen)[0]]
    stuck = [asset.name for asset, value in assets if value and not asset.weight]
    if stuck:
        what = f"{', '.join(stuck)} {'is held and has' if len(stuck) == 1 else 'are held and have'} no target"
        raise InfeasiblePlanError(f"no cash reaches the targets without a sale: {what}.")
    totals = (Fraction(value) / asset.weight for asset, value in assets if value)
    missing = max(totals, default=Fraction(0)) - sum(Fraction(value) for _asset, value in assets)
    digits = minor_digits(portfolio.currency)
    return from_units(ceil(missing * 10**digits), digits)


def _trading(
    portfolio: Portfolio, targets: Targets | Mapping[str, Amount] | None, by: By, frozen: Collection[str]
) -> tuple[tuple[Asset, ...], Fraction]:
    """The assets that are not frozen as a whole, whose weights sum to 1, and their part of the portfolio's value."""
    assets = _assets(portfolio, targets, by)
    keys, held = set(map(symbol_key, frozen)), tuple(portfolio)
    trading = [
        asset for asset in assets
        if not asset.members or any(symbol_key(held[i].symbol) not in keys for i in asset.members)
    ]  # fmt: skip
    if len(trading) == len(assets):
        return assets, Fraction(1)
    free = sum((asset.weight for asset in trading), Fraction(0)) or Fraction(1)
    total, value = Fraction(portfolio.value), sum(Fraction(_value(portfolio, asset)) for asset in trading)
    part = value / total if total else Fraction(1)
    return tuple(replace(asset, weight=asset.weight / free) for asset in trading), part


def _assets(portfolio: Portfolio, targets: Targets | Mapping[str, Amount] | None, by: By) -> tuple[Asset, ...]:
    """What has a target, in file order, then every target of which nothing is held."""
    find = classes_of if by == "class" else assets_of
    return find(portfolio, targets if targets is None or isinstance(targets, Targets) else Targets(targets))


def _value(portfolio: Portfolio, asset: Asset) -> Decimal:
    held = tuple(portfolio)
    return sum((held[i].value for i in asset.members), Decimal(0))
