"""Fidelity ``Portfolio_Positions_*.csv``.

Source: public scripts that read it and rows they quote (2021 to 2026); not checked against a download of our own. UTF-8
with a byte order mark; data rows end with a comma that the header does not have (17 fields under 16); signs before the
dollar (``+$979.38``); several accounts in one file. Cash is a money market fund whose symbol ends in ``**``. Since 2026
an account may end with a row ``Z1 Total``, which is compared. A blank line, a disclaimer and ``Date downloaded
Mar-02-2026 at ...`` (or ``Date exported``) end the file.

Worked example: ``Z1,Individual,VTI,...,10,$250.00,...,$2500.00,...`` is 10 VTI in the account Z1.
"""

from __future__ import annotations

import re

from ..cells import read_date
from ..layout import POSITION, ReadingState, TableRow, Verdict
from ..table import TableFormat, account_total

_DOWNLOADED = re.compile(r"Date (?:downloaded|exported) (\w{3}-\d{2}-\d{4}|\d{1,2}/\d{1,2}/\d{4})", re.IGNORECASE)


def _classify(line: TableRow, state: ReadingState) -> Verdict:
    downloaded = _DOWNLOADED.match(line.first)
    if downloaded:
        state.draft.as_of = read_date(downloaded.group(1))
        state.complete = True
        return "footer", "date of the download"
    if line.alone and (line.record.after_blank or state.notes.get("footer")):
        state.notes["footer"] = "begun"
        return "footer", "disclaimer"
    symbol, account = line.text("symbol"), line.text("account")
    if not symbol and account.endswith(" Total"):
        account_total(state, line.record.line, account, line.raw("value"), account.removesuffix(" Total"))
        return "total", "compared with the rows of the account"
    if "PENDING ACTIVITY" in {symbol.upper(), line.text("description").upper()}:
        return "pending", "not settled yet"
    if symbol.endswith("**") or line.text("description").upper().startswith("HELD IN "):
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
    ends_with="the line 'Date downloaded' or 'Date exported'",
)
KEY, BROKER, find, read = FORMAT.key, FORMAT.broker, FORMAT.find, FORMAT.read
