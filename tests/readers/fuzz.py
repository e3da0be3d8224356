"""A mutation loop over every fixture: ``python -m tests.readers.fuzz --count 20000 --seed 7``.

Each round takes a file, damages it in one to three ways (cut, swap, duplicate, corrupt, change of delimiter, encoding,
numbers, headers), reads it, and checks the law of the readers: the result is a Statement that reconciles with itself,
or a DataError that says what and where. Anything else (another exception, more than a second of processor time, a
line that is not accounted for) is a finding: it is printed with the seed of its round, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import signal
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from pbal_core import DataError, read_positions
from pbal_core.cli.inspect import preview_text
from pbal_core.portfolio import symbol_key
from pbal_core.readers import Statement
from pbal_core.readers.document import documents
from pbal_core.readers.preview import preview

DATA = Path(__file__).parent.parent / "data" / "readers"
SECONDS = 1.0
WHOLE_FILE = {
    "bad_xlsx", "binary", "broken", "doctype", "empty_file", "missing_column", "no_positions", "no_positions_section",
    "old_excel", "pdf", "too_large", "too_many_rows", "unknown_format", "wrong_encoding",
}  # fmt: skip
"""Problems of a file as a whole, which have no line."""

TOKENS = (
    "nan", "inf", "-", "--", "(", ")", '"', "'", ",", ";", "\t", "|", "\n", "\r", "\r\n\r\n", "=1+1", "1e400", "1e15",
    "9" * 40, "-0", "0", ".", "1,234", "1.234", "1.234,56", "$", "€", "%", "TOTAL", "CASH", "EOS", "BOF",
    "HEADER", "DATA", "Symbol", "SUMMARY", "LOT", "--5", "\u202e", "\ufeff", "\x00", "\x1b[2J", "<b>", "&lt;",
    "<!DOCTYPE x>", "]]>", "Account Total", "Pending Activity", "VTI", "BRK/B", "USD", "EUR", "\u2212", "½", "١٢٣",
)  # fmt: skip

_NUMBER = re.compile(rb"\d+(?:\.\d+)?")

FLEX = b"<FlexQueryResponse>"
HOSTILE: dict[str, Callable[[], bytes]] = {
    "commas": lambda: b"," * 1_999_999,
    "lines": lambda: b"a,\n" * 666_000,
    "two letters": lambda: b"ab," * 666_000,
    "rows of two letters": lambda: (b"ab," * 999 + b"\n") * 666,
    "quotes": lambda: b'"' * 1_999_999,
    "spaces after quotes": lambda: b'" ' * 999_000,
    "blank lines": lambda: b"x" + b"\n" * 1_999_000,
    "elements": lambda: FLEX + b"<a/>" * 490_000 + b"</FlexQueryResponse>",
    "depth": lambda: FLEX + b"<a>" * 600_000,
    "one long symbol": lambda: b"Symbol,Quantity,Price\n" + b"1 % " * 30_000 + b",1,1\n",
    "OFX tags": lambda: b"<OFX>" + b"<INVPOS>" * 245_000,
    "OFX depth": lambda: b"<OFX>" + b"<INVSTMTRS>" * 80_000 + b"</BAL>" * 80_000,
    "OFX leaves": lambda: b"<OFX><INVSTMTRS>" + b"<ACCTID>1" * 200_000,
    "OFX spaces": lambda: b"<OFX><INVSTMTRS" + b" " * 1_900_000,
    "OFX positions": lambda: b"<OFX><INVSTMTRS>" + b"<POSMF><UNITS>x</POSMF>" * 80_000 + b"</OFX>",
    "one long attribute": lambda: FLEX + b'<OpenPosition symbol="' + b"5 % " * 490_000 + b'"/>',
    "many accounts": lambda: b"Account,Symbol,Shares,Price\n" + _repeated(b"a%d,B%d,1,1\n"),
    "many totals": lambda: b"Account,Symbol,Shares,Price,Value\n" + _repeated(b"a%d,B%d,1,1,1\n,Total,,,0\n"),
    "bad rows": lambda: b"Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n" + b"*,x,x,x\n" * 49_000,
    "digits": lambda: b"Symbol,Quantity,Price\nVTI,1," + b"9" * 1_900_000,
    "unbroken": lambda: b"x" * 1_999_999,
}
"""Two megabytes that are made to hurt."""
BOMBS = (
    "workbook bomb", "wide workbook", "tall workbook", "many cells", "inline texts", "empty rows", "many styles",
    "shared texts", "number formats",
)  # fmt: skip
"""Small workbooks that are made to hurt."""


class HangError(BaseException):
    """A file took more than SECONDS of processor time."""


@contextmanager
def watchdog(seconds: float) -> Iterator[None]:
    """Raises HangError after so much processor time of this process, so that a busy machine finds nothing false."""

    def alarm(_signal: int, _frame: object) -> None:
        raise HangError

    before = signal.signal(signal.SIGVTALRM, alarm)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def workbook(data: bytes) -> bytes:
    """The rows of a CSV as an Excel workbook, numbers as numbers."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for record in next(documents(data)).records:
        for column, cell in enumerate(record.cells, start=1):
            number = re.fullmatch(r"-?\d+(\.\d+)?", cell)
            sheet.cell(record.line, column, float(cell) if number and "." in cell else int(cell) if number else cell)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _repeated(row: bytes) -> bytes:
    return b"".join(row % (i, i) for i in range(10_000))


