"""The dashboard of ``pbal app [FILE]``; a file is what the page opens with."""

import sys
from pathlib import Path

from pbal_core.dashboard.page import render

render(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
