"""The options of a plan, in the groups in which ``pbal --help`` lists them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from ..errors import RequestError
from ..planning.strategy import Strategy
from ..policy.constraints import RULES
from ..version import __version__
from . import COMMANDS, defaults, policy
from .parser import AsWritten, Parser, is_file, path_of, whole

DEFAULT_DATA = "~/Downloads/positions-custom.csv"
SAMPLE = "sample:"
"""Where a file is expected: the portfolio of the README, which comes with the package."""

_COMMANDS = "\n".join(f"  {f'pbal {name}':<20} {meaning}" for name, meaning in COMMANDS.items())

EXAMPLES = f"""other commands (pbal help COMMAND says more):
{_COMMANDS}

examples:
  pbal --sample -c 5000                what a plan looks like, with a portfolio that comes with pbal
  pbal positions.csv -c 5000           invest 5,000 dollars in steps of 1,000
  pbal positions.csv -c 5000 -i 2      the same in steps of 100 (-m 100 says it too)
  pbal positions.csv -c -2000 -m 50    withdraw 2,000 dollars
  pbal positions.csv -s hard_rebalance
                                       buy and sell to equal values
  pbal positions.csv -c 5000 --exact   whole shares that fit the cash, proven optimal
  pbal positions.csv -c 5000 --exact -f basket -o orders.csv
                                       orders for Interactive Brokers TWS
  pbal positions.csv -c 5000 --target VTI:VXUS:BND=2:1:1
                                       towards targets in a ratio
  pbal positions.csv --drift           what is out of band (exit code 1 if anything is)
  pbal - -c 5000 -f json < positions.csv

