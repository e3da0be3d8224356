"""Which column of an unknown file means what: guessed, confirmed by the user, kept as a small TOML file.

Worked example of the file::

    symbol = "Ticker"
    quantity = "Units"
    price = "Last"
    decimal = "."
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

from ..errors import RequestError
from .cells import normal
from .columns import NAMES
from .headers import known_columns

FIELDS = ("symbol", "quantity", "price", "value", "pnl", "cost", "cost_price", "account", "currency", "asset_class",
          "description")  # fmt: skip

DecimalChoice = Literal["auto", ".", ","]
"""The decimal sign of a file's numbers, or that the file tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """The header text of each field; None where the file does not have it.

    Args:
        symbol: Column of the symbol.
        quantity: Column of the shares held.
        price: Column of the price of one share.
        value: Column of the market value.
        pnl: Column of the unrealised profit or loss.
        cost: Column of the cost of the whole position.
        cost_price: Column of the cost of one share.
        account: Column of the account.
        currency: Column of the currency.
        asset_class: Column of the kind of asset: crypto, bonds and the like are left out.
        description: Column of the name.
        decimal: Number style; ``auto`` decides it from the file.

    Raises:
        RequestError: Fewer than two of quantity, price and value, or one column for two fields.
    """

    symbol: str
    quantity: str | None = None
    price: str | None = None
    value: str | None = None
    pnl: str | None = None
    cost: str | None = None
    cost_price: str | None = None
    account: str | None = None
    currency: str | None = None
    asset_class: str | None = None
    description: str | None = None
    decimal: DecimalChoice = "auto"

    def __post_init__(self) -> None:
        if sum(column is not None for column in (self.quantity, self.price, self.value)) < 2:
            raise RequestError("a mapping needs two of quantity, price and value; name their columns.")
        columns = [normal(column) for _, column in self.pairs()]
        doubled = next((column for column in columns if columns.count(column) > 1), None)
        if doubled is not None:
            raise RequestError(f'the mapping takes the column "{doubled}" for two fields; one column means one thing.')
        if self.decimal not in {"auto", ".", ","}:
            raise RequestError('decimal must be "auto", "." or "," in a mapping.')

    def pairs(self) -> list[tuple[str, str]]:
        """Field and column, for every field that the file has."""
        return [(name, column) for name in FIELDS if (column := getattr(self, name)) is not None]

    def to_toml(self) -> str:
        """The mapping as the text of a TOML file."""
        lines = ["# Portfolio Balancer: which column of the positions file means what"]
        lines += [f"{name} = {_quoted(column)}" for name, column in self.pairs()]
        return "\n".join([*lines, f"decimal = {_quoted(self.decimal)}"]) + "\n"

    @classmethod
    def from_toml(cls, text: str) -> ColumnMapping:
        """Reads what ``to_toml`` writes.

        Raises:
            RequestError: Not TOML, an unknown field, a value that is no text, or see the class.
        """
        import tomllib

        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise RequestError(f"the mapping is not TOML: {error}.") from None
        known = {entry.name for entry in fields(cls)}
        for name, value in table.items():
            if name not in known:
                raise RequestError(f'a mapping has no field "{name[:40]}"; it has {", ".join(sorted(known))}.')
            if not isinstance(value, str):
                raise RequestError(f"{name} must be the text of a header in a mapping.")
        if "symbol" not in table:
            raise RequestError("a mapping needs the field symbol; name its column.")
        return cls(**table)


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's, but for the one control character JSON leaves alone."""
    return json.dumps(text).replace("\x7f", "\\u007f")


def guess(header: Sequence[str]) -> ColumnMapping | None:
    """The mapping that a header suggests; None when the symbol or two of quantity, price and value are not found."""
    found = guessed_columns(header)
    if "symbol" not in found or sum(name in found for name in ("quantity", "price", "value")) < 2:
        return None
    return ColumnMapping(**found)  # type: ignore[arg-type]


def guessed_columns(header: Sequence[str]) -> dict[str, str]:
    """The column of each field that a header names.

    Names with a unit count like those without: ``Price ($)`` is ``price``. Where no column holds symbols, the column of
    names does.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    columns = known_columns(header)
    for name, candidates in NAMES.items():
        column = next((columns[c] for c in candidates if c in columns and columns[c] not in taken), None)
        if column is not None:
            found[name] = column
            taken.add(column)
    if "symbol" not in found and "description" in found:
        found["symbol"] = found.pop("description")
    return found
