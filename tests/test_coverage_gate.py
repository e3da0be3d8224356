"""The gate on coverage lets nothing fall."""

from __future__ import annotations

from typing import Any

import pytest

from tests.coverage_gate import FLOORS, gaps, share, verdict
from tests.sources import ROOT


def report(path: str, covered: int, missing: list[int]) -> dict[str, Any]:
    """A report on one module of 100 lines and 20 branches, with one function."""
    summary = {"num_statements": 100, "covered_lines": covered, "num_branches": 20, "covered_branches": 20}
    part = {"missing_lines": missing, "missing_branches": [[missing[0], -1]] if missing else []}
    return {"files": {path: {"summary": summary, "functions": {"plan": part}}}}


def test_the_share_counts_lines_and_branches() -> None:
    """On every system's paths; a folder without lines has no gap."""
    assert share(report("pbal_core/planning/plan.py", 97, []), "planning") == pytest.approx(97.5)
    assert share(report("C:\\clone\\pbal_core\\planning\\exact\\fill.py", 97, []), "planning") == pytest.approx(97.5)
    assert share(report("pbal_core/dashboard/page.py", 0, []), "planning") == 100


def test_less_than_the_floor_fails() -> None:
    """The folder is named, with what it has and what it needs."""
    assert verdict(report("pbal_core/views/sweep.py", 100, [])) == []
    (sentence,) = verdict(report("pbal_core/views/sweep.py", 90, []))
    assert sentence.startswith("views: 91.67 % is covered, at least ")


def test_a_gap_is_named() -> None:
    """With its function, so that somebody can write its test."""
    named = list(gaps(report("pbal_core/views/sweep.py", 99, [7]), "views"))
    assert named == ["views/sweep.py::plan: line 7, 7 to the end"]


def test_every_floor_is_of_a_folder() -> None:
    """A folder that was renamed would have no gap."""
    assert all((ROOT / "pbal_core" / folder).is_dir() for folder in FLOORS)
