"""A small language to build portfolios in tests: ``portfolio("VTI 1000 @ 250; BND 500 @ 75 pnl -20")``."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from pbal_core import Constraints, Portfolio, Position

_POSITION = re.compile(r"(?P<symbol>\S+) (?P<value>\S+) @ (?P<price>\S+)(?: pnl (?P<pnl>\S+))?(?: held (?P<held>\S+))?")


def position(text: str) -> Position:
    """``VTI 1000 @ 250``: value, price; then, where known, ``pnl -20`` and ``held 4``."""
    match = _POSITION.fullmatch(text.strip())
    assert match, f"not a position: {text!r}"
    part: dict[str, Any] = {
        name: value if name == "symbol" or value is None else Decimal(value)
        for name, value in match.groupdict().items()
    }
    return Position(
        symbol=part["symbol"], value=part["value"], price=part["price"], pnl=part["pnl"], quantity=part["held"]
    )


def portfolio(text: str) -> Portfolio:
    """Positions parted by semicolons or line ends."""
    return Portfolio(position(part) for part in re.split(r"[;\n]", text) if part.strip())


def rules(**given: Any) -> Constraints:
    """Constraints as loosely as people give them: a symbol or several, a table of steps, a number or its text."""
    return Constraints(**given)
