"""Indian brokers: Zerodha, Groww, Upstox. Amounts are in rupees; what is found in several sources is in ``source``.

Zerodha parts a quantity: shares that are pledged are not among the available ones, those held for long are. In public
test files the profit is (last price - average price) x (available + pledged), which settles it.
"""

from __future__ import annotations

from ..broker_table import BrokerTable
from ..layout import ReadingState, TableRow, Verdict


def _discrepant(row: TableRow, state: ReadingState) -> Verdict | None:
    """Reports shares whose number is in dispute: they are in no total of Zerodha's."""
    disputed = row.glance(state.draft, "disputed")
    if disputed:
        message = f"{disputed:f} shares are discrepant in the file; they are not counted."
        state.draft.remark("warning", "discrepant_shares", message, row.record.line, row.text("symbol"))
    return None


FORMATS = (
    BrokerTable(
        key="zerodha",
        broker="Zerodha",
        source="Console's Holdings Statement in the tests of several importers, anonymised",
        confidence="high",
        signature=("quantity available", "previous closing price"),
        columns={
            "symbol": ("symbol",),
            "quantity": ("quantity available",),
            "pledged": ("quantity pledged (margin)", "quantity pledged"),
            "lent": ("quantity pledged (loan)",),
            "disputed": ("quantity discrepant",),
            "price": ("previous closing price",),
            "cost_price": ("average price",),
            "pnl": ("unrealized p&l",),
        },
        currency="INR",
        adds={"quantity": ("pledged", "lent")},
        classify=_discrepant,
    ),
    BrokerTable(
        key="zerodha-kite",
        broker="Zerodha",
        source="Kite's list of holdings in the test of an importer",
        confidence="medium",
        signature=("instrument", "qty.", "avg. cost", "ltp", "cur. val"),
        columns={
            "symbol": ("instrument",),
            "quantity": ("qty.",),
            "price": ("ltp",),
            "value": ("cur. val",),
            "cost_price": ("avg. cost",),
            "pnl": ("p&l",),
        },
        currency="INR",
        total="total",
    ),
    BrokerTable(
        key="groww",
        broker="Groww",
        source="the Holdings Statement in the test of an importer; symbols are ISINs",
        confidence="medium",
        signature=("stock name", "isin", "average buy price", "closing value"),
        columns={
            "symbol": ("isin",),
            "description": ("stock name",),
            "quantity": ("quantity",),
            "price": ("closing price",),
            "value": ("closing value",),
            "cost": ("buy value",),
            "pnl": ("unrealised p&l",),
        },
        currency="INR",
        total="total",
    ),
    BrokerTable(
        key="upstox",
        broker="Upstox",
        source="the test of one importer",
        confidence="low",
        signature=("scrip name", "symbol", "ltp", "invested value", "overall p&l"),
        columns={
            "symbol": ("symbol",),
            "description": ("scrip name",),
            "quantity": ("quantity",),
            "price": ("ltp",),
            "value": ("current value",),
            "cost": ("invested value",),
            "pnl": ("overall p&l",),
        },
        currency="INR",
        total="total",
    ),
)
