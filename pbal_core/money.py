"""Decimal text to exact integers and back, and how money and percents are written.

The model: an amount of money is an integer count of *units*, one unit being ``10**-scale`` dollars, where ``scale`` is
the largest number of decimals that occurs in the problem. 6,798.48 dollars at scale 4 are 67,984,800 units. Comparing,
adding and spending happen on these integers, so nothing is ever off by a binary fraction of a cent.
``Decimal`` appears only at the border, and is computed there in a context that never rounds.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from functools import cache, lru_cache
from numbers import Integral, Rational, Real
from typing import Literal

from .errors import RequestError

MAX_DIGITS = 15
"""Digits before the point that an amount may have: nine hundred trillion is more than any account."""
MAX_DECIMALS = 12
"""Digits after the point that an amount may have; brokers print up to nine."""

MAX_CASH = Decimal(1_000_000_000)
"""The most cash, either way, that the page takes: its sliders end there at the latest."""

Amount = int | str | float | Decimal
"""What the public functions take for money. A float counts as the shortest decimal that names it (its ``repr``), to
MAX_DECIMALS. Numbers of numpy count as the int or the float they are."""

_EXACT = Context(prec=999)
"""No amount has so many digits, so nothing computed in this context is rounded."""

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)


class NotANumberError(ValueError):
    """Text that is no decimal number; ``str()`` says what is wrong with it, as the end of a sentence."""


def parse_decimal(text: str) -> Decimal:
    """Reads a plain decimal number: ``1234.5``, ``-.29``, ``+1e3``. No currency signs, no thousands separators.

    Returns:
        The exact value, with at most MAX_DIGITS digits before and MAX_DECIMALS after the point.

    Raises:
        NotANumberError: The text is no number, not finite, or too long to be an amount of money.
    """
    stripped = text.strip()
    if not _PLAIN.fullmatch(stripped):
        if stripped.lower().lstrip("+-") in {"nan", "inf", "infinity", "snan"}:
            raise NotANumberError("is not a finite number")
        raise NotANumberError("is not a number")
    value = Decimal(stripped)
    if value.adjusted() >= MAX_DIGITS:
        raise NotANumberError(f"is too large (at most {MAX_DIGITS} digits before the point)")
    if decimals(value) > MAX_DECIMALS:
        raise NotANumberError(f"has too many decimals (at most {MAX_DECIMALS})")
    return value


DecimalSign = Literal[".", ","]

_SIGN_CODES = {
    "$": "USD", "US$": "USD", "C$": "CAD", "CA$": "CAD", "CDN$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD",
    "HK$": "HKD", "S$": "SGD", "NT$": "TWD", "R$": "BRL", "R": "ZAR", "\u20ac": "EUR", "\u00a3": "GBP",
    "\u20b9": "INR", "Rs": "INR", "Rs.": "INR", "Fr.": "CHF", "z\u0142": "PLN", "K\u010d": "CZK", "\u20a9": "KRW",
    "\u20aa": "ILS", "\u20ba": "TRY", "p": "GBX", "GBp": "GBX", "GBx": "GBX", "kr": "", "kr.": "", "\u00a5": "\u00a5",
}  # fmt: skip
"""What signs mean. A crown may be that of three countries, and the yen and the yuan share their sign."""
CURRENCY_SIGN = rf"(?:[A-Z]{{3}}|{'|'.join(re.escape(sign) for sign in sorted(_SIGN_CODES, key=len, reverse=True))})"
"""What brokers write beside an amount: a code, a sign, or ``p`` for pence."""
_NO_CENTS = r"(?<=\d)[.,](?:--?|\u2014)(?![\d-])"
_SHAPE = (
    r"(?P<open>\()?\s*(?P<sign1>[+-])?\s*(?P<money1>{currency})?\s*(?P<sign2>[+-])?\s*(?P<body>{body})"
    r"\s*(?P<money2>{currency})?\s*(?P<sign3>-)?\s*(?P<close>\))?"
)
_SPACED = r"\d{1,3}(?:['\u2019 ]\d{3})+"
_LAKH = r"\d{1,2}(?:,\d{2})+,\d{3}"
_POINT = rf"\d{{1,3}}(?:,\d{{3}})+(?:\.\d*)?|{_LAKH}(?:\.\d*)?|{_SPACED}(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+"
"""``1,234,567.89``, ``12,34,567.89`` (lakh), ``1 234 567.89``, ``1234567.89``, ``.89``."""
_COMMA = rf"\d{{1,3}}(?:\.\d{{3}})+(?:,\d*)?|{_SPACED}(?:,\d*)?|\d+(?:,\d*)?|,\d+"
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2013\ufe63\uff0d", "-"))
_MAX_TEXT = 60
_TYPED = re.DOTALL | re.IGNORECASE


class AmbiguousAmountError(NotANumberError):
    """Text that may be one of two amounts: ``5.000`` is five, or five thousand.

    Attributes:
        readings: The amount with a decimal point, and the one with thousands.
    """

    def __init__(self, readings: tuple[Decimal, Decimal]) -> None:
        self.readings = readings
        one, other = (f"{reading.normalize():f}" for reading in readings)
        super().__init__(f"can be read as {one} or as {other}")


def decimal_evidence(text: str) -> DecimalSign | Literal["?"] | None:
    """What a text says about its decimal sign: the sign, ``"?"`` when either is possible, None when it has none.

    Of two kinds of separators the last is the decimal sign; one that occurs twice is not; one that is not followed by
    exactly three digits, or follows 0 or more than three digits, is.
    """
    if "." not in text and "," not in text:
        return None
    body = re.sub(r"[^\d.,]", "", re.sub(r"[^\W\d_]+\.", "", text))
    points, commas = body.count("."), body.count(",")
    if not points + commas or not any(c.isdigit() for c in body):
        return None
    if points and commas:
        return "." if body.rfind(".") > body.rfind(",") else ","
    sign: DecimalSign = "." if points else ","
    other: DecimalSign = "," if points else "."
    if points + commas > 1:
        return other
    before, _, after = body.partition(sign)
    if len(after) != 3 or not before or before.startswith("0") or len(before) > 3:
        return sign
    return "?"


@cache
def _amount_shape(decimal: DecimalSign) -> re.Pattern[str]:
    """Compiled when first needed: the plain file never does."""
    return re.compile(_SHAPE.format(currency=CURRENCY_SIGN, body=_POINT if decimal == "." else _COMMA), re.ASCII)


def parse_amount(text: str, decimal: DecimalSign | None = None) -> tuple[Decimal, str]:
    """Reads an amount as people and brokers write it: ``$5,000``, ``5000,50``, ``5'000.50``, ``(1.234,56 EUR)``.

    The one rule for files, page and command. ``1,000`` alone is a thousand, as this package writes it; ``0.001`` is a
    decimal; ``5.000`` alone can be either. ``2'500.-`` has no cents.

    Args:
        text: The amount, with thousands separators and a currency or without.
        decimal: The decimal sign where it is known, as in a file; None lets the text decide.

    Returns:
        The exact value, and the code of the currency that the text names (empty when it names none).

    Raises:
        AmbiguousAmountError: The text has two readings, and ``decimal`` does not say which.
        NotANumberError: The text is no amount; ``str()`` ends a sentence.
    """
    plain = " ".join(text.translate(_MINUS).split())
    if len(plain) > _MAX_TEXT:
        raise NotANumberError("is not a number")
    if plain[-1:] not in "0123456789":
        plain = re.sub(_NO_CENTS, "", plain)
    if plain.endswith("%"):
        raise NotANumberError("is a percentage; an amount is needed")
    if decimal is None:
        if plain.isascii() and plain.removeprefix("-").isdigit():  # before any pattern is compiled
            return parse_decimal(plain), ""
        if re.search(r"\d[eE]|nan|inf", plain, re.IGNORECASE):
            return parse_decimal(plain), ""
        evidence = decimal_evidence(plain)
        if evidence == "?" and "." in plain:
            readings = tuple(parse_amount(text, sign)[0] for sign in (".", ","))
            raise AmbiguousAmountError((readings[0], readings[1]))
        decimal = "," if evidence == "," else "."
    match = _amount_shape(decimal).fullmatch(plain)
    if match is None:
        raise NotANumberError("is not a number")
    part = match.groupdict()
    signs = [part[name] for name in ("sign1", "sign2", "sign3") if part[name]]
    in_parentheses = part["open"] is not None
    if in_parentheses != (part["close"] is not None) or len(signs) + in_parentheses > 1:
        raise NotANumberError("has more than one sign, or half a pair of parentheses")
    if part["money1"] and part["money2"]:
        raise NotANumberError("names its currency twice")
    body = re.sub("[,'\u2019 ]" if decimal == "." else "[.'\u2019 ]", "", part["body"]).replace(",", ".")
    negative = in_parentheses or signs == ["-"]
    return parse_decimal("-" + body if negative else body), sign_currency(part["money1"] or part["money2"] or "")


def sign_currency(sign: str) -> str:
    """The code of a currency sign; a code stays as it is."""
    return _SIGN_CODES.get(sign, sign)


def to_amount(value: Amount, name: str, *, needed: str = "an amount such as 5000 or 1234.56") -> Decimal:
    """Turns an argument of the public functions into an exact amount.

    Args:
        value: An int, Decimal, decimal text, or a float (see ``float_text``).
        name: What the argument is called, for the message.
        needed: What to give instead, for the message.

    Raises:
        RequestError: Not a finite number, or too large.
    """
    real = isinstance(value, Real) and (isinstance(value, Integral) or not isinstance(value, Rational))
    if isinstance(value, bool) or not (real or isinstance(value, (str, Decimal))):
        raise RequestError(f"{name} must be a number, not {type(value).__name__}.")
    text = float_text(float(value)) if real and not isinstance(value, Integral) else str(value)
    try:
        return parse_decimal(text)
    except NotANumberError as error:
        shown = text if len(text) <= 40 else text[:40] + "..."
        raise RequestError(f'{name} "{shown}" {error}; give {needed}.') from None


def float_text(value: float) -> str:
    """The shortest decimal that names a float, rounded to MAX_DECIMALS: ``0.1 + 0.2`` is 0.3, not a refused amount.

    Sums and quotients of floats end in binary noise that nobody wrote; the digits of a text are never rounded.
    """
    text = repr(value)
    exact = Decimal(text)
    if not exact.is_finite() or decimals(exact) <= MAX_DECIMALS:
        return text
    return f"{_EXACT.quantize(exact, Decimal(1).scaleb(-MAX_DECIMALS)):f}"


@lru_cache(maxsize=8192)
def decimals(value: Decimal) -> int:
    """Number of digits after the point that are needed to write ``value``, trailing zeros not counted."""
    _sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise NotANumberError("is not a finite number")
    trailing = 0
    while trailing < len(digits) and digits[-1 - trailing] == 0:
        trailing += 1
    if trailing == len(digits):
        return 0
    return max(0, -exponent - trailing)


def to_units(value: Decimal, scale: int) -> int:
    """The integer count of ``10**-scale`` in ``value``; exact for every ``scale >= decimals(value)``.

    Raises:
        ValueError: ``scale`` is too small to hold the value exactly.
    """
    units = _EXACT.scaleb(value, scale)
    whole = int(units)
    if units != whole:
        raise ValueError(f"{value} has more than {scale} decimals")
    return whole


def from_units(units: int, scale: int) -> Decimal:
    """The exact decimal amount of ``units`` times ``10**-scale``, without trailing zeros beyond the cent."""
    while scale > 2 and units % 10 == 0:
        units //= 10
        scale -= 1
    return _EXACT.scaleb(Decimal(units), -scale)


def divide_half_even(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` to the nearest integer, halves to the even one, exactly (``denominator > 0``)."""
    quotient, rest = divmod(numerator, denominator)
    doubled = 2 * rest
    if doubled > denominator or (doubled == denominator and quotient & 1):
        quotient += 1
    return quotient


