"""Defaults of the options of a plan: from a file, and from the environment.

The model: a default is looked for in three places, and the first that has it counts: an environment variable
``PBAL_MIN_TRADE``, the entry ``min_trade`` of the configuration file, the program. Options count before all of them.
``pbal config`` shows what is in force.

The file is ``pbal/config.toml`` in ``$XDG_CONFIG_HOME`` or ``~/.config`` (Linux and others),
``~/Library/Application Support`` (macOS) or ``%APPDATA%`` (Windows); ``PBAL_CONFIG`` names another;
empty, it means none. Worked example::

    min_trade = 100
    exact = true
    targets = "~/targets.toml"
    account = ["U1234567"]
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import RequestError
from .parser import Parser, is_file, path_of, suggestion

NOT_DEFAULTS = {
    *("help", "version", "sample", "cash", "increment", "target", "price"),
    *("drift", "least_cash", "format", "by", "output", "old_prices", "verbose", "household"),
}
"""Options that are chosen each time: a default of them would surprise, or change what a script reads."""


class Default(NamedTuple):
    """A default that somebody set.

    Attributes:
        key: The option's name without dashes at its front: ``min_trade``.
        value: As the parser would have it.
        source: The variable or the file it comes from.
    """

    key: str
    value: Any
    source: str


def in_force(p: Parser) -> dict[str, Any]:
    """The defaults that somebody set, by key.

    Raises:
        RequestError: With everything that is wrong, one line each.
    """
    if "PBAL_CONFIG" in os.environ or any(name.startswith("PBAL_") for name in os.environ) or is_file(path()):
        return {each.key: each.value for each in found(p)}
    return {}


def path() -> Path:
    """Where the configuration file is, whether it exists or not."""
    named = os.environ.get("PBAL_CONFIG")
    if named:
        return path_of(named)
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or path_of("~/AppData/Roaming"))
    elif sys.platform == "darwin":
        base = path_of("~/Library/Application Support")
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or path_of("~/.config"))
    return base / "pbal" / "config.toml"


def settable(p: Parser) -> dict[str, argparse.Action]:
    """Key -> option, for everything that may have a default; ``data`` is the positions file."""
    return {action.dest: action for action in p._actions if action.dest not in NOT_DEFAULTS}  # noqa: SLF001 - argparse has no other way to list its options


def found(p: Parser) -> list[Default]:
    """The defaults that somebody set, in the order of the options.

    Raises:
        RequestError: With everything that is wrong, one line each.
    """
    actions = settable(p)
    problems: list[str] = []
    file = path()
    entries = _entries(file)
    for key in entries.keys() - actions.keys():
        meant = suggestion(key, actions)
        hint = f"did you mean {meant}?" if meant else f"it may have {', '.join(actions)}."
        problems.append(f"{file}: {key} is not known; {hint}")
    defaults = []
    for key, action in actions.items():
        variable = f"PBAL_{key.upper()}"
        if variable in os.environ:
            defaults.append(Default(key, _value(action, os.environ[variable], variable, problems), variable))
        elif key in entries:
            where = f"{file}: {key}"
            defaults.append(Default(key, _value(action, entries[key], where, problems), str(file)))
    if problems:
        raise RequestError("\n".join(sorted(problems)))
    return defaults


def with_sources(message: str, options: argparse.Namespace, p: Parser) -> str:
    """A message whose lines about a default begin with the variable or the file that set it."""
    if not in_force(p):
        return message
    actions = settable(p)
    sources = {
        name: each.source
        for each in found(p)
        if getattr(options, each.key, None) == each.value
        for name in actions[each.key].option_strings
    }
    lines = []
    for line in message.split("\n"):
        source = sources.get(line.partition(" ")[0].rstrip(":"))
        lines.append(f"{source}: {line}" if source else line)
    return "\n".join(lines)


def _entries(file: Path) -> Mapping[str, Any]:
    """What the file says; nothing where it does not exist."""
    named = os.environ.get("PBAL_CONFIG")
    if named == "":
        return {}
    if not named and not is_file(file):
        return {}
    import tomllib  # only those who have a file need it

    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise RequestError(f"PBAL_CONFIG names {file}, and there is no such file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}.") from None
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"{file} is not valid TOML: {error}.") from None


def _value(action: argparse.Action, given: Any, where: str, problems: list[str]) -> Any:
    """A default in the form that the parser gives the option's value."""
    if isinstance(action, argparse._AppendAction):  # noqa: SLF001 - argparse has no other way to tell its options apart
        several = given if isinstance(given, list) else str(given).split(",")
        return [str(each).strip() for each in several]
    if action.nargs == 0:
        words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}
        wanted = given if isinstance(given, bool) else words.get(str(given).lower())
        if wanted is None:
            problems.append(f'{where} is "{given}"; true or false is needed.')
        return (action.const if wanted else action.default) if action.const is not None else bool(wanted)
    if isinstance(given, (bool, dict, list)):
        problems.append(f"{where} must be a text or a number.")
        return action.default
    text = str(given)
    if not text and str(action.metavar).startswith("FILE"):
        problems.append(f"{where} is empty; the name of a file is needed.")
        return action.default
    if action.choices is not None and text not in action.choices:
        problems.append(f'{where} is "{text}"; choose {" or ".join(map(str, action.choices))}.')
    return text
