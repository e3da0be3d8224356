"""Which assets a plan can trade, from the symbol and the broker's word for the asset class.

The model: plans buy and sell whole shares of stocks and funds at one price. Options, futures, bonds, crypto and short
positions are *unsupported*: shown with a reason, counted in the file's totals, kept out of the portfolio.
Symbol shapes of options: OCC ``VTI   260116C00300000`` (IBKR Flex), ``-VTI260116C300`` (Fidelity),
``VTI 01/16/2026 300.00 C`` (Schwab), ``VTI Jan 16 '26 $300 Call`` (E*TRADE), ``VTI 16JAN26 300 C`` (IBKR Activity).
"""

from __future__ import annotations

import re
from decimal import Decimal

from ..portfolio import SYMBOL
from . import symbols

_CODE = r"[A-Za-z0-9_]{1,16}(?:&[A-Za-z0-9]{1,12})?(?:[ ./_-][A-Za-z0-9]{1,4}){0,2}"
_DATE = r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}"
_OPTION = r"""(?aix) (?:O:|[-.])?[A-Z0-9.]{1,6}[\s_]*\d{6}[CP]\d+(?:\.\d+)?   # OCC, Fidelity, thinkorswim, Polygon
    | .*\s\$[\d.,]+\s(?:call|put)                           # E*TRADE
    | (?=.*(?:^|[\s|])(?:call|put|c|p|\$?\d+(?:\.\d+)?[cp])(?:$|[\s|]))  # a right in a word of its own,
      (?=.*(?:\d{1,2}/\d{1,2}|\d{4}-\d\d-\d\d|\d[\s]?MON|MON\s?\d|(?:^|[\s|])(?:20)?\d{6}(?:$|[\s|])))  # a day,
      (?=.*(?:^|[\s|])\$?\d[\d.,]*[cp]?(?:$|[\s|])) .*                        # and a strike""".replace(
    "MON", "(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
)
_RIGHT = r"(?i)(?:^|[\s|\d])(?:CALL|PUT|[CP])(?:$|[\s|\d])"
_OPTION_LENGTHS = range(9, 61)
"""A ticker of a share is shorter, so that the plain file does not need the shapes above."""
_MATURITY = r"(?:\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}[A-Z]{2,3}\d{2,4}|\d{1,2}[.-]\d{1,2}[.-]\d{2,4}|(?:19|20)\d{2})"
_BOND_NUMBERS = (
    rf"(?i).*\b(?:\d+(?:[.,]\d+)?\s?%\s.*{_MATURITY}|\d+[.,]\d+\s+{_MATURITY}|CD\b.*%|(?:DUE|MATUR\w*)\s.*{_MATURITY})"
)
_BOND_WORDS = (
    r"(?i).*\b(?:T-?BILLS?\b|TREASURY STRIPS?|DEBENTURE"
    r"|(?:UST|TREAS(?:URY)?|GOVT?|MUNI(?:CIPAL)?|CORP(?:ORATE)?|FED(?:ERAL)?) (?:BILL|NOTE|BOND|NT|BD)S?\b)"
)
"""A fund of bonds may be called so too, unless its symbol is a CUSIP."""
_ISSUER_WORDS = (
    r"(?i).*\b(?:ANLEIHEN?|BUNDESREP\w*|BUND|BUNDESANL\w*|SCHATZ|OBLIGATIONS?|OBLIGATIE|BTPS?|OATS?|BONOS?|GILT|TREASURY|"
    r"TREAS|BONDS?|NOTES?|OBRIGA\w*|STATSOBL\w*)\b"
)
"""Words of bonds in names that have no coupon and no maturity. Companies have some of them too."""
_FACE_VALUES, _BOND_PRICES = Decimal(1000), (Decimal(20), Decimal(200))
_FUND = r"(?i).*\b(?:FUND|FD|ETF|ETFS|UCITS|INDEX|IDX|TRUST|SICAV|FONDS|FONDO)\b"
_COINS = frozenset({"ADA", "AVAX", "BCH", "BNB", "BTC", "DOGE", "DOT", "ETH", "LINK", "LTC", "MATIC", "SHIB", "SOL",
                    "TRX", "USDC", "USDT", "XLM", "XMR", "XRP", "XTZ"})  # fmt: skip
