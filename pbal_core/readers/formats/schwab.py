"""Charles Schwab ``*-Positions-*.csv``, both generations, and what Excel makes of it.

Source: one public download (2020) and excerpts in public documentation (2025, 2026). A title row ``Positions for
account Individual ...123 as of 05:35 PM ET, 2026/05/26`` stands first; the user chooses columns and their order. Since
2024 headers carry a short and a long name: ``Mkt Val (Market Value)``. Any column but Symbol and the value may be off.
A file of all accounts repeats a label row and the header for each. ``Account Total`` includes cash, options and
everything else, and is compared.

Worked example: ``"VTI","...","10","$250.00",...,"$2,500.00",...`` and ``Cash & Cash Investments`` of ``$100.00`` make
an ``Account Total`` of ``$2,600.00``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..cells import normal, read_date
from ..document import Document, Record
from ..layout import POSITION, ReadingState, TableRow, Verdict
from ..table import TableFormat

_TITLE = re.compile(r"Positions for (?:account )?(?P<name>.+?) as of (?P<when>.+)", re.IGNORECASE)
_OWN_NAMES = frozenset({"mkt val (market value)", "qty (quantity)", "gain $ (gain/loss $)"})
_DAY = re.compile(r"\d{4}/\d{2}/\d{2}|\d{2}/\d{2}/\d{4}|\d{4}-\d{2}-\d{2}")


def _preamble(record: Record, state: ReadingState) -> str:
    """The title row, and the label of the first account."""
    text = ",".join(cell for cell in record.cells if cell.strip()).strip()
    title = _TITLE.match(text)
    if title:
        day = _DAY.search(title["when"])
        state.draft.as_of = read_date(day.group()) if day else None
        if normal(title["name"]) not in {"all-accounts", "all accounts"}:
            state.account = title["name"].strip()
        return "title"
    if len([cell for cell in record.cells if cell.strip()]) == 1:
        state.account = text
        return "account"
    return ""


def _classify(line: TableRow, state: ReadingState) -> Verdict:
    first = normal(line.first)
    if line.alone:
        if _TITLE.match(line.first):
            _preamble(line.record, state)
            return "header", "title"
        _check_total_seen(state)
        state.account, state.complete = line.first, False
        return "header", "account"
    if first in {"account total", "positions total", "total"}:
        return "total", _total(line, state)
    return ("cash", "cash") if first.startswith("cash & cash investments") else POSITION


def _check_total_seen(state: ReadingState) -> None:
    """Each account ends with its total; one without may have lost rows."""
    if not state.complete and state.account in state.draft.accounts:
        message = f"the account {state.account} does not end with its total; the file may have been cut there."
        state.draft.remark("warning", "maybe_cut", message)


def _total(line: TableRow, state: ReadingState) -> str:
    """Compares the account's total, and says so; a total of positions may leave cash out."""
    state.complete = True
    draft, title = state.draft, line.layout.title["value"]
    stated = draft.number(line.raw("value"), line.record.line, title)
    if stated is None:
        return "no amount to compare"
    draft.state_total("total", line.record.line, "total of the account", stated, state.account)
    return "compared with the rows of the account"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Schwab(TableFormat):
    """A table that is known by the title above it, since its users may switch off any column."""

    def find(self, document: Document) -> int | None:
        """The header below a title, or one with the names that only Schwab writes."""
        titled = any(_TITLE.match(",".join(cell for cell in r.cells if cell.strip())) for r in document.records[:3])
        for index, names in enumerate(document.names):
            if self.is_header(names) and (titled or not _OWN_NAMES.isdisjoint(names)):
                return index
        return None


FORMAT = _Schwab(
    key="schwab",
    broker="Charles Schwab",
    columns={
        "symbol": ("symbol",),
        "description": ("description",),
        "quantity": ("qty (quantity)", "quantity"),
        "price": ("price",),
        "value": ("mkt val (market value)", "market value"),
        "pnl": ("gain $ (gain/loss $)", "gain/loss $"),
        "cost": ("cost basis",),
        "asset_class": ("asset type", "security type"),
    },
    required=("symbol", "value"),
    classify=_classify,
    preamble=_preamble,
    ends_with="an account total",
)
KEY, BROKER, find, read = FORMAT.key, FORMAT.broker, FORMAT.find, FORMAT.read