def hostile_workbook(name: str) -> bytes:
    """A small workbook that wants to be large: one of BOMBS."""
    with zipfile.ZipFile(io.BytesIO(workbook((DATA / "ibkr_plain.csv").read_bytes()))) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    sheet, styles = "xl/worksheets/sheet1.xml", members["xl/styles.xml"]
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    tail = b"</sheetData></worksheet>"
    rows: dict[str, Callable[[], bytes]] = {
        "workbook bomb": lambda: b" " * 100_000_000,
        "wide workbook": lambda: b"".join(
            b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (i, i) for i in range(1, 100_000)
        ),
        "tall workbook": lambda: b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        "many cells": lambda: (b"<row>" + b"<c><v>1</v></c>" * 66 + b"</row>") * 10_500,
        "inline texts": lambda: (b"<row>" + b'<c t="inlineStr"><is><t>a</t></is></c>' * 25 + b"</row>") * 11_000,
        "empty rows": lambda: b"<row/>" * 1_500_000,
    }
    members[sheet] = head + rows.get(name, bytes)() + tail
    if name == "many styles":
        members["xl/styles.xml"] = styles.replace(b"</cellXfs>", b"<xf/>" * 1_500_000 + b"</cellXfs>")
    elif name == "shared texts":
        members["xl/sharedStrings.xml"] = b"<sst>" + b"<si><t/></si>" * 800_000 + b"</sst>"
    elif name == "number formats":
        formats = b'<numFmt numFmtId="%d" formatCode="' + b"[" * 6_000 + b'"/>'
        found = b"".join(formats % (i + 200) for i in range(1_500))
        members["xl/styles.xml"] = styles.replace(b"<cellXfs", b"<numFmts>" + found + b"</numFmts><cellXfs")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return buffer.getvalue()


def hostile(name: str) -> bytes:
    """One of HOSTILE or BOMBS."""
    return HOSTILE[name]() if name in HOSTILE else hostile_workbook(name)


def corpus() -> dict[str, bytes]:
    """The files that are damaged: every fixture, the refused ones too, and two workbooks."""
    paths = sorted(path for path in DATA.rglob("*") if path.is_file())
    files = {path.name: path.read_bytes() for path in paths}
    for name in ("ibkr_plain.csv", "schwab_2020.csv"):
        files[name.replace(".csv", ".xlsx")] = workbook(files[name])
    return files


def _cut(data: bytes, rng: random.Random, _files: list[bytes]) -> bytes:
    a, b = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return rng.choice([data[:a], data[b:], data[:a] + data[b:]])


