"""The journal of orders: every order is on the disk before it is sent.

The model: a *run* is one plan being carried out in one account. Its orders move through stages, and only forwards::

    planned -> sending -> working -> filled | cancelled | rejected
    planned -> dropped              (never sent)
    sending -> dropped              (sent, and never found at the broker)

``sending`` is written before the request leaves. So whatever kills the program, the journal names every order that may
exist at the broker, by the reference that the broker keeps. SQLite in WAL mode with ``synchronous=FULL`` syncs each
step to the disk before the call returns. Only its owner can read the file, and it holds no password, token or session.

Worked example: the program is killed between ``sending`` and the answer. The run is open and the order is ``sending``;
settling the run looks for its reference at the broker, and cancels the order if it is there.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Self

from ..errors import LawBrokenError, Remedy, RequestError
from .clock import Clock
from .protocol import Ticket
from .records import FINISHED, STEPS, OrderRecord, Run, Stage, columns, values

VERSION = 3

_SCHEMA = """
CREATE TABLE run (
    id TEXT PRIMARY KEY, created REAL NOT NULL, account TEXT NOT NULL, paper INTEGER NOT NULL, cash TEXT NOT NULL,
    request TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('open', 'done'))
) STRICT;
CREATE UNIQUE INDEX one_open_run ON run (account) WHERE state = 'open';
CREATE TABLE orders (
    client_id TEXT PRIMARY KEY, run TEXT NOT NULL REFERENCES run (id), place INTEGER NOT NULL, symbol TEXT NOT NULL,
    conid INTEGER NOT NULL, side TEXT NOT NULL CHECK (side IN ('BUY', 'SELL')), planned INTEGER NOT NULL,
    shares INTEGER NOT NULL, "limit" TEXT NOT NULL, fee TEXT NOT NULL, stage TEXT NOT NULL,
    order_id TEXT NOT NULL DEFAULT '', filled TEXT NOT NULL DEFAULT '0', paid TEXT NOT NULL DEFAULT '0',
    sent REAL NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE event (id INTEGER PRIMARY KEY, run TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL) STRICT;
"""


def unfinished() -> RequestError:
    """That an earlier run comes before anything new."""
    return RequestError("an earlier run is not finished; end it first.", remedy=Remedy("end_the_run"))


def default_path(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where the journal is kept: ``PBAL_JOURNAL``, or the usual place for a program's state.

    Raises:
        RequestError: Nobody knows the home directory of this user.
    """
    try:
        return _default_path(environ, platform)
    except RuntimeError:
        message = "the home directory of this user is not known; set PBAL_JOURNAL to the path of the journal of orders."
        raise RequestError(message) from None


def _default_path(environ: Mapping[str, str], platform: str) -> Path:
    if environ.get("PBAL_JOURNAL"):
        return Path(environ["PBAL_JOURNAL"]).expanduser()
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home()) / "pbal" / "journal.sqlite3"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "pbal" / "journal.sqlite3"
    return Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "pbal" / "journal.sqlite3"


def _refuse_other_files(path: Path) -> None:
    """A file that somebody named by mistake stays as it is, with its permissions.

    Raises:
        RequestError: The file is no database.
    """
    with path.open("rb") as file:
        if file.read(16) not in {b"", b"SQLite format 3\0"}:
            raise RequestError(f"{path} is not a journal of orders; give the path of one, or of a file to make.")


