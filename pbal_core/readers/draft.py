"""A statement being written: what a format's reader has found so far, problems included.

The model: for each record the reader states once what became of it (``row``), and adds the facts (``hold``, ``bank``,
``compare``). Problems are collected with their place and raised together at the end, so that a user sees them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from ..errors import DataError, Issue
from ..money import NotANumberError
from ..portfolio import MAX_POSITIONS, SYMBOL, bad_symbol_message, symbol_key
from .cells import DecimalSign, harmless, read_amount, shown, told
from .derive import EXACT
from .facts import AccountHolding, CashBalance, FileRow, Lot, NamedAccount, RowKind, TotalCheck
from .statement import Statement

CENT = Decimal("0.01")
FAR_OFF = Decimal("0.02")
"""Quantity times price may be this fraction off the value with a warning (late prices); beyond, it is refused."""


@dataclass(slots=True)
class Sum:
    """A running sum of printed amounts, and how far rounding may have moved it."""

    value: Decimal = Decimal(0)
    slack: Decimal = Decimal(0)

    def add(self, amount: Decimal, rounded: Decimal) -> None:
        """Adds an amount that may be off by so much."""
        self.value = EXACT.add(self.value, amount)
        self.slack += rounded

    def check(self, label: str, line: int, account: str, stated: Decimal) -> TotalCheck:
        """The comparison with a total that the file states."""
        tolerance = max(self.slack + half_unit(stated), CENT / 2)
        return TotalCheck(line, harmless(label, 60), account, stated, self.value, tolerance)


class Lined(Protocol):
    """A record of a file: fields and the line in which they begin."""

    @property
    def line(self) -> int:
        """1-based line."""

    @property
    def cells(self) -> tuple[str, ...]:
        """The fields."""


@dataclass(slots=True, kw_only=True)
class StatementDraft:
    """What has been read so far.

    Args:
        format: Key of the format.
        broker: Who wrote the file.
        decimal: The file's number style.
        price_slack: The file's prices may be rounded by this much, and not more.
        repeats: The broker lists one symbol of one account in several rows, which then add up.
    """

    format: str
    broker: str
    decimal: DecimalSign = "."
    price_slack: Decimal = CENT / 2
    repeats: bool = False
    as_of: date | None = None
    rows: list[FileRow] = field(default_factory=list)
    holdings: list[AccountHolding] = field(default_factory=list)
    cash: list[CashBalance] = field(default_factory=list)
    totals: list[TotalCheck] = field(default_factory=list)
    errors: list[Issue] = field(default_factory=list)
    remarks: list[Issue] = field(default_factory=list)
    accounts: dict[str, str] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    """Base currency by account, where known."""
    lots: dict[int, list[Lot]] = field(default_factory=dict)
    """Lots by index of their holding."""
    counted: dict[str, Sum] = field(default_factory=dict)
    """By account: every value that the file's total includes, planned or not."""
    everything: Sum = field(default_factory=Sum)
    """The same over all accounts."""
    asset_rows: int = 0
    derived_prices: list[str] = field(default_factory=list)
    _seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def empty(self, line: int, column: str | None) -> None:
        """Notes a number that is needed and not there."""
        self.refuse("empty_cell", "the cell is empty; a number is needed.", line, column)

    def row(self, record: Lined, kind: RowKind, reason: str = "", symbol: str = "", account: str = "") -> None:
        """States what became of a record.

        Raises:
            DataError: It is one too many.
        """
        if kind in {"position", "lot", "unsupported"}:
            self.asset_rows += 1
            if self.asset_rows > MAX_POSITIONS:
                message = f"the file has more than {MAX_POSITIONS:,} rows; a positions file is smaller."
                raise DataError([told("error", "too_many_rows", message, record.line)])
        if kind in {"position", "cash", "unsupported"}:
            self.own(account)
        self.rows.append(FileRow(record.line, kind, reason, record.cells, symbol, account))

    def own(self, account: str, name: str = "") -> None:
        """Notes an account: whatever a file holds must belong to one that can be chosen."""
        if account:
            self.accounts.setdefault(account, name)

    def refuse(self, code: str, message: str, line: int | None = None, column: str | None = None) -> None:
        """Notes a problem that makes the file unusable."""
        self.errors.append(told("error", code, message, line, column=column or ""))

    def remark(
        self, severity: Literal["warning", "info"], code: str, message: str, line: int | None = None, symbol: str = ""
    ) -> None:
        """Notes something the user should know."""
        self.remarks.append(told(severity, code, message, line, symbol=symbol))

    def number(self, text: str, line: int, column: str) -> Decimal | None:
        """The number of a cell; None when blank, and None with a noted problem when it is no number."""
        return self.amount(text, line, column)[0]

    def amount(self, text: str, line: int, column: str) -> tuple[Decimal | None, str]:
        """As ``number``, with the currency that the cell names."""
        try:
            return read_amount(text, self.decimal)
        except NotANumberError as error:
            message = f"{shown(text.strip())} {error}; a number such as 1234.56 is needed."
            self.refuse("not_a_number", message, line, column)
            return None, ""

    def hold(self, holding: AccountHolding, column: str = "Symbol") -> None:
        """Adds a position; the same symbol twice in one account is refused unless the broker is known to do it."""
        if not SYMBOL.fullmatch(holding.symbol):
            self.refuse("bad_symbol", bad_symbol_message(holding.symbol), holding.line, column)
        self.claim(holding.account, holding.symbol, holding.line, column)
        self.own(holding.account)
        self.holdings.append(holding)

    def claim(self, account: str, symbol: str, line: int, column: str = "Symbol") -> None:
        """Notes that a row of an account has a symbol, and what a second one means."""
        key = (account, symbol_key(symbol))
        if key not in self._seen:
            self._seen[key] = line
            return
        first = self._seen[key]
        if self.repeats:
            message = f"lines {first} and {line} are both {symbol}; they are added up."
            self.remark("info", "rows_added_up", message, line, symbol)
        else:
            message = f"{symbol} stands in line {first} already; each symbol may stand in one row."
            self.refuse("duplicate_symbol", message, line, column)

    def count(self, account: str, value: Decimal | None) -> None:
        """Adds to what the file's own total of the account should be."""
        if value is not None:
            rounded = min(half_unit(value), CENT / 2)
            self.everything.add(value, rounded)
            self.counted.setdefault(account, Sum()).add(value, rounded)

    def bank(self, balance: CashBalance) -> None:
        """Adds a cash balance."""
        self.own(balance.account)
        self.cash.append(balance)
        if not balance.converted:
            self.count(balance.account, balance.amount)

    def lot(self, lot: Lot) -> None:
        """Adds a tax lot to the holding before it."""
        self.lots.setdefault(len(self.holdings) - 1, []).append(lot)

    def check_value(
        self,
        line: int,
        symbol: str,
        quantity: Decimal,
        price: Decimal,
        value: Decimal,
        *,
        multiplier: Decimal | None = None,
    ) -> None:
        """Compares quantity times price (times multiplier) with the value, as exactly as their digits allow."""
        product = EXACT.multiply(quantity, price)
        price_off, quantity_off = min(half_unit(price), self.price_slack), fraction_off(quantity)
        slack = abs(quantity) * price_off + abs(price) * quantity_off + CENT
        if multiplier is not None and multiplier != 1:
            product, slack = EXACT.multiply(product, multiplier), slack * abs(multiplier)
        apart = abs(product - value)
        if apart <= slack:
            return
        message = f"{quantity:f} x {price:f} is {product:f}, but the value is {value:f}"
        if apart > abs(value) * FAR_OFF:
            self.refuse("value_mismatch", f"{symbol}: {message}; one of the three is wrong.", line)
        else:
            self.remark("warning", "value_mismatch", f"{message}; the value is used.", line, symbol)

    def compare(self, check: TotalCheck) -> None:
        """Notes a total of the file; one that the rows do not add up to is refused."""
        if check.holds:
            self.totals.append(check)
            return
        message = (
            f"the file says {check.stated:f} as {check.label}, but its rows add up to {check.found:f}; it was cut or "
            "changed, or a row was read wrong: download it again, and do not edit it."
        )
        self.refuse("total_mismatch", message, check.line)

    def statement(self) -> Statement:
        """The finished statement.

        Raises:
            DataError: With every problem, in the order found.
        """
        if not self.errors and not self.holdings:
            left_out = [row for row in self.rows if row.kind == "unsupported"]
            message = "the file has a header line and no position; at least one row is needed."
            if left_out:
                all_of_them = "the only row is" if len(left_out) == 1 else f"all {len(left_out):,} rows are"
                message = (
                    f"no position can be planned: {all_of_them} left out ({left_out[0].reason}); give a file with at "
                    "least one share or fund, its symbol and its price."
                )
            self.refuse("no_positions", message, left_out[0].line if left_out else None)
        if self.errors:
            raise DataError(sorted(self.errors, key=_line))
        self._compare_lots()
        self._conclude()
        nameless = any(not h.account for h in self.holdings) or any(not b.account for b in self.cash)
        if self.accounts and nameless:
            self.accounts[""] = "no account named"
        holdings = [
            holding._replace(lots=tuple(self.lots[index])) if index in self.lots else holding
            for index, holding in enumerate(self.holdings)
        ]
        return Statement(
            broker=self.broker,
            format=self.format,
            holdings=tuple(holdings),
            cash=tuple(self.cash),
            rows=tuple(sorted(self.rows, key=lambda row: row.line)),
            accounts=tuple(NamedAccount(id_, name) for id_, name in self.accounts.items()),
            totals=tuple(self.totals),
            as_of=self.as_of,
            bases=tuple(self.bases.items()),
            remarks=tuple(sorted(self.remarks, key=_line)),
        )

    def _compare_lots(self) -> None:
        """Lots that do not add up to their position are told: the plan uses the position."""
        for index, lots in self.lots.items():
            holding, quantities = self.holdings[index], [lot.quantity for lot in lots]
            if holding.quantity is None or None in quantities:
                continue
            summed, slack = Decimal(0), Decimal(0)
            for quantity in filter(None, quantities):
                summed, slack = EXACT.add(summed, quantity), slack + fraction_off(quantity)
            if abs(summed - holding.quantity) > slack:
                message = (
                    f"its lots add up to {summed:f} shares, the position says {holding.quantity:f}; the position is "
                    "used."
                )
                self.remark("warning", "lots_mismatch", message, holding.line, holding.symbol)

    def _conclude(self) -> None:
        """Remarks that sum up: what was left out, which prices were divided out."""
        left_out = [row for row in self.rows if row.kind == "unsupported"]
        for row in left_out[:20]:
            self.remark("warning", "unsupported", f"left out: {row.reason}.", row.line, row.symbol)
        if len(left_out) > 20:
            self.remark("warning", "unsupported", f"{len(left_out) - 20} more rows are left out for such reasons.")
        if self.derived_prices:
            names = ", ".join(self.derived_prices[:5]) + (" ..." if len(self.derived_prices) > 5 else "")
            message = f"the file gives no price for {names}; value divided by quantity is used, to six decimals."
            self.remark("info", "price_derived", message)
        for row in self.rows:
            if row.kind == "pending":
                message = "pending activity is not counted as cash."
                self.remark("info", "pending", message, row.line)


def _line(issue: Issue) -> int:
    """File order; what concerns the whole file comes last."""
    return issue.where.line if issue.where and issue.where.line else 1_000_000_000


def half_unit(number: Decimal) -> Decimal:
    """Half of the last digit that a number is printed with: how far it may be from the unrounded one."""
    exponent = number.as_tuple().exponent
    return Decimal((0, (5,), exponent - 1)) if isinstance(exponent, int) else Decimal(0)


def fraction_off(quantity: Decimal) -> Decimal:
    """How far shares may be from the unrounded ones: a whole number of them is not a rounded one."""
    return Decimal(0) if quantity == quantity.to_integral_value() else half_unit(quantity)
