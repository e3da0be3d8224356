"""E*TRADE ``PortfolioDownload.csv``, the layout of the 2020s and that of 2026.

Source: one public download (2019, redacted) and a public test (2026). An ``Account Summary`` block comes first; its net
account value may be of another moment, so one that differs is a warning. Since 2026 a block ``Filters applied`` has a
header that also begins with ``Symbol``. Under a position its tax lots follow, their first field a date or ``--`` led by
spaces. ``CASH`` and ``TOTAL`` rows and ``Generated at ...`` end the file; the fields of ``TOTAL`` may be shifted, its
last number is the total. One symbol may have several rows.

Worked example: ``VTI,250.00,...,10.0000,...,2500.0000`` and ``CASH,...,100.00,`` make a ``TOTAL`` of ``2600.00``.
"""

from __future__ import annotations

import re

from ..cells import is_blank, normal, read_date
from ..document import Record
from ..layout import POSITION, ReadingState, TableRow, Verdict
from ..table import TableFormat, account_total

_GENERATED = re.compile(r"Generated at (?P<day>\d{2}/\d{2}/\d{4}|\w{3} \d{1,2} \d{4})", re.IGNORECASE)


def _preamble(record: Record, state: ReadingState) -> str:
    """The account and its net value, under the names of the summary block."""
    names = [normal(cell) for cell in record.cells]
    if names[:2] == ["account", "net account value"]:
        state.notes["summary"] = "next"
        return "names of the account summary"
    if state.notes.get("summary") == "next":
        state.notes["summary"] = "read"
        state.account = record.cells[0].strip()
        net = state.draft.number(record.cells[1], record.line, "Net Account Value") if len(record.cells) > 1 else None
        state.draft.state_total("summary", record.line, "Net Account Value", net)
        return "account summary"
    return ""


def _classify(line: TableRow, state: ReadingState) -> Verdict:
    generated = _GENERATED.match(line.first)
    if generated:
        state.draft.as_of = read_date(generated["day"])
        return "footer", "when it was generated"
    if line.first == "TOTAL":
        return "total", _total(line, state)
    if line.record.cells[0][:1] == " " and (is_blank(line.first) or read_date(line.first)):
        return "lot", "part of the position above it"
    if line.first == "CASH" and is_blank(line.text("price")):  # with a price it is the share of that name
        return "cash", "cash"
    return POSITION


def _total(line: TableRow, state: ReadingState) -> str:
    state.complete = True
    numbers = [cell for cell in line.record.cells[1:] if not is_blank(cell)]
    if numbers:
        account_total(state, line.record.line, "TOTAL", numbers[-1])
    return "compared with the rows" if numbers else "no amount to compare"


FORMAT = TableFormat(
    key="etrade",
    broker="E*TRADE",
    columns={
        "symbol": ("symbol",),
        "quantity": ("quantity",),
        "price": ("last price $",),
        "value": ("value $",),
        "pnl": ("total gain $",),
        "cost_price": ("price paid $",),
    },
    required=("symbol",),
    distinctive=("value $", "last price $", "price paid $"),
    classify=_classify,
    preamble=_preamble,
    ends_with="a TOTAL row",
)
KEY, BROKER, find, read = FORMAT.key, FORMAT.broker, FORMAT.find, FORMAT.read
