"""What can go wrong, as values and as exceptions.

Three channels, never mixed:

1. A problem in the user's data is an :class:`Issue`. Readers collect every one of them with its place.
2. A request that cannot be honoured raises :class:`PbalError` or a child, with a message of one sentence a problem:
   what was found, what was needed, what to do.
3. A broken law of allocation is our own bug: :class:`LawBrokenError`, deliberately not a ``PbalError``.

A message names nothing that only one face has, such as an option of the command. Where a face offers the cure, the
issue or the error carries a :class:`Remedy`, which the command words as an option and the page as a control.

Worked example: a price of ``abc`` in line 3 becomes
``Issue("error", "not_a_number", '"abc" is not a number; ...', Place(line=3, column="MarkPrice"))``
and, because it is an error, the reader raises ``DataError`` carrying it and every other one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What can be done about a problem, as a fact.

    Args:
        code: Stable snake_case name that the faces have words for.
        value: What is to be given, where that is known: ``VTI=756733`` of ``choose_contract``.
    """

    code: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is in the user's data.

    Args:
        line: 1-based physical line of the file, None where no line applies.
        column: Header text of the column, None where the whole line is meant.
        symbol: The position concerned, where known.
    """

    line: int | None = None
    column: str | None = None
    symbol: str | None = None

    def __str__(self) -> str:
        parts = []
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.column is not None:
            parts.append(self.column)
        if self.symbol is not None:
            parts.append(self.symbol)
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem in the user's data or one remark on a plan.

    Args:
        severity: ``error`` (refused), ``warning`` (read on, but look) or ``info``.
        code: Stable snake_case name that tests and programs compare.
        message: One sentence for a person: what was found, what was needed, what to do.
        where: Place in the data, None when the whole is meant.
        remedy: What a face offers against it, None for nothing.
    """

    severity: Severity
    code: str
    message: str
    where: Place | None = None
    remedy: Remedy | None = None

    def __str__(self) -> str:
        place = str(self.where) if self.where is not None else ""
        return f"{place}: {self.message}" if place else self.message


class PbalError(Exception):
    """A request that cannot be honoured; ``str()`` is one or more lines for the user.

    Attributes:
        remedy: What a face offers against it, None for nothing.
    """

    def __init__(self, message: str = "", *, remedy: Remedy | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy


class RequestError(PbalError):
    """An argument of a call is not usable (an amount, a strategy, a method)."""


class DataError(PbalError):
    """The user's data cannot be used.

    Attributes:
        issues: Everything that was found wrong, in file order; never empty.
    """

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))

    def __reduce__(self) -> tuple[type[DataError], tuple[tuple[Issue, ...]]]:
        """From one process to another with its issues, not with their text."""
        return type(self), (self.issues,)


class TargetError(PbalError):
    """Targets that cannot be used: a wrong sum, a negative weight, a symbol without a price."""


class InfeasiblePlanError(PbalError):
    """No plan satisfies the constraints; the message names what blocks."""


class BrokerError(PbalError):
    """A broker refused, answered something unknown, or could not be reached."""


class LawBrokenError(RuntimeError):
    """A law of allocation does not hold on a result: a bug of this program, never of the user."""
