"""Investment statements as OFX and QFX (Quicken): SGML (versions 1.x) and XML (2.x).

Source: the OFX specification 2.3 (chapter 13, investments), and files in the tests of public importers. ``INVPOSLIST``
holds a ``POSSTOCK``, ``POSMF``, ``POSOPT``, ``POSDEBT`` or ``POSOTHER`` for each position, ``INVBAL`` the cash and
``SECLIST`` the tickers of what positions call by CUSIP. In SGML a leaf has no end tag, so both versions are read as
tags with the text behind them. That is the part of the format which positions need: a library for all of it would be
the core's only dependency. A document type declaration is refused: it could define entities that expand without end.

The model: by the specification, available cash includes sweep funds, which may be listed as positions too. So cash is
the larger of the two, never their sum.

Worked example: ``<UNITS>10<UNITPRICE>250<MKTVAL>2500`` of the CUSIP 922908769, whose TICKER is VTI, is 10 VTI.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ...errors import DataError, Issue, Place
from .. import cash, instruments, symbols
from ..cells import MAX_CELL, currency_code, read_date
from ..derive import EXACT, divided
from ..document import MAX_ROWS, Document, Record
from ..draft import StatementDraft
from ..facts import AccountHolding, CashBalance
from ..source import refused
from ..statement import Statement

KEY = "ofx"
BROKER = "an OFX or QFX statement"
source = "the OFX specification, and files in the tests of several importers"
confidence = "high"

_TAG = re.compile(r"<(/?)([A-Za-z0-9.]{1,32})\s{0,9}>([^<]*)")
_START = re.compile(r"<OFX\s{0,9}>", re.IGNORECASE)
_DECLARATION = re.compile(r"<!\s{0,9}(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_POSITIONS = {"POSSTOCK": "", "POSMF": "", "POSOTHER": "", "POSOPT": "option", "POSDEBT": "bond"}
_KEPT = frozenset({*_POSITIONS, "INVSTMTRS", "INVPOSLIST", "INVTRANLIST", "INVBAL", "BAL", "SECINFO"})
"""Aggregates whose fields are kept; those of an aggregate within belong to it."""
_DEEPEST = 20


@dataclass(slots=True)
class _Aggregate:
    name: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)

    def record(self) -> Record:
        """The aggregate as one row of the file."""
        return Record(self.line, (self.name, *(f"{key}={value}" for key, value in list(self.fields.items())[:12])))


@dataclass(slots=True)
class _Account:
    """One INVSTMTRS: its own fields, its positions and its balances."""

    head: _Aggregate
    positions: list[_Aggregate] = field(default_factory=list)
    balances: list[_Aggregate] = field(default_factory=list)
    has_list: bool = False


def find(document: Document) -> int | None:
    """0 for a text that has an OFX element."""
    return 0 if document.xml and _START.search(document.xml[:20_000]) else None


def read(document: Document, _begin: int) -> Statement:
    """Reads an investment statement.

    Raises:
        DataError: A document type declaration, a file that was cut, one without positions, or every bad position.
    """
    if _DECLARATION.search(document.xml):
        raise refused("doctype", "the file has a document type declaration, which OFX does not use; it is refused.")
    draft = StatementDraft(format=KEY, broker="OFX statement")
    accounts: list[_Account] = []
    securities: dict[str, _Aggregate] = {}
    for done in _aggregates(document.xml):
        if done.name == "SECINFO":
            securities.setdefault(done.fields.get("UNIQUEID", ""), done)
            draft.row(done.record(), "other", "the name of a security")
        elif done.name == "INVTRANLIST":
            draft.row(done.record(), "other", "transactions: no part of what is held")
        elif accounts and done.name in _POSITIONS:
            accounts[-1].positions.append(done)
        elif accounts and done.name == "INVBAL":
            accounts[-1].balances.append(done)
        elif accounts and done.name == "INVPOSLIST":
            accounts[-1].has_list = True
        elif done.name == "INVSTMTRS":
            accounts.append(_Account(done))
    if not accounts:
        message = "this OFX file is of a bank or card account; an investment statement with positions is needed."
        draft.refuse("no_positions_section", message)
    elif not any(account.has_list for account in accounts):
        message = "this OFX statement has no positions; download one that has, or the positions as CSV."
        draft.refuse("no_positions_section", message)
    seen: set[str] = set()
    for account in accounts:
        _account(draft, account, securities, seen)
    return draft.statement()


def _aggregates(text: str) -> Iterator[_Aggregate]:
    """The kept aggregates: a statement where it begins, all others where they end.

    Raises:
        DataError: They are nested too deep, too many, or the file has no end.
    """
    stack: list[_Aggregate] = []
    line, at, count, ended = 1, 0, 0, False
    for match in _TAG.finditer(text):
        line, at = line + text.count("\n", at, match.start()), match.start()
        closing, name, content = match[1], match[2].upper(), match[3].strip()
        ended = ended or bool(closing and name == "OFX")
        if name in _KEPT and not closing:
            stack.append(_Aggregate(name, line))
            count += 1
            if count > MAX_ROWS or len(stack) > _DEEPEST:
                raise refused("too_many_rows", "the OFX file has more elements than a statement has.")
            if name == "INVSTMTRS":
                yield stack[-1]  # its fields follow
        elif name in _KEPT:
            yield from _closed(stack, name)
        elif content and not closing and stack:
            stack[-1].fields.setdefault(name, html.unescape(content[:200]))
    if not ended:
        message = "the OFX file has no end (</OFX>), so it was cut; download it again."
        raise DataError([Issue("error", "bad_xml", message, Place(line=line))])


def _closed(stack: list[_Aggregate], name: str) -> Iterator[_Aggregate]:
    """Takes an aggregate and what was left open in it off the stack."""
    begin = max((place for place, one in enumerate(stack) if one.name == name), default=len(stack))
    ended = stack[begin:]
    del stack[begin:]
    yield from (done for done in reversed(ended) if done.name != "INVSTMTRS")


def _account(draft: StatementDraft, account: _Account, securities: dict[str, _Aggregate], seen: set[str]) -> None:
    """Positions and cash of one statement."""
    head = account.head.fields
    name, usual = head.get("ACCTID", "")[:MAX_CELL], currency_code(head.get("CURDEF", ""))
    draft.row(account.head.record(), "header", "a statement", account=name)
    draft.as_of = read_date(head.get("DTASOF", "")[:8]) or draft.as_of
    if name in seen:
        message = "the account has two statements in this file, which would be counted twice; keep one."
        draft.refuse("duplicate_account", message, account.head.line)
    seen.add(name)
    if usual:
        draft.bases[name] = usual
    funds = Decimal(0)
    for position in account.positions:
        funds += _position(draft, position, name, usual, securities)
    for balance in account.balances:
        _balance(draft, balance, name, usual, funds)


def _position(
    draft: StatementDraft, entry: _Aggregate, account: str, usual: str, securities: dict[str, _Aggregate]
) -> Decimal:
    """Adds a position; returns the amount of a money market fund, else 0."""
    security = securities.get(entry.fields.get("UNIQUEID", ""))
    known = security.fields if security is not None else {}
    symbol = symbols.ticker((known.get("TICKER") or entry.fields.get("UNIQUEID", "")).strip())
    name = known.get("SECNAME", "")
    before = len(draft.errors)
    quantity, price, value, cost = (_number(draft, entry, tag) for tag in ("UNITS", "UNITPRICE", "MKTVAL", "COSTBASIS"))
    if len(draft.errors) > before:
        draft.row(entry.record(), "other", "refused")
        return Decimal(0)
    if value is None and quantity is not None and price is not None:
        value = EXACT.multiply(quantity, price)
    currency = currency_code(entry.fields.get("CURSYM", "")) or usual
    reason = instruments.unsupported(symbol, _POSITIONS[entry.name], name)
    if (quantity or 0) < 0 or (value or 0) < 0 or entry.fields.get("POSTYPE", "").upper() == "SHORT":
        reason = instruments.SHORT
    if not value and not price:
        reason = reason or instruments.NO_PRICE
    if reason:
        draft.row(entry.record(), "unsupported", reason, symbol, account)
        return Decimal(0)
    if value is not None and cash.in_own_units(quantity, price, value) and cash.reason(symbol, name):
        fund = symbol if cash.is_fund(symbol) else ""
        balance = CashBalance(
            entry.line, account, value, currency, symbol, fund=fund, quantity=quantity if fund else None
        )
        draft.bank(balance)
        draft.row(entry.record(), "cash", "money market fund or sweep", symbol, account)
        return value
    draft.row(entry.record(), "position", "", symbol, account)
    if value is None or (price is None and not quantity):
        draft.empty(entry.line, "MKTVAL" if value is None else "UNITS")
        return Decimal(0)
    if price is None and quantity:
        price = divided(value, quantity)
        draft.derived_prices.append(symbol)
    elif price is not None and quantity is not None:
        draft.check_value(entry.line, symbol, quantity, price, value)
    if price is None or price <= 0:
        draft.refuse("price_not_positive", "the price must be more than 0.", entry.line, "UNITPRICE")
        return Decimal(0)
    rate = Decimal(1) if currency == usual else _number(draft, entry, "CURRATE")
    draft.hold(
        AccountHolding(
            line=entry.line,
            symbol=symbol,
            account=account,
            value=value,
            price=price,
            quantity=quantity,
            pnl=None if cost is None else EXACT.subtract(value, cost),
            cost=cost,
            currency=currency,
            fx_rate=rate if rate is not None and rate > 0 else None,
            description=name,
        )
    )
    return Decimal(0)


def _balance(draft: StatementDraft, entry: _Aggregate, account: str, usual: str, funds: Decimal) -> None:
    """Adds cash that no money market fund has counted, and what is borrowed."""
    available, margin = (_number(draft, entry, tag) for tag in ("AVAILCASH", "MARGINBALANCE"))
    rest = available or Decimal(0)
    if funds and available:
        rest = max(available - funds, Decimal(0))
        message = (
            f"the available cash, {available:f}, and the money market funds, {funds:f}, may be the same money; the "
            "larger of the two is counted."
        )
        draft.remark("warning", "cash_overlaps", message, entry.line)
    banked = False
    for amount, label in ((rest, "available cash"), (min(margin or Decimal(0), Decimal(0)), "margin balance")):
        if amount:
            draft.bank(CashBalance(entry.line, account, amount, usual, label))
            banked = True
    draft.row(entry.record(), "cash" if banked else "total", "balances of the account", account=account)


def _number(draft: StatementDraft, entry: _Aggregate, tag: str) -> Decimal | None:
    """An amount: OFX has no thousands separators, and a decimal comma is allowed."""
    text = entry.fields.get(tag, "")
    return draft.number(text.replace(",", ".") if "." not in text else text, entry.line, tag) if text else None
