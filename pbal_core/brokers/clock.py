"""The clock that the network modules wait by, as a value, so that tests do not wait.

Worked example: ``Clock().now()`` is the time in seconds since 1970 (UTC), as the journal and the trading hours use it;
``monotonic()`` never goes back and is what rate limits and deadlines are measured with.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Time of day, time for measuring, and waiting; all in seconds."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
