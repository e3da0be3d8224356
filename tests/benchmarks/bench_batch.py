"""What planning many accounts costs: ``python -m tests.benchmarks.bench_batch``.

1,000,000 accounts of ten positions, unless ``--accounts`` says otherwise, and the memory of up to 10,000,000 accounts,
unless ``--memory`` does: about five minutes on two free cores. Processor time of one core, each figure beside one that
everybody knows, measured in the same run: a plain copy of the arrays, water filling by ``argsort``, reading the Parquet
file. ``--prove N`` compares N random accounts with ``rebalance`` instead, one by one. ``--write`` puts the tables into
.github/docs/measured.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pbal_core.cli.batch.workers import AS_PARQUET
from pbal_core.planning.batch import BatchModel, plan_batches
from pbal_core.planning.batch.levels import Floats, water_level
from pbal_core.planning.batch.model import Quality
from tests.benchmarks.report import machine, write_section
from tests.made_accounts import many_accounts

POSITIONS = 10
MEMORY_POSITIONS = 3
AT_ONCE = 20_000
STRATEGIES = ("try_avoid_sell", "hard_rebalance")


def cost(call: Callable[[], object], rounds: int = 3) -> float:
    """The least seconds of processor time of some rounds: what is above it is other people's."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def drain(batches: Iterable[pa.RecordBatch]) -> None:
    """Takes batches and keeps none."""
    for _ in batches:
        pass


def write_accounts(path: Path, count: int, positions: int = POSITIONS) -> None:
    """A Parquet file of accounts; every 20,000 hold the same under other names, since making them takes longest."""
    some = many_accounts(min(count, AT_ONCE), positions)
    place = some.schema.get_field_index("account")
    with pq.ParquetWriter(path, some.schema) as writer:
        for begin in range(0, count, AT_ONCE):
            names = pc.add(some.column(place), begin)
            batch = some.set_column(place, "account", names)
            writer.write_batch(batch.slice(0, min(AT_ONCE, count - begin) * positions))


def numbers(batch: pa.RecordBatch | pa.Table, name: str) -> Floats:
    """A column of decimals as floats."""
    return np.asarray(batch.column(name).cast(pa.float64()))


def argsort_level(values: Floats, weights: Floats, cash: Floats) -> Floats:
    """Water filling by sorting: the level is the least of those of the lowest 1, 2, ... assets."""
    order = np.argsort(values / weights, axis=0)
    v, w = np.take_along_axis(values, order, axis=0), np.take_along_axis(weights, order, axis=0)
    level: Floats = ((np.cumsum(v, axis=0) + cash) / np.cumsum(w, axis=0)).min(axis=0)
    return level


def kernel_table(count: int) -> str:
    """The level alone, in arrays, beside a copy and a sort."""
    batch = many_accounts(min(count, 200_000), POSITIONS)
    size = batch.num_rows // POSITIONS

    def rows(name: str) -> Floats:
        return np.ascontiguousarray(numbers(batch, name).reshape(size, POSITIONS).T)

    values, weights, cash = rows("value"), rows("target"), rows("cash")[0].copy()
    blocks = [slice(i, i + 4096) for i in range(0, size, 4096)]
    parts = [(np.ascontiguousarray(values[:, b]), np.ascontiguousarray(weights[:, b]), cash[b]) for b in blocks]
    figures = [
        ("a plain copy of the arrays", cost(lambda: [(v.copy(), w.copy(), c.copy()) for v, w, c in parts], 5)),
        ("the level, without a sort", cost(lambda: [water_level(*part) for part in parts], 5)),
        ("the level by `argsort`", cost(lambda: [argsort_level(*part) for part in parts], 5)),
    ]
    floor = figures[0][1]
    lines = ["| 10 assets an account, in arrays | accounts a second | of a copy |", "|---|---:|---:|"]
    return "\n".join(
        [*lines, *(f"| {name} | {size / spent:,.0f} | {spent / floor:.1f} times |" for name, spent in figures)]
    )


