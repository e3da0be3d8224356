"""``pbal batch INPUT -o OUTPUT``: plans every account of a Parquet or CSV file, or of a directory of them.

The model: the input is cut into units, its row groups, which processes plan independently (``units``). What is done is
kept beside the output with a manifest, so an interrupted run goes on where it stopped (``ledger``, ``job``). The output
appears at the very end, whole.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from ...errors import RequestError
from ...money import parse_decimal, typed_amount
from ...planning.strategy import Method, Strategy
from ..parser import Parser, path_of, require, whole
from ..policy import read_policy

if TYPE_CHECKING:
    from ...planning.batch import BatchModel

NEEDED = ("numpy", "pyarrow")
QUALITIES = ("level", "whole", "exact", "auto")
EXIT_REFUSED = 1


def parser() -> Parser:
    """The arguments of ``pbal batch``."""
    p = Parser(
        prog="pbal batch",
        description="Plans every account of a file with the columns account, symbol, value and price, and optionally "
        "target, quantity and cash; the rows of an account are next to one another.",
        epilog="Exit code 1: an account was refused; its rows say why. An interrupted run goes on where it stopped "
        "when the same command is given again.",
        allow_abbrev=False,
    )
    p.add_argument("input", metavar="FILE", help="Parquet or CSV file, or a directory of them")
    p.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        required=True,
        help="where the trades go: a .parquet or .csv file, or a directory to make, which is written fastest",
    )
    p.add_argument(
        "-q",
        "--quality",
        choices=QUALITIES,
        default="auto",
        help="level: fractions of shares; whole: whole shares with a certified gap; exact: proven; auto: whole, and "
        "exact where the gap is large (default: %(default)s)",
    )
    p.add_argument("-w", "--workers", metavar="NUMBER", type=whole, help="processes (default: one for each core)")
    p.add_argument(
        "-s",
        "--strategy",
        choices=[each.value for each in Strategy],
        default=Strategy.TRY_AVOID_SELL.value,
        help=f"{', '.join(f'{each} {each.meaning}' for each in Strategy)} (default: %(default)s)",
    )
    p.add_argument("-c", "--cash", metavar="DOLLARS", default="0", help="cash of accounts that name none (default: 0)")
    p.add_argument("-m", "--min-trade", metavar="DOLLARS", default="0", help="smallest trade; plans are exact then")
    p.add_argument(
        "--gap",
        metavar="PERCENT",
        default="0.1",
        help="the gap that auto accepts, in percent of what the account can gain at most (default: %(default)s)",
    )
    p.add_argument(
        "--account",
        metavar="NAME",
        help="plan nothing, but write this account as a positions file, which the page and pbal read; -o is a .csv",
    )
    p.add_argument("--policy", metavar="FILE", help="TOML file of constraints, such as fees; plans are exact then")
    return p


def run(arguments: list[str]) -> int:
    """Plans the accounts; 1 where one was refused."""
    options = parser().parse_args(_joined(arguments))
    require("a batch", NEEDED)
    from .job import Job  # the other commands do without Arrow
    from .one import write_account

    if options.output == "-":
        raise RequestError("a batch is written to a file or a directory, not to standard output; give -o its name.")
    source, output, model = path_of(options.input), path_of(options.output), _model(options)
    if options.account is not None:
        print(write_account(source, options.account, output, model), file=sys.stderr)
        return 0
    job = Job(source, output, model)
    total = job.run(_workers(options.workers))
    print(total, file=sys.stderr)
    return EXIT_REFUSED if total.refused else 0


def _joined(arguments: list[str]) -> list[str]:
    """``-c -500`` as ``--cash=-500``: argparse takes some negative amounts for options."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in {"-c", "--cash"} and argument.startswith("-") and not argument.startswith("--"):
            joined[-1] = f"--cash={argument}"
        else:
            joined.append(argument)
    return joined


def _model(options: argparse.Namespace) -> BatchModel:
    """What is asked of every account."""
    from ...planning.batch import BatchModel
    from ...planning.rebalance import read_min_trade

    policy = read_policy(options.policy)
    if policy.targets is not None:
        raise RequestError(f"{options.policy} has targets; the targets of a batch are the column target of its input.")
    try:
        gap = parse_decimal(options.gap.strip().removesuffix("%")) / 100
    except ValueError as error:
        raise RequestError(f"--gap {ascii(options.gap)[1:-1][:40]} {error}; give a percentage such as 0.1.") from None
    if gap < 0:
        raise RequestError(f"--gap is {options.gap}; 0 or more is needed.")
    return BatchModel(
        options.quality,
        strategy=options.strategy,
        cash=typed_amount(options.cash, "--cash"),
        min_trade=read_min_trade(typed_amount(options.min_trade, "--min-trade"), Method.EXACT, "--min-trade"),
        constraints=policy.constraints,
        threshold=gap,
    )


def _workers(given: int | None) -> int:
    """How many processes: those that were asked for, else one for each core that this process may use."""
    if given is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not 1 <= given <= 1024:
        raise RequestError(f"--workers is {given}; 1 to 1024 are possible.")
    return given
