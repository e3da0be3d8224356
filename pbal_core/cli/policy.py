"""The arguments of ``pbal`` that say what a plan should aim at and keep to."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from ..errors import RequestError, TargetError
from ..money import typed_amount
from ..policy.constraints import RULES, Constraints
from ..policy.inline import inline_prices, inline_weights
from ..policy.policy import Policy
from ..policy.rules import NOTHING, Kind, Rule
from ..policy.targets import Targets
from ..portfolio import Portfolio, symbol_key
from .parser import path_of

T = TypeVar("T")

FRACTION = "0.001"
"""What a fund trades in where ``--fractional SYMBOL`` names no step."""


def add_arguments(wanted: argparse._ArgumentGroup, rules: argparse._ArgumentGroup) -> None:
    """Targets, the method, and what a plan must keep to."""
    wanted.add_argument(
        "--exact", action="store_true", help="fit whole shares to the cash, never over it; the minimum trade is then 0"
    )
    wanted.add_argument(
        "--targets", metavar="FILE", help="TOML file of target weights and constraints (default: equal weights)"
    )
    wanted.add_argument(
        "--target",
        metavar="SYMBOL=WEIGHT",
        action="append",
        default=[],
        help="a target weight in percent, such as VTI=60, or a ratio, such as VTI:VXUS:BND=2:1:1; repeatable",
    )
    wanted.add_argument(
        "--price",
        metavar="SYMBOL=DOLLARS",
        action="append",
        default=[],
        help="the price of a share that is not held yet, for its target; repeatable",
    )
    for rule in RULES:
        names = (rule.option, *([rule.short] if rule.short else []))
        rules.add_argument(*names, dest=rule.key, **_FORMS[rule.kind](rule))


def _of_symbols(rule: Rule) -> dict[str, Any]:
    """The form of an option that names a symbol, or, where it may do without one, every symbol."""
    every = f"; without a symbol {rule.every} at all" if rule.every else ""
    form: dict[str, Any] = {"metavar": "SYMBOL", "action": "append", "default": []}
    return form | {"help": f"{rule.meaning}; repeatable{every}"} | ({"nargs": "?"} if rule.every else {})


_FORMS: dict[Kind, Callable[[Rule], dict[str, Any]]] = {
    "symbols": _of_symbols,
    "steps": lambda rule: {
        "metavar": "SYMBOL[=STEP]",
        "action": "append",
        "default": [],
        "nargs": "?",
        "help": f"{rule.meaning} (default step: {FRACTION}); repeatable; without a symbol, everything",
    },
    "money": lambda rule: {"metavar": "DOLLARS", "help": f"{rule.meaning} (default: 0)"},
    "share": lambda rule: {"metavar": "PERCENT", "help": f"{rule.meaning} (such as 2%)".replace("%", "%%")},
    "count": lambda rule: {"metavar": "NUMBER", "help": rule.meaning},
    "choice": lambda rule: (
        {"action": "store_const", "const": rule.choices[0], "help": rule.meaning}
        if rule.switch
        else {"choices": rule.choices, "help": rule.meaning}
    ),
}
"""How the option of each kind of rule is written, as arguments of ``add_argument``."""

AMOUNTS = tuple(name for rule in RULES if not rule.by_symbol for name in (rule.option, rule.short) if name)
"""Options of rules whose value may begin with a minus."""


def plan_arguments(options: argparse.Namespace, portfolio: Portfolio, problems: list[str]) -> dict[str, Any]:
    """What the options say, as arguments of ``rebalance`` for a portfolio.

    Constraints of the targets file count too: options add symbols to them, and amounts of options count before theirs.
    What is wrong with an option goes to ``problems``, one line each.
    """
    wanted = policy_of(options, portfolio)
    everything = [*portfolio.symbols, *(wanted.targets.fractions() if wanted.targets else ())]
    names = Names(everything)
    rules: dict[str, Any] = {}
    for rule in RULES:
        kept, given = getattr(wanted.constraints, rule.key), getattr(options, rule.key)
        if rule.kind == "symbols":
            named = everything if None in given else [names.of(word, rule.option, problems) for word in given]
            rules[rule.key] = {*kept, *filter(None, named)}
        elif rule.kind == "steps":
            rules[rule.key] = dict(kept) | _fractions(rule, given, names, problems)
        else:
            rules[rule.key] = kept if given is None else _value(rule, given, portfolio.currency, problems)
    return {"method": "exact" if options.exact else "classic", "targets": wanted.targets, **rules}


class Names:
    """The symbols that an option can name, in any case where only one is meant."""

    def __init__(self, symbols: Iterable[str]) -> None:
        self.symbols = tuple(dict.fromkeys(symbols))
        self._exact = {symbol_key(symbol): symbol for symbol in self.symbols}
        self._loose: dict[str, list[str]] = {}
        for symbol in self.symbols:
            self._loose.setdefault(symbol_key(symbol).casefold(), []).append(symbol)

    def find(self, word: str) -> str | None:
        """The symbol that is meant, None for none or for more than one."""
        key = symbol_key(word.strip())
        found = self._loose.get(key.casefold(), [])
        return self._exact.get(key) or (found[0] if len(found) == 1 else None)

    def of(self, word: str, option: str, problems: list[str]) -> str | None:
        """``find``, with a line in ``problems`` where there is none."""
        found = self.find(word)
        if found is None:
            several = self._loose.get(symbol_key(word.strip()).casefold(), [])
            some = ", ".join(self.symbols[:20]) + (", ..." if len(self.symbols) > 20 else "")
            why = f"may be {' or '.join(several)}" if several else f"is not among the positions: {some}"
            from ..readers.cells import harmless  # the help does without readers

            shown = harmless(word, 40)
            problems.append(f"{option}: {shown} {why}." if shown else f"{option} names no symbol; give one of {some}.")
        return found


def _value(rule: Rule, given: Any, currency: str, problems: list[str]) -> Any:
    """The value of an option that names no symbol; its messages name the option."""
    if rule.kind == "money":
        given = amount(given, rule.option, currency, problems)
        if given is None:
            return NOTHING[rule.kind]
    value = replace(rule, key=rule.option).read(given, problems)
    if rule.kind == "share" and value and value <= 1 and not given.strip().endswith("%"):
        one, other = (f"{each.normalize():f}" for each in (value, 100 * value))
        problems.append(f"{rule.option} {one} can be read as {one} % or as {other} %; write {one}% or {other}%.")
    return value


def amount(text: str, option: str, currency: str, problems: list[str]) -> Decimal | None:
    """An amount as it was typed; None, and a line in ``problems``, where it cannot be used."""
    try:
        return typed_amount(text, option, currency)
    except RequestError as error:
        problems.append(str(error))
        return None


def with_options(message: str, options: argparse.Namespace) -> str:
    """A message of ``rebalance``, with the option that was given instead of the argument's name."""
    for rule in RULES:
        if getattr(options, rule.key) not in (None, []):
            message = re.sub(rf"^{rule.key}\b", rule.switch or rule.option, message, flags=re.MULTILINE)
    return message


