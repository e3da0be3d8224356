"""One run of a batch: units planned by processes, kept as parts, and put together as the output at the end."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from ...errors import DataError, PbalError, RequestError
from ...planning.batch import AccountOrder, BatchModel, schema_for
from ...version import __version__
from . import workers
from .bar import Bar
from .ledger import Ledger, UnitDone
from .units import BatchUnits, csv_to_parquet, find_files, is_csv

_DEATHS = 3
"""Times that processes may be killed without a unit between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTotal:
    """What came of a run."""

    accounts: int
    refused: int
    exact: int
    output: Path

    def __str__(self) -> str:
        parts = [f"{self.accounts - self.refused:,} of {self.accounts:,} accounts planned"]
        parts += [f"{self.exact:,} of them by the exact method"] if self.exact else []
        parts += [f"{self.refused:,} refused, with reasons in their rows"] if self.refused else []
        return f"{', '.join(parts)}: {self.output}"


class Job:
    """One run.

    Args:
        source: A file or a directory.
        output: A .parquet or .csv file, or a directory that is made.
        model: What is asked of every account.
    """

    def __init__(self, source: Path, output: Path, model: BatchModel) -> None:
        self.source, self.output, self.model = source, output, model
        self.ledger = Ledger(output.with_name(f"{output.name}.work"))

    def run(self, count: int) -> JobTotal:
        """Plans what is not done yet with so many processes, and puts the output together.

        Raises:
            PbalError: The input cannot be used, or the output not be written.
        """
        try:
            return self._run(count)
        except OSError as error:
            raise PbalError(f"{error.filename or self.output} cannot be read or written: {error.strerror}.") from None

    def _run(self, count: int) -> JobTotal:
        files = find_files(self.source)
        question = self._question(files)
        if self.output.is_dir():
            finished = Ledger.finished(self.output, question)
            if finished is None:
                raise RequestError(f"{self.output} is a directory already; remove it, or choose another name.")
            return self._total(finished)
        if self.source.resolve() == self.output.resolve():
            raise RequestError(f"{self.output} is the input; choose another name for the output.")
        goes_on = self.ledger.begin(question)
        try:
            self._plan_all(files, count, goes_on=goes_on)
        except (DataError, pa.ArrowInvalid) as error:  # the input has to change, so nothing of it can be used
            self.ledger.remove()
            if isinstance(error, DataError):
                raise
            raise RequestError(f"{self.source} cannot be read: {str(error).splitlines()[0]}") from None
        return self._total(list(self.ledger.done.values()))

    def _plan_all(self, files: list[Path], count: int, *, goes_on: bool) -> None:
        units = BatchUnits.of(list(self._from_csv(files)) if is_csv(files) else files)
        schema = schema_for(units.schema, self.model)
        if goes_on:
            rows = sum(units.groups[unit][2] for unit in self.ledger.done)
            print(f"going on: {rows:,} of {units.rows:,} rows are done already.", file=sys.stderr)
        try:
            self._plan(units, count)
        except KeyboardInterrupt:
            done, folder = f"{len(self.ledger.done):,} of {len(units.groups):,} row groups", self.ledger.folder
            print(f"\n{done} are done and kept in {folder}; the same command goes on from there.", file=sys.stderr)
            raise
        self._check_order()
        self._put_together(schema)

    def _total(self, done: list[UnitDone]) -> JobTotal:
        return JobTotal(
            accounts=sum(each.accounts for each in done),
            refused=sum(each.refused for each in done),
            exact=sum(each.exact for each in done),
            output=self.output,
        )

    def _question(self, files: list[Path]) -> dict[str, Any]:
        """What decides the answer: settings, and which files they are about."""
        model = self.model
        settings = [
            model.quality, model.strategy.value, str(model.cash), str(model.min_trade), str(model.threshold),
            model.constraints.to_dict(), __version__,
        ]  # fmt: skip
        text = repr(settings).encode()
        stats = [(path.resolve(), path.stat()) for path in files]
        return {
            "settings": hashlib.sha256(text).hexdigest(),
            "input": [[str(path), stat.st_size, stat.st_mtime_ns] for path, stat in stats],
        }

    def _from_csv(self, files: list[Path]) -> Iterator[Path]:
        """The files as Parquet, made once."""
        for place, path in enumerate(files):
            made = self.ledger.input(place)
            if not made.exists():
                part = made.with_suffix(".tmp")
                csv_to_parquet(path, part)
                part.replace(made)
            yield made

    def _plan(self, units: BatchUnits, count: int) -> None:
        """Plans the units that are not done."""
        open_ = [unit for unit in range(len(units.groups)) if unit not in self.ledger.done]
        rows = sum(units.groups[unit][2] for unit in self.ledger.done)
        with Bar(units.rows, rows) as bar:
            task = workers.Task(units, self.model, self.ledger.folder)
            if count == 1 or len(open_) < 2:
                for unit in open_:
                    self.ledger.add(workers.plan_unit(task, unit, _adding(bar)))
                return
            deaths = 0
            while open_ and deaths < _DEATHS:
                left = _Pool(task, min(count, len(open_))).plan(open_, self.ledger.add, bar)
                deaths = deaths + 1 if len(left) == len(open_) else 0
                open_ = left
            if open_:
                raise PbalError(
                    "processes are killed again and again, perhaps for lack of memory; use fewer --workers."
                )

    def _check_order(self) -> None:
        """Units know the order of their own accounts; here they are compared."""
        order = AccountOrder()
        for _unit, done in sorted(self.ledger.done.items()):
            if done.least is not None:
                order.add_run(done.least, done.most)

    def _put_together(self, schema: pa.Schema) -> None:
        """The parts as one output, which appears whole or not at all."""
        ends = self.output.suffix.lower()
        if ends not in {".parquet", ".csv"}:
            self.ledger.become(self.output, schema)
            return
        part = self.ledger.folder / "output.tmp"
        write = _write_csv if ends == ".csv" else _write_parquet
        write(part, self.ledger.parts(), schema)
        part.replace(self.output)
        self.ledger.remove()


