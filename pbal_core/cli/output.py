"""Where an answer goes: to standard output, or to a file, whole or not at all."""

from __future__ import annotations

import sys

from ..errors import RequestError
from .parser import path_of


def write(text: str, output: str | None) -> None:
    """Writes an answer to the file named, or to standard output.

    A character that the encoding of the output does not have is written as its escape.

    Raises:
        RequestError: The file cannot be written.
    """
    if output is None:
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError:
            encoding = sys.stdout.encoding
            sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
        return
    path = path_of(output)
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(path)
    except OSError as error:
        raise RequestError(f"{path} cannot be written: {error.strerror}.") from None
