"""The command ``pbal``: dispatch, and the one place that turns errors into lines on stderr and exit codes.

Exit codes: 0 done, 1 said by a subcommand (a check that found something), 2 the user's mistake, 3 the broker,
70 a bug of this program, 130 interrupted. A closed pipe is the reader's decision and ends quietly with 0.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from typing import NoReturn

from ..errors import BrokerError, DataError, PbalError

COMMANDS: dict[str, str] = {"flex": "flex", "inspect": "inspect", "trade": "trade"}
"""Subcommand -> module of this package with ``run(arguments) -> exit code``. Everything else is a plan."""

EXIT_USER, EXIT_BROKER, EXIT_BUG, EXIT_INTERRUPTED = 2, 3, 70, 130


class Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are one line on stderr."""

    def error(self, message: str) -> NoReturn:
        """Reports a bad argument; the entry point prints it."""
        raise PbalError(f"{message} (see {self.prog} --help)")


def main(arguments: list[str] | None = None) -> int:
    """Runs ``pbal`` with the arguments given, or those of the process, and returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = _run(given)
        sys.stdout.flush()
    except SystemExit as end:  # --help and --version
        return end.code if isinstance(end.code, int) else EXIT_USER
    except BrokenPipeError:
        # The reader has gone; what is still buffered must not fail again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _fail(EXIT_INTERRUPTED, "interrupted")
    except BrokerError as error:
        return _fail(EXIT_BROKER, str(error))
    except DataError as error:
        return _fail(EXIT_USER, *(str(issue) for issue in error.issues))
    except PbalError as error:
        return _fail(EXIT_USER, str(error))
    except Exception as error:  # noqa: BLE001 - the edge: a user never sees a traceback
        detail = f"{type(error).__name__}: {error}".splitlines()[0]
        return _fail(EXIT_BUG, f"a bug in pbal ({detail}). Please report it with the command you ran.")
    return code


def _run(arguments: list[str]) -> int:
    if arguments and arguments[0] in COMMANDS:
        name, rest = COMMANDS[arguments[0]], arguments[1:]
    else:
        name, rest = "plan", arguments
    code: int = importlib.import_module(f"{__name__}.{name}").run(rest)
    return code


def _fail(code: int, *messages: str) -> int:
    for message in messages:
        print(f"pbal: {' '.join(message.split())}", file=sys.stderr)
    return code
