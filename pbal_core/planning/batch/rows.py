"""The rows of whole accounts as arrays, and what is wrong with them.

The model: rows in long format, one row a position, the rows of an account next to one another. A row that cannot be
used gets a fault, its account the reason of the first such row; nothing is dropped in silence. Worked example: of the
targets 0.6 and 0.3 both rows have the fault that the targets sum to neither 1 nor 100.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...money import to_units
from ...policy.tree import SUM_TOLERANCE
from ...portfolio import SYMBOL, symbol_key
from .columns import Bools, Indices, Ints, units, weight_places
from .model import MONEY_PLACES, BatchModel

FAULTS = {
    "no_account": "a row has no account",
    "no_symbol": "a row has no symbol",
    "bad_symbol": "{symbol} cannot be a symbol; letters, digits, spaces and . / - _ are accepted, at most 32",
    "twice": "{symbol} occurs more than once",
    "no_value": "the value of {symbol} is missing",
    "no_price": "the price of {symbol} is missing",
    "fine": f"an amount of {{symbol}} has too many decimals; at most {MONEY_PLACES} are read",
    "large": "an amount of {symbol} is too large",
    "short": "the value of {symbol} is below 0, a short position",
    "price": "the price of {symbol} is not above 0",
    "target": "the target of {symbol} is below 0",
    "no_target": "the target of {symbol} is missing, but others are given",
    "quantity": "the quantity of {symbol} is below 0",
    "cash": "its rows name different amounts of cash",
    "sum": "its targets sum to neither 1 nor 100",
    "aimless": "every target is 0; one above 0 is needed",
}
"""Why an account is refused; the row's symbol is filled in. Of several faults of a row the first in this order is
said."""

_CODES = {name: np.int8(code) for code, name in enumerate(FAULTS, 1)}
_TEXTS = tuple(FAULTS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of whole accounts as arrays; r rows of m accounts.

    Args:
        batch: What was given.
        scale: One unit of an amount is ``10**-scale`` dollars.
        starts: Where each account begins, shape (m,).
        counts: Rows of each account, shape (m,).
        order: The rows, account by account, those of an account in canonical order: by symbol; shape (r,).
        sorted: Whether the rows came in that order.
        values: Market values in units, shape (r,).
        prices: Prices of a share in units, shape (r,).
        parts: Target weights as integers, shape (r,); all 1 for equal weights.
        held: Whole shares that may be sold, shape (r,).
        cash: Units to invest (+) or to withdraw (-), shape (m,).
        reasons: Why accounts cannot be planned.
    """

    batch: pa.RecordBatch
    scale: int
    starts: Indices
    counts: Indices
    order: Indices
    sorted: bool
    values: Ints
    prices: Ints
    parts: Ints
    held: Ints
    cash: Ints
    reasons: dict[int, str]


def read_rows(batch: pa.RecordBatch, starts: Indices, scale: int, model: BatchModel) -> Rows:
    """The rows of whole accounts.

    Args:
        batch: Rows whose schema ``check_schema`` has accepted, as ``plain`` makes them; at least one.
        starts: Where each account begins, shape (m,).
        scale: See ``money_places``.
        model: Names the cash of accounts that name none.
    """
    counts = np.diff(np.append(starts, batch.num_rows))
    faults = _Faults(batch, starts, counts)
    order, sorted_ = _ordered(batch, starts, faults)
    values, missing = faults.amounts("value", scale)
    faults.mark("no_value", missing)
    prices, missing = faults.amounts("price", scale)
    faults.mark("no_price", missing)
    faults.mark("short", values < 0)
    if prices.min() <= 0:
        faults.mark("price", (prices <= 0) & ~missing & ~faults.unread)
    held = _held(batch, values, prices, faults)
    parts = _parts(batch, starts, counts, faults)
    cash = _cash(scale, starts, counts, faults, usual=to_units(model.cash, scale))
    if batch.column("account").null_count:
        faults.mark("no_account", np.asarray(pc.is_null(batch.column("account"))))
    return Rows(
        batch=batch, scale=scale, starts=starts, counts=counts, order=order, sorted=sorted_, values=values,
        prices=prices, parts=parts, held=held, cash=cash, reasons=faults.reasons(),
    )  # fmt: skip


class _Faults:
    """What is wrong with each row: 0 for nothing, else the place of the fault in FAULTS, counted from 1."""

    def __init__(self, batch: pa.RecordBatch, starts: Indices, counts: Indices) -> None:
        self.batch, self.starts, self.counts = batch, starts, counts
        self.codes: NDArray[np.int8] = np.zeros(batch.num_rows, dtype=np.int8)
        self.unread: Bools = np.zeros(batch.num_rows, dtype=bool)
        self.together: dict[int, str] = {}

    def mark(self, name: str, where: Bools) -> None:
        """Marks rows with a fault."""
        if where.any():
            code, known = _CODES[name], self.codes[where]
            self.codes[where] = np.where((known == 0) | (known > code), code, known)

    def mark_accounts(self, name: str, where: Bools) -> None:
        """Marks accounts whose rows do not go together, where the rows are good by themselves."""
        for account in np.flatnonzero(where).tolist():
            self.together.setdefault(account, FAULTS[name])

    def amounts(self, name: str, scale: int) -> tuple[Ints, Bools]:
        """A column of amounts in units, and where they are missing; marks those that cannot be read."""
        amounts, missing, fine, large = units(self.batch.column(name), scale)
        self.mark("fine", fine)
        self.mark("large", large)
        if fine.any() or large.any():
            self.unread |= fine | large
        return amounts, missing

    def reasons(self) -> dict[int, str]:
        """Account -> what is wrong with the first of its rows that has a fault, else with all of them together."""
        rows = np.flatnonzero(self.codes)
        if not rows.size:
            return self.together
        accounts = np.searchsorted(self.starts, rows, side="right") - 1
        accounts, first = np.unique(accounts, return_index=True)
        symbols = self.batch.column("symbol")
        return self.together | {
            int(account): _TEXTS[self.codes[row] - 1].format(symbol=_shown(symbols[int(row)].as_py()))
            for account, row in zip(accounts, rows[first], strict=True)
        }


