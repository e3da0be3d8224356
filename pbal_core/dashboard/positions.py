"""Which portfolio the page shows: a sample, or the last files that could be read and of which nothing is open.

The model: every way in (a file, pasted cells, typed rows) becomes bytes that the readers read, so that the same content
gives the same portfolio and meets the same bounds. Files that are refused, or ask for a choice, wait; a bad file never
replaces a good one. Nothing here outlives the session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import streamlit as st

from ..errors import DataError, Issue
from ..portfolio import symbol_key
from ..readers import Statement, read_positions
from ..readers.mapping import ColumnMapping
from ..readers.source import read_bytes
from ..sample import SAMPLES, sample_bytes
from ..views.session import is_session
from ..views.wording import joined
from . import household_file, households, keep, state, targets_file
from .loaded import Batch, Current, read_batch
from .loaded_file import LoadedFile, harmless, own_accounts
from .messages import literal

PASTED = "pasted cells"
FIRST_SAMPLE = next(iter(SAMPLES))


def sample(name: str = FIRST_SAMPLE) -> Current:
    """A sample as the page shows it."""
    return Current(name=f"sample, {name}", statement=read_positions(sample_bytes(name)), sample=True)


def take(files: Sequence[tuple[str, bytes]], mapping: ColumnMapping | None = None) -> None:
    """Reads files and puts them on the page, or sets them aside with what is wrong or open.

    Args:
        files: Name, as the browser says it, and bytes of each; none changes nothing but what waits.
        mapping: What the columns of the first one mean, where somebody said so.
    """
    state.page().waiting, state.page().each = None, False
    named, refused = targets_file.take([(harmless(name), data) for name, data in files])
    if refused is not None:
        offer(refused)
        return
    saved = [(name, data) for name, data in named if is_session(data)]
    toml = [(name, data) for name, data in named if household_file.is_household(name)]
    others = [each for each in named if each not in saved and each not in toml]
    every = bool(toml) or state.page().household is not None or _saves_household(saved)
    newer = read_batch(others, mapping=mapping, every_account=every) if others else None
    refused = household_file.read(toml) if toml else None
    if refused is not None:
        offer(refused)
        return
    if saved and not _restored(saved, newer.good if isinstance(newer, Batch) else newer):
        return
    if newer is not None:
        offer(_completed(newer) if saved else newer)
    elif not saved:
        _name_accounts()


def _saves_household(saved: Sequence[tuple[str, bytes]]) -> bool:
    """Whether a saved session says what each account is, so that nobody has to choose between those of a newer file."""
    try:
        return any(each.household is not None for _name, data in saved for each in keep.read(data))
    except DataError:
        return False  # which is said when it is to be shown


def _completed(newer: Current | Batch) -> Current | Batch:
    """Newer files, with the accounts of the household that was saved that they do not have."""
    if isinstance(newer, Batch):
        found = None if newer.good is None else _completed(newer.good)
        if isinstance(found, Batch):
            return replace(found, refused=(replace(newer, good=None, refused=()), *newer.refused))
        return replace(newer, good=found)
    page = state.page()
    found, kept = households.with_the_rest(newer, page.current, page.household)
    if kept:
        names = joined(kept)
        page.notices.append(f"No newer file has {literal(names)}: it stays as it was saved." if len(kept) == 1 else
                            f"No newer file has {literal(names)}: they stay as they were saved.")  # fmt: skip
    return found


def _name_accounts() -> None:
    """Makes a household's file that was read count; where it does not fit, that waits to be said."""
    refused = household_file.apply()
    if refused is not None:
        show(refused)


