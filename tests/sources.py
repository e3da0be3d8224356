"""The files of the project, in a clone and in an unpacked archive of the sources alike."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parent.parent


def ignored() -> list[str]:
    """The names that .gitignore leaves out, and what a clone or an archive has besides the sources."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    return [line.rstrip("/") for line in lines] + [".git", "PKG-INFO", "setup.cfg"]


def source_files() -> Iterator[Path]:
    """Every file of the project, relative to its top."""
    leave_out = ignored()

    def kept(name: str, folder: str) -> bool:
        path = os.path.relpath(os.path.join(folder, name), ROOT)  # noqa: PTH118 - names, not files
        return not any(fnmatch(name, pattern) or fnmatch(path, pattern) for pattern in leave_out)

    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if kept(name, folder))
        yield from (Path(folder, name).relative_to(ROOT) for name in sorted(names) if kept(name, folder))
