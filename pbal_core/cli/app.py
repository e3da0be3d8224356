"""``pbal app [FILE]``: opens the dashboard in the browser, at an address of this computer alone.

Streamlit runs in this process, so Ctrl-C and signals of a service manager reach it as they would reach any server. The
page's script is in ``dashboard/start``; Streamlit reads the project's settings (telemetry off, upload limits, theme)
from the folder beside the script, also where the package was installed from a wheel.
"""

from __future__ import annotations

import errno
import os
import runpy
import socket
import sys
from importlib.resources import files
from pathlib import Path

from ..errors import PbalError
from .parser import Parser, is_directory, path_of, require, whole

ADDRESS = "localhost"
"""Nobody else can open the page: neither the network nor, through it, other computers of the house."""

DEFAULT_PORT = 8501
NEEDED = ("streamlit", "pandas", "plotly")


def parser() -> Parser:
    """The arguments of ``pbal app``."""
    p = Parser(
        prog="pbal app",
        description="Opens the dashboard in the browser, at an address of this computer alone. Ctrl-C ends it.",
        epilog="The file stays where it is: the page reads it when it opens, and keeps it in memory.",
    )
    p.add_argument("file", metavar="FILE", nargs="?", help="positions file to open with (default: a sample portfolio)")
    p.add_argument("--port", type=whole, default=DEFAULT_PORT, help="port of the page (default: %(default)s)")
    p.add_argument("--headless", action="store_true", help="do not open a browser; for servers")
    return p


def run(arguments: list[str]) -> int:
    """Serves the page until it is interrupted."""
    options = parser().parse_args(arguments)
    require("the dashboard", NEEDED)
    file = None if options.file is None else _readable(options.file)
    _refuse_a_busy_port(options.port)
    sys.argv = ["streamlit", *command(port=options.port, headless=options.headless, file=file)]
    runpy.run_module("streamlit", run_name="__main__")
    return 0


def command(*, port: int, headless: bool, file: Path | None) -> list[str]:
    """The arguments of ``streamlit`` that serve the page."""
    script = files("pbal_core").joinpath("dashboard", "start", "streamlit_app.py")
    words = ["run", str(script), f"--server.address={ADDRESS}", f"--server.port={port}"]
    words += ["--server.fileWatcherType=none"]  # the program does not change while it runs
    words += ["--server.headless=true"] if headless else []
    return [*words, "--", str(file)] if file else words


def _readable(text: str) -> Path:
    """The absolute path of the file; what is in it is the page's to report."""
    path = path_of(text).absolute()
    if is_directory(path, "give the path of a positions file, or none for the sample."):
        raise PbalError(f"{path} is a directory; give the path of a positions file in it.")
    return path


def _refuse_a_busy_port(port: int) -> None:
    """Asks the system for the port before Streamlit does, whose own message does not say what to do.

    Raises:
        PbalError: Naming another port.
    """
    if not 1 <= port <= 65535:
        raise PbalError(f"--port {port} is not a port; take one from 1024 to 65535.")
    other = port + 1 if port < 65535 else port - 1
    with socket.socket() as probe:
        if os.name == "posix":  # else a page that was just ended would keep its port for a minute
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise PbalError(f"port {port} is reserved for the system; choose another: --port 8501") from None
            raise PbalError(
                f"port {port} is in use, perhaps by another dashboard; choose another: --port {other}"
            ) from None
