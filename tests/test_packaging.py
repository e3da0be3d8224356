"""What is installed is what is declared, on every system and every Python."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.sources import ROOT, source_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


LOCKS = ["requirements.txt", ".ci/requirements-dev.txt"]
SYSTEMS = {
    "Linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macOS": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "Windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
MACHINES = [(system, python) for system in SYSTEMS for python in PYTHONS]


def entries(name: str) -> Iterator[tuple[Requirement, list[str]]]:
    """Each requirement of a lock, and the hashes of its files."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line and not line.lstrip().startswith("#"):
            requirement, *hashes = line.split(" --hash=")
            yield Requirement(requirement), [text.strip() for text in hashes]


def locked(name: str, system: str = "Linux", python: str = "3.12") -> dict[str, str]:
    """Package -> version that a machine gets of a lock."""
    machine = {**SYSTEMS[system], "python_version": python, "python_full_version": f"{python}.1"}
    machine |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    pins: dict[str, str] = {}
    for requirement, _ in entries(name):
        if requirement.marker is None or requirement.marker.evaluate(machine):
            (only,) = requirement.specifier
            assert only.operator == "=="
            assert pins.setdefault(normal(requirement.name), only.version) == only.version
    return pins


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_file_has_a_hash(lock: str) -> None:
    """A package that was changed after it was locked is not installed."""
    found = list(entries(lock))
    assert len(found) > 30
    for requirement, hashes in found:
        assert hashes, requirement.name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", text) for text in hashes)


@pytest.mark.parametrize(("system", "python"), MACHINES)
@pytest.mark.parametrize(
    ("lock", "declared"),
    [
        ("requirements.txt", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["xlsx"]]),
        (".ci/requirements-dev.txt", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]),
    ],
)
def test_the_locks_are_in_step(lock: str, declared: list[str], system: str, python: str) -> None:
    """Every declared range holds the locked version; ``make lock`` compiles the locks anew."""
    pins = locked(lock, system, python)
    for text in declared:
        requirement = Requirement(text)
        assert normal(requirement.name) in pins, f"{requirement.name} is not in {lock}: make lock"
        assert requirement.specifier.contains(pins[normal(requirement.name)]), f"{text} in {lock}: make lock"


@pytest.mark.parametrize(("system", "python"), MACHINES)
def test_both_locks_agree(system: str, python: str) -> None:
    """Tests run with the versions that Community Cloud installs."""
    developers, everybody = (locked(name, system, python) for name in (LOCKS[1], LOCKS[0]))
    assert {name: developers.get(name) for name in everybody} == everybody


@pytest.mark.parametrize(("system", "python"), MACHINES)
def test_the_lock_is_whole(system: str, python: str) -> None:
    """What a locked package needs on a machine is locked for it; told by the packages installed here."""
    pins = locked("requirements.txt", system, python)
    machine = {**SYSTEMS[system], "python_version": python, "python_full_version": f"{python}.1", "extra": ""}
    for name in pins:
        try:
            needed = requires(name) or []
        except PackageNotFoundError:  # of another system
            continue
        for text in needed:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate(machine):
                assert normal(requirement.name) in pins, f"{name} needs {text}"


def test_three_dependencies() -> None:
    """What everybody has to install: streamlit, pandas and plotly."""
    assert {Requirement(text).name for text in PROJECT["dependencies"]} == {"streamlit", "pandas", "plotly"}


def test_the_top_level_is_small() -> None:
    """Nothing else stands at the top of the repository."""
    top = {path.parts[0] for path in source_files()}
    known = {"streamlit_app.py", "pbal_core", "tests", "requirements.txt", "README.md", "pyproject.toml", "Makefile"}
    assert {name for name in top if not name.startswith(".")} <= known | {"LICENSE", "CHANGELOG.md"}


def test_no_path_or_host_of_a_machine() -> None:
    """Locks and settings name no registry and no folder of the machine they were made on."""
    for name in ("requirements.txt", ".ci/requirements-dev.txt", "Makefile", ".streamlit/config.toml", ".ci/run"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|--find-links [/.]|--index-url|(?<![\w.])/(?:root|opt|home|tmp)/", text), name


def test_a_failed_environment_is_made_anew(tmp_path: Path) -> None:
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
