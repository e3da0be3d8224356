"""From a plan to orders that could be sent: instruments, fresh prices, limits, the broker's preview, every objection.

Nothing is sent to a market here. The model: a :class:`Proposal` is what the user reads before confirming. What the
broker cannot trade as asked is left out with a reason, and the rest goes on; it can be carried out only when it has no
``problems``. Worked example: "Sell 3 VTI", bid 249.99, slip 0.2 %: a SELL of 3 at limit 249.50 (249.49002 rounded up),
748.50 dollars at least, less the commission the broker previews.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from ..errors import BrokerError, Issue, Place
from ..money import format_money, format_shares
from ..planning.plan import Plan, Trade
from ..portfolio import symbol_key
from .clock import Clock, Moment
from .guards import Facts, Limits, check, shares_held
from .instruments import STOCK, Choose, find_conids, left_out_because, pick_account
from .pricing import limit_price, shortage, spendable
from .protocol import Broker, BrokerAccount, OrderSide, Quote, Ticket, WhatIf

SHOWN_ANYWAY = frozenset({"live_account", "market_closed", "total_exceeded", "cash_short", "old_quote"})
"""Problems that forbid trading and still leave something to preview."""
DEFAULT_FEE = Decimal(1)
"""Dollars of commission to expect when the preview does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedOrder:
    """One order of a proposal.

    Args:
        ticket: The order; it gets its reference when it is written into the journal.
        price: The plan's price in dollars.
        held: Shares that the account holds.
        fee: Commission to expect in dollars.
        quote: The prices that the limit was made from.
        what_if: What the broker says the order would do.
    """

    ticket: Ticket
    price: Decimal
    held: Decimal
    fee: Decimal
    quote: Quote
    what_if: WhatIf


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would be sent, sells first.

    Args:
        account: Where.
        cash: The plan's cash, signed, in dollars.
        available: Dollars of cash in the account, negative when borrowed.
        orders: The orders; empty when problems prevent even a preview.
        left_out: Trades of the plan that are not sent, and why.
        problems: What forbids carrying it out.
        warnings: What the user should know.
        limits: What the user allowed.
        made: When the prices were asked.
    """

    account: BrokerAccount
    cash: Decimal
    available: Decimal
    orders: tuple[ProposedOrder, ...]
    left_out: tuple[Issue, ...]
    problems: tuple[Issue, ...]
    warnings: tuple[Issue, ...]
    limits: Limits
    made: Moment

    def value(self, side: OrderSide) -> Decimal:
        """Dollars of all orders of one side at their limits, without commission."""
        return sum((order.ticket.value for order in self.orders if order.ticket.side == side), Decimal(0))


def propose(
    broker: Broker,
    plan: Plan,
    limits: Limits,
    *,
    account: str | None = None,
    choose: Choose = lambda _symbol, _contracts: None,
    named: Mapping[str, int] = MappingProxyType({}),
    clock: Clock | None = None,
) -> Proposal:
    """Makes a plan into a proposal. Reads from the broker, and previews; sends nothing.

    Args:
        broker: A connected broker.
        plan: What to trade.
        limits: What the user allows.
        account: Number or last four digits, None when there is only one.
        choose: Asks which instrument a symbol means.
        named: The broker's number of the instrument that a symbol means, where the user has said it.
        clock: Tells whether the market is open.

    Raises:
        RequestError: No account, or an ambiguous symbol, was chosen; or what was named does not fit.
        BrokerError: The broker failed.
    """
    clock = clock or Clock()
    chosen = pick_account(broker.accounts(), account)
    broker.select(chosen.id)
    positions = broker.positions(chosen.id)
    conids, left_out = find_conids(broker, plan, positions, choose=choose, named=named)
    trades = sorted((t for t in plan.trades if t.symbol in conids), key=lambda trade: trade.shares > 0)
    made = clock.moment()
    quotes = broker.quotes([conids[trade.symbol] for trade in trades])
    facts = Facts(
        account=chosen,
        cash=broker.cash(chosen.id),
        positions=positions,
        orders=broker.orders(chosen.id),
        conids=conids,
        quotes={t.symbol: quotes[conids[t.symbol]] for t in trades if conids[t.symbol] in quotes},
        hours={trade.symbol: broker.hours(conids[trade.symbol]) for trade in trades},
        now=clock.now(),
    )
    problems = check(plan, trades, facts, limits)
    orders: tuple[ProposedOrder, ...] = ()
    if {issue.code for issue in problems} <= SHOWN_ANYWAY:
        previewed = [_order(broker, trade, facts, limits) for trade in trades]
        refused = _refused(previewed)
        left_out += refused.values()
        orders = tuple(order for order in previewed if order.ticket.symbol not in refused)
        trades = [trade for trade in trades if trade.symbol not in refused]
        problems += [] if orders else [Issue("error", "nothing_to_trade", "none of the plan's trades can be placed.")]
        problems += _foreign_orders(orders)
    problems += _shortage(plan, trades, facts.cash, limits)
    return Proposal(
        account=chosen,
        cash=plan.cash,
        available=facts.cash,
        orders=orders,
        left_out=tuple(left_out),
        problems=tuple(problems),
        warnings=(
            *plan.issues,
            *_connection(broker),
            *_currency(chosen, facts.cash),
            *_uncounted(plan, facts),
            *_cut(plan, facts.cash, orders),
            *_broker_warnings(orders),
        ),
        limits=limits,
        made=made,
    )


def _order(broker: Broker, trade: Trade, facts: Facts, limits: Limits) -> ProposedOrder:
    side: OrderSide = "BUY" if trade.shares > 0 else "SELL"
    quote, conid = facts.quotes[trade.symbol], facts.conids[trade.symbol]
    reference = quote.reference(side)
    if reference is None:
        raise BrokerError(f"{trade.symbol}: the broker no longer gives a price for it.")
    ticket = Ticket(
        client_id=f"pbal-preview-{conid}",
        account=facts.account.id,
        conid=conid,
        symbol=trade.symbol,
        side=side,
        shares=int(trade.quantity),
        limit=limit_price(reference, side, limits.slip),
    )
    effect = broker.what_if(ticket)
    return ProposedOrder(
        ticket=ticket,
        price=trade.price,
        held=shares_held(trade.symbol, conid, facts.positions),
        fee=DEFAULT_FEE if effect.commission_high is None else effect.commission_high,
        quote=quote,
        what_if=effect,
    )


def _refused(orders: Sequence[ProposedOrder]) -> dict[str, Issue]:
    """By symbol the orders that the broker would refuse, and why.

    A purchase that waits for the money of the sales is previewed again when they have filled.
    """
    has_sells = any(order.ticket.side == "SELL" and not order.what_if.error for order in orders)
    return {
        order.ticket.symbol: left_out_because(order.ticket.symbol, f"the broker would refuse it: {order.what_if.error}")
        for order in orders
        if order.what_if.error and (order.ticket.side == "SELL" or not has_sells)
    }


def _foreign_orders(orders: Sequence[ProposedOrder]) -> Iterator[Issue]:
    for order in orders:
        if not order.what_if.error and order.what_if.currency != "USD":
            yield Issue("error", "currency", foreign(order.what_if), Place(symbol=order.ticket.symbol))


def foreign(effect: WhatIf) -> str:
    """That an order is not one in dollars, or not known to be."""
    if effect.currency:
        return f"the order would be in {effect.currency}; only dollars can be traded."
    return "the broker does not say in which currency the order would be; only dollars can be traded."


def _shortage(plan: Plan, trades: Sequence[Trade], cash: Decimal, limits: Limits) -> Iterator[Issue]:
    """The refusal of purchases that the account cannot pay; what the slip may cost is only a warning."""
    sales = sum((-trade.value for trade in trades if trade.shares < 0), Decimal(0))
    purchases = sum((trade.value for trade in trades if trade.shares > 0), Decimal(0))
    missing = shortage(cash=plan.cash, account=cash, sales=sales, purchases=purchases)
    if missing > limits.slip * (sales + purchases):
        has = f"has borrowed {format_money(-cash)}" if cash < 0 else f"has {format_money(cash)} in cash"
        first = " The sales pay back the loan first." if cash < 0 and sales else ""
        message = (
            f"the purchases cost {format_money(purchases)} and the account, which {has}, can pay for "
            f"{format_money(spendable(plan.cash + sales, cash + sales))} of them: {format_money(missing)} are missing."
            f"{first} Make the plan with {format_money(cash)} of cash."
        )
        yield Issue("error", "cash_short", message)


def _cut(plan: Plan, cash: Decimal, orders: Sequence[ProposedOrder]) -> Iterator[Issue]:
    """The remark that the money, at the limits and with commission, is not quite enough for the purchases."""
    buys = [order for order in orders if order.ticket.side == "BUY"]
    sells = [order for order in orders if order.ticket.side == "SELL"]
    brought = sum((order.ticket.value - order.fee for order in sells), Decimal(0))
    needed = sum((order.ticket.value + order.fee for order in buys), Decimal(0))
    missing = needed - spendable(plan.cash + brought, cash + brought)
    if buys and missing > 0:
        message = (
            f"at these limits and with commission the purchases may cost {format_money(missing)} more than there is "
            "for them; then fewer shares are bought."
        )
        yield Issue("warning", "cut_expected", message)


def _connection(broker: Broker) -> Iterator[Issue]:
    for text in broker.warnings():
        yield Issue("warning", "connection", text)


def _currency(account: BrokerAccount, cash: Decimal) -> Iterator[Issue]:
    if account.currency not in {"", "USD"}:
        message = (
            f"the account is kept in {account.currency}; the purchases are paid from its dollars alone, of which it "
            f"has {format_money(cash)}. Nothing is exchanged."
        )
        yield Issue("info", "base_currency", message)


def _uncounted(plan: Plan, facts: Facts) -> Iterator[Issue]:
    """The remark that the account holds stocks which the plan's file does not have."""
    names, counted = {symbol_key(symbol) for symbol in plan.portfolio.symbols}, set(facts.conids.values())
    stocks = [p for p in facts.positions if p.asset_class in STOCK]
    others = [p for p in stocks if p.conid not in counted and symbol_key(p.symbol) not in names]
    if others:
        listed = ", ".join(f"{format_shares(p.shares)} {p.symbol}" for p in others[:10])
        listed += f" and {len(others) - 10} more" if len(others) > 10 else ""
        message = f"the account also holds {listed}; the plan's file does not, so its weights leave them out."
        yield Issue("warning", "not_in_plan", message)


def _broker_warnings(orders: Sequence[ProposedOrder]) -> Iterator[Issue]:
    for order in orders:
        for text in filter(None, (order.what_if.warning, order.what_if.error)):
            place = Place(symbol=order.ticket.symbol)
            yield Issue("warning", "preview_warning", f"the broker warns: {text}", place)
