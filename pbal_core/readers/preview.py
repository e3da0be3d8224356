"""What a reader did with a file, as plain data to show.

The dashboard and ``pbal inspect`` draw it; nothing is computed there.

The model: each line of the file is *used* (part of the portfolio as chosen), *counted* (totals) or left out with its
reason. Texts from the file are made harmless here: characters that do not print are replaced.

Worked example: a Schwab file of one account with two shares, an option and cash gives four line views, of which the
option has ``used=False`` and the reason "an option: plans trade shares".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ..errors import Issue
from ..portfolio import symbol_key
from .cells import harmless
from .derive import total
from .facts import FileRow, RowKind, TotalCheck
from .statement import Statement

_CASH = "\0cash"
"""Cash, where a symbol is expected; no symbol is like it."""


class LineView(NamedTuple):
    """One line of the file, or several alike that need no words of their own.

    Attributes:
        line: First line.
        last: Last line; equal to ``line`` for a single one.
        kind: See ``RowKind``.
        used: It is part of the portfolio as chosen.
        account: Account id, may be empty.
        symbol: Symbol, may be empty.
        reason: Why it is what it is, empty for a plain position.
        facts: What was read, for a position or cash: ``10 x 250.00 = 2500.00 USD``.
        text: The fields, parted by bars, at most 80 characters.
    """

    line: int
    last: int
    kind: RowKind
    used: bool
    account: str
    symbol: str
    reason: str
    facts: str
    text: str


class AccountView(NamedTuple):
    """An account to include or not.

    Attributes:
        id: What ``Statement.select`` takes: the file's own text, to be made ``harmless`` when shown.
        name: Name for people, may be empty.
        included: It is part of the portfolio as chosen.
        positions: Number of positions.
        values: Market value of them, by currency.
        cash: Cash, by currency; balances that repeat others in the base currency are left out.
    """

    id: str
    name: str
    included: bool
    positions: int
    values: tuple[tuple[str, Decimal], ...]
    cash: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """All of a statement that a person looks at before planning with it.

    Args:
        title: Broker and date in words.
        format: Key of the format.
        currency: Currency of the portfolio, empty when unknown.
        accounts: Accounts to choose from; empty when the file names none.
        lines: What became of each line.
        cash: Cash to offer for investing, signed, in ``currency``.
        has_cash: Some line was recognised as cash; otherwise ``cash`` is 0 because nothing was found.
        cash_funds: Money market funds, and whether each counts as an investment instead of cash.
        totals: Totals of the file that were compared, all of which hold.
        issues: Everything to tell, open choices first.
        ready: No choice is open.
        mapping: The guessed or confirmed columns as TOML, empty for a known format.
    """

    title: str
    format: str
    currency: str
    accounts: tuple[AccountView, ...]
    lines: tuple[LineView, ...]
    cash: Decimal
    has_cash: bool
    cash_funds: tuple[tuple[str, bool], ...]
    totals: tuple[TotalCheck, ...]
    issues: tuple[Issue, ...]
    ready: bool
    mapping: str


def preview(statement: Statement) -> StatementView:
    """The view of a statement with the choice made on it."""
    day = f" as of {statement.as_of}" if statement.as_of else ""
    blocking = statement.blocking
    rank = {"error": 0, "warning": 1, "info": 2}
    return StatementView(
        title=f"{statement.broker}{day}",
        format=statement.format,
        currency=harmless(statement.currency, 10),
        accounts=tuple(_accounts(statement)),
        lines=tuple(_lines(statement)),
        cash=statement.cash_found,
        has_cash=bool(statement.cash),
        cash_funds=tuple((fund, fund in statement.not_cash) for fund in statement.cash_funds),
        totals=statement.totals,
        issues=tuple(sorted(statement.issues, key=lambda issue: rank[issue.severity])),
        ready=not blocking,
        mapping=statement.mapping.to_toml() if statement.mapping else "",
    )


def _accounts(statement: Statement) -> list[AccountView]:
    values: dict[str, list[tuple[str, Decimal]]] = {account.id: [] for account in statement.accounts}
    cash: dict[str, list[tuple[str, Decimal]]] = {account.id: [] for account in statement.accounts}
    included = statement.included
    for holding in statement.holdings:
        values.setdefault(holding.account, []).append((holding.currency, holding.value))
    for balance in statement.cash:
        if not balance.converted:
            cash.setdefault(balance.account, []).append((balance.currency, balance.amount))
    return [
        AccountView(
            id=account.id,
            name=harmless(account.name),
            included=account.id in included,
            positions=len(values[account.id]),
            values=_by_currency(values[account.id]),
            cash=_by_currency(cash[account.id]),
        )
        for account in statement.accounts
    ]


def _by_currency(amounts: list[tuple[str, Decimal]]) -> tuple[tuple[str, Decimal], ...]:
    groups: dict[str, list[Decimal]] = {}
    for currency, amount in amounts:
        groups.setdefault(currency, []).append(amount)
    return tuple((harmless(currency, 10), total(group)) for currency, group in groups.items())


def _lines(statement: Statement) -> list[LineView]:
    included = statement.included if statement.accounts else None
    facts = _facts(statement)
    held = {(lot.line, symbol_key(holding.symbol)) for holding in statement.holdings for lot in holding.lots}
    views: list[LineView] = []
    for row in statement.rows:
        own = facts.get((row.line, _CASH if row.kind == "cash" else row.symbol), [])
        text, apart = own.pop(0) if own and row.kind in {"position", "cash"} else ("", "")
        if row.kind == "lot" and (row.line, symbol_key(row.symbol)) not in held:
            apart = "part of a position that is left out"
        view = _line(row, included, text, apart)
        before = views[-1] if views else None
        alike = before is not None and (before.kind, before.reason) == (view.kind, view.reason)
        if before is not None and alike and view.kind in {"other", "footer", "header"}:
            views[-1] = before._replace(last=view.line)
        else:
            views.append(view)
    return views


def _facts(statement: Statement) -> dict[tuple[int, str], list[tuple[str, str]]]:
    """What was read of a position or of cash, in numbers, by line and symbol: an XML file may be one line.

    With it: why it is not counted, which is so for cash in another currency.
    """
    facts: dict[tuple[int, str], list[tuple[str, str]]] = {}
    counted, invested = set(statement.cash_counted), set(statement.not_cash)
    summed = {b.account for b in counted if b.converted}
    for h in statement.holdings:
        shares = f"{h.quantity:f} x {h.price:f} = " if h.quantity is not None else f"at {h.price:f}: "
        pnl = "" if h.pnl is None else f", P&L {h.pnl:f}"
        facts.setdefault((h.line, h.symbol), []).append((f"{shares}{h.value:f} {h.currency}".rstrip() + pnl, ""))
    for b in statement.cash:
        apart = "" if b in counted or b.fund in invested else "not in the currency of the positions"
        if b.converted and apart:
            apart = "all currencies, in the base currency"
        elif b.account in summed and apart:
            apart = "part of the sum in the base currency"
        facts.setdefault((b.line, _CASH), []).append((f"{b.amount:f} {b.currency}".rstrip(), apart))
    return facts


def _line(row: FileRow, included: frozenset[str] | None, facts: str, apart: str) -> LineView:
    chosen = included is None or not row.account or row.account in included
    used = row.kind in {"position", "cash", "lot"} and chosen and not apart
    reason = row.reason if chosen or row.kind != "position" else "of an account that is not chosen"
    if chosen and apart:
        reason = apart
    return LineView(
        line=row.line,
        last=row.line,
        kind=row.kind,
        used=used,
        account=harmless(row.account, 40),
        symbol=harmless(row.symbol, 40),
        reason=harmless(reason, 120),
        facts=harmless(facts),
        text=harmless(" | ".join(cell.strip() for cell in row.cells if cell.strip())),
    )
