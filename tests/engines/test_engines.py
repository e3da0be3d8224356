"""The recipes of the page about many accounts run under their engines, and give what ``plan_batches`` gives.

An engine that is not installed here is skipped with a reason; with ``PBAL_ENGINES=all``, as ``make test-engines`` sets
it, it fails.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pbal_core.planning.batch import BatchModel, plan_batches
from tests.made_accounts import many_accounts

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / ".github" / "docs" / "batch.md"
RECIPES = dict(
    re.findall(r"^### (\w+)\n[^#]*?^```py\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
)
MODULES = {"Spark": "pyspark", "Dask": "distributed", "Ray": "ray", "DuckDB": "duckdb", "Polars": "polars"}

pytestmark = pytest.mark.slow


def missing(reason: str) -> NoReturn:
    """The test did not run, which is no failure unless every engine was asked for."""
    if os.environ.get("PBAL_ENGINES") == "all":
        pytest.fail(reason)
    pytest.skip(reason)


def run(script: str, folder: Path) -> str:
    """Runs a script as its reader would, in a folder; what it printed."""
    (folder / "recipe.py").write_text(script, encoding="utf-8")
    settings = {"PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, "recipe.py"],
        cwd=folder,
        env=os.environ | settings,
        capture_output=True,
        check=False,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def of_accounts(table: pa.Table) -> list[dict[str, object]]:
    """The rows in the order of accounts and symbols, whatever the engine's order was."""
    rows: list[dict[str, object]] = table.sort_by([("account", "ascending"), ("symbol", "ascending")]).to_pylist()
    return rows


@pytest.fixture
def accounts(tmp_path: Path) -> pa.RecordBatch:
    """300 accounts in a Parquet file whose row groups end within accounts."""
    batch = many_accounts(300, 6, worth=(3, 5))
    pq.write_table(pa.Table.from_batches([batch]), tmp_path / "accounts.parquet", row_group_size=500)
    return batch


def test_every_engine_has_a_recipe() -> None:
    """And every recipe is one that runs below."""
    assert RECIPES.keys() == MODULES.keys()


@pytest.mark.parametrize("engine", MODULES)
def test_a_recipe(engine: str, accounts: pa.RecordBatch, tmp_path: Path) -> None:
    """The page's code, as it is, gives the same trades."""
    if importlib.util.find_spec(MODULES[engine]) is None:
        missing(f"{engine} did not run: pip install {MODULES[engine]}, or make test-engines")
    if engine == "Spark" and shutil.which("java") is None:
        missing("Spark did not run: there is no Java; on Debian: apt install default-jre-headless")
    run(RECIPES[engine], tmp_path)
    output = tmp_path / "trades"
    found = pq.read_table(output if output.is_dir() else tmp_path / "trades.parquet")
    assert of_accounts(found) == of_accounts(pa.Table.from_batches(plan_batches([accounts], BatchModel("auto"))))


KILLED = """
import os
import signal

{imports}
from dask.distributed import as_completed

{plan}

if __name__ == "__main__":
    with Client(n_workers=2, threads_per_worker=1) as client:
        accounts = dd.read_parquet("accounts.parquet", dtype_backend="pyarrow", split_row_groups=True)
        meta = schema.empty_table().to_pandas(types_mapper=pd.ArrowDtype)
        trades = accounts.shuffle("account").map_partitions(plan, meta=meta)
        futures = client.compute(trades.to_delayed())
        next(as_completed(futures))
        waiting = sum(not future.done() for future in futures)
        worker, process = next(iter(client.run(os.getpid).items()))
        os.kill(process, signal.SIGKILL)
        pd.concat(client.gather(futures)).to_parquet("trades.parquet", index=False)
        print(waiting, process in client.run(os.getpid).values())
"""


def test_a_worker_of_dask_that_is_killed_costs_only_time(accounts: pa.RecordBatch, tmp_path: Path) -> None:
    """Killed between its partitions: what it had is planned again, and the trades are the same."""
    if importlib.util.find_spec("distributed") is None:
        missing("Dask did not run: pip install 'dask[dataframe,distributed]', or make test-engines")
    head, _, _main = RECIPES["Dask"].partition('if __name__ == "__main__":')
    imports, _, plan = head.partition("\n\nmodel = ")
    script = KILLED.format(imports=imports, plan=f"model = {plan}".replace('"auto"', '"exact"'))
    waiting, survived = run(script, tmp_path).split()[-2:]
    assert int(waiting) > 0, "the worker was killed in the middle"
    assert survived == "False"
    found = pq.read_table(tmp_path / "trades.parquet")
    assert of_accounts(found) == of_accounts(pa.Table.from_batches(plan_batches([accounts], BatchModel("exact"))))
