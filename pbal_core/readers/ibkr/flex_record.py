"""One record of an IBKR Flex report: texts by folded column name, whatever the layout.

Source: IBKR's Flex Query reference. XML names are folded to those of the CSV: ``position`` to ``quantity``.

Worked example: ``assetCategory="STK"`` and the field ``STK`` under ``AssetClass`` are the text of ``assetclass``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ...portfolio import symbol_key

ALIASES = {
    "accountid": "clientaccountid",
    "currency": "currencyprimary",
    "assetcategory": "assetclass",
    "position": "quantity",
}
TITLES = {
    "symbol": "Symbol",
    "positionvalue": "PositionValue",
    "markprice": "MarkPrice",
    "fifopnlunrealized": "FifoPnlUnrealized",
    "quantity": "Quantity",
    "costbasismoney": "CostBasisMoney",
    "fxratetobase": "FXRateToBase",
    "multiplier": "Multiplier",
    "endingcash": "EndingCash",
}
"""How columns are called in messages."""


class FlexRecord(NamedTuple):
    """One record of a section.

    Attributes:
        line: Line in which it begins.
        cells: The fields as they are in the file.
        values: Text by folded column name, stripped.
        owner: Account of the record, or of the report around it; empty when neither names one.
    """

    line: int
    cells: tuple[str, ...]
    values: dict[str, str]
    owner: str

    @classmethod
    def of(cls, line: int, cells: tuple[str, ...], fields: Iterable[tuple[str, str]], account: str) -> FlexRecord:
        """The record of named texts in a report of an account."""
        values = {name: text.strip() for name, text in fields}
        return cls(line, cells, values, values.get("clientaccountid") or account)

    def text(self, name: str) -> str:
        """The field; empty when the file does not have it."""
        return self.values.get(name, "")

    @property
    def is_lot(self) -> bool:
        """The record is one tax lot of a position."""
        return self.values.get("levelofdetail", "").upper() == "LOT"

    @property
    def day(self) -> str:
        """The day it is of, in the file's words: its own, else that of the report around it."""
        return self.text("reportdate") or self.text("todate")

    @property
    def key(self) -> tuple[str, str]:
        """What SUMMARY and LOT rows of one position share."""
        return self.owner, self.text("conid") or symbol_key(self.text("symbol"))


def folded(name: str) -> str:
    """A column or attribute name to look up with."""
    key = name.strip().casefold()
    return ALIASES.get(key, key)
