"""What reading a positions file costs: ``python -m tests.benchmarks.bench_readers``.

Medians of processor time, each beside the shortest exact reading of the same bytes in the same run: the standard
library's ``csv.DictReader`` and ``Decimal``, without any check, since the ratio says more than the milliseconds of one
machine.
``--write`` puts the table into .github/docs/measured.md.
"""

from __future__ import annotations

import csv
import io
import re
import statistics
import time
from collections.abc import Callable
from decimal import Decimal

from pbal_core import read_positions
from pbal_core.sample import sample_bytes
from tests.benchmarks.report import machine, publish

ROWS = 10_000


def flex(rows: int) -> bytes:
    """The plain file of four columns."""
    lines = [f"A{i},{i * 10 + 1}.25,{i % 90 + 1}.5,-{i}.123" for i in range(rows)]
    return "\n".join(["Symbol,PositionValue,MarkPrice,FifoPnlUnrealized", *lines, ""]).encode()


def fidelity(rows: int) -> bytes:
    """Sixteen columns with signs and percentages."""
    header = (
        "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,"
        "Today's Gain/Loss Dollar,Today's Gain/Loss Percent,Total Gain/Loss Dollar,Total Gain/Loss Percent,"
        "Percent Of Account,Cost Basis Total,Average Cost Basis,Type"
    )
    row = "Z1,Individual,A{},NAME,10,$27.00,-$3.31,$270.00,-$38.01,-1.19%,+$79.38,+41.64%,4.35%,$190.62,$19.06,Cash,"
    return "\n".join([header, *(row.format(i) for i in range(rows)), ""]).encode()


def xml(rows: int) -> bytes:
    """A Flex report with a line a position."""
    row = (
        '<OpenPosition symbol="A{}" position="10" markPrice="27" positionValue="270" fifoPnlUnrealized="1.5" '
        'currency="USD" assetCategory="STK"/>'
    )
    head = '<FlexQueryResponse><FlexStatements><FlexStatement accountId="U1"><OpenPositions>'
    tail = "</OpenPositions></FlexStatement></FlexStatements></FlexQueryResponse>"
    return "\n".join([head, *(row.format(i) for i in range(rows)), tail]).encode()


def naive(data: bytes, columns: tuple[str, ...]) -> list[list[Decimal]]:
    """The same numbers, exactly, and nothing else: no check, no place of a problem, no account of lines."""
    rows = csv.DictReader(io.StringIO(data.decode()))
    return [[Decimal(re.sub("[$+,]", "", row[column])) for column in columns] for row in rows]


def cost(call: Callable[[], object], rounds: int) -> float:
    """Median milliseconds of processor time."""
    call()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return 1000 * statistics.median(times)


def table() -> str:
    """One row a file."""
    lines = ["| file | rows | read and checked | csv and Decimal, unchecked | ratio |", "|---|---:|---:|---:|---:|"]
    plain = ("PositionValue", "MarkPrice", "FifoPnlUnrealized")
    broker = ("Quantity", "Last Price", "Current Value", "Total Gain/Loss Dollar", "Cost Basis Total")
    files = [
        ("README example", sample_bytes(), plain, 10, 300),
        ("plain Flex CSV", flex(ROWS), plain, ROWS, 5),
        ("Fidelity", fidelity(ROWS), broker, ROWS, 5),
    ]
    for name, data, columns, rows, rounds in files:
        ours = cost(lambda data=data: read_positions(data).portfolio, rounds)  # type: ignore[misc]
        theirs = cost(lambda data=data, columns=columns: naive(data, columns), rounds)  # type: ignore[misc]
        lines.append(f"| {name} | {rows:,} | {ours:.2f} ms | {theirs:.2f} ms | {ours / theirs:.1f} |")
    report = xml(ROWS)
    ours = cost(lambda: read_positions(report).portfolio, 5)
    lines.append(f"| Flex XML | {ROWS:,} | {ours:.2f} ms | | |")
    return "\n".join([*lines, "", f"Medians of processor time; {machine()}."])


if __name__ == "__main__":
    publish(__doc__, "readers", table)
