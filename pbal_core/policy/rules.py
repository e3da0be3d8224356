"""What a rule of a policy is: its kind, how its value is read and written, and the words that every face uses.

The model: each field of ``Constraints`` carries one :class:`Rule`, and ``constraints.RULES`` is the table of them. The
TOML file, the options of the command, the columns and boxes of the page, the limits of a plan and the directions in
which a symbol may trade all walk that table, so a new rule is a new field there. Its key is its one name: the rule
``never_buy`` is the argument ``never_buy=``, the entry ``never_buy`` of a file, the option ``--never-buy`` and the
column "Never buy".

Worked example: a rule of kind ``steps`` reads ``{"VSMAX": "0.001"}`` as ``(("VSMAX", Decimal("0.001")),)`` and writes
it back as ``{"VSMAX": "0.001"}``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from ..errors import RequestError
from ..money import Amount, to_amount

Kind = Literal["symbols", "steps", "money", "share", "count", "choice"]
"""The form of a rule's value.

symbols: a frozenset of symbols.
steps: pairs of a symbol and the smallest fraction of a share that trades, above 0 and at most 1, sorted by symbol.
money: dollars >= 0; 0 says nothing.
share: a fraction above 0 and at most 1, given as ``0.02`` or ``"2%"``; None says nothing.
count: a whole number >= 0; None says nothing.
choice: one of the rule's ``choices``; empty text says nothing.
"""

NOTHING: dict[Kind, Any] = {
    "symbols": frozenset(),
    "steps": (),
    "money": Decimal(0),
    "share": None,
    "count": None,
    "choice": "",
}
"""The value of each kind that says nothing."""

Sides = Literal["buy", "sell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that a plan can be asked to keep to.

    Args:
        key: The rule's one name.
        kind: The form of its value.
        meaning: What it does, as the command's help and the page's tooltip say it.
        limit: What it does to a plan, as a clause with ``{}`` for its symbols or its amount, and ``{be}`` for "is" or
            "are": ``{} {be} never bought``; see ``clause``.
        brief: The same in few words beside the table of the page, with ``{}`` for how many symbols or for the amount.
        short: A shorter name of the command's option, such as ``--fee``; empty for none.
        switch: The option of a choice that has one value, and takes none: ``--invest-rest``. The page's box to tick is
            called after it.
        every: What holds where the option names no symbol; empty where it must name one.
        bars: In which directions the symbols it names may not trade.
        most: The most that a box of the page takes, in dollars.
        step: What one click on the arrows of the box adds.
        choices: The values of a choice.
    """

    key: str = ""
    kind: Kind
    meaning: str
    limit: str = ""
    brief: str = ""
    short: str = ""
    switch: str = ""
    every: str = ""
    bars: tuple[Sides, ...] = ()
    most: Decimal = Decimal(1_000_000)
    step: Decimal = Decimal(1)
    choices: tuple[str, ...] = ()

    @property
    def option(self) -> str:
        """The command's option: ``--never-buy``."""
        return self.switch or "--" + self.key.replace("_", "-")

    @property
    def label(self) -> str:
        """The column or the box of the page: ``Never buy``."""
        return (self.switch or self.key).strip("-").replace("-", " ").replace("_", " ").capitalize()

    @property
    def by_symbol(self) -> bool:
        """Whether the value names symbols."""
        return self.kind in {"symbols", "steps"}

    def read(self, given: Any, problems: list[str]) -> Any:
        """What somebody gave as a value of this kind; what is wrong goes to ``problems``, one line each."""
        return _READERS[self.kind](self, given, problems)

    def symbols(self, value: Any) -> tuple[str, ...]:
        """The symbols that a value names."""
        return tuple(value) if self.kind == "symbols" else tuple(symbol for symbol, _step in value)

    def clause(self, names: str, *, several: bool = False) -> str:
        """What the rule does to a plan: ``VTI is never bought``; ``names`` are its symbols, or its amount."""
        return self.limit.format(names, be="are" if several else "is")

    def respelled(self, value: Any, spelling: Mapping[str, str]) -> Any:
        """A value with its symbols spelled otherwise; those without a spelling are left out."""
        if self.kind == "symbols":
            return frozenset(spelling[symbol] for symbol in value if symbol in spelling)
        return _sorted({spelling[symbol]: step for symbol, step in value if symbol in spelling})

    def plain(self, value: Any) -> Any:
        """The value as JSON and TOML hold it: lists, tables, whole numbers, and amounts as text."""
        if self.kind == "symbols":
            return sorted(value)
        if self.kind == "steps":
            return {symbol: f"{step:f}" for symbol, step in value}
        return f"{value:f}" if isinstance(value, Decimal) else value

    def words(self, value: Any, money: Callable[[Decimal], str]) -> str:
        """An amount, a share or a number as a person reads it; ``money`` writes amounts."""
        if self.kind == "money":
            return money(value)
        return share_words(value) if self.kind == "share" else str(value)


