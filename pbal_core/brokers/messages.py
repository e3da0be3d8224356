"""What a proposal and a report say, as text, for the command line and the page alike. Pure.

Worked example: selling 4 VTI with a bid of 249.99 is the row ``("Sell", "4", "VTI", "$249.99", "$249.50", "$998.00",
"1 USD", "8,801", "756733", "")``: the contract is the broker's number of the instrument.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ..money import format_money, format_percent, format_shares
from .execution import RunReport
from .guards import QUESTIONS, Limits
from .pricing import spendable
from .proposal import Proposal, ProposedOrder
from .protocol import OrderSide
from .records import OrderRecord

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
REPORT_HEADER = ("Action", "Planned", "Sent", "Symbol", "Traded", "Average price", "State", "Reason")
VERBS: dict[OrderSide, str] = {"SELL": "Sell", "BUY": "Buy"}
STAGES = {
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
    return [_proposal_row(order) for order in proposal.orders]


def _proposal_row(order: ProposedOrder) -> tuple[str, ...]:
    ticket = order.ticket
    reference = order.quote.reference(ticket.side)
    return (
        VERBS[ticket.side],
        format_shares(ticket.shares),
        ticket.symbol,
        format_price(reference) if reference is not None else "",
        format_price(ticket.limit),
        format_money(ticket.value),
        order.what_if.commission,
        order.what_if.margin_after,
        str(ticket.conid),
        order.what_if.error or order.what_if.warning,
    )


def format_price(price: Decimal) -> str:
    """``$250.01``; below a dollar with all four decimals."""
    return format_money(price) if price >= 1 else f"${price:f}"


def proposal_lines(proposal: Proposal) -> list[str]:
    """What the user should know besides the table, one sentence a line."""
    limits, sells, buys = proposal.limits, proposal.value("SELL"), proposal.value("BUY")
    buys = min(buys, spendable(proposal.cash + sells, proposal.available + sells))
    kind = "paper account (play money)" if proposal.account.paper else "LIVE account (real money)"
    slip, minutes = format_percent(float(limits.slip)), f"{limits.wait / 60:.0f} minutes"
    money = (
        f"sales for at least {format_money(sells)}, purchases for at most {format_money(buys)}; the account has "
        f"{format_money(proposal.available)} in cash"
    )
    lines = [
        f"In your {kind} {proposal.account.id[:3]}...: {money}.",
        f"Limit orders for today, at most {slip} beyond the quote; what has not traded {minutes} later is cancelled.",
        "Sales go first; purchases wait for them and are cut to the cash that is there.",
        f"Questions of the broker answered with yes: {allowed_questions(limits)}. Any other stops and asks you.",
    ]
    return lines + [f"{issue.severity.capitalize()}: {issue}" for issue in (*proposal.left_out, *proposal.warnings)]


def allowed_questions(limits: Limits) -> str:
    """``o403 (the order will probably trade at once)``, or ``none``."""
    return ", ".join(f"{number} ({QUESTIONS.get(number, 'unknown')})" for number in sorted(limits.allow)) or "none"


def report_rows(report: RunReport) -> list[tuple[str, ...]]:
    """One row an order under REPORT_HEADER."""
    return [
        (
            VERBS[order.side],
            format_shares(order.planned),
            format_shares(order.shares) if order.sent else "",
            order.symbol,
            format_shares(order.filled),
            format_price((order.paid / order.filled).quantize(Decimal("0.0001"))) if order.filled else "",
            "unknown, not found" if order.unknown else STAGES[order.stage],
            order.reason,
        )
        for order in report.orders
    ]


def report_lines(report: RunReport) -> list[str]:
    """What happened and what is left to do, one sentence a line."""
    traded = sum(order.filled > 0 for order in report.orders)
    fees = sum((order.fee for order in report.orders if order.filled), Decimal(0))
    verb, amount = ("paid", report.spent) if report.spent >= 0 else ("received", -report.spent)
    count = f"{traded} of {len(report.orders)} orders traded"
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
        lines.append("The run is open.")
    elif report.left:
        lines.append("Make a new plan for what is left.")
    return lines


def _open_shares(orders: Iterable[OrderRecord]) -> str:
    """``buy 3 BND, sell 4 VTI``: what of the orders has not traded."""
    return ", ".join(f"{VERBS[o.side].lower()} {format_shares(o.planned - o.filled)} {o.symbol}" for o in orders)


def broken_off(report: RunReport) -> str:
    """What must be known when something goes wrong while a run is open: whether orders are out."""
    return f"{'Orders that were sent may still trade' if report.sent else 'Nothing was sent'}, and the run is open."
