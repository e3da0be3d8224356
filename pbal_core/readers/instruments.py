"""Which assets a plan can trade, from the symbol and the broker's word for the asset class.

The model: plans buy and sell whole shares of stocks and funds at one price. Options, futures, bonds, crypto and short
positions are *unsupported*: shown with a reason, counted in the file's totals, kept out of the portfolio.
Symbol shapes of options: OCC ``VTI   260116C00300000`` (IBKR Flex), ``-VTI260116C300`` (Fidelity),
``VTI 01/16/2026 300.00 C`` (Schwab), ``VTI Jan 16 '26 $300 Call`` (E*TRADE), ``VTI 16JAN26 300 C`` (IBKR Activity).
"""

from __future__ import annotations

import re
from decimal import Decimal

TRADABLE = r"[A-Za-z0-9]{1,12}(?:[ ./_-][A-Za-z0-9]{1,4}){0,2}"
"""A ticker with class or exchange suffix, an ISIN or a CUSIP."""

_DATE = r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}"
_OPTION = r"""(?aix) -?[A-Z0-9.]{1,6}\s*\d{6}[CP]\d+(?:\.\d+)?      # OCC and Fidelity
    | \S+\s\d\d/\d\d/\d{4}\s[\d.,]+\s[CP]              # Schwab
    | .*\s\$[\d.,]+\s(?:call|put)                      # E*TRADE
    | \S+\s\d{1,2}[A-Z]{3}\d{2}\s[\d.]+\s[CP]          # IBKR Activity Statement"""
_OPTION_LENGTHS = range(9, 61)
"""A ticker of a share is shorter, so that the plain file does not need the shapes above."""
_BOND = r"(?i).*\b(?:\d+(?:\.\d+)?\s?%\s.*\d{4}|CD\b.*%|T-?BILL|TREAS(?:URY)? (?:BILL|NOTE|BOND|NT|BD))"
_FUND = r"(?i).*\b(?:FUND|ETF|INDEX|IDX|TRUST)\b"
_CUSIP = r"[0-9A-Z]{8}[0-9]"
# Texts, not compiled patterns: re keeps what it compiles, and the plain file needs none of them.
MAX_SYMBOL = 100
"""Longer texts are not looked into."""
_MONEY_MARKET = r"[A-Z]{3}XX"
_ISO = "(aud|brl|cad|chf|cny|czk|dkk|eur|gbp|hkd|huf|ils|inr|jpy|krw|mxn|nok|nzd|pln|sek|sgd|try|usd|zar)"
_CASH = rf"cash|cash balance|cash & cash investments|{_ISO}|{_ISO} cash|cash[ :-]{{0,3}}\(?{_ISO}\)?"

_CLASSES = {
    "option": ("opt", "fop", "iopt", "option", "options", "equity and index options", "options on futures"),
    "future": ("fut", "fsfop", "fsopt", "future", "futures"),
    "bond": (
        "bond",
        "bill",
        "bonds",
        "fixed income",
        "treasury bills",
        "corporate bonds",
        "cd",
        "certificate of deposit",
    ),
    "crypto": ("crypto", "cryptocurrency", "cryptocurrencies"),
    "currency": ("cash", "forex", "fx"),
    "warrant": ("war", "warrant", "warrants", "structured products"),
    "contract for difference": ("cfd", "cfds"),
    "commodity": ("cmdty", "metals"),
}
_CLASS_OF = {word: name for name, words in _CLASSES.items() for word in words}
_REASONS = {
    "option": "an option: plans trade shares",
    "future": "a future: plans trade shares",
    "bond": "a bond or deposit: plans trade shares",
    "crypto": "crypto: plans trade whole shares",
    "currency": "a currency position, not an asset to balance",
    "warrant": "a warrant: plans trade shares",
    "contract for difference": "a contract for difference: plans trade shares",
    "commodity": "a metal or commodity: plans trade shares",
}
SHORT = "a short position: plans hold or sell what is owned"
NO_PRICE = "no market price in the file, so it cannot be turned into shares"
UNTRADABLE = "its symbol is not one that can be traded"
NO_SYMBOL = "no symbol, so it cannot be traded"


def cash_currency(label: str) -> str | None:
    """The currency that a folded label of cash names, empty when it names none; None when it is no such label.

    ``cash``, ``cash balance``, ``usd cash``, ``cash (eur)`` and ``usd`` are such labels. Some of them are tickers too,
    of shares whose price is not 1.
    """
    match = re.fullmatch(_CASH, label)
    if match is None:
        return None
    return next((code.upper() for code in match.groups() if code), "")


def unsupported(symbol: str, asset_class: str = "", description: str = "") -> str:
    """Why a plan cannot trade the asset; empty when it can.

    Args:
        symbol: The broker's text, stripped.
        asset_class: The broker's word for the kind of asset, may be empty.
        description: The broker's name of the asset, may be empty. It tells a bond from a fund where the symbol is a
            CUSIP, which funds of pension plans have too.
    """
    kind = _CLASS_OF.get(asset_class.strip().casefold())
    if kind:
        return _REASONS[kind]
    if not symbol:
        return NO_SYMBOL
    if len(symbol) > MAX_SYMBOL:
        return UNTRADABLE
    if re.fullmatch(_DATE, symbol):
        return "a date stands where the symbol should"
    is_option = re.fullmatch(_OPTION, symbol) is not None
    if not is_option and re.fullmatch(TRADABLE, symbol):
        bond = is_cusip(symbol) and re.match(_BOND, description[:MAX_SYMBOL]) and not re.match(_FUND, description)
        return _REASONS["bond"] if bond else ""
    if is_option:
        return _REASONS["option"]
    if re.match(_BOND, symbol):
        return _REASONS["bond"]
    return UNTRADABLE


def is_cusip(symbol: str) -> bool:
    """A CUSIP, which bonds and some funds have for a symbol: nine characters, the last one a digit."""
    return len(symbol) == 9 and re.fullmatch(_CUSIP, symbol) is not None


def in_percent(symbol: str, quantity: Decimal | None, price: Decimal | None, value: Decimal | None) -> str:
    """The reason of a bond that only its numbers show: its price is in percent of the face value, one hundredth each.

    Empty for everything else.
    """
    if quantity is None or price is None or not value or not is_cusip(symbol):
        return ""
    product = quantity * price
    return _REASONS["bond"] if abs(product - value * 100) <= abs(value) else ""


def derivative(symbol: str, multiplier: Decimal | None = None) -> str:
    """Why an asset of unknown class is no share or fund, as its symbol or multiplier shows; empty when neither does."""
    if len(symbol) in _OPTION_LENGTHS and re.fullmatch(_OPTION, symbol):
        return _REASONS["option"]
    if multiplier is not None and multiplier != 1:
        return f"a contract for {multiplier:f} units: plans trade shares"
    return ""


def is_money_market(symbol: str) -> bool:
    """A US money market fund, where brokers keep cash: five letters of which the last two are XX (Nasdaq's rule)."""
    return bool(re.fullmatch(_MONEY_MARKET, symbol.rstrip("*")))
