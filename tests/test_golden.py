"""No golden file is left over: each is named in the test module it belongs to, or after a file in tests/data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import GOLDEN

TESTS = Path(__file__).parent


@pytest.mark.parametrize(
    "path", sorted(p for p in GOLDEN.rglob("*") if p.is_file()), ids=lambda p: str(p.relative_to(GOLDEN))
)
def test_golden_file_is_used(path: Any) -> None:
    """A golden file that no test compares proves nothing."""
    folder = path.relative_to(GOLDEN).parent
    module = TESTS / folder.parent / f"test_{folder.name}.py"
    assert module.is_file(), f"no test module {module.name} for {path.name}"
    data = {p.name for p in (TESTS / "data").rglob("*")}
    named_after_data = path.stem in data or any(name.startswith(f"{path.stem}.") for name in data)
    assert named_after_data or path.name in module.read_text(encoding="utf-8")
