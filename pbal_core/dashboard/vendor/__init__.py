"""plotly.js, basic bundle: the only code in this package that was written elsewhere, with where it comes from.

The model: a browser without a third-party host must get plotly.js from this package. ``st.plotly_chart`` would make it
load Streamlit's own copy, 4.7 MB of every chart type there is; bars and markers need 1.2 MB, or 0.39 MB compressed.
``python -m pbal_core.dashboard.vendor.renew VERSION`` fetches another version with npm and rewrites ``plotly.json``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
PACKAGE = "plotly.js-basic-dist-min"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendored:
    """What is known about the file that is shipped.

    Args:
        package: Its name in the npm registry.
        version: Its version there.
        license: SPDX name; the text is in ``plotly-LICENSE.txt``.
        file: Name of the file in this directory.
        sha256: Hexadecimal digest of the file's bytes.
    """

    package: str
    version: str
    license: str
    file: str
    sha256: str


def vendored() -> Vendored:
    """The record in ``plotly.json``."""
    return Vendored(**json.loads((HERE / "plotly.json").read_text(encoding="utf-8")))


@cache
def plotly_gzip() -> bytes:
    """The shipped plotly.js, compressed once a process (the same bytes every time).

    Raises:
        RuntimeError: The file is not the one on record.
    """
    record = vendored()
    script = (HERE / record.file).read_bytes()
    if hashlib.sha256(script).hexdigest() != record.sha256:
        raise RuntimeError(f"{record.file} is not the file on record; run python -m pbal_core.dashboard.vendor.renew.")
    return gzip.compress(script, compresslevel=9, mtime=0)
