"""Fails where a line or a branch of the core is not covered by a test: ``make coverage``.

The model: every function of the folders in FOLDERS is covered whole, line and branch, by the unit tests, or it is an
exception that is named in ``coverage_exceptions.toml`` with its reason. An exception that is no longer needed fails as
well, so the list only gets shorter.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDERS = ("policy", "planning", "views", "readers")
EXCEPTIONS = Path(__file__).parent / "coverage_exceptions.toml"


def gaps(report: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each function that is not covered whole, as ``folder/module.py::name``, and what of it is not.

    Args:
        report: What ``coverage json`` writes, with branches.
    """
    for path, module in report["files"].items():
        parts = Path(path).parts
        if "pbal_core" not in parts or parts[parts.index("pbal_core") + 1] not in FOLDERS:
            continue
        name = "/".join(parts[parts.index("pbal_core") + 1 :])
        for function, found in module["functions"].items():
            lines, branches = found["missing_lines"], found["missing_branches"]
            if lines or branches:
                jumps = ", ".join(f"{one} to {abs(two) if two > 0 else 'the end'}" for one, two in branches)
                yield f"{name}::{function or 'module'}", f"lines {lines}; branches {jumps or 'none'}"


def verdict(report: dict[str, Any], exceptions: dict[str, str]) -> list[str]:
    """A sentence for each gap without an exception, and for each exception without a gap."""
    found = dict(gaps(report))
    missing = [f"{name} is not covered: {what}" for name, what in found.items() if name not in exceptions]
    needless = [f"{name} is covered; take it off {EXCEPTIONS.name}" for name in exceptions if name not in found]
    return missing + needless


def main(path: str) -> int:
    """Prints the verdict on a report; 1 where there is anything to say."""
    report = json.loads(Path(path).read_text(encoding="utf-8"))
    exceptions: dict[str, str] = tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8"))
    sentences = verdict(report, exceptions)
    print(*sentences, f"{len(exceptions)} named exceptions, {len(sentences)} to mend", sep="\n")
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
