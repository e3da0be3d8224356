"""Which account of which file is which account of the household.

The model: an account of the household's file is found by the end of its number, or by the name of its positions file.
Nothing is left out in silence: an account of a file that the household does not name, and one that no file has, are
errors, and all of them are said at once. A symbol costs the same in every account: where two files differ, the newer
price counts for both, and that is said.

Worked example: ``fidelity.csv`` has the accounts Z12344321 and Z98765432; ``number = "4321"`` is the first of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ...errors import DataError, Issue, RequestError
from ...policy.household import AccountPolicy, HouseholdPolicy
from ...portfolio import Portfolio, symbol_key
from ...readers import Statement
from ...readers.several import Priced, different_days, newer_prices, position_at
from .model import Household, HouseholdAccount
from .numbers import account_words, endings, fits, is_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionsFile:
    """One positions file.

    Args:
        name: Its name without folders.
        statement: What was read of it.
    """

    name: str
    statement: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """A household made of files.

    Args:
        household: Its accounts, in the order of the household's file.
        cash: Name of an account -> dollars that the household's file says.
        found: Name of an account -> cash that its positions file has, in dollars.
        issues: Remarks on prices and dates.
    """

    household: Household
    cash: dict[str, Decimal]
    found: dict[str, Decimal]
    issues: tuple[Issue, ...]


def assemble(files: Sequence[PositionsFile], policy: HouseholdPolicy) -> Assembled:
    """Finds the accounts of a household in positions files.

    Raises:
        RequestError: Accounts that are missing, or that are found twice, or that nobody named; with all of them.
        DataError: What is still to be chosen in a file.
    """
    return household_of(find_accounts(files, policy), policy.accounts)


def household_of(parts: Mapping[str, PositionsFile], accounts: Sequence[AccountPolicy]) -> Assembled:
    """The household of accounts that were found.

    Args:
        parts: Name of an account -> its file, with that account alone chosen; one that holds nothing yet is missing.
        accounts: What is said of each account.

    Raises:
        RequestError: The accounts do not make one household, such as in two currencies.
        DataError: What is still to be chosen in a file.
    """
    portfolios = _portfolios(parts)
    currencies = {part.statement.currency for part in parts.values() if part.statement.currency}
    currency = currencies.pop() if len(currencies) == 1 else ""
    priced = [
        Priced(name=parts[name].name, day=parts[name].statement.as_of, portfolio=held)
        for name, held in sorted(portfolios.items())
    ]
    issues = list(different_days(priced))
    prices = newer_prices(priced, issues)
    made = []
    for account in accounts:
        held = portfolios.get(account.name, Portfolio([]))
        code = parts[account.name].statement.currency if account.name in parts else ""
        made.append(
            HouseholdAccount(
                name=account.name,
                kind=account.kind,
                portfolio=Portfolio(
                    [position_at(p, prices[symbol_key(p.symbol)]) for p in held],
                    currency=code or currency or held.currency,
                ),
                menu=account.menu,
                constraints=account.constraints,
            )
        )
    return Assembled(
        household=Household(made),
        cash={account.name: account.cash for account in accounts},
        found={name: part.statement.cash_found for name, part in parts.items()},
        issues=tuple(issues),
    )


def _portfolios(parts: Mapping[str, PositionsFile]) -> dict[str, Portfolio]:
    """What each account holds; what is still to be chosen in any of them is said at once."""
    found: dict[str, Portfolio] = {}
    issues: list[Issue] = []
    for name, part in parts.items():
        try:
            found[name] = part.statement.portfolio
        except DataError as error:
            issues += (replace(issue, message=f"{name}, of {part.name}: {issue.message}") for issue in error.issues)
    if issues:
        raise DataError(issues)
    return found


def find_accounts(files: Sequence[PositionsFile], policy: HouseholdPolicy) -> dict[str, PositionsFile]:
    """Name of an account -> its file, with that account alone chosen; one that holds nothing yet is missing.

    Raises:
        RequestError: Accounts that are missing, or that are found twice, or that nobody named; with all of them.
    """
    parts: dict[str, PositionsFile] = {}
    problems: list[str] = []
    taken: set[tuple[str, str]] = set()
    for account in policy.accounts:
        if account.empty:
            continue
        matches = _named(account, files)
        matches = matches or [(file, ids) for file in files if (ids := _matching(account, file)) is not None]
        if len(matches) != 1 or (len(matches[0][1]) > 1 and account.number):
            problems.append(_several(account, matches) if matches else _none(account, files))
            continue
        file, ids = matches[0]
        keys = {(file.name, each) for each in ids or [""]}
        if keys & taken:
            problems.append(f"{account.name}: another account of the household has taken the same part of {file.name}.")
        taken |= keys
        chosen = file.statement.select(ids) if ids else file.statement
        parts[account.name] = replace(file, statement=chosen)
    problems += _unnamed(files, taken)
    problems += _counted_double(taken)
    if problems:
        raise RequestError("\n".join(problems))
    return parts


def _named(account: AccountPolicy, files: Sequence[PositionsFile]) -> list[tuple[PositionsFile, list[str]]]:
    """The account whose whole number was given, although it may be the end of another's."""
    if not account.number or account.file:
        return []
    return [(file, [each.id]) for file in files for each in file.statement.accounts if each.id == account.number]


