"""The process of the command: ``pbal``, and ``python -m pbal_core``.

Ctrl-C is one line and the exit code 130, from the first line of ``main`` to the last moment of the process: while
modules are loaded, and while another interrupt is being reported. Before that line Python is starting, and says so
itself.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import NoReturn


def main() -> "NoReturn":
    """Runs ``pbal`` with the arguments of the process, and ends it."""
    sys.excepthook = _uncaught
    from .cli import process  # what is loaded from here on may be interrupted

    process()


def _uncaught(kind: type[BaseException], error: BaseException, trace: "TracebackType | None") -> None:
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    try:
        if sys.stderr is not None:
            sys.stderr.write("pbal: interrupted\n")
            sys.stderr.flush()
    finally:
        os._exit(130)


if __name__ == "__main__":
    main()
