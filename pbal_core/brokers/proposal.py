"""From a plan to orders that could be sent: instruments, fresh prices, limits, the broker's preview, every objection.

Nothing is sent to a market here. The model: a :class:`Proposal` is what the user reads before confirming; it can be
carried out only when it has no ``problems``. Worked example: "Sell 3 VTI", bid 249.99, slip 0.2 %: a SELL of 3 at limit
249.50 (249.49002 rounded up), 748.50 dollars at least, less the commission the broker previews.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from ..errors import BrokerError, Issue, Place, Remedy, RequestError
from ..money import format_money, format_shares
from ..planning.plan import Plan, Trade
from ..portfolio import Portfolio, Position
from .clock import Clock, Moment
from .guards import Facts, Limits, check
from .pricing import limit_price
from .protocol import Account, Broker, Contract, Holding, Preview, Quote, Side, Ticket
from .records import Draft

Choose = Callable[[str, Sequence[Contract]], Contract | None]
"""Asks the user which instrument a symbol means; None when nobody can be asked."""
SHOWN_ANYWAY = frozenset({"live_account", "market_closed", "total_exceeded", "cash_short", "old_quote"})
"""Problems that forbid trading and still leave something to preview."""
DEFAULT_FEE = Decimal(1)
"""Dollars of commission to reckon with when the preview does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One order of a proposal.

    Args:
        draft: The order.
        quote: The prices it was made from.
        preview: What the broker says it would do.
    """

    draft: Draft
    quote: Quote
    preview: Preview

    @property
    def value(self) -> Decimal:
        """Dollars at the limit, without sign and commission."""
        return self.draft.shares * self.draft.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would be sent, sells first.

    Args:
        account: Where.
        cash: The plan's cash, signed, in dollars.
        available: Dollars of cash in the account.
        lines: The orders; empty when problems prevent even a preview.
        problems: What forbids carrying it out.
        warnings: What the user should know.
        limits: What the user allowed.
        made: When the prices were asked.
    """

    account: Account
    cash: Decimal
    available: Decimal
    lines: tuple[Line, ...]
    problems: tuple[Issue, ...]
    warnings: tuple[Issue, ...]
    limits: Limits
    made: Moment


def pick_account(accounts: Sequence[Account], wanted: str | None) -> Account:
    """The account to trade in.

    Raises:
        RequestError: None or several fit; the numbers are shown by their last four digits.
    """
    fitting = [a for a in accounts if wanted is None or a.id == wanted or (len(wanted) == 4 and a.id.endswith(wanted))]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(a.masked for a in accounts) or "none"
    message = f"the accounts are {listed}; choose one, by its number or its last four digits."
    raise RequestError(message, remedy=Remedy("choose_broker_account"))


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
    holdings = broker.holdings(chosen.id)
    conids = find_conids(broker, plan.portfolio.symbols, holdings, choose=choose, named=named)
    traded = [trade for trade in plan.trades if trade.symbol in conids]
    made = clock.moment()
    quotes = broker.quotes([conids[trade.symbol] for trade in traded])
    facts = Facts(
        account=chosen,
        cash=broker.cash(chosen.id),
        holdings=holdings,
        orders=broker.orders(chosen.id),
        conids=conids,
        quotes={t.symbol: quotes[conids[t.symbol]] for t in traded if conids[t.symbol] in quotes},
        hours={trade.symbol: broker.hours(conids[trade.symbol]) for trade in traded},
        now=clock.now(),
    )
    problems = check(plan, facts, limits)
    shown = {issue.code for issue in problems} <= SHOWN_ANYWAY
    lines = tuple(_line(broker, trade, facts, limits) for trade in _sells_first(plan.trades)) if shown else ()
    has_sells = any(line.draft.side == "SELL" for line in lines)
    for line in lines:
        # A purchase that waits for the money of the sales is previewed again when they have filled.
        if line.preview.error and (line.draft.side == "SELL" or not has_sells):
            message = f"the broker would refuse it: {line.preview.error}"
            problems.append(Issue("error", "preview_refused", message, Place(symbol=line.draft.symbol)))
        elif not line.preview.error and line.preview.currency != "USD":
            problems.append(Issue("error", "currency", foreign(line.preview), Place(symbol=line.draft.symbol)))
    warnings = [
        Issue("warning", "preview_warning", f"the broker warns: {text}", Place(symbol=line.draft.symbol))
        for line in lines
        for text in (line.preview.warning, line.preview.error)
        if text
    ]
    return Proposal(
        account=chosen,
        cash=plan.cash,
        available=facts.cash,
        lines=lines,
        problems=tuple(problems),
        warnings=(*plan.issues, *_uncounted(holdings, conids), *_shortage(plan, lines), *warnings),
        limits=limits,
        made=made,
    )


def foreign(preview: Preview) -> str:
    """That an order is not one in dollars, or not known to be."""
    if preview.currency:
        return f"the order would be in {preview.currency}; only dollars can be traded."
    return "the broker does not say in which currency the order would be; only dollars can be traded."


def _uncounted(holdings: Sequence[Holding], conids: Mapping[str, int]) -> Iterator[Issue]:
    """The remark that the account holds stocks of which the plan's file, and so the plan, knows nothing."""
    counted = set(conids.values())
    others = [h for h in holdings if h.conid not in counted and h.asset_class in {"STK", ""}]
    if others:
        listed = ", ".join(f"{format_shares(h.shares)} {h.symbol}" for h in others[:10])
        listed += f" and {len(others) - 10} more" if len(others) > 10 else ""
        message = f"the account also holds {listed}; the plan's file has none of it, so its weights are of the rest."
        yield Issue("warning", "not_in_plan", message)


