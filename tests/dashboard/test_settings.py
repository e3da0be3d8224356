"""What an address may ask for: strangers write addresses, so nothing in one is taken on trust."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbal_core.dashboard.settings import (  # type: ignore[attr-defined]
    MAX_CASH,
    MAX_MIN_TRADE,
    Settings,
    band_params,
    read_band,
    read_leftover,
    read_settings,
)
from pbal_core.planning.strategy import Method, Strategy
from pbal_core.views.drift import Band

CLASSIC = Settings(method=Method.CLASSIC)


def test_an_address_that_says_nothing_never_overspends() -> None:
    """It opens with 5,000 dollars, no trade below 100, and shares fitted to the cash."""
    assert read_settings({}) == (Settings(), [])
    assert Settings() == Settings(
        cash=Decimal(5000), min_trade=Decimal(100), strategy=Strategy.TRY_AVOID_SELL, method=Method.EXACT
    )


def test_a_link_without_a_method_is_classic() -> None:
    """Links that were written before there was a choice keep their meaning."""
    assert read_settings({"cash": "5000"}) == (CLASSIC, [])
    assert read_settings({"strategy": "try_avoid_sell"}) == (CLASSIC, [])


def test_only_the_exact_method_needs_no_minimum_trade() -> None:
    """0 is an amount with exact rounding; with the classic one it is replaced, as when somebody switches back."""
    none = {"min_trade": "0"}
    assert read_settings(none | {"method": "exact"}) == (Settings(min_trade=Decimal(0), method=Method.EXACT), [])
    assert read_settings(none | {"method": "classic"})[0] == CLASSIC


@pytest.mark.parametrize("zero", ["-0", "0.00", "-0e3"])
def test_nothing_is_written_as_0(zero: str) -> None:
    """Minus zero is no other question, and no other address."""
    assert read_settings({"cash": zero})[0].params()["cash"] == "0"


@given(
    cash=st.decimals(-MAX_CASH, MAX_CASH, places=2),
    min_trade=st.decimals("0.01", MAX_MIN_TRADE, places=2),
    strategy=st.sampled_from(Strategy),
    method=st.sampled_from(Method),
)
def test_an_address_brings_the_settings_back(cash: Any, min_trade: Any, strategy: Any, method: Any) -> None:
    """Writing and reading an address loses nothing, amounts off the sliders' grid included."""
    settings = Settings(cash=cash, min_trade=min_trade, strategy=strategy, method=method)
    assert read_settings(settings.params()) == (settings, [])


@pytest.mark.parametrize(
    "values",
    [
        {"cash": "abc"},
        {"cash": "1e99"},
        {"cash": "nan"},
        {"cash": "-1000000001"},
        {"min_trade": "0"},
        {"min_trade": "-5"},
        {"min_trade": "1e9"},
        {"strategy": "yolo"},
        {"method": "<script>"},
        {"cash": "![x](https://example.com/beacon.png)"},
        {"cash": True},
        {"cash": "0.001"},
        {"min_trade": "10.005"},
        {"cash": ["1"]},
    ],
)
def test_what_cannot_be_used_is_replaced_and_named(values: dict[str, Any]) -> None:
    """The default is used, one sentence says so, and it repeats nothing of the stranger's text."""
    settings, problems = read_settings(values)
    assert settings == CLASSIC
    assert len(problems) == 1
    assert not any(str(value) in problems[0] for value in values.values() if len(str(value)) > 3)


def test_holdings_are_no_setting() -> None:
    """An address never carries a symbol or a value."""
    assert set(Settings().params()) == {"cash", "min_trade", "strategy", "method"}


def test_a_band_is_said_only_where_it_is_not_the_usual_one() -> None:
    """In percent, of the portfolio and of the target; what a stranger's link says is the usual one where it is none."""
    own = Band(relative="0.2", absolute="0.035")
    assert band_params(Band()) == {}
    assert band_params(own) == {"band": "3.5,20"}
    assert read_band("3.5,20") == (own, [])
    assert read_band(None) == (Band(), [])
    for text in ("", "5", "5,25,1", "0,25", "-5,25", "x,y", "nan,25", ["5,25"]):
        band, problems = read_band(text)
        assert (band, len(problems)) == (Band(), 1), text


@given(value=st.text() | st.integers() | st.lists(st.just("invest")) | st.booleans())
def test_a_link_says_invest_or_nothing(value: str) -> None:
    """Of the cash that is left an address says one word; anything else is named and counts for nothing."""
    choice, problems = read_leftover(value)
    assert (choice, problems == []) == (("invest", True) if value == "invest" else ("", False))


def test_a_link_that_says_nothing_of_the_rest_is_fine() -> None:
    """Most links do not speak of it."""
    assert read_leftover(None) == ("", [])
    assert read_leftover("invest") == ("invest", [])
