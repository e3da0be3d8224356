"""The accounts on the page as a household: their names, how each is taxed, what may be bought in it. No streamlit.

The model: the page keeps a :class:`HouseholdPolicy` whose accounts name the accounts of the files by their ids. It is
made from the files, or read from a household's file, and follows when other files or accounts come. An account that
nobody has said anything of buys what it holds, and begins with the cash that its file has.

Worked example: a Fidelity file with an Individual account and a Rollover IRA becomes two accounts of these names, the
second one tax-deferred.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ..money import decimals
from ..planning.household.assemble import Assembled, PositionsFile, find_accounts, household_of
from ..policy.constraints import Constraints
from ..policy.household import AccountPolicy, HouseholdPolicy, Kind
from ..policy.policy import Policy
from ..policy.targets import Targets
from ..policy.tree import every_node
from ..portfolio import Portfolio, symbol_key
from ..readers import NamedAccount, Statement
from ..views.saved import SavedAccount, SavedHousehold, last_four
from . import wanted
from .loaded import Batch, Current, finish
from .loaded_file import LoadedFile, own_accounts

MOST_LETTERS = 40
_FREE = re.compile(r"\b(roth|isa|tfsa|hsa|tax.?free)\b", re.IGNORECASE)
_DEFERRED = re.compile(
    r"\b(ira|sep|simple|rollover|pension|rrsp|sipp|deferred|retirement|401|40[13]\W?[kb]|457)\b", re.IGNORECASE
)


def plain_name(text: str) -> str:
    """A name without what cannot be seen, cut to a few words."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MOST_LETTERS].strip()


def usual_kind(name: str) -> Kind:
    """How an account of this name is likely taxed; taxable where it does not say."""
    if _FREE.search(name):
        return Kind.FREE
    return Kind.DEFERRED if _DEFERRED.search(name) else Kind.TAXABLE


def _loaded(current: Current) -> tuple[LoadedFile, ...]:
    """The files of a portfolio; positions that came without one count as a file of the portfolio's name."""
    return current.files or (LoadedFile(name=current.name, data=b"", statement=current.statement),)


def _files(current: Current) -> list[tuple[str, Statement]]:
    """Each file's name and statement, in which everything belongs to an account."""
    files = _loaded(current)
    if len(files) == 1:
        files = (replace(files[0], statement=current.statement),)
    return [(file.name, own_accounts(file)) for file in files]


def accounts_of(current: Current) -> list[tuple[NamedAccount, Statement]]:
    """The chosen accounts of a portfolio that hold anything, each with its statement."""
    chosen = current.statement.included
    found = []
    for _name, statement in _files(current):
        for account in statement.accounts:
            if account.id in chosen or not current.statement.accounts:
                own = statement.select([account.id])
                if not any(issue.code == "no_positions" for issue in own.blocking):
                    found.append((account, own))
    return found


def begin(current: Current) -> HouseholdPolicy:
    """The household of the chosen accounts, as far as their files tell."""
    return HouseholdPolicy(targets=None, accounts=tuple(_usual(accounts_of(current), ())), location={})


def _usual(accounts: Sequence[tuple[NamedAccount, Statement]], known: Sequence[str]) -> list[AccountPolicy]:
    """What is taken of accounts that nobody has said anything of."""
    taken = {name.casefold() for name in known}
    found = []
    for account, statement in accounts:
        base = _usual_name(account, statement)
        name, more = base, 1
        while name.casefold() in taken:
            more += 1
            ending = last_four(account.id) if more == 2 and account.name else str(more)
            name = f"{base} {ending}"
        taken.add(name.casefold())
        cash, held = statement.cash_found, statement.portfolio.symbols
        found.append(
            AccountPolicy(
                name=name,
                kind=usual_kind(name),
                number=account.id,
                menu=held or None,
                cash=cash if cash > 0 and decimals(cash) <= 2 else Decimal(0),
            )
        )
    return found


def _usual_name(account: NamedAccount, statement: Statement) -> str:
    return plain_name(account.name) or _from_id(account.id, statement.broker)


def _from_id(name: str, broker: str) -> str:
    """A file's name without its ending, or the broker and the end of a number: ``Vanguard 2222``."""
    stem, dot, ending = name.rpartition(".")
    return plain_name(stem if dot and ending.isalpha() else f"{broker or 'Account'} {last_four(name).lstrip('.')}")


