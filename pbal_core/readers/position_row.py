"""One row under a header to a holding, to cash, or to a reason why it is neither.

Worked example: ``VTI,10,$250.00,$2500.00`` is a holding; ``VMFXX,3000,1.00,3000.00`` is cash; ``91282CJL6`` at a price
that is 100 times the value is a bond, which no plan trades.
"""

from __future__ import annotations

import re
from decimal import Decimal

from ..portfolio import SYMBOL, price_message
from . import cash, instruments, symbols
from .amounts import RowAmounts, hundred_times, read_amounts
from .cells import normal
from .checks import value_difference
from .columns import SHORTS
from .derive import EXACT, divided
from .draft import StatementDraft
from .facts import AccountHolding, CashBalance
from .headers import PERCENT
from .layout import POSITION, TableRow, Verdict

_IN_PERCENT = r"\d[\d.,]*\s?%"


def read_position(
    row: TableRow, draft: StatementDraft, account: str, *, currency: str, names: bool, own_words: bool
) -> Verdict:
    """Adds what a row holds, and says what it is.

    Args:
        row: The row.
        draft: The statement being written.
        account: Account of the row, may be empty.
        currency: Currency of all amounts of the format, empty when it has none.
        names: A name is taken for a symbol where there is none.
        own_words: See ``instruments.unsupported``.
    """
    if row.text("price_currency") in PERCENT or _is_in_percent(row):
        draft.count(row.record.line, account, row.glance(draft, "value"))
        return "unsupported", instruments.IN_PERCENT
    if "side" in row.values and normal(row.text("side")) in SHORTS:
        draft.count(row.record.line, account, row.glance(draft, "value"))
        return "unsupported", instruments.SHORT
    found = read_amounts(row, draft, currency)
    if found is None:
        return POSITION
    text, description, asset_class = row.word("symbol"), row.word("description"), row.text("asset_class")
    if cash.in_own_units(found.quantity, found.price, found.value):
        reason = cash.reason(text, description, asset_class)
        if reason and _bank(row, draft, account, found, text or description):
            return "cash", reason
    elif _is_one_unit(row, draft, found) and _bank(row, draft, account, found, text or description):
        return "cash", "cash, written as one unit"
    symbol, reason = _symbol(draft, text, description, asset_class, names=names, own_words=own_words)
    reason = reason or _no_asset(found)
    if not reason and "multiplier" in row.values:
        reason = _contract(row, draft, found, symbol)
    if not reason:
        found, reason = hundred_times(found, text, description)
    if reason:
        if reason == instruments.ONLY_VALUE:
            draft.state_total("bare", row.record.line, text or description, found.value)
        draft.count(row.record.line, account, found.value)
        return "unsupported", reason
    return _hold(row, draft, account, found, symbol)


def _is_in_percent(row: TableRow) -> bool:
    """The price of what has a security number is a percentage; that of a ticker is no number."""
    if not re.fullmatch(_IN_PERCENT, row.text("price")):
        return False
    return instruments.has_number(row.word("symbol"))


def _is_one_unit(row: TableRow, draft: StatementDraft, found: RowAmounts) -> bool:
    """The row is called cash, and its balance is the price of one unit. ``CASH`` with a name of its own is a share."""
    text, description = row.word("symbol"), row.word("description")
    if not cash.is_one_unit(found.quantity, found.price, found.value) or not cash.reason(text or description):
        return False
    if not instruments.is_code(text) or not text.isupper() or " " in text:
        return True
    if description and not cash.reason(description, description):
        return False
    message = (
        f"{text} is read as cash, because its one unit costs the whole value; if it is a share, add a column of names."
    )
    draft.remark("warning", "cash_or_share", message, row.record.line, text)
    return True


def _symbol(
    draft: StatementDraft, text: str, description: str, asset_class: str, *, names: bool, own_words: bool
) -> tuple[str, str]:
    """The symbol of a row, or why it cannot be planned."""
    if not text and (names or instruments.is_fund_name(description)):
        text = description
    names = names or instruments.is_fund_name(text)
    reason = instruments.unsupported(text, asset_class, description, own_words=own_words, names=names)
    if reason:
        return "", reason
    symbol = symbols.ticker(text)
    if not instruments.is_code(symbol):
        symbol = draft.named(symbols.from_name(text), text)
    return (symbol, "") if SYMBOL.fullmatch(symbol) else ("", instruments.UNTRADABLE)


def _no_asset(found: RowAmounts) -> str:
    """Why the numbers are not those of a long position with a price; empty when they are."""
    if (found.quantity or 0) < 0 or (found.value or 0) < 0:
        return instruments.SHORT
    if not found.price and not found.value:
        return instruments.NO_PRICE
    if found.price is not None or found.value is None or found.quantity:
        return ""
    return instruments.ONLY_VALUE if found.quantity is None else instruments.NO_PRICE


