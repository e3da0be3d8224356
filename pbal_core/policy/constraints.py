"""What a plan must keep to besides its cash: frozen symbols, one-way symbols, fractions, buffer and fee.

The model: the words of a caller become checked values here, once, with everything that is wrong in one message. They
name symbols of the portfolio, or of the targets.

Worked example: ``fractional={"VSMAX": "0.001"}`` lets VSMAX trade in thousandths of a share; one lot is 0.001 share.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ..errors import RequestError
from ..money import Amount, decimals, from_units, to_amount, to_units
from ..portfolio import Position, symbol_key

Symbols = Iterable[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """Checked constraints.

    Args:
        frozen: Symbols that do not trade and do not count in the total that targets share out.
        never_buy: Symbols that may only be sold.
        never_sell: Symbols that may only be bought.
        fractional: Symbol -> smallest fraction of a share that trades, above 0 and at most 1.
        buffer: Dollars of the cash that stay cash, >= 0.
        fee: Dollars that each trade costs, >= 0.
    """

    frozen: frozenset[str] = frozenset()
    never_buy: frozenset[str] = frozenset()
    never_sell: frozenset[str] = frozenset()
    fractional: tuple[tuple[str, Decimal], ...] = ()
    buffer: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)

    def lot(self, symbol: str) -> Decimal | None:
        """The smallest fraction that trades, None for whole shares."""
        return next((step for name, step in self.fractional if name == symbol), None)


def read_constraints(
    symbols: Collection[str],
    *,
    frozen: Symbols = (),
    never_buy: Symbols = (),
    never_sell: Symbols = (),
    fractional: Mapping[str, Amount] | None = None,
    cash_buffer: Amount = 0,
    fee_per_trade: Amount = 0,
    idle: Collection[str] = (),
) -> Constraints:
    """Checks the constraints of ``rebalance`` against the symbols that can be traded; ``BRK B`` is ``BRK.B``.

    ``idle`` are symbols that may be named although there is nothing to trade: targets of 0 that are not held.

    Raises:
        RequestError: With everything that is wrong, one line each.
    """
    problems: list[str] = []
    known: dict[str, str | None] = dict.fromkeys(map(symbol_key, idle))
    known |= {symbol_key(symbol): symbol for symbol in symbols}
    steps: dict[str, Decimal] = {}
    if fractional is not None and not isinstance(fractional, Mapping):
        raise RequestError("fractional must be a table of steps, such as {'VSMAX': '0.001'}.")
    for symbol, text in (fractional or {}).items():
        step = read_step(symbol, text, problems)
        if (traded := known.get(symbol_key(str(symbol)))) is not None:
            steps[traded] = step
    named = {}
    for name, given in (("frozen", frozen), ("never_buy", never_buy), ("never_sell", never_sell)):
        if isinstance(given, Mapping) or not isinstance(given, Iterable):
            raise RequestError(f'{name} must be a symbol or a list of symbols, such as ["VTI"].')
        several = [given] if isinstance(given, str) else list(given)
        problems += _unknown(name, several, known, symbols)
        spelled = (known.get(symbol_key(str(symbol))) for symbol in several)
        named[name] = frozenset(symbol for symbol in spelled if symbol)
    problems += _unknown("fractional", fractional or (), known, symbols)
    buffer = read_amount("cash_buffer", cash_buffer, problems)
    fee = read_amount("fee_per_trade", fee_per_trade, problems)
    if problems:
        raise RequestError("\n".join(problems))
    return Constraints(**named, fractional=tuple(steps.items()), buffer=buffer, fee=fee)


def _unknown(name: str, given: Iterable[str], known: Collection[str], symbols: Collection[str]) -> list[str]:
    missing = sorted({str(symbol) for symbol in given if symbol_key(str(symbol)) not in known})
    if not missing:
        return []
    some = ", ".join(list(symbols)[:20]) + (", ..." if len(symbols) > 20 else "")
    verb = "is" if len(missing) == 1 else "are"
    return [f"{name}: {', '.join(ascii(m)[1:-1][:40] for m in missing)} {verb} not among the positions: {some}."]


def read_amount(name: str, given: Amount, problems: list[str]) -> Decimal:
    """Dollars of a buffer or a fee, >= 0; what is wrong goes to ``problems``."""
    try:
        amount = to_amount(given, name)
    except RequestError as error:
        problems.append(str(error))
        return Decimal(0)
    if amount < 0:
        problems.append(f"{name} is {amount:f}; 0 or more is needed.")
    return amount


def read_step(symbol: str, given: Amount, problems: list[str]) -> Decimal:
    """The smallest fraction of a share that trades, above 0 and at most 1; what is wrong goes to ``problems``."""
    try:
        step = to_amount(given, f"the fraction of {symbol}")
    except RequestError as error:
        problems.append(str(error))
        return Decimal(1)
    if not 0 < step <= 1:
        problems.append(f"the fraction of {symbol} is {step:f}; above 0 and at most 1 share is needed, such as 0.001.")
        return Decimal(1)
    return step


def lot_price(position: Position, lot: Decimal | None, scale: int) -> int:
    """Units of ``10**-scale`` dollars that one lot costs, exactly; a lot of None is a whole share."""
    if lot is None:
        return to_units(position.price, scale)
    places = decimals(lot)
    return to_units(position.price, scale - places) * to_units(lot, places)


def lots_held(position: Position, lot: Decimal | None) -> int:
    """The most lots that may be sold: the quantity where known, else ``value / price``, rounded down."""
    if lot is None:
        return position.whole_shares
    if position.quantity is not None:
        return Fraction(position.quantity) // Fraction(lot)
    return Fraction(position.value) // (Fraction(position.price) * Fraction(lot))


def lots_as_shares(count: int, lot: Decimal | None) -> int | Decimal:
    """Lots as shares, exactly: an int for whole shares."""
    if lot is None:
        return count
    places = decimals(lot)
    return from_units(count * to_units(lot, places), places)
