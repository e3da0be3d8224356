"""What was loaded: one portfolio of one or several files, and the files that are not on the page yet. No streamlit.

The model: files that are loaded together are one :class:`Current`, whose statement has the accounts of all of them. A
file that names no account is one account, called by the file's name. A :class:`Batch` waits while one of its files asks
for a choice, or was refused; files that could be read beside one that was refused are shown without it, and it is said
that it is missing. Worked example: ``vanguard.csv`` with VTI and ``ira.csv`` with VTI and BND are a portfolio of two
positions in two accounts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..errors import DataError, Issue, PbalError
from ..readers import ALL_ACCOUNTS, Statement, columns_of, format_of, read_positions
from ..readers.mapping import ColumnMapping
from ..readers.several import Priced, different_days, newer_prices, statement_at
from ..views.saved import SavedPortfolio, last_four
from ..views.wording import joined
from .loaded_file import LoadedFile, copies, own_accounts, saved_twice, told_apart, twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """The portfolio on the page.

    Args:
        name: What it is called: its file's name, or how it came here.
        statement: All its files together; nothing of it is open.
        files: The files it was read from.
        sample: It is one of the samples, not the reader's own.
        not_cash: Money market funds that count as investments, also in the next file.
        before: The portfolios of its session that come before it; they are saved with it again.
        after: Those that come after it.
        corrected: Symbols whose price was corrected on the page.
    """

    name: str
    statement: Statement = field(repr=False)
    files: tuple[LoadedFile, ...] = ()
    sample: bool = False
    not_cash: frozenset[str] = frozenset()
    corrected: frozenset[str] = frozenset()
    before: tuple[SavedPortfolio, ...] = ()
    after: tuple[SavedPortfolio, ...] = ()

    def accounts(self) -> tuple[str, ...]:
        """The last four characters of the numbers of its accounts."""
        included = self.statement.included
        own = {file.name: {file.name, *file.saved_accounts} for file in self.files}
        without = frozenset().union(*own.values())  # such an account has no number of its own
        named = [account.id for account in self.statement.accounts if account.id in included - without]
        several = len(self.files) > 1
        saved = [four for f in self.files for four in f.accounts if not several or own[f.name] & included]
        return tuple(dict.fromkeys([*map(last_four, named), *saved]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Files loaded together, of which one is refused or asks for a choice.

    Args:
        name: That file's name, made harmless.
        data: Its bytes.
        statement: What was read, with a choice still open; None when it was refused.
        issues: Why it was refused, or what is open.
        columns: Header names to make a mapping from; empty where that would not help.
        done: The files before it, read.
        rest: Names and bytes of the files after it.
        count: How many files it is about, where they were read but do not go together.
        refused: Other files that could not be read, each with why.
        good: The files that could be read, which are shown although this one was refused.
        beside: Their names, once they are shown; none where the page stayed as it was.
    """

    name: str
    data: bytes = field(repr=False)
    statement: Statement | None = field(default=None, repr=False)
    issues: tuple[Issue, ...] = ()
    columns: tuple[str, ...] = ()
    done: tuple[LoadedFile, ...] = ()
    rest: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    count: int = 1
    refused: tuple[Batch, ...] = ()
    good: Current | None = field(default=None, repr=False)
    beside: tuple[str, ...] = ()

    def missing_from(self, current: Current) -> Batch | None:
        """What is still to be said beside a portfolio: the refused files that were to be loaded with its files."""
        names = {file.name for file in current.files}
        left = [
            each
            for each in (self, *self.refused)
            if each.beside and names.issuperset(each.beside) and each.name not in names
        ]
        return replace(left[0], refused=tuple(replace(each, refused=()) for each in left[1:])) if left else None

    def but(self, name: str) -> Batch | None:
        """What is still to be said when a refused file is left out."""
        left = [each for each in (self, *self.refused) if each.name != name]
        return replace(left[0], refused=tuple(left[1:])) if left else None


def in_markdown(text: str) -> str:
    """A harmless text where Markdown is read: a leading ``_`` or ``1.`` stays what it is."""
    return re.sub(r"([-._])", r"\\\1", text)


def read_batch(
    files: Sequence[tuple[str, bytes]],
    *,
    mapping: ColumnMapping | None = None,
    done: Sequence[LoadedFile] = (),
    refused: Sequence[Batch] = (),
    every_account: bool = False,
    apart: bool = False,
) -> Current | Batch:
    """Reads files that belong together.

    Args:
        files: Names and bytes.
        mapping: What the columns of the first file mean, where somebody said so.
        done: Files that are read already; at least one where ``files`` has none.
        refused: Files of them that could not be read.
        every_account: Take all accounts, where one of them would have to be chosen.
        apart: Accounts of different files are different ones, although their numbers look the same.

    Returns:
        The portfolio; or the file that asks for a choice; or those that could not be read, with the portfolio of the
        others, where there are any.
    """
    read, bad = list(done), []
    every = [*((file.name, file.data) for file in done), *files]
    if (same := copies(every)) is not None:
        return Batch(name=every[-1][0], data=b"", issues=(same,), refused=tuple(refused))
    for number, (name, data) in enumerate(files):
        meant, mapping = mapping, None
        try:
            statement = read_positions(data, mapping=meant)
        except DataError as error:
            bad.append(Batch(name=name, data=data, issues=error.issues, columns=_columns(data, error)))
            continue
        if every_account and statement.accounts:
            statement = statement.select(ALL_ACCOUNTS)
        if statement.blocking:
            asking = _asking(name, data, statement, read, tuple(files[number + 1 :]))
            return replace(asking, refused=(*bad, *refused))
        read.append(LoadedFile(name=name, data=data, statement=statement))
    bad += refused
    read = [replace(file, apart=file.apart or apart) for file in read]
    return _without(bad, finish(read) if read else None) if bad else finish(read)


