"""``python -m pbal_core`` is ``pbal``."""

from .cli import process

process()
