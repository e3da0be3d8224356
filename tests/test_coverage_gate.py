"""The gate on coverage lets nothing through."""

from __future__ import annotations

import tomllib
from typing import Any

from tests.coverage_gate import EXCEPTIONS, verdict


def report(path: str, lines: list[int], branches: list[list[int]]) -> dict[str, Any]:
    """A report on one module with one function."""
    return {"files": {path: {"functions": {"plan": {"missing_lines": lines, "missing_branches": branches}}}}}


def test_a_line_and_a_branch_count() -> None:
    """Either is a gap, where it is in the core."""
    covered = report("pbal_core/planning/plan.py", [], [])
    line, branch = report("pbal_core/planning/plan.py", [3], []), report("pbal_core/planning/plan.py", [], [[3, -1]])
    assert verdict(covered, {}) == []
    assert verdict(line, {}) == ["planning/plan.py::plan is not covered: lines [3]; branches none"]
    assert verdict(branch, {}) == ["planning/plan.py::plan is not covered: lines []; branches 3 to the end"]
    assert verdict(report("pbal_core/dashboard/page.py", [3], []), {}) == []


def test_an_exception_is_named_and_needed() -> None:
    """It excuses its own function alone, and must go when it is not needed."""
    gap, covered = report("pbal_core/views/sweep.py", [3], []), report("pbal_core/views/sweep.py", [], [])
    excuse = {"views/sweep.py::plan": "why"}
    assert verdict(gap, excuse) == []
    assert verdict(covered, excuse) == ["views/sweep.py::plan is covered; take it off coverage_exceptions.toml"]
    assert len(verdict(gap, {"views/sweep.py::other": "why"})) == 2


def test_every_exception_has_a_reason() -> None:
    """A sentence that says why no test comes there."""
    for name, reason in tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8")).items():
        assert "::" in name
        assert len(reason) > 20, name
