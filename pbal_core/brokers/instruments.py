"""What a plan's symbols mean at the broker: accounts, instruments, and the account's positions as a portfolio.

The model: a contract is needed only for what trades. It is that of the position; else of the only stock of that name;
else the user chooses. What the broker cannot trade as asked is left out with a reason. Worked example: the account
holds 100 VSMAX as a mutual fund (``FUND``); a plan that sells 5 of it is placed without that sale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..errors import Issue, Place, Remedy, RequestError
from ..money import format_shares
from ..planning.plan import Plan, Trade
from ..portfolio import Portfolio, Position, symbol_key
from .guards import shares_held
from .protocol import Broker, BrokerAccount, BrokerPosition, Contract

Choose = Callable[[str, Sequence[Contract]], Contract | None]
"""Asks the user which instrument a symbol means; None when nobody can be asked."""
STOCK = frozenset({"STK", ""})
"""Asset classes that are traded: shares and exchange-traded funds."""


def pick_account(accounts: Sequence[BrokerAccount], wanted: str | None) -> BrokerAccount:
    """The account to trade in.

    Raises:
        RequestError: None or several fit; the message shows them by their last four digits.
    """
    fitting = [a for a in accounts if wanted is None or a.id == wanted or (len(wanted) == 4 and a.id.endswith(wanted))]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(a.masked for a in accounts) or "none"
    message = f"a plan is traded in one account; choose one of {listed} by its last four digits."
    raise RequestError(message, remedy=Remedy("choose_broker_account"))


def left_out_because(symbol: str, why: str) -> Issue:
    """That a trade of the plan is not sent, and why."""
    return Issue("warning", "left_out", f"not sent: {why}", Place(symbol=symbol))


def find_conids(
    broker: Broker, plan: Plan, positions: Sequence[BrokerPosition], *, choose: Choose, named: Mapping[str, int]
) -> tuple[dict[str, int], list[Issue]]:
    """The broker's number of each symbol to trade, and the trades that it cannot do as asked, with the reason.

    It is the number of the position, else of the only stock of that name, else the one chosen.

    Raises:
        RequestError: A symbol means several stocks and nobody chose; or what was named is no symbol of the plan, or not
            one of the stocks that the symbol may mean.
    """
    for symbol in named.keys() - set(plan.portfolio.symbols):
        raise RequestError(
            f"contract {symbol}={named[symbol]}: the plan has no {symbol}; write it as the positions file does."
        )
    held = {trade.symbol: _named(trade.symbol, positions) for trade in plan.trades}
    left_out = {trade.symbol: why for trade in plan.trades if (why := _obstacle(trade, held[trade.symbol]))}
    wanted = [trade.symbol for trade in plan.trades if trade.symbol not in left_out]
    asked = broker.contracts([symbol for symbol in wanted if not held[symbol]])
    found: dict[str, int] = {}
    for symbol in wanted:
        contracts = _held(symbol, held[symbol]) or asked.get(symbol, ())
        contract = _chosen(symbol, contracts, choose, named.get(symbol))
        if contract is None:
            left_out[symbol] = "the broker does not hold it and knows no such stock."
        else:
            found[symbol] = contract.conid
    return found, [left_out_because(symbol, why) for symbol, why in left_out.items()]


def _named(symbol: str, positions: Sequence[BrokerPosition]) -> list[BrokerPosition]:
    """The account's positions of that name, whatever they are."""
    return [p for p in positions if symbol_key(p.symbol) == symbol_key(symbol)]


def _obstacle(trade: Trade, held: Sequence[BrokerPosition]) -> str:
    """Why a trade cannot be placed as asked, as far as the position shows; empty when it can."""
    if trade.shares != int(trade.shares):
        return f"{format_shares(trade.quantity)} shares are planned, and only whole shares are sent."
    stocks = [p for p in held if p.asset_class in STOCK]
    if held and not stocks:
        return f"the broker lists it as {held[0].asset_class}, and only stocks and exchange-traded funds are sent."
    if stocks and all(p.currency not in {"USD", ""} for p in stocks):
        return f"it is held in {stocks[0].currency}, and only dollars can be traded."
    return ""


def _held(symbol: str, held: Sequence[BrokerPosition]) -> tuple[Contract, ...]:
    """The account's dollar stocks of that name."""
    return tuple(
        Contract(symbol=symbol, conid=p.conid, name=p.symbol, exchange=f"held, in {p.currency or '?'}")
        for p in held
        if p.asset_class in STOCK and p.currency in {"USD", ""}
    )


def _chosen(symbol: str, contracts: Sequence[Contract], choose: Choose, wanted: int | None) -> Contract | None:
    """Which of the contracts a symbol means; None when there are none and none is wanted."""
    listed = "; ".join(f"{c.name} ({c.exchange}, {c.conid})" for c in contracts)
    if wanted is not None:
        fitting = [contract for contract in contracts if contract.conid == wanted]
        if not fitting:
            message = f"contract {symbol}={wanted}: {symbol} may mean {listed or 'no stock'}, not {wanted}."
            raise RequestError(message)
        return fitting[0]
    if len(contracts) <= 1:
        return contracts[0] if contracts else None
    contract = choose(symbol, contracts)
    if contract is None:
        remedy = Remedy("choose_contract", f"{symbol}={contracts[0].conid}")
        raise RequestError(f"{symbol} may mean {listed}; choose one.", remedy=remedy)
    return contract


def portfolio_of(positions: Sequence[BrokerPosition]) -> tuple[Portfolio, tuple[Issue, ...]]:
    """The broker's positions as a portfolio: dollar stocks that are held long, with what was left out.

    Raises:
        DataError: None is left, or the broker's data cannot be a position.
    """
    kept, issues = [], []
    for p in positions:
        if p.asset_class not in STOCK or p.currency not in {"", "USD"} or p.shares <= 0 or not p.price:
            message = f"left out: {format(p.shares, 'f')} of {p.asset_class or 'unknown kind'} in {p.currency or '?'}."
            issues.append(Issue("warning", "left_out", message, Place(symbol=p.symbol)))
            continue
        value = p.value if p.value is not None else p.shares * p.price
        kept.append(Position(symbol=p.symbol, value=value, price=p.price, pnl=p.pnl, quantity=p.shares))
    return Portfolio(kept), tuple(issues)


def renewed(portfolio: Portfolio, positions: Sequence[BrokerPosition]) -> Portfolio:
    """The same symbols as in ``portfolio``, with the shares that the account holds now and the broker's prices.

    A position that the account does not hold has no shares; without a price of the broker it keeps its own.
    """

    def now(position: Position) -> Position:
        found = next(iter(_named(position.symbol, positions)), None)
        price = found.price if found is not None and found.price else position.price
        shares = shares_held(position.symbol, found.conid if found is not None else None, positions)
        return replace(position, quantity=shares, price=price, value=shares * price, pnl=found.pnl if found else None)

    return Portfolio([now(position) for position in portfolio], currency=portfolio.currency)