def share_words(share: Decimal) -> str:
    """A share as a person reads it, with no more decimals than it has: ``1 %``, ``0.25 %``."""
    return f"{(100 * share).normalize():f} %"


def rule(kind: Kind, **words: Any) -> Any:
    """A field of ``Constraints`` with its rule; it says nothing by default."""
    return field(default=NOTHING[kind], metadata={"rule": Rule(kind=kind, **words)})


def _sorted(steps: Mapping[str, Decimal]) -> tuple[tuple[str, Decimal], ...]:
    return tuple(sorted(steps.items()))


def _symbols(rule: Rule, given: Any, problems: list[str]) -> frozenset[str]:
    if isinstance(given, Mapping) or not isinstance(given, Iterable):
        problems.append(f'{rule.key} must be a symbol or a list of symbols, such as ["VTI"].')
        return frozenset()
    return frozenset([given]) if isinstance(given, str) else frozenset(map(str, given))


def _steps(rule: Rule, given: Any, problems: list[str]) -> tuple[tuple[str, Decimal], ...]:
    pairs = dict(given) if isinstance(given, tuple) else given or {}
    if not isinstance(pairs, Mapping):
        problems.append(f"{rule.key} must be a table of steps, such as {{'VSMAX': '0.001'}}.")
        return ()
    return _sorted({str(symbol): _step(symbol, step, problems) for symbol, step in pairs.items()})


def _step(symbol: str, given: Amount, problems: list[str]) -> Decimal:
    step = _amount(f"the fraction of {symbol}", given, problems, "a fraction of a share such as 0.001")
    if step is not None and not 0 < step <= 1:
        problems.append(f"the fraction of {symbol} is {step:f}; above 0 and at most 1 share is needed, such as 0.001.")
    return step if step is not None and 0 < step <= 1 else Decimal(1)


def _money(rule: Rule, given: Any, problems: list[str]) -> Decimal:
    amount = _amount(rule.key, given, problems, "an amount such as 5000 or 1234.56")
    if amount is not None and amount < 0:
        problems.append(f"{rule.key} is {amount:f}; 0 or more is needed.")
    return amount or Decimal(0)


def _share(rule: Rule, given: Any, problems: list[str]) -> Decimal | None:
    if given is None:
        return None
    percent = isinstance(given, str) and given.strip().endswith("%")
    number = given.strip().removesuffix("%") if percent else given
    amount = _amount(rule.key, number, problems, 'a share such as "2%" or 0.02')
    if amount is None:
        return None
    share = amount.scaleb(-2) if percent else amount
    if not 0 < share <= 1:
        found = f"{rule.key} is {share_words(share)}"
        problems.append(f'{found}; above 0 % and at most 100 % is needed, such as "2%" or 0.02.')
    return share


def _count(rule: Rule, given: Any, problems: list[str]) -> int | None:
    if given is None:
        return None
    amount = _amount(rule.key, given, problems, "a whole number such as 3")
    if amount is None:
        return None
    if amount < 0 or amount != int(amount):
        problems.append(f"{rule.key} is {amount:f}; a whole number is needed, 0 or more.")
    return int(amount)


def _choice(rule: Rule, given: Any, problems: list[str]) -> str:
    if given not in (None, "", *rule.choices):
        problems.append(f'{rule.key} "{str(given)[:40]}" is not known; choose {" or ".join(rule.choices)}.')
    return str(given or "")


def _amount(name: str, given: Any, problems: list[str], needed: str) -> Decimal | None:
    try:
        return to_amount(given, name, needed=needed)
    except RequestError as error:
        problems.append(str(error))
        return None


_READERS: dict[Kind, Any] = {
    "symbols": _symbols,
    "steps": _steps,
    "money": _money,
    "share": _share,
    "count": _count,
    "choice": _choice,
}
