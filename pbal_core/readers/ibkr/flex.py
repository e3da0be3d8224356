"""What IBKR Flex reports mean, whatever their layout: open positions and cash as records of named texts.

Source: IBKR's Flex Query reference, sections Open Positions and Cash Report; public real downloads (CSV and XML).
Plain decimals, minus sign, no thousands separators.

The model: ``PositionValue`` and ``FifoPnlUnrealized`` are in ``CurrencyPrimary`` and include the multiplier; times
``FXRateToBase`` they are in the account's base currency. A position is its SUMMARY row; LOT rows repeat it lot by lot
and are added up only where there is no SUMMARY row. The plain file of four columns is a *contract*: without an
``AssetClass`` column every row must be a long position with all its numbers, and anything else is refused. (What the
symbol or the multiplier shows to be a derivative is left out with its reason.)

Worked example: SUMMARY 10 x 20 = 200 with LOT rows of 120 and 80 is a holding of 200 with two lots, not 400.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ...money import NotANumberError
from ...portfolio import SYMBOL, position_problems, symbol_key
from .. import cash, instruments
from ..cells import read_plain, shown
from ..derive import total
from ..draft import StatementDraft
from ..facts import AccountHolding, CashBalance, Lot
from .flex_record import TITLES, FlexRecord

PRICE_SLACK = Decimal("0.00005")
"""Mark prices have four decimals and more."""

_DEAR = Decimal("1.1")
"""No cash has such a price: most rows need no closer look."""
_ALL_CURRENCIES = frozenset({"BASE_SUMMARY", "BASE"})
_FACTS = {"symbol": "symbol", "value": "positionvalue", "price": "markprice", "quantity": "quantity"}
"""The column of each fact of a position."""


class PositionNumbers(NamedTuple):
    """The numbers of a position; None where blank or absent."""

    quantity: Decimal | None
    price: Decimal | None
    value: Decimal | None
    pnl: Decimal | None
    cost: Decimal | None
    fx_rate: Decimal | None
    multiplier: Decimal | None


_CODE = r"[A-Z]{3}"
_PLAIN = frozenset({"symbol", "positionvalue", "markprice", "fifopnlunrealized", "quantity"})
_LEVELS = frozenset({"SUMMARY", "LOT"})


def read_sections(draft: StatementDraft, positions: Sequence[FlexRecord], cash_report: Sequence[FlexRecord]) -> None:
    """Adds what the sections Open Positions and Cash Report say."""
    _check_columns(draft, positions)
    _read_positions(draft, positions)
    _check_sums(draft)
    _check_rates(draft)
    for entry in cash_report:
        if _is_converted(entry) and entry.text("currencyprimary") not in _ALL_CURRENCIES:
            draft.bases.setdefault(entry.owner, entry.text("currencyprimary"))
    _conclude_bases(draft)
    _read_cash_report(draft, cash_report)


def _check_columns(draft: StatementDraft, entries: Sequence[FlexRecord]) -> None:
    """A column that holds currencies or levels of detail and is not called so would change what is added to what."""
    if not entries:
        return
    missing = [name for name in ("currencyprimary", "levelofdetail") if name not in entries[0].values]
    if not missing or entries[0].values.keys() <= _PLAIN:
        return
    from ..headers import ISO_CODES

    for name in entries[0].values:
        if name in TITLES or name in {"currencyprimary", "levelofdetail", "assetclass", "symbol"}:
            continue
        cells = {entry.text(name) for entry in entries} - {""}
        is_code = all(re.fullmatch(_CODE, cell) and cell in ISO_CODES for cell in cells)
        means = "levelofdetail" if cells and cells <= _LEVELS else "currencyprimary" if cells and is_code else ""
        if means in missing:
            title = {"levelofdetail": "LevelOfDetail", "currencyprimary": "CurrencyPrimary"}[means]
            message = (
                f"the column {name[:40]} holds what {title} should, and no column has that name; correct the header."
            )
            draft.refuse("missing_column", message, entries[0].line, title)


def _check_sums(draft: StatementDraft) -> None:
    """Of several rows of one symbol none may be the sum of the others: these are its lots, and would count twice."""
    if not draft.repeated:
        return
    groups: dict[tuple[str, str], list[AccountHolding]] = {}
    for holding in draft.holdings:
        groups.setdefault((holding.account, symbol_key(holding.symbol)), []).append(holding)
    for group in groups.values():
        whole = total(h.value for h in group)
        summed = next((h for h in group if len(group) > 1 and h.value and h.value * 2 == whole), None)
        if summed is not None:
            message = (
                f"the value of one of the {len(group)} rows of {summed.symbol} is that of the others together: they "
                "may be its lots. Add the column LevelOfDetail to the report."
            )
            draft.refuse("rows_and_sum", message, summed.line, "Symbol")


def _read_positions(draft: StatementDraft, entries: Sequence[FlexRecord]) -> None:
    """Adds the holdings, lots and rows of the section Open Positions."""
    current, draft.as_of = _latest(draft, entries)
    by_lot = [entry for entry in current if entry.is_lot]
    summaries = {entry.key for entry in current if not entry.is_lot} if by_lot else set()
    lots: dict[tuple[str, str], list[tuple[FlexRecord, PositionNumbers]]] = {}
    index: dict[tuple[str, str], int] = {}
    for entry in current:
        draft.own(entry.owner, entry.values.get("acctalias", ""))
        if not (by_lot and entry.is_lot) and _position(draft, entry) and by_lot:
            index[entry.key] = len(draft.holdings) - 1
    for entry in by_lot:
        lots.setdefault(entry.key, []).append((entry, _numbers(draft, entry)))
    for key, group in lots.items():
        if key not in summaries and _from_lots(draft, group):
            index[key] = len(draft.holdings) - 1
        reason = "part of the position above it" if key in summaries else "a lot; the lots are added up to the position"
        for entry, numbers in group:
            draft.row(entry, "lot", reason, entry.text("symbol"), entry.owner)
            if key in index:
                lot = Lot(
                    entry.line, numbers.quantity, numbers.value, numbers.cost, numbers.pnl, entry.text("opendatetime")
                )
                draft.lots.setdefault(index[key], []).append(lot)


def _latest(draft: StatementDraft, entries: Sequence[FlexRecord]) -> tuple[Sequence[FlexRecord], date | None]:
    """The entries of each account's last day, and that day; most files name none."""
    if not any(entry.values.get("reportdate") or entry.values.get("todate") for entry in entries):
        return entries, None
    from .flex_days import latest

    return latest(draft, entries)


