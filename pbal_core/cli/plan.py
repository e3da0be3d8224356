"""``pbal [DATA]``: read positions, plan, print. The table goes to stdout and nothing else does."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from ..errors import DataError, RequestError
from ..money import typed_amount
from ..planning.plan import Plan
from ..planning.rebalance import rebalance
from ..planning.strategy import Strategy
from ..portfolio import Portfolio
from ..readers import Source, Statement, read_positions
from ..sample import sample_bytes
from ..version import __version__
from ..views import summary as present
from . import Parser, flex, path_of, policy, saved
from .remedies import in_words
from .table import simple_table

DEFAULT_DATA = "~/Downloads/positions-custom.csv"
SAMPLE = "sample:"
"""Where a file is expected: the portfolio of the README, which comes with the package."""

EXAMPLES = """examples:
  pbal --sample -c 5000                what a plan looks like, with a portfolio that comes with pbal
  pbal positions.csv -c 5000           invest 5,000 dollars in steps of 1,000
  pbal positions.csv -c 5000 -i 2      the same in steps of 100 (-m 100 says it too)
  pbal positions.csv -c -2000 -m 50    withdraw 2,000 dollars
  pbal positions.csv -s hard_rebalance buy and sell to equal values
  pbal positions.csv -c 5000 --exact   whole shares that fit the cash, proven optimal
  pbal positions.csv -c 5000 --exact -f basket -o orders.csv
                                       orders for Interactive Brokers TWS
  pbal positions.csv --drift           what is out of band (exit code 1 if anything is)
  pbal - -c 5000 -f json < positions.csv

other commands (each has a --help):
  pbal app [FILE]                      the dashboard, in the browser
  pbal inspect FILE                    what was read of a broker's file, and what is to choose
  pbal flex login, pbal flex fetch     positions from Interactive Brokers
  pbal trade                           preview a plan at Interactive Brokers; place it after you confirm

The plan is printed, not traded. The plain file has the columns Symbol, PositionValue, MarkPrice and
FifoPnlUnrealized; the files of many brokers are read as they are. This is not financial advice."""


def parser() -> Parser:
    """The arguments of ``pbal``."""
    p = Parser(
        prog="pbal",
        description="The trades that push a portfolio towards equal value in every asset, or towards your targets.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    p.add_argument(
        "data",
        metavar="DATA",
        nargs="?",
        default=DEFAULT_DATA,
        help="positions file (default: %(default)s); - is stdin, flex: is your IBKR Flex Query",
    )
    p.add_argument("--sample", action="store_true", help="plan with the sample portfolio instead of a file")
    p.add_argument(
        "-c", "--cash", metavar="DOLLARS", default="0", help="cash to invest; negative to withdraw (default: 0)"
    )
    step = p.add_mutually_exclusive_group()
    step.add_argument(
        "-i", "--increment", type=int, choices=(1, 2, 3, 4), help="trade in steps of 10^i dollars (default: 3)"
    )
    step.add_argument("-m", "--min-trade", metavar="DOLLARS", help="trade in steps of this many dollars, instead of -i")
    p.add_argument(
        "-s",
        "--strategy",
        choices=[each.value for each in Strategy],
        default=Strategy.TRY_AVOID_SELL.value,
        help=f"{', '.join(f'{each} {each.meaning}' for each in Strategy)} (default: %(default)s)",
    )
    policy.add_arguments(p)
    add_reader_arguments(p)
    p.add_argument(
        "-f",
        "--format",
        choices=("table", "csv", "json", "basket"),
        default="table",
        help="basket is an order basket for Interactive Brokers TWS (default: %(default)s)",
    )
    p.add_argument("-o", "--output", metavar="FILE", help="write the plan to this file instead of printing it")
    p.add_argument("--old-prices", action="store_true", help="write a basket although its prices are old")
    p.add_argument("-v", "--verbose", action="store_true", help="say on stderr what the plan does and why")
    p.add_argument("--version", action="version", version=f"pbal {__version__}")
    return p


def add_reader_arguments(p: Parser) -> None:
    """The arguments that say how to read a positions file."""
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


def run(arguments: list[str]) -> int:
    """Runs the plan command and returns its exit code."""
    options = parse(arguments)
    if options.drift or options.least_cash:
        policy.refuse_options_of_a_plan(options, parser())
    statement = saved.take_over(options, parser()) or read(
        options.data, accounts=options.account, format_hint=options.format_hint, not_cash=options.not_cash
    )
    if options.drift:
        return policy.print_drift(statement.portfolio, policy.policy_of(options).targets)
    if options.least_cash:
        return policy.print_least_cash(statement.portfolio, policy.policy_of(options).targets)
    plan = make(statement.portfolio, options)
    _write(_output(plan, statement, options), options.output)
    _remarks(plan, statement, verbose=options.verbose)
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of a plan."""
    p = parser()
    options = p.parse_args(_join_negative_amounts(arguments))
    if options.sample:
        if options.data != p.get_default("data"):
            raise RequestError(f"--sample plans with the sample portfolio; leave out {options.data}, or --sample.")
        options.data = SAMPLE
    policy.refuse_a_file_for_a_symbol(options, p)
    return options