def _without(refused: Sequence[Batch], found: Current | Batch | None) -> Batch:
    """Files that could not be read, and what came of the others; one whose columns can be chosen comes first."""
    if isinstance(found, Batch):
        return replace(found, refused=tuple(refused))
    beside = () if found is None else tuple(file.name for file in found.files)
    names = list(beside)
    for each in refused:
        names.append(f"{each.name} (another)" if each.name in names else each.name)  # each is left out by its name
    named = [replace(each, name=name, beside=beside) for each, name in zip(refused, names[len(beside) :], strict=True)]
    first, *more = sorted(named, key=lambda each: not each.columns)
    return replace(first, refused=tuple(more), good=found)


def finish(files: Sequence[LoadedFile]) -> Current | Batch:
    """The portfolio of files that were all read, or what is in the way of adding them up."""
    last = files[-1]
    name = joined([file.name for file in files])
    files = told_apart(files)
    try:
        statement = together(files)
    except DataError as error:
        return Batch(name=name, data=last.data, issues=error.issues, done=tuple(files), count=len(files))
    if statement.blocking:
        asking = replace(_asking(name, last.data, statement, (), ()), count=len(files))
        return replace(asking, issues=tuple(_said_of_files(issue, files) for issue in asking.issues))
    return Current(name=name[:120], statement=statement, files=tuple(files))


def _said_of_files(issue: Issue, files: Sequence[LoadedFile]) -> Issue:
    """What is wrong, with the files' names instead of a line where they are in different currencies."""
    said = [(file.name, file.statement.currency) for file in files]
    if issue.code != "mixed_currencies" or len({currency for _name, currency in said}) == 1:
        return issue
    listed = joined([f"{name} in {currency or 'no named currency'}" for name, currency in said])
    message = (
        f"the files are in different currencies ({listed}), and accounts that are planned together need the same one. "
        "Choose accounts in one currency, or load the files one at a time."
    )
    return Issue("error", issue.code, message)


def _asking(
    name: str, data: bytes, statement: Statement, done: Sequence[LoadedFile], rest: Sequence[tuple[str, bytes]]
) -> Batch:
    return Batch(
        name=name,
        data=data,
        statement=statement,
        issues=statement.blocking,
        columns=statement.columns,
        done=tuple(done),
        rest=tuple(rest),
    )


def together(files: Sequence[LoadedFile]) -> Statement:
    """One statement of several files.

    Raises:
        DataError: One file is there twice, or one account is in two files: it would count double; or what is still to
            be chosen in one of them.
    """
    if len(files) == 1:
        return files[0].statement
    if (same := copies([(file.name, file.data) for file in files]) or saved_twice(files)) is not None:
        raise DataError([same])
    parts = [own_accounts(file) for file in files]
    accounts = [account for part in parts for account in part.accounts]
    if (counted_double := twice(files)) is not None:
        raise DataError([counted_double])
    chosen = [account.id for part in parts for account in part.accounts if account.id in part.included]
    issues: list[Issue] = []
    parts = _alike(files, _in_dollars(parts), issues)
    days = [part.as_of for part in parts if part.as_of is not None]
    return Statement(
        broker=" and ".join(dict.fromkeys(part.broker for part in parts)),
        holdings=tuple(holding for part in parts for holding in part.holdings),
        cash=tuple(balance for part in parts for balance in part.cash),
        accounts=tuple(accounts),
        as_of=min(days, default=None),  # as old as the oldest price
        bases=tuple(base for part in parts for base in part.bases),
        remarks=(*issues, *(remark for part in parts for remark in part.remarks)),
        selection=tuple(chosen),
        not_cash=tuple(dict.fromkeys(fund for part in parts for fund in part.not_cash)),
    )


def _in_dollars(parts: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with dollars where one names no currency, as it is read alone, if the others are in dollars."""
    if {part.currency for part in parts} != {"", "USD"}:
        return parts
    return [
        replace(
            part,
            holdings=tuple(holding._replace(currency=holding.currency or "USD") for holding in part.holdings),
            cash=tuple(balance._replace(currency=balance.currency or "USD") for balance in part.cash),
        )
        for part in parts
    ]


def _alike(files: Sequence[LoadedFile], parts: Sequence[Statement], issues: list[Issue]) -> list[Statement]:
    """The statements with one price for each symbol; what that changes, and their days, go to ``issues``."""
    priced = [
        Priced(name=file.name, day=part.as_of, portfolio=part.portfolio)
        for file, part in zip(files, parts, strict=True)
    ]
    issues += different_days(priced)
    prices = newer_prices(priced, issues)
    return [statement_at(part, prices) for part in parts]


def _columns(data: bytes, error: DataError) -> tuple[str, ...]:
    """The columns to choose from, where the file was refused and its own were not understood, or only guessed."""
    unknown = {issue.code for issue in error.issues} & {"missing_column", "unknown_format"}
    try:
        found = columns_of(data) if unknown or format_of(data) == "generic" else ()
    except PbalError:
        return ()
    return found if len(found) > 2 else ()
