"""The file formats. A new broker is one module and one line here.

A format is a module with ``KEY`` (what ``--format-hint`` takes), ``BROKER`` (a name for people), ``find(document)`` (an
index, or None when the document is not of this format) and ``read(document, index)`` (a Statement). Formats are asked
in this order and imported when asked, so that the usual file costs one import.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Protocol

from .document import Document
from .statement import Statement

MODULES = (
    "ibkr.flex_csv",
    "ibkr.flex_xml",
    "ibkr.activity",
    "formats.fidelity",
    "formats.schwab",
    "formats.vanguard",
    "formats.etrade",
    "formats.m1",
    "formats.wealthsimple",
    "formats.degiro",
    "formats.merrill",
    "transactions",
    "formats.generic",
)


class Format(Protocol):
    """What a module in MODULES offers."""

    KEY: str
    BROKER: str

    def find(self, document: Document) -> int | None:
        """Where the format's table begins, None when the document is not of this format."""

    def read(self, document: Document, begin: int) -> Statement:
        """Reads it from there."""


def known_formats() -> Iterator[Format]:
    """The formats, in the order in which they are asked."""
    for name in MODULES:
        module: Format = importlib.import_module(f".{name}", __package__)
        yield module
