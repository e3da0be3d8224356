"""The heap of the process: settled once the collections since the last settling have cost as much as it did."""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Iterator

import pytest

from pbal_core.dashboard import runtime
from pbal_core.dashboard.runtime import Ledger


class Collector:
    """A ``gc`` module that counts, and whose full collections take as long as a test says."""

    def __init__(self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ledger, self.now, self.took, self.frozen, self.thawed = ledger, 0.0, 0.0, 0, 0
        monkeypatch.setattr(runtime, "gc", self)
        monkeypatch.setattr(time, "perf_counter", lambda: self.now)

    def collect(self, took: float | None = None, generation: int = 2) -> None:
        self.ledger("start", {"generation": generation})
        self.now += self.took if took is None else took
        self.ledger("stop", {"generation": generation})

    def freeze(self) -> None:
        self.frozen += 1

    def unfreeze(self) -> None:
        self.thawed += 1


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Collector:
    return Collector(Ledger(), monkeypatch)


def test_the_heap_is_settled_when_the_collections_since_have_cost_as_much(collector: Collector) -> None:
    collector.took = 0.1
    collector.ledger.settle()
    assert collector.frozen == 1
    for _ in range(10):
        collector.collect(0.0101)
    assert collector.frozen == 1
    collector.collect(0.2)  # due: this one walks everything
    assert (collector.thawed, collector.frozen) == (2, 2)
    for _ in range(19):
        collector.collect(0.0101)
    assert collector.frozen == 2  # it took longer, so the next one waits longer


def test_small_collections_count_for_nothing(collector: Collector) -> None:
    collector.took = 0.1
    collector.ledger.settle()
    for generation in (0, 1) * 100:
        collector.collect(0.1, generation)
    collector.collect(0.001)
    assert collector.frozen == 1


@pytest.fixture
def no_other_collections() -> Iterator[None]:
    """Nobody else collects or settles: the pages drawn earlier in this process have left a ledger of their own."""
    others = gc.callbacks[:]
    gc.callbacks.clear()
    gc.disable()
    yield
    gc.enable()
    gc.callbacks[:] = others
    gc.unfreeze()


@pytest.mark.usefixtures("no_other_collections")
def test_what_a_visitor_left_behind_is_freed() -> None:
    class Session:
        me: Session

    ledger, session = Ledger(), Session()
    session.me = session
    gone = weakref.ref(session)
    gc.callbacks.append(ledger)
    ledger.settle()
    assert gc.get_freeze_count() > 0
    del session
    gc.collect()
    assert gone() is not None, "it was frozen"
    ledger.settle()
    assert gone() is None
