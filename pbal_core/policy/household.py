"""A household's file: the targets that its accounts share, and what is particular to each account.

The model: the tables of a targets file, and two more. [accounts.NAME] says how an account is recognised (the end of its
number, or the name of its file; neither where it is new and empty), how it is taxed, what may be bought in it, and what
its trades must keep to. [location] says which kinds of account a class belongs in. Worked example::

    [targets]
    VTI = 60
    BND = 40

    [accounts.Taxable]
    number = "4321"
    kind = "taxable"
    constraints.never_sell = ["VTI"]

    [accounts.IRA]
    file = "vanguard.csv"
    kind = "deferred"
    menu = ["BND", "VTI"]
    cash = 6500

    [location]
    BND = ["deferred", "free"]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ..errors import RequestError, TargetError
from ..money import to_amount
from .constraints import Constraints
from .policy import Policy
from .tables import decoded, parse_toml
from .targets import Targets


class Kind(StrEnum):
    """How an account is taxed.

    Attributes:
        TAXABLE: Gains and income are taxed as they come.
        DEFERRED: Tax is paid on what is taken out: a traditional IRA, a 401(k).
        FREE: Nothing more is taxed: a Roth IRA, an ISA.
    """

    TAXABLE = "taxable"
    DEFERRED = "deferred"
    FREE = "free"


def kinds_of(given: object, what: str, problems: list[str]) -> tuple[Kind, ...]:
    """One kind or several, as a person gives them; what is no kind goes to ``problems``."""
    texts: list[Any] = [given] if isinstance(given, str) else list(given) if isinstance(given, Iterable) else [given]
    found = []
    for text in texts:
        try:
            found.append(Kind(text))
        except ValueError:
            problems.append(f"{what} is {text!r:.60}; {', '.join(Kind)} are the kinds of account.")
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class AccountPolicy:
    """What a household's file says of one account.

    Args:
        name: What the household calls it.
        kind: How it is taxed.
        number: The end of its number as its broker writes it, with words of its name before it where another ends alike
            (``Roth 4321``); empty where the file says which account it is.
        file: Name of its positions file; empty where the number says which account it is.
        menu: Symbols that may be bought in it; None for everything that has a target.
        cash: Dollars to invest (+) or to withdraw (-) where nothing else is asked for.
        constraints: What its trades must keep to.
    """

    name: str
    kind: Kind = Kind.TAXABLE
    number: str = ""
    file: str = ""
    menu: tuple[str, ...] | None = None
    cash: Decimal = Decimal(0)
    constraints: Constraints = Constraints()

    @property
    def empty(self) -> bool:
        """It is not in any file: it holds nothing yet."""
        return not self.number and not self.file


@dataclass(frozen=True, kw_only=True)
class HouseholdPolicy:
    """What a household's file says.

    Args:
        targets: The weights for all accounts together; None for equal weights.
        accounts: At least one.
        location: Symbol -> the kinds of account that it belongs in.
    """

    targets: Targets | None
    accounts: tuple[AccountPolicy, ...]
    location: Mapping[str, tuple[Kind, ...]]

    @classmethod
    def from_toml(cls, data: bytes) -> HouseholdPolicy:
        """Reads the bytes of a household's file.

        Raises:
            TargetError: With everything that is wrong, one line each.
        """
        tables = parse_toml(decoded(data), "the household is")
        problems: list[str] = []
        rest = {name: table for name, table in tables.items() if name not in {"accounts", "location"}}
        if "constraints" in rest:
            problems.append("[constraints] is for a single portfolio; put them under the account they are for.")
            del rest["constraints"]
        targets = None
        try:
            targets = Policy.from_dict(rest).targets
        except TargetError as error:
            problems += str(error).replace("a targets file has", "a household's file has").splitlines()
        accounts = tuple(_accounts(tables.get("accounts"), problems))
        location = dict(_location(tables.get("location", {}), problems))
        if problems:
            raise TargetError("\n".join(problems))
        return cls(targets=targets, accounts=accounts, location=location)


_KNOWN = ("kind", "number", "file", "menu", "cash", "constraints")


def _accounts(given: object, problems: list[str]) -> Iterator[AccountPolicy]:
    if not isinstance(given, Mapping) or not given:
        problems.append("the file names no account; begin one with a line such as [accounts.IRA].")
        return
    for name, table in given.items():
        if not isinstance(table, Mapping):
            problems.append(f"the account {name} must be a table; begin it with a line [accounts.{name}].")
            continue
        unknown = [key for key in table if key not in _KNOWN]
        if unknown:
            problems.append(f"{name} has {', '.join(unknown)}; an account has {', '.join(_KNOWN)}.")
        yield from _account(str(name), table, problems)
    folded = [str(name).casefold() for name in given]
    twice = (name for name in given if folded.count(str(name).casefold()) > 1)
    problems += (f"the account {name} has the name of another; each needs a name of its own." for name in twice)


def _account(name: str, table: Mapping[str, Any], problems: list[str]) -> Iterator[AccountPolicy]:
    found: list[str] = []
    kinds = kinds_of(table.get("kind", Kind.TAXABLE), "kind", found)
    texts = {}
    for key in ("number", "file"):
        texts[key] = table.get(key, "")
        if not isinstance(texts[key], str):
            found.append(f'{key} must be in quotes, such as {key} = "{texts[key]}".')
            texts[key] = ""
    menu = table.get("menu")
    if menu is not None and (not isinstance(menu, list) or not all(isinstance(symbol, str) for symbol in menu)):
        found.append('menu must be a list of symbols, such as ["BND", "VTI"].')
        menu = None
    cash = Decimal(0)
    try:
        cash = to_amount(table.get("cash", 0), "cash")
    except RequestError as error:
        found.append(str(error))
    constraints = Constraints()
    try:
        constraints = Policy.from_dict({"constraints": table.get("constraints", {})}).constraints
    except TargetError as error:
        found += str(error).splitlines()
    problems += (f"{name}: {line}" for line in found)
    if not found:
        yield AccountPolicy(
            name=name,
            kind=kinds[0],
            number=texts["number"],
            file=texts["file"],
            menu=None if menu is None else tuple(menu),
            cash=cash,
            constraints=constraints,
        )


def _location(given: object, problems: list[str]) -> Iterator[tuple[str, tuple[Kind, ...]]]:
    if not isinstance(given, Mapping):
        problems.append("location must be a table; begin it with a line [location].")
        return
    for symbol, kinds in given.items():
        yield symbol, kinds_of(kinds, f"the location of {symbol}", problems)
