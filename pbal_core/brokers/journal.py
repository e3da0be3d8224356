"""The journal of orders: every order is written down, and on the disk, before it is sent.

The model: a *run* is one plan being carried out in one account; its orders move through states, and only forwards::

    planned -> sending -> working -> filled | cancelled | rejected
    planned -> dropped              (never sent)

``sending`` is written before the request leaves, so whatever kills the program, the journal knows every order that may
exist at the broker, by the reference that the broker keeps. SQLite in WAL mode with ``synchronous=FULL`` syncs each
step to the disk before the call returns. The file is readable by its owner only and holds no password, token or
session.

Worked example: killed between ``sending`` and the answer, the run is open and the order is ``sending``; ``resume``
looks for its reference at the broker and either finds it or, only then, sends it under the same reference.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Self

from ..errors import LawBrokenError, RequestError
from .clock import Clock
from .records import COLUMNS, FINISHED, STEPS, Draft, Entry, Run, State, entry_of, run_of

VERSION = 2

_SCHEMA = """
CREATE TABLE run (
    id TEXT PRIMARY KEY, created REAL NOT NULL, account TEXT NOT NULL, paper INTEGER NOT NULL, cash TEXT NOT NULL,
    quoted REAL NOT NULL, settings TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('open', 'done'))
) STRICT;
CREATE UNIQUE INDEX one_open_run ON run (account) WHERE state = 'open';
CREATE TABLE orders (
    client_id TEXT PRIMARY KEY, run TEXT NOT NULL REFERENCES run (id), place INTEGER NOT NULL, symbol TEXT NOT NULL,
    conid INTEGER NOT NULL, side TEXT NOT NULL CHECK (side IN ('BUY', 'SELL')), planned INTEGER NOT NULL,
    shares INTEGER NOT NULL, price TEXT NOT NULL, price_limit TEXT NOT NULL, fee TEXT NOT NULL, state TEXT NOT NULL,
    order_id TEXT NOT NULL DEFAULT '', filled TEXT NOT NULL DEFAULT '0', paid TEXT NOT NULL DEFAULT '0',
    sent REAL NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', held TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE event (id INTEGER PRIMARY KEY, run TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL) STRICT;
"""


def default_path(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where the journal is kept: ``PBAL_JOURNAL``, or the usual place for a program's state."""
    if environ.get("PBAL_JOURNAL"):
        return Path(environ["PBAL_JOURNAL"]).expanduser()
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home()) / "pbal" / "journal.sqlite3"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "pbal" / "journal.sqlite3"
    return Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "pbal" / "journal.sqlite3"


def unfinished(run: Run) -> str:
    """That a run stands before any new one, and what to do about it."""
    commands = f"pbal trade --resume{run.option} or pbal trade --cancel{run.option}"
    return f"an earlier run is not finished; first run {commands}."


