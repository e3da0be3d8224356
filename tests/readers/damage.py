"""Tables whose truth is known, damaged in ways that leave a table: ``python -m tests.readers.damage --count 20000``.

Each file of a known portfolio is changed in every way (another number, a header name that is not known any more, two
header names swapped, a line dropped, two accounts swapped). What each changed file says is computed apart, and then it
is read. What is read is that, or the statement carries a warning or an error that an undamaged file does not have, or
the file is refused. Anything else would be wrong in silence: it is a finding, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from pbal_core import DataError, read_positions
from pbal_core.readers import Statement

Truth = dict[tuple[str, str], Decimal]
"""Quantity and value by symbol and word, and cash."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """One row of the portfolio that a file is written from."""

    account: str
    symbol: str
    quantity: Decimal
    price: Decimal
    cost: Decimal

    @property
    def value(self) -> Decimal:
        return self.quantity * self.price


@dataclass(kw_only=True)
class Grid:
    """A file as cells, and where its numbers are.

    Args:
        above: Lines above the header.
        header: Names of the columns.
        fields: What each column holds; empty for what no plan needs.
        rows: Cells of the rows of positions.
        cash: Cells of the row of cash, empty when the file has none.
        total: Cells of the row of the total, empty when the file has none.
        below: Lines below.
    """

    above: list[str]
    header: list[str]
    fields: list[str]
    rows: list[list[str]]
    cash: list[str] = field(default_factory=list)
    total: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)

    def text(self) -> str:
        body = [self.header, *self.rows, *filter(None, (self.cash, self.total))]
        table = [",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in body]
        return "\n".join([*self.above, *table, *self.below]) + "\n"

    def column(self, name: str) -> int:
        return self.fields.index(name)


def number(amount: Decimal, sign: str = "") -> str:
    return f"{'-' if amount < 0 else ''}{sign}{abs(amount):,f}"


def _row(held: Held, fields: Sequence[str], sign: str) -> list[str]:
    numbers = {
        "quantity": f"{held.quantity:f}",
        "price": number(held.price, sign),
        "value": number(held.value, sign),
        "cost": number(held.cost, sign),
        "pnl": number(held.value - held.cost, sign),
        "cost_price": number(held.cost / held.quantity, sign),
        "account": held.account,
        "symbol": held.symbol,
        "currency": "USD",
        "day": "+1.00",
        "class": "STK",
    }
    return [numbers.get(name, "") for name in fields]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How one kind of file is written.

    Args:
        header: Names of the columns, parted by bars.
        fields: What they hold, parted by bars.
        sign: What stands before amounts of money.
        cash: Fields of the row of cash: name -> text; ``amount`` is replaced by its number.
        total: The same of the total of positions and cash.
        above: Lines above the table.
        below: Lines below.
    """

    header: str
    fields: str
    sign: str = ""
    cash: tuple[tuple[str, str], ...] = ()
    total: tuple[tuple[str, str], ...] = ()
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()

    def grid(self, held: Sequence[Held], cash: Decimal) -> Grid:
        fields = self.fields.split("|")
        whole = sum((h.value for h in held), cash if self.cash else Decimal(0))
        return Grid(
            above=list(self.above),
            header=self.header.split("|"),
            fields=fields,
            rows=[_row(h, fields, self.sign) for h in held],
            cash=self._line(fields, self.cash, cash),
            total=self._line(fields, self.total, whole),
            below=list(self.below),
        )

    def _line(self, fields: Sequence[str], said: tuple[tuple[str, str], ...], amount: Decimal) -> list[str]:
        words = dict(said)
        return [words.get(name, "").replace("amount", number(amount, self.sign)) for name in fields] if said else []


LAYOUTS = {
    "own": Layout(
        header="Ticker|Shares|Price|Value|Cost Basis|Gain",
        fields="symbol|quantity|price|value|cost|pnl",
        cash=(("symbol", "Cash"), ("value", "amount")),
        total=(("symbol", "Total"), ("value", "amount")),
    ),
    "own accounts": Layout(
        header="Account|Symbol|Currency|Quantity|Price|Market Value",
        fields="account|symbol|currency|quantity|price|value",
        total=(("symbol", "Total"), ("value", "amount")),
    ),
    "fidelity": Layout(
        header="Account Number|Account Name|Symbol|Description|Quantity|Last Price|Last Price Change|Current Value|"
        "Total Gain/Loss Dollar|Cost Basis Total|Average Cost Basis|Type",
        fields="account||symbol||quantity|price|day|value|pnl|cost|cost_price|",
        sign="$",
        cash=(("account", "Z1"), ("symbol", "SPAXX**"), ("value", "amount")),
        below=("", '"Date downloaded Nov-03-2026 2:04 p.m ET"'),
    ),
    "schwab": Layout(
        header="Symbol|Description|Qty (Quantity)|Price|Mkt Val (Market Value)|Cost Basis|Gain $ (Gain/Loss $)",
        fields="symbol||quantity|price|value|cost|pnl",
        sign="$",
        cash=(("symbol", "Cash & Cash Investments"), ("value", "amount")),
        total=(("symbol", "Account Total"), ("value", "amount")),
        above=('"Positions for account Individual ...000 as of 05:51 PM ET, 2026/11/03"', ""),
    ),
    "m1": Layout(
        header="Symbol|Name|Quantity|Avg. Price|Cost Basis|Unrealized Gain ($)|Value",
        fields="symbol||quantity|cost_price|cost|pnl|value",
    ),
    "etrade": Layout(
        header="Symbol|Last Price $|Quantity|Price Paid $|Total Gain $|Value $",
        fields="symbol|price|quantity|cost_price|pnl|value",
        cash=(("symbol", "CASH"), ("value", "amount")),
        total=(("symbol", "TOTAL"), ("value", "amount")),
        below=("Generated at 11/03/2026 11:04:09 AM ET",),
    ),
    "flex": Layout(
        header="ClientAccountID|CurrencyPrimary|AssetClass|Symbol|Quantity|MarkPrice|PositionValue|CostBasisMoney|"
        "FifoPnlUnrealized",
        fields="account|currency|class|symbol|quantity|price|value|cost|pnl",
    ),
    "plain": Layout(header="Symbol|PositionValue|MarkPrice|FifoPnlUnrealized", fields="symbol|value|price|pnl"),
}