def _shown(symbol: str | None) -> str:
    """A symbol in a sentence; escaped where it is none, so that nothing in it acts on a terminal or a page."""
    if not symbol:
        return "a position"
    return symbol if SYMBOL.fullmatch(symbol) else ascii(symbol[:40])


@lru_cache(maxsize=65_536)
def _key(symbol: str | None) -> str | None:
    """``symbol_key`` of a symbol, empty for none, None for a bad one."""
    if not symbol or symbol.isspace():
        return ""
    return symbol_key(symbol) if SYMBOL.fullmatch(symbol) else None


def _ordered(batch: pa.RecordBatch, starts: Indices, faults: _Faults) -> tuple[Indices, bool]:
    """The rows of each account by symbol, and whether they came so; marks symbols that are missing, bad, or twice."""
    coded = batch.column("symbol").dictionary_encode()
    names: list[str | None] = [*coded.dictionary.to_pylist(), None]
    codes = np.asarray(coded.indices.fill_null(len(names) - 1) if coded.indices.null_count else coded.indices)
    keys = [_key(name) for name in names]
    unusable = np.zeros(codes.size, dtype=bool)
    if None in keys or "" in keys[:-1] or coded.indices.null_count:
        for name, fault in (("bad_symbol", None), ("no_symbol", "")):
            where = np.array([key == fault for key in keys])[codes]
            faults.mark(name, where)
            unusable |= where
    ranks = _ranks([name or "" for name in names]).take(codes)
    falling = ranks[1:] <= ranks[:-1]
    falling[starts[1:] - 1] = False
    sorted_, alike = not bool(falling.any()), len(set(keys)) < len(names)
    if sorted_ and not alike:
        return np.arange(codes.size), True
    first = np.repeat(np.arange(starts.size) * len(names), np.diff(np.append(starts, codes.size)))
    order = np.arange(codes.size) if sorted_ else np.argsort(first + ranks, kind="stable")
    spelt = first + (_ranks([key or "" for key in keys]).take(codes) if alike else ranks)
    again = np.argsort(spelt, kind="stable") if alike else order
    same = spelt[again[1:]] == spelt[again[:-1]]
    if same.any():
        twice = np.zeros(codes.size, dtype=bool)
        twice[again[1:][same]] = True
        faults.mark("twice", twice & ~unusable)
    return order, sorted_


def _ranks(texts: list[str]) -> Ints:
    """The place of each text in alphabetical order, equal ones alike."""
    places = {text: place for place, text in enumerate(sorted(set(texts)))}
    return np.array([places[text] for text in texts], dtype=np.int64)


def _held(batch: pa.RecordBatch, values: Ints, prices: Ints, faults: _Faults) -> Ints:
    """Whole shares that may be sold: the quantity where it is known, else what the value is worth, rounded down."""
    worth = _lots(np.maximum(values, 0), np.maximum(prices, 1))
    if "quantity" not in batch.schema.names:
        return worth
    finest = weight_places(batch.schema, "quantity")
    quantity, unknown = faults.amounts("quantity", finest)
    faults.mark("quantity", quantity < 0)
    return np.where(unknown, worth, quantity // 10**finest)


def _lots(values: Ints, prices: Ints) -> Ints:
    """How often prices go into values of 0 or more; up to 2**52 the quotient of floats never rounds up to the next."""
    if values.max() < 2**52 and prices.max() < 2**52:
        return (values / prices).astype(np.int64)
    return values // prices


def _parts(batch: pa.RecordBatch, starts: Indices, counts: Indices, faults: _Faults) -> Ints:
    """Target weights as integers; where an account names none at all, all are 1."""
    if "target" not in batch.schema.names:
        return np.ones(batch.num_rows, dtype=np.int64)
    finest = weight_places(batch.schema, "target")
    parts, missing = faults.amounts("target", finest)
    if parts.min() < 0:
        faults.mark("target", parts < 0)
    equal = np.zeros(starts.size, dtype=bool)
    if missing.any():
        equal = np.logical_and.reduceat(missing, starts)
        faults.mark("no_target", missing & ~np.repeat(equal, counts))
    sums = np.add.reduceat(parts.astype(np.float64), starts) / 10**finest
    right = equal.copy()
    for whole in (1, 100):
        right |= np.abs(sums - whole) <= float(SUM_TOLERANCE) * whole
    faults.mark_accounts("aimless", ~equal & (sums == 0))
    faults.mark_accounts("sum", ~right)
    return np.where(np.repeat(equal, counts), 1, parts) if equal.any() else parts


def _cash(scale: int, starts: Indices, counts: Indices, faults: _Faults, *, usual: int) -> Ints:
    """Units of cash of each account."""
    if "cash" not in faults.batch.schema.names:
        return np.full(starts.size, usual, dtype=np.int64)
    given, missing = faults.amounts("cash", scale)
    amounts = np.where(missing, usual, given) if missing.any() else given
    cash: Ints = amounts[starts]
    differs = amounts[1:] != amounts[:-1]
    differs[starts[1:] - 1] = False
    if differs.any():
        faults.mark_accounts("cash", np.logical_or.reduceat(amounts != np.repeat(cash, counts), starts))
    return cash
