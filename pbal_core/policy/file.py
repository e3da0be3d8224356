"""What somebody wishes of plans, targets and constraints, and the TOML file that holds it.

The model: the tables of ``Targets``, and a table of what plans must keep to, whose entries are
named as the arguments of ``rebalance``. Worked example: this file freezes VNQ and keeps 250 dollars in cash::

    [targets]
    VTI = 60
    VNQ = 40

    [constraints]
    frozen = ["VNQ"]
    cash_buffer = "250"

    [constraints.fractional]
    VTI = "0.001"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..errors import TargetError
from ..portfolio import SYMBOL, bad_symbol_message
from .constraints import read_amount, read_step
from .targets import Targets, quoted_list, toml_lines, toml_tables

_LISTS = ("frozen", "never_buy", "never_sell")
_AMOUNTS = ("cash_buffer", "fee_per_trade")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Targets and constraints.

    Args:
        targets: The weights; None for equal weights over what is held.
        frozen: Symbols that do not trade.
        never_buy: Symbols that may only be sold.
        never_sell: Symbols that may only be bought.
        fractional: Symbol and smallest fraction of a share that trades, above 0 and at most 1.
        cash_buffer: Dollars of the cash that stay cash, >= 0.
        fee_per_trade: Dollars that each trade costs, >= 0.
    """

    targets: Targets | None = None
    frozen: tuple[str, ...] = ()
    never_buy: tuple[str, ...] = ()
    never_sell: tuple[str, ...] = ()
    fractional: tuple[tuple[str, Decimal], ...] = ()
    cash_buffer: Decimal = Decimal(0)
    fee_per_trade: Decimal = Decimal(0)

    @property
    def constrained(self) -> tuple[str, ...]:
        """Every symbol that a constraint names, once."""
        return tuple(dict.fromkeys([*self.frozen, *self.never_buy, *self.never_sell, *dict(self.fractional)]))

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of ``rebalance``, without those that say nothing."""
        given = {
            "targets": self.targets,
            **{name: getattr(self, name) for name in (*_LISTS, *_AMOUNTS)},
            "fractional": dict(self.fractional),
        }
        return {name: value for name, value in given.items() if value}

    def to_toml(self) -> str:
        """The text of a file that ``read_targets_file`` reads back to an equal one."""
        lists = [(name, quoted_list(getattr(self, name))) for name in _LISTS if getattr(self, name)]
        amounts = [(name, f'"{getattr(self, name):f}"') for name in _AMOUNTS if getattr(self, name)]
        blocks = [self.targets.to_toml()] if self.targets else []
        if lists or amounts:
            blocks.append("[constraints]\n" + toml_lines([*lists, *amounts]))
        if self.fractional:
            steps = toml_lines((symbol, f'"{step:f}"') for symbol, step in self.fractional)
            blocks.append("[constraints.fractional]\n" + steps)
        return "\n".join(blocks)


def read_targets_file(data: bytes) -> Wishes:
    """Reads the bytes of a file, with or without a byte order mark.

    Raises:
        TargetError: No UTF-8, no TOML, or not what is needed; everything that is wrong, one line each.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TargetError("the file is not UTF-8 text; a TOML file of targets is needed.") from None
    tables = toml_tables(text)
    found = tables.get("constraints", {})
    problems: list[str] = []
    targets = None
    if tables.keys() != {"constraints"}:
        try:
            targets = Targets.from_toml(text)
        except TargetError as error:
            problems.append(str(error))
    problems += [f"[constraints] has no {name}; it knows {', '.join(_KEYS)}." for name in found if name not in _KEYS]
    frozen, never_buy, never_sell = (_symbols(name, found.get(name, []), problems) for name in _LISTS)
    cash_buffer, fee_per_trade = (read_amount(name, found.get(name, 0), problems) for name in _AMOUNTS)
    steps = found.get("fractional", {})
    if not isinstance(steps, Mapping):
        problems.append('fractional must be a table of steps, such as { VSMAX = "0.001" }.')
        steps = {}
    fractional = tuple((symbol, read_step(symbol, step, problems)) for symbol, step in steps.items())
    if problems:
        raise TargetError("\n".join(problems))
    return Wishes(
        targets=targets,
        frozen=frozen,
        never_buy=never_buy,
        never_sell=never_sell,
        fractional=fractional,
        cash_buffer=cash_buffer,
        fee_per_trade=fee_per_trade,
    )


_KEYS = (*_LISTS, "fractional", *_AMOUNTS)


def _symbols(name: str, given: Any, problems: list[str]) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(symbol, str) for symbol in given):
        problems.append(f'{name} must be a list of symbols, such as ["BND", "VTEB"].')
        return ()
    problems += [bad_symbol_message(symbol) for symbol in given if not SYMBOL.fullmatch(symbol)]
    return tuple(dict.fromkeys(given))
