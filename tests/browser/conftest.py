"""What browser tests share: the page itself, served once for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.server import ROOT, serve


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the page is served; a module that tests another page has a fixture of this name of its own."""
    with serve(ROOT / "streamlit_app.py") as (url, _pid):
        yield url
