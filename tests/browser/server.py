"""A real Streamlit server on a free port, for tests and benchmarks that need a browser or a websocket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGES = Path(__file__).parent / "pages"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(
    script: Path,
    *,
    most_memory: int | None = None,
    port: int | None = None,
    python: Sequence[str] = (sys.executable,),
    **environment: str,
) -> Iterator[tuple[str, int]]:
    """Runs ``script`` with the project's own Streamlit configuration.

    Args:
        script: The page.
        most_memory: Bytes of memory of its own that the server may take; it is refused more (Linux).
        port: Where to listen; a free one if none is given.
        python: The interpreter and its options.
        environment: Variables added to this process's own.

    Returns:
        The address, and the process id of the server.
    """
    port = port or free_port()
    command = [*python, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    command += ["--server.headless=true", "--server.address=127.0.0.1", "--server.fileWatcherType=none"]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    settings = {**os.environ, "PYTHONPATH": paths, **environment}
    process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if most_memory is not None:
        import resource  # not on every system

        resource.prlimit(process.pid, resource.RLIMIT_DATA, (most_memory, most_memory))
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server stopped while starting"
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.05)  # nothing to wait on: the port is not open yet
    raise AssertionError("the server did not start within 60 seconds")
