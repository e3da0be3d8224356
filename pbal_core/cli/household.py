"""``pbal FILE ... --household FILE.toml``: a plan for each account of a household.

Worked example: ``pbal fidelity.csv vanguard.csv --household home.toml -c IRA=6500 -c Taxable=-2000``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from ..errors import DataError, Issue, RequestError, TargetError
from ..money import format_percent, format_shares
from ..planning.household import HouseholdPlan, rebalance_household
from ..planning.household.assemble import Assembled, PositionsFile, assemble
from ..planning.rebalance import read_min_trade
from ..planning.strategy import Method, Strategy
from ..policy.household import HouseholdPolicy
from ..policy.targets import Targets
from ..readers import ALL_ACCOUNTS
from ..views import household as views
from ..views.drift import Band
from ..views.household_classes import household_class_table
from ..views.household_drift import household_report
from . import basket, policy
from .answers import write_drift
from .options import add_reader_arguments, refuse_classes
from .output import write
from .parser import AsWritten, Parser, path_of
from .plan import read
from .progress import progress
from .remedies import in_words
from .table import simple_table
from .terminal import aligned

OPTION = "--household"

EXAMPLES = """example:
  pbal fidelity.csv vanguard.csv --household home.toml -c IRA=6500 -c Taxable=-2000

The household's file has the targets that all accounts share, and a table for each account:

  [targets]
  VTI = 60
  BND = 40

  [accounts.Taxable]
  number = "4321"          # the end of its number, or file = "fidelity.csv"
  kind = "taxable"         # or deferred, free

  [accounts.IRA]
  number = "8765"
  kind = "deferred"
  menu = ["BND", "VTI"]    # what may be bought there; everything if left out

  [location]
  BND = ["deferred", "free"]

No money moves between accounts, and none is ever overspent."""


def parser() -> Parser:
    """The arguments of a household's plan."""
    p = Parser(
        prog="pbal --household",
        usage="pbal FILE ... --household FILE.toml [options]",
        description="The trades in each account that push all of them together towards shared targets.",
        epilog=EXAMPLES,
        formatter_class=AsWritten,
    )
    data = p.add_argument_group("positions")
    data.add_argument("data", metavar="FILE", nargs="+", help="positions files, in any order; - is stdin")
    data.add_argument(OPTION, metavar="FILE.toml", required=True, help="the accounts, their targets and their rules")
    add_reader_arguments(data, accounts=False)
    wanted = p.add_argument_group("plan")
    wanted.add_argument(
        "-c",
        "--cash",
        metavar="ACCOUNT=DOLLARS",
        action="append",
        default=[],
        help="cash to invest in an account; negative to withdraw (default: what the household's file says, or 0)",
    )
    wanted.add_argument("-m", "--min-trade", metavar="DOLLARS", help="make no smaller trade (default: 0)")
    wanted.add_argument(
        "-s",
        "--strategy",
        choices=[each.value for each in Strategy],
        default=Strategy.TRY_AVOID_SELL.value,
        help="for each account by itself (default: %(default)s)",
    )
    out = p.add_argument_group("output")
    out.add_argument(
        "-f",
        "--format",
        choices=("table", "json", "basket"),
        default="table",
        help="json: every account; basket: orders for Interactive Brokers TWS, a file for each account "
        "(default: %(default)s)",
    )
    out.add_argument(
        "--by",
        choices=("fund", "class"),
        default="fund",
        help="the table by account and fund, or by the classes of the targets with their sums (default: %(default)s)",
    )
    out.add_argument(
        "--drift",
        action="store_true",
        help="print what is out of its 5/25 band in all accounts together, and stop; exit 1 if anything is",
    )
    out.add_argument("-o", "--output", metavar="FILE", help="write the answer to this file instead of printing it")
    out.add_argument("--old-prices", action="store_true", help="write a basket although its prices are old")
    out.add_argument("-v", "--verbose", action="store_true", help="say on stderr how good the plan is")
    return p


def run(arguments: list[str]) -> int:
    """Plans a household and returns the exit code."""
    options = parser().parse_args(arguments)
    refuse_classes(options)
    household, files = _read(options)
    assembled = assemble(files, household)
    if options.drift:
        return _drift(assembled, household.targets, options)
    cash, min_trade = _amounts(options, assembled)
    with progress("Searching for the best plan ..."):
        plan = rebalance_household(
            assembled.household,
            household.targets,
            cash,
            strategy=options.strategy,
            method=Method.EXACT,
            min_trade=min_trade,
            location=household.location,
        )
    plan = replace(plan, issues=(*assembled.issues, *plan.issues))
    if options.format == "basket":
        _write_baskets(plan, files, options)
    else:
        write(_text(plan, household.targets, options), options.output)
    _remarks(plan, files, verbose=options.verbose)
    return 0


def _read(options: argparse.Namespace) -> tuple[HouseholdPolicy, list[PositionsFile]]:
    """The household's file and the positions files; what is wrong with any of them is said at once.

    Raises:
        PbalError: Some file is not as it should be: a plan for a part of what is held would be wrong in silence.
    """
    files: list[PositionsFile] = []
    household: HouseholdPolicy | None = None
    issues: list[Issue] = []
    names = ["standard input" if data == "-" else Path(data).name for data in options.data]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RequestError(
            f"two positions files are called {', '.join(twice)}; give each file once, under its own name."
        )
    try:
        household = policy.from_toml(options.household, HouseholdPolicy.from_toml)
    except TargetError as error:
        issues += (Issue("error", "household", line) for line in str(error).splitlines())
    for data, name in zip(options.data, names, strict=True):
        try:
            statement = read(data, accounts=None, format_hint=options.format_hint, not_cash=options.not_cash)
            files.append(PositionsFile(name=name, statement=statement))
        except DataError as error:
            issues += error.issues
        except RequestError as error:
            issues.append(Issue("error", "no_file", str(error), remedy=error.remedy))
    if issues or household is None:
        raise DataError(issues)
    return household, files


