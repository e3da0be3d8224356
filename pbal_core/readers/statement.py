"""What a positions file says, and what became of each of its lines.

The model: reading a file gives *facts* (holdings, cash, totals, and one ``FileRow`` for each line that is not blank).
Which of them make up the portfolio is a *choice*: the accounts, and for an unknown file the columns. A choice that is
still open is an :class:`Issue` with severity ``error`` in ``Statement.issues``. ``Statement.portfolio`` raises
``DataError`` with it, while everything else of the statement can be looked at. A file that cannot be read correctly
whatever is chosen never becomes a statement: ``read_positions`` raises ``DataError``.

Worked example: a Fidelity file has VTI in the accounts Z1 (10 shares) and Z2 (5 shares). ``statement.portfolio`` raises
``choose_accounts``; ``statement.select(["Z1"]).portfolio["VTI"].quantity`` is 10 and ``select("all")`` adds up to 15.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from ..errors import DataError, Issue, RequestError
from ..portfolio import Portfolio
from ..portfolio.shown import document_of, json_text
from .derive import Derived, derive
from .facts import CashBalance, Facts

ALL_ACCOUNTS = "all"


@dataclass(frozen=True, kw_only=True)
class Statement(Facts):
    """The content of one positions file, and the choice made on it; see ``Facts`` for the arguments."""

    @cached_property
    def _derived(self) -> Derived:
        return derive(self)

    def __str__(self) -> str:
        """The portfolio as a table, or what is still to choose."""
        return str(self._derived.portfolio or "\n".join(map(str, self.blocking)))

    def _repr_html_(self) -> str:
        """The same for a notebook."""
        from html import escape  # only a notebook needs it

        found = self._derived.portfolio
        return found._repr_html_() if found else f"<pre>{escape(str(self))}</pre>"

    def to_dict(self) -> dict[str, Any]:
        """What was read, in plain values: the document ``pbal-statement`` that ``pbal inspect -f json`` writes.

        The positions are there once no choice is open.
        """
        return document_of(self)

    def to_json(self) -> str:
        """``to_dict`` as text."""
        return json_text(self.to_dict())

    @property
    def portfolio(self) -> Portfolio:
        """The positions of the selected accounts, one for each symbol, in file order, in ``currency``.

        Raises:
            DataError: A choice is still open, or the holdings cannot be added (different currencies without rates).
        """
        if self._derived.portfolio is None:
            raise DataError(self.blocking)
        return self._derived.portfolio

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Remarks on the reading and on the choice. One of severity ``error``: the choice is still open.

        Remarks on lines of accounts that are not chosen are left out.
        """
        if self.selection is None:
            return (*self.remarks, *self._derived.issues)
        included = self.included
        hidden = {row.line for row in self.rows if row.account and row.account not in included}
        said = (issue for issue in self.remarks if issue.where is None or issue.where.line not in hidden)
        return (*said, *self._derived.issues)

    @property
    def blocking(self) -> tuple[Issue, ...]:
        """What must be chosen before there is a portfolio; empty when nothing."""
        return tuple(issue for issue in self._derived.issues if issue.severity == "error")

    @property
    def currency(self) -> str:
        """Currency of the portfolio's amounts, empty when the file does not say."""
        return self._derived.currency

    @property
    def cash_found(self) -> Decimal:
        """Cash of the selected accounts in ``currency``, signed; pending activity is not part of it."""
        return self._derived.cash

    @property
    def cash_counted(self) -> tuple[CashBalance, ...]:
        """The balances that make up ``cash_found``; the others are in other currencies, or repeat them converted."""
        return self._derived.counted

    @property
    def included(self) -> frozenset[str]:
        """Ids of the accounts that make up the portfolio."""
        ids = (account.id for account in self.accounts)
        return frozenset(ids if self.selection is None else self.selection)

    def select(self, accounts: str | Iterable[str] | None) -> Statement:
        """The same statement with other accounts.

        Args:
            accounts: ``"all"``, one account, or several: ids or names as in the file. Naming several, or ``"all"``,
                adds up what they hold of the same symbol. None takes the choice back.

        Raises:
            RequestError: An account that the file does not have, or none at all.
        """
        if accounts is None:
            return replace(self, selection=None)
        wanted = [accounts] if isinstance(accounts, str) else list(accounts)
        if not wanted:
            raise RequestError("no account is chosen; choose at least one.")
        if ALL_ACCOUNTS in wanted:
            return replace(self, selection=tuple(account.id for account in self.accounts) or None)
        chosen = {self._account(name) for name in wanted}
        return replace(self, selection=tuple(a.id for a in self.accounts if a.id in chosen))

    @property
    def cash_funds(self) -> tuple[str, ...]:
        """Symbols of the money market funds that count as cash unless ``count_as_investments`` says otherwise."""
        return tuple(dict.fromkeys(balance.fund for balance in self.cash if balance.fund))

    def count_as_investments(self, symbols: str | Iterable[str]) -> Statement:
        """The same statement where these money market funds are positions, and no cash.

        Raises:
            RequestError: The file has no such fund.
        """
        wanted = [symbols] if isinstance(symbols, str) else list(symbols)
        funds = self.cash_funds
        unknown = next((symbol for symbol in wanted if symbol not in funds), None)
        if unknown is not None:
            known = f"its cash is in {', '.join(funds)}" if funds else "none of its cash is in a fund"
            raise RequestError(f'the file has no cash in a fund "{unknown[:40]}"; {known}.')
        return replace(self, not_cash=tuple(dict.fromkeys(wanted)))

    def confirm(self) -> Statement:
        """The same statement with the guessed column mapping confirmed."""
        return replace(self, mapping_confirmed=True)

    def _account(self, name: str) -> str:
        ids = [account.id for account in self.accounts if account.id == name]
        ids = ids or [account.id for account in self.accounts if account.name.casefold() == name.casefold()]
        if len(ids) == 1:
            return ids[0]
        known = ", ".join(f"{a.id} ({a.name})" if a.name else a.id for a in self.accounts)
        hint = f"the file has: {known}." if known else "the file names no account, so choose none."
        problem = "is the name of several accounts" if ids else "is not in the file"
        raise RequestError(f'the account "{name[:40]}" {problem}; {hint}')
