"""From what a file calls an asset to a symbol, and what the symbol says about its market.

Source: exchange prefixes as Google Finance and TradingView write them (``NYSEARCA:VTI``, ``TSE:VFV``), suffixes as
Yahoo Finance does (``VFV.TO``, ``VUSA.L``), codes behind a colon as Bloomberg and Saxo do (``VTI:US``, ``VWRL:xams``).
``M&M`` of India's NSE keeps its ampersand; TradingView's ``M_M`` is the same symbol.

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
_PLACES = {
    "USD": "US UN UW UQ UP UA UR ARCX XNYS XNAS XASE BATS", "CAD": "CN CT XTSE XTSX", "GBP": "LN XLON",
    "EUR": "GR GY FP NA IM SM BB ID PL FH AV XETR XFRA XPAR XAMS XMIL XMAD XBRU XDUB XLIS XHEL XWBO",
    "CHF": "SW SE XSWX",
    "AUD": "AU AT XASX", "HKD": "HK XHKG", "JPY": "JP JT XTKS", "SEK": "SS XSTO", "NOK": "NO XOSL", "DKK": "DC XCSE",
    "SGD": "SP XSES", "INR": "IN IB XNSE XBOM",
}  # fmt: skip
"""Countries and exchanges of Bloomberg, and codes of exchanges (ISO 10383), behind a ticker and a colon."""
_CURRENCY_OF_PLACE = {place: code for code, places in _PLACES.items() for place in places.split()}
_PLACED = re.compile(r"(?P<ticker>[A-Z0-9][A-Z0-9.&_/-]{0,14}):(?P<place>[A-Za-z]{2,4})")
_MARKS = re.compile(r"\s*(?:[*\u2020\u2021\u00b9\u00b2\u00b3]{1,3}|\(\d\))$")
"""Marks of footnotes."""
_CURRENCY_OF_SUFFIX = {end: code for code, ends in _SUFFIXES.items() for end in ends.split()}
_CURRENCY_OF_PREFIX = {start: code for code, starts in _PREFIXES.items() for start in starts.split()}


def ticker(text: str) -> str:
    """The symbol of a text that is one, without exchange, dollar sign or footnote mark; other texts stay."""
    if SYMBOL.fullmatch(text):
        return text
    bare = _MARKS.sub("", text).removeprefix("$")
    if SYMBOL.fullmatch(bare):
        return bare
    match = _placed(bare) or _PREFIXED.fullmatch(bare)
    return match["ticker"] if match else text


def _placed(text: str) -> re.Match[str] | None:
    """A ticker with its market behind it: ``VTI:US`` and ``VWRL:xams``, but not ``ASX:AU``."""
    match = _PLACED.fullmatch(text)
    known = match is not None and match["place"].upper() in _CURRENCY_OF_PLACE
    return match if known and text.partition(":")[0] not in _CURRENCY_OF_PREFIX else None


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
    start, colon, end = text.partition(":")
    if colon:
        return _CURRENCY_OF_PREFIX.get(start) or _CURRENCY_OF_PLACE.get(end.upper(), "")
    _, dot, end = text.rpartition(".")
    return _CURRENCY_OF_SUFFIX.get(end, "") if dot else ""