def portfolio(rng: random.Random) -> tuple[list[Held], Decimal]:
    """Some positions, of one account or two, and cash."""
    count = rng.randrange(2, 6)
    held = [
        Held(
            account=rng.choice(["Z1", "Z2"]),
            symbol=symbol,
            quantity=Decimal(rng.randrange(1, 400)),
            price=Decimal(rng.randrange(500, 50_000)).scaleb(-2),
            cost=Decimal(0),
        )
        for symbol in rng.sample(["VTI", "BND", "VXUS", "VNQ", "AVUV", "SCHD", "QQQ"], count)
    ]
    return [replace(h, cost=h.quantity * Decimal(rng.randrange(400, 60_000)).scaleb(-2)) for h in held], Decimal(
        rng.randrange(1, 10**6)
    ).scaleb(-2)


def said(grid: Grid, names: Sequence[str]) -> Truth | None:
    """What the cells say, each column meaning what ``names`` say; None when a number is none."""
    truth: Truth = {}
    for row in grid.rows:
        symbol = row[names.index("symbol")]
        for name in ("quantity", "value"):
            if name not in names:
                continue
            amount = _amount(row[names.index(name)])
            if amount is None:
                return None
            truth[symbol, name] = truth.get((symbol, name), Decimal(0)) + amount
    if grid.cash:
        amount = _amount(grid.cash[names.index("value")])
        if amount is None:
            return None
        truth["", "cash"] = amount
    return truth


def _amount(cell: str) -> Decimal | None:
    try:
        return Decimal(cell.replace("$", "").replace(",", ""))
    except ArithmeticError:
        return None


def read(statement: Statement, names: Sequence[str]) -> Truth:
    """What a statement says of all accounts."""
    truth: Truth = {}
    for holding in statement.holdings:
        for name, amount in (("quantity", holding.quantity), ("value", holding.value)):
            if name in names and amount is not None:
                key = holding.symbol, name
                truth[key] = truth.get(key, Decimal(0)) + amount
    if statement.cash:
        truth["", "cash"] = sum((b.amount for b in statement.cash), Decimal(0))
    return truth


def agrees(found: Truth, wanted: Truth | None) -> bool:
    """The same symbols, values and cash, and no other quantity; one that is not known is no wrong one."""
    if wanted is None or not found.items() <= wanted.items():
        return False
    return {key for key in wanted if key[1] != "quantity"} <= found.keys()


def accounts(statement: Statement) -> Counter[tuple[str, str]]:
    return Counter((h.account, h.symbol) for h in statement.holdings)


Change = Callable[[Grid, random.Random], tuple[Grid, bool]]
"""Changes a grid; False: the changed file says something else, by its own header. True: the truth is as it was."""

NUMBERS = ("quantity", "price", "value", "cost", "pnl", "cost_price")


def change_number(grid: Grid, rng: random.Random) -> tuple[Grid, bool]:
    """Another digit in one number."""
    rows = [*grid.rows, *([grid.cash] if grid.cash else []), *([grid.total] if grid.total else [])]
    row = rng.choice(rows)
    column = rng.choice([i for i, name in enumerate(grid.fields) if name in NUMBERS and row[i]])
    digits = [i for i, c in enumerate(row[column]) if c.isdigit()]
    at = rng.choice(digits)
    old = row[column][at]
    row[column] = row[column][:at] + rng.choice([d for d in "123456789" if d != old]) + row[column][at + 1 :]
    return grid, False


def rename(grid: Grid, rng: random.Random) -> tuple[Grid, bool]:
    """One letter of one header name is lost, so that no reader knows it."""
    column = rng.choice([i for i, name in enumerate(grid.fields) if name and name != "day"])
    name = grid.header[column]
    at = rng.randrange(len(name))
    grid.header[column] = name[:at] + "x" + name[at + 1 :]
    return grid, True


