"""The argument parser of every command: a mistake is one line that says what was probably meant."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from ..errors import PbalError


def require(what: str, modules: Iterable[str]) -> None:
    """Refuses to go on without modules that only some commands need.

    Raises:
        PbalError: Naming all that are missing, and how to install them.
    """
    import importlib.util  # most commands need nothing

    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        *others, last = missing
        named = f"{', '.join(others)} and {last}" if others else last
        raise PbalError(f"{what} needs {named}: pip install {' '.join(missing)}")


class Layout(argparse.HelpFormatter):
    """Help as wide as the terminal. argparse would load the module shutil to ask for the width, with every parser."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


class AsWritten(Layout, argparse.RawDescriptionHelpFormatter):
    """The same, with the line ends of the examples."""


def _columns() -> int:
    """Columns of the terminal, 80 where there is none; the variable COLUMNS counts before it."""
    try:
        return int(os.environ["COLUMNS"]) or 80
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80 if sys.__stdout__ else 80
    except (OSError, ValueError):
        return 80


class Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are one line on stderr."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"formatter_class": Layout, "allow_abbrev": False, **settings})

    def error(self, message: str) -> NoReturn:
        """Reports a bad argument; the entry point prints it."""
        raise PbalError(f"{message} (see {self.prog} --help)")

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: None = None
    ) -> argparse.Namespace:
        """The options, or a mistake that suggests the option that was probably meant."""
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            meant = [suggestion(word.partition("=")[0], self.names()) for word in unknown if word.startswith("-")]
            hint = "".join(f"; did you mean {name}?" for name in meant[:1] if name)
            self.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        return options

    def names(self) -> list[str]:
        """Every option, in the order in which the help lists them."""
        return [name for action in self._actions for name in action.option_strings]


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """The known word that is closest to a mistyped one, None when none is close."""
    import difflib  # only those who mistype need it

    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)), None)


def path_of(text: str) -> Path:
    """A path as the user typed it; ``~`` is the home directory, and ``~stranger`` stays what it is, as in a shell."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - Path.expanduser raises for a stranger
