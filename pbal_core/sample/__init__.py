"""The portfolios that the dashboard shows before somebody loads their own: package data, one file each.

``ten sector funds`` is the portfolio of the README. In ``cash only`` nothing is held yet: three funds to begin with.
"""

from __future__ import annotations

SAMPLES = {
    "ten sector funds": "positions.csv",
    "three-fund portfolio": "three_funds.csv",
    "cash only": "cash_only.csv",
}
"""Names for people, and files; the first is what the page opens with."""


def sample_bytes(name: str = "ten sector funds") -> bytes:
    """The content of a sample's file."""
    from importlib.resources import files  # a plan of a file of one's own does without it

    return files(__name__).joinpath(SAMPLES[name]).read_bytes()