def swap_columns(grid: Grid, rng: random.Random) -> tuple[Grid, bool]:
    """Two header names change places."""
    kinds = [i for i, name in enumerate(grid.fields) if name in NUMBERS]
    a, b = rng.sample(kinds, 2)
    grid.header[a], grid.header[b] = grid.header[b], grid.header[a]
    return grid, True


def drop_line(grid: Grid, rng: random.Random) -> tuple[Grid, bool]:
    """A row is missing."""
    del grid.rows[rng.randrange(len(grid.rows))]
    return grid, False


def swap_accounts(grid: Grid, rng: random.Random) -> tuple[Grid, bool]:
    """Two rows change accounts."""
    if "account" in grid.fields:
        column = grid.column("account")
        one, other = rng.sample(grid.rows, 2)
        one[column], other[column] = other[column], one[column]
    return grid, False


CHANGES: tuple[Change, ...] = (change_number, rename, swap_columns, drop_line, swap_accounts)


def cannot_tell(grid: Grid, before: Grid) -> bool:
    """Nothing in the file contradicts the swapped names: the numbers agree under them as well.

    Quantity and price have one product, cost and P&L one sum, and a file without both a price and a P&L proves nothing.
    """
    names = dict(zip(before.header, before.fields, strict=True))
    now = [names.get(title, "") for title in grid.header]
    numbers_agree = True
    for row in grid.rows:
        values = {name: _amount(cell) for name, cell in zip(now, row, strict=True) if name in NUMBERS}
        quantity, price, value = (values.get(name) for name in ("quantity", "price", "value"))
        cost, pnl, each = (values.get(name) for name in ("cost", "pnl", "cost_price"))
        if quantity is not None and price is not None and value is not None:
            numbers_agree &= abs(quantity * price - value) <= Decimal("0.02")
        if value is not None and cost is not None and pnl is not None:
            numbers_agree &= abs(value - cost - pnl) <= Decimal("0.02")
        if quantity is not None and each is not None and cost is not None:
            numbers_agree &= abs(quantity * each - cost) <= Decimal("0.02") * quantity
    return numbers_agree


def one_file(name: str, rng: random.Random) -> Iterator[Callable[[], str]]:
    """Writes one file; for each of CHANGES what damages a fresh copy and says what became of it.

    Raises:
        AssertionError: The undamaged file is read wrongly; from what is returned, a damaged one is, in silence.
    """
    held, cash = portfolio(rng)
    before = LAYOUTS[name].grid(held, cash)
    good = read_positions(before.text().encode())
    assert agrees(read(good, before.fields), said(before, before.fields)), f"undamaged, and wrong:\n{before.text()}"
    usual = {issue.code for issue in good.issues if issue.severity != "info"}
    for change in CHANGES:
        yield partial(_damaged, change, LAYOUTS[name].grid(held, cash), before, usual, rng)


def _damaged(change: Change, grid: Grid, before: Grid, usual: set[str], rng: random.Random) -> str:
    """What became of a damaged file, or AssertionError for one that is wrong in silence."""
    after, as_before = change(grid, rng)
    try:
        statement = read_positions(after.text().encode())
    except DataError:
        return "refused"
    if {issue.code for issue in statement.issues if issue.severity != "info"} - usual:
        return "warned"
    wanted = said(before, before.fields) if as_before else said(after, after.fields)
    if agrees(read(statement, before.fields), wanted) and (as_before or _accounts_of(after) == accounts(statement)):
        return "right"
    assert as_before, f"{change.__name__} is wrong in silence:\n{after.text()}{statement}"
    assert change is swap_columns, f"{change.__name__} is wrong in silence:\n{after.text()}{statement}"
    assert cannot_tell(after, before), f"{change.__name__} is wrong in silence:\n{after.text()}{statement}"
    return "no contradiction"


def _accounts_of(grid: Grid) -> Counter[tuple[str, str]]:
    account = grid.column("account") if "account" in grid.fields else None
    symbol = grid.column("symbol")
    usual = "Individual ...000" if grid.above else ""
    return Counter((row[account] if account is not None else usual, row[symbol]) for row in grid.rows)


def run(name: str, count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Damages one kind of file ``count`` times; returns how often each result came, and the findings."""
    results: Counter[str] = Counter()
    findings = []
    for number_of_file in range(math.ceil(count / len(CHANGES))):
        for damage in one_file(name, random.Random(f"{name}:{seed}:{number_of_file}")):
            try:
                results[damage()] += 1
            except AssertionError as finding:
                findings.append(f"{name} seed {seed} file {number_of_file}: {finding}")
    return results, findings


def main() -> int:
    """Runs all kinds of files."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--count", type=int, default=20_000)
    p.add_argument("--seed", type=int, default=1)
    options = p.parse_args()
    found = []
    for name in LAYOUTS:
        results, findings = run(name, options.count // len(LAYOUTS), options.seed)
        print(f"{name}: {', '.join(f'{result} {times}' for result, times in results.most_common())}")
        found += findings
    print("\n".join(found[:20]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
