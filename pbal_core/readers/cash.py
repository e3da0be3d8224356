"""What is cash in a table of positions: balances, sweeps and money market funds, the same for every reader.

Source: symbols of US money market funds have five letters of which the last two are XX (Nasdaq's naming rule for mutual
funds). Fidelity (``CORE``, ``FCASH``, ``SPAXX**``), Schwab (``SWGXX``, bank sweep), Vanguard (``VMFXX``), Merrill
(``Money accounts``), E*TRADE and Wealthsimple (``CURRENCY`` rows): public downloads and the brokers' help pages. Sweeps
into bank deposits have no symbol that is listed anywhere; they are known by their name.

The model: cash is counted in its own units. So a row is cash when it is called so *and* its price is 1 or absent:
``CASH`` at 60.25 is a share of that name. What looks like cash and is meant as an investment is the user's to say.

Worked example: ``VMFXX``, 3,000 at 1.00 is 3,000 of cash; ``BIL`` at 91.50 is a fund, whatever its name.
"""

from __future__ import annotations

import re
from decimal import Decimal

from .cells import normal

SWEEPS = frozenset({"CORE", "FCASH", "SWEEP", "QACDS", "QCERQ", "QSERQ", "MMDA", "MMDA1", "MMDA12", "USD999997",
                    "CASHEQ", "BDPS", "IDA12"})  # fmt: skip
"""Symbols that brokers give to the cash they keep for a customer and that do not follow Nasdaq's rule."""

_FUND = re.compile(r"[A-Z]{3}XX")
_FUND_NAMES = re.compile(
    r"HELD IN |.*\b(?:MONEY (?:MARKET|MKT|FUND)|CASH SWEEP|SWEEP|(?:INSURED|BANK) DEPOSIT|CASH RESERVES?|"
    r"DEPOSIT (?:PROGRAM|SWEEP)|SETTLEMENT FUND)\b",
    re.IGNORECASE,
)
_CLASSES = frozenset({"cash", "currency", "currencies", "cash and money market", "cash & money market", "money market",
                      "cash & cash equivalents", "cash and cash equivalents", "cash equivalents", "sweep", "cash sweep",
                      "forex", "fx"})  # fmt: skip
_ISO = "(aud|brl|cad|chf|cny|czk|dkk|eur|gbp|hkd|huf|ils|inr|jpy|krw|mxn|nok|nzd|pln|sek|sgd|try|twd|usd|zar)"
_PLAIN_LABELS = (
    r"(?:available |settled |uninvested |free |total |net |core )?cash"
    r"(?: balance| available| position| holdings?| value)?"
    r"|cash (?:&|and) (?:cash investments|sweep|(?:cash )?equivalents)|cash sweep|sweep|bargeld|guthaben"
    r"|verrechnungskonto|kontoguthaben|geld|contanten|kassa|kasse|likvida medel|likvider|kontanter"
    r"|kontantbeholdning|liquidit\u00e9s?"
    r"|esp\u00e8ces|solde esp\u00e8ces|liquidit\u00e0|contanti|efectivo|liquidez|dinheiro|liquidit\u00e4t"
    r"|cash \(margin\)|\$\$cash|margin (?:balance|loan|debit)"
    r"|settlement fund|bank deposit (?:program|sweep)|free funds|funds available|konto"
)
_CASH = re.compile(rf"(?:{_PLAIN_LABELS})|{_ISO}|{_ISO} cash|(?:{_PLAIN_LABELS})[ :-]{{0,3}}[(\[]?{_ISO}[)\]]?")
_NEAR_ONE = Decimal("0.01")
_LONGEST = 100


def label_currency(label: str) -> str | None:
    """The currency that a folded label of cash names, empty when it names none; None when it is no such label.

    ``cash``, ``cash balance``, ``usd cash``, ``cash (eur)`` and ``usd`` are such labels. Some of them are tickers too,
    of shares whose price is not 1.
    """
    match = _CASH.fullmatch(label.rstrip(": *")) if len(label) <= _LONGEST else None
    if match is None:
        return None
    return next((code.upper() for code in match.groups() if code), "")


def is_fund(symbol: str) -> bool:
    """The symbol is that of a money market fund or a sweep; brokers mark it with asterisks."""
    bare = symbol.rstrip("*")
    return len(bare) <= 9 and (bare in SWEEPS or _FUND.fullmatch(bare) is not None)


def in_own_units(quantity: Decimal | None, price: Decimal | None, value: Decimal | None) -> bool:
    """The numbers are those of cash: a price of 1, or none; as many units as the value, or no quantity."""
    if price is not None and abs(price - 1) > _NEAR_ONE:
        return False
    if quantity is None or value is None:
        return True
    return abs(quantity - value) <= max(abs(value) * _NEAR_ONE, _NEAR_ONE)


def reason(symbol: str, description: str = "", asset_class: str = "") -> str:
    """Why a row whose numbers are ``in_own_units`` is cash; empty when nothing says so.

    Args:
        symbol: The broker's text, without what means that there is none.
        description: The broker's name of the asset, may be empty.
        asset_class: The broker's word for the kind of asset, may be empty.
    """
    if label_currency(normal(symbol)) is not None or (not symbol and label_currency(normal(description)) is not None):
        return "cash"
    if is_fund(symbol) or symbol.endswith("**"):
        return "money market fund or sweep"
    if normal(asset_class) in _CLASSES:
        return "cash"
    return "money market fund or sweep" if _FUND_NAMES.match(description[:_LONGEST]) else ""
