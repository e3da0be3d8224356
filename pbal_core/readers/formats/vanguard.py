"""Vanguard ``OfxDownload.csv``.

Source: a public file with this layout (its numbers are made up); not checked against a download of our own. Two tables
in one file: the positions, then transactions with a header of their own, which are not read. No cost and no P&L.
Each row ends with a comma. The settlement fund (``VMFXX``) is where cash is kept.

Worked example: ``12345678,Vanguard Total Stock Market ETF,VTI,10.00,250.00,2500.00,`` is 10 VTI.
"""

from __future__ import annotations

from ..cells import normal
from ..layout import POSITION, ReadingState, TableRow, Verdict
from ..table import TableFormat


def _classify(line: TableRow, state: ReadingState) -> Verdict:
    if normal(line.first) == "account number":
        state.stopped = "a table of transactions"
        return "header", "the transactions begin"
    return POSITION


FORMAT = TableFormat(
    key="vanguard",
    broker="Vanguard",
    columns={
        "account": ("account number",),
        "symbol": ("symbol",),
        "description": ("investment name",),
        "quantity": ("shares",),
        "price": ("share price",),
        "value": ("total value",),
    },
    required=("account", "symbol", "description", "quantity", "price", "value"),
    classify=_classify,
)
KEY, BROKER, find, read = FORMAT.key, FORMAT.broker, FORMAT.find, FORMAT.read
