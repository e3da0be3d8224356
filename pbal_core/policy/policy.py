"""What somebody wants of plans: target weights, and the constraints to keep to.

The model: a policy knows no portfolio, so one policy serves many; ``rebalance`` checks it against the portfolio at
hand. It is a value: equal where it asks for the same, fit to be the key of a cache, and written as plain tables for a
file or a saved page; see ``tables``.

Worked example: ``Policy(targets=Targets({"VTI": 60, "BND": 40}), constraints=Constraints(frozen=frozenset({"BND"})))``
is ``{"targets": {"VTI": "60", "BND": "40"}, "constraints": {"frozen": ["BND"]}}`` as tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..errors import RequestError, TargetError
from ..portfolio import SYMBOL, bad_symbol_message
from .constraints import RULES, Constraints
from .inline import scaled_tables
from .tables import TARGET_TABLES, check_tables, decoded, read_toml, write_toml
from .targets import Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Targets and constraints.

    Args:
        targets: The weights; None for equal weights over what is held.
        constraints: What plans must keep to besides.
    """

    targets: Targets | None = None
    constraints: Constraints = Constraints()

    def to_dict(self) -> dict[str, Any]:
        """The policy in plain tables, lists and texts, for JSON or TOML; ``from_dict`` reads them back."""
        tables = self.targets.to_dict() if self.targets else {}
        constraints = self.constraints.to_dict()
        return tables | ({"constraints": constraints} if constraints else {})

    @classmethod
    def from_dict(cls, tables: Mapping[str, Any]) -> Policy:
        """Reads what ``to_dict`` or a file says. Without a table of targets the weights are equal.

        Raises:
            TargetError: With everything that is wrong, one line each.
        """
        check_tables(tables)
        problems: list[str] = []
        targets, constraints = None, Constraints()
        if any(name in tables for name in TARGET_TABLES):
            try:
                targets = Targets.from_dict(tables)
            except TargetError as error:
                problems.append(str(error))
        found = tables.get("constraints", {})
        usable = {rule.key: found[rule.key] for rule in RULES if rule.key in found}
        for name, problem in _problems(found):
            problems.append(problem)
            usable.pop(name, None)
        try:
            constraints = Constraints(**usable)
        except RequestError as error:
            problems.append(str(error))
        if problems:
            raise TargetError("\n".join(problems))
        return cls(targets=targets, constraints=constraints)

    def to_toml(self) -> str:
        """The text of a file that ``from_toml`` reads back to an equal policy."""
        return write_toml(self.to_dict())

    @classmethod
    def from_toml(cls, data: bytes) -> Policy:
        """Reads the bytes of a targets file, with or without a byte order mark.

        Raises:
            TargetError: No UTF-8, no TOML, or what ``from_dict`` refuses.
        """
        return cls.from_dict(cls._tables(data))

    @classmethod
    def from_rounded_toml(cls, data: bytes) -> tuple[Policy, Decimal | None]:
        """``from_toml`` for weights that were rounded: they are scaled, and their sum is returned beside the policy.

        Raises:
            TargetError: What ``from_toml`` refuses.
        """
        tables, total = scaled_tables(cls._tables(data))
        return cls.from_dict(tables), total

    @staticmethod
    def _tables(data: bytes) -> dict[str, Any]:
        return read_toml(decoded(data)) or {"targets": {}}  # an empty file lacks its targets


def _problems(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Entries of [constraints] that are not known, or that name no symbols as a file must: pairs of name and problem.

    A file lists its symbols, even one: a text there is more likely a slip.
    """
    kinds = {rule.key: rule.kind for rule in RULES}
    for name, given in found.items():
        if name not in kinds:
            yield name, f"[constraints] has no {name}; it knows {', '.join(kinds)}."
        elif kinds[name] != "symbols":
            continue
        elif not isinstance(given, list) or not all(isinstance(symbol, str) for symbol in given):
            yield name, f'{name} must be a list of symbols, such as ["BND", "VTEB"].'
        else:
            yield from ((name, bad_symbol_message(symbol)) for symbol in given if not SYMBOL.fullmatch(symbol))
