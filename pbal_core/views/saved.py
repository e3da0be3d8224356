"""What somebody asked, as values: portfolios with their targets, constraints and settings. Pure.

The model: a session has a list of portfolios, since a household has several; each is self-contained, and holds the
question alone, never a plan, which is computed again. ``session`` beside this module writes and reads it as a file.

Worked example: ten VTI at 250 dollars and 5,000 to invest are one ``SavedPortfolio`` with ``cash`` of 5000; as a
statement it holds VTI for 2,500 dollars.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ..planning.strategy import Method, Strategy
from ..policy.policy import Policy
from ..portfolio import Portfolio
from ..readers import AccountHolding, CashBalance, Statement
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
    """The positions as if a reader had read them."""
    currency = saved.portfolio.currency
    holdings = tuple(
        AccountHolding(
            line=number,
            symbol=position.symbol,
            account="",
            value=position.value,
            price=position.price,
            quantity=position.quantity,
            pnl=position.pnl,
            currency=currency,
        )
        for number, position in enumerate(saved.portfolio, start=1)
    )
    cash = (CashBalance(line=0, account="", amount=saved.found, currency=currency, label="cash"),)
    return Statement(
        broker=saved.name,
        holdings=holdings,
        cash=cash if saved.found != Decimal(0) else (),
        as_of=saved.as_of,
    )
