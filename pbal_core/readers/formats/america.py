"""Brokers of the United States and Canada that write one table.

J.P. Morgan's file has tax lots or whole positions under the same names; rows of one symbol are added up. TD's does not
name the currency of its account. RBC's has rates to Canadian dollars above the table, so that holdings in both
currencies can be added. Questrade's workbook has cash in a sheet of its own, which is not read.
"""

from __future__ import annotations

from decimal import Decimal

from ..broker_above import Above, bank_above
from ..broker_table import OPTION, BrokerTable
from ..cells import is_blank, normal
from ..document import Record
from ..facts import CashBalance
from ..layout import ReadingState


def _rbc_summary(record: Record, state: ReadingState) -> str:
    """``Currency,Cash,Investments,Short,Total,Exchange Rate to CAD``, and a row for each currency."""
    names = [normal(cell) for cell in record.cells]
    if names[:2] == ["currency", "cash"]:
        state.notes["columns"] = "|".join(names)
        return "cash by currency"
    currency = record.cells[0].strip().upper()
    if "columns" not in state.notes or currency not in {"CAD", "USD"}:
        return ""
    cells = dict(zip(state.notes["columns"].split("|"), record.cells, strict=False))
    state.notes[f"cash {currency}"] = f"{record.line}|{cells.get('cash', '')}"
    state.notes[f"rate {currency}"] = f"{record.line}|{cells.get('exchange rate to cad', '')}"
    return "cash and rate of a currency"


def _rbc_currencies(state: ReadingState) -> None:
    """Banks the cash of each currency, and gives the holdings their rates."""
    draft = state.draft
    rates: dict[str, Decimal] = {"CAD": Decimal(1)}
    for currency in ("CAD", "USD"):
        for name in ("cash", "rate"):
            line, _, text = state.notes.get(f"{name} {currency}", "0|").partition("|")
            amount = None if is_blank(text) else draft.number(text, int(line), f"{currency} {name}")
            if amount is not None and name == "cash":
                bank_above(state, CashBalance(int(line), state.account, amount, currency, f"cash in {currency}"))
            elif amount is not None and amount > 0:
                rates[currency] = amount
    if len(rates) > 1:
        draft.holdings = [holding._replace(fx_rate=rates.get(holding.currency)) for holding in draft.holdings]
        draft.bases[state.account] = "CAD"


FORMATS = (
    BrokerTable(
        key="jpmorgan",
        broker="J.P. Morgan",
        source="positions and tax lots in the tests of two importers, shaped like real ones",
        confidence="high",
        signature=("asset strategy", "ticker", "base ccy", "unrealized g/l amt."),
        columns={
            "account": ("account number",),
            "account_name": ("account name",),
            "symbol": ("ticker",),
            "description": ("description",),
            "kind": ("asset class",),
            "quantity": ("quantity",),
            "price": ("price",),
            "value": ("value",),
            "currency": ("base ccy",),
            "cost": ("cost",),
            "pnl": ("unrealized g/l amt.",),
            "as_of": ("pricing date",),
        },
        cash="cash & money market funds|us dollar|.* deposit sweep .*",
        stop="footnotes",
    ),
    BrokerTable(
        key="merrill-holdings",
        broker="Merrill",
        source="the header in the test of an importer, and the code of three others",
        confidence="medium",
        signature=("cob date", "symbol", "account nickname", "value ($)"),
        columns={
            "account": ("account #", "account nickname"),
            "account_name": ("account nickname",),
            "symbol": ("symbol",),
            "description": ("security description",),
            "quantity": ("quantity",),
            "price": ("price ($)",),
            "value": ("value ($)",),
            "pnl": ("unrealized gain/loss ($)",),
            "as_of": ("cob date",),
        },
        currency="USD",
        cash=r"cash.*|.*\bcash\b.*|ml direct deposit progrm|.*bank deposit program.*|[a-z]{3}xx|iiaxx",
        left_out=(r".*\b(?:call|put)\b.* exp .*", OPTION),
        total="totals?",
    ),
    BrokerTable(
        key="td-direct",
        broker="TD Direct Investing",
        source="WebBroker's holdings in the tests of several importers, values changed",
        confidence="high",
        signature=("market", "average cost", "book cost", "unrealized $", "% of positions"),
        columns={
            "symbol": ("symbol",),
            "description": ("description",),
            "quantity": ("quantity",),
            "price": ("price",),
            "value": ("market value",),
            "cost": ("book cost",),
            "pnl": ("unrealized $",),
        },
        total="totals?",
        above=(Above("as of date", "as_of"), Above("account", "account")),
        note="TD's file does not name the currency of the account; amounts are written as dollars.",
    ),
    BrokerTable(
        key="rbc-direct",
        broker="RBC Direct Investing",
        source="holdings in the code of an importer, and in the test of another",
        confidence="medium",
        signature=("product", "symbol", "last price", "total book cost", "total market value"),
        columns={
            "symbol": ("symbol",),
            "description": ("name",),
            "asset_class": ("product",),
            "quantity": ("quantity",),
            "price": ("last price",),
            "currency": ("currency",),
            "value": ("total market value",),
            "cost": ("total book cost",),
            "pnl": ("unrealized gain/loss $",),
        },
        total="totals?",
        stop="important information|disclaimer",
        above=(Above("account: (.*)", "account"),),
        preamble=_rbc_summary,
        conclude=_rbc_currencies,
    ),
    BrokerTable(
        key="questrade",
        broker="Questrade",
        source="the sheet Positions of the investment summary in the code of three importers",
        confidence="medium",
        signature=("equity symbol", "equity description", "cost per share", "market price", "market value"),
        columns={
            "account": ("account number",),
            "symbol": ("equity symbol",),
            "description": ("equity description",),
            "asset_class": ("asset class",),
            "quantity": ("quantity",),
            "price": ("market price",),
            "value": ("market value",),
            "currency": ("currency",),
            "cost": ("position cost",),
            "pnl": ("profit and loss",),
        },
        note="Questrade's cash is in the sheet Balances, which is not read.",
    ),
)
