"""The core names no option of the command: what can be done is a remedy, which each face words in its own way."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from pbal_core import Issue, RequestError
from pbal_core.cli import main
from pbal_core.cli.remedies import OPTIONS, in_words
from pbal_core.dashboard.messages import CONTROLS, page_words
from pbal_core.errors import Remedy

PACKAGE = Path(__file__).parent.parent / "pbal_core"
CORE = sorted(path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in {"cli", "dashboard"})


def _texts(path: Path) -> list[str]:
    """Strings of a module that somebody may read: all but docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_core_names_no_option(path: Any) -> None:
    """Only the table of rules says what an option is called, for the command to read."""
    named = [text for text in _texts(path) if re.search(r"(^|[\s(])--[a-z]|\bpbal (trade|inspect|flex)\b", text)]
    assert named == (["--freeze", "--buffer", "--fee", "--invest-rest"] if path.name == "constraints.py" else [])


def test_every_remedy_has_an_option() -> None:
    """What the core offers, the command can word; the page words what is not beside the message."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    offered = set(re.findall(r'Remedy\("(\w+)"', source)) | set(re.findall(r'remedy="(\w+)"', source))
    offered |= {"accept_delayed_prices"}  # given by position
    assert offered == set(OPTIONS)
    assert set(CONTROLS) <= set(OPTIONS)


def test_options_exist() -> None:
    """Each option that a remedy names is one that the command takes."""
    from pbal_core.cli import plan, trade

    helps = plan.parser().format_help() + trade.parser().format_help()  # type: ignore[attr-defined]
    for text in OPTIONS.values():
        for option in re.findall(r"--[a-z-]+", text):
            assert f"{option} " in helps or f"{option}\n" in helps


def test_each_face_words_a_remedy() -> None:
    """The same fact is an option for the command and a control for the page, or nothing where none is needed."""
    issue = Issue("error", "choose", "choose one contract.", None, Remedy("choose_contract", "VTI=7"))
    assert in_words(issue) == "choose one contract (--contract VTI=7)."
    assert page_words(issue) == "Choose one contract."
    error = RequestError("confirm that real money is meant.", remedy=Remedy("trade_real_money"))
    assert in_words(error) == "confirm that real money is meant (--live)."
    assert page_words(error) == 'Confirm that real money is meant. Tick "Real money".'
    assert in_words(RequestError("no.")) == "no."


def test_a_remedy_outlives_the_name_of_the_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The command puts the file's name before a problem and the option behind it."""
    path = tmp_path / "own.csv"
    path.write_text("Ticker,Color\nVTI,red\n", encoding="utf-8")
    assert main([str(path)]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"pbal: {path}: ")
    assert err.endswith("(--format-hint FILE.toml, a mapping file).\n")
