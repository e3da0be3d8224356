"""From a path, bytes or an open file to bytes, within limits. The only part of the core that opens a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from ..errors import DataError, Issue, RequestError

Source = str | os.PathLike[str] | bytes | IO[bytes]

MAX_BYTES = 2_000_000


def read_bytes(source: Source) -> bytes:
    """The content of a positions file.

    Raises:
        DataError: Missing, a directory, unreadable, over MAX_BYTES, or empty.
        RequestError: No source at all, or a file that is open as text.
    """
    data = _open(source)
    if len(data) > MAX_BYTES:
        raise refused("too_large", f"the file has more than {MAX_BYTES / 1e6:.0f} MB; a positions file is smaller.")
    if not data.strip():
        raise refused("empty_file", "the file is empty; a header line and at least one position are needed.")
    return data


def refused(code: str, message: str) -> DataError:
    """The error for a file as a whole."""
    return DataError([Issue("error", code, message)])


def _open(source: Source) -> bytes:
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source)
    if not isinstance(source, (str, os.PathLike)):
        return _read(source)
    if not os.fspath(source):  # Path would make it this directory
        raise RequestError("the name of the positions file is empty; give the path of a positions file.")
    path = Path(source)
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise refused("no_file", f"there is no file {path}; give the path of a positions file.") from None
    except IsADirectoryError:
        raise refused("is_directory", f"{path} is a directory; give the path of a positions file in it.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise refused("unreadable", f"{path} cannot be read: {reason}.") from None


def _read(file: IO[bytes]) -> bytes:
    """The content of an open file."""
    if not hasattr(file, "read"):
        raise RequestError(f"a path, bytes or an open binary file is needed, not {type(file).__name__}.")
    try:
        data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: it is closed
        raise refused("unreadable", f"the file cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if not isinstance(data, bytes):
        raise RequestError('the file is open as text; open it in binary mode ("rb").')
    return data