class Journal:
    """The journal file, open. A context manager.

    Args:
        path: The file; it and its folder are made when missing, for their owner only.
        clock: Gives the times that are written.

    Raises:
        RequestError: The file cannot be opened, or is no journal of this version.
    """

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self._path = path.resolve()  # the right to trade is a file beside it, the same one whatever link leads here
        self._clock = clock or Clock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=5)
        except (OSError, sqlite3.Error) as error:
            raise RequestError(f"the journal {path} cannot be opened: {error}.") from None
        try:
            self._open()
        except sqlite3.Error as error:
            self._db.close()
            raise RequestError(f"{path} is not a usable journal of orders: {error}.") from None

    def _open(self) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "fullfsync=ON", "foreign_keys=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        with self._transaction():
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in _SCHEMA.split(";"):
                    self._db.execute(statement)
            elif version == 1:  # the same without what was held
                self._db.execute("ALTER TABLE orders ADD COLUMN held TEXT NOT NULL DEFAULT ''")
            elif version != VERSION:
                raise sqlite3.DatabaseError(f"version {version} was found, {VERSION} is needed")
            if version != VERSION:
                self._db.execute(f"PRAGMA user_version={VERSION}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, and on the disk when it ends."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
        except sqlite3.OperationalError as error:  # a full disk, a lock that is never given back
            raise RequestError(
                f"the journal {self._path} cannot be written: {error}. Nothing more is sent; orders that were sent may "
                "still trade. When that is cured, go on with pbal trade --resume."
            ) from None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Holds the right to trade; the operating system takes it back when the process ends, however it ends.

        Raises:
            RequestError: Another process trades with this journal.
        """
        lock = sqlite3.connect(self._path.with_name(self._path.name + ".lock"), isolation_level=None, timeout=0)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            lock.close()
            raise RequestError("another pbal is trading with this journal; wait until it has ended.") from None
        try:
            yield
        finally:
            lock.close()

    def begin(
        self,
        *,
        account: str,
        paper: bool,
        cash: Decimal,
        quoted: float,
        settings: str,
        drafts: Iterable[Draft],
    ) -> str:
        """Writes a new run with all its orders, none of them sent, and returns its id.

        Raises:
            RequestError: A run is open in this account, or one has ended since the prices were asked.
        """
        run, now = secrets.token_hex(4), self._clock.now()
        if (earlier := self.open_run(account)) is not None:
            raise RequestError(unfinished(earlier))
        if self._happened(account, quoted, now):
            raise RequestError(
                "another plan was carried out in this account since this one was checked; preview it again."
            )
        row = (run, now, account, int(paper), str(cash), quoted, settings, "open")
        with self._transaction():
            self._db.execute("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            self._db.executemany(
                "INSERT INTO orders (client_id, run, place, symbol, conid, side, planned, shares, price, price_limit, "
                "fee, held, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'planned')",
                [
                    (f"pbal-{run}-{place:03}", run, place, d.symbol, d.conid, d.side, d.shares, d.shares, *d.texts())
                    for place, d in enumerate(drafts, start=1)
                ],
            )
        return run

    def _happened(self, account: str, after: float, now: float) -> bool:
        """Whether a run of the account did anything since; times to come (the clock was set back) do not count."""
        query = "SELECT count(*) FROM event JOIN run ON run.id = event.run WHERE account = ? AND at > ? AND at <= ?"
        (count,) = self._db.execute(query, (account, after, now)).fetchone()
        return bool(count)

    def open_run(self, account: str | None = None) -> Run | None:
        """The unfinished run, of one account or (the oldest) of any."""
        where, values = ("AND account = ?", (account,)) if account is not None else ("", ())
        query = f"SELECT * FROM run WHERE state = 'open' {where} ORDER BY created"  # noqa: S608 - fixed texts
        row = self._db.execute(query, values).fetchone()
        return run_of(row) if row else None

    def run(self, run: str) -> Run:
        """A run by its id."""
        return run_of(self._db.execute("SELECT * FROM run WHERE id = ?", (run,)).fetchone())

    def entries(self, run: str) -> tuple[Entry, ...]:
        """The run's orders in the order of the plan."""
        rows = self._db.execute(f"SELECT {COLUMNS} FROM orders WHERE run = ? ORDER BY place", (run,))  # noqa: S608
        return tuple(entry_of(row) for row in rows)

    def revise(self, client_id: str, *, shares: int, limit: Decimal) -> None:
        """Changes an order that has never been sent."""
        self._update(client_id, {"planned"}, {"shares": shares, "price_limit": str(limit)})

    def quoted(self, run: str, at: float) -> None:
        """Writes when the prices of the limits were asked, in seconds since 1970."""
        with self._transaction():
            self._db.execute("UPDATE run SET quoted = ? WHERE id = ?", (at, run))

    def sending(self, client_id: str) -> None:
        """Writes that the order is about to be sent. On the disk when this returns."""
        self._update(client_id, {"planned", "sending"}, {"state": "sending", "sent": self._clock.now()})

    def move(
        self,
        client_id: str,
        state: State,
        *,
        order_id: str | None = None,
        filled: Decimal | None = None,
        paid: Decimal | None = None,
        reason: str | None = None,
    ) -> None:
        """Moves an order forwards and writes what became known with it.

        Raises:
            LawBrokenError: The step is not one of the table in the module's docstring.
        """
        facts: dict[str, object] = {"state": state, "order_id": order_id, "filled": filled, "paid": paid}
        facts["reason"] = reason
        known = {k: str(v) if isinstance(v, Decimal) else v for k, v in facts.items() if v is not None}
        self._update(client_id, {before for before, after in STEPS.items() if state in after}, known)

    def settle(self, client_id: str, *, filled: Decimal, paid: Decimal, fee: Decimal) -> None:
        """Writes what really traded, was paid and charged for an order, whatever its state."""
        facts: dict[str, object] = {"filled": str(filled), "paid": str(paid), "fee": str(fee)}
        self._update(client_id, set(STEPS) | FINISHED, facts)

    def _update(self, client_id: str, before: set[str], facts: dict[str, object]) -> None:
        names = ", ".join(f"{name} = ?" for name in facts)
        states = ", ".join("?" * len(before))
        query = f"UPDATE orders SET {names} WHERE client_id = ? AND state IN ({states})"  # noqa: S608 - fixed names
        with self._transaction():
            done = self._db.execute(query, (*facts.values(), client_id, *sorted(before))).rowcount
            if done != 1:
                raise LawBrokenError(f"the journal has no order {client_id} that can become {facts}")

    def note(self, run: str, text: str) -> None:
        """Writes one line of history."""
        with self._transaction():
            self._db.execute("INSERT INTO event (run, at, text) VALUES (?, ?, ?)", (run, self._clock.now(), text))

    def notes(self, run: str) -> tuple[tuple[float, str], ...]:
        """The run's history, oldest first."""
        return tuple(self._db.execute("SELECT at, text FROM event WHERE run = ? ORDER BY id", (run,)))

    def finish(self, run: str) -> None:
        """Closes a run in which nothing can happen any more.

        Raises:
            LawBrokenError: An order of it can still change.
        """
        if any(entry.state not in FINISHED for entry in self.entries(run)):
            raise LawBrokenError(f"run {run} has unfinished orders")
        self.note(run, "finished")
        with self._transaction():
            self._db.execute("UPDATE run SET state = 'done' WHERE id = ?", (run,))
