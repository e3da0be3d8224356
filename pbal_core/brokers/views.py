"""What a proposal and a report show, as text, for the command line and the page alike. Pure.

Worked example: selling 4 VTI with a bid of 249.99 is the row ``("Sell", "4", "VTI", "$249.99", "$249.50", "$998.00",
"1 USD", "8,801", "756733", "")``: the contract is the broker's number of the instrument.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ..money import format_money, format_percent, format_shares
from .execution import Report
from .guards import QUESTIONS, Limits
from .proposal import Line, Proposal
from .protocol import Side
from .records import Entry

PROPOSAL_HEADER = (
    "Action",
    "Shares",
    "Symbol",
    "Quote",
    "Limit",
    "Value",
    "Commission",
    "Margin after",
    "Contract",
    "Remark",
)
REPORT_HEADER = ("Action", "Shares", "Symbol", "Traded", "Average price", "State", "Reason")
VERBS: dict[Side, str] = {"SELL": "Sell", "BUY": "Buy"}
STATES = {
    "planned": "not sent yet",
    "sending": "sent, no answer",
    "working": "working",
    "filled": "filled",
    "cancelled": "cancelled",
    "rejected": "refused",
    "dropped": "not sent",
}


def proposal_rows(proposal: Proposal) -> list[tuple[str, ...]]:
    """One row an order under PROPOSAL_HEADER, in the order of sending."""
    return [_proposal_row(line) for line in proposal.lines]


def _proposal_row(line: Line) -> tuple[str, ...]:
    draft = line.draft
    reference = line.quote.reference(draft.side)
    return (
        VERBS[draft.side],
        format_shares(draft.shares),
        draft.symbol,
        format_price(reference) if reference is not None else "",
        format_price(draft.limit),
        format_money(line.value),
        line.preview.commission,
        line.preview.margin_after,
        str(draft.conid),
        line.preview.error or line.preview.warning,
    )


def format_price(price: Decimal) -> str:
    """``$250.01``; below a dollar with all four decimals."""
    return format_money(price) if price >= 1 else f"${price:f}"


def proposal_lines(proposal: Proposal) -> list[str]:
    """What the user should know besides the table, one sentence a line."""
    limits = proposal.limits
    sells = sum((line.value for line in proposal.lines if line.draft.side == "SELL"), Decimal(0))
    buys = sum((line.value for line in proposal.lines if line.draft.side == "BUY"), Decimal(0))
    kind = "paper account (play money)" if proposal.account.paper else "LIVE account (real money)"
    money = f"sales for at least {format_money(sells)}, purchases for at most {format_money(buys)}"
    slip, minutes = format_percent(float(limits.slip)), f"{limits.wait / 60:.0f} minutes"
    lines = [
        f"In your {kind} {proposal.account.id[:3]}...: {money}; {format_money(proposal.available)} of cash is there.",
        f"Limit orders for today, at most {slip} beyond the quote; what has not traded {minutes} later is cancelled.",
        "Sales go first; purchases wait for them and are cut to the cash that is there.",
        f"Questions of the broker answered with yes: {allowed_questions(limits)}. Any other stops and asks you.",
    ]
    return lines + [f"{issue.severity.capitalize()}: {issue}" for issue in proposal.warnings]


def allowed_questions(limits: Limits) -> str:
    """``o403 (the order will probably trade at once)``, or ``none``."""
    return ", ".join(f"{number} ({QUESTIONS.get(number, 'unknown')})" for number in sorted(limits.allow)) or "none"


def report_rows(entries: Iterable[Entry]) -> list[tuple[str, ...]]:
    """One row an order under REPORT_HEADER."""
    return [
        (
            VERBS[entry.side],
            format_shares(entry.planned),
            entry.symbol,
            format_shares(entry.filled),
            format_price((entry.paid / entry.filled).quantize(Decimal("0.0001"))) if entry.filled else "",
            "unknown, not found" if entry.unknown else STATES[entry.state],
            entry.reason,
        )
        for entry in entries
    ]


def report_lines(report: Report) -> list[str]:
    """What happened and what is left to do, one sentence a line."""
    traded = sum(entry.filled > 0 for entry in report.entries)
    fees = sum((entry.fee for entry in report.entries if entry.filled), Decimal(0))
    verb, amount = ("paid", report.spent) if report.spent >= 0 else ("received", -report.spent)
    count = f"{traded} of {len(report.entries)} orders traded"
    lines = [f"{count}: {format_money(amount)} {verb} in all, and about {format_money(fees)} of commission."]
    if report.left:
        lines.append(f"Left of the plan: {_open_shares(report.left)}.")
    if report.unknown:
        lines.append(
            f"Not known: {_open_shares(report.unknown)}; sent, and not found at the broker. Look at your orders there "
            "before you make a new plan."
        )
    if report.stopped:
        lines.append(f"Stopped: {report.stopped}")
    if report.run.state == "open":
        option = report.run.option
        goes_on, ends = f"pbal trade --resume{option} goes on with it", f"pbal trade --cancel{option} ends it"
        lines.append(f"The run is open: {goes_on}, {ends}.")
    return lines


def _open_shares(entries: Iterable[Entry]) -> str:
    """``buy 3 BND, sell 4 VTI``: what of the orders has not traded."""
    return ", ".join(f"{VERBS[e.side].lower()} {format_shares(e.planned - e.filled)} {e.symbol}" for e in entries)


def broken_off(report: Report) -> str:
    """What must be known when something goes wrong while a run is open: whether orders are out, and what to do."""
    option = report.run.option
    orders = "Orders that were sent may still trade." if report.sent else "Nothing was sent, and the run is open."
    return f"{orders} pbal trade --resume{option} goes on, pbal trade --cancel{option} ends the run."
