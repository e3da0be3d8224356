"""A rehearsal of Community Cloud: what it installs, what it grants, and the settings that it forces."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect

from tests.browser.driver import opened, upload
from tests.browser.server import ROOT, serve
from tests.test_packaging import locked

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MEMORY = 690 * 10**6
"""Bytes that an app may always have, by the documentation of Community Cloud."""

FORCED = {
    "STREAMLIT_CLIENT_SHOW_ERROR_DETAILS": "false",
    "STREAMLIT_RUNNER_FAST_RERUNS": "true",
    "STREAMLIT_SERVER_RUN_ON_SAVE": "true",
    "STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION": "true",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "true",
}
"""Settings that Community Cloud puts over those of the repository."""


def install(folder: Path) -> None:
    """Makes ``folder`` what an environment with ``requirements.txt`` alone would be, by links to what is here."""
    for name in locked("requirements.txt", "Linux", f"3.{sys.version_info.minor}"):
        for file in files(name) or []:
            top = file.parts[0]
            if top not in {"..", "__pycache__"} and not (folder / top).exists():
                located = Path(str(file.locate()))
                (folder / top).symlink_to(located.parents[len(file.parts) - 1] / top)


@contextmanager
def one_core() -> Iterator[None]:
    """What is started here stays on one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The address and the process of the app as Community Cloud would run it, with this Python."""
    folder = tmp_path_factory.mktemp("installed") / "site-packages"  # elsewhere Streamlit takes itself for a clone
    folder.mkdir()
    install(folder)
    python = [sys.executable, "-S"]  # without the packages of this environment
    environment: dict[str, Any] = {"PYTHONPATH": str(folder), **FORCED}
    server = serve(ROOT / "streamlit_app.py", most_memory=MEMORY, python=python, **environment)
    with ExitStack() as stack:
        with one_core():
            found = stack.enter_context(server)
        yield found


def workbook() -> bytes:
    """A positions file as a spreadsheet program saves it."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Symbol", "PositionValue", "MarkPrice", "FifoPnlUnrealized"])
    sheet.append(["SCHB", 1000, 25, 0])
    sheet.append(["SCHZ", 600, 50, 0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_three_people_and_a_workbook(cloud: tuple[str, int], browser: Browser) -> None:
    """Three people see their page at once; a workbook that one of them brings is read, and shown to nobody else."""
    address, process = cloud
    pages: list[Page] = [browser.new_page(viewport={"width": 1280, "height": 720}) for _ in range(3)]
    for page in pages:
        opened(page, address)
    first, *others = pages
    upload(first, workbook(), "mine.xlsx")
    expect(first.locator(".pbal")).to_contain_text("SCHZ", timeout=30_000)
    for page in others:
        page.reload()
        page.locator(".pbal .barlayer .point").first.wait_for()
        expect(page.locator(".pbal")).to_contain_text("VSMAX")
        expect(page.locator("body")).not_to_contain_text("SCHZ")
    for page in pages:
        expect(page.get_by_test_id("stException")).to_have_count(0)
        page.close()
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    most = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    assert most < MEMORY
    print(f"at most {most / 1e6:.0f} MB resident")
