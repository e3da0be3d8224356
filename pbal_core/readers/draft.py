"""A statement being written: what a format's reader has found so far, problems included.

The model: for each record the reader states once what became of it (``row``), and adds the facts (``hold``, ``bank``,
``compare``). Problems are collected with their place and raised together at the end, so that a user sees them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from ..errors import DataError, Issue
from ..money import DecimalSign, NotANumberError
from ..portfolio import MAX_POSITIONS, symbol_key
from .cells import issue_at, read_cell, shown
from .checks import (
    CENT,
    FAR_OFF,
    Counted,
    CountedKind,
    Level,
    StatedTotal,
    fraction_off,
    gain_agrees,
    is_swapped,
    value_difference,
)
from .derive import EXACT
from .facts import AccountHolding, CashBalance, FileRow, Lot, NamedAccount, RowKind, TotalCheck
from .statement import Statement

_APART = "; if their tables are accounts, give each a file of its own"
_ROOM = 29
"""Letters of a symbol that is made of a name, with the number behind it and without the space between them."""


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
    """

    format: str
    broker: str
    decimal: DecimalSign = "."
    price_slack: Decimal = CENT / 2
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
    counted: list[Counted] = field(default_factory=list)
    """Every value that the file's totals may include, planned or not, in file order."""
    uncounted: set[int] = field(default_factory=set)
    """Lines of which that turned out to be counted elsewhere."""
    stated: list[StatedTotal] = field(default_factory=list)
    """The file's totals, to be compared once every row is read."""
    asset_rows: int = 0
    bare: dict[int, str] = field(default_factory=dict)
    """What to add about a row that only has a value, by its line."""
    derived_prices: list[str] = field(default_factory=list)
    foreign_prices: list[str] = field(default_factory=list)
    """Symbols whose price is in another currency than their value."""
    pence: list[str] = field(default_factory=list)
    """Symbols whose price was in pence though nothing said so."""
    gains_off: list[tuple[int, str]] = field(default_factory=list)
    """Line and symbol where value less cost is not the P&L, or shares times their cost not the cost."""
    pending: list[tuple[int, str, Decimal]] = field(default_factory=list)
    """Line, account and amount of what is to be received and is not counted."""
    markets: dict[str, str] = field(default_factory=dict)
    """A symbol by the currency of the exchange that it names, of rows that name no currency."""
    breaks: list[int] = field(default_factory=list)
    """Lines of headers and titles, where another table or section begins."""
    repeated: bool = False
    """Some symbol has several rows in one account."""
    rounded: bool = False
    """Some value is quantity times price in whole units only."""
    proven: int = 0
    """Rows whose value is quantity times price."""
    _seen: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    _symbols: dict[str, str] = field(default_factory=dict)
    """The symbol that was made of each name."""
    _taken: set[str] = field(default_factory=set)
    """The keys of these symbols."""
    _numbers: dict[str, int] = field(default_factory=dict)
    """The last number behind a symbol that several names would make."""

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
                raise DataError([issue_at("error", "too_many_rows", message, record.line)])
        if kind in {"position", "cash", "unsupported"}:
            self.own(account)
        self.rows.append(FileRow(record.line, kind, reason, record.cells, symbol, account))

    def own(self, account: str, name: str = "") -> None:
        """Notes an account: whatever a file holds must belong to one that can be chosen."""
        if account:
            self.accounts.setdefault(account, name)

    def refuse(self, code: str, message: str, line: int | None = None, column: str | None = None) -> None:
        """Notes a problem that makes the file unusable."""
        self.errors.append(issue_at("error", code, message, line, column=column or ""))

    def remark(
        self, severity: Literal["warning", "info"], code: str, message: str, line: int | None = None, symbol: str = ""
    ) -> None:
        """Notes something the user should know."""
        self.remarks.append(issue_at(severity, code, message, line, symbol=symbol))

    def number(self, text: str, line: int, column: str) -> Decimal | None:
        """The number of a cell; None when blank, and None with a noted problem when it is no number."""
        return self.amount(text, line, column)[0]

    def amount(self, text: str, line: int, column: str) -> tuple[Decimal | None, str]:
        """As ``number``, with the currency that the cell names."""
        try:
            return read_cell(text, self.decimal)
        except NotANumberError as error:
            message = f"{shown(text.strip())} {error}; a number such as 1234.56 is needed."
            self.refuse("not_a_number", message, line, column)
            return None, ""

    def hold(self, holding: AccountHolding, cells: tuple[str, ...] = ()) -> None:
        """Adds a position; rows of one symbol in one account are added up later, and that is said."""
        self.claim(holding.account, holding.symbol, holding.line, cells)
        self.own(holding.account)
        self.holdings.append(holding)

    def claim(self, account: str, symbol: str, line: int, cells: tuple[str, ...] = ()) -> None:
        """Notes that a row of an account has a symbol, and what a second one means."""
        key = (account, symbol_key(symbol))
        if key not in self._seen:
            self._seen[key] = (line, cells)
            return
        self.repeated = True
        first, first_cells = self._seen[key]
        apart = any(first < place < line for place in self.breaks)
        code, what, hint = "rows_added_up", f"both {symbol}", _APART if apart else ""
        if cells and cells == first_cells:
            apart, code, what, hint = True, "rows_alike", "exactly alike", ": delete one if it is a copy"
        message = f"lines {first} and {line} are {what}; they are added up{hint}."
        self.remark("warning" if apart else "info", code, message, line, symbol)

    def named(self, symbol: str, name: str) -> str:
        """A symbol that was made of a name: another one where a second name would make the same."""
        if name not in self._symbols:
            made, number = symbol, self._numbers.get(symbol, 1)
            while symbol_key(made) in self._taken:
                number += 1
                made = f"{symbol[: _ROOM - len(str(number))].rstrip(' ._/&-')} {number}"
            self._symbols[name], self._numbers[symbol] = made, number
            self._taken.add(symbol_key(made))
        return self._symbols[name]

    def count(self, line: int, account: str, value: Decimal | None, kind: CountedKind = "asset") -> None:
        """Adds to what the file's own totals should be."""
        if value is not None:
            self.counted.append(Counted(line, account, value, kind))

    def bank(self, balance: CashBalance) -> None:
        """Adds a cash balance."""
        self.own(balance.account)
        self.cash.append(balance)
        if not balance.converted:
            self.count(balance.line, balance.account, balance.amount, "pending" if balance.pending else "cash")

    def leave_out_cash(self, balance: CashBalance, reason: str) -> None:
        """Takes a balance back, and says why of its line."""
        self.cash.remove(balance)
        self.uncounted.add(balance.line)
        self.rows = [
            row._replace(kind="other", reason=reason) if row.line == balance.line else row for row in self.rows
        ]

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
        """Compares quantity times price (times multiplier) with the value."""
        product, agrees = value_difference(quantity, price, value, self.price_slack, multiplier)
        if agrees:
            self.rounded = self.rounded or abs(product - value) > CENT * 10
            return
        message = f"{quantity:f} x {price:f} is {product:f}, but the value is {value:f}"
        if abs(product - value) <= abs(value) * FAR_OFF:
            self.remark("warning", "value_mismatch", f"{message}; the value is used.", line, symbol)
            return
        wrong = "one of the three is wrong"
        if value and abs(product - value * 100) <= abs(value):
            wrong = (
                "the price is 100 times too large. If it is in pence, name the unit in the header, such as "
                "Price (GBX); if it is a bond, remove the row"
            )
        self.refuse("value_mismatch", f"{symbol}: {message}; {wrong}.", line)

    def check_gain(
        self, line: int, symbol: str, value: Decimal, cost: Decimal, pnl: Decimal, *, proven: bool = True
    ) -> None:
        """Compares value less cost with the P&L; a value that nothing else proves may be another column's."""
        if gain_agrees(value, cost, pnl):
            return
        if not proven and is_swapped(value, cost, pnl):
            message = (
                f"{symbol}: the value is {value:f}, the cost {cost:f} and the P&L {pnl:f}; value less cost must be the "
                "P&L, and two of these columns are swapped."
            )
            self.refuse("columns_swapped", message, line)
        else:
            self.gains_off.append((line, symbol))

    def check_cost(self, line: int, symbol: str, quantity: Decimal, cost_price: Decimal, cost: Decimal) -> None:
        """Compares shares times the cost of one with the cost of all."""
        if not value_difference(quantity, cost_price, cost, CENT / 2, None)[1]:
            self.gains_off.append((line, symbol))

    def compare(self, check: TotalCheck) -> None:
        """Notes a total of the file; one that the rows do not add up to is refused."""
        if check.holds:
            self.totals.append(check)
            return
        message = (
            f"the file says {check.stated:f} as {check.label}, but its rows add up to {check.found:f}; it was cut or "
            "changed, or a row was read incorrectly: download it again, and do not edit it."
        )
        self.refuse("total_mismatch", message, check.line)

    def state_total(
        self, level: Level, line: int, label: str, amount: Decimal | None, account: str | None = None
    ) -> None:
        """Notes a total of the file, of one account or of all, to be compared once every row is read."""
        if amount is not None:
            self.stated.append(StatedTotal(line, label, amount, account, len(self.counted), level))

    def statement(self) -> Statement:
        """The finished statement.

        Raises:
            DataError: With every problem, in the order found.
        """
        if not self.errors and not self.holdings and not any(not b.pending for b in self.cash):
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
        """Reports lots that do not add up to their position; the plan uses the position."""
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
            self.remark(
                "warning", "unsupported", f"left out: {row.reason}{self.bare.get(row.line, '')}.", row.line, row.symbol
            )
        if len(left_out) > 20:
            self.remark("warning", "unsupported", f"{len(left_out) - 20:,} more rows are left out for such reasons.")
        used = "value divided by quantity is used"
        if self.derived_prices:
            message = f"the file gives no price for {few(self.derived_prices)}; {used}, to six decimals."
            self.remark("info", "price_derived", message)
        if self.foreign_prices:
            message = f"the price of {few(self.foreign_prices)} is in another currency than the value; {used}."
            self.remark("info", "price_currency", message)
        if self.pence:
            message = (
                f"the price of {few(self.pence)} is 100 times too large for the value: it was read as pence (or "
                "another hundredth of the currency)."
            )
            self.remark("info", "pence", message)
        if self.gains_off:
            names = few([symbol for _, symbol in self.gains_off])
            message = (
                f"value, cost and P&L of {names} do not agree; two columns may be swapped, or they are in different "
                "currencies. The value is used as it is."
            )
            self.remark("warning", "gain_mismatch", message, self.gains_off[0][0])
        for line, _, amount in self.pending:
            self.remark("info", "pending", f"pending activity of {amount:f} is not counted as cash.", line)
        self._conclude_markets()

    def _conclude_markets(self) -> None:
        """Symbols of exchanges in several currencies, where no column says which currency an amount is in."""
        markets = self.markets
        if len(markets) > 1:
            listed = ", ".join(f"{symbol} ({code or 'none named'})" for code, symbol in markets.items())
            message = (
                f"the symbols are of exchanges in different currencies: {listed}. The file names no currency, so the "
                "amounts are added as they are; add a column of currencies, or remove the other rows."
            )
            self.remark("warning", "several_exchanges", message)
        elif "GBP" in markets:
            message = (
                f"{markets['GBP']} is a symbol of London, where most prices are in pence, and the file names no "
                "currency; make sure that its prices are in pounds."
            )
            self.remark("warning", "several_exchanges", message)


def few(names: Sequence[str]) -> str:
    """The first five of the names, each once."""
    each = list(dict.fromkeys(names))
    return ", ".join(each[:5]) + (" ..." if len(each) > 5 else "")


def _line(issue: Issue) -> int:
    """File order; what concerns the whole file comes last."""
    return issue.where.line if issue.where and issue.where.line else 1_000_000_000