def _fractions(rule: Rule, given: list[str | None], names: Names, problems: list[str]) -> dict[str, str]:
    """``VSMAX=0.01`` as symbol and step; no symbol means every symbol."""
    steps = dict.fromkeys(names.symbols, FRACTION) if None in given else {}
    for text in filter(None, given):
        word, _, step = text.partition("=")
        symbol = names.of(word, rule.option, problems)
        if symbol is not None:
            steps[symbol] = step.strip() or FRACTION
    rule.read(steps, problems)
    return steps


def policy_of(options: argparse.Namespace, portfolio: Portfolio) -> Policy:
    """The policy of the options and of the targets file, or of the saved session that is planned for.

    Raises:
        TargetError: Targets that cannot be used.
        RequestError: Targets in two places.
    """
    saved: Policy | None = getattr(options, "policy", None)
    if not options.target:
        if options.price:
            raise RequestError("--price goes with --target; a targets file has its own table of prices.")
        return saved or read_policy(options.targets)
    if options.targets is not None:
        raise RequestError("--target and --targets both give target weights; leave one out.")
    names = Names(portfolio.symbols)

    def spelled(word: str) -> str:
        return names.find(word) or word.strip()

    weights, total = inline_weights(options.target)
    _say_scaled("--target", total)
    prices = inline_prices(options.price, portfolio.currency)
    for what, named in (("target", weights), ("price", prices)):
        spellings = [spelled(name) for name in named]
        twice = sorted({name for name in spellings if spellings.count(name) > 1})
        if twice:
            raise RequestError(f"the {what} of {', '.join(twice)} is given twice; once is needed.")
    targets = Targets(
        {spelled(name): weight for name, weight in weights.items()},
        prices={spelled(name): price for name, price in prices.items()},
    )
    return Policy(targets=targets, constraints=saved.constraints if saved else Constraints())


def _say_scaled(where: str, total: Decimal | None) -> None:
    if total is not None:
        print(f"{where}: the weights sum to {total:f}; they are scaled to sum to 100.", file=sys.stderr)


def read_policy(path: str | None) -> Policy:
    """A TOML file of targets and constraints, an empty policy for no file; problems begin with the file's name."""
    if path is None:
        return Policy()
    policy, total = from_toml(path, Policy.from_rounded_toml)
    _say_scaled(path, total)
    return policy


def from_toml(path: str, read: Callable[[bytes], T]) -> T:
    """What ``read`` makes of a TOML file.

    Raises:
        TargetError: The file cannot be read or used; each line begins with its name.
    """
    try:
        return read(path_of(path).read_bytes())
    except OSError as error:
        raise TargetError(f"{path} cannot be read: {error.strerror or error}.") from None
    except TargetError as error:
        raise TargetError("\n".join(f"{path}: {line}" for line in str(error).splitlines())) from None