def again(household: HouseholdPolicy | None, current: Current) -> HouseholdPolicy | None:
    """The household for another portfolio: known accounts keep what was said of them, new ones come with the usual.

    None where fewer than two are left.
    """
    if household is None or current.sample:
        return None
    found, new = _matched(household, current)
    kept = [
        found.get(account.name, account) for account in household.accounts if account.name in found or account.empty
    ]
    accounts = (*kept, *_usual(new, [account.name for account in kept]))
    return replace(household, accounts=accounts) if len(accounts) > 1 else None


def _matched(
    household: HouseholdPolicy, current: Current
) -> tuple[dict[str, AccountPolicy], list[tuple[NamedAccount, Statement]]]:
    """Name -> each account of a household that a portfolio has, and the accounts that it does not know.

    An account is known by its id; by its last four characters, with its name where others end alike; or, where its file
    names none, by the file's name.
    """
    files = dict(_files(current))  # a file's name is what an account without a number is called
    waiting = [account for account in household.accounts if account.number]
    found = {a.name: a for a in household.accounts if a.file and not a.number and a.file in files}
    claimed = frozenset().union(*(files[account.file].included for account in found.values()))
    new = [each for each in accounts_of(current) if each[0].id not in claimed]

    def same_id(each: NamedAccount, _usual: str, known: AccountPolicy) -> bool:
        return known.number == each.id

    def same_end(each: NamedAccount, _usual: str, known: AccountPolicy) -> bool:
        return each.id not in files and last_four(known.number) == last_four(each.id)

    def same_name(each: NamedAccount, usual: str, known: AccountPolicy) -> bool:
        unnumbered = each.id in files or known.number == known.name
        return known.name == usual and (unnumbered or same_end(each, usual, known))

    for same in (same_id, same_name, same_end):
        pairs = [(each, known) for each in new for known in waiting if same(each[0], _usual_name(*each), known)]
        for each, known in pairs:
            if sum(e is each for e, _ in pairs) == sum(k is known for _, k in pairs) == 1:
                waiting.remove(known)
                new.remove(each)
                found[known.name] = replace(known, number=each[0].id, file="")
    return found, new


def from_file(policy: HouseholdPolicy, current: Current) -> tuple[HouseholdPolicy, tuple[str, ...]]:
    """A household's file for the accounts of a portfolio.

    Returns:
        The household, and the ids of the accounts that it names.

    Raises:
        RequestError: Accounts that are missing, or found twice, or that the file does not name; with all of them.
    """
    files = [PositionsFile(name=file.name, statement=file.statement) for file in _loaded(current)]
    parts = find_accounts(files, policy)
    accounts, ids = [], []
    for account in policy.accounts:
        part = parts.get(account.name)
        if part is not None:
            own = sorted(part.statement.included) or [part.name]
            ids += own
            number, file = (own[0], "") if len(own) == 1 else ("", part.name)
            accounts.append(replace(account, number=number, file=file))
        else:
            accounts.append(account)
    return replace(policy, targets=None, accounts=tuple(accounts)), tuple(ids)


def targets_for(policy: Policy, current: Current) -> Targets:
    """The targets of the household: equal weights over all that is held where none were given."""
    return policy.targets or Targets.equal(current.statement.portfolio.symbols)


def assembled(household: HouseholdPolicy, policy: Policy, current: Current) -> Assembled:
    """The accounts with what they hold, and the constraints that count in each: its own, and the page's.

    Raises:
        PbalError: The accounts do not make one household, such as in two currencies.
    """
    files = []
    for name, statement in _files(current):
        chosen = current.statement.included if current.statement.accounts else {a.id for a in statement.accounts}
        mine = tuple(account for account in statement.accounts if account.id in chosen)
        if mine:
            whole = replace(statement, accounts=mine).select([account.id for account in mine])
            files.append(PositionsFile(name=name, statement=whole))
    parts = find_accounts(files, household)
    targets = targets_for(policy, current)
    accounts = []
    for account in household.accounts:
        both = merged(policy.constraints, account.constraints)
        held = parts[account.name].statement.portfolio if account.name in parts else Portfolio([])
        counted = wanted.effective(Policy(targets=targets, constraints=both), held)
        accounts.append(replace(account, constraints=counted.constraints))
    return household_of(parts, accounts)


def merged(page: Constraints, own: Constraints) -> Constraints:
    """The constraints of the page and of one account: symbols of both, and of amounts the account's own."""
    values: dict[str, Any] = page.given()
    for each, value in own.said():
        if each.kind == "symbols":
            values[each.key] = values.get(each.key, frozenset()) | value
        elif each.kind == "steps":
            values[each.key] = tuple(sorted((dict(values.get(each.key, ())) | dict(value)).items()))
        else:
            values[each.key] = value
    return Constraints.of(values)