def _lines(data: bytes, rng: random.Random, _files: list[bytes]) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(4)
    if kind == 0:
        lines[i], lines[j] = lines[j], lines[i]
    elif kind == 1:
        lines.insert(i, lines[j])
    elif kind == 2:
        del lines[i]
    else:
        lines = lines[:i] + [b"\n"] * rng.randrange(1, 3) + lines[i:]
    return b"".join(lines)


def _bytes(data: bytes, rng: random.Random, _files: list[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 6)):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _delimiter(data: bytes, rng: random.Random, _files: list[bytes]) -> bytes:
    a, b = rng.choice([b",", b";", b"\t", b"|", b'"', b"\n"]), rng.choice([b",", b";", b"\t", b"|", b"", b"\r"])
    return data.replace(a, b, rng.choice([-1, 1, 5]))


def _encoding(data: bytes, rng: random.Random, _files: list[bytes]) -> bytes:
    text = data.decode("utf-8-sig", "replace")
    return text.encode(rng.choice(["utf-16", "utf-16-le", "utf-8-sig", "cp1252", "utf-32", "cp500"]), "replace")


def _number(data: bytes, rng: random.Random, _files: list[bytes]) -> bytes:
    found = list(_NUMBER.finditer(data))
    if not found:
        return data
    match = rng.choice(found)
    new = rng.choice([b"", b"0", b"-1", b"1,234", b"1.234", b"0.005", b"1e5", b"7" * 20, b"%d" % rng.randrange(10**6)])
    return data[: match.start()] + new + data[match.end() :]


def _token(data: bytes, rng: random.Random, _files: list[bytes]) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(TOKENS).encode() + data[at + rng.randrange(4) :]


def _cells(data: bytes, rng: random.Random, _files: list[bytes]) -> bytes:
    lines = data.split(b"\n")
    i = rng.randrange(len(lines))
    cells = lines[i].split(b",")
    a, b = rng.randrange(len(cells)), rng.randrange(len(cells))
    cells[a], cells[b] = cells[b], cells[a]
    lines[i] = b",".join(cells[: rng.choice([len(cells), rng.randrange(len(cells) + 1)])])
    return b"\n".join(lines)


def _splice(data: bytes, rng: random.Random, files: list[bytes]) -> bytes:
    other = rng.choice(files)
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


def _repeat(data: bytes, rng: random.Random, _files: list[bytes]) -> bytes:
    return data * rng.randrange(2, 4)


MUTATIONS: tuple[Callable[[bytes, random.Random, list[bytes]], bytes], ...] = (
    _cut, _lines, _bytes, _delimiter, _encoding, _number, _number, _token, _token, _cells, _splice, _repeat,
)  # fmt: skip


def mutate(data: bytes, rng: random.Random, files: list[bytes]) -> bytes:
    """The file, damaged one to three times."""
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        data = rng.choice(MUTATIONS)(data, rng, files)
    return data


def check(data: bytes) -> str:
    """Reads a file and checks the law; returns what it was: ``read`` or the first problem's code."""
    with watchdog(SECONDS):
        try:
            statement = read_positions(data)
        except DataError as error:
            check_refusal(error)
            return error.issues[0].code
        check_statement(statement)
        if not data.startswith(b"PK") and statement.format not in {"flex-xml", "ofx"}:
            lines = [row.line for row in statement.rows]
            assert any(lines == [r.line for r in d.records] for d in documents(data)), "a line is not accounted for"
    return "read"


def check_refusal(error: DataError) -> None:
    """Every problem has a code, a sentence, and a place unless it is the file's."""
    assert error.issues
    for issue in error.issues:
        assert issue.severity == "error"
        assert re.fullmatch(r"[a-z0-9_]+", issue.code)
        assert len(issue.message) > 10
        assert all(c.isprintable() or c == "\n" for c in str(issue)), f"not printable: {issue!r}"
        assert issue.where is not None or issue.code in WHOLE_FILE, f"no place: {issue!r}"


