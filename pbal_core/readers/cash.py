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


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ISO = _words("aud brl cad chf cny czk dkk eur gbp hkd huf ils inr jpy krw mxn nok nzd pln sek sgd try twd usd zar")
_HEADS = _words(
    "cash sweep bargeld guthaben verrechnungskonto kontoguthaben geld contanten kassa kasse kontanter "
    "kontantbeholdning liquidit\u00e9 liquidit\u00e9s esp\u00e8ces liquidit\u00e0 contanti efectivo liquidez dinheiro "
    "liquidit\u00e4t konto"
)
"""One of them names cash, where all the other words are ``_BESIDE``."""
_PHRASES = frozenset({
    "likvida medel", "likvider", "solde esp\u00e8ces", "settlement fund", "free funds", "funds available",
    "margin balance", "margin loan", "margin debit", "money market", "core position", "money accounts",
    "bank deposit program", "bank deposit", "fdic insured deposit", "insured deposit",
})  # fmt: skip
_BESIDE = _words(
    "a account accounts and at available balance balances bank brokerage core deposit equivalent equivalents fdic "
    "for free hand held holding holdings in insured investment investments management margin money net of on plus "
    "position program reserve reserves settled sweep the uninvested value"
)
_MONEY = {
    "us dollar": "usd", "u s dollar": "usd", "american dollar": "usd", "us dollars": "usd", "u s dollars": "usd",
    "euro": "eur", "euros": "eur", "british pound": "gbp", "british pounds": "gbp", "pound sterling": "gbp",
    "pounds sterling": "gbp", "canadian dollar": "cad", "canadian dollars": "cad", "australian dollar": "aud",
    "australian dollars": "aud", "swiss franc": "chf", "swiss francs": "chf", "schweizer franken": "chf",
    "japanese yen": "jpy", "swedish krona": "sek", "norwegian krone": "nok", "danish krone": "dkk", "dollars": "",
}  # fmt: skip
"""Names of money by what its code is; dollars may be any country's."""
_ALONE = _ISO | _HEADS | _PHRASES | _MONEY.keys()
"""All labels of one word."""
_KINDS = frozenset({"cur", "curr", "currency", "fx", "forex"})
"""``CUR:USD`` and the like are cash as ``USD`` is."""
_BETWEEN = re.compile(r"[^\w]+|_")
_NEAR_ONE = Decimal("0.01")
_LONGEST = 100


def label_currency(label: str) -> str | None:
    """The currency that a folded label of cash names, empty when it names none; None when it is no such label.

    ``cash``, ``cash balance``, ``usd cash``, ``cash (eur)``, ``us dollars`` and ``usd`` are such labels. Some of them
    are tickers too, of shares whose price is not 1.
    """
    if len(label) > _LONGEST or (label.isalnum() and label not in _ALONE):
        return None
    bare = " ".join(word for word in _BETWEEN.split(label) if word)
    if bare in _MONEY:
        return _MONEY[bare].upper()
    words = bare.split()
    codes = [word for word in words if word in _ISO]
    rest = [word for word in words if word not in _ISO and word not in _KINDS] if codes else words
    if len(set(codes)) > 1 or not words:
        return None
    code = codes[0].upper() if codes else ""
    if " ".join(rest) in _PHRASES or (not rest and codes):
        return code
    rest = rest[1:] if rest[:1] == ["total"] else rest
    named = any(word in _HEADS for word in rest) and all(word in _HEADS or word in _BESIDE for word in rest)
    return code if named else None


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


def is_one_unit(quantity: Decimal | None, price: Decimal | None, value: Decimal | None) -> bool:
    """The whole balance is written as the price of one unit, as in spreadsheets: ``Cash``, 1 at 1,234.56."""
    return quantity == 1 and price is not None and value in {None, price}


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