def round_cents(value: Decimal) -> Decimal:
    """``value`` to the cent, halves to the even cent."""
    numerator, denominator = value.as_integer_ratio()
    return from_units(divide_half_even(numerator * 100, denominator), 2)


CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
"""What the code of a currency looks like (ISO 4217)."""

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "HKD": "HK$", "SGD": "S$"}


_WITHOUT_CENTS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_IN_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_MINOR_DIGITS = dict.fromkeys(_WITHOUT_CENTS.split(), 0) | dict.fromkeys(_IN_THOUSANDTHS.split(), 3)


def minor_digits(currency: str) -> int:
    """Decimals that amounts of a currency are written with: 2, but 0 for yen and 3 for some dinars (ISO 4217)."""
    return _MINOR_DIGITS.get(currency, 2)


def currency_sign(currency: str) -> str:
    """What is written before an amount: ``$`` for ``USD``; where a code has no sign of its own, ``CHF`` and a space."""
    return _SIGNS.get(currency) or f"{currency}\xa0"


def currency_spellings(currency: str) -> tuple[str, ...]:
    """How people type a currency beside an amount, in capitals, longer ones first: ``CAD``, ``CA$``, ``$``."""
    sign = currency_sign(currency).strip()
    bare = ("$",) if sign.endswith("$") else ()
    return tuple(dict.fromkeys((currency, sign, *bare)))


