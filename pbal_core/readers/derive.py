"""From the facts of a statement and the user's choice to one portfolio.

The model: the holdings of the selected accounts, grouped by symbol. Amounts are in one currency: the holdings' own when
they share it, else the base currency at the file's own rates, and without rates nothing is added. Where the file names
no currency, two rates are two currencies. Same symbol in two accounts needs a choice, since a plan over both would move
money between accounts that may not be moved.

Worked example: 100 USD at rate 0.9 and 50 EUR at rate 1 in an account with base EUR are 90 and 50 EUR.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation
from typing import TYPE_CHECKING

from ..errors import DataError, Issue, Remedy
from ..money import CURRENCY
from ..portfolio import Portfolio, Position, symbol_key
from .cells import issue_at, shown
from .facts import AccountHolding

if TYPE_CHECKING:
    from .facts import CashBalance, Facts

EXACT = Context(prec=200, traps=[Inexact, InvalidOperation])
"""Adds and multiplies amounts without ever rounding: it would raise first."""
CONVERTED = Decimal("0.000001")
"""Amounts that were multiplied by an exchange rate, or prices divided out of values, are rounded to this."""
PRICES_APART = Decimal("0.05")
"""Two accounts may show prices of one symbol this far apart (as a fraction); beyond, it is not one asset."""


@dataclass(frozen=True, slots=True)
class Derived:
    """What follows from a statement and its choice.

    ``portfolio`` is None while something blocks; ``counted`` are the balances that make up ``cash``.
    """

    portfolio: Portfolio | None
    issues: tuple[Issue, ...]
    currency: str
    cash: Decimal
    counted: tuple[CashBalance, ...]


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    result = Decimal(0)
    for amount in amounts:
        result = EXACT.add(result, amount)
    return result


def divided(amount: Decimal, by: Decimal) -> Decimal:
    """``amount / by`` to six decimals, halves to even (``by`` is not 0)."""
    return Context(prec=60).divide(amount, by).quantize(CONVERTED, ROUND_HALF_EVEN, Context(prec=60))


def derive(statement: Facts) -> Derived:
    """The portfolio of the selected accounts, or what is in the way."""
    selected = None if statement.selection is None else frozenset(statement.selection)
    held = (*statement.holdings, *(_invested(b) for b in statement.cash if b.fund in statement.not_cash))
    chosen = [h for h in held if selected is None or h.account in selected]
    issues: list[Issue] = []
    if not statement.mapping_confirmed:
        issues.append(_unconfirmed(statement))
    if statement.selection is None:
        issues += _account_choice(chosen)
    if not chosen and not any(selected is None or b.account in selected for b in statement.cash):
        message = "the chosen accounts hold no position that can be planned; choose others."
        issues.append(issue_at("error", "no_positions", message, None))
    currencies = list(dict.fromkeys(h.currency for h in chosen))
    mixed = len(currencies) > 1 or (currencies == [""] and len({h.fx_rate for h in chosen}) > 1)
    if mixed:
        issues += _unconvertible(chosen, currencies)
    currency = currencies[0] if currencies and not mixed else _base(statement, chosen, issues)
    counted = _cash(statement, currency, mixed=mixed)
    issues += _other_cash(statement, counted)
    cash = total(balance.amount for balance in counted)
    if any(issue.severity == "error" for issue in issues):
        return Derived(None, tuple(issues), currency, cash, counted)
    if mixed:
        chosen = [_converted(h) for h in chosen]
    groups: dict[str, list[AccountHolding]] = {}
    for holding in chosen:
        groups.setdefault(symbol_key(holding.symbol), []).append(holding)
    try:
        portfolio = Portfolio([_position(group, issues) for group in groups.values()], currency=_code(currency, issues))
    except DataError as error:
        return Derived(None, (*issues, *error.issues), currency, cash, counted)
    issues += _unknown_pnl(portfolio)
    return Derived(portfolio, tuple(issues), currency, cash, counted)


def _invested(fund: CashBalance) -> AccountHolding:
    """A money market fund as the position that the user says it is."""
    quantity = fund.amount if fund.quantity is None else fund.quantity
    price = divided(fund.amount, quantity) if quantity and fund.quantity is not None else Decimal(1)
    return AccountHolding(
        line=fund.line,
        symbol=fund.fund,
        account=fund.account,
        value=fund.amount,
        price=price,
        quantity=quantity,
        currency=fund.currency,
    )


def _code(currency: str, issues: list[Issue]) -> str:
    """The ISO code to write amounts with: dollars where the file names no currency, or none that is one."""
    if not currency or CURRENCY.fullmatch(currency):
        return currency or "USD"
    message = f"the currency {shown(currency)} is no ISO code such as EUR; amounts are written as dollars."
    issues.append(issue_at("warning", "unknown_currency", message, None))
    return "USD"


def _unconfirmed(statement: Facts) -> Issue:
    guess = (
        ", ".join(f"{field} from {column}" for field, column in statement.mapping.pairs()) if statement.mapping else ""
    )
    message = f"this file has no known format and its columns were guessed ({guess}); look at them, then confirm."
    return issue_at("error", "mapping_guessed", message, None, remedy=Remedy("confirm_columns"))


def _account_choice(holdings: Sequence[AccountHolding]) -> list[Issue]:
    """Several accounts, nobody chose: an error where a symbol is in two of them, else a warning."""
    accounts: dict[str, set[str]] = {}
    for holding in holdings:
        accounts.setdefault(symbol_key(holding.symbol), set()).add(holding.account)
    held = list(dict.fromkeys(h.account for h in holdings))
    if len(held) < 2:
        return []
    listed = ", ".join(ascii(name)[1:-1] for name in held[:20]) + (" ..." if len(held) > 20 else "")
    shared = [h.symbol for h in holdings if len(accounts[symbol_key(h.symbol)]) > 1]
    if not shared:
        together = f"the positions of {len(held):,} accounts are taken together ({listed})"
        message = f"{together}; choose one to plan for it alone."
        return [issue_at("warning", "several_accounts", message, None, remedy=Remedy("choose_account"))]
    names = ", ".join(list(dict.fromkeys(shared))[:5])
    message = (
        f"the same symbol is held in more than one account ({names}). The accounts are: {listed}. Choose some of them, "
        "or add them up on purpose."
    )
    return [issue_at("error", "choose_accounts", message, None, remedy=Remedy("choose_accounts"))]


def _unconvertible(holdings: Sequence[AccountHolding], currencies: Sequence[str]) -> list[Issue]:
    without = [h for h in holdings if h.fx_rate is None]
    if not without:
        return []
    what = (
        f"in different currencies ({', '.join(c or 'unknown' for c in currencies)}) and the file has no exchange rate"
    )
    if len(currencies) == 1:
        what = "in no named currency, and not every row has an exchange rate"
    message = (
        f"the amounts are {what} to add them with; choose accounts that share one currency, use a file with rates "
        "(IBKR: tick FXRateToBase), or remove the other rows."
    )
    return [issue_at("error", "mixed_currencies", message, without[0].line, symbol=without[0].symbol)]


def _converted(holding: AccountHolding) -> AccountHolding:
    """The holding in the base currency."""
    rate = holding.fx_rate
    if rate is None or rate == 1:
        return holding

    def at_rate(amount: Decimal) -> Decimal:
        return EXACT.multiply(amount, rate).quantize(CONVERTED, ROUND_HALF_EVEN, Context(prec=60))

    return holding._replace(
        value=at_rate(holding.value),
        price=at_rate(holding.price),
        pnl=None if holding.pnl is None else at_rate(holding.pnl),
        cost=None if holding.cost is None else at_rate(holding.cost),
    )


def _position(group: Sequence[AccountHolding], issues: list[Issue]) -> Position:
    """One position of the holdings of one symbol."""
    first = group[0]
    if len(group) == 1:
        return Position(
            symbol=first.symbol, value=first.value, price=first.price, pnl=first.pnl, quantity=first.quantity
        )
    largest = max(group, key=lambda h: h.value)
    low, high = min(h.price for h in group), max(h.price for h in group)
    if low != high:
        shown = f"prices between {low:f} and {high:f}"
        if high - low > high * PRICES_APART:
            where = "choose one account" if len({h.account for h in group}) > 1 else "correct the file"
            message = f"its rows show {shown}, too far apart for one asset; {where}."
            raise DataError([issue_at("error", "prices_differ", message, None, symbol=first.symbol)])
        message = f"its rows show {shown}; the one of the largest holding is used, {largest.price:f}."
        issues.append(issue_at("warning", "prices_differ", message, None, symbol=first.symbol))
    quantities = [h.quantity for h in group if h.quantity is not None]
    pnls = [h.pnl for h in group if h.pnl is not None]
    return Position(
        symbol=first.symbol,
        value=total(h.value for h in group),
        price=largest.price,
        pnl=total(pnls) if len(pnls) == len(group) else None,
        quantity=total(quantities) if len(quantities) == len(group) else None,
    )


def _base(statement: Facts, chosen: Sequence[AccountHolding], issues: list[Issue]) -> str:
    """The one currency that the rates of the chosen accounts convert to; empty when unknown, refused when several.

    A rate of 1 in two accounts may be one euro and one dollar, so no amounts are added that may have different bases.
    """
    known = dict(statement.bases)
    accounts = list(dict.fromkeys(h.account for h in chosen))
    bases = list(dict.fromkeys(known.get(account, "") for account in accounts))
    if not chosen:
        return next(iter(known.values()), "") if len(set(known.values())) == 1 else ""
    if any(h.fx_rate is None for h in chosen):
        return bases[0] if len(bases) == 1 else ""  # refused already: a rate is missing
    if len(bases) > 1 or (bases == [""] and len(accounts) > 1):
        what = f"the exchange rates of the accounts convert to different base currencies ({', '.join(bases)})"
        if "" in bases:
            what = "the file does not name the base currency of each account that its exchange rates convert to"
        message = f"{what}, so their amounts cannot be added; choose one account."
        issues.append(issue_at("error", "mixed_currencies", message, None))
        return ""
    if not bases[0]:
        message = (
            "the file has exchange rates and does not name the base currency that they convert to; amounts are written "
            "as dollars (IBKR: add the section Account Information with CurrencyPrimary)."
        )
        issues.append(issue_at("warning", "unknown_currency", message, None))
    return bases[0]


def _cash(statement: Facts, currency: str, *, mixed: bool) -> tuple[CashBalance, ...]:
    """Cash in the portfolio's currency: the converted balance where currencies are mixed, else that currency's own.

    Cash of no named currency is in that of the positions, and dollars are where these have none: so they are written.
    """
    accounts: dict[str, list[CashBalance]] = {}
    for balance in statement.cash:
        if not balance.fund or balance.fund not in statement.not_cash:
            accounts.setdefault(balance.account, []).append(balance)
    counted: list[CashBalance] = []
    for account in accounts if statement.selection is None else statement.selection:
        own = accounts.get(account, [])
        converted = [b for b in own if b.converted and b.currency == currency]
        single = [b for b in own if not b.converted]
        exact = [b for b in single if (b.currency == (currency or "USD") if b.currency else not mixed)]
        counted += converted if converted and (mixed or not single) else exact
    return tuple(counted)


def _other_cash(statement: Facts, counted: Sequence[CashBalance]) -> list[Issue]:
    """Cash of the chosen accounts that is not part of the cash found, because it is in another currency."""
    summed = {b.account for b in counted if b.converted}
    apart = [
        b
        for b in statement.cash
        if (statement.selection is None or b.account in statement.selection)
        and not b.converted
        and b.amount
        and not (b.fund and b.fund in statement.not_cash)
        and b not in counted
        and b.account not in summed
    ]
    if not apart:
        return []
    amounts: dict[str, list[Decimal]] = {}
    for balance in apart:
        amounts.setdefault(balance.currency, []).append(balance.amount)
    listed = ", ".join(
        f"{total(group):f} {shown(code)[1:-1] or 'of no named currency'}" for code, group in amounts.items()
    )
    message = f"cash in another currency is not counted as cash found: {listed}."
    return [issue_at("warning", "cash_left_out", message, apart[0].line)]


def _unknown_pnl(portfolio: Portfolio) -> list[Issue]:
    unknown = [p.symbol for p in portfolio if p.pnl is None]
    if not unknown:
        return []
    who = "every position" if len(unknown) == len(portfolio) else ", ".join(unknown[:5])
    more = f" and {len(unknown) - 5:,} more" if len(portfolio) > len(unknown) > 5 else ""
    message = (
        f"the unrealised P&L of {who}{more} is unknown; it only decides between equally good trades, where known "
        "values come first."
    )
    return [issue_at("info", "pnl_unknown", message, None)]