def check_statement(statement: Statement) -> None:
    """The parts agree: rows with holdings, lots and cash, totals with rows, the portfolio with all of them."""
    assert all(total.holds for total in statement.totals)
    assert all(total.found.is_finite() and total.stated.is_finite() for total in statement.totals)
    rows = {(row.line, row.kind) for row in statement.rows}
    for holding in statement.holdings:
        assert rows & {(holding.line, "position"), (holding.line, "lot")}
        assert holding.value >= 0
        assert holding.price > 0
        assert holding.quantity is None or holding.quantity >= 0
    held = {holding.line for holding in statement.holdings}
    assert {row.line for row in statement.rows if row.kind == "position"} <= held, "a position is dropped"
    assert {b.line for b in statement.cash} == {row.line for row in statement.rows if row.kind == "cash"}
    known = {account.id for account in statement.accounts} or {""}
    assert {part.account for part in (*statement.holdings, *statement.cash)} <= known, "an account cannot be chosen"  # type: ignore[attr-defined]
    text = preview_text(preview(statement))
    assert all(c.isprintable() or c == "\n" for c in text), "the preview is not harmless"
    everything = statement.confirm()
    if statement.accounts:
        everything = everything.select("all")
    try:
        portfolio = everything.portfolio
    except DataError as error:
        check_refusal_of_choice(error)
        return
    currencies = {h.currency or h.fx_rate for h in statement.holdings}  # unnamed ones are told apart by their rates
    for symbol in {symbol_key(h.symbol) for h in statement.holdings}:
        same = [h for h in statement.holdings if symbol_key(h.symbol) == symbol]
        rates = [h.fx_rate if len(currencies) > 1 and h.fx_rate else Decimal(1) for h in same]
        value = sum((Fraction(h.value) * Fraction(rate) for h, rate in zip(same, rates, strict=True)), Fraction(0))
        position = portfolio[same[0].symbol]
        assert abs(Fraction(position.value) - value) <= Fraction(len(same), 10**6), "the values do not add up"
        if position.quantity is not None:
            assert Fraction(position.quantity) == sum(Fraction(h.quantity or 0) for h in same)
    assert len(portfolio) == len({symbol_key(h.symbol) for h in statement.holdings})


def check_refusal_of_choice(error: DataError) -> None:
    """What may still be in the way when all accounts are chosen and the columns are confirmed."""
    assert {i.code for i in error.issues} <= {"mixed_currencies", "prices_differ", "no_positions"}


def run(name: str, count: int, seed: int) -> tuple[dict[str, int], list[str]]:
    """Damages one file ``count`` times; returns how often each result came, and the findings."""
    files = corpus()
    others = list(files.values())
    results: dict[str, int] = {}
    findings = []
    for number in range(count):
        rng = random.Random(f"{name}:{seed}:{number}")
        data = mutate(files[name], rng, others)
        try:
            result = check(data)
        except (Exception, HangError) as problem:  # noqa: BLE001 - whatever it is, it is a finding
            findings.append(f"{name} seed {seed} round {number}: {type(problem).__name__}: {problem}")
            continue
        results[result] = results.get(result, 0) + 1
    return results, findings


def rounds(name: str, count: int) -> int:
    """How many of ``count`` rounds a file gets: workbooks cost ten times as much and get a tenth."""
    share = count // len(corpus())
    return max(1, share // 10) if name.endswith(".xlsx") else share + share // 10


def main() -> int:
    """The command."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--count", type=int, default=20_000, help="mutations in all (default: %(default)s)")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--write", type=Path, help="folder to write the files of the findings to")
    options = p.parse_args()
    total, found = 0, []
    for name in corpus():
        results, findings = run(name, rounds(name, options.count), options.seed)
        total += sum(results.values()) + len(findings)
        found += findings
        common = ", ".join(f"{k} {v}" for k, v in sorted(results.items(), key=lambda item: -item[1])[:5])
        print(f"{name}: {common}{' FINDINGS ' + str(len(findings)) if findings else ''}")
    print(f"{total} mutations, {len(found)} findings")
    for finding in found[:40]:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
