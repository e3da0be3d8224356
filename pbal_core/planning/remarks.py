"""What a plan says about itself: overspends, idle cash, refusals and limits, as sentences for a person.

The model: a remark takes amounts, and how they are written, and returns an :class:`~pbal_core.errors.Issue`. An
``error`` says why there is no plan, a ``warning`` what needs a look, an ``info`` what might surprise. Worked example:
trades of 5,033.51 for 5,000 of cash are the warning ``overspend``: "The trades cost $33.51 more than the cash of
$5,000.00: ...".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from ..errors import Issue
from ..policy.constraints import Constraints
from ..policy.rules import Rule
from .strategy import Method

Money = Callable[[Decimal], str]
"""How an amount is written; see ``Portfolio.money``."""


def overspend(cash: Decimal, short: Decimal, money: Money) -> Issue:
    """A classic plan spends ``short`` more than the cash, or raises ``short`` less than the withdrawal."""
    if cash < 0:
        message = f"The trades raise {money(short)} less than the {money(-cash)} to withdraw."
        return Issue("warning", "shortfall", message)
    message = (
        f"The trades cost {money(short)} more than the cash of {money(cash)}: "
        "each is rounded to whole shares by itself."
    )
    return Issue("warning", "overspend", message)


def all_frozen(symbols: Iterable[str]) -> Issue:
    """Nothing that has a target may trade."""
    message = f"every target is frozen ({', '.join(symbols)}); unfreeze one, or change the targets."
    return Issue("error", "all_frozen", message)


def too_fine(symbol: str, lot: Decimal, worth: Decimal, most: int, money: Money) -> Issue:
    """A position has more lots than the exact method counts."""
    message = (
        f"one lot of {symbol} costs {lot:f}, too little for the exact method to share out {money(worth)}: it counts to "
        f"{most:,}. Use the classic method, a larger fraction, or freeze {symbol}."
    )
    return Issue("error", "too_fine", message)


def fee_above_cash(cash: Decimal, constraints: Constraints, money: Money) -> Issue:
    """The cash does not even pay the fee of one trade."""
    kept = f", of which {money(constraints.cash_buffer)} stay cash," if constraints.cash_buffer else ""
    message = (
        f"the cash of {money(cash)}{kept} does not cover one trade's fee of {money(constraints.fee_per_trade)}; "
        f"invest more, or lower the fee{' or what stays cash' if kept else ''}."
    )
    return Issue("error", "fee_above_cash", message)


def cannot_raise(cash: Decimal, most: Decimal, constraints: Constraints, min_trade: Decimal, money: Money) -> Issue:
    """The sales that are possible do not raise what is needed."""
    wanted = [f"withdraw {money(-cash)}"] if cash < 0 else []
    if constraints.cash_buffer:
        wanted.append(f"keep {money(constraints.cash_buffer)} in cash")
    why = [f"the sales that are possible raise at most {money(most)}"]
    if min_trade:
        why.append(f"no trade may be smaller than {money(min_trade)}")
    if constraints.fee_per_trade:
        why.append(f"each costs {money(constraints.fee_per_trade)}")
    barred = [(rule, symbols) for rule, symbols in constraints.said() if "sell" in rule.bars]
    why += [f"{rule.brief.format('').strip()}: {', '.join(sorted(symbols))}" for rule, symbols in barred]
    return Issue("error", "cannot_raise", f"cannot {' and '.join(wanted)}: {'; '.join(why)}.")


def below_buffer(cash: Decimal, buffer: Decimal, money: Money) -> Issue:
    """The buffer keeps all of the cash."""
    message = f"The cash of {money(cash)} is below the buffer of {money(buffer)}: all of it stays."
    return Issue("warning", "below_buffer", message)


def why_idle(min_trade: Decimal, fee: Decimal, money: Money, *, searched: bool) -> str:
    """What keeps cash from being spent, as the end of a sentence."""
    if not searched:
        return "the search was cut short"
    if min_trade:
        return f"the minimum trade of {money(min_trade)} rules other trades out"
    if fee:
        return f"each trade costs a fee of {money(fee)}"
    return "no plan within the constraints leaves less"


def idle_cash(idle: Decimal, symbol: str, price: Decimal, why: str, money: Money) -> Issue:
    """More cash stays than the cheapest share, or what can be traded of it, costs."""
    if not symbol:
        return Issue("info", "idle_cash", f"{money(idle)} stays in cash: nothing may be bought.")
    message = f"{money(idle)} stays in cash, enough for {symbol} at {money(price)}: {why}."
    return Issue("info", "idle_cash", message)


def limits(
    symbols: Sequence[str], constraints: Constraints, method: Method, min_trade: Decimal, money: Money
) -> tuple[str, ...]:
    """What limited a plan besides its cash, in words. To a classic plan the minimum trade is a step, not a limit."""
    bound = method == Method.EXACT and min_trade
    words = [f"no trade below the minimum of {money(min_trade)}"] if bound else []
    for rule, value in constraints.said():
        if rule.limit:
            words.append(rule.limit.format(_subject(rule, value, symbols, money)))
    return tuple(words)


def _subject(rule: Rule, value: Any, symbols: Sequence[str], money: Money) -> str:
    """What a limit is about: the symbols that a rule names, in file order, or its amount."""
    if not rule.by_symbol:
        return rule.words(value, money)
    named = set(rule.symbols(value))
    return ", ".join(symbol for symbol in symbols if symbol in named) if len(named) < len(symbols) else "every asset"
