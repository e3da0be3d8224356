"""The CSV of a plan of this program (``pbal -f csv``), as the positions after its trades.

Source: ``views/columns`` of this package. So a plan can be tried out, and the next one made from it.

Worked example: ``VCR,6798.48,279.68,2800.00,10,2796.80,9595.28,...`` is 9,595.28 dollars of VCR at 279.68.
"""

from __future__ import annotations

from ..table import TableFormat

FORMAT = TableFormat(
    key="plan",
    broker="Portfolio Balancer (a plan)",
    columns={
        "symbol": ("symbol",),
        "price": ("markprice",),
        "value": ("finalvalue",),
        "description": ("reason",),
    },
    required=("symbol", "price", "value"),
    distinctive=("tradevalue",),
)
KEY, BROKER, find, read = FORMAT.key, FORMAT.broker, FORMAT.find, FORMAT.read
