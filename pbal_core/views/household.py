"""What people see of a household's plan: a sentence, rows by account or by fund, and the document.

The model: every number is one of the plan's; shares of the household are of all accounts together, without the cash
that stays idle. Worked example: "Buy 12 VTI in Taxable; buy 6 BND in IRA. No money moves between accounts."
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..errors import Issue, Remedy
from ..money import format_shares
from ..planning.household import HouseholdPlan
from ..planning.plan import Trade
from ..portfolio import symbol_key
from ..portfolio.shown import json_text
from .exports import issues_document, plain, plan_document
from .summary import gap_words
from .wording import joined

NO_MONEY_MOVES = "No money moves between accounts."
_MOST_NAMED = 3
_MOST_ACCOUNTS = 6


def money_would_move(count: int) -> Issue:
    """The warning beside a plan for several accounts that were added up."""
    message = (
        f"the plan adds up {count:,} accounts: money would have to move between them, and it does not say which trade "
        "belongs to which; plan them as a household."
    )
    return Issue("warning", "accounts_added_up", message, remedy=Remedy("plan_a_household"))


Traded = Sequence[tuple[str, int | Decimal]]
"""Symbols and the shares of each that are bought (+) or sold (-)."""


def sentence(plan: HouseholdPlan) -> str:
    """What to trade in each account, for a person."""
    accounts = {name: [(trade.symbol, trade.shares) for trade in each.trades] for name, each in plan.plans.items()}
    withdrawn = any(each.cash < 0 for each in plan.plans.values())
    return sentence_of(accounts, plan.money(plan.cash_left), "" if withdrawn else plan.money(plan.cash))


def sentence_of(accounts: Mapping[str, Traded], left: str, cash: str) -> str:
    """The sentence of trades.

    Args:
        accounts: Name of an account -> its trades.
        left: What stays in cash in all of them, as money.
        cash: What is to be invested in all of them, as money; empty where some of it is withdrawn.
    """
    rest = f"{left} of {cash} left." if cash else f"The withdrawals are raised; {left} is left."
    parts = [f"{_trades(trades)} in {name}" for name, trades in accounts.items() if trades]
    if not parts:
        return f"Nothing to trade in any account. {rest}"
    if len(parts) > _MOST_ACCOUNTS:
        count = sum(map(len, accounts.values()))
        return f"Make {count:,} trades in {len(parts)} accounts. {rest} {NO_MONEY_MOVES}"
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}. {rest} {NO_MONEY_MOVES}"


def _trades(trades: Traded) -> str:
    if len(trades) > 2 * _MOST_NAMED:
        return f"make {len(trades):,} trades"
    said = []
    for word, some in (
        ("sell", [(symbol, -shares) for symbol, shares in trades if shares < 0]),
        ("buy", [(symbol, shares) for symbol, shares in trades if shares > 0]),
    ):
        if some:
            said.append(f"{word} {joined([f'{format_shares(count)} {symbol}' for symbol, count in some])}")
    return " and ".join(said)


def explanation(plan: HouseholdPlan) -> str:
    """How good the plan is: the distance to the targets with the idle cash, and how far it may be from the best."""
    proof, money = plan.proof, plan.money
    total = Decimal(str(round(proof.objective + proof.idle, 2)))
    if proof.proven:
        return f"Optimal: under these rules no plan is better ({money(total)} from the targets, idle cash included)."
    return (
        f"{money(total)} from the targets, idle cash included; under these rules no plan is better by more than "
        f"{gap_words(proof, plan.household.currency)}."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One row: a fund in one account.

    Args:
        account: Name of the account.
        symbol: The fund.
        value: Dollars before the trades.
        value_after: Dollars after them.
        price: Dollars of one share.
        trade: The trade, of zero shares where there is none.
        now: Its share of the household before the trades, as a fraction.
        after: Its share of the household after them.
    """

    account: str
    symbol: str
    value: Decimal
    value_after: Decimal
    price: Decimal
    trade: Trade
    now: float
    after: float


def holdings(plan: HouseholdPlan) -> Iterator[Holding]:
    """The rows of all accounts, in the order of the household."""
    before = sum(position.value for each in plan.plans.values() for position in each.portfolio)
    after = sum(value for each in plan.plans.values() for value in each.values_after)
    for name, each in plan.plans.items():
        for position, order, value in zip(each.portfolio, each.orders, each.values_after, strict=True):
            yield Holding(
                account=name,
                symbol=position.symbol,
                value=position.value,
                value_after=value,
                price=position.price,
                trade=order,
                now=float(Fraction(position.value) / Fraction(before)) if before else 0.0,
                after=float(Fraction(value) / Fraction(after)) if after else 0.0,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """One row: a target in all accounts.

    Args:
        name: The symbol or the set.
        target: Its weight as a fraction.
        now: Its share of the household before the trades, as a fraction.
        after: Its share after them.
        accounts: Name of an account -> dollars of it there after the trades, where there are any.
    """

    name: str
    target: float
    now: float
    after: float
    accounts: dict[str, Decimal]


def funds(plan: HouseholdPlan) -> list[Fund]:
    """The targets in all accounts together, then what has no target."""
    names = {symbol_key(symbol): name for name, symbols in plan.members.items() for symbol in symbols}
    rows: dict[str, list[Holding]] = {name: [] for name in plan.targets}
    for row in holdings(plan):
        rows.setdefault(names.get(symbol_key(row.symbol), row.symbol), []).append(row)
    found = []
    for name, members in rows.items():
        accounts: dict[str, Decimal] = {}
        for row in members:
            if row.value_after:
                accounts[row.account] = accounts.get(row.account, Decimal(0)) + row.value_after
        found.append(
            Fund(
                name=name,
                target=plan.targets.get(name, 0.0),
                now=sum(row.now for row in members),
                after=sum(row.after for row in members),
                accounts=accounts,
            )
        )
    return found


def household_document(plan: HouseholdPlan) -> dict[str, Any]:
    """The plan in plain Python values: the documents of the accounts' plans, and what is known of them together."""
    return {
        "kind": "pbal-household-plan",
        "version": 1,
        "currency": plan.household.currency,
        "cash": plain(plan.cash),
        "cost": plain(plan.cost),
        "fees": plain(plan.fees),
        "cash_left": plain(plan.cash_left),
        "targets": dict(plan.targets),
        "issues": issues_document(plan.issues),
        "proof": {
            "objective": plan.proof.objective,
            "idle": plan.proof.idle,
            "lower_bound": plan.proof.lower_bound,
            "gap": plan.proof.gap,
            "proven": plan.proof.proven,
        },
        "accounts": [
            {"name": account.name, "kind": account.kind.value, "plan": plan_document(plan.plans[account.name])}
            for account in plan.household
        ],
    }


def household_json(plan: HouseholdPlan) -> str:
    """The document as text."""
    return json_text(household_document(plan))


def file_part(name: str) -> str:
    """The name of an account as a part of a file's name."""
    return "".join(c if c.isalnum() else "-" for c in name).strip("-") or "account"
