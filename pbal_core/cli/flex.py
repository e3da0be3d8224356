"""``pbal flex``: download a Flex Query from Interactive Brokers, and keep the token in the system's keyring.

``pbal flex: -c 5000`` plans from it directly; ``pbal flex fetch -o FILE`` keeps the file.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..errors import DataError, Issue, RequestError
from ..readers import read_positions
from .output import unwritable
from .parser import Parser, file_name, is_file

SOURCE = "flex:"
"""Means the stored Flex Query where a positions file is expected."""


def parser() -> Parser:
    """The arguments of ``pbal flex``."""
    p = Parser(prog="pbal flex", description="Interactive Brokers Flex Queries.")
    actions = p.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    actions.add_parser("login", help="ask for the token and the query number and store them in the system's keyring")
    fetch = actions.add_parser("fetch", help="download the query's positions")
    fetch.add_argument("-o", "--output", metavar="FILE", type=file_name, help="where to (default: standard output)")
    return p


def run(arguments: list[str]) -> int:
    """Runs ``pbal flex`` and returns the exit code."""
    options = parser().parse_args(arguments)
    if options.action == "login":
        return _login()
    data = download()
    if options.output in {None, Path("-")}:
        sys.stdout.buffer.write(data)
        return 0
    count = _write(options.output, data)
    print(f"{options.output}: {count:,} positions.", file=sys.stderr)
    return 0


def download() -> bytes:
    """The stored query's report; progress goes to stderr."""
    from ..brokers.ibkr import flex

    return flex.fetch(lambda text: print(f"flex: {text} ...", file=sys.stderr))


def _write(path: Path, data: bytes) -> int:
    """Writes the file for its owner only, and replaces an older one only by a report that was read as positions.

    Returns:
        How many positions the report has.

    Raises:
        DataError: The report cannot be read as positions; what was downloaded is kept beside the file.
    """
    if path.exists() and not is_file(path):
        raise RequestError(f"{path} is not an ordinary file; name one, or leave out -o to write to standard output.")
    path = Path(os.path.realpath(path))  # a link stays a link
    part = path.with_name(path.name + ".part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 - the mode
            part.chmod(0o600)  # it may have been there with another mode
            file.write(data)
        try:
            count = len(read_positions(data).holdings)
        except DataError as error:
            kept = f"{path} is as it was; what was downloaded is in {part}."
            raise DataError([*error.issues, Issue("info", "kept", kept)]) from None
        part.replace(path)
    except OSError as error:
        raise unwritable(path, error) from None
    return count


def _login() -> int:
    import getpass  # only here, and not free

    from ..brokers.ibkr import secrets

    secrets.require_keyring("flex-query-id", "flex-token")
    try:
        query_id = input("Flex Query number: ").strip()
        token = getpass.getpass("Flex Web Service token (not shown): ").strip()
    except EOFError:
        raise RequestError("pbal flex login asks questions; run it in a terminal.") from None
    if not query_id.isdigit() or not token:
        raise RequestError("the query number must be digits only and the token not empty; nothing was stored.")
    secrets.store("flex-query-id", query_id)
    secrets.store("flex-token", token)
    print("Stored in the keyring of this system. Try: pbal flex fetch -o positions.csv")
    return 0
