"""The docstrings render as an API reference: what ``make reference`` builds."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import pbal_core
from tests.sources import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of the package."""
    out = tmp_path_factory.mktemp("reference")
    command = [sys.executable, "-m", "pdoc", "--docformat", "google", "--output-directory", str(out), "pbal_core"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return (out / "pbal_core.html").read_text(encoding="utf-8")


def section(reference: str, name: str) -> str:
    """What the page says of a name, up to the next one."""
    start = re.search(rf'<section id="{name}">', reference)
    assert start, f"{name} is not in the reference"
    return reference[start.end() :].partition("<section id=")[0]


@pytest.mark.parametrize("name", sorted({*pbal_core.__all__} - {"__version__"}))
def test_every_public_name_is_explained(reference: str, name: str) -> None:
    """With the words of its docstring."""
    said = section(reference, name)
    assert 'class="docstring"' in said, f"{name} has no docstring"


def test_sections_of_a_docstring_are_rendered(reference: str) -> None:
    """Arguments are a list under a heading, not running text."""
    said = section(reference, "rebalance")
    for title in ("Arguments:", "Raises:"):
        assert re.search(rf"<h6[^>]*>{title}</h6>", said), title
    assert "<li><strong>" in said


def test_the_make_target_builds_it() -> None:
    """The same command, so that what is tested is what is built."""
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nreference:")[2]
    assert "-m pdoc --docformat google --output-directory build/reference pbal_core" in recipe
