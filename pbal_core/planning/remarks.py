"""What a plan says about itself: overspends, idle cash, refusals and limits, as sentences for a person.

The model: a remark takes amounts, and how they are written, and returns an :class:`~pbal_core.errors.Issue`. An
``error`` says why there is no plan, a ``warning`` what needs a look, an ``info`` what might surprise. Worked example:
trades of 5,033.51 for 5,000 of cash are the warning ``overspend``: "The trades cost $33.51 more than the cash of
$5,000.00: ...".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..errors import Issue, Remedy
from ..policy.constraints import Constraints
from ..policy.rules import Rule, share_words
from .strategy import Method

Money = Callable[[Decimal], str]
"""How an amount is written; see ``Portfolio.money``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a plan had to keep to.

    Args:
        constraints: The rules that were asked for.
        min_trade: Dollars of the smallest trade that was asked for.
        fee_trade: Dollars of the smallest trade that is worth its fee.
        fee_share: The largest part of a trade that its fee may be; None for any.
    """

    constraints: Constraints
    min_trade: Decimal
    fee_trade: Decimal
    fee_share: Decimal | None

    @property
    def smallest(self) -> Decimal:
        """Dollars of the smallest trade."""
        return max(self.min_trade, self.fee_trade)

    def fee_words(self, money: Money) -> str:
        """What the fee prevents: ``a fee of $10.00 is more than 1 % of trades below $1,000.00``."""
        fee, share = money(self.constraints.fee_per_trade), share_words(self.fee_share or Decimal(1))
        return f"a fee of {fee} is more than {share} of trades below {money(self.fee_trade)}"

    def smallest_words(self, money: Money) -> str:
        """Why no trade is smaller."""
        if self.fee_trade > self.min_trade:
            return self.fee_words(money)
        return f"no trade may be smaller than {money(self.min_trade)}"


def overspend(cash: Decimal, short: Decimal, why: Sequence[str], money: Money) -> Issue:
    """A classic plan spends ``short`` more than the cash, or raises ``short`` less than the withdrawal."""
    if cash < 0:
        message = f"The trades raise {money(short)} less than the {money(-cash)} to withdraw: {_and(why)}."
        return Issue("warning", "shortfall", message)
    message = f"The trades cost {money(short)} more than the cash of {money(cash)}: {_and(why)}."
    return Issue("warning", "overspend", message)


def _and(clauses: Sequence[str]) -> str:
    return clauses[0] if len(clauses) == 1 else f"{', '.join(clauses[:-1])}, and {clauses[-1]}"


def nothing_raised(cash: Decimal, money: Money) -> Issue:
    """A classic plan has no trade for a withdrawal of ``cash``."""
    return Issue("warning", "shortfall", f"Nothing is raised of the {money(cash)} to withdraw.")


def into_buffer(left: Decimal, buffer: Decimal, why: Sequence[str], money: Money) -> Issue:
    """A classic plan leaves less than the buffer."""
    message = f"The plan leaves {money(left)} of the buffer of {money(buffer)}: {_and(why)}."
    return Issue("warning", "below_buffer", message)


def rounded(left: Decimal, buffer: Decimal, money: Money) -> Issue:
    """What a classic plan leaves because each trade is rounded."""
    beyond = f" beyond the buffer of {money(buffer)}" if buffer else ""
    why = "each trade is rounded to whole shares by itself; a plan fitted to the cash may come closer"
    return Issue("info", "rounded", f"{money(left)} stays in cash{beyond}: {why}.", remedy=Remedy("exact_method"))


def below_step(rest: Decimal, step: Decimal, money: Money, *, stays: bool) -> Issue:
    """What a classic plan does not plan with because it does not fill a step."""
    then = "it stays" if stays else "no trade is planned for it"
    return Issue("info", "below_step", f"{money(rest)} of the cash is below one step of {money(step)}, so {then}.")


def not_worth_its_fee(symbols: Sequence[str], terms: Terms, money: Money) -> Issue:
    """Trades of a classic plan that are left out."""
    several = ", ".join(symbols)
    return Issue(
        "info", "fee_share", f"{several} {'is' if len(symbols) == 1 else 'are'} not traded: {terms.fee_words(money)}."
    )


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


def cannot_raise(cash: Decimal, most: Decimal, terms: Terms, money: Money) -> Issue:
    """The sales that are possible do not raise what is needed."""
    constraints = terms.constraints
    wanted = [f"withdraw {money(-cash)}"] if cash < 0 else []
    if constraints.cash_buffer:
        wanted.append(f"keep {money(constraints.cash_buffer)} in cash")
    why = [f"the sales that are possible raise at most {money(most)}"]
    if terms.min_trade:
        why.append(f"no trade may be smaller than {money(terms.min_trade)}")
    if constraints.fee_per_trade:
        why.append(f"each costs {money(constraints.fee_per_trade)}")
    if constraints.max_trades is not None:
        why.append(f"trades are limited to {constraints.max_trades}")
    barred = [(rule, symbols) for rule, symbols in constraints.said() if "sell" in rule.bars]
    why += [f"{rule.brief.format('').strip()}: {', '.join(sorted(symbols))}" for rule, symbols in barred]
    return Issue("error", "cannot_raise", f"cannot {' and '.join(wanted)}: {'; '.join(why)}.")


def below_buffer(cash: Decimal, buffer: Decimal, money: Money) -> Issue:
    """The buffer keeps all of the cash."""
    message = f"The cash of {money(cash)} is below the buffer of {money(buffer)}: all of it stays."
    return Issue("warning", "below_buffer", message)


def idle_cash(idle: Decimal, why: str, money: Money, *, buffer: Decimal = Decimal(0)) -> Issue:
    """Cash that stays beyond the buffer, and why."""
    beyond = f" beyond the buffer of {money(buffer)}" if buffer else ""
    return Issue("info", "idle_cash", f"{money(idle)} stays in cash{beyond}: {why}.")


def raised_more(idle: Decimal, why: str, money: Money, *, asked: bool, buffer: Decimal = Decimal(0)) -> Issue:
    """Cash that is raised beyond the withdrawal, where one was ``asked`` for, and the buffer; and why."""
    needs = [*(["asked for"] if asked else []), *([f"the buffer of {money(buffer)}"] if buffer else [])]
    return Issue("info", "idle_cash", f"{money(idle)} more than {' and '.join(needs)} is raised: {why}.")


def limits(symbols: Sequence[str], terms: Terms, method: Method, money: Money) -> tuple[str, ...]:
    """What limited a plan besides its cash, in words. To a classic plan the minimum trade is a step, not a limit."""
    bound = method == Method.EXACT and terms.min_trade
    words = [f"no trade below the minimum of {money(terms.min_trade)}"] if bound else []
    for rule, value in terms.constraints.said():
        if rule.limit and not (rule.key == "fee_per_trade" and terms.fee_trade):
            words.append(_limit(rule, value, symbols, money))
    if terms.fee_trade:
        words.append(terms.fee_words(money))
    return tuple(words)


def bars(symbols: Sequence[str], constraints: Constraints, money: Money) -> list[str]:
    """The limits on what may be bought or sold, in words."""
    return [_limit(rule, value, symbols, money) for rule, value in constraints.said() if rule.bars]


def _limit(rule: Rule, value: Any, symbols: Sequence[str], money: Money) -> str:
    """A rule as a clause about the symbols that it names, in file order, or about its amount."""
    if not rule.by_symbol:
        return rule.clause(rule.words(value, money))
    named = set(rule.symbols(value))
    if len(named) == len(symbols) > 1 and rule.every:
        return rule.every
    return rule.clause(", ".join(symbol for symbol in symbols if symbol in named), several=len(named) > 1)
