"""What can be read: paths, bytes and open binary files; everything else is refused by name."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from pbal_core import DataError, RequestError, read_positions
from pbal_core.sample import sample_bytes


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview, io.BytesIO])
def test_bytes_in_any_form(wrap: Any) -> None:
    """The same bytes are the same statement."""
    assert read_positions(wrap(sample_bytes())) == read_positions(sample_bytes())


@pytest.mark.parametrize("source", [None, 5, ["positions.csv"]])
def test_what_cannot_be_read_is_named(source: Any) -> None:
    with pytest.raises(
        RequestError, match=f"a path, bytes or an open binary file is needed, not {type(source).__name__}"
    ):
        read_positions(source)


def test_a_file_open_as_text_is_named() -> None:
    """Its bytes are gone, and with them what tells the encoding."""
    with pytest.raises(RequestError, match="the file is open as text; open it in binary mode"):
        read_positions(io.StringIO("Symbol"))  # type: ignore[arg-type]


def test_a_file_that_cannot_be_read_any_more(tmp_path: Path) -> None:
    """Closed, or open for writing only."""
    closed = io.BytesIO(b"")
    closed.close()
    with (tmp_path / "new.csv").open("wb") as writing:
        for file in (closed, writing):
            with pytest.raises(DataError, match="the file cannot be read: ") as error:
                read_positions(file)
            assert error.value.issues[0].code == "unreadable"
