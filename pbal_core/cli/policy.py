"""The arguments of ``pbal`` that say what a plan should aim at and keep to, and the answers that are not plans."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..errors import RequestError, TargetError
from ..policy.file import Wishes, read_targets_file
from ..policy.targets import Targets
from ..portfolio import Portfolio
from . import Parser, path_of
from .table import simple_table

FRACTION = "0.001"
"""What a fund trades in where ``--fractional SYMBOL`` names no step."""


_ONE_WAY = (
    ("--never-buy", "only ever sell it", "nothing is bought"),
    ("--never-sell", "only ever buy it", "nothing is sold"),
)


def add_arguments(p: Parser) -> None:
    """Targets, the exact method and its constraints, drift and least cash."""
    p.add_argument(
        "--exact", action="store_true", help="fit whole shares to the cash, never over it; the minimum trade is then 0"
    )
    p.add_argument(
        "--targets", metavar="FILE", help="TOML file of target weights and constraints (default: equal weights)"
    )
    p.add_argument(
        "--freeze",
        metavar="SYMBOL",
        action="append",
        default=[],
        help="do not trade it, and share out the total without it; repeatable",
    )
    for option, meaning, everything in _ONE_WAY:
        p.add_argument(
            option,
            metavar="SYMBOL",
            nargs="?",
            action="append",
            default=[],
            help=f"{meaning}; repeatable; without a symbol {everything} at all",
        )
    p.add_argument(
        "--fractional",
        metavar="SYMBOL[=STEP]",
        action="append",
        default=[],
        help=f"trade it in fractions of a share (default step: {FRACTION}); repeatable",
    )
    p.add_argument("--buffer", metavar="DOLLARS", help="cash that stays cash (default: 0)")
    p.add_argument("--fee", metavar="DOLLARS", help="what each trade costs (default: 0)")
    answer = p.add_mutually_exclusive_group()
    answer.add_argument("--least-cash", action="store_true", help="print the least cash that needs no sale, and stop")
    answer.add_argument(
        "--drift", action="store_true", help="print what is out of its 5/25 band, and stop; exit 1 if anything is"
    )


_OF_A_PLAN = (
    *("cash", "increment", "min_trade", "strategy", "exact", "freeze", "never_buy", "never_sell", "fractional"),
    *("buffer", "fee", "format"),
)


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
    for option, *_ in _ONE_WAY:
        for given in getattr(options, option[2:].replace("-", "_")):
            if given is not None and path_of(given).is_file():
                raise RequestError(f"{option} took the file {given} for a symbol; put the file first.")


def plan_arguments(options: argparse.Namespace, portfolio: Portfolio) -> dict[str, Any]:
    """What the options say, as arguments of ``rebalance`` for a portfolio.

    Constraints of the targets file count too: options add symbols to them, and amounts of options count before theirs.
    """
    file = read_file(options.targets)
    everything = {*portfolio.symbols, *(file.targets.fractions() if file.targets else ())}
    return {
        "method": "exact" if options.exact else "classic",
        "targets": file.targets,
        "frozen": [*file.frozen, *options.freeze],
        "never_buy": everything if None in options.never_buy else [*file.never_buy, *options.never_buy],
        "never_sell": everything if None in options.never_sell else [*file.never_sell, *options.never_sell],
        "fractional": dict(file.fractional) | dict(_fraction(text) for text in options.fractional),
        "cash_buffer": file.cash_buffer if options.buffer is None else options.buffer,
        "fee_per_trade": file.fee_per_trade if options.fee is None else options.fee,
    }


def _fraction(text: str) -> tuple[str, str]:
    """``VSMAX=0.01`` as symbol and step."""
    symbol, _, step = text.partition("=")
    return symbol.strip(), step.strip() or FRACTION


def read_targets(path: str | None) -> Targets | None:
    """The targets of a TOML file, None for no file."""
    return read_file(path).targets


def read_file(path: str | None) -> Wishes:
    """A TOML file of targets and constraints, an empty one for no file; problems are told with the file's name."""
    if path is None:
        return Wishes()
    try:
        return read_targets_file(path_of(path).read_bytes())
    except OSError as error:
        raise TargetError(f"{path} cannot be read: {error.strerror or error}.") from None
    except TargetError as error:
        raise TargetError("\n".join(f"{path}: {line}" for line in str(error).splitlines())) from None


def print_drift(portfolio: Portfolio, targets: Targets | None) -> int:
    """The drift report on stdout, its sentence on stderr; 1 when something is out of band."""
    from ..views.drift_words import standing  # a plan does without it

    found = standing(portfolio, targets)
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