def _check_rates(draft: StatementDraft) -> None:
    """One currency of one account converts at one rate; two contradict each other."""
    rates: dict[tuple[str, str], tuple[Decimal, int]] = {}
    for holding in draft.holdings:
        if not holding.currency or holding.fx_rate is None:
            continue
        rate, line = rates.setdefault((holding.account, holding.currency), (holding.fx_rate, holding.line))
        if rate != holding.fx_rate:
            message = (
                f"one {holding.currency} is {holding.fx_rate:f} of the base currency here and {rate:f} in line {line}; "
                "export the report again."
            )
            draft.refuse("rates_differ", message, holding.line, TITLES["fxratetobase"])


def _conclude_bases(draft: StatementDraft) -> None:
    """Base currencies that no section names: the currency at rate 1, else that of an account with the same rates."""
    rates: dict[str, set[tuple[str, Decimal]]] = {}
    for holding in draft.holdings:
        if holding.fx_rate is not None:
            rates.setdefault(holding.account, set()).add((holding.currency, holding.fx_rate))
    for account, own in rates.items():
        at_one = {currency for currency, rate in own if rate == 1}
        if len(at_one) == 1:
            draft.bases.setdefault(account, *at_one)
    named: dict[tuple[str, Decimal], set[str]] = {}
    for account, base in draft.bases.items():
        for pair in rates.get(account, ()):
            named.setdefault(pair, set()).add(base)
    for account, own in rates.items():
        alike = {base for pair in own for base in named.get(pair, ())}
        if account not in draft.bases and len(alike) == 1:
            draft.bases[account] = alike.pop()


def _read_cash_report(draft: StatementDraft, entries: Sequence[FlexRecord]) -> None:
    """Adds the balances of the section Cash Report: one for each currency, and the converted sum of an account."""
    last: dict[tuple[str, str, bool], FlexRecord] = {}
    for entry in _latest(draft, entries)[0]:
        key = (entry.owner, entry.text("currencyprimary"), _is_converted(entry))
        if key in last:
            _ignore(draft, last[key], "an earlier day of the cash report")
        last[key] = entry
    for (account, currency, converted), entry in last.items():
        amount = _number(draft, entry, "endingcash")
        draft.own(account, entry.text("acctalias"))
        reason = "all currencies, in the base currency" if converted else ""
        draft.row(entry, "cash", reason, currency, account)
        if amount is not None:
            code = draft.bases.get(account, "") if currency in _ALL_CURRENCIES else currency
            draft.bank(CashBalance(entry.line, account, amount, code, f"Cash {currency}", converted))
        elif not entry.text("endingcash"):
            draft.empty(entry.line, TITLES["endingcash"])


