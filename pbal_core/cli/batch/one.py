"""``pbal batch INPUT --account NAME -o FILE.csv``: one account of a batch as a positions file.

The model: the page and ``pbal`` read positions files of one portfolio. An account is found by its name, with the help
of the row groups' statistics. Its rows become such a file, its targets and the constraints a policy beside it, and the
rest of the question becomes the command that plans it.
"""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import PbalError, RequestError
from ...planning.batch import BatchModel, plan_batches
from ...planning.strategy import Strategy
from ...policy.policy import Policy
from ...policy.targets import Targets
from ..output import write
from .units import BatchUnits, csv_to_parquet, find_files, is_csv

_COLUMNS = ("symbol", "quantity", "price", "value")


def write_account(source: Path, name: str, output: Path, model: BatchModel) -> str:
    """Writes the positions of one account, and beside them its targets and constraints where there are any.

    Args:
        source: Parquet or CSV file, or a directory of them.
        name: The account, as the column account has it.
        output: The CSV file; the policy has its name and ends in .toml.
        model: What is asked of every account; names the cash of accounts that name none.

    Returns:
        What was written, and the command that plans it.

    Raises:
        PbalError: The input cannot be used, has no such account, or rows of it that cannot be used.
    """
    if output.suffix.lower() != ".csv":
        raise RequestError(f"{output} is no .csv file; one account is written as one, such as account.csv.")
    if source.resolve() == output.resolve():
        raise RequestError(f"{output} is the input; choose another name for the output.")
    try:
        rows = _rows(source, name)
        _check(rows, name, model)
        found = rows.to_pylist()
        _write(output, _positions(found))
        policy = _policy(found, model)
        if policy is not None:
            _write(output.with_suffix(".toml"), policy.to_toml())
    except OSError as error:
        raise PbalError(f"{error.filename or output} cannot be read or written: {error.strerror}.") from None
    except pa.ArrowInvalid as error:
        raise RequestError(f"{source} cannot be read: {str(error).splitlines()[0]}") from None
    targets = [f"--targets={output.with_suffix('.toml')}"] if policy is not None else []
    command = shlex.join(["pbal", str(output), "--exact", *_question(found, model), *targets])
    return f"{len(found)} positions of account {name}: {output}\nThis plans them: {command}"


def _rows(source: Path, name: str) -> pa.Table:
    """The rows of an account.

    Raises:
        RequestError: There are none.
    """
    files = find_files(source)
    with TemporaryDirectory() as folder:
        if is_csv(files):
            made = [Path(folder) / f"{place}.parquet" for place in range(len(files))]
            for path, to in zip(files, made, strict=True):
                csv_to_parquet(path, to)
            files = made
        schema = BatchUnits.of(files).schema
        kind = schema.field("account").type
        whole = pa.types.is_integer(kind)
        wanted = int(name) if whole and name.isdecimal() and len(name) < 19 else None if whole else name
        if wanted is not None:
            wanted_rows = [("account", "=", wanted)]
            tables = [pq.read_table(path, columns=schema.names, filters=wanted_rows) for path in files]
            rows = pa.concat_tables(tables)
            if rows.num_rows:
                return rows
    raise RequestError(f'{source} has no account "{ascii(name)[1:-1][:40]}".')


def _check(rows: pa.Table, name: str, model: BatchModel) -> None:
    """Refuses an account that a batch would refuse.

    Raises:
        RequestError: With the reason.
    """
    for planned in plan_batches(rows.combine_chunks().to_batches(), model):
        reason = planned.column("reason")[0].as_py()
        if reason:
            raise RequestError(f"account {name} cannot be planned: {reason}.")


def _positions(rows: list[dict[str, Any]]) -> str:
    """The text of a positions file."""
    columns = [column for column in _COLUMNS if column in rows[0]]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([row[c] if c == "symbol" else _amount(row[c]) for c in columns])
    return text.getvalue()


def _policy(rows: list[dict[str, Any]], model: BatchModel) -> Policy | None:
    """The targets of an account and the constraints on its symbols; None where there are neither."""
    weights = {row["symbol"]: row["target"] for row in rows if row.get("target") is not None}
    constraints = model.constraints_for([row["symbol"] for row in rows])
    if not weights and not constraints.given():
        return None
    return Policy(targets=Targets(weights) if weights else None, constraints=constraints)


def _write(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write(text, str(path))


def _question(rows: list[dict[str, Any]], model: BatchModel) -> Iterator[str]:
    """The options of the command that asks what a batch asks of an account."""
    cash = rows[0].get("cash")
    yield f"--cash={_amount(model.cash if cash is None else cash)}"
    if model.strategy is not Strategy.TRY_AVOID_SELL:
        yield f"--strategy={model.strategy.value}"
    if model.min_trade:
        yield f"--min-trade={_amount(model.min_trade)}"


def _amount(amount: Decimal | int | None) -> str:
    """An amount without zeros that say nothing."""
    if amount is None:
        return ""
    text = f"{Decimal(amount):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
