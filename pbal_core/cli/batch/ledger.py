"""What is done of a batch: a folder beside the output, with a part for each unit and a manifest of them.

The model: the folder's manifest begins with a line that says what was asked: the settings, the input, the number of
units. Each unit that is done adds a line. A part counts only if its line is there and its size is as the line says; it
is renamed into place before the line is written. So whatever moment a run is cut at, what counts is whole, and what
does not count is planned again.

Worked example: a run of 40 units that was cut while it wrote the 13th finds 12 lines when it begins again; it removes
the half part, and plans 28 units.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import RequestError

MANIFEST = "_manifest.jsonl"
"""Engines that read a directory leave out names that begin like this one."""
_FORMAT = 1
_INPUT = re.compile(r"input-\d+\.parquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDone:
    """One unit that is done.

    Args:
        unit: Which.
        rows: Rows that were written.
        accounts: Accounts that begin in it.
        refused: Accounts of them that were refused.
        exact: Accounts of them that the exact method planned.
        size: Bytes of its part; 0 where no account begins in it, and there is no part.
        least: The account that sorts first, None where there is none with a name.
        most: The account that sorts last.
    """

    unit: int
    rows: int
    accounts: int
    refused: int
    exact: int
    size: int
    least: int | str | None
    most: int | str | None


class Ledger:
    """The folder of one run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.done: dict[int, UnitDone] = {}

    def begin(self, question: Mapping[str, Any]) -> bool:
        """Opens the folder, or makes it; removes what was asked another question, and what is not whole.

        Args:
            question: What decides the answer, in values of JSON.

        Returns:
            Whether a run with the same question goes on.
        """
        head = _head(question)
        lines = _lines(self.folder)
        if lines[:1] != [head]:
            self.remove()
            self.folder.mkdir(parents=True)
            self._append(head)
            return False
        self.done = {done.unit: done for done in _units(lines) if self._whole(done)}
        new = self.folder / f"{MANIFEST}.tmp"
        new.write_text("\n".join([head, *map(_line, self.done.values()), ""]), encoding="utf-8", newline="\n")
        new.replace(self.folder / MANIFEST)
        kept = {self.part(unit).name for unit in self.done} | {MANIFEST}
        for path in self.folder.iterdir():
            if path.name not in kept and not _INPUT.fullmatch(path.name):
                path.unlink()
        return True

    @staticmethod
    def finished(output: Path, question: Mapping[str, Any]) -> list[UnitDone] | None:
        """What was done, where a directory is the whole output of the same question already."""
        lines = _lines(output)
        return list(_units(lines)) if lines[:1] == [_head(question)] else None

    def _whole(self, done: UnitDone) -> bool:
        path = self.part(done.unit)
        return not done.size or (path.is_file() and path.stat().st_size == done.size)

    def part(self, unit: int) -> Path:
        """Where the trades of a unit are."""
        return self.folder / f"part-{unit:06d}.parquet"

    def parts(self) -> list[Path]:
        """The parts that there are, in the order of the input."""
        return [self.part(unit) for unit in sorted(self.done) if self.done[unit].size]

    def add(self, done: UnitDone) -> None:
        """Writes down that a unit is done; its part is in place."""
        self._append(_line(done))
        self.done[done.unit] = done

    def _append(self, line: str) -> None:
        with (self.folder / MANIFEST).open("a", encoding="utf-8", newline="\n") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())

    def input(self, place: int) -> Path:
        """Where a file of the input is that had to be made."""
        return self.folder / f"input-{place:06d}.parquet"

    def become(self, output: Path, schema: pa.Schema) -> None:
        """Makes the folder the output: its parts, and the manifest; a part without rows where there is none."""
        if not self.parts():
            pq.write_table(schema.empty_table(), self.part(0))
        for path in self.folder.iterdir():
            if not path.name.startswith("part-") and path.name != MANIFEST:
                path.unlink()
        self.folder.rename(output)

    def remove(self) -> None:
        """Removes the folder and all that is in it; the manifest last, so that it is known whose folder it is.

        Raises:
            RequestError: Something else has the folder's name.
        """
        if not self.folder.exists():
            return
        manifest = self.folder / MANIFEST
        if not self.folder.is_dir() or (any(self.folder.iterdir()) and not manifest.exists()):
            raise RequestError(f"{self.folder} is in the way; move it away, or choose another output.")
        for path in self.folder.iterdir():
            if path != manifest:
                path.unlink()
        manifest.unlink(missing_ok=True)
        self.folder.rmdir()


def _head(question: Mapping[str, Any]) -> str:
    return json.dumps({"format": _FORMAT, **question}, sort_keys=True)


def _line(done: UnitDone) -> str:
    return json.dumps(asdict(done))


def _lines(folder: Path) -> list[str]:
    """The lines of a manifest that were finished; none where there is no manifest."""
    try:
        return (folder / MANIFEST).read_text(encoding="utf-8").split("\n")[:-1]
    except (OSError, UnicodeDecodeError):
        return []


def _units(lines: list[str]) -> Iterator[UnitDone]:
    return (UnitDone(**json.loads(line)) for line in lines[1:])
