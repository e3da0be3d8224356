"""``pbal inspect FILE``: what was read, what became of each line, and what is still to choose. Nothing is planned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from ..money import format_number
from ..readers.cells import harmless
from ..readers.preview import StatementView, preview
from ..readers.registry import readable_formats
from .options import add_reader_arguments
from .output import write
from .parser import Parser
from .plan import read
from .remedies import in_words

EXIT_OPEN_CHOICE = 1


def parser() -> Parser:
    """The arguments of ``pbal inspect``."""
    p = Parser(
        prog="pbal inspect",
        description="Shows what was read of a positions file: accounts, every line, cash, totals and what to look at.",
        epilog="Exit code 1: something is still to choose (an account, the columns of an unknown file).",
    )
    p.add_argument("data", metavar="FILE", nargs="?", help="positions file of a broker; - is standard input")
    p.add_argument("--formats", action="store_true", help="list the files that can be read, and stop")
    p.add_argument("-f", "--format", choices=("table", "json"), default="table", help="default: %(default)s")
    p.add_argument("-o", "--output", metavar="FILE", help="write the answer to this file instead of printing it")
    add_reader_arguments(p)
    return p


def run(arguments: list[str]) -> int:
    """Prints the preview; 1 while a choice is open."""
    p = parser()
    options = p.parse_args(arguments)
    if options.formats:
        if options.data is not None or options.format != "table":
            p.error("--formats lists the files that can be read, as a table; leave FILE and --format out")
        write(formats_text(), options.output)
        return 0
    if options.data is None:
        p.error("the following arguments are required: FILE")
    statement = read(options.data, accounts=options.account, format_hint=options.format_hint, not_cash=options.not_cash)
    view = preview(statement)
    if options.format == "json":
        write(statement.to_json(), options.output)
    else:
        write(preview_text(view), options.output)
    return 0 if view.ready else EXIT_OPEN_CHOICE


def formats_text() -> str:
    """The formats as lines of text: who writes them, what ``--format-hint`` takes, and how well each is known."""
    listed = readable_formats()
    table = _table([("broker", "format", "known"), *((form.broker, form.key, form.confidence) for form in listed)])
    known = "known: how well, where no file of our own settles it; each reader names its source."
    return f"{table}\n\n{known}\n"


def preview_text(view: StatementView) -> str:
    """The preview as lines of text."""
    known = f", in {view.currency}" if view.currency else ""
    parts = [f"{view.title} (format {view.format}){known}"]
    if view.accounts:
        accounts = [("use", "account", "name", "positions", "value", "cash")]
        accounts += [
            (
                "no" if not a.included else "yes",
                harmless(a.id, 40),
                a.name,
                str(a.positions),
                _sums(a.values),
                _sums(a.cash),
            )
            for a in view.accounts
        ]
        parts.append(_table(accounts))
    rows: list[tuple[str, ...]] = [("line", "", "what", "account", "symbol", "read as", "why")]
    rows += [
        (
            str(v.line) if v.line == v.last else f"{v.line}-{v.last}",
            "*" if v.used else "",
            v.kind,
            v.account,
            v.symbol,
            v.facts or v.text[:50],
            v.reason,
        )
        for v in view.lines
    ]
    parts.append(_table(rows))
    parts.append(f"Cash found: {_amount(view.cash, view.currency)}" if view.has_cash else "No cash was recognised.")
    parts += [f"Checked: {t.label}, line {t.line}: {t.stated:f} (rows: {t.found:f})" for t in view.totals]
    if view.mapping:
        parts.append(f"Columns, to keep as a .toml file for --format-hint:\n{view.mapping}".rstrip())
    if view.issues:
        parts.append("\n".join(f"{issue.severity.capitalize()}: {in_words(issue)}" for issue in view.issues))
    return "\n\n".join(parts) + "\n"


def _sums(sums: Iterable[tuple[str, Decimal]]) -> str:
    return ", ".join(_amount(amount, currency) for currency, amount in sums)


def _amount(amount: Decimal, currency: str) -> str:
    """``1,234.56 USD``: behind the number, so that a column of them lines up."""
    return f"{format_number(amount, currency)} {currency}".rstrip()


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    """Columns of text, left-aligned; columns that are empty but for their title are left out."""
    filled = [i for i in range(len(rows[0])) if any(row[i] for row in rows[1:])]
    widths = {i: max(len(row[i]) for row in rows) for i in filled}
    return "\n".join("  ".join(row[i].ljust(widths[i]) for i in filled).rstrip() for row in rows)
