"""The columns of a plan's table: the page, the printed page, the CSV and the JSON file walk this list.

The model: a column says how to get its values from an outcome (integers) and how to write one for a person, and how to
get its exact values from a plan and what they are called in a file. ``None`` means that it is not there. A column is
added by adding it to ``COLUMNS``. Rows are positions in file order.

Worked example: of the outcome "10 VCR at 279.68", the column ``traded`` has the value 279680 units and writes
``+$2,796.80``; the CSV has 2796.80 under TradeValue, the JSON has it under trade_value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from ..money import format_weight
from ..planning.outcome import Basis, Outcome
from ..planning.plan import Plan
from .prices import format_price
from .trades import DASH, trade_text

FROZEN = "frozen"
"""The target of a position that does not trade."""

Exact = str | int | float | Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNames:
    """What a column is called in files, and its place among theirs: they keep their order, whatever a screen does.

    Args:
        place: Columns are written by ascending places.
        json: Key in the JSON file.
        csv: Title in the CSV file; None where the CSV does not have it.
        money: It is an amount of money: the CSV writes at least the currency's decimals.
    """

    place: int
    json: str
    csv: str | None = None
    money: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the table.

    Args:
        key: Stable snake_case name.
        page: Title on the page; None where the page does not show it.
        printed: Title on the printed page; None where that does not show it.
        values: An outcome -> n values, for ``write``; None where an outcome does not know them, as the plan does.
        write: A basis and a value -> what a person reads.
        says: A plan -> n texts that a person reads, in place of all others, where only a plan knows them.
        instead: A basis -> n texts that are written instead of the values, empty where the value is.
        exact: A plan -> n exact values, for files.
        file: What files call it; None where they do not have it.
        unit: The page shows the column only while it shows this unit; empty: always.
        follows: What its text follows on the page: the number of shares of its own trade, all trades (a weight, which
            is sent as a number), or nothing that a slider changes.
        tone: Looks on the page: ``symbol`` heads the row, ``trade`` has the colour of buying or selling, ``amount`` is
            quiet where nothing trades, ``quiet`` always is.
        leaves: Which columns leave the page first where room is short: those that say ``first``, then on a phone.
    """

    key: str
    page: str | None = None
    printed: str | None = None
    values: Callable[[Outcome], Sequence[Any]] | None = None
    write: Callable[[Basis, Any], str] = lambda _basis, value: str(value)
    says: Callable[[Plan], Sequence[str]] | None = None
    instead: Callable[[Basis], Sequence[str]] | None = None
    exact: Callable[[Plan], Sequence[Exact]] | None = None
    file: FileNames | None = None
    unit: Literal["", "weights", "dollars"] = ""
    follows: Literal["", "trade", "weights"] = ""
    tone: Literal["", "symbol", "trade", "amount", "quiet"] = ""
    leaves: Literal["", "first", "phone"] = ""

    def texts(self, plan: Plan) -> list[str]:
        """What a person reads in this column, for each position of a plan."""
        basis = plan.outcome.basis
        if self.says is not None:
            return list(self.says(plan))
        if self.values is None:
            return list(map(str, self.exact(plan))) if self.exact else []
        rows = zip(self.fixed(basis), self.values(plan.outcome), strict=True)
        return [text or self.write(basis, value) for text, value in rows]

    def fixed(self, basis: Basis) -> Sequence[str]:
        """The n texts that are written whatever the plan is, empty where the plan's value is written."""
        return self.instead(basis) if self.instead else [""] * len(basis.symbols)


def _money(basis: Basis, cents: int) -> str:
    return basis.cents_text(cents)


def _traded(basis: Basis, cents: int) -> str:
    return basis.cents_text(cents, signed=True) if cents else DASH


def _percent(_basis: Basis, fraction: float) -> str:
    return format_weight(fraction)


