"""Decimal text to integers and back, and how money is written."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbal_core import RequestError
from pbal_core.money import (
    AmbiguousAmountError,
    NotANumberError,
    decimals,
    divide_half_even,
    format_money,
    format_percent,
    format_round,
    format_shares,
    format_weight,
    from_units,
    parse_amount,
    parse_decimal,
    to_amount,
    to_units,
    typed_amount,
)

amounts = st.decimals(-(10**14), 10**14, allow_nan=False, allow_infinity=False, places=9)


@given(amounts, st.integers(9, 14))
def test_units_round_trip(amount: Any, scale: Any) -> None:
    """Units hold every amount exactly, also where the decimal context is short."""
    with localcontext() as context:
        context.prec = 3
        assert from_units(to_units(amount, scale), scale).compare(amount) == 0


def test_units_refuse_to_lose_digits() -> None:
    """A scale that is too small is refused instead of rounding."""
    with pytest.raises(ValueError, match="more than 2 decimals"):
        to_units(Decimal("0.001"), 2)


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1), ("-.29", Decimal("-0.29")), ("+1e3", 1000), (" 8.50 ", Decimal("8.5")), ("0", 0)]
)
def test_plain_numbers_are_read(text: str, value: Decimal | int) -> None:
    """Signs, missing zeros, blanks around and exponents are plain numbers."""
    assert parse_decimal(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("abc", "not a number"),
        ("", "not a number"),
        ("1,234.5", "not a number"),
        ("$5", "not a number"),
        ("1_000", "not a number"),
        ("१२", "not a number"),
        ("NaN", "not a finite number"),
        ("-Infinity", "not a finite number"),
        ("1e15", "too large"),
        ("1e999", "too large"),
        ("1e-13", "too many decimals"),
    ],
)
def test_other_text_is_refused(text: str, reason: str) -> None:
    """Everything that is not a finite plain number is refused with its reason."""
    with pytest.raises(NotANumberError, match=reason):
        parse_decimal(text)


@pytest.mark.parametrize(
    "bad", [float("nan"), float("inf"), "abc", None, True, np.True_, np.float64("nan"), [], "1e99"]
)
def test_bad_amounts_are_one_clear_error(bad: Any) -> None:
    """Arguments that are no amount name the argument."""
    with pytest.raises(RequestError, match="cash"):
        to_amount(bad, "cash")


def test_a_float_counts_as_its_shortest_decimal() -> None:
    """0.1 as a float means a tenth."""
    assert to_amount(0.1, "cash") == Decimal("0.1")
    assert to_amount(1e-7, "cash") == Decimal("0.0000001")


def test_binary_noise_of_a_float_is_no_mistake() -> None:
    """Sums and quotients of floats are rounded to the decimals that an amount may have; text is never rounded."""
    assert to_amount(0.1 + 0.2, "cash") == Decimal("0.3")
    assert to_amount(-1000 / 3, "cash") == Decimal("-333.333333333333")
    with pytest.raises(RequestError, match="too many decimals"):
        to_amount("0.30000000000000004", "cash")


@pytest.mark.parametrize("number", [np.float64(5000.25), np.float32(0.5), np.int64(-3), np.uint8(7)])
def test_numbers_of_numpy_are_numbers(number: Any) -> None:
    """What a sum over a data frame gives can be passed on."""
    assert to_amount(number, "cash") == Decimal(str(number.item()))


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**20))
def test_divide_half_even_is_pythons_round(numerator: Any, denominator: Any) -> None:
    """Rounding is exact at any size."""
    assert divide_half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@given(amounts)
def test_decimals_is_the_least_scale(amount: Any) -> None:
    """One decimal fewer would lose something."""
    scale = decimals(amount)
    assert amount * 10**scale == int(amount * 10**scale)
    assert scale == 0 or amount * 10 ** (scale - 1) != int(amount * 10 ** (scale - 1))


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1234.56", "$1,234.56"), ("-33.51", "-$33.51"), ("0", "$0.00"), ("-0.004", "$0.00"), ("0.125", "$0.12")],
)
def test_money_is_written_one_way(amount: str, text: str) -> None:
    """Dollars and cents, the minus in front, halves to the even cent, never minus zero."""
    assert format_money(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "$0"),
        (-50_000, "-$50,000"),
        (999_999, "$999,999"),
        (1_250_000, "$1.25M"),
        (1_234_567, "$1,234,567"),
        (20_000_000, "$20M"),
        (-(10**9), "-$1bn"),
    ],
)
def test_a_round_amount_is_short_and_exact(amount: int, text: str) -> None:
    """Millions and billions where two decimals hold the whole amount, else every digit."""
    assert format_round(amount, "USD") == text


def test_signs_percents_and_shares() -> None:
    """Trades carry their sign; a percent has one decimal; shares no trailing zeros."""
    assert format_money(Decimal(5), signed=True) == "+$5.00"
    assert format_money(Decimal(0), signed=True) == "$0.00"
    assert format_percent(0.08123) == "8.1 %"
    assert format_percent(-0.0001) == "0.0 %"
    assert format_percent(0.05, signed=True) == "+5.0 %"
    assert [format_weight(weight) for weight in (0, 0.0000001, 0.0004, 0.0006)] == [
        "0.0 %",
        "<0.1 %",
        "<0.1 %",
        "0.1 %",
    ]
    assert format_shares(1200) == "1,200"
    assert format_shares(Decimal("0.1250")) == "0.125"


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("$5,000", "5000", "USD"),
        ("1,000", "1000", ""),
        ("0.001", "0.001", ""),
        ("0,125", "0.125", ""),
        ("5000,50", "5000.50", ""),
        ("5 000", "5000", ""),
        ("5\u00a0000,5", "5000.5", ""),
        ("5'000,50", "5000.50", ""),
        ("5\u2019000.50", "5000.50", ""),
        ("\u22122,500.00", "-2500", ""),
        ("1.234,56 EUR", "1234.56", "EUR"),
        ("1,74,420.00", "174420", ""),
        ("1.234.567", "1234567", ""),
        ("1234.567", "1234.567", ""),
        ("(1,126.93)", "-1126.93", ""),
        ("10250p", "10250", "GBX"),
        ("1e3", "1000", ""),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, amount: str, currency: str) -> None:
    """Where only one reading is possible, or where this package would write it so."""
    assert parse_amount(text) == (Decimal(amount), currency)


@pytest.mark.parametrize("text", ["5.000", "-2.500", "$12.345", "123.456"])
def test_an_amount_with_two_readings_is_not_guessed(text: str) -> None:
    """Both are named, and a file's decimal sign decides."""
    with pytest.raises(AmbiguousAmountError) as caught:
        parse_amount(text)
    point, thousands = caught.value.readings
    assert thousands == point * 1000
    assert (parse_amount(text, ".")[0], parse_amount(text, ",")[0]) == (point, thousands)


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from([",", "'", " ", "\u00a0", ""]), st.booleans())
def test_every_way_of_writing_an_amount_is_the_same_amount(amount: Any, group: Any, comma: Any) -> None:
    """Thousands separators and either decimal sign, with two decimals."""
    text = f"{amount:,.2f}".replace(",", "_")
    text = text.replace(".", ",") if comma else text
    text = text.replace("_", "." if comma and group == "," else group)
    assert parse_amount(text)[0] == amount


def test_one_rule_asks_and_refuses() -> None:
    with pytest.raises(RequestError, match=r'cash "5.000" can be read as 5 or as 5000; write 5 or 5,000'):
        typed_amount("5.000", "cash")
    assert typed_amount("EUR 5.000,00", "cash", "EUR") == 5000
    with pytest.raises(RequestError, match=r"^cash is empty; give an amount such as 5000"):
        typed_amount(" ", "cash")
