"""The processes of a batch: each plans units until there are none."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...planning.batch import BatchModel, plan_batches, schema_for
from ...planning.batch.columns import account_starts
from .ledger import Ledger, UnitDone
from .units import BatchUnits

AS_PARQUET = {
    "use_dictionary": [
        "account", "symbol", "cash_left", "distance", "lower_bound", "gap", "quality", "status", "reason",
    ],
    "write_statistics": ["account", "gap", "quality", "status"],
}  # fmt: skip
"""How trades are written, in half the time: only columns that repeat themselves as dictionaries, and statistics only of
those by which rows are looked for."""
CONTEXT = multiprocessing.get_context("spawn")
"""Threads of Arrow do not survive a fork."""


@dataclass(frozen=True, slots=True)
class Task:
    """What all processes do: plan units, and write their parts into a folder."""

    units: BatchUnits
    model: BatchModel
    folder: Path


_state: dict[str, Any] = {}


def begin(task: Task, counter: Any) -> None:
    """Prepares a process: Ctrl-C is its parent's, it ends with its parent, and it takes one core."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pa.set_cpu_count(1)
    _state.update(task=task, counter=counter)
    threading.Thread(target=_end_with_parent, daemon=True).start()


@contextmanager
def without_interrupts() -> Iterator[None]:
    """Processes that are started in here never hear of Ctrl-C, not even while they load; this one hears of it after."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def plan(unit: int) -> UnitDone:
    """Plans a unit in a process that was prepared."""
    counter = _state["counter"]

    def add(rows: int) -> None:
        with counter.get_lock():
            counter.value += rows

    return plan_unit(_state["task"], unit, add)


def plan_unit(task: Task, unit: int, progress: Callable[[int], None]) -> UnitDone:
    """Plans the accounts that begin in a unit, and puts their part in place.

    Args:
        task: What is to be done.
        unit: Which.
        progress: Takes note of rows that are done.
    """
    units, path = task.units, Ledger(task.folder).part(unit)
    part = path.with_suffix(f".{os.getpid()}.tmp")
    count = _Count()
    schema = schema_for(units.schema, task.model)
    with pq.ParquetWriter(part, schema, **AS_PARQUET) as writer:
        for batch in plan_batches(units.batches(unit), task.model):
            count.add(batch)
            writer.write_batch(batch)
            progress(batch.num_rows)
    size = 0
    if count.rows:
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        size = part.stat().st_size
        part.replace(path)
    else:
        part.unlink()
    return UnitDone(
        unit=unit, rows=count.rows, accounts=count.accounts, refused=count.refused, exact=count.exact, size=size,
        least=count.least, most=count.most,
    )  # fmt: skip


class _Count:
    """What the rows of a unit say about its accounts."""

    def __init__(self) -> None:
        self.rows = self.accounts = self.refused = self.exact = 0
        self.least: Any = None
        self.most: Any = None

    def add(self, batch: pa.RecordBatch) -> None:
        """Counts a batch of whole accounts."""
        starts = pa.array(account_starts(batch.column("account")))
        names = batch.column("account").take(starts)
        self.rows += batch.num_rows
        self.accounts += len(starts)
        self.refused += pc.sum(pc.equal(batch.column("status").take(starts), "refused")).as_py()
        self.exact += pc.sum(pc.equal(batch.column("quality").take(starts), "exact")).as_py()
        least, most = pc.min_max(names).as_py().values()
        if least is not None:
            self.least = least if self.least is None else min(self.least, least)
            self.most = most if self.most is None else max(self.most, most)
