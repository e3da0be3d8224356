"""M1 Finance ``Holdings-*.csv``.

Source: a public test whose header was confirmed against a real download by its authors. No price: value divided by
quantity is used. Thousands are quoted; cost and gain are blank after a spin-off. M1's "Open tax lots" is another file.

Worked example: ``VTI,Vanguard Total Market,10.5,200.00,"2,100.00",525.00,25.00,"2,625.00"`` is 10.5 VTI at 250.
"""

from __future__ import annotations

from ..table import TableFormat

FORMAT = TableFormat(
    key="m1",
    broker="M1 Finance",
    columns={
        "symbol": ("symbol",),
        "description": ("name",),
        "quantity": ("quantity",),
        "value": ("value",),
        "pnl": ("unrealized gain ($)",),
        "cost": ("cost basis",),
        "cost_price": ("avg. price",),
    },
    required=("symbol", "quantity", "value", "pnl"),
    distinctive=("avg. price",),
)
KEY, BROKER, find, read = FORMAT.key, FORMAT.broker, FORMAT.find, FORMAT.read
