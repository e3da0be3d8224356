"""Which day the records of a Flex report are of, and which of several days is the last.

Source: IBKR's Flex Query pages (delivery configuration): dates are written ``yyyyMMdd``, ``yyyy-MM-dd``,
``MM/dd/yyyy``, ``MM/dd/yy``, ``dd/MM/yyyy``, ``dd/MM/yy`` or ``dd-MMM-yy``, as the user sets it, in the whole file.

The model: a report that is broken out by day repeats every position, so only each account's last day counts. Whether
the month or the day comes first is decided from all dates together. Where they leave it open, no day is reported; where
the answer would decide which day is the last, the file is refused.

Worked example: ``31/01/2026`` and ``01/02/2026`` are January 31 and February 1; ``01/02/2026`` alone is no known day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ..cells import read_date
from ..draft import StatementDraft
from .flex_record import FlexRecord

_SLASHES = r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})"


def latest(draft: StatementDraft, entries: Sequence[FlexRecord]) -> tuple[list[FlexRecord], date | None]:
    """The entries of each account's last day, and the last day of all, None when unknown.

    Entries without a day are kept. The others become rows that are not used.
    """
    dated = [entry for entry in entries if entry.day]
    texts = list(dict.fromkeys(entry.day for entry in dated))
    found = [_read(texts, day_first=day_first) for day_first in (False, True)]
    readings = [days for days in found if days is not None]
    lasts = [_last(dated, days) for days in readings]
    if (len(texts) > 1 and not readings) or any(last != lasts[0] for last in lasts):
        line = next(entry.line for entry in dated if entry.day == texts[1])
        message = (
            f"the report has several days ({', '.join(texts[:3])}), and it is not clear which is the last; export one "
            "day, or write dates as yyyyMMdd."
        )
        draft.refuse("ambiguous_date", message, line, "ReportDate")
        return list(entries), None
    open_order = len(readings) == 2 and readings[0] != readings[1]
    if open_order and not any(remark.code == "ambiguous_date" for remark in draft.remarks):
        message = f"{texts[0]} can be two days; which one the values are of is not known."
        draft.remark("warning", "ambiguous_date", message, dated[0].line)
    days = readings[0] if readings and not open_order else {}
    if len(texts) > 1:
        last = lasts[0]
        for entry in dated:
            if entry.day != last[entry.owner]:
                own, later = (days.get(text, text) for text in (entry.day, last[entry.owner]))
                reason = f"of {own}, an earlier day than {later}"
                draft.row(entry, "other", reason, entry.text("symbol"), entry.owner)
        entries = [entry for entry in entries if not entry.day or entry.day == last[entry.owner]]
    return list(entries), max(days.values(), default=None)


def _read(texts: Iterable[str], *, day_first: bool) -> dict[str, date] | None:
    """Each date, in one order of month and day; None when one of them is no date then."""
    days: dict[str, date] = {}
    for text in texts:
        match = re.fullmatch(_SLASHES, text, re.ASCII)
        if match:
            one, two, year = (int(part) for part in match.groups())
            month, day = (two, one) if day_first else (one, two)
            read = read_date(f"{year + 2000 if year < 100 else year}-{month:02}-{day:02}")
        else:
            read = read_date(text)
        if read is None:
            return None
        days[text] = read
    return days


def _last(dated: Iterable[FlexRecord], days: Mapping[str, date]) -> dict[str, str]:
    """The text of each account's last day."""
    last: dict[str, str] = {}
    for entry in dated:
        if entry.owner not in last or days[entry.day] > days[last[entry.owner]]:
            last[entry.owner] = entry.day
    return last
