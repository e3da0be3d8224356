"""The heap of the process: what lasts is kept out of the collections that Streamlit runs.

Streamlit runs a full garbage collection after every script run, and with pandas and plotly loaded each one walks some
hundred thousand objects that never go away. Freezing them takes them out of every later collection: once before the
first page is drawn, and once after, because drawing it has loaded more.

Measured with eight visitors who commit once a second, twice on two busy cores, with and without: 17 to 19 and 77 ms of
processor time a commit; 95 % are answered within 60 to 87 ms, and within 950 to 1,230 ms.

What the visitors' sessions hold is walked as well, and with fifty of them that costs as much as their plans. So the
heap is settled again from time to time: one collection of everything, frozen objects too, so that what visitors left
behind is freed. It is due once the collections since the last one have together taken as long as that one did: never
more than twice the time of the better choice, whichever that turns out to be.
"""

from __future__ import annotations

import gc
import time
from typing import Any

import streamlit as st


class Ledger:
    """A callback for ``gc.callbacks``: what the full collections have taken, in seconds, and when one is to settle."""

    def __init__(self) -> None:
        self.price = 0.0
        """What the last settling took."""
        self.spent = 0.0
        """What the full collections since then took."""
        self._start = 0.0
        self._settling = True  # the first one settles

    def __call__(self, phase: str, info: dict[str, Any]) -> None:
        """``phase`` is "start" or "stop"; only full collections (generation 2) count."""
        if info["generation"] < 2:
            return
        if phase == "start":
            self._settling = self._settling or self.spent >= self.price
            if self._settling:
                gc.unfreeze()
            self._start = time.perf_counter()
            return
        took = time.perf_counter() - self._start
        if self._settling:
            gc.freeze()
            self.price, self.spent, self._settling = took, 0.0, False
        else:
            self.spent += took

    def settle(self) -> None:
        """Collects everything now and freezes what is left."""
        self._settling = True
        gc.collect()


@st.cache_resource(show_spinner=False)
def _ledger() -> Ledger:
    ledger = Ledger()
    gc.callbacks.append(ledger)
    return ledger


@st.cache_resource(show_spinner=False)
def settle_heap(when: str) -> None:
    """Settles the heap, once a process and ``when``; from then on it settles itself."""
    del when
    _ledger().settle()
