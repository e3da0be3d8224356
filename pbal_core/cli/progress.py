"""A line on the terminal while something takes more than a second."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 1.0
"""Seconds that nobody needs a word for."""


@contextmanager
def progress(words: str) -> Iterator[None]:
    """Shows ``words`` on a terminal after a second, and takes them away at the end; elsewhere it does nothing."""
    if not sys.stderr.isatty():
        yield
        return
    import threading  # only a terminal needs it

    shown = threading.Event()

    def show() -> None:
        shown.set()
        sys.stderr.write(words)
        sys.stderr.flush()

    timer = threading.Timer(PATIENCE, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if shown.is_set():
            sys.stderr.write(f"\r{' ' * len(words)}\r")
            sys.stderr.flush()
