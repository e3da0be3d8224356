"""British platforms: Hargreaves Lansdown, AJ Bell, interactive investor, and the pies of Trading 212.

Values are in pounds, prices of shares in pence: the header or the cell says so (``Price (pence)``, ``120.905p``), or
AJ Bell's market currency (``GBX``). Prices of other markets are not used.
"""

from __future__ import annotations

from ..broker_above import Above
from ..broker_table import BrokerTable

FORMATS = (
    BrokerTable(
        key="hargreaves-lansdown",
        broker="Hargreaves Lansdown",
        source="account-summary.csv in the tests of several importers, anonymised",
        confidence="high",
        signature=("stock", "units held", "price (pence)"),
        columns={
            "symbol": ("code", "stock"),
            "description": ("stock",),
            "quantity": ("units held",),
            "price": ("price (pence)",),
            "value": ("value (\u00a3)", "value ()"),
            "cost": ("cost (\u00a3)", "cost ()"),
            "pnl": ("gain/loss (\u00a3)", "gain/loss ()"),
        },
        currency="GBP",
        total="totals?",
        names=True,  # older files have no codes
        above=(
            Above(r"(hl .*|.*\b(?:isa|sipp|fund & share account)\b.*)", "account"),
            Above("spreadsheet created at", "as_of"),
        ),
    ),
    BrokerTable(
        key="aj-bell",
        broker="AJ Bell",
        source="the test data of two importers",
        confidence="medium",
        signature=("investment", "quantity", "price", "value (\u00a3)", "cost (\u00a3)"),
        columns={
            "account": ("portfolio",),
            "symbol": ("investment",),
            "description": ("investment",),
            "quantity": ("quantity",),
            "price": ("price",),
            "value": ("value (\u00a3)",),
            "cost": ("cost (\u00a3)",),
            "pnl": ("change (\u00a3)",),
            "currency": ("valuation currency",),
            "price_currency": ("market currency",),
            "as_of": ("date",),
        },
        currency="GBP",
        symbol_in=r".*\((?:[A-Z]+:)?([A-Z0-9][A-Z0-9.]*)\)",
        cash="cash(?: gbp)?",
        total="totals?",
    ),
    BrokerTable(
        key="interactive-investor",
        broker="interactive investor",
        source="the test data of an importer with real headers, and the code of another",
        confidence="high",
        signature=("name", "qty", "market value \u00a3", "book cost", "average price"),
        columns={
            "symbol": ("symbol",),
            "description": ("name",),
            "quantity": ("qty",),
            "price": ("price",),
            "value": ("market value \u00a3",),
            "cost": ("book cost",),
            "pnl": ("gain/loss", "gain"),
        },
        currency="GBP",
        total="totals?",
        note="interactive investor's file has no cash.",
    ),
    BrokerTable(
        key="trading212-pie",
        broker="Trading 212",
        source="a pie's CSV as two importers describe it",
        confidence="medium",
        signature=("slice", "invested value", "value", "owned quantity"),
        columns={
            "symbol": ("slice",),
            "description": ("name",),
            "quantity": ("owned quantity",),
            "value": ("value",),
            "cost": ("invested value",),
            "pnl": ("result",),
        },
        total="total",
        note="a pie's file names neither currency nor cash; its amounts are in the currency of the account.",
    ),
)
