"""What a plan must keep to besides its cash: the table of rules, with a value for each.

The model: each field of :class:`Constraints` is a rule, and its field is the one place that says what it is called and
how it is worded. Values are checked when they are made. ``read_constraints`` checks their symbols too, once, against
the positions and targets of a plan, with everything that is wrong in one message.

Worked example: ``fractional={"VSMAX": "0.001"}`` lets VSMAX trade in thousandths of a share; one lot is 0.001 share.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..errors import RequestError
from ..money import MAX_CASH
from ..portfolio import symbol_key
from .rules import NOTHING, Rule, Sides, rule

if TYPE_CHECKING:
    from typing import Unpack

    from .keywords import ConstraintKeywords


@dataclass(frozen=True, kw_only=True, repr=False)
class Constraints:
    """Checked values of the rules.

    Each may be given as loosely as to ``rebalance``: a symbol or a list of symbols, a table of steps, a number or its
    text. Two are equal where they ask for the same, whatever the order in which symbols were given.

    Args:
        frozen: Symbols that do not trade and do not count in the total that targets share out.
        never_buy: Symbols that may only be sold.
        never_sell: Symbols that may only be bought.
        fractional: Symbol and smallest fraction of a share that trades, above 0 and at most 1, sorted by symbol.
        cash_buffer: Dollars of the cash that stay cash, >= 0.
        fee_per_trade: Dollars that each trade costs, >= 0.
        max_fee_share: The largest part of a trade that its fee may be, above 0 and at most 1; None for the usual one.
        max_trades: Most trades of a plan, >= 0; None for any number.
        leftover: ``invest`` to invest cash past the targets that would else stay.

    Raises:
        RequestError: With everything that is wrong, one line each.
    """

    frozen: frozenset[str] = rule(
        "symbols",
        meaning="do not trade it, and leave it out of what the targets share",
        limit="{} {be} frozen",
        brief="{} frozen",
        short="--freeze",
        bars=("buy", "sell"),
    )
    never_buy: frozenset[str] = rule(
        "symbols",
        meaning="only ever sell it",
        limit="{} {be} never bought",
        brief="{} never bought",
        every="nothing may be bought",
        bars=("buy",),
    )
    never_sell: frozenset[str] = rule(
        "symbols",
        meaning="only ever buy it",
        limit="{} {be} never sold",
        brief="{} never sold",
        every="nothing may be sold",
        bars=("sell",),
    )
    fractional: tuple[tuple[str, Decimal], ...] = rule(
        "steps",
        meaning="trade it in fractions of a share, as mutual funds do",
        brief="{} in fractions",
    )
    cash_buffer: Decimal = rule(
        "money",
        meaning="keep this much of the cash; a withdrawal or a hard rebalance raises it too",
        limit="cash up to {} is kept as a buffer",
        brief="a buffer of {} in cash",
        short="--buffer",
        most=MAX_CASH,
        step=Decimal(100),
    )
    fee_per_trade: Decimal = rule(
        "money",
        meaning="what each trade costs; it is paid from the cash",
        limit="each trade costs a fee of {}",
        brief="a fee of {} a trade",
        short="--fee",
    )
    max_fee_share: Decimal | None = rule(
        "share",
        meaning="make no trade of which the fee is a larger part; exact plans keep to 1 % unless you say otherwise",
        brief="fees of at most {} of a trade",
    )
    max_trades: int | None = rule(
        "count",
        meaning="make at most this many trades; exact plans only",
        limit="trades are limited to {}",
        brief="trades limited to {}",
    )
    leftover: str = rule(
        "choice",
        meaning="invest the cash that is left too, past the targets; exact plans only",
        brief="cash that is left is invested past the targets",
        switch="--invest-rest",
        choices=("invest",),
    )

    if TYPE_CHECKING:  # the fields are what was read of the arguments, which may be looser

        def __init__(self, **given: Unpack[ConstraintKeywords]) -> None: ...

    def __post_init__(self) -> None:
        problems: list[str] = []
        for each in RULES:
            object.__setattr__(self, each.key, each.read(getattr(self, each.key), problems))
        if problems:
            raise RequestError("\n".join(problems))

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Constraints:
        """Constraints of values that ``Rule.read`` has checked already, by key; the other rules say nothing."""
        if not values:
            return _UNCONSTRAINED
        made = object.__new__(cls)
        for each in RULES:
            object.__setattr__(made, each.key, values.get(each.key, NOTHING[each.kind]))
        return made

    def __repr__(self) -> str:
        return f"Constraints({', '.join(f'{key}={value!r}' for key, value in self.to_dict().items())})"

    @cached_property
    def _said(self) -> tuple[tuple[Rule, Any], ...]:
        values = ((each, getattr(self, each.key)) for each in RULES)
        return tuple((each, value) for each, value in values if value != NOTHING[each.kind])

    def said(self) -> Iterator[tuple[Rule, Any]]:
        """The rules that say something, each with its value, in the order of the table."""
        return iter(self._said)

    def given(self) -> dict[str, Any]:
        """Key -> value of the rules that say something."""
        return {each.key: value for each, value in self.said()}

    def to_dict(self) -> dict[str, Any]:
        """``given`` in the plain values of JSON and TOML; ``Constraints(**plain)`` brings it back."""
        return {each.key: each.plain(value) for each, value in self.said()}

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol that a rule names, once, sorted."""
        return tuple(sorted({s for each, value in self.said() if each.by_symbol for s in each.symbols(value)}))

    def only(self, symbols: Collection[str]) -> Constraints:
        """The same without what is said of other symbols, in whatever spelling."""
        keys = set(map(symbol_key, symbols))
        kept = {symbol: symbol for symbol in self.symbols if symbol_key(symbol) in keys}
        pairs = ((each, value) for each, value in self.said() if each.by_symbol)
        return replace(self, **{each.key: each.respelled(value, kept) for each, value in pairs})

    def barred(self, side: Sides) -> frozenset[str]:
        """Symbols that may not be bought, or may not be sold."""
        return self._barred[side]

    @cached_property
    def _barred(self) -> dict[Sides, frozenset[str]]:
        sides: tuple[Sides, ...] = ("buy", "sell")
        return {side: frozenset(s for each, value in self.said() if side in each.bars for s in value) for side in sides}

    @cached_property
    def _lots(self) -> dict[str, Decimal]:
        return dict(self.fractional)

    def lot(self, symbol: str) -> Decimal | None:
        """The smallest fraction that trades, None for whole shares."""
        return self._lots.get(symbol)