def _shortage(plan: Plan, lines: Sequence[Line]) -> Iterator[Issue]:
    """The remark that at the limits, with commission, the money for the purchases may not do."""
    money = plan.cash
    for line in lines:
        money += line.value if line.draft.side == "SELL" else -line.value
        money -= line.draft.fee
    if money < 0 and any(line.draft.side == "BUY" for line in lines):
        message = (
            f"at these limits the purchases may cost {format_money(-money)} more than there is for them with "
            "commission; then fewer shares are bought."
        )
        yield Issue("warning", "cut_expected", message)


def _sells_first(trades: Sequence[Trade]) -> list[Trade]:
    return sorted(trades, key=lambda trade: trade.shares > 0)


def _line(broker: Broker, trade: Trade, facts: Facts, limits: Limits) -> Line:
    side: Side = "BUY" if trade.shares > 0 else "SELL"
    quote = facts.quotes[trade.symbol]
    reference = quote.reference(side)
    if reference is None:
        raise BrokerError(f"{trade.symbol}: the price has gone.")
    limit = limit_price(reference, side, limits.slip)
    shares, conid = int(trade.quantity), facts.conids[trade.symbol]
    ticket = Ticket(
        client_id=f"pbal-preview-{conid}",
        account=facts.account.id,
        conid=conid,
        symbol=trade.symbol,
        side=side,
        shares=shares,
        limit=limit,
    )
    preview = broker.preview(ticket)
    fee = DEFAULT_FEE if preview.commission_high is None else preview.commission_high
    held = next((holding.shares for holding in facts.holdings if holding.conid == conid), Decimal(0))
    draft = Draft(
        symbol=trade.symbol,
        conid=conid,
        side=side,
        shares=shares,
        price=trade.price,
        limit=limit,
        fee=fee,
        held=held,
    )
    return Line(draft=draft, quote=quote, preview=preview)


def find_conids(
    broker: Broker, symbols: Sequence[str], holdings: Sequence[Holding], *, choose: Choose, named: Mapping[str, int]
) -> dict[str, int]:
    """The broker's number of each symbol: that of the holding, else of the only stock of that name, else as chosen.

    Raises:
        RequestError: A symbol means several stocks and nobody chose; or what was named is no symbol of the plan, or
            not one of the stocks that the symbol may mean.
    """
    for symbol in named.keys() - set(symbols):
        message = f"contract {symbol}={named[symbol]}: the plan has no {symbol}; write it as the positions file does."
        raise RequestError(message)
    held = {symbol: _held(symbol, holdings) for symbol in symbols}
    asked = broker.contracts([symbol for symbol in symbols if not held[symbol]])
    found: dict[str, int] = {}
    for symbol in symbols:
        contracts = held[symbol] or asked.get(symbol, ())
        contract = _chosen(symbol, contracts, choose, named.get(symbol))
        if contract is not None:
            found[symbol] = contract.conid
    return found


def _chosen(symbol: str, contracts: Sequence[Contract], choose: Choose, wanted: int | None) -> Contract | None:
    """Which of the contracts a symbol means; None when there are none and none is wanted."""
    listed = "; ".join(f"{c.name} ({c.exchange}, {c.conid})" for c in contracts)
    if wanted is not None:
        fitting = [contract for contract in contracts if contract.conid == wanted]
        if not fitting:
            raise RequestError(f"contract {symbol}={wanted}: {symbol} may mean {listed or 'no stock'}, not {wanted}.")
        return fitting[0]
    if len(contracts) <= 1:
        return contracts[0] if contracts else None
    contract = choose(symbol, contracts)
    if contract is None:
        remedy = Remedy("choose_contract", f"{symbol}={contracts[0].conid}")
        raise RequestError(f"{symbol} may mean {listed}; choose one.", remedy=remedy)
    return contract


def _held(symbol: str, holdings: Sequence[Holding]) -> tuple[Contract, ...]:
    """The account's stocks of that name, those in dollars when there are any."""
    same = [h for h in holdings if h.asset_class in {"STK", ""} and _plain(h.symbol) == _plain(symbol)]
    dollars = [h for h in same if h.currency in {"USD", ""}]
    return tuple(
        Contract(symbol=symbol, conid=h.conid, name=h.symbol, exchange=f"held, in {h.currency or '?'}")
        for h in dollars or same
    )


def _plain(symbol: str) -> str:
    """A symbol without the signs that brokers write differently: ``BRK.B``, ``BRK B``, ``BRK/B``."""
    return "".join(c for c in symbol.upper() if c not in " ./-")


def portfolio_of(holdings: Sequence[Holding]) -> tuple[Portfolio, tuple[Issue, ...]]:
    """The broker's positions as a portfolio: dollar stocks that are held long, with what was left out.

    Raises:
        DataError: None is left, or the broker's data cannot be a position.
    """
    positions, issues = [], []
    for h in holdings:
        if h.asset_class not in {"STK", ""} or h.currency not in {"", "USD"} or h.shares <= 0 or not h.price:
            message = f"left out: {format(h.shares, 'f')} of {h.asset_class or 'unknown kind'} in {h.currency or '?'}."
            issues.append(Issue("warning", "left_out", message, Place(symbol=h.symbol)))
            continue
        value = h.value if h.value is not None else h.shares * h.price
        positions.append(Position(symbol=h.symbol, value=value, price=h.price, pnl=h.pnl, quantity=h.shares))
    return Portfolio(positions), tuple(issues)
