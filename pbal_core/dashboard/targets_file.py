"""A targets file, wherever it is dropped: below the table of targets, or at the head of the page.

The model: a household's file names accounts, a targets file names none; both are TOML. What a targets file says takes
the place of all targets and constraints, or nothing of it counts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence

from ..errors import Issue, PbalError, RequestError, TargetError
from ..policy.policy import Policy
from . import state
from .loaded import Batch

_TABLES = {"targets", "constraints"}


def is_targets(name: str, data: bytes) -> bool:
    """Whether a file has targets or constraints, and no accounts; what cannot be read as TOML is not one."""
    if not name.lower().endswith(".toml"):
        return False
    try:
        found = tomllib.loads(data.decode("utf-8-sig"))
    except ValueError:
        return False
    return "accounts" not in found and bool(_TABLES & set(found))


def read(data: bytes) -> Policy:
    """What the file says.

    Raises:
        PbalError: It is no targets file, or has an amount that a box of the page could not show.
    """
    found = Policy.from_toml(data)
    far = [rule for rule, value in found.constraints.said() if rule.kind == "money" and value > rule.most]
    if far:
        lines = (f"the {rule.label.lower()} may be at most {rule.most:,}; lower it." for rule in far)
        raise TargetError("\n".join(lines))
    return found


def put(policy: Policy) -> None:
    """Makes a policy the one in force; boxes that show another one are laid anew."""
    page = state.page()
    page.policy, page.problems = policy, ()
    page.version += 1


def take(files: Sequence[tuple[str, bytes]]) -> tuple[list[tuple[str, bytes]], Batch | None]:
    """Makes a targets file among the files that were dropped count.

    Args:
        files: Names, made harmless, and bytes.

    Returns:
        The other files; and the targets file, if it was refused.
    """
    targets = [each for each in files if is_targets(*each)]
    others = [each for each in files if each not in targets]
    if not targets:
        return others, None
    name, data = targets[0]
    try:
        if len(targets) > 1:
            raise RequestError(f"{len(targets)} targets files were loaded; load one at a time.")
        put(read(data))
        page = state.page()
        page.changing = page.changing and page.current.sample  # what was asked for is done, as after other files
    except PbalError as error:
        issues = tuple(Issue("error", "targets", line) for line in str(error).splitlines())
        return others, Batch(name=name, data=b"", issues=issues)
    return others, None