def _drift(assembled: Assembled, targets: Targets | None, options: argparse.Namespace) -> int:
    """The drift of all accounts together, and its exit code.

    Raises:
        RequestError: An option that it would drop in silence.
    """
    given = [name for name in ("cash", "min_trade", "strategy") if getattr(options, name) != parser().get_default(name)]
    if given or options.format == "basket":
        refused = [
            *(f"--{name.replace('_', '-')}" for name in given),
            *(["--format basket"] * (options.format == "basket")),
        ]
        raise RequestError(
            f"--drift looks at the accounts as they are and plans no trade; leave out {', '.join(refused)}."
        )
    plan = rebalance_household(assembled.household, targets)
    report = household_report(plan, Band(), targets, by=options.by)
    return write_drift(report, form=options.format, output=options.output, by=options.by)


def _amounts(options: argparse.Namespace, assembled: Assembled) -> tuple[dict[str, Decimal], Decimal | None]:
    """The cash of each account and the smallest trade; the options count before the household's file."""
    problems: list[str] = []
    currency = assembled.household.currency
    names = {name.casefold(): name for name in assembled.cash}
    cash = dict(assembled.cash)
    given: set[str] = set()
    for text in options.cash:
        name, equals, amount = text.partition("=")
        known = names.get(name.strip().casefold())
        if not equals or known is None:
            problems.append(
                f"--cash {text[:40]}: an account and its dollars are needed, such as {next(iter(cash))}=5000; "
                f"the accounts are {', '.join(cash)}."
            )
            continue
        if known in given:
            problems.append(f"--cash {known} is given twice; once is needed.")
        given.add(known)
        dollars = policy.amount(amount.strip(), f"--cash {known}", currency, problems)
        cash[known] = dollars if dollars is not None else Decimal(0)
    smallest = None
    if options.min_trade is not None:
        smallest = policy.amount(options.min_trade, "--min-trade", currency, problems)
        try:
            read_min_trade(smallest, Method.EXACT, "--min-trade")
        except RequestError as error:
            problems.append(str(error))
    if problems:
        raise RequestError("\n".join(problems))
    return cash, smallest


def _text(plan: HouseholdPlan, targets: Targets | None, options: argparse.Namespace) -> str:
    if options.format == "json":
        return views.household_json(plan)
    return aligned(household_class_table(plan, targets)) if options.by == "class" else _table(plan)


def _table(plan: HouseholdPlan) -> str:
    """A row for each fund of each account: weights are of the whole household."""
    rows = [
        (
            row.account,
            row.symbol,
            plan.money(row.value),
            format_percent(row.now),
            f"{row.trade.side} {format_shares(row.trade.quantity)}" if row.trade.shares else "",
            plan.money(row.trade.value, signed=True) if row.trade.shares else "",
            format_percent(row.after),
        )
        for row in views.holdings(plan)
    ]
    totals = [
        (
            "All accounts",
            fund.name,
            "",
            format_percent(fund.now),
            "",
            f"target {format_percent(fund.target)}",
            format_percent(fund.after),
        )
        for fund in views.funds(plan)
    ]
    return simple_table(("Account", "Symbol", "Value", "Now", "Trade", "Amount", "After"), [*rows, *totals]) + "\n"


def _write_baskets(plan: HouseholdPlan, files: Sequence[PositionsFile], options: argparse.Namespace) -> None:
    """A basket for each account that trades whole shares: ``orders-IRA.csv`` beside ``orders.csv``.

    Raises:
        RequestError: No file is named, no account has a basket, or the prices are old.
    """
    if options.output is None:
        raise RequestError("a household has a basket for each account; name a file: -o orders.csv.")
    path = path_of(options.output)
    if options.output == "-" or path.is_dir():
        raise RequestError(f"{path} is no file; a household has a basket for each account; name a file: -o orders.csv.")
    days = [file.statement.as_of for file in files]
    oldest: date | None = None if None in days else min(day for day in days if day is not None)
    today = datetime.now().astimezone().date()
    texts = {}
    for name, each in plan.plans.items():
        if any(isinstance(trade.shares, int) for trade in each.trades):
            print(f"{name}:", file=sys.stderr)
            texts[name] = basket.text(each, oldest, today=today, old_prices=options.old_prices)
    if not texts:
        raise RequestError("there is no basket to write: no account trades whole shares.")
    for name, text in texts.items():
        write(text, str(path.with_name(f"{path.stem}-{views.file_part(name)}{path.suffix}")))


def _remarks(plan: HouseholdPlan, files: Sequence[PositionsFile], *, verbose: bool) -> None:
    lines = [views.sentence(plan)]
    if verbose:
        lines.append(views.explanation(plan))
    for file in files:
        whole = file.statement.select(ALL_ACCOUNTS) if file.statement.accounts else file.statement
        lines += [f"{i.severity.capitalize()}: {file.name}: {in_words(i)}" for i in whole.issues]
    lines += [f"{issue.severity.capitalize()}: {in_words(issue)}" for issue in plan.issues]
    for name, each in plan.plans.items():
        lines += [f"{issue.severity.capitalize()}: {name}: {in_words(issue)}" for issue in each.issues]
    print("\n".join(lines), file=sys.stderr)
