"""The one file in the package that somebody else wrote is the one on record, and can be renewed."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from pathlib import Path

import pytest
from plotly.offline import get_plotlyjs_version

from pbal_core.dashboard import vendor
from pbal_core.dashboard.vendor import HERE, plotly_gzip, renew, vendored


def test_the_shipped_file_is_the_one_on_record() -> None:
    """Name, version, licence and SHA-256 in plotly.json are those of the file beside it."""
    record = vendored()
    script = (HERE / record.file).read_bytes()
    assert hashlib.sha256(script).hexdigest() == record.sha256
    assert f"plotly.js (basic - minified) v{record.version}".encode() in script[:300]
    assert record.license == "MIT"
    assert "MIT License" in (HERE / "plotly-LICENSE.txt").read_text(encoding="utf-8")
    assert [path.name for path in HERE.glob("plotly-basic-*.js")] == [record.file]


def test_it_is_the_version_that_the_python_package_writes_figures_for() -> None:
    assert vendored().version == get_plotlyjs_version()


def test_what_is_sent_is_the_file_compressed_the_same_way_each_time() -> None:
    """Equal bytes in every process, so that a browser's copy stays valid; less than a tenth of Streamlit's own."""
    script = (HERE / vendored().file).read_bytes()
    assert gzip.decompress(plotly_gzip()) == script
    plotly_gzip.cache_clear()
    assert gzip.decompress(plotly_gzip()) == script
    assert len(plotly_gzip()) < 471_000


def test_a_changed_file_is_not_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not the one on record stops the page instead of running in a browser."""
    folder = tmp_path / "vendor"
    shutil.copytree(HERE, folder)
    (folder / vendored().file).write_text("alert(1)", encoding="utf-8")
    monkeypatch.setattr(vendor, "HERE", folder)
    plotly_gzip.cache_clear()
    with pytest.raises(RuntimeError, match=r"not the file on record"):
        plotly_gzip()
    plotly_gzip.cache_clear()


def test_renewing_replaces_file_licence_and_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What npm unpacked becomes the shipped file; the older one goes."""
    folder, package = tmp_path / "vendor", tmp_path / "package"
    folder.mkdir()
    package.mkdir()
    (folder / "plotly-basic-1.0.0.min.js").write_text("old", encoding="utf-8")
    about = {"name": "plotly.js-basic-dist-min", "version": "9.9.9", "license": "MIT", "main": "plotly-basic.min.js"}
    (package / "package.json").write_text(json.dumps(about), encoding="utf-8")
    (package / "plotly-basic.min.js").write_text("new", encoding="utf-8")
    (package / "LICENSE").write_text("MIT License", encoding="utf-8")
    monkeypatch.setattr(renew, "HERE", folder)
    assert renew._install(package) == "9.9.9"
    assert sorted(path.name for path in folder.iterdir()) == [
        "plotly-LICENSE.txt",
        "plotly-basic-9.9.9.min.js",
        "plotly.json",
    ]
    record = json.loads((folder / "plotly.json").read_text(encoding="utf-8"))
    assert record["sha256"] == hashlib.sha256(b"new").hexdigest()


def test_renewing_without_npm_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(FileNotFoundError, match="npm is not installed"):
        renew.renew("latest")
