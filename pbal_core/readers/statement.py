"""What a positions file says, and what became of each of its lines.

The model: reading a file gives *facts* (holdings, cash, totals, and one :class:`Row` for each line of the file that is
not blank). Which of the facts make up the portfolio is a *choice*: the accounts, and for an unknown file the columns. A
choice that is still open is an :class:`Issue` with severity ``error`` in ``Statement.issues``, and
``Statement.portfolio`` raises ``DataError`` with it, while everything else of the statement can be looked at. A file
that cannot be read right whatever is chosen never becomes a statement: ``read_positions`` raises ``DataError``.

Worked example: a Fidelity file has VTI in the accounts Z1 (10 shares) and Z2 (5 shares). ``statement.portfolio`` raises
``choose_accounts``; ``statement.select(["Z1"]).portfolio["VTI"].quantity`` is 10 and ``select("all")`` adds up to 15.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..errors import DataError, Issue, RequestError

if TYPE_CHECKING:
    from ..portfolio import Portfolio
    from .derive import Derived
    from .mapping import ColumnMapping

RowKind = Literal["position", "cash", "pending", "lot", "total", "footer", "unsupported", "header", "other"]
"""What a line is. ``unsupported`` is an asset that a plan cannot trade; ``other`` belongs to a part of the file that is
not about positions (trades, names of instruments)."""

ALL_ACCOUNTS = "all"


class Row(NamedTuple):
    """What became of one line (for XML: one element; for a workbook: one row of the sheet).

    Attributes:
        line: 1-based line in which it begins.
        kind: See RowKind.
        reason: Why, in words; empty for a plain position.
        cells: The fields as they stand in the file.
        symbol: Symbol, where the row has one.
        account: Account the row belongs to, empty where the file names none.
    """

    line: int
    kind: RowKind
    reason: str
    cells: tuple[str, ...]
    symbol: str = ""
    account: str = ""


class Lot(NamedTuple):
    """A tax lot of a holding, as far as the file tells.

    Attributes:
        line: Line of the file.
        quantity: Shares, signed.
        value: Market value in the holding's currency.
        cost: Cost basis in the holding's currency.
        pnl: Unrealised profit or loss in the holding's currency.
        opened: When it was bought, in the file's own words.
    """

    line: int
    quantity: Decimal | None
    value: Decimal | None
    cost: Decimal | None
    pnl: Decimal | None
    opened: str = ""


class Holding(NamedTuple):
    """One position of one account, in its own currency.

    Attributes:
        line: Line of the file.
        symbol: The broker's text.
        account: Account id, empty where the file names none.
        value: Market value, >= 0.
        price: Price of one share, > 0.
        quantity: Shares held, None when the file does not say.
        pnl: Unrealised profit (+) or loss (-): the file's, or value less cost; None when unknown.
        cost: Cost basis, None when unknown.
        currency: ISO code, empty when the file does not say.
        fx_rate: Units of the base currency for one unit of ``currency``, None when the file does not say.
        asset_class: The broker's word for it, may be empty.
        description: The broker's name of the asset, may be empty.
        lots: Tax lots, where the file has them; they are part of the holding, never in addition to it.
    """

    line: int
    symbol: str
    account: str
    value: Decimal
    price: Decimal
    quantity: Decimal | None = None
    pnl: Decimal | None = None
    cost: Decimal | None = None
    currency: str = ""
    fx_rate: Decimal | None = None
    asset_class: str = ""
    description: str = ""
    lots: tuple[Lot, ...] = ()


class CashBalance(NamedTuple):
    """Cash, or a money market fund that a broker keeps cash in.

    Attributes:
        line: Line of the file.
        account: Account id, may be empty.
        amount: Signed: negative is borrowed.
        currency: ISO code, empty when the file does not say.
        label: The file's words for it.
        converted: All currencies of the account in its base currency, so never to be added to the other balances.
    """

    line: int
    account: str
    amount: Decimal
    currency: str
    label: str
    converted: bool = False


class Account(NamedTuple):
    """An account that the file names.

    Attributes:
        id: Number or code as in the file (masked ones stay masked).
        name: The file's name for it, may be empty.
    """

    id: str
    name: str = ""


class TotalCheck(NamedTuple):
    """A total, count or checksum of the file against what was read. A statement only has checks that hold.

    Attributes:
        line: Line of the total.
        label: What is compared.
        account: Account it is about, may be empty.
        stated: The file's number.
        found: The number that the rows give.
        tolerance: How far they may be apart, from the digits the file prints.
    """

    line: int
    label: str
    account: str
    stated: Decimal
    found: Decimal
    tolerance: Decimal

    @property
    def holds(self) -> bool:
        """The two numbers agree within the tolerance."""
        return abs(self.stated - self.found) <= self.tolerance


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The content of one positions file, and the choice made on it.

    Args:
        broker: Who wrote the file, as far as its columns tell.
        format: Key of the format, as ``--format-hint`` takes it.
        holdings: Positions of all accounts, in file order.
        cash: Cash balances of all accounts.
        rows: What became of each line, in file order.
        accounts: The accounts, in file order; empty when the file names none.
        totals: The file's own totals that were compared.
        as_of: The day the values are of, None when the file does not say.
        bases: Account and the currency that its ``fx_rate`` converts to, for each account of which it is known.
        remarks: Warnings and remarks on the reading.
        mapping: The columns of an unknown file, None for a known format.
        mapping_confirmed: The user has confirmed ``mapping``.
        columns: Header names of an unknown file, to choose a mapping from.
        selection: Account ids to include; None when nobody chose.
    """

    broker: str = ""
    format: str = ""
    holdings: tuple[Holding, ...] = ()
    cash: tuple[CashBalance, ...] = ()
    rows: tuple[Row, ...] = ()
    accounts: tuple[Account, ...] = ()
    totals: tuple[TotalCheck, ...] = ()
    as_of: date | None = None
    bases: tuple[tuple[str, str], ...] = ()
    remarks: tuple[Issue, ...] = ()
    mapping: ColumnMapping | None = None
    mapping_confirmed: bool = True
    columns: tuple[str, ...] = ()
    selection: tuple[str, ...] | None = None

    @cached_property
    def _derived(self) -> Derived:
        from .derive import derive

        return derive(self)

    @property
    def portfolio(self) -> Portfolio:
        """The positions of the selected accounts, one for each symbol, in file order, in ``currency``.

        Raises:
            DataError: A choice is still open, or the holdings cannot be added (different currencies without rates).
        """
        if self._derived.portfolio is None:
            raise DataError(self.blocking)
        return self._derived.portfolio

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Remarks on the reading and on the choice. One of severity ``error``: the choice is still open.

        Remarks on lines of accounts that are not chosen are left out.
        """
        if self.selection is None:
            return (*self.remarks, *self._derived.issues)
        included = self.included
        hidden = {row.line for row in self.rows if row.account and row.account not in included}
        told = (issue for issue in self.remarks if issue.where is None or issue.where.line not in hidden)
        return (*told, *self._derived.issues)

    @property
    def blocking(self) -> tuple[Issue, ...]:
        """What must be chosen before there is a portfolio; empty when nothing."""
        return tuple(issue for issue in self._derived.issues if issue.severity == "error")

    @property
    def currency(self) -> str:
        """Currency of the portfolio's amounts, empty when the file does not say."""
        return self._derived.currency

    @property
    def cash_found(self) -> Decimal:
        """Cash of the selected accounts in ``currency``, signed; pending activity is not part of it."""
        return self._derived.cash

    @property
    def cash_counted(self) -> tuple[CashBalance, ...]:
        """The balances that make up ``cash_found``; the others are in other currencies, or repeat them converted."""
        return self._derived.counted

    @property
    def included(self) -> frozenset[str]:
        """Ids of the accounts that make up the portfolio."""
        ids = (account.id for account in self.accounts)
        return frozenset(ids if self.selection is None else self.selection)

    def select(self, accounts: str | Iterable[str] | None) -> Statement:
        """The same statement with other accounts.

        Args:
            accounts: ``"all"``, one account, or several: ids or names as in the file. Naming several, or ``"all"``,
                adds up what they hold of the same symbol. None takes the choice back.

        Raises:
            RequestError: An account that the file does not have, or none at all.
        """
        if accounts is None:
            return replace(self, selection=None)
        wanted = [accounts] if isinstance(accounts, str) else list(accounts)
        if not wanted:
            raise RequestError("no account is chosen; choose at least one.")
        if ALL_ACCOUNTS in wanted:
            return replace(self, selection=tuple(account.id for account in self.accounts) or None)
        chosen = {self._account(name) for name in wanted}
        return replace(self, selection=tuple(a.id for a in self.accounts if a.id in chosen))

    def confirm(self) -> Statement:
        """The same statement with the guessed column mapping confirmed."""
        return replace(self, mapping_confirmed=True)

    def _account(self, name: str) -> str:
        ids = [account.id for account in self.accounts if account.id == name]
        ids = ids or [account.id for account in self.accounts if account.name.casefold() == name.casefold()]
        if len(ids) == 1:
            return ids[0]
        known = ", ".join(f"{a.id} ({a.name})" if a.name else a.id for a in self.accounts) or "no account names"
        problem = "is the name of several accounts" if ids else "is not in the file"
        raise RequestError(f'the account "{name[:40]}" {problem}; the file has: {known}.')