def typed_amount(text: str, name: str, currency: str = "USD", *, point: bool = False) -> Decimal:
    """An amount as somebody typed it, beside it nothing or its own currency: ``5000``, ``$5,033.51``, ``-2500,50 EUR``.

    Args:
        text: What was typed.
        name: What the argument is called, for the message.
        currency: ISO code of the currency that the amount is in.
        point: A lone dot is a decimal point, as in prices and shares: ``85.125``.

    Raises:
        RequestError: No amount, one in another currency, or one that has two readings: both are named.
    """
    if not text.strip():
        raise RequestError(f"{name} is empty; give an amount such as 5000 or 1234.56.")
    beside = "|".join(map(re.escape, currency_spellings(currency)))
    match = re.fullmatch(rf"\s*([+-]?)\s*(?:{beside})?\s*(.*?)\s*(?:{beside})?\s*", text.translate(_MINUS), _TYPED)
    number = "".join(match.groups()) if match else text
    shown = text if len(text) <= 40 else text[:40] + "..."
    try:
        amount, other = parse_amount(number)
    except AmbiguousAmountError as error:
        one, thousands = error.readings
        if point:
            return one
        plain = f"{one.normalize():f}"
        exact = plain + "0" * (decimals(one) == 3)  # 12.345 would have two readings again
        raise RequestError(f'{name} "{shown}" {error}; write {exact} or {thousands:,f} to say which.') from None
    except NotANumberError as error:
        raise RequestError(f'{name} "{shown}" {error}; give an amount such as 5000 or 1234.56.') from None
    if other not in {"", currency}:
        raise RequestError(f'{name} "{shown}" is not an amount in {currency}; leave its currency out.')
    return amount


