"""``pbal batch``: whole files of accounts, whatever happens to the run."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from pbal_core.cli import main
from pbal_core.cli.batch import bar, ledger, workers
from pbal_core.cli.batch.bar import Bar
from pbal_core.cli.batch.job import Job, _Pool
from pbal_core.cli.batch.units import BatchUnits
from pbal_core.cli.batch.workers import Task
from pbal_core.planning.batch import BatchModel, plan_batches
from tests.made_accounts import accounts, many_accounts, small_accounts

LEVEL = BatchModel("level")


def parquet(path: Path, batch: pa.RecordBatch, rows: int = 1000) -> Path:
    """A file of row groups of so many rows, which end where they end."""
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_batches([batch]), path, row_group_size=rows)
    return path


def planned(batch: pa.RecordBatch, model: BatchModel = LEVEL) -> pa.Table:
    return pa.Table.from_batches(plan_batches([batch], model))


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_a_file_is_planned_as_its_rows_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Row groups end within accounts; the trades are those of the whole table."""
    batch = many_accounts(60, 7)
    source = parquet(tmp_path / "in.parquet", batch, 11)
    assert main(["batch", str(source), "-o", str(tmp_path / "out.parquet"), "-q", "whole", "-w", "1"]) == 0
    assert "60 of 60 accounts planned" in said(capsys)
    assert pq.read_table(tmp_path / "out.parquet") == planned(batch, BatchModel("whole"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "out.parquet"]


@pytest.mark.parametrize("rows", [1, 2, 5, 10, 11, 49, 1000])
def test_a_unit_has_the_accounts_that_begin_in_it(tmp_path: Path, rows: int) -> None:
    """Each once and whole, wherever the row groups end."""
    batch = small_accounts(12, seed=6)
    units = BatchUnits.of([parquet(tmp_path / "in.parquet", batch, rows)])
    found = [pa.Table.from_batches(units.batches(i), units.schema) for i in range(len(units.groups))]
    assert pa.concat_tables(found).to_pylist() == batch.to_pylist()
    names = [name for table in found for name in dict.fromkeys(table.column("account").to_pylist())]
    assert len(names) == len(set(names)) == 12


def test_a_directory_and_csv_files_are_read_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the order of their names; notes of engines are left out."""
    batch = small_accounts(150)
    half = batch.num_rows // 2
    parquet(tmp_path / "in" / "a.parquet", batch.slice(0, half), 70)
    parquet(tmp_path / "in" / "b.parquet", batch.slice(half), 70)
    (tmp_path / "in" / "_SUCCESS.parquet").write_text("")
    outputs = {}
    for name, source in {"one": tmp_path / "in", "two": tmp_path / "csv"}.items():
        if name == "two":
            source.mkdir()
            for part, table in (("1.csv", batch.slice(0, half)), ("2.csv", batch.slice(half))):
                pa.csv.write_csv(table, source / part)
        assert main(["batch", str(source), "-o", str(tmp_path / f"{name}.csv"), "-q", "exact", "-w", "1"]) == 1
        outputs[name] = pa.csv.read_csv(tmp_path / f"{name}.csv")
    compared = ["account", "symbol", "shares", "value", "after", "cash_left", "quality", "status", "reason"]
    assert outputs["one"].select(compared) == outputs["two"].select(compared)
    assert "refused, with reasons in their rows" in said(capsys)


def test_amounts_of_csv_files_keep_their_cents(tmp_path: Path) -> None:
    """Numbers as text are exact, and come back without zeros that say nothing; what is no number costs its account."""
    source = tmp_path / "in.csv"
    source.write_text(
        "note,account,symbol,value,price,cash\n"
        "x,A1,VTI,1000.10,250.125,500\nx,A1,BND,500.00,75.5,500\n"
        "x,A2,VTI,abc,250,1\nx,A3,VTI,10,1e400,1\nx,A4,VTI,10,5,\nx,A5,VTI,10,5,5OO\nx,,VTI,10,5,0\n"
    )
    assert main(["batch", str(source), "-o", str(tmp_path / "out.csv"), "-c", "-5", "-w", "1"]) == 1
    rows = (tmp_path / "out.csv").read_text().splitlines()
    assert rows[1].split(",")[:4] == ['"A1"', '"VTI"', "0", '"0.00"']
    assert rows[2].split(",")[2:4] == ["6", '"453.00"']
    assert rows[5].split(",")[2:4] == ["-1", '"-5.00"']
    assert ["large" in row or "too many" in row for row in rows] == [*[False] * 3, True, True, False, True, False]
    assert "no account" in rows[7]


def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And leaves nothing behind."""
    good = parquet(tmp_path / "good.parquet", many_accounts(3, 2))
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.parquet").write_text("no")
    (tmp_path / "bad.csv").write_text("account,symbol\nA,B\nA,B,C\n")
    (tmp_path / "short.csv").write_text("account,symbol\nA,B\n")
    (tmp_path / "targets.toml").write_text('[targets]\nVTI = "100"\n')
    parquet(tmp_path / "mixed" / "a.parquet", many_accounts(3, 2))
    parquet(tmp_path / "mixed" / "b.parquet", many_accounts(3, 2, first=3).drop_columns(["cash"]))
    twice = pa.concat_batches([many_accounts(3, 2), many_accounts(1, 2)])
    parquet(tmp_path / "apart.parquet", twice, 2)
    out = str(tmp_path / "out.parquet")
    cases = {
        ("nothing.parquet",): "there is no file",
        ("empty",): "there is no .parquet or .csv file in",
        ("bad.parquet",): "bad.parquet cannot be read: ",
        ("bad.csv",): "bad.csv cannot be read as CSV: ",
        ("short.csv",): "value: there is no such column; the columns are: account, symbol.",
        ("mixed",): "b.parquet has other columns than a.parquet",
        ("apart.parquet",): "sort the input by account",
        ("good.parquet", "--workers", "0"): "--workers is 0",
        ("good.parquet", "--gap", "x"): "--gap x is not a number",
        ("good.parquet", "--gap", "-1"): "0 or more is needed",
        ("good.parquet", "--cash", "5.000"): "can be read as 5 or as 5000",
        ("good.parquet", "--policy", str(tmp_path / "targets.toml")): "the column target of its input",
    }
    for (name, *options), message in cases.items():
        assert main(["batch", str(tmp_path / name), "-o", out, "-w", "1", *options]) == 2
        assert message in said(capsys)
        assert not list(tmp_path.glob("out*"))
    for output, message in ((str(good), "is the input"), (str(tmp_path / "empty"), "is a directory already")):
        assert main(["batch", str(good), "-o", output]) == 2
        assert message in said(capsys)
    assert main(["batch", str(good), "-o", str(tmp_path / "no" / "out.parquet"), "-w", "1"]) == 0, "folders are made"


def test_somebody_elses_folder_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The folder of a run is known by its manifest."""
    source = parquet(tmp_path / "in.parquet", many_accounts(3, 2))
    folder = tmp_path / "out.parquet.work"
    folder.mkdir()
    (folder / "letters.txt").write_text("dear")
    assert main(["batch", str(source), "-o", str(tmp_path / "out.parquet"), "-w", "1"]) == 2
    assert "is in the way" in said(capsys)
    assert (folder / "letters.txt").read_text() == "dear"


def test_options_reach_every_account(tmp_path: Path) -> None:
    """Cash, strategy, smallest trade, and the constraints of a file."""
    source = parquet(tmp_path / "in.parquet", accounts("A cash -: VTI 1000 @ 250; BND 500 @ 75"))
    policy = tmp_path / "policy.toml"
    policy.write_text('[constraints]\nnever_buy = ["BND"]\nfee_per_trade = "1"\n')
    out = tmp_path / "out.parquet"
    options = ["-c", "-200", "-s", "hard_rebalance", "-m", "70", "--policy", str(policy), "-w", "1"]
    assert main(["batch", str(source), "-o", str(out), *options]) == 0
    table = pq.read_table(out).to_pylist()
    assert {row["quality"] for row in table} == {"exact"}
    assert table[0]["shares"] < 0 == table[1]["shares"]


@pytest.mark.parametrize("form", ["parquet", "csv"])
@pytest.mark.parametrize("options", [[], ["-s", "hard_rebalance", "--policy", "fees.toml"]])
def test_one_account_becomes_a_positions_file(
    form: str, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that is said asks what the batch asks of the account, and is answered alike."""
    monkeypatch.chdir(tmp_path)
    Path("fees.toml").write_text('[constraints]\nfee_per_trade = "1"\n')
    first = "1 cash 500: VTI 6012.50 @ 300.25 = 0.6; BND 2910 @ 72.75 = 0.4; GLD 0 @ 50 = 0"
    batch = accounts(f"{first}\n2 cash -250: VTI 900 @ 300; BND 1455 @ 97")
    batch = batch.set_column(0, "account", batch.column("account").cast(pa.int64()))
    if form == "csv":
        pa.csv.write_csv(batch, "in.csv")
    else:
        parquet(Path("in.parquet"), batch, 2)
    assert main(["batch", f"in.{form}", "-o", "out.parquet", "-q", "exact", "-w", "1", *options]) == 0
    rows = pq.read_table("out.parquet").to_pylist()
    for name, positions in (("1", rows[:3]), ("2", rows[3:])):
        assert main(["batch", f"in.{form}", "-o", f"{name}.csv", "--account", name, *options]) == 0
        message, command = said(capsys).splitlines()[-2:]
        assert message == f"{len(positions)} positions of account {name}: {name}.csv"
        program, *arguments = shlex.split(command.removeprefix("This plans them: "))
        assert program == "pbal"
        assert main([*arguments, "-f", "json"]) == 0
        orders = json.loads(capsys.readouterr().out)["positions"]
        expected = {row["symbol"]: row["shares"] for row in positions if row["shares"]}
        found = {order["symbol"]: order["buy_shares"] for order in orders if order["buy_shares"]}
        assert found == expected != {}


@pytest.mark.parametrize(
    ("name", "output", "message"),
    [
        ("C", "c.csv", 'has no account "C"'),
        ("A", "a.parquet", "is no .csv file"),
        ("A", "in.csv", "is the input"),
        ("B", "b.csv", "account B cannot be planned: the value of VTI is below 0"),
    ],
)
def test_an_account_that_cannot_be_opened_is_named(
    name: str, output: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a sentence, and nothing is written."""
    pa.csv.write_csv(accounts("A cash 5: VTI 1 @ 1\nB cash 5: VTI -1 @ 1"), tmp_path / "in.csv")
    assert main(["batch", str(tmp_path / "in.csv"), "-o", str(tmp_path / output), "--account", name]) == 2
    assert message in said(capsys)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return parquet(tmp_path / "in.parquet", many_accounts(64, 3), 25)


class Killed(BaseException):
    """The process is gone."""


def killed_at(monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    """Kills at the n-th change of the disk: before it, or where a line is written, in its middle."""
    count = itertools.count(1)

    def dying(function: Callable[..., object], half: Callable[..., object] | None = None) -> Callable[..., object]:
        def call(*arguments: object, **keywords: object) -> object:
            if next(count) == moment:
                if half:
                    half(*arguments)
                raise Killed
            return function(*arguments, **keywords)

        return call

    def half_a_line(book: ledger.Ledger, line: str) -> None:
        with (book.folder / ledger.MANIFEST).open("a") as file:
            file.write(line[: len(line) // 2])

    monkeypatch.setattr(ledger.Ledger, "_append", dying(ledger.Ledger._append, half_a_line))
    for name in ("replace", "unlink", "rename", "mkdir", "rmdir"):
        monkeypatch.setattr(Path, name, dying(getattr(Path, name)))
    for name in ("write_batch", "write_table", "close"):
        monkeypatch.setattr(pq.ParquetWriter, name, dying(getattr(pq.ParquetWriter, name)))


@pytest.mark.slow
@pytest.mark.parametrize("output", ["out.parquet", "out"])
def test_a_run_that_is_killed_goes_on_where_it_ended(
    tmp_path: Path, source: Any, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 50 moments: afterwards there is no output or all of it, and a second run ends with the same bytes."""
    expected = tmp_path / "whole" / output
    expected.parent.mkdir()
    Job(source, expected, LEVEL).run(1)

    def content(path: Path) -> dict[str, bytes]:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        return {file.name: file.read_bytes() for file in files if file.name != ledger.MANIFEST}

    moments = 0
    for moment in range(1, 51):
        out = tmp_path / f"killed{moment}" / output
        out.parent.mkdir()
        with monkeypatch.context() as context:
            killed_at(context, moment)
            try:
                Job(source, out, LEVEL).run(1)
            except Killed:
                moments += 1
        assert not out.exists() or content(out) == content(expected)
        Job(source, out, LEVEL).run(1)
        assert content(out) == content(expected)
        assert [path.name for path in out.parent.iterdir()] == [output]
    assert moments == 50


def test_what_is_done_is_not_done_again(
    tmp_path: Path, source: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless the input or a setting has changed."""
    out = tmp_path / "out.parquet"

    def units_planned(model: BatchModel = LEVEL, cut: int | None = None) -> int:
        before = len(calls)
        with monkeypatch.context() as context:
            real = ledger.Ledger.add

            def add(book: ledger.Ledger, done: ledger.UnitDone) -> None:
                real(book, done)
                calls.append(done.unit)
                if cut is not None and len(calls) - before == cut:
                    raise KeyboardInterrupt

            context.setattr(ledger.Ledger, "add", add)
            if cut is None:
                Job(source, out, model).run(1)
            else:
                with pytest.raises(KeyboardInterrupt):
                    Job(source, out, model).run(1)
        return len(calls) - before

    calls: list[int] = []
    assert units_planned(cut=3) == 3
    assert "3 of 8 row groups are done and kept in" in said(capsys)
    assert not out.exists()
    assert units_planned() == 5
    assert "going on: 75 of 192 rows are done already" in said(capsys)
    assert units_planned(cut=3) == 3
    assert units_planned(BatchModel("level", cash=5)) == 8
    assert units_planned(cut=3) == 3
    os.utime(source, ns=(1, 1))
    assert units_planned() == 8
    assert units_planned(cut=3) == 3
    (tmp_path / "out.parquet.work" / "part-000001.parquet").write_bytes(b"short")
    assert units_planned() == 6


def test_a_directory_that_is_there_is_an_answer_to_the_same_question_only(
    tmp_path: Path, source: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked again, it is counted from its manifest; asked something else, it is in the way."""
    out = tmp_path / "trades"
    command = ["batch", str(source), "-o", str(out), "-w", "1", "-q"]
    assert main([*command, "level"]) == 0
    first = said(capsys)
    assert main([*command, "level"]) == 0
    assert said(capsys) == first
    assert main([*command, "whole"]) == 2
    assert pq.read_table(out).num_rows == 192
    lines = (out / ledger.MANIFEST).read_text().splitlines()
    assert sum(json.loads(line)["accounts"] for line in lines[1:]) == 64


@pytest.mark.slow
def test_processes_give_the_same_output(tmp_path: Path, source: Any) -> None:
    """To the byte, in whatever order they end; one that is killed costs nothing but time."""
    one, two, three = (tmp_path / f"{name}.parquet" for name in ("one", "two", "three"))
    assert main(["batch", str(source), "-o", str(one), "-w", "1"]) == 0
    assert main(["batch", str(source), "-o", str(two), "-w", "2"]) == 0
    killed = threading.Event()

    def kill_one() -> None:
        for _ in range(600):
            children = multiprocessing.active_children()
            if children:
                children[0].kill()
                killed.set()
                return
            time.sleep(0.05)

    thread = threading.Thread(target=kill_one)
    thread.start()
    assert main(["batch", str(source), "-o", str(three), "-w", "2"]) == 0
    thread.join()
    assert killed.is_set()
    assert one.read_bytes() == two.read_bytes() == three.read_bytes()
    assert not multiprocessing.active_children()


def run_until_half(source: Path, out: Path) -> Iterator[subprocess.Popen[str]]:
    """A run of its own, once some of its row groups are done and some are not."""
    command = [sys.executable, "-m", "pbal_core", "batch", str(source), "-o", str(out), "-q", "exact", "-w", "2"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    manifest = out.with_name(f"{out.name}.work") / ledger.MANIFEST
    for _ in range(1200):
        if manifest.exists() and len(manifest.read_text().splitlines()) > 2:
            break
        assert process.poll() is None
        time.sleep(0.05)
    yield process


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="Windows has no masks of signals")
@pytest.mark.whole
def test_a_process_of_a_batch_never_hears_of_an_interrupt() -> None:
    """Not even while it loads its modules, where nothing of ours could take it; the terminal sends it to all."""
    with ProcessPoolExecutor(1, mp_context=workers.CONTEXT) as pool:
        with workers.without_interrupts():
            blocked = pool.submit(signal.pthread_sigmask, signal.SIG_BLOCK, [])
        assert signal.SIGINT in blocked.result()
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "-"], "a batch is written to a file or a directory, not to standard output"),
        (["-o", "x.csv", "-m", "-5"], "--min-trade is -5; 0 or more is needed."),
    ],
)
def test_a_request_that_cannot_be_met_names_the_option(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it was typed."""
    assert main(["batch", "in.csv", *arguments]) == 2
    assert words in said(capsys)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGKILL", "SIGINT"])
def test_a_real_process_is_cut(tmp_path: Path, name: str) -> None:
    """Killed or interrupted in the middle: no output, no process that lives on, and the second run ends the work."""
    with_signal = getattr(signal, name)
    source = parquet(tmp_path / "in.parquet", many_accounts(3_000, 6, worth=(3, 5)), 300)
    out = tmp_path / "out.parquet"
    for process in run_until_half(source, out):
        process.send_signal(with_signal)
        _, err = process.communicate(timeout=60)
        assert process.returncode == (130 if name == "SIGINT" else -with_signal)
        assert ("the same command goes on from there" in err) == (name == "SIGINT")
        assert "Traceback" not in err
    assert not out.exists()
    done = len((tmp_path / "out.parquet.work" / ledger.MANIFEST).read_text().splitlines()) - 1
    assert 0 < done < 60
    again = subprocess.run(
        [sys.executable, "-m", "pbal_core", "batch", str(source), "-o", str(out), "-q", "exact", "-w", "2"],
        stderr=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    assert "going on: " in again.stderr
    assert pq.read_table(out).num_rows == 18_000


def test_the_bar_says_how_far_it_is() -> None:
    """Share, rate, and the time that is left; nothing that was done before counts for the rate."""
    shown = bar.Bar(1_000_000, done=200_000)
    shown.done = 600_000
    assert shown.line(4.0) == "############--------  60% of 1,000,000 rows, 100,000 a second, 4 s left"
    shown.done = 200_001
    assert shown.line(100.0).endswith("0 a second, 22222 h 11 min left")
    assert bar.Bar(0).line(0.0) == "#################### 100% of 0 rows, 0 a second"


def test_the_bar_is_for_terminals(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It is taken away at the end, and never goes into a file."""
    monkeypatch.setattr(bar, "_EVERY", -1.0)
    with bar.Bar(100) as quiet:
        quiet.show(50)
    assert said(capsys) == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with bar.Bar(100) as loud:
        loud.show(50)
    text = said(capsys)
    assert "50% of 100 rows" in text
    assert text.endswith("\r")


def test_a_pool_that_ends_between_two_units_leaves_them_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One that is killed while units are handed out closes their pipe; what cannot be started is another matter."""
    task = Task(units=None, folder=tmp_path, model=None)  # type: ignore[arg-type]
    for error, outcome in ((OSError("handle is closed"), [1, 2]), (BlockingIOError(11, "no more processes"), None)):
        pool = _Pool(task, 1)

        def submit(*_unit: object, error: OSError = error) -> None:
            raise error

        monkeypatch.setattr(pool.pool, "submit", submit)
        if outcome is not None:
            assert pool.plan([1, 2], lambda _done: None, Bar(2)) == outcome
        else:
            with pytest.raises(BlockingIOError):
                pool.plan([1, 2], lambda _done: None, Bar(2))
