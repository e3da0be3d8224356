"""What somebody asked, as values: portfolios with their targets, constraints and settings. Pure.

The model: a session has a list of portfolios, since a household has several; each is self-contained, and holds the
question alone, never a plan, which is computed again. ``session`` beside this module writes and reads it as a file.

Worked example: ten VTI at 250 dollars and 5,000 to invest are one ``SavedPortfolio`` with ``cash`` of 5000; as a
statement it holds VTI for 2,500 dollars.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ..planning.strategy import Method, Strategy
from ..policy.household import AccountPolicy, Kind
from ..policy.policy import Policy
from ..portfolio import Portfolio
from ..readers import AccountHolding, CashBalance, NamedAccount, Statement
from .drift import Band

MOST_PORTFOLIOS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedPlan:
    """The question whose plan is pinned as plan A; the plan is computed again, so that no result is kept.

    Args:
        policy: Targets and constraints.
        cash: Cash to invest (+) or to withdraw (-).
        min_trade: The minimum trade.
        strategy: See ``rebalance``.
        method: See ``rebalance``.
    """

    policy: Policy
    cash: Decimal
    min_trade: Decimal
    strategy: Strategy
    method: Method


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedAccount:
    """One account of a household.

    Args:
        account: What is said of it; of its number the last four characters, none where its file names none.
        portfolio: What it holds.
        found: Cash found beside that, signed.
    """

    account: AccountPolicy
    portfolio: Portfolio
    found: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedHousehold:
    """The accounts of a portfolio that are planned each by itself.

    Args:
        accounts: At least one; their positions and their cash add up to those of the portfolio.
        location: Name of a target -> the kinds of account that it belongs in.
    """

    accounts: tuple[SavedAccount, ...]
    location: Mapping[str, tuple[Kind, ...]] = field(default_factory=dict)

    def ids(self) -> list[str]:
        """What each account is called in a statement: the end of its number, or its name where that is not its own."""
        numbers = [each.account.number for each in self.accounts]
        return [
            each.account.number
            if each.account.number and numbers.count(each.account.number) == 1
            else each.account.name
            for each in self.accounts
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPortfolio:
    """One portfolio of a session, with what was asked of it.

    Args:
        name: What it is called.
        portfolio: The positions, as they were read.
        found: Cash found beside them, signed.
        as_of: The day of the prices, None when unknown.
        accounts: The last four characters of each account, to tell them apart.
        not_cash: Money market funds that count as investments, in this file and in the next.
        policy: Targets and constraints.
        cash: Cash to invest (+) or to withdraw (-).
        min_trade: The minimum trade.
        strategy: See ``rebalance``.
        method: See ``rebalance``.
        pinned: Plan A, None where no plan is pinned.
        band: How far a weight may be from its target before that is worth acting on.
        household: Its accounts, None where they are added up.
    """

    name: str
    portfolio: Portfolio
    found: Decimal = Decimal(0)
    as_of: date | None = None
    accounts: tuple[str, ...] = ()
    not_cash: frozenset[str] = frozenset()
    policy: Policy = field(default_factory=Policy)
    cash: Decimal = Decimal(0)
    min_trade: Decimal = Decimal(100)
    strategy: Strategy = Strategy.TRY_AVOID_SELL
    method: Method = Method.EXACT
    pinned: PinnedPlan | None = None
    band: Band = field(default_factory=Band)
    household: SavedHousehold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a file keeps.

    Args:
        portfolios: 1 to MOST_PORTFOLIOS, in the order in which they are chosen from.
    """

    portfolios: tuple[SavedPortfolio, ...]


def last_four(account: str) -> str:
    """What is kept of an account's number."""
    return account.strip()[-4:]


def statement_of(saved: SavedPortfolio) -> Statement:
    """The positions as if a reader had read them; those of a household's accounts each in its own."""
    parts = [("", saved.portfolio, saved.found)]
    accounts: tuple[NamedAccount, ...] = ()
    if saved.household is not None:
        ids, own = saved.household.ids(), saved.household.accounts
        parts = [(name, each.portfolio, each.found) for name, each in zip(ids, own, strict=True)]
        accounts = tuple(NamedAccount(name, each.account.name) for name, each in zip(ids, own, strict=True))
    currency = saved.portfolio.currency
    held = [(account, position) for account, portfolio, _cash in parts for position in portfolio]
    return Statement(
        broker=saved.name,
        holdings=tuple(
            AccountHolding(
                line=number,
                symbol=position.symbol,
                account=account,
                value=position.value,
                price=position.price,
                quantity=position.quantity,
                pnl=position.pnl,
                currency=currency,
            )
            for number, (account, position) in enumerate(held, start=1)
        ),
        cash=tuple(
            CashBalance(line=0, account=account, amount=found, currency=currency, label="cash")
            for account, _portfolio, found in parts
            if found != Decimal(0)
        ),
        accounts=accounts,
        selection=tuple(account.id for account in accounts) or None,
        as_of=saved.as_of,
    )