RULES: tuple[Rule, ...] = tuple(replace(f.metadata["rule"], key=f.name) for f in fields(Constraints))
"""The table of rules, in the order in which files, options and columns have them."""

_UNCONSTRAINED = Constraints()


def never_bought(given: Mapping[str, Any]) -> set[str]:
    """Symbols that constraints, by rule's key and not yet checked, keep from being bought."""
    named: set[str] = set()
    for each in RULES:
        if "buy" in each.bars and each.key in given:
            named |= each.read(given[each.key], [])
    return named


def read_constraints(symbols: Collection[str], given: Mapping[str, Any], *, idle: Collection[str] = ()) -> Constraints:
    """Checks constraints against the symbols that can be traded, and spells them alike; ``BRK B`` is ``BRK.B``.

    Args:
        symbols: The positions, and the targets that are not held.
        given: Rule's key -> value.
        idle: Symbols that may be named although there is nothing to trade: targets of 0 that are not held.

    Raises:
        RequestError: With everything that is wrong, one line each.
    """
    if not given:
        return _UNCONSTRAINED
    unknown = [name for name in given if name not in {each.key for each in RULES}]
    if unknown:
        known = ", ".join(["targets", "prices", *(each.key for each in RULES)])
        raise RequestError(f"{', '.join(unknown)} is not known; a policy has {known}.")
    problems: list[str] = []
    values = {each.key: each.read(given[each.key], problems) for each in RULES if each.key in given}
    allowed = set(map(symbol_key, [*idle, *symbols]))
    held = {symbol_key(symbol): symbol for symbol in symbols}
    for each in RULES:
        if each.by_symbol and each.key in values:
            named = {symbol: symbol_key(symbol) for symbol in each.symbols(values[each.key])}
            missing = sorted(symbol for symbol, key in named.items() if key not in allowed)
            problems += [_unknown(each.key, missing, symbols)] if missing else []
            spelling = {symbol: held[key] for symbol, key in named.items() if key in held}
            values[each.key] = each.respelled(values[each.key], spelling)
    if problems:
        raise RequestError("\n".join(problems))
    return Constraints.of(values)


def _unknown(name: str, missing: list[str], symbols: Collection[str]) -> str:
    some = ", ".join(list(symbols)[:20]) + (", ..." if len(symbols) > 20 else "")
    verb = "is" if len(missing) == 1 else "are"
    return f"{name}: {', '.join(ascii(m)[1:-1][:40] for m in missing)} {verb} not among the positions: {some}."
