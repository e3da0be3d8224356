"""Messages of the core in the page's own language: they begin with a capital, and name no option of the command."""

from __future__ import annotations

import re

_OF_THE_COMMAND = re.compile(r" \(pbal: [^()]*\)")


def page_words(message: object) -> str:
    """``str(message)`` as a sentence of the page: ``Line 3, MarkPrice: the cell is empty; ...``."""
    text = _OF_THE_COMMAND.sub("", str(message))
    return text[:1].upper() + text[1:]
