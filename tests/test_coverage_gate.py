"""The gate on coverage lets no gap through, and keeps no exception that is not needed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.coverage_gate import EXCEPTIONS, FOLDERS, gaps, verdict
from tests.sources import ROOT

SWEEP = "views/sweep.py::nearest"


def report(path: str, lines: list[int], branches: list[list[int]]) -> dict[str, Any]:
    """A report on one module with one function, of which these lines and branches are missing."""
    return {"files": {path: {"functions": {"nearest": {"missing_lines": lines, "missing_branches": branches}}}}}


@pytest.mark.parametrize("path", ["pbal_core/views/sweep.py", "C:\\clone\\pbal_core\\views\\sweep.py"])
def test_a_gap_is_named_with_its_line(path: str) -> None:
    """And its function, on every system's paths; a branch to a line that never runs is that line."""
    assert dict(gaps(report(path, [8], [[7, 8], [7, 9], [9, -1]]))) == {
        SWEEP: [
            "pbal_core/views/sweep.py:8: never runs (in nearest)",
            "pbal_core/views/sweep.py:7: never goes to line 9 (in nearest)",
            "pbal_core/views/sweep.py:9: never goes to the end (in nearest)",
        ]
    }


@pytest.mark.parametrize(("lines", "branches"), [([7], []), ([], [[7, 9]])], ids=["line", "branch"])
def test_a_gap_without_an_exception_fails(lines: list[int], branches: list[list[int]]) -> None:
    """A line, or a branch between lines that all run."""
    (sentence,) = verdict(report("pbal_core/views/sweep.py", lines, branches), {})
    assert sentence.startswith("pbal_core/views/sweep.py:7: never ")


def test_other_folders_are_not_judged() -> None:
    """Tests in a browser and in processes of their own cover the page and the command, and are not counted."""
    assert verdict(report("pbal_core/dashboard/page.py", [7], []), {}) == []


@pytest.mark.parametrize(("allowed", "wrong"), [(1, True), (2, False), (3, True)])
def test_an_exception_is_exact(allowed: int, *, wrong: bool) -> None:
    """Of two places one excepted is too few and three are too many."""
    found = verdict(report("pbal_core/views/sweep.py", [7], [[9, 10]]), {SWEEP: (allowed, "why")})
    assert bool(found) == wrong


def test_an_exception_that_is_not_needed_fails() -> None:
    """Its function is covered, was renamed, or is gone."""
    (sentence,) = verdict(report("pbal_core/views/sweep.py", [], []), {SWEEP: (2, "why")})
    assert sentence == f"{SWEEP}: 0 places are left; its exception of 2 is too many"


def test_every_folder_is_there() -> None:
    """A folder that was renamed would have no gap."""
    assert all((ROOT / "pbal_core" / folder).is_dir() for folder in FOLDERS)


def test_every_exception_says_why() -> None:
    """In a sentence, of a module that is there."""
    for name, (count, why) in EXCEPTIONS.items():
        assert count > 0
        assert len(why.split()) > 2, name
        assert (ROOT / "pbal_core" / name.partition("::")[0]).is_file()
