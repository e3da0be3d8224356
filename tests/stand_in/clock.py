"""A clock that stands still until somebody sleeps."""

from __future__ import annotations

from pbal_core.brokers.clock import Clock


class FakeClock:
    """``clock`` is what the product gets; ``slept`` is what it waited, in seconds."""

    def __init__(self, now: float = 1_775_140_000.0) -> None:  # 2 April 2026, 10:26 in New York, a Thursday
        self.time = now
        self.slept: list[float] = []
        self.clock = Clock(now=lambda: self.time, monotonic=lambda: self.time, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.time += seconds