def _contract(row: TableRow, draft: StatementDraft, found: RowAmounts, symbol: str) -> str:
    """Why a row with a multiplier is no share; a share whose numbers say that it is one keeps it with a warning."""
    multiplier = row.glance(draft, "multiplier")
    if multiplier in {None, 1}:
        return ""
    quantity, price, value = found.quantity, found.price, found.value
    if quantity is None or price is None or value is None:
        return instruments.derivative("", multiplier)
    if not value_difference(quantity, price, value, draft.price_slack, None)[1]:
        return instruments.derivative("", multiplier)
    message = (
        f"its multiplier is {multiplier:f}, and that of a share is 1; its value is quantity times price, so the "
        "multiplier is not used."
    )
    draft.remark("warning", "multiplier", message, row.record.line, symbol)
    return ""


def _hold(row: TableRow, draft: StatementDraft, account: str, found: RowAmounts, symbol: str) -> Verdict:
    """Adds the holding, once its numbers agree with one another."""
    at, quantity, price = row.record.line, found.quantity, found.price
    value = _value(row, draft, found)
    if value is None:
        return POSITION
    if price is None and quantity:
        price = divided(value, quantity)
        (draft.foreign_prices if found.price_dropped else draft.derived_prices).append(symbol)
    elif price is not None and quantity is not None and found.value is not None:
        draft.check_value(at, symbol, quantity, price, value)
        draft.proven += 1
    if found.pence:
        draft.pence.append(symbol)
    if price is None or price <= 0:
        draft.refuse("price_not_positive", price_message(price or Decimal(0)), at, row.layout.title.get("price"))
        return POSITION
    if not found.currency:
        text = row.word("symbol")
        draft.markets.setdefault(symbols.market_currency(text), text)
    pnl, cost = _gain(row, draft, found, symbol, value)
    draft.count(at, account, value)
    draft.hold(
        AccountHolding(
            line=at,
            symbol=symbol,
            account=account,
            value=value,
            price=price,
            quantity=quantity,
            pnl=pnl,
            cost=cost,
            currency=found.currency,
            asset_class=row.text("asset_class"),
            description=row.word("description"),
        ),
        row.record.cells,
    )
    return POSITION


def _value(row: TableRow, draft: StatementDraft, found: RowAmounts) -> Decimal | None:
    """The market value; the product where the file has no column for it. Refuses a row without."""
    if found.value is not None:
        return found.value
    has_column = "value" in row.layout.index
    if not has_column and found.quantity is not None and found.price is not None:
        return EXACT.multiply(found.quantity, found.price)
    wanted = "value" if has_column else "quantity" if found.quantity is None else "price"
    draft.empty(row.record.line, row.layout.title.get(wanted))
    return None


def _gain(
    row: TableRow, draft: StatementDraft, found: RowAmounts, symbol: str, value: Decimal
) -> tuple[Decimal | None, Decimal | None]:
    """P&L and cost: the file's, else what follows from the others; compared where the file has all of them."""
    pnl, cost, quantity = found.pnl, found.cost, found.quantity
    if pnl is not None and cost is not None:
        proven = found.price is not None and quantity is not None and found.value is not None
        draft.check_gain(row.record.line, symbol, value, cost, pnl, proven=proven)
    if found.cost_price is not None and quantity is not None:
        if cost is None:
            cost = EXACT.multiply(found.cost_price, quantity)
        else:
            draft.check_cost(row.record.line, symbol, quantity, found.cost_price, cost)
    if pnl is None and cost is not None:
        pnl = EXACT.subtract(value, cost)
    return pnl, cost


def read_cash(row: TableRow, draft: StatementDraft, account: str, currency: str) -> None:
    """Adds the balance of a row that is known to be cash, or notes that its amount is missing."""
    before = len(draft.errors)
    found = read_amounts(row, draft, currency)
    label = row.word("symbol") or row.word("description") or row.first
    if found is not None and _bank(row, draft, account, found, label):
        return
    if len(draft.errors) == before:
        title = row.layout.title.get("value") or row.layout.title.get("price", "price")
        message = "the amount of cash is empty; a number is needed (without a column of values: at the price 1)."
        draft.refuse("empty_cell", message, row.record.line, title)


def _bank(row: TableRow, draft: StatementDraft, account: str, found: RowAmounts, label: str) -> bool:
    """Adds a balance: its value, else quantity times price. False when the row has no amount."""
    amount = found.value
    if amount is None and "value" not in row.layout.index and found.quantity is not None and found.price is not None:
        amount = EXACT.multiply(found.quantity, found.price)
    if amount is None:
        return False
    currency = found.currency or cash.label_currency(normal(label)) or ""
    fund = label.rstrip("*") if cash.is_fund(label) else ""
    quantity = found.quantity if fund else None
    draft.bank(CashBalance(row.record.line, account, amount, currency, label, fund=fund, quantity=quantity))
    return True
