"""``pbal trade``: preview a plan at Interactive Brokers, and, with ``--place`` and a typed confirmation, carry it out.

The table and the report go to stdout; questions, progress and remarks to stderr.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import RequestError
from ..money import Amount, format_money, to_amount
from ..planning.plan import Plan
from . import plan
from .defaults import in_force
from .options import parse
from .options import parser as plan_parser
from .parser import AsWritten, Parser, file_name
from .remedies import in_words
from .table import simple_table

if TYPE_CHECKING:
    from ..brokers.connection import Connection
    from ..brokers.execution import RunReport
    from ..brokers.guards import Limits
    from ..brokers.proposal import Proposal
    from ..brokers.protocol import Contract, Question, Ticket
    from ..readers import Statement

SOURCE = "ibkr:"
"""Means the positions of the account itself where a positions file is expected."""
EXIT_LEFT = 1
"""Something forbids trading, or a part of the plan did not trade."""

NEXT = "pbal trade --resume ends the run and shows a plan for the rest; pbal trade --cancel only ends it."
LOOK = "Orders may have been sent, and the journal cannot be read; look at your orders at the broker."

EXAMPLES = """examples:
  pbal trade positions.csv -c 5000 --certificate own.pem           what would be traded; sends nothing
  pbal trade ibkr: -c 5000 --certificate own.pem                   the same from the account's own positions
  pbal trade positions.csv -c 5000 --certificate own.pem --place   asks, then trades in the paper account
  pbal trade --resume                                              after an interruption: end it, plan the rest anew
  pbal trade --cancel                                              cancel what still works and end the run

