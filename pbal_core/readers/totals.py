"""Totals that a file states, against the rows that they may be the total of.

The model: every amount is noted in file order, and every total with the number of amounts before it. The total of a
table is that of the rows above it since the total before, of those below it up to the next one, or of all. Some leave
cash out, or what is not settled. A total of the table that no such sum agrees with is refused; the total of a part, or
one beside the table, may be of another moment: it is a warning with both numbers.

Worked example: under ``VTI 2500``, ``Total 2500``, ``BND 1440`` and ``Total 1440`` each total is that of its own row.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from .checks import Counted, CountedKind, Level, StatedTotal, Sum
from .derive import EXACT
from .draft import StatementDraft
from .facts import TotalCheck

_READINGS: tuple[tuple[str, tuple[CountedKind, ...]], ...] = (
    ("", ("asset", "cash", "pending")),
    (", without what is pending", ("asset", "cash")),
    (", with what is pending", ("asset", "cash", "pending", "due")),
    (", without cash", ("asset",)),
)


class _Ledger:
    """Sums over any range of the amounts noted, of one account or of all, by kind, and where the totals are in it."""

    def __init__(self, counted: Iterable[tuple[int, Counted]], end: int) -> None:
        self.end = end
        self.marks: dict[Level, list[int]] = {}
        self._kinds: dict[CountedKind, tuple[list[int], list[Decimal], list[int]]] = {}
        for index, entry in counted:
            places, sums, cents = self._kinds.setdefault(entry.kind, ([], [Decimal(0)], [0]))
            places.append(index)
            sums.append(EXACT.add(sums[-1], entry.amount))
            exponent = entry.amount.as_tuple().exponent
            cents.append(cents[-1] + (not isinstance(exponent, int) or exponent < 0))

    def between(self, start: int, end: int, kinds: Sequence[CountedKind]) -> Sum:
        """The sum of the amounts of some kinds from one index to another."""
        found = Sum()
        for kind in kinds:
            if kind in self._kinds:
                places, sums, cents = self._kinds[kind]
                first, last = bisect_left(places, start), bisect_left(places, end)
                found.value = EXACT.add(found.value, EXACT.subtract(sums[last], sums[first]))
                found.count += last - first
                found.whole = found.whole and cents[last] == cents[first]
        return found

    def stretches(self, stated: StatedTotal) -> Iterator[tuple[int, int]]:
        """From where to where the amounts may be that a total sums up, the likeliest first."""
        if stated.level != "summary":
            levels: tuple[Level, ...] = ("total",) if stated.level == "total" else ("total", "section", "part")
            befores, afters = [0], [self.end]
            for marks in filter(None, (self.marks.get(level) for level in levels)):
                before, after = bisect_left(marks, stated.mark), bisect_right(marks, stated.mark)
                befores += marks[before - 1 : before] if before else []
                afters += marks[after : after + 1]
            yield max(befores), stated.mark
            if stated.level != "bare":
                yield stated.mark, min(afters)
            yield 0, stated.mark
        if stated.level != "bare" or not stated.mark:
            yield 0, self.end


def checks(draft: StatementDraft, without: frozenset[int] = frozenset()) -> list[tuple[StatedTotal, TotalCheck]]:
    """Each total with the comparison that holds, else with the likeliest one.

    Args:
        draft: What was read.
        without: Lines whose amounts are left out.
    """
    wanted, left_out = {stated.account for stated in draft.stated}, draft.uncounted | without
    own: dict[str | None, list[tuple[int, Counted]]] = {account: [] for account in wanted}
    for index, entry in enumerate(draft.counted):
        for account in wanted & {None, entry.account} if entry.line not in left_out else ():
            own[account].append((index, entry))
    ledgers = {account: _Ledger(entries, len(draft.counted)) for account, entries in own.items()}
    for stated in draft.stated:
        ledgers[stated.account].marks.setdefault(stated.level, []).append(stated.mark)
    return [(stated, _check(draft, stated, ledgers[stated.account])) for stated in draft.stated]


def _check(draft: StatementDraft, stated: StatedTotal, ledger: _Ledger) -> TotalCheck:
    compared: list[TotalCheck] = []
    rounded = draft.rounded or not draft.proven
    for start, end in ledger.stretches(stated):
        for words, kinds in _READINGS:
            found = ledger.between(start, end, kinds)
            if found.count or (start, end) == (0, ledger.end):
                label, account = stated.label + words, stated.account or ""
                compared.append(found.check(label, stated.line, account, stated.amount, rounded=rounded))
                if compared[-1].holds:
                    return compared[-1]
    return compared[0]


def compare(draft: StatementDraft, *, cut: bool) -> None:
    """Compares every total of the file: one that no sum agrees with is refused, or a warning with both numbers.

    Args:
        draft: What was read.
        cut: The table has no end, so a total beside it that differs says that rows are missing.
    """
    found = checks(draft) if draft.stated else []
    proved = any(check.holds and stated.level == "total" for stated, check in found)
    for stated, check in found:
        if stated.level == "bare":
            draft.bare[stated.line] = f"; if {stated.amount:f} is a total, its rows add up to {check.found:f}"
            continue
        refused = {"total": True, "section": not proved, "summary": cut, "part": False}
        if check.holds or refused[stated.level]:
            draft.compare(check)
            continue
        message = f"the file says {check.stated:f} as {check.label}, and its rows add up to {check.found:f}"
        why = "they may be of different moments" if stated.level == "summary" else "a row may be missing"
        if proved and stated.level != "summary":
            why = "the total of the table agrees with them"
        message = f"{message}; {why}. The rows are used."
        draft.remark("warning", "summary_differs", message, stated.line)
