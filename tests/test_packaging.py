"""What is installed is what is declared."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def locked(name: str) -> dict[str, str]:
    """Package -> version of a compiled lock."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [re.fullmatch(r"([A-Za-z0-9._-]+)==(\S+)(?: *;.*)?", line) for line in lines]
    return {re.sub(r"[-_.]+", "-", pin[1]).lower(): pin[2] for pin in pins if pin}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(
    ("lock", "declared"),
    [
        ("requirements.txt", PROJECT["dependencies"]),
        (".ci/requirements-dev.txt", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]),
    ],
)
def test_the_locks_are_in_step(lock, declared):
    """Every declared range holds the locked version; ``make lock`` compiles the locks anew."""
    pins = locked(lock)
    for text in declared:
        requirement = Requirement(text)
        if requirement.name == PROJECT["name"]:
            continue
        assert normal(requirement.name) in pins, f"{requirement.name} is not in {lock}: make lock"
        assert requirement.specifier.contains(pins[normal(requirement.name)]), f"{text} in {lock}: make lock"


def test_both_locks_agree():
    """Tests run with the versions that Community Cloud installs."""
    developers = locked(".ci/requirements-dev.txt")
    assert {name: developers.get(name) for name in locked("requirements.txt")} == locked("requirements.txt")


def test_three_dependencies():
    """What everybody has to install: streamlit, pandas and plotly."""
    assert {Requirement(text).name for text in PROJECT["dependencies"]} == {"streamlit", "pandas", "plotly"}


def test_the_top_level_is_small():
    """Nothing else stands at the top of the repository."""
    done = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=True)
    top = {line.split("/")[0] for line in done.stdout.splitlines()}
    known = {"streamlit_app.py", "pbal_core", "tests", "requirements.txt", "README.md", "pyproject.toml", "Makefile"}
    assert {name for name in top if not name.startswith(".")} <= known | {"LICENSE", "CHANGELOG.md"}


def test_no_path_or_host_of_a_machine():
    """Locks and settings name no registry and no folder of the machine they were made on."""
    for name in ("requirements.txt", ".ci/requirements-dev.txt", "Makefile", ".streamlit/config.toml", ".ci/run"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|--find-links [/.]|--index-url|(?<![\w.])/(?:root|opt|home|tmp)/", text), name


def test_a_failed_environment_is_made_anew(tmp_path):
    """Without python3-venv Debian leaves half an environment behind; the next ``make app`` must not take it for one."""
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\nmkdir -p "$3/bin"; : > "$3/bin/python"; exit 1\n')
    python.chmod(0o755)
    venv = tmp_path / "venv"
    make = ["make", f"PYTHON={python}", f"VENV={venv}", f"{venv}/bin/python"]
    done = subprocess.run(make, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode
    assert "sudo apt install python3-venv" in done.stdout
    assert not (venv / "bin" / "python").exists()