def _matching(account: AccountPolicy, file: PositionsFile) -> list[str] | None:
    """Ids of the accounts of a file that an account of the household is; None if it is not in this file."""
    accounts = file.statement.accounts
    if account.file and account.file.casefold() not in {file.name.casefold(), file.name.rpartition(".")[0].casefold()}:
        return None
    if not account.number:
        return [each.id for each in accounts]
    return [each.id for each in accounts if fits(each.id, each.name, account.number)] or None


def _none(account: AccountPolicy, files: Sequence[PositionsFile]) -> str:
    some = ", ".join(file.name for file in files)
    return (
        f"{account.name}: {_what(account)} is not among {some}; give its file too, or leave number and file out if it "
        "is new."
    )


def _several(account: AccountPolicy, matches: Sequence[tuple[PositionsFile, list[str]]]) -> str:
    """That several accounts may be meant, and for each what names it alone."""
    found = [(file, name) for file, ids in matches for name in ids or [""]]
    ends = endings([name for _file, name in found])
    said = []
    for (file, number), end in zip(found, ends, strict=True):
        said.append(_words_for(file, number, end, alone=sum(each is file for each, _ in found) == 1, ends=ends))
    return (
        f"{account.name}: {_what(account)} is there {len(found)} times. Give the one that is meant: "
        f"{'; or '.join(said)}."
    )


def _words_for(file: PositionsFile, number: str, end: str, *, alone: bool, ends: Sequence[str]) -> str:
    """What to write in the household's file for one account: more of its number, its file, or words of its name."""
    if ends.count(end) == 1 and end:
        return f'number = "{end}"'
    if alone:
        return f'file = "{file.name}"' + (f' with number = "{end}"' if len(file.statement.accounts) > 1 else "")
    name = next((each.name for each in file.statement.accounts if each.id == number), "")
    words = " ".join(number.split()[:-1]) or name
    return f'number = "{f"{words} {end}".strip()}" with file = "{file.name}"'


def _what(account: AccountPolicy) -> str:
    if not account.number:
        return f"the file {account.file}"
    end = endings([account.number])[0]
    return f"an account whose number ends in {end}" if end else f"an account whose number is {account.number!r:.20}"


def _counted_double(taken: Iterable[tuple[str, str]]) -> Iterator[str]:
    """One account whose number two files have in full."""
    names: dict[str, list[str]] = {}
    for file, number in sorted(taken):
        if is_whole(number):
            names.setdefault(number, []).append(file)
    for number, several in names.items():
        if len(several) > 1:
            who = account_words(endings([number])[0])
            yield f"{who} is in {' and in '.join(several)}; it would count double. Leave one of them out."


def _unnamed(files: Sequence[PositionsFile], taken: set[tuple[str, str]]) -> Iterator[str]:
    """Accounts that a file has and the household does not name: what they hold would be missing."""
    found = [(file, each) for file in files for each in [account.id for account in file.statement.accounts] or [""]]
    ends = endings([each for _file, each in found])
    for (file, each), end in zip(found, ends, strict=True):
        if (file.name, each) not in taken:
            what = account_words(end) if each else "the account"
            alone = sum(other is file for other, _ in found) == 1
            add = _words_for(file, each, end, alone=alone, ends=ends) if each else f'file = "{file.name}"'
            yield f"{what} of {file.name} is not in the household's file; add it with {add}, or leave the file out."