The plan is printed, not traded. The plain file has the columns Symbol, PositionValue, MarkPrice and
FifoPnlUnrealized; the files of many brokers are read as they are. This is not financial advice."""


def parser() -> Parser:
    """The arguments of ``pbal``."""
    p = Parser(
        prog="pbal",
        usage="pbal [FILE] [options]\n       pbal COMMAND ...",
        description="The trades that push a portfolio towards equal value in every asset, or towards your targets.",
        epilog=EXAMPLES,
        formatter_class=AsWritten,
        surplus="; a plan has one positions file, and --household takes several",
    )
    data = p.add_argument_group("positions")
    data.add_argument(
        "data",
        metavar="FILE",
        nargs="?",
        default=DEFAULT_DATA,
        help="positions file (default: %(default)s); - is stdin, flex: is your IBKR Flex Query",
    )
    data.add_argument("--sample", action="store_true", help="plan with the sample portfolio instead of a file")
    add_reader_arguments(data)
    data.add_argument(
        "--household",
        metavar="FILE",
        help="plan several accounts, of one positions file or more, towards shared targets; no money moves between "
        "them (pbal --household --help says more)",
    )
    wanted = p.add_argument_group("plan")
    wanted.add_argument(
        "-c", "--cash", metavar="DOLLARS", default="0", help="cash to invest; negative to withdraw (default: 0)"
    )
    step = wanted.add_mutually_exclusive_group()
    step.add_argument(
        "-i", "--increment", type=whole, choices=(1, 2, 3, 4), help="trade in steps of 10^i dollars (default: 3)"
    )
    step.add_argument("-m", "--min-trade", metavar="DOLLARS", help="trade in steps of this many dollars, instead of -i")
    wanted.add_argument(
        "-s",
        "--strategy",
        choices=[each.value for each in Strategy],
        default=Strategy.TRY_AVOID_SELL.value,
        help=f"{', '.join(f'{each} {each.meaning}' for each in Strategy)} (default: %(default)s)",
    )
    policy.add_arguments(wanted, p.add_argument_group("constraints"))
    answers = p.add_argument_group("answers instead of a plan").add_mutually_exclusive_group()
    answers.add_argument("--least-cash", action="store_true", help="print the least cash that needs no sale, and stop")
    answers.add_argument(
        "--drift", action="store_true", help="print what is out of its 5/25 band, and stop; exit 1 if anything is"
    )
    out = p.add_argument_group("output")
    out.add_argument(
        "-f",
        "--format",
        choices=("table", "csv", "json", "trades", "basket", "html"),
        default="table",
        help="csv, json: every position; trades: the trades as CSV; basket: orders for Interactive Brokers TWS; html: "
        "a page to print (default: %(default)s)",
    )
    out.add_argument(
        "--by",
        choices=("fund", "class"),
        default="fund",
        help="a row a fund, or the table by the classes of the targets file, with their sums (default: %(default)s)",
    )
    out.add_argument("-o", "--output", metavar="FILE", help="write the answer to this file instead of printing it")
    out.add_argument("--old-prices", action="store_true", help="write a basket although its prices are old")
    out.add_argument("-v", "--verbose", action="store_true", help="say on stderr what the plan does and why")
    out.add_argument("-V", "--version", action="version", version=f"pbal {__version__}")
    return p


def add_reader_arguments(p: argparse._ActionsContainer, *, accounts: bool = True) -> None:
    """The arguments that say how to read a positions file, and which of its ``accounts``."""
    if accounts:
        p.add_argument(
            "--account",
            metavar="ID",
            action="append",
            help="account of the file to include; give it again for more, which adds them up; all takes every account",
        )
    p.add_argument(
        "--not-cash",
        metavar="SYMBOL",
        action="append",
        default=[],
        help="money market fund of the file to plan with as an investment instead of counting it as cash; may be given "
        "again",
    )
    p.add_argument(
        "--format-hint",
        metavar="FORMAT",
        help="read the file as this format (fidelity, schwab, generic, ...) or with a column mapping (mine.toml)",
    )


def parse(arguments: list[str], earlier: Mapping[str, Any] | None = None) -> argparse.Namespace:
    """The options of a plan.

    Args:
        arguments: What was typed.
        earlier: The defaults of an earlier run that is planned anew; None takes those that are in force now.
    """
    p = parser()
    p.set_defaults(**(defaults.in_force(p) if earlier is None else earlier))
    options = p.parse_args(_join_negative_amounts(arguments))
    if options.increment is not None and options.min_trade == p.get_default("min_trade"):
        options.min_trade = None  # -i counts before a minimum trade of the configuration
    if options.sample:
        if options.data != p.get_default("data"):
            raise RequestError(f"--sample plans with the sample portfolio; leave out {options.data}, or --sample.")
        options.data = SAMPLE
    refuse_a_file_for_a_symbol(options, p)
    refuse_classes(options)
    return options


_AMOUNTS = {"-c": "--cash", "-m": "--min-trade"} | {o: o for o in ("--cash", "--min-trade", *policy.AMOUNTS)}


def _is_negative(argument: str) -> bool:
    """``-5e3``, ``-$5``, ``-inf``: no option begins so."""
    first = argument[1:2].lower()
    if argument[:1] != "-" or first in {"", "-"}:
        return False
    return not "a" <= first <= "z" or argument[1:4].lower() in {"inf", "nan"}


def _join_negative_amounts(arguments: list[str]) -> list[str]:
    """``-c -5e3`` as ``--cash=-5e3``: argparse takes only plain negative numbers for values."""
    joined: list[str] = []
    for argument in arguments:
        if _is_negative(argument) and joined and joined[-1] in _AMOUNTS:
            joined[-1] = f"{_AMOUNTS[joined[-1]]}={argument}"
        else:
            joined.append(argument)
    return joined


_OF_A_PLAN = ("cash", "increment", "min_trade", "strategy", "exact", "price", *(rule.key for rule in RULES))


def refuse_classes(options: argparse.Namespace) -> None:
    """Refuses ``--by class`` where it would be dropped in silence.

    Raises:
        RequestError: Naming the format.
    """
    answers = options.drift or getattr(options, "least_cash", False)  # which a household does not have
    if options.by == "class" and options.format != "table" and not answers:
        raise RequestError(f"--by class is for the table; leave it out, or --format {options.format}.")


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
    if options.format not in {"table", "json"}:
        answer = "--drift" if options.drift else "--least-cash"
        raise RequestError(f"{answer} is written as a table or as json, not as {options.format}.")


def refuse_a_file_for_a_symbol(options: argparse.Namespace, p: Parser) -> None:
    """``--never-sell positions.csv``: a symbol may follow, so the file would be taken for one.

    Raises:
        RequestError: Naming the option and the file.
    """
    if options.data != p.get_default("data"):
        return
    for rule in RULES:
        for given in getattr(options, rule.key) if rule.by_symbol else ():
            if given is not None and is_file(path_of(given)):
                raise RequestError(f"{rule.option} took the file {given} for a symbol; put the file first.")
