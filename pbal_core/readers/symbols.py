"""From what a file calls an asset to a symbol, and what the symbol says about its market.

Source: exchange prefixes as Google Finance and TradingView write them (``NYSEARCA:VTI``, ``TSE:VFV``), suffixes as
Yahoo Finance does (``VFV.TO``, ``VUSA.L``). ``M&M`` of India's NSE keeps its ampersand; TradingView's ``M_M`` is
the same symbol.

Worked example: ``NYSEARCA:VTI`` is VTI; ``Example 500 Index Fund (Admiral)`` without a ticker is a symbol of its own,
``Example 500 Index Fund Admiral``.
"""

from __future__ import annotations

import re
import unicodedata

from ..portfolio import SYMBOL

LONGEST = 32
_PREFIXED = re.compile(r"(?P<exchange>[A-Z]{2,12}):\s?(?P<ticker>[A-Z0-9][A-Z0-9.&_-]{0,14})")

_SUFFIXES = {
    "AUD": "AX", "BRL": "SA", "CAD": "TO V NE CN", "CHF": "SW", "CNY": "SS SZ", "DKK": "CO",
    "EUR": "AS BR DE F DU HM BE MU SG MI PA MC LS HE VI IR AT", "GBP": "L", "HKD": "HK", "ILS": "TA", "INR": "NS BO",
    "JPY": "T", "KRW": "KS KQ", "MXN": "MX", "NOK": "OL", "NZD": "NZ", "PLN": "WA", "SEK": "ST", "SGD": "SI",
    "THB": "BK", "TWD": "TW TWO", "ZAR": "JO",
}  # fmt: skip
_PREFIXES = {
    "AUD": "ASX", "CAD": "TSE TSX TSXV CVE NEO", "CHF": "SWX", "DKK": "CPH", "EUR": "EPA ETR FRA AMS BIT BME XETR EBR",
    "GBP": "LON LSE", "HKD": "HKG HKEX", "INR": "NSE BOM BSE", "JPY": "TYO", "SEK": "STO", "SGD": "SGX",
    "USD": "NYSE NYSEARCA NASDAQ AMEX BATS CBOE OTCMKTS ARCA",
}  # fmt: skip
_CURRENCY_OF_SUFFIX = {end: code for code, ends in _SUFFIXES.items() for end in ends.split()}
_CURRENCY_OF_PREFIX = {start: code for code, starts in _PREFIXES.items() for start in starts.split()}


def ticker(text: str) -> str:
    """The symbol of a text that is one, without the exchange before it; other texts stay as they are."""
    if SYMBOL.fullmatch(text):
        return text
    match = _PREFIXED.fullmatch(text)
    return match["ticker"] if match else text


def from_name(name: str) -> str:
    """A symbol made of a name, of the characters that a symbol may have; empty when none are left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    flat = " ".join(re.sub(r"[^A-Za-z0-9 ._/&-]+", " ", plain).split())
    cut = flat[:LONGEST].strip(" ._/&-")
    return cut if SYMBOL.fullmatch(cut) else ""


def is_name(text: str) -> bool:
    """The text is a name of some words, not a code and nothing that a spreadsheet would compute."""
    return bool(text) and text[0].isalnum() and " " in text and re.search(r"[^\W\d_]{3}", text) is not None


def market_currency(text: str) -> str:
    """The currency of the exchange that a symbol names before or after it; empty when it names none."""
    start, colon, _ = text.partition(":")
    if colon:
        return _CURRENCY_OF_PREFIX.get(start, "")
    _, dot, end = text.rpartition(".")
    return _CURRENCY_OF_SUFFIX.get(end, "") if dot else ""
