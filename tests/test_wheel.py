"""What is handed out works: the archive of the sources, the wheel, and the page of an installed wheel."""

from __future__ import annotations

import email
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.driver import chromium, watch
from tests.browser.server import free_port
from tests.sources import ROOT, source_files

pytestmark = pytest.mark.slow

PLAIN = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVTI,1000,250,0\nBND,600,75,0\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a release uploads."""

    sdist: Path
    wheel: Path


def run(command: list[str | Path], folder: Path, code: int = 0) -> str:
    """Runs a command as somebody would who has no clone, and returns what it printed."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=clean, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The archive of the sources, and the wheel made of that archive."""
    sources = tmp_path_factory.mktemp("sources")
    for path in source_files():
        (sources / path.parent).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, sources / path)
    out = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", out, sources], sources)
    return Built(sdist=next(out.glob("*.tar.gz")), wheel=next(out.glob("*.whl")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An environment with the wheel and nothing else, and a folder far from the clone."""

    python: Path
    pbal: Path
    folder: Path

    @property
    def packages(self) -> Path:
        """Where its packages are."""
        code = "import sysconfig; print(sysconfig.get_path('purelib'))"
        return Path(run([self.python, "-c", code], self.folder).strip())


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The light install: the wheel without its dependencies."""
    folder = tmp_path_factory.mktemp("elsewhere")
    environment = folder / "environment"
    run([sys.executable, "-m", "venv", "--without-pip", environment], folder)
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    python = programs / "python"
    run(
        [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "install",
            "--quiet",
            "--offline",
            "--no-deps",
            "--python",
            python,
            built.wheel,
        ],
        folder,
    )
    return Installed(python=python, pbal=programs / "pbal", folder=folder)


def test_the_archive_has_every_source(built: Built) -> None:
    """So its tests are the clone's, and pass where those pass."""
    with tarfile.open(built.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {path.as_posix() for path in source_files()} <= names


def test_tests_pass_from_the_archive(built: Built, tmp_path: Path) -> None:
    """Those that read the most of what is not code: pages, golden files, data, locks, the tree itself."""
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    some = ["tests/test_readme.py", "tests/test_packaging.py", "tests/test_layers.py", "tests/test_golden.py"]
    some += ["tests/readers/test_readers.py", "tests/cli/test_cli.py"]
    assert "passed" in run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *some], unpacked)


def test_the_wheel_has_every_file_of_the_package(built: Built) -> None:
    """What is not Python too: the browser's code, the settings, the sample, the schemas."""
    with zipfile.ZipFile(built.wheel) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == {path.as_posix() for path in source_files() if path.parts[0] == "pbal_core"}


def test_the_wheel_says_what_it_is(built: Built) -> None:
    """Whoever finds it in an index reads what it is, whose, for which Python, and nothing that leads nowhere."""
    with zipfile.ZipFile(built.wheel) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        said = email.message_from_bytes(wheel.read(name))
    owner = re.search(r"Copyright \(c\) \d+ (.+)", (ROOT / "LICENSE").read_text(encoding="utf-8"))
    assert owner is not None
    assert said["Author"] == owner[1]
    assert said["License-Expression"] == "MIT"
    assert said["Requires-Python"] == ">=3.11"
    assert "rebalancing" in said["Keywords"]
    text = str(said.get_payload())
    assert "pbal app" in text
    assert re.findall(r"\]\((?!https:)", text) == []  # links and pictures of the clone
    needed = [line for line in said.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert sorted(re.match(r"\w+", line)[0] for line in needed) == ["pandas", "plotly", "streamlit"]  # type: ignore[index]


def test_the_light_install(installed: Installed) -> None:
    """Without any dependency the command and the library plan, and the app says what it needs."""
    assert "4.16 stays in cash" in run([installed.pbal, "--sample", "-c", "5000", "--exact"], installed.folder)
    code = (
        "from pbal_core import *\nfrom pbal_core.sample import sample_bytes\nimport pbal_core, sys\n"
        "assert not {'streamlit', 'pandas', 'numpy'} & set(sys.modules)\n"
        "plan = rebalance(read_positions(sample_bytes()).portfolio, 5000, method='exact')\n"
        "print(pbal_core.__file__, plan.cash_left)"
    )
    file, left = run([installed.python, "-c", code], installed.folder).split()
    assert installed.folder in Path(file).parents
    assert left == "4.16"
    environment = {path for path in installed.packages.iterdir() if path.name != "__pycache__"}
    assert {path.name.partition("-")[0] for path in environment} == {"pbal_core", "portfolio_balancer"}
    said = run([installed.pbal, "app"], installed.folder, code=2)
    assert "pip install streamlit pandas plotly" in said


@contextmanager
def app(installed: Installed, *arguments: str | Path) -> Iterator[str]:
    """``pbal app`` of the environment, with the dependencies that these tests have; the address of its page."""
    borrowed = installed.packages / "dependencies.pth"
    borrowed.write_text(f"{Path(pytest.__file__).parent.parent}\n", encoding="utf-8")
    port = free_port()
    command = [installed.pbal, "app", "--headless", "--port", str(port), *arguments]
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.Popen(command, cwd=installed.folder, env=clean, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2).close()
                break
            except OSError:
                assert process.poll() is None, "the app stopped while starting"
                assert time.monotonic() < deadline, "the app did not start within 60 seconds"
                time.sleep(0.05)  # nothing to wait on: the port is not open yet
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        process.wait(timeout=30)
        borrowed.unlink()
    assert os.name != "posix" or process.returncode == 0, "Ctrl-C ends it well"


@pytest.mark.browser
def test_the_page_of_an_installed_wheel(installed: Installed) -> None:
    """``pbal app FILE`` shows the file with the project's own settings, asks no other host, and ends at Ctrl-C."""
    file = installed.folder / "mine.csv"
    file.write_text(PLAIN, encoding="utf-8")
    with app(installed, file) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        forbidden = watch(page)  # a foreign host: telemetry is off
        page.goto(address)
        page.locator(".pbal .barlayer .point").first.wait_for(timeout=60_000)
        expect(page.locator(".pbal")).to_contain_text("BND")
        ink = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).color")
        assert ink == "rgb(27, 36, 48)"  # textColor of the project's theme
        page.close()
        assert forbidden == []