def format_money(value: Decimal, *, signed: bool = False, currency: str = "USD") -> str:
    """``$1,234.56``; a minus before the sign of the currency; with ``signed`` also a plus. Never ``-$0.00``.

    As many decimals as the currency has, halves to even: ``JPY 1,235``.
    """
    numerator, denominator = value.as_integer_ratio()
    minor = divide_half_even(numerator * 10 ** minor_digits(currency), denominator)
    return _money_text(minor, signed=signed, currency=currency)


def format_round(amount: int, currency: str) -> str:
    """A round amount in few characters: ``$50,000``, ``-$2.5M``, ``CHF 1bn``. Exact, without cents."""
    sign, size = "-" if amount < 0 else "", abs(amount)
    for unit, zeros in (("bn", 9), ("M", 6)):
        if size >= 10**zeros and not size % 10 ** (zeros - 2):
            return f"{sign}{currency_sign(currency)}{format_shares(from_units(size, zeros))}{unit}"
    return f"{sign}{currency_sign(currency)}{size:,}"


def format_number(value: Decimal, currency: str) -> str:
    """``format_money`` without the sign of the currency: ``-1,234.56``."""
    return format_money(value, currency=currency).replace(currency_sign(currency), "")


def format_units(units: int, scale: int, *, signed: bool = False, currency: str = "USD") -> str:
    """``format_money`` of an integer count of ``10**-scale`` dollars, without a ``Decimal`` on the way."""
    spare = scale - minor_digits(currency)
    minor = units if not spare else divide_half_even(units, 10**spare) if spare > 0 else units * 10**-spare
    return _money_text(minor, signed=signed, currency=currency)


def _money_text(minor: int, *, signed: bool, currency: str) -> str:
    """An integer of the currency's smallest unit as text."""
    sign = "-" if minor < 0 else "+" if signed and minor > 0 else ""
    digits = minor_digits(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{sign}{currency_sign(currency)}{whole:,}" + (f".{rest:0{digits}d}" if digits else "")


def format_percent(fraction: float, *, signed: bool = False) -> str:
    """``0.0812`` as ``8.1 %``: one decimal, never ``-0.0 %``."""
    tenths = round(fraction * 1000)
    sign = "-" if tenths < 0 else "+" if signed and tenths > 0 else ""
    return f"{sign}{abs(tenths) / 10:,.1f} %"


def format_weight(fraction: float) -> str:
    """A weight of 0 or more as a percent: what is there is never ``0.0 %``, but ``<0.1 %``."""
    text = format_percent(fraction)
    return SLIGHT if fraction > 0 and text == "0.0 %" else text


SLIGHT = "<0.1 %"
"""How a weight is written that is not nothing and rounds to it."""


def format_shares(shares: int | Decimal) -> str:
    """A number of shares with thousands separators and no trailing zeros: ``1,200`` or ``0.125``."""
    if isinstance(shares, Decimal):
        scale = decimals(shares)
        return f"{from_units(to_units(shares, scale), scale):,.{scale}f}"
    return f"{shares:,}"
