"""What a positions file says: the plain data that readers find, and the choices that are made on it.

The model: one :class:`FileRow` for each line that is not blank, holdings, cash and totals. ``statement`` makes a
portfolio of them; nothing is computed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..errors import Issue

if TYPE_CHECKING:
    from .mapping import ColumnMapping

RowKind = Literal["position", "cash", "pending", "lot", "total", "footer", "unsupported", "header", "other"]
"""What a line is. ``unsupported`` is an asset that a plan cannot trade; ``other`` belongs to a part of the file that is
not about positions (trades, names of instruments)."""


class FileRow(NamedTuple):
    """What became of one line (for XML: one element; for a workbook: one row of the sheet).

    Attributes:
        line: 1-based line in which it begins.
        kind: See RowKind.
        reason: Why, in words; empty for a plain position.
        cells: The fields as they are in the file.
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


class AccountHolding(NamedTuple):
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
        pending: A debit that is not settled yet: it takes from the cash that can be invested.
        fund: Symbol of the money market fund that it is, which the user may count as an investment; else empty.
        quantity: Shares of that fund, None when the file does not say.
    """

    line: int
    account: str
    amount: Decimal
    currency: str
    label: str
    converted: bool = False
    pending: bool = False
    fund: str = ""
    quantity: Decimal | None = None


class NamedAccount(NamedTuple):
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
class Facts:
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
        not_cash: Money market funds that count as investments.
    """

    broker: str = ""
    format: str = ""
    holdings: tuple[AccountHolding, ...] = ()
    cash: tuple[CashBalance, ...] = ()
    rows: tuple[FileRow, ...] = ()
    accounts: tuple[NamedAccount, ...] = ()
    totals: tuple[TotalCheck, ...] = ()
    as_of: date | None = None
    bases: tuple[tuple[str, str], ...] = ()
    remarks: tuple[Issue, ...] = ()
    mapping: ColumnMapping | None = None
    mapping_confirmed: bool = True
    columns: tuple[str, ...] = ()
    selection: tuple[str, ...] | None = None
    not_cash: tuple[str, ...] = ()