"""An investor's class Crypto has coins and listed funds of coins; only the coins are left out."""
_QUOTED_IN = frozenset({"USD", "EUR", "GBP", "CAD", "AUD", "CHF", "JPY", "INR"})
"""Yahoo Finance and others write a coin with the currency of its price: ``BTC-USD``."""
_MONEY = frozenset({
    "AUD", "BRL", "CAD", "CHF", "CNH", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "INR", "JPY", "KRW",
    "MXN", "NOK", "NZD", "PLN", "SEK", "SGD", "TWD", "ZAR",
})  # fmt: skip
_ISIN = r"[A-Z]{2}[A-Z0-9]{9}[0-9]"
_CUSIP = r"[0-9A-Z]{8}[0-9]"
# Texts, not compiled patterns: re keeps what it compiles, and the plain file needs none of them.
MAX_SYMBOL = 100
"""Longer texts are not looked into."""
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
IN_PERCENT = "a bond or deposit, as its price is in percent: plans trade shares"
ONLY_VALUE = "it has a value, but no shares and no price"
UNTRADABLE = "its symbol is not one that can be traded"
NO_SYMBOL = "no symbol, so it cannot be traded"


def unsupported(
    symbol: str, asset_class: str = "", description: str = "", *, own_words: bool = False, names: bool = False
) -> str:
    """Why a plan cannot trade the asset; empty when it can.

    Args:
        symbol: The broker's text, stripped; empty when there is none.
        asset_class: The broker's word for the kind of asset, may be empty.
        description: The broker's name of the asset, may be empty. It tells a bond from a fund where the symbol is a
            CUSIP or an ISIN, which both have.
        own_words: The asset class is the investor's own word: Bonds may be a fund of bonds. Then the symbol decides.
        names: The symbol may be a name.
    """
    kind = _CLASS_OF.get(asset_class.strip().casefold(), "")
    if own_words and kind in {"bond", "commodity", "currency", "crypto"}:
        kind = "" if _is_fund_of(kind, symbol, description) else kind
    if kind:
        return _REASONS[kind]
    if not symbol:
        return NO_SYMBOL
    if len(symbol) > MAX_SYMBOL:
        return UNTRADABLE
    if re.fullmatch(_DATE, symbol):
        return "a date stands where the symbol should"
    if is_option(symbol) or (description and is_option(description)):
        return _REASONS["option"]
    if traded := _money_or_coin(symbol):
        return _REASONS[traded]
    cusip = is_cusip(symbol)
    if has_number(symbol) and is_bond(description, words=cusip):
        return _REASONS["bond"]
    if " " in symbol and is_bond(symbol, words=not names):
        return _REASONS["bond"]
    return "" if is_code(symbols.ticker(symbol)) or (names and symbols.is_name(symbol)) else UNTRADABLE


def _money_or_coin(symbol: str) -> str:
    """Whether a symbol is that of a coin, ``BTC-USD``, or of a currency at its rate, ``EUR`` or ``EUR.USD``.

    USD alone is a ticker too.
    """
    coin, dash, money = symbol.partition("-")
    if dash and coin in _COINS and money in _QUOTED_IN:
        return "crypto"
    one, dot, other = re.sub(r"[/ -]", ".", symbol).partition(".")
    pair = one in _MONEY | {"USD"} and other in _MONEY | {"USD"}
    return "currency" if pair or (one in _MONEY and not dot) else ""


