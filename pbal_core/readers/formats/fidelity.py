"""Fidelity ``Portfolio_Positions_*.csv``.

Source: public scripts that read it and rows they quote (2021 to 2026); not checked against a download of our own.
UTF-8 with a byte order mark; data rows end with a comma that the header does not have (17 fields under 16); signs
before the dollar (``+$979.38``); several accounts in one file. Cash is a money market fund whose symbol ends in ``**``.
A blank line, a disclaimer and ``Date downloaded Mar-02-2026 at ...`` end the file.

Worked example: ``Z1,Individual,VTI,...,10,$250.00,...,$2500.00,...`` is 10 VTI in the account Z1.
"""

from __future__ import annotations

import re

from .. import instruments
from ..cells import read_date
from ..layout import POSITION, ReadingState, TableRow, Verdict
from ..table import TableFormat

_DOWNLOADED = re.compile(r"Date downloaded (\w{3}-\d{2}-\d{4})", re.IGNORECASE)


def _classify(line: TableRow, state: ReadingState) -> Verdict:
    downloaded = _DOWNLOADED.match(line.first)
    if downloaded:
        state.draft.as_of = read_date(downloaded.group(1))
        state.complete = True
        return "footer", "date of the download"
    if line.alone and (line.record.after_blank or state.notes.get("footer")):
        state.notes["footer"] = "begun"
        return "footer", "disclaimer"
    symbol, description = line.text("symbol"), line.text("description").upper()
    if "PENDING ACTIVITY" in {symbol.upper(), description}:
        return "pending", "not settled yet, not counted as cash"
    if symbol.endswith("**") or description.startswith("HELD IN ") or instruments.is_money_market(symbol):
        return "cash", "money market fund or cash"
    return POSITION


FORMAT = TableFormat(
    key="fidelity",
    broker="Fidelity",
    columns={
        "account": ("account number", "account name/number"),
        "account_name": ("account name",),
        "symbol": ("symbol",),
        "description": ("description",),
        "quantity": ("quantity",),
        "price": ("last price",),
        "value": ("current value",),
        "pnl": ("total gain/loss dollar",),
        "cost": ("cost basis total", "cost basis"),
    },
    required=("account", "symbol", "quantity", "price", "value"),
    classify=_classify,
    repeats=True,  # a symbol held both as Cash and as Margin has two rows
    ends_with="the line 'Date downloaded'",
)
KEY, BROKER, find, read = FORMAT.key, FORMAT.broker, FORMAT.find, FORMAT.read
