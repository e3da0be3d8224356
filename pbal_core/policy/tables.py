"""A policy as plain tables, and the TOML text that holds them.

The model: four tables, [targets], [groups], [prices] and [constraints]. Numbers of targets and prices are written bare,
amounts of constraints in quotes; both are read either way. Worked example: this text keeps 250 dollars in cash::

    [targets]
    VTI = 60
    "BRK.B" = 40

    [constraints]
    frozen = ["BRK.B"]
    cash_buffer = "250"

    [constraints.fractional]
    VTI = "0.001"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ..errors import TargetError

TARGET_TABLES = ("targets", "groups", "substitutes", "prices")
TABLES = (*TARGET_TABLES, "constraints")

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_BARE_NUMBERS = ("targets", "groups", "prices")


def read_toml(text: str) -> dict[str, dict[str, Any]]:
    """The tables of a targets file; numbers with a point are exact.

    Raises:
        TargetError: No TOML, an unknown table, or a symbol with a point that is not in quotes.
    """
    tables = parse_toml(text, "the targets are")
    check_tables(tables)
    by_symbol = [tables.get(name, {}) for name in TARGET_TABLES if name != "groups"]
    for name, table in tables.get("groups", {}).items():
        if isinstance(table, dict):  # shares of its members, unless its name was taken apart
            apart = any(isinstance(value, list) for value in table.values())
            by_symbol.append({name: table} if apart else table)
    by_symbol += [table for table in tables.get("constraints", {}).values() if isinstance(table, dict)]
    dotted = [path for table in by_symbol for path in _dotted(table)]
    if dotted:
        lines = (f'put {path} in quotes: "{path}" = ...; TOML splits an unquoted name at the point.' for path in dotted)
        raise TargetError("\n".join(lines))
    return tables


def parse_toml(text: str, what: str) -> dict[str, Any]:
    """The content of TOML text; numbers with a point are exact.

    Raises:
        TargetError: It is no TOML; ``what`` begins the message.
    """
    import tomllib  # only those who have a file need it

    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise TargetError(f"{what} not valid TOML: {error}.") from None


def decoded(data: bytes) -> str:
    """The text of a TOML file, with or without a byte order mark.

    Raises:
        TargetError: It is no UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TargetError("the file is not UTF-8 text; a TOML file is needed.") from None


def check_tables(tables: Mapping[str, Any]) -> None:
    """Refuses what is not a table, or not one of these.

    Raises:
        TargetError: With everything that is wrong, one line each.
    """
    problems = list(_problems(tables))
    if problems:
        raise TargetError("\n".join(problems))


def _problems(tables: Mapping[str, Any]) -> Iterator[str]:
    for name, table in tables.items():
        if name not in TABLES:
            *most, last = (f"[{known}]" for known in TABLES)
            yield f"[{name}] is not known; a targets file has {', '.join(most)} and {last}."
        elif not isinstance(table, Mapping):
            yield f"{name} must be a table; begin it with a line [{name}]."


def _dotted(table: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """``BRK.B`` of a table in which it was written without quotes, and so became a table of its own."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _dotted(value, f"{before}{name}.")
        elif before:
            yield before + name


def write_toml(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """The text that ``read_toml`` reads back to the same tables."""
    return "\n".join(block for name, table in tables.items() for block in _blocks(name, table))


def _blocks(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    """One table as text, then the tables within it."""
    entries = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    if entries:
        bare = name.partition(".")[0] in _BARE_NUMBERS
        lines = (
            f"{_key(key)} = {value if bare and isinstance(value, str) else _value(value)}\n"
            for key, value in entries.items()
        )
        yield f"[{name}]\n{''.join(lines)}"
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _blocks(f"{name}.{_key(key)}", value)


def _value(value: str | int | list[str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_quoted, value))}]"
    return _quoted(value) if isinstance(value, str) else str(value)


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's, but for the delete character."""
    import json  # only those who save a file need it

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
