"""The file formats. A new broker is a row of data, or one module and one line here.

A format is a module with ``KEY`` (what ``--format-hint`` takes), ``BROKER`` (a name for people), ``find(document)`` (an
index, or None when the document is not of this format) and ``read(document, index)`` (a Statement). A broker that
writes one table is a row of data in a module with ``FORMATS`` (see ``broker_table``). Formats are asked in this order
and imported when asked, so that the usual file costs one import.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, Protocol

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
    "formats.america",
    "formats.britain",
    "formats.europe",
    "formats.nordic",
    "formats.india",
    "formats.screens",
    "formats.ofx",
    "formats.plan",
    "other_files",
    "formats.generic",
)


class Format(Protocol):
    """What a module in MODULES is, or each of its FORMATS."""

    @property
    def KEY(self) -> str:  # noqa: N802 - a constant where the format is a module
        """What ``--format-hint`` takes."""

    @property
    def BROKER(self) -> str:  # noqa: N802 - a constant where the format is a module
        """The name for people."""

    def find(self, document: Document) -> int | None:
        """Where the format's table begins, None when the document is not of this format."""

    def read(self, document: Document, begin: int) -> Statement:
        """Reads it from there."""


class ReadableFormat(NamedTuple):
    """A format as a face lists it.

    Attributes:
        broker: Who writes such files.
        key: What ``--format-hint`` takes.
        evidence: Where its layout is known from, empty where the module says it.
        confidence: ``high``, ``medium`` or ``low``; empty where the module says it.
    """

    broker: str
    key: str
    evidence: str = ""
    confidence: str = ""


_OF_NO_BROKER = ("ofx", "plan", "generic")
"""They end a list, in this order."""


def known_formats() -> Iterator[Format]:
    """The formats, in the order in which they are asked."""
    for name in MODULES:
        yield from _formats_of(name)


@cache
def _formats_of(name: str) -> tuple[Format, ...]:
    """The formats of one of MODULES, which is loaded when the first file is not of a format before it."""
    module: Any = importlib.import_module(f".{name}", __package__)
    return tuple(getattr(module, "FORMATS", (module,)))


def readable_formats() -> tuple[ReadableFormat, ...]:
    """Every format that is read, by broker; a table of your own comes last."""
    listed = [
        ReadableFormat(form.BROKER, form.KEY, getattr(form, "source", ""), getattr(form, "confidence", ""))
        for form in known_formats()
        if form.KEY != "transactions"
    ]
    listed.sort(key=lambda form: (form.broker.casefold(), form.key))
    last = [form for key in _OF_NO_BROKER for form in listed if form.key == key]
    return (*(form for form in listed if form.key not in _OF_NO_BROKER), *last)


def broker_names() -> tuple[str, ...]:
    """The brokers whose files are read, each once, in alphabetical order: what a page can say in a sentence."""
    return tuple(dict.fromkeys(_brand(form.broker) for form in readable_formats() if form.key not in _OF_NO_BROKER))


def _brand(broker: str) -> str:
    """``Interactive Brokers`` for each of its files."""
    return "Interactive Brokers" if broker.startswith("Interactive Brokers") else broker
