"""The argument parser of every command: a mistake is one line that says what was probably meant."""

from __future__ import annotations

import argparse
import errno
import os
import stat
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from ..errors import PbalError, RequestError

NO_NAME = "the name of a file is needed"


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
    """An argument parser whose mistakes are one line on stderr.

    Args:
        surplus: What to do about a word that is one too many.
        settings: As for argparse.
    """

    def __init__(self, *, surplus: str = "", **settings: Any) -> None:
        super().__init__(**{"formatter_class": Layout, "allow_abbrev": False, **settings})
        self.surplus = surplus

    def error(self, message: str) -> NoReturn:
        """Reports a bad argument; the entry point prints it."""
        message = message.replace(": ignored explicit argument ", ": it takes no value, and was given ")
        raise PbalError(f"{message} (see {self.prog} --help)")

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """The options, and the words that are none. The empty name of a file would mean a directory, and is refused."""
        options, unknown = super().parse_known_args(args, namespace)
        for action in self._actions:
            named = action.option_strings and str(action.metavar).startswith("FILE")
            if named and getattr(options, action.dest, None) == "":
                self.error(f"argument {'/'.join(action.option_strings)}: {NO_NAME}")
        return options, unknown

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: None = None
    ) -> argparse.Namespace:
        """The options, or a mistake that suggests the option that was probably meant."""
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            meant = [suggestion(word.partition("=")[0], self.names()) for word in unknown if word.startswith("-")]
            hint = "".join(f"; did you mean {name}?" for name in meant[:1] if name)
            hint = hint or ("" if meant else self.surplus)
            self.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        return options

    def names(self) -> list[str]:
        """Every option, in the order in which the help lists them."""
        return [name for action in self._actions for name in action.option_strings]


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """The known word that is closest to a mistyped one, None when none is close."""
    import difflib  # only those who mistype need it

    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)), None)


def whole(text: str) -> int:
    """A whole number as it was typed, as the type of an option."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text[:40]}" is not a whole number') from None


def file_name(text: str) -> Path:
    """A path, as the type of an option; an empty one would mean a directory."""
    if not text:
        raise argparse.ArgumentTypeError(NO_NAME)
    return path_of(text)


def is_file(path: Path) -> bool:
    """Whether a file can be seen there; ``Path.is_file`` raises, before Python 3.14, where a folder is locked."""
    return os.path.isfile(path)  # noqa: PTH113


def is_directory(path: Path, needed: str) -> bool:
    """Whether the path that somebody gave is a directory; what is no directory can be read.

    Args:
        path: Where to look.
        needed: What to give where there is nothing.

    Raises:
        RequestError: There is nothing, or it cannot be read.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise RequestError(f"there is no file {path}; {needed}") from None
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}.") from None
    if stat.S_ISDIR(mode):
        return True
    if not os.access(path, os.R_OK):
        raise RequestError(f"{path} cannot be read: {os.strerror(errno.EACCES)}.")
    return False


def path_of(text: str) -> Path:
    """A path as the user typed it; ``~`` is the home directory, and ``~stranger`` stays what it is, as in a shell."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - Path.expanduser raises for a stranger