def _adding(bar: Bar) -> Callable[[int], None]:
    return lambda rows: bar.show(bar.done + rows)


class _Pool:
    """Processes that plan units until one of them is killed."""

    def __init__(self, task: workers.Task, count: int) -> None:
        self.counter = workers.CONTEXT.Value("q", 0)
        self.pool = ProcessPoolExecutor(
            count, mp_context=workers.CONTEXT, initializer=workers.begin, initargs=(task, self.counter)
        )

    def plan(self, units: list[int], done: Callable[[UnitDone], None], bar: Bar) -> list[int]:
        """Plans units; returns those that are left because a process was killed."""
        before = bar.done
        left = dict.fromkeys(units)
        try:
            futures = self._submitted(units)
            while futures:
                finished, futures = wait(futures, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in finished:
                    found = future.result()
                    done(found)
                    del left[found.unit]
                bar.show(before + self.counter.value)
        except BrokenProcessPool:
            bar.done = before
        finally:
            self._end()
        return list(left)

    def _submitted(self, units: list[int]) -> set[Future[UnitDone]]:
        try:
            with workers.without_interrupts():
                return {self.pool.submit(workers.plan, unit) for unit in units}
        except OSError as error:
            if error.errno is not None:
                raise  # no process can be started
            raise BrokenProcessPool("a process was killed between two units") from error  # its pipe is closed by then

    def _end(self) -> None:
        processes = list((self.pool._processes or {}).values())  # noqa: SLF001 - there is no other way to end them now
        self.pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
        for process in processes:
            process.join()


def _write_parquet(path: Path, parts: list[Path], schema: pa.Schema) -> None:
    with pq.ParquetWriter(path, schema, **workers.AS_PARQUET) as writer:
        for part in parts:
            with pq.ParquetFile(part) as file:
                for group in range(file.num_row_groups):
                    writer.write_table(file.read_row_group(group))
    _sync(path)


def _write_csv(path: Path, parts: list[Path], schema: pa.Schema) -> None:
    text = pa.schema([(field.name, pa.string() if pa.types.is_decimal(field.type) else field.type) for field in schema])
    with pa.csv.CSVWriter(path, text) as writer:
        for part in parts:
            with pq.ParquetFile(part) as file:
                for batch in file.iter_batches():
                    writer.write(_with_short_amounts(batch, text))
    _sync(path)


def _with_short_amounts(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Decimals as text without zeros behind the cent."""
    columns = [
        pc.replace_substring_regex(column.cast(pa.string()), r"(\.\d\d\d*?)0+$", r"\1")
        if pa.types.is_decimal(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
