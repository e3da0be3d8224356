"""What is held: a portfolio of positions. Frozen, and validated in the constructor.

The model: a portfolio is a tuple of positions in file order, each symbol once. Money is exact: ``Decimal`` at the
border, integer units of ``10**-scale`` dollars inside (see ``money``).

Worked example: two positions of 600 and 400 dollars are a portfolio of 1,000 dollars.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..errors import DataError, Issue, Place, RequestError
from ..money import (
    CURRENCY,
    NotANumberError,
    decimals,
    float_text,
    format_money,
    format_shares,
    from_units,
    parse_decimal,
    to_units,
)
from .shown import html_table, json_text, text_table

if TYPE_CHECKING:
    from collections.abc import Mapping

from .position import Position, position_problems, symbol_key

MAX_POSITIONS = 10_000
COLUMNS = ("Symbol", "PositionValue", "MarkPrice", "FifoPnlUnrealized")


@dataclass(frozen=True)
class Portfolio:
    """Positions in file order, each symbol once.

    Args:
        positions: What is held; none for a portfolio of nothing but cash, which targets with prices can invest.
        currency: ISO code of the currency that every amount is in. Where this package says "dollars", it is this one.

    Raises:
        DataError: More than MAX_POSITIONS, a symbol twice, or a currency that is no ISO code.
    """

    positions: tuple[Position, ...]
    currency: str = "USD"

    def __init__(self, positions: Iterable[Position], *, currency: str = "USD") -> None:
        object.__setattr__(self, "positions", tuple(positions))
        object.__setattr__(self, "currency", currency)
        issues: list[Issue] = []
        if not isinstance(currency, str) or not CURRENCY.fullmatch(currency):
            message = f"the currency is {str(currency)[:40]!a}; a code of three capital letters is needed, such as USD."
            issues.append(Issue("error", "bad_currency", message))
        if len(self.positions) > MAX_POSITIONS:
            issues.append(
                Issue(
                    "error",
                    "too_many_rows",
                    f"there are {len(self.positions):,} positions; at most {MAX_POSITIONS:,} are read.",
                )
            )
        seen: set[str] = set()
        for position in self.positions:
            key = symbol_key(position.symbol)
            if key in seen:
                message = f"{position.symbol} occurs more than once; each symbol may have one row."
                issues.append(Issue("error", "duplicate_symbol", message, Place(symbol=position.symbol)))
            seen.add(key)
        if issues:
            raise DataError(issues)

    def __len__(self) -> int:
        return len(self.positions)

    def __iter__(self) -> Iterator[Position]:
        return iter(self.positions)

    def __getitem__(self, symbol: str) -> Position:
        return self._by_symbol[symbol]

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._by_symbol

    @cached_property
    def _by_symbol(self) -> dict[str, Position]:
        return {position.symbol: position for position in self.positions}

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """Symbols in file order."""
        return tuple(position.symbol for position in self.positions)

    @cached_property
    def scale(self) -> int:
        """Decimals that hold every value, price and P&L exactly; at least 2."""
        amounts = [p.value for p in self.positions] + [p.price for p in self.positions]
        amounts += [p.pnl for p in self.positions if p.pnl is not None]
        return max([2, *map(decimals, amounts)])

    @cached_property
    def value(self) -> Decimal:
        """Market value of all positions together, exact, in dollars."""
        return from_units(sum(to_units(p.value, self.scale) for p in self.positions), self.scale)

    def money(self, amount: Decimal, *, signed: bool = False) -> str:
        """An amount of ``currency`` as a person reads it; see ``format_money``."""
        return format_money(amount, signed=signed, currency=self.currency)

    def __str__(self) -> str:
        """The positions as a table, and what they are worth together."""
        return f"{text_table(self._shown())}\n{self._summary()}"

    def _repr_html_(self) -> str:
        """The same for a notebook."""
        return html_table(self._shown(), self._summary())

    def _summary(self) -> str:
        noun = "position" if len(self) == 1 else "positions"
        return f"{len(self):,} {noun}, {self.money(self.value)}"

    def _shown(self) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = [("Symbol", "Value", "Price", "Shares")]
        for p in self.positions:
            shares = "" if p.quantity is None else format_shares(p.quantity)
            rows.append((p.symbol, self.money(p.value), self.money(p.price), shares))
        return rows

    def to_dict(self) -> dict[str, Any]:
        """The portfolio in plain values, exact amounts as text, as ``pbal inspect -f json`` writes positions."""
        names = ("value", "price", "pnl", "quantity")
        rows: list[dict[str, Any]] = []
        for p in self.positions:
            amounts = {name: getattr(p, name) for name in names}
            texts = {name: None if amount is None else f"{amount:f}" for name, amount in amounts.items()}
            rows.append({"symbol": p.symbol} | texts)
        return {"currency": self.currency, "positions": rows}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Portfolio:
        """The portfolio that ``to_dict`` wrote.

        Raises:
            DataError: A position cannot be used.
            RequestError: This is no such content.
        """
        try:
            currency = content["currency"]
            positions = [Position(**row) for row in content["positions"]]
        except (KeyError, TypeError) as error:
            raise RequestError(f"this is not what to_dict writes: {error}.") from None
        return cls(positions, currency=currency)

    def to_json(self) -> str:
        """``to_dict`` as text."""
        return json_text(self.to_dict())

    @classmethod
    def from_frame(cls, frame: Any, *, currency: str = "USD") -> Portfolio:
        """Builds a portfolio from a table with the columns COLUMNS; others are ignored.

        Args:
            frame: A pandas, Polars or PyArrow table, or a list of dicts. One row a position. Numbers may be text,
                Decimal, int or float (a float counts as the shortest decimal that names it, to twelve decimals). A
                missing FifoPnlUnrealized (None, NaN, empty text, or no such column) is unknown.
            currency: ISO code of the currency that every amount is in.

        Raises:
            RequestError: ``frame`` is no table.
            DataError: Every missing column and every bad cell at once; ``where.line`` is the 1-based row.
        """
        return _from_frame(frame, currency)


def check_portfolio(given: object) -> None:
    """Refuses what is no portfolio, with a hint where it has one.

    Raises:
        RequestError: ``given`` is something else.
    """
    if not isinstance(given, Portfolio):
        hint = " (the portfolio of a statement is statement.portfolio)" if hasattr(given, "portfolio") else ""
        raise RequestError(f"a Portfolio is needed, not {type(given).__name__}{hint}.")


_COLUMN = dict(zip(("symbol", "value", "price", "pnl"), COLUMNS, strict=True))


def _from_frame(frame: object, currency: str) -> Portfolio:
    """See ``Portfolio.from_frame``."""
    from .tables import read_table  # only those who have a table need it

    table = read_table(frame, COLUMNS)
    issues = list(_header_problems(table.columns))
    if issues:
        raise DataError(issues)
    positions: list[Position] = []
    seen: dict[str, int] = {}
    for number, (label, row) in enumerate(zip(table.labels, table.rows, strict=True), start=1):
        found: list[Issue] = []
        symbol = "" if _is_empty(row.get("Symbol")) else str(row["Symbol"]).strip()
        value, price, pnl = (_cell(row.get(name), Place(line=number, column=name), found) for name in COLUMNS[1:])
        found += (
            Issue("error", code, message, Place(line=number, column=_COLUMN[field]))
            for field, code, message in position_problems(symbol, value, price)
        )
        if symbol and (first := seen.setdefault(symbol_key(symbol), number)) != number:
            message = f"{symbol} is in row {first} already; one row for each symbol is needed."
            found.append(Issue("error", "duplicate_symbol", message, Place(line=number, column="Symbol")))
        if not found and value is not None and price is not None:
            positions.append(Position(symbol=symbol, value=value, price=price, pnl=pnl))
        named = f"the row labelled {label!a}: " if label else ""
        issues += (replace(issue, message=named + issue.message) for issue in found)
    if issues:
        raise DataError(issues)
    return Portfolio(positions, currency=currency)


def _header_problems(labels: list[Hashable]) -> Iterator[Issue]:
    """Columns that are missing, or of which one would have to be chosen."""
    found = ", ".join(map(str, labels)) or "none"
    for name in COLUMNS:
        count = labels.count(name)
        if not count and name != "FifoPnlUnrealized":
            message = f"the column {name} is missing; the table has: {found}."
            yield Issue("error", "missing_column", message, Place(column=name))
        elif count > 1:
            message = f"the column {name} is in the table {count} times; once is needed."
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
