"""The command ``pbal``: dispatch, and the one place that turns errors into lines on stderr and exit codes.

Exit codes: 0 done, 1 said by a subcommand (a check that found something), 2 the user's mistake, 3 the broker,
70 a bug of this program, 130 interrupted. A closed pipe is the reader's decision and ends quietly with 0; an output
that is closed from the start, or full, is a mistake like any other.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys

from ..version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

COMMANDS: dict[str, str] = {
    "plan": "prints the trades of a plan; the word may be left out",
    "app": "opens the dashboard in the browser",
    "inspect": "shows what was read of a broker's file, and what is to choose",
    "batch": "plans every account of a Parquet or CSV file",
    "trade": "previews a plan at Interactive Brokers; places it after you confirm",
    "flex": "fetches positions from Interactive Brokers (login, fetch)",
    "config": "shows which defaults are in force, and where each comes from",
    "completion": "prints a script that completes pbal in bash, zsh or fish",
    "help": "shows the options of pbal, or of one of these commands",
}
"""Subcommand, which is a module of this package with ``run(arguments) -> exit code``, and what it does. Arguments that
begin with none of them are those of a plan."""

_HELP = ("-h", "--help")

_LASTING = ("app", "batch", "trade", "flex")
"""Commands that serve a page, have processes of their own or hold a connection."""

EXIT_USER, EXIT_BROKER, EXIT_BUG, EXIT_INTERRUPTED = 2, 3, 70, 130

_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}
"""What the system says when the output cannot take any more."""


def main(arguments: list[str] | None = None) -> int:
    """Runs ``pbal`` with the arguments given, or those of the process, and returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if sys.stderr is None:  # closed by the caller; print would turn to stdout, which is for the table alone
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - it lives as long as the process
    if sys.stdout is None:
        return _fail(EXIT_USER, "standard output is closed; leave it open, or send it to a file.")
    try:
        code = _run(given)
        sys.stdout.flush()
    except BrokenPipeError:
        _give_up_output()
        return 0
    except KeyboardInterrupt:
        return _fail(EXIT_INTERRUPTED, "interrupted")
    except Exception as error:  # noqa: BLE001 - the edge: a user never sees a traceback
        return _reported(error)
    return code


def process() -> NoReturn:
    """Runs ``pbal`` as a process of its own, and ends it.

    A plan takes a few milliseconds, so looking for garbage while modules are loaded, and clearing them away at the end,
    would take a sixth of the time. Output is flushed and files are closed by then; a command that keeps threads or
    hands over to another program ends as usual.
    """
    import gc

    gc.set_threshold(50_000)
    code = main()
    if sys.argv[1:2] not in ([name] for name in _LASTING):
        os._exit(_flushed(code))
    sys.exit(code)


def _flushed(code: int) -> int:
    """The exit code, once everything printed has left the process."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except OSError:
        return code or EXIT_USER
    return code


def _run(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):  # the whole answer is known, so nothing else is loaded
        sys.stdout.write(f"pbal {__version__}\n")
        return 0
    first = arguments[0] if arguments else ""
    if first == "help" or (first in _HELP and arguments[1:2] and arguments[1] in COMMANDS):
        arguments = _asked_for_help([each for each in arguments[1:] if each not in _HELP])
    name, rest = (arguments[0], arguments[1:]) if arguments and arguments[0] in COMMANDS else ("plan", arguments)
    if name == "plan" and any(each.partition("=")[0] == "--household" for each in rest):
        name, rest = "household", ["--help"] if {*_HELP} & set(rest) else rest
    try:
        if name == "plan" and {*_HELP} & set(rest):  # ends here, without loading what reads and plans
            importlib.import_module(f"{__name__}.options").parse(rest)
        code: int = importlib.import_module(f"{__name__}.{name}").run(rest)
    except SystemExit as end:  # --help and --version
        return end.code if isinstance(end.code, int) else EXIT_USER
    return code


def _asked_for_help(about: list[str]) -> list[str]:
    """``pbal help flex fetch`` as ``pbal flex fetch --help``; a household has a help of its own too."""
    name, *rest = about or ["help"]
    if name == "help":
        return _asked_for_help(rest) if rest else ["--help"]
    if name in COMMANDS:
        return [*about, "--help"]
    if name.removeprefix("--") == "household":
        return ["--household", "--help"]
    from ..errors import RequestError
    from .parser import suggestion

    meant = suggestion(name, COMMANDS)
    hint = f"; did you mean pbal help {meant}?" if meant else f"; the commands are {', '.join(COMMANDS)}."
    raise RequestError(f"there is no command {' '.join(about)}{hint}")


def _reported(error: Exception) -> int:
    """The lines and the exit code of an error."""
    from ..errors import BrokerError, DataError, PbalError  # what goes well does without them
    from .remedies import in_words

    if isinstance(error, BrokerError):
        return _fail(EXIT_BROKER, in_words(error))
    if isinstance(error, DataError):
        return _fail(EXIT_USER, *map(in_words, error.issues))
    if isinstance(error, PbalError):
        return _fail(EXIT_USER, *in_words(error).split("\n"))
    return _unforeseen(error)


def _fail(code: int, *messages: str) -> int:
    """Says each message in one line of printable characters, where anybody listens, and returns the code."""
    try:
        for message in messages:
            line = " ".join(message.split())
            print("pbal:", "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line), file=sys.stderr)
    except OSError:
        _give_up_output()
    return code


def _unforeseen(error: Exception) -> int:
    """A full disk is the user's to mend; everything else that nobody foresaw is a bug."""
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        _fail(EXIT_USER, f"the output cannot be written: {error.strerror}.")
        _give_up_output()
        return EXIT_USER
    detail = f"{type(error).__name__}: {error}".splitlines()[0]
    return _fail(EXIT_BUG, f"a bug in pbal ({detail}). Please report it with the command you ran.")


def _give_up_output() -> None:
    """What is still buffered must not fail again when the interpreter ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
