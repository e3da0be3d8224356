"""Rows of text: what is too much for a positions file, and quotes that are nearly right."""

from __future__ import annotations

import pytest

from pbal_core import DataError, read_positions
from pbal_core.readers import document

TABLE = "Symbol,Quantity,Price,Value\nVTI,10,250,2500\n"


def refusal(text: str) -> tuple[str, int | None]:
    with pytest.raises(DataError) as caught:
        read_positions(text.encode())
    (issue,) = caught.value.issues
    return issue.code, issue.where.line if issue.where else None


def test_a_row_of_a_thousand_fields_is_the_most() -> None:
    wide = "Note" + "," * 999
    assert [row.line for row in read_positions(f"{wide}\n{TABLE}".encode()).rows] == [1, 2, 3]
    assert refusal(f"{TABLE}{wide},\n") == ("field_count", 3)
    assert refusal(f"{wide},\n") == ("field_count", 1)


def test_the_rows_of_a_text_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_ROWS", 4)
    assert len(read_positions(f"{TABLE}Total,,,2500\nEnd of the list.\n".encode()).rows) == 4
    assert refusal(f"{TABLE}Total,,,2500\nEnd of the list.\nBND,1,75,75\n") == ("too_many_rows", 5)


def test_spaces_behind_a_quote_are_no_broken_quote() -> None:
    """Some exports have them; a quote that is broken is found behind them, in its own line."""
    spaced = '"Symbol" ,"Quantity" ,"Price" ,"Value"\n"VTI" ,"10" ,"250" ,"2,500"\n'
    assert read_positions(spaced.encode()).portfolio["VTI"].value == 2500
    assert refusal(f'{spaced}"BND"x ,1,75,75\n') == ("bad_csv", 3)


def test_rows_of_delimiters_alone_are_an_empty_file() -> None:
    assert refusal(",,,\n,,,\n") == ("empty_file", None)
