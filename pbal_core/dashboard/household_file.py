"""A household's file that was dropped with positions, or after them: it names their accounts.

The model: the file is read first and waits for positions of one's own; what is wrong with it, or with how its accounts
fit those positions, is a batch that was refused, and the page stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import Issue, PbalError, RequestError
from ..policy.household import HouseholdPolicy
from . import households, state
from .loaded import Batch


def is_household(name: str) -> bool:
    """Whether a file says what the accounts are, by its name: nothing else that is dropped with positions is TOML."""
    return name.lower().endswith(".toml")


def read(files: Sequence[tuple[str, bytes]]) -> Batch | None:
    """Reads a household's file, which counts for the positions that are shown next; what is wrong with it is returned.

    Args:
        files: Names and bytes, at least one.
    """
    name, data = files[0]
    try:
        if len(files) > 1:
            raise RequestError(f"{len(files)} files of a household were loaded; load one at a time.")
        state.page().named = name, HouseholdPolicy.from_toml(data)
    except PbalError as error:
        return _refused(name, error)
    return None


def apply() -> Batch | None:
    """Makes the file that was read count for the positions on the page; what does not fit is returned."""
    page = state.page()
    if page.named is None:
        return None
    (name, policy), page.named = page.named, None
    kept = (name, policy) if may_fit_later(page) else None
    try:
        if page.current.sample:
            raise RequestError("it names accounts, and there are no positions of your own yet; load them with it.")
        household, ids = households.from_file(policy, page.current)
    except PbalError as error:
        page.named = kept
        return _refused(name, error)
    if page.current.statement.accounts:
        page.current = replace(page.current, statement=page.current.statement.select(ids))
    page.household = household
    if policy.targets is not None:
        page.policy = replace(page.policy, targets=policy.targets)
    page.version += 1
    return None


def may_fit_later(page: state.Page) -> bool:
    """Whether a file that could not be read is missing: once it is there, a household that names it may fit."""
    return page.waiting is not None and page.waiting.missing_from(page.current) is not None


def _refused(name: str, error: PbalError) -> Batch:
    return Batch(
        name=name, data=b"", issues=tuple(Issue("error", "household", line) for line in str(error).splitlines())
    )
