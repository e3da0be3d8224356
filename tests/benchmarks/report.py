"""Puts a benchmark's tables between its marks in .github/docs/measured.md."""

from __future__ import annotations

import argparse
import os
import platform
import re
from collections.abc import Callable
from pathlib import Path

MEASURED = Path(__file__).parent.parent.parent / ".github" / "docs" / "measured.md"


def write_section(name: str, markdown: str) -> None:
    """Replaces what is between ``<!-- bench:name -->`` and ``<!-- /bench:name -->``.

    Raises:
        ValueError: The page has no such marks.
    """
    text = MEASURED.read_text(encoding="utf-8")
    marks = re.compile(rf"(<!-- bench:{name} -->\n).*?(<!-- /bench:{name} -->)", re.DOTALL)
    replaced, count = marks.subn(lambda match: f"{match[1]}\n{markdown.strip()}\n\n{match[2]}", text)
    if count != 1:
        raise ValueError(f"{MEASURED.name} has {count} sections bench:{name}; one is needed")
    MEASURED.write_text(replaced, encoding="utf-8")


def publish(about: str | None, name: str, table: Callable[[], str]) -> None:
    """The command of a benchmark: prints its table, and writes it into the measured page when asked.

    Args:
        about: The docstring of its module.
        name: Its section of the page.
        table: Measures, and returns Markdown.
    """
    p = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--write", action="store_true", help="put the table into .github/docs/measured.md")
    options = p.parse_args()
    markdown = table()
    print(markdown)
    if options.write:
        write_section(name, markdown)


def machine() -> str:
    """What the figures were measured on, without naming the machine."""
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