def quality_table(count: int) -> str:
    """Accounts a second of one core, from record batches to record batches, and the gaps."""
    lines = [
        "| quality | strategy | accounts a second and core | exact | gap, median | 99 % | worst | of J + idle |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    most_of: dict[Quality, int] = {"level": count, "whole": count, "auto": 5_000, "exact": 500}
    for quality, most in most_of.items():
        batches = [
            many_accounts(min(AT_ONCE, most - i), POSITIONS, first=i) for i in range(0, min(most, 100_000), AT_ONCE)
        ]
        accounts = sum(batch.num_rows for batch in batches) // POSITIONS
        for strategy in STRATEGIES:
            model = BatchModel(quality, strategy=strategy)
            spent = cost(partial(_plan, batches, model), 3 if most > 5_000 else 1)
            lines.append(f"| {quality} | {strategy} | {accounts / spent:,.0f} | {_gaps(batches, model)} |")
    return "\n".join(lines)


def _plan(batches: list[pa.RecordBatch], model: BatchModel) -> None:
    drain(plan_batches(batches, model))


def _gaps(batches: list[pa.RecordBatch], model: BatchModel) -> str:
    """Exact accounts, and the gap as a share of what the account can gain, and of what the plan leaves."""
    gain, gap, after, exact = [], [], [], []
    for given, found in zip(batches, (pa.Table.from_batches(plan_batches([b], model)) for b in batches), strict=True):
        target = numbers(found, "target")
        off = ((numbers(given, "value") - target) ** 2 / np.maximum(target, 0.01)).reshape(-1, POSITIONS).sum(axis=1)
        before = off + np.abs(numbers(given, "cash")[::POSITIONS])
        gain.append(np.maximum(before - found.column("lower_bound").to_numpy()[::POSITIONS], 0.01))
        gap.append(found.column("gap").to_numpy()[::POSITIONS])
        after.append((found.column("distance").to_numpy() + numbers(found, "cash_left"))[::POSITIONS])
        exact.append(np.array(found.column("quality").to_pylist())[::POSITIONS] == "exact")
    gaps, share = np.concatenate(gap), np.concatenate(gap) / np.concatenate(gain)
    of_after = np.median(gaps / np.maximum(np.concatenate(after), 0.01))
    shares = f"{np.median(share):.3%} | {np.quantile(share, 0.99):.3%} | {share.max():.3%}"
    return f"{np.concatenate(exact).mean():.0%} | {shares} | {of_after:.2%}"


def round_trip_table(path: Path, folder: Path, count: int) -> str:
    """Parquet to Parquet: the shares of reading, planning and writing."""
    lines = [
        "| Parquet to Parquet | reading | planning | writing | accounts a second and core | planning of reading |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for quality in ("level", "whole"):
        spent = {"read": 0.0, "plan": 0.0, "write": 0.0}
        model = BatchModel(quality)
        with pq.ParquetFile(path) as file:
            schema = next(iter(plan_batches([next(file.iter_batches(100))], model))).schema
            with pq.ParquetWriter(folder / "trades.parquet", schema, **AS_PARQUET) as writer:
                start = time.process_time()

                def lap(name: str, spent: dict[str, float] = spent) -> None:
                    nonlocal start
                    now = time.process_time()
                    spent[name] += now - start
                    start = now

                def reading(file: pq.ParquetFile = file) -> Iterable[pa.RecordBatch]:
                    lap("plan")
                    for batch in file.iter_batches(65_536, use_threads=False):
                        lap("read")
                        yield batch
                        lap("plan")
                    lap("read")

                for trades in plan_batches(reading(), model):
                    lap("plan")
                    writer.write_batch(trades)
                    lap("write")
        total = sum(spent.values())
        shares = " | ".join(f"{part / total:.0%}" for part in spent.values())
        ratio = spent["plan"] / spent["read"]
        lines.append(f"| {quality} | {shares} | {count / total:,.0f} | {ratio:.1f} times |")
    return "\n".join(lines)


MEMORY = r"""
import re, sys
from pathlib import Path
from pbal_core.cli.batch.job import Job
from pbal_core.planning.batch import BatchModel
Job(Path(sys.argv[1]), Path(sys.argv[2]), BatchModel("level")).run(1)
print(int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""
"""Linux tells the most memory of this process alone; ``getrusage`` begins with what its parent had."""


def memory_table(folder: Path, counts: list[int]) -> str:
    """The most memory of ``pbal batch`` with one process, for files of very different size."""
    lines = [f"| accounts of {MEMORY_POSITIONS} positions in the file | most memory |", "|---:|---:|"]
    for count in counts:
        path, out = folder / f"memory{count}.parquet", folder / f"memory{count}"
        write_accounts(path, count, MEMORY_POSITIONS)
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, str(path), str(out)], capture_output=True, text=True, check=True
        )
        path.unlink()
        lines.append(f"| {count:,} | {int(done.stdout.split()[-1]):,} MB |")
    return "\n".join(lines)


DASK = """
import sys, time
from pathlib import Path
from dask.distributed import Client
from pbal_core.cli.batch import workers
from pbal_core.cli.batch.units import BatchUnits
from pbal_core.planning.batch import BatchModel
if __name__ == "__main__":
    units = BatchUnits.of([Path(sys.argv[1])])
    folder = Path(sys.argv[2]); folder.mkdir()
    task = workers.Task(units, BatchModel("whole"), folder)
    with Client(n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
        client.gather(client.map(abs, range(8)))
        begin = time.perf_counter()
        client.gather(client.map(lambda unit: workers.plan_unit(task, unit, abs), range(len(units.groups))))
        print(time.perf_counter() - begin)
"""


def process_table(path: Path, folder: Path, count: int) -> str:
    """Elapsed time of whole plans by one and two processes, and by Dask with two workers."""
    groups = folder / "groups.parquet"
    with pq.ParquetFile(path) as file, pq.ParquetWriter(groups, file.schema_arrow) as writer:
        for batch in file.iter_batches(400_000):
            writer.write_table(pa.Table.from_batches([batch]), row_group_size=400_000)
    lines = [f"| {count:,} accounts, whole | elapsed | of one process |", "|---|---:|---:|"]
    elapsed: dict[str, float] = {}
    for workers in (1, 2):
        command = [sys.executable, "-m", "pbal_core", "batch", str(groups), "-o", str(folder / f"w{workers}")]
        start = time.perf_counter()
        subprocess.run([*command, "-q", "whole", "-w", str(workers)], check=True, capture_output=True)
        elapsed[f"{workers} process{'es' * (workers > 1)}, start included"] = time.perf_counter() - start
    script = folder / "with_dask.py"
    script.write_text(DASK)
    done = subprocess.run(
        [sys.executable, str(script), str(groups), str(folder / "dask")], check=True, capture_output=True, text=True
    )
    elapsed["Dask, 2 workers, started before"] = float(done.stdout.split()[-1])
    one = next(iter(elapsed.values()))
    return "\n".join([*lines, *(f"| {name} | {spent:.1f} s | {spent / one:.2f} |" for name, spent in elapsed.items())])


def prove(count: int) -> None:
    """Compares so many accounts with ``rebalance``, half with each strategy; stops at the first difference."""
    from tests.made_accounts import small_accounts
    from tests.planning.batch.test_kernels import same_as_rebalance

    start, asked, planned = time.process_time(), 0, 0
    while asked < count:
        some = min(1_000, count - asked)
        strategy = STRATEGIES[asked // 1_000 % 2]
        planned += same_as_rebalance(small_accounts(some, seed=1000 + asked // 1_000), strategy)
        asked += some
    spent = time.process_time() - start
    print(
        f"{asked:,} accounts compared, no difference: {planned:,} planned, the others refused by both "
        f"with the same words; {spent:.0f} s of processor time"
    )


def tables(count: int, memory: list[int]) -> str:
    """Everything that is measured."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "accounts.parquet"
        write_accounts(path, count)
        parts = [
            kernel_table(count),
            quality_table(count),
            round_trip_table(path, folder, count),
            process_table(path, folder, count),
            memory_table(folder, memory),
        ]
    return "\n\n".join([*parts, f"{count:,} accounts of {POSITIONS} positions; {machine()}."])


def main() -> None:
    """Prints the tables, and writes them into the measured page when asked."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--accounts", type=int, default=1_000_000)
    p.add_argument(
        "--memory",
        type=int,
        nargs="*",
        default=[100_000, 1_000_000, 10_000_000],
        help="accounts whose memory is measured",
    )
    p.add_argument("--prove", type=int, metavar="N", help="compare N accounts with rebalance, and stop")
    p.add_argument("--write", action="store_true", help="put the tables into .github/docs/measured.md")
    options = p.parse_args()
    if options.prove:
        prove(options.prove)
        return
    markdown = tables(options.accounts, options.memory)
    print(markdown)
    if options.write:
        write_section("batch", markdown)


if __name__ == "__main__":
    main()