def location_for(household: HouseholdPolicy, targets: Targets) -> dict[str, tuple[Kind, ...]]:
    """Where classes belong, of those that still have a target."""
    names = {symbol_key(name) for node in every_node(targets.tree()) for name in (node.name, *node.symbols)}
    return {name: kinds for name, kinds in household.location.items() if symbol_key(name) in names and kinds}


def left_alone(household: HouseholdPolicy | None, current: Current) -> set[str]:
    """Keys of the symbols that are frozen in every account that holds them, so that they need no target."""
    if household is None:
        return set()
    frozen = {account.number: set(map(symbol_key, account.constraints.frozen)) for account in household.accounts}
    held: dict[str, list[bool]] = {}
    for account, statement in accounts_of(current):
        for symbol in statement.portfolio.symbols:
            key = symbol_key(symbol)
            held.setdefault(key, []).append(key in frozen.get(account.id, set()))
    return {key for key, stays in held.items() if all(stays)}


def with_account(household: HouseholdPolicy, at: int, **changes: Any) -> HouseholdPolicy:
    """The household with something else said of one account."""
    accounts = list(household.accounts)
    accounts[at] = replace(accounts[at], **changes)
    return replace(household, accounts=tuple(accounts))


def with_cash(household: HouseholdPolicy, cash: Mapping[str, Decimal]) -> HouseholdPolicy:
    """The household with other cash in some accounts."""
    accounts = (replace(account, cash=cash.get(account.name, account.cash)) for account in household.accounts)
    return replace(household, accounts=tuple(accounts))


def with_location(household: HouseholdPolicy, kind: Kind, names: Sequence[str]) -> HouseholdPolicy:
    """The household with other funds that belong in one kind of account."""
    location = {name: tuple(each for each in kinds if each != kind) for name, kinds in household.location.items()}
    for name in names:
        location[name] = tuple(each for each in Kind if each in (*location.get(name, ()), kind))
    return replace(household, location={name: kinds for name, kinds in location.items() if kinds})


def saved(household: HouseholdPolicy | None, current: Current) -> SavedHousehold | None:
    """The household as a session keeps it: each account with what it holds; None where there is none."""
    if household is None:
        return None
    files = dict(_files(current))
    kept = {name: name in file.accounts for file in current.files for name in file.saved_accounts}
    whole = current.statement if current.statement.accounts else next(iter(files.values()))
    accounts = []
    for account in household.accounts:
        ids = [account.number] if account.number else sorted(files[account.file].included) if account.file else []
        part = whole.select(ids) if ids else None
        known = account.number not in files and kept.get(account.number, True)
        number = last_four(account.number) if known else ""
        accounts.append(
            SavedAccount(
                account=replace(account, number=number, file=""),
                portfolio=Portfolio([], currency=whole.portfolio.currency) if part is None else part.portfolio,
                found=Decimal(0) if part is None else part.cash_found,
            )
        )
    return SavedHousehold(accounts=tuple(accounts), location=household.location)


def restored(kept: SavedHousehold | None) -> HouseholdPolicy | None:
    """The household of a session, whose accounts are called as ``statement_of`` calls them."""
    if kept is None:
        return None
    rows = zip(kept.ids(), kept.accounts, strict=True)
    held = (replace(a.account, number=name if len(a.portfolio) or a.found else "") for name, a in rows)
    return HouseholdPolicy(targets=None, accounts=tuple(held), location=kept.location)


def with_the_rest(
    newer: Current, current: Current, household: HouseholdPolicy | None
) -> tuple[Current | Batch, list[str]]:
    """Newer files with the accounts of a household that they do not have, as they were saved.

    Returns:
        The files together, or what is in the way; and the names of the accounts that are as they were.
    """
    if household is None or len(current.files) != 1:
        return newer, []
    matched = {account.name for account in _matched(household, newer)[0].values()}
    held = [account for account in household.accounts if account.number]
    left = [account for account in held if account.name not in matched]
    if not left or len(left) == len(held):
        return newer, []
    file, ids = current.files[0], {account.number for account in left}
    kept = replace(
        file.statement,
        accounts=tuple(account for account in file.statement.accounts if account.id in ids),
        holdings=tuple(holding for holding in file.statement.holdings if holding.account in ids),
        cash=tuple(balance for balance in file.statement.cash if balance.account in ids),
        selection=tuple(account.id for account in file.statement.accounts if account.id in ids),
    )
    return finish([*newer.files, replace(file, statement=kept)]), [account.name for account in left]
