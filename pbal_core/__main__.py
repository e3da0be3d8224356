"""``python -m pbal_core`` is ``pbal``."""

import sys

from .cli import main

sys.exit(main())
