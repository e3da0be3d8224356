"""One file that was loaded, and which of its accounts are those of other files. No streamlit.

The model: an account is known by its number as its broker writes it. One number in two files is one account, and would
count double. Where a broker masks its numbers, or names its accounts without one, or a saved session kept only their
ends, somebody may say that they are two accounts: then the name of the file is part of what they are called.

Worked example: ``Individual ...321`` in ``his.csv`` and in ``hers.csv``, both of Charles Schwab, are refused; as two
accounts they are ``his.csv Individual ...321`` and ``hers.csv Individual ...321``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..errors import Issue
from ..planning.household.numbers import account_words, endings, is_whole
from ..readers import NamedAccount, Statement
from ..views.saved import last_four
from ..views.session import is_session


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFile:
    """A file, and what was read of it.

    Args:
        name: Its name, made harmless.
        data: Its bytes, to read it once more with other columns.
        statement: What was read.
        accounts: The last four characters of its accounts, where the file is a saved session that holds no more.
        apart: Its accounts are not those of other files whose numbers look the same: somebody said so.
    """

    name: str
    data: bytes = field(repr=False)
    statement: Statement = field(repr=False)
    accounts: tuple[str, ...] = ()
    apart: bool = False

    @property
    def saved_accounts(self) -> frozenset[str]:
        """Ids of its accounts where it is a saved session, whose ids are ends of numbers or names."""
        return frozenset(account.id for account in self.statement.accounts if is_session(self.data))


def harmless(text: str, limit: int = 60) -> str:
    """A text that no browser acts on, in letters, digits and ``._-``: other characters become underscores."""
    kept = "".join(char if char.isascii() and (char.isalnum() or char in " .-_") else "_" for char in text)
    return kept[:limit].strip() or "file"


def own_accounts(file: LoadedFile) -> Statement:
    """The statement with an account for everything in it: the file, where the file names none."""
    statement = file.statement

    def named(account: str) -> str:
        return account or file.name

    ids = dict.fromkeys([*(h.account for h in statement.holdings), *(b.account for b in statement.cash)])
    known = {account.id for account in statement.accounts}
    added = tuple(NamedAccount(named(name)) for name in ids if name not in known)
    selection = statement.selection
    return replace(
        statement,
        accounts=(*statement.accounts, *added),
        holdings=tuple(holding._replace(account=named(holding.account)) for holding in statement.holdings),
        cash=tuple(balance._replace(account=named(balance.account)) for balance in statement.cash),
        bases=tuple((named(account), currency) for account, currency in statement.bases),
        selection=None if selection is None else (*selection, *(account.id for account in added)),
    )


def told_apart(files: Sequence[LoadedFile]) -> list[LoadedFile]:
    """The files; different accounts whose numbers look the same have the name of their file before the number."""
    counted = Counter(account.id for file in files for account in own_accounts(file).accounts)
    found = []
    for file in files:
        others = [each for each in files if each is not file]
        alike = [
            account.id
            for account in file.statement.accounts
            if counted[account.id] > 1 and not any(_one_account(file, other, account.id) for other in others)
        ]
        found.append(_renamed(file, alike) if alike else file)
    return found


def _one_account(one: LoadedFile, other: LoadedFile, number: str) -> bool:
    """Whether accounts with this number in two files are one: it is in full, or nobody said that they are two.

    Of which format the files are does not matter: a broker has several, and a table of one's own has its numbers, too.
    """
    known = {account.id.removeprefix(f"{other.name} ") for account in other.statement.accounts}
    return number in known and (is_whole(number) or not (one.apart and other.apart))


def _renamed(file: LoadedFile, ids: Sequence[str]) -> LoadedFile:
    """A file whose accounts of these numbers are called by its name and their number."""
    statement = file.statement
    names = {account: f"{file.name} {account}" for account in ids}
    stem = file.name.rpartition(".")[0] or file.name

    def of(account: str) -> str:
        return names.get(account, account)

    selection = statement.selection
    renamed = replace(
        statement,
        accounts=tuple(
            NamedAccount(of(each.id), each.name or stem) if each.id in names else each for each in statement.accounts
        ),
        holdings=tuple(holding._replace(account=of(holding.account)) for holding in statement.holdings),
        cash=tuple(balance._replace(account=of(balance.account)) for balance in statement.cash),
        bases=tuple((of(account), currency) for account, currency in statement.bases),
        selection=None if selection is None else tuple(map(of, selection)),
    )
    return replace(file, statement=renamed)


def twice(files: Sequence[LoadedFile]) -> Issue | None:
    """What is wrong where one account is in two files."""
    for at, file in enumerate(files):
        for account in own_accounts(file).accounts:
            number = account.id.removeprefix(f"{file.name} ")
            other = next((other for other in files[:at] if _one_account(file, other, number)), None)
            if other is not None:
                message = (
                    f"{account_words(harmless(endings([number])[0]))} is in {other.name} and in {file.name}; it "
                    "would count double. Load one of them"
                )
                if is_whole(number):
                    return Issue("error", "same_account", f"{message}.")
                return Issue("error", "same_ending", f"{message}, or say that they are two accounts.")
    return None


def copies(files: Sequence[tuple[str, bytes]]) -> Issue | None:
    """What is wrong where one file is there twice, under one name or two."""
    known: dict[bytes, str] = {}
    for name, data in files:
        if data in known:
            both = f"{name} was loaded twice" if known[data] == name else f"{known[data]} and {name} are the same file"
            return Issue("error", "same_file", f"{both}; it would count double. Load it once.")
        known[data] = name
    return None


def saved_twice(files: Sequence[LoadedFile]) -> Issue | None:
    """What is wrong where an account of a saved session is in another file, too: a session keeps ends of numbers."""
    for saved in (file for file in files if not file.apart):
        included = saved.statement.included
        kept = {four for four in saved.accounts if not saved.statement.accounts or four in included}
        for other in files:
            own = other.statement
            numbers = () if other is saved or other.apart else [a.id for a in own.accounts if a.id in own.included]
            twice = next((number for number in numbers if last_four(number) in kept), None)
            if twice is not None:
                message = (
                    f"an account that ends in {harmless(last_four(twice))} is in {saved.name} and in {other.name}; it "
                    "would count double. To bring a saved session up to date, replace the positions with both files; "
                    "or say that they are two accounts."
                )
                return Issue("error", "same_ending", message)
    return None
