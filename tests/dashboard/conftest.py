"""What tests of the page share: a page leaves the heap of the process as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from pbal_core.dashboard.runtime import Ledger


@pytest.fixture(autouse=True)
def heap() -> Iterator[None]:
    """A page freezes the heap, and hypothesis cannot find who holds its random numbers in one that is frozen."""
    yield
    gc.callbacks[:] = [callback for callback in gc.callbacks if not isinstance(callback, Ledger)]
    gc.unfreeze()
