"""``pbal config``: which defaults are in force, and where each comes from."""

from __future__ import annotations

import sys

from . import options
from .defaults import Default, found, path, settable
from .output import write
from .parser import Parser, is_file
from .table import simple_table


def run(arguments: list[str]) -> int:
    """Prints every default that is in force, and where it comes from."""
    p = Parser(
        prog="pbal config",
        description="Shows the defaults of the options of a plan, and where each comes from.",
        epilog=f"The configuration file is {path()}. A variable such as PBAL_MIN_TRADE counts before it, and an option "
        "counts before both.",
    )
    p.parse_args(arguments)
    plan = options.parser()
    set_by = {each.key: each for each in found(plan)}
    rows = []
    for key, action in settable(plan).items():
        default = set_by.get(key, Default(key, action.default, "pbal"))
        value = default.value
        text = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
        rows.append((key, text.lower() if isinstance(value, bool) else text, default.source))
    write(simple_table(("option", "value", "from"), rows).rstrip() + "\n", None)
    if not is_file(path()):
        print(f"There is no configuration file {path()}.", file=sys.stderr)
    return 0
