"""The input of a batch as units that can be planned independently: the row groups of its Parquet files.

The model: an account may run over the end of a row group, and of a file. It belongs to the unit that has its first row:
this unit reads on until the account ends, and the next leaves out what belongs to the account before it. So each unit
can be planned by itself, by any process, in any order, and again after a crash.

A CSV file is made a Parquet file first, in the folder of the run; amounts that are no numbers become ones that are too
large, so that they cost their own account its plan and no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from ...errors import DataError, Issue, RequestError
from ...planning.batch.columns import AMOUNTS, NEEDED, check_schema
from ..parser import is_directory

BATCH_ROWS = 65_536
CSV_GROUP = 1_048_576
"""Rows of a row group that is made of a CSV file."""
_CSV_AMOUNT = pa.decimal128(38, 12)
_UNREADABLE = Decimal(10) ** 25


@dataclass(frozen=True, slots=True)
class BatchUnits:
    """The row groups of Parquet files.

    Args:
        files: The files, in the order of their rows.
        groups: Of each unit: the place of its file, its row group in it, and its rows, one or more.
        schema: The columns that are used, alike in all files.
    """

    files: tuple[Path, ...]
    groups: tuple[tuple[int, int, int], ...]
    schema: pa.Schema

    @classmethod
    def of(cls, files: Sequence[Path]) -> BatchUnits:
        """The units of files.

        Raises:
            DataError: Their columns cannot be used, or differ.
        """
        groups, schemas = [], []
        for place, path in enumerate(files):
            with pq.ParquetFile(path) as file:
                schema, meta = file.schema_arrow, file.metadata
                sizes = [meta.row_group(group).num_rows for group in range(meta.num_row_groups)]
            check_schema(schema)
            schemas.append(pa.schema([schema.field(name) for name in _used(schema)]))
            if not schemas[-1].equals(schemas[0]):
                message = f"{path.name} has other columns than {files[0].name}, or other types of them."
                raise DataError([Issue("error", "columns_differ", message)])
            groups += [(place, group, rows) for group, rows in enumerate(sizes) if rows]
        return cls(tuple(files), tuple(groups), schemas[0])

    @property
    def rows(self) -> int:
        """Rows of all units."""
        return sum(rows for _, _, rows in self.groups)

    def batches(self, unit: int) -> Iterator[pa.RecordBatch]:
        """The rows of the accounts that begin in a unit."""
        before = self._last_account(unit - 1)
        last: pa.Scalar | None = None
        for batch in self._read(unit, BATCH_ROWS):
            if last is None and before is not None:
                batch = batch.slice(_led_by(batch, before))  # noqa: PLW2901 - the rest of it
            if batch.num_rows:
                last = batch.column("account")[-1]
                yield batch
        if last is None or not last.is_valid:
            return
        for following in range(unit + 1, len(self.groups)):
            for batch in self._read(following, BATCH_ROWS // 16):
                more = _led_by(batch, last)
                if more:
                    yield batch.slice(0, more)
                if more < batch.num_rows:
                    return

    def _last_account(self, unit: int) -> pa.Scalar | None:
        """The account of a unit's last row; None where there is no such unit, or the row names none."""
        if unit < 0:
            return None
        place, group, _rows = self.groups[unit]
        with pq.ParquetFile(self.files[place]) as file:
            last = file.read_row_group(group, columns=["account"]).column("account")[-1]
        return last if last.is_valid else None

    def _read(self, unit: int, rows: int) -> Iterator[pa.RecordBatch]:
        place, group, _rows = self.groups[unit]
        with pq.ParquetFile(self.files[place]) as file:
            names = self.schema.names
            for batch in file.iter_batches(rows, row_groups=[group], columns=names, use_threads=False):
                yield batch.select(names)


def _used(schema: pa.Schema) -> list[str]:
    return [name for name in (*NEEDED[:2], *AMOUNTS) if name in schema.names]


def _led_by(batch: pa.RecordBatch, account: pa.Scalar) -> int:
    """How many rows at the beginning of a batch belong to an account."""
    others = pc.invert(pc.equal(batch.column("account"), account).fill_null(pa.scalar(value=False)))
    place = pc.index(others, pa.scalar(value=True)).as_py()
    return batch.num_rows if place < 0 else int(place)


def find_files(path: Path) -> list[Path]:
    """The files of an input: itself, or the Parquet or CSV files of a directory, by name.

    Raises:
        RequestError: There is nothing to read.
    """
    if is_directory(path, "give the path of a .parquet or .csv file, or of a directory."):
        found = [each for each in sorted(path.rglob("*")) if each.is_file() and not _hidden(each.relative_to(path))]
        for ends in (".parquet", ".csv"):
            files = [each for each in found if each.suffix.lower() == ends]
            if files:
                return files
        raise RequestError(f"there is no .parquet or .csv file in {path}.")
    return [path]


def _hidden(path: Path) -> bool:
    """Engines keep notes of their own in names that begin with a dot or an underscore."""
    return any(part.startswith((".", "_")) for part in path.parts)


def is_csv(files: Sequence[Path]) -> bool:
    """Whether the files are CSV; all are, or none."""
    return files[0].suffix.lower() == ".csv"


def csv_to_parquet(path: Path, to: Path) -> None:
    """Writes the columns of a CSV file that are used as a Parquet file.

    Raises:
        DataError: The file is no CSV file with the columns that are needed.
    """
    try:
        _convert(path, to)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0]
        raise DataError([Issue("error", "not_csv", f"{path.name} cannot be read as CSV: {first}")]) from None


def _convert(path: Path, to: Path) -> None:
    texts = dict.fromkeys((*NEEDED, *AMOUNTS), pa.string())
    convert = pa.csv.ConvertOptions(column_types=texts, null_values=[""], strings_can_be_null=True)
    with pa.csv.open_csv(path, convert_options=convert) as reader:
        given = [(name, _CSV_AMOUNT if name in AMOUNTS else pa.string()) for name in reader.schema.names]
        check_schema(pa.schema(given))
        used = _used(reader.schema)
        schema = pa.schema([(name, dict(given)[name]) for name in used])
        with pq.ParquetWriter(to, schema) as writer:
            kept: list[pa.RecordBatch] = []
            for batch in reader:
                columns = [_amounts(batch.column(n)) if n in AMOUNTS else batch.column(n) for n in used]
                kept.append(pa.RecordBatch.from_arrays(columns, schema=schema))
                if sum(each.num_rows for each in kept) >= CSV_GROUP:
                    writer.write_table(pa.Table.from_batches(kept), row_group_size=CSV_GROUP)
                    kept = []
            if kept:
                writer.write_table(pa.Table.from_batches(kept), row_group_size=CSV_GROUP)


def _amounts(texts: pa.Array) -> pa.Array:
    """Texts as decimals; what is none becomes an amount that is too large."""
    trimmed = pc.utf8_trim_whitespace(texts)
    try:
        return trimmed.cast(_CSV_AMOUNT)
    except pa.ArrowInvalid:
        return pa.array([_amount(text) for text in trimmed.to_pylist()], _CSV_AMOUNT)


def _amount(text: str | None) -> Decimal | None:
    if not text:
        return None
    try:
        value = Decimal(text)
        fits = value.is_finite() and value.adjusted() < 25 and value == value.quantize(Decimal("1e-12"))
    except InvalidOperation:
        return _UNREADABLE
    return value if fits else _UNREADABLE
