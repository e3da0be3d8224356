"""Wealthsimple ``holdings-report-*.csv``.

Source: a public test with a trimmed export; not checked against a download of our own. One currency a row, and no
exchange rate: holdings in CAD and USD cannot be added (choose accounts). ``Position Direction`` is LONG or SHORT. The
last line is ``"As of 2026-06-09 14:49 GMT+05:00"``.

Worked example: ``...,"VTI",...,"10","LONG","250","USD",...,"2500","USD","525","USD"`` is 10 VTI in US dollars.
"""

from __future__ import annotations

import re

from .. import instruments
from ..cells import read_date
from ..layout import POSITION, ReadingState, TableRow, Verdict
from ..table import TableFormat

_AS_OF = re.compile(r"As of (\d{4}-\d{2}-\d{2})")


def _classify(line: TableRow, state: ReadingState) -> Verdict:
    as_of = _AS_OF.match(line.first)
    if as_of and line.alone:
        state.draft.as_of = read_date(as_of.group(1))
        state.complete = True
        return "footer", "date of the report"
    if line.text("direction").upper() == "SHORT":
        return "unsupported", instruments.SHORT
    return POSITION


FORMAT = TableFormat(
    key="wealthsimple",
    broker="Wealthsimple",
    columns={
        "account": ("account number",),
        "account_name": ("account name",),
        "symbol": ("symbol",),
        "description": ("name",),
        "asset_class": ("security type",),
        "direction": ("position direction",),
        "quantity": ("quantity",),
        "price": ("market price",),
        "price_currency": ("market price currency",),
        "value": ("market value",),
        "currency": ("market value currency",),
        "pnl": ("market unrealized returns",),
        "pnl_currency": ("market unrealized returns currency",),
        "cost": ("book value (market)",),
        "cost_currency": ("book value currency (market)",),
    },
    required=("account", "symbol", "quantity", "direction", "price", "value", "currency"),
    classify=_classify,
    currency="",
    ends_with="the line 'As of'",
)
KEY, BROKER, find, read = FORMAT.key, FORMAT.broker, FORMAT.find, FORMAT.read