def _is_converted(entry: FlexRecord) -> bool:
    """The record of the Cash Report sums up all currencies of the account, in its base currency."""
    return entry.text("currencyprimary") in _ALL_CURRENCIES or entry.text("levelofdetail").casefold() == "basecurrency"


def _ignore(draft: StatementDraft, entry: FlexRecord, reason: str) -> None:
    draft.row(entry, "other", reason, entry.text("symbol"), entry.owner)


def _number(draft: StatementDraft, entry: FlexRecord, name: str) -> Decimal | None:
    text = entry.values.get(name)
    if not text:
        return None
    try:
        return read_plain(text)
    except NotANumberError as error:
        message = f"{shown(text)} {error}; a number such as 1234.56 is needed."
        draft.refuse("not_a_number", message, entry.line, TITLES[name])
        return None


def _numbers(draft: StatementDraft, entry: FlexRecord) -> PositionNumbers:
    value = _number(draft, entry, "positionvalue")
    cost = _number(draft, entry, "costbasismoney")
    pnl = _number(draft, entry, "fifopnlunrealized")
    if pnl is None and cost is not None and value is not None and not entry.text("fifopnlunrealized"):
        pnl = value - cost
    return PositionNumbers(
        quantity=_number(draft, entry, "quantity"),
        price=_number(draft, entry, "markprice"),
        value=value,
        pnl=pnl,
        cost=cost,
        fx_rate=_rate(draft, entry),
        multiplier=_number(draft, entry, "multiplier"),
    )


def _rate(draft: StatementDraft, entry: FlexRecord) -> Decimal | None:
    rate = _number(draft, entry, "fxratetobase")
    if rate is not None and rate <= 0:
        message = f"the exchange rate is {rate}; a rate above 0 is needed."
        draft.refuse("bad_rate", message, entry.line, TITLES["fxratetobase"])
    return rate


def _position(draft: StatementDraft, entry: FlexRecord) -> bool:
    """Adds one SUMMARY row; False when it is no holding."""
    before = len(draft.errors)
    numbers = _numbers(draft, entry)
    symbol = entry.text("symbol")
    units = numbers.price is None or numbers.price < _DEAR
    units = units and cash.in_own_units(numbers.quantity, numbers.price, numbers.value)
    reason = cash.reason(symbol) if units else ""
    if reason and numbers.value is not None and numbers.price is not None:
        _bank(draft, entry, numbers, reason)
        return False
    reason = _no_share(entry, numbers)
    if reason:
        draft.row(entry, "unsupported", reason, symbol, entry.owner)
        return False
    _check_contract(draft, entry, numbers)
    _check_numbers(draft, entry, numbers)
    value, price = numbers.value, numbers.price
    draft.row(entry, "position", "", symbol, entry.owner)
    if value is None or price is None or len(draft.errors) > before:
        _seen_before(draft, entry)
        return False
    if numbers.quantity is not None:
        draft.check_value(entry.line, symbol, numbers.quantity, price, value, multiplier=numbers.multiplier)
    draft.hold(_holding(entry, numbers, value, price), entry.cells)
    return True


def _bank(draft: StatementDraft, entry: FlexRecord, numbers: PositionNumbers, reason: str) -> None:
    """Adds a money market fund or a row of cash among the positions."""
    symbol = entry.text("symbol")
    draft.row(entry, "cash", reason, symbol, entry.owner)
    fund = symbol if cash.is_fund(symbol) else ""
    currency = entry.text("currencyprimary") or cash.label_currency(symbol.casefold()) or ""
    amount = numbers.value or Decimal(0)
    draft.bank(CashBalance(entry.line, entry.owner, amount, currency, symbol, fund=fund, quantity=numbers.quantity))


