"""What other programs read as JSON, apart from plans: the drift, the least cash, and what was read of a file.

The model: each document says its ``kind`` and its ``version``, and ``<kind>.schema.json`` beside this module describes
it. Amounts are texts, so that no program turns them into binary fractions; weights are numbers, as fractions of 1.

Worked example: the least cash of 1,234.50 dollars is
``{"kind": "pbal-least-cash", "version": 1, "currency": "USD", "cash": "1234.50"}``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ..portfolio import Portfolio
from ..readers import Statement
from ..readers.preview import StatementView
from .drift import DriftReport

VERSION = 1
KINDS = ("pbal-plan", "pbal-drift", "pbal-least-cash", "pbal-statement")


def document(kind: str, content: Mapping[str, Any]) -> str:
    """A document as text that ends with a line end."""
    return json.dumps({"kind": kind, "version": VERSION, **content}, indent=2, allow_nan=False) + "\n"


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind of document."""
    from importlib.resources import files  # only those who ask need it

    name = f"{kind.removeprefix('pbal-')}.schema.json"
    described: dict[str, Any] = json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return described


def drift_json(portfolio: Portfolio, report: DriftReport) -> str:
    """How far each position is from its target."""
    return document("pbal-drift", {"currency": portfolio.currency, **report.to_dict()})


def least_cash_json(portfolio: Portfolio, amount: Decimal) -> str:
    """The least cash that reaches the targets without a sale."""
    return document("pbal-least-cash", {"currency": portfolio.currency, "cash": f"{amount:f}"})


def statement_json(statement: Statement, view: StatementView) -> str:
    """What was read of a file; the positions are there once no choice is open."""
    positions = statement.portfolio.to_dict()["positions"] if view.ready else []
    lines = [
        {
            "line": each.line,
            "last": each.last,
            "kind": each.kind,
            "used": each.used,
            "account": each.account,
            "symbol": each.symbol,
            "facts": each.facts,
            "reason": each.reason,
        }
        for each in view.lines
    ]
    accounts = [
        {"id": each.id, "name": each.name, "included": each.included, "positions": each.positions}
        for each in view.accounts
    ]
    return document(
        "pbal-statement",
        {
            "title": view.title,
            "format": view.format,
            "currency": view.currency,
            "ready": view.ready,
            "cash": f"{view.cash:f}" if view.has_cash else None,
            "accounts": accounts,
            "positions": positions,
            "lines": lines,
            "issues": [{"severity": i.severity, "code": i.code, "message": str(i)} for i in view.issues],
        },
    )
