"""The house stands: imports go one way, and the core is light."""

from __future__ import annotations

import ast
import subprocess
import sys
import types
from pathlib import Path

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


def imports(path: Path) -> set[str]:
    """Full names of what a module imports from this package and from elsewhere, relative imports resolved."""
    package = ("pbal_core", *path.relative_to(PACKAGE).parent.parts)
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1]] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE or p.stem not in {"__init__", "__main__"})


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path):
    """No module imports from a layer above its own, nor from another folder of its layer."""
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "pbal_core" or len(parts) == 1:
            continue
        other = parts[1]
        known = {name for layer in LAYERS for name in layer}
        if other not in known:
            assert len(parts) == 2, f"{path} imports {name}, which has no layer"
            continue
        assert other == own or level(other) < level(own), f"{own} imports {other}, which is not below it"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_edges_touch_the_world(path):
    """Streamlit and plotly live in the dashboard, networks in the brokers, printing in the command."""
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    roots = {name.split(".")[0] for name in imports(path)}
    if own != "dashboard":
        assert not roots & {"streamlit", "plotly"}
    if own not in {"brokers", "cli", "dashboard"}:
        assert not roots & {"socket", "ssl", "httpx", "requests", "urllib", "http", "time", "random"}
        calls = [
            n.func.id
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        ]
        assert not set(calls) & {"print", "input", "exit"}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_asserts_do_not_validate(path):
    """``python -O`` removes asserts, so none may check input."""
    assert not [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Assert)]


def test_the_core_loads_the_standard_library_only():
    """``import pbal_core`` brings nothing from site-packages, and neither does any public name."""
    code = (
        "import sys\n"
        "from pbal_core import *\n"
        "roots = {name.split('.')[0] for name in sys.modules}\n"
        "print(*sorted(roots - set(sys.stdlib_module_names) - {'pbal_core', '__main__'}))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == []


def test_every_public_name_is_there():
    """Those that are loaded when they are asked for, too; another name is refused as usual."""
    assert {type(getattr(pbal_core, name)) for name in pbal_core.__all__} > {type, types.FunctionType}
    with pytest.raises(AttributeError, match="has no attribute 'rebalanced'"):
        _ = pbal_core.rebalanced


def test_import_loads_no_reader():
    """Who plans from a data frame, or asks for the version, does not wait for what reads files."""
    code = "import sys, pbal_core; print(*(name for name in sys.modules if name.startswith('pbal_core.readers')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == []


def test_modules_stay_readable():
    """No module grows past 400 lines: there is a noun in there that wants its own room."""
    long = {
        str(p.relative_to(ROOT)): n for p in modules() if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
