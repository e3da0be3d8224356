"""Every kind of row in every delimiter, encoding and number style that people's programs write: each with its value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from pbal_core import read_positions

VOO = ("VOO", Decimal("10.5"), Decimal("1234.56"), Decimal("12962.88"))
AGG = ("AGG", Decimal(2000), Decimal("98.04"), Decimal("196080.00"))
Rows = list[tuple[str, Decimal | None, Decimal | None, Decimal | None]]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Rows of a file, and what is right.

    Args:
        rows: Symbol, quantity, price and value.
        values: Value by symbol that is read.
        cash: Cash that is found.
        code: A remark that must be there, empty for none.
        header: Names of the columns.
    """

    rows: Rows
    values: dict[str, Decimal]
    cash: Decimal = Decimal(0)
    code: str = ""
    header: tuple[str, ...] = ("Ticker", "Shares", "Price", "Value")


BOTH = {"VOO": VOO[3], "AGG": AGG[3]}
KINDS = {
    "plain": Kind(rows=[VOO, AGG], values=BOTH),
    "cash": Kind(rows=[VOO, AGG, ("Cash", None, None, Decimal("1500.25"))], values=BOTH, cash=Decimal("1500.25")),
    "sweep": Kind(
        rows=[VOO, ("SPAXX", Decimal("3000.5"), Decimal(1), Decimal("3000.5")), AGG],
        values=BOTH,
        cash=Decimal("3000.5"),
    ),
    "loan": Kind(rows=[VOO, AGG, ("USD", Decimal(-700), Decimal(1), Decimal(-700))], values=BOTH, cash=Decimal(-700)),
    "null": Kind(rows=[VOO, ("null", Decimal(5), Decimal(1), Decimal(5)), AGG], values=BOTH, code="unsupported"),
    "lots": Kind(
        rows=[VOO, AGG, ("VOO", Decimal(2), Decimal("1234.56"), Decimal("2469.12"))],
        values={"VOO": Decimal("15432.00"), "AGG": AGG[3]},
        code="rows_added_up",
    ),
    "sections": Kind(
        rows=[
            *[("Stocks", None, None, VOO[3]), VOO],
            *[("Bonds", None, None, AGG[3]), AGG],
            ("Total", None, None, VOO[3] + AGG[3]),
        ],
        values=BOTH,
    ),
    "rounded": Kind(
        rows=[VOO, ("GEVO", Decimal(3), Decimal("1.27"), Decimal(4))], values={"VOO": VOO[3], "GEVO": Decimal(4)}
    ),
    "pence": Kind(
        rows=[("VOD", Decimal(1000), Decimal("7425.5"), Decimal("74255.00")), VOO],
        values={"VOD": Decimal("74255.00"), "VOO": VOO[3]},
        code="pence",
        header=("Ticker", "Shares", "Price", "Value (GBP)"),
    ),
    "units": Kind(rows=[VOO, AGG], values=BOTH, header=("Ticker", "# Shares", "Price (USD)", "Market Value ($)")),
    "option": Kind(
        rows=[VOO, ("VOO 01/15/2027 500.00 C", Decimal(1), Decimal("1050.25"), Decimal("1050.25")), AGG],
        values=BOTH,
        code="unsupported",
    ),
}  # fmt: skip

STYLES: dict[str, Callable[[Decimal], str]] = {
    "1234.56": lambda amount: f"{amount:f}",
    "1,234.56": lambda amount: f"{amount:,f}",
    "1234,56": lambda amount: f"{amount:f}".replace(".", ","),
    "1.234,56": lambda amount: f"{amount:,f}".translate(str.maketrans(",.", ".,")),
    "1'234.56": lambda amount: f"{amount:,f}".replace(",", "'"),
    "1 234,56": lambda amount: f"{amount:,f}".translate(str.maketrans(",.", "\u00a0,")),
}


def written(kind: Kind, delimiter: str, style: Callable[[Decimal], str]) -> str:
    def cell(text: str) -> str:
        return f'"{text}"' if delimiter in text else text

    rows = [[symbol, *("" if n is None else style(n) for n in numbers)] for symbol, *numbers in kind.rows]
    return "\r\n".join(delimiter.join(map(cell, row)) for row in [list(kind.header), *rows]) + "\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_of_the_matrix_has_its_value(kind: Any, style: Any, delimiter: str, encoding: str) -> None:
    """The same positions, cash and remark, however the file is written."""
    wanted = KINDS[kind]
    statement = read_positions(written(wanted, delimiter, STYLES[style]).encode(encoding))
    assert {p.symbol: p.value for p in statement.portfolio} == wanted.values
    assert statement.cash_found == wanted.cash
    codes = {issue.code for issue in statement.issues if issue.severity == "warning"} | {wanted.code}
    assert codes - {i.code for i in statement.issues} - {""} == set()
    assert {i.code for i in statement.issues if i.severity == "warning"} <= {wanted.code}
