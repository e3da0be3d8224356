"""Imports go one way and never in a circle, and the core is light."""

from __future__ import annotations

import ast
import subprocess
import sys
import types
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

import pbal_core

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pbal_core"

LAYERS = [
    {"errors", "version"},
    {"money", "sample"},
    {"portfolio"},
    {"policy", "readers"},
    {"planning"},
    {"views"},
    {"brokers"},
    {"cli", "dashboard"},
]
"""Bottom to top. A module may import from lower layers and from its own folder, never from one beside it."""


def level(name: str) -> int:
    return next(i for i, layer in enumerate(LAYERS) if name in layer)


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imported(path: Path) -> Iterator[tuple[str, str]]:
    """What a module imports, relative imports resolved, in functions and for types alone too: module and name."""
    package = ("pbal_core", *path.relative_to(PACKAGE).parent.parts)
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1]] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((module, alias.name) for alias in node.names)


def imports(path: Path) -> set[str]:
    """Full names of what a module imports from this package and from elsewhere."""
    return {name for module, alias in imported(path) for name in (module, f"{module}.{alias}".rstrip("."))}


def loaded_by_name(path: Path) -> Iterator[str]:
    """What a module loads with ``import_module``; "?" where the name is not of the module's own folder."""
    for node in nodes(path):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "import_module":
            name = ast.unparse(node.args[0]).removeprefix("f").strip("'\"")
            if isinstance(node.args[0], ast.Constant):
                yield name
            elif not name.startswith(
                ("{__package__}.", "{__name__}.", "." if len(node.args) > 1 else "{__package__}.")
            ):
                yield "?"


def modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE or p.stem not in {"__init__", "__main__"})


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Any) -> None:
    """No module imports from a layer above its own, nor from another folder of its layer."""
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    by_name = set(loaded_by_name(path))
    assert "?" not in by_name, f"{path} loads a module whose name is only known when it runs"
    for name in imports(path) | by_name:
        parts = name.split(".")
        if parts[0] != "pbal_core" or len(parts) == 1:
            continue
        other = parts[1]
        known = {name for layer in LAYERS for name in layer}
        if other not in known:
            assert len(parts) == 2, f"{path} imports {name}, which has no layer"
            continue
        assert other == own or level(other) < level(own), f"{own} imports {other}, which is not below it"


def module_name(path: Path) -> str:
    parts = ("pbal_core", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_circle_of_imports_exists() -> None:
    """Inside a folder too, whether the import is at the top, in a function, or for types alone."""
    paths = {module_name(path): path for path in PACKAGE.rglob("*.py")}
    graph = {}
    for name, path in paths.items():
        # ``from . import x`` needs the module x, where there is one, and nothing of the package itself.
        pairs = ((module, f"{module}.{alias}") for module, alias in imported(path))
        graph[name] = {full if full in paths else module for module, full in pairs if {full, module} & paths.keys()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"these import one another: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("face", ["cli", "dashboard"])
def test_the_faces_do_not_know_each_other(face: str) -> None:
    """What both need is below them."""
    other = {"cli": "dashboard", "dashboard": "cli"}[face]
    known = {name for path in (PACKAGE / face).rglob("*.py") for name in imports(path)}
    assert not [name for name in known if name.split(".")[:2] == ["pbal_core", other]]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_edges_touch_the_world(path: Any) -> None:
    """Streamlit and plotly live in the dashboard, networks in the brokers, printing in the command."""
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    roots = {name.split(".")[0] for name in imports(path)}
    if own != "dashboard":
        assert not roots & {"streamlit", "plotly"}
    if own not in {"brokers", "cli", "dashboard"}:
        assert not roots & {"socket", "ssl", "httpx", "requests", "urllib", "http", "time", "random"}
        calls = [n.func.id for n in nodes(path) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
        assert not set(calls) & {"print", "input", "exit"}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_asserts_do_not_validate(path: Any) -> None:
    """``python -O`` removes asserts, so none may check input."""
    assert not [node for node in nodes(path) if isinstance(node, ast.Assert)]


def test_the_core_loads_the_standard_library_only() -> None:
    """``import pbal_core`` brings nothing from site-packages, and neither does any public name."""
    code = (
        "import sys\n"
        "from pbal_core import *\n"
        "roots = {name.split('.')[0] for name in sys.modules}\n"
        "print(*sorted(roots - set(sys.stdlib_module_names) - {'pbal_core', '__main__'}))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == []


def test_every_public_name_is_there() -> None:
    """Those that are loaded when they are asked for, too; another name is refused as usual."""
    assert {type(getattr(pbal_core, name)) for name in pbal_core.__all__} > {type, types.FunctionType}
    with pytest.raises(AttributeError, match="has no attribute 'rebalanced'"):
        _ = pbal_core.rebalanced
    assert dir(pbal_core) == pbal_core.__all__, "completion shows these, and nothing else"


def test_importing_the_package_loads_none_of_its_modules() -> None:
    """Each is loaded when one of its names is first used, so the command starts with what it needs."""
    code = "import sys, pbal_core; print(*sorted(m for m in sys.modules if m.startswith('pbal_core.')))"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == ["pbal_core.version"]


def test_import_loads_no_reader() -> None:
    """Who plans from a data frame, or asks for the version, does not wait for what reads files."""
    code = "import sys, pbal_core; print(*(name for name in sys.modules if name.startswith('pbal_core.readers')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == []


def test_modules_stay_readable() -> None:
    """No module grows past 400 lines: there is a noun in there that wants its own room."""
    long = {
        str(p.relative_to(ROOT)): n for p in modules() if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
