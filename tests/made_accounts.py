"""Made accounts of any number in long format, the same every time, and a small language for a few of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pyarrow as pa

SCHEMA = pa.schema([
    ("account", pa.string()),
    ("symbol", pa.string()),
    ("value", pa.decimal128(18, 2)),
    ("price", pa.decimal128(18, 2)),
    ("target", pa.decimal128(9, 4)),
    ("cash", pa.decimal128(18, 2)),
])  # fmt: skip


def accounts(text: str) -> pa.RecordBatch:
    """``A1 cash 500: VTI 1000 @ 250 = 0.6; BND 500 @ 75 = 0.4`` a line; ``-`` is a missing amount."""
    rows = []
    for line in filter(None, map(str.strip, text.splitlines())):
        head, _, positions = line.partition(":")
        account, _, cash = head.partition(" cash ")
        for part in positions.split(";"):
            symbol, value, _at, price, *target = part.split()
            amounts = [value, price, target[1] if target else "-", cash or "-"]
            rows.append((account, symbol, *(None if each == "-" else Decimal(each) for each in amounts)))
    return pa.RecordBatch.from_arrays(
        [pa.array(column, each.type) for column, each in zip(zip(*rows, strict=True), SCHEMA, strict=True)],
        schema=SCHEMA,
    )


def decimals(units: np.ndarray, scale: int) -> pa.Array:
    """Integers as decimals with so many places."""
    words = np.empty((units.size, 2), dtype=np.int64)
    words[:, 0], words[:, 1] = units.ravel(), units.ravel() >> 63
    return pa.Array.from_buffers(pa.decimal128(18, scale), units.size, [None, pa.py_buffer(words)])


def many_accounts(
    count: int,
    positions: int = 10,
    *,
    seed: int = 1,
    first: int = 0,
    worth: tuple[float, float] = (4, 6),
    cash: int = 1,
) -> pa.RecordBatch:
    """Accounts of 10,000 to 1,000,000 dollars in funds of 10 to 500 dollars, about 15 % off their targets each.

    Args:
        count: Number of accounts; their names are integers.
        positions: Positions of each.
        seed: Another one makes other accounts.
        first: Name of the first account.
        worth: Powers of ten that the accounts' values lie between.
        cash: 0.5 to 5 % of the value to invest (1) or to withdraw (-1), or none (0).
    """
    draw = np.random.default_rng((seed, first))
    total = 10 ** draw.uniform(*worth, (count, 1))
    weights = draw.dirichlet(np.full(positions, 3.0), count)
    parts = np.maximum(np.rint(weights * 10_000), 1).astype(np.int64)
    parts[:, -1] += 10_000 - parts.sum(axis=1)
    drifted = weights * np.exp(draw.normal(0, 0.15, (count, positions)))
    funds = np.rint(10 ** np.random.default_rng(seed).uniform(1, 2.7, 20 * positions) * 100).astype(np.int64)
    fund = draw.integers(0, 20, (count, positions)) + 20 * np.arange(positions)
    prices = funds[fund]
    shares = np.floor(drifted / drifted.sum(axis=1, keepdims=True) * total * 100 / prices).astype(np.int64)
    amounts = np.rint(total * draw.uniform(0.5, 5, (count, 1))).astype(np.int64) * cash
    names = np.array([f"F{i:03d}" for i in range(20 * positions)])
    return pa.record_batch({
        "account": pa.array(np.repeat(np.arange(first, first + count), positions)),
        "symbol": pa.array(names[fund.ravel()]),
        "value": decimals(shares * prices, 2),
        "price": decimals(prices, 2),
        "target": decimals(np.maximum(parts, 1), 4),
        "cash": decimals(np.repeat(amounts, positions), 2),
    })  # fmt: skip


def small_accounts(count: int, *, seed: int = 1) -> pa.RecordBatch:
    """Accounts of one to five positions with few shares: zeros, equal prices, withdrawals and sales among them."""
    draw = np.random.default_rng(seed)
    rows: list[tuple[object, ...]] = []
    for account in range(count):
        n = int(draw.integers(1, 6))
        cents = int(draw.choice([1, 100]))
        prices = draw.choice([[1000, 2500, 5000], [333, 4711, 12345]][int(draw.integers(2))], n)
        shares = draw.integers(0, 30, n) * draw.integers(0, 2, n)
        parts = draw.integers(0, 4, n)
        parts[0] = max(parts[0], 1)
        targets = [Decimal(int(part)) for part in parts * 100 // parts.sum()]
        targets[0] += 100 - sum(targets)
        cash = int(draw.integers(-20_000, 40_000)) // cents * cents
        equal = draw.random() < 0.3
        for i in range(n):
            value = int(shares[i] * prices[i]) + int(draw.integers(0, 50))
            rows.append(
                (
                    f"A{account:06d}",
                    f"S{i}",
                    Decimal(value) / 100,
                    Decimal(int(prices[i])) / 100,
                    None if equal else targets[i],
                    Decimal(cash) / 100,
                )
            )
    columns = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [pa.array(column, each.type) for column, each in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
    )


def cut(batch: pa.RecordBatch, places: Sequence[int]) -> Iterator[pa.RecordBatch]:
    """A batch in pieces that begin at these rows."""
    ends = [0, *places, batch.num_rows]
    return (batch.slice(begin, end - begin) for begin, end in pairwise(ends))
