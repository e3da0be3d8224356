"""What the address of the page says: cash, minimum trade, strategy, share rounding, leftover; never a holding.

The model: :class:`Settings` is read from the query parameters when a session begins, lives in the session state under
the keys ``cash``, ``min_trade``, ``strategy`` and ``method``, and is written back after every change, so that reloading
or sharing the address brings the same question again. An address that says nothing opens with shares fitted to the
cash; one that says something but names no method keeps the meaning that it had when it was written: classic. Values
from an address or a session are a stranger's: each is checked here, and one that cannot be used is replaced by its
default and named. This module knows no streamlit.

Worked example: ``?cash=-2500&strategy=hard_rebalance`` withdraws 2,500 dollars with the minimum trade of 100.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ..errors import RequestError
from ..money import MAX_CASH, decimals, to_amount
from ..planning.strategy import Method, Strategy
from ..policy.constraints import RULES
from ..views.axis import MAX_MIN_TRADE
from ..views.drift import Band

LEFTOVER = next(rule for rule in RULES if rule.key == "leftover")

WORDS = {"cash": "cash", "min_trade": "minimum trade"}


def amount_bounds(name: str, method: Method) -> tuple[Decimal, Decimal]:
    """The least and the most that ``cash`` or ``min_trade`` may be; only the exact method needs no minimum trade."""
    if name == "cash":
        return -MAX_CASH, MAX_CASH
    return Decimal(0 if method == Method.EXACT else "0.01"), MAX_MIN_TRADE


def in_whole_cents(amount: Decimal) -> bool:
    """Whether an amount can be paid."""
    return decimals(amount) <= 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The question that the page asks about the portfolio.

    Args:
        cash: Dollars to invest (+) or to withdraw (-), in whole cents, at most MAX_CASH either way.
        min_trade: Step (classic) or smallest trade (exact; 0: none) in dollars, at most MAX_MIN_TRADE.
        strategy: See ``rebalance``.
        method: See ``rebalance``.
    """

    cash: Decimal = Decimal(5000)
    min_trade: Decimal = Decimal(100)
    strategy: Strategy = Strategy.TRY_AVOID_SELL
    method: Method = Method.EXACT

    def params(self) -> dict[str, str]:
        """The query parameters that bring these settings back."""
        return {
            "cash": f"{self.cash:f}",
            "min_trade": f"{self.min_trade:f}",
            "strategy": self.strategy.value,
            "method": self.method.value,
        }


def read_settings(values: Mapping[str, Any]) -> tuple[Settings, list[str]]:
    """Settings from query parameters or from the session state.

    Args:
        values: May hold ``cash``, ``min_trade``, ``strategy``, ``method``, as text or numbers; others are ignored.

    Returns:
        The settings, and one sentence for each value that could not be used.
    """
    said = any(values.get(name) is not None for name in ("cash", "min_trade", "strategy", "method"))
    settings = replace(Settings(), method=Method.CLASSIC) if said else Settings()
    problems: list[str] = []
    for key, choices, words in (("strategy", Strategy, "strategy"), ("method", Method, "share rounding")):
        if values.get(key) in tuple(choices):
            chosen: dict[str, Any] = {key: choices.named(values[key])}
            settings = replace(settings, **chosen)
        elif values.get(key) is not None:
            instead = f"{getattr(settings, key).label} is used instead."
            problems.append(f"The {words} of the link is not known; {instead}")
    for name, words in WORDS.items():
        if values.get(name) is None:
            continue
        instead = f"{getattr(settings, name):,} is used instead."  # in the currency of a portfolio not known yet
        try:
            amount = _normal(to_amount(values[name], name))
        except RequestError:
            problems.append(f"The {words} of the link is not an amount; {instead}")
            continue
        low, high = amount_bounds(name, settings.method)
        if not low <= amount <= high:
            problems.append(f"The {words} must lie within {low:,} to {high:,}; {instead}")
        elif not in_whole_cents(amount):
            problems.append(f"The {words} must be in whole cents; {instead}")
        else:
            settings = replace(settings, cash=amount) if name == "cash" else replace(settings, min_trade=amount)
    return settings, problems


def read_leftover(value: object) -> tuple[str, list[str]]:
    """What an address says about the cash that is left: the rule's value, and a sentence where it cannot be used."""
    if value is None:
        return "", []
    if isinstance(value, str) and value in LEFTOVER.choices:
        return value, []
    return "", ["What the link says about the cash that is left is not known; that cash is kept."]


def band_params(band: Band) -> dict[str, str]:
    """What an address says of a band, in percent of the portfolio and of the target: ``3,20``; nothing of the usual."""
    return (
        {}
        if band == Band()
        else {"band": ",".join(f"{(100 * limit).normalize():f}" for limit in (band.absolute, band.relative))}
    )


def read_band(value: object) -> tuple[Band, list[str]]:
    """The band that an address says, and a sentence where it cannot be used."""
    if value is None:
        return Band(), []
    try:
        absolute, relative = (to_amount(text, "band") / 100 for text in str(value)[:60].split(","))
        return Band(relative, absolute), []
    except (RequestError, ValueError):
        return Band(), ["The band of the link cannot be used; the 5/25 rule is used instead."]


def _normal(amount: Decimal) -> Decimal:
    """The amount without trailing zeros and without exponent, so that equal settings have equal addresses."""
    if not amount:
        return Decimal(0)  # there is a -0
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()