COLUMNS = (
    Column(
        key="symbol",
        page="Symbol",
        printed="Symbol",
        values=lambda outcome: outcome.basis.symbols,
        exact=lambda plan: plan.portfolio.symbols,
        file=FileNames(place=10, json="symbol", csv="Symbol"),
        tone="symbol",
    ),
    Column(
        key="value_before",
        page="Now",
        printed="Now",
        values=lambda outcome: outcome.basis.cents,
        write=_money,
        exact=lambda plan: [position.value for position in plan.portfolio],
        file=FileNames(place=20, json="initial_value", csv="InitialValue", money=True),
        unit="dollars",
        tone="quiet",
        leaves="phone",
    ),
    Column(
        key="weight_before",
        page="Now",
        printed="Now %",
        values=lambda outcome: outcome.basis.weights,
        write=_percent,
        exact=lambda plan: plan.weights_before,
        file=FileNames(place=90, json="weight_before"),
        unit="weights",
        tone="quiet",
        leaves="phone",
    ),
    Column(
        key="target",
        page="Target",
        printed="Target %",
        values=lambda outcome: outcome.targets_after,
        write=_percent,
        instead=lambda basis: [FROZEN if stays else "" for stays in basis.frozen],
        exact=lambda plan: plan.targets_after,
        file=FileNames(place=80, json="target_weight"),
        follows="weights",
        tone="quiet",
        leaves="first",
    ),
    Column(
        key="price",
        printed="Price",
        says=lambda plan: [format_price(position.price, plan.portfolio.currency) for position in plan.portfolio],
        exact=lambda plan: [position.price for position in plan.portfolio],
        file=FileNames(place=30, json="mark_price", csv="MarkPrice", money=True),
    ),
    Column(
        key="wanted",
        exact=lambda plan: [order.amount for order in plan.orders],
        file=FileNames(place=40, json="buy_value", csv="BuyVal", money=True),
    ),
    Column(
        key="shares",
        page="Trade",
        printed="Trade",
        values=lambda outcome: outcome.shares,
        write=lambda _basis, shares: trade_text(shares),
        exact=lambda plan: [order.shares for order in plan.orders],
        file=FileNames(place=50, json="buy_shares", csv="BuyShares"),
        follows="trade",
        tone="trade",
    ),
    Column(
        key="traded",
        page="Amount",
        printed="Amount",
        values=lambda outcome: outcome.cents.moved,
        write=_traded,
        exact=lambda plan: [order.value for order in plan.orders],
        file=FileNames(place=60, json="trade_value", csv="TradeValue", money=True),
        follows="trade",
        tone="amount",
    ),
    Column(
        key="value_after",
        page="After",
        printed="After",
        values=lambda outcome: outcome.cents.after,
        write=_money,
        exact=lambda plan: plan.values_after,
        file=FileNames(place=70, json="final_value", csv="FinalValue", money=True),
        unit="dollars",
        follows="trade",
    ),
    Column(
        key="weight_after",
        page="After",
        printed="After %",
        values=lambda outcome: outcome.weights_after,
        write=_percent,
        exact=lambda plan: plan.weights_after,
        file=FileNames(place=100, json="weight_after"),
        unit="weights",
        follows="weights",
    ),
    Column(
        key="reason",
        printed="Why",
        exact=lambda plan: [order.reason for order in plan.orders],
        file=FileNames(place=110, json="reason", csv="Reason"),
    ),
)
"""All columns, in the order in which a person reads them."""

BY_KEY = {column.key: column for column in COLUMNS}

PAGE_COLUMNS = tuple(column for column in COLUMNS if column.page is not None)
PRINTED_COLUMNS = tuple(column for column in COLUMNS if column.printed is not None)
FILE_COLUMNS = tuple(
    sorted((column for column in COLUMNS if column.file), key=lambda column: column.file.place if column.file else 0)
)


def table_rows(plan: Plan) -> list[dict[str, str]]:
    """The table as a person reads it: for each position in file order, column key -> text."""
    columns = [(column.key, column.texts(plan)) for column in COLUMNS if column.page or column.printed]
    return [{key: texts[i] for key, texts in columns} for i in range(len(plan.portfolio))]
