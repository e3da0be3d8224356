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
from ..portfolio.shown import json_text
from ..readers import Statement
from ..readers.preview import preview

VERSION = 1
KINDS = ("pbal-plan", "pbal-drift", "pbal-least-cash", "pbal-statement")


def document(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """A document in plain Python values."""
    return {"kind": kind, "version": VERSION, **content}


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind of document."""
    from importlib.resources import files  # only those who ask need it

    name = f"{kind.removeprefix('pbal-')}.schema.json"
    described: dict[str, Any] = json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return described


def least_cash_json(portfolio: Portfolio, amount: Decimal) -> str:
    """The least cash that reaches the targets without a sale."""
    return json_text(document("pbal-least-cash", {"currency": portfolio.currency, "cash": f"{amount:f}"}))


def statement_document(statement: Statement) -> dict[str, Any]:
    """What was read of a file; the positions are there once no choice is open."""
    view = preview(statement)
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
