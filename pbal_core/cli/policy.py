"""The arguments of ``pbal`` that say what a plan should aim at and keep to, and the answers that are not plans."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from ..errors import RequestError, TargetError
from ..money import typed_amount
from ..policy.constraints import RULES
from ..policy.policy import Policy
from ..policy.rules import Kind, Rule
from ..policy.targets import Targets
from ..portfolio import Portfolio
from . import Parser, path_of
from .table import simple_table

FRACTION = "0.001"
"""What a fund trades in where ``--fractional SYMBOL`` names no step."""


def add_arguments(p: Parser) -> None:
    """Targets, the exact method and its constraints, drift and least cash."""
    p.add_argument(
        "--exact", action="store_true", help="fit whole shares to the cash, never over it; the minimum trade is then 0"
    )
    p.add_argument(
        "--targets", metavar="FILE", help="TOML file of target weights and constraints (default: equal weights)"
    )
    for rule in RULES:
        names = (rule.option, *([rule.short] if rule.short else []))
        p.add_argument(*names, dest=rule.key, **_FORMS[rule.kind](rule))
    answer = p.add_mutually_exclusive_group()
    answer.add_argument("--least-cash", action="store_true", help="print the least cash that needs no sale, and stop")
    answer.add_argument(
        "--drift", action="store_true", help="print what is out of its 5/25 band, and stop; exit 1 if anything is"
    )


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
        "help": f"{rule.meaning} (default step: {FRACTION}); repeatable",
    },
    "money": lambda rule: {"metavar": "DOLLARS", "help": f"{rule.meaning} (default: 0)"},
    "share": lambda rule: {"metavar": "PERCENT", "help": rule.meaning.replace("%", "%%")},
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

_OF_A_PLAN = ("cash", "increment", "min_trade", "strategy", "exact", *(rule.key for rule in RULES), "format")


def refuse_options_of_a_plan(options: argparse.Namespace, p: Parser) -> None:
    """Refuses what ``--drift`` and ``--least-cash`` would drop in silence.

    Raises:
        RequestError: Naming every such option.
    """
    given = [name for name in _OF_A_PLAN if getattr(options, name) != p.get_default(name)]
    if given:
        answer = "--drift" if options.drift else "--least-cash"
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise RequestError(f"{answer} looks at the portfolio as it is and plans no trade; leave out {names}.")


def refuse_a_file_for_a_symbol(options: argparse.Namespace, p: Parser) -> None:
    """``--never-sell positions.csv``: a symbol may follow, so the file would be taken for one.

    Raises:
        RequestError: Naming the option and the file.
    """
    if options.data != p.get_default("data"):
        return
    for rule in RULES:
        for given in getattr(options, rule.key) if rule.every else ():
            if given is not None and path_of(given).is_file():
                raise RequestError(f"{rule.option} took the file {given} for a symbol; put the file first.")


def plan_arguments(options: argparse.Namespace, portfolio: Portfolio) -> dict[str, Any]:
    """What the options say, as arguments of ``rebalance`` for a portfolio.

    Constraints of the targets file count too: options add symbols to them, and amounts of options count before theirs.
    """
    file = policy_of(options)
    everything = {*portfolio.symbols, *(file.targets.fractions() if file.targets else ())}
    kept = file.constraints
    rules = {r.key: _with_option(r, getattr(kept, r.key), getattr(options, r.key), everything) for r in RULES}
    for rule in RULES:
        if rule.kind == "money" and getattr(options, rule.key) is not None:
            rules[rule.key] = typed_amount(getattr(options, rule.key), rule.key, portfolio.currency)
    return {"method": "exact" if options.exact else "classic", "targets": file.targets, **rules}


def _with_option(rule: Rule, kept: Any, given: Any, everything: set[str]) -> Any:
    """A rule's value in the file, with what the option says besides or instead."""
    if rule.kind == "symbols":
        return everything if None in given else {*kept, *given}
    if rule.kind == "steps":
        return dict(kept) | dict(map(_fraction, given))
    return kept if given is None else given


def _fraction(text: str) -> tuple[str, str]:
    """``VSMAX=0.01`` as symbol and step."""
    symbol, _, step = text.partition("=")
    return symbol.strip(), step.strip() or FRACTION


def policy_of(options: argparse.Namespace) -> Policy:
    """The policy of the targets file, or of the saved session that is planned for."""
    saved: Policy | None = getattr(options, "policy", None)
    return saved or read_policy(options.targets)


def read_policy(path: str | None) -> Policy:
    """A TOML file of targets and constraints, an empty policy for no file; problems begin with the file's name."""
    if path is None:
        return Policy()
    try:
        return Policy.from_toml(path_of(path).read_bytes())
    except OSError as error:
        raise TargetError(f"{path} cannot be read: {error.strerror or error}.") from None
    except TargetError as error:
        raise TargetError("\n".join(f"{path}: {line}" for line in str(error).splitlines())) from None


def print_drift(portfolio: Portfolio, targets: Targets | None) -> int:
    """The drift report on stdout, its sentence on stderr; 1 when something is out of band."""
    from ..views.drift_words import drift_words  # a plan does without it

    found = drift_words(portfolio, targets)
    rows = [
        (row.symbol, row.weight, row.target, row.drift, row.band, "out of band" if row.outside else "in band")
        for row in found.rows
    ]
    print(simple_table(("Symbol", "Weight", "Target", "Drift", "Band", "State"), rows))
    sys.stdout.flush()
    print(found.drift, file=sys.stderr)
    return int(any(row.outside for row in found.rows))


def print_least_cash(portfolio: Portfolio, targets: Targets | None) -> int:
    """The least cash that reaches the targets without a sale: the amount on stdout, a sentence on stderr."""
    from ..views.drift import least_cash_to_target  # a plan does without it

    amount = least_cash_to_target(portfolio, targets)
    print(f"{amount:f}")
    sys.stdout.flush()
    print(f"{portfolio.money(amount)} of new cash reach the targets without a sale.", file=sys.stderr)
    return 0