FILE and the options of the plan (-c, -m, -s ...) are those of pbal; see pbal --help.
The gateway, its certificate and the account may be kept in .streamlit/secrets.toml under [ibkr], or in the
environment: PBAL_IBKR_GATEWAY, PBAL_IBKR_CERTIFICATE, PBAL_IBKR_FINGERPRINT, PBAL_IBKR_ACCOUNT."""


def parser() -> Parser:
    """The arguments of ``pbal trade`` besides those of a plan."""
    p = Parser(
        prog="pbal trade",
        usage="pbal trade [FILE] [options of the plan] [options]",
        description="Preview and place the trades of a plan at Interactive Brokers.",
        epilog=EXAMPLES,
        formatter_class=AsWritten,
    )
    mode = p.add_mutually_exclusive_group()
    mode.add_argument("--resume", action="store_true", help="end an interrupted run and make a new plan for the rest")
    mode.add_argument("--cancel", action="store_true", help="cancel the working orders of an interrupted run, end it")
    mode.add_argument("--status", action="store_true", help="show the interrupted run; asks no broker")
    step = p.add_mutually_exclusive_group()
    step.add_argument("--dry-run", action="store_true", help="preview only, send nothing (the default)")
    step.add_argument("--place", action="store_true", help="send the orders after you have confirmed")
    p.add_argument("--live", action="store_true", help="trade real money; without it only paper accounts")
    p.add_argument("--gateway", metavar="URL", help="address of the Client Portal gateway (https://localhost:5000)")
    p.add_argument("--certificate", metavar="FILE", help="the gateway's own certificate (PEM)")
    p.add_argument("--fingerprint", metavar="HEX", help="SHA-256 of the gateway's certificate, instead of the file")
    p.add_argument("--broker-account", metavar="ID", help="account to trade in, or its last four digits")
    p.add_argument("--take-over", action="store_true", help="end a session that runs in TWS or on the phone")
    p.add_argument("--slip", metavar="PERCENT", help="limit at most this far beyond the quote (default: 0.2)")
    p.add_argument("--max-move", metavar="PERCENT", help="refuse when a price moved further since (default: 5)")
    p.add_argument("--max-total", metavar="DOLLARS", help="refuse when all trades are worth more (default: 50000)")
    p.add_argument("--delayed", action="store_true", help="accept delayed prices")
    p.add_argument("--wait", metavar="MINUTES", help="cancel what has not traded after this long (default: 10)")
    p.add_argument(
        "--allow", metavar="IDS", help="questions of the broker to answer with yes, such as o403,o354 (default: o403)"
    )
    p.add_argument("--contract", metavar="SYMBOL=CONID", action="append", default=[], help="which stock a symbol means")
    p.add_argument("--journal", metavar="FILE", type=file_name, help="where the journal of orders is kept")
    return p


def run(arguments: list[str]) -> int:
    """Runs ``pbal trade`` and returns the exit code."""
    options, rest = parser().parse_known_args(arguments)
    from ..brokers.ibkr import transport  # noqa: F401 - says how to install what is missing, before anything is read

    if (options.resume or options.cancel or options.status) and rest:
        raise RequestError(f"{' '.join(rest)}: an interrupted run keeps its own plan; leave this out.")
    if options.place and (options.cancel or options.status):
        raise RequestError("--place goes with a plan or with --resume.")
    return _end(options) if options.resume or options.cancel or options.status else _trade(options, rest)


def limits_of(options: argparse.Namespace) -> Limits:
    """What the options allow; what they do not say is as usual.

    Raises:
        RequestError: A number is unusable.
    """
    from ..brokers.guards import Limits

    standard = Limits()
    return Limits(
        live=options.live,
        slip=_fraction(options.slip, "--slip", standard.slip, Decimal(5)),
        max_move=_fraction(options.max_move, "--max-move", standard.max_move, Decimal(100)),
        max_total=standard.max_total if options.max_total is None else _positive(options.max_total, "--max-total"),
        delayed=options.delayed or standard.delayed,
        allow=standard.allow if options.allow is None else frozenset(filter(None, options.allow.split(","))),
        wait=standard.wait if options.wait is None else float(_positive(options.wait, "--wait")) * 60,
    )


def _positive(text: Amount, name: str) -> Decimal:
    value = to_amount(text, name)
    if value <= 0:
        raise RequestError(f"{name} is {value}; a number above 0 is needed.")
    return value


def _fraction(text: str | None, name: str, default: Decimal, highest: Decimal) -> Decimal:
    """A percent as a fraction."""
    if text is None:
        return default
    value = to_amount(text, name)
    if not 0 <= value <= highest:
        raise RequestError(f"{name} is {value}; a percent from 0 to {highest} is needed.")
    return value / 100


def _connection(options: argparse.Namespace) -> Connection:
    from ..brokers.connection import Connection
    from ..brokers.ibkr import client_portal
    from ..brokers.ibkr.secrets import SecretStore
    from ..brokers.ibkr.settings import GatewaySettings

    limits = limits_of(options)  # before anybody is asked
    settings = GatewaySettings.stored(
        SecretStore.of_process(),
        base=options.gateway,
        certificate=options.certificate,
        fingerprint=options.fingerprint,
        account=options.broker_account,
    )
    if settings is None:
        raise RequestError("give the gateway's own certificate: --certificate FILE, or its SHA-256: --fingerprint HEX.")
    broker = client_portal.connect(settings, take_over=options.take_over)
    return Connection(broker, limits, account=settings.account, journal=options.journal)


def _trade(options: argparse.Namespace, rest: list[str]) -> int:
    from ..brokers.connection import open_report
    from ..brokers.journal import unfinished

    plan_options = parse(rest)
    _refuse_other_answers(plan_options)
    if options.place and plan_options.data == "-":
        raise RequestError("with --place the confirmation is read from standard input; give the positions as a file.")
    if options.place and open_report(options.journal) is not None:
        raise unfinished()
    named = _named_contracts(options.contract)
    made = None if plan_options.data == SOURCE else _plan(plan_options)
    with _connection(options) as connection:
        _say("Asking Interactive Brokers; keeping its limits takes some seconds ...")
        if made is None:
            portfolio, issues = connection.portfolio()
            made = plan.make(portfolio, plan_options)
            _say(*map(in_words, issues))
        proposal = connection.propose(made, _choose, named)
        return _show_or_place(connection, proposal, options, _request(rest, in_force(plan_parser())))


_OTHER_ANSWERS = ("household", "drift", "least_cash", "format", "by", "output", "old_prices", "verbose")
"""Options of ``pbal`` that are no options of a plan that is traded."""


def _refuse_other_answers(options: argparse.Namespace) -> None:
    """Refuses what would be dropped in silence.

    Raises:
        RequestError: Naming every such option.
    """
    p = plan_parser()
    given = [name for name in _OTHER_ANSWERS if getattr(options, name) != p.get_default(name)]
    if given:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise RequestError(f"pbal trade shows and trades the plan of one account; leave out {names}.")


def _request(arguments: list[str], defaults: Mapping[str, Any]) -> str:
    """What a plan was asked with, as the journal keeps it: what was typed, and the defaults of that day."""
    return json.dumps({"arguments": arguments, "defaults": defaults})


def _request_of(text: str) -> tuple[list[str], Mapping[str, Any] | None]:
    """The same read back; a journal of an earlier version has no defaults, so those in force now count."""
    found = json.loads(text)
    return (found, None) if isinstance(found, list) else (found["arguments"], found["defaults"])


def _plan(options: argparse.Namespace) -> Plan:
    return plan.make(_statement(options).portfolio, options)


def _statement(options: argparse.Namespace) -> Statement:
    return plan.read(options.data, accounts=options.account, format_hint=options.format_hint, not_cash=options.not_cash)


def _show_or_place(connection: Connection, proposal: Proposal, options: argparse.Namespace, request: str) -> int:
    from ..brokers import messages

    if proposal.orders:
        # On the terminal, or in the file, before anything is asked about it.
        print(simple_table(messages.PROPOSAL_HEADER, messages.proposal_rows(proposal)), flush=True)
        _say(*messages.proposal_lines(proposal))
    else:
        _say(*map(str, proposal.left_out))
    if proposal.problems:
        _say(*(f"pbal: {in_words(issue)}" for issue in proposal.problems), "No order was sent.")
        return EXIT_LEFT
    if not options.place:
        _say("No order was sent. Add --place to trade.")
        return 0
    count = "1 order" if len(proposal.orders) == 1 else f"{len(proposal.orders):,} orders"
    typed = _ask_for(f"Type the last four digits of the account to send {count}: ")
    return _exit_code(
        _carry_out(
            lambda: connection.place(proposal, typed, ask=_question, tell=_say, request=request), options.journal
        )
    )


def _end(options: argparse.Namespace) -> int:
    """Shows an interrupted run, or ends it; with ``--resume`` a new plan for what is left of it follows."""
    from ..brokers.connection import open_report

    report = open_report(options.journal)
    if report is None:
        _say("There is no interrupted run.")
        return 0
    if options.status:
        _print_report(report)
        return 0
    with _connection(options) as connection:
        ended = _carry_out(lambda: connection.settle(report.run, tell=_say), options.journal)
        if options.resume and ended.left and ended.run.state == "done" and not ended.unknown:
            return _plan_the_rest(connection, ended, options)
        return _exit_code(ended)


def _plan_the_rest(connection: Connection, ended: RunReport, options: argparse.Namespace) -> int:
    """A new plan as the old one was asked for, from what the account holds now and the cash that is left."""
    if not ended.run.request:
        return EXIT_LEFT
    rest, defaults = _request_of(ended.run.request)
    plan_options = parse(rest, defaults)
    plan_options.cash = str(ended.cash_left)
    based_on = None
    if plan_options.data != SOURCE:
        based_on = _statement(plan_options).portfolio
    portfolio, _issues = connection.portfolio(based_on)
    made = plan.make(portfolio, plan_options)
    if not made.trades:
        _say("A new plan for the rest has no trades.")
        return EXIT_LEFT
    _say(f"A new plan for the rest, from what the account holds now and {format_money(ended.cash_left)} of cash:")
    proposal = connection.propose(made, _choose, _named_contracts(options.contract))
    defaults = in_force(plan_parser()) if defaults is None else defaults
    request = _request([*rest, f"--cash={ended.cash_left}"], defaults)
    return _show_or_place(connection, proposal, options, request)


def _carry_out(step: Callable[[], RunReport], journal: Path | None) -> RunReport:
    try:
        report = step()
    except BaseException:  # a failure, Ctrl-C, a bug: whatever it is, orders may be out
        _remind(journal)
        raise
    _print_report(report)
    return report


def _exit_code(report: RunReport) -> int:
    return EXIT_LEFT if report.left or report.unknown or report.run.state == "open" else 0


def _remind(journal: Path | None) -> None:
    """Says what an open run needs; never fails itself, since something else is being reported."""
    from ..brokers import messages
    from ..brokers.connection import open_report

    try:
        report = open_report(journal)
    except Exception:  # noqa: BLE001 - the edge: what went wrong first is what the user must read
        _say("", LOOK)
        return
    if report is not None:
        _say("", f"{messages.broken_off(report)} {NEXT}")


def _print_report(report: RunReport) -> None:
    from ..brokers import messages

    print(simple_table(messages.REPORT_HEADER, messages.report_rows(report)))
    print("\n".join(messages.report_lines(report)))
    if report.run.state == "open":
        print(NEXT)


def _named_contracts(texts: Sequence[str]) -> dict[str, int]:
    named: dict[str, int] = {}
    for text in texts:
        symbol, _equals, conid = text.rpartition("=")
        if not symbol or not (conid.isascii() and conid.isdigit()):
            raise RequestError(f"--contract {text}: SYMBOL=CONID is needed, such as ABC=265598.")
        if named.setdefault(symbol, int(conid)) != int(conid):
            raise RequestError(f"--contract names two stocks for {symbol}; give one.")
    return named


def _choose(symbol: str, contracts: Sequence[Contract]) -> Contract | None:
    """The contract that the user chooses at the terminal, None when nobody is there."""
    if not sys.stdin.isatty():
        return None
    _say(f"{symbol} may mean:", *(f"  {i}  {c.name}, {c.exchange}" for i, c in enumerate(contracts, start=1)))
    typed = _ask_for("Which number? ")
    return contracts[int(typed) - 1] if typed.isdigit() and 1 <= int(typed) <= len(contracts) else None


def _question(ticket: Ticket, question: Question) -> bool:
    """Shows a question that is not on the list; only a typed yes is a yes, and nobody at the terminal is a no."""
    numbers = ", ".join(question.message_ids) or "no number"
    _say(f"The broker asks about {ticket.side} {ticket.shares} {ticket.symbol} ({numbers}):", *question.texts)
    try:
        return sys.stdin.isatty() and _ask_for("Type yes to go on with this order, anything else to stop: ") == "yes"
    except OSError:
        return False  # nobody has read it


def _ask_for(prompt: str) -> str:
    print(prompt, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _say(*lines: str) -> None:
    """Writes to the user; orders are watched on even when nobody reads it any more."""
    with contextlib.suppress(OSError, ValueError):
        print("\n".join(lines), file=sys.stderr, flush=True)
