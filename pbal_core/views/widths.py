"""How wide a text is, counted in figures: what CSS calls ``ch``, the width of a 0.

The model: all figures have one width (tabular figures), and every other letter has the width that it has in the page's
bold letters (Source Sans, weight 600), rounded up to a tenth; an unknown letter counts as a wide one. A place that is
made by these widths holds its text in bold, and in regular letters with a little to spare.

Worked example: ``$1,234.56`` has seven figures and signs and two stops: 7 * 1.1 + 2 * 0.6 = 8.9.
"""

from __future__ import annotations

from collections.abc import Iterable

_WIDTHS = {
    0.5: " \N{NO-BREAK SPACE}",
    0.6: "!'.,:;Iijl|",
    0.7: "()[]{}-/\\t",
    0.8: "fr",
    0.9: "csz?*J",
    1.0: 'v"xy\N{EN DASH}',
    1.1: "0123456789$+<=>#~^_€£¥≠aegkACFLSTVXYZ`",
    1.2: "bdhnopquBEKPR→",
    1.3: "DGU&",
    1.4: "HNOQ",
    1.5: "M",
    1.6: "wW",
    1.7: "m%",
    1.8: "@",
}


class _Letters(dict[str, float]):
    """The width of a letter; an unknown one counts as a wide one."""

    def __missing__(self, _letter: str) -> float:
        return 1.8


_OF_LETTER = _Letters({letter: width for width, letters in _WIDTHS.items() for letter in letters})


def text_width(text: str) -> float:
    """The width of ``text`` in ``ch``, rounded up a little."""
    return round(sum(map(_OF_LETTER.__getitem__, text)), 1)


def widest(texts: Iterable[str]) -> float:
    """The width of the widest of ``texts`` in ``ch``; 0 where there are none."""
    return max(map(text_width, set(texts)), default=0.0)
