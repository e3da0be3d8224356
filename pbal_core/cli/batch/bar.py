"""A line on the terminal that says how far a long run is: the share, the rate, and the time that is left."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

_EVERY = 0.2
"""Seconds between two lines."""


class Bar:
    """A line that is written over and over; nothing where standard error is no terminal.

    Args:
        total: Rows that there are.
        done: Rows that were done before; they do not count for the rate.
    """

    def __init__(self, total: int, done: int = 0) -> None:
        self.total, self.before, self.done = total, done, done
        self.began = self.shown = time.monotonic()
        self.width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.width:
            sys.stderr.write(f"\r{' ' * self.width}\r")
            sys.stderr.flush()

    def show(self, done: int) -> None:
        """Says that so many rows are done."""
        self.done, now = done, time.monotonic()
        if now - self.shown < _EVERY or not sys.stderr.isatty():
            return
        self.shown = now
        line = self.line(now - self.began)
        sys.stderr.write(f"\r{line:<{self.width}}")
        sys.stderr.flush()
        self.width = len(line)

    def line(self, seconds: float) -> str:
        """What is shown so many seconds after the beginning."""
        share = self.done / self.total if self.total else 1.0
        filled = int(20 * share)
        rate = (self.done - self.before) / seconds if seconds > 0 else 0.0
        left = f", {_duration((self.total - self.done) / rate)} left" if rate else ""
        return f"{'#' * filled}{'-' * (20 - filled)} {share:4.0%} of {self.total:,} rows, {rate:,.0f} a second{left}"


def _duration(seconds: float) -> str:
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {whole % 60:02d} s" if minutes else f"{whole} s"
