"""The page of ``pbal app FILE`` opens with the file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pbal_core.dashboard import start

SCRIPT = Path(start.__file__).parent / "streamlit_app.py"
PLAIN = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVTI,1000,250,0\nBND,600,75,0\n"


def opened(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> AppTest:
    """A session of the script as Streamlit starts it with arguments."""
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *arguments])
    test = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    assert not test.exception
    return test


def symbols(test: AppTest) -> list[str]:
    return [position.symbol for position in test.session_state["page"].current.statement.portfolio]


def test_it_opens_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file's positions are on the page, and its name but not its folder."""
    path = tmp_path / "mine.csv"
    path.write_text(PLAIN)
    test = opened(monkeypatch, str(path))
    assert symbols(test) == ["VTI", "BND"]
    assert test.session_state["page"].current.name == "mine.csv"


def test_without_a_file_it_opens_with_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that somebody who looks for the first time sees a plan."""
    assert len(symbols(opened(monkeypatch))) == 10


@pytest.mark.parametrize("text", [None, "", "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVTI,abc,250,0\n"])
def test_a_file_that_cannot_be_read_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    """Gone since the start, empty or wrong: the page says so and shows the sample."""
    path = tmp_path / "mine.csv"
    if text is not None:
        path.write_text(text)
    test = opened(monkeypatch, str(path))
    assert len(symbols(test)) == 10
    assert "mine" in test.error[0].value
