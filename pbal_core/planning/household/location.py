"""Which account holds what: exchanges between two accounts that leave the household as near to its targets.

The model: a class prefers kinds of account. An exchange gives lots of asset i from account a to account b (a buys less
or sells more of it, b the reverse), and lots of asset j back for them. No money moves between accounts: each pays what
it takes from what it gives and from its idle cash. An exchange is made if J does not rise, both accounts keep every
rule of the exact method, and less is in the wrong kind of account; or as much, and there are fewer trades.

Worked example: BND belongs in an IRA. The taxable account was to buy 5 BND at 80 dollars and the IRA 2 VTI at 200
dollars; after the exchange the taxable account buys the VTI and the IRA the BND.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

from ...policy.household import Kind
from .rounds import Rounds

_TRIES = 400
"""Sizes of an exchange that are tried, the largest first."""
_EXCHANGES = 200
"""Exchanges at most."""

Preferences = Mapping[str, frozenset[Kind]]
"""Asset -> the kinds of account that it belongs in."""


def settle_location(rounds: Rounds, preferences: Preferences) -> None:
    """Makes exchanges until none is left that improves where assets are, or the number of trades."""
    for _exchange in range(_EXCHANGES):
        if not any(_made(rounds, exchange, preferences) for exchange in _exchanges(rounds, preferences)):
            break


Exchange = tuple[int, int, str, str]
"""From account a to account b asset i, and asset j back."""


def _exchanges(rounds: Rounds, preferences: Preferences) -> Iterator[Exchange]:
    """What may be worth exchanging: what is in the wrong account first, then what is traded in both."""
    assets = sorted(rounds.parts)
    kinds = [account.account.kind for account in rounds.accounts]
    for a, b in permutations(range(len(rounds.accounts)), 2):
        for i, liked in preferences.items():
            if kinds[a] not in liked and kinds[b] in liked:
                yield from ((a, b, i, j) for j in assets if j != i)
    traded = [account.moved(lots) for account, lots in zip(rounds.accounts, rounds.lots, strict=True)]
    for a, b in permutations(range(len(rounds.accounts)), 2):
        for i in sorted(traded[a]):
            if i in preferences or traded[a][i] > 0:
                # A trade less in all: one ends, and not two begin.
                others = [j for j in (assets if i in traded[b] else sorted(traded[a])) if j != i]
                yield from ((a, b, i, j) for j in (others if i in preferences else _paying(rounds, (a, b, i), others)))


def _paying(rounds: Rounds, given: tuple[int, int, str], others: Sequence[str]) -> Iterator[str]:
    """The assets of which as much may go back as pays for all purchases of one: few do, in whole lots."""
    a, b, i = given
    giver, taker = rounds.accounts[a], rounds.accounts[b]
    prices, others_prices = giver.problem.prices, taker.problem.prices
    ai, bi = giver.rows[i], taker.rows[i]
    if ai is None or bi is None:
        return
    paid = rounds.lots[a][ai] * prices[ai]
    money = paid + rounds.idle(a)
    needed = max(1, round(paid / others_prices[bi])) * others_prices[bi] - rounds.idle(b)
    for j in others:
        aj, bj = giver.rows[j], taker.rows[j]
        if aj is not None and bj is not None:
            price, other = prices[aj], others_prices[bj]
            if round(money // price * price / other) * other >= needed:
                yield j


def _made(rounds: Rounds, exchange: Exchange, preferences: Preferences) -> bool:
    """Makes the largest exchange that is worth it; whether there was one."""
    a, b, i, _j = exchange
    rows = _rows(rounds, exchange)
    if rows is None:
        return False
    was = rounds.lots[a], rounds.lots[b]
    for sizes in _sizes(rounds, exchange, rows, ends=i not in preferences):
        if _gains(rounds, exchange, rows, sizes, preferences):
            for number, before, its_rows, lots in zip((a, b), was, rows, sizes, strict=True):
                rounds.trade(number, _exchanged(before, its_rows, lots))
            if rounds.keeps(a) and rounds.keeps(b):
                return True
            rounds.trade(a, was[0])
            rounds.trade(b, was[1])
    return False


Pair = tuple[int, int]
Rows = tuple[Pair, Pair]
"""For both accounts the rows of the assets i and j."""
Sizes = tuple[Pair, Pair]
"""For both accounts the lots by which the trades of i and j change."""


def _rows(rounds: Rounds, exchange: Exchange) -> Rows | None:
    """What an exchange trades; None where an account could do so in several rows."""
    a, b, i, j = exchange
    giver, taker = rounds.accounts[a].rows, rounds.accounts[b].rows
    ai, aj, bi, bj = giver[i], giver[j], taker[i], taker[j]
    return None if ai is None or aj is None or bi is None or bj is None else ((ai, aj), (bi, bj))


def _exchanged(lots: list[int], rows: Pair, sizes: Pair) -> list[int]:
    """The lots of an account after an exchange."""
    after = list(lots)
    for row, more in zip(rows, sizes, strict=True):
        after[row] += more
    return after


def _gains(rounds: Rounds, exchange: Exchange, rows: Rows, sizes: Sizes, preferences: Preferences) -> bool:
    """Whether an exchange leaves less in the wrong kind of account, or as much in fewer trades, and J no higher."""
    a, b, i, j = exchange
    trades = 0
    for number, its_rows, lots in zip((a, b), rows, sizes, strict=True):
        for row, more in zip(its_rows, lots, strict=True):
            old = rounds.lots[number][row]
            trades += bool(old + more) - bool(old)
    if trades >= 0 and i not in preferences and j not in preferences:
        return False
    wrong = 0
    change = {i: 0, j: 0}
    for number, its_rows, lots in zip((a, b), rows, sizes, strict=True):
        account = rounds.accounts[number]
        for asset, row, more in zip((i, j), its_rows, lots, strict=True):
            units = more * account.problem.prices[row]
            change[asset] += units
            if asset in preferences and account.account.kind not in preferences[asset]:
                wrong += units
    return (wrong, trades) < (0, 0) and (not any(change.values()) or not rounds.farther(change))


def _sizes(rounds: Rounds, exchange: Exchange, rows: Rows, *, ends: bool) -> Iterator[Sizes]:
    """Exchanges that each account can pay, the largest first.

    Args:
        rounds: The state.
        exchange: What is exchanged.
        rows: Where it is traded.
        ends: Only what ends the trade of the asset that is given.
    """
    a, b, _i, _j = exchange
    giver, taker = rounds.accounts[a], rounds.accounts[b]
    prices = giver.problem.prices, taker.problem.prices
    (ai, aj), (bi, bj) = rows
    given, back = rounds.lots[a], rounds.lots[b]
    most = given[ai] + (giver.problem.held[ai] if giver.direction != "buy" else 0)
    if most <= 0 or (giver.direction == "sell" and given[aj] >= 0) or (taker.direction == "sell" and back[bi] >= 0):
        return
    idle = rounds.idle(a), rounds.idle(b)
    sizes = {given[ai]} if ends else {most - step for step in range(_TRIES)} | {given[ai]}
    for lots in sorted((m for m in sizes if 0 < m <= most), reverse=True):
        taken = max(1, round(lots * prices[0][ai] / prices[1][bi]))
        for returned in _returned(lots * prices[0][ai], taken * prices[1][bi], (prices[0][aj], prices[1][bj]), idle):
            yield (-lots, returned[0]), (taken, -returned[1])


def _returned(gives: int, takes: int, prices: tuple[int, int], idle: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Lots of the asset that goes back, in each account, that both can pay: the most, and the fewest."""
    most = max(0, (idle[0] + gives) // prices[0])
    for count in dict.fromkeys((most, most - 1)):
        theirs = round(count * prices[0] / prices[1]) if count > 0 else 0
        if count >= 0 and theirs * prices[1] >= takes - idle[1]:
            yield count, theirs