class Journal:
    """The journal file, open. A context manager.

    Args:
        path: The file. It and its folder are made when missing; nobody but their owner can read them.
        clock: Gives the times that are written.

    Raises:
        RequestError: The file cannot be opened, or is no journal of this version.
    """

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self._path = path.resolve()  # the lock is a file beside it: the same one, whatever link leads here
        self._clock = clock or Clock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            _refuse_other_files(path)
            path.chmod(0o600)  # it may have been there with another mode; SQLite gives its other files the same
            self._db = sqlite3.connect(path, isolation_level=None, timeout=5)
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise RequestError(f"the journal {path} cannot be opened: {reason}.") from None
        try:
            self._open()
        except sqlite3.Error as error:
            self._db.close()
            raise RequestError(f"{path} is not a usable journal of orders: {error}. Move it away.") from None

    def _open(self) -> None:
        self._db.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "fullfsync=ON", "foreign_keys=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        with self._transaction():
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in _SCHEMA.split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={VERSION}")
            elif version != VERSION:
                raise sqlite3.DatabaseError(f"it has version {version}, and version {VERSION} is needed")

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
        except sqlite3.OperationalError as error:  # a full disk, or a lock that is never released
            raise RequestError(
                f"the journal {self._path} cannot be written: {error}. No more orders are sent; those that were sent "
                "may still trade. Make room for the journal, then end the run."
            ) from None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Holds the right to trade. The operating system takes it back when the process ends, however it ends.

        Raises:
            RequestError: Another process trades with this journal.
        """
        path = self._path.with_name(self._path.name + ".lock")
        path.touch(mode=0o600)
        lock = sqlite3.connect(path, isolation_level=None, timeout=0)
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
        checked: float,
        orders: Iterable[tuple[Ticket, Decimal]],
        request: str = "",
    ) -> str:
        """Writes a new run with all its orders, none of them sent, and returns its id.

        Args:
            account: Account number.
            paper: Play money.
            cash: The plan's cash, signed, in dollars.
            checked: When the plan was checked against the account, seconds since 1970.
            orders: Each order and the commission to expect for it in dollars; the journal gives the references.
            request: How the plan was asked for; kept as it is.

        Raises:
            RequestError: A run is open in this account, or one has ended since the plan was checked.
        """
        run, now = secrets.token_hex(4), self._clock.now()
        if self.open_run(account) is not None:
            raise unfinished()
        if self._happened(account, checked, now):
            raise RequestError("another plan was carried out in this account since; preview this one again.")
        named = [
            (replace(ticket, client_id=f"pbal-{run}-{place:03}"), place, fee)
            for place, (ticket, fee) in enumerate(orders, start=1)
        ]
        with self._transaction():
            row = (run, now, account, int(paper), str(cash), request, "open")
            self._db.execute("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            self._db.executemany(
                'INSERT INTO orders (client_id, run, place, symbol, conid, side, planned, shares, "limit", fee, stage) '
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'planned')",
                [
                    (t.client_id, run, place, t.symbol, t.conid, t.side, t.shares, t.shares, str(t.limit), str(fee))
                    for t, place, fee in named
                ],
            )
        return run

    def _happened(self, account: str, after: float, now: float) -> bool:
        """Whether a run of the account did anything since; the future (the clock was set back) does not count."""
        query = "SELECT count(*) FROM event JOIN run ON run.id = event.run WHERE account = ? AND at > ? AND at <= ?"
        (count,) = self._db.execute(query, (account, after, now)).fetchone()
        return bool(count)

    def open_run(self, account: str | None = None) -> Run | None:
        """The unfinished run, of one account or (the oldest) of any."""
        query = f"SELECT {columns(Run)} FROM run WHERE state = 'open' AND ? IN (account, '') ORDER BY created"  # noqa: S608 - fixed names
        row = self._db.execute(query, (account or "",)).fetchone()
        return Run(**values(row)) if row else None

    def run(self, run: str) -> Run:
        """A run by its id."""
        query = f"SELECT {columns(Run)} FROM run WHERE id = ?"  # noqa: S608 - fixed names
        return Run(**values(self._db.execute(query, (run,)).fetchone()))

    def orders(self, run: str, stage: Stage | None = None, side: str | None = None) -> list[OrderRecord]:
        """The run's orders in the order of the plan; those of one stage or side only, where one is given."""
        query = f"SELECT {columns(OrderRecord)} FROM orders WHERE run = ? ORDER BY place"  # noqa: S608 - fixed names
        found = [OrderRecord(**values(row)) for row in self._db.execute(query, (run,))]
        return [order for order in found if stage in {None, order.stage} and side in {None, order.side}]

    def revise(self, client_id: str, *, shares: int, limit: Decimal) -> None:
        """Changes an order that has not been sent."""
        self._update(client_id, {"planned"}, {"shares": shares, "limit": limit})

    def sending(self, client_id: str) -> None:
        """Writes that the order is about to be sent. On the disk when this returns."""
        self._update(client_id, {"planned"}, {"stage": "sending", "sent": self._clock.now()})

    def move(
        self,
        client_id: str,
        stage: Stage,
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
        facts = {"stage": stage, "order_id": order_id, "filled": filled, "paid": paid, "reason": reason}
        known = {name: fact for name, fact in facts.items() if fact is not None}
        self._update(client_id, {before for before, after in STEPS.items() if stage in after}, known)

    def correct(self, client_id: str, *, filled: Decimal, paid: Decimal, fee: Decimal) -> None:
        """Writes what really traded, was paid and charged for an order, whatever its stage."""
        self._update(client_id, set(STEPS) | FINISHED, {"filled": filled, "paid": paid, "fee": fee})

    def _update(self, client_id: str, before: set[str], facts: Mapping[str, object]) -> None:
        names = ", ".join(f'"{name}" = ?' for name in facts)
        stages = ", ".join("?" * len(before))
        new = [str(fact) if isinstance(fact, Decimal) else fact for fact in facts.values()]
        query = f"UPDATE orders SET {names} WHERE client_id = ? AND stage IN ({stages})"  # noqa: S608 - fixed names
        with self._transaction():
            done = self._db.execute(query, (*new, client_id, *sorted(before))).rowcount
            if done != 1:
                raise LawBrokenError(f"the journal has no order {client_id} that can become {facts}")

    def note(self, run: str, text: str) -> None:
        """Writes one line of history."""
        with self._transaction():
            self._db.execute("INSERT INTO event (run, at, text) VALUES (?, ?, ?)", (run, self._clock.now(), text))

    def notes(self, run: str) -> list[str]:
        """The run's history, oldest first."""
        return [text for (text,) in self._db.execute("SELECT text FROM event WHERE run = ? ORDER BY id", (run,))]

    def finish(self, run: str) -> None:
        """Closes a run in which nothing can happen any more.

        Raises:
            LawBrokenError: An order of it can still change.
        """
        if any(order.stage not in FINISHED for order in self.orders(run)):
            raise LawBrokenError(f"run {run} has unfinished orders")
        self.note(run, "finished")
        with self._transaction():
            self._db.execute("UPDATE run SET state = 'done' WHERE id = ?", (run,))