def _check_numbers(draft: StatementDraft, entry: FlexRecord, numbers: PositionNumbers) -> None:
    """A share has the multiplier 1, and value less cost is the P&L."""
    if numbers.multiplier is None and numbers.cost is None:
        return
    symbol = entry.text("symbol")
    if numbers.multiplier not in {None, 1}:
        message = f"{symbol} is a share and has the multiplier {numbers.multiplier:f}; 1 is needed."
        draft.refuse("bad_multiplier", message, entry.line, TITLES["multiplier"])
    if entry.text("fifopnlunrealized") and None not in {numbers.value, numbers.cost, numbers.pnl}:
        value, cost, pnl = (number or Decimal(0) for number in (numbers.value, numbers.cost, numbers.pnl))
        draft.check_gain(entry.line, symbol, value, cost, pnl)


def _seen_before(draft: StatementDraft, entry: FlexRecord) -> None:
    """A broken row still takes its symbol, so that a second one is reported too."""
    symbol = entry.text("symbol")
    if SYMBOL.fullmatch(symbol):
        draft.claim(entry.owner, symbol, entry.line)


def _no_share(entry: FlexRecord, numbers: PositionNumbers) -> str:
    """Why the position is left out; empty when it is to be planned or, in the plain file, refused."""
    symbol, asset_class = entry.text("symbol"), entry.text("assetclass")
    reason = "" if asset_class else instruments.derivative(symbol, numbers.multiplier)
    if "assetclass" in entry.values or entry.is_lot:
        reason = reason or instruments.unsupported(symbol, asset_class) or _unsupported(numbers)
    return reason


def _unsupported(numbers: PositionNumbers) -> str:
    if (numbers.quantity or 0) < 0 or (numbers.value or 0) < 0:
        return instruments.SHORT
    if not numbers.price and not numbers.value:
        return instruments.NO_PRICE
    return ""


def _check_contract(draft: StatementDraft, entry: FlexRecord, numbers: PositionNumbers) -> None:
    """Notes every problem of a row that must be a long position."""
    for name in ("positionvalue", "markprice"):
        if not entry.values.get(name):
            draft.empty(entry.line, TITLES[name])
    found = position_problems(entry.text("symbol"), numbers.value, numbers.price, quantity=numbers.quantity)
    for name, code, message in found:
        draft.refuse(code, message, entry.line, TITLES[_FACTS[name]])


def _holding(entry: FlexRecord, numbers: PositionNumbers, value: Decimal, price: Decimal) -> AccountHolding:
    return AccountHolding(
        line=entry.line,
        symbol=entry.text("symbol"),
        account=entry.owner,
        value=value,
        price=price,
        quantity=numbers.quantity,
        pnl=numbers.pnl,
        cost=numbers.cost,
        currency=entry.text("currencyprimary"),
        fx_rate=numbers.fx_rate,
        asset_class=entry.text("assetclass"),
        description=entry.text("description"),
    )


def _from_lots(draft: StatementDraft, group: Sequence[tuple[FlexRecord, PositionNumbers]]) -> bool:
    """Adds the holding of a position that the file gives by its lots only; False when it is none."""
    first, numbers = group[0]
    values = [n.value for _, n in group if n.value is not None]
    quantities = [n.quantity for _, n in group if n.quantity is not None]
    summed = numbers._replace(
        value=total(values) if len(values) == len(group) else None,
        quantity=total(quantities) if len(quantities) == len(group) else None,
        pnl=_all_or_none(n.pnl for _, n in group),
        cost=_all_or_none(n.cost for _, n in group),
    )
    reason = _no_share(first, summed)
    if reason:
        draft.remark("warning", "unsupported", f"left out: {reason}.", first.line, first.text("symbol"))
        return False
    prices = {n.price for _, n in group}
    if len(prices) > 1:
        draft.refuse("prices_differ", "its lots have different prices; one is needed.", first.line, TITLES["markprice"])
        return False
    _check_contract(draft, first, summed)
    if summed.value is None or summed.price is None or summed.price <= 0:
        return False
    if summed.quantity is not None:
        draft.check_value(
            first.line,
            first.text("symbol"),
            summed.quantity,
            summed.price,
            summed.value,
            multiplier=summed.multiplier,
        )
    draft.hold(_holding(first, summed, summed.value, summed.price))
    return True


def _all_or_none(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, or None when one is unknown."""
    known: list[Decimal] = []
    for amount in amounts:
        if amount is None:
            return None
        known.append(amount)
    return total(known)
