"""What people and brokers call the columns of a positions file: one table of names for all readers.

To teach a name, add it to its field: in lower case, without units and signs (``headers`` takes those off), the most
telling names first, since the first one that a header has is taken.
"""

from __future__ import annotations

NAMES: dict[str, tuple[str, ...]] = {
    "symbol": ("symbol", "ticker", "ticker symbol", "instrument", "equity symbol", "security", "isin", "cusip"),
    "quantity": ("quantity", "qty", "shares", "units", "no. of shares", "number of shares", "position"),
    "price": ("current price", "market price", "last price", "price", "share price", "mark price", "markprice",
              "close price", "closing price", "last", "close", "unit price", "nav"),
    "value": ("current value", "market value", "value", "total value", "position value", "positionvalue", "mkt value",
              "market val", "balance", "current balance"),
    "pnl": ("unrealized gain", "unrealized gain/loss", "unrealised gain/loss", "unrealized p&l", "unrealised p&l",
            "unrealized p/l", "unrealized pnl", "unrealised pnl", "gain/loss", "gain/loss $", "gain", "p&l", "p/l",
            "pnl", "total gain/loss", "fifopnlunrealized", "open p&l", "profit/loss", "profit", "unrealized gain ($)"),
    "cost": ("cost", "cost basis", "position cost", "total cost", "book value", "cost basis total", "book cost",
             "purchase value"),
    "cost_price": ("average cost", "avg cost", "average price", "avg price", "avg. price", "cost per share",
                   "purchase price", "cost/share", "average cost basis", "unit cost"),
    "account": ("account number", "account id", "account", "account name"),
    "currency": ("currency", "ccy", "currencyprimary"),
    "asset_class": ("asset class", "asset type", "asset category", "assetclass", "security type", "instrument type",
                    "type"),
    "description": ("description", "name", "security name", "investment name", "company"),
}  # fmt: skip
"""Header names (folded) that are taken to mean a field, the most telling first."""
