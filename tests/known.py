"""What a test knows and the types do not say: that a value is there."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def known(value: T | None) -> T:
    """The value, which is not None; where it is, the test fails here and says so."""
    assert value is not None, "None, where the test needs a value"
    return value