def make(portfolio: Portfolio, options: argparse.Namespace) -> Plan:
    """The plan that the parsed options ask for."""
    min_trade = None if options.min_trade is None else typed_amount(options.min_trade, "min_trade", portfolio.currency)
    if min_trade is None and options.increment is not None:
        min_trade = Decimal(10) ** options.increment
    cash = typed_amount(options.cash, "cash", portfolio.currency)
    wanted = policy.plan_arguments(options, portfolio)
    return rebalance(portfolio, cash, strategy=options.strategy, min_trade=min_trade, **wanted)


_AMOUNTS = {"-c": "--cash", "-m": "--min-trade"} | {o: o for o in ("--cash", "--min-trade", *policy.AMOUNTS)}

_NEGATIVE = re.compile("-([^-a-z]|inf|nan)", re.IGNORECASE)


def _join_negative_amounts(arguments: list[str]) -> list[str]:
    """``-c -5e3`` as ``--cash=-5e3``: argparse takes only plain negative numbers for values."""
    joined: list[str] = []
    for argument in arguments:
        if _NEGATIVE.match(argument) and joined and joined[-1] in _AMOUNTS:
            joined[-1] = f"{_AMOUNTS[joined[-1]]}={argument}"
        else:
            joined.append(argument)
    return joined


def read(
    data: str,
    *,
    accounts: list[str] | None = None,
    format_hint: str | None = None,
    not_cash: Sequence[str] = (),
) -> Statement:
    """The statement of a path, of standard input (``-``), or of IBKR (``flex:``); problems begin with its name."""
    if data == DEFAULT_DATA and not path_of(data).exists():
        raise RequestError(
            f"there is no file {path_of(data)}. Give your positions file (pbal FILE), try the sample (pbal --sample -c "
            "5000), or open the dashboard (pbal app); pbal --help says more."
        )
    if data == "-" and sys.stdin is None:
        raise RequestError("standard input is closed; give a file, or send one: pbal - < positions.csv")
    try:
        if data == flex.SOURCE:
            source: Source = flex.download()
        elif data == SAMPLE:
            source = sample_bytes()
        else:
            source = sys.stdin.buffer if data == "-" else path_of(data) if data else ""
        return read_positions(source, accounts=accounts, format_hint=format_hint, not_cash=not_cash)
    except DataError as error:
        name = "standard input" if data == "-" else data
        raise DataError(
            replace(i, message=i.message if i.code in _NAME_THE_FILE else f"{name}: {i}", where=None)
            for i in error.issues
        ) from None


_NAME_THE_FILE = {"no_file", "is_directory", "unreadable"}
"""Issues whose message has the name of the file in it."""


def _output(plan: Plan, statement: Statement, options: argparse.Namespace) -> str:
    if options.format == "basket":
        from . import basket

        return basket.text(
            plan, statement.as_of, today=datetime.now().astimezone().date(), old_prices=options.old_prices
        )
    if options.format != "table":
        from ..views import exports

        return exports.plan_csv(plan).replace("\r\n", "\n") if options.format == "csv" else exports.plan_json(plan)
    rows = [
        (position.symbol, position.value, position.price, order.amount, order.shares)
        for position, order in zip(plan.portfolio, plan.orders, strict=True)
    ]
    return simple_table(("Symbol", "InitialValue", "MarkPrice", "BuyVal", "BuyShares"), rows) + "\n"


def _write(text: str, output: str | None) -> None:
    """To the file, whole or not at all, or to standard output."""
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    path = path_of(output)
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise RequestError(f"{path} cannot be written: {error.strerror}.") from None


def _remarks(plan: Plan, statement: Statement, *, verbose: bool) -> None:
    lines = [present.sentence(plan)]
    if verbose:
        lines += present.explanation(plan)
    lines += [f"{issue.severity.capitalize()}: {in_words(issue)}" for issue in (*statement.issues, *plan.issues)]
    print("\n".join(lines), file=sys.stderr)
