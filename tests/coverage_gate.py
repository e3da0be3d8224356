"""Fails where a unit test could reach a line or a branch of the core and none does: ``make coverage``.

The model: in each of FOLDERS every line runs and every condition goes both ways under the unit tests. What is left is
an exception: its function, how many places of it are left, and why. The table is exact: a place that it does not allow
fails, and so does an exception that is no longer needed.

Worked example: ``pbal_core/views/sweep.py:275: never goes to line 279 (in fit_helps)``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

FOLDERS = ("policy", "planning", "views", "readers")

_REFUSED = "An account that has no plan has been refused before; the start would be taken back."
EXCEPTIONS: dict[str, tuple[int, str]] = {
    "planning/household/apart.py::_alone": (1, _REFUSED),
    "planning/household/apart.py::_one_after_the_other": (1, _REFUSED),
}
"""By module and function: the number of places that no unit test reaches, and why that is right."""


def gaps(report: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Each function of the folders that is not covered whole, with its places that are not.

    A branch to a line that never runs is that line.
    """
    for path, found in sorted(report["files"].items()):
        parts = PurePosixPath(path.replace("\\", "/")).parts
        module = PurePosixPath(*parts[parts.index("pbal_core") + 1 :])
        if module.parts[0] not in FOLDERS:
            continue
        for function, part in found["functions"].items():
            lines, start = part["missing_lines"], f"pbal_core/{module}"
            where = f"(in {function})" if function else "(in the module)"
            places = [f"{start}:{line}: never runs {where}" for line in lines]
            places += [
                f"{start}:{line}: never goes to {f'line {end}' if end > 0 else 'the end'} {where}"
                for line, end in part["missing_branches"]
                if end not in lines
            ]
            if places:
                yield f"{module}::{function}", places


def verdict(report: dict[str, Any], exceptions: Mapping[str, tuple[int, str]] = EXCEPTIONS) -> list[str]:
    """A line for each place that no exception allows, and for each exception that does not fit."""
    found = dict(gaps(report))
    sentences = []
    for name, places in found.items():
        allowed = exceptions[name][0] if name in exceptions else 0
        if len(places) > allowed:
            sentences += places
        if 0 < allowed < len(places):
            sentences.append(f"{name}: {allowed} of these {len(places)} are excepted")
    for name, (allowed, _why) in exceptions.items():
        left = len(found.get(name, ()))
        if left < allowed:
            sentences.append(f"{name}: {left} places are left; its exception of {allowed} is too many")
    return sentences


def main(path: str) -> int:
    """Prints what is wrong; 1 where something is."""
    sentences = verdict(json.loads(Path(path).read_text(encoding="utf-8")))
    whole = f"every line and branch of {', '.join(FOLDERS)} is covered, but for {len(EXCEPTIONS)} named functions"
    print(*sentences or [whole], sep="\n")
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
