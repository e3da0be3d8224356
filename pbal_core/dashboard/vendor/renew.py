"""Renews the shipped plotly.js: ``python -m pbal_core.dashboard.vendor.renew 4.1.1``. Needs npm and a network.

npm checks the download against the registry's own checksum; the digest of the file that is shipped is written to
``plotly.json``, and a test compares the two on every run.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from . import HERE, PACKAGE


def renew(version: str) -> str:
    """Replaces the shipped file, its licence and its record by those of ``version`` (or ``latest``).

    Returns:
        The version that was installed.

    Raises:
        FileNotFoundError: npm is not on the path.
        subprocess.CalledProcessError: npm could not fetch the package.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not installed; it is needed to fetch plotly.js.")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", "--silent", f"{PACKAGE}@{version}"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)  # noqa: S603 - fixed command
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        return _install(Path(folder) / "package")


def _install(package: Path) -> str:
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    script = (package / about["main"]).read_bytes()
    name = f"plotly-basic-{about['version']}.min.js"
    for old in HERE.glob("plotly-basic-*.min.js"):
        old.unlink()
    (HERE / name).write_bytes(script)
    shutil.copyfile(package / "LICENSE", HERE / "plotly-LICENSE.txt")
    record = {
        "package": about["name"],
        "version": about["version"],
        "license": about["license"],
        "file": name,
        "sha256": hashlib.sha256(script).hexdigest(),
    }
    (HERE / "plotly.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return str(about["version"])


if __name__ == "__main__":
    print(renew(*(sys.argv[1:2] or ["latest"])))  # noqa: T201 - printing is the result of this script