def _restored(saved: Sequence[tuple[str, bytes]], newer: Current | None) -> bool:
    """Puts a saved session on the page; of several portfolios the one whose accounts a newer file has."""
    name, data = saved[0]
    if len(saved) > 1:
        issue = Issue("error", "several_sessions", f"{len(saved)} saved sessions were loaded; load one at a time.")
        offer(Batch(name=name, data=b"", issues=(issue,)))
        return False
    try:
        found = keep.read(data)
    except DataError as error:
        offer(Batch(name=name, data=b"", issues=error.issues))
        return False
    at = 0 if newer is None else keep.owner(found, newer.accounts())
    if newer is not None and at is None and len(found) > 1:
        state.page().notices.append(
            f"No portfolio of the session has an account of {newer.name}, so that file replaces the "
            f"first one, {harmless(found[0].name)}. Undo takes it back."
        )
    show(keep.put(found, at or 0))
    return True


def open_file(path: Path) -> None:
    """Takes a file of this computer, which may be gone since the page was started."""
    try:
        data = read_bytes(path)
    except DataError as error:
        offer(Batch(name=harmless(path.name), data=b"", issues=error.issues))
    else:
        take([(path.name, data)])


def offer(found: Current | Batch) -> None:
    """Puts a portfolio on the page in place of the one that is there, or lets files wait.

    What was said of the funds of the old one, and the other portfolios of its session, stay.
    """
    if isinstance(found, Current):
        old = state.page().current
        found = _meant(replace(found, not_cash=old.not_cash, before=old.before, after=old.after))
    show(found)


def show(found: Current | Batch) -> None:
    """Puts a portfolio on the page as it is, or lets files wait."""
    page = state.page()
    if isinstance(found, Batch):
        _wait(found)
        return
    missing = page.waiting and page.waiting.missing_from(found)
    page.current, page.waiting, page.gone = found, missing, frozenset()
    page.way, page.changing, page.seeing, page.looking = "", False, False, False
    page.household = households.again(page.household, found)
    if page.each and page.household is None and not found.sample and len(found.statement.included) > 1:
        page.household = households.begin(found)
    page.each = False
    page.version += 1
    _name_accounts()


def _wait(found: Batch) -> None:
    """Lets files wait, and shows those that could be read beside them."""
    page = state.page()
    names = {each.name for each in (found, *found.refused)}
    missing = page.waiting and page.waiting.missing_from(page.current)
    still = [each for each in (missing, *missing.refused) if each.name not in names] if missing else []
    good, page.waiting = found.good, replace(found, good=None, refused=(*found.refused, *still))
    if good is not None and [(f.name, f.data) for f in good.files] != [(f.name, f.data) for f in page.current.files]:
        offer(good)


def leave_out(name: str) -> None:
    """Says no more of a file that could not be read: somebody plans without it."""
    page = state.page()
    if page.waiting is not None:
        page.waiting = page.waiting.but(name)
        page.named = page.named if household_file.may_fit_later(page) else None


def select(where: Current | Batch, accounts: Sequence[str]) -> None:
    """Takes other accounts of what is on the page, or of what waits."""
    if isinstance(where, Current):
        statement = where.statement.select(accounts)
        if statement.blocking:
            last = where.files[-1]
            offer(Batch(name=where.name, data=last.data, statement=statement, issues=statement.blocking,
                        columns=statement.columns))  # fmt: skip
        else:
            offer(Current(name=where.name, statement=statement, files=where.files))
        return
    if where.statement is None:
        return
    statement = where.statement.select(accounts)
    if statement.blocking:
        offer(Batch(name=where.name, data=where.data, statement=statement, issues=statement.blocking,
                    columns=statement.columns, done=where.done, rest=where.rest, refused=where.refused))  # fmt: skip
        return
    done = (*where.done, LoadedFile(name=where.name, data=where.data, statement=statement))
    offer(read_batch(where.rest, done=done, refused=where.refused, every_account=state.page().each))


def count_fund(fund: str, *, invested: bool) -> None:
    """Counts a money market fund of the portfolio on the page as a position, or as cash again."""
    page = state.page()
    current, seeing = page.current, page.seeing
    others = frozenset(symbol for symbol in current.not_cash if symbol_key(symbol) != symbol_key(fund))
    show(_meant(replace(current, not_cash=others | {fund} if invested else others)))
    page.seeing = seeing  # the box that was used stays where it is


