"""``pbal [FILE]``: read positions, plan, print. The table goes to stdout and nothing else does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from ..errors import DataError, RequestError
from ..planning.plan import Plan
from ..planning.rebalance import read_min_trade, rebalance
from ..planning.strategy import Method
from ..portfolio import Portfolio
from ..readers import Source, Statement, read_positions
from ..sample import sample_bytes
from ..views import summary as present
from . import COMMANDS, defaults, flex, policy, saved
from .options import DEFAULT_DATA, SAMPLE, parse, parser, refuse_options_of_a_plan
from .output import write
from .parser import is_file, path_of, suggestion
from .progress import progress
from .remedies import in_words
from .table import simple_table


def run(arguments: list[str]) -> int:
    """Runs the plan command and returns its exit code."""
    options = parse(arguments)
    if options.drift or options.least_cash:
        refuse_options_of_a_plan(options, parser())
    statement = saved.take_over(options, parser()) or read(
        options.data, accounts=options.account, format_hint=options.format_hint, not_cash=options.not_cash
    )
    if options.drift or options.least_cash:
        from . import answers

        answer = answers.drift if options.drift else answers.least_cash
        targets = policy.policy_of(options, statement.portfolio).targets
        return answer(statement.portfolio, targets, form=options.format, output=options.output, by=options.by)
    with progress("Searching for the best plan ..."):
        plan = make(statement.portfolio, options)
    write(_output(plan, statement, options), options.output)
    _remarks(plan, statement, verbose=options.verbose)
    return 0


def make(portfolio: Portfolio, options: argparse.Namespace) -> Plan:
    """The plan that the parsed options ask for.

    Raises:
        RequestError: With every option that cannot be used, one line each.
    """
    problems: list[str] = []
    min_trade = None
    if options.min_trade is not None:
        min_trade = policy.amount(options.min_trade, "--min-trade", portfolio.currency, problems)
    elif options.increment is not None:
        min_trade = Decimal(10) ** options.increment
    cash = policy.amount(options.cash, "--cash", portfolio.currency, problems)
    wanted = policy.plan_arguments(options, portfolio, problems)
    try:
        read_min_trade(min_trade, Method.named(wanted["method"]), "--min-trade")
    except RequestError as error:
        problems.append(str(error))
    if problems or cash is None:
        raise RequestError(defaults.with_sources("\n".join(problems), options, parser()))
    try:
        return rebalance(portfolio, cash, strategy=options.strategy, min_trade=min_trade, **wanted)
    except RequestError as error:
        message = policy.with_options(str(error), options)
        raise RequestError(defaults.with_sources(message, options, parser()), remedy=error.remedy) from None


def read(
    data: str,
    *,
    accounts: list[str] | None = None,
    format_hint: str | None = None,
    not_cash: Sequence[str] = (),
) -> Statement:
    """The statement of a path, of standard input (``-``), or of IBKR (``flex:``); problems begin with its name."""
    if data == DEFAULT_DATA and not is_file(path_of(data)):
        raise RequestError(
            f"there is no file {path_of(data)}. Give your positions file (pbal FILE), try the sample (pbal --sample -c "
            "5000), or open the dashboard (pbal app); pbal --help says more."
        )
    if data.partition("://")[0].lower() in {"http", "https", "ftp", "file"} and "://" in data:
        raise RequestError(f"{data} is an address, and pbal reads files; download it, then give the path of the file.")
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
        meant = _meant(data) if any(issue.code == "no_file" for issue in error.issues) else None
        if meant:
            raise RequestError(f"there is no file and no command {data}; did you mean {meant}?") from None
        name = "standard input" if data == "-" else data
        raise DataError(
            replace(i, message=i.message if i.code in _NAME_THE_FILE else f"{name}: {i}", where=None)
            for i in error.issues
        ) from None


def _meant(word: str) -> str | None:
    """The command or the option that was probably meant by a word that is no file; None for a name such as x.csv."""
    if word == "ibkr:":
        return "pbal trade ibkr:"
    if not word.rstrip(":").replace("-", "").isalpha():
        return None
    options = {name.removeprefix("--"): f"pbal {name}" for name in parser().names() if name.startswith("--")}
    known = options | {name: f"pbal {name}" for name in COMMANDS}
    found = suggestion(word, known)
    return known[found] if found else None


_NAME_THE_FILE = {"no_file", "is_directory", "unreadable"}
"""Issues whose message has the name of the file in it."""


def _output(plan: Plan, statement: Statement, options: argparse.Namespace) -> str:
    today = datetime.now().astimezone().date()
    if options.format == "basket":
        from . import basket

        return basket.text(plan, statement.as_of, today=today, old_prices=options.old_prices)
    if options.format != "table":
        from ..views.prices import Quotes  # the table does without it

        quotes = Quotes(day=statement.as_of, today=today)
    if options.format == "html":
        from ..views.printout import plan_html

        name = "standard input" if options.data == "-" else path_of(options.data).name
        return plan_html(plan, name=name, day=today, quotes=quotes)
    if options.format != "table":
        from ..views import exports

        written = {"csv": exports.plan_csv, "trades": exports.trades_csv, "json": exports.plan_json}
        return written[options.format](plan, quotes).replace("\r\n", "\n")
    if options.by == "class":
        from ..views.classes import class_table
        from .terminal import aligned

        return aligned(class_table(plan, policy.policy_of(options, statement.portfolio).targets))
    if options.output is None and sys.stdout.isatty():
        from .terminal import plan_table

        return plan_table(plan)
    rows = [
        (position.symbol, position.value, position.price, order.amount, order.shares)
        for position, order in zip(plan.portfolio, plan.orders, strict=True)
    ]
    return simple_table(("Symbol", "InitialValue", "MarkPrice", "BuyVal", "BuyShares"), rows) + "\n"


def _remarks(plan: Plan, statement: Statement, *, verbose: bool) -> None:
    lines = [present.sentence(plan)]
    if verbose:
        lines += present.explanation(plan)
    said = [*statement.issues, *present.remarks(plan)]
    if len(statement.included) > 1:
        from ..views.household import money_would_move

        said.append(money_would_move(len(statement.included)))
    lines += [f"{issue.severity.capitalize()}: {in_words(issue)}" for issue in said]
    print("\n".join(lines), file=sys.stderr)
