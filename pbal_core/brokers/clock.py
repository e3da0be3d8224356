"""The clock that the network modules wait by, as a value, so that tests do not wait.

Worked example: ``Clock().now()`` is the time in seconds since 1970 (UTC), as the journal and the trading hours use it;
``monotonic()`` never goes back and is what rate limits and deadlines are measured with. Neither of the two says by
itself how old something is: the first can be set, the second may stand still while the computer sleeps. So age is
measured by both (:class:`Moment`): a quote that was asked before the lid was closed for a night is not fresh.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was found out, by both clocks, in seconds."""

    wall: float
    steady: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Time of day, time for measuring, and waiting; all in seconds."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def moment(self) -> Moment:
        """This moment, to be compared with a later one by :meth:`within`."""
        return Moment(self.now(), self.monotonic())

    def within(self, since: Moment | None, seconds: float) -> bool:
        """Whether at most ``seconds`` have passed by either clock, and none was set back; never since None."""
        return (
            since is not None and 0 <= self.now() - since.wall <= seconds and self.monotonic() - since.steady <= seconds
        )
