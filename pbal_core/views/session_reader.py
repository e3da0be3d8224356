"""Reads the parts of a saved session, and collects what is wrong, each with its path.

The model: a reader goes on after a mistake, so that everything that is wrong is said at once. Worked example: a price
of "x" in the third position of the first portfolio is ``portfolios[0].positions[2].price must be an amount as text``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ..errors import DataError, Issue, PbalError, RequestError
from ..money import MAX_CASH, decimals, parse_decimal
from ..planning.strategy import Method, Strategy
from ..policy.policy import Policy
from ..portfolio import SYMBOL, Portfolio, Position
from .drift import Band
from .saved import PinnedPlan

VERSION = 1
_TEXT = 120


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads parts of a session and collects what is wrong, each with its path."""

    problems: list[Issue]

    def say(self, path: str, what: str) -> None:
        """Notes what is wrong with a value."""
        self.problems.append(Issue("error", "session_value", f"{path} {what}."))

    def keys(self, given: Mapping[str, Any], path: str, known: set[str], optional: Collection[str] = ()) -> None:
        """Notes keys that are not known, and those that are missing and not optional."""
        for name in sorted(given.keys() - known - set(optional)):
            place = f"{path}.{name[:40]}" if path else name[:40]
            message = (
                f"{ascii(place)[1:-1]} is not known; a session of version {VERSION} has {', '.join(sorted(known))}."
            )
            self.problems.append(Issue("error", "session_key", message))
        for name in sorted(known - given.keys()):
            self.say(f"{path}.{name}" if path else name, "is missing")

    def refuse(self, path: str, reason: str) -> None:
        """Notes that a value of the right kind cannot be used."""
        self.say(path, f"cannot be used: {reason.removesuffix('.')}")

    def is_table(self, given: Any, path: str) -> bool:
        """Whether it is a table; if not, that is noted."""
        if isinstance(given, dict):
            return True
        self.say(path, "must be a table")
        return False

    def table(self, given: Any, path: str, needed: set[str], optional: Collection[str] = ()) -> bool:
        """Whether it is a table with the keys that it needs, and no others but the optional; what is not is noted."""
        if not self.is_table(given, path):
            return False
        before = len(self.problems)
        self.keys(given, path, needed, optional)
        return len(self.problems) == before

    def settings(self, given: Any, path: str) -> dict[str, Any]:
        """Cash, minimum trade, strategy and method; empty where one of them is missing."""
        if not self.table(given, path, {"cash", "min_trade", "strategy", "method"}):
            return {}
        return {
            "cash": self.cents(given["cash"], f"{path}.cash", -MAX_CASH),
            "min_trade": self.cents(given["min_trade"], f"{path}.min_trade", Decimal(0)),
            "strategy": self.choice(given["strategy"], Strategy, f"{path}.strategy"),
            "method": self.choice(given["method"], Method, f"{path}.method"),
        }

    def band(self, given: Any, path: str) -> Band:
        """How far a weight may be from its target; the 5/25 rule where that cannot be used."""
        if not self.is_table(given, path):
            return Band()
        before = len(self.problems)
        self.keys(given, path, {"absolute", "relative"})
        limits = {
            name: self.amount(given[name], f"{path}.{name}") for name in ("absolute", "relative") if name in given
        }
        if len(self.problems) == before:
            try:
                return Band(**limits)
            except RequestError as error:
                self.refuse(path, str(error))
        return Band()

    def pinned(self, given: Any, path: str) -> PinnedPlan | None:
        """Plan A."""
        if not self.table(given, path, {"policy", "settings"}):
            return None
        policy, settings = self.policy(given["policy"], f"{path}.policy"), given["settings"]
        rest = self.settings(settings, f"{path}.settings")
        return None if policy is None or not rest else PinnedPlan(policy=policy, **rest)

    def positions(self, given: Any, currency: Any, path: str) -> Portfolio | None:
        """The positions of a portfolio or of an account; None where they cannot be used."""
        if not isinstance(given, list):
            self.say(f"{path}.positions", "must be a list")
            return None
        before = len(self.problems)
        held = [self.position(entry, f"{path}.positions[{i}]") for i, entry in enumerate(given)]
        if len(self.problems) > before:
            return None
        try:
            return Portfolio([each for each in held if each is not None], currency=currency)
        except DataError as error:
            for issue in error.issues:
                self.refuse(path, issue.message)
            return None

    def position(self, given: Any, path: str) -> Position | None:
        """One position; None where it cannot be used."""
        if not self.is_table(given, path):
            return None
        self.keys(given, path, {"symbol", "value", "price"}, optional={"pnl", "quantity"})
        before = len(self.problems)
        amounts: dict[str, Any] = {
            name: self.amount(given[name], f"{path}.{name}")
            for name in ("value", "price", "pnl", "quantity")
            if name in given
        }
        if len(self.problems) > before or not {"symbol", "value", "price"} <= given.keys():
            return None
        try:
            return Position(symbol=given["symbol"], **amounts)
        except DataError as error:
            for issue in error.issues:
                self.refuse(path, issue.message)
            return None

    def policy(self, given: Any, path: str) -> Policy | None:
        """Targets and constraints; None where they cannot be used."""
        if not self.is_table(given, path):
            return None
        try:
            return Policy.from_dict(given)
        except PbalError as error:
            for line in str(error).splitlines():
                self.refuse(path, line)
            return None

    def text(self, given: Any, path: str) -> str:
        """A text of a few words."""
        if not isinstance(given, str) or not 0 < len(given) <= _TEXT or not given.isprintable():
            self.say(path, f"must be a text of 1 to {_TEXT} characters")
            return ""
        return given

    def texts(self, given: Any, path: str) -> tuple[str, ...]:
        """Ends of account numbers."""
        right = isinstance(given, list) and all(isinstance(each, str) and len(each) <= 4 for each in given)
        if not right:
            self.say(path, "must be a list of texts of at most four characters")
            return ()
        return tuple(given)

    def symbols(self, given: Any, path: str) -> tuple[str, ...]:
        """Symbols, in the order given."""
        right = isinstance(given, list) and all(isinstance(each, str) and SYMBOL.fullmatch(each) for each in given)
        if not right:
            self.say(path, "must be a list of symbols")
            return ()
        return tuple(given)

    def day(self, given: Any, path: str) -> date | None:
        """A day, or None."""
        if given is None:
            return None
        try:
            return date.fromisoformat(given)
        except (TypeError, ValueError):
            self.say(path, "must be a day such as 2026-04-01, or null")
            return None

    def amount(self, given: Any, path: str) -> Decimal:
        """An exact amount."""
        try:
            return parse_decimal(given)
        except (PbalError, ValueError, AttributeError):
            self.say(path, 'must be an amount as text, such as "1234.50"')
            return Decimal(0)

    def cents(self, given: Any, path: str, least: Decimal) -> Decimal:
        """An amount in whole cents, not below ``least``."""
        amount = self.amount(given, path)
        if not least <= amount <= MAX_CASH or decimals(amount) > 2:
            self.say(path, f"must be in whole cents, {least:,} to {MAX_CASH:,}")
        return amount

    def choice(self, given: Any, choices: Any, path: str) -> Any:
        """One of a few words."""
        if given not in tuple(choices):
            self.say(path, f"must be {' or '.join(each.value for each in choices)}")
            return next(iter(choices))
        return choices(given)
