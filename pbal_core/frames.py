"""Data frames in and out. The only module of the core that imports pandas, and only when a function is called."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .errors import DataError, Issue, Place, RequestError
from .model import COLUMNS, Portfolio, Position, position_problems, symbol_key
from .money import NotANumberError, float_text, parse_decimal
from .plan import Plan

if TYPE_CHECKING:
    import pandas


_COLUMN = dict(zip(("symbol", "value", "price", "pnl"), COLUMNS, strict=True))


def portfolio_from_frame(frame: pandas.DataFrame, currency: str) -> Portfolio:
    """See ``Portfolio.from_frame``."""
    import pandas

    if not isinstance(frame, pandas.DataFrame):
        raise RequestError(f"a pandas data frame is needed, not {type(frame).__name__}.")
    issues = list(_header_problems(list(frame.columns)))
    if issues:
        raise DataError(issues)
    positions: list[Position] = []
    seen: dict[str, int] = {}
    rows: list[dict[Hashable, Any]] = frame[list(COLUMNS)].to_dict("records")
    for number, row in enumerate(rows, start=1):
        before = len(issues)
        symbol = "" if _is_empty(row["Symbol"]) else str(row["Symbol"]).strip()
        value, price, pnl = (_cell(row[name], Place(line=number, column=name), issues) for name in COLUMNS[1:])
        issues.extend(
            Issue("error", code, message, Place(line=number, column=_COLUMN[field]))
            for field, code, message in position_problems(symbol, value, price)
        )
        if symbol and (first := seen.setdefault(symbol_key(symbol), number)) != number:
            message = f"{symbol} stands in row {first} already; one row for each symbol is needed."
            issues.append(Issue("error", "duplicate_symbol", message, Place(line=number, column="Symbol")))
        if len(issues) == before and value is not None and price is not None:
            positions.append(Position(symbol=symbol, value=value, price=price, pnl=pnl))
    if issues:
        raise DataError(issues)
    return Portfolio(positions, currency=currency)


def _header_problems(labels: list[Hashable]) -> Iterator[Issue]:
    """Columns that are missing, or of which one would have to be chosen."""
    found = ", ".join(map(str, labels)) or "none"
    for name in COLUMNS:
        count = labels.count(name)
        if not count:
            message = f"the column {name} is missing; the frame has: {found}."
            yield Issue("error", "missing_column", message, Place(column=name))
        elif count > 1:
            message = f"the column {name} stands in the frame {count} times; once is needed."
            yield Issue("error", "duplicate_column", message, Place(column=name))


def _is_empty(value: object) -> bool:
    return (
        value is None or (isinstance(value, float) and math.isnan(value)) or str(value).strip() in {"", "<NA>", "NaT"}
    )


def _cell(value: object, where: Place, issues: list[Issue]) -> Decimal | None:
    """The number in a cell, None when it is empty and may be; what cannot be used goes to ``issues``."""
    if _is_empty(value):
        if where.column != "FifoPnlUnrealized":
            issues.append(Issue("error", "empty_cell", "the cell is empty; a number is needed.", where))
        return None
    text = float_text(float(value)) if isinstance(value, float) else str(value).strip()
    try:
        return parse_decimal(text)
    except NotANumberError as error:
        issues.append(Issue("error", "not_a_number", f"{text[:40]!a} {error}; a number is needed.", where))
        return None


def plan_to_frame(plan: Plan) -> pandas.DataFrame:
    """See ``Plan.to_frame``."""
    import pandas

    return pandas.DataFrame(
        {
            "Symbol": plan.portfolio.symbols,
            "InitialValue": [float(p.value) for p in plan.portfolio],
            "MarkPrice": [float(p.price) for p in plan.portfolio],
            "BuyVal": [float(order.amount) for order in plan.orders],
            "BuyShares": [
                order.shares if isinstance(order.shares, int) else float(order.shares) for order in plan.orders
            ],
            "TradeValue": [float(order.value) for order in plan.orders],
            "FinalValue": [float(value) for value in plan.values_after],
            "TargetWeight": plan.targets_after,
            "WeightBefore": plan.weights_before,
            "WeightAfter": plan.weights_after,
            "Reason": [order.reason for order in plan.orders],
        }
    )
