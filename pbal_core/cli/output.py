"""Where an answer goes: to standard output, or to a file, whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..errors import RequestError
from .parser import is_file, path_of


def write(text: str, output: str | None) -> None:
    """Writes an answer to the file named, or to standard output, which ``-`` means too.

    A character that the encoding of the output does not have is written as its escape. A file that is replaced keeps
    its permissions, and a link stays a link; a device or a named pipe is written to as it is.

    Raises:
        RequestError: The file cannot be written.
    """
    if output in {None, "-"}:
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError:
            encoding = sys.stdout.encoding
            sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
        return
    path = path_of(str(output))
    try:
        if path.exists() and not is_file(path):
            path.write_text(text, encoding="utf-8", newline="")
        else:
            _replace(Path(os.path.realpath(path)), text)
    except OSError as error:
        raise unwritable(path, error) from None


def unwritable(path: Path, error: OSError) -> RequestError:
    """Why the file cannot be written: a directory that does not exist is named."""
    reason = f"there is no directory {path.parent}" if isinstance(error, FileNotFoundError) else error.strerror
    return RequestError(f"{path} cannot be written: {reason}.")


def _replace(path: Path, text: str) -> None:
    """Writes the file beside itself first, so that a full disk leaves the old one as it was."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.touch()
        if is_file(path):
            part.chmod(path.stat().st_mode & 0o777)  # before anything is in it
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(path)
    except OSError:
        if is_file(part):
            part.unlink()
        raise
