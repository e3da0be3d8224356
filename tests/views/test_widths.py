"""Places are made for the widest text: an estimate that is too small would cut a number."""

from __future__ import annotations

import pytest

from pbal_core.views.widths import text_width, widest


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("10", 2.2), ("$1,234.56", 8.9), ("Buy 3", 5.0), ("\N{SNOWMAN}", 1.8)]
)
def test_widths_of_texts(text: str, width: float) -> None:
    assert text_width(text) == pytest.approx(width, abs=0.11)


def test_the_widest_is_not_the_longest() -> None:
    """A stop takes half the room of a figure."""
    assert text_width("......") < text_width("WWW") == widest(["......", "WWW", "1"])
    assert widest([]) == 0
