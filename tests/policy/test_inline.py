"""Targets and prices in the words of the command: weights, ratios, and sums that are nearly 100."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pbal_core import TargetError
from pbal_core.policy.inline import inline_prices, inline_weights, scaled_tables


@pytest.mark.parametrize(
    ("texts", "weights", "scaled"),
    [
        (["VTI=60", "BND=40%"], {"VTI": "60", "BND": "40"}, None),
        (["VTI:BND=3:1"], {"VTI": "75", "BND": "25"}, None),
        (["A=33.3", "B=33.3", "C=33.3"], dict.fromkeys("ABC", "33.333333333333"), "99.9"),
        (["VTI=60", "BND=30"], {"VTI": "60", "BND": "30"}, None),
        (["VTI:BND=0:0"], {"VTI": "0", "BND": "0"}, None),
    ],
    ids=["weights", "ratio", "rounded", "another sum", "nothing"],
)
def test_weights_are_what_was_written(texts: list[str], weights: dict[str, str], scaled: str | None) -> None:
    """A ratio sums up to 100, and so do weights that were rounded; another sum is left to whoever makes targets."""
    found, total = inline_weights(texts)
    assert found == {symbol: Decimal(weight) for symbol, weight in weights.items()}
    assert total == (None if scaled is None else Decimal(scaled))


def test_everything_wrong_with_targets_is_said_at_once() -> None:
    with pytest.raises(TargetError) as caught:
        inline_weights(["VTI", "BND=x", "VXUS=1", "VXUS=2", "A:B=1:1"])
    assert [line.split(";")[0] for line in str(caught.value).splitlines()] == [
        'the target "VTI" is not clear',
        """the weight of BND "x" is not a number""",
        "the target of VXUS is given twice",
        "a ratio gives all targets",
    ]


def test_prices_are_amounts() -> None:
    assert inline_prices(["BND=72.55", "VTI=$1,250"], "USD") == {"BND": Decimal("72.55"), "VTI": Decimal(1250)}
    with pytest.raises(TargetError) as caught:
        inline_prices(["72.55", "=3", "BND=x"], "USD")
    assert [line.split(";")[0] for line in str(caught.value).splitlines()] == [
        'the price "72.55" is not clear', 'the price "=3" is not clear', 'the price of BND "x" is not a number',
    ]  # fmt: skip


def test_only_a_table_of_weights_is_scaled() -> None:
    """What is no table of weights is left to whoever makes targets."""
    tables = {"targets": {"A": 33.3, "B": 33.3, "C": 33.3}}
    found, total = scaled_tables(tables)
    assert (found["targets"], total) == (dict.fromkeys("ABC", Decimal("33.333333333333")), Decimal("99.9"))
    assert scaled_tables({"targets": {"A": "x"}}) == ({"targets": {"A": "x"}}, None)
    assert scaled_tables({"constraints": {}}) == ({"constraints": {}}, None)