def _is_fund_of(kind: str, symbol: str, description: str) -> bool:
    """A class such as Bonds is that of a listed fund: it has a ticker, or a name of a fund."""
    if kind == "crypto" and symbol.partition("-")[0].upper() in _COINS:
        return False
    ticker = bool(symbol) and len(symbol) <= 8 and " " not in symbol
    return ticker or re.match(_FUND, f"{symbol} {description}"[:MAX_SYMBOL]) is not None


def is_code(symbol: str) -> bool:
    """A ticker with class or exchange suffix, an ISIN or a CUSIP."""
    return SYMBOL.fullmatch(symbol) is not None and re.fullmatch(_CODE, symbol) is not None


def is_bond(name: str, *, words: bool = False) -> bool:
    """A name of a bond or deposit: a coupon and a maturity, or (``words``) the words for it, and none for a fund."""
    short = name[:MAX_SYMBOL]
    if re.match(_FUND, short):
        return False
    return re.match(_BOND_NUMBERS, short) is not None or (words and re.match(_BOND_WORDS, short) is not None)


def is_fund_name(name: str) -> bool:
    """A name of a fund. It may be used as the symbol, which a fund of a pension plan does not have."""
    return re.match(_FUND, name[:MAX_SYMBOL]) is not None and not is_bond(name)


def is_option(name: str) -> bool:
    """A name of an option: a right, a day and a strike, and no word for a fund."""
    short = name[:MAX_SYMBOL]
    if re.search(_RIGHT, short) is None:
        return False
    return re.fullmatch(_OPTION, short) is not None and not re.match(_FUND, short)


def is_cusip(symbol: str) -> bool:
    """A CUSIP, which bonds and some funds have for a symbol: nine characters, the last one a digit."""
    return len(symbol) == 9 and re.fullmatch(_CUSIP, symbol) is not None


def has_number(symbol: str) -> bool:
    """The symbol is a security's number (CUSIP, ISIN or WKN), as bonds have, and not a ticker."""
    return is_cusip(symbol) or is_isin(symbol) or is_wkn(symbol)


def is_wkn(symbol: str) -> bool:
    """A German security number: six letters and digits, with a digit, which tickers of six do not have."""
    return len(symbol) == 6 and re.fullmatch(r"(?=.*\d)[0-9A-HJ-NP-Z]{6}", symbol) is not None


def is_isin(symbol: str) -> bool:
    """An ISIN: a country, nine characters and a check digit that is right (ISO 6166)."""
    if len(symbol) != 12 or re.fullmatch(_ISIN, symbol) is None:
        return False
    digits = [int(c) for c in "".join(str(int(c, 36)) for c in symbol)]
    doubled = [d * 2 if i % 2 else d for i, d in enumerate(reversed(digits))]
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def priced_per_100(symbol: str, description: str, quantity: Decimal, price: Decimal, value: Decimal | None) -> str:
    """The reason of a bond that only its numbers show: its price is in percent of the face value, one hundredth each.

    Without a value a CUSIP whose name is that of no fund is left out too, and so is an ISIN with a name, an amount and
    a price of a bond: it would count 100 times. Empty for everything else.
    """
    if not has_number(symbol) or (description and is_fund_name(description)):
        return ""
    if value is None:
        if is_cusip(symbol):
            return "a CUSIP without a market value: a bond's price is for 100 of face value"
        low, high = _BOND_PRICES
        as_bond = quantity >= _FACE_VALUES and not quantity % 100 and low <= price <= high
        return _REASONS["bond"] if as_bond and re.match(_ISSUER_WORDS, description[:MAX_SYMBOL]) else ""
    return _REASONS["bond"] if value and abs(quantity * price - value * 100) <= abs(value) else ""


def derivative(symbol: str, multiplier: Decimal | None = None) -> str:
    """Why an asset of unknown class is no share or fund, as its symbol or multiplier shows; empty when neither does."""
    if len(symbol) in _OPTION_LENGTHS and re.fullmatch(_OPTION, symbol):
        return _REASONS["option"]
    if multiplier is not None and multiplier != 1:
        return f"a contract for {multiplier:f} units: plans trade shares"
    return ""
