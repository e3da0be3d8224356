"""The nouns of a household: its accounts, and the plan for each of them.

The model: money does not move between accounts, and targets are for all accounts together. An account has a portfolio,
its own constraints, and a menu: what may be bought in it. The order in which accounts are given never matters.

Worked example: a taxable account with VTI and an IRA with BND and 6,500 dollars of new cash; at 60/40 the plan may buy
in the IRA only, of whichever the two accounts together have too little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from ...errors import Issue, RequestError
from ...money import format_money
from ...policy.constraints import Constraints
from ...policy.household import Kind, kinds_of
from ...portfolio import Portfolio, check_portfolio, symbol_key
from ..plan import Plan
from ..proof import Proof


@dataclass(frozen=True, init=False)
class HouseholdAccount:
    """One account.

    Args:
        name: What the household calls it; unique in the household.
        kind: How it is taxed; see :class:`Kind`, whose values it may be given as.
        portfolio: What it holds.
        menu: Symbols that may be bought in it; None for everything that has a target.
        constraints: What trades in this account must keep to, beside what holds for all.

    Raises:
        RequestError: With everything that is wrong, one line each.
    """

    name: str
    portfolio: Portfolio
    kind: Kind
    menu: tuple[str, ...] | None
    constraints: Constraints

    def __init__(
        self,
        *,
        name: str,
        portfolio: Portfolio,
        kind: Kind | str = Kind.TAXABLE,
        menu: Iterable[str] | None = None,
        constraints: Constraints | None = None,
    ) -> None:
        problems: list[str] = []
        check_portfolio(portfolio)
        if not isinstance(name, str) or not name.strip():
            problems.append("an account has no name; each account of a household needs one.")
        kinds = kinds_of(kind, f"the kind of {name}", problems)
        if isinstance(menu, str):
            problems.append(f'the menu of {name} must be a list of symbols, such as ["BND", "VTI"].')
        if problems:
            raise RequestError("\n".join(problems))
        for field, value in (
            ("name", name),
            ("portfolio", portfolio),
            ("kind", kinds[0]),
            ("menu", None if menu is None else tuple(menu)),
            ("constraints", constraints or Constraints()),
        ):
            object.__setattr__(self, field, value)


@dataclass(frozen=True)
class Household:
    """Accounts that share their targets.

    Args:
        accounts: At least one, in any order.

    Raises:
        RequestError: No account, two of one name, two currencies, or two prices for one symbol.
    """

    accounts: tuple[HouseholdAccount, ...]

    def __init__(self, accounts: Iterable[HouseholdAccount]) -> None:
        object.__setattr__(self, "accounts", tuple(accounts))
        problems = list(self._problems())
        if problems:
            raise RequestError("\n".join(problems))

    def _problems(self) -> Iterator[str]:
        if not self.accounts:
            yield "a household needs at least one account."
        seen: set[str] = set()
        for account in self.accounts:
            if account.name.casefold() in seen:
                yield f"two accounts are called {account.name}; each needs a name of its own."
            seen.add(account.name.casefold())
        currencies = sorted({account.portfolio.currency for account in self.accounts})
        if len(currencies) > 1:
            yield (
                f"the accounts are in {' and '.join(currencies)}; a household is planned in one currency. "
                f"Plan the accounts of each currency by themselves."
            )
        prices: dict[str, tuple[Decimal, str]] = {}
        for account in self.accounts:
            for p in account.portfolio:
                price, first = prices.setdefault(symbol_key(p.symbol), (p.price, account.name))
                if price != p.price:
                    both = f"{price:f} in {first} and {p.price:f} in {account.name}"
                    yield f"{p.symbol} costs {both}; one price is needed."

    def __len__(self) -> int:
        return len(self.accounts)

    def __iter__(self) -> Iterator[HouseholdAccount]:
        return iter(self.accounts)

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.accounts[0].portfolio.currency

    def read_cash(self, cash: Mapping[str, Any]) -> dict[str, Any]:
        """The cash by the accounts' own names, whatever the case it was given in; 0 where nothing was given.

        Raises:
            RequestError: Naming what is no account.
        """
        if not isinstance(cash, Mapping):
            raise RequestError("cash must be a table of accounts and amounts, such as {'IRA': 6500}.")
        names = {account.name.casefold(): account.name for account in self.accounts}
        unknown = [str(name)[:40] for name in cash if str(name).casefold() not in names]
        if unknown:
            raise RequestError(
                f"cash is given for {', '.join(unknown)}; the accounts are {', '.join(a.name for a in self.accounts)}."
            )
        given = {names[str(name).casefold()]: amount for name, amount in cash.items()}
        return {account.name: given.get(account.name, 0) for account in self.accounts}


@dataclass(frozen=True, kw_only=True)
class HouseholdPlan:
    """A plan for each account of a household, and how good they are together.

    Args:
        household: What was asked about.
        plans: Name of an account -> its plan, in the order of the household. The rows of a plan are what the account
            holds, then what may be bought in it; its weights are the household's targets among them.
        proof: Distance of all accounts together to the targets, their idle cash, and how far from the best plan they
            may be.
        targets: Symbol or set -> target weight in the household as a fraction; they sum to 1.
        members: Symbol or set -> the symbols that are this target.
        issues: Remarks about the household as a whole.
    """

    household: Household
    plans: Mapping[str, Plan]
    proof: Proof
    targets: Mapping[str, float]
    members: Mapping[str, tuple[str, ...]]
    issues: tuple[Issue, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "plans", MappingProxyType(dict(self.plans)))
        object.__setattr__(self, "targets", MappingProxyType(dict(self.targets)))
        object.__setattr__(self, "members", MappingProxyType(dict(self.members)))

    def money(self, amount: Decimal, *, signed: bool = False) -> str:
        """An amount as a person reads it; see ``format_money``."""
        return format_money(amount, signed=signed, currency=self.household.currency)

    def __str__(self) -> str:
        """The plan of each account under its name."""
        return "\n\n".join(f"{name}\n{plan}" for name, plan in self.plans.items())

    def _sum(self, name: str) -> Decimal:
        amounts: Iterator[Decimal] = (getattr(plan, name) for plan in self.plans.values())
        return sum(amounts, Decimal(0))

    @property
    def cash(self) -> Decimal:
        """Dollars to invest (+) or to withdraw (-) in all accounts."""
        return self._sum("cash")

    @property
    def cash_left(self) -> Decimal:
        """Dollars of cash that stay in all accounts."""
        return self._sum("cash_left")

    @property
    def cost(self) -> Decimal:
        """Net dollars that all trades take (+) or raise (-), without fees."""
        return self._sum("cost")

    @property
    def fees(self) -> Decimal:
        """Dollars of fees for all trades."""
        return self._sum("fees")
