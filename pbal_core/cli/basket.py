"""``pbal DATA -f basket -o orders.csv``: the trades as an order basket for Interactive Brokers TWS.

The limits of a basket are the prices of the positions file, so the age of the file counts: prices of an earlier day
than the last trading day are asked about at the terminal, and refused where nobody can be asked. Worked example: a file
of Friday is fresh on Monday and old on Tuesday. Exchange holidays are not known here, so it is old one day too early
after one.
"""

from __future__ import annotations

import sys
from datetime import date

from ..errors import Remedy, RequestError
from ..planning.plan import Plan
from ..views import exports
from ..views.age import too_old


def text(plan: Plan, priced: date | None, *, today: date, old_prices: bool) -> str:
    """The basket; what it holds is said on stderr.

    Args:
        plan: What to trade.
        priced: The day of the file's prices, None when the file does not say.
        today: The day it is.
        old_prices: Old prices are accepted.

    Raises:
        RequestError: The prices are old and nobody accepts them, or a basket cannot carry any of the trades.
    """
    left_out = exports.not_in_basket(plan)
    count = len(plan.trades) - len(left_out)
    if not count:
        reason = "trades fractions of shares only, and TWS takes whole shares" if left_out else "has no trades"
        raise RequestError(f"there is no basket to write: the plan {reason}.")
    age = _age(priced, today)
    if age and not old_prices and not _accepted(age):
        message = f"{age}, and the limits of the basket would be its prices; load a new file, or accept the old prices."
        raise RequestError(message, remedy=Remedy("accept_old_prices"))
    of_day = f"of {priced:%A %d %B %Y}" if priced is not None else "of an unknown day"
    orders = "1 order" if count == 1 else f"{count:,} orders"
    print(f"{orders} for TWS, sales first: whole shares, limits for the day at the prices {of_day}.", file=sys.stderr)
    if left_out:
        print(f"Left out, because they are fractions of shares: {', '.join(left_out)}.", file=sys.stderr)
    return exports.basket_csv(plan, currency=plan.portfolio.currency).replace("\r\n", "\n")


def _age(priced: date | None, today: date) -> str:
    """Why prices are old, empty when they are of today or of the last trading day."""
    if priced is None:
        return "the positions file does not say what day its prices are from"
    return "" if not too_old(priced, today) else f"the prices of the positions file are of {priced:%A %d %B %Y}"


def _accepted(age: str) -> bool:
    """Asks the user at the terminal; where nobody can be asked the answer is no."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    print(f"{age[:1].upper()}{age[1:]}. Type yes to use them as limits all the same: ", end="", file=sys.stderr)
    sys.stderr.flush()
    return sys.stdin.readline().strip() == "yes"
