"""The portfolio of the README, as package data: what the dashboard opens with."""

from __future__ import annotations

from importlib.resources import files


def sample_bytes() -> bytes:
    """The content of ``positions.csv``."""
    return files(__name__).joinpath("positions.csv").read_bytes()
