"""Whether the rows of every account stand next to one another, in a stream that is read once.

The model: nobody can remember every account of a stream. What is remembered of each batch are its least and its largest
account, a run. An account that lies within a run that has ended may have had rows there. So sorted input is always
fine, sorted pieces may come in any order, and what is not sorted at all is noticed.

Worked example: after the runs 1 to 5 and 9 to 12 the account 7 is new, and 4 is refused.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ...errors import DataError, Issue

SORT = "the rows of an account must stand next to one another: sort the input by account."


MOST_RUNS = 4_096
"""Runs that are remembered; of more, one that follows the one before it is taken to go on with it."""


class AccountOrder:
    """The runs of accounts that a stream has had."""

    def __init__(self, most: int = MOST_RUNS) -> None:
        self._most = most
        self._lows: list[Any] = []
        self._highs: list[Any] = []
        self._last: Any = None

    def add(self, accounts: pa.Array) -> None:
        """Takes note of the accounts of a batch, each once, but for one that began in the batch before.

        Raises:
            DataError: An account may have had rows before.
        """
        accounts = accounts.drop_null()
        if not len(accounts):
            return
        if pc.all(pc.less(accounts.slice(0, len(accounts) - 1), accounts.slice(1))).as_py():  # as most input is
            self.add_run(accounts[0].as_py(), accounts[-1].as_py())
            return
        if pc.count_distinct(accounts).as_py() < len(accounts):
            raise DataError([Issue("error", "not_sorted", f"an account has rows in two places; {SORT}")])
        least, most = pc.min_max(accounts).as_py().values()
        self.add_run(least, most)

    def add_run(self, low: Any, high: Any) -> None:
        """Takes note of a run of accounts.

        Raises:
            DataError: It overlaps a run that was there before.
        """
        place = bisect_right(self._lows, low)
        before = place - 1
        if (place and self._highs[before] >= low) or (place < len(self._lows) and self._lows[place] <= high):
            message = f"some accounts sort among those of earlier rows, and may have rows there too; {SORT}"
            raise DataError([Issue("error", "not_sorted", message)])
        if place and before == self._last and len(self._lows) >= self._most:
            self._highs[before] = high
        else:
            self._lows.insert(place, low)
            self._highs.insert(place, high)
            self._last = place
