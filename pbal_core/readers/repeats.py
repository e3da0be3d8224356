"""Rows of one symbol of which one is the sum of the others: a total and its lots, which must not count twice.

The model: rows of 15, 10 and 5 VTI are three purchases, or a total and its two lots. What decides is the file's own
total; then a column that has text in the lots alone or in the totals alone, such as the day of a purchase; then that
every symbol of the file is a total with lots. Where nothing decides, the rows are added up, and a warning names the
line to delete.

Worked example: under ``Symbol,Date,Shares,Value`` the rows ``VTI,,10,2500`` and ``VTI,2024-05-06,10,2500`` are 10 VTI.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from ..portfolio import symbol_key
from . import totals
from .broker_above import day_first
from .cells import word
from .checks import CENT
from .draft import StatementDraft, few
from .facts import AccountHolding, Lot


class _Group(NamedTuple):
    """Indexes of the holdings of one symbol in one account: the row that is the sum of the others, and these."""

    total: int
    parts: tuple[int, ...]


def settle_repeats(draft: StatementDraft) -> None:
    """Makes lots of the rows that another row of their symbol sums up, or warns that it may do so."""
    if not draft.repeated:
        return
    by_symbol: dict[tuple[str, str], list[int]] = {}
    for index, holding in enumerate(draft.holdings):
        by_symbol.setdefault((holding.account, symbol_key(holding.symbol)), []).append(index)
    repeated = [rows for rows in by_symbol.values() if len(rows) > 1]
    above = [group for rows in repeated if (group := _group(draft.holdings, rows))]
    below = [group for rows in repeated if (group := _group(draft.holdings, rows[::-1]))]
    if not above:
        return
    proved = _by_total(draft, above)
    for groups in (above, below):
        if proved or (proved is None and _by_order(groups, by_symbol)):
            _make_lots(draft, groups, sure=True)
            return
        if proved is None and _by_column(draft, groups):
            _make_lots(draft, groups, sure=False)
            return
    for group in above if proved is None else ():
        _warn(draft, group)


def _group(holdings: Sequence[AccountHolding], rows: Sequence[int]) -> _Group | None:
    """The group of which one row, the first that does, has the shares and the value of all others."""
    shares = sum((holdings[i].quantity or Decimal(0) for i in rows), Decimal(0))
    value = sum((holdings[i].value for i in rows), Decimal(0))
    for index in rows:
        row = holdings[index]
        if row.quantity and row.quantity * 2 == shares and abs(row.value * 2 - value) <= CENT * len(rows):
            return _Group(index, tuple(i for i in rows if i != index))
    return None


def _by_total(draft: StatementDraft, groups: Sequence[_Group]) -> bool | None:
    """What the file's own totals say: that the rows are lots, that they are not; None when they say nothing."""
    if not any(stated.level == "total" for stated in draft.stated):
        return None
    lines = frozenset(draft.holdings[i].line for group in groups for i in group.parts)
    for without in (frozenset[int](), lines):
        found = totals.checks(draft, without)
        if all(check.holds for stated, check in found if stated.level == "total"):
            return bool(without)
    return None


def _by_column(draft: StatementDraft, groups: Sequence[_Group]) -> bool:
    """Some column has a day in every lot and nothing in the other rows, or text in these and nothing in any lot."""
    lots = {draft.holdings[i].line for group in groups for i in group.parts}
    lines = {holding.line for holding in draft.holdings}
    rows = [row for row in draft.rows if row.line in lines]
    for column in range(max(len(row.cells) for row in rows)):
        cells = [(row.line in lots, word(row.cells[column]) if column < len(row.cells) else "") for row in rows]
        if all(bool(text) != is_lot for is_lot, text in cells):
            return True
        if all(bool(text) == is_lot and (not text or day_first(text) is not None) for is_lot, text in cells):
            return True
    return False


def _by_order(groups: Sequence[_Group], by_symbol: dict[tuple[str, str], list[int]]) -> bool:
    """Every symbol of the file is a total above its lots, or below them, and one has more than a single lot."""
    if len(groups) < 2 or len(groups) != len(by_symbol) or all(len(group.parts) == 1 for group in groups):
        return False
    above = [group.total < min(group.parts) for group in groups]
    below = [group.total > max(group.parts) for group in groups]
    return all(above) or all(below)


def _make_lots(draft: StatementDraft, groups: Sequence[_Group], *, sure: bool) -> None:
    """Takes the parts out of the holdings and keeps them as lots of their total."""
    owner = {part: group.total for group in groups for part in group.parts}
    lines = {draft.holdings[part].line: draft.holdings[total] for part, total in owner.items()}
    kept = [index for index in range(len(draft.holdings)) if index not in owner]
    new = {index: place for place, index in enumerate(kept)}
    lots = {new[index]: found for index, found in draft.lots.items() if index in new}
    for part, total in owner.items():
        row = draft.holdings[part]
        lots.setdefault(new[total], []).append(Lot(row.line, row.quantity, row.value, row.cost, row.pnl))
    draft.proven = len(kept) if draft.proven == len(draft.holdings) else draft.proven
    draft.holdings, draft.lots = [draft.holdings[index] for index in kept], lots
    draft.uncounted.update(lines)
    draft.rows = [
        row if row.line not in lines else row._replace(kind="lot", reason=f"a lot of line {lines[row.line].line}")
        for row in draft.rows
    ]
    draft.remarks = [
        remark
        for remark in draft.remarks
        if remark.code not in {"rows_added_up", "rows_alike"} or not remark.where or remark.where.line not in lines
    ]
    names = few([holding.symbol for holding in lines.values()])
    message = f"a row of {names} has the shares and the value of its other rows together: these are lots, counted once"
    if sure:
        draft.remark("info", "lots_of_total", f"{message}.", min(lines))
    else:
        draft.remark(
            "warning", "lots_of_total", f"{message}; make sure that none is a purchase of its own.", min(lines)
        )


def _warn(draft: StatementDraft, group: _Group) -> None:
    """Names a row that may be a total; of two rows alike that has been said."""
    row, others = draft.holdings[group.total], len(group.parts)
    if others < 2:
        return
    message = (
        f"{row.quantity:f} shares are as many as the {others} other rows of {row.symbol} have together. All are added "
        "up; if this row is their total, delete it."
    )
    draft.remark("warning", "row_is_sum", message, row.line, row.symbol)
