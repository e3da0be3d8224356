"""Laws of the readers on damaged and on generated files.

More rounds: ``python -m tests.readers.fuzz --count 200000``.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbal_core import DataError, read_positions
from pbal_core.readers import Statement
from pbal_core.readers.document import decode, documents
from pbal_core.readers.registry import known_formats
from tests.readers import fuzz

pytestmark = pytest.mark.slow

COUNT = 8_000
FILES = fuzz.corpus()
GOOD = sorted(path.name for path in fuzz.DATA.iterdir() if path.is_file() and not path.name.startswith("ofx"))
"""Files whose cells can be told apart by a delimiter or as attributes; formats/test_ofx.py does the same for OFX."""


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_reconciles_or_is_refused_with_its_place(name: Any) -> None:
    """8,000 mutations over all files: a Statement that agrees with itself, or a DataError; nothing else, no hang."""
    results, findings = fuzz.run(name, fuzz.rounds(name, COUNT), seed=20_261_122)
    assert findings == []
    assert sum(results.values()) == fuzz.rounds(name, COUNT)
    assert len(results) > 1, "the mutations do not reach far"


def test_the_rounds_are_as_many_as_promised() -> None:
    assert sum(fuzz.rounds(name, COUNT) for name in FILES) >= COUNT


@pytest.mark.parametrize("name", GOOD)
def test_changing_one_number_changes_it_or_is_refused(name: Any) -> None:
    """A changed number of a holding is never overlooked: the holding changes, or the change is reported or refused."""
    text, delimiter = _text(name)
    before = read_positions(fuzz.DATA / name)
    derived = any(issue.code in {"price_derived", "price_currency"} for issue in before.issues)
    lines = text.splitlines(keepends=True)
    checked = 0
    for index, holding in enumerate(before.holdings):
        cells = list(_cells(lines[holding.line - 1], delimiter))
        for field in ("quantity", "price", "value", "pnl", "cost", "fx_rate"):
            amount = getattr(holding, field)
            same = [cell for cell in cells if amount is not None and _means(cell[1], amount)]
            if not same or (field == "price" and derived):
                continue  # it is worked out from other numbers
            outcomes = []
            for start, cell in same:
                line = lines[holding.line - 1]
                digit = start + max(i for i, c in enumerate(cell) if c.isdigit())
                changed = line[:digit] + str((int(line[digit]) + 5) % 10) + line[digit + 1 :]
                after = _read("".join([*lines[: holding.line - 1], changed, *lines[holding.line :]]))
                outcomes.append(after is None or after.holdings[index] != holding)
            assert any(outcomes), f"{field} of {holding.symbol} was changed unseen"
            checked += 1
    assert checked >= 2 * len(before.holdings)


def _text(name: str) -> tuple[str, str]:
    """A fixture as text, and what parts its fields."""
    data = (fuzz.DATA / name).read_bytes()
    form = read_positions(data).format
    found = [d for d in documents(data) for f in known_formats() if form == f.KEY and f.find(d) is not None]
    return decode(data)[0], found[0].delimiter


def _cells(line: str, delimiter: str) -> Iterator[tuple[int, str]]:
    """Where each field of a line begins, and its text; for XML (no delimiter) the values of the attributes."""
    shape = r'"[^"]*"' if not delimiter else rf'"[^"]*"|[^{re.escape(delimiter)}\r\n]+'
    for match in re.finditer(shape, line):
        yield match.start(), match.group()


def _means(cell: str, amount: Decimal) -> bool:
    """The cell has the digits of the amount, whatever the number style."""
    digits = re.sub(r"\D", "", cell).lstrip("0").rstrip("0")
    return bool(digits) and digits == f"{abs(amount):f}".replace(".", "").lstrip("0").rstrip("0")


def _read(text: str) -> Statement | None:
    """The statement, None when the text is refused."""
    try:
        return read_positions(text.encode())
    except DataError as error:
        fuzz.check_refusal(error)
        return None


cents = st.integers(min_value=1, max_value=10**11).map(lambda units: Decimal(units).scaleb(-2))
shares = st.integers(min_value=1, max_value=10**9).map(lambda units: Decimal(units).scaleb(-3))
prices = st.integers(min_value=1, max_value=10**9).map(lambda units: Decimal(units).scaleb(-4))
pnls = st.none() | st.integers(min_value=-(10**9), max_value=10**9).map(lambda units: Decimal(units).scaleb(-2))
tickers = st.from_regex(r"[A-Z]{1,5}(?:\.[A-Z])?", fullmatch=True).filter(lambda s: not s.endswith("XX"))
rows = st.lists(st.tuples(tickers, shares, prices, pnls), min_size=1, max_size=12, unique_by=lambda row: row[0])
dialects = st.tuples(
    st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])
)


@settings(max_examples=150)
@given(rows, dialects, st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_as_flex_is_read_exactly(held: Any, dialect: Any, line_end: Any) -> None:
    """Quantity, price, value and P&L survive every delimiter, encoding and line end, to the last digit."""
    delimiter, encoding = dialect
    lines = [["Symbol", "AssetClass", "Quantity", "MarkPrice", "PositionValue", "FifoPnlUnrealized"]]
    lines += [[s, "STK", f"{q:f}", f"{p:f}", f"{q * p:f}", "" if g is None else f"{g:f}"] for s, q, p, g in held]
    text = line_end.join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    read = [(p.symbol, p.quantity, p.price, p.pnl, p.value) for p in read_positions(text.encode(encoding)).portfolio]
    assert read == [(s, q, p, g, q * p) for s, q, p, g in held]


@settings(max_examples=150)
@given(rows, st.sampled_from([".", ","]), st.sampled_from(["", "$", "€"]), st.sampled_from(["before", "after", "()"]))
def test_number_styles_are_decided_from_the_file(held: Any, decimal: Any, currency: Any, minus: Any) -> Any:
    """Thousands separators, signs and both decimal signs come back as the same numbers, or the file is refused."""

    def cell(amount: Decimal | None) -> str:
        if amount is None:
            return "--"
        text = f"{abs(amount):,f}"
        text = currency + (text if decimal == "." else text.translate(str.maketrans(",.", ".,")))
        if amount >= 0:
            return text  # type: ignore[no-any-return]
        return {"before": f"-{text}", "after": f"{text}-", "()": f"({text})"}[minus]

    lines = ["Ticker\tShares\tPrice\tGain/Loss"]
    lines += [f"{s}\t{cell(q).removeprefix(currency)}\t{cell(p)}\t{cell(g)}" for s, q, p, g in held]
    data = "\n".join(lines).encode()
    try:
        portfolio = read_positions(data).confirm().portfolio
    except DataError as error:
        problems = {i.code for i in error.issues}
    else:
        problems = set()
    if problems:
        assert problems == {"ambiguous_number"}
        return
    assert [(p.symbol, p.quantity, p.price, p.pnl) for p in portfolio] == held


@pytest.mark.parametrize("name", [*fuzz.HOSTILE, *fuzz.BOMBS])
def test_two_megabytes_stay_below_two_hundred(name: Any, tmp_path: Path) -> None:
    """A process that reads two hostile megabytes needs at most 200 MB, the interpreter included, and ends."""
    path = tmp_path / "hostile"
    path.write_bytes(fuzz.hostile(name))
    assert path.stat().st_size <= 2_000_000
    code = (
        "import sys\n"
        "from pbal_core import DataError, read_positions\n"
        "from pbal_core.readers.preview import preview\n"
        "try:\n"
        "    preview(read_positions(sys.argv[1]))\n"
        "except DataError as error:\n"
        "    assert error.issues\n"
        "print(open('/proc/self/status').read())\n"
    )
    root = Path(__file__).parent.parent.parent
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, cwd=root, check=False)
    assert done.returncode == 0, done.stderr
    peak = re.search(r"VmHWM:\s+(\d+) kB", done.stdout)
    assert peak is not None
    assert int(peak.group(1)) <= 200_000
