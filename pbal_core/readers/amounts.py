"""The amounts of one row, in one currency and one unit: what each column's header, cell and neighbour say about it.

The model: the currency of a value is what its own cell says, else its header, else the row's column of currencies, else
the format's. A price may be in another currency than the value, or in pence beside a value in pounds. Pence (GBX),
agorot (ILA) and South African cents (ZAC) become their major unit here. A price in another currency is not used: value
divided by quantity is.

Worked example: under ``Price;Value in EUR`` the row ``95,00 CHF;1.925,00`` of 20 shares is 1,925 EUR at 96.25 EUR.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from ..money import sign_currency
from . import instruments
from .cells import currency_code, is_blank
from .derive import EXACT
from .draft import StatementDraft
from .layout import NUMBERS, TableRow

DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "HKD", "SGD"})
MINOR: Mapping[str, str] = {"GBX": "GBP", "ILA": "ILS", "ZAC": "ZAR"}
"""Units that are a hundredth of a currency, in which their exchanges quote prices."""
_SIGNS = frozenset("$\u20ac\u00a3\u00a5\u20b9")
_HUNDREDTH = Decimal("0.01")
_TOLERANCE = Decimal("0.01")
_HIGHEST_BOND = 250


class RowAmounts(NamedTuple):
    """What a row says; None where blank or absent.

    ``price_dropped`` is the currency of a price that was not used, ``pence`` says that the price was in hundredths
    though nothing named that unit.
    """

    quantity: Decimal | None
    price: Decimal | None
    value: Decimal | None
    pnl: Decimal | None
    cost: Decimal | None
    cost_price: Decimal | None
    currency: str
    price_dropped: str = ""
    pence: bool = False


def read_amounts(row: TableRow, draft: StatementDraft, usual_currency: str) -> RowAmounts | None:
    """The amounts of a row; None when one is no number, or the currencies contradict each other (which is noted)."""
    before = len(draft.errors)
    cells = [row.amount(draft, name) for name in NUMBERS]
    if len(draft.errors) > before:
        return None
    (quantity, unit), (price, price_sign), (value, value_sign) = cells[:3]
    if unit and not _SIGNS.isdisjoint(row.raw("quantity")):
        title = row.layout.title["quantity"]
        message = f"the number of shares is written as money ({unit}); two columns may be swapped."
        draft.refuse("columns_swapped", message, row.record.line, title)
        return None
    units, own = row.layout.units, currency_code(row.text("currency"))
    named = ("" if is_blank(own) else own) or usual_currency
    of_value = sign_currency(value_sign) or units.get("value", "")
    of_price = sign_currency(price_sign) or units.get("price", "")
    if not of_price and "price_currency" in row.values:
        of_price = currency_code(row.text("price_currency"))
    if of_value in {"", named} and of_price in {"", named} and named not in MINOR:
        found = RowAmounts(quantity, price, value, cells[3][0], cells[4][0], cells[5][0], named)
    else:
        by_header = not value_sign
        resolved = _resolve(quantity, price, value, (named, of_value, of_price), by_header=by_header)
        if resolved is None:
            said = sorted({named, of_value, of_price} - {""})
            message = f"the amounts are in {ascii(' and '.join(said))[1:-1]}; one currency is needed in a row."
            draft.refuse("mixed_currencies", message, row.record.line)
            return None
        price, value, currency, dropped, scale = resolved
        rest = [None if amount is None else EXACT.multiply(amount, scale) for amount, _ in cells[3:5]]
        each = cells[5][0] if scale == 1 and price == cells[1][0] else _hundredth(cells[5][0])
        found = RowAmounts(quantity, price, value, rest[0], rest[1], each, currency, dropped)
    if not units and all(sign in {"", found.currency} for _, sign in cells[3:]) and not row.layout.foreign:
        return found
    amounts = (found.pnl, found.cost, found.cost_price)
    pnl, cost, cost_price = (
        _in_currency(row, draft, name, (amount, sign), found.currency)
        for name, amount, (_, sign) in zip(NUMBERS[3:], amounts, cells[3:], strict=True)
    )
    return found._replace(pnl=pnl, cost=cost, cost_price=cost_price)


def _differ(one: str, other: str) -> bool:
    """Two currencies are not the same; a bare ``$`` is every country's dollar."""
    return bool(one and other) and one != other and not (one == "USD" and other in DOLLARS)


def _hundredth(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else EXACT.multiply(amount, _HUNDREDTH)


def _near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= max(abs(other) * _TOLERANCE, _TOLERANCE)


def _resolve(
    quantity: Decimal | None,
    price: Decimal | None,
    value: Decimal | None,
    said: tuple[str, str, str],
    *,
    by_header: bool,
) -> tuple[Decimal | None, Decimal | None, str, str, Decimal] | None:
    """Price, value, their currency, the currency of a price that is dropped, and what P&L and cost are scaled by.

    None when the currencies contradict each other.
    """
    named, of_value, of_price = said
    if _differ(of_value, named):
        if not by_header or _differ(of_price, named):
            return None
        currency, of_price = of_value, of_price or named  # the column of currencies is that of the prices
    else:
        currency = named or of_value or of_price
    scale = Decimal(1)
    product = None if quantity is None or price is None else EXACT.multiply(quantity, price)
    if currency in MINOR:
        in_pence = product is None or value is None or not _near(product, value * 100)
        currency, of_price = MINOR[currency], ""
        scale = _HUNDREDTH if in_pence else scale
        value = EXACT.multiply(value, scale) if value is not None else None
        price = _hundredth(price)
    elif of_price in MINOR:
        price, of_price = _hundredth(price), MINOR[of_price]
        product = _hundredth(product)
    if not _differ(of_price, currency):
        return price, value, currency, "", scale
    if value is None:
        return price, value, of_price, "", scale
    if not quantity or (product is not None and _near(product, value)):
        return None
    return None, value, currency, of_price, scale


def _in_currency(
    row: TableRow, draft: StatementDraft, name: str, cell: tuple[Decimal | None, str], currency: str
) -> Decimal | None:
    """A cost or P&L, None where its own column, header or sign says that it is in another currency than the value."""
    amount, sign = cell
    if amount is None or not currency:
        return amount
    column = f"{name}_currency"
    named = currency_code(row.text(column)) if column in row.values else ""
    named = named or sign_currency(sign) or row.layout.units.get(name, "")
    named = MINOR.get(named, named)
    if not _differ(named, currency):
        return amount
    title = row.layout.title[name]
    message = f"{title} is in {named}, the value in {currency}; it is not used."
    draft.remark("warning", "other_currency", message, row.record.line, row.text("symbol"))
    return None


def hundred_times(found: RowAmounts, symbol: str, description: str) -> tuple[RowAmounts, str]:
    """What to make of a price that is 100 times too large for the value: pence, or a bond's price per 100.

    Returns:
        The amounts (in pounds where the price was in pence), and why the row is a bond; empty for everything else.
    """
    quantity, price, value = found.quantity, found.price, found.value
    if not quantity or not price:
        return found, ""
    if value is None:
        return found, instruments.priced_per_100(symbol, description, quantity, price, value)
    product = EXACT.multiply(quantity, price)
    if not value or abs(product - value * 100) > abs(value):
        return found, ""
    in_pence = found.currency in MINOR.values() and (bool(description) or price > _HIGHEST_BOND)
    bond = "" if in_pence else instruments.priced_per_100(symbol, description, quantity, price, value)
    if bond or found.currency not in MINOR.values():
        return found, bond
    return found._replace(price=_hundredth(price), pence=True), ""