def _meant(current: Current) -> Current | Batch:
    """The portfolio with its funds counted as somebody said, or what that leaves open."""
    statement = _counted(current.statement, current.not_cash)
    if statement.blocking:
        last = current.files[-1]
        return Batch(name=current.name, data=last.data, statement=statement, issues=statement.blocking)
    files = [replace(file, statement=_counted(file.statement, current.not_cash)) for file in current.files]
    return replace(current, statement=statement, files=tuple(files))


def _counted(statement: Statement, not_cash: frozenset[str]) -> Statement:
    """The statement with these of its money market funds as positions, and the others as cash."""
    known = set(map(symbol_key, not_cash))
    wanted = tuple(fund for fund in statement.cash_funds if symbol_key(fund) in known)
    return statement if wanted == statement.not_cash else statement.count_as_investments(wanted)


def add(files: Sequence[tuple[str, bytes]]) -> None:
    """Reads files and adds them to the portfolio on the page; a saved session replaces it, as everywhere."""
    if not files:
        return
    if any(is_session(data) for _name, data in files):
        take(files)
        return
    current = state.page().current
    named, refused = targets_file.take([(harmless(name), data) for name, data in files])
    if refused is not None:
        offer(refused)
        return
    toml = [(name, data) for name, data in named if household_file.is_household(name)]
    others = [each for each in named if each not in toml]
    refused = household_file.read(toml) if toml else None
    if refused is not None:
        offer(refused)
    elif others:
        every = bool(toml) or state.page().household is not None or state.page().named is not None
        offer(read_batch(others, done=_as_chosen(current), every_account=every))
    else:
        _name_accounts()


def _as_chosen(current: Current) -> tuple[LoadedFile, ...]:
    """The files of a portfolio, with the accounts that were chosen of all of them together."""
    if len(current.files) == 1:
        return (replace(current.files[0], statement=current.statement),)
    chosen = current.statement.included
    kept = []
    for file in current.files:
        own = [account.id for account in own_accounts(file).accounts if account.id in chosen]
        named = [account.id for account in file.statement.accounts if account.id in own]
        if named:
            kept.append(replace(file, statement=file.statement.select(named)))
        elif own:
            kept.append(file)
    return tuple(kept)


def tell_apart(where: Batch) -> None:
    """Loads files whose accounts have numbers that look the same: somebody said that they are different ones."""
    offer(read_batch((), done=where.done, refused=where.refused, apart=True))


def use_columns(where: Batch, mapping: ColumnMapping) -> None:
    """Reads the waiting file once more, with other columns; those that are shown without it stay as they are."""
    done = _as_chosen(state.page().current) if where.beside else where.done
    files = [(where.name, where.data), *where.rest]
    every = bool(where.beside) and state.page().household is not None
    offer(read_batch(files, mapping=mapping, done=done, refused=where.refused, every_account=every))


def show_sample(name: str) -> None:
    """Shows a sample, alone."""
    show(replace(sample(name), not_cash=state.page().current.not_cash))


def show_portfolio(at: int) -> None:
    """Shows another portfolio of the session; the one on the page keeps what was said of it."""
    show(keep.put(keep.portfolios(), at))


def remove() -> None:
    """Takes the portfolio off the page: the next one of its session is shown, or the sample."""
    current = state.page().current
    others = (*current.before, *current.after)
    if others:
        show(keep.put(others, min(len(current.before), len(others) - 1)))
    else:
        show_sample(FIRST_SAMPLE)


def plan_each_account() -> None:
    """Makes the accounts of the page a household, each with the cash that its file has."""
    page = state.page()
    page.household = households.begin(page.current)
    page.version += 1


def invest_cash() -> None:
    """Makes the cash found the cash to invest."""
    st.session_state["cash"] = state.page().current.statement.cash_found


def parts(current: Current) -> list[Statement]:
    """What was read of each file, with the choice of accounts made on the whole."""
    if len(current.files) == 1:
        return [current.statement]
    return [file.statement for file in current.files]
